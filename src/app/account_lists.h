// app/account_lists.h
//
// What a score is used for: lists of accounts with a reason each.  docs/SEMANTICS.md#lists has the rules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/calibration_file.h"
#include "app/scoring.h"
#include "base/result.h"
#include "base/sentence.h"
#include "report/section.h"
#include "validate/finding.h"

namespace kenko::app {

enum class ListName : uint8_t { advocates, case_studies, renewals, upsell, collections, pain_points };
inline constexpr size_t kListNames = 6;
[[nodiscard]] std::string_view word(ListName list);
/// `-` stands for `_`; "unknown-list" names those there are.
[[nodiscard]] Result<ListName> list_named(const std::string& name);

struct ListRequest {
  ListName list = ListName::advocates;
  int64_t limit = 25;         ///< 0 = all
  int32_t within_days = 120;  ///< renewals
};

/// A list ready to be shown.
///
/// sections: "accounts"; of pain_points also "pains".   findings: facts that it misses, and what they would tell.
struct AccountList {
  Sentence title, rule;
  std::vector<report::Section> sections;
  std::vector<validate::Finding> findings;
  int64_t found = 0;  ///< accounts that belong on it; the limit may show fewer
};

/// As of scoring.as_of().
/// calibration: what may be stated of renewals; nothing where it is empty.
[[nodiscard]] Result<AccountList> make_list(const Scoring& scoring, const CalibrationInForce& calibration,
                                            const ListRequest& request);

}  // namespace kenko::app
