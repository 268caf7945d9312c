#include "validate/paired.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "stats/ranking.h"

namespace kenko::validate {
namespace {

constexpr std::array<std::string_view, 7> kMeasures{"auc_within", "auc",  "average_precision", "precision",
                                                    "recall",     "lift", "arr_recall"};
constexpr size_t kOfEach = kMeasures.size();

std::vector<double> risks(const Panel& panel, const std::vector<uint32_t>& rows) {
  std::vector<double> out;
  for (const uint32_t r : rows) out.push_back(-static_cast<double>(panel.score[r]));
  return out;
}

void measure(const stats::Ranking& ranking, double capacity, stats::Times times, std::span<std::optional<double>> to) {
  const stats::Ranking::Pooled pooled = ranking.pooled(capacity, times);
  to[0] = ranking.auc_within(times);
  to[1] = pooled.auc;
  to[2] = pooled.average_precision;
  to[3] = pooled.captured.precision();
  to[4] = pooled.captured.recall();
  to[5] = pooled.captured.lift();
  to[6] = pooled.captured.amount_recall();
}

std::vector<PairedMeasure> measures(const stats::Ranking& before, const stats::Ranking& after,
                                    const stats::Resamples& resamples, const BacktestOptions& options) {
  const auto by = [&](const stats::Ranking& ranking) {
    return
        [&](stats::Times times, std::span<std::optional<double>> to) { measure(ranking, options.capacity, times, to); };
  };
  const auto found = stats::bootstrap_paired(resamples, kOfEach, by(before), by(after), options.threads);
  std::vector<PairedMeasure> out;
  for (size_t m = 0; m < kOfEach; ++m) out.push_back({found[m], std::string(kMeasures[m])});
  return out;
}

std::vector<PairedExclusion> exclusions(const Panel& before, const Panel& after) {
  std::vector<PairedExclusion> out;
  for (size_t e = 0; e < kExclusions; ++e) {
    PairedExclusion line;
    line.reason = static_cast<Exclusion>(e);
    for (size_t d = 0; d < before.days.size(); ++d) {
      if (has_day(after, before.days[d])) line.before += before.excluded[d][e];
    }
    for (size_t d = 0; d < after.days.size(); ++d) {
      if (has_day(before, after.days[d])) line.after += after.excluded[d][e];
    }
    if (line.before != 0 || line.after != 0) out.push_back(line);
  }
  return out;
}

Alone alone(const Panel& panel, const std::vector<uint32_t>& rows) {
  std::set<uint32_t> accounts;
  Alone out;
  out.rows = std::ssize(rows);
  for (const uint32_t r : rows) {
    accounts.insert(panel.account[r]);
    out.outcomes += panel.outcome_in[r];
  }
  out.accounts = std::ssize(accounts);
  return out;
}

}  // namespace

Paired compare_panels(const Panel& before, const Panel& after, const BacktestOptions& options) {
  const PairedRows rows = pair_rows(before, after);
  Paired out;
  out.options = options;
  out.outcome = after.outcome;
  out.horizon = after.horizon;
  out.gap = after.gap;
  out.other_outcome = rows.other_outcome;
  out.only_before = alone(before, rows.only_before);
  out.only_after = alone(after, rows.only_after);
  out.exclusions = exclusions(before, after);
  const PairedCases cases(after, rows.after);
  out.rows = std::ssize(rows.after);
  out.outcomes = cases.outcomes;
  out.accounts = cases.accounts;
  out.accounts_with = cases.accounts_with;
  if (out.rows == 0) return out;
  const std::vector<double> risk_before = risks(before, rows.before), risk_after = risks(after, rows.after);
  const stats::Ranking one(risk_before, cases.outcome, cases.cluster, cases.day, cases.amount);
  const stats::Ranking two(risk_after, cases.outcome, cases.cluster, cases.day, cases.amount);
  out.measures = measures(one, two, stats::Resamples(cases.clusters, options.resamples, options.seed), options);
  out.days = by_day(after, cases, risk_before, risk_after);
  return out;
}

}  // namespace kenko::validate
