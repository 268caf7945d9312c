#include "fit/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace kenko::fit {
namespace {

constexpr double kLeft = 0.2;  // of its share: a metric that has less was given up

// Different accounts that ever had the outcome, and those that never had.
struct Counts {
  int64_t with = 0, without = 0;
};

Counts count_accounts(const validate::Panel& panel, std::span<const uint32_t> rows) {
  std::set<uint32_t> with, without;
  for (const uint32_t row : rows) (panel.outcome_in[row] != 0 ? with : without).insert(panel.account[row]);
  return {std::ssize(with), std::ssize(without)};
}

// The share of each metric in the score, by the weights of the model itself.
std::vector<double> shares(const plan::Plan& plan) {
  std::vector<double> inside(plan.dimensions.size());  // sum of the weights of a dimension's members
  double top = 0;
  for (const plan::Metric& m : plan.metrics) {
    if (m.dimension) inside[*m.dimension] += m.weight.as_double();
  }
  for (const plan::Dimension& d : plan.dimensions) (d.parent ? inside[*d.parent] : top) += d.weight.as_double();
  std::vector<double> out(plan.metrics.size());
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    if (!plan.metrics[m].dimension) continue;
    double share = plan.metrics[m].weight.as_double();
    for (std::optional<uint32_t> d = plan.metrics[m].dimension; d; d = plan.dimensions[*d].parent) {
      share *= plan.dimensions[*d].weight.as_double() / inside[*d];
    }
    out[m] = share / top;
  }
  return out;
}

struct Learnt {
  plan::Plan plan;
  std::vector<double> scores;  // of the rows learnt from
};

// The plan with its numbers rounded and its cut-offs set.
Learnt finish(const plan::Plan& plan, const validate::Panel& panel, const ScoreFunction& function,
              std::span<const uint32_t> rows, const Solution& solution, const FitOptions& options) {
  Learnt out{function.parameters().apply(plan, solution.theta), {}};
  out.scores = function.scores(function.numbers(out.plan), rows, options.threads);
  std::vector<uint8_t> outcome(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) outcome[i] = panel.outcome_in[rows[i]];
  const bool same = std::all_of(solution.theta.begin(), solution.theta.end(), [](double t) { return t == 0; });
  if (same && !options.cut_off.asked()) return out;
  set_bands(plan, out.plan, panel, rows, out.scores, link_of(out.scores, outcome), options.cut_off);
  return out;
}

}  // namespace

std::optional<Problem> too_few(const validate::Panel& panel, const HoldOut& rows) {
  const Counts counts = count_accounts(panel, rows.train);
  if (counts.with >= kFewestToFit && counts.without >= kFewestToFit) return std::nullopt;
  const int64_t least = std::min(counts.with, counts.without);
  Problem problem;
  problem.code = "too-few-outcomes";
  problem.message =
      fmt::format("{} {} {} the outcome `{}` on the {} earlier as-of days, from which a fit learns; {} are needed",
                  least, least == 1 ? "account" : "accounts", counts.with <= counts.without ? "had" : "did not have",
                  panel.outcome, rows.train_days.size(), kFewestToFit);
  problem.hint = fmt::format(
      "the last third of the {} as-of days is kept to judge by, and days whose horizon reaches into it are left out; "
      "gather more history, take an outcome that is more frequent, or keep the expert's numbers: with so few, "
      "`kenko backtest` is what can be said",
      panel.days.size());
  return problem;
}

Fit fit(const plan::Plan& plan, const validate::Panel& panel, const FitOptions& options) {
  Fit out;
  out.rows = hold_out(panel);
  out.accounts_with = count_accounts(panel, out.rows.train).with;
  const Parameters parameters(plan, true);
  out.parameters = parameters.count();
  const ScoreFunction function(plan, panel, parameters);
  const double most = static_cast<double>(out.accounts_with) / kOutcomesPerParameter;
  out.chosen = choose(function, out.rows.train, make_folds(panel, out.rows.train), most, options.threads);
  Learnt learnt = finish(plan, panel, function, out.rows.train, out.chosen.solution, options);
  out.judged = std::move(learnt.plan);
  out.train_scores = std::move(learnt.scores);
  out.plan = out.judged;
  if (options.all_days) {
    Rows all(panel.rows());
    std::iota(all.begin(), all.end(), 0U);
    const Solution solution = solve(function, all, out.chosen.best().hold, out.chosen.solution, options.threads);
    out.plan = finish(plan, panel, function, all, solution, options).plan;
  }
  const std::vector<double> before = shares(plan), after = shares(out.plan);
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (!plan.metrics[m].dimension) continue;
    MetricChange change{m, before[m], after[m], out.chosen.loss_without[m], false};
    const bool moves = parameters.metric_weight(m) != kFixed;
    change.useless = moves && !out.stays() && after[m] <= kLeft * before[m] && change.loss_without <= 0;
    out.metrics.push_back(change);
  }
  return out;
}

}  // namespace kenko::fit
