#include "fit/boost.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "stats/logistic.h"

namespace kenko::fit {
namespace {

constexpr int kCycles = 2;        // over all metrics, for one set of working weights
constexpr int kFirstRounds = 6;   // of working weights, before the first metric is chosen
constexpr int kRounds = 2;        // after each one
constexpr double kFarthest = 12;  // log odds are not believed beyond
constexpr double kLeastCurvature = 1e-4;
// A metric that comes earlier is taken when it gains this part of the best one's gain: it is the simpler one.
constexpr double kAsGood = 0.97;
// What a metric must gain, in log likelihood for each average case of a cluster, to be tried at all.
constexpr double kLeastGain = 1.0;
// A gain may grow by this factor while others are chosen; what could not become the best so is not reckoned anew.
constexpr double kMayGrow = 2;
constexpr uint64_t kSeed = 20'260'101;

// Sums over the cases of a bin.
struct Sums {
  double pull = 0;    // weight x what is left
  double weight = 0;  // curvature of the likelihood
  Sums& operator+=(const Sums& other) {
    pull += other.pull;
    weight += other.weight;
    return *this;
  }
};

double monotone_gain(std::span<const Sums> sums, double ridge, int direction, std::vector<double>& effect) {
  const size_t n = sums.size();
  std::vector<double> target(n), weight(n);
  for (size_t b = 0; b < n; ++b) {
    weight[b] = sums[b].weight > 0 ? sums[b].weight + ridge : 0;
    target[b] = weight[b] > 0 ? sums[b].pull / weight[b] : 0;
  }
  effect = monotone(std::span(target).subspan(1), std::span(weight).subspan(1), direction);
  const auto [low, high] = std::minmax_element(effect.begin(), effect.end());
  effect.insert(effect.begin(), std::clamp(target[0], *low, *high));
  double gain = 0;
  for (size_t b = 0; b < n; ++b) gain += sums[b].pull * effect[b] - weight[b] * effect[b] * effect[b] / 2;
  return gain;
}

// Fits by iterated reweighted least squares, one metric after the other within each set of weights.
class Fitter {
 public:
  Fitter(const BoostData& data, std::span<const uint32_t> cases, const BoostOptions& options)
      : data_(data), options_(options) {
    thin_out(cases);
    std::vector<uint32_t> clusters;
    clusters.reserve(cases.size());
    for (const uint32_t c : cases) clusters.push_back(data.cluster[c]);
    std::sort(clusters.begin(), clusters.end());
    clusters.erase(std::unique(clusters.begin(), clusters.end()), clusters.end());
    per_cluster_ = static_cast<double>(cases.size()) / static_cast<double>(std::max<size_t>(1, clusters.size()));
    log_odds_.assign(cases_.size(), 0);
    left_.assign(cases_.size(), {});
    stale_gain_.assign(data.columns.size(), std::numeric_limits<double>::infinity());
  }

  std::vector<BoostModel> path() {
    for (uint32_t c = 0; c < data_.columns.size(); ++c) {
      if (data_.columns[c].role != Role::given || data_.columns[c].bins.count() < 3) continue;
      const int direction = data_.columns[c].direction;
      model_.parts.push_back(
          {c, {std::vector<double>(data_.columns[c].bins.count(), 0), direction == 0 ? 1 : direction}});
    }
    rounds(kFirstRounds);
    std::vector<BoostModel> out{model_};
    std::vector<uint8_t> taken(data_.columns.size(), 0);
    for (int step = 0; step < options_.most; ++step) {
      const std::optional<BoostPart> next = best(taken);
      if (!next) break;
      taken[next->column] = 1;
      model_.parts.push_back(
          {next->column, {std::vector<double>(next->shape.effect.size(), 0), next->shape.direction}});
      rounds(kRounds);
      out.push_back(model_);
    }
    return out;
  }

