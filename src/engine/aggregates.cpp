#include "engine/aggregates.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kenko::engine {
namespace {

constexpr double kMicros = 1e6;

size_t at(int32_t i) { return static_cast<size_t>(i); }

void bucket_counts(std::span<const int32_t> day, int32_t days, std::vector<int64_t>& bucket) {
  bucket.assign(at(days), 0);
  for (const int32_t d : day) ++bucket[at(d)];
}

void all_valid(Output out) { std::fill(out.valid.begin(), out.valid.end(), uint8_t{1}); }

// No sum of some of the numbers is greater.
Int128 magnitude_of(const MatchedNumbers& numbers) {
  Int128 magnitude = 0;
  for (const int64_t m : numbers.micros) magnitude += m < 0 ? -static_cast<Int128>(m) : m;
  return magnitude;
}

// Runs `emit(day, sum in the window)` with exact sums; 64 bits where no sum can overflow them.
template <typename Emit>
void running_sums(const MatchedNumbers& numbers, int32_t window, int32_t days, AggregateScratch& s, const Emit& emit) {
  const auto run = [&]<typename Acc>(std::vector<Acc>& bucket, Acc sum) {
    bucket.assign(at(days), 0);
    for (size_t i = 0; i < numbers.day.size(); ++i) bucket[at(numbers.day[i])] += numbers.micros[i];
    for (int32_t d = 0; d < days; ++d) {
      sum += bucket[at(d)];
      if (d >= window) sum -= bucket[at(d - window)];
      emit(d, sum);
    }
  };
  if (magnitude_of(numbers) < (static_cast<Int128>(1) << 62)) {
    run(s.bucket, int64_t{0});
  } else {
    run(s.wide_bucket, Int128{0});
  }
}

// Number of events in the window, per day.
void running_counts(std::span<const int32_t> day, int32_t window, int32_t days, AggregateScratch& s,
                    std::vector<int32_t>& out) {
  out.assign(at(days), 0);
  bucket_counts(day, days, s.prefix);
  int64_t sum = 0;
  for (int32_t d = 0; d < days; ++d) {
    sum += s.prefix[at(d)];
    if (d >= window) sum -= s.prefix[at(d - window)];
    out[at(d)] = static_cast<int32_t>(sum);
  }
}

// Keeps 41 significant bits (Veltkamp's splitting, exact in IEEE arithmetic), so that executors that add the same
// weights in another order agree, and 2^(-14/14) is one half and not a hair less.
double to_41_bits(double x) {
  constexpr double kSplitter = 4097;  // 2^12 + 1: 53 - 12 bits are left
  const double split = x * kSplitter;
  return split - (split - x);
}

}  // namespace

void LastSeen::begin(size_t codes) {
  if (stamp_.size() < codes) {
    stamp_.resize(codes, 0);
    day_.resize(codes, 0);
  }
  if (++epoch_ == 0) {
    std::fill(stamp_.begin(), stamp_.end(), 0U);
    epoch_ = 1;
  }
}

void forget_without_rate(const MatchedNumbers& numbers, int32_t window, Output out) {
  int64_t forgotten = 0;  // all days before are done
  for (const int32_t d : numbers.no_rate_day) {
    const int64_t end = std::min<int64_t>(static_cast<int64_t>(d) + window, out.days());
    for (int64_t x = std::max<int64_t>(d, forgotten); x < end; ++x) out.valid[static_cast<size_t>(x)] = 0;
    forgotten = std::max(forgotten, end);
  }
}

void count_window(std::span<const int32_t> day, int32_t window, AggregateScratch& s, Output out) {
  bucket_counts(day, out.days(), s.bucket);
  int64_t sum = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    sum += s.bucket[at(d)];
    if (d >= window) sum -= s.bucket[at(d - window)];
    out.value[at(d)] = static_cast<double>(sum);
  }
  all_valid(out);
}

void active_days_window(std::span<const int32_t> day, int32_t window, AggregateScratch& s, Output out) {
  s.bucket.assign(at(out.days()), 0);
  for (const int32_t d : day) s.bucket[at(d)] = 1;
  int64_t sum = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    sum += s.bucket[at(d)];
    if (d >= window) sum -= s.bucket[at(d - window)];
    out.value[at(d)] = static_cast<double>(sum);
  }
  all_valid(out);
}

