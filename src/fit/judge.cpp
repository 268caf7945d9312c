#include "fit/judge.h"

#include <algorithm>
#include <cmath>

#include "stats/ranking.h"

namespace kenko::fit {
namespace {

using stats::Estimate;
using validate::Panel;

// The columns of one side that the measures need.
struct Side {
  std::vector<double> risk, loss;
};

Side side_of(const Panel& panel, const std::vector<uint32_t>& rows, const Link& link) {
  Side out;
  for (const uint32_t r : rows) {
    const double score = panel.score[r] / 100.0;
    const double log_odds = link.log_odds(score);
    out.risk.push_back(-score);
    out.loss.push_back(std::max(log_odds, 0.0) + std::log1p(std::exp(-std::abs(log_odds))) -
                       (panel.outcome_in[r] != 0 ? log_odds : 0.0));
  }
  return out;
}

std::optional<double> mean_loss(const std::vector<double>& loss, const std::vector<uint32_t>& cluster,
                                std::span<const uint16_t> times) {
  double sum = 0, weight = 0;
  for (size_t i = 0; i < loss.size(); ++i) {
    const double n = times.empty() ? 1 : times[cluster[i]];
    sum += n * loss[i];
    weight += n;
  }
  return weight > 0 ? std::optional(sum / weight) : std::nullopt;
}

constexpr size_t kMeasures = 7;

// The measures of one side.
stats::Measures measures_of(const stats::Ranking& ranking, const Side& side, const std::vector<uint32_t>& cluster,
                            double capacity) {
  return [&, capacity](stats::Times times, std::span<std::optional<double>> out) {
    const stats::Ranking::Pooled pooled = ranking.pooled(capacity, times);
    out[0] = ranking.auc_within(times);
    out[1] = pooled.auc;
    out[2] = pooled.average_precision;
    out[3] = mean_loss(side.loss, cluster, times);
    out[4] = pooled.captured.precision();
    out[5] = pooled.captured.recall();
    out[6] = pooled.captured.amount_recall();
  };
}

std::vector<BandOfBoth> by_band(const Panel& before, const Panel& after, const validate::PairedRows& pairs) {
  std::vector<BandOfBoth> out;
  for (size_t k = 0; k < after.bands.size(); ++k) {
    BandOfBoth& line = out.emplace_back();
    line.name = after.bands[k];
    if (k < after.band_from.size()) line.from_after = after.band_from[k];
    if (k < before.band_from.size()) line.from_before = before.band_from[k];
  }
  for (size_t i = 0; i < pairs.before.size(); ++i) {
    const uint32_t x = pairs.before[i], y = pairs.after[i];
    if (before.band[x] >= 0 && static_cast<size_t>(before.band[x]) < out.size()) {
      BandOfBoth& line = out[static_cast<size_t>(before.band[x])];
      ++line.rows_before;
      line.outcomes_before += before.outcome_in[x];
    }
    if (after.band[y] >= 0) {
      BandOfBoth& line = out[static_cast<size_t>(after.band[y])];
      ++line.rows_after;
      line.outcomes_after += after.outcome_in[y];
      line.treated_after += after.treated[y];
    }
  }
  return out;
}

}  // namespace

Judgement judge(const Panel& before, const Panel& after, Day first, Day last, const Link& link_before,
                const Link& link_after, const JudgeOptions& options) {
  Judgement out;
  out.capacity = options.capacity;
  const validate::PairedRows pairs = validate::pair_rows(before, after, first, last);
  const validate::PairedCases cases(before, pairs.before);
  out.rows = std::ssize(pairs.before);
  out.lost = std::ssize(pairs.only_before);
  out.gained = std::ssize(pairs.only_after);
  out.outcomes = cases.outcomes;
  out.accounts = cases.accounts;
  out.accounts_with = cases.accounts_with;
  const Side a = side_of(before, pairs.before, link_before), b = side_of(after, pairs.after, link_after);
  if (!pairs.before.empty()) {
    const stats::Ranking ranks_a(a.risk, cases.outcome, cases.cluster, cases.day, cases.amount),
        ranks_b(b.risk, cases.outcome, cases.cluster, cases.day, cases.amount);
    const auto estimates =
        stats::bootstrap_paired(stats::Resamples(cases.clusters, options.resamples, options.seed), kMeasures,
                                measures_of(ranks_a, a, cases.cluster, options.capacity),
                                measures_of(ranks_b, b, cases.cluster, options.capacity), options.threads);
    size_t m = 0;
    for (stats::PairedEstimate* both : {&out.auc_within, &out.auc, &out.average_precision, &out.log_loss,
                                        &out.precision, &out.recall, &out.amount_recall}) {
      *both = estimates[m++];
    }
  }
  out.days = validate::by_day(before, cases, a.risk, b.risk);
  out.bands = by_band(before, after, pairs);
  return out;
}

}  // namespace kenko::fit
