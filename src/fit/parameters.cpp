#include "fit/parameters.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/check.h"

namespace kenko::fit {
namespace {

constexpr double kFull = 100;
constexpr double kMicros = 1e6;

double points_of(int64_t micros) { return static_cast<double>(micros) / kMicros; }

// Every number of points that a curve gives.
std::vector<int64_t> points_in(const plan::Curve& curve) {
  std::vector<int64_t> out;
  for (const auto& p : curve.points) out.push_back(p.points_micros);
  for (const auto& c : curve.categories) out.push_back(c.points_micros);
  if (curve.other) out.push_back(*curve.other);
  return out;
}

bool is_shaped(const plan::Curve& curve) {
  return curve.kind == plan::Curve::Kind::hill || curve.kind == plan::Curve::Kind::each;
}

// Whole points where they were the author's too.
int64_t rounded_points(double points) { return std::llround(points) * 1'000'000; }

}  // namespace

Decimal rounded_weight(double weight) {
  constexpr double kLeast = 0.001;
  const double held = std::max(weight, kLeast);
  const double unit = std::pow(10.0, std::floor(std::log10(held)) - 2);
  const double steps = std::round(held / unit);
  return Decimal{std::llround(steps * unit * kMicros)};
}

Parameters::Parameters(const plan::Plan& plan, bool curves)
    : metric_weight_(plan.metrics.size(), kFixed),
      dimension_weight_(plan.dimensions.size(), kFixed),
      base_curve_(plan.metrics.size(), -1) {
  add_weights(plan);
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (!plan.metrics[m].dimension) continue;
    base_curve_[m] = static_cast<int>(curves_.size());
    add_curve(plan, m, plan.metrics[m].curve, -1, -1, curves);
  }
  const auto add_changes = [&](const std::vector<plan::Segment>& segments, std::vector<std::vector<int>>& out,
                               bool stages) {
    for (int s = 0; s < std::ssize(segments); ++s) {
      std::vector<int>& own = out.emplace_back(plan.metrics.size(), -1);
      for (const auto& [m, curve] : segments[static_cast<size_t>(s)].changes.curves) {
        if (!plan.metrics[m].dimension) continue;
        own[m] = static_cast<int>(curves_.size());
        add_curve(plan, m, curve, stages ? -1 : s, stages ? s : -1, curves);
      }
    }
  };
  add_changes(plan.segments, segment_curve_, false);
  add_changes(plan.life_stages, stage_curve_, true);
}

// A weight among several members of a mean moves; elsewhere it changes no score.
void Parameters::add_weights(const plan::Plan& plan) {
  std::map<int64_t, int> members;  // by dimension, -1 = the top
  for (const plan::Metric& m : plan.metrics) {
    if (m.dimension) ++members[*m.dimension];
  }
  for (const plan::Dimension& d : plan.dimensions) ++members[d.parent ? int64_t{*d.parent} : -1];
  const auto moves = [&](std::optional<uint32_t> group) {
    const plan::Rollup rollup = group ? plan.dimensions[*group].rollup : plan.rollup;
    return rollup == plan::Rollup::mean && members[group ? int64_t{*group} : -1] > 1;
  };
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    const auto dimension = plan.metrics[m].dimension;
    if (dimension && moves(dimension)) metric_weight_[m] = static_cast<uint32_t>(count_++);
  }
  for (size_t d = 0; d < plan.dimensions.size(); ++d) {
    if (moves(plan.dimensions[d].parent)) dimension_weight_[d] = static_cast<uint32_t>(count_++);
  }
}

void Parameters::add_curve(const plan::Plan& plan, uint32_t metric, const plan::Curve& curve, int segment, int stage,
                           bool moves) {
  MovedCurve out;
  out.metric = metric;
  out.segment = segment;
  out.stage = stage;
  out.curve = curve;
  out.first_level = level_count_;
  std::vector<int64_t> levels = points_in(curve);
  const plan::Missing& missing = plan.metrics[metric].missing;
  const bool own = segment < 0 && stage < 0;
  if (own && missing.kind == plan::Missing::Kind::score && !is_shaped(curve)) levels.push_back(missing.points_micros);
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  for (const int64_t level : levels) out.levels.push_back(points_of(level));
  level_count_ += levels.size();
  if (is_shaped(curve)) {
    const bool possible = curve.kind == plan::Curve::Kind::hill || curve.each_micros != 0;
    if (moves && possible) out.shape = static_cast<uint32_t>(count_++);
    curves_.push_back(std::move(out));
    return;
  }
  double below = 0;
  std::vector<double> rises;
  for (const double level : out.levels) {
    rises.push_back(level - below);
    below = level;
  }
  rises.push_back(kFull - below);
  const auto positive = std::count_if(rises.begin(), rises.end(), [](double rise) { return rise > 0; });
  out.steps.assign(rises.size(), kFixed);
  if (moves && positive > 1) {
    for (size_t i = 0; i < rises.size(); ++i) {
      if (rises[i] > 0) out.steps[i] = static_cast<uint32_t>(count_++);
    }
  }
  curves_.push_back(std::move(out));
}

