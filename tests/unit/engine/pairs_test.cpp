// The functions of pairs against docs/SEMANTICS.md#functions, item by item and day by day.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "engine/pairs.h"
#include "random_life.h"

namespace kenko::engine {
namespace {

using plan::Function;

struct Event {
  int32_t day;
  int64_t occurred;
  uint32_t item;  // 0 = none
  bool opens, closes;
  int32_t due;
  int64_t amount;
  bool no_rate;
};

// Some days of events of both kinds; several at one instant.
struct World {
  Dice dice;
  int32_t days, window;
  std::vector<Event> events;  // in reading order; the position is the row
  std::vector<int64_t> occurred;
  PairItems items;

  World(uint64_t seed, AggregateScratch& scratch) : dice(seed) {
    days = dice.one_in(6) ? 1 : dice.in(2, 30);
    window = dice.one_in(4) ? 1 : dice.one_in(4) ? days : dice.in(1, days);
    const bool rates = !dice.one_in(3);
    const int32_t kinds = dice.in(1, 6);
    int64_t instant = 0;
    for (const int32_t d : random_days(dice, days, 30)) {
      instant = std::max(instant + dice.in(0, 1) * 1'000'000LL * dice.in(1, 5'000), d * 86'400'000'000LL);
      Event e{d, instant, static_cast<uint32_t>(dice.in(0, kinds)), !dice.one_in(3), dice.one_in(3), 0, 0, false};
      if (!e.opens && !e.closes) e.closes = true;
      e.due = dice.one_in(6) ? PairItems::kNeverDue : d + dice.in(-6, 12);
      e.no_rate = !rates && dice.one_in(8);
      e.amount = e.no_rate ? 0 : dice.in(-9, 9) * 1'234'567LL;
      events.push_back(e);
      occurred.push_back(instant);
    }
    build(scratch);
  }

  void build(AggregateScratch& scratch) {
    MatchedEvents a, b;
    std::vector<uint32_t> a_code, b_code;
    for (size_t row = 0; row < events.size(); ++row) {
      const Event& e = events[row];
      for (const bool opens : {true, false}) {
        if (!(opens ? e.opens : e.closes)) continue;
        (opens ? a : b).day.push_back(e.day);
        (opens ? a : b).row.push_back(row);
        (opens ? a_code : b_code).push_back(e.item);
      }
    }
    items.build(a, a_code, b, b_code, 8, scratch);
    for (const uint64_t row : items.a_row) {
      items.due.push_back(events[row].due);
      items.amount.push_back(events[row].amount);
      items.no_rate.push_back(events[row].no_rate);
    }
  }
};

struct Item {
  std::vector<const Event*> a, b;
  bool last_closes = false;
};

std::map<uint32_t, Item> items_up_to(const World& w, int32_t d) {
  std::map<uint32_t, Item> out;
  for (const Event& e : w.events) {
    if (e.day > d || e.item == 0) continue;
    Item& item = out[e.item];
    if (e.opens) item.a.push_back(&e);
    if (e.closes) item.b.push_back(&e);
    item.last_closes = e.closes;
  }
  std::erase_if(out, [](const auto& x) { return x.second.a.empty(); });
  return out;
}

struct Answer {
  std::optional<double> value;
  int64_t items = 0;
};

Answer plain(const World& w, Function f, int32_t d) {
  int64_t n = 0, days = 0, greatest = 0, amount = 0, done = 0, micros = 0;
  bool no_rate = false;
  for (const auto& [name, item] : items_up_to(w, d)) {
    const Event& last = *item.a.back();
    const auto in_window = [&](int32_t x) { return x > d - w.window && x <= d && x >= 0; };
    const auto after = [&](const Event& a) {
      return std::find_if(item.b.begin(), item.b.end(), [&](const Event* b) { return b->occurred >= a.occurred; });
    };
    switch (f) {
      case Function::open:
      case Function::open_age:
        if (item.last_closes) continue;
        ++n;
        greatest = std::max<int64_t>(greatest, d - last.day);
        break;
      case Function::missed:
      case Function::overdue_days:
      case Function::overdue_amount:
        if (!item.b.empty() || last.due >= d) continue;
        ++n;
        greatest = std::max<int64_t>(greatest, d - last.due);
        amount += last.amount;
        no_rate = no_rate || last.no_rate;
        break;
      case Function::days_late:
        if (!in_window(last.due)) continue;
        ++n;
        days += item.b.empty() ? d - last.due : std::max(0, item.b.front()->day - last.due);
        break;
      case Function::completion:
        if (!in_window(last.day)) continue;
        ++n;
        done += after(last) != item.b.end();
        break;
      default: {
        const Event& first = *item.a.front();
        const auto b = after(first);
        if (!in_window(first.day) || b == item.b.end()) continue;
        ++n;
        micros += (*b)->occurred - first.occurred;
      }
    }
  }
  const auto share = [&](int64_t x) -> std::optional<double> {
    if (n == 0) return {};
    return static_cast<double>(x) / static_cast<double>(n);
  };
  switch (f) {
    case Function::open:
    case Function::missed:
      return {static_cast<double>(n), n};
    case Function::open_age:
    case Function::overdue_days:
      return {static_cast<double>(greatest), n};
    case Function::overdue_amount:
      return {no_rate ? std::nullopt : std::optional(static_cast<double>(amount) / 1e6), n};
    case Function::days_late:
      return {share(days), n};
    case Function::completion:
      return {share(done), n};
    default:
      if (n == 0) return {{}, 0};
      return {static_cast<double>(micros) / static_cast<double>(n) / 3.6e9, n};
  }
}

void run(const World& w, Function f, PairScratch& s, Output out) {
  switch (f) {
    case Function::open:
      return open_items(w.items, s, out);
    case Function::open_age:
      return open_age(w.items, s, out);
    case Function::missed:
      return missed_items(w.items, s, out);
    case Function::overdue_days:
      return overdue_days(w.items, s, out);
    case Function::overdue_amount:
      return overdue_amount(w.items, s, out);
    case Function::days_late:
      return days_late(w.items, w.window, s, out);
    case Function::completion:
      return completion(w.items, w.occurred, w.window, s, out);
    default:
      return time_between(w.items, w.occurred, w.window, s, out);
  }
}

class Pairs : public testing::TestWithParam<Function> {};

TEST_P(Pairs, AgreeWithThePlainReading) {
  AggregateScratch scratch;
  PairScratch pair_scratch;
  for (uint64_t seed = 1; seed <= 4'000; ++seed) {
    const World w(seed, scratch);
    Result out(w.days);
    run(w, GetParam(), pair_scratch, out.output());
    for (int32_t d = 0; d < w.days; ++d) {
      const Answer expected = plain(w, GetParam(), d);
      const auto at = static_cast<size_t>(d);
      ASSERT_EQ(out.valid[at], expected.value.has_value() ? 1 : 0) << "seed " << seed << " day " << d;
      if (expected.value) {
        ASSERT_EQ(out.value[at], *expected.value) << "seed " << seed << " day " << d;
      }
    }
    int64_t counting = 0;
    for (size_t i = 0; i < w.items.size(); ++i)
      counting += counts_on(w.items, i, GetParam(), w.occurred, w.window, w.days - 1) ? 1 : 0;
    ASSERT_EQ(counting, plain(w, GetParam(), w.days - 1).items) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Pairs,
                         testing::Values(Function::open, Function::open_age, Function::missed, Function::overdue_days,
                                         Function::overdue_amount, Function::days_late, Function::completion,
                                         Function::time_between));

}  // namespace
}  // namespace kenko::engine
