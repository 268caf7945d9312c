// validate/panel.h
//
// The panel: for each as-of day and account, what the score said with the facts known that day, and what happened
// after.  docs/SEMANTICS.md#panel.  Everything that judges or fits a score reads this and nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "engine/engine.h"
#include "score/history.h"
#include "validate/outcomes.h"

namespace kenko::validate {

/// Why an account has no row on an as-of day.  One reason each, the first that applies in this order.
enum class Exclusion : uint8_t {
  gone,            ///< it was alive once, and is not any more, as far as was known then or is known now
  paused,          ///< it keeps an older score
  unscored,        ///< a status, or an account, that the model does not score
  too_new,         ///< too little evidence, and young
  insufficient,    ///< coverage below min_coverage
  not_at_risk,     ///< `among` does not hold
  notice_given,    ///< the decision was made by then
  in_gap,          ///< the decision fell into the gap
  left_otherwise,  ///< it left within the horizon by a way that is not this outcome
};
inline constexpr size_t kExclusions = 9;
[[nodiscard]] std::string_view word(Exclusion exclusion);
/// "gave notice before", for tables.
[[nodiscard]] std::string_view words(Exclusion exclusion);

inline constexpr int32_t kNoDays = INT32_MIN;
inline constexpr int64_t kNoAmount = INT64_MIN;
/// Stands where a metric has no value or no points.
inline constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// What the scores of a panel are made of, for who wants to reckon them anew with other weights and curves.  By row;
/// empty unless asked for.
///
/// input:   row after row, one for each metric of the plan: what went into the curve of the row's segment and stage
///          (numbers, flags 0 or 1, texts as positions in Panel::texts; on a held or stale day those of the day whose
///          points count).  kNothing where the points come from no such curve: of the missing policy, or kept from a
///          day with another curve.
/// stage:   position in plan.life_stages, -1 = none.
/// lines:   as score::LifeScores has them, hundredths; rolled_up is score::kNoScore where children alone give the
/// score. triggers, limit: points of all active triggers before the sum is held within 0 and 100, and the lowest cap
///          (INT32_MAX = none), hundredths.
struct ScoreParts {
  std::vector<double> input;
  std::vector<int16_t> stage;
  std::vector<int32_t> rolled_up, hierarchy, silence, triggers, limit;
};

/// Rows in columns, sorted by as-of day, then by account id.
///
/// score, coverage: as score::LifeScores::computed (triggers in, overrides out) and coverage.  change: score less that
/// of 30 days before in the same life, kNoDays without one. values, points: row after row, one for each metric of the
/// plan; points in points (not millionths), after the missing policy.
struct Panel {
  std::string model, outcome, outcome_label;
  int32_t horizon = 0, gap = 0;       ///< days
  bool absence = false;               ///< the outcome is that nothing happened
  Day last_day;                       ///< of the data
  std::vector<Day> days;              ///< as-of days, ascending
  std::vector<std::string> accounts;  ///< ids, ascending; rows and clusters hold positions
  std::vector<std::string> metrics, metric_labels, bands, segments;  ///< bands worst first
  std::vector<int32_t> band_from;      ///< by band, hundredths; empty when they come from quantiles
  std::vector<uint8_t> ours, is_text;  ///< by metric
  std::vector<std::string> texts;      ///< in order of appearance

  std::vector<uint32_t> day, account;
  std::vector<uint32_t> cluster;  ///< the top parent on the day, else the account itself
  std::vector<int32_t> score, change, coverage;
  std::vector<int8_t> band;         ///< position in bands, -1 = none
  std::vector<int16_t> segment;     ///< position in segments, -1 = none
  std::vector<int64_t> arr;         ///< millionths, kNoAmount = unknown
  std::vector<int32_t> to_renewal;  ///< days, kNoDays = none
  std::vector<uint8_t> outcome_in;  ///< 1 = in (T+g, T+g+h]
  std::vector<int32_t> to_outcome;  ///< days from T to the decision, within the horizon or later; kNoDays = none seen
  std::vector<int32_t> observed;    ///< days from T to the decision, else to the last day of the data or of the life
  std::vector<int64_t> amount;      ///< what the outcome moved, millionths; kNoAmount = unknown
  std::vector<std::string> reason;  ///< as the outcome's fact says it; empty = none
  std::vector<uint8_t> treated;     ///< worked on between T and the outcome or the horizon's end
  std::vector<double> values, points;
  ScoreParts parts;

  std::vector<std::array<int64_t, kExclusions>> excluded;  ///< by as-of day

  [[nodiscard]] size_t rows() const { return day.size(); }
  [[nodiscard]] int64_t outcomes() const;
};

/// The as-of days `step` days apart, the last one such that its horizon ends with `last_day`, none before `first`.
[[nodiscard]] std::vector<Day> as_of_days(Day first, Day last_day, int32_t horizon, int32_t gap, int32_t step);

/// Collects rows account by account.
///
/// Ownership: refers to `all`, whose portfolio is everything known (labels come from it).  Threads: one.
class PanelMaker {
 public:
  /// treated_by: names of events; an account is marked treated when one of them follows T up to its outcome.
  /// parts: Panel::parts is wanted.  outcome: of the plan; none = every scored account has a row, whatever followed.
  PanelMaker(const engine::Engine& all, std::optional<size_t> outcome, std::vector<Day> days, Day last_day,
             const std::vector<std::string>& treated_by, bool parts = false);
  ~PanelMaker();
  PanelMaker(const PanelMaker&) = delete;
  PanelMaker& operator=(const PanelMaker&) = delete;

  /// What everything known now says of an account whose rows an engine makes that knows less: who had left by then, and
  /// nobody knew it, has no row.  To be told before its rows are added.
  void know(const score::AccountHistory& now);
  /// Adds the rows of one account on the as-of days [from, to) by position.  `engine` made the history, maybe from a
  /// portfolio that knows less; it was run without overrides.
  void add(const engine::Engine& engine, const score::AccountHistory& history, size_t from, size_t to);
  /// Requires every account to have been added at most once for each day.
  [[nodiscard]] Panel finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kenko::validate
