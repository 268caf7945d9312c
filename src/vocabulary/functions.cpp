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
       "event",
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
       "share",
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
       {{.name = "product", .kind = A::text, .optional = true}},
       R::number,
       "seat",
       "no contract counts, or none says a number",
       "seats of the contracts that count on the day, of one product or of all",
       "distinct(login[28d], user) / seats()"},
      {Id::arr,
       "arr",
       "accounts",
       {{.name = "product", .kind = A::text, .optional = true}},
       R::number,
       "money",
       "no contract counts, none says an amount, or a rate is missing",
       "a year's revenue of the contracts that count on the day, of one product or of all",
       "arr(\"Support\") / arr()"},
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

// The rows below share the defaults: a number, no unit, null when it is not observed long enough.
Function row(Id id, std::string_view name, std::string_view family, std::vector<Parameter> parameters,
             std::string_view doc, std::string_view example) {
  Function f;
  f.id = id;
  f.name = name;
  f.family = family;
  f.parameters = std::move(parameters);
  f.null_rule = kUnobserved;
  f.doc = doc;
  f.example = example;
  return f;
}

Function with(Function f, std::string_view unit, std::string_view null_rule, bool in_sql = true) {
  f.unit = unit;
  if (!null_rule.empty()) f.null_rule = null_rule;
  f.in_sql = in_sql;
  return f;
}

std::vector<Function> people_and_change() {
  const Parameter share{.name = "q", .kind = A::share};
  const Parameter value{.name = "x", .kind = A::number};
  const Parameter days{.name = "days", .kind = A::duration};
  std::vector<Function> out{
      with(row(Id::median, "median", "volume", {kWindowed, kField}, "the middle value of a field",
               "median(csat.answered[91d], value)"),
           "", kNothing),
      with(
          row(Id::quantile, "quantile", "volume", {kWindowed, kField, share},
              "a quantile of a field, interpolated between its neighbours", "quantile(invoice.paid[life], value, 90%)"),
          "", kNothing),
      with(row(Id::first, "first", "volume", {kWindowed, kField}, "the field of the first event that has it",
               "first(nps.answered[life], value)"),
           "", kNothing),
      with(row(Id::last, "last", "volume", {kWindowed, kField}, "the field of the last event that has it",
               "last(nps.answered[182d], value)"),
           "", kNothing),
      with(row(Id::current, "current", "volume", {kAll, kField},
               "the field of the last event, until the day in its property `expires`", "current(pulse.set, value)"),
           "", "not observed long enough, no event yet, or the last one has expired"),
      with(row(Id::users_with, "users_with", "people and breadth",
               {kWindowed,
                {.name = "events", .kind = A::whole_number, .named = true},
                {.name = "days", .kind = A::whole_number, .named = true}},
               "number of users with at least so many events, or so many active days",
               "users_with(feature.used[28d], days: 16)"),
           "user", ""),
      with(
          row(Id::streak, "streak", "recency", {kAll, {.name = "period", .kind = A::duration, .optional = true}},
              "periods in a row, up to now, with an event; a period is a day where none is given", "streak(login, 7d)"),
          "period", ""),
      with(row(Id::longest_gap, "longest_gap", "recency", {kWindowed}, "the most days in a row without an event",
               "longest_gap(login[91d])"),
           "day", ""),
      with(row(Id::same_period_last_year, "same_period_last_year", "change", {value},
               "x on the same weekday 52 weeks before", "count(login[28d]) / same_period_last_year(count(login[28d]))"),
           "", "x was null then, or the account was not there yet"),
      with(row(Id::vs_own_baseline, "vs_own_baseline", "change", {value, days},
               "x against its own values of the weeks before, in standard deviations; whole weeks, at least four",
               "vs_own_baseline(count(login[7d]), 12w)"),
           "standard deviation",
           "x is null, or fewer than four of the weeks have a value, or all of them are 0 and x is not"),
  };
  return out;
}

