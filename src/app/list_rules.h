// app/list_rules.h
//
// Who belongs on which list, in which order and why.  Internal to account_lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/account_lists.h"
#include "app/calibrate.h"
#include "app/list_measures.h"
#include "explain/summary.h"
#include "revenue/account_arr.h"
#include "revenue/renewals.h"

namespace kenko::app {

/// One account on a list.
///
/// order: the greater the higher; compared one after the other, ties by account id.   why: clauses of one sentence.
struct ListRow {
  const explain::Summary* summary = nullptr;
  int64_t arr = 0;  ///< millionths; revenue::kUnknown
  std::optional<revenue::Due> due;
  std::optional<validate::Chance> renews;  ///< of renewals: that it does
  std::optional<double> owed;              ///< of collections, in the workspace's currency
  std::optional<double> priority;          ///< of pain_points
  std::vector<double> order;
  std::vector<Sentence> why;
};

/// What costs the customers of a list the most points.
struct Pain {
  uint32_t metric = 0;  ///< position in plan.metrics
  int64_t accounts = 0;
  int64_t arr = 0;   ///< of them, where known
  int64_t lost = 0;  ///< millionths of a point, of all of them
};

/// What the rules look at.  Ownership: refers to all of it.
struct ListInput {
  const Scoring& scoring;
  const std::vector<explain::Summary>& summaries;
  const ListMeasures& measures;
  const Prospects& prospects;
  int32_t within_days = 120;
  std::vector<uint8_t> at_risk{};  ///< by account: the first outcome's `among` holds; empty = of everybody
};

/// What a list looks at beside the score.
[[nodiscard]] std::vector<ListMeasure> measures_of(ListName list);
/// The rule in one sentence.
[[nodiscard]] Sentence rule_of(ListName list, int32_t within_days);
[[nodiscard]] Sentence title_of(ListName list);

/// Those on the list, the first first.
[[nodiscard]] std::vector<ListRow> rows_of(ListName list, const ListInput& input);
/// The metrics that stand in the reasons of pain_points, the one most of them have first.
[[nodiscard]] std::vector<Pain> pains_of(const ListInput& input, const std::vector<ListRow>& rows);

}  // namespace kenko::app
