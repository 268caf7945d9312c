// tests/reference/interpret.h
//
// The reference interpreter: what docs/SEMANTICS.md says of every account and day, computed slowly and obviously, from
// facts and a checked model alone.  It shares with the product only the types of base, facts, model and the syntax
// tree.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/day.h"
#include "facts/fact.h"
#include "facts/settings.h"
#include "model/model.h"
#include "reference/company.h"
#include "reference/points.h"

namespace kenko::reference {

/// An account on one day.
///
/// Units: scores and lines are hundredths of a point; contributions, starts and dimensions millionths; coverage is in
///        millionths of the weight.
/// Null:  when not `alive` there is no row, and all else is empty.  A paused day keeps score and band of the last
///        scored day of the life; the lines and contributions belong to scored days only.
struct DayResult {
  Day day;
  bool alive = false;
  std::string status;            ///< trial, onboarding, active, paused, notice, churned, internal; empty when not alive
  std::string state;             ///< scored, paused, insufficient data, too new, not scored; none when not alive
  std::string segment, stage;    ///< empty = none
  int32_t days_in_stage = 0;     ///< 0 without a stage
  std::optional<int32_t> score;  ///< after everything
  std::optional<int32_t> computed;   ///< before the override
  std::optional<int32_t> rolled_up;  ///< of the account's own metrics
  int32_t hierarchy = 0;
  std::map<std::string, int64_t> triggers;  ///< by name: the lines of active triggers with points
  int32_t cap = 0;
  std::string capped_by;  ///< the trigger with the lowest cap
  int32_t silence = 0;
  int32_t override_ = 0;
  int64_t coverage_micros = 0;
  std::string band;                                          ///< empty without a score
  std::map<std::string, std::optional<int64_t>> dimensions;  ///< millionths of a point
  std::map<std::string, int64_t> starts;                     ///< contributions of `start of DIMENSION`, by dimension
  std::map<std::string, MetricCell> metrics;                 ///< by name, all of the model's
  std::map<std::string, bool> among;                         ///< by outcome with `among`: the account is at risk of it
};

/// Ids of all accounts that a fact speaks of, ascending.
[[nodiscard]] std::vector<std::string> accounts(const Company& company);

/// The days from `from` to `to`, one result each.
[[nodiscard]] std::vector<DayResult> interpret(const model::Model& model, const Company& company,
                                               const std::string& account, Day from, Day to);

/// Whether a score of the model can depend on other accounts of the company.
[[nodiscard]] bool looks_at_others(const model::Model& model, const Company& company);
/// Of all accounts at once: as `interpret` of each, but what they ask of each other is computed once.
/// `keep`: the accounts whose metrics are returned; empty = all.
[[nodiscard]] std::map<std::string, std::vector<DayResult>> interpret_all(const model::Model& model,
                                                                          const Company& company, Day from, Day to,
                                                                          const std::set<std::string>& keep = {});

/// The same from plain facts, for one account.
[[nodiscard]] std::vector<DayResult> interpret(const model::Model& model, const facts::FactSet& facts,
                                               const facts::Settings& settings, const facts::Cut& cut,
                                               const std::string& account, Day from, Day to);

}  // namespace kenko::reference