std::vector<Function> pairs() {
  constexpr std::string_view kFamily = "open things";
  const Parameter done{.name = "done", .kind = A::all_events};
  const Parameter by{.name = "by", .kind = A::property, .named = true};
  const Parameter due{.name = "due", .kind = A::property, .optional = true, .named = true, .choice = 1};
  constexpr std::string_view kNone = "not observed long enough, or no item in the window";
  return {
      with(row(Id::open, "open", kFamily, {kAll, done, by}, "things opened and not closed since",
               "open(ticket.opened, ticket.solved, by: ticket)"),
           "item", ""),
      with(row(Id::open_age, "open_age", kFamily, {kAll, done, by}, "age of the oldest open thing; 0 when none is open",
               "open_age(ticket.opened, ticket.solved, by: ticket)"),
           "day", ""),
      with(row(Id::missed, "missed", kFamily, {kAll, done, by, due}, "things past their due day and not done",
               "missed(milestone.due, milestone.done, by: milestone)"),
           "item", ""),
      with(row(Id::overdue_days, "overdue_days", kFamily, {kAll, done, by, due},
               "how long the longest overdue thing is overdue; 0 when none is",
               "overdue_days(invoice.issued, invoice.paid, by: invoice, due: due_on)"),
           "day", ""),
      with(row(Id::overdue_amount, "overdue_amount", kFamily, {kAll, done, by, due},
               "sum of the values of what is overdue",
               "overdue_amount(invoice.issued, invoice.paid, by: invoice, due: due_on)"),
           "money", "not observed long enough, or an amount has no rate"),
      with(row(Id::days_late, "days_late", kFamily, {kWindowed, done, by, due},
               "mean days late of what was due in the window, done or not; early is 0",
               "days_late(milestone.due[182d], milestone.done, by: milestone)"),
           "day", kNone),
      with(row(Id::completion, "completion", kFamily, {kWindowed, done, by},
               "share of what was started in the window that is done",
               "completion(workflow.started[28d], workflow.completed, by: run)"),
           "share", kNone),
      with(row(Id::time_between, "time_between", kFamily, {kWindowed, done, by},
               "mean hours from the first event to the next of the other kind, over things started in the window",
               "time_between(ticket.opened[91d], ticket.commented, by: ticket)"),
           "hour", kNone),
  };
}

std::vector<Function> accounts() {
  constexpr std::string_view kFamily = "accounts";
  constexpr std::string_view kNoContract = "no contract counts, or none says so";
  const Parameter value{.name = "x", .kind = A::number};
  std::vector<Function> out{
      with(row(Id::contact_health, "contact_health", "people and breadth",
               {kWindowed, {.name = "roles", .kind = A::roles, .named = true}},
               "share of the contacts, weighted by the influence of their role, that are still there and have an event",
               "contact_health(meeting.held[91d], roles: [executive_sponsor: 3, champion: 2])"),
           "share", "not observed long enough, or no contact has one of the roles", false),
      with(row(Id::tenure, "tenure", kFamily, {}, "days since the account started", "tenure()"), "day", "never", true),
      with(row(Id::days_until, "days_until", kFamily, {{.name = "key", .kind = A::day_key}},
               "days until the day that an attribute says; negative when it is past", "days_until(go_live)"),
           "day", "the account has no value on the day"),
      with(row(Id::term_months, "term_months", kFamily, {}, "months of the longest term among the contracts that count",
               "term_months()"),
           "month", kNoContract),
      with(row(Id::days_into_term, "days_into_term", kFamily, {},
               "days since the newest term of the contracts that count began", "days_into_term()"),
           "day", "no contract counts"),
      with(row(Id::days_to_renewal, "days_to_renewal", kFamily, {}, "days until the next renewal", "days_to_renewal()"),
           "day", "no contract that counts comes up for renewal"),
      with(row(Id::children, "children", kFamily, {value, {.name = "how", .kind = A::fold}},
               "x of the child accounts, made one: sum, mean, min, max, or the count of those that have it",
               "children(arr(), sum)"),
           "", "no child has a value (count is 0 then)", false),
      with(row(Id::percentile, "percentile", kFamily, {value},
               "the place of x among the accounts of the segment on the day before: 0.9 is above nine of ten",
               "percentile(count(login[28d]))"),
           "share", "x is null, or fewer than ten others have a value", false),
      with(row(Id::log1p, "log1p", "scalar", {value}, "natural logarithm of 1 + x", "log1p(count(login[28d]))"), "",
           "x is null, or not above -1"),
  };
  return out;
}