int Parameters::curve_of(size_t metric, int segment, int stage) const {
  if (stage >= 0 && stage_curve_[static_cast<size_t>(stage)][metric] >= 0) {
    return stage_curve_[static_cast<size_t>(stage)][metric];
  }
  if (segment >= 0 && segment_curve_[static_cast<size_t>(segment)][metric] >= 0) {
    return segment_curve_[static_cast<size_t>(segment)][metric];
  }
  return base_curve_[metric];
}

double Parameters::factor(std::span<const double> theta, uint32_t parameter) {
  return parameter == kFixed ? 1 : std::exp(theta[parameter]);
}

void Parameters::levels(std::span<const double> theta, std::vector<double>& out) const {
  out.resize(level_count_);
  for (const MovedCurve& c : curves_) {
    const size_t n = c.levels.size();
    const bool moved =
        std::any_of(c.steps.begin(), c.steps.end(), [&](uint32_t s) { return s != kFixed && theta[s] != 0; });
    if (!moved) {  // to the last bit as the author has them
      std::copy(c.levels.begin(), c.levels.end(), out.begin() + static_cast<std::ptrdiff_t>(c.first_level));
      continue;
    }
    double sum = 0, below = 0;
    for (size_t i = 0; i <= n; ++i) {
      const double top = i < n ? c.levels[i] : kFull;
      sum += (top - below) * factor(theta, c.steps[i]);
      if (i < n) out[c.first_level + i] = sum;
      below = top;
    }
    for (size_t i = 0; i < n; ++i) out[c.first_level + i] *= kFull / sum;
  }
}

double Parameters::shape(const MovedCurve& curve, std::span<const double> theta) const {
  return factor(theta, curve.shape);
}

namespace {

// The curve that `c` is, in a plan of the same structure.
const plan::Curve& curve_in(const plan::Plan& plan, const MovedCurve& c) {
  if (c.segment < 0 && c.stage < 0) return plan.metrics[c.metric].curve;
  const plan::Changes& changes = c.segment >= 0 ? plan.segments[static_cast<size_t>(c.segment)].changes
                                                : plan.life_stages[static_cast<size_t>(c.stage)].changes;
  const auto found = std::find_if(changes.curves.begin(), changes.curves.end(),
                                  [&](const auto& own) { return own.first == c.metric; });
  KENKO_CHECK(found != changes.curves.end(), "a curve that is not there");
  return found->second;
}

}  // namespace

void Parameters::levels_of(const plan::Plan& before, const plan::Plan& after, std::vector<double>& levels,
                           std::vector<double>& shapes) const {
  levels.assign(level_count_, 0);
  shapes.assign(curves_.size(), 1);
  for (size_t i = 0; i < curves_.size(); ++i) {
    const MovedCurve& c = curves_[i];
    const plan::Curve& was = c.curve;
    const plan::Curve& is = curve_in(after, c);
    if (was.kind == plan::Curve::Kind::hill) shapes[i] = is.half / was.half;
    if (was.kind == plan::Curve::Kind::each && was.each_micros != 0) {
      shapes[i] = points_of(is.each_micros) / points_of(was.each_micros);
    }
    std::vector<int64_t> old_points = points_in(was), new_points = points_in(is);
    old_points.push_back(before.metrics[c.metric].missing.points_micros);
    new_points.push_back(after.metrics[c.metric].missing.points_micros);
    KENKO_CHECK(old_points.size() == new_points.size(), "a curve of another structure");
    for (size_t level = 0; level < c.levels.size(); ++level) {
      const auto at = std::find(old_points.begin(), old_points.end(), std::llround(c.levels[level] * kMicros));
      levels[c.first_level + level] = points_of(new_points[static_cast<size_t>(at - old_points.begin())]);
    }
  }
}

void Parameters::pull(std::span<const double> theta, std::span<const double> levels, std::span<const double> by_level,
                      std::span<double> gradient) const {
  for (const MovedCurve& c : curves_) {
    const size_t n = c.levels.size();
    if (n == 0 || std::all_of(c.steps.begin(), c.steps.end(), [](uint32_t s) { return s == kFixed; })) continue;
    double total = 0, below = 0, weighted = 0, above = 0;
    for (size_t i = 0; i <= n; ++i) {
      const double top = i < n ? c.levels[i] : kFull;
      total += (top - below) * factor(theta, c.steps[i]);
      below = top;
    }
    for (size_t i = 0; i < n; ++i) {
      weighted += by_level[c.first_level + i] * levels[c.first_level + i];
      above += by_level[c.first_level + i];
    }
    // A rise j lifts every level from j on, and the scaling takes back its share of all of them.
    below = 0;
    for (size_t i = 0; i <= n; ++i) {
      const double top = i < n ? c.levels[i] : kFull;
      if (c.steps[i] != kFixed) {
        const double rise = (top - below) * factor(theta, c.steps[i]);
        gradient[c.steps[i]] += rise / total * (kFull * above - weighted);
      }
      if (i < n) above -= by_level[c.first_level + i];
      below = top;
    }
  }
}

