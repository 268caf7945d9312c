// engine/groups.h
//
// Groups the events of a life by a code (a user, an item) in one pass.  Internal to the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kenko::engine {

/// Dense numbers 0, 1, 2 ... for the codes that are met, in order of first use; cleared in O(1).
class DenseCodes {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  /// Forgets all; codes are below `codes` from now on.
  void begin(size_t codes);
  uint32_t add(uint32_t code) {
    if (stamp_[code] != epoch_) {
      stamp_[code] = epoch_;
      number_[code] = size_++;
    }
    return number_[code];
  }
  /// kNone for a code that was not added.
  [[nodiscard]] uint32_t find(uint32_t code) const { return stamp_[code] == epoch_ ? number_[code] : kNone; }
  [[nodiscard]] uint32_t size() const { return size_; }

 private:
  std::vector<uint32_t> stamp_, number_;
  uint32_t epoch_ = 0;
  uint32_t size_ = 0;
};

/// Positions of a list by group, ascending within each.
///
/// Invariant: the positions of group g are positions[begin[g]] ... positions[begin[g + 1] - 1].
struct Groups {
  std::vector<uint32_t> begin, positions;

  [[nodiscard]] std::span<const uint32_t> of(size_t group) const {
    return std::span(positions).subspan(begin[group], begin[group + 1] - begin[group]);
  }
  /// `group` by position, kNone = in no group.
  void build(std::span<const uint32_t> group, size_t groups);
};

}  // namespace kenko::engine
