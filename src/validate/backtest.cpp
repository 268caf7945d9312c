#include "validate/backtest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "stats/proportion.h"
#include "stats/ranking.h"

namespace kenko::validate {
namespace {

using stats::Estimate;

constexpr int32_t kPathDays[] = {90, 60, 30};
constexpr int32_t kPathReach = 15;     // as-of days this near count as so long before
constexpr int32_t kRenewalReach = 30;  // renewals this near count as equally far
constexpr size_t kMostMisses = 20;
constexpr size_t kReasons = 3;
constexpr int kShuffles = 20;

std::optional<double> ratio(double over, double under) {
  if (!(under > 0)) return std::nullopt;
  return over / under;
}

// Clusters numbered densely, in the order of their accounts.
struct Clusters {
  explicit Clusters(const Panel& panel) {
    std::vector<uint32_t> known(panel.cluster);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    count = known.size();
    of.reserve(panel.rows());
    for (const uint32_t c : panel.cluster) {
      of.push_back(static_cast<uint32_t>(std::lower_bound(known.begin(), known.end(), c) - known.begin()));
    }
  }
  std::vector<uint32_t> of;
  size_t count = 0;
};

// Sums by cluster, so that a resample costs its clusters and not its rows.
struct Counted {
  std::vector<double> rows, outcomes;
  explicit Counted(size_t clusters) : rows(clusters, 0), outcomes(clusters, 0) {}
  void add(uint32_t cluster, bool outcome) {
    rows[cluster] += 1;
    outcomes[cluster] += outcome ? 1 : 0;
  }
  [[nodiscard]] std::optional<double> rate(stats::Times times) const {
    double all = 0, with = 0;
    for (size_t c = 0; c < times.size(); ++c) {
      all += times[c] * rows[c];
      with += times[c] * outcomes[c];
    }
    return ratio(with, all);
  }
};

std::vector<double> risks(const Panel& panel) {
  std::vector<double> out;
  out.reserve(panel.rows());
  for (const int32_t s : panel.score) out.push_back(-static_cast<double>(s));
  return out;
}

// A share of a panel's rows.
template <typename T>
std::vector<T> pick(const std::vector<T>& column, const std::vector<uint32_t>& rows) {
  std::vector<T> out;
  out.reserve(rows.size());
  for (const uint32_t r : rows) out.push_back(column[r]);
  return out;
}

class Backtester {
 public:
  Backtester(const Panel& panel, const BacktestOptions& options)
      : panel_(panel),
        clusters_(panel),
        risk_(risks(panel)),
        resamples_(clusters_.count, options.resamples, options.seed) {
    out_.options = options;
    if (out_.options.cutoffs.empty()) default_cutoffs();
  }

  Backtest run() {
    std::vector<uint32_t> all(panel_.rows()), untreated;
    std::iota(all.begin(), all.end(), 0U);
    for (const uint32_t r : all) {
      if (!panel_.treated[r]) untreated.push_back(r);
    }
    out_.all = discrimination(all);
    out_.untreated = untreated.size() == all.size() ? out_.all : discrimination(untreated);
    bands();
    cutoffs();
    parts();
    paths();
    metrics();
    misses();
    out_.forward = forward_probabilities(panel_);
    out_.shuffled_auc = shuffled();
    out_.findings = findings_of(panel_, out_);
    return std::move(out_);
  }

 private:
  std::vector<Estimate> measure(size_t count, const stats::Measures& measures) const {
    return stats::bootstrap(resamples_, count, measures, out_.options.threads);
  }

  void default_cutoffs() {
    for (const int32_t from : panel_.band_from) {
      if (from > 0) out_.options.cutoffs.push_back(from);
    }
    if (!out_.options.cutoffs.empty()) return;
    for (int32_t c = 2000; c <= 8000; c += 2000) out_.options.cutoffs.push_back(c);
  }

