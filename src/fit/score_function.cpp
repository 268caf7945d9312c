#include "fit/score_function.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "engine/in_order.h"
#include "score/day_parts.h"
#include "stats/logistic.h"

namespace kenko::fit {
namespace {

constexpr uint16_t kNone = UINT16_MAX, kConstant = UINT16_MAX - 1, kHill = UINT16_MAX - 2, kEach = UINT16_MAX - 3;
constexpr size_t kChunk = 4096;  // rows whose sum is made at once
constexpr double kHundred = 100;

double points_of(int64_t micros) { return static_cast<double>(micros) / 1e6; }

double hill(double x, double half, int32_t power) {
  if (x <= 0) return 0;
  const double q = std::pow(half / x, power);
  return kHundred / (1 + q);
}

}  // namespace

double Link::log_odds(double score) const { return intercept - std::exp(log_slope) * (score - 50) / 10; }

// What a row's roll-up leaves for the way back.
struct ScoreFunction::Work {
  std::vector<double> points;  // by cell; NaN = none
  std::vector<double> value;   // by group; NaN = empty
  std::vector<double> weight;  // by group: sum of the weights that count
  std::vector<double> back;    // by group
  std::vector<uint32_t> decider;
  bool held = false;  // the score is at a border, where nothing moves it

  Work(size_t cells, size_t groups) : points(cells), value(groups), weight(groups), back(groups), decider(groups) {}
};

struct ScoreFunction::Sums {
  std::vector<double> levels, shapes, metrics, dimensions;
  double loss = 0, intercept = 0, log_slope = 0;

  Sums(size_t levels_count, size_t curves, size_t metric_count, size_t dimension_count)
      : levels(levels_count), shapes(curves), metrics(metric_count), dimensions(dimension_count) {}
  void add(const Sums& other) {
    const auto all = [](std::vector<double>& to, const std::vector<double>& from) {
      for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    };
    all(levels, other.levels);
    all(shapes, other.shapes);
    all(metrics, other.metrics);
    all(dimensions, other.dimensions);
    loss += other.loss;
    intercept += other.intercept;
    log_slope += other.log_slope;
  }
};

ScoreFunction::ScoreFunction(const plan::Plan& plan, const validate::Panel& panel, const Parameters& parameters)
    : plan_(plan), parameters_(parameters), stages_(plan.life_stages.size() + 1) {
  KENKO_CHECK(panel.parts.stage.size() == panel.rows(), "a panel without its parts");
  KENKO_CHECK(parameters.level_count() < kEach, "{} levels of points", parameters.level_count());
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].dimension) scored_.push_back(m);
  }
  add_groups();
  add_cells(panel);
}

void ScoreFunction::add_groups() {
  groups_.resize(plan_.dimensions.size() + 1);
  std::vector<std::pair<int, uint32_t>> by_depth;
  for (uint32_t d = 0; d < plan_.dimensions.size(); ++d) {
    groups_[d].rollup = plan_.dimensions[d].rollup;
    groups_[d].start = points_of(plan_.dimensions[d].start_micros);
    int depth = 0;
    for (auto up = plan_.dimensions[d].parent; up; up = plan_.dimensions[*up].parent) --depth;
    by_depth.emplace_back(depth, d);
  }
  groups_.back().rollup = plan_.rollup;
  for (uint32_t k = 0; k < scored_.size(); ++k) {
    groups_[*plan_.metrics[scored_[k]].dimension].members.push_back({k, true});
  }
  for (uint32_t d = 0; d < plan_.dimensions.size(); ++d) {
    const auto parent = plan_.dimensions[d].parent;
    groups_[parent ? *parent : plan_.dimensions.size()].members.push_back({d, false});
  }
  std::sort(by_depth.begin(), by_depth.end());
  for (const auto& [depth, d] : by_depth) order_.push_back(d);
  order_.push_back(static_cast<uint32_t>(plan_.dimensions.size()));
}

