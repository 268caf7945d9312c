#include "sql/rollup.h"

#include <fmt/format.h>

#include "sql/scalars.h"

namespace kenko::sql {
namespace {

using plan::Curve;
using plan::Missing;

std::string join(const std::vector<std::string>& parts, std::string_view between, std::string_view none) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : std::string(between)) + part;
  return out.empty() ? std::string(none) : out;
}

}  // namespace

std::string RollUp::half_up(const std::string& n, const std::string& d) const {
  return fmt::format("CASE WHEN {1} > 0 THEN CAST((2 * {0} + {1}) {2} (2 * {1}) AS INTEGER) END", n, d,
                     dialect_.divide);
}

std::string RollUp::linear(const Curve& curve, const std::string& x) const {
  std::string out = fmt::format("CASE WHEN {} IS NULL THEN NULL", x);
  out += fmt::format(" WHEN {} < {} THEN {}", x, dialect_.number(curve.points[0].x), curve.points[0].points_micros);
  for (size_t i = 1; i < curve.points.size(); ++i) {
    const auto y = [&](size_t k) { return dialect_.number(static_cast<double>(curve.points[k].points_micros) / 1e6); };
    out += fmt::format(
        " WHEN {0} < {2} THEN CAST(floor(({3} + ({4} - {3}) * (({0} - {1}) / ({2} - {1}))) * {5} + {6}) AS INTEGER)", x,
        dialect_.number(curve.points[i - 1].x), dialect_.number(curve.points[i].x), y(i - 1), y(i),
        dialect_.number(1e6), dialect_.number(0.5));
  }
  return out + fmt::format(" ELSE {} END", curve.points.back().points_micros);
}

std::string RollUp::points(size_t i) const {
  const plan::Metric& metric = plan_.metrics[i];
  const Curve& curve = metric.curve;
  const std::string x = value_column(metric.node);
  switch (curve.kind) {
    case Curve::Kind::none:
      return "CAST(NULL AS INTEGER)";
    case Curve::Kind::linear:
      return linear(curve, x);
    case Curve::Kind::steps: {
      std::string out = fmt::format("CASE WHEN {} IS NULL THEN NULL", x);
      for (size_t k = curve.points.size(); k-- > 1;) {
        out +=
            fmt::format(" WHEN {} >= {} THEN {}", x, dialect_.number(curve.points[k].x), curve.points[k].points_micros);
      }
      return out + fmt::format(" ELSE {} END", curve.points[0].points_micros);
    }
    case Curve::Kind::category:
    default:
      break;
  }
  const bool flag = plan_.nodes[metric.node].type == plan::Type::flag;
  std::string out = fmt::format("CASE WHEN {} IS NULL THEN NULL", x);
  for (const Curve::Category& c : curve.categories) {
    const std::string value = flag ? (c.value == "true" ? "TRUE" : "FALSE") : dialect_.text(c.value);
    out += fmt::format(" WHEN {} = {} THEN {}", x, value, c.points_micros);
  }
  return out + (curve.other ? fmt::format(" ELSE {} END", *curve.other) : " ELSE NULL END");
}

std::string RollUp::near_step(size_t i) const {
  const plan::Metric& metric = plan_.metrics[i];
  std::vector<std::string> tests;
  if (metric.curve.kind == Curve::Kind::steps) {
    for (const Curve::Point& p : metric.curve.points) {
      tests.push_back(fmt::format("coalesce(abs({} - {}) <= 1e-9 * {}, FALSE)", value_column(metric.node),
                                  dialect_.number(p.x), scale_column(metric.node)));
    }
  }
  return join(tests, " OR ", "FALSE");
}

std::string RollUp::worth(size_t i) const {
  const Missing& missing = plan_.metrics[i].missing;
  if (missing.kind == Missing::Kind::exclude) return fmt::format("points_{}", i);
  return fmt::format("coalesce(points_{}, {})", i, missing.kind == Missing::Kind::zero ? 0 : missing.points_micros);
}

// Per dimension: weight x points, weight with points, weight with evidence.
std::string RollUp::weighed() const {
  std::string out;
  for (size_t j = 0; j < plan_.dimensions.size(); ++j) {
    std::vector<std::string> product, weight, evidence;
    for (size_t i = 0; i < plan_.metrics.size(); ++i) {
      const plan::Metric& m = plan_.metrics[i];
      if (m.dimension != j) continue;
      product.push_back(fmt::format("coalesce(CAST({} AS {}) * {}, 0)", worth(i), dialect_.big, m.weight.micros));
      weight.push_back(fmt::format("CASE WHEN {} IS NULL THEN 0 ELSE {} END", worth(i), m.weight.micros));
      evidence.push_back(fmt::format("CASE WHEN points_{} IS NULL THEN 0 ELSE {} END", i, m.weight.micros));
    }
    const auto sum = [&](const std::vector<std::string>& parts) {
      return fmt::format("CAST({} AS {})", join(parts, " + ", "0"), dialect_.big);
    };
    out += fmt::format(",\n    {} AS product_{}", sum(product), j);
    out += fmt::format(",\n    {} AS weight_{}", sum(weight), j);
    out += fmt::format(",\n    {} AS evidence_{}", sum(evidence), j);
  }
  return out;
}

