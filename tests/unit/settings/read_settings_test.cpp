#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/settings_file.h"

namespace kenko::settings {
namespace {

using testing::ElementsAre;

std::string problems_of(std::string_view yaml) {
  const auto settings = read_settings(yaml, "kenko.yaml");
  return settings.ok() ? "" : to_text(settings.problems());
}

TEST(ReadSettings, ReadsEveryKey) {
  const auto s = read_settings(R"(kenko: 1
company: Acme
time_zone: Asia/Tokyo
close_at: "04:30"
currency: JPY
model: saas
lapse_days: 10
ours: [letter.sent]
fiscal_year: 04-01
churn: {unavoidable: [bankrupt]}
exclude:
  accounts: [test]
  users: [me@acme.com]
sources:
  web:
    mapping: mappings/web.yaml
    accounts: matched
    covers: touched
    known_at: recorded
    emits: [logout, login, login]
    attributes: {plan: text, arr: money}
    start: 2025-01-31
    every: 2w
  crm: {}
status:
  attribute: lifecycle
  words: {Customer: active, "Former customer": churned}
)",
                               "kenko.yaml");
  ASSERT_TRUE(s.ok()) << to_text(s.problems());
  EXPECT_EQ(s->company, "Acme");
  EXPECT_EQ(s->time_zone.name(), "Asia/Tokyo");
  EXPECT_EQ(s->close_minutes, 270);
  EXPECT_EQ(s->currency, "JPY");
  EXPECT_EQ(s->model, "saas");
  EXPECT_EQ(s->lapse_days, 10);
  EXPECT_THAT(s->ours, ElementsAre("letter.sent"));
  EXPECT_EQ(s->fiscal_month, 4);
  EXPECT_EQ(s->fiscal_day, 1);
  EXPECT_THAT(s->unavoidable, ElementsAre("bankrupt"));
  EXPECT_THAT(s->exclude_accounts, ElementsAre("test"));
  EXPECT_THAT(s->exclude_users, ElementsAre("me@acme.com"));
  ASSERT_EQ(s->sources.size(), 2U);
  const facts::SourceSettings& web = s->sources[0];
  EXPECT_EQ(web.mapping, "mappings/web.yaml");
  EXPECT_EQ(web.accounts, facts::AccountIds::matched);
  EXPECT_EQ(web.covers, facts::Coverage::touched);
  EXPECT_EQ(web.known_at, facts::KnownAt::recorded);
  EXPECT_THAT(web.emits, ElementsAre("login", "logout"));
  EXPECT_EQ(web.attributes.at("plan"), facts::AttributeType::text);
  EXPECT_EQ(web.attributes.at("arr"), facts::AttributeType::money);
  EXPECT_EQ(web.start, Day::of(2025, 1, 31));
  EXPECT_EQ(web.every_days, 14);
  EXPECT_EQ(s->sources[1].name, "crm");
  EXPECT_EQ(s->sources[1].every_days, std::nullopt);
  EXPECT_EQ(s->status_attribute, "lifecycle");
  EXPECT_EQ(s->status_words,
            (std::map<std::string, std::string>{{"Customer", "active"}, {"Former customer", "churned"}}));
}

TEST(ReadSettings, DefaultsStandForWhatIsMissing) {
  const auto s = read_settings("company: Acme\n", "kenko.yaml");
  ASSERT_TRUE(s.ok());
  EXPECT_EQ(s->time_zone.name(), "UTC");
  EXPECT_EQ(s->close_minutes, 360);
  EXPECT_EQ(s->lapse_days, 30);
  EXPECT_EQ(s->ours.size(), 3U);
  EXPECT_EQ(s->fiscal_month, 1);
  EXPECT_EQ(s->fiscal_day, 1);
  EXPECT_THAT(s->unavoidable, testing::Contains("insolvency"));
  EXPECT_EQ(s->status_attribute, "status");
  EXPECT_TRUE(s->status_words.empty());
  const auto none = read_settings("ours: []\n", "kenko.yaml");
  ASSERT_TRUE(none.ok()) << to_text(none.problems());
  EXPECT_TRUE(none->ours.empty());
}

TEST(ReadSettings, ReportsAllProblemsWithPlaceAndHint) {
  const std::string text = problems_of(R"(companie: Acme
time_zone: Europe/Lodnon
close_at: 25:00
currency: euro
lapse_days: -1
fiscal_year: 02-30
sources:
  we b:
    accounts: define
    mapping: ../elsewhere.yaml
    attributes: {plan: txt}
)");
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:1:1: error: "));
  EXPECT_THAT(text, testing::HasSubstr("`company`"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:2:12: error: `Europe/Lodnon` is no time zone [unknown-time-zone]"));
  EXPECT_THAT(text, testing::HasSubstr("did you mean `Europe/London`?"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:3:11: error: `close_at` must be a time of day, not `25:00`"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:4:11: error: `currency` must be three capital letters, not `euro`"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:5:13: error: `lapse_days` must be between 0 and 3650, not -1"));
  EXPECT_THAT(text, testing::HasSubstr(
                        "kenko.yaml:6:14: error: `fiscal_year` must be the day on which it begins, not `02-30`"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:8:3: error: `we b` cannot be the name of a source"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:9:15: error: "));
  EXPECT_THAT(text, testing::HasSubstr("did you mean `defines`?"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:10:14: error: the mapping `../elsewhere.yaml` must lie inside"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:11:24: error: "));
}

TEST(ReadSettings, AStatusIsOneOfSeven) {
  const std::string text = problems_of(R"(status:
  atribute: lifecycle
  words:
    Customer: activ
    Lead:
sources:
  web: {every: sometimes}
)");
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:2:3: error: "));
  EXPECT_THAT(text, testing::HasSubstr("did you mean `attribute`?"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:4:15: error: "));
  EXPECT_THAT(text, testing::HasSubstr("did you mean `active`?"));
  EXPECT_THAT(text, testing::HasSubstr("`Lead`"));
  EXPECT_THAT(text, testing::HasSubstr("kenko.yaml:7:16: error: "));
}

TEST(ReadSettings, WhatIsPlannedButNotBuiltSaysSo) {
  EXPECT_THAT(problems_of("retention: 2y\n"), testing::HasSubstr("[not-yet]"));
}

TEST(ReadSettings, ANewFileReadsBackAsItWasMade) {
  facts::Settings s;
  s.company = "Acme: \"the\" company";
  s.time_zone = *TimeZone::find("Europe/London");
  s.currency = "GBP";
  s.model = "no";
  s.exclude_users = {"a@b.c"};
  facts::SourceSettings web;
  web.name = "web";
  web.emits = {"login"};
  web.attributes = {{"plan of work", facts::AttributeType::text}};
  web.start = Day::of(2026, 1, 2);
  web.every_days = 7;
  s.status_attribute = "life cycle";
  s.status_words = {{"no", "churned"}, {"Customer: paying", "active"}};
  s.sources = {web};
  s.fiscal_month = 7;
  s.fiscal_day = 28;
  s.unavoidable = {"no"};
  const auto back = read_settings(new_settings_text(s), "kenko.yaml");
  ASSERT_TRUE(back.ok()) << to_text(back.problems());
  EXPECT_EQ(back->company, s.company);
  EXPECT_EQ(back->time_zone.name(), "Europe/London");
  EXPECT_EQ(back->model, "no");
  EXPECT_THAT(back->exclude_users, ElementsAre("a@b.c"));
  EXPECT_TRUE(back->sources[0].attributes.contains("plan of work"));
  EXPECT_EQ(back->sources[0].start, web.start);
  EXPECT_EQ(back->sources[0].every_days, 7);
  EXPECT_EQ(back->fiscal_month, 7);
  EXPECT_EQ(back->fiscal_day, 28);
  EXPECT_EQ(back->unavoidable, s.unavoidable);
  EXPECT_EQ(back->status_attribute, "life cycle");
  EXPECT_EQ(back->status_words, s.status_words);
}

TEST(ReadSettings, AnEmptyNewFileIsGood) {
  const auto back = read_settings(new_settings_text({}), "kenko.yaml");
  ASSERT_TRUE(back.ok()) << to_text(back.problems());
  EXPECT_TRUE(back->sources.empty());
}

}  // namespace
}  // namespace kenko::settings
