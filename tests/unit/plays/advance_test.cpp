#include "plays/advance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "plays/arms.h"
#include "plays/company.h"
#include "plays/letter.h"

namespace kenko::plays {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// plays of one step; `more` are further keys.
std::string play(const std::string& name, const std::string& band, const std::string& more = "") {
  return "  " + name + ":\n    when: {band: " + band + "}\n" + more +
         "    steps: [{name: call, role: owner, due: 2d}, {name: tell, role: manager, due: 5d}]\n";
}
const std::string kHead = "kenko: 1\nplays:\n";

TEST(AdvanceTest, APlayMakesATaskOfEachStepWithItsPersonAndDueDay) {
  Company company(kHead + play("save", "red"));
  const std::vector<Event> events = company.close({{.account = "a", .band = "red"}, {.account = "b"}});
  EXPECT_THAT(words_of(events), ElementsAre("began save"));
  ASSERT_EQ(company.of("a").size(), 1U);
  EXPECT_THAT(company.of("b"), IsEmpty());
  const Enrolment& save = company.of("a")[0];
  ASSERT_EQ(save.tasks.size(), 2U);
  EXPECT_EQ(save.tasks[0].person, "anna");
  EXPECT_EQ(save.tasks[1].person, "mia");
  // Monday was closed on Tuesday morning: two working days later is Thursday, five are Tuesday.
  EXPECT_EQ(save.tasks[0].due.iso(), "2026-03-05");
  EXPECT_EQ(save.tasks[0].due_at.iso(), "2026-03-05T17:00:00Z");
  EXPECT_EQ(save.tasks[1].due.iso(), "2026-03-10");
  EXPECT_FALSE(save.tasks[0].overdue(*Instant::parse("2026-03-05T17:00:00Z")));
  EXPECT_TRUE(save.tasks[0].overdue(*Instant::parse("2026-03-05T17:00:01Z")));
  EXPECT_EQ(save.tasks[0].id, task_id("a", "save", Day::of(2026, 3, 2), "call"));
}

TEST(AdvanceTest, DoneAndSkippedStepsCompleteIt) {
  Company company(kHead + play("save", "red"));
  const Line a{.account = "a", .band = "red"};
  company.close({a});
  const std::vector<Task> tasks = company.of("a")[0].tasks;
  const Action done{company.noon(), "anna", "a", Act::done, tasks[0].id, "will stay", "spoke with Kim"};
  const Action skip{company.noon(), "mia", "a", Act::skip, tasks[1].id, "not needed", ""};
  const std::vector<Event> events = company.close({a}, {}, {done, skip, done});
  EXPECT_THAT(words_of(events), ElementsAre("done save will stay", "skipped save not needed",
                                            testing::StartsWith("refused"), "ended save completed"));
  const Enrolment& save = company.of("a")[0];
  EXPECT_EQ(save.ended, Ended::completed);
  EXPECT_EQ(save.tasks[0].outcome, "will stay");
  EXPECT_EQ(save.tasks[0].comment, "spoke with Kim");
  EXPECT_EQ(save.tasks[1].state, TaskState::skipped);
}

TEST(AdvanceTest, AnAccountGetsItAgainAfterTheCoolDownAndNeverWithOnce) {
  Company company(kHead +
                  play("again", "red", "    enrol: {cool_down: 5d}\n    stop: {after: 2d}\n    beside: true\n") +
                  play("never", "red", "    enrol: {once: true}\n    stop: {after: 2d}\n    beside: true\n"));
  for (int i = 0; i < 11; ++i) company.close({{.account = "a", .band = "red"}});
  std::vector<std::string> began;
  for (const Enrolment& e : company.of("a")) began.push_back(e.play + " " + e.from.iso());
  EXPECT_THAT(began, ElementsAre("again 2026-03-02", "never 2026-03-02", "again 2026-03-07", "again 2026-03-12"));
  EXPECT_EQ(company.of("a")[0].ended, Ended::ran_out);
  EXPECT_EQ(company.of("a")[0].until->iso(), "2026-03-04");
  EXPECT_EQ(company.of("a")[0].tasks[0].state, TaskState::dropped);
}

TEST(AdvanceTest, APlayThatStillRunsDoesNotBeginAgain) {
  Company company(kHead + play("save", "red", "    enrol: {cool_down: 2d}\n"));
  for (int i = 0; i < 9; ++i) company.close({{.account = "a", .band = "red"}});
  EXPECT_EQ(company.of("a").size(), 1U);
}

TEST(AdvanceTest, StopsByBandByConditionAndWhenItIsOver) {
  Company company(kHead + play("band", "red", "    beside: true\n    stop: {band: yellow}\n") +
                  play("over", "red", "    beside: true\n    stop: {when_over: true}\n") +
                  play("fact", "red", "    beside: true\n    stop: {condition: arr() = 0}\n"));
  company.close({{.account = "a", .band = "red"}});
  company.close({{.account = "a", .band = ""}});
  for (const Enrolment& e : company.of("a")) EXPECT_TRUE(e.running()) << "what is not known ends nothing: " << e.play;
  EXPECT_THAT(words_of(company.close({{.account = "a", .band = "orange"}})), ElementsAre("ended over when_over"));
  EXPECT_THAT(words_of(company.close({{.account = "a", .band = "yellow"}})), ElementsAre("ended band band"));
  EXPECT_THAT(words_of(company.close(
                  {{.account = "a", .band = "yellow", .conditions = {{"play.fact.stop", alerts::Truth::yes}}}})),
              ElementsAre("ended fact condition"));
}

TEST(AdvanceTest, AnAccountThatLeavesEndsItsPlays) {
  Company company(kHead + play("save", "red"));
  company.close({{.account = "a", .band = "red"}, {.account = "b", .band = "red"}});
  EXPECT_THAT(words_of(company.close({{.account = "b", .band = "red"}})), ElementsAre("ended save left"));
  EXPECT_THAT(words_of(company.close({})), ElementsAre("ended save left"));
}

TEST(AdvanceTest, APersonStopsAPlay) {
  Company company(kHead + play("save", "red"));
  const Line a{.account = "a", .band = "red"};
  company.close({a});
  company.close({a}, {}, {{company.noon(), "anna", "a", Act::stop, company.of("a")[0].id, "they asked us to", ""}});
  const Enrolment& save = company.of("a")[0];
  EXPECT_EQ(save.ended, Ended::by_hand);
  EXPECT_EQ(save.ended_by, "anna");
  EXPECT_EQ(save.reason, "they asked us to");
  EXPECT_EQ(company.of("a").size(), 1U) << "it does not begin again before the cool-down";
}

TEST(AdvanceTest, TheHigherPriorityRunsAndTheOthersWait) {
  Company company(kHead + play("small", "[red, orange]", "    priority: 10\n    stop: {after: 3d}\n") +
                  play("big", "red", "    priority: 20\n    stop: {when_over: true}\n") +
                  play("light", "[red, orange]", "    beside: true\n"));
  company.close({{.account = "a", .band = "red"}});
  std::vector<std::string> running;
  for (const Enrolment& e : company.of("a")) running.push_back(e.play);
  EXPECT_THAT(running, ElementsAre("light", "big")) << "one beside, and one of the others";
  ASSERT_EQ(company.waiting("a").size(), 1U);
  EXPECT_EQ(company.waiting("a")[0], (Waiting{"small", "big", Day::of(2026, 3, 2)}));
  company.close({{.account = "a", .band = "red"}});
  EXPECT_EQ(company.waiting("a")[0].since, Day::of(2026, 3, 2)) << "since when it has waited";
  EXPECT_THAT(words_of(company.close({{.account = "a", .band = "orange"}})),
              ElementsAre("ended big when_over", "began small"));
  EXPECT_THAT(company.waiting("a"), IsEmpty());
}

TEST(AdvanceTest, AHigherPriorityEndsTheOneThatRuns) {
  Company company(kHead + play("small", "[red, orange]", "    priority: 10\n") +
                  play("big", "red", "    priority: 20\n"));
  company.close({{.account = "a", .band = "orange"}});
  EXPECT_THAT(words_of(company.close({{.account = "a", .band = "red"}})),
              ElementsAre("ended small superseded", "began big"));
  EXPECT_EQ(company.of("a")[0].reason, "big");
}

TEST(AdvanceTest, ItMustHoldForSoManyDaysInARow) {
  Company company(kHead + "  save:\n    when: {band: red, for: 3d}\n    steps: [{name: c, role: owner, due: 1d}]\n");
  const Line red{.account = "a", .band = "red"}, unknown{.account = "a", .band = ""};
  company.close({red});
  company.close({red});
  company.close({unknown});
  company.close({red});
  company.close({red});
  EXPECT_THAT(company.of("a"), IsEmpty());
  company.close({red});
  EXPECT_EQ(company.of("a").size(), 1U);
}

TEST(AdvanceTest, AllThatIsNamedMustHold) {
  Company company(kHead +
                  "  save:\n    when: {band: red, segment: enterprise, stage: live, touch: high, trigger: complaints, "
                  "alert: [fall, critical], condition: arr() > 1}\n    steps: [{name: c, role: owner, due: 1d}]\n");
  const Line good{.account = "a",
                  .band = "red",
                  .touch = "High touch",
                  .segment = "enterprise",
                  .stage = "live",
                  .conditions = {{"play.save", alerts::Truth::yes}},
                  .triggers = {"complaints"}};
  const OpenAlerts open{{"a", {"critical"}}};
  const auto begins = [&](Line line, const OpenAlerts& with) {
    line.account = "a";
    company.state = {};
    company.close({line}, with);
    return company.of("a").size() == 1;
  };
  EXPECT_TRUE(begins(good, open));
  EXPECT_FALSE(begins(good, {}));
  EXPECT_FALSE(begins(good, {{"a", {"silent"}}}));
  Line other = good;
  other.band = "orange";
  EXPECT_FALSE(begins(other, open));
  other = good;
  other.segment = "";
  EXPECT_FALSE(begins(other, open));
  other = good;
  other.stage = "";
  EXPECT_FALSE(begins(other, open));
  other = good;
  other.touch = "low";
  EXPECT_FALSE(begins(other, open));
  other = good;
  other.triggers = {};
  EXPECT_FALSE(begins(other, open));
  other = good;
  other.conditions = {};
  EXPECT_FALSE(begins(other, open)) << "unknown is not yes";
  other = good;
  other.status = "paused";
  EXPECT_FALSE(begins(other, open));
  other = good;
  other.touch = "";
  EXPECT_TRUE(begins(other, open)) << "an account with an owner is high touch";
  other.owner = "";
  EXPECT_FALSE(begins(other, open));
}

TEST(AdvanceTest, TheLargestBeginFirstWhereThereAreSoManyAWeek) {
  Company company(kHead + play("save", "red", "    enrol: {a_week: 2}\n"));
  const std::vector<Line> lines{{.account = "a", .band = "red", .arr = 10},
                                {.account = "b", .band = "red", .arr = 30},
                                {.account = "c", .band = "red", .arr = 20},
                                {.account = "d", .band = "red", .arr = 5}};
  company.close(lines);
  EXPECT_EQ(company.of("b").size() + company.of("c").size(), 2U);
  ASSERT_EQ(company.waiting("a").size(), 1U);
  EXPECT_EQ(company.waiting("a")[0].behind, "") << "it waits for the next week";
  for (int i = 0; i < 6; ++i) company.close(lines);
  EXPECT_THAT(company.of("a"), IsEmpty());
  company.close(lines);
  EXPECT_EQ(company.of("a").size() + company.of("d").size(), 2U);
}

TEST(AdvanceTest, ItBeginsOnlyOnTheDaysThatItNames) {
  Company company(kHead + play("save", "red", "    enrol: {from: 2026-03-04, until: 2026-03-05}\n"));
  for (int i = 0; i < 5; ++i) company.close({{.account = "a" + std::to_string(i), .band = "red"}});
  EXPECT_THAT(company.of("a1"), IsEmpty());
  EXPECT_EQ(company.of("a2").size(), 1U);
  EXPECT_EQ(company.of("a3").size(), 1U);
  EXPECT_THAT(company.of("a4"), IsEmpty());
}

TEST(AdvanceTest, TheLotKeepsWholeTopParentsAwayAndTheyGoOnAsIfThereWereNoSuchPlay) {
  Company company(kHead + play("save", "red", "    priority: 50\n    hold_out: 40%\n") +
                  play("usual", "red", "    priority: 20\n"));
  std::vector<Line> lines;
  for (int i = 0; i < 60; ++i) {
    lines.push_back({.account = "a" + std::to_string(100 + i), .band = "red", .parent = "p" + std::to_string(i / 3)});
  }
  company.close(lines);
  int held = 0;
  for (const Line& line : lines) {
    const bool out = held_out(company.setup.seed, "save", line.parent, 400'000);
    held += out ? 1 : 0;
    const auto& plays = company.of(line.account);
    ASSERT_EQ(plays.size(), out ? 2U : 1U);
    EXPECT_EQ(plays[0].arm, out ? Arm::held_out : Arm::treated);
    EXPECT_EQ(plays[0].tasks.empty(), out);
    EXPECT_EQ(plays[0].top_parent, line.parent);
    if (out) {
      EXPECT_EQ(plays[1].play, "usual");
      EXPECT_EQ(plays[0].ended, Ended::held_out);
    }
  }
  EXPECT_GT(held, 9);
  EXPECT_LT(held, 45);
  const std::vector<Event> next = company.close(lines);
  EXPECT_THAT(next, IsEmpty()) << "the lot is drawn once in a cool-down";
}

TEST(AdvanceTest, TechTouchGetsMessagesAndNobodyATask) {
  Company company(kHead +
                  "  tips:\n    when: {band: yellow}\n    steps:\n"
                  "      - {name: now, role: automatic, due: 0d, message: {subject: s, text: t}}\n"
                  "      - {name: call, role: owner, due: 1d}\n"
                  "      - {name: write, role: owner, due: 3d, message: {subject: s, text: t}}\n");
  const Line tech{.account = "a", .band = "yellow", .touch = "tech"}, high{.account = "b", .band = "yellow"};
  EXPECT_THAT(words_of(company.close({tech, high})), ElementsAre("began tips", "began tips", "sent tips", "sent tips"));
  ASSERT_EQ(company.of("a")[0].tasks.size(), 2U);
  EXPECT_TRUE(company.of("a")[0].tasks[1].automatic);
  EXPECT_EQ(company.of("a")[0].tasks[1].person, "");
  EXPECT_EQ(company.of("b")[0].tasks.size(), 3U);
  EXPECT_FALSE(company.of("b")[0].tasks[2].automatic);
  EXPECT_THAT(company.close({tech, high}), IsEmpty());
  EXPECT_THAT(company.close({tech, high}), IsEmpty());
  EXPECT_THAT(words_of(company.close({tech, high})), ElementsAre("sent tips")) << "on the day on which it is due";
  EXPECT_THAT(words_of(company.close({tech, high})), ElementsAre("ended tips completed"));
}

TEST(AdvanceTest, InAQuietPeriodNothingGoesOut) {
  Company company(kHead +
                  "  tips:\n    when: {band: yellow}\n    steps:\n"
                  "      - {name: now, role: automatic, due: 0d, message: {subject: s, text: t}}\n");
  calendar::QuietPeriod quiet;
  quiet.name = "year's end";
  auto fault = calendar::DayRange::Fault::none;
  quiet.days = *calendar::DayRange::parse("2026-03-01", "2026-03-04", fault);
  company.setup.calendar = calendar::WorkCalendar({calendar::Region{}}, {quiet});
  const Line a{.account = "a", .band = "yellow"};
  EXPECT_THAT(words_of(company.close({a})), ElementsAre("began tips"));
  EXPECT_THAT(company.close({a}), IsEmpty());
  EXPECT_THAT(words_of(company.close({a})), ElementsAre("sent tips")) << "on the morning of the fifth";
}

TEST(AdvanceTest, OpenWorkFollowsTheOwner) {
  Company company(kHead + play("save", "red"));
  company.close({{.account = "a", .band = "red"}});
  company.close({{.account = "a", .band = "red"}}, {},
                {{company.noon(), "anna", "a", Act::done, company.of("a")[0].tasks[1].id, "ok", ""}});
  const std::vector<Event> events = company.close({{.account = "a", .band = "red", .owner = "bert"}});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].what, What::moved);
  EXPECT_EQ(events[0].who, "bert");
  EXPECT_EQ(events[0].from, "anna");
  EXPECT_EQ(company.of("a")[0].tasks[0].assignee, "bert");
  EXPECT_EQ(company.of("a")[0].tasks[1].person, "mia") << "what is done stays with who did it";
}

