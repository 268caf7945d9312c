#include "stats/logistic.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/check.h"
#include "stats/proportion.h"

namespace kenko::stats {
namespace {

constexpr int kMostSteps = 100;
constexpr int kMostHalvings = 30;
constexpr double kEnough = 1e-10;    // change of the log likelihood, relative
constexpr double kSeparated = 30.0;  // a fitted log odds beyond this at every case: no maximum

bool factor(std::vector<double>& matrix, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = matrix[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= matrix[i * n + k] * matrix[j * n + k];
      if (i != j) {
        matrix[i * n + j] = sum / matrix[j * n + j];
      } else if (!(sum > 1e-12 * std::max(1.0, std::fabs(matrix[i * n + i])))) {
        return false;
      } else {
        matrix[i * n + i] = std::sqrt(sum);
      }
    }
  }
  return true;
}

void substitute(const std::vector<double>& factored, std::span<double> right, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) right[i] -= factored[i * n + k] * right[k];
    right[i] /= factored[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) right[i] -= factored[k * n + i] * right[k];
    right[i] /= factored[i * n + i];
  }
}

// One pass over the cases at given coefficients.
class Pass {
 public:
  explicit Pass(const LogisticInput& in) : in_(in), n_(in.columns + 1), row_(n_) {}

  [[nodiscard]] double log_odds(size_t i, const std::vector<double>& b) {
    row_[0] = in_.intercept ? 1 : 0;
    for (size_t c = 0; c < in_.columns; ++c) row_[c + 1] = in_.x[i * in_.columns + c];
    double sum = in_.offset.empty() ? 0 : in_.offset[i];
    for (size_t c = 0; c < n_; ++c) sum += b[c] * row_[c];
    return sum;
  }
  [[nodiscard]] double weight(size_t i) const { return in_.weight.empty() ? 1 : in_.weight[i]; }

  // The log likelihood, less the penalty, with its gradient and the information.
  [[nodiscard]] double derivatives(const std::vector<double>& b, std::vector<double>& gradient,
                                   std::vector<double>& information) {
    gradient.assign(n_, 0);
    information.assign(n_ * n_, 0);
    LogOfProduct product;
    double sum = 0;
    for (size_t i = 0; i < in_.outcome.size(); ++i) {
      const double eta = log_odds(i, b), w = weight(i);
      const double e = std::exp(-std::fabs(eta));  // log(1 + exp(eta)) = max(eta, 0) + log(1 + e)
      const double p = eta >= 0 ? 1 / (1 + e) : e / (1 + e);
      sum += w * ((in_.outcome[i] ? eta : 0) - std::max(eta, 0.0));
      if (in_.weight.empty()) {
        product.add(1 + e);
      } else {
        sum -= w * std::log1p(e);
      }
      for (size_t c = 0; c < n_; ++c) {
        gradient[c] += w * (in_.outcome[i] - p) * row_[c];
        for (size_t d = 0; d <= c; ++d) information[c * n_ + d] += w * p * (1 - p) * row_[c] * row_[d];
      }
    }
    sum -= product.log();
    for (size_t c = 1; c < n_; ++c) {
      sum -= in_.ridge * b[c] * b[c] / 2;
      gradient[c] -= in_.ridge * b[c];
      information[c * n_ + c] += in_.ridge;
    }
    if (!in_.intercept) information[0] = 1;
    return sum;
  }

  // The middle of the sandwich: sums of scores within clusters, multiplied out.
  [[nodiscard]] std::vector<double> scatter(const std::vector<double>& b) {
    std::map<uint32_t, std::vector<double>> sums;
    for (size_t i = 0; i < in_.outcome.size(); ++i) {
      const double left = weight(i) * (in_.outcome[i] - logistic(log_odds(i, b)));
      std::vector<double>& sum = sums[in_.cluster[i]];
      sum.resize(n_, 0);
      for (size_t c = 0; c < n_; ++c) sum[c] += left * row_[c];
    }
    std::vector<double> out(n_ * n_, 0);
    for (const auto& [cluster, sum] : sums) {
      for (size_t c = 0; c < n_; ++c) {
        for (size_t d = 0; d < n_; ++d) out[c * n_ + d] += sum[c] * sum[d];
      }
    }
    return out;
  }

  [[nodiscard]] bool separated(const std::vector<double>& b) {
    for (size_t i = 0; i < in_.outcome.size(); ++i) {
      if (std::fabs(log_odds(i, b)) < kSeparated) return false;
    }
    return true;
  }