namespace {

// Gives a curve other levels, or another shape.
void move_curve(plan::Curve& curve, const MovedCurve& moved, std::span<const double> levels, double factor) {
  const auto at = [&](int64_t& micros) {
    for (size_t i = 0; i < moved.levels.size(); ++i) {
      if (std::llround(moved.levels[i] * kMicros) != micros) continue;
      micros = rounded_points(levels[moved.first_level + i]);
      return;
    }
  };
  for (auto& p : curve.points) at(p.points_micros);
  for (auto& c : curve.categories) at(c.points_micros);
  if (curve.other) at(*curve.other);
  if (curve.kind == plan::Curve::Kind::hill) curve.half = rounded_weight(curve.half * factor).as_double();
  if (curve.kind == plan::Curve::Kind::each) {
    const Decimal each = rounded_weight(std::abs(points_of(curve.each_micros)) * factor);
    curve.each_micros = curve.each_micros < 0 ? -each.micros : each.micros;
  }
}

void move_missing(plan::Metric& metric, const MovedCurve& moved, std::span<const double> levels) {
  if (metric.missing.kind != plan::Missing::Kind::score) return;
  for (size_t i = 0; i < moved.levels.size(); ++i) {
    if (std::llround(moved.levels[i] * kMicros) == metric.missing.points_micros) {
      metric.missing.points_micros = rounded_points(levels[moved.first_level + i]);
      return;
    }
  }
}

}  // namespace

plan::Plan Parameters::apply(const plan::Plan& plan, std::span<const double> theta) const {
  KENKO_CHECK(theta.size() == count_, "{} numbers for {} parameters", theta.size(), count_);
  plan::Plan out = plan;
  // The members of a group keep the sum of their weights.
  std::map<int64_t, std::pair<double, double>> sums;  // before, after
  const auto group_of = [&](std::optional<uint32_t> dimension) { return dimension ? int64_t{*dimension} : -1; };
  const auto add = [&](std::optional<uint32_t> group, const Decimal& weight, uint32_t parameter) {
    auto& [before, after] = sums[group_of(group)];
    before += weight.as_double();
    after += weight.as_double() * factor(theta, parameter);
  };
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].dimension) add(plan.metrics[m].dimension, plan.metrics[m].weight, metric_weight_[m]);
  }
  for (size_t d = 0; d < plan.dimensions.size(); ++d) {
    add(plan.dimensions[d].parent, plan.dimensions[d].weight, dimension_weight_[d]);
  }
  const auto moved = [&](const Decimal& weight, std::optional<uint32_t> group, uint32_t parameter) {
    if (parameter == kFixed || weight.micros == 0) return weight;
    const auto [before, after] = sums.at(group_of(group));
    return rounded_weight(weight.as_double() * factor(theta, parameter) * before / after);
  };
  const bool weights_moved = std::any_of(theta.begin(), theta.end(), [](double t) { return t != 0; });
  if (!weights_moved) return out;
  for (size_t m = 0; m < out.metrics.size(); ++m) {
    if (out.metrics[m].dimension)
      out.metrics[m].weight = moved(out.metrics[m].weight, out.metrics[m].dimension, metric_weight_[m]);
  }
  for (size_t d = 0; d < out.dimensions.size(); ++d) {
    out.dimensions[d].weight = moved(out.dimensions[d].weight, out.dimensions[d].parent, dimension_weight_[d]);
  }
  for (auto* segments : {&out.segments, &out.life_stages}) {
    for (plan::Segment& s : *segments) {
      for (auto& [m, weight] : s.changes.metric_weights) {
        weight = moved(weight, plan.metrics[m].dimension, metric_weight_[m]);
      }
      for (auto& [d, weight] : s.changes.dimension_weights) {
        weight = moved(weight, plan.dimensions[d].parent, dimension_weight_[d]);
      }
    }
  }
  std::vector<double> all_levels;
  levels(theta, all_levels);
  for (const MovedCurve& c : curves_) {
    const bool any =
        c.shape != kFixed || std::any_of(c.steps.begin(), c.steps.end(), [](uint32_t s) { return s != kFixed; });
    if (!any) continue;
    const double shape = factor(theta, c.shape);
    if (c.segment < 0 && c.stage < 0) {
      move_curve(out.metrics[c.metric].curve, c, all_levels, shape);
      move_missing(out.metrics[c.metric], c, all_levels);
      continue;
    }
    auto& changes = c.segment >= 0 ? out.segments[static_cast<size_t>(c.segment)].changes
                                   : out.life_stages[static_cast<size_t>(c.stage)].changes;
    for (auto& [m, curve] : changes.curves) {
      if (m == c.metric) move_curve(curve, c, all_levels, shape);
    }
  }
  return out;
}

}  // namespace kenko::fit