void ScoreFunction::add_cells(const validate::Panel& panel) {
  const size_t rows = panel.rows();
  const validate::ScoreParts& parts = panel.parts;
  cells_.reserve(rows * scored_.size());
  for (uint32_t r = 0; r < rows; ++r) {
    rule_.push_back(static_cast<uint16_t>(static_cast<size_t>(panel.segment[r] + 1) * stages_ +
                                          static_cast<size_t>(parts.stage[r] + 1)));
    for (const uint32_t m : scored_) cells_.push_back(cell(panel, r, m));
    const bool own = parts.rolled_up[r] != score::kNoScore;
    own_.push_back(own ? 1 : 0);
    held_.push_back(!own || parts.silence[r] != 0 || parts.hierarchy[r] != 0 ? 1 : 0);
    hierarchy_.push_back(static_cast<float>(parts.hierarchy[r]) / 100);
    silence_.push_back(static_cast<float>(parts.silence[r]) / 100);
    triggers_.push_back(static_cast<float>(parts.triggers[r]) / 100);
    limit_.push_back(parts.limit[r] == INT32_MAX ? 100.0F : static_cast<float>(parts.limit[r]) / 100);
    outcome_.push_back(panel.outcome_in[r]);
  }
}

uint16_t ScoreFunction::level_of(const MovedCurve& moved, int64_t points_micros) const {
  for (size_t i = 0; i < moved.levels.size(); ++i) {
    if (std::llround(moved.levels[i] * 1e6) == points_micros) return static_cast<uint16_t>(moved.first_level + i);
  }
  KENKO_CHECK(false, "points that no level has: {}", points_micros);
}

ScoreFunction::Cell ScoreFunction::cell(const validate::Panel& panel, uint32_t row, uint32_t metric) const {
  const size_t at = row * panel.metrics.size() + metric;
  const double points = panel.points[at];
  if (std::isnan(points)) return {kNone, 0, 0};
  const plan::Metric& m = plan_.metrics[metric];
  const auto& curves = parameters_.curves();
  const double input = panel.parts.input[at];
  if (std::isnan(input)) {
    const MovedCurve& base = curves[static_cast<size_t>(parameters_.curve_of(metric, -1, -1))];
    const bool policy = m.missing.kind == plan::Missing::Kind::score && !base.steps.empty() &&
                        std::llround(points * 1e6) == m.missing.points_micros;
    if (!policy) return {kConstant, 0, static_cast<float>(points)};
    const uint16_t level = level_of(base, m.missing.points_micros);
    return {level, level, 0};
  }
  const int curve = parameters_.curve_of(metric, panel.segment[row], panel.parts.stage[row]);
  const MovedCurve& moved = curves[static_cast<size_t>(curve)];
  return by_curve(panel, moved, input);
}

ScoreFunction::Cell ScoreFunction::by_curve(const validate::Panel& panel, const MovedCurve& moved, double input) const {
  using Kind = plan::Curve::Kind;
  const auto index = static_cast<uint16_t>(&moved - parameters_.curves().data());
  const auto level = [&](const plan::Curve::Point& p) { return level_of(moved, p.points_micros); };
  const auto flat = [](uint16_t a) { return Cell{a, a, 0}; };
  const plan::Curve& curve = moved.curve;
  const auto& p = curve.points;
  switch (curve.kind) {
    case Kind::none:
      break;
    case Kind::hill:
      return {kHill, index, static_cast<float>(input)};
    case Kind::each:
      return {kEach, index, static_cast<float>(input)};
    case Kind::category: {
      const bool text = panel.is_text[moved.metric] != 0;
      const std::string word = text ? panel.texts[static_cast<size_t>(input)] : input != 0 ? "true" : "false";
      for (const auto& c : curve.categories) {
        if (c.value == word) return flat(level_of(moved, c.points_micros));
      }
      return curve.other ? flat(level_of(moved, *curve.other)) : Cell{kNone, 0, 0};
    }
    case Kind::steps: {
      size_t i = p.size() - 1;
      while (i > 0 && p[i].x > input) --i;
      return flat(level(p[i]));
    }
    case Kind::linear: {
      size_t i = 1;
      while (i < p.size() && input >= p[i].x) ++i;
      const bool below = input < p.front().x, above = i == p.size();
      if (p.size() == 1 || (below && !curve.open_below)) return flat(level(p.front()));
      if (above && (!curve.open_above || input == p.back().x)) return flat(level(p.back()));
      if (above) --i;
      return {level(p[i - 1]), level(p[i]), static_cast<float>((input - p[i - 1].x) / (p[i].x - p[i - 1].x))};
    }
  }
  return {kNone, 0, 0};
}

