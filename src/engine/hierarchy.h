// engine/hierarchy.h
//
// Which account is whose parent on which day.  docs/SEMANTICS.md#hierarchy 1 and #roll-up 5.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "engine/engine.h"

namespace kenko::engine {

inline constexpr uint32_t kNoAccount = UINT32_MAX;

/// The days on which an account has one parent, both included.
struct ParentSpan {
  Day first;
  Day last;
  uint32_t parent = kNoAccount;
  friend bool operator==(const ParentSpan&, const ParentSpan&) = default;
};

/// The days on which an account names a parent that it cannot have, for reports.
struct Orphan {
  uint32_t account = 0;
  std::string parent;     ///< as named
  bool on_cycle = false;  ///< the account exists, but the two stand on a cycle; else there is no such account
  Day first, last;
};

/// The parents of the accounts that matter, per day.
///
/// Invariants: on no day a cycle; a parent has a row on every day of a span; spans of an account ascend, never overlap.
/// Threads:    immutable after it was made.
class Hierarchy {
 public:
  /// No account has a parent.
  Hierarchy() = default;
  /// Finds the parents up to `until` of `accounts` and of everything that is ever below them; empty = of all accounts.
  Hierarchy(const Engine& engine, Day until, const RunOptions& options, int threads,
            std::span<const uint32_t> accounts);

  /// No account that matters ever has a parent.
  [[nodiscard]] bool empty() const { return groups_.empty(); }
  /// kNoAccount when it has none that day.
  [[nodiscard]] uint32_t parent(uint32_t account, Day day) const;
  [[nodiscard]] std::span<const ParentSpan> parents(uint32_t account) const;
  /// The accounts whose parent it is on any day, ascending.
  [[nodiscard]] std::span<const uint32_t> children(uint32_t account) const;
  /// Those of one day, ascending.
  [[nodiscard]] std::vector<uint32_t> children(uint32_t account, Day day) const;
  /// The fact days of all accounts below it, each while it was below: entry d is the day facts_base() + d.  Empty when
  /// nothing is ever below it.
  [[nodiscard]] std::span<const uint8_t> facts_below(uint32_t account) const;
  [[nodiscard]] Day facts_base() const { return base_; }

  /// Accounts that are above and below each other on different days form one group; every other account is a group of
  /// its own.
  using Group = std::vector<uint32_t>;  ///< ascending
  /// All accounts that have a parent or a child, in levels: what is below an account stands in an earlier level or in
  /// its own group.
  [[nodiscard]] const std::vector<std::vector<Group>>& levels() const { return groups_; }
  [[nodiscard]] const std::vector<Orphan>& orphans() const { return orphans_; }

 private:
  class Maker;
  struct Member {
    uint32_t account = 0;
    std::vector<ParentSpan> parents;
    std::vector<uint32_t> children;
    std::vector<uint8_t> facts_below;
  };
  [[nodiscard]] const Member* find(uint32_t account) const;

  std::vector<Member> members_;  ///< sorted by account
  std::vector<std::vector<Group>> groups_;
  std::vector<Orphan> orphans_;
  Day base_;
};

}  // namespace kenko::engine
