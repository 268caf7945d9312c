#include "team/read_team.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/read_calendar.h"

namespace kenko::team {
namespace {

using testing::HasSubstr;

calendar::WorkCalendar two_regions() {
  return *calendar::read_calendar("kenko: 1\nregions: {default: {}, japan: {zone: Asia/Tokyo}}\n", "calendar.yaml",
                                  TimeZone(), {});
}

Result<Team> read(const std::string& yaml) { return read_team("kenko: 1\n" + yaml, "team.yaml", two_regions()); }

std::string problems(const std::string& yaml) {
  const auto team = read(yaml);
  return team.ok() ? "none" : to_text(team.problems());
}

TEST(ReadTeam, EveryKey) {
  const auto team = read(
      "people:\n"
      "  carla: {name: Carla Rossi, roles: [Leader, ' CSM ']}\n"
      "  anna:\n    name: Anna Schmidt\n    email: Anna@Example.com\n    also: [a.schmidt, '0055']\n    roles: csm\n"
      "    region: japan\n    manager: carla\n    capacity: 2.5\n    delegate: bert\n"
      "    absences: [{from: 2026-12-21, to: 2026-12-31}, {from: 2027-02-01, delegate: carla}]\n"
      "  bert: {until: 2026-10-31, successor: anna, capacity: 0}\n"
      "assign:\n  - {segment: [Enterprise, mid], territory: DACH, to: [carla, anna, anna]}\n  - {to: bert}\n"
      "data: [carla, anna]\n");
  ASSERT_TRUE(team.ok()) << to_text(team.problems());
  ASSERT_EQ(team->people().size(), 3u);
  const PersonId anna{0}, bert{1}, carla{2};
  const Person& a = team->person(anna);
  EXPECT_EQ(a.id, "anna");
  EXPECT_EQ(a.name, "Anna Schmidt");
  EXPECT_EQ(a.email, "Anna@Example.com");
  EXPECT_EQ(a.also, (std::vector<std::string>{"a.schmidt", "0055"}));
  EXPECT_EQ(a.region, *two_regions().find("japan"));
  EXPECT_EQ(a.manager, carla);
  EXPECT_EQ(a.capacity_micros, 2'500'000);
  EXPECT_EQ(a.delegate, bert);
  ASSERT_EQ(a.absences.size(), 2u);
  EXPECT_EQ(a.absences[0].days, (calendar::Spell{*Day::parse("2026-12-21"), *Day::parse("2026-12-31")}));
  EXPECT_EQ(a.absences[0].delegate, std::nullopt);
  EXPECT_EQ(a.absences[1].days.last, Day::kMax);
  EXPECT_EQ(a.absences[1].delegate, carla);
  EXPECT_EQ(team->person(bert).name, "bert");
  EXPECT_EQ(team->person(bert).until, Day::parse("2026-10-31"));
  EXPECT_EQ(team->person(bert).successor, anna);
  EXPECT_EQ(team->person(bert).capacity_micros, 0);
  EXPECT_EQ(team->person(carla).capacity_micros, 1'000'000);
  EXPECT_EQ(team->data(), (std::vector<PersonId>{carla, anna}));
  ASSERT_EQ(team->rules().size(), 2u);
  EXPECT_EQ(team->rules()[0].to, (std::vector<PersonId>{anna, carla}));
  EXPECT_TRUE(team->rules()[1].conditions.empty());
  EXPECT_EQ(team->roles(), (std::vector<std::string>{"csm", "leader"}));
  EXPECT_EQ(team->with_role("CSM"), (std::vector<PersonId>{anna, carla}));
}

TEST(ReadTeam, ATeamOfNobody) {
  const auto team = read("");
  ASSERT_TRUE(team.ok());
  EXPECT_TRUE(team->empty());
  EXPECT_EQ(team->find("anna"), std::nullopt);
  EXPECT_EQ(team->assignee({}, Day{}, [](PersonId) { return 0; }), std::nullopt);
}

TEST(ReadTeam, MistakesHaveTheirPlaceAndHint) {
  const std::string two = "people:\n  anna: {}\n  bert: {manager: ana}\n";
  EXPECT_EQ(problems(two),
            "team.yaml:4:19: error: there is nobody with the id `ana` [unknown-person]\n"
            "      bert: {manager: ana}\n                      ^\n    hint: did you mean `anna`?\n");
  const auto anna = [](const std::string& keys) { return problems("people: {anna: {" + keys + "}, bert: {}}\n"); };
  EXPECT_EQ(anna("manager: bert"), "none");
  EXPECT_THAT(anna("manager: anna"), HasSubstr("`anna` cannot be the manager of themselves [bad-person]"));
  EXPECT_THAT(anna("delegate: anna"), HasSubstr("cannot be the delegate of themselves"));
  EXPECT_THAT(anna("absences: [{from: 2026-01-02, to: 2026-01-01}]"), HasSubstr("[bad-period]"));
  EXPECT_THAT(anna("absences: [{to: 2026-01-01}]"), HasSubstr("absence 1 needs the key `from`"));
  EXPECT_THAT(anna("absences: [{from: 2026-01-02, delegate: carla}]"), HasSubstr("[unknown-person]"));
  EXPECT_THAT(anna("successor: bert"), HasSubstr("`successor` needs the key `until`"));
  EXPECT_THAT(anna("region: Japan"), HasSubstr("did you mean `japan`?"));
  EXPECT_THAT(anna("capacity: -1"), HasSubstr("[out-of-range]"));
  EXPECT_THAT(anna("capacity: many"), HasSubstr("[wrong-type]"));
  EXPECT_THAT(anna("emial: a@b.c"), HasSubstr("did you mean `email`?"));
  EXPECT_THAT(problems("people: {Anna Schmidt: {}}\n"), HasSubstr("`Anna Schmidt` cannot be the id of a person"));
  EXPECT_THAT(problems("people: [anna]\n"), HasSubstr("[wrong-type]"));
  EXPECT_THAT(problems("people: {anna: }\n"), HasSubstr("[wrong-type]"));
  EXPECT_THAT(problems("data: anna\n"), HasSubstr("people are listed under `people:`"));
}

TEST(ReadTeam, AnAddressIsOneAddress) {
  for (const char* good : {"anna@example.com", "a.b+c@x", "jos\u00e9@ex\u00e4mple.com"}) {
    EXPECT_EQ(problems("people: {anna: {email: '" + std::string(good) + "'}}\n"), "none") << good;
  }
  for (const char* bad :
       {"anna", "@x", "anna@", "a@b@c", "Anna <a@b.c>", "a@b.c, d@e.f", "a b@c.d", "a@b.c\\nBcc: x@y.z"}) {
    EXPECT_THAT(problems("people: {anna: {email: \"" + std::string(bad) + "\"}}\n"), HasSubstr("[bad-email]")) << bad;
  }
}

TEST(ReadTeam, ANameThatMeansTwoPeople) {
  EXPECT_EQ(problems("people:\n  anna: {name: Anna}\n"), "none");  // the same person twice is no question
  EXPECT_THAT(problems("people:\n  anna: {name: Anna Schmidt}\n  anna2: {name: ' ANNA  schmidt'}\n"),
              HasSubstr("team.yaml:4:3: error: `anna schmidt` means both `anna` and `anna2` [ambiguous-person]"));
  EXPECT_THAT(problems("people:\n  anna: {email: info@x.y}\n  bert: {also: Info@X.Y}\n"),
              HasSubstr("[ambiguous-person]"));
  EXPECT_THAT(problems("people:\n  anna: {name: bert}\n  bert: {}\n"), HasSubstr("[ambiguous-person]"));
}

TEST(ReadTeam, ManagersDoNotGoRound) {
  const auto circle = read(
      "people:\n  a: {manager: c}\n  b: {manager: c}\n  c: {manager: d}\n  d: {manager: b}\n  e: {}\n  f: {manager: "
      "e}\n");
  ASSERT_FALSE(circle.ok());
  ASSERT_EQ(circle.problems().size(), 1u);
  EXPECT_EQ(circle.problems()[0].code, "manager-circle");
  EXPECT_EQ(circle.problems()[0].message, "the managers go round: c -> d -> b -> c");
  EXPECT_EQ(circle.problems()[0].place.line, 5);
}

TEST(ReadTeam, RulesNameKnownKeysAndPeople) {
  const auto rule = [](const std::string& keys) {
    return problems("people: {anna: {}}\nassign:\n  - {" + keys + "}\n");
  };
  EXPECT_EQ(rule("to: anna"), "none");
  EXPECT_THAT(rule("segmnet: smb, to: anna"), HasSubstr("did you mean `segment`?"));
  EXPECT_THAT(rule("segment: smb"), HasSubstr("needs the key `to`"));
  EXPECT_THAT(rule("segment: smb, to: []"), HasSubstr("`to` names nobody"));
  EXPECT_THAT(rule("segment: smb, to: [bert]"), HasSubstr("[unknown-person]"));
}

TEST(ReadTeam, AllProblemsAtOnce) {
  const auto team = read_team("people: {anna: {email: x, region: y}}\nassign: [{to: bert}]\ndatum: anna\n", "team.yaml",
                              two_regions());
  ASSERT_FALSE(team.ok());
  std::vector<std::string> codes;
  for (const Problem& problem : team.problems()) codes.push_back(problem.code);
  EXPECT_THAT(codes, testing::UnorderedElementsAre("missing-key", "bad-email", "unknown-region", "unknown-person",
                                                   "unknown-key"));
  EXPECT_FALSE(read_team("", "team.yaml", two_regions()).ok());
}

}  // namespace
}  // namespace kenko::team
