#include "app/list_measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/load.h"
#include "plan/lower.h"
#include "score/history.h"

namespace kenko::app {
namespace {

using plan::NodeId;
using plan::Op;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

// What a measure reads, and what to say when it is not there.  nullptr = nothing.
struct Definition {
  ListMeasure measure;
  const char* name;
  const char* expression;
  const char* event;
  const char* other_event;
  const char* property;
  const char* tells;
  bool seats = false;
};

using M = ListMeasure;
constexpr const char* kOverdueDays = "overdue_days(invoice.issued, invoice.paid, by: invoice, due: due)";
constexpr const char* kOverdueAmount = "overdue_amount(invoice.issued, invoice.paid, by: invoice, due: due)";

// clang-format off
constexpr Definition kDefinitions[] = {
    {M::nps, "nps", "last(nps.answered[364d], value)", "nps.answered", nullptr, nullptr, "who would recommend us"},
    {M::csat, "csat", "mean(csat.answered[182d], value)", "csat.answered", nullptr, nullptr, "who is satisfied"},
    {M::references, "references", "count(reference.given[364d])", "reference.given", nullptr, nullptr,
     "who has spoken for us"},
    {M::pulse, "pulse", "current(pulse.set, value)", "pulse.set", nullptr, nullptr, "what their manager thinks"},
    {M::goals_reached, "goals_reached", "count(goal.reached[364d])", "goal.reached", nullptr, nullptr,
     "what they have reached with us"},
    {M::goals_missed, "goals_missed", "count(goal.missed[364d])", "goal.missed", nullptr, nullptr,
     "what they have not reached"},
    {M::roi, "roi", "last(roi.recorded[728d], value)", "roi.recorded", nullptr, nullptr, "what it has brought them"},
    {M::talks, "talks", "count(expansion.discussed[182d])", "expansion.discussed", nullptr, nullptr,
     "who has asked for more"},
    {M::seats_used, "seats_used", "distinct(login[28d], user) / seats()", "login", nullptr, nullptr,
     "who needs more seats", true},
    {M::overdue_days, "overdue_days", kOverdueDays, "invoice.issued", "invoice.paid", "invoice",
     "whose invoices are overdue"},
    {M::overdue_amount, "overdue_amount", kOverdueAmount, "invoice.issued", "invoice.paid", "invoice",
     "how much is overdue"},
    {M::payment_failures, "payment_failures", "count(payment.failed[91d])", "payment.failed", nullptr, nullptr,
     "whose payments fail"},
    {M::reminders, "reminders", "count(reminder.sent[182d])", "reminder.sent", nullptr, nullptr,
     "who had to be reminded"},
    {M::days_late, "days_late", "mean(invoice.paid[364d], days_late)", "invoice.paid", nullptr, "days_late",
     "how late they usually pay"},
    {M::tickets, "tickets", "count(ticket.opened[91d])", "ticket.opened", nullptr, nullptr, "what they ask about"},
};
// clang-format on

const plan::Node& unwrapped(const plan::Plan& plan, NodeId id) {
  const plan::Node* node = &plan.nodes[id];
  while ((node->op == Op::min || node->op == Op::max || node->op == Op::clamp) && !node->args.empty()) {
    node = &plan.nodes[node->args.front()];
  }
  return *node;
}

bool is_aggregate(const plan::Node& node, plan::Function function) {
  return node.op == Op::aggregate && node.aggregate.function == function;
}

// People over seats.
bool is_seats_used(const plan::Plan& plan, NodeId id) {
  const plan::Node& node = unwrapped(plan, id);
  if (node.op != Op::divide || plan.nodes[node.args[1]].op != Op::seats) return false;
  const plan::Node& people = plan.nodes[node.args[0]];
  return (is_aggregate(people, plan::Function::distinct) && people.aggregate.field.kind == plan::Field::Kind::user) ||
         is_aggregate(people, plan::Function::users_with);
}

// The model's metric that is this measure over whatever names it has; ties: the first by name.
std::optional<size_t> metric_for(const plan::Plan& plan, ListMeasure measure) {
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    const NodeId id = plan.metrics[m].node;
    if (measure == ListMeasure::seats_used && is_seats_used(plan, id)) return m;
    if (measure == ListMeasure::overdue_days && is_aggregate(plan.nodes[id], plan::Function::overdue_days)) return m;
    if (measure == ListMeasure::overdue_amount && is_aggregate(plan.nodes[id], plan::Function::overdue_amount)) {
      return m;
    }
  }
  return std::nullopt;
}

bool emitted(const facts::Settings& settings, const char* event) {
  return std::any_of(settings.sources.begin(), settings.sources.end(), [&](const facts::SourceSettings& s) {
    return std::find(s.emits.begin(), s.emits.end(), event) != s.emits.end();
  });
}

// The first fact that is not there; empty = all are.
std::string missing_fact(const facts::Portfolio& portfolio, const Definition& d) {
  for (const char* event : {d.event, d.other_event}) {
    if (event != nullptr && !emitted(portfolio.settings, event)) return fmt::format("`{}` events", event);
  }
  if (d.property != nullptr && portfolio.find_property(d.property) == nullptr) {
    return fmt::format("the property `{}` of `{}`", d.property, d.event);
  }
  const bool seats = !d.seats || std::any_of(portfolio.contracts.begin(), portfolio.contracts.end(),
                                             [](const facts::ContractRow& c) { return c.fact.seats.has_value(); });
  return seats ? "" : "contracts with `seats`";
}

// A model that scores nothing and has the measures as metrics.
std::string model_text(const std::vector<const Definition*>& measures) {
  std::string out =
      "kenko: 1\nmodel: lists\nmin_coverage: 0%\ndimensions: {all: {weight: 1}}\nmetrics:\n"
      "  a: {dimension: all, value: 'tenure()', curve: {0: 0, 1: 1}}\n";
  for (const Definition* d : measures) {
    out += fmt::format("  list_{}: {{value: '{}', min_observed: 1d}}\n", d->name, d->expression);
  }
  return out + "bands: {low: {from: 0}, high: {from: 50}}\n";
}

}  // namespace

