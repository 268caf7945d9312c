// The generator keeps its promises: models that pass the check, days that are worth comparing, every part of the
// language in use, everything from the seed.
#include "property/generate.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "facts/fact.h"
#include "identity/resolve.h"
#include "language/expression.h"
#include "model/load.h"
#include "plan/lower.h"
#include "score/day_parts.h"
#include "score/history.h"
#include "vocabulary/vocabulary.h"

namespace kenko::property {
namespace {

constexpr uint64_t kSeeds = 200;

struct Share {
  int64_t days = 0, values = 0;
};

// What the companies and models of all seeds have shown.
struct Seen {
  std::map<std::string, Share> functions;  // days of metrics that are one call of it
  std::map<std::string, int64_t> days;     // by what was so on the day
  std::map<std::string, int64_t> models;   // by what the model has
  std::map<std::string, int> refused;
  int64_t accepted = 0;
};

// A row of the vocabulary: `min` of events and of values are two.
std::string row_of(const language::Expression& call) {
  const bool events = !call.items.empty() && call.items[0].kind == language::Expression::Kind::selector;
  return call.text + ((call.text == "min" || call.text == "max") && events ? " of events" : "");
}
std::string row_of(const vocabulary::Function& f) {
  using vocabulary::FunctionId;
  const bool events = f.id == FunctionId::min_of_events || f.id == FunctionId::max_of_events;
  return std::string(f.name) + (events ? " of events" : "");
}

// Calls `see` with every part of an expression.
void walk(const language::Expression& e, const std::function<void(const language::Expression&)>& see) {
  see(e);
  for (const auto& part : e.items) walk(part, see);
  for (const auto& n : e.named) walk(n.value, see);
}

void see_curve(const model::Curve& c, Seen& seen) {
  static const char* const kNames[] = {"none", "linear", "steps",      "category",
                                       "hill", "words",  "percentile", "baseline"};
  ++seen.models[fmt::format("curve {}", kNames[static_cast<int>(c.kind)])];
  if (c.open_below || c.open_above) ++seen.models["curve with open ends"];
}

void see_changes(const std::vector<model::Segment>& list, const std::string& what, Seen& seen) {
  for (const model::Segment& s : list) {
    for (const auto& [name, weight] : s.weights) ++seen.models[what + (weight.micros == 0 ? " weight 0" : " weight")];
    if (!s.curves.empty()) ++seen.models[what + " curve"];
    if (!s.bands.empty()) ++seen.models[what + " bands"];
    for (const auto& t : s.triggers) ++seen.models[what + (t.off ? " trigger off" : " trigger changed")];
    if (s.from || s.until) ++seen.models[what + " effective dates"];
  }
}

void see_model(const model::Model& m, Seen& seen) {
  const auto expression = [&](const language::Expression& whole) {
    walk(whole, [&](const language::Expression& e) {
      using Kind = language::Expression::Kind;
      if (e.kind == Kind::call) ++seen.models["call " + row_of(e)];
      if (e.kind == Kind::selector && e.whole_life) ++seen.models["window life"];
      if (!e.others.empty()) ++seen.models["several events"];
      if (e.kind == Kind::name && e.text.starts_with("user.")) ++seen.models["user.KEY"];
      for (const auto& n : e.named) ++seen.models["argument " + n.name];
    });
  };
  for (const model::Metric& metric : m.metrics) {
    expression(*metric.value);
    see_curve(metric.curve, seen);
    static const char* const kMissing[] = {"exclude", "zero", "score", "hold"};
    ++seen.models[fmt::format("missing {}", kMissing[static_cast<int>(metric.missing.kind)])];
    if (metric.young_partial) ++seen.models["young"];
    if (metric.min_observed_days) ++seen.models["min_observed"];
    if (metric.each) ++seen.models["each"];
    if (metric.at_most) ++seen.models["at_most"];
    if (!metric.reads.metrics.empty()) ++seen.models["metric of metrics"];
  }
  static const char* const kRollups[] = {"mean", "min", "max", "points"};
  for (const model::Dimension& d : m.dimensions) {
    ++seen.models[fmt::format("roll-up {}{}", kRollups[static_cast<int>(d.rollup)], d.parent ? " nested" : "")];
  }
  ++seen.models[fmt::format("roll-up of all {}", kRollups[static_cast<int>(m.rollup)])];
  see_changes(m.segments, "segment", seen);
  see_changes(m.stages, "stage", seen);
  for (const model::Trigger& t : m.triggers) {
    if (t.until) ++seen.models["trigger until"];
    if (t.once) ++seen.models["trigger once"];
    if (t.stack > 1) ++seen.models["trigger stack"];
    if (t.for_days > 1) ++seen.models["trigger for"];
    if (t.cap) ++seen.models["trigger cap"];
  }
  if (m.quantiles_within_segment && m.bands[0].quantile && !m.segments.empty()) ++seen.models["quantiles in segments"];
  if (m.bands[0].quantile) ++seen.models["quantile bands"];
  if (m.band_margin_hundredths > 0) ++seen.models["band margin"];
  if (m.band_dwell_days > 1) ++seen.models["band dwell"];
  if (m.accounts.when) ++seen.models["accounts when"];
  if (m.accounts.trial) ++seen.models["accounts trial"];
  const model::Hierarchy& h = m.hierarchy;
  for (const auto& [name, w] : {std::pair("worst", h.worst),
                                {"mean", h.mean},
                                {"value_weighted", h.value_weighted},
                                {"poor_by_count", h.poor_by_count},
                                {"poor_by_value", h.poor_by_value}}) {
    if (w.micros > 0) ++seen.models[fmt::format("hierarchy {}", name)];
  }
}

void see_day(const plan::Plan& plan, const engine::LifeDays& life, const score::LifeScores& s, size_t d, Seen& seen) {
  ++seen.days["state " + std::string(score::word(s.state[d]))];
  ++seen.days["status " + std::string(engine::word(s.status[d]))];
  const auto see = [&](bool so, const char* what) { seen.days[what] += so ? 1 : 0; };
  see(s.segment[d] >= 0, "segment");
  see(s.stage[d] >= 0, "stage");
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    const bool stale = !life.metrics[m].stale.empty() && life.metrics[m].stale[d] != engine::kNotStale;
    see(stale, "stale metric");
    if (!plan.metrics[m].dimension) continue;
    const score::MetricPoints p = score::points_on(plan.metrics[m], life.metrics[m], life.first, d);
    see(!stale && p.from.has_value(), "held points");
  }
  if (s.state[d] != score::State::scored) return;
  see(s.hierarchy[d] != 0, "line hierarchy");
  see(s.rolled_up[d] == score::kNoScore, "score of the children alone");
  see(s.triggers[d] != 0, "line triggers");
  see(s.cap[d] != 0, "line cap");
  see(s.silence[d] != 0, "line silence");
  see(s.override_line[d] != 0, "line override");
  if (d == 0 || s.state[d - 1] != score::State::scored) return;
  see(s.band[d] != s.band[d - 1], "another band");
  see(s.segment[d] != s.segment[d - 1], "another segment");
  see(s.stage[d] != s.stage[d - 1], "another stage");
  const bool by_quantile = plan.bands[0].quantile_micros.has_value() && s.band_list[d] == 0;
  see(by_quantile && s.band[d] >= 0, "band by quantile");
  if (by_quantile || s.band[d] < 0 || s.band_list[d] != 0) return;
  see(s.score[d] < plan.bands[static_cast<size_t>(s.band[d])].from_hundredths, "band held by margin or dwell");
}

void see_company(uint64_t seed, Seen& seen) {
  const Generated g = generate(seed);
  for (const auto& [code, n] : g.refused) seen.refused[code] += n;
  const auto model = model::load(g.model, "random.yaml", g.settings);
  ASSERT_TRUE(model.ok()) << "seed " << seed << '\n' << to_text(model.problems()) << '\n' << g.model;
  ++seen.accepted;
  see_model(*model, seen);
  const auto plan = plan::lower(*model, g.settings);
  ASSERT_TRUE(plan.ok()) << "seed " << seed << '\n' << to_text(plan.problems()) << '\n' << g.model;
  std::map<std::string, std::string> call_of;  // by metric, when it is one call
  for (const model::Metric& m : model->metrics) {
    if (m.value->kind == language::Expression::Kind::call) call_of[m.name] = row_of(*m.value);
  }
  const facts::Portfolio portfolio = identity::resolve(g.facts, g.settings);
  const engine::Engine engine(*plan, portfolio);
  score::for_each_account(engine, g.last, 1, {}, [&](const score::AccountHistory& h) {
    for (size_t i = 0; i < h.days.size(); ++i) {
      for (size_t d = 0; d < h.days[i].size(); ++d) {
        if (h.days[i].status[d] == engine::AccountStatus::none) continue;
        see_day(*plan, h.days[i], h.scores[i], d, seen);
        for (size_t m = 0; m < plan->metrics.size(); ++m) {
          Share& all = seen.functions["anything"];
          const auto call = call_of.find(plan->metrics[m].name);
          Share& own = call == call_of.end() ? all : seen.functions[call->second];
          for (Share* s : {&all, &own}) {
            ++s->days;
            s->values += h.days[i].metrics[m].valid[d];
            if (&all == &own) break;
          }
        }
      }
    }
  });
}

const Seen& all_seen() {
  static const Seen seen = [] {
    Seen out;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) see_company(seed, out);
    return out;
  }();
  return seen;
}

