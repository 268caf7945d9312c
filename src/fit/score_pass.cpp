#include "fit/score_pass.h"

#include <algorithm>
#include <cmath>

namespace kenko::fit {
namespace {

constexpr double kHundred = 100;

double points_of(int64_t micros) { return static_cast<double>(micros) / 1e6; }

double hill(double x, double half, int32_t power) {
  if (x <= 0) return 0;
  const double q = std::pow(half / x, power);
  return kHundred / (1 + q);
}

// Of the first `count` entries; in four strands, which do not wait for each other.
double sum_of_products(const Column& a, const Column& b, const Column& less, size_t count) {
  constexpr size_t kStrands = 4;
  std::array<double, kStrands> sums{};
  size_t i = 0;
  for (; i + kStrands <= count; i += kStrands) {
    for (size_t s = 0; s < kStrands; ++s) sums[s] += a[i + s] * (b[i + s] - less[i + s]);
  }
  for (; i < count; ++i) sums[0] += a[i] * (b[i] - less[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

ScoreFunction::Sums::Sums(const ScoreFunction& function)
    : shapes(function.parameters_.curves().size()),
      metrics(function.scored_.size()),
      dimensions(function.plan_.dimensions.size()) {
  for (auto& half : segments) half.resize(function.segments_.size());
}

void ScoreFunction::Sums::add(const Sums& other) {
  const auto all = [](std::vector<double>& to, const std::vector<double>& from) {
    for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  for (size_t half = 0; half < segments.size(); ++half) {
    for (size_t s = 0; s < segments[half].size(); ++s) {
      segments[half][s].all += other.segments[half][s].all;
      segments[half][s].with_f += other.segments[half][s].with_f;
    }
  }
  all(shapes, other.shapes);
  all(metrics, other.metrics);
  all(dimensions, other.dimensions);
  loss += other.loss;
  intercept += other.intercept;
  log_slope += other.log_slope;
}

ScoreFunction::Pass::Pass(const ScoreFunction& function, const Numbers& numbers)
    : f_(function),
      numbers_(numbers),
      segments_(function.segments_.size()),
      points_(function.scored_.size()),
      weight_(points_.size()),
      value_(function.groups_.size()),
      sum_of_weights_(value_.size()),
      own_(value_.size()),
      back_(value_.size()),
      decider_(value_.size()) {
  segments_[kNone] = {0, 0, 0};
  segments_[kConstant] = {0, 1, 1};
  for (size_t s = kConstant + 1; s < segments_.size(); ++s) {
    const double a = numbers.levels[f_.segments_[s].a], b = numbers.levels[f_.segments_[s].b];
    segments_[s] = {a, b - a, 1};
  }
}

double ScoreFunction::Pass::shaped(const Cell& cell) const {
  const uint32_t which = cell.segment - kShaped;
  const plan::Curve& curve = f_.parameters_.curves()[which].curve;
  const double shape = numbers_.shapes[which], x = static_cast<double>(cell.f);
  if (curve.kind == plan::Curve::Kind::hill) return hill(x, curve.half * shape, curve.power);
  const double most = points_of(curve.at_most_micros);
  return std::clamp(x * points_of(curve.each_micros) * shape, -most, most);
}

// Points and weights of a metric some of whose cells have a shape, or lie beyond their segment.
void ScoreFunction::Pass::cells_of_any_kind(std::span<const uint32_t> rows, size_t k) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const Cell cell = f_.cells_[k][rows[i]];
    if (cell.segment >= kShaped) {
      points_[k][i] = shaped(cell);
      continue;
    }
    const SegmentNow& s = segments_[cell.segment];
    const double y = s.y + static_cast<double>(cell.f) * s.rise;
    points_[k][i] = cell.segment > kConstant ? std::clamp(y, 0.0, kHundred) : y;
    weight_[k][i] *= s.present;
  }
}

void ScoreFunction::Pass::cells(std::span<const uint32_t> rows) {
  const size_t width = f_.scored_.size(), count = rows.size();
  std::array<size_t, kBlock> rule{};
  for (size_t i = 0; i < count; ++i) rule[i] = f_.rule_[rows[i]] * width;
  for (size_t k = 0; k < width; ++k) {
    const double* weights = numbers_.metric_weights.data() + k;
    Column &points = points_[k], &weight = weight_[k];
    if (f_.any_kind_[k] != 0) {
      for (size_t i = 0; i < count; ++i) weight[i] = weights[rule[i]];
      cells_of_any_kind(rows, k);
      continue;
    }
    const Cell* cells = f_.cells_[k].data();
    for (size_t i = 0; i < count; ++i) {
      const Cell cell = cells[rows[i]];
      const SegmentNow& s = segments_[cell.segment];
      points[i] = s.y + static_cast<double>(cell.f) * s.rise;
      weight[i] = weights[rule[i]] * s.present;
    }
  }
}

const Column& ScoreFunction::Pass::weight_of(const Member& member) const {
  return member.metric ? weight_[member.at] : own_[member.at];
}

const Column& ScoreFunction::Pass::value_of(const Member& member) const {
  return member.metric ? points_[member.at] : value_[member.at];
}

void ScoreFunction::Pass::mean(size_t g, size_t count) {
  Column &weights = sum_of_weights_[g], &value = value_[g];
  std::fill_n(weights.begin(), count, 0.0);
  std::fill_n(value.begin(), count, 0.0);
  for (const Member& member : f_.groups_[g].members) {
    const Column &w = weight_of(member), &v = value_of(member);
    for (size_t i = 0; i < count; ++i) {
      weights[i] += w[i];
      value[i] += w[i] * v[i];
    }
  }
  for (size_t i = 0; i < count; ++i) value[i] = weights[i] == 0 ? 0 : value[i] / weights[i];
}

void ScoreFunction::Pass::best_or_points(size_t g, size_t count) {
  const Group& group = f_.groups_[g];
  for (size_t i = 0; i < count; ++i) {
    double weights = 0, plain = 0, best = 0;
    uint32_t decider = 0;
    for (uint32_t m = 0; m < group.members.size(); ++m) {
      const double w = weight_of(group.members[m])[i], v = value_of(group.members[m])[i];
      if (w == 0) continue;
      const bool better = group.rollup == plan::Rollup::min ? v < best : v > best;
      if (weights == 0 || better) {
        best = v;
        decider = m;
      }
      weights += w;
      plain += v;
    }
    sum_of_weights_[g][i] = weights;
    decider_[g][i] = decider;
    const double sum = std::clamp(group.start + plain, 0.0, kHundred);
    value_[g][i] = weights == 0 ? 0 : group.rollup == plan::Rollup::points ? sum : best;
  }
}

void ScoreFunction::Pass::forward(std::span<const uint32_t> rows, std::span<double> out) {
  const size_t count = rows.size(), dimensions = f_.plan_.dimensions.size();
  cells(rows);
  for (const uint32_t g : f_.order_) {
    if (f_.groups_[g].rollup == plan::Rollup::mean) {
      mean(g, count);
    } else {
      best_or_points(g, count);
    }
    if (g == dimensions) continue;
    const double* weights = numbers_.dimension_weights.data() + g;
    for (size_t i = 0; i < count; ++i) {
      own_[g][i] = sum_of_weights_[g][i] == 0 ? 0 : weights[f_.rule_[rows[i]] * dimensions];
    }
  }
  for (size_t i = 0; i < count; ++i) {
    const uint32_t row = rows[i];
    const bool moves = f_.own_[row] != 0 && sum_of_weights_.back()[i] != 0;
    const double before = (moves ? value_.back()[i] : 0) + static_cast<double>(f_.hierarchy_[row]) +
                          static_cast<double>(f_.triggers_[row]);
    const double capped = std::min(std::clamp(before, 0.0, kHundred), static_cast<double>(f_.limit_[row]));
    moves_[i] = moves && capped == before ? 1 : 0;
    out[i] = capped + static_cast<double>(f_.silence_[row]);
  }
}

void ScoreFunction::Pass::pull_any_kind(std::span<const uint32_t> rows, size_t k, Sums& sums) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const Cell cell = f_.cells_[k][rows[i]];
    const double y = points_[k][i], f = static_cast<double>(cell.f);
    if (cell.segment < kShaped) {
      const bool beyond = f < 0 || f > 1;
      if (beyond && (y <= 0 || y >= kHundred)) continue;
      sums.segments[0][cell.segment].all += pass_[i];
      sums.segments[0][cell.segment].with_f += pass_[i] * f;
      continue;
    }
    const uint32_t which = cell.segment - kShaped;
    const plan::Curve& curve = f_.parameters_.curves()[which].curve;
    if (curve.kind == plan::Curve::Kind::hill) {
      sums.shapes[which] -= pass_[i] * curve.power * y * (1 - y / kHundred);
    } else if (std::abs(y) < points_of(curve.at_most_micros)) {
      sums.shapes[which] += pass_[i] * y;
    }
  }
}

// From the points of a metric to the levels of its curve.
void ScoreFunction::Pass::pull(std::span<const uint32_t> rows, size_t k, Sums& sums) {
  if (f_.any_kind_[k] != 0) {
    pull_any_kind(rows, k, sums);
    return;
  }
  const Cell* cells = f_.cells_[k].data();
  Sums::Pulled *even = sums.segments[0].data(), *odd = sums.segments[1].data();
  const auto add = [&](Sums::Pulled* to, size_t i) {
    const Cell cell = cells[rows[i]];
    to[cell.segment].all += pass_[i];
    to[cell.segment].with_f += pass_[i] * static_cast<double>(cell.f);
  };
  size_t i = 0;
  for (; i + 1 < rows.size(); i += 2) {
    add(even, i);
    add(odd, i + 1);
  }
  if (i < rows.size()) add(even, i);
}

// pass_ holds what the group's value passes on to a member.
void ScoreFunction::Pass::hand_down(std::span<const uint32_t> rows, const Member& member, bool curves, Sums& sums) {
  if (!member.metric) {
    std::copy_n(pass_.begin(), rows.size(), back_[member.at].begin());  // it has one parent
  } else if (curves) {
    pull(rows, member.at, sums);
  }
}

void ScoreFunction::Pass::back_from_mean(std::span<const uint32_t> rows, size_t g, bool curves, Sums& sums) {
  const size_t count = rows.size();
  const Column& weights = sum_of_weights_[g];
  for (size_t i = 0; i < count; ++i) ratio_[i] = weights[i] == 0 ? 0 : back_[g][i] / weights[i];
  for (const Member& member : f_.groups_[g].members) {
    const Column& w = weight_of(member);
    for (size_t i = 0; i < count; ++i) pass_[i] = ratio_[i] * w[i];
    (member.metric ? sums.metrics : sums.dimensions)[member.at] +=
        sum_of_products(pass_, value_of(member), value_[g], count);
    hand_down(rows, member, curves, sums);
  }
}

void ScoreFunction::Pass::back_from_others(std::span<const uint32_t> rows, size_t g, bool curves, Sums& sums) {
  const size_t count = rows.size();
  const Group& group = f_.groups_[g];
  const bool adds = group.rollup == plan::Rollup::points;
  for (size_t i = 0; i < count; ++i) {
    const bool held = adds && (value_[g][i] <= 0 || value_[g][i] >= kHundred);
    ratio_[i] = sum_of_weights_[g][i] == 0 || held ? 0 : back_[g][i];
  }
  for (uint32_t m = 0; m < group.members.size(); ++m) {
    const Column& w = weight_of(group.members[m]);
    for (size_t i = 0; i < count; ++i) {
      pass_[i] = w[i] != 0 && (adds || decider_[g][i] == m) ? ratio_[i] : 0;
    }
    hand_down(rows, group.members[m], curves, sums);
  }
}

void ScoreFunction::Pass::backward(std::span<const uint32_t> rows, std::span<const double> by_score, bool curves,
                                   Sums& sums) {
  for (size_t i = 0; i < rows.size(); ++i) back_.back()[i] = by_score[i] * moves_[i];
  for (size_t o = f_.order_.size(); o-- > 0;) {
    const uint32_t g = f_.order_[o];
    if (f_.groups_[g].rollup == plan::Rollup::mean) {
      back_from_mean(rows, g, curves, sums);
    } else {
      back_from_others(rows, g, curves, sums);
    }
  }
}

}  // namespace kenko::fit
