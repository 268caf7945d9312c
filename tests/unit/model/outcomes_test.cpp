// Outcomes of a model: how they are read, checked, said aloud and compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/diff.h"
#include "model/load.h"
#include "model/print.h"
#include "model_workspace.h"

namespace kenko::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string model_with(std::string_view outcomes, std::string_view value = "count(login[28d])") {
  return "kenko: 1\nmodel: m\ndimensions: {d: {weight: 1}}\nbands: {low: {from: 0}, high: {from: 50}}\n"
         "metrics:\n  logins: {dimension: d, value: '" +
         std::string(value) + "', curve: {0: 0, 1: 100}}\n" + std::string(outcomes);
}

Model good(std::string_view outcomes, std::string_view value = "count(login[28d])") {
  auto model = load(model_with(outcomes, value), "m.yaml", example_settings());
  EXPECT_TRUE(model.ok()) << to_text(model.problems());
  return model.ok() ? std::move(*model) : Model{};
}

// The errors, or the warnings of a good model.
std::string said(std::string_view outcomes, std::string_view value = "count(login[28d])") {
  const auto model = load(model_with(outcomes, value), "m.yaml", example_settings());
  return to_text(model.ok() ? model->warnings : model.problems());
}

constexpr std::string_view kSeveral = R"(let: {half: 182d, least: 2}
outcomes:
  churn:
    label: Left
    event: payment.failed{voluntary = true}
    within: 13w
    gap: 7d
  lapse:
    absence: login or feature.used
    among: count(login[half]) >= least
  lost:
    contract: not_renewed
    renewed_within: 45d
    gap: 0d
)";

TEST(Outcomes, AreReadInTheOrderOfTheFile) {
  const Model m = good(kSeveral);
  ASSERT_THAT(m.outcomes, SizeIs(3));
  EXPECT_EQ(m.outcomes[0].name, "churn");
  EXPECT_EQ(m.outcomes[0].label, "Left");
  EXPECT_EQ(m.outcomes[0].kind, Outcome::Kind::event);
  EXPECT_EQ(m.outcomes[0].events->text, "payment.failed");
  EXPECT_TRUE(m.outcomes[0].events->has_filter);
  EXPECT_EQ(m.outcomes[0].horizon_days, 91);
  EXPECT_EQ(m.outcomes[0].gap_days, 7);
  EXPECT_FALSE(m.outcomes[0].among.has_value());
  EXPECT_EQ(m.outcomes[1].kind, Outcome::Kind::absence);
  EXPECT_EQ(m.outcomes[1].events->text, "login");
  EXPECT_THAT(m.outcomes[1].events->others, ElementsAre("feature.used"));
  EXPECT_EQ(m.outcomes[1].horizon_days, 90);
  EXPECT_EQ(m.outcomes[1].gap_days, 0);
  EXPECT_EQ(language::to_text(*m.outcomes[1].among->value), "count(login[182d]) >= 2");
  EXPECT_THAT(m.outcomes[1].among->reads.events, ElementsAre("login"));
  EXPECT_EQ(m.outcomes[2].kind, Outcome::Kind::contract);
  EXPECT_FALSE(m.outcomes[2].events.has_value());
  EXPECT_EQ(m.outcomes[2].renewed_within_days, 45);
  EXPECT_THAT(m.warnings, IsEmpty());
}