  Discrimination discrimination(const std::vector<uint32_t>& rows) const {
    Discrimination d;
    const std::vector<double> risk = pick(risk_, rows);
    const auto outcome = pick(panel_.outcome_in, rows);
    const auto account = pick(panel_.account, rows);
    std::vector<double> amount;
    for (const uint32_t r : rows) {
      amount.push_back(panel_.arr[r] == kNoAmount ? 0 : static_cast<double>(panel_.arr[r]));
    }
    d.rows = std::ssize(rows);
    d.accounts = std::ssize(std::set<uint32_t>(account.begin(), account.end()));
    std::set<uint32_t> with;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (outcome[i]) with.insert(account[i]);
    }
    d.accounts_with = std::ssize(with);
    d.outcomes = std::count(outcome.begin(), outcome.end(), uint8_t{1});
    if (rows.empty()) return d;
    const stats::Ranking ranking(risk, outcome, pick(clusters_.of, rows), pick(panel_.day, rows), amount);
    const double capacity = out_.options.capacity;
    const auto found = measure(7, [&](stats::Times times, std::span<std::optional<double>> to) {
      to[0] = ranking.auc(times);
      to[1] = ranking.auc_within(times);
      to[2] = ranking.average_precision(times);
      const stats::Captured c = ranking.capture(capacity, times);
      to[3] = c.precision();
      to[4] = c.recall();
      to[5] = c.lift();
      to[6] = c.amount_recall();
    });
    d.auc = found[0];
    d.auc_within = found[1];
    d.average_precision = found[2];
    d.precision = found[3];
    d.recall = found[4];
    d.lift = found[5];
    d.amount_recall = found[6];
    d.concordance.value = over_time(rows, risk);
    return d;
  }

  // Harrell's concordance needs what followed the horizon too; an outcome by absence has no time.
  std::optional<double> over_time(const std::vector<uint32_t>& rows, const std::vector<double>& risk) const {
    if (panel_.absence) return std::nullopt;
    std::vector<double> time;
    std::vector<uint8_t> event;
    for (const uint32_t r : rows) {
      time.push_back(panel_.observed[r]);
      event.push_back(panel_.to_outcome[r] != kNoDays ? 1 : 0);
    }
    return stats::concordance(risk, time, event);
  }

  void bands() {
    std::vector<Counted> counted(panel_.bands.size(), Counted(clusters_.count));
    for (const std::string& name : panel_.bands) out_.bands.push_back({name, 0, 0, {}, 0, 0});
    for (size_t r = 0; r < panel_.rows(); ++r) {
      if (panel_.band[r] < 0) continue;
      const auto b = static_cast<size_t>(panel_.band[r]);
      BandLine& line = out_.bands[b];
      const bool outcome = panel_.outcome_in[r] != 0;
      counted[b].add(clusters_.of[r], outcome);
      ++line.rows;
      line.outcomes += outcome ? 1 : 0;
      if (panel_.arr[r] == kNoAmount) continue;
      line.arr += panel_.arr[r];
      line.arr_lost += outcome ? panel_.arr[r] : 0;
    }
    const auto rates = measure(counted.size(), [&](stats::Times times, std::span<std::optional<double>> to) {
      for (size_t b = 0; b < counted.size(); ++b) to[b] = counted[b].rate(times);
    });
    for (size_t b = 0; b < counted.size(); ++b) out_.bands[b].rate = rates[b];
    trend();
  }

  // By accounts, each on its last as-of day: rows of one account are not independent.
  void trend() {
    std::map<uint32_t, size_t> last;
    for (size_t r = 0; r < panel_.rows(); ++r) {
      if (panel_.band[r] >= 0) last[panel_.account[r]] = r;
    }
    std::vector<stats::Share> groups(panel_.bands.size());
    for (const auto& [account, r] : last) {
      stats::Share& group = groups[static_cast<size_t>(panel_.band[r])];
      group.cases += 1;
      group.found += panel_.outcome_in[r];
    }
    if (const auto z = stats::trend_z(groups)) out_.trend_p = stats::two_sided(*z);
  }

  void cutoffs() {
    for (const int32_t cutoff : out_.options.cutoffs) {
      CutoffLine line;
      line.cutoff = cutoff;
      Counted below(clusters_.count), with(clusters_.count);
      for (size_t r = 0; r < panel_.rows(); ++r) {
        const bool low = panel_.score[r] < cutoff, outcome = panel_.outcome_in[r] != 0;
        const int64_t arr = panel_.arr[r] == kNoAmount ? 0 : panel_.arr[r];
        if (low) below.add(clusters_.of[r], outcome);
        if (outcome) with.add(clusters_.of[r], low);
        int64_t& count = low ? (outcome ? line.found : line.false_alarms) : (outcome ? line.missed : line.left_alone);
        ++count;
        if (low && outcome) line.arr_found += arr;
        if (low && !outcome) line.arr_false_alarms += arr;
        if (!low && outcome) line.arr_missed += arr;
      }
      const auto found = measure(2, [&](stats::Times times, std::span<std::optional<double>> to) {
        to[0] = below.rate(times);
        to[1] = with.rate(times);
      });
      line.precision = found[0];
      line.recall = found[1];
      lead_times(line);
      out_.cutoffs.push_back(std::move(line));
    }
  }

