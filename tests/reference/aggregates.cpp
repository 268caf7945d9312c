#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "base/decimal.h"
#include "facts/day_window.h"
#include "reference/evaluate.h"

namespace kenko::reference {
namespace {

using language::Expression;
using Kind = Expression::Kind;

constexpr int32_t kObservedWithoutWindow = 28;

void collect_names(const Expression& e, std::vector<std::string>& names) {
  if (e.kind == Kind::binary) {
    collect_names(e.items[0], names);
    collect_names(e.items[1], names);
    return;
  }
  names.push_back(e.text);
  names.insert(names.end(), e.others.begin(), e.others.end());
}

}  // namespace

const Expression* named(const Expression& call, const std::string& name) {
  for (const Expression::Named& n : call.named) {
    if (n.name == name) return &n.value;
  }
  return nullptr;
}

std::vector<std::string> names_of(const Expression& selector) {
  std::vector<std::string> names;
  collect_names(selector, names);
  return names;
}

std::string field_of(const Expression& field) {
  if (field.kind == Kind::call) return "sentiment(text)";
  return field.text == "value" && !field.backticked ? "" : field.text;
}

Day window_first(const Expression& selector, Day d, Day life_first) {
  if (!selector.has_window || selector.whole_life) return life_first;
  return std::max(facts::DayWindow(d, selector.days).first(), life_first);
}

bool takes(const Expression& selector, const Event& e, const Company& company) {
  const auto names = names_of(selector);
  if (std::find(names.begin(), names.end(), e.name) == names.end()) return false;
  return !selector.has_filter || passes(selector.items[0], e, company);
}

const std::vector<Evaluator::Hit>& Evaluator::all_hits(const Expression& call) {
  const auto [it, fresh] = hits_.try_emplace(&call);
  std::vector<Hit>& out = it->second;
  if (!fresh) return out;
  const Expression& selector = call.items[0];
  const bool has_field = call.items.size() > 1 && call.text != "users_with" && call.text != "streak";
  const std::string field = has_field ? field_of(call.items[1]) : "";
  const bool user = has_field && call.items[1].text == "user" && !call.items[1].backticked;
  std::map<std::string, size_t> texts;
  for (const Event& e : account_.events) {
    if (!takes(selector, e, company_)) continue;
    Hit hit;
    hit.day = e.day;
    const std::string* text = nullptr;
    if (call.text == "distinct") {
      text = !user ? e.property(call.items[1].text) : e.user ? &*e.user : nullptr;
    } else if (has_field && field.empty()) {
      hit.number = e.value_micros;
      hit.no_rate = e.no_rate;
    } else if (const std::string* digits = has_field ? e.property(field) : nullptr) {
      const ParsedDecimal number = parse_decimal(*digits);
      if (number.fault == ParsedDecimal::Fault::none) hit.number = number.value.micros;
    }
    if (text != nullptr) hit.text = texts.emplace(*text, texts.size()).first->second;
    out.push_back(hit);
  }
  return out;
}

Evaluator::Hits Evaluator::hits_between(const Expression& call, Day first, Day last) {
  const std::vector<Hit>& all = all_hits(call);
  const auto before = [](const Hit& h, Day d) { return h.day < d; };
  const Hit* const end = all.data() + all.size();
  const Hit* const from = std::lower_bound(all.data(), end, first, before);
  return {from, std::lower_bound(from, end, last + 1, before)};
}

Evaluator::Sum Evaluator::sum(const Hits& hits) {
  Sum out;
  for (const Hit& h : hits) {
    out.no_rate = out.no_rate || h.no_rate;
    if (!h.number) continue;
    out.total += *h.number;
    ++out.number_of;
  }
  return out;
}

std::optional<Day> Evaluator::observed_since(const Expression& call, Day d, Day life_first) const {
  // Of several names the earliest; of a pair the later of the two.
  const auto earliest = [&](const Expression& selector) {
    std::optional<Day> first;
    for (const std::string& name : names_of(selector)) {
      const auto from = biography_.observed_from(name, d, life_first);
      if (from && (!first || *from < *first)) first = from;
    }
    return first;
  };
  const auto first = earliest(call.items[0]);
  if (named(call, "by") == nullptr || !first) return first;
  const auto second = earliest(call.items[1]);
  return second ? std::optional(std::max(*first, *second)) : std::nullopt;
}

bool Evaluator::observed_enough(const Expression& call, Day since, Day d) const {
  const Expression& selector = call.items[0];
  const bool window = selector.has_window && !selector.whole_life;
  int32_t needed = observed_.min_days.value_or(window ? selector.days : kObservedWithoutWindow);
  if (observed_.young_partial) needed = std::min(needed, 14);
  return d - since + 1 >= needed;
}

Value Evaluator::aggregate(const Expression& e, Day d, Day life_first) {
  const Expression& selector = e.items[0];
  const auto since = observed_since(e, d, life_first);
  if (!since || !observed_enough(e, *since, d)) return {};

  const Day first = window_first(selector, d, life_first);
  if (named(e, "by") != nullptr) return pair(e, d, life_first);
  if (e.text == "slope") return slope(e, d, life_first);
  if (e.text == "current") return current(e, d, life_first);
  if (e.text == "users_with") return users_with(e, first, d);
  if (e.text == "streak") return streak(e, d, life_first);
  if (e.text == "longest_gap") return longest_gap(e, std::max(first, *since), d);
  if (e.text == "contact_health") return contact_health(e, first, d);
  const Hits hits = hits_between(e, first, d);
  if (e.text == "days_since") {
    return static_cast<double>(d - (hits.empty() ? *since : (hits.end() - 1)->day));
  }
  if (e.text == "decayed_count" || e.text == "decayed_sum") return decayed(e, d, hits);
  return over_window(e, hits);
}

Value Evaluator::over_window(const Expression& e, const Hits& hits) const {
  if (e.text == "count") return static_cast<double>(hits.end() - hits.begin());
  if (e.text == "active_days") {
    std::set<Day> days;
    for (const Hit& h : hits) days.insert(h.day);
    return static_cast<double>(days.size());
  }
  if (e.text == "distinct") {
    std::set<size_t> texts;
    for (const Hit& h : hits) {
      if (h.text) texts.insert(*h.text);
    }
    return static_cast<double>(texts.size());
  }
  const Sum all = sum(hits);
  if (all.no_rate) return {};
  if (e.text == "sum") return to_double(all.total) / 1e6;
  if (all.number_of == 0) return {};
  if (e.text == "mean") return to_double(all.total) / (static_cast<double>(all.number_of) * 1e6);
  if (e.text == "median" || e.text == "quantile") return quantile(e, hits);
  if (e.text == "first" || e.text == "last") {
    std::optional<int64_t> found;
    for (const Hit& h : hits) {
      if (h.number && (e.text == "last" || !found)) found = h.number;
    }
    return Decimal{*found}.as_double();
  }
  KENKO_CHECK(e.text == "min" || e.text == "max", "unknown function `{}`", e.text);
  std::optional<int64_t> best;
  for (const Hit& h : hits) {
    if (!h.number) continue;
    if (!best || (e.text == "min" ? *h.number < *best : *h.number > *best)) best = h.number;
  }
  return Decimal{*best}.as_double();
}

Value Evaluator::decayed(const Expression& e, Day d, const Hits& hits) const {
  const bool of_field = e.text == "decayed_sum";
  if (of_field && sum(hits).no_rate) return {};
  if (const Expression* half_life = named(e, "half_life")) {
    double total = 0;
    for (const Hit& h : hits) {
      if (of_field && !h.number) continue;
      const double weight = std::exp2(-static_cast<double>(d - h.day) / static_cast<double>(half_life->days));
      total += of_field ? weight * Decimal{*h.number}.as_double() : weight;
    }
    // 41 significant bits (Veltkamp's splitting), so that the order of addition does not show.
    const double split = total * 4097;
    return split - (split - total);
  }
  const Expression* steps = named(e, "steps");
  KENKO_CHECK(steps != nullptr, "`{}` has neither half_life nor steps", e.text);
  Int128 total = 0;
  for (const Hit& h : hits) {
    if (of_field && !h.number) continue;
    for (const Expression& step : steps->items) {
      if (d - h.day >= step.items[0].days) continue;
      const Expression& w = step.items[1];
      const int64_t weight = parse_decimal(w.percent ? w.text + "e-2" : w.text).value.micros;
      total += of_field ? static_cast<Int128>(weight) * *h.number : weight;
      break;
    }
  }
  return to_double(total) / (of_field ? 1e12 : 1e6);
}

Value Evaluator::slope(const Expression& e, Day d, Day life_first) {
  const bool of_field = e.items.size() > 1;
  const int32_t weeks = e.items[0].days / 7;
  const Day first = d - weeks * 7 + 1;
  Int128 sum_j = 0;
  Int128 sum_jj = 0;
  Int128 sum_y = 0;
  Int128 sum_jy = 0;
  bool found = false;
  for (int32_t j = 0; j < weeks; ++j) {
    const Day week = first + j * 7;
    if (week + 6 < life_first) {
      sum_j += j;
      sum_jj += static_cast<Int128>(j) * j;
      continue;
    }
    const Hits hits = hits_between(e, std::max(week, life_first), week + 6);
    const Sum all = sum(hits);
    if (all.no_rate) return {};
    found = found || (of_field ? all.number_of > 0 : !hits.empty());
    const Int128 y = of_field ? all.total : hits.end() - hits.begin();
    sum_j += j;
    sum_jj += static_cast<Int128>(j) * j;
    sum_y += y;
    sum_jy += j * y;
  }
  if (!found) return {};
  const Int128 above = weeks * sum_jy - sum_j * sum_y;
  const Int128 below = weeks * sum_jj - sum_j * sum_j;
  return to_double(above) / to_double(of_field ? below * 1'000'000 : below);
}

}  // namespace kenko::reference
