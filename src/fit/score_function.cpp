#include "fit/score_function.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "engine/in_order.h"
#include "fit/score_pass.h"
#include "score/day_parts.h"
#include "stats/logistic.h"

namespace kenko::fit {
namespace {

constexpr size_t kChunk = 4096;  // rows whose sum is made at once

double points_of(int64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

double Link::log_odds(double score) const { return intercept - std::exp(log_slope) * (score - 50) / 10; }

ScoreFunction::ScoreFunction(const plan::Plan& plan, const validate::Panel& panel, const Parameters& parameters)
    : plan_(plan), parameters_(parameters), stages_(plan.life_stages.size() + 1) {
  KENKO_CHECK(panel.parts.stage.size() == panel.rows(), "a panel without its parts");
  KENKO_CHECK(parameters.level_count() < UINT16_MAX, "{} levels of points", parameters.level_count());
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].dimension) scored_.push_back(m);
  }
  add_groups();
  add_rows(panel);
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

void ScoreFunction::add_rows(const validate::Panel& panel) {
  const validate::ScoreParts& parts = panel.parts;
  for (uint32_t r = 0; r < panel.rows(); ++r) {
    rule_.push_back(static_cast<uint16_t>(static_cast<size_t>(panel.segment[r] + 1) * stages_ +
                                          static_cast<size_t>(parts.stage[r] + 1)));
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

void ScoreFunction::add_cells(const validate::Panel& panel) {
  segments_.resize(kConstant + 1);
  for (const uint32_t m : scored_) {
    std::vector<Cell>& column = cells_.emplace_back();
    column.reserve(panel.rows());
    bool any_kind = false;
    for (uint32_t r = 0; r < panel.rows(); ++r) {
      const Cell c = cell(panel, r, m);
      any_kind |= c.segment != kConstant && (c.segment >= kShaped || c.f < 0 || c.f > 1);
      column.push_back(c);
    }
    any_kind_.push_back(any_kind ? 1 : 0);
  }
}

uint32_t ScoreFunction::segment_of(uint16_t a, uint16_t b) {
  const auto [at, added] = segment_number_.try_emplace(Segment{a, b}, static_cast<uint32_t>(segments_.size()));
  if (added) segments_.push_back({a, b});
  return at->second;
}

uint16_t ScoreFunction::level_of(const MovedCurve& moved, int64_t points_micros) const {
  for (size_t i = 0; i < moved.levels.size(); ++i) {
    if (std::llround(moved.levels[i] * 1e6) == points_micros) return static_cast<uint16_t>(moved.first_level + i);
  }
  KENKO_CHECK(false, "points that no level has: {}", points_micros);
}

ScoreFunction::Cell ScoreFunction::cell(const validate::Panel& panel, uint32_t row, uint32_t metric) {
  const size_t at = row * panel.metrics.size() + metric;
  const double points = panel.points[at];
  if (std::isnan(points)) return {kNone, 0};
  const plan::Metric& m = plan_.metrics[metric];
  const auto& curves = parameters_.curves();
  const double input = panel.parts.input[at];
  if (std::isnan(input)) {
    const MovedCurve& base = curves[static_cast<size_t>(parameters_.curve_of(metric, -1, -1))];
    const bool policy = m.missing.kind == plan::Missing::Kind::score && !base.steps.empty() &&
                        std::llround(points * 1e6) == m.missing.points_micros;
    if (!policy) return {kConstant, static_cast<float>(points)};
    const uint16_t level = level_of(base, m.missing.points_micros);
    return {segment_of(level, level), 0};
  }
  const int curve = parameters_.curve_of(metric, panel.segment[row], panel.parts.stage[row]);
  const MovedCurve& moved = curves[static_cast<size_t>(curve)];
  return by_curve(panel, moved, input);
}

ScoreFunction::Cell ScoreFunction::by_curve(const validate::Panel& panel, const MovedCurve& moved, double input) {
  using Kind = plan::Curve::Kind;
  const auto index = static_cast<uint32_t>(&moved - parameters_.curves().data());
  const auto level = [&](const plan::Curve::Point& p) { return level_of(moved, p.points_micros); };
  const auto flat = [this](uint16_t a) { return Cell{segment_of(a, a), 0}; };
  const plan::Curve& curve = moved.curve;
  const auto& p = curve.points;
  switch (curve.kind) {
    case Kind::none:
      break;
    case Kind::hill:
    case Kind::each:
      return {kShaped + index, static_cast<float>(input)};
    case Kind::category: {
      const bool text = panel.is_text[moved.metric] != 0;
      const std::string word = text ? panel.texts[static_cast<size_t>(input)] : input != 0 ? "true" : "false";
      for (const auto& c : curve.categories) {
        if (c.value == word) return flat(level_of(moved, c.points_micros));
      }
      return curve.other ? flat(level_of(moved, *curve.other)) : Cell{kNone, 0};
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
      return {segment_of(level(p[i - 1]), level(p[i])),
              static_cast<float>((input - p[i - 1].x) / (p[i].x - p[i - 1].x))};
    }
  }
  return {kNone, 0};
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

void ScoreFunction::collect(std::span<const double> theta, const Numbers& numbers, const Sums& sums, bool curves,
                            std::span<double> gradient) const {
  for (size_t k = 0; k < scored_.size(); ++k) {
    const uint32_t p = parameters_.metric_weight(scored_[k]);
    if (p != kFixed) gradient[p] += sums.metrics[k];
  }
  for (size_t d = 0; d < plan_.dimensions.size(); ++d) {
    const uint32_t p = parameters_.dimension_weight(d);
    if (p != kFixed) gradient[p] += sums.dimensions[d];
  }
  if (!curves) return;
  for (size_t c = 0; c < parameters_.curves().size(); ++c) {
    const uint32_t p = parameters_.curves()[c].shape;
    if (p != kFixed) gradient[p] += sums.shapes[c];
  }
  std::vector<double> by_level(numbers.levels.size());
  for (size_t s = kConstant + 1; s < segments_.size(); ++s) {
    const double with_f = sums.segments[0][s].with_f + sums.segments[1][s].with_f;
    by_level[segments_[s].a] += sums.segments[0][s].all + sums.segments[1][s].all - with_f;
    by_level[segments_[s].b] += with_f;
  }
  parameters_.pull(theta, numbers.levels, by_level, gradient);
}

std::vector<double> ScoreFunction::scores(const Numbers& numbers, std::span<const uint32_t> rows, int threads) const {
  std::vector<double> out(rows.size());
  engine::at_once((rows.size() + kChunk - 1) / kChunk, threads, [&] { return Pass(*this, numbers); },
                  [&](Pass& pass, size_t chunk) {
                    const size_t end = std::min(rows.size(), (chunk + 1) * kChunk);
                    for (size_t i = chunk * kChunk; i < end; i += kBlock) {
                      const size_t count = std::min(kBlock, end - i);
                      pass.forward(rows.subspan(i, count), std::span(out).subspan(i, count));
                    }
                  });
  return out;
}

double ScoreFunction::loss(std::span<const double> theta, const Link& link, std::span<const uint32_t> rows,
                           std::span<double> gradient, int threads, bool curves) const {
  const Numbers numbers = this->numbers(theta);
  const double slope = std::exp(link.log_slope) / 10;
  std::vector<Sums> sums((rows.size() + kChunk - 1) / kChunk, Sums(*this));
  const auto block = [&](Pass& pass, std::span<const uint32_t> some, stats::LogOfProduct& product, Sums& s) {
    Column scores, back;
    pass.forward(some, scores);
    for (size_t i = 0; i < some.size(); ++i) {
      const double y = outcome_[some[i]];
      const double from_middle = scores[i] - 50;
      const double log_odds = link.intercept - slope * from_middle;
      const double small = std::exp(-std::abs(log_odds));
      product.add(1 + small);
      s.loss += std::max(log_odds, 0.0) - y * log_odds;
      const double left = (log_odds >= 0 ? 1 / (1 + small) : small / (1 + small)) - y;
      s.intercept += left;
      s.log_slope -= left * slope * from_middle;
      back[i] = -left * slope;
    }
    if (!gradient.empty()) pass.backward(some, back, curves, s);
  };
  engine::at_once(
      sums.size(), threads, [&] { return Pass(*this, numbers); },
      [&](Pass& pass, size_t chunk) {
        const size_t end = std::min(rows.size(), (chunk + 1) * kChunk);
        stats::LogOfProduct product;
        for (size_t i = chunk * kChunk; i < end; i += kBlock) {
          block(pass, rows.subspan(i, std::min(kBlock, end - i)), product, sums[chunk]);
        }
        sums[chunk].loss += product.log();
      });
  Sums total(*this);
  for (const Sums& s : sums) total.add(s);
  if (!gradient.empty()) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    collect(theta, numbers, total, curves, gradient.first(parameters_.count()));
    gradient[parameters_.count()] = total.intercept;
    gradient[parameters_.count() + 1] = total.log_slope;
  }
  return total.loss;
}

void ScoreFunction::gradients(std::span<const double> theta, std::span<const uint32_t> rows,
                              const UseGradient& use) const {
  const Numbers numbers = this->numbers(theta);
  Pass pass(*this, numbers);
  const Sums none(*this);
  Sums sums = none;
  std::vector<double> gradient(parameters_.count());
  for (size_t i = 0; i < rows.size(); ++i) {
    constexpr double kOnce = 1;
    double score = 0;
    pass.forward(rows.subspan(i, 1), {&score, 1});
    sums = none;
    pass.backward(rows.subspan(i, 1), {&kOnce, 1}, true, sums);
    std::fill(gradient.begin(), gradient.end(), 0.0);
    collect(theta, numbers, sums, true, gradient);
    use(score, gradient);
  }
}

}  // namespace kenko::fit