Numbers ScoreFunction::numbers(std::span<const double> theta) const {
  Numbers out;
  parameters_.levels(theta, out.levels);
  for (const MovedCurve& c : parameters_.curves()) out.shapes.push_back(parameters_.shape(c, theta));
  for (int segment = -1; segment < std::ssize(plan_.segments); ++segment) {
    for (int stage = -1; stage < std::ssize(plan_.life_stages); ++stage) {
      const score::Weights w = score::weights_on(plan_, segment, stage);
      for (const uint32_t m : scored_) {
        out.metric_weights.push_back(points_of(w.metric[m]) * Parameters::factor(theta, parameters_.metric_weight(m)));
      }
      for (size_t d = 0; d < w.dimension.size(); ++d) {
        out.dimension_weights.push_back(points_of(w.dimension[d]) *
                                        Parameters::factor(theta, parameters_.dimension_weight(d)));
      }
    }
  }
  return out;
}

Numbers ScoreFunction::numbers(const plan::Plan& other) const {
  Numbers out;
  parameters_.levels_of(plan_, other, out.levels, out.shapes);
  for (int segment = -1; segment < std::ssize(other.segments); ++segment) {
    for (int stage = -1; stage < std::ssize(other.life_stages); ++stage) {
      const score::Weights w = score::weights_on(other, segment, stage);
      for (const uint32_t m : scored_) out.metric_weights.push_back(points_of(w.metric[m]));
      for (const int64_t weight : w.dimension) out.dimension_weights.push_back(points_of(weight));
    }
  }
  return out;
}

double ScoreFunction::points(const Numbers& numbers, const Cell& cell) const {
  if (cell.a < kEach) [[likely]] {
    const double a = numbers.levels[cell.a], b = numbers.levels[cell.b];
    return std::clamp(a + static_cast<double>(cell.f) * (b - a), 0.0, kHundred);
  }
  if (cell.a == kNone) return std::numeric_limits<double>::quiet_NaN();
  if (cell.a == kConstant) return static_cast<double>(cell.f);
  const plan::Curve& curve = parameters_.curves()[cell.b].curve;
  const double shape = numbers.shapes[cell.b], x = static_cast<double>(cell.f);
  if (cell.a == kHill) return hill(x, curve.half * shape, curve.power);
  const double most = points_of(curve.at_most_micros);
  return std::clamp(x * points_of(curve.each_micros) * shape, -most, most);
}

void ScoreFunction::forward_group(const Group& group, const double* metric_weights, const double* dimension_weights,
                                  size_t out, Work& work) const {
  if (group.rollup == plan::Rollup::mean) {  // most of them
    double weights = 0, sum = 0;
    for (const Member& member : group.members) {
      const double weight = member.metric ? metric_weights[member.at] : dimension_weights[member.at];
      const double value = member.metric ? work.points[member.at] : work.value[member.at];
      if (weight == 0 || std::isnan(value)) continue;
      weights += weight;
      sum += weight * value;
    }
    work.weight[out] = weights;
    work.value[out] = weights == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / weights;
    return;
  }
  double weights = 0, plain = 0;
  double best = std::numeric_limits<double>::quiet_NaN();
  uint32_t decider = 0;
  for (uint32_t i = 0; i < group.members.size(); ++i) {
    const Member& member = group.members[i];
    const double weight = member.metric ? metric_weights[member.at] : dimension_weights[member.at];
    const double value = member.metric ? work.points[member.at] : work.value[member.at];
    if (weight == 0 || std::isnan(value)) continue;
    weights += weight;
    plain += value;
    const bool better = group.rollup == plan::Rollup::min ? value < best : value > best;
    if (std::isnan(best) || better) {
      best = value;
      decider = i;
    }
  }
  work.weight[out] = weights;
  work.decider[out] = decider;
  if (weights == 0) {
    work.value[out] = std::numeric_limits<double>::quiet_NaN();
  } else if (group.rollup == plan::Rollup::points) {
    work.value[out] = std::clamp(group.start + plain, 0.0, kHundred);
  } else {
    work.value[out] = best;
  }
}

