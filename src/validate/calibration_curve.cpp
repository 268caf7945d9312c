#include "validate/calibration_curve.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "base/check.h"
#include "stats/logistic.h"
#include "stats/proportion.h"

namespace kenko::validate {
namespace {

constexpr double kTens = 1000.0;  // scores count in tens of points, so that one ridge suits all columns
constexpr double kRidge = 1.0;    // keeps a separated or tiny panel finite
constexpr int32_t kPeriodDays = 30;
constexpr int32_t kNearPeriods = 3;  // up to 90 days before the renewal
constexpr int64_t kFewestToLearn = 5;
constexpr double kFarthest = 1e-9;  // probabilities stay this far from 0 and 1

void add_score(const Looks& looks, std::vector<double>& to) {
  to.push_back(looks.score / kTens);
  to.push_back(looks.change == kNoDays ? 0 : looks.change / kTens);
}

// A renewal within the horizon is when most customers can leave.
bool renews_within(const Looks& looks, int32_t horizon) {
  return looks.to_renewal != kNoDays && looks.to_renewal <= horizon;
}

// The last period holds the renewal itself; those before are near or far.
void add_period(int32_t period, std::vector<double>& to) {
  to.push_back(period >= 1 && period < kNearPeriods ? 1 : 0);
  to.push_back(period >= kNearPeriods ? 1 : 0);
}

size_t columns_of(Question question, bool with_renewal) {
  if (question == Question::renewal) return 4;
  return with_renewal ? 3 : 2;
}

// Periods still to come: the last one is 0.
int32_t first_period(int32_t to_renewal) { return to_renewal <= 0 ? 0 : (to_renewal - 1) / kPeriodDays; }

// The part of a period that lies ahead; the renewal itself lies ahead in any case.
double part_ahead(int32_t to_renewal, int32_t period) {
  if (period == 0) return 1;
  return std::min(1.0, static_cast<double>(to_renewal - period * kPeriodDays) / kPeriodDays);
}

double sum_of(const std::vector<double>& coefficient, std::span<const double> x) {
  double sum = coefficient[0];
  for (size_t c = 0; c < x.size(); ++c) sum += coefficient[c + 1] * x[c];
  return sum;
}

// x' V x with a leading 1.
double variance_of(const std::vector<double>& covariance, std::span<const double> x) {
  const size_t n = x.size() + 1;
  if (covariance.size() != n * n) return 0;
  const auto at = [&](size_t i) { return i == 0 ? 1.0 : x[i - 1]; };
  double sum = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) sum += at(i) * covariance[i * n + j] * at(j);
  }
  return std::max(0.0, sum);
}

double kept_inside(double p) { return std::clamp(p, kFarthest, 1 - kFarthest); }

// Leaving by the renewal: once in any of the periods up to it.
Odds renewal_odds(const Curve& curve, const Looks& looks) {
  const size_t n = curve.coefficient.size();
  std::vector<double> slope(n - 1, 0);  // of the log of staying, by coefficient
  double log_stay = 0, slope_of_one = 0;
  for (int32_t period = first_period(looks.to_renewal); period >= 0; --period) {
    std::vector<double> x;
    add_score(looks, x);
    add_period(period, x);
    const double eta = sum_of(curve.coefficient, x) + std::log(part_ahead(looks.to_renewal, period));
    const double leaves = stats::logistic(eta);
    log_stay += std::log1p(-std::min(leaves, 1 - kFarthest));
    slope_of_one -= leaves;
    for (size_t c = 0; c < x.size(); ++c) slope[c] -= leaves * x[c];
  }
  const double stays = kept_inside(std::exp(log_stay));
  double error = 0;
  if (curve.covariance.size() == n * n) {
    const auto at = [&](size_t i) { return i == 0 ? slope_of_one : slope[i - 1]; };
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) error += at(i) * curve.covariance[i * n + j] * at(j);
    }
  }
  return {stats::logit(1 - stays), std::sqrt(std::max(0.0, error)) / (1 - stays)};
}

double between(const std::vector<double>& x, const std::vector<double>& y, double at) {
  return stats::Isotonic::from_points(x, y).at(at);
}

// Where the curve rises: a low score means leaving, a high one expanding.
double rising(Question question, int32_t score) { return question == Question::expansion ? score : -score; }

}  // namespace

Teacher::Teacher(const Cases& cases, bool with_renewal, Day from) : cases_(cases), with_renewal_(with_renewal) {
  lessons_.columns = columns_of(cases.question, with_renewal);
  for (uint32_t i = 0; i < cases.cases.size(); ++i) {
    const Case& c = cases.cases[i];
    if (c.as_of < from) continue;
    if (cases.question == Question::renewal) {
      add_periods(i);
    } else if (c.known != Day::kMax) {
      rows_.push_back({c.known, i, 0, 1, c.happened});
    }
  }
  std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.known < b.known; });
}

void Teacher::add_periods(uint32_t position) {
  const Case& c = cases_.cases[position];
  const int32_t to_renewal = c.looks.to_renewal;
  const Day renewal = c.as_of + to_renewal;
  for (int32_t period = first_period(to_renewal); period >= 0; --period) {
    const Day end = renewal - period * kPeriodDays;
    const Day known = period == 0 ? c.known : end;
    if (known > cases_.seen) return;  // censored
    const bool happened = c.left != Day::kMax && (c.left <= end || period == 0);
    rows_.push_back({known, position, period, part_ahead(to_renewal, period), happened});
    if (happened) return;
  }
}

