#include "validate/backtest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "base/check.h"
#include "stats/proportion.h"
#include "stats/ranking.h"
#include "validate/backtest_parts.h"

namespace kenko::validate {
namespace {

using stats::Estimate;

constexpr size_t kMostMisses = 20;
constexpr size_t kReasons = 3;

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
  Backtester(const Panel& panel, const BacktestOptions& options, const WithoutOurs& without_ours)
      : panel_(panel),
        without_ours_(without_ours),
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
    out_.bands.reserve(panel_.bands.size());
    out_.cutoffs.reserve(out_.options.cutoffs.size());
    out_.days.reserve(panel_.days.size());
    out_.segments.reserve(panel_.segments.size() + 1);
    out_.metrics.reserve(panel_.metrics.size());
    discrimination(all, out_.all);
    if (untreated.size() != all.size()) discrimination(untreated, out_.untreated);
    bands();
    if (out_.options.in_parts) {
      ours();
      cutoffs();
      parts();
      metrics();
    }
    resample();
    if (untreated.size() == all.size()) out_.untreated = out_.all;
    std::stable_sort(out_.metrics.begin(), out_.metrics.end(), [](const MetricLine& a, const MetricLine& b) {
      return a.auc.value.value_or(0) > b.auc.value.value_or(0);
    });
    if (out_.options.in_parts) {
      out_.paths = score_paths(panel_);
      misses();
      out_.shuffled_auc = shuffled_auc(panel_, out_.options.seed);
    }
    out_.forward = forward_probabilities(panel_, out_.options);
    out_.findings = findings_of(panel_, out_);
    return std::move(out_);
  }

 private:
  // Measures that wait for the resamples, which are drawn once for all of them.
  struct Job {
    std::vector<Estimate*> to;
    stats::Measures measures;
  };

  // `to` must stay where it is until resample().
  void measure(std::vector<Estimate*> to, stats::Measures measures) {
    jobs_.push_back({std::move(to), std::move(measures)});
  }

  void resample() {
    size_t count = 0;
    for (const Job& job : jobs_) count += job.to.size();
    const auto all = [&](stats::Times times, std::span<std::optional<double>> to) {
      for (const Job& job : jobs_) {
        job.measures(times, to.first(job.to.size()));
        to = to.subspan(job.to.size());
      }
    };
    const std::vector<Estimate> found = stats::bootstrap(resamples_, count, all, out_.options.threads);
    auto next = found.begin();
    for (const Job& job : jobs_) {
      for (Estimate* to : job.to) *to = *next++;
    }
    jobs_.clear();
  }

  // A ranking lives until the resamples are through.
  void measure_auc(Estimate& to, std::shared_ptr<const stats::Ranking> ranking) {
    measure({&to}, [ranking = std::move(ranking)](stats::Times times, std::span<std::optional<double>> out) {
      out[0] = ranking->auc(times);
    });
  }

  void default_cutoffs() {
    for (const int32_t from : panel_.band_from) {
      if (from > 0) out_.options.cutoffs.push_back(from);
    }
    if (!out_.options.cutoffs.empty()) return;
    for (int32_t c = 2000; c <= 8000; c += 2000) out_.options.cutoffs.push_back(c);
  }

  void discrimination(const std::vector<uint32_t>& rows, Discrimination& d) {
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
    if (rows.empty()) return;
    const auto cluster = pick(clusters_.of, rows);
    const auto ranking = std::make_shared<const stats::Ranking>(risk, outcome, cluster, pick(panel_.day, rows), amount);
    const double capacity = out_.options.capacity;
    measure({&d.auc, &d.auc_within, &d.average_precision, &d.precision, &d.recall, &d.lift, &d.amount_recall},
            [ranking, capacity](stats::Times times, std::span<std::optional<double>> to) {
              const stats::Ranking::Pooled pooled = ranking->pooled(capacity, times);
              to[0] = pooled.auc;
              to[1] = ranking->auc_within(times);
              to[2] = pooled.average_precision;
              to[3] = pooled.captured.precision();
              to[4] = pooled.captured.recall();
              to[5] = pooled.captured.lift();
              to[6] = pooled.captured.amount_recall();
            });
    d.concordance = over_time(rows, risk, cluster);
  }

