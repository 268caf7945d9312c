#include "plan/lower.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/lower_expression.h"
#include "plan/verify.h"

namespace kenko::plan {
namespace {

int32_t hundredths(Decimal points) { return static_cast<int32_t>(points.micros / 10'000); }

Rollup rollup_of(model::Rollup rollup) {
  switch (rollup) {
    case model::Rollup::min:
      return Rollup::min;
    case model::Rollup::max:
      return Rollup::max;
    case model::Rollup::points:
      return Rollup::points;
    case model::Rollup::mean:
      break;
  }
  return Rollup::mean;
}

Missing missing_of(const model::Missing& m) {
  Missing out;
  switch (m.kind) {
    case model::Missing::Kind::exclude:
      break;
    case model::Missing::Kind::zero:
      out.kind = Missing::Kind::zero;
      break;
    case model::Missing::Kind::score:
      out.kind = Missing::Kind::score;
      out.points_micros = m.points_micros;
      break;
    case model::Missing::Kind::hold:
      out.kind = Missing::Kind::hold;
      out.hold_days = m.hold_days;
      break;
  }
  return out;
}

std::vector<Band> bands_of(const std::vector<model::Band>& bands) {
  std::vector<Band> out;
  for (const model::Band& b : bands) {
    Band band{b.name, b.from_hundredths, {}};
    if (b.quantile) {
      band.from_hundredths = 0;
      band.quantile_micros = b.quantile->micros;
    }
    out.push_back(std::move(band));
  }
  return out;
}

// The position of a name in a list that is sorted by name; nullopt when it is not there.
template <typename T>
std::optional<uint32_t> position_of(const std::vector<T>& list, const std::string& name) {
  const auto found = std::lower_bound(list.begin(), list.end(), name,
                                      [](const T& entry, const std::string& wanted) { return entry.name < wanted; });
  if (found == list.end() || found->name != name) return std::nullopt;
  return static_cast<uint32_t>(found - list.begin());
}

template <typename T>
uint32_t place_of(const std::vector<T>& list, const std::string& name) {
  const auto found = position_of(list, name);
  KENKO_CHECK(found.has_value(), "the plan has no `{}`", name);
  return *found;
}

// Pointers to the parts of a list of the model, by name: the order of the file means nothing.
template <typename T>
std::vector<const T*> by_name(const std::vector<T>& list) {
  std::vector<const T*> out;
  for (const T& entry : list) out.push_back(&entry);
  std::sort(out.begin(), out.end(), [](const T* a, const T* b) { return a->name < b->name; });
  return out;
}

template <typename T>
void sort_by_position(std::vector<std::pair<uint32_t, T>>& list) {
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

std::string label_or_name(const std::string& label, const std::string& name) { return label.empty() ? name : label; }

class Lowering {
 public:
  Lowering(const model::Model& model, const facts::Settings& settings)
      : model_(&model), expressions_(model, settings) {}

  Plan run() {
    plan_.model = model_->name;
    plan_.min_coverage_micros = model_->min_coverage_micros;
    plan_.too_new_days = model_->too_new_days;
    plan_.rollup = rollup_of(model_->rollup);
    dimensions();
    for (const model::Metric* m : by_name(model_->metrics)) plan_.metrics.push_back(metric(*m));
    for (const model::Trigger* t : by_name(model_->triggers)) plan_.triggers.push_back(trigger(*t));
    for (const model::Segment& s : model_->segments) plan_.segments.push_back(segment(s));
    for (const model::Segment& s : model_->stages) plan_.life_stages.push_back(segment(s));
    plan_.bands = bands_of(model_->bands);
    plan_.band_margin_hundredths = model_->band_margin_hundredths;
    plan_.band_dwell_days = model_->band_dwell_days;
    plan_.quantiles_within_segment = model_->quantiles_within_segment;
    accounts();
    hierarchy();
    for (const model::Outcome& o : model_->outcomes) plan_.outcomes.push_back(outcome(o));  // last: no score reads them
    for (const model::Watched& w : model_->watched) plan_.watched.push_back({w.name, condition(w.when)});
    for (const model::Input* in : by_name(model_->inputs))
      plan_.inputs.push_back(
          {in->name, label_or_name(in->label, in->name), in->event, in->every_days, in->from, in->rubric});
    plan_.stages = expressions_.stages();
    plan_.nodes = expressions_.take_nodes();
    plan_.selectors = expressions_.take_selectors();
    return std::move(plan_);
  }

 private:
  void dimensions() {
    const auto sorted = by_name(model_->dimensions);
    for (const model::Dimension* d : sorted) {
      Dimension out;
      out.name = d->name;
      out.label = label_or_name(d->label, d->name);
      out.weight = d->weight;
      out.rollup = rollup_of(d->rollup);
      out.start_micros = d->rollup == model::Rollup::points ? d->start.micros : 0;
      plan_.dimensions.push_back(std::move(out));
    }
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (sorted[i]->parent) plan_.dimensions[i].parent = place_of(plan_.dimensions, *sorted[i]->parent);
    }
  }

  Metric metric(const model::Metric& m) {
    KENKO_CHECK(m.value.has_value(), "metric {} was not checked", m.name);
    Metric out;
    out.name = m.name;
    out.label = label_or_name(m.label, m.name);
    out.why = m.why;
    out.expression = m.expression;
    out.node = expressions_.lower(m);
    out.points_node = expressions_.points_node(m, m.curve);
    if (m.dimension) out.dimension = place_of(plan_.dimensions, *m.dimension);
    out.weight = m.weight.value_or(Decimal::whole(1));
    out.curve = lower_curve(m.curve, *m.value);
    if (m.each && m.dimension) {
      constexpr int64_t kAtMost = 100;
      out.curve = Curve{};
      out.curve.kind = Curve::Kind::each;
      out.curve.each_micros = m.each->micros;
      out.curve.at_most_micros = m.at_most.value_or(Decimal::whole(kAtMost)).micros;
    }
    out.missing = missing_of(m.missing);
    out.ours = m.ours.value_or(false);
    return out;
  }

  NodeId condition(const model::Condition& c) {
    KENKO_CHECK(c.value.has_value(), "the condition {} was not checked", c.expression);
    return expressions_.lower(*c.value);
  }

  Trigger trigger(const model::Trigger& t) {
    Trigger out;
    out.name = t.name;
    out.label = label_or_name(t.label, t.name);
    out.when = condition(t.when);
    if (t.until) out.until = condition(*t.until);
    out.points_hundredths = hundredths(t.points);
    if (t.cap) out.cap_hundredths = hundredths(*t.cap);
    out.for_days = t.for_days;
    out.stack = t.stack;
    out.once = t.once;
    return out;
  }

  Segment segment(const model::Segment& s) {
    Segment out;
    out.name = s.name;
    out.label = label_or_name(s.label, s.name);
    out.when = condition(s.when);
    out.from = s.from;
    out.until = s.until;
    Changes& changes = out.changes;
    for (const auto& [name, weight] : s.weights) {
      if (const auto dimension = position_of(plan_.dimensions, name)) {
        changes.dimension_weights.emplace_back(*dimension, weight);
      } else {
        changes.metric_weights.emplace_back(place_of(plan_.metrics, name), weight);
      }
    }
    for (const auto& [name, curve] : s.curves) {
      const auto found = std::find_if(model_->metrics.begin(), model_->metrics.end(),
                                      [&](const model::Metric& m) { return m.name == name; });
      const uint32_t place = place_of(plan_.metrics, name);
      KENKO_CHECK(expressions_.points_node(*found, curve) == plan_.metrics[place].points_node,
                  "the curve of {} in {} looks at another value", name, s.name);
      changes.curves.emplace_back(place, lower_curve(curve, *found->value));
    }
    changes.bands = bands_of(s.bands);
    for (const model::TriggerChange& t : s.triggers) {
      const uint32_t place = place_of(plan_.triggers, t.name);
      if (t.off) {
        changes.triggers_off.push_back(place);
        continue;
      }
      TriggerChange changed;
      if (t.points) changed.points_hundredths = hundredths(*t.points);
      if (t.cap) changed.cap_hundredths = hundredths(*t.cap);
      changes.triggers.emplace_back(place, changed);
    }
    sort_by_position(changes.dimension_weights);
    sort_by_position(changes.metric_weights);
    sort_by_position(changes.curves);
    sort_by_position(changes.triggers);
    std::sort(changes.triggers_off.begin(), changes.triggers_off.end());
    return out;
  }

  void accounts() {
    const model::Accounts& a = model_->accounts;
    plan_.accounts.trial = a.trial;
    plan_.accounts.onboarding = a.onboarding;
    plan_.accounts.active = a.active;
    plan_.accounts.notice = a.notice;
    if (a.when) plan_.accounts.when = condition(*a.when);
  }

  void hierarchy() {
    const model::Hierarchy& h = model_->hierarchy;
    plan_.hierarchy = {
        h.own, h.worst, h.mean, h.value_weighted, h.poor_by_count, h.poor_by_value, h.poor_below_hundredths};
  }

  Outcome outcome(const model::Outcome& o) {
    Outcome out;
    out.name = o.name;
    out.label = label_or_name(o.label, o.name);
    out.kind = o.kind == model::Outcome::Kind::event     ? Outcome::Kind::event
               : o.kind == model::Outcome::Kind::absence ? Outcome::Kind::absence
                                                         : Outcome::Kind::contract;
    out.horizon_days = o.horizon_days;
    out.gap_days = o.gap_days;
    if (out.kind == Outcome::Kind::contract) {
      out.renewed_within_days = o.renewed_within_days;
    } else {
      KENKO_CHECK(o.events.has_value(), "outcome {} was not checked", o.name);
      out.events = expressions_.events(*o.events);
    }
    if (o.among) out.among = condition(*o.among);
    return out;
  }

  const model::Model* model_;
  ExpressionLowering expressions_;
  Plan plan_;
};

}  // namespace

Result<Plan> lower(const model::Model& model, const facts::Settings& settings) {
  Plan plan = Lowering(model, settings).run();
  if (plan.nodes.size() > kMaxNodes) {
    Problem p;
    p.code = "too-large";
    p.place.file = model.document.file();
    p.message = fmt::format("the metrics and rules of the model need {} steps of computation, more than {}",
                            plan.nodes.size(), kMaxNodes);
    p.hint = "split it into several models";
    return p;
  }
  plan.fingerprint = fingerprint_of(plan, settings);
  verify(plan);
  return plan;
}

}  // namespace kenko::plan
