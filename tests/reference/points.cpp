#include "reference/points.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kenko::reference {
namespace {

using model::Curve;
using model::Missing;
using Cells = std::map<std::string, MetricCell>;

constexpr int64_t kHundredPoints = 100'000'000;

std::optional<int64_t> linear(const Curve& curve, double x) {
  const auto& p = curve.points;
  if (x < p.front().x.as_double()) return p.front().points_micros;
  if (x >= p.back().x.as_double()) return p.back().points_micros;
  for (size_t i = 1;; ++i) {
    KENKO_CHECK(i < p.size(), "no segment for {}", x);
    const double x1 = p[i].x.as_double();
    if (x >= x1) continue;
    const double x0 = p[i - 1].x.as_double();
    const double y0 = Decimal{p[i - 1].points_micros}.as_double();
    const double y1 = Decimal{p[i].points_micros}.as_double();
    const double y = y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
    return static_cast<int64_t>(std::floor(y * 1e6 + 0.5));
  }
}

std::optional<int64_t> steps(const Curve& curve, double x) {
  int64_t points = curve.points.front().points_micros;
  for (const Curve::Point& p : curve.points) {
    if (p.x.as_double() <= x) points = p.points_micros;
  }
  return points;
}

std::optional<int64_t> category(const Curve& curve, const std::string& text) {
  for (const Curve::Category& c : curve.categories) {
    if (c.value == text) return c.points_micros;
  }
  return curve.other;
}

Int128 weight_of(const model::Metric& m) { return m.weight.value_or(Decimal::whole(1)).micros; }

// The metrics of a dimension.
std::vector<const model::Metric*> metrics_of(const model::Model& model, const model::Dimension& dimension) {
  std::vector<const model::Metric*> out;
  for (const model::Metric& m : model.metrics) {
    if (m.dimension == dimension.name) out.push_back(&m);
  }
  return out;
}

// Splits `total` over the dimensions that are not empty, each part over its metrics with points.  `worth` turns points
// into what a weight is multiplied with.
template <typename Worth>
std::map<std::string, int64_t> split(const model::Model& model, const RolledUp& day, const Cells& cells, int64_t total,
                                     const Worth& worth) {
  std::map<std::string, Int128> weights;
  for (const model::Dimension& d : model.dimensions) {
    const auto points = day.dimensions.at(d.name);
    if (points) weights[d.name] = static_cast<Int128>(d.weight.micros) * worth(*points);
  }
  const auto parts = apportion(total, weights);
  std::map<std::string, int64_t> out;
  for (const model::Dimension& d : model.dimensions) {
    if (!parts.contains(d.name)) continue;
    std::map<std::string, Int128> inner;
    for (const model::Metric* m : metrics_of(model, d)) {
      const auto points = cells.at(m->name).points;
      if (points) inner[m->name] = weight_of(*m) * worth(*points);
    }
    for (const auto& [name, part] : apportion(parts.at(d.name), inner)) out[name] = part;
  }
  return out;
}

}  // namespace

std::optional<int64_t> points_by_curve(const Curve& curve, const Value& value) {
  if (is_null(value)) return std::nullopt;
  switch (curve.kind) {
    case Curve::Kind::none:
      return std::nullopt;
    case Curve::Kind::linear:
      return linear(curve, std::get<double>(value));
    case Curve::Kind::steps:
      return steps(curve, std::get<double>(value));
    case Curve::Kind::category:
      break;
  }
  if (const bool* flag = std::get_if<bool>(&value)) return category(curve, *flag ? "true" : "false");
  return category(curve, std::get<std::string>(value));
}

void give_points(const model::Metric& metric, MetricCell& cell) {
  if (!metric.dimension) return;
  cell.points = points_by_curve(metric.curve, cell.value);
  cell.evidence = cell.points.has_value();
  if (cell.points || metric.missing.kind == Missing::Kind::exclude) return;
  cell.points = metric.missing.kind == Missing::Kind::zero ? 0 : metric.missing.points_micros;
}

RolledUp roll_up(const model::Model& model, const Cells& cells) {
  RolledUp out;
  out.evidence_everywhere = true;
  Int128 score = 0;
  Int128 score_weight = 0;
  Int128 coverage = 0;
  Int128 all_weight = 0;
  for (const model::Dimension& d : model.dimensions) {
    Int128 points = 0;
    Int128 points_weight = 0;
    Int128 evidence_weight = 0;
    Int128 metrics_weight = 0;
    for (const model::Metric* m : metrics_of(model, d)) {
      const MetricCell& cell = cells.at(m->name);
      metrics_weight += weight_of(*m);
      if (cell.evidence) evidence_weight += weight_of(*m);
      if (!cell.points) continue;
      points += weight_of(*m) * *cell.points;
      points_weight += weight_of(*m);
    }
    std::optional<int64_t>& dimension = out.dimensions[d.name];
    if (points_weight > 0) dimension = static_cast<int64_t>(divide_half_up(points, points_weight));
    if (evidence_weight == 0) out.evidence_everywhere = false;
    const Int128 w = d.weight.micros;
    if (dimension) {
      score += w * *dimension;
      score_weight += w;
    }
    coverage += w * divide_half_up(evidence_weight * 1'000'000, metrics_weight);
    all_weight += w;
  }
  out.coverage_micros = static_cast<int64_t>(divide_half_up(coverage, all_weight));
  if (score_weight > 0) {
    const Int128 micros = divide_half_up(score, score_weight);
    out.score_hundredths = static_cast<int32_t>(divide_half_up(micros, 10'000));
  }
  return out;
}

void explain(const model::Model& model, const RolledUp& day, Cells& cells) {
  const int64_t score = static_cast<int64_t>(*day.score_hundredths) * 10'000;
  const auto gained = split(model, day, cells, score, [](int64_t points) { return points; });
  const auto lost =
      split(model, day, cells, kHundredPoints - score, [](int64_t points) { return kHundredPoints - points; });
  for (const auto& [name, part] : gained) cells.at(name).contribution = part;
  for (const auto& [name, part] : lost) cells.at(name).lost = part;
}

std::map<std::string, int64_t> apportion(int64_t total, const std::map<std::string, Int128>& weights) {
  Int128 all = 0;
  for (const auto& [name, w] : weights) all += w;
  std::map<std::string, int64_t> out;
  std::vector<std::pair<Int128, std::string>> remainders;  // negated, so that the largest sorts first, then by name
  int64_t left = total;
  for (const auto& [name, w] : weights) {
    out[name] = 0;
    if (all == 0) continue;
    out[name] = static_cast<int64_t>(total * w / all);
    left -= out[name];
    remainders.emplace_back(-(total * w % all), name);
  }
  if (all == 0) return out;
  std::sort(remainders.begin(), remainders.end());
  for (int64_t i = 0; i < left; ++i) ++out[remainders[static_cast<size_t>(i)].second];
  return out;
}

}  // namespace kenko::reference
