#include "sql/curves.h"

#include <fmt/format.h>

namespace kenko::sql {
namespace {

using plan::Curve;

// y points as millionths, rounded half up.
std::string rounded(const std::string& y, const Dialect& dialect) {
  return fmt::format("CAST(floor(({}) * {} + {}) AS INTEGER)", y, dialect.number(1e6), dialect.number(0.5));
}

std::string on_line(const Curve::Point& a, const Curve::Point& b, const std::string& x, const Dialect& dialect) {
  const auto y = [&](const Curve::Point& p) { return dialect.number(static_cast<double>(p.points_micros) / 1e6); };
  return fmt::format("{3} + ({4} - {3}) * (({0} - {1}) / ({2} - {1}))", x, dialect.number(a.x), dialect.number(b.x),
                     y(a), y(b));
}

// Outside the points: level, or on with the line of the two nearest ones.
std::string beyond(bool open, const Curve::Point& end, const Curve::Point& a, const Curve::Point& b,
                   const std::string& x, const Dialect& dialect) {
  if (!open || a.points_micros == b.points_micros) return fmt::format("{}", end.points_micros);
  return rounded(
      fmt::format("least(greatest({}, {}), {})", on_line(a, b, x, dialect), dialect.number(0), dialect.number(100)),
      dialect);
}

std::string linear(const Curve& curve, const std::string& x, const Dialect& dialect) {
  const auto& p = curve.points;
  const size_t n = p.size();
  const size_t next = n > 1 ? 1 : 0, before = n > 1 ? n - 2 : 0;
  std::string out = fmt::format("CASE WHEN {} IS NULL THEN NULL WHEN {} < {} THEN {}", x, x, dialect.number(p[0].x),
                                beyond(curve.open_below, p[0], p[0], p[next], x, dialect));
  for (size_t i = 1; i < n; ++i) {
    out += fmt::format(" WHEN {} < {} THEN {}", x, dialect.number(p[i].x),
                       rounded(on_line(p[i - 1], p[i], x, dialect), dialect));
  }
  return out + fmt::format(" ELSE {} END", beyond(curve.open_above, p[n - 1], p[before], p[n - 1], x, dialect));
}

std::string steps(const Curve& curve, const std::string& x, const Dialect& dialect) {
  std::string out = fmt::format("CASE WHEN {} IS NULL THEN NULL", x);
  for (size_t k = curve.points.size(); k-- > 1;) {
    out += fmt::format(" WHEN {} >= {} THEN {}", x, dialect.number(curve.points[k].x), curve.points[k].points_micros);
  }
  return out + fmt::format(" ELSE {} END", curve.points[0].points_micros);
}

std::string hill(const Curve& curve, const std::string& x, const Dialect& dialect) {
  std::string p = x;
  double q = curve.half;
  for (int32_t i = 1; i < curve.power; ++i) {
    p += " * " + x;
    q *= curve.half;
  }
  const std::string y = fmt::format("{0} * (({1}) / ({1} + {2}))", dialect.number(100), p, dialect.number(q));
  return fmt::format("CASE WHEN {0} IS NULL THEN NULL WHEN {0} <= 0 THEN 0 WHEN isinf({1}) THEN 100000000 ELSE {2} END",
                     x, p, rounded(y, dialect));
}

std::string each(const Curve& curve, const std::string& x, plan::Type type, const Dialect& dialect) {
  const std::string value = type == plan::Type::flag ? fmt::format("CASE WHEN {} THEN {} ELSE {} END", x,
                                                                   dialect.number(1), dialect.number(0))
                                                     : x;
  const double most = Decimal{curve.at_most_micros}.as_double();
  const std::string y =
      fmt::format("least(greatest(({}) * {}, {}), {})", value, dialect.number(Decimal{curve.each_micros}.as_double()),
                  dialect.number(-most), dialect.number(most));
  return fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE {} END", x, rounded(y, dialect));
}

std::string category(const Curve& curve, const std::string& x, plan::Type type, const Dialect& dialect) {
  std::string out = fmt::format("CASE WHEN {} IS NULL THEN NULL", x);
  for (const Curve::Category& c : curve.categories) {
    const std::string value = type == plan::Type::flag ? (c.value == "true" ? "TRUE" : "FALSE") : dialect.text(c.value);
    out += fmt::format(" WHEN {} = {} THEN {}", x, value, c.points_micros);
  }
  return out + (curve.other ? fmt::format(" ELSE {} END", *curve.other) : " ELSE NULL END");
}

}  // namespace

std::string points_by_curve(const Curve& curve, const std::string& x, plan::Type type, const Dialect& dialect) {
  switch (curve.kind) {
    case Curve::Kind::none:
      break;
    case Curve::Kind::linear:
      return linear(curve, x, dialect);
    case Curve::Kind::steps:
      return steps(curve, x, dialect);
    case Curve::Kind::category:
      return category(curve, x, type, dialect);
    case Curve::Kind::hill:
      return hill(curve, x, dialect);
    case Curve::Kind::each:
      return each(curve, x, type, dialect);
  }
  return "CAST(NULL AS INTEGER)";
}

}  // namespace kenko::sql
