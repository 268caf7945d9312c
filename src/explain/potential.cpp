#include "explain/potential.h"

#include <fmt/format.h>

#include <algorithm>

#include "explain/day_value.h"
#include "explain/inverse.h"
#include "explain/summary.h"
#include "score/day_parts.h"

namespace kenko::explain {
namespace {

const plan::Curve& curve_on(const plan::Plan& plan, const Explanation& e, uint32_t metric) {
  const plan::Curve* out = &plan.metrics[metric].curve;
  const auto look = [&](const plan::Changes& changes) {
    for (const auto& [position, curve] : changes.curves) {
      if (position == metric) out = &curve;
    }
  };
  if (e.segment >= 0) look(plan.segments[static_cast<size_t>(e.segment)].changes);
  if (e.stage >= 0) look(plan.life_stages[static_cast<size_t>(e.stage)].changes);
  return *out;
}

// Values that are whole numbers: counts and days.
bool is_whole(const plan::Plan& plan, plan::NodeId id) {
  using plan::Function;
  using plan::Op;
  const plan::Node& node = plan.nodes[id];
  switch (node.op) {
    case Op::term_months:
    case Op::days_into_term:
    case Op::days_to_renewal:
    case Op::tenure:
    case Op::days_until:
      return true;
    case Op::children:
      return node.fold == plan::Fold::count;
    case Op::aggregate:
      break;
    default:
      return false;
  }
  switch (node.aggregate.function) {
    case Function::count:
    case Function::distinct:
    case Function::active_days:
    case Function::days_since:
    case Function::users_with:
    case Function::streak:
    case Function::longest_gap:
    case Function::open:
    case Function::open_age:
    case Function::missed:
    case Function::overdue_days:
      return true;
    default:
      return false;
  }
}

// The least points of a category curve that are enough decide; ties by name.
std::optional<Target> category_target(const plan::Curve& curve, bool flag, int64_t points) {
  const plan::Curve::Category* best = nullptr;
  for (const plan::Curve::Category& c : curve.categories) {
    if (c.points_micros >= points && (best == nullptr || c.points_micros < best->points_micros)) best = &c;
  }
  Target out;
  if (best != nullptr && !(curve.other && *curve.other >= points && *curve.other < best->points_micros)) {
    out.kind = Target::Kind::is;
    out.text = !flag ? best->value : best->value == "true" ? "yes" : "no";
    return out;
  }
  if (!curve.other || *curve.other < points) return std::nullopt;
  out.kind = Target::Kind::other;
  return out;
}

class Finder {
 public:
  Finder(const engine::Engine& engine, const Explanation& e)
      : plan_(engine.plan()), e_(e), before_(value_so_far(plan_, e, std::nullopt)) {}

  [[nodiscard]] int32_t before() const { return before_; }

  // The metric at its best; nullopt when there is nothing to gain.
  [[nodiscard]] std::optional<Potential> at_best(size_t part) const {
    const auto most = reach(part);
    if (!most) return std::nullopt;
    Potential out = with(part, *most);
    return out.gain_hundredths > 0 ? std::optional(out) : std::nullopt;
  }

  // The fewest points with which the value so far is at least `needed`.
  [[nodiscard]] std::optional<Potential> at_least(size_t part, int32_t needed) const {
    const auto most = reach(part);
    if (!most || value_so_far(plan_, e_, Instead{part, *most}) < needed) return std::nullopt;
    int64_t low = e_.parts[part].points.value_or(-1), high = *most;  // low is not enough
    while (low + 1 < high) {
      const int64_t middle = low + (high - low) / 2;
      (value_so_far(plan_, e_, Instead{part, middle}) >= needed ? high : low) = middle;
    }
    Potential out = with(part, high);
    return out.target ? std::optional(out) : std::nullopt;
  }

 private:
  // The most points that the metric can have, above those that it has; nullopt when it does not count here.
  [[nodiscard]] std::optional<int64_t> reach(size_t part) const {
    const Part& p = e_.parts[part];
    if (plan_.metrics[p.metric].ours || p.stale || p.weight_micros == 0) return std::nullopt;
    const auto most = most_points(curve_on(plan_, e_, p.metric));
    if (!most || (p.points && *most <= *p.points)) return std::nullopt;
    return most;
  }

  [[nodiscard]] Potential with(size_t part, int64_t points) const {
    const Part& p = e_.parts[part];
    Potential out;
    out.metric = p.metric;
    out.value = p.value;
    out.points = p.points;
    out.target_points = points;
    out.gain_hundredths = value_so_far(plan_, e_, Instead{part, points}) - before_;
    out.target = target(p, points);
    return out;
  }