TEST(AdvanceTest, WhatAPersonGaveAwayStaysThere) {
  Company company(kHead + play("save", "red"));
  company.close({{.account = "a", .band = "red"}});
  const std::string id = company.of("a")[0].tasks[0].id;
  const std::vector<Event> events = company.close({{.account = "a", .band = "red"}}, {},
                                                  {{company.noon(), "anna", "a", Act::assign, id, "Sam", ""},
                                                   {company.noon(), "anna", "a", Act::assign, id, "Nobody", ""}});
  EXPECT_THAT(words_of(events), ElementsAre("assigned save Sam", HasSubstr("nobody of the team")));
  company.close({{.account = "a", .band = "red", .owner = "bert"}});
  EXPECT_EQ(company.of("a")[0].tasks[0].person, "sam");
}

TEST(AdvanceTest, ADelegateStandsInWhileSomebodyIsAway) {
  Company company(kHead + play("save", "red"), R"(kenko: 1
people:
  anna: {absences: [{from: 2026-03-04, to: 2026-03-05, delegate: bert}]}
  bert: {}
)");
  const Line a{.account = "a", .band = "red"};
  company.close({a});
  EXPECT_EQ(company.of("a")[0].tasks[0].assignee, "anna");
  EXPECT_THAT(words_of(company.close({a})), ElementsAre("delegated save", "delegated save"));
  EXPECT_EQ(company.of("a")[0].tasks[0].assignee, "bert");
  EXPECT_EQ(company.of("a")[0].tasks[0].person, "anna");
  company.close({a});
  company.close({a});
  EXPECT_EQ(company.of("a")[0].tasks[0].assignee, "anna");
}