 private:
  const LogisticInput& in_;
  size_t n_;
  std::vector<double> row_;
};

std::vector<double> errors(Pass& pass, const LogisticInput& in, const std::vector<double>& b,
                           const std::vector<double>& factored) {
  const size_t n = in.columns + 1;
  std::vector<double> inverse(n * n, 0);  // column after column; symmetric
  for (size_t c = 0; c < n; ++c) {
    inverse[c * n + c] = 1;
    substitute(factored, std::span(inverse).subspan(c * n, n), n);
  }
  std::vector<double> out(n, 0);
  if (in.cluster.empty()) {
    for (size_t c = 0; c < n; ++c) out[c] = std::sqrt(inverse[c * n + c]);
    return out;
  }
  const std::vector<double> middle = pass.scatter(b);
  for (size_t c = 0; c < n; ++c) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) sum += inverse[c * n + i] * middle[i * n + j] * inverse[c * n + j];
    }
    out[c] = std::sqrt(std::max(0.0, sum));
  }
  return out;
}

}  // namespace

void LogOfProduct::take() {
  log_ += std::log(product_);
  product_ = 1;
}

double LogOfProduct::log() const { return log_ + std::log(product_); }

double logistic(double x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1 + e);
}

double logit(double p) { return std::log(p / (1 - p)); }

double LogisticFit::predict(std::span<const double> row) const {
  double sum = coefficient[0];
  for (size_t c = 0; c < row.size(); ++c) sum += coefficient[c + 1] * row[c];
  return logistic(sum);
}

bool solve_positive(std::vector<double>& matrix, std::vector<double>& right, size_t n) {
  if (!factor(matrix, n)) return false;
  substitute(matrix, right, n);
  return true;
}

std::optional<LogisticFit> fit_logistic(const LogisticInput& in) {
  KENKO_CHECK(in.x.size() == in.outcome.size() * in.columns, "one row of {} for each case", in.columns);
  const auto with = std::count(in.outcome.begin(), in.outcome.end(), uint8_t{1});
  if (with == 0 || with == std::ssize(in.outcome)) return std::nullopt;
  const size_t n = in.columns + 1;
  Pass pass(in);
  LogisticFit out;
  out.coefficient.assign(n, 0);
  if (!in.start.empty()) out.coefficient.assign(in.start.begin(), in.start.end());
  KENKO_CHECK(out.coefficient.size() == n, "a start of {} numbers for {}", out.coefficient.size(), n);
  std::vector<double> gradient, information, next_gradient, next_information;
  out.log_likelihood = pass.derivatives(out.coefficient, gradient, information);
  for (; out.steps < kMostSteps; ++out.steps) {
    std::vector<double> step = gradient, factored = information, tried(n);
    if (!solve_positive(factored, step, n)) return std::nullopt;
    double scale = 1, likelihood = 0;
    for (int halving = 0; halving < kMostHalvings; ++halving, scale /= 2) {
      for (size_t c = 0; c < n; ++c) tried[c] = out.coefficient[c] + scale * step[c];
      likelihood = pass.derivatives(tried, next_gradient, next_information);
      if (likelihood >= out.log_likelihood) break;
    }
    const double gain = likelihood - out.log_likelihood;
    if (gain < 0) break;  // rounding is all that is left
    out.coefficient = tried;
    out.log_likelihood = likelihood;
    std::swap(gradient, next_gradient);
    std::swap(information, next_information);
    if (gain <= kEnough * (std::fabs(likelihood) + 1e-3)) break;
  }
  if (out.steps == kMostSteps || pass.separated(out.coefficient)) return std::nullopt;
  if (!factor(information, n)) return std::nullopt;
  out.error = errors(pass, in, out.coefficient, information);
  return out;
}

Estimate LogisticFit::estimate(size_t of) const {
  const double half = kHalfOf95 * error[of];
  return {coefficient[of], coefficient[of] - half, coefficient[of] + half};
}

CalibrationLine calibration_line(std::span<const double> p, std::span<const uint8_t> outcome,
                                 std::span<const uint32_t> cluster) {
  std::vector<double> odds;
  for (const double stated : p) odds.push_back(logit(std::clamp(stated, 1e-12, 1 - 1e-12)));
  LogisticInput input{odds, 1, outcome};
  input.cluster = cluster;
  const auto fit = fit_logistic(input);
  return fit ? CalibrationLine{fit->estimate(0), fit->estimate(1)} : CalibrationLine{};
}

}  // namespace kenko::stats