  // Rows stand by day, so those of an account come in the order of time.
  void lead_times(CutoffLine& line) const {
    struct Stay {
      std::optional<Day> since;
      int32_t last_day = -1;
    };
    std::map<uint32_t, Stay> stays;
    std::map<uint32_t, double> leads;  // by account: of its last row with an outcome
    for (size_t r = 0; r < panel_.rows(); ++r) {
      Stay& stay = stays[panel_.account[r]];
      const auto day = static_cast<int32_t>(panel_.day[r]);
      const bool gap = stay.last_day + 1 != day;
      if (panel_.score[r] >= line.cutoff) {
        stay.since.reset();
      } else if (!stay.since || gap) {
        stay.since = panel_.days[panel_.day[r]];
      }
      stay.last_day = day;
      if (!panel_.outcome_in[r] || panel_.to_outcome[r] == kNoDays) continue;
      leads.erase(panel_.account[r]);
      if (!stay.since) continue;
      const Day decision = panel_.days[panel_.day[r]] + panel_.to_outcome[r];
      leads[panel_.account[r]] = static_cast<double>(decision - *stay.since);
    }
    if (panel_.absence || leads.empty()) return;
    std::vector<double> days;
    for (const auto& [account, lead] : leads) days.push_back(lead);
    std::sort(days.begin(), days.end());
    line.lead_median = stats::quantile(days, 0.5);
    line.leads = std::ssize(days);
  }

  PartLine part(std::string name, const std::vector<uint32_t>& rows) const {
    PartLine line{std::move(name), std::ssize(rows), 0, {}};
    const auto outcome = pick(panel_.outcome_in, rows);
    line.outcomes = std::count(outcome.begin(), outcome.end(), uint8_t{1});
    if (rows.empty()) return line;
    const stats::Ranking ranking(pick(risk_, rows), outcome, pick(clusters_.of, rows));
    line.auc =
        measure(1, [&](stats::Times times, std::span<std::optional<double>> to) { to[0] = ranking.auc(times); })[0];
    return line;
  }

  void parts() {
    std::vector<std::vector<uint32_t>> by_day(panel_.days.size()), by_segment(panel_.segments.size() + 1);
    for (uint32_t r = 0; r < panel_.rows(); ++r) {
      by_day[panel_.day[r]].push_back(r);
      by_segment[static_cast<size_t>(panel_.segment[r] + 1)].push_back(r);
    }
    for (size_t d = 0; d < by_day.size(); ++d) out_.days.push_back(part(panel_.days[d].iso(), by_day[d]));
    if (panel_.segments.empty()) return;
    for (size_t s = 0; s < by_segment.size(); ++s) {
      if (by_segment[s].empty()) continue;
      out_.segments.push_back(part(s == 0 ? "(none)" : panel_.segments[s - 1], by_segment[s]));
    }
  }

  [[nodiscard]] bool alike(size_t a, size_t b) const {
    if (panel_.segment[a] != panel_.segment[b]) return false;
    const int32_t x = panel_.to_renewal[a], y = panel_.to_renewal[b];
    return (x == kNoDays) == (y == kNoDays) && (x == kNoDays || std::abs(x - y) <= kRenewalReach);
  }

  void paths() {
    if (panel_.absence) return;
    for (const int32_t before : kPathDays) {
      PathLine line;
      line.days_before = before;
      std::vector<uint32_t> leavers;
      std::vector<std::vector<uint32_t>> stayers(panel_.days.size());
      std::vector<uint8_t> used(panel_.days.size(), 0);
      for (uint32_t r = 0; r < panel_.rows(); ++r) {
        if (panel_.to_outcome[r] == kNoDays) stayers[panel_.day[r]].push_back(r);
        if (panel_.to_outcome[r] == kNoDays || std::abs(panel_.to_outcome[r] - before) > kPathReach) continue;
        leavers.push_back(r);
        used[panel_.day[r]] = 1;
      }
      Mean left, stayed, left_change, stayed_change;
      for (const uint32_t r : leavers) {
        Mean matched, matched_change;
        for (const uint32_t s : stayers[panel_.day[r]]) {
          if (!alike(r, s)) continue;
          matched.add(panel_.score[s] / 100.0);
          if (panel_.change[s] != kNoDays) matched_change.add(panel_.change[s] / 100.0);
          ++line.stayers;
        }
        left.add(panel_.score[r] / 100.0);
        if (panel_.change[r] != kNoDays) left_change.add(panel_.change[r] / 100.0);
        // Each leaver counts once, however many were like it.
        if (const auto mean = matched.value()) stayed.add(*mean);
        if (const auto mean = matched_change.value()) stayed_change.add(*mean);
      }
      line.leavers = std::ssize(leavers);
      line.leavers_mean = left.value();
      line.stayers_mean = stayed.value();
      line.leavers_change = left_change.value();
      line.stayers_change = stayed_change.value();
      if (line.leavers_change && *line.leavers_change < 0) count_falls(used, *line.leavers_change * 100, line);
      out_.paths.push_back(std::move(line));
    }
  }

