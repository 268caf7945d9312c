// score/children.h
//
// The scores that parents rest on.  docs/SEMANTICS.md#hierarchy 2.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/hierarchy.h"
#include "plan/plan.h"
#include "score/history.h"

namespace kenko::score {

/// A child on a day on which it is scored.
struct Child {
  uint32_t account = 0;
  int32_t computed = kNoScore;  ///< hundredths
  int64_t arr_micros = -1;      ///< -1 = null or not needed
};

/// The parts of a parent's value in hundredths, none where a part does not exist.
struct HierarchyParts {
  std::optional<int32_t> own, worst, mean, value_weighted, poor_by_count, poor_by_value;
  /// The weighted mean of those with a weight; nullopt when there is none.  Where no part with a weight exists but own
  /// does, it is own: an account without children to look at.
  [[nodiscard]] std::optional<int32_t> value(const plan::Hierarchy& weights) const;
};
[[nodiscard]] HierarchyParts parts_of(const plan::Hierarchy& weights, std::optional<int32_t> own,
                                      const std::vector<Child>& children);

/// Computed scores of all accounts that have a parent, by day.
///
/// Memory:  2 bytes an account and day, 10 where value counts.  Threads: different accounts may be filled at once;
///          find() reads accounts that are filled (or filled up to that day).
/// Ownership: refers to the hierarchy.
class Children {
 public:
  Children(const engine::Hierarchy& hierarchy, size_t accounts);

  /// Makes room for an account's days; none of them is scored yet.
  void begin(uint32_t account, Day first, Day last, bool with_arr);
  void set(uint32_t account, Day day, int32_t computed, int64_t arr_micros);
  /// Appends the children of `parent` on `day` that are scored, by account.
  void find(uint32_t parent, Day day, std::vector<Child>& out) const;

 private:
  struct Line {
    Day first;
    std::vector<int16_t> computed;
    std::vector<int64_t> arr_micros;
  };
  const engine::Hierarchy& hierarchy_;
  std::vector<Line> lines_;
};

}  // namespace kenko::score
