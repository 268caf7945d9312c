#include "validate/calibration.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "stats/logistic.h"
#include "stats/proportion.h"
#include "validate/backtest.h"
#include "validate/calibration_curve.h"

namespace kenko::validate {
namespace {

constexpr double kLeastSlope = 0.5, kMostSlope = 1.5;
constexpr int64_t kEnoughForSteps = 500;  // accounts with the outcome, for a curve without a form of its own
constexpr double kOneIn = 0.1;            // a column that says the same of nine in ten is left out
constexpr double kRemapRidge = 4.0;       // the slope of a re-map stays near 1 unless there is much to say against it
constexpr int kFewestDays = 3;            // as-of days to learn from: one day knows no other season than its own
constexpr int kBins = 10;

// Probabilities as they were stated, and what came of them.
struct Stated {
  std::vector<double> p, base;
  std::vector<uint8_t> happened;
  std::vector<uint32_t> cluster, account;
  std::vector<Day> as_of;

  void add(const Case& c, double probability, double rate) {
    p.push_back(probability);
    base.push_back(rate);
    happened.push_back(c.happened ? 1 : 0);
    cluster.push_back(c.cluster);
    account.push_back(c.account);
    as_of.push_back(c.as_of);
  }
  [[nodiscard]] double log_loss_from(Day first) const {
    const auto begin = std::lower_bound(as_of.begin(), as_of.end(), first) - as_of.begin();
    const auto at = static_cast<size_t>(begin);
    return stats::log_loss(std::span(p).subspan(at), std::span(happened).subspan(at)).value_or(0);
  }
};

std::pair<int64_t, int64_t> accounts_in(const std::vector<uint32_t>& account, const std::vector<uint8_t>& happened) {
  std::set<uint32_t> all(account.begin(), account.end()), with;
  for (size_t i = 0; i < account.size(); ++i) {
    if (happened[i] != 0) with.insert(account[i]);
  }
  return {std::ssize(all), std::ssize(with)};
}

Judgement judge(const Stated& stated) {
  Judgement out;
  out.cases = std::ssize(stated.p);
  out.outcomes = std::count(stated.happened.begin(), stated.happened.end(), uint8_t{1});
  std::tie(out.accounts, out.accounts_with) = accounts_in(stated.account, stated.happened);
  if (stated.p.empty()) return out;
  out.brier = stats::brier(stated.p, stated.happened);
  out.brier_base = stats::brier(stated.base, stated.happened);
  out.log_loss = stats::log_loss(stated.p, stated.happened);
  out.bins = stats::reliability(stated.p, stated.happened, kBins);
  const stats::CalibrationLine line = stats::calibration_line(stated.p, stated.happened, stated.cluster);
  out.intercept = line.intercept;
  out.slope = line.slope;
  return out;
}

// Of all cases, whether a renewal lies within the horizon parts them well enough to be asked.
bool renewal_tells(const Cases& cases) {
  if (cases.question != Question::churn || cases.cases.empty()) return false;
  const auto within = std::count_if(cases.cases.begin(), cases.cases.end(), [&](const Case& c) {
    return c.looks.to_renewal != kNoDays && c.looks.to_renewal <= cases.horizon;
  });
  const double share = static_cast<double>(within) / static_cast<double>(cases.cases.size());
  return share >= kOneIn && share <= 1 - kOneIn;
}

// The rate of whole cases that were certain by a day: what "the same for everybody" would state.
class Rate {
 public:
  explicit Rate(const Cases& cases) {
    for (const Case& c : cases.cases) {
      if (c.known != Day::kMax) known_.emplace_back(c.known, c.happened);
    }
    std::stable_sort(known_.begin(), known_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  [[nodiscard]] std::optional<double> by(Day day) {
    for (; next_ < known_.size() && known_[next_].first <= day; ++next_) with_ += known_[next_].second ? 1 : 0;
    if (next_ == 0) return std::nullopt;
    return static_cast<double>(with_) / static_cast<double>(next_);
  }

 private:
  std::vector<std::pair<Day, bool>> known_;
  size_t next_ = 0;
  int64_t with_ = 0;
};

// Statements of curves whose outcomes are known: what the two numbers of a re-map are learnt from.
struct Followed {
  Lessons odds;
  std::vector<uint32_t> account;
  std::optional<Day> from, until;

  Followed() { odds.columns = 1; }
  void add(const Case& c, double eta) {
    odds.x.push_back(eta);
    odds.offset.push_back(eta);
    odds.happened.push_back(c.happened ? 1 : 0);
    odds.cluster.push_back(c.cluster);
    account.push_back(c.account);
    from = std::min(from.value_or(c.as_of), c.as_of);
    until = std::max(until.value_or(c.as_of), c.as_of);
  }
};

// nullopt when too few had the outcome, or the order would turn round.
std::optional<Remap> learn_remap(const Followed& followed) {
  Remap map;
  map.accounts_with = accounts_in(followed.account, followed.odds.happened).second;
  if (map.accounts_with < kFewestOutcomes) return std::nullopt;
  stats::LogisticInput input{followed.odds.x, 1, followed.odds.happened};
  input.offset = followed.odds.offset;
  input.ridge = kRemapRidge;
  const auto fit = stats::fit_logistic(input);
  if (!fit || fit->coefficient[1] <= -1) return std::nullopt;
  const std::vector<double> covariance = covariance_of(fit->coefficient, followed.odds, kRemapRidge);
  if (covariance.size() != 4) return std::nullopt;
  map.intercept = fit->coefficient[0];
  map.slope = 1 + fit->coefficient[1];
  map.covariance = {covariance[0], covariance[1], covariance[3]};
  map.from = followed.from;
  map.until = followed.until;
  map.cases = static_cast<int64_t>(followed.odds.rows());
  map.outcomes = std::count(followed.odds.happened.begin(), followed.odds.happened.end(), uint8_t{1});
  return map;
}

double mapped(const Remap& map, double eta) { return map.intercept + map.slope * eta; }

// Both kinds of curve, stated on each as-of day from what was certain by then.
struct BothWays {
  Stated smooth, steps;
};

BothWays state_forward(const Cases& cases, bool with_renewal, bool with_steps, Day from) {
  BothWays out;
  Teacher teacher(cases, with_renewal, from);
  Rate rate(cases);
  const auto& list = cases.cases;
  std::vector<Day> ends;  // when the cases of each as-of day were certain
  for (size_t begin = 0, end = 0; begin < list.size(); begin = end) {
    const Day day = list[begin].as_of;
    while (end < list.size() && list[end].as_of == day) ++end;
    teacher.advance(day);
    const auto base = rate.by(day);
    const auto days_known = std::count_if(ends.begin(), ends.end(), [&](Day d) { return d <= day; });
    if (day >= from) ends.push_back(list[begin].known);
    const bool enough = cases.question == Question::renewal || days_known >= kFewestDays;
    const auto curve = enough ? logistic_curve(cases.question, teacher.lessons(), with_renewal, false) : std::nullopt;
    if (!base || !curve) continue;
    std::optional<Curve> steps;
    if (with_steps) steps = isotonic_curve(cases.question, teacher.lessons());
    for (size_t i = begin; i < end; ++i) {
      const Case& c = list[i];
      if (c.known == Day::kMax) continue;
      const auto say = [&](const Curve& curve_of_day) {
        return stats::logistic(odds_of(cases.question, curve_of_day, cases.horizon, c.looks).value);
      };
      out.smooth.add(c, say(*curve), *base);
      if (steps) out.steps.add(c, say(*steps), *base);
    }
  }
  return out;
}

bool points_wrong(const Cases& cases, const Curve& curve) {
  const double of_score = curve.coefficient[1];
  return cases.question == Question::expansion ? of_score <= 0 : of_score >= 0;
}

bool slope_is_off(const Judgement& judged) {
  const stats::Estimate& slope = judged.slope;
  return !slope.low || !slope.high || *slope.high < kLeastSlope || *slope.low > kMostSlope;
}

Verdict verdict_of(const Judgement& judged) {
  if (judged.accounts_with < kFewestOutcomes || judged.cases - judged.outcomes < kFewestOutcomes)
    return Verdict::too_few;
  if (slope_is_off(judged)) return Verdict::slope_off;
  if (!judged.brier || !judged.brier_base || *judged.brier >= *judged.brier_base) return Verdict::no_better;
  return Verdict::calibrated;
}

// Early windows are cut short by the first day of the data, which makes scores of those days more alike than later ones
// are, and a curve through them too steep.  So days with less than the horizon behind them are not learnt from, when
// this foretold better on the days that both ways can speak of.
Day learn_from(const Cases& cases, bool with_renewal) {
  if (!cases.begin || cases.question == Question::renewal) return Day::kMin;
  const Day whole = *cases.begin + cases.horizon;
  if (cases.cases.front().as_of >= whole) return Day::kMin;
  const Stated later = state_forward(cases, with_renewal, false, whole).smooth;
  if (later.p.empty() || accounts_in(later.account, later.happened).second < kFewestOutcomes) return Day::kMin;
  const Stated all = state_forward(cases, with_renewal, false, Day::kMin).smooth;
  const Day both = later.as_of.front();
  return later.log_loss_from(both) < all.log_loss_from(both) ? whole : Day::kMin;
}

void count_cases(const Cases& cases, Day from, Calibration& out) {
  std::vector<uint32_t> account;
  std::vector<uint8_t> happened;
  for (const Case& c : cases.cases) {
    if (c.known == Day::kMax) continue;
    if (c.as_of < from) {
      ++out.left_out;
      continue;
    }
    account.push_back(c.account);
    happened.push_back(c.happened ? 1 : 0);
    if (account.size() == 1) out.first = c.as_of;
    out.last = c.as_of;
  }
  out.cases = std::ssize(account);
  out.outcomes = std::count(happened.begin(), happened.end(), uint8_t{1});
  std::tie(out.accounts, out.accounts_with) = accounts_in(account, happened);
}

}  // namespace

std::string_view word(Question question) {
  constexpr std::array<std::string_view, kQuestions> kWords{"churn", "renewal", "expansion"};
  return kWords[static_cast<size_t>(question)];
}

std::string_view word(Verdict verdict) {
  constexpr std::array<std::string_view, 6> kWords{"calibrated", "no_data",   "too_few",
                                                   "wrong_way",  "slope_off", "no_better"};
  return kWords[static_cast<size_t>(verdict)];
}

Calibration calibrate(const Cases& cases, int32_t gap, Form form) {
  Calibration out;
  out.question = cases.question;
  out.horizon = cases.horizon;
  out.gap = gap;
  out.grace = cases.grace;
  out.until = cases.seen;
  if (cases.cases.empty()) return out;
  const bool with_renewal = renewal_tells(cases);
  const Day from = learn_from(cases, with_renewal);
  count_cases(cases, from, out);
  out.verdict = Verdict::too_few;
  const bool may_step = cases.question != Question::renewal && form != Form::logistic;
  const bool with_steps = may_step && (form == Form::isotonic || out.accounts_with >= kEnoughForSteps);
  Teacher teacher(cases, with_renewal, from);
  teacher.advance(cases.seen);
  const auto smooth = logistic_curve(cases.question, teacher.lessons(), with_renewal, true);
  if (!smooth) return out;
  const BothWays stated = state_forward(cases, with_renewal, with_steps, from);
  out.curve = *smooth;
  out.judged = judge(stated.smooth);
  if (with_steps) {
    Judgement judged = judge(stated.steps);
    const bool better = judged.log_loss && out.judged.log_loss && *judged.log_loss < *out.judged.log_loss;
    if (better || form == Form::isotonic) {
      out.judged = std::move(judged);
      const Curve steps = isotonic_curve(cases.question, teacher.lessons());
      out.curve.x = steps.x;
      out.curve.y = steps.y;
      out.curve.low = steps.low;
      out.curve.high = steps.high;
    }
  }
  out.verdict = verdict_of(out.judged);
  if (out.verdict == Verdict::calibrated && points_wrong(cases, out.curve)) out.verdict = Verdict::wrong_way;
  return out;
}

void remap(const Cases& cases, Calibration& calibration) {
  Stated stated;
  Followed followed;
  const double base = static_cast<double>(calibration.outcomes) / static_cast<double>(calibration.cases);
  for (const Case& c : cases.cases) {
    if (c.as_of < calibration.until || c.known == Day::kMax) continue;
    const double eta = odds_of(cases.question, calibration.curve, cases.horizon, c.looks).value;
    stated.add(c, stats::logistic(mapped(calibration.remap, eta)), base);
    followed.add(c, eta);
  }
  if (stated.p.empty()) return;
  calibration.since = judge(stated);
  if (calibration.since->accounts_with < kFewestOutcomes) return;
  const auto map = learn_remap(followed);
  // What was right once may have drifted too far for two numbers.
  calibration.verdict = slope_is_off(*calibration.since) || !map ? Verdict::slope_off : Verdict::calibrated;
  if (map) calibration.remap = *map;
}

std::optional<Chance> chance_of(const Calibration& calibration, const Looks& looks) {
  if (!calibration.usable()) return std::nullopt;
  const bool renews = calibration.question == Question::renewal;
  if (renews && looks.to_renewal == kNoDays) return std::nullopt;
  const Odds odds = odds_of(calibration.question, calibration.curve, calibration.horizon, looks);
  const Remap& map = calibration.remap;
  const double eta = mapped(map, odds.value);
  double variance = map.slope * map.slope * odds.error * odds.error;
  variance += map.covariance[0] + 2 * map.covariance[1] * odds.value + map.covariance[2] * odds.value * odds.value;
  const double half = stats::kHalfOf95 * std::sqrt(std::max(0.0, variance));
  const double p = stats::logistic(eta), low = stats::logistic(eta - half), high = stats::logistic(eta + half);
  if (renews) return Chance{1 - p, 1 - high, 1 - low};
  return Chance{p, low, high};
}

}  // namespace kenko::validate
