// sql/history.h
//
// A plan -> one SELECT that computes the whole history of every account set-wise.  Shares no code with the engine: it
// is its oracle, and its competitor in the benchmark.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "sql/coverage.h"
#include "sql/dialect.h"
#include "sql/inputs.h"

namespace kenko::sql {

/// longest_life_days: no life of the spine has more days.  Decides how decays are computed: a running sum of growing
///                    weights while doubles can hold them, else a join of every day with every earlier one.
/// with_scale:        adds, for each metric that rests on an exponential decay, `scale_I` (the sum of the absolute
///                    terms behind its value) and `edge_I` (a comparison or a step of its curve lies within 1e-9 of
///                    that sum).
struct HistoryOptions {
  int32_t longest_life_days = 0;
  bool with_scale = false;
  Facts facts = {};
};

/// The SELECT over the relations of Inputs.
///
/// Gives, for every row of spine with a status, ordered by account and day, those of these columns that
/// covered(plan, options.facts) knows:
///   account, life, day,
///   value_I   DOUBLE (numbers; flags as 0 and 1) or VARCHAR (texts) of metric I, null = no value
///   points_I  INTEGER, millionths by the curve of the day; null = none (missing policies not applied)
///   segment, stage  INTEGER, positions in the plan's lists; -1 = none
///   dimension_J INTEGER, millionths; null = empty
///   coverage  INTEGER, millionths.   state VARCHAR, the contract's word
///   rolled_up, silence  INTEGER, hundredths; null unless the day is scored
///   score INTEGER, band INTEGER (position in the bands of the day); on a paused day those of the last scored day of
///   the life; null without a score.
[[nodiscard]] std::string history_sql(const plan::Plan& plan, const Dialect& dialect, const HistoryOptions& options);

}  // namespace kenko::sql
