#include "score/children.h"

#include <algorithm>

#include "base/decimal.h"

namespace kenko::score {
namespace {

constexpr int32_t kHighest = 10'000;  // hundredths

int32_t half_up(Int128 numerator, Int128 denominator) {
  return static_cast<int32_t>((2 * numerator + denominator) / (2 * denominator));
}

}  // namespace

std::optional<int32_t> HierarchyParts::value(const plan::Hierarchy& weights) const {
  Int128 sum = 0, weight = 0;
  const auto add = [&](Decimal w, std::optional<int32_t> part) {
    if (!part) return;
    sum += static_cast<Int128>(w.micros) * *part;
    weight += w.micros;
  };
  add(weights.own, own);
  add(weights.worst, worst);
  add(weights.mean, mean);
  add(weights.value_weighted, value_weighted);
  add(weights.poor_by_count, poor_by_count);
  add(weights.poor_by_value, poor_by_value);
  if (weight == 0) return own;
  return half_up(sum, weight);
}

HierarchyParts parts_of(const plan::Hierarchy& weights, std::optional<int32_t> own,
                        const std::vector<Child>& children) {
  HierarchyParts out;
  out.own = own;
  if (children.empty()) return out;
  int64_t sum = 0, poor = 0;
  Int128 weighted = 0, arr = 0, poor_arr = 0;
  int32_t worst = kHighest;
  for (const Child& c : children) {
    const bool is_poor = c.computed < weights.poor_below_hundredths;
    worst = std::min(worst, c.computed);
    sum += c.computed;
    poor += is_poor ? 1 : 0;
    if (c.arr_micros <= 0) continue;
    weighted += static_cast<Int128>(c.arr_micros) * c.computed;
    arr += c.arr_micros;
    if (is_poor) poor_arr += c.arr_micros;
  }
  const int64_t count = std::ssize(children);
  out.worst = worst;
  out.mean = half_up(sum, count);
  out.poor_by_count = half_up(static_cast<Int128>(kHighest) * (count - poor), count);
  if (arr == 0) return out;
  out.value_weighted = half_up(weighted, arr);
  out.poor_by_value = half_up(kHighest * (arr - poor_arr), arr);
  return out;
}

Children::Children(const engine::Hierarchy& hierarchy, size_t accounts) : hierarchy_(hierarchy), lines_(accounts) {}

void Children::begin(uint32_t account, Day first, Day last, bool with_arr) {
  Line& line = lines_[account];
  const auto days = static_cast<size_t>(last - first + 1);
  line.first = first;
  line.computed.assign(days, static_cast<int16_t>(kNoScore));
  if (with_arr) line.arr_micros.assign(days, -1);
}

void Children::set(uint32_t account, Day day, int32_t computed, int64_t arr_micros) {
  Line& line = lines_[account];
  const auto at = static_cast<size_t>(day - line.first);
  line.computed[at] = static_cast<int16_t>(computed);
  if (!line.arr_micros.empty()) line.arr_micros[at] = arr_micros;
}

void Children::find(uint32_t parent, Day day, std::vector<Child>& out) const {
  for (const uint32_t account : hierarchy_.children(parent)) {
    const Line& line = lines_[account];
    const int64_t at = static_cast<int64_t>(day.number) - line.first.number;
    if (at < 0 || at >= std::ssize(line.computed)) continue;
    const int32_t computed = line.computed[static_cast<size_t>(at)];
    if (computed == kNoScore || hierarchy_.parent(account, day) != parent) continue;
    out.push_back({account, computed, line.arr_micros.empty() ? -1 : line.arr_micros[static_cast<size_t>(at)]});
  }
}

}  // namespace kenko::score