 private:
  // Keeps rare outcomes and a part of the others.
  void thin_out(std::span<const uint32_t> cases) {
    const auto with = static_cast<double>(
        std::count_if(cases.begin(), cases.end(), [&](uint32_t c) { return data_.outcome[c] != 0; }));
    const double without = static_cast<double>(cases.size()) - with;
    const auto most = static_cast<double>(options_.most_cases);
    const double keep_with = with == 0 ? 1 : std::min(1.0, std::max(most / 2, most - without) / with);
    const double keep_without = without == 0 ? 1 : std::min(1.0, (most - keep_with * with) / without);
    Random random(kSeed);
    for (const uint32_t c : cases) {
      const double keep = data_.outcome[c] != 0 ? keep_with : keep_without;
      if (keep < 1 && !random.chance(keep)) continue;
      cases_.push_back(c);
      weight_.push_back(1 / keep);
    }
  }

  double penalised() const {
    double out = 0;
    for (size_t i = 0; i < cases_.size(); ++i) {
      const double z = data_.outcome[cases_[i]] != 0 ? log_odds_[i] : -log_odds_[i];
      out += weight_[i] * (z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)));
    }
    for (const BoostPart& part : model_.parts) {
      for (const double e : part.shape.effect) out += ridge() * e * e / 2;
    }
    return out;
  }

  // Working weights and what is left to explain, at the log odds of now.
  void linearise() {
    for (size_t i = 0; i < cases_.size(); ++i) {
      const double p = stats::logistic(log_odds_[i]);
      left_[i].pull = weight_[i] * ((data_.outcome[cases_[i]] != 0 ? 0 : 1) - p);
      left_[i].weight = weight_[i] * std::max(p * (1 - p), kLeastCurvature);
    }
  }

  void sums_of(uint32_t column, std::vector<Sums>& out) const {
    const std::vector<uint8_t>& bin = data_.columns[column].bin;
    const size_t bins = data_.columns[column].bins.count(), cases = cases_.size();
    // Two at a time: neighbours are often in one bin, and would wait for each other.
    std::vector<Sums> other(bins);
    out.assign(bins, {});
    size_t i = 0;
    for (; i + 1 < cases; i += 2) {
      Sums &a = out[bin[cases_[i]]], &b = other[bin[cases_[i + 1]]];
      a.pull += left_[i].pull;
      a.weight += left_[i].weight;
      b.pull += left_[i + 1].pull;
      b.weight += left_[i + 1].weight;
    }
    if (i < cases) other[bin[cases_[i]]] += left_[i];
    for (size_t k = 0; k < bins; ++k) out[k] += other[k];
  }

  void update_intercept() {
    Sums all;
    for (const Sums& each : left_) all += each;
    const double by = all.pull / all.weight;
    model_.intercept += by;
    for (Sums& each : left_) each.pull -= each.weight * by;
  }

  // The metric's best shape given all others.
  void update(BoostPart& part) {
    std::vector<Sums> sums;
    sums_of(part.column, sums);
    for (size_t b = 0; b < sums.size(); ++b) sums[b].pull += sums[b].weight * part.shape.effect[b];
    std::vector<double> effect;
    monotone_gain(sums, ridge(), part.shape.direction, effect);
    std::vector<double> by(effect.size());
    for (size_t b = 0; b < effect.size(); ++b) by[b] = effect[b] - part.shape.effect[b];
    part.shape.effect = std::move(effect);
    const std::vector<uint8_t>& bin = data_.columns[part.column].bin;
    for (size_t i = 0; i < cases_.size(); ++i) left_[i].pull -= left_[i].weight * by[bin[cases_[i]]];
  }

  void reckon() {
    std::fill(log_odds_.begin(), log_odds_.end(), model_.intercept);
    for (const BoostPart& part : model_.parts) {
      const std::vector<uint8_t>& bin = data_.columns[part.column].bin;
      for (size_t i = 0; i < cases_.size(); ++i) log_odds_[i] += part.shape.effect[bin[cases_[i]]];
    }
    for (double& z : log_odds_) z = std::clamp(z, -kFarthest, kFarthest);
  }

