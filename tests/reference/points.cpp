#include "reference/points.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kenko::reference {
namespace {

using model::Curve;
using Cells = std::map<std::string, MetricCell>;

constexpr int64_t kHundredPoints = 100'000'000;
// A name that sorts before every member's: `start of DIMENSION`.
const std::string kStart;

int64_t rounded(double points) { return static_cast<int64_t>(std::floor(points * 1e6 + 0.5)); }

// The line through points i and j, at x.
double on_line(const std::vector<Curve::Point>& p, size_t i, size_t j, double x) {
  const double x0 = p[i].x.as_double();
  const double x1 = p[j].x.as_double();
  const double y0 = Decimal{p[i].points_micros}.as_double();
  const double y1 = Decimal{p[j].points_micros}.as_double();
  return y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
}

int64_t linear(const Curve& curve, const std::vector<Curve::Point>& p, double x) {
  const auto held = [](double y) { return rounded(std::min(std::max(y, 0.0), 100.0)); };
  if (x < p.front().x.as_double()) {
    return curve.open_below && p.size() > 1 ? held(on_line(p, 0, 1, x)) : p.front().points_micros;
  }
  if (x >= p.back().x.as_double()) {
    return curve.open_above && p.size() > 1 ? held(on_line(p, p.size() - 2, p.size() - 1, x)) : p.back().points_micros;
  }
  for (size_t i = 1;; ++i) {
    KENKO_CHECK(i < p.size(), "no segment for {}", x);
    if (x < p[i].x.as_double()) return rounded(on_line(p, i - 1, i, x));
  }
}

int64_t steps(const Curve& curve, double x) {
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

int64_t hill(const Curve& curve, double v) {
  if (v <= 0) return 0;
  double p = 1;
  double q = 1;
  for (int32_t i = 0; i < curve.power; ++i) {
    p *= v;
    q *= curve.half.as_double();
  }
  return std::isinf(p) ? kHundredPoints : rounded(100 * (p / (p + q)));
}

// {none: 0, monthly: 30, ...}: how many times in the window of the metric's value each word means.
int64_t words(const model::Metric& metric, const Curve& curve, double x) {
  static const std::map<std::string, std::pair<int64_t, int64_t>> kTimesIn28Days = {
      {"none", {0, 1}},        {"yearly", {1, 13}}, {"quarterly", {4, 13}}, {"monthly", {1, 1}},
      {"fortnightly", {2, 1}}, {"weekly", {4, 1}},  {"daily", {20, 1}}};
  const language::Expression& e = *metric.value;
  const bool counted = e.kind == language::Expression::Kind::call && (e.text == "count" || e.text == "active_days");
  const bool window = counted && e.items[0].has_window && !e.items[0].whole_life;
  const int64_t days = window ? e.items[0].days : 28;
  std::vector<Curve::Point> points;
  for (const Curve::Point& word : curve.points) {
    const auto [above, below] = kTimesIn28Days.at(word.at.text);
    Curve::Point p;
    p.x.micros = static_cast<int64_t>(divide_half_up(static_cast<Int128>(above) * days * 1'000'000, below * 28));
    p.points_micros = word.points_micros;
    points.push_back(p);
  }
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
  return linear(curve, points, x);
}

Int128 weight_of(const model::Metric& m) { return m.weight.value_or(Decimal::whole(1)).micros; }

// A member of a dimension (or of the model) on a day.
struct Member {
  std::string name;
  Int128 weight;
  std::optional<int64_t> points;
  int64_t coverage = 0;  // millionths
  bool evidence = false;
  Int128 room = 0;  // in `rollup: points`: what it could still add
};

std::vector<Member> members_of(const DayModel& day, const std::optional<std::string>& dimension, const Cells& cells,
                               const RolledUp& rolled) {
  std::vector<Member> out;
  for (const model::Metric& m : day.model->metrics) {
    if (!m.dimension || m.dimension != dimension || !day.counts(m.name)) continue;
    const MetricCell& cell = cells.at(m.name);
    Member member{m.name, day.weights.at(m.name), cell.points, cell.evidence ? 1'000'000 : 0, cell.evidence, 0};
    if (m.each && cell.points) {
      const int64_t most = m.each->micros > 0 ? m.at_most.value_or(Decimal::whole(100)).micros : 0;
      member.room = std::max<Int128>(0, most - *cell.points);
    }
    out.push_back(member);
  }
  for (const model::Dimension& d : day.model->dimensions) {
    if (d.parent != dimension || !day.counts(d.name)) continue;
    const auto points = rolled.dimensions.at(d.name);
    Member member{d.name, day.weights.at(d.name), points, rolled.coverage.at(d.name), rolled.evidence.at(d.name), 0};
    if (points) member.room = kHundredPoints - *points;
    out.push_back(member);
  }
  std::sort(out.begin(), out.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
  return out;
}

std::optional<int64_t> one_of(const std::vector<Member>& members, model::Rollup rollup, int64_t start) {
  Int128 sum = 0;
  Int128 weights = 0;
  std::optional<int64_t> least, most;
  Int128 added = start;
  for (const Member& m : members) {
    if (!m.points) continue;
    sum += m.weight * *m.points;
    weights += m.weight;
    added += *m.points;
    least = std::min(least.value_or(*m.points), *m.points);
    most = std::max(most.value_or(*m.points), *m.points);
  }
  if (weights == 0) return std::nullopt;
  switch (rollup) {
    case model::Rollup::mean:
      return static_cast<int64_t>(divide_half_up(sum, weights));
    case model::Rollup::min:
      return least;
    case model::Rollup::max:
      return most;
    case model::Rollup::points:
      break;
  }
  return static_cast<int64_t>(std::min<Int128>(std::max<Int128>(added, 0), kHundredPoints));
}

int64_t coverage_of(const std::vector<Member>& members) {
  Int128 covered = 0;
  Int128 all = 0;
  for (const Member& m : members) {
    covered += m.weight * m.coverage;
    all += m.weight;
  }
  return all == 0 ? 0 : static_cast<int64_t>(divide_half_up(covered, all));
}

// Splits amounts over members, from the model down to metrics.
class Split {
 public:
  Split(const DayModel& day, const RolledUp& rolled, const Cells& cells, bool lost)
      : day_(day), rolled_(rolled), cells_(cells), lost_(lost) {}

  std::map<std::string, int64_t> metrics;
  std::map<std::string, int64_t> starts;

  void split(int64_t total, const std::optional<std::string>& dimension, model::Rollup rollup, int64_t start) {
    const std::vector<Member> members = members_of(day_, dimension, cells_, rolled_);
    for (const auto& [name, part] : parts(total, members, rollup, start)) {
      if (name == kStart) {
        starts[*dimension] = part;
        continue;
      }
      const model::Dimension* inner = day_.model->find_dimension(name);
      if (inner == nullptr) {
        metrics[name] = part;
      } else {
        split(part, name, inner->rollup, inner->start.micros);
      }
    }
  }

 private:
  [[nodiscard]] Int128 worth(int64_t points) const { return lost_ ? kHundredPoints - points : points; }

  [[nodiscard]] std::map<std::string, int64_t> parts(int64_t total, const std::vector<Member>& members,
                                                     model::Rollup rollup, int64_t start) const {
    std::map<std::string, Int128> weights;
    if (rollup == model::Rollup::points) {
      Int128 room = 0;
      for (const Member& m : members) {
        if (!m.points) continue;
        weights[m.name] = lost_ ? m.room : *m.points;
        room += m.room;
      }
      weights[kStart] = !lost_ ? start : room == 0 ? 1 : 0;
      return apportion(total, weights);
    }
    const auto decides = one_of(members, rollup, start);
    for (const Member& m : members) {
      if (!m.points) continue;
      if (rollup == model::Rollup::mean) {
        weights[m.name] = m.weight * worth(*m.points);
      } else if (m.points == decides) {
        return {{m.name, total}};
      }
    }
    return apportion(total, weights);
  }

  const DayModel& day_;
  const RolledUp& rolled_;
  const Cells& cells_;
  bool lost_;
};

// Dimensions, those nested deepest first.
std::vector<const model::Dimension*> inner_first(const model::Model& model) {
  std::vector<const model::Dimension*> out;
  const auto visit = [&](const auto& self, const std::optional<std::string>& parent) -> void {
    for (const model::Dimension& d : model.dimensions) {
      if (d.parent != parent) continue;
      self(self, d.name);
      out.push_back(&d);
    }
  };
  visit(visit, std::nullopt);
  return out;
}

void apply(const model::Segment& s, DayModel& day) {
  for (const auto& [name, weight] : s.weights) day.weights[name] = weight.micros;
  for (const auto& [name, curve] : s.curves) day.curves[name] = &curve;
  if (!s.bands.empty()) day.bands = &s.bands;
  for (const model::TriggerChange& t : s.triggers) {
    DayModel::Rule& rule = day.triggers.at(t.name);
    if (t.off) rule.off = true;
    if (t.points || t.cap) rule.off = false;
    if (t.points) rule.points_hundredths = static_cast<int64_t>(divide_half_up(t.points->micros, 10'000));
    if (t.cap) rule.cap_hundredths = static_cast<int64_t>(divide_half_up(t.cap->micros, 10'000));
  }
}

}  // namespace

DayModel day_model(const model::Model& model, int segment, int stage) {
  DayModel day;
  day.model = &model;
  for (const model::Dimension& d : model.dimensions) day.weights[d.name] = d.weight.micros;
  for (const model::Metric& m : model.metrics) {
    day.curves[m.name] = &m.curve;
    if (m.dimension) day.weights[m.name] = weight_of(m);
  }
  day.bands = &model.bands;
  for (const model::Trigger& t : model.triggers) {
    DayModel::Rule& rule = day.triggers[t.name];
    rule.points_hundredths = static_cast<int64_t>(divide_half_up(t.points.micros, 10'000));
    if (t.cap) rule.cap_hundredths = static_cast<int64_t>(divide_half_up(t.cap->micros, 10'000));
  }
  if (segment >= 0) apply(model.segments[static_cast<size_t>(segment)], day);
  if (stage >= 0) apply(model.stages[static_cast<size_t>(stage)], day);
  return day;
}

std::optional<int64_t> points_by_curve(const model::Metric& metric, const Curve& curve, const Value& value) {
  if (is_null(value)) return std::nullopt;
  switch (curve.kind) {
    case Curve::Kind::none:
      return std::nullopt;
    case Curve::Kind::linear:
    case Curve::Kind::percentile:
    case Curve::Kind::baseline:
      return linear(curve, curve.points, std::get<double>(value));
    case Curve::Kind::words:
      return words(metric, curve, std::get<double>(value));
    case Curve::Kind::steps:
      return steps(curve, std::get<double>(value));
    case Curve::Kind::hill:
      return hill(curve, std::get<double>(value));
    case Curve::Kind::category:
      break;
  }
  if (const bool* flag = std::get_if<bool>(&value)) return category(curve, *flag ? "true" : "false");
  return category(curve, std::get<std::string>(value));
}

std::optional<int64_t> points_by_each(const model::Metric& metric, const Value& value) {
  if (is_null(value)) return std::nullopt;
  const double x = std::holds_alternative<bool>(value) ? (std::get<bool>(value) ? 1 : 0) : std::get<double>(value);
  const double most = metric.at_most.value_or(Decimal::whole(100)).as_double();
  return rounded(std::min(std::max(x * metric.each->as_double(), -most), most));
}

RolledUp roll_up(const DayModel& day, const Cells& cells) {
  RolledUp out;
  for (const model::Dimension* d : inner_first(*day.model)) {
    const auto members = members_of(day, d->name, cells, out);
    out.dimensions[d->name] =
        day.counts(d->name) ? one_of(members, d->rollup, d->start.micros) : std::nullopt;  // left out that day
    out.coverage[d->name] = coverage_of(members);
    out.evidence[d->name] = std::any_of(members.begin(), members.end(), [](const Member& m) { return m.evidence; });
  }
  const auto top = members_of(day, std::nullopt, cells, out);
  out.coverage_micros = coverage_of(top);
  out.evidence_everywhere = std::all_of(top.begin(), top.end(), [](const Member& m) { return m.evidence; });
  if (const auto micros = one_of(top, day.model->rollup, 0)) {
    out.score_hundredths = static_cast<int32_t>(divide_half_up(*micros, 10'000));
  }
  return out;
}

void explain(const DayModel& model, const RolledUp& day, Cells& cells, std::map<std::string, int64_t>& starts) {
  const int64_t score = static_cast<int64_t>(*day.score_hundredths) * 10'000;
  Split gained(model, day, cells, false);
  gained.split(score, std::nullopt, model.model->rollup, 0);
  Split lost(model, day, cells, true);
  lost.split(kHundredPoints - score, std::nullopt, model.model->rollup, 0);
  for (const auto& [name, part] : gained.metrics) cells.at(name).contribution = part;
  for (const auto& [name, part] : lost.metrics) cells.at(name).lost = part;
  starts = gained.starts;
}

std::map<std::string, int64_t> apportion(int64_t total, const std::map<std::string, Int128>& weights) {
  Int128 all = 0;
  for (const auto& [name, w] : weights) all += w;
  std::map<std::string, int64_t> out;
  std::vector<std::pair<Int128, std::string>> remainders;  // negated, so that the largest sorts first, then by name
  int64_t left = total;
  for (const auto& [name, w] : weights) {
    out[name] = 0;
    if (all <= 0) continue;
    const Int128 part = divide_floor(total * w, all);
    out[name] = static_cast<int64_t>(part);
    left -= out[name];
    remainders.emplace_back(-(total * w - part * all), name);
  }
  if (all <= 0) return out;
  std::sort(remainders.begin(), remainders.end());
  for (int64_t i = 0; i < left; ++i) ++out[remainders[static_cast<size_t>(i)].second];
  return out;
}

}  // namespace kenko::reference