TEST(AdvanceTest, ARoleOfTheTeamGoesToWhoHasLeast) {
  Company company(kHead + "  save:\n    when: {band: red}\n    steps: [{name: c, role: csm, due: 1d}]\n");
  company.close({{.account = "a", .band = "red"}, {.account = "b", .band = "red"}, {.account = "c", .band = "red"}});
  EXPECT_EQ(company.of("a")[0].tasks[0].person, "anna");
  EXPECT_EQ(company.of("b")[0].tasks[0].person, "bert");
  EXPECT_EQ(company.of("c")[0].tasks[0].person, "anna");
}

TEST(AdvanceTest, WithoutATeamTheOwnersNameStands) {
  Company company(kHead + play("save", "red"), "");
  company.close({{.account = "a", .band = "red", .owner = "Kim Doe"}, {.account = "b", .band = "red", .owner = ""}});
  EXPECT_EQ(company.of("a")[0].tasks[0].assignee, "Kim Doe");
  EXPECT_EQ(company.of("b")[0].tasks[0].assignee, "") << "nobody's";
}

TEST(AdvanceTest, APlayThatItsFileNoLongerSaysEnds) {
  Company company(kHead + play("save", "red") + play("other", "green"));
  company.close({{.account = "a", .band = "red"}});
  std::erase_if(company.setup.plays.all, [](const Play& one) { return one.name == "save"; });
  EXPECT_THAT(words_of(company.close({{.account = "a", .band = "red"}})), ElementsAre("ended save taken_out"));
}

