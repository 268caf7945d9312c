#include "fit/judge.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

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

void measure(const stats::Ranking& ranking, const std::vector<double>& loss, const std::vector<uint32_t>& cluster,
             double capacity, std::span<const uint16_t> times, std::span<std::optional<double>> out) {
  const stats::Captured top = ranking.capture(capacity, times);
  out[0] = ranking.auc_within(times);
  out[1] = ranking.auc(times);
  out[2] = ranking.average_precision(times);
  out[3] = mean_loss(loss, cluster, times);
  out[4] = top.precision();
  out[5] = top.recall();
  out[6] = top.amount_recall();
}

std::vector<DayOfBoth> by_day(const Panel& before, const Pairs& pairs, const Side& a, const Side& b,
                              const std::vector<uint32_t>& cluster, const std::vector<uint8_t>& outcome) {
  std::map<uint32_t, std::vector<size_t>> days;
  for (size_t i = 0; i < pairs.before.size(); ++i) days[before.day[pairs.before[i]]].push_back(i);
  std::vector<DayOfBoth> out;
  for (const auto& [day, at] : days) {
    std::vector<double> risk_a, risk_b;
    std::vector<uint32_t> clusters;
    std::vector<uint8_t> outcomes;
    DayOfBoth line{before.days[day], std::ssize(at), 0, {}, {}};
    for (const size_t i : at) {
      risk_a.push_back(a.risk[i]);
      risk_b.push_back(b.risk[i]);
      clusters.push_back(cluster[i]);
      outcomes.push_back(outcome[i]);
      line.outcomes += outcome[i];
    }
    line.before = stats::Ranking(risk_a, outcomes, clusters).auc();
    line.after = stats::Ranking(risk_b, outcomes, clusters).auc();
    out.push_back(line);
  }
  return out;
}

std::vector<BandOfBoth> by_band(const Panel& before, const Panel& after, const Pairs& pairs) {
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

Pairs pair_rows(const Panel& before, const Panel& after, Day first, Day last) {
  Pairs out;
  const auto key = [](const Panel& p, uint32_t r) {
    return std::pair(p.days[p.day[r]], std::string_view(p.accounts[p.account[r]]));
  };
  const auto inside = [&](const Panel& p) {
    std::vector<uint32_t> rows;
    for (uint32_t r = 0; r < p.rows(); ++r) {
      const Day day = p.days[p.day[r]];
      if (day >= first && day <= last) rows.push_back(r);
    }
    return rows;
  };
  const std::vector<uint32_t> a = inside(before), b = inside(after);
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && key(before, a[i]) < key(after, b[j]))) {
      ++out.lost;
      ++i;
    } else if (i == a.size() || key(after, b[j]) < key(before, a[i])) {
      ++out.gained;
      ++j;
    } else {
      out.before.push_back(a[i++]);
      out.after.push_back(b[j++]);
    }
  }
  return out;
}

Judgement judge(const Panel& before, const Panel& after, Day first, Day last, const Link& link_before,
                const Link& link_after, const JudgeOptions& options) {
  Judgement out;
  out.capacity = options.capacity;
  const Pairs pairs = pair_rows(before, after, first, last);
  out.rows = std::ssize(pairs.before);
  out.lost = pairs.lost;
  out.gained = pairs.gained;
  std::map<uint32_t, uint32_t> numbers;  // clusters, in the order of their first row
  std::vector<uint32_t> cluster, stratum;
  std::vector<uint8_t> outcome;
  std::vector<double> amount;
  std::set<uint32_t> accounts, with;
  for (const uint32_t r : pairs.before) {
    cluster.push_back(numbers.try_emplace(before.cluster[r], static_cast<uint32_t>(numbers.size())).first->second);
    stratum.push_back(before.day[r]);
    outcome.push_back(before.outcome_in[r]);
    amount.push_back(before.arr[r] == validate::kNoAmount ? 0 : static_cast<double>(before.arr[r]) / 1e6);
    out.outcomes += before.outcome_in[r];
    accounts.insert(before.account[r]);
    if (before.outcome_in[r] != 0) with.insert(before.account[r]);
  }
  out.accounts = std::ssize(accounts);
  out.accounts_with = std::ssize(with);
  const Side a = side_of(before, pairs.before, link_before), b = side_of(after, pairs.after, link_after);
  if (!pairs.before.empty()) {
    const stats::Ranking ranks_a(a.risk, outcome, cluster, stratum, amount),
        ranks_b(b.risk, outcome, cluster, stratum, amount);
    const auto estimates = stats::bootstrap(
        stats::Resamples(numbers.size(), options.resamples, options.seed), 3 * kMeasures,
        [&](std::span<const uint16_t> times, std::span<std::optional<double>> to) {
          measure(ranks_a, a.loss, cluster, options.capacity, times, to.subspan(0, kMeasures));
          measure(ranks_b, b.loss, cluster, options.capacity, times, to.subspan(kMeasures, kMeasures));
          for (size_t m = 0; m < kMeasures; ++m) {
            if (to[m] && to[kMeasures + m]) to[2 * kMeasures + m] = *to[kMeasures + m] - *to[m];
          }
        },
        options.threads);
    size_t m = 0;
    for (Both* both : {&out.auc_within, &out.auc, &out.average_precision, &out.log_loss, &out.precision, &out.recall,
                       &out.amount_recall}) {
      *both = {estimates[m], estimates[kMeasures + m], estimates[2 * kMeasures + m]};
      ++m;
    }
  }
  out.days = by_day(before, pairs, a, b, cluster, outcome);
  out.bands = by_band(before, after, pairs);
  return out;
}

}  // namespace kenko::fit
