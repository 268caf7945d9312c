#include <algorithm>
#include <bit>
#include <set>
#include <span>

#include "plan/lower.h"
#include "plan/reads.h"

namespace kenko::plan {
namespace {

// Lists begin with their length and optional values say whether they are there, so that no two plans give the same
// parts.
template <typename T>
void add_optional(PartsHash& hash, const std::optional<T>& value) {
  if (value) {
    hash.add(static_cast<int64_t>(*value));
  } else {
    hash.absent();
  }
}

void add_day(PartsHash& hash, const std::optional<Day>& day) {
  add_optional(hash, day ? std::optional(day->number) : std::nullopt);
}

void add_size(PartsHash& hash, size_t size) { hash.add(static_cast<int64_t>(size)); }

void add(PartsHash& hash, const Filter& f) {
  hash.add(static_cast<int64_t>(f.op));
  add_size(hash, f.args.size());
  for (const Filter& a : f.args) add(hash, a);
  hash.add(f.field).add(int64_t{f.own}).add(int64_t{f.of_user}).add(static_cast<int64_t>(f.literal_type));
  hash.add(f.number.micros).add(int64_t{f.flag}).add(f.text);
}

void add(PartsHash& hash, const Aggregate& a) {
  hash.add(static_cast<int64_t>(a.function)).add(int64_t{a.selector}).add(int64_t{a.second}).add(a.by).add(a.due);
  hash.add(static_cast<int64_t>(a.field.kind)).add(a.field.property);
  hash.add(int64_t{a.window_days}).add(a.half_life_days.micros).add(int64_t{a.min_observed_days});
  add_size(hash, a.steps.size());
  for (const Step& s : a.steps) hash.add(int64_t{s.until_age_days}).add(s.weight.micros);
  hash.add(a.quantile.micros).add(int64_t{a.at_least}).add(int64_t{a.of_days}).add(int64_t{a.period_days});
  add_size(hash, a.roles.size());
  for (const Role& r : a.roles) hash.add(r.role).add(r.influence.micros);
}

void add(PartsHash& hash, const Node& n) {
  hash.add(static_cast<int64_t>(n.op)).add(static_cast<int64_t>(n.type));
  add_size(hash, n.args.size());
  for (const NodeId a : n.args) hash.add(int64_t{a});
  hash.add(std::bit_cast<int64_t>(n.number)).add(int64_t{n.flag}).add(n.text).add(int64_t{n.lag_days});
  hash.add(static_cast<int64_t>(n.fold));
  if (n.op == Op::aggregate) add(hash, n.aggregate);
}

void add(PartsHash& hash, const Curve& c) {
  hash.add(static_cast<int64_t>(c.kind));
  add_size(hash, c.points.size());
  for (const Curve::Point& p : c.points) hash.add(std::bit_cast<int64_t>(p.x)).add(p.points_micros);
  add_size(hash, c.categories.size());
  for (const Curve::Category& k : c.categories) hash.add(k.value).add(k.points_micros);
  add_optional(hash, c.other);
  hash.add(int64_t{c.open_below}).add(int64_t{c.open_above});
  hash.add(std::bit_cast<int64_t>(c.half)).add(int64_t{c.power}).add(c.each_micros).add(c.at_most_micros);
}

void add(PartsHash& hash, const Metric& m) {
  hash.add(m.name).add(int64_t{m.node}).add(int64_t{m.points_node}).add(m.weight.micros).add(int64_t{m.ours});
  add_optional(hash, m.dimension);
  add(hash, m.curve);
  hash.add(static_cast<int64_t>(m.missing.kind)).add(m.missing.points_micros).add(int64_t{m.missing.hold_days});
}

void add(PartsHash& hash, const Dimension& d) {
  hash.add(d.name).add(d.weight.micros).add(static_cast<int64_t>(d.rollup)).add(d.start_micros);
  add_optional(hash, d.parent);
}

void add(PartsHash& hash, const std::vector<Band>& bands) {
  add_size(hash, bands.size());
  for (const Band& b : bands) {
    hash.add(b.name).add(int64_t{b.from_hundredths});
    add_optional(hash, b.quantile_micros);
  }
}

void add(PartsHash& hash, const Trigger& t) {
  hash.add(t.name).add(int64_t{t.when});
  add_optional(hash, t.until);
  hash.add(int64_t{t.points_hundredths});
  add_optional(hash, t.cap_hundredths);
  hash.add(int64_t{t.for_days}).add(int64_t{t.stack}).add(int64_t{t.once});
}

void add(PartsHash& hash, const std::vector<std::pair<uint32_t, Decimal>>& weights) {
  add_size(hash, weights.size());
  for (const auto& [place, weight] : weights) hash.add(int64_t{place}).add(weight.micros);
}

void add(PartsHash& hash, const Segment& s) {
  hash.add(s.name).add(int64_t{s.when});
  add_day(hash, s.from);
  add_day(hash, s.until);
  const Changes& c = s.changes;
  add(hash, c.dimension_weights);
  add(hash, c.metric_weights);
  add_size(hash, c.curves.size());
  for (const auto& [place, curve] : c.curves) {
    hash.add(int64_t{place});
    add(hash, curve);
  }
  add(hash, c.bands);
  add_size(hash, c.triggers.size());
  for (const auto& [place, change] : c.triggers) {
    hash.add(int64_t{place});
    for (const auto& said : {change.points_hundredths, change.cap_hundredths}) {
      if (said) {
        hash.add(int64_t{*said});
      } else {
        hash.absent();
      }
    }
  }
  add_size(hash, c.triggers_off.size());
  for (const uint32_t place : c.triggers_off) hash.add(int64_t{place});
}

void add(PartsHash& hash, const Hierarchy& h) {
  hash.add(h.own.micros).add(h.worst.micros).add(h.mean.micros).add(h.value_weighted.micros);
  hash.add(h.poor_by_count.micros).add(h.poor_by_value.micros).add(int64_t{h.poor_below_hundredths});
}

void add(PartsHash& hash, const Accounts& a) {
  hash.add(int64_t{a.trial}).add(int64_t{a.onboarding}).add(int64_t{a.active}).add(int64_t{a.notice});
  add_optional(hash, a.when);
}

void add(PartsHash& hash, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  add_size(hash, names.size());
  for (const std::string& n : names) hash.add(n);
}

// The attributes of accounts that the nodes read.
std::set<std::string> attributes_of(std::span<const Node> nodes) {
  std::set<std::string> out;
  for (const Node& n : nodes) {
    if (n.op == Op::attribute || n.op == Op::days_until) out.insert(n.text);
  }
  return out;
}

void add(PartsHash& hash, const facts::Settings& settings, const std::set<std::string>& attributes) {
  hash.add(TimeZone::data_version()).add(settings.time_zone.name()).add(settings.currency);
  hash.add(int64_t{settings.close_minutes}).add(int64_t{settings.lapse_days});
  add(hash, settings.ours);
  hash.add(settings.status_attribute);
  add_size(hash, settings.status_words.size());
  for (const auto& [word, status] : settings.status_words) hash.add(word).add(status);
  std::vector<const facts::SourceSettings*> sources;
  for (const facts::SourceSettings& s : settings.sources) sources.push_back(&s);
  std::sort(sources.begin(), sources.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  add_size(hash, sources.size());
  for (const facts::SourceSettings* s : sources) {
    hash.add(s->name).add(static_cast<int64_t>(s->covers));
    add(hash, s->emits);
    add_day(hash, s->start);
    add_optional(hash, s->every_days);
    for (const auto& [key, type] : s->attributes) {
      if (attributes.contains(key)) hash.add(key).add(static_cast<int64_t>(type));
    }
    hash.absent();  // the end of the attributes
  }
}

// What scores read: the nodes and selectors before those that only outcomes do.
std::span<const Node> scored_nodes(const Plan& plan) {
  const std::vector<bool> leave_out = not_for_scores(plan);
  const auto end = std::find(leave_out.begin(), leave_out.end(), true);
  return std::span(plan.nodes).first(static_cast<size_t>(end - leave_out.begin()));
}

std::span<const Selector> scored_selectors(const Plan& plan, std::span<const Node> nodes) {
  size_t end = 0;
  for (const Node& n : nodes) {
    if (n.op == Op::aggregate) end = std::max({end, n.aggregate.selector + size_t{1}, n.aggregate.second + size_t{1}});
  }
  return std::span(plan.selectors).first(end);
}

}  // namespace

Hash128 fingerprint_of(const Plan& plan, const facts::Settings& settings) {
  PartsHash hash;
  hash.add(kSemanticsVersion).add(plan.min_coverage_micros).add(int64_t{plan.too_new_days});
  const std::span<const Node> nodes = scored_nodes(plan);
  const std::span<const Selector> selectors = scored_selectors(plan, nodes);
  add_size(hash, selectors.size());
  for (const Selector& s : selectors) {
    add(hash, s.events);
    hash.add(int64_t{s.filter.has_value()});
    if (s.filter) add(hash, *s.filter);
  }
  add_size(hash, nodes.size());
  for (const Node& n : nodes) add(hash, n);
  add_size(hash, plan.metrics.size());
  for (const Metric& m : plan.metrics) add(hash, m);
  hash.add(static_cast<int64_t>(plan.rollup));
  add_size(hash, plan.dimensions.size());
  for (const Dimension& d : plan.dimensions) add(hash, d);
  add(hash, plan.bands);
  hash.add(int64_t{plan.band_margin_hundredths}).add(int64_t{plan.band_dwell_days});
  hash.add(int64_t{plan.quantiles_within_segment});
  for (const auto* list : {&plan.segments, &plan.life_stages}) {
    add_size(hash, list->size());
    for (const Segment& s : *list) add(hash, s);
  }
  add_size(hash, plan.triggers.size());
  for (const Trigger& t : plan.triggers) add(hash, t);
  add(hash, plan.hierarchy);
  add(hash, plan.accounts);
  add(hash, settings, attributes_of(nodes));
  return hash.hash();
}

}  // namespace kenko::plan
