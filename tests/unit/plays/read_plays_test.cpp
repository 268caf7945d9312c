#include "plays/read_plays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plays/placeholders.h"

namespace kenko::plays {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Known known() {
  return {{"red", "orange", "yellow", "green"},
          {"enterprise", "smb"},
          {"live", "launch"},
          {"repeated_complaints"},
          {"critical", "fall"},
          std::vector<std::string>{"support", "executive"}};
}

Result<Plays> read(const std::string& yaml) { return read_plays({{"plays/p.yaml", yaml}}, known()); }

std::string problems_of(const std::string& yaml) {
  const auto found = read(yaml);
  return found.ok() ? "" : to_text(found.problems());
}

const std::string kWhole = R"(kenko: 1
plays:
  save:
    title: Save them
    aim: intervene
    when:
      band: [red, orange]
      segment: enterprise
      stage: live
      touch: [high, tech]
      trigger: repeated_complaints
      alert: [critical]
      condition: "count(login[28d]) <   3"
      for: 2w
    priority: 700
    enrol: {cool_down: 60d, a_week: 5, from: 2026-01-01, until: 2026-12-31}
    stop: {band: green, when_over: true, condition: arr() = 0, after: 90d}
    hold_out: 20%
    steps:
      - name: call
        title: Call them
        role: owner
        due: 2d
        checklist: [one, two]
        message: {subject: "To {account}", text: "Score {score} {{sic}}"}
      - {name: check, role: support, due: 4h, touch: high}
      - {name: mail, role: automatic, due: 0d, message: {subject: a, text: b}}
  other:
    when: {band: green}
    beside: true
    enrol: {once: true}
    steps: [{name: a, role: manager, due: 1d}]
)";

