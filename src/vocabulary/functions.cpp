#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "vocabulary/vocabulary.h"

namespace kenko::vocabulary {
namespace {

using A = ArgumentKind;
using R = ResultKind;
using Id = FunctionId;

constexpr std::string_view kUnobserved = "not observed long enough";
constexpr std::string_view kNothing = "not observed long enough, or nothing in the window";
constexpr std::string_view kAnyNull = "an argument is null";

const Parameter kWindowed{.name = "events[window]", .kind = A::windowed_events};
const Parameter kAll{.name = "events", .kind = A::all_events};
const Parameter kField{.name = "field", .kind = A::number_field};
const Parameter kOptionalField{.name = "field", .kind = A::number_field, .optional = true};
const Parameter kHalfLife{.name = "half_life", .kind = A::duration, .named = true};
const Parameter kSteps{.name = "steps", .kind = A::steps, .named = true};

std::vector<Function> volume() {
  constexpr std::string_view kFamily = "volume";
  return {
      {Id::count,
       "count",
       kFamily,
       {kWindowed},
       R::number,
       "event",
       kUnobserved,
       "number of events",
       "count(ticket.opened{severity = \"high\"}[28d])"},
      {Id::sum,
       "sum",
       kFamily,
       {kWindowed, kField},
       R::number,
       "",
       "not observed long enough, or an amount has no rate",
       "sum of a field",
       "sum(invoice.paid[13w], value)"},
      {Id::mean,
       "mean",
       kFamily,
       {kWindowed, kField},
       R::number,
       "",
       kNothing,
       "mean of a field over the events that have it",
       "mean(csat.answered[91d], value)"},
      {Id::min_of_events,
       "min",
       kFamily,
       {kWindowed, kField},
       R::number,
       "",
       kNothing,
       "smallest value of a field",
       "min(nps.answered[91d], value)"},
      {Id::max_of_events,
       "max",
       kFamily,
       {kWindowed, kField},
       R::number,
       "",
       kNothing,
       "greatest value of a field",
       "max(nps.answered[91d], value)"},
      {Id::decayed_count,
       "decayed_count",
       kFamily,
       {kAll, kHalfLife, kSteps},
       R::number,
       "",
       kUnobserved,
       "number of events, each weighted by its age",
       "decayed_count(login, half_life: 14d)"},
      {Id::decayed_sum,
       "decayed_sum",
       kFamily,
       {kAll, kField, kHalfLife, kSteps},
       R::number,
       "",
       "not observed long enough, or an amount has no rate",
       "sum of a field, each event weighted by its age",
       "decayed_sum(invoice.paid, value, steps: [30d: 1, 60d: 0.5, 90d: 0.25])"},
  };
}

std::vector<Function> others() {
  return {
      {Id::distinct,
       "distinct",
       "people and breadth",
       {kWindowed, {.name = "field", .kind = A::distinct_field}},
       R::number,
       "",
       kUnobserved,
       "number of different users, or of different values of a property",
       "distinct(login[28d], user)"},
      {Id::active_days,
       "active_days",
       "people and breadth",
       {kWindowed},
       R::number,
       "active day",
       kUnobserved,
       "number of days with at least one event",
       "active_days(login[28d])"},
      {Id::days_since,
       "days_since",
       "recency",
       {kAll},
       R::number,
       "day",
       kUnobserved,
       "days since the last event; without one, since the start of observation",
       "days_since(login)"},
      {Id::slope,
       "slope",
       "change",
       {kWindowed, kOptionalField},
       R::number,
       "",
       kNothing,
       "least-squares slope per week of the weekly counts, or of the weekly sums of a field; the window is two or more "
       "whole weeks",
       "slope(login[8w])"},
      {Id::change,
       "change",
       "change",
       {{.name = "x", .kind = A::number}, {.name = "days", .kind = A::duration}},
       R::number,
       "",
       "x is null on either day, or was 0, or the account was not there yet",
       "relative change of x against its value that many days before: 50% more is 0.5",
       "change(count(login[28d]), 28d)"},
      {Id::attr,
       "attr",
       "accounts",
       {{.name = "key", .kind = A::key}},
       R::attribute,
       "",
       "the account has no value on the day",
       "an attribute of the account",
       "attr(plan)"},
      {Id::seats,
       "seats",
       "accounts",
       {},
       R::number,
       "seat",
       "no contract counts, or none says a number",
       "seats of the contracts that count on the day",
       "distinct(login[28d], user) / seats()"},
      {Id::arr,
       "arr",
       "accounts",
       {},
       R::number,
       "",
       "no contract counts, none says an amount, or a rate is missing",
       "a year's revenue of the contracts that count on the day",
       "arr()"},
      {Id::min,
       "min",
       "scalar",
       {{.name = "x", .kind = A::number, .repeated = true}},
       R::number,
       "",
       kAnyNull,
       "the smallest of its arguments",
       "min(count(login[28d]), 20)"},
      {Id::max,
       "max",
       "scalar",
       {{.name = "x", .kind = A::number, .repeated = true}},
       R::number,
       "",
       kAnyNull,
       "the greatest of its arguments",
       "max(count(login[28d]), seats())"},
      {Id::clamp,
       "clamp",
       "scalar",
       {{.name = "x", .kind = A::number}, {.name = "low", .kind = A::number}, {.name = "high", .kind = A::number}},
       R::number,
       "",
       kAnyNull,
       "x, but at least low and at most high",
       "clamp(count(login[28d]), 0, 28)"},
      {Id::if_,
       "if",
       "scalar",
       {{.name = "condition", .kind = A::flag}, {.name = "then", .kind = A::any}, {.name = "else", .kind = A::any}},
       R::argument,
       "",
       "the condition or the chosen value is null",
       "the second argument when the condition holds, else the third",
       "if(seats() > 0, distinct(login[28d], user) / seats(), 0)"},
      {Id::coalesce,
       "coalesce",
       "scalar",
       {{.name = "x", .kind = A::any, .repeated = true}},
       R::argument,
       "",
       "every argument is null",
       "the first argument that is not null",
       "coalesce(attr(health_check), 50)"},
  };
}

Function planned(std::string_view name, std::string_view family, std::string_view doc) {
  Function f;
  f.name = name;
  f.family = family;
  f.doc = doc;
  f.in_sql = false;
  f.built = false;
  return f;
}

std::vector<Function> all() {
  std::vector<Function> out = volume();
  for (Function& f : others()) out.push_back(std::move(f));
  for (const auto& [name, family, doc] : std::initializer_list<std::array<std::string_view, 3>>{
           {"median", "volume", "the middle value of a field"},
           {"quantile", "volume", "a quantile of a field"},
           {"first", "volume", "the field of the first event in the window"},
           {"last", "volume", "the field of the last event in the window"},
           {"users_with", "people and breadth", "number of users with at least so many events"},
           {"days_until", "recency", "days until the next renewal"},
           {"streak", "recency", "days in a row with an event"},
           {"longest_gap", "recency", "the longest time without an event"},
           {"vs_own_baseline", "change", "deviation from the account's own past"},
           {"same_period_last_year", "change", "the value a year before"},
           {"open", "open things", "what was opened and not closed"},
           {"missed", "open things", "what was due and not done"},
           {"days_late", "open things", "how late things were done"},
           {"time_between", "open things", "time from one event to another"},
           {"tenure", "accounts", "days since the account started"},
           {"days_into_term", "accounts", "days since the contract's term started"},
           {"days_to_renewal", "accounts", "days until the contract renews"},
           {"children", "accounts", "a value over the child accounts"},
           {"percentile", "accounts", "the place among the accounts of the segment"},
           {"sentiment", "text", "the mood of a text"},
           {"log1p", "scalar", "logarithm of 1 + x"},
       }) {
    out.push_back(planned(name, family, doc));
  }
  return out;
}

}  // namespace

const std::vector<Function>& functions() {
  static const std::vector<Function> kFunctions = all();
  return kFunctions;
}

std::vector<const Function*> find_functions(std::string_view name) {
  std::vector<const Function*> out;
  for (const Function& f : functions()) {
    if (f.name == name) out.push_back(&f);
  }
  return out;
}

const Function& function(FunctionId id) {
  const auto found =
      std::find_if(functions().begin(), functions().end(), [&](const Function& f) { return f.id == id; });
  KENKO_CHECK(found != functions().end() && id != FunctionId::none, "no function {}", static_cast<int>(id));
  return *found;
}

std::vector<std::string> function_names() {
  std::vector<std::string> out;
  for (const Function& f : functions()) {
    if (f.built && std::find(out.begin(), out.end(), f.name) == out.end()) out.emplace_back(f.name);
  }
  return out;
}

std::string signature(const Function& function) {
  std::string out;
  std::string named;
  for (const Parameter& p : function.parameters) {
    if (p.named) {
      const std::string_view value = p.kind == ArgumentKind::steps ? "[days: weight, ...]" : "days";
      named += fmt::format("{}{}: {}", named.empty() ? "" : " | ", p.name, value);
      continue;
    }
    out += p.optional ? fmt::format("[, {}]", p.name) : fmt::format("{}{}", out.empty() ? "" : ", ", p.name);
    if (p.repeated) out += ", ...";
  }
  if (!named.empty()) out += fmt::format(", {}", named);
  return fmt::format("{}({})", function.name, out);
}

bool is_outcome_event(std::string_view name) {
  return name.starts_with("account.") || name == "notice.given" || name == "subscription.renewed" ||
         name == "subscription.cancelled";
}

}  // namespace kenko::vocabulary
