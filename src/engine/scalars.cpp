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

void earlier(Column a, int32_t lag, Output out) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    const auto before = static_cast<int64_t>(d) - lag;
    out.valid[d] = before < 0 ? 0 : a.valid[static_cast<size_t>(before)];
    out.value[d] = before < 0 ? 0 : a.value[static_cast<size_t>(before)];
  }
}

// Against the values of the same weekday in the weeks before, in standard deviations.
void baseline(Column a, int32_t lag, Output out) {
  constexpr int kFewest = 4;
  for (size_t d = 0; d < out.value.size(); ++d) {
    out.valid[d] = 0;
    out.value[d] = 0;
    if (a.valid[d] == 0) continue;
    const auto today = static_cast<int64_t>(d);
    // Oldest first, so that all executors add in the same order.
    const int64_t oldest = today >= lag ? today - lag : today % 7;
    double sum = 0;
    int m = 0;
    for (int64_t x = oldest; x < today; x += 7) {
      if (a.valid[static_cast<size_t>(x)] == 0) continue;
      sum += a.value[static_cast<size_t>(x)];
      ++m;
    }
    if (m < kFewest) continue;
    const double mean = sum / m;
    double squares = 0;
    for (int64_t x = oldest; x < today; x += 7) {
      if (a.valid[static_cast<size_t>(x)] == 0) continue;
      const double off = a.value[static_cast<size_t>(x)] - mean;
      squares += off * off;
    }
    const double sd = std::sqrt(squares / (m - 1));
    const double least = std::fabs(mean) / 20;
    const double scale = sd > least ? sd : least;
    const double value = scale == 0 ? 0 : (a.value[d] - mean) / scale;
    out.valid[d] = scale == 0 ? a.value[d] == mean : std::isfinite(value);
    if (out.valid[d] != 0) out.value[d] = value;
  }
}

void logarithm(Column a, Output out) {
  for (size_t d = 0; d < out.value.size(); ++d) {
    const double x = 1 + a.value[d];
    const bool known = a.valid[d] != 0 && x > 0;
    out.value[d] = known ? std::log(x) : 0;
    out.valid[d] = known && std::isfinite(out.value[d]);
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
    case Op::earlier:
      return earlier(args[0], node.lag_days, out);
    case Op::baseline:
      return baseline(args[0], node.lag_days, out);
    case Op::log1p:
      return logarithm(args[0], out);
    default:
      break;
  }
  KENKO_CHECK(false, "not a scalar operation: {}", static_cast<int>(node.op));
}

}  // namespace kenko::engine
