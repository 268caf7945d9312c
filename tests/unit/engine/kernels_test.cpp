// Each kernel against the sentence of docs/SEMANTICS.md#functions, written as slowly and plainly as it reads.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "engine/aggregates.h"
#include "random_life.h"

namespace kenko::engine {
namespace {

constexpr uint64_t kLives = 4'000;

// A life with events that have numbers and users; some numbers are money without a rate.
struct Life {
  uint64_t seed;
  Dice dice;
  int32_t days, window;
  std::vector<int32_t> day;
  std::vector<uint32_t> user;
  std::vector<std::optional<int64_t>> micros;  // none = no rate
  MatchedNumbers numbers;
  AggregateScratch& scratch;

  Life(uint64_t s, AggregateScratch& kept) : seed(s), dice(s), scratch(kept) {
    days = dice.one_in(5) ? 1 : dice.in(2, 40);
    day = random_days(dice, days, dice.one_in(3) ? 3 : 60);
    // A window is cut to the life before a kernel sees it.
    window = dice.one_in(4) ? 1 : dice.one_in(4) ? days : dice.in(1, days);
    const bool rates = !dice.one_in(4);
    const int32_t users = dice.in(1, 5);
    for (const int32_t d : day) {
      user.push_back(static_cast<uint32_t>(dice.in(0, users)));
      if (!rates && dice.one_in(10)) {
        micros.emplace_back();
        numbers.no_rate_day.push_back(d);
        continue;
      }
      micros.emplace_back(dice.in(-3, 3) * 1'000'003LL);
      numbers.day.push_back(d);
      numbers.micros.push_back(*micros.back());
    }
  }