  void count_falls(const std::vector<uint8_t>& days, double fall, PathLine& line) const {
    for (size_t r = 0; r < panel_.rows(); ++r) {
      if (!days[panel_.day[r]] || panel_.change[r] == kNoDays || panel_.change[r] > fall) continue;
      ++(panel_.outcome_in[r] ? line.fell_and_left : line.fell_and_stayed);
    }
  }

  void metrics() {
    const size_t count = panel_.metrics.size();
    std::vector<std::vector<double>> ranks(count);
    for (size_t m = 0; m < count; ++m) {
      MetricLine line;
      line.name = panel_.metrics[m];
      line.label = panel_.metric_labels[m];
      line.ours = panel_.ours[m] != 0;
      std::vector<uint32_t> rows;
      std::vector<double> risk;
      for (uint32_t r = 0; r < panel_.rows(); ++r) {
        const double points = panel_.points[r * count + m];
        if (std::isnan(points)) continue;
        rows.push_back(r);
        risk.push_back(-points);
      }
      ranks[m] = ranks_of(m);
      if (rows.empty()) continue;
      line.covered = static_cast<double>(rows.size()) / static_cast<double>(panel_.rows());
      const stats::Ranking ranking(risk, pick(panel_.outcome_in, rows), pick(clusters_.of, rows));
      line.auc =
          measure(1, [&](stats::Times times, std::span<std::optional<double>> to) { to[0] = ranking.auc(times); })[0];
      out_.metrics.push_back(std::move(line));
    }
    for (MetricLine& line : out_.metrics) find_alike(line, ranks);
    std::stable_sort(out_.metrics.begin(), out_.metrics.end(), [](const MetricLine& a, const MetricLine& b) {
      return a.auc.value.value_or(0) > b.auc.value.value_or(0);
    });
  }

  // Mean ranks of a metric's points, NaN without points.
  [[nodiscard]] std::vector<double> ranks_of(size_t metric) const {
    const size_t count = panel_.metrics.size();
    std::vector<uint32_t> rows;
    for (uint32_t r = 0; r < panel_.rows(); ++r) {
      if (!std::isnan(panel_.points[r * count + metric])) rows.push_back(r);
    }
    const auto points = [&](uint32_t r) { return panel_.points[r * count + metric]; };
    std::sort(rows.begin(), rows.end(),
              [&](uint32_t a, uint32_t b) { return points(a) != points(b) ? points(a) < points(b) : a < b; });
    std::vector<double> out(panel_.rows(), kNothing);
    for (size_t i = 0; i < rows.size();) {
      size_t end = i;
      while (end < rows.size() && points(rows[end]) == points(rows[i])) ++end;
      for (size_t k = i; k < end; ++k) out[rows[k]] = static_cast<double>(i + end - 1) / 2;
      i = end;
    }
    return out;
  }

  void find_alike(MetricLine& line, const std::vector<std::vector<double>>& ranks) const {
    const auto self = static_cast<size_t>(std::find(panel_.metrics.begin(), panel_.metrics.end(), line.name) -
                                          panel_.metrics.begin());
    for (size_t m = 0; m < ranks.size(); ++m) {
      if (m == self) continue;
      const double by = correlation(ranks[self], ranks[m]);
      if (std::fabs(by) <= std::fabs(line.alike_by)) continue;
      line.alike_by = by;
      line.alike = panel_.metrics[m];
    }
  }

