#include "engine/scalars.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace kenko::engine {
namespace {

// Binary arithmetic: null when an argument is null or the result is not a finite number.
template <typename F>
void arithmetic(Column a, Column b, Output out, const F& f) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    const double v = f(a.value[d], b.value[d]);
    out.value[d] = v;
    out.valid[d] = a.valid[d] & b.valid[d] & static_cast<uint8_t>(std::isfinite(v));
  }
}

template <typename F>
void comparison(Column a, Column b, Output out, const F& f) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    out.value[d] = f(a.value[d], b.value[d]) ? 1 : 0;
    out.valid[d] = a.valid[d] & b.valid[d];
  }
}

// and: false wins over null; or: true wins over null.
void logic(std::span<const Column> args, bool decisive, Output out) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    bool decided = false, null = false;
    for (const Column& a : args) {
      if (a.valid[d] == 0) {
        null = true;
      } else if ((a.value[d] != 0) == decisive) {
        decided = true;
      }
    }
    out.value[d] = decided == decisive ? 1 : 0;
    out.valid[d] = decided || !null;
  }
}

template <typename F>
void fold(std::span<const Column> args, Output out, const F& f) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    double v = args[0].value[d];
    uint8_t valid = args[0].valid[d];
    for (const Column& a : args.subspan(1)) {
      v = f(v, a.value[d]);
      valid &= a.valid[d];
    }
    out.value[d] = v;
    out.valid[d] = valid;
  }
}

void coalesce(std::span<const Column> args, Output out) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    out.valid[d] = 0;
    for (const Column& a : args) {
      if (a.valid[d] == 0) continue;
      out.value[d] = a.value[d];
      out.valid[d] = 1;
      break;
    }
  }
}

void choose(std::span<const Column> args, Output out) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    const Column& chosen = args[0].value[d] != 0 ? args[1] : args[2];
    out.value[d] = chosen.value[d];
    out.valid[d] = args[0].valid[d] & chosen.valid[d];
  }
}

void change(Column a, int32_t lag, Output out) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    const auto before = static_cast<int64_t>(d) - lag;
    out.valid[d] = 0;
    if (before < 0 || a.valid[d] == 0 || a.valid[static_cast<size_t>(before)] == 0) continue;
    const double then = a.value[static_cast<size_t>(before)];
    if (then == 0) continue;
    out.value[d] = (a.value[d] - then) / std::fabs(then);
    out.valid[d] = std::isfinite(out.value[d]);
  }
}

void negate(Column a, bool logical, Output out) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    out.value[d] = logical ? (a.value[d] == 0 ? 1 : 0) : -a.value[d];
    out.valid[d] = a.valid[d];
  }
}

double smaller(double a, double b) { return b < a ? b : a; }
double greater(double a, double b) { return b > a ? b : a; }

int32_t linear_points(const plan::Curve& curve, double x) {
  const auto& p = curve.points;
  if (x < p.front().x) return static_cast<int32_t>(p.front().points_micros);
  if (x >= p.back().x) return static_cast<int32_t>(p.back().points_micros);
  size_t i = 1;
  while (x >= p[i].x) ++i;
  const double y0 = static_cast<double>(p[i - 1].points_micros) / 1e6;
  const double y1 = static_cast<double>(p[i].points_micros) / 1e6;
  const double y = y0 + (y1 - y0) * ((x - p[i - 1].x) / (p[i].x - p[i - 1].x));
  return static_cast<int32_t>(std::floor(y * 1e6 + 0.5));
}

int32_t step_points(const plan::Curve& curve, double x) {
  size_t i = curve.points.size() - 1;
  while (i > 0 && curve.points[i].x > x) --i;
  return static_cast<int32_t>(curve.points[i].points_micros);
}

}  // namespace

void apply_scalar(const plan::Node& node, std::span<const Column> args, Output out) {
  using plan::Op;
  switch (node.op) {
    case Op::negate:
      return negate(args[0], false, out);
    case Op::not_:
      return negate(args[0], true, out);
    case Op::add:
      return arithmetic(args[0], args[1], out, [](double a, double b) { return a + b; });
    case Op::subtract:
      return arithmetic(args[0], args[1], out, [](double a, double b) { return a - b; });
    case Op::multiply:
      return arithmetic(args[0], args[1], out, [](double a, double b) { return a * b; });
    // x / 0 is infinite or NaN, hence null.
    case Op::divide:
      return arithmetic(args[0], args[1], out, [](double a, double b) { return a / b; });
    case Op::equal:
      return comparison(args[0], args[1], out, [](double a, double b) { return a == b; });
    case Op::not_equal:
      return comparison(args[0], args[1], out, [](double a, double b) { return a != b; });
    case Op::less:
      return comparison(args[0], args[1], out, [](double a, double b) { return a < b; });
    case Op::less_equal:
      return comparison(args[0], args[1], out, [](double a, double b) { return a <= b; });
    case Op::greater:
      return comparison(args[0], args[1], out, [](double a, double b) { return a > b; });
    case Op::greater_equal:
      return comparison(args[0], args[1], out, [](double a, double b) { return a >= b; });
    case Op::and_:
      return logic(args, false, out);
    case Op::or_:
      return logic(args, true, out);
    case Op::if_:
      return choose(args, out);
    case Op::coalesce:
      return coalesce(args, out);
    case Op::min:
      return fold(args, out, smaller);
    case Op::max:
      return fold(args, out, greater);
    case Op::clamp:
      fold(args.subspan(0, 2), out, greater);
      return fold(std::array<Column, 2>{Column{out.value, out.valid}, args[2]}, out, smaller);
    case Op::change:
      return change(args[0], node.lag_days, out);
    default:
      break;
  }
  KENKO_CHECK(false, "not a scalar operation: {}", static_cast<int>(node.op));
}

void apply_curve(const plan::Curve& curve, std::span<const int32_t> category_points, Column values,
                 std::span<int32_t> points) {
  for (size_t d = 0; d < points.size(); ++d) {
    points[d] = kNoPoints;
    if (values.valid[d] == 0) continue;
    switch (curve.kind) {
      case plan::Curve::Kind::none:
        break;
      case plan::Curve::Kind::linear:
        points[d] = linear_points(curve, values.value[d]);
        break;
      case plan::Curve::Kind::steps:
        points[d] = step_points(curve, values.value[d]);
        break;
      case plan::Curve::Kind::category:
        points[d] = category_points[static_cast<size_t>(values.value[d])];
        break;
      default:
        KENKO_CHECK(false, "not built");
    }
  }
}

}  // namespace kenko::engine
