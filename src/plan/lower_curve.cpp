#include <algorithm>

#include "model/check_expression.h"
#include "model/read_curve.h"
#include "plan/lower_expression.h"

namespace kenko::plan {
namespace {

using language::Expression;
using vocabulary::FunctionId;

// The days over which the value counts times, by which words are stretched; 28 where it counts none.
int32_t counted_days(const Expression& value) {
  if (value.kind != Expression::Kind::call) return model::kFrequencyDays;
  const vocabulary::Function* f = model::resolve_call(value);
  if (f == nullptr || (f->id != FunctionId::count && f->id != FunctionId::active_days)) return model::kFrequencyDays;
  const auto events = language::as_selector(value.items[0]);
  return events && events->has_window && !events->whole_life ? events->days : model::kFrequencyDays;
}

// A word's times in 28 days, stretched to the value's window and rounded half up to a millionth.
double word_value(const std::string& word, int32_t days) {
  const auto times = model::times_of_word(word);
  KENKO_CHECK(times.has_value(), "no frequency {}", word);
  const Int128 numerator = Int128{times->first} * days * 1'000'000;
  const Int128 denominator = Int128{times->second} * model::kFrequencyDays;
  return Decimal{static_cast<int64_t>(divide_half_up(numerator, denominator))}.as_double();
}

Curve::Kind kind_of(model::Curve::Kind kind) {
  switch (kind) {
    case model::Curve::Kind::none:
      return Curve::Kind::none;
    case model::Curve::Kind::steps:
      return Curve::Kind::steps;
    case model::Curve::Kind::category:
      return Curve::Kind::category;
    case model::Curve::Kind::hill:
      return Curve::Kind::hill;
    case model::Curve::Kind::linear:
    case model::Curve::Kind::words:
    case model::Curve::Kind::percentile:
    case model::Curve::Kind::baseline:
      return Curve::Kind::linear;
  }
  return Curve::Kind::none;
}

}  // namespace

Curve lower_curve(const model::Curve& c, const Expression& value) {
  Curve out;
  out.kind = kind_of(c.kind);
  const bool words = c.kind == model::Curve::Kind::words;
  for (const auto& p : c.points) {
    out.points.push_back({words ? word_value(p.at.text, counted_days(value)) : p.x.as_double(), p.points_micros});
  }
  std::sort(out.points.begin(), out.points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
  for (const auto& k : c.categories) out.categories.push_back({k.value, k.points_micros});
  std::sort(out.categories.begin(), out.categories.end(),
            [](const auto& a, const auto& b) { return a.value < b.value; });
  out.other = c.other;
  out.open_below = c.open_below;
  out.open_above = c.open_above;
  out.half = c.half.as_double();
  out.power = c.power;
  return out;
}

}  // namespace kenko::plan
