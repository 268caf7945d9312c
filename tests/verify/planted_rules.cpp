#include "verify/planted_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "base/check.h"
#include "identity/resolve.h"
#include "model/load.h"
#include "plan/lower.h"
#include "property/generate.h"
#include "verify/comparison.h"
#include "verify/planted_model.h"
#include "verify/reference_history.h"
#include "vocabulary/vocabulary.h"

namespace kenko::verify {
namespace {

using plan::Function;
using plan::Op;
using vocabulary::FunctionId;

// One mistake.  Where `metric` is given, only its cells may show it.
struct Mistake {
  std::string part, what;
  std::function<void(plan::Plan&)> plan;
  std::function<void(property::Generated&)> company;
  std::string metric = {};
};

plan::Metric& metric_of(plan::Plan& p, const std::string& name) {
  const auto at =
      std::find_if(p.metrics.begin(), p.metrics.end(), [&](const plan::Metric& m) { return m.name == name; });
  KENKO_CHECK(at != p.metrics.end(), "no metric {}", name);
  return *at;
}

// The name of the metric of a row of the vocabulary.
std::string name_of(const vocabulary::Function& f) {
  const bool events = f.id == FunctionId::min_of_events || f.id == FunctionId::max_of_events;
  return std::string(f.name) + (events ? "_of_events" : "");
}

// A copy of the metric's node with a mistake in it takes its place for this metric alone.
Mistake in_node(const std::string& name, std::string what, const std::function<void(plan::Node&)>& wrong) {
  return {name,
          std::move(what),
          [=](plan::Plan& p) {
            plan::Metric& m = metric_of(p, name);
            plan::Node copy = p.nodes[m.node];
            wrong(copy);
            p.nodes.push_back(std::move(copy));
            const auto id = static_cast<plan::NodeId>(p.nodes.size() - 1);
            if (m.points_node == m.node) m.points_node = id;
            for (plan::Stage& s : p.stages) {
              if (std::find(s.nodes.begin(), s.nodes.end(), m.node) != s.nodes.end()) s.nodes.push_back(id);
            }
            m.node = id;
          },
          {},
          name};
}
Mistake in_aggregate(const std::string& name, std::string what, const std::function<void(plan::Aggregate&)>& wrong) {
  return in_node(name, std::move(what), [=](plan::Node& n) { wrong(n.aggregate); });
}
Mistake other_function(const std::string& name, std::string what, Function f) {
  return in_aggregate(name, std::move(what), [=](plan::Aggregate& a) { a.function = f; });
}
Mistake other_op(const std::string& name, std::string what, Op op) {
  return in_node(name, std::move(what), [=](plan::Node& n) { n.op = op; });
}
Mistake longer_window(const std::string& name) {
  return in_aggregate(name, "window a day longer", [](plan::Aggregate& a) { ++a.window_days; });
}
Mistake in_plan(std::string part, std::string what, std::function<void(plan::Plan&)> wrong) {
  return {std::move(part), std::move(what), std::move(wrong), {}};
}
Mistake in_metric(const std::string& name, std::string part, std::string what,
                  const std::function<void(plan::Metric&)>& wrong) {
  return in_plan(std::move(part), std::move(what), [=](plan::Plan& p) { wrong(metric_of(p, name)); });
}
Mistake in_company(std::string part, std::string what, std::function<void(property::Generated&)> wrong) {
  return {std::move(part), std::move(what), {}, std::move(wrong)};
}

void add_events(std::vector<Mistake>& all) {
  for (const char* name : {"count", "sum", "longest_gap", "days_late", "time_between", "users_with"})
    all.push_back(longer_window(name));
  all.push_back(other_function("mean", "the greatest for the mean", Function::max));
  all.push_back(other_function("min_of_events", "the greatest for the smallest", Function::max));
  all.push_back(other_function("max_of_events", "the smallest for the greatest", Function::min));
  all.push_back(other_function("active_days", "events for days", Function::count));
  all.push_back(other_function("first", "the last for the first", Function::last));
  all.push_back(other_function("last", "the first for the last", Function::first));
  all.push_back(other_function("current", "never expires", Function::last));
  all.push_back(in_aggregate("distinct", "a property for users",
                             [](plan::Aggregate& a) { a.field = {plan::Field::Kind::property, "kind"}; }));
  all.push_back(in_aggregate("days_since", "observed a day longer", [](plan::Aggregate& a) { ++a.min_observed_days; }));
  all.push_back(
      in_aggregate("decayed_count", "a step a day late", [](plan::Aggregate& a) { ++a.steps[0].until_age_days; }));
  all.push_back(
      in_aggregate("decayed_sum", "a step weighs more", [](plan::Aggregate& a) { ++a.steps[1].weight.micros; }));
  all.push_back(in_aggregate("median", "60% for the middle", [](plan::Aggregate& a) { a.quantile.micros = 600'000; }));
  all.push_back(in_aggregate("quantile", "80% for 90%", [](plan::Aggregate& a) { a.quantile.micros = 800'000; }));
  all.push_back(in_aggregate("users_with", "one more wanted", [](plan::Aggregate& a) { ++a.at_least; }));
  all.push_back(in_aggregate("users_with", "events for days", [](plan::Aggregate& a) { a.of_days = false; }));
  all.push_back(in_aggregate("streak", "periods a day longer", [](plan::Aggregate& a) { ++a.period_days; }));
  all.push_back(in_aggregate("slope", "a week more", [](plan::Aggregate& a) { a.window_days += 7; }));
  all.push_back(in_aggregate("contact_health", "another influence",
                             [](plan::Aggregate& a) { a.roles[0].influence.micros *= 2; }));
  Mistake gone = in_company("contact_health", "who is gone counts", [](property::Generated& g) {
    std::erase_if(g.facts.attributes, [](const facts::AttributeFact& a) {
      return a.kind == facts::EntityKind::contact && a.key == "active";
    });
  });
  gone.metric = "contact_health";
  all.push_back(gone);
}

void add_things(std::vector<Mistake>& all) {
  for (const char* name : {"open", "open_age", "completion"}) {
    all.push_back(
        in_aggregate(name, "opens and closes exchanged", [](plan::Aggregate& a) { std::swap(a.selector, a.second); }));
  }
  for (const char* name : {"missed", "overdue_days", "overdue_amount"})
    all.push_back(in_aggregate(name, "the event's day for the due day", [](plan::Aggregate& a) { a.due.clear(); }));
  Mistake ties = in_company("open", "ties read the other way round", [](property::Generated& g) {
    for (auto& e : g.facts.events) {
      if (e.name == "ticket.opened") e.event_id = "~" + e.event_id;
    }
  });
  ties.metric = "open";
  all.push_back(ties);
  all.push_back(in_node("attr", "another key", [](plan::Node& n) { n.text = "spend"; }));
  all.push_back(in_node("days_until", "another key", [](plan::Node& n) { n.text = "started"; }));
  all.push_back(in_node("seats", "of all products", [](plan::Node& n) { n.text.clear(); }));
  all.push_back(in_node("arr", "of all products", [](plan::Node& n) { n.text.clear(); }));
  all.push_back(other_op("term_months", "the clock's other hand", Op::days_into_term));
  all.push_back(other_op("days_into_term", "the clock's other hand", Op::days_to_renewal));
  all.push_back(other_op("days_to_renewal", "the clock's other hand", Op::days_into_term));
  all.push_back(in_node("tenure", "since a day that an attribute says", [](plan::Node& n) {
    n.op = Op::days_until;
    n.text = "started";
  }));
  all.push_back(in_node("children", "the mean for the sum", [](plan::Node& n) { n.fold = plan::Fold::mean; }));
  Mistake percentile = in_plan("percentile", "among those of all segments", [](plan::Plan& p) { p.segments.clear(); });
  percentile.metric = "percentile";
  all.push_back(percentile);
}

void add_values(std::vector<Mistake>& all) {
  all.push_back(in_node("change", "a day too far back", [](plan::Node& n) { ++n.lag_days; }));
  all.push_back(in_node("same_period_last_year", "another weekday", [](plan::Node& n) { ++n.lag_days; }));
  all.push_back(in_node("vs_own_baseline", "a week more", [](plan::Node& n) { n.lag_days += 7; }));
  all.push_back(in_plan("log1p", "the value itself", [](plan::Plan& p) {
    plan::Metric& m = metric_of(p, "log1p");
    m.node = m.points_node = p.nodes[m.node].args[0];
  }));
  all.back().metric = "log1p";
  all.push_back(other_op("min", "the greatest for the smallest", Op::max));
  all.push_back(other_op("max", "the smallest for the greatest", Op::min));
  all.push_back(in_node("clamp", "ends exchanged", [](plan::Node& n) { std::swap(n.args[1], n.args[2]); }));
  all.push_back(in_node("if", "ways exchanged", [](plan::Node& n) { std::swap(n.args[1], n.args[2]); }));
  all.push_back(in_node("coalesce", "arguments exchanged", [](plan::Node& n) { std::swap(n.args[0], n.args[1]); }));
}

void add_points(std::vector<Mistake>& all) {
  all.push_back(
      in_metric("count", "curve", "a point moved", [](plan::Metric& m) { ++m.curve.points[1].points_micros; }));
  all.push_back(in_metric("slope", "curve", "ends closed", [](plan::Metric& m) { m.curve.open_above = false; }));
  all.push_back(in_metric("streak", "hill", "power 1", [](plan::Metric& m) { m.curve.power = 1; }));
  all.push_back(
      in_metric("active_days", "words", "weekly is 4.5 times", [](plan::Metric& m) { m.curve.points[1].x *= 1.125; }));
  all.push_back(in_metric("attr", "steps", "a step late", [](plan::Metric& m) { m.curve.points[2].x += 0.5; }));
  all.push_back(in_metric("plan", "category", "other is null", [](plan::Metric& m) { m.curve.other.reset(); }));
  all.push_back(
      in_metric("against_itself", "baseline curve", "of the value", [](plan::Metric& m) { m.points_node = m.node; }));
  all.push_back(
      in_metric("place", "percentile curve", "of the value", [](plan::Metric& m) { m.points_node = m.node; }));
  all.push_back(in_metric("champions", "each", "a little more", [](plan::Metric& m) { m.curve.each_micros += 1'000; }));
  all.push_back(
      in_metric("champions", "at_most", "a point more", [](plan::Metric& m) { m.curve.at_most_micros += 1'000'000; }));
  all.push_back(in_metric("mean", "hold", "a day longer", [](plan::Metric& m) { ++m.missing.hold_days; }));
  all.push_back(in_metric("mean", "hold", "a day shorter", [](plan::Metric& m) { --m.missing.hold_days; }));
  all.push_back(in_metric("sum", "missing", "exclude for zero", [](plan::Metric& m) { m.missing = {}; }));
  all.push_back(in_metric("attr", "missing", "exclude for a fixed score", [](plan::Metric& m) { m.missing = {}; }));
  all.push_back(in_company("stale", "a day later", [](property::Generated& g) {
    for (auto& s : g.settings.sources) {
      if (s.every_days) ++*s.every_days;
    }
  }));
  all.push_back(in_company("stale", "never", [](property::Generated& g) {
    for (auto& s : g.settings.sources) s.every_days.reset();
  }));
  const auto in_dimension = [&](const char* name, const char* what,
                                const std::function<void(plan::Dimension&)>& wrong) {
    all.push_back(in_plan("roll-up", fmt::format("{} {}", name, what), [=](plan::Plan& p) {
      for (plan::Dimension& d : p.dimensions) {
        if (d.name == name) wrong(d);
      }
    }));
  };
  in_dimension("least", "by the mean", [](plan::Dimension& d) { d.rollup = plan::Rollup::mean; });
  in_dimension("most", "by the mean", [](plan::Dimension& d) { d.rollup = plan::Rollup::mean; });
  in_dimension("least", "beside the others", [](plan::Dimension& d) { d.parent.reset(); });
  in_dimension("extra", "starts higher", [](plan::Dimension& d) { ++d.start_micros; });
  in_dimension("money", "weighs more", [](plan::Dimension& d) { d.weight.micros += 10'000; });
  all.push_back(in_plan("roll-up", "the worst dimension", [](plan::Plan& p) { p.rollup = plan::Rollup::min; }));
  all.push_back(in_plan("coverage", "more is wanted", [](plan::Plan& p) { p.min_coverage_micros += 300'000; }));
  all.push_back(in_plan("too new", "a day longer", [](plan::Plan& p) { ++p.too_new_days; }));
}

void add_groups(std::vector<Mistake>& all) {
  all.push_back(
      in_plan("segments", "in another order", [](plan::Plan& p) { std::swap(p.segments[0], p.segments[1]); }));
  all.push_back(in_plan("segments", "a weight of 0 is none", [](plan::Plan& p) {
    std::erase_if(p.segments[0].changes.metric_weights, [](const auto& w) { return w.second.micros == 0; });
  }));
  all.push_back(in_plan("segments", "curve of the model", [](plan::Plan& p) { p.segments[1].changes.curves.clear(); }));
  all.push_back(
      in_plan("segments", "a trigger stays on", [](plan::Plan& p) { p.segments[1].changes.triggers_off.clear(); }));
  all.push_back(
      in_plan("segments", "a trigger's points stay", [](plan::Plan& p) { p.segments[1].changes.triggers.clear(); }));
  all.push_back(in_plan("segments", "past its effective dates",
                        [](plan::Plan& p) { p.segments[1].until = Day::of(2020, 1, 1); }));
  all.push_back(in_plan("stages", "the segment's weight on top", [](plan::Plan& p) {
    for (const auto& [metric, weight] : p.segments[0].changes.metric_weights) {
      std::erase_if(p.life_stages[0].changes.metric_weights, [&, m = metric](const auto& w) { return w.first == m; });
    }
  }));
  all.push_back(
      in_plan("stages", "the segment's bands on top", [](plan::Plan& p) { p.life_stages[0].changes.bands.clear(); }));
  all.push_back(
      in_plan("stages", "in another order", [](plan::Plan& p) { std::swap(p.life_stages[0], p.life_stages[1]); }));
  all.push_back(in_plan("accounts", "trials are not scored", [](plan::Plan& p) { p.accounts.trial = false; }));
  all.push_back(in_plan("accounts", "notice is scored", [](plan::Plan& p) { p.accounts.notice = true; }));
  all.push_back(in_plan("accounts", "whatever the condition", [](plan::Plan& p) { p.accounts.when.reset(); }));
  using Weight = Decimal plan::Hierarchy::*;
  for (const auto& [name, weight] : {std::pair<const char*, Weight>{"own", &plan::Hierarchy::own},
                                     {"worst", &plan::Hierarchy::worst},
                                     {"mean", &plan::Hierarchy::mean},
                                     {"value_weighted", &plan::Hierarchy::value_weighted},
                                     {"poor_by_count", &plan::Hierarchy::poor_by_count},
                                     {"poor_by_value", &plan::Hierarchy::poor_by_value}}) {
    all.push_back(
        in_plan("hierarchy", fmt::format("{} left out", name), [w = weight](plan::Plan& p) { p.hierarchy.*w = {}; }));
  }
  all.push_back(
      in_plan("hierarchy", "poor below 60", [](plan::Plan& p) { p.hierarchy.poor_below_hundredths = 6'000; }));
}

plan::Trigger& trigger_of(plan::Plan& p, const std::string& name) {
  return *std::find_if(p.triggers.begin(), p.triggers.end(), [&](const plan::Trigger& t) { return t.name == name; });
}

void add_rules(std::vector<Mistake>& all) {
  const auto in_trigger = [&](const char* name, const char* what, const std::function<void(plan::Trigger&)>& wrong) {
    all.push_back(in_plan("trigger", what, [=](plan::Plan& p) { wrong(trigger_of(p, name)); }));
  };
  in_trigger("b_complaint", "active a day longer", [](plan::Trigger& t) { ++t.for_days; });
  in_trigger("b_complaint", "stacks once less", [](plan::Trigger& t) { --t.stack; });
  in_trigger("b_complaint", "a hundredth more", [](plan::Trigger& t) { ++t.points_hundredths; });
  in_trigger("c_limit", "only while it holds", [](plan::Trigger& t) { t.until.reset(); });
  in_trigger("c_limit", "another cap", [](plan::Trigger& t) { *t.cap_hundredths += 100; });
  in_trigger("d_once", "again and again", [](plan::Trigger& t) { t.once = false; });
  // The sum of all is held within 0 and 100: with other points of one the lines of the others change.
  in_trigger("a_rise", "lines not apportioned by points", [](plan::Trigger& t) { t.points_hundredths += 3'000; });
  const auto in_override = [&](const char* what, const std::function<void(property::Generated&)>& wrong) {
    all.push_back(in_company("override", what, wrong));
  };
  const auto property = [](const char* key, const std::function<void(facts::Property&)>& wrong) {
    return [=](property::Generated& g) {
      for (auto& e : g.facts.events) {
        if (e.name != "override.set") continue;
        for (auto& p : e.properties) {
          if (p.key == key) wrong(p);
        }
      }
    };
  };
  in_override("expires a day later", property("expires", [](facts::Property& p) {
                if (const auto day = Day::parse(p.value)) p.value = (*day + 1).iso();
              }));
  in_override("a ceiling for a floor", property("kind", [](facts::Property& p) {
                if (p.value == "floor") p.value = "ceiling";
              }));
  in_override("of another model", property("model", [](facts::Property& p) { p.value = "random"; }));
  in_override("never cleared", [](property::Generated& g) {
    std::erase_if(g.facts.events, [](const facts::EventFact& e) { return e.name == "override.cleared"; });
  });
  all.push_back(in_plan("bands", "no margin", [](plan::Plan& p) { p.band_margin_hundredths = 0; }));
  all.push_back(in_plan("bands", "a day's dwell more", [](plan::Plan& p) { ++p.band_dwell_days; }));
  all.push_back(in_plan("bands", "begins a point late", [](plan::Plan& p) { p.bands[2].from_hundredths += 100; }));
  all.push_back(in_plan("bands", "another quantile",
                        [](plan::Plan& p) { *p.segments[0].changes.bands[1].quantile_micros += 250'000; }));
  all.push_back(
      in_plan("bands", "quantiles of the portfolio", [](plan::Plan& p) { p.quantiles_within_segment = false; }));
  all.push_back(in_company("silence", "notes are signs of life", [](property::Generated& g) {
    for (auto& e : g.facts.events) {
      if (e.name == "note.added") e.name = "something.else";
    }
  }));
  all.push_back(in_company("parents", "nobody has one", [](property::Generated& g) {
    std::erase_if(g.facts.attributes, [](const facts::AttributeFact& a) { return a.key == "parent"; });
  }));
}

std::vector<Mistake> all_mistakes() {
  std::vector<Mistake> all;
  add_events(all);
  add_things(all);
  add_values(all);
  add_points(all);
  add_groups(all);
  add_rules(all);
  return all;
}

// What mistakes need and random companies have too seldom: things closed at the instant at which they are opened.
void plant_ties(facts::FactSet& facts) {
  std::map<std::string, Instant> opened;
  size_t n = 0;
  for (auto& e : facts.events) {
    const std::string who = e.account_ref.value_or("") + e.source;
    if (e.name == "ticket.opened") opened[who] = e.occurred_at;
    if (e.name == "ticket.solved" && opened.contains(who) && ++n % 3 == 0) e.occurred_at = opened[who];
  }
}

// Only the cells of one metric may show its mistake.
void keep_other_cells(const HistoryTable& right, size_t metric, HistoryTable& wrong) {
  if (wrong.size() != right.size()) return;
  HistoryTable::Metric cells = wrong.metrics[metric];
  wrong = right;
  wrong.metrics[metric].value = std::move(cells.value);
  wrong.metrics[metric].valid = std::move(cells.valid);
}

class Company {
 public:
  Company(uint64_t seed, const property::Size& size) {
    made_ = property::generate(seed, size);
    plant_ties(made_.facts);
    made_.settings.sources[0].every_days = 6;
    subject_.settings = made_.settings;
    subject_.facts = made_.facts;
    auto model = model::load(planted_model(), "planted.yaml", made_.settings);
    KENKO_CHECK(model.ok(), "{}", to_text(model.problems()));
    subject_.model = std::move(*model);
    auto plan = plan::lower(subject_.model, made_.settings);
    KENKO_CHECK(plan.ok(), "{}", to_text(plan.problems()));
    subject_.plan = std::move(*plan);
    subject_.portfolio = identity::resolve(made_.facts, made_.settings);
    subject_.first = made_.first;
    subject_.last = made_.last;
    truth_ = reference_history(subject_, {}, {}, subject_.last, 1, texts_);
    right_ = native(subject_.plan, subject_.portfolio);
  }

  [[nodiscard]] bool faultless() { return differences(right_, true) == 0; }

  uint64_t with(const Mistake& mistake) {
    plan::Plan plan = subject_.plan;
    if (mistake.plan) mistake.plan(plan);
    HistoryTable wrong;
    if (mistake.company) {
      property::Generated other = made_;
      mistake.company(other);
      wrong = native(plan, identity::resolve(other.facts, other.settings));
    } else {
      wrong = native(plan, subject_.portfolio);
    }
    if (!mistake.metric.empty()) {
      const auto& m = metric_of(subject_.plan, mistake.metric);
      keep_other_cells(right_, static_cast<size_t>(&m - subject_.plan.metrics.data()), wrong);
    } else if (wrong.size() == right_.size()) {
      wrong.segment = right_.segment;  // another position in the list is no proof
      wrong.stage = right_.stage;
    }
    return differences(wrong, false);
  }

 private:
  HistoryTable native(const plan::Plan& plan, const facts::Portfolio& portfolio) {
    const engine::Engine engine(plan, portfolio);
    return native_history(engine, {.until = subject_.last, .explained = true}, texts_);
  }

  uint64_t differences(const HistoryTable& native, bool show) {
    Comparison comparison;
    comparison.subject("planted", subject_.plan, subject_.portfolio);
    comparison.compare("reference interpreter", native, truth_, nullptr);
    if (show && comparison.mismatches() > 0) comparison.print(false);
    return comparison.mismatches();
  }

  property::Generated made_;
  Subject subject_;
  facts::Dictionary texts_;
  HistoryTable truth_, right_;
};

}  // namespace

std::vector<PlantedFault> plant_rule_faults(uint64_t seed) {
  const std::vector<Mistake> mistakes = all_mistakes();
  std::vector<PlantedFault> out;
  for (const Mistake& m : mistakes) out.push_back({m.part, m.what});
  // Many accounts, a long history, and a few of each again: what one company has no facts for another one has.
  const property::Size crowd{.accounts = 26, .days = 90, .events_a_week = 10, .metrics = 1};
  const property::Size years{.accounts = 6, .days = 460, .events_a_week = 6, .metrics = 1};
  for (uint64_t k = 0; k < 8; ++k) {
    Company company(seed + k, k % 2 == 0 ? crowd : years);
    if (!company.faultless()) return {};
    for (size_t i = 0; i < mistakes.size(); ++i) {
      if (out[i].found) continue;
      out[i].cells = company.with(mistakes[i]);
      out[i].found = out[i].cells > 0;
    }
    if (std::all_of(out.begin(), out.end(), [](const PlantedFault& f) { return f.found; })) break;
  }
  return out;
}

std::vector<std::string> functions_without_fault() {
  const std::vector<Mistake> mistakes = all_mistakes();
  std::vector<std::string> out;
  for (const vocabulary::Function& f : vocabulary::functions()) {
    const std::string name = name_of(f);
    if (std::none_of(mistakes.begin(), mistakes.end(),
                     [&](const Mistake& m) { return m.part == name && m.metric == name; }))
      out.push_back(name);
  }
  return out;
}

}  // namespace kenko::verify
