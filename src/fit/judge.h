// fit/judge.h
//
// Two scores of the same accounts on days that neither was made on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "fit/strength.h"
#include "stats/resamples.h"
#include "validate/paired_rows.h"

namespace kenko::fit {

/// A band of the second model on the judged rows; of the first where one has the same place.
struct BandOfBoth {
  std::string name;
  std::optional<int32_t> from_before, from_after;  ///< hundredths
  int64_t rows_before = 0, outcomes_before = 0, rows_after = 0, outcomes_after = 0;
  int64_t treated_after = 0;
};

struct Judgement {
  int64_t rows = 0, outcomes = 0, accounts = 0, accounts_with = 0;
  int64_t lost = 0, gained = 0;  ///< account-days that the first alone, the second alone scores; not judged
  double capacity = 0.1;
  stats::PairedEstimate auc_within, auc, average_precision, log_loss, precision, recall, amount_recall;
  std::vector<validate::PairedDay> days;
  std::vector<BandOfBoth> bands;  ///< worst first
};

struct JudgeOptions {
  double capacity = 0.1;
  int resamples = 1000;
  uint64_t seed = 1;
  int threads = 1;
};

/// Of the as-of days from `first` to `last`, both included.  links: what each score means, learnt before them.
[[nodiscard]] Judgement judge(const validate::Panel& before, const validate::Panel& after, Day first, Day last,
                              const Link& link_before, const Link& link_after, const JudgeOptions& options);

}  // namespace kenko::fit