std::string RollUp::dimensions() const {
  std::string out;
  for (size_t j = 0; j < plan_.dimensions.size(); ++j) {
    int64_t whole = 0;
    for (const plan::Metric& m : plan_.metrics) whole += m.dimension == j ? m.weight.micros : 0;
    out +=
        fmt::format(",\n    {} AS dimension_{}", half_up(fmt::format("product_{}", j), fmt::format("weight_{}", j)), j);
    out += fmt::format(
        ",\n    coalesce({}, 0) AS covered_{}",
        half_up(fmt::format("(evidence_{} * 1000000)", j), fmt::format("CAST({} AS {})", whole, dialect_.big)), j);
  }
  return out;
}

// Of the whole: weight x dimension, weight of the dimensions that are not empty, coverage.
std::string RollUp::totals() const {
  std::vector<std::string> product, weight, covered, everywhere;
  Int128 whole = 0;
  for (size_t j = 0; j < plan_.dimensions.size(); ++j) {
    const int64_t w = plan_.dimensions[j].weight.micros;
    product.push_back(fmt::format("coalesce(CAST(dimension_{} AS {}) * {}, 0)", j, dialect_.big, w));
    weight.push_back(fmt::format("CASE WHEN dimension_{} IS NULL THEN 0 ELSE {} END", j, w));
    covered.push_back(fmt::format("CAST(covered_{} AS {}) * {}", j, dialect_.big, w));
    everywhere.push_back(fmt::format("evidence_{} > 0", j));
    whole += w;
  }
  const auto sum = [&](const std::vector<std::string>& parts) {
    return fmt::format("CAST({} AS {})", join(parts, " + ", "0"), dialect_.big);
  };
  const std::string coverage = half_up(fmt::format("({})", join(covered, " + ", "0")),
                                       fmt::format("CAST({} AS {})", to_text(whole), dialect_.big));
  return fmt::format(",\n    {} AS product,\n    {} AS weight,\n    {} AS coverage,\n    {} AS evidence_everywhere",
                     sum(product), sum(weight), coverage, join(everywhere, " AND ", "FALSE"));
}

std::string RollUp::band() const {
  std::string out = "CASE WHEN score IS NULL THEN NULL";
  for (size_t b = plan_.bands.size(); b-- > 0;) {
    const bool best = b + 1 == plan_.bands.size();
    out += fmt::format(" WHEN score >= {}{} THEN {}", plan_.bands[b].from_hundredths,
                       best && b > 0 ? " AND evidence_everywhere" : "", b);
  }
  return out + " ELSE 0 END";
}

std::string RollUp::ctes(const std::string& from) const {
  std::string out = fmt::format("weighed AS (\n  SELECT *{}\n  FROM {}),\n", weighed(), from);
  out += fmt::format("dimensions AS (\n  SELECT *{}\n  FROM weighed),\n", dimensions());
  out += fmt::format("whole AS (\n  SELECT *{}\n  FROM dimensions),\n", totals());
  out += fmt::format(
      "rounded AS (\n  SELECT *,\n    {} AS rolled_up,\n    count(*) FILTER (fact_day AND status <> 'paused') OVER "
      "(PARTITION BY account "
      "ORDER BY day "
      "ROWS UNBOUNDED PRECEDING) AS since_fact\n  FROM (SELECT *, {} AS rolled_up_micros FROM whole)),\n",
      half_up("rolled_up_micros", "10000"), half_up("product", "weight"));
  out += fmt::format(
      "stated AS (\n  SELECT *,\n    CASE WHEN status = 'paused' THEN 'paused'"
      "\n      WHEN status NOT IN ('onboarding', 'active', 'notice') THEN 'not scored'"
      "\n      WHEN rolled_up IS NOT NULL AND coverage >= {} THEN 'scored'"
      "\n      WHEN day - account_start + 1 <= {} THEN 'too new' ELSE 'insufficient data' END AS state\n  FROM "
      "rounded),\n",
      plan_.min_coverage_micros, plan_.too_new_days);
  out +=
      "silent AS (\n  SELECT *,\n    CASE WHEN state = 'scored' THEN min(CASE WHEN state = 'scored' THEN rolled_up END)"
      "\n      OVER (PARTITION BY account, since_fact ORDER BY day ROWS UNBOUNDED PRECEDING) END AS score\n  "
      "FROM stated),\n";
  out += fmt::format("banded AS (\n  SELECT *,\n    score - rolled_up AS silence,\n    {} AS band\n  FROM silent)",
                     band());
  return out;
}

}  // namespace kenko::sql