TEST(Generate, TheSeedDecidesEverything) {
  const Generated a = generate(7);
  const Generated b = generate(7);
  const Generated c = generate(8);
  EXPECT_EQ(a.model, b.model);
  EXPECT_NE(a.model, c.model);
  ASSERT_EQ(a.facts.events.size(), b.facts.events.size());
  for (size_t i = 0; i < a.facts.events.size(); ++i) {
    EXPECT_EQ(facts::content_hash(a.facts.events[i]), facts::content_hash(b.facts.events[i])) << i;
  }
  EXPECT_EQ(a.facts.attributes.size(), b.facts.attributes.size());
  EXPECT_EQ(a.facts.contracts.size(), b.facts.contracts.size());
}

// What the check refuses is drawn again; if that were often, the generator would not know the language.
TEST(Generate, HardlyAnyModelIsRefused) {
  int64_t refused = 0;
  for (const auto& [code, n] : all_seen().refused) {
    fmt::print("refused {}: {} times\n", code, n);
    refused += n;
  }
  EXPECT_LT(refused * 20, all_seen().accepted);
  EXPECT_EQ(all_seen().accepted, static_cast<int64_t>(kSeeds));
}

// A metric that is always null would prove nothing of its function.
TEST(Generate, EveryFunctionHasValues) {
  for (const auto& [name, s] : all_seen().functions) {
    fmt::print("{:<24} {:>9} days, {:>5.1f}% with a value\n", name, s.days,
               100.0 * static_cast<double>(s.values) / static_cast<double>(s.days));
  }
  for (const vocabulary::Function& f : vocabulary::functions()) {
    const auto found = all_seen().functions.find(row_of(f));
    ASSERT_NE(found, all_seen().functions.end()) << row_of(f) << " is never a metric";
    EXPECT_GT(found->second.values, 300) << row_of(f);
    EXPECT_GT(found->second.values * 20, found->second.days) << row_of(f);
  }
  const Share& all = all_seen().functions.at("anything");
  EXPECT_GT(all.values * 20, all.days * 9);
  EXPECT_LT(all.values * 20, all.days * 19) << "nothing is ever null";
}