std::optional<double> ListMeasures::value(ListMeasure measure, uint32_t account) const {
  const double value = values_[account][static_cast<size_t>(measure)];
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

bool ListMeasures::has(ListMeasure measure) const { return has_[static_cast<size_t>(measure)]; }

Result<ListMeasures> ListMeasures::of(const Scoring& scoring, const std::vector<ListMeasure>& wanted) {
  const facts::Portfolio& portfolio = scoring.portfolio();
  ListMeasures out;
  std::array<double, kListMeasures> nothing;
  nothing.fill(kNothing);
  out.values_.assign(portfolio.accounts.size(), nothing);

  std::vector<const Definition*> own;
  std::vector<std::pair<ListMeasure, size_t>> of_model;
  for (const Definition& d : kDefinitions) {
    if (std::find(wanted.begin(), wanted.end(), d.measure) == wanted.end()) continue;
    if (const auto metric = metric_for(scoring.plan(), d.measure)) {
      of_model.emplace_back(d.measure, *metric);
    } else if (std::string fact = missing_fact(portfolio, d); fact.empty()) {
      own.push_back(&d);
    } else {
      const bool said =
          std::any_of(out.missing_.begin(), out.missing_.end(), [&](const MissingFact& m) { return m.fact == fact; });
      if (!said) out.missing_.push_back({std::move(fact), d.tells});
      continue;
    }
    out.has_[static_cast<size_t>(d.measure)] = true;
  }

  const auto take = [&](const engine::Engine& engine, const std::vector<std::pair<ListMeasure, size_t>>& metrics) {
    if (metrics.empty()) return;
    const auto add = [&](const score::AccountHistory& history) {
      const score::DayRow row = score::find_day(history, scoring.as_of());
      if (row.days == nullptr) return;
      for (const auto& [measure, metric] : metrics) {
        const engine::MetricDays& days = row.days->metrics[metric];
        if (days.valid[row.at] == 0) continue;
        out.values_[history.account][static_cast<size_t>(measure)] = days.value[row.at];
      }
    };
    score::for_each_account(engine, scoring.as_of(), scoring.threads(), {}, add);
  };
  take(scoring.engine(), of_model);
  if (own.empty()) return out;
  KENKO_TRY(const model::Model model, model::load(model_text(own), "the measures of lists", portfolio.settings));
  KENKO_TRY(const plan::Plan plan, plan::lower(model, portfolio.settings));
  const engine::Engine engine(plan, portfolio);
  std::vector<std::pair<ListMeasure, size_t>> metrics;
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    for (const Definition* d : own) {
      if (plan.metrics[m].name == std::string("list_") + d->name) metrics.emplace_back(d->measure, m);
    }
  }
  take(engine, metrics);
  return out;
}

}  // namespace kenko::app