  // Half way back to `before`: monotone shapes stay monotone.
  void retreat(const BoostModel& before) {
    model_.intercept = (model_.intercept + before.intercept) / 2;
    for (size_t k = 0; k < model_.parts.size(); ++k) {
      std::vector<double>& effect = model_.parts[k].shape.effect;
      for (size_t b = 0; b < effect.size(); ++b) effect[b] = (effect[b] + before.parts[k].shape.effect[b]) / 2;
    }
    reckon();
  }

  void rounds(int count) {
    double loss = penalised();
    for (int round = 0; round < count; ++round) {
      const BoostModel before = model_;
      linearise();
      for (int cycle = 0; cycle < kCycles; ++cycle) {
        update_intercept();
        for (BoostPart& part : model_.parts) update(part);
      }
      update_intercept();
      reckon();
      double now = penalised();
      constexpr int kRetreats = 6;
      for (int i = 0; i < kRetreats && now > loss; ++i) {
        retreat(before);
        now = penalised();
      }
      loss = now;
    }
  }

  // What the metric would gain, in its better direction.
  double gain_of(uint32_t c, int& direction) {
    const BoostColumn& column = data_.columns[c];
    double out = 0;
    sums_of(c, sums_);
    for (const int d : {1, -1}) {
      if (column.direction == -d) continue;
      const double by = monotone_gain(sums_, ridge(), d, effect_);
      if (by <= out) continue;
      out = by;
      direction = d;
    }
    return out;
  }

  // The metric that gains most from what is left.  Gains mostly shrink as metrics are chosen, so those that had little
  // to give before are not asked again.
  std::optional<BoostPart> best(const std::vector<uint8_t>& taken) {
    linearise();
    std::vector<uint32_t> order;
    for (uint32_t c = 0; c < data_.columns.size(); ++c) {
      const BoostColumn& column = data_.columns[c];
      if (column.role == Role::candidate && taken[c] == 0 && column.bins.count() >= 3) order.push_back(c);
    }
    std::stable_sort(order.begin(), order.end(),
                     [this](uint32_t a, uint32_t b) { return stale_gain_[a] > stale_gain_[b]; });
    std::vector<double> gain(data_.columns.size(), 0);
    std::vector<int> direction(data_.columns.size(), 1);
    double most = 0;
    for (const uint32_t c : order) {
      if (stale_gain_[c] * kMayGrow < most) break;
      gain[c] = stale_gain_[c] = gain_of(c, direction[c]);
      most = std::max(most, gain[c]);
    }
    if (most < kLeastGain * per_cluster_) return std::nullopt;
    uint32_t chosen = 0;
    while (gain[chosen] < kAsGood * most) ++chosen;
    return BoostPart{chosen, {std::vector<double>(data_.columns[chosen].bins.count(), 0), direction[chosen]}};
  }

  [[nodiscard]] double ridge() const {
    // In units of curvature: a case at even odds has 1/4.
    return options_.ridge * per_cluster_ * kEvenOdds;
  }
  static constexpr double kEvenOdds = 0.25;

  const BoostData& data_;
  const BoostOptions& options_;
  std::vector<uint32_t> cases_;
  std::vector<double> weight_;
  double per_cluster_ = 1;
  BoostModel model_;
  std::vector<double> log_odds_;
  std::vector<Sums> left_;  // by case: what is left to explain x weight, weight
  std::vector<double> stale_gain_;
  std::vector<Sums> sums_;
  std::vector<double> effect_;
};

// By ridge, then fold, then number of chosen metrics.
using Losses = std::vector<std::vector<std::vector<double>>>;

