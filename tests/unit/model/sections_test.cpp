// The sections of a model file besides its metrics: what they are read as, and what is said about mistakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "model/load.h"
#include "model/print.h"
#include "model_workspace.h"

namespace kenko::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

constexpr std::string_view kFolder = "tests/golden/models/print/";

// A small model with further sections.
std::string model_with(std::string_view sections) {
  return "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}, e: {weight: 3}}\n"
         "bands: {low: {from: 0}, high: {from: 50}}\n"
         "metrics:\n"
         "  logins: {dimension: d, value: 'count(login[28d])', curve: {0: 0, 1: 100}}\n"
         "  tickets: {dimension: e, value: 'count(ticket.opened[28d])', curve: {0: 100, 1: 0}}\n"
         "  seats: {value: seats()}\n" +
         std::string(sections);
}

Model good(std::string_view sections) {
  auto model = load(model_with(sections), "m.yaml", example_settings());
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return std::move(*model);
}

// All that is said of a model: its errors, or the warnings of a good one.
std::string said(std::string_view sections) {
  const auto model = load(model_with(sections), "m.yaml", example_settings());
  return to_text(model.ok() ? model->warnings : model.problems());
}

TEST(Sections, ReadsEverySection) {
  auto loaded = load(content_of(std::string(kFolder) + "everything.yaml"), "everything.yaml", example_settings());
  ASSERT_TRUE(loaded.ok()) << to_text(loaded.problems());
  const Model& m = *loaded;
  EXPECT_THAT(m.warnings, IsEmpty()) << to_text(m.warnings);
  ASSERT_THAT(m.dimensions, SizeIs(5));
  EXPECT_EQ(m.find_dimension("depth")->parent, "product");
  EXPECT_EQ(m.find_dimension("depth")->rollup, Rollup::max);
  EXPECT_EQ(m.find_dimension("deeds")->start, Decimal::whole(50));
  EXPECT_FALSE(m.find_dimension("support")->parent.has_value());
  EXPECT_EQ(m.metrics[0].value->items[0].days, 28);
  EXPECT_TRUE(m.metrics[0].young_partial);
  EXPECT_EQ(m.metrics[1].missing.kind, Missing::Kind::hold);
  EXPECT_EQ(m.metrics[1].missing.hold_days, 60);
  EXPECT_EQ(m.metrics[7].each, Decimal::whole(5));
  EXPECT_EQ(m.metrics[7].at_most, Decimal::whole(20));
  ASSERT_THAT(m.segments, SizeIs(2));
  const Segment& large = m.segments[0];
  EXPECT_EQ(large.from, Day::of(2026, 1, 1));
  EXPECT_EQ(large.until, Day::of(2026, 12, 31));
  EXPECT_THAT(large.weights, ElementsAre(Pair("product", Decimal::whole(30)), Pair("support", Decimal::whole(60)),
                                         Pair("sessions", Decimal{})));
  ASSERT_THAT(large.curves, SizeIs(1));
  EXPECT_THAT(large.bands, SizeIs(3));
  ASSERT_THAT(large.triggers, SizeIs(2));
  EXPECT_EQ(large.triggers[0].points, Decimal::whole(-10));
  EXPECT_TRUE(large.triggers[1].off);
  EXPECT_EQ(language::to_text(*large.when.value), "attr(plan) = \"enterprise\" and seats() > 100");
  EXPECT_THAT(large.when.reads.attributes, ElementsAre("plan"));
  EXPECT_THAT(m.stages, SizeIs(2));
  ASSERT_THAT(m.triggers, SizeIs(3));
  EXPECT_EQ(m.triggers[0].cap, Decimal::whole(40));
  EXPECT_TRUE(m.triggers[0].until.has_value());
  EXPECT_EQ(m.triggers[1].for_days, 30);
  EXPECT_EQ(m.triggers[1].stack, 3);
  EXPECT_TRUE(m.triggers[2].once);
  EXPECT_EQ(m.hierarchy.own, Decimal::whole(2));
  EXPECT_EQ(m.hierarchy.poor_below_hundredths, 5'000);
  EXPECT_TRUE(m.accounts.trial && m.accounts.active && m.accounts.notice && !m.accounts.onboarding);
  ASSERT_THAT(m.inputs, SizeIs(1));
  EXPECT_THAT(m.inputs[0].rubric, SizeIs(3));
  EXPECT_EQ(m.bands[1].quantile, Decimal{250'000});
  EXPECT_EQ(m.band_margin_hundredths, 200);
  EXPECT_EQ(m.band_dwell_days, 3);
  EXPECT_TRUE(m.quantiles_within_segment);
}

TEST(Sections, ReadsTheModelAloud) {
  const std::string folder(kFolder);
  for (const std::string name : {"everything", "points"}) {
    auto loaded = load(content_of(folder + name + ".yaml"), name + ".yaml", example_settings());
    ASSERT_TRUE(loaded.ok()) << to_text(loaded.problems());
    const std::string words = print_model(*loaded);
    if (std::getenv("KENKO_UPDATE_GOLDEN") != nullptr) std::ofstream(folder + name + ".txt", std::ios::binary) << words;
    EXPECT_EQ(words, content_of(folder + name + ".txt")) << "KENKO_UPDATE_GOLDEN=1 unit_model writes it anew";
    for (const std::string_view line : text::split(words, '\n')) EXPECT_LE(text::display_width(line), 100) << line;
  }
}

TEST(Sections, ConstantsStandInEveryExpression) {
  const Model m = good(
      "let: {week: 7d, few: 3, low: -2, gold: \"gold\", on: true}\n"
      "triggers:\n"
      "  t: {points: 1, when: 'count(login{tier = gold}[week]) < few and seats() > low and attr(vip) = on'}\n");
  EXPECT_EQ(language::to_text(*m.triggers[0].when.value),
            "count(login{tier = \"gold\"}[7d]) < 3 and seats() > -2 and attr(vip) = true");
  EXPECT_EQ(m.triggers[0].when.expression,
            "count(login{tier = gold}[week]) < few and seats() > low and attr(vip) = on");
}

TEST(Sections, RefusesConstantsThatMeanTwoThings) {
  EXPECT_THAT(said("let: {login: 3}\n"), HasSubstr("`login` is both a constant and an event"));
  EXPECT_THAT(said("let: {plan: pro}\n"), HasSubstr("`plan` is both a constant and an attribute"));
  EXPECT_THAT(said("let: {logins: 3}\n"), HasSubstr("`logins` is both a constant and a metric"));
  EXPECT_THAT(said("let: {count: 3}\n"), HasSubstr("`count` is a word of the language"));
  EXPECT_THAT(said("let: {a-b: 3}\n"), HasSubstr("`a-b` cannot be the name of a constant"));
  EXPECT_THAT(said("let: {x: 'count(login[28d])'}\n"), Not(HasSubstr("error")));  // a text in quotes is a text
  EXPECT_THAT(said("let: {x: count(login)}\n"), HasSubstr("must be a number, a text"));
  EXPECT_THAT(said("let: {x: 3}\n"), HasSubstr("no expression uses `x` [no-effect]"));
  EXPECT_THAT(said("let: {month: 28d}\ntriggers: {t: {points: 1, when: 'count(login[mont]) > 1'}}\n"),
              HasSubstr("there is no constant `mont` for a window [unknown-name]"));
  EXPECT_THAT(said("let: {n: 28}\ntriggers: {t: {points: 1, when: 'count(login[n]) > 1'}}\n"),
              HasSubstr("the constant `n` is no number of days [bad-window]"));
}

TEST(Sections, TellsSegmentsThatNeverApply) {
  const auto second = [](std::string_view first, std::string_view then) {
    return said(fmt::format("segments:\n  a: {{when: '{}'}}\n  b: {{when: '{}'}}\n", first, then));
  };
  constexpr std::string_view kHidden = "segment `b` never applies: whenever it would, segment `a` before it does";
  EXPECT_THAT(second("seats() > 10", "seats()>10"), HasSubstr(kHidden));
  EXPECT_THAT(second("seats() > 10", "seats() >= 11"), HasSubstr(kHidden));
  EXPECT_THAT(second("seats() > 10", "20 < seats() and attr(vip)"), HasSubstr(kHidden));
  EXPECT_THAT(second("true", "attr(vip)"), HasSubstr(kHidden));
  EXPECT_THAT(second("attr(vip) or seats() >= 1", "seats() = 5"), HasSubstr(kHidden));
  EXPECT_THAT(second("attr(plan) = \"pro\"", "\"pro\" = attr(plan) and seats() > 3"), HasSubstr(kHidden));
  EXPECT_EQ(second("seats() >= 11", "seats() > 10"), "");
  EXPECT_EQ(second("seats() > 10", "seats() >= 10"), "");
  EXPECT_EQ(second("seats() > 20 and attr(vip)", "seats() > 30"), "");
  EXPECT_EQ(second("attr(vip)", "seats() > 10 or attr(vip)"), "");
  EXPECT_EQ(second("not attr(vip)", "attr(vip)"), "");

  const auto never = [](std::string_view when) { return said(fmt::format("segments:\n  a: {{when: '{}'}}\n", when)); };
  EXPECT_THAT(never("false"), HasSubstr("segment `a` never applies: `false` is never true [never-applies]"));
  EXPECT_THAT(never("attr(plan) = \"a\" and attr(plan) = \"b\""), HasSubstr("is never true"));
  EXPECT_THAT(never("seats() > 5 and seats() < 5"), HasSubstr("is never true"));
  EXPECT_THAT(never("seats() >= 5 and seats() < 5"), HasSubstr("is never true"));
  EXPECT_EQ(never("seats() >= 5 and seats() <= 5"), "");
  EXPECT_EQ(never("attr(plan) = \"a\" or attr(plan) = \"b\""), "");
  EXPECT_THAT(said("segments: {a: {when: attr(vip), from: 2026-02-01, until: 2026-01-31}}\n"),
              HasSubstr("segment `a` ends on 2026-01-31, before it begins on 2026-02-01"));
  EXPECT_EQ(said("segments:\n  a: {when: attr(vip), until: 2026-01-31}\n  b: {when: attr(vip)}\n"), "");
  EXPECT_THAT(said("segments:\n  a: {when: attr(vip), until: 2026-01-31}\n  b: {when: attr(vip), until: 2026-01-30}\n"),
              HasSubstr(kHidden));
}

TEST(Sections, ASegmentMustLeaveSomethingToScore) {
  EXPECT_THAT(said("segments: {s: {when: attr(vip), weights: {d: 0, e: 0}}}\n"),
              HasSubstr("segment `s` leaves out everything that is scored [nothing-scored]"));
  EXPECT_THAT(said("segments: {s: {when: attr(vip), weights: {d: 0, tickets: 0}}}\n"), HasSubstr("[nothing-scored]"));
  EXPECT_EQ(said("segments: {s: {when: attr(vip), weights: {d: 0, e: 0.1}}}\n"), "");
  const std::string both =
      said("segments: {s: {when: attr(vip), weights: {d: 0}}}\nstages: {t: {when: attr(vip), weights: {e: 0}}}\n");
  EXPECT_THAT(both, HasSubstr("warning: segment `s` and stage `t` together leave out everything"));
}

TEST(Sections, RefusesWhatDoesNotGoTogether) {
  const auto trigger = [](std::string_view keys) { return said(fmt::format("triggers: {{t: {{{}}}}}\n", keys)); };
  EXPECT_THAT(trigger("when: attr(vip)"), HasSubstr("trigger `t` has neither `points` nor `cap`"));
  EXPECT_THAT(trigger("when: attr(vip), points: 1, for: 3d, until: attr(vip)"), HasSubstr("both `for` and `until`"));
  EXPECT_THAT(trigger("when: attr(vip), points: 1, stack: 2"), HasSubstr("`stack` of trigger `t` needs"));
  EXPECT_THAT(trigger("when: attr(vip), cap: 1, for: 2d, stack: 2"), HasSubstr("`stack` of trigger `t` needs"));
  EXPECT_THAT(trigger("when: attr(vip), points: -101"), HasSubstr("between -100 and 100"));
  EXPECT_THAT(trigger("when: attr(vip), cap: 0.001"), HasSubstr("at most two decimal places"));
  EXPECT_THAT(trigger("when: seats(), points: 1"), HasSubstr("must be true or false"));
  EXPECT_THAT(trigger("when: 'count(account.churned[28d]) > 0', points: 1"), HasSubstr("[outcome-as-input]"));
  EXPECT_THAT(trigger("when: attr(vip), cap: 100"), HasSubstr("it takes nothing away"));
  EXPECT_THAT(said("triggers: {silence: {when: attr(vip), points: 1}}\n"), HasSubstr("cannot be called `silence`"));
  EXPECT_THAT(said("hierarchy: {own: 0}\n"), HasSubstr("every weight of `hierarchy` is 0"));
  EXPECT_THAT(said("hierarchy: {own: 3}\n"), HasSubstr("`hierarchy` weighs nothing of the children"));
  EXPECT_THAT(said("hierarchy: {worst: 1, poor_below: 30}\n"), HasSubstr("`poor_below` has no effect"));
  EXPECT_THAT(said("accounts: {status: [active, paused]}\n"), HasSubstr("`paused` cannot be scored"));
  EXPECT_THAT(said("accounts: {status: []}\n"), HasSubstr("no status is listed"));
  EXPECT_THAT(said("quantiles_within: segment\n"), HasSubstr("no band begins at a quantile"));
  EXPECT_THAT(said("rollup: points\n"), HasSubstr("the model's own `rollup` cannot be `points`"));
  EXPECT_THAT(said("inputs: {i: {event: login}}\n"), HasSubstr("input `i` needs the key `every`"));
  EXPECT_THAT(said("inputs: {i: {event: csat.answered, every: 30d}}\n"), HasSubstr("nothing in the model reads"));
  EXPECT_EQ(said("inputs: {i: {event: login, every: 30d}}\n"), "");
}

TEST(Sections, APercentileDecidesNoSegment) {
  constexpr std::string_view kWhen = "when: 'percentile(count(login[28d])) > 0.5'";
  for (const char* section : {"segments: {s: {W}}\n", "stages: {s: {W}}\n", "accounts: {W}\n"}) {
    std::string text = section;
    text.replace(text.find("W"), 1, kWhen);
    EXPECT_THAT(said(text), HasSubstr("[circular-percentile]")) << text;
  }
  EXPECT_EQ(said(fmt::format("triggers: {{t: {{{}, points: 1}}}}\n", kWhen)), "");
}

TEST(Sections, SegmentsChangeWhatThereIs) {
  const auto segment = [](std::string_view keys) {
    return said(fmt::format("segments: {{s: {{when: attr(vip), {}}}}}\n", keys));
  };
  EXPECT_THAT(segment("weights: {lgins: 1}"), HasSubstr("did you mean `logins`?"));
  EXPECT_THAT(segment("weights: {seats: 1}"), HasSubstr("metric `seats` is only shown"));
  EXPECT_THAT(segment("weights: {d: -1}"), HasSubstr("the weight of `d` must be at least 0"));
  EXPECT_THAT(segment("curves: {login: {0: 0}}"), HasSubstr("[unknown-metric]"));
  EXPECT_THAT(segment("curves: {seats: {0: 0}}"), HasSubstr("it has no curve to change"));
  EXPECT_THAT(segment("curves: {logins: {category: {a: 1}}}"), HasSubstr("[wrong-type]"));
  EXPECT_THAT(segment("curves: {logins: {percentile: {0%: 0, 100%: 100}}}"), HasSubstr("look at different things"));
  EXPECT_THAT(segment("curves: {logins: {3: 0, 1: 2}}"), HasSubstr("[bad-curve]"));
  EXPECT_THAT(segment("bands: {a: {from: 0}, b: {from: 0}}"), HasSubstr("the two overlap"));
  EXPECT_THAT(segment("triggers: {x: off}"), HasSubstr("there is no trigger `x`"));
  EXPECT_THAT(segment("from: 2026-02-30"), HasSubstr("must be a day"));
  EXPECT_THAT(said("stages: {s: {when: attr(vip), from: 2026-01-01}}\n"), HasSubstr("has no key `from`"));
}

}  // namespace
}  // namespace kenko::model