  // Of the rows that have both; 0 without a spread.
  static double correlation(const std::vector<double>& x, const std::vector<double>& y) {
    double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(x[i]) || std::isnan(y[i])) continue;
      n += 1;
      sx += x[i];
      sy += y[i];
      sxx += x[i] * x[i];
      syy += y[i] * y[i];
      sxy += x[i] * y[i];
    }
    if (n < 2) return 0;
    const double vx = sxx - sx * sx / n, vy = syy - sy * sy / n;
    if (!(vx > 0) || !(vy > 0)) return 0;
    return std::clamp((sxy - sx * sy / n) / std::sqrt(vx * vy), -1.0, 1.0);
  }

  void misses() {
    if (panel_.bands.empty()) return;
    const auto best = static_cast<int8_t>(panel_.bands.size() - 1);
    std::map<uint32_t, uint32_t> last;  // by account: its last row with the outcome
    for (uint32_t r = 0; r < panel_.rows(); ++r) {
      if (panel_.outcome_in[r]) last[panel_.account[r]] = r;
    }
    std::vector<uint32_t> rows;
    for (const auto& [account, r] : last) {
      if (panel_.band[r] == best) rows.push_back(r);
    }
    std::sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
      return panel_.score[a] != panel_.score[b] ? panel_.score[a] > panel_.score[b]
                                                : panel_.account[a] < panel_.account[b];
    });
    if (rows.size() > kMostMisses) rows.resize(kMostMisses);
    for (const uint32_t r : rows) out_.misses.push_back(miss(r));
  }

  [[nodiscard]] MissLine miss(uint32_t r) const {
    MissLine line;
    line.account = panel_.account[r];
    line.as_of = panel_.days[panel_.day[r]];
    line.score = panel_.score[r];
    line.coverage = panel_.coverage[r];
    line.band = panel_.band[r];
    line.to_outcome = panel_.to_outcome[r];
    line.arr = panel_.arr[r];
    line.reason = panel_.reason[r];
    const size_t count = panel_.metrics.size();
    std::vector<uint32_t> order;
    for (uint32_t m = 0; m < count; ++m) {
      if (!std::isnan(panel_.points[r * count + m])) order.push_back(m);
    }
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return panel_.points[r * count + a] > panel_.points[r * count + b];
    });
    const size_t shown = std::min(kReasons, order.size());
    line.best.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown));
    line.worst.assign(order.rbegin(), order.rbegin() + static_cast<std::ptrdiff_t>(shown));
    return line;
  }

  // Outcomes dealt anew: every account gets those of another one, the same on all as-of days on which both are there
  // (else those of the next in the chain), so that an account's outcomes stay together.  A score without a leak gives a
  // half.
  [[nodiscard]] std::optional<double> shuffled() const {
    if (panel_.rows() == 0) return std::nullopt;
    std::vector<uint32_t> accounts(panel_.account);
    std::sort(accounts.begin(), accounts.end());
    accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
    std::vector<uint32_t> number;
    number.resize(panel_.accounts.size());
    for (uint32_t i = 0; i < accounts.size(); ++i) number[accounts[i]] = i;
    std::vector<uint32_t> next;
    next.resize(accounts.size());
    std::vector<int64_t> row_of(accounts.size());
    Mean mean;
    for (int i = 0; i < kShuffles; ++i) {
      Random random = Random(out_.options.seed).fork(static_cast<uint64_t>(1'000'000 + i));
      std::iota(next.begin(), next.end(), 0U);
      for (size_t k = next.size(); k > 1; --k) {
        std::swap(next[k - 1], next[static_cast<size_t>(random.between(0, static_cast<int64_t>(k) - 1))]);
      }
      std::vector<uint8_t> dealt(panel_.rows());
      for (size_t begin = 0, end = 0; begin < panel_.rows(); begin = end) {
        std::fill(row_of.begin(), row_of.end(), -1);
        for (; end < panel_.rows() && panel_.day[end] == panel_.day[begin]; ++end) {
          row_of[number[panel_.account[end]]] = static_cast<int64_t>(end);
        }
        for (size_t r = begin; r < end; ++r) {
          uint32_t from = next[number[panel_.account[r]]];
          while (row_of[from] < 0) from = next[from];
          dealt[r] = panel_.outcome_in[static_cast<size_t>(row_of[from])];
        }
      }
      const stats::Ranking ranking(risk_, dealt, clusters_.of, panel_.day);
      if (const auto auc = ranking.auc_within()) mean.add(*auc);
    }
    return mean.value();
  }

  struct Mean {
    double sum = 0, count = 0;
    void add(double x) {
      sum += x;
      count += 1;
    }
    [[nodiscard]] std::optional<double> value() const { return ratio(sum, count); }
  };

  const Panel& panel_;
  Clusters clusters_;
  std::vector<double> risk_;  // by row
  stats::Resamples resamples_;
  Backtest out_;
};

}  // namespace

Backtest backtest(const Panel& panel, const BacktestOptions& options) { return Backtester(panel, options).run(); }

}  // namespace kenko::validate
