#include "sql/rollup.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sql/curves.h"
#include "sql/scalars.h"

namespace kenko::sql {
namespace {

using plan::Curve;
using plan::Missing;
using plan::Rollup;

std::string or_zero(const std::string& e) { return fmt::format("coalesce({}, 0)", e); }

std::string join(const std::vector<std::string>& parts, std::string_view between, std::string_view none) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : std::string(between)) + part;
  return out.empty() ? std::string(none) : out;
}

template <typename T>
const T* changed(const std::vector<std::pair<uint32_t, T>>& changes, uint32_t place) {
  const auto it = std::find_if(changes.begin(), changes.end(), [&](const auto& c) { return c.first == place; });
  return it == changes.end() ? nullptr : &it->second;
}

}  // namespace

std::string RollUp::first_of(const std::vector<plan::Segment>& list) const {
  std::string out = "CASE";
  for (size_t i = 0; i < list.size(); ++i) {
    out += fmt::format(" WHEN {}", value_column(list[i].when));
    if (list[i].from) out += fmt::format(" AND day >= {}", list[i].from->number);
    if (list[i].until) out += fmt::format(" AND day <= {}", list[i].until->number);
    out += fmt::format(" THEN {}", i);
  }
  return out + " ELSE -1 END";
}

// What holds on the day: `of` says what a segment or stage puts in the place of `base`, empty = nothing.  A stage's
// changes lie on top of the segment's.
template <typename Of>
std::string RollUp::by_day(const std::string& base, const Of& of) const {
  std::string cases;
  const auto add = [&](const char* column, const std::vector<plan::Segment>& list) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (const std::string other = of(list[i].changes); !other.empty())
        cases += fmt::format(" WHEN {} = {} THEN {}", column, i, other);
    }
  };
  add("stage", plan_.life_stages);
  add("segment", plan_.segments);
  return cases.empty() ? base : fmt::format("(CASE{} ELSE {} END)", cases, base);
}

std::string RollUp::weight(int64_t base, uint32_t place, bool metric, bool& always) const {
  return by_day(fmt::format("{}", base), [&](const plan::Changes& c) {
    const Decimal* w = changed(metric ? c.metric_weights : c.dimension_weights, place);
    always = always && (w == nullptr || w->micros > 0);
    return w == nullptr ? std::string() : fmt::format("{}", w->micros);
  });
}

std::string RollUp::half_up(const std::string& n, const std::string& d) const {
  return fmt::format("CASE WHEN {1} > 0 THEN CAST((2 * {0} + {1}) {2} (2 * {1}) AS INTEGER) END", n, d,
                     dialect_.divide);
}

std::string RollUp::points(size_t i) const {
  const plan::Metric& metric = plan_.metrics[i];
  const std::string x = value_column(metric.points_node);
  const plan::Type type = plan_.nodes[metric.points_node].type;
  return by_day(points_by_curve(metric.curve, x, type, dialect_), [&](const plan::Changes& c) {
    const Curve* curve = changed(c.curves, static_cast<uint32_t>(i));
    return curve == nullptr ? std::string() : points_by_curve(*curve, x, type, dialect_);
  });
}

std::string RollUp::near_step(size_t i) const {
  const plan::Metric& metric = plan_.metrics[i];
  std::vector<std::string> tests;
  const auto add = [&](const Curve& curve) {
    if (curve.kind != Curve::Kind::steps) return;
    for (const Curve::Point& p : curve.points) {
      tests.push_back(fmt::format("coalesce(abs({} - {}) <= 1e-9 * {}, FALSE)", value_column(metric.points_node),
                                  dialect_.number(p.x), scale_column(metric.points_node)));
    }
  };
  add(metric.curve);
  for (const auto* list : {&plan_.segments, &plan_.life_stages}) {
    for (const plan::Segment& s : *list) {
      if (const Curve* curve = changed(s.changes.curves, static_cast<uint32_t>(i))) add(*curve);
    }
  }
  return join(tests, " OR ", "FALSE");
}