std::vector<Function> all() {
  std::vector<Function> out = volume();
  for (Function& f : others()) out.push_back(std::move(f));
  for (Function& f : people_and_change()) out.push_back(std::move(f));
  for (Function& f : pairs()) out.push_back(std::move(f));
  for (Function& f : accounts()) out.push_back(std::move(f));
  constexpr std::string_view kFamilies[] = {"volume",      "people and breadth", "recency", "change",
                                            "open things", "accounts",           "scalar"};
  const auto rank = [&](const Function& f) { return std::find(std::begin(kFamilies), std::end(kFamilies), f.family); };
  std::stable_sort(out.begin(), out.end(), [&](const Function& a, const Function& b) { return rank(a) < rank(b); });
  return out;
}

// What stands behind the name of a named argument.
std::string_view value_form(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::steps:
      return "[days: weight, ...]";
    case ArgumentKind::roles:
      return "[role: influence, ...]";
    case ArgumentKind::whole_number:
      return "n";
    case ArgumentKind::property:
      return "property";
    default:
      return "days";
  }
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
  KENKO_CHECK(found != functions().end(), "no function {}", static_cast<int>(id));
  return *found;
}

std::vector<std::string> function_names() {
  std::vector<std::string> out;
  for (const Function& f : functions()) {
    if (std::find(out.begin(), out.end(), f.name) == out.end()) out.emplace_back(f.name);
  }
  return out;
}

std::string signature(const Function& function) {
  std::string out;
  std::vector<int> choices;  // in order of appearance
  for (const Parameter& p : function.parameters) {
    if (p.named) {
      if (std::find(choices.begin(), choices.end(), p.choice) == choices.end()) choices.push_back(p.choice);
      continue;
    }
    const std::string_view comma = out.empty() ? "" : ", ";
    out += p.optional ? fmt::format("[{}{}]", comma, p.name) : fmt::format("{}{}", comma, p.name);
    if (p.repeated) out += ", ...";
  }
  for (const int choice : choices) {
    std::string alternatives;
    bool optional = true;
    for (const Parameter& p : function.parameters) {
      if (!p.named || p.choice != choice) continue;
      alternatives += fmt::format("{}{}: {}", alternatives.empty() ? "" : " | ", p.name, value_form(p.kind));
      optional = optional && p.optional;
    }
    const std::string part = fmt::format("{}{}", out.empty() ? "" : ", ", alternatives);
    out += optional ? fmt::format("[{}]", part) : part;
  }
  return fmt::format("{}({})", function.name, out);
}

bool is_outcome_event(std::string_view name) {
  return name.starts_with("account.") || name == "notice.given" || name == "subscription.renewed" ||
         name == "subscription.cancelled";
}

std::span<const std::string_view> outcome_events() {
  static constexpr std::string_view kNames[] = {"account.churned",        "account.contracted",  "account.expanded",
                                                "account.reactivated",    "account.renewed",     "notice.given",
                                                "subscription.cancelled", "subscription.renewed"};
  return kNames;
}

bool is_standard_event(std::string_view name) {
  static constexpr std::string_view kNames[] = {"announcement.opened",
                                                "ces.answered",
                                                "community.posted",
                                                "csat.answered",
                                                "expansion.discussed",
                                                "feature.requested",
                                                "feature.used",
                                                "gcr.answered",
                                                "goal.missed",
                                                "goal.reached",
                                                "goal.set",
                                                "integration.used",
                                                "invoice.issued",
                                                "invoice.paid",
                                                "login",
                                                "meeting.cancelled",
                                                "meeting.held",
                                                "meeting.missed",
                                                "message.replied",
                                                "message.sent",
                                                "milestone.done",
                                                "milestone.due",
                                                "nps.answered",
                                                "payment.failed",
                                                "pulse.set",
                                                "reference.given",
                                                "reminder.sent",
                                                "roi.recorded",
                                                "subscription.changed",
                                                "subscription.started",
                                                "survey.sent",
                                                "ticket.commented",
                                                "ticket.opened",
                                                "ticket.reopened",
                                                "ticket.solved",
                                                "training.attended",
                                                "trial.started",
                                                "workflow.completed",
                                                "workflow.started"};
  return std::binary_search(std::begin(kNames), std::end(kNames), name);
}

}  // namespace kenko::vocabulary