  void ours() {
    out_.any_ours = without_ours_.any;
    std::vector<uint32_t> rows;
    std::vector<double> risk;
    for (uint32_t r = 0; r < without_ours_.score.size(); ++r) {
      if (std::isnan(without_ours_.score[r])) continue;
      rows.push_back(r);
      risk.push_back(-without_ours_.score[r]);
    }
    out_.ours_rows = std::ssize(rows);
    if (rows.empty()) return;
    const auto outcome = pick(panel_.outcome_in, rows);
    const auto cluster = pick(clusters_.of, rows), day = pick(panel_.day, rows);
    const auto without = std::make_shared<const stats::Ranking>(risk, outcome, cluster, day);
    const auto with = std::make_shared<const stats::Ranking>(pick(risk_, rows), outcome, cluster, day);
    measure({&out_.auc_without_ours, &out_.auc_with_ours, &out_.ours_gain},
            [with, without](stats::Times times, std::span<std::optional<double>> to) {
              to[0] = without->auc_within(times);
              to[1] = with->auc_within(times);
              if (to[0] && to[1]) to[2] = *to[1] - *to[0];
            });
  }

  // Harrell's concordance needs what followed the horizon too; an outcome by absence has no time.
  [[nodiscard]] Estimate over_time(const std::vector<uint32_t>& rows, const std::vector<double>& risk,
                                   const std::vector<uint32_t>& cluster) const {
    if (panel_.absence) return {};
    std::vector<double> time;
    std::vector<uint8_t> event;
    for (const uint32_t r : rows) {
      time.push_back(panel_.observed[r]);
      event.push_back(panel_.to_outcome[r] != kNoDays ? 1 : 0);
    }
    return stats::concordance(risk, time, event, cluster);
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
    for (size_t b = 0; b < counted.size(); ++b) {
      measure({&out_.bands[b].rate},
              [sums = std::move(counted[b])](stats::Times times, auto to) { to[0] = sums.rate(times); });
    }
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
      lead_times(line);
      CutoffLine& kept = out_.cutoffs.emplace_back(std::move(line));
      measure({&kept.precision, &kept.recall},
              [below = std::move(below), with = std::move(with)](stats::Times times, auto to) {
                to[0] = below.rate(times);
                to[1] = with.rate(times);
              });
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

  void part(std::string name, const std::vector<uint32_t>& rows, std::vector<PartLine>& to) {
    PartLine& line = to.emplace_back(PartLine{std::move(name), std::ssize(rows), 0, {}});
    const auto outcome = pick(panel_.outcome_in, rows);
    line.outcomes = std::count(outcome.begin(), outcome.end(), uint8_t{1});
    if (rows.empty()) return;
    measure_auc(line.auc, std::make_shared<const stats::Ranking>(pick(risk_, rows), outcome, pick(clusters_.of, rows)));
  }

  void parts() {
    std::vector<std::vector<uint32_t>> by_day(panel_.days.size()), by_segment(panel_.segments.size() + 1);
    for (uint32_t r = 0; r < panel_.rows(); ++r) {
      by_day[panel_.day[r]].push_back(r);
      by_segment[static_cast<size_t>(panel_.segment[r] + 1)].push_back(r);
    }
    for (size_t d = 0; d < by_day.size(); ++d) part(panel_.days[d].iso(), by_day[d], out_.days);
    if (panel_.segments.empty()) return;
    for (size_t s = 0; s < by_segment.size(); ++s) {
      if (by_segment[s].empty()) continue;
      part(s == 0 ? "(none)" : panel_.segments[s - 1], by_segment[s], out_.segments);
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
      measure_auc(
          out_.metrics.emplace_back(std::move(line)).auc,
          std::make_shared<const stats::Ranking>(risk, pick(panel_.outcome_in, rows), pick(clusters_.of, rows)));
    }
    for (MetricLine& line : out_.metrics) find_alike(line, ranks);
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

  const Panel& panel_;
  const WithoutOurs& without_ours_;
  Clusters clusters_;
  std::vector<double> risk_;  // by row
  stats::Resamples resamples_;
  std::vector<Job> jobs_;
  Backtest out_;
};

}  // namespace

Backtest backtest(const Panel& panel, const BacktestOptions& options, const WithoutOurs& without_ours) {
  return Backtester(panel, options, without_ours).run();
}

}  // namespace kenko::validate
