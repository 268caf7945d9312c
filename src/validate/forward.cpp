#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <thread>

#include "stats/logistic.h"
#include "validate/backtest.h"

namespace kenko::validate {
namespace {

constexpr size_t kPredictors = 2;  // score and its change in 30 days
constexpr double kRidge = 1.0;     // on standardised predictors: keeps a separated or tiny panel finite
constexpr int64_t kFewestToLearn = 5;
constexpr int kBins = 10;
constexpr size_t kLanes = 4;  // of days fitted one after the other

// Scores in tens of points, so that one ridge suits both.
void add_predictors(const Panel& panel, size_t row, std::vector<double>& to) {
  to.push_back(panel.score[row] / 1000.0);
  to.push_back(panel.change[row] == kNoDays ? 0 : panel.change[row] / 1000.0);
}

// Rows of days whose horizon had ended by the day at position d: they stand before all others.
size_t known_rows(const Panel& panel, uint32_t d) {
  size_t n = 0;
  const auto ended = [&](size_t row) {
    return panel.days[panel.day[row]] + (panel.gap + panel.horizon) <= panel.days[d];
  };
  for (size_t step = size_t{1} << 40; step > 0; step /= 2) {
    if (n + step <= panel.rows() && ended(n + step - 1)) n += step;
  }
  return n;
}

// What was stated of the rows that have it.
struct Stated {
  std::vector<double> p, base;
  std::vector<uint8_t> outcome;
  std::vector<uint32_t> cluster;
};

// The rows of an as-of day, and what was known on it.
struct DayFit {
  size_t begin = 0, end = 0;
  std::span<const uint8_t> known;  // outcomes of the rows before whose horizon had ended
  int64_t with = 0;
  std::optional<stats::LogisticFit> fit;
};

std::vector<DayFit> days_of(const Panel& panel) {
  std::vector<DayFit> out;
  for (size_t begin = 0, end = 0; begin < panel.rows(); begin = end) {
    while (end < panel.rows() && panel.day[end] == panel.day[begin]) ++end;
    const auto known = std::span<const uint8_t>(panel.outcome_in).first(known_rows(panel, panel.day[begin]));
    out.push_back({begin, end, known, std::count(known.begin(), known.end(), uint8_t{1}), {}});
  }
  return out;
}

// A fit begins where that of a day a little earlier ended.  Lanes of days, not threads, say which: the result must not
// depend on threads.
void fit_lane(std::vector<DayFit>& days, const std::vector<double>& x, size_t lane) {
  std::vector<double> start;
  for (size_t d = lane; d < days.size(); d += kLanes) {
    DayFit& day = days[d];
    if (day.with < kFewestToLearn || std::ssize(day.known) - day.with < kFewestToLearn) continue;
    stats::LogisticInput input{std::span(x).first(day.known.size() * kPredictors), kPredictors, day.known};
    input.start = start;
    input.ridge = kRidge;
    day.fit = stats::fit_logistic(input);
    if (day.fit) start = day.fit->coefficient;
  }
}

// Fills `by_row` with what was stated day by day.
Stated state(const Panel& panel, int threads, std::vector<double>& by_row) {
  Stated out;
  std::vector<double> x;
  for (size_t i = 0; i < panel.rows(); ++i) add_predictors(panel, i, x);
  std::vector<DayFit> days = days_of(panel);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t lane = next++; lane < kLanes; lane = next++) fit_lane(days, x, lane);
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();
  for (const DayFit& day : days) {
    if (!day.fit) continue;
    for (size_t i = day.begin; i < day.end; ++i) {
      by_row[i] = day.fit->predict(std::span(x).subspan(i * kPredictors, kPredictors));
      out.p.push_back(by_row[i]);
      out.base.push_back(static_cast<double>(day.with) / static_cast<double>(day.known.size()));
      out.outcome.push_back(panel.outcome_in[i]);
      out.cluster.push_back(panel.cluster[i]);
    }
  }
  return out;
}

// By how much the mean squared error is smaller than that of the base rate.
stats::Estimate gain(const Stated& s, const BacktestOptions& options) {
  std::vector<uint32_t> known(s.cluster);
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::vector<double> rows(known.size(), 0), saved(known.size(), 0);
  for (size_t i = 0; i < s.p.size(); ++i) {
    const auto c = static_cast<size_t>(std::lower_bound(known.begin(), known.end(), s.cluster[i]) - known.begin());
    const double y = s.outcome[i];
    rows[c] += 1;
    saved[c] += (s.base[i] - y) * (s.base[i] - y) - (s.p[i] - y) * (s.p[i] - y);
  }
  const stats::Resamples resamples(known.size(), options.resamples, options.seed);
  return stats::bootstrap(
      resamples, 1,
      [&](std::span<const uint16_t> times, std::span<std::optional<double>> to) {
        double count = 0, sum = 0;
        for (size_t c = 0; c < times.size(); ++c) {
          count += times[c] * rows[c];
          sum += times[c] * saved[c];
        }
        if (count > 0) to[0] = sum / count;
      },
      options.threads)[0];
}

}  // namespace

Forward forward_probabilities(const Panel& panel, const BacktestOptions& options) {
  Forward out;
  out.p.assign(panel.rows(), kNothing);
  const Stated stated = state(panel, options.threads, out.p);
  out.rows = std::ssize(stated.p);
  out.outcomes = std::count(stated.outcome.begin(), stated.outcome.end(), uint8_t{1});
  if (stated.p.empty()) return out;
  out.brier = stats::brier(stated.p, stated.outcome);
  out.log_loss = stats::log_loss(stated.p, stated.outcome);
  out.brier_base = stats::brier(stated.base, stated.outcome);
  out.brier_gain = gain(stated, options);
  out.bins = stats::reliability(stated.p, stated.outcome, kBins);
  const stats::CalibrationLine line = stats::calibration_line(stated.p, stated.outcome, stated.cluster);
  out.intercept = line.intercept;
  out.slope = line.slope;
  return out;
}

}  // namespace kenko::validate