double ScoreFunction::forward(const Numbers& numbers, uint32_t row, Work& work) const {
  const Cell* cells = cells_.data() + row * scored_.size();
  for (size_t k = 0; k < scored_.size(); ++k) work.points[k] = points(numbers, cells[k]);
  const double* metric_weights = numbers.metric_weights.data() + rule_[row] * scored_.size();
  const double* dimension_weights = numbers.dimension_weights.data() + rule_[row] * plan_.dimensions.size();
  for (const uint32_t g : order_) forward_group(groups_[g], metric_weights, dimension_weights, g, work);
  const double top = work.value.back();
  const bool moves = own_[row] != 0 && !std::isnan(top);
  const double before = (moves ? top : 0) + static_cast<double>(hierarchy_[row]) + static_cast<double>(triggers_[row]);
  const double limit = static_cast<double>(limit_[row]);
  const double capped = std::min(std::clamp(before, 0.0, kHundred), limit);
  work.held = !moves || capped != before;
  return capped + static_cast<double>(silence_[row]);
}

void ScoreFunction::pull_cell(const Numbers& numbers, uint32_t row, size_t k, double by_points, Work& work,
                              Sums& sums) const {
  const Cell& cell = cells_[row * scored_.size() + k];
  if (cell.a < kEach) [[likely]] {
    const double f = static_cast<double>(cell.f);
    if (f < 0 || f > 1) {
      const double y = numbers.levels[cell.a] + f * (numbers.levels[cell.b] - numbers.levels[cell.a]);
      if (y <= 0 || y >= kHundred) return;
    }
    sums.levels[cell.a] += by_points * (1 - f);
    sums.levels[cell.b] += by_points * f;
    return;
  }
  if (cell.a == kNone || cell.a == kConstant) return;
  const plan::Curve& curve = parameters_.curves()[cell.b].curve;
  const double y = work.points[k];
  if (cell.a == kHill) {
    sums.shapes[cell.b] -= by_points * curve.power * y * (1 - y / kHundred);
  } else if (cell.a == kEach && std::abs(y) < points_of(curve.at_most_micros)) {
    sums.shapes[cell.b] += by_points * y;
  }
}

void ScoreFunction::backward(const Numbers& numbers, uint32_t row, double by_score, Work& work, Sums& sums) const {
  if (work.held) return;
  const double* metric_weights = numbers.metric_weights.data() + rule_[row] * scored_.size();
  const double* dimension_weights = numbers.dimension_weights.data() + rule_[row] * plan_.dimensions.size();
  std::fill(work.back.begin(), work.back.end(), 0.0);
  work.back.back() = by_score;
  for (size_t o = order_.size(); o-- > 0;) {
    const uint32_t g = order_[o];
    const Group& group = groups_[g];
    const double back = work.back[g];
    if (back == 0 || std::isnan(work.value[g])) continue;
    const double value = work.value[g];
    if (group.rollup == plan::Rollup::points && (value <= 0 || value >= kHundred)) continue;
    for (uint32_t i = 0; i < group.members.size(); ++i) {
      const Member& member = group.members[i];
      const double weight = member.metric ? metric_weights[member.at] : dimension_weights[member.at];
      const double own = member.metric ? work.points[member.at] : work.value[member.at];
      if (weight == 0 || std::isnan(own)) continue;
      double pass = back;
      if (group.rollup == plan::Rollup::mean) {
        pass = back * weight / work.weight[g];
        (member.metric ? sums.metrics : sums.dimensions)[member.at] += pass * (own - value);
      } else if (group.rollup != plan::Rollup::points && i != work.decider[g]) {
        continue;
      }
      if (member.metric) {
        pull_cell(numbers, row, member.at, pass, work, sums);
      } else {
        work.back[member.at] += pass;
      }
    }
  }
}