// With p the last day of the same code, an event on day d is the one that counts on the days [max(d, p + W), d + W):
// add 1 at the start, take 1 at the end, and the running sum is the exact number of different codes in the window.
void distinct_window(std::span<const int32_t> day, std::span<const uint32_t> code, size_t codes, int32_t window,
                     AggregateScratch& s, Output out) {
  const int32_t days = out.days();
  s.diff.assign(at(days) + 1, 0);
  s.last_seen.begin(codes);
  for (size_t i = 0; i < day.size(); ++i) {
    if (code[i] == 0) continue;
    const int32_t d = day[i];
    const int32_t before = s.last_seen.replace(code[i], d);
    const int64_t start = before == INT32_MIN ? d : std::max<int64_t>(d, static_cast<int64_t>(before) + window);
    const int64_t end = static_cast<int64_t>(d) + window;
    if (start >= days) continue;
    ++s.diff[static_cast<size_t>(start)];
    --s.diff[static_cast<size_t>(std::min<int64_t>(end, days))];
  }
  int32_t sum = 0;
  for (int32_t d = 0; d < days; ++d) {
    sum += s.diff[at(d)];
    out.value[at(d)] = sum;
  }
  all_valid(out);
}

void sum_window(const MatchedNumbers& numbers, int32_t window, AggregateScratch& s, Output out) {
  running_sums(numbers, window, out.days(), s,
               [&](int32_t d, auto sum) { out.value[at(d)] = static_cast<double>(sum) / kMicros; });
  all_valid(out);
  forget_without_rate(numbers, window, out);
}

void mean_window(const MatchedNumbers& numbers, int32_t window, AggregateScratch& s, Output out) {
  running_counts(numbers.day, window, out.days(), s, s.diff);
  running_sums(numbers, window, out.days(), s, [&](int32_t d, auto sum) {
    const int64_t n = s.diff[at(d)];
    out.valid[at(d)] = n > 0;
    out.value[at(d)] = n > 0 ? static_cast<double>(sum) / static_cast<double>(n * 1'000'000) : 0;
  });
  forget_without_rate(numbers, window, out);
}

void extreme_window(const MatchedNumbers& numbers, bool smallest, int32_t window, AggregateScratch& s, Output out) {
  const int32_t days = out.days();
  const auto better = [smallest](int64_t a, int64_t b) { return smallest ? a <= b : a >= b; };
  s.bucket.assign(at(days), 0);
  s.present.assign(at(days), 0);
  for (size_t i = 0; i < numbers.day.size(); ++i) {
    const size_t d = at(numbers.day[i]);
    if (s.present[d] == 0 || better(numbers.micros[i], s.bucket[d])) s.bucket[d] = numbers.micros[i];
    s.present[d] = 1;
  }
  // A queue of days whose extremes can still win, best first.
  s.queue.clear();
  size_t head = 0;
  for (int32_t d = 0; d < days; ++d) {
    if (s.present[at(d)] != 0) {
      while (s.queue.size() > head && better(s.bucket[at(d)], s.bucket[at(s.queue.back())])) s.queue.pop_back();
      s.queue.push_back(d);
    }
    while (head < s.queue.size() && s.queue[head] <= d - window) ++head;
    const bool some = head < s.queue.size();
    out.valid[at(d)] = some;
    out.value[at(d)] = some ? Decimal{s.bucket[at(s.queue[head])]}.as_double() : 0;
  }
  forget_without_rate(numbers, window, out);
}

void days_since_last(std::span<const int32_t> day, std::span<const int32_t> observed_from, Output out) {
  int32_t last = INT32_MIN;
  size_t next = 0;
  for (int32_t d = 0; d < out.days(); ++d) {
    for (; next < day.size() && day[next] <= d; ++next) last = day[next];
    const bool seen = last != INT32_MIN;
    const int32_t from = observed_from[at(d)];
    out.valid[at(d)] = seen || from != INT32_MAX;
    out.value[at(d)] = seen ? d - last : from == INT32_MAX ? 0 : static_cast<double>(d) - from;
  }
}

void decayed_by_half_life(std::span<const int32_t> day, const MatchedNumbers* numbers, double half_life_days,
                          AggregateScratch& s, Output out) {
  const int32_t days = out.days();
  s.real.assign(at(days), 0);
  if (numbers == nullptr) {
    for (const int32_t d : day) s.real[at(d)] += 1;
  } else {
    for (size_t i = 0; i < numbers->day.size(); ++i)
      s.real[at(numbers->day[i])] += Decimal{numbers->micros[i]}.as_double();
  }
  const double keep = std::exp2(-1.0 / half_life_days);
  double total = 0;
  for (int32_t d = 0; d < days; ++d) {
    total = total * keep + s.real[at(d)];
    out.value[at(d)] = to_41_bits(total);
  }
  all_valid(out);
  if (numbers != nullptr) forget_without_rate(*numbers, out.days(), out);
}

