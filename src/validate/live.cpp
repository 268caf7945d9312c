#include "validate/live.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "stats/proportion.h"
#include "stats/ranking.h"

namespace kenko::validate {
namespace {

constexpr double kLeastFall = 0.05;  // of the area: less is not worth speaking of
constexpr double kLeastRate = 0.25;  // of the outcomes stated
constexpr double kWidth = 2 * stats::kHalfOf95;

// Rows of one period, in columns.
struct Part {
  std::vector<uint32_t> rows, cluster, day;
  std::vector<double> risk, time;
  std::vector<uint8_t> outcome, event;

  void add(const Panel& p, uint32_t row, uint32_t in_cluster, int32_t score) {
    rows.push_back(row);
    cluster.push_back(in_cluster);
    day.push_back(p.day[row]);
    risk.push_back(-static_cast<double>(score));
    time.push_back(p.observed[row]);
    outcome.push_back(p.outcome_in[row]);
    event.push_back(p.to_outcome[row] != kNoDays ? 1 : 0);
  }
  [[nodiscard]] stats::Ranking ranking() const { return {risk, outcome, cluster, day}; }
};

int64_t accounts_with(const Panel& p, const Part& part) {
  std::set<uint32_t> out;
  for (size_t i = 0; i < part.rows.size(); ++i) {
    if (part.outcome[i]) out.insert(p.account[part.rows[i]]);
  }
  return std::ssize(out);
}

class Judge {
 public:
  Judge(const Panel& panel, const std::vector<int32_t>& scores, int32_t recent_days, const BacktestOptions& options)
      : p_(panel), o_(options) {
    std::vector<uint32_t> known(panel.cluster);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    clusters_ = known.size();
    const Day closed = panel.last_day - (panel.gap + panel.horizon);
    Day last;  // whose horizon ended
    bool any = false;
    for (const Day d : panel.days) {
      if (d > closed) continue;
      last = d;
      any = true;
    }
    for (uint32_t r = 0; r < panel.rows(); ++r) {
      if (scores[r] == score::kNoScore) continue;
      const Day day = panel.days[panel.day[r]];
      const LivePeriod period = !any || day > last         ? LivePeriod::open
                                : day > last - recent_days ? LivePeriod::recent
                                                           : LivePeriod::earlier;
      const auto cluster = std::lower_bound(known.begin(), known.end(), panel.cluster[r]) - known.begin();
      part(period).add(panel, r, static_cast<uint32_t>(cluster), scores[r]);
    }
  }

  Live live() {
    for (const LivePeriod period : {LivePeriod::earlier, LivePeriod::recent, LivePeriod::open}) {
      if (!part(period).rows.empty() && !(period == LivePeriod::open && p_.absence)) line(period);
    }
    foretelling();
    rate();
    return std::move(out_);
  }

 private:
  Part& part(LivePeriod period) { return parts_[static_cast<size_t>(period)]; }

  void line(LivePeriod period) {
    const Part& part = this->part(period);
    LiveLine line;
    line.period = period;
    line.from = p_.days[part.day.front()];
    line.to = p_.days[part.day.back()];
    line.rows = std::ssize(part.rows);
    line.outcomes = std::count(part.outcome.begin(), part.outcome.end(), uint8_t{1});
    line.accounts_with = accounts_with(p_, part);
    if (period != LivePeriod::open) {
      const stats::Ranking ranking = part.ranking();
      line.auc_within = stats::bootstrap(
          resamples(), 1, [&](stats::Times times, auto to) { to[0] = ranking.auc_within(times); }, o_.threads)[0];
    }
    if (!p_.absence) line.concordance = stats::concordance(part.risk, part.time, part.event, part.cluster);
    out_.periods.push_back(std::move(line));
  }

  [[nodiscard]] stats::Resamples resamples() const { return {clusters_, o_.resamples, o_.seed}; }

  // Has the area fallen?
  void foretelling() {
    const Part &earlier = part(LivePeriod::earlier), &recent = part(LivePeriod::recent);
    if (accounts_with(p_, earlier) < kFewestOutcomes || accounts_with(p_, recent) < kFewestOutcomes) return;
    const stats::Ranking before = earlier.ranking(), now = recent.ranking();
    const auto found = stats::bootstrap(
        resamples(), 1,
        [&](stats::Times times, auto to) {
          const auto a = before.auc_within(times), b = now.auc_within(times);
          if (a && b) to[0] = *b - *a;
        },
        o_.threads)[0];
    if (!found.value || !found.low || !found.high) return;
    Look look;
    look.kind = LookKind::foretelling;
    look.reference = look.expected = before.auc_within();
    look.now = now.auc_within();
    look.effect = found;
    look.accounts = accounts_with(p_, recent);
    if (*found.value < 0)
      look.p = chance_of(*found.value, kLeastFall, (*found.high - *found.low) / kWidth, look.accounts);
    out_.looks.push_back(std::move(look));
  }

  // Do as many have the outcome as was stated?
  void rate() {
    const Part& recent = part(LivePeriod::recent);
    const int64_t learnt = accounts_with(p_, part(LivePeriod::earlier));
    if (learnt < kFewestOutcomes) return;
    const Forward forward = forward_probabilities(p_, o_);
    double stated = 0, happened = 0, cases = 0;
    std::vector<double> by_cluster(clusters_, 0);
    std::vector<uint8_t> used(clusters_, 0);
    for (size_t i = 0; i < recent.rows.size(); ++i) {
      const double p = forward.p[recent.rows[i]];
      if (std::isnan(p)) continue;
      cases += 1;
      stated += p;
      happened += recent.outcome[i];
      by_cluster[recent.cluster[i]] += recent.outcome[i] - p;
      used[recent.cluster[i]] = 1;
    }
    if (!(stated > 0)) return;
    double squares = 0;
    for (const double x : by_cluster) squares += x * x;
    // What was stated rests on so many outcomes itself.
    const double error = std::sqrt(squares / (stated * stated) + 1 / static_cast<double>(learnt));
    Look look;
    look.kind = LookKind::rate;
    look.reference = look.expected = stated / cases;
    look.now = happened / cases;
    const double effect = happened / stated - 1;
    look.effect = {effect, effect - kWidth / 2 * error, effect + kWidth / 2 * error};
    look.accounts = std::count(used.begin(), used.end(), uint8_t{1});
    if (look.accounts < kFewestOutcomes) return;
    look.p = chance_of(effect, kLeastRate, error, std::min(look.accounts, learnt));
    out_.looks.push_back(std::move(look));
  }

  const Panel& p_;
  const BacktestOptions& o_;
  size_t clusters_ = 0;
  std::array<Part, 3> parts_;
  Live out_;
};

}  // namespace

std::string_view word(LivePeriod period) {
  constexpr std::array<std::string_view, 3> kWords{"earlier", "recent", "so far"};
  return kWords[static_cast<size_t>(period)];
}

Live live_performance(const Panel& panel, const std::vector<int32_t>& scores, int32_t recent_days,
                      const BacktestOptions& options) {
  return Judge(panel, scores, recent_days, options).live();
}

}  // namespace kenko::validate
