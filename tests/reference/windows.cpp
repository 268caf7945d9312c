// Functions of docs/SEMANTICS.md#functions that look at the events of a window one by one.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/check.h"
#include "base/decimal.h"
#include "reference/evaluate.h"

namespace kenko::reference {

using language::Expression;

const std::vector<const Event*>& Evaluator::taken(const Expression& selector) const {
  const auto [at, fresh] = taken_.try_emplace(&selector);
  if (fresh) {
    for (const Event& e : account_.events) {
      if (takes(selector, e, company_)) at->second.push_back(&e);
    }
  }
  return at->second;
}

std::vector<const Event*> Evaluator::events(const Expression& selector, Day first, Day last) const {
  const auto before = [](const Event* e, Day d) { return e->day < d; };
  const auto& all = taken(selector);
  const auto begin = std::lower_bound(all.begin(), all.end(), first, before);
  return {begin, std::max(begin, std::lower_bound(begin, all.end(), last + 1, before))};
}

bool Evaluator::has_event(const Expression& selector, Day first, Day last) const {
  const auto& all = taken(selector);
  const auto begin = std::lower_bound(all.begin(), all.end(), first, [](const Event* e, Day d) { return e->day < d; });
  return begin != all.end() && (*begin)->day <= last;
}

Value Evaluator::quantile(const Expression& e, const Hits& hits) const {
  std::vector<double> x;
  for (const Hit& h : hits) {
    if (h.number) x.push_back(Decimal{*h.number}.as_double());
  }
  std::sort(x.begin(), x.end());
  const double q = e.text == "median" ? 0.5 : language::number_of(e.items[2]);
  const double h = q * static_cast<double>(x.size() - 1);
  const double i = std::floor(h);
  const auto at = static_cast<size_t>(i);
  if (h == i) return x[at];
  return x[at] + (h - i) * (x[at + 1] - x[at]);
}

Value Evaluator::current(const Expression& e, Day d, Day life_first) const {
  const std::string field = field_of(e.items[1]);
  const Event* last = nullptr;
  for (const Event* event : events(e.items[0], life_first, d)) {
    const std::string* text = field.empty() ? nullptr : event->property(field);
    const bool number = text != nullptr && parse_decimal(*text).fault == ParsedDecimal::Fault::none;
    if (field.empty() ? event->value_micros || event->no_rate : number) last = event;
  }
  if (last == nullptr || (last->no_rate && field.empty())) return {};
  if (const std::string* expires = last->property("expires")) {
    const auto day = Day::parse(*expires);
    if (day && *day <= d) return {};
  }
  if (field.empty()) return Decimal{*last->value_micros}.as_double();
  return parse_decimal(*last->property(field)).value.as_double();
}

Value Evaluator::users_with(const Expression& e, Day first, Day d) const {
  const Expression* of_days = named(e, "days");
  const double needed = language::number_of(of_days != nullptr ? *of_days : *named(e, "events"));
  std::map<std::string, std::multiset<Day>> days;
  for (const Event* event : events(e.items[0], first, d)) {
    if (!event->user) continue;
    auto& mine = days[*event->user];
    if (of_days == nullptr || !mine.contains(event->day)) mine.insert(event->day);
  }
  int64_t users = 0;
  for (const auto& [user, mine] : days) users += static_cast<double>(mine.size()) >= needed ? 1 : 0;
  return static_cast<double>(users);
}

Value Evaluator::streak(const Expression& e, Day d, Day life_first) const {
  const int32_t period = e.items.size() > 1 ? e.items[1].days : 1;
  int64_t n = 0;
  for (Day end = d; end >= life_first; end = end - period) {
    if (!has_event(e.items[0], std::max(end - period + 1, life_first), end)) break;
    ++n;
  }
  return static_cast<double>(n);
}

Value Evaluator::longest_gap(const Expression& e, Day first, Day d) const {
  std::set<Day> active;
  for (const Event* event : events(e.items[0], first, d)) active.insert(event->day);
  int64_t longest = 0;
  int64_t gap = 0;
  for (Day x = first; x <= d; ++x) {
    gap = active.contains(x) ? 0 : gap + 1;
    longest = std::max(longest, gap);
  }
  return static_cast<double>(longest);
}

Value Evaluator::contact_health(const Expression& e, Day first, Day d) const {
  std::set<std::string> seen;
  for (const Event* event : events(e.items[0], first, d)) {
    if (event->user) seen.insert(*event->user);
  }
  Int128 all = 0;
  Int128 healthy = 0;
  const Expression* roles = named(e, "roles");
  for (const std::string& contact : company_.contacts(account_.id, d)) {
    const auto user = company_.users().find(contact);
    if (user == company_.users().end()) continue;
    const std::string* role = user->second.text_attribute("role", d);
    if (role == nullptr) continue;
    for (const Expression& pair : roles->items) {
      if (pair.items[0].text != *role) continue;
      const Expression& w = pair.items[1];
      const int64_t influence = parse_decimal(w.percent ? w.text + "e-2" : w.text).value.micros;
      all += influence;
      const facts::AttributeValue* active = user->second.attribute("active", d);
      const bool gone = active != nullptr && active->type == facts::AttributeType::flag && !active->flag;
      if (!gone && seen.contains(contact)) healthy += influence;
    }
  }
  if (all == 0) return {};
  return to_double(healthy) / to_double(all);
}

}  // namespace kenko::reference