TEST(AdvanceTest, WhatNobodyHasIsRefused) {
  Company company(kHead + play("save", "red"));
  const std::vector<Event> events = company.close({{.account = "a"}}, {},
                                                  {{company.noon(), "anna", "a", Act::done, "123", "x", ""},
                                                   {company.noon(), "anna", "z", Act::stop, "456", "x", ""}});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_THAT(events[0].text, HasSubstr("a has no task `123`"));
  EXPECT_THAT(events[1].text, HasSubstr("no play `456` began for z"));
}

TEST(LetterTest, EveryPlaceholderIsFilled) {
  Company company(
      kHead +
      "  save:\n    title: Save them\n    when: {band: red}\n    steps:\n"
      "      - {name: write, title: Write, role: owner, due: 2d, message: {subject: '{account} {score}', text: "
      "'{arr}|{band}|{change}|{company}|{due}|{owner}|{play}|{reason}|{renewal}|{segment}|{stage}|{step}'}}\n");
  company.close({{.account = "a\nb", .band = "red", .segment = "smb", .arr = 12'345}});
  const alerts::ClosedDay day =
      company.day_of(Day::of(2026, 3, 2), {{.account = "a\nb", .band = "red", .segment = "smb", .arr = 12'345}});
  const Play& save = company.setup.plays.all[0];
  const Letter letter = write_letter(save, save.steps[0], company.of("a\nb")[0].tasks[0], day, day.accounts[0],
                                     {"Acme", "EUR", "", "Anna", -1250});
  EXPECT_EQ(letter.subject, "a b 51") << "a subject stays one line; 50.50 points";
  EXPECT_EQ(letter.text, "EUR 12,345|red|-13|Acme|2026-03-05|Anna|Save them|unknown|unknown|smb|unknown|Write");
}

}  // namespace
}  // namespace kenko::plays