void ScoreFunction::collect(std::span<const double> theta, const Numbers& numbers, const Sums& sums,
                            std::span<double> gradient) const {
  for (size_t k = 0; k < scored_.size(); ++k) {
    const uint32_t p = parameters_.metric_weight(scored_[k]);
    if (p != kFixed) gradient[p] += sums.metrics[k];
  }
  for (size_t d = 0; d < plan_.dimensions.size(); ++d) {
    const uint32_t p = parameters_.dimension_weight(d);
    if (p != kFixed) gradient[p] += sums.dimensions[d];
  }
  const auto& curves = parameters_.curves();
  for (size_t c = 0; c < curves.size(); ++c) {
    if (curves[c].shape != kFixed) gradient[curves[c].shape] += sums.shapes[c];
  }
  parameters_.pull(theta, numbers.levels, sums.levels, gradient);
}

std::vector<double> ScoreFunction::scores(const Numbers& numbers, std::span<const uint32_t> rows, int threads) const {
  std::vector<double> out(rows.size());
  engine::at_once((rows.size() + kChunk - 1) / kChunk, threads, [&] { return Work(scored_.size(), groups_.size()); },
                  [&](Work& work, size_t chunk) {
                    for (size_t i = chunk * kChunk; i < std::min(rows.size(), (chunk + 1) * kChunk); ++i) {
                      out[i] = forward(numbers, rows[i], work);
                    }
                  });
  return out;
}

double ScoreFunction::loss(std::span<const double> theta, const Link& link, std::span<const uint32_t> rows,
                           std::span<double> gradient, int threads) const {
  const Numbers numbers = this->numbers(theta);
  const double slope = std::exp(link.log_slope) / 10;
  const Sums none(numbers.levels.size(), numbers.shapes.size(), scored_.size(), plan_.dimensions.size());
  std::vector<Sums> sums((rows.size() + kChunk - 1) / kChunk, none);
  engine::at_once(
      sums.size(), threads, [&] { return Work(scored_.size(), groups_.size()); },
      [&](Work& work, size_t chunk) {
        Sums& s = sums[chunk];
        for (size_t i = chunk * kChunk; i < std::min(rows.size(), (chunk + 1) * kChunk); ++i) {
          const double y = outcome_[rows[i]];
          const double from_middle = forward(numbers, rows[i], work) - 50;
          const double log_odds = link.intercept - slope * from_middle;
          const double small = std::exp(-std::abs(log_odds));
          s.loss += std::max(log_odds, 0.0) + std::log1p(small) - y * log_odds;
          if (gradient.empty()) continue;
          const double back = (log_odds >= 0 ? 1 / (1 + small) : small / (1 + small)) - y;
          s.intercept += back;
          s.log_slope -= back * slope * from_middle;
          backward(numbers, rows[i], -back * slope, work, s);
        }
      });
  Sums total = none;
  for (const Sums& s : sums) total.add(s);
  if (!gradient.empty()) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    collect(theta, numbers, total, gradient.first(parameters_.count()));
    gradient[parameters_.count()] = total.intercept;
    gradient[parameters_.count() + 1] = total.log_slope;
  }
  return total.loss;
}

void ScoreFunction::gradient(std::span<const double> theta, const Numbers& numbers, uint32_t row,
                             std::span<double> out) const {
  Work work(scored_.size(), groups_.size());
  Sums sums(numbers.levels.size(), numbers.shapes.size(), scored_.size(), plan_.dimensions.size());
  forward(numbers, row, work);
  backward(numbers, row, 1, work, sums);
  std::fill(out.begin(), out.end(), 0.0);
  collect(theta, numbers, sums, out);
}

}  // namespace kenko::fit
