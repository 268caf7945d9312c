#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/logistic.h"
#include "validate/backtest.h"

namespace kenko::validate {
namespace {

constexpr size_t kPredictors = 2;  // score and its change in 30 days
constexpr double kRidge = 1.0;     // on standardised predictors: keeps a separated or tiny panel finite
constexpr int64_t kFewestToLearn = 5;
constexpr int kBins = 10;

// Scores in tens of points, so that one ridge suits both.
void add_predictors(const Panel& panel, size_t row, std::vector<double>& to) {
  to.push_back(panel.score[row] / 1000.0);
  to.push_back(panel.change[row] == kNoDays ? 0 : panel.change[row] / 1000.0);
}

}  // namespace

Forward forward_probabilities(const Panel& panel) {
  Forward out;
  out.p.assign(panel.rows(), kNothing);
  std::vector<double> stated, base;
  std::vector<uint8_t> happened;
  std::vector<uint32_t> cluster;
  size_t begin = 0;
  for (uint32_t d = 0; d < panel.days.size(); ++d) {
    size_t end = begin;
    while (end < panel.rows() && panel.day[end] == d) ++end;
    // What was known on this day: as-of days whose horizon had ended.
    std::vector<double> x;
    std::vector<uint8_t> y;
    for (size_t i = 0; i < begin; ++i) {
      if (panel.days[panel.day[i]] + (panel.gap + panel.horizon) > panel.days[d]) break;
      add_predictors(panel, i, x);
      y.push_back(panel.outcome_in[i]);
    }
    const auto known = std::count(y.begin(), y.end(), uint8_t{1});
    if (known >= kFewestToLearn && std::ssize(y) - known >= kFewestToLearn) {
      stats::LogisticInput input{x, kPredictors, y};
      input.ridge = kRidge;
      if (const auto fit = stats::fit_logistic(input)) {
        const double rate = static_cast<double>(known) / static_cast<double>(y.size());
        for (size_t i = begin; i < end; ++i) {
          std::vector<double> row;
          add_predictors(panel, i, row);
          out.p[i] = fit->predict(row);
          stated.push_back(out.p[i]);
          base.push_back(rate);
          happened.push_back(panel.outcome_in[i]);
          cluster.push_back(panel.cluster[i]);
        }
      }
    }
    begin = end;
  }
  out.rows = std::ssize(stated);
  out.outcomes = std::count(happened.begin(), happened.end(), uint8_t{1});
  out.brier = stats::brier(stated, happened);
  out.log_loss = stats::log_loss(stated, happened);
  out.brier_base = stats::brier(base, happened);
  out.bins = stats::reliability(stated, happened, kBins);
  std::vector<double> odds;
  for (const double p : stated) odds.push_back(stats::logit(std::clamp(p, 1e-12, 1 - 1e-12)));
  stats::LogisticInput input{odds, 1, happened};
  input.cluster = cluster;
  if (const auto fit = stats::fit_logistic(input)) {
    const auto estimate = [&](size_t c) {
      const double half = 1.959963984540054 * fit->error[c];
      return stats::Estimate{fit->coefficient[c], fit->coefficient[c] - half, fit->coefficient[c] + half};
    };
    out.intercept = estimate(0);
    out.slope = estimate(1);
  }
  return out;
}

}  // namespace kenko::validate