  [[nodiscard]] std::optional<Target> target(const Part& p, int64_t points) const {
    const plan::Metric& metric = plan_.metrics[p.metric];
    const plan::Curve& curve = curve_on(plan_, e_, p.metric);
    const plan::Type type = plan_.nodes[metric.node].type;
    if (curve.kind == plan::Curve::Kind::category) return category_target(curve, type == plan::Type::flag, points);
    Target out;
    if (metric.points_node != metric.node) {
      const bool place = plan_.nodes[metric.points_node].op == plan::Op::percentile;
      out.scale = place ? Target::Scale::percentile : Target::Scale::baseline;
    }
    // Of a place or a baseline today's number is not kept: its points tell where it is.
    std::optional<double> from = p.value;
    if (out.scale != Target::Scale::value) {
      from.reset();
      if (p.points) {
        if (const auto now = nearest_value(curve, *p.points, std::nullopt, false)) from = now->value;
      }
    }
    const bool flag = type == plan::Type::flag;
    const bool whole = flag || (out.scale == Target::Scale::value && is_whole(plan_, metric.node));
    const auto near = nearest_value(curve, points, from, whole);
    if (!near) return std::nullopt;
    out.number = near->value;
    out.kind = near->side == Nearest::Side::at_least ? Target::Kind::at_least : Target::Kind::at_most;
    if (flag) {
      if (near->value != 0 && near->value != 1) return std::nullopt;
      out.kind = Target::Kind::is;
      out.text = near->value != 0 ? "yes" : "no";
    }
    return out;
  }

  const plan::Plan& plan_;
  const Explanation& e_;
  int32_t before_;
};

// Top dimensions that count that day and have no metric with evidence.
std::vector<uint32_t> without_evidence(const plan::Plan& plan, const Explanation& e) {
  std::vector<bool> evidence(plan.dimensions.size(), false);
  for (const Part& p : e.parts) {
    if (!p.evidence || p.weight_micros == 0) continue;
    bool counts = true;
    std::vector<uint32_t> path;
    for (std::optional<uint32_t> d = plan.metrics[p.metric].dimension; d; d = plan.dimensions[*d].parent) {
      path.push_back(*d);
      counts = counts && e.groups[*d].weight_micros > 0;
    }
    if (counts) evidence[path.back()] = true;
  }
  std::vector<uint32_t> out;
  for (uint32_t d = 0; d < plan.dimensions.size(); ++d) {
    if (!plan.dimensions[d].parent && e.groups[d].weight_micros > 0 && !evidence[d]) out.push_back(d);
  }
  return out;
}

void find_next(const plan::Plan& plan, const Explanation& e, const Finder& finder, Raise& out) {
  const auto bands = score::bands_of(plan, e.band_list);
  if (e.band < 0 || bands.back().quantile_micros || e.band + 1 >= std::ssize(bands)) return;
  out.next = &bands[static_cast<size_t>(e.band) + 1];
  out.needed_hundredths = std::min(out.next->from_hundredths + plan.band_margin_hundredths, 10'000);
  out.enough = out.value_so_far >= out.needed_hundredths;
  if (e.band + 2 == std::ssize(bands)) out.no_evidence = without_evidence(plan, e);
  if (out.enough) return;
  for (size_t i = 0; i < e.parts.size(); ++i) {
    if (auto p = finder.at_least(i, out.needed_hundredths)) out.to_next.push_back(std::move(*p));
  }
  const auto more = [](const Potential& p) { return p.target_points - p.points.value_or(0); };
  std::stable_sort(out.to_next.begin(), out.to_next.end(),
                   [&](const Potential& a, const Potential& b) { return more(a) < more(b); });
}

}  // namespace

std::optional<Raise> what_would_raise(const engine::Engine& engine, const Explanation& e) {
  if (e.state != score::State::scored) return std::nullopt;
  const Finder finder(engine, e);
  Raise out;
  out.value_so_far = finder.before();
  out.held = e.silence != 0 || e.override_line != 0;
  for (size_t i = 0; i < e.parts.size(); ++i) {
    if (auto p = finder.at_best(i)) out.by_metric.push_back(std::move(*p));
  }
  std::stable_sort(out.by_metric.begin(), out.by_metric.end(),
                   [](const Potential& a, const Potential& b) { return a.gain_hundredths > b.gain_hundredths; });
  find_next(engine.plan(), e, finder, out);
  return out;
}

std::string text_of(const Target& target) {
  switch (target.kind) {
    case Target::Kind::is:
      return target.text;
    case Target::Kind::other:
      return "any other value";
    case Target::Kind::at_least:
    case Target::Kind::at_most:
      break;
  }
  const std::string side = target.kind == Target::Kind::at_least ? "at least" : "at most";
  switch (target.scale) {
    case Target::Scale::percentile:
      return fmt::format("ahead of {} {} % of its segment", side, number_text(target.number * 100));
    case Target::Scale::baseline:
      return fmt::format("{} {} deviations above its own baseline", side, number_text(target.number));
    case Target::Scale::value:
      break;
  }
  return fmt::format("{} {}", side, number_text(target.number));
}

}  // namespace kenko::explain
