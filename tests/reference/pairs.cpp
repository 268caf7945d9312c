// docs/SEMANTICS.md#functions, "Pairs": things opened and closed, due and done, item by item.

#include <algorithm>
#include <map>

#include "base/check.h"
#include "base/decimal.h"
#include "reference/evaluate.h"

namespace kenko::reference {
namespace {

using language::Expression;

// The events of one item, in reading order.
struct Item {
  std::vector<const Event*> opened, done;
  bool last_is_open = false;
};

}  // namespace

Value Evaluator::pair(const Expression& e, Day d, Day life_first) const {
  const std::string& key = named(e, "by")->text;
  std::map<std::string, Item> items;
  for (const Event* event : events(e.items[0], life_first, d)) {
    if (const std::string* name = event->property(key)) items[*name].opened.push_back(event);
  }
  for (const Event* event : events(e.items[1], life_first, d)) {
    if (const std::string* name = event->property(key)) items[*name].done.push_back(event);
  }
  for (auto& [name, item] : items) {  // an event that is both counts as done
    item.last_is_open = !item.opened.empty() && (item.done.empty() || later(*item.opened.back(), *item.done.back()));
  }
  const Day first = window_first(e.items[0], d, life_first);
  const Expression* due_property = named(e, "due");
  const auto due_day = [&](const Item& item) -> std::optional<Day> {
    if (item.opened.empty()) return std::nullopt;
    if (due_property == nullptr) return item.opened.back()->day;
    const std::string* text = item.opened.back()->property(due_property->text);
    return text == nullptr ? std::nullopt : Day::parse(*text);
  };

  int64_t number = 0;
  int64_t days = 0;     // a sum
  int64_t longest = 0;  // of days
  int64_t good = 0;
  Int128 amount = 0;
  Int128 micros = 0;
  bool no_rate = false;
  for (const auto& [name, item] : items) {
    if (item.opened.empty()) continue;
    const Event& last = *item.opened.back();
    if (e.text == "open" || e.text == "open_age") {
      if (!item.last_is_open) continue;
      ++number;
      longest = std::max<int64_t>(longest, d - last.day);
    } else if (e.text == "completion") {
      if (last.day < first) continue;
      ++number;
      good += std::any_of(item.done.begin(), item.done.end(), [&](const Event* b) { return b->at >= last.at; }) ? 1 : 0;
    } else if (e.text == "time_between") {
      const Event& start = *item.opened.front();
      const auto end =
          std::find_if(item.done.begin(), item.done.end(), [&](const Event* b) { return b->at >= start.at; });
      if (start.day < first || end == item.done.end()) continue;
      ++number;
      micros += (*end)->at.micros - start.at.micros;
    } else if (e.text == "days_late") {
      const auto due = due_day(item);
      if (!due || *due < first || *due > d) continue;
      ++number;
      days += item.done.empty() ? d - *due : std::max(0, item.done.front()->day - *due);
    } else {
      const auto due = due_day(item);
      if (!due || *due >= d || !item.done.empty()) continue;
      ++number;
      longest = std::max<int64_t>(longest, d - *due);
      amount += last.value_micros.value_or(0);
      no_rate = no_rate || last.no_rate;
    }
  }
  if (e.text == "open" || e.text == "missed") return static_cast<double>(number);
  if (e.text == "open_age" || e.text == "overdue_days") return static_cast<double>(longest);
  if (e.text == "overdue_amount") return no_rate ? Value() : Value(to_double(amount) / 1e6);
  if (number == 0) return {};
  if (e.text == "completion") return static_cast<double>(good) / static_cast<double>(number);
  if (e.text == "days_late") return static_cast<double>(days) / static_cast<double>(number);
  KENKO_CHECK(e.text == "time_between", "unknown function `{}`", e.text);
  return to_double(micros) / static_cast<double>(number) / 3.6e9;
}

}  // namespace kenko::reference