TEST(Generate, EveryPartOfTheLanguageIsDrawn) {
  std::map<std::string, int64_t> models = all_seen().models;
  for (const vocabulary::Function& f : vocabulary::functions()) EXPECT_GT(models["call " + row_of(f)], 2) << row_of(f);
  for (const vocabulary::Word& w : vocabulary::filter_words())
    EXPECT_GT(models["call " + std::string(w.name)], 2) << w.name;
  for (const char* part : {"curve linear",
                           "curve steps",
                           "curve category",
                           "curve hill",
                           "curve words",
                           "curve percentile",
                           "curve baseline",
                           "curve with open ends",
                           "missing exclude",
                           "missing zero",
                           "missing score",
                           "missing hold",
                           "young",
                           "min_observed",
                           "each",
                           "at_most",
                           "metric of metrics",
                           "window life",
                           "several events",
                           "user.KEY",
                           "call sentiment",
                           "argument by",
                           "argument due",
                           "argument half_life",
                           "argument steps",
                           "argument roles",
                           "argument events",
                           "argument days",
                           "roll-up mean",
                           "roll-up min",
                           "roll-up max",
                           "roll-up points",
                           "roll-up mean nested",
                           "roll-up min nested",
                           "roll-up max nested",
                           "roll-up points nested",
                           "roll-up of all mean",
                           "roll-up of all min",
                           "roll-up of all max",
                           "segment weight",
                           "segment weight 0",
                           "segment curve",
                           "segment bands",
                           "segment trigger off",
                           "segment trigger changed",
                           "segment effective dates",
                           "stage weight",
                           "stage weight 0",
                           "stage curve",
                           "stage bands",
                           "stage trigger off",
                           "stage trigger changed",
                           "trigger until",
                           "trigger once",
                           "trigger stack",
                           "trigger for",
                           "trigger cap",
                           "quantile bands",
                           "quantiles in segments",
                           "band margin",
                           "band dwell",
                           "accounts when",
                           "accounts trial",
                           "hierarchy worst",
                           "hierarchy mean",
                           "hierarchy value_weighted",
                           "hierarchy poor_by_count",
                           "hierarchy poor_by_value"}) {
    EXPECT_GT(models[part], 2) << part;
  }
}

// Days on which each rule did something.
TEST(Generate, EveryRuleIsExercised) {
  std::map<std::string, int64_t> days = all_seen().days;
  for (const auto& [what, n] : days) fmt::print("{:<32} {:>9} days\n", what, n);
  for (const char* state : {"scored", "paused", "insufficient data", "too new", "not scored"})
    EXPECT_GT(days[fmt::format("state {}", state)], 500) << state;
  for (const char* status : {"trial", "onboarding", "active", "paused", "notice", "churned", "internal"})
    EXPECT_GT(days[fmt::format("status {}", status)], 500) << status;
  for (const char* what :
       {"segment", "stage", "stale metric", "held points", "line hierarchy", "score of the children alone",
        "line triggers", "line cap", "line silence", "line override", "another band", "another segment",
        "another stage", "band by quantile", "band held by margin or dwell"}) {
    EXPECT_GT(days[what], 200) << what;
  }
  EXPECT_GT(days["state scored"] * 4, days["state not scored"]);
}

}  // namespace
}  // namespace kenko::property