// The metrics and the dimensions nested in a dimension; without one, the top dimensions.
std::vector<RollUp::Member> RollUp::members_of(std::optional<uint32_t> dimension) const {
  std::vector<Member> out;
  const auto add = [&](Member m) {
    if (!m.always) {
      m.points = fmt::format("CASE WHEN {} > 0 THEN {} END", m.weight, m.points);
      m.evidence = fmt::format("({} AND {} > 0)", m.evidence, m.weight);
    }
    out.push_back(std::move(m));
  };
  for (uint32_t i = 0; dimension && i < plan_.metrics.size(); ++i) {
    const plan::Metric& metric = plan_.metrics[i];
    if (metric.dimension != dimension) continue;
    Member m;
    m.weight = weight(metric.weight.micros, i, true, m.always);
    m.points = fmt::format("worth_{}", i);
    m.coverage = fmt::format("CASE WHEN held_{} IS NULL THEN 0 ELSE 1000000 END", i);
    m.evidence = fmt::format("held_{} IS NOT NULL", i);
    add(std::move(m));
  }
  for (uint32_t j = 0; j < plan_.dimensions.size(); ++j) {
    if (plan_.dimensions[j].parent != dimension) continue;
    Member m;
    m.weight = weight(plan_.dimensions[j].weight.micros, j, false, m.always);
    m.points = fmt::format("dimension_{}", j);
    m.coverage = fmt::format("covered_{}", j);
    m.evidence = fmt::format("evidence_{}", j);
    add(std::move(m));
  }
  return out;
}

// What `rolled` divides: weight x points, weight with points, weight x coverage, all weight; and whether there is
// evidence.
std::string RollUp::sums(const std::vector<Member>& members, const std::string& suffix) const {
  std::vector<std::string> product, weight, covered, whole, some, every;
  for (const Member& m : members) {
    product.push_back(fmt::format("coalesce(CAST({} AS {}) * {}, 0)", m.points, dialect_.big, m.weight));
    weight.push_back(fmt::format("CASE WHEN {} IS NULL THEN 0 ELSE {} END", m.points, m.weight));
    covered.push_back(fmt::format("CAST({} AS {}) * {}", m.coverage, dialect_.big, m.weight));
    whole.push_back(m.weight);
    some.push_back(m.evidence);
    every.push_back(m.always ? m.evidence : fmt::format("({} OR {} = 0)", m.evidence, m.weight));
  }
  std::string out;
  const auto add = [&](const char* name, const std::vector<std::string>& parts) {
    out += fmt::format(",\n    CAST({} AS {}) AS {}{}", join(parts, " + ", "0"), dialect_.big, name, suffix);
  };
  add("product", product);
  add("weight", weight);
  add("coverable", covered);
  add("whole", whole);
  return out + fmt::format(",\n    {} AS evidence{},\n    {} AS evidence_everywhere{}", join(some, " OR ", "FALSE"),
                           suffix, join(every, " AND ", "FALSE"), suffix);
}

std::string RollUp::rolled(const std::vector<Member>& members, Rollup rollup, int64_t start,
                           const std::string& suffix) const {
  std::vector<std::string> points, added;
  for (const Member& m : members) {
    points.push_back(m.points);
    added.push_back(or_zero(m.points));
  }
  switch (rollup) {
    case Rollup::mean:
      return half_up("product" + suffix, "weight" + suffix);
    case Rollup::min:
    case Rollup::max:
      // Both skip what is null.
      return fmt::format("{}({})", rollup == Rollup::min ? "least" : "greatest", join(points, ", ", "NULL"));
    case Rollup::points:
      break;
  }
  return fmt::format(
      "CASE WHEN weight{} > 0 THEN CAST(least(greatest(CAST({} AS {}) + {}, 0), 100000000) AS INTEGER) END", suffix,
      start, dialect_.big, join(added, " + ", "0"));
}

int RollUp::depth(uint32_t dimension) const {
  int out = 0;
  for (auto d = plan_.dimensions[dimension].parent; d; d = plan_.dimensions[*d].parent) ++out;
  return out;
}

void RollUp::next(const std::string& name, const std::string& columns) {
  out_ += fmt::format(",\n{} AS (\n  SELECT *{}\n  FROM {})", name, columns, last_);
  last_ = name;
}

std::string RollUp::band_of(const std::vector<plan::Band>& bands) const {
  std::string out = "CASE WHEN score IS NULL THEN NULL";
  for (size_t b = bands.size(); b-- > 0;) {
    const bool best = b + 1 == bands.size();
    out += fmt::format(" WHEN score >= {}{} THEN {}", bands[b].from_hundredths,
                       best && b > 0 ? " AND evidence_everywhere" : "", b);
  }
  return out + " ELSE 0 END";
}

std::string RollUp::scored_status() const {
  const plan::Accounts& a = plan_.accounts;
  std::vector<std::string> words;
  if (a.trial) words.emplace_back("'trial'");
  if (a.onboarding) words.emplace_back("'onboarding'");
  if (a.active) words.emplace_back("'active'");
  if (a.notice) words.emplace_back("'notice'");
  const std::string listed = fmt::format("status IN ({})", join(words, ", ", "''"));
  return a.when ? fmt::format("{} AND coalesce({}, FALSE)", listed, value_column(*a.when)) : listed;
}