void Teacher::advance(Day day) {
  for (; next_ < rows_.size() && rows_[next_].known <= day; ++next_) {
    const Row& row = rows_[next_];
    const Case& c = cases_.cases[row.position];
    add_score(c.looks, lessons_.x);
    if (cases_.question == Question::renewal) {
      add_period(row.period, lessons_.x);
      lessons_.offset.push_back(std::log(row.part));
    } else if (with_renewal_) {
      lessons_.x.push_back(renews_within(c.looks, cases_.horizon) ? 1 : 0);
    }
    lessons_.happened.push_back(row.happened ? 1 : 0);
    lessons_.cluster.push_back(c.cluster);
    lessons_.score.push_back(c.looks.score);
  }
}

std::vector<double> covariance_of(const std::vector<double>& coefficient, const Lessons& lessons, double ridge) {
  const size_t n = coefficient.size(), columns = n - 1;
  std::vector<double> information(n * n, 0);
  std::map<uint32_t, std::vector<double>> sums;
  std::vector<double> row(n, 1);
  for (size_t i = 0; i < lessons.rows(); ++i) {
    for (size_t c = 0; c < columns; ++c) row[c + 1] = lessons.x[i * columns + c];
    const double eta =
        sum_of(coefficient, std::span(row).subspan(1)) + (lessons.offset.empty() ? 0 : lessons.offset[i]);
    const double p = stats::logistic(eta);
    std::vector<double>& sum = sums[lessons.cluster[i]];
    sum.resize(n, 0);
    for (size_t a = 0; a < n; ++a) {
      sum[a] += (lessons.happened[i] - p) * row[a];
      for (size_t b = 0; b < n; ++b) information[a * n + b] += p * (1 - p) * row[a] * row[b];
    }
  }
  for (size_t a = 1; a < n; ++a) information[a * n + a] += ridge;
  std::vector<double> inverse(n * n, 0);
  for (size_t a = 0; a < n; ++a) {
    std::vector<double> factored = information, unit(n, 0);
    unit[a] = 1;
    if (!stats::solve_positive(factored, unit, n)) return {};
    for (size_t b = 0; b < n; ++b) inverse[b * n + a] = unit[b];
  }
  std::vector<double> out(n * n, 0), through(n);
  for (const auto& [cluster, sum] : sums) {
    for (size_t a = 0; a < n; ++a) {
      through[a] = 0;
      for (size_t b = 0; b < n; ++b) through[a] += inverse[a * n + b] * sum[b];
    }
    for (size_t a = 0; a < n; ++a) {
      for (size_t b = 0; b < n; ++b) out[a * n + b] += through[a] * through[b];
    }
  }
  return out;
}

std::optional<Curve> logistic_curve(Question question, const Lessons& lessons, bool with_renewal,
                                    bool with_covariance) {
  KENKO_CHECK(lessons.columns == columns_of(question, with_renewal), "{} columns", lessons.columns);
  const auto with = std::count(lessons.happened.begin(), lessons.happened.end(), uint8_t{1});
  if (with < kFewestToLearn || std::ssize(lessons.happened) - with < kFewestToLearn) return std::nullopt;
  stats::LogisticInput input{lessons.x, lessons.columns, lessons.happened};
  input.offset = lessons.offset;
  input.ridge = kRidge;
  const auto fit = stats::fit_logistic(input);
  if (!fit) return std::nullopt;
  Curve curve;
  curve.with_renewal = with_renewal;
  curve.coefficient = fit->coefficient;
  if (with_covariance) curve.covariance = covariance_of(curve.coefficient, lessons, kRidge);
  return curve;
}

Curve isotonic_curve(Question question, const Lessons& lessons) {
  std::vector<double> x, y;
  for (size_t i = 0; i < lessons.rows(); ++i) {
    x.push_back(rising(question, lessons.score[i]));
    y.push_back(lessons.happened[i]);
  }
  const stats::Isotonic steps(x, y);
  std::map<double, std::set<uint32_t>> clusters;  // by height of the step
  for (size_t i = 0; i < x.size(); ++i) clusters[steps.at(x[i])].insert(lessons.cluster[i]);
  // Nobody is quite sure: half a case is the least.
  const double least = 0.5 / static_cast<double>(x.size());
  Curve curve;
  curve.x = steps.x();
  for (const double height : steps.y()) {
    const double cases = static_cast<double>(std::max<size_t>(clusters[height].size(), 1));
    const stats::Interval interval = stats::wilson(std::llround(height * cases), static_cast<int64_t>(cases));
    const double p = std::clamp(height, least, 1 - least);
    curve.y.push_back(p);
    curve.low.push_back(std::min(interval.low, p));
    curve.high.push_back(std::max(interval.high, p));
  }
  // A higher step is not less likely than one below it.
  for (size_t i = 1; i < curve.x.size(); ++i) curve.low[i] = std::max(curve.low[i], curve.low[i - 1]);
  for (size_t i = curve.x.size(); i-- > 1;) curve.high[i - 1] = std::min(curve.high[i - 1], curve.high[i]);
  return curve;
}

Odds odds_of(Question question, const Curve& curve, int32_t horizon, const Looks& looks) {
  if (question == Question::renewal) return renewal_odds(curve, looks);
  if (curve.isotonic()) {
    const double at = rising(question, looks.score);
    const double p = stats::logit(kept_inside(between(curve.x, curve.y, at)));
    const double low = stats::logit(kept_inside(between(curve.x, curve.low, at)));
    const double high = stats::logit(kept_inside(between(curve.x, curve.high, at)));
    return {p, (high - low) / (2 * stats::kHalfOf95)};
  }
  std::vector<double> x;
  add_score(looks, x);
  if (curve.with_renewal) x.push_back(renews_within(looks, horizon) ? 1 : 0);
  return {sum_of(curve.coefficient, x), std::sqrt(variance_of(curve.covariance, x))};
}

}  // namespace kenko::validate
