// A panel with a known truth, for tests.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "stats/logistic.h"
#include "validate/panel.h"

namespace kenko::validate {

/// Accounts whose chance of the outcome in 90 days falls with their score by a known curve; `power` 0 = not at all.
/// Metrics: `true_one` is the score, `noise` is noise, `twin` nearly the score.
inline Panel make_panel(uint64_t seed, int accounts, int days, double power, double base = -2.0) {
  Random random(seed);
  Panel p;
  p.model = "m";
  p.outcome = p.outcome_label = "churn";
  p.horizon = 90;
  p.metrics = p.metric_labels = {"noise", "true_one", "twin"};
  p.ours = p.is_text = {0, 0, 0};
  p.bands = {"red", "yellow", "green"};
  p.band_from = {0, 4000, 7000};
  const Day first = *Day::parse("2024-01-01");
  for (int d = 0; d < days; ++d) p.days.push_back(first + 28 * d);
  p.last_day = p.days.back() + 90;
  p.excluded.assign(static_cast<size_t>(days), {});
  std::vector<double> level;
  for (int a = 0; a < accounts; ++a) {
    p.accounts.push_back("a" + std::to_string(a));
    level.push_back(random.uniform() * 100);
  }
  std::vector<bool> gone(static_cast<size_t>(accounts), false);
  for (int d = 0; d < days; ++d) {
    for (uint32_t a = 0; a < static_cast<uint32_t>(accounts); ++a) {
      if (gone[a]) continue;
      const double score = std::clamp(level[a] + 10 * random.normal(), 0.0, 100.0);
      const bool outcome = random.chance(stats::logistic(base - power * (score - 50) / 10));
      p.day.push_back(static_cast<uint32_t>(d));
      p.account.push_back(a);
      p.cluster.push_back(a);
      p.score.push_back(static_cast<int32_t>(score * 100));
      p.change.push_back(0);
      p.coverage.push_back(1'000'000);
      p.band.push_back(score < 40 ? 0 : score < 70 ? 1 : 2);
      p.segment.push_back(-1);
      p.arr.push_back(1'000'000);
      p.to_renewal.push_back(kNoDays);
      p.outcome_in.push_back(outcome ? 1 : 0);
      p.to_outcome.push_back(outcome ? static_cast<int32_t>(random.between(1, 90)) : kNoDays);
      p.observed.push_back(outcome ? p.to_outcome.back() : p.last_day - p.days[static_cast<size_t>(d)]);
      p.amount.push_back(kNoAmount);
      p.reason.emplace_back();
      p.treated.push_back(0);
      for (const double points : {random.uniform() * 100, score, score + random.normal()}) {
        p.values.push_back(points);
        p.points.push_back(points);
      }
      if (outcome) gone[a] = true;
    }
  }
  return p;
}

}  // namespace kenko::validate