std::string RollUp::ctes(const std::string& from) {
  last_ = from;
  if (!coverage_.rolled_up) return "";
  std::string held, worth;
  for (size_t i = 0; i < plan_.metrics.size(); ++i) {
    const plan::Metric& m = plan_.metrics[i];
    if (!m.dimension) continue;
    const std::string earlier = fmt::format(
        "last_value(points_{} IGNORE NULLS) OVER (PARTITION BY account, life ORDER BY day ROWS BETWEEN {} "
        "PRECEDING AND 1 PRECEDING)",
        i, m.missing.hold_days);
    held += m.missing.kind == Missing::Kind::hold
                ? fmt::format(",\n    coalesce(points_{0}, {1}) AS held_{0}", i, earlier)
                : fmt::format(",\n    points_{0} AS held_{0}", i);
    const bool given = m.missing.kind == Missing::Kind::zero || m.missing.kind == Missing::Kind::score;
    const int64_t otherwise = m.missing.kind == Missing::Kind::zero ? 0 : m.missing.points_micros;
    worth += given ? fmt::format(",\n    coalesce(held_{0}, {1}) AS worth_{0}", i, otherwise)
                   : fmt::format(",\n    held_{0} AS worth_{0}", i);
  }
  next("held", held);
  next("worth", worth);
  int deepest = 0;
  for (uint32_t j = 0; j < plan_.dimensions.size(); ++j) deepest = std::max(deepest, depth(j));
  for (int level = deepest; level >= 0; --level) {  // the innermost first
    std::string sum, dimension;
    for (uint32_t j = 0; j < plan_.dimensions.size(); ++j) {
      if (depth(j) != level) continue;
      const std::string suffix = fmt::format("_{}", j);
      const std::vector<Member> members = members_of(j);
      const plan::Dimension& d = plan_.dimensions[j];
      sum += sums(members, suffix);
      bool always = true;
      const std::string w = weight(d.weight.micros, j, false, always);
      const std::string value = rolled(members, d.rollup, d.start_micros, suffix);
      dimension += fmt::format(",\n    {} AS dimension_{}",
                               always ? value : fmt::format("CASE WHEN {} > 0 THEN {} END", w, value), j);
      dimension +=
          fmt::format(",\n    coalesce({}, 0) AS covered_{}", half_up("coverable" + suffix, "whole" + suffix), j);
    }
    next(fmt::format("weighed_{}", level), sum);
    next(fmt::format("dimensions_{}", level), dimension);
  }
  const std::vector<Member> top = members_of(std::nullopt);
  next("summed", sums(top, ""));
  next("whole_score", fmt::format(",\n    {} AS rolled_up_micros,\n    coalesce({}, 0) AS coverage",
                                  rolled(top, plan_.rollup, 0, ""), half_up("coverable", "whole")));
  next("rounded", fmt::format(",\n    {} AS rolled_up,\n    count(*) FILTER (fact_day AND status <> 'paused') "
                              "OVER (PARTITION BY account ORDER BY day ROWS UNBOUNDED PRECEDING) AS since_fact",
                              half_up("rolled_up_micros", "10000")));
  next("stated",
       fmt::format(",\n    CASE WHEN status = 'paused' THEN 'paused'"
                   "\n      WHEN NOT ({}) THEN 'not scored'"
                   "\n      WHEN rolled_up IS NOT NULL AND coverage >= {} THEN 'scored'"
                   "\n      WHEN day - account_start + 1 <= {} THEN 'too new' ELSE 'insufficient data' END AS state",
                   scored_status(), plan_.min_coverage_micros, plan_.too_new_days));
  if (!coverage_.score) return out_;
  next("silent",
       ",\n    CASE WHEN state = 'scored' THEN min(CASE WHEN state = 'scored' THEN rolled_up END)"
       "\n      OVER (PARTITION BY account, since_fact ORDER BY day ROWS UNBOUNDED PRECEDING) END AS score");
  const std::string band = by_day(
      band_of(plan_.bands), [&](const plan::Changes& c) { return c.bands.empty() ? std::string() : band_of(c.bands); });
  next("banded", fmt::format(",\n    score - rolled_up AS silence,\n    {} AS band", band));
  return out_;
}

}  // namespace kenko::sql
