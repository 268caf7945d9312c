// alerts/rules.h
//
// alerts.yaml: when an alert opens, how long people have, who is told.  docs/ALERTS.md has the contract.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "calendar/work_span.h"
#include "tree/tree.h"

namespace kenko::alerts {

/// How bad it is, ascending.
enum class Level : uint8_t { warning, at_risk, critical };
inline constexpr size_t kLevels = 3;
inline constexpr std::array<Level, kLevels> kAllLevels{Level::warning, Level::at_risk, Level::critical};
[[nodiscard]] std::string_view word(Level level);  ///< "warning", "at_risk", "critical"

/// What a rule looks at; docs/ALERTS.md "The signal of a rule".
enum class Kind : uint8_t { level, fall, baseline, trigger, band, condition, renewal, silent, insufficient, storm };
[[nodiscard]] std::string_view word(Kind kind);

/// A range of scores below `below`, and how long people have.
struct LevelRule {
  int32_t below_hundredths = 0;
  calendar::WorkSpan respond;
};

/// Whom the ladder tells next.
enum class Rung : uint8_t { owner, manager };

/// One rule.  The name is the cause of its alerts.
///
/// Only the fields of its kind mean something.  Units: hundredths of a point, days.
struct Rule {
  std::string name;
  Kind kind = Kind::level;
  std::string title;  ///< empty = that of the kind
  std::string helps;  ///< what usually helps; empty = that of the kind
  Level level = Level::at_risk;
  int32_t fire_after = 1;    ///< closed days
  int32_t clear_after = 3;   ///< closed days
  int32_t points = 2'000;    ///< fall
  int32_t within_days = 30;  ///< fall, baseline, band, renewal
  double deviations = 3;     ///< baseline
  int32_t below = 6'000;     ///< renewal
  std::string trigger;       ///< trigger
  std::string expression;    ///< condition
  tree::Node at;             ///< its name in the file
  tree::Node expression_at;  ///< condition: the scalar

  /// Of what decides its signal: a rule that means something else begins anew.
  [[nodiscard]] Hash128 meaning() const;
};

/// The smallest departure from the own baseline that counts.
inline constexpr int32_t kLeastDeparture = 800;
inline constexpr int32_t kBaselineRecentDays = 7;
inline constexpr int32_t kBaselineFewestRows = 30;
/// The largest fall in so many days is part of the urgency.
inline constexpr int32_t kUrgencyDays = 30;

/// What alerts.yaml says.
///
/// Invariants: thresholds rise from critical to warning; rule names are unique, at most one is of kind `level`; none is
///             of kind `storm`.
struct Rules {
  std::array<LevelRule, kLevels> levels;  ///< by Level
  std::vector<Rung> ladder;               ///< at least one; the first is `owner`
  int32_t cool_down_days = 7;
  std::string contacted;  ///< a condition; empty = none
  tree::Node contacted_at;
  int64_t storm_share_micros = 100'000;
  int32_t storm_accounts = 10;
  std::vector<Rule> rules;  ///< in the order of the file
  tree::Tree document;      ///< for places
  Problems warnings;

  [[nodiscard]] const LevelRule& at(Level level) const { return levels[static_cast<size_t>(level)]; }
};

/// The name of the condition `contacted` among the watched ones.  No rule may have it.
inline constexpr std::string_view kContacted = "contacted";

/// Reads alerts.yaml.  Errors: all problems at once.  Names of triggers and expressions are not looked up here.
[[nodiscard]] Result<Rules> read_rules(std::string_view yaml, const std::string& file);

}  // namespace kenko::alerts
