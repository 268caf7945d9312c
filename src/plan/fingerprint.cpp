#include <algorithm>
#include <bit>

#include "plan/lower.h"

namespace kenko::plan {
namespace {

void add(PartsHash& hash, const Filter& f) {
  hash.add(static_cast<int64_t>(f.op)).add(static_cast<int64_t>(f.args.size()));
  for (const Filter& a : f.args) add(hash, a);
  hash.add(f.field).add(int64_t{f.own}).add(static_cast<int64_t>(f.literal_type));
  hash.add(f.number.micros).add(int64_t{f.flag}).add(f.text);
}

void add(PartsHash& hash, const Node& n) {
  hash.add(static_cast<int64_t>(n.op)).add(static_cast<int64_t>(n.type)).add(static_cast<int64_t>(n.args.size()));
  for (const NodeId a : n.args) hash.add(int64_t{a});
  hash.add(std::bit_cast<int64_t>(n.number)).add(int64_t{n.flag}).add(n.text).add(int64_t{n.lag_days});
  if (n.op != Op::aggregate) return;
  const Aggregate& a = n.aggregate;
  hash.add(static_cast<int64_t>(a.function)).add(int64_t{a.selector});
  hash.add(static_cast<int64_t>(a.field.kind)).add(a.field.property);
  hash.add(int64_t{a.window_days}).add(a.half_life_days.micros).add(int64_t{a.min_observed_days});
  hash.add(static_cast<int64_t>(a.steps.size()));
  for (const Step& s : a.steps) hash.add(int64_t{s.until_age_days}).add(s.weight.micros);
}

void add(PartsHash& hash, const Metric& m) {
  hash.add(m.name).add(int64_t{m.node}).add(m.weight.micros).add(int64_t{m.ours});
  if (m.dimension) {
    hash.add(int64_t{*m.dimension});
  } else {
    hash.absent();
  }
  hash.add(static_cast<int64_t>(m.curve.kind)).add(static_cast<int64_t>(m.curve.points.size()));
  for (const Curve::Point& p : m.curve.points) hash.add(std::bit_cast<int64_t>(p.x)).add(p.points_micros);
  hash.add(static_cast<int64_t>(m.curve.categories.size()));
  for (const Curve::Category& c : m.curve.categories) hash.add(c.value).add(c.points_micros);
  if (m.curve.other) {
    hash.add(*m.curve.other);
  } else {
    hash.absent();
  }
  hash.add(static_cast<int64_t>(m.missing.kind)).add(m.missing.points_micros);
}

void add(PartsHash& hash, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  hash.add(static_cast<int64_t>(names.size()));
  for (const std::string& n : names) hash.add(n);
}

void add(PartsHash& hash, const facts::Settings& settings) {
  hash.add(TimeZone::data_version()).add(settings.time_zone.name()).add(settings.currency);
  hash.add(int64_t{settings.close_minutes}).add(int64_t{settings.lapse_days});
  add(hash, settings.ours);
  std::vector<const facts::SourceSettings*> sources;
  for (const facts::SourceSettings& s : settings.sources) sources.push_back(&s);
  std::sort(sources.begin(), sources.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  hash.add(static_cast<int64_t>(sources.size()));
  for (const facts::SourceSettings* s : sources) {
    hash.add(s->name).add(static_cast<int64_t>(s->covers));
    add(hash, s->emits);
    if (s->start) {
      hash.add(int64_t{s->start->number});
    } else {
      hash.absent();
    }
  }
}

}  // namespace

Hash128 fingerprint_of(const Plan& plan, const facts::Settings& settings) {
  PartsHash hash;
  hash.add(kSemanticsVersion).add(plan.min_coverage_micros).add(int64_t{plan.too_new_days});
  hash.add(static_cast<int64_t>(plan.selectors.size()));
  for (const Selector& s : plan.selectors) {
    add(hash, s.events);
    hash.add(int64_t{s.filter.has_value()});
    if (s.filter) add(hash, *s.filter);
  }
  hash.add(static_cast<int64_t>(plan.nodes.size()));
  for (const Node& n : plan.nodes) add(hash, n);
  hash.add(static_cast<int64_t>(plan.metrics.size()));
  for (const Metric& m : plan.metrics) add(hash, m);
  hash.add(static_cast<int64_t>(plan.dimensions.size()));
  for (const Dimension& d : plan.dimensions) hash.add(d.name).add(d.weight.micros);
  hash.add(static_cast<int64_t>(plan.bands.size()));
  for (const Band& b : plan.bands) hash.add(b.name).add(int64_t{b.from_hundredths});
  add(hash, settings);
  return hash.hash();
}

}  // namespace kenko::plan