  // Positions of the events in the window of d.
  [[nodiscard]] std::vector<size_t> in_window(int32_t d) const {
    std::vector<size_t> out;
    for (size_t i = 0; i < day.size(); ++i) {
      if (day[i] > d - window && day[i] <= d) out.push_back(i);
    }
    return out;
  }
  [[nodiscard]] bool no_rate(int32_t d) const {
    const auto in = in_window(d);
    return std::any_of(in.begin(), in.end(), [&](size_t i) { return !micros[i]; });
  }
  [[nodiscard]] std::vector<double> numbers_in(int32_t d) const {
    std::vector<double> out;
    for (const size_t i : in_window(d)) {
      if (micros[i]) out.push_back(Decimal{*micros[i]}.as_double());
    }
    return out;
  }
};

using Plain = std::function<std::optional<double>(const Life&, int32_t d)>;

void agree(const std::function<void(Life&, Output)>& kernel, const Plain& plain) {
  AggregateScratch scratch;  // used again for all lives, as the engine does
  for (uint64_t seed = 1; seed <= kLives; ++seed) {
    Life life(seed, scratch);
    Result out(life.days);
    kernel(life, out.output());
    for (int32_t d = 0; d < life.days; ++d) {
      const auto expected = plain(life, d);
      const auto at = static_cast<size_t>(d);
      ASSERT_EQ(out.valid[at], expected.has_value() ? 1 : 0) << "seed " << seed << " day " << d;
      if (expected) {
        ASSERT_EQ(out.value[at], *expected) << "seed " << seed << " day " << d;
      }
    }
  }
}

TEST(Kernels, Quantile) {
  double q = 0;
  agree(
      [&](Life& life, Output out) {
        const double qs[] = {0, 0.25, 0.5, 0.9, 1, 0.333333};
        q = qs[life.seed % 6];
        quantile_window(life.numbers, q, life.window, life.scratch, out);
      },
      [&](const Life& life, int32_t d) -> std::optional<double> {
        std::vector<double> x = life.numbers_in(d);
        if (x.empty() || life.no_rate(d)) return {};
        std::sort(x.begin(), x.end());
        const double h = q * static_cast<double>(x.size() - 1);
        const auto i = static_cast<size_t>(std::floor(h));
        if (h == std::floor(h)) return x[i];
        return x[i] + (h - std::floor(h)) * (x[i + 1] - x[i]);
      });
}

TEST(Kernels, FirstAndLast) {
  const auto plain = [](bool first) {
    return [first](const Life& life, int32_t d) -> std::optional<double> {
      const std::vector<double> x = life.numbers_in(d);
      if (x.empty() || life.no_rate(d)) return {};
      return first ? x.front() : x.back();
    };
  };
  agree([](Life& life, Output out) { first_window(life.numbers, life.window, out); }, plain(true));
  agree([](Life& life, Output out) { last_window(life.numbers, life.window, out); }, plain(false));
}

TEST(Kernels, Current) {
  std::vector<DatedNumber> facts;
  agree(
      [&](Life& life, Output out) {
        facts.clear();
        for (size_t i = 0; i < life.day.size(); ++i) {
          DatedNumber n{life.day[i], DatedNumber::kNever, life.micros[i].value_or(0), !life.micros[i].has_value()};
          if (life.dice.one_in(2)) n.expires = life.day[i] + life.dice.in(-3, 12);
          facts.push_back(n);
        }
        current_number(facts, out);
      },
      [&](const Life&, int32_t d) -> std::optional<double> {
        const DatedNumber* last = nullptr;
        for (const DatedNumber& n : facts) {
          if (n.day <= d) last = &n;
        }
        if (last == nullptr || last->no_rate || last->expires <= d) return {};
        return Decimal{last->micros}.as_double();
      });
}

TEST(Kernels, UsersWith) {
  int32_t n = 0;
  for (const bool of_days : {false, true}) {
    agree(
        [&](Life& life, Output out) {
          n = life.dice.in(1, 5);
          users_with(life.day, life.user, 6, n, of_days, life.window, life.scratch, out);
        },
        [&](const Life& life, int32_t d) -> std::optional<double> {
          std::map<uint32_t, std::multiset<int32_t>> days;
          for (const size_t i : life.in_window(d)) {
            if (life.user[i] == 0) continue;
            auto& mine = days[life.user[i]];
            if (!of_days || !mine.contains(life.day[i])) mine.insert(life.day[i]);
          }
          return static_cast<double>(std::count_if(days.begin(), days.end(), [&](const auto& user) {
            return static_cast<int32_t>(user.second.size()) >= n;
          }));
        });
  }
}

TEST(Kernels, Streak) {
  agree([](Life& life, Output out) { streak(life.day, life.window, out); },
        [](const Life& life, int32_t d) -> std::optional<double> {
          int n = 0;
          for (int32_t end = d;; end -= life.window, ++n) {
            const bool some = std::any_of(life.day.begin(), life.day.end(),
                                          [&](int32_t x) { return x > end - life.window && x <= end; });
            if (!some) return n;
          }
        });
}

TEST(Kernels, LongestGap) {
  std::vector<int32_t> observed;
  agree(
      [&](Life& life, Output out) {
        observed.clear();
        int32_t from = life.dice.in(-5, life.days - 1);
        for (int32_t d = 0; d < life.days; ++d) {
          if (life.dice.one_in(15)) from = life.dice.in(-5, life.days - 1);  // the account's start was moved
          observed.push_back(from <= d ? from : INT32_MAX);
        }
        longest_gap(life.day, life.window, observed, life.scratch, out);
      },
      [&](const Life& life, int32_t d) -> std::optional<double> {
        const std::set<int32_t> days(life.day.begin(), life.day.end());
        int longest = 0, gap = 0;
        for (int32_t x = std::max(0, d - life.window + 1); x <= d; ++x) {
          if (x < observed[static_cast<size_t>(d)]) continue;
          gap = days.contains(x) ? 0 : gap + 1;
          longest = std::max(longest, gap);
        }
        return longest;
      });
}

TEST(Kernels, CountsOfAWindow) {
  agree([](Life& life, Output out) { count_window(life.day, life.window, life.scratch, out); },
        [](const Life& life, int32_t d) -> std::optional<double> {
          return static_cast<double>(life.in_window(d).size());
        });
  agree([](Life& life, Output out) { active_days_window(life.day, life.window, life.scratch, out); },
        [](const Life& life, int32_t d) -> std::optional<double> {
          std::set<int32_t> days;
          for (const size_t i : life.in_window(d)) days.insert(life.day[i]);
          return static_cast<double>(days.size());
        });
  agree([](Life& life, Output out) { distinct_window(life.day, life.user, 6, life.window, life.scratch, out); },
        [](const Life& life, int32_t d) -> std::optional<double> {
          std::set<uint32_t> users;
          for (const size_t i : life.in_window(d)) users.insert(life.user[i]);
          users.erase(0);
          return static_cast<double>(users.size());
        });
}

TEST(Kernels, NumbersOfAWindow) {
  const auto plain = [](const auto& f) {
    return [f](const Life& life, int32_t d) -> std::optional<double> {
      if (life.no_rate(d)) return {};
      int64_t sum = 0;
      std::vector<int64_t> micros;
      for (const size_t i : life.in_window(d)) {
        sum += *life.micros[i];
        micros.push_back(*life.micros[i]);
      }
      return f(sum, micros);
    };
  };
  using Micros = std::vector<int64_t>;
  agree([](Life& life, Output out) { sum_window(life.numbers, life.window, life.scratch, out); },
        plain([](int64_t sum, const Micros&) -> std::optional<double> { return static_cast<double>(sum) / 1e6; }));
  agree([](Life& life, Output out) { mean_window(life.numbers, life.window, life.scratch, out); },
        plain([](int64_t sum, const Micros& x) -> std::optional<double> {
          if (x.empty()) return {};
          return static_cast<double>(sum) / static_cast<double>(x.size() * 1'000'000);
        }));
  for (const bool smallest : {true, false}) {
    agree([=](Life& life, Output out) { extreme_window(life.numbers, smallest, life.window, life.scratch, out); },
          plain([=](int64_t, const Micros& x) -> std::optional<double> {
            if (x.empty()) return {};
            const auto [low, high] = std::minmax_element(x.begin(), x.end());
            return Decimal{smallest ? *low : *high}.as_double();
          }));
  }
}

TEST(Kernels, DaysSince) {
  std::vector<int32_t> observed;
  agree(
      [&](Life& life, Output out) {
        observed.assign(static_cast<size_t>(life.days), life.dice.one_in(3) ? INT32_MAX : life.dice.in(-9, 0));
        days_since_last(life.day, observed, out);
      },
      [&](const Life& life, int32_t d) -> std::optional<double> {
        std::optional<int32_t> last;
        for (const int32_t x : life.day) {
          if (x <= d) last = x;
        }
        if (last) return d - *last;
        if (observed[static_cast<size_t>(d)] == INT32_MAX) return {};
        return d - observed[static_cast<size_t>(d)];
      });
}

}  // namespace
}  // namespace kenko::engine