TEST(ReadPlaysTest, EveryKeyIsRead) {
  const auto plays = read(kWhole);
  ASSERT_TRUE(plays.ok()) << to_text(plays.problems());
  ASSERT_EQ(plays->all.size(), 2U);
  const Play& save = plays->all[0];
  EXPECT_EQ(save.name, "save") << "the highest priority first";
  EXPECT_EQ(save.title, "Save them");
  EXPECT_EQ(save.aim, "intervene");
  EXPECT_THAT(save.when.bands, ElementsAre("red", "orange"));
  EXPECT_THAT(save.when.segments, ElementsAre("enterprise"));
  EXPECT_THAT(save.when.stages, ElementsAre("live"));
  EXPECT_THAT(save.when.touch, ElementsAre(Touch::high, Touch::tech));
  EXPECT_THAT(save.when.triggers, ElementsAre("repeated_complaints"));
  EXPECT_THAT(save.when.alerts, ElementsAre("critical"));
  EXPECT_EQ(save.when.condition->text, "count(login[28d]) < 3");
  EXPECT_EQ(save.when.condition->name, "play.save");
  EXPECT_EQ(save.when.for_days, 14);
  EXPECT_EQ(save.priority, 700);
  EXPECT_EQ(save.cool_down_days, 60);
  EXPECT_EQ(save.a_week, 5);
  EXPECT_EQ(save.from, Day::of(2026, 1, 1));
  EXPECT_EQ(save.until, Day::of(2026, 12, 31));
  EXPECT_THAT(save.stop.bands, ElementsAre("green"));
  EXPECT_TRUE(save.stop.when_over);
  EXPECT_EQ(save.stop.condition->text, "arr() = 0");
  EXPECT_EQ(save.stop.after_days, 90);
  EXPECT_EQ(save.hold_out, 200'000);
  ASSERT_EQ(save.steps.size(), 3U);
  EXPECT_EQ(save.steps[0].title, "Call them");
  EXPECT_EQ(save.steps[0].due, calendar::WorkSpan::days(2));
  EXPECT_THAT(save.steps[0].checklist, ElementsAre("one", "two"));
  EXPECT_EQ(save.steps[0].message->subject, "To {account}");
  EXPECT_EQ(save.steps[1].role, (Role{Role::Kind::team, "support"}));
  EXPECT_EQ(save.steps[1].due, calendar::WorkSpan::minutes(240));
  EXPECT_THAT(save.steps[1].touch, ElementsAre(Touch::high));
  EXPECT_EQ(save.steps[2].role.kind, Role::Kind::automatic);
  const Play& other = plays->all[1];
  EXPECT_TRUE(other.once && other.beside);
  EXPECT_EQ(other.title, "other") << "without a title its name";
  EXPECT_EQ(other.cool_down_days, 90);
  ASSERT_EQ(plays->conditions().size(), 2U);
  EXPECT_EQ(plays->conditions()[1].name, "play.save.stop");
}

TEST(ReadPlaysTest, TechTouchHasOnlyWhatGoesOut) {
  const auto plays = read(kWhole);
  ASSERT_TRUE(plays.ok());
  const std::vector<Step>& steps = plays->all[0].steps;
  EXPECT_TRUE(Play::has(steps[0], Touch::tech) && Play::goes_out(steps[0], Touch::tech));
  EXPECT_FALSE(Play::has(steps[1], Touch::tech));
  EXPECT_TRUE(Play::has(steps[1], Touch::high));
  EXPECT_FALSE(Play::has(steps[1], Touch::low)) << "for high touch only";
  EXPECT_FALSE(Play::goes_out(steps[0], Touch::high));
  EXPECT_TRUE(Play::goes_out(steps[2], Touch::high));
}

TEST(ReadPlaysTest, AllMistakesAreToldAtOnceWithTheirPlaces) {
  const std::string said = problems_of(R"(kenko: 1
plays:
  Save:
    when: {band: [red, oranje], segment: enterprize, stage: none, trigger: x, alert: fal, touch: hihg, condition: "count("}
    prority: 3
    enrol: {once: true, cool_down: 3d, from: 2026-02-02, until: 2026-01-01, a_week: 0}
    stop: {band: red}
    hold_out: 60%
    steps:
      - {name: a, role: suport, due: 2x, message: {subject: "{acount}", text: "a } b"}}
      - {name: a, role: automatic, due: 1d}
      - {role: owner}
)");
  for (const char* part : {"p.yaml:3:3",
                           "[bad-name]",
                           "there is no band `oranje`",
                           "did you mean `orange`?",
                           "[unknown-band]",
                           "[unknown-segment]",
                           "[unknown-stage]",
                           "[unknown-trigger]",
                           "did you mean `fall`?",
                           "[unknown-alert]",
                           "`touch` cannot be `hihg`",
                           "[unknown-key]",
                           "did you mean `priority`?",
                           "[once-and-again]",
                           "[ends-before-start]",
                           "`a_week`",
                           "[stops-at-once]",
                           "at most half",
                           "did you mean `support`?",
                           "[unknown-role]",
                           "[bad-duration]",
                           "did you mean `{account}`?",
                           "[unknown-placeholder]",
                           "[bad-placeholder]",
                           "[step-twice]",
                           "[automatic-without-message]",
                           "[missing-key]"}) {
    EXPECT_THAT(said, HasSubstr(part));
  }
}

TEST(ReadPlaysTest, APlayOfEverybodyAndOneWithoutStepsAreRefused) {
  EXPECT_THAT(
      problems_of("kenko: 1\nplays:\n  a:\n    when: {for: 3d}\n    steps: [{name: b, role: owner, due: 1d}]\n"),
      HasSubstr("[empty-condition]"));
  EXPECT_THAT(problems_of("kenko: 1\nplays:\n  a:\n    when: {band: red}\n    steps: []\n"),
              HasSubstr("needs `steps`"));
  EXPECT_THAT(problems_of("kenko: 1\nplays:\n  a:\n    when: {band: red}\n"), HasSubstr("needs `steps`"));
  EXPECT_THAT(
      problems_of("kenko: 2\nplays:\n  a:\n    when: {band: red}\n    steps: [{name: b, role: owner, due: 1d}]\n"),
      HasSubstr("p.yaml:1:"));
  EXPECT_THAT(problems_of("plays: {}\n"), HasSubstr("`kenko`"));
}

TEST(ReadPlaysTest, TwoFilesMayNotHaveTheSamePlay) {
  const std::string one =
      "kenko: 1\nplays:\n  a:\n    when: {band: red}\n    steps: [{name: b, role: owner, due: 1d}]\n";
  const auto plays = read_plays({{"plays/x.yaml", one}, {"plays/y.yaml", one}}, known());
  ASSERT_FALSE(plays.ok());
  const std::string said = to_text(plays.problems());
  EXPECT_THAT(said, HasSubstr("plays/y.yaml:3:3"));
  EXPECT_THAT(said, HasSubstr("the other one is in plays/x.yaml:3"));
}

TEST(ReadPlaysTest, WithoutATeamAnyRoleWillDoAndWithoutSegmentsNone) {
  Known bare = known();
  bare.roles.reset();
  bare.segments.clear();
  const std::string role =
      "kenko: 1\nplays:\n  a:\n    when: {band: red}\n    steps: [{name: b, role: pilot, due: 1d}]\n";
  EXPECT_TRUE(read_plays({{"p", role}}, bare).ok());
  const std::string segment =
      "kenko: 1\nplays:\n  a:\n    when: {segment: smb}\n    steps: [{name: b, role: owner, due: 1d}]\n";
  const auto found = read_plays({{"p", segment}}, bare);
  ASSERT_FALSE(found.ok());
  EXPECT_THAT(to_text(found.problems()), HasSubstr("there is no segment at all"));
}

TEST(ReadPlaysTest, EqualPrioritiesFollowTheNames) {
  const auto plays = read(
      "kenko: 1\nplays:\n  b: {when: {band: red}, steps: [{name: b, role: owner, due: 1d}]}\n"
      "  a: {when: {band: red}, steps: [{name: b, role: owner, due: 1d}]}\n"
      "  c: {when: {band: red}, priority: 101, steps: [{name: b, role: owner, due: 1d}]}\n");
  ASSERT_TRUE(plays.ok()) << to_text(plays.problems());
  EXPECT_EQ(plays->all[0].name, "c");
  EXPECT_EQ(plays->all[1].name, "a");
  EXPECT_EQ(plays->all[2].name, "b");
}

TEST(PlaceholdersTest, AreFilledOnceAndBracesStay) {
  const auto value = [](std::string_view name) { return name == "account" ? "{score}" : std::string("7"); };
  EXPECT_EQ(fill("{{{account}}} has {score}", value), "{{score}} has 7") << "what is put in is not looked at again";
  EXPECT_TRUE(check_placeholders("{{x}} {account}{score}").empty());
  EXPECT_EQ(check_placeholders("a {nobody} {").size(), 2U);
  EXPECT_EQ(check_placeholders("ab {nobody}")[0].offset, 4U);
}

TEST(TouchTest, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(touch_of("High"), Touch::high);
  EXPECT_EQ(touch_of(" tech-touch "), Touch::tech);
  EXPECT_EQ(touch_of("low_touch"), Touch::low);
  EXPECT_EQ(touch_of("low-price"), std::nullopt);
  EXPECT_EQ(touch_of(""), std::nullopt);
}

}  // namespace
}  // namespace kenko::plays