Losses losses_of(const BoostData& data, std::span<const Fold> folds, const BoostOptions& options,
                 std::span<const double> ridges, int threads) {
  Losses out(ridges.size(), std::vector<std::vector<double>>(folds.size()));
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t job = next++; job < ridges.size() * folds.size(); job = next++) {
      const size_t r = job / folds.size(), f = job % folds.size();
      BoostOptions own = options;
      own.ridge = ridges[r];
      std::vector<double>& losses = out[r][f];
      for (const BoostModel& model : boost(data, folds[f].train, own)) {
        losses.push_back(loss_of(model, data, folds[f].test));
      }
      // Where nothing more was to be gained, more metrics are the same model.
      losses.resize(static_cast<size_t>(options.most) + 1, losses.back());
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  return out;
}

// Means over the folds, each fold weighing as many cases as it judges.
BoostChoice summary(const std::vector<std::vector<double>>& losses, std::span<const double> share) {
  BoostChoice out;
  const size_t counts = losses.front().size();
  for (size_t k = 0; k < counts; ++k) {
    double mean = 0;
    for (size_t f = 0; f < losses.size(); ++f) mean += share[f] * losses[f][k];
    out.loss.push_back(mean);
  }
  const auto best = static_cast<size_t>(std::min_element(out.loss.begin(), out.loss.end()) - out.loss.begin());
  for (size_t k = 0; k < counts; ++k) {
    double square = 0;
    const double mean = out.loss[k] - out.loss[best];
    for (size_t f = 0; f < losses.size(); ++f) {
      const double more = losses[f][k] - losses[f][best] - mean;
      square += share[f] * share[f] * more * more;
    }
    out.more.push_back(mean);
    out.error.push_back(std::sqrt(square));
  }
  while (out.more[static_cast<size_t>(out.chosen)] > out.error[static_cast<size_t>(out.chosen)]) ++out.chosen;
  return out;
}

}  // namespace

double BoostModel::at(const BoostData& data, uint32_t which) const {
  double out = intercept;
  for (const BoostPart& part : parts) out += part.shape.effect[data.columns[part.column].bin[which]];
  return out;
}

std::vector<BoostModel> boost(const BoostData& data, std::span<const uint32_t> cases, const BoostOptions& options) {
  KENKO_CHECK(!cases.empty() && options.most >= 0 && options.ridge > 0, "nothing to learn from");
  return Fitter(data, cases, options).path();
}

double loss_of(const BoostModel& model, const BoostData& data, std::span<const uint32_t> cases) {
  std::vector<double> offset;
  std::vector<uint8_t> well;
  for (const uint32_t c : cases) {
    offset.push_back(model.at(data, c) - model.intercept);
    well.push_back(data.outcome[c] != 0 ? 0 : 1);
  }
  stats::LogisticInput input;
  input.outcome = well;
  input.offset = offset;
  const auto fit = stats::fit_logistic(input);
  const double intercept = fit ? fit->coefficient[0] : model.intercept;
  double out = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    const double z = (well[i] != 0 ? -1 : 1) * (offset[i] + intercept);
    out += z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
  }
  return out / static_cast<double>(cases.size());
}

BoostChoice choose(const BoostData& data, std::span<const Fold> folds, const BoostOptions& options,
                   std::span<const double> ridges, int threads) {
  KENKO_CHECK(!folds.empty() && !ridges.empty(), "nothing to choose by");
  double cases = 0;
  for (const Fold& fold : folds) cases += static_cast<double>(fold.test.size());
  std::vector<double> share;
  share.reserve(folds.size());
  for (const Fold& fold : folds) share.push_back(static_cast<double>(fold.test.size()) / cases);
  const Losses losses = losses_of(data, folds, options, ridges, threads);
  std::optional<BoostChoice> best;
  for (size_t r = 0; r < ridges.size(); ++r) {
    BoostChoice choice = summary(losses[r], share);
    choice.ridge = ridges[r];
    const auto least = [](const BoostChoice& c) { return *std::min_element(c.loss.begin(), c.loss.end()); };
    if (!best || least(choice) <= least(*best)) best = std::move(choice);
  }
  return *best;
}

}  // namespace kenko::fit