TEST(Outcomes, TheShortFormIsOneOfThem) {
  const Model nothing = good("");
  ASSERT_THAT(nothing.outcomes, SizeIs(1));
  EXPECT_EQ(nothing.outcomes[0].name, "churn");
  EXPECT_EQ(nothing.outcomes[0].events->text, "account.churned");
  const Model other = good("outcome: payment.failed\n");
  ASSERT_THAT(other.outcomes, SizeIs(1));
  EXPECT_EQ(other.outcomes[0].name, "payment.failed");
  EXPECT_TRUE(other.outcomes[0].short_form);
  EXPECT_EQ(other.outcomes[0].horizon_days, 90);
  EXPECT_EQ(said("outcome: account.churned\n"), "") << "nobody has left yet: that is no mistake";
  EXPECT_THAT(said("outcome: payment.faild\n"), HasSubstr("did you mean `payment.failed`"));
  EXPECT_THAT(said("outcome: {event: login}\n"), HasSubstr("`outcome` must be the name of an event"));
  EXPECT_THAT(said("outcome: count(login[28d]) = 0\n"), HasSubstr("it is an entry of `outcomes:`"));
  EXPECT_THAT(said("outcome: login\noutcomes: {a: {absence: login}}\n"),
              HasSubstr("the model has both `outcome` and `outcomes`"));
  EXPECT_THAT(said("outcomes: {}\n"), HasSubstr("`outcomes` is empty"));
}

TEST(Outcomes, WhatHappensIsNoInputAndWhatDoesNotIs) {
  EXPECT_THAT(said("outcomes: {a: {absence: login}, b: {event: 'csat.answered or payment.failed'}}\n",
                   "count(payment.failed[28d])"),
              HasSubstr("[outcome-as-input]"));
  EXPECT_EQ(said("outcomes: {a: {absence: login}, b: {event: payment.failed}}\n"), "");
  EXPECT_THAT(said("outcomes: {a: {absence: login, among: 'count(account.churned[life]) = 0'}}\n"),
              HasSubstr("[outcome-as-input]"));
}

TEST(Outcomes, WarnOfEventsThatNobodyEmitsYet) {
  EXPECT_THAT(said("outcomes: {a: {event: account.churned}}\n"),
              HasSubstr("no source emits `account.churned` yet: the outcome cannot be seen"));
  EXPECT_THAT(said("outcomes: {a: {event: account.chruned}}\n"), HasSubstr("did you mean `account.churned`"));
}

TEST(Outcomes, AreAReasonToAskPeople) {
  const std::string input = "inputs: {i: {event: csat.answered, every: 30d}}\n";
  EXPECT_THAT(said(input), HasSubstr("nothing in the model reads `csat.answered`"));
  EXPECT_EQ(said(input + "outcomes: {a: {event: 'nps.answered or csat.answered'}}\n"), "");
  EXPECT_EQ(said(input + "outcomes: {a: {absence: login, among: 'count(csat.answered[28d]) > 0'}}\n"), "");
}

TEST(Outcomes, AreReadAloud) {
  const std::string text = print_model(good(kSeveral));
  EXPECT_THAT(text, HasSubstr("Outcome churn (Left): `payment.failed{voluntary = true}` within 91 days, the first 7 "
                              "days left out\n"));
  EXPECT_THAT(text, HasSubstr("Outcome lapse: no `login or feature.used` within 90 days; among accounts with "
                              "count(login[half])\n    >= least\n"));
  EXPECT_THAT(text, HasSubstr("Outcome lost: the contracts end within 90 days, and no other counts in the 45 days "
                              "after\n"));
}

TEST(Outcomes, ChangeNoMeaning) {
  const auto changes = [](std::string_view before, std::string_view after) {
    std::vector<std::string> out;
    for (const Difference& d : differences(good(before), good(after))) {
      EXPECT_FALSE(d.meaning) << to_text(d);
      out.push_back(to_text(d));
    }
    return out;
  };
  EXPECT_THAT(changes("outcomes: {a: {absence: login}}\n",
                      "outcomes: {a: {absence: 'login{x = 1}', within: 30d, among: seats() > 1}}\n"),
              ElementsAre("outcome a: absence login -> login{x = 1}", "outcome a: within 90 days -> 30 days",
                          "outcome a: among is new: seats() > 1"));
  EXPECT_THAT(changes("outcomes: {a: {absence: login}, b: {contract: not_renewed}}\n",
                      "outcomes: {b: {contract: not_renewed}, a: {absence: login}}\n"),
              ElementsAre("the model: order of outcomes a, b -> b, a"));
}

}  // namespace
}  // namespace kenko::model