void decayed_by_steps(std::span<const int32_t> day, const MatchedNumbers* numbers, std::span<const plan::Step> steps,
                      AggregateScratch& s, Output out) {
  const int32_t days = out.days();
  s.wide_prefix.assign(at(days) + 1, 0);
  if (numbers == nullptr) {
    for (const int32_t d : day) s.wide_prefix[at(d) + 1] += 1;
  } else {
    for (size_t i = 0; i < numbers->day.size(); ++i) s.wide_prefix[at(numbers->day[i]) + 1] += numbers->micros[i];
  }
  for (size_t i = 1; i < s.wide_prefix.size(); ++i) s.wide_prefix[i] += s.wide_prefix[i - 1];
  const double scale = numbers == nullptr ? 1e6 : 1e12;
  // wide_prefix[d + 1] holds days up to d; ages [young, old) are the days (d - old, d - young].
  const auto up_to = [&](int64_t d) { return d < 0 ? Int128{0} : s.wide_prefix[static_cast<size_t>(d) + 1]; };
  for (int32_t d = 0; d < days; ++d) {
    Int128 total = 0;
    int64_t young = 0;
    for (const plan::Step& step : steps) {
      total += (up_to(d - young) - up_to(static_cast<int64_t>(d) - step.until_age_days)) * step.weight.micros;
      young = step.until_age_days;
    }
    out.value[at(d)] = to_double(total) / scale;
  }
  all_valid(out);
  if (numbers != nullptr) forget_without_rate(*numbers, out.days(), out);
}

namespace {

// With P(d) the sum up to day d and n weeks: S(y) = P(d) - P(d - 7n), and because the sum of j (P_j - P_(j-1)) folds
// up, S(jy) = (n - 1) P(d) - Q(d) with Q(d) = P(d - 7) + ... + P(d - 7(n - 1)), which Q(d - 7) gives.
template <typename Acc, typename Amount>
void slope_of(std::span<const int32_t> day, const Amount& amount, int64_t weeks, double denominator,
              std::span<const int32_t> count, std::vector<Acc>& prefix, std::vector<Acc>& back, Output out) {
  const int32_t days = out.days();
  prefix.assign(at(days) + 1, 0);
  for (size_t i = 0; i < day.size(); ++i) prefix[at(day[i]) + 1] += static_cast<Acc>(amount(i));
  for (size_t i = 1; i < prefix.size(); ++i) prefix[i] += prefix[i - 1];
  const auto up_to = [&](int64_t d) { return d < 0 ? Acc{0} : prefix[static_cast<size_t>(d) + 1]; };
  back.resize(at(days));
  const Acc n = weeks;
  for (int32_t d = 0; d < days; ++d) {
    back[at(d)] = d < 7 ? Acc{0} : back[at(d - 7)] + up_to(d - 7) - up_to(d - 7 * weeks);
    const Acc sum_y = up_to(d) - up_to(d - 7 * weeks);
    const Acc sum_jy = (n - 1) * up_to(d) - back[at(d)];
    out.valid[at(d)] = count[at(d)] > 0;
    out.value[at(d)] = static_cast<double>(n * sum_jy - n * (n - 1) / 2 * sum_y) / denominator;
  }
}

}  // namespace

void slope_weeks(std::span<const int32_t> day, const MatchedNumbers* numbers, int32_t window, AggregateScratch& s,
                 Output out) {
  KENKO_CHECK(window % 7 == 0 && window >= 14, "slope over {} days", window);
  const int64_t n = window / 7;
  const std::span<const int32_t> days_of = numbers == nullptr ? day : std::span<const int32_t>(numbers->day);
  running_counts(days_of, window, out.days(), s, s.diff);
  const Int128 sum_j = static_cast<Int128>(n) * (n - 1) / 2;
  const Int128 sum_jj = static_cast<Int128>(n - 1) * n * (2 * n - 1) / 6;
  const double denominator = to_double(n * sum_jj - sum_j * sum_j) * (numbers == nullptr ? 1.0 : kMicros);
  // No term is greater than n squared times all events.
  Int128 magnitude = static_cast<Int128>(day.size());
  if (numbers != nullptr) magnitude = magnitude_of(*numbers);
  const auto run = [&]<typename Acc>(std::vector<Acc>& prefix, std::vector<Acc>& back) {
    if (numbers == nullptr) {
      slope_of(days_of, [](size_t) { return 1; }, n, denominator, s.diff, prefix, back, out);
    } else {
      slope_of(days_of, [&](size_t i) { return numbers->micros[i]; }, n, denominator, s.diff, prefix, back, out);
    }
  };
  if (magnitude * n * n < (static_cast<Int128>(1) << 60)) {
    run(s.prefix, s.bucket);
  } else {
    run(s.wide_prefix, s.wide_bucket);
  }
  if (numbers != nullptr) forget_without_rate(*numbers, window, out);
}

}  // namespace kenko::engine
