#include "team/team.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "team/read_team.h"

namespace kenko::team {
namespace {

Day day(std::string_view iso) { return *Day::parse(iso); }

Team read(const std::string& yaml) {
  auto team = read_team("kenko: 1\n" + yaml, "team.yaml", calendar::WorkCalendar());
  EXPECT_TRUE(team.ok()) << to_text(team.problems());
  return team.ok() ? *team : Team();
}

std::string id(const Team& team, std::optional<PersonId> person) { return person ? team.person(*person).id : "nobody"; }

TEST(Team, AnOwnerIsFoundByAnyOfTheirNames) {
  const Team team = read(
      "people:\n  anna: {name: Anna Schmidt, email: anna@example.com, also: [0055g, 'Schmidt, Anna']}\n  bert: {name: "
      "Bert}\n");
  for (const char* text :
       {"anna", " ANNA ", "Anna Schmidt", "anna  schmidt", "ANNA@example.COM", "0055G", "schmidt, anna"}) {
    EXPECT_EQ(id(team, team.find(text)), "anna") << text;
  }
  EXPECT_EQ(id(team, team.find("Bert")), "bert");
  for (const char* text : {"", " ", "Anna S", "anna@example.org", "carla"})
    EXPECT_EQ(team.find(text), std::nullopt) << text;
}

TEST(Team, WhoActsFollowsDelegates) {
  const Team team = read(
      "people:\n"
      "  anna: {delegate: bert, manager: carla, absences: [{from: 2026-12-01, to: 2026-12-10}, {from: 2026-12-05, to: "
      "2026-12-12, delegate: dan}]}\n"
      "  bert: {delegate: dan, absences: [{from: 2026-12-03, to: 2026-12-06}]}\n"
      "  carla: {}\n"
      "  dan: {}\n");
  const auto acts = [&team](std::string_view d) { return id(team, team.delegate_on(*team.find("anna"), day(d))); };
  EXPECT_EQ(acts("2026-11-30"), "anna");
  EXPECT_EQ(acts("2026-12-01"), "bert");  // her own one
  EXPECT_EQ(acts("2026-12-03"), "dan");   // his own one
  EXPECT_EQ(acts("2026-12-07"), "dan");   // of the two absences one names somebody
  EXPECT_EQ(acts("2026-12-12"), "dan");
  EXPECT_EQ(acts("2026-12-13"), "anna");
}

TEST(Team, NobodyThereMeansTheManagerAndThenNobody) {
  const Team team = read(
      "people:\n"
      "  anna: {delegate: bert, manager: carla, absences: [{from: 2026-12-01}]}\n"
      "  bert: {delegate: anna, absences: [{from: 2026-12-01, to: 2026-12-31}]}\n"
      "  carla: {manager: eve, delegate: dan, absences: [{from: 2026-12-10, to: 2026-12-31}]}\n"
      "  dan: {absences: [{from: 2026-12-15, to: 2026-12-31}]}\n"
      "  eve: {absences: [{from: 2026-12-20, to: 2026-12-31}]}\n");
  const auto acts = [&team](std::string_view d) { return id(team, team.delegate_on(*team.find("anna"), day(d))); };
  EXPECT_EQ(acts("2026-12-01"), "carla");  // the delegates go round
  EXPECT_EQ(acts("2026-12-10"), "dan");    // the manager's delegate
  EXPECT_EQ(acts("2026-12-15"), "eve");    // the manager's manager
  EXPECT_EQ(acts("2026-12-20"), "nobody");
  EXPECT_EQ(acts("2027-01-01"), "bert");
}

TEST(Team, WhoLeftHasASuccessor) {
  const Team team = read(
      "people:\n  anna: {until: 2026-10-31, successor: bert, manager: carla, delegate: carla}\n"
      "  bert: {until: 2026-12-31}\n  carla: {}\n  dan: {until: 2026-10-31, manager: carla}\n");
  const PersonId anna = *team.find("anna"), dan = *team.find("dan");
  EXPECT_FALSE(team.gone_on(anna, day("2026-10-31")));
  EXPECT_TRUE(team.gone_on(anna, day("2026-11-01")));
  EXPECT_EQ(id(team, team.delegate_on(anna, day("2026-10-31"))), "anna");
  EXPECT_EQ(id(team, team.delegate_on(anna, day("2026-11-01"))), "bert");
  EXPECT_EQ(id(team, team.delegate_on(anna, day("2027-01-01"))), "carla");  // the successor left too
  EXPECT_EQ(id(team, team.delegate_on(dan, day("2026-11-01"))), "carla");
  EXPECT_EQ(id(team, team.find("dan")), "dan");  // what he did stays his
}

class Assigning : public testing::Test {
 protected:
  std::map<std::string, int64_t> loads_;
  std::string to(const Team& team, const AssignInput& account, std::string_view d = "2026-11-23") {
    return id(team, team.assignee(account, day(d), [&](PersonId who) { return loads_[team.person(who).id]; }));
  }
};

TEST_F(Assigning, TheFirstRuleThatFits) {
  const Team team = read(
      "people: {anna: {}, bert: {}, carla: {}}\n"
      "assign:\n  - {segment: enterprise, territory: [DACH, Nordics], to: anna}\n  - {segment: enterprise, to: bert}\n"
      "  - {band: red, touch: high, to: carla}\n");
  EXPECT_EQ(to(team, {.segment = "enterprise", .territory = "nordics"}), "anna");
  EXPECT_EQ(to(team, {.segment = " Enterprise", .territory = "France"}), "bert");
  EXPECT_EQ(to(team, {.segment = "enterprise"}), "bert");
  EXPECT_EQ(to(team, {.segment = "smb", .band = "red", .touch = "high"}), "carla");
  EXPECT_EQ(to(team, {.segment = "smb", .band = "red"}), "nobody");
  EXPECT_EQ(to(team, {}), "nobody");
}

TEST_F(Assigning, EveryPropertyIsRead) {
  for (const auto& [key, property] : assign_keys()) {
    const Team team = read("people: {anna: {}, bert: {}}\nassign:\n  - {" + key + ": x, to: anna}\n  - {to: bert}\n");
    AssignInput account;
    account.*property = "X";
    EXPECT_EQ(to(team, account), "anna") << key;
    for (const auto& [other, other_property] : assign_keys()) {
      AssignInput another;
      another.*other_property = "x";
      if (other != key) {
        EXPECT_EQ(to(team, another), "bert") << key << " " << other;
      }
    }
  }
}

TEST_F(Assigning, TheLeastLoadedForTheirCapacity) {
  const Team team = read(
      "people: {anna: {capacity: 40}, bert: {capacity: 60}, carla: {capacity: 0}}\nassign:\n  - {to: [carla, bert, "
      "anna]}\n");
  EXPECT_EQ(to(team, {}), "anna");  // equal: by id
  loads_ = {{"anna", 10}, {"bert", 14}};
  EXPECT_EQ(to(team, {}), "bert");
  loads_ = {{"anna", 10}, {"bert", 15}};
  EXPECT_EQ(to(team, {}), "anna");  // 10/40 = 15/60
  loads_ = {{"anna", 10}, {"bert", 16}};
  EXPECT_EQ(to(team, {}), "anna");
  loads_ = {{"anna", INT64_MAX}, {"bert", INT64_MAX}};
  EXPECT_EQ(to(team, {}), "bert");  // no overflow
}

TEST_F(Assigning, ThosePresentFirst) {
  const Team team = read(
      "people:\n  anna: {absences: [{from: 2026-12-01, to: 2026-12-10}]}\n  bert: {absences: [{from: 2026-12-05, to: "
      "2026-12-12}]}\n"
      "  carla: {until: 2026-12-31}\n"
      "assign:\n  - {segment: x, to: [anna, bert]}\n  - {segment: y, to: carla}\n  - {to: bert}\n");
  loads_ = {{"anna", 1}, {"bert", 100}};
  EXPECT_EQ(to(team, {.segment = "x"}, "2026-11-30"), "anna");
  EXPECT_EQ(to(team, {.segment = "x"}, "2026-12-01"), "bert");
  EXPECT_EQ(to(team, {.segment = "x"}, "2026-12-07"), "anna");  // both are away: as if both were there
  EXPECT_EQ(to(team, {.segment = "x"}, "2026-12-11"), "anna");
  EXPECT_EQ(to(team, {.segment = "y"}, "2026-12-31"), "carla");
  EXPECT_EQ(to(team, {.segment = "y"}, "2027-01-01"), "bert");  // the rule has nobody left: the next one
}

// Assigning one account after another, each adding to its person's load, spreads them by capacity.
TEST_F(Assigning, ManyAccountsSpreadByCapacity) {
  const Team team =
      read("people: {a: {capacity: 1}, b: {capacity: 2}, c: {capacity: 7}}\nassign:\n  - {to: [a, b, c]}\n");
  for (int i = 0; i < 1000; ++i) ++loads_[to(team, {})];
  EXPECT_EQ(loads_, (std::map<std::string, int64_t>{{"a", 100}, {"b", 200}, {"c", 700}}));
}

// Whatever the absences: who acts is present, the walk ends, and a present person acts for themselves.
TEST(TeamProperty, WhoActsIsPresent) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    constexpr int64_t kPeople = 8;
    std::vector<Person> people;
    for (int64_t i = 0; i < kPeople; ++i) {
      Person person;
      person.id = std::string(1, static_cast<char>('a' + i));
      const auto somebody = [&]() { return PersonId{static_cast<uint32_t>(random.between(0, kPeople - 1))}; };
      if (i > 0 && random.chance(0.7)) person.manager = PersonId{static_cast<uint32_t>(random.between(0, i - 1))};
      if (random.chance(0.5)) person.delegate = somebody();
      if (random.chance(0.2)) person.until = Day{static_cast<int32_t>(random.between(0, 30))};
      if (random.chance(0.5)) person.successor = somebody();
      for (int64_t n = random.between(0, 3); n > 0; --n) {
        const Day from{static_cast<int32_t>(random.between(0, 30))};
        person.absences.push_back({{from, from + static_cast<int32_t>(random.between(0, 12))}, {}});
        if (random.chance(0.5)) person.absences.back().delegate = somebody();
      }
      people.push_back(person);
    }
    const Team team(people, {}, {});
    for (Day d{0}; d < Day{40}; ++d) {
      for (uint32_t i = 0; i < kPeople; ++i) {
        const auto acts = team.delegate_on({i}, d);
        if (team.present_on({i}, d)) {
          ASSERT_EQ(acts, PersonId{i});
        }
        if (acts) {
          ASSERT_TRUE(team.present_on(*acts, d));
        }
        // Nobody acts only when all managers are away too.
        for (std::optional<PersonId> up = PersonId{i}; !acts && up; up = team.manager_of(*up))
          ASSERT_FALSE(team.present_on(*up, d));
      }
    }
  }
}

}  // namespace
}  // namespace kenko::team
