// Each rule of docs/SEMANTICS.md (Facts, Identity, Attributes) that identity::resolve decides.
#include "identity/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portfolio_text.h"

namespace kenko::identity {
namespace {

using facts::AttributeFact;
using facts::AttributeType;
using facts::AttributeValue;
using facts::EntityKind;
using facts::EventFact;
using facts::FactSet;
using facts::Portfolio;
using facts::Settings;
using facts::SourceSettings;
using testing::ElementsAre;

Day day(const char* iso) { return *Day::parse(iso); }

Settings settings() {
  Settings s;
  SourceSettings app;
  app.name = "app";
  SourceSettings desk;
  desk.name = "desk";
  desk.accounts = facts::AccountIds::matched;
  s.sources = {app, desk};
  return s;
}

EventFact event(const char* source, const char* id, const char* account, const char* user, const char* at) {
  EventFact e;
  e.source = source;
  e.event_id = id;
  if (account != nullptr) e.account_ref = account;
  if (user != nullptr) e.user_ref = user;
  e.name = "login";
  e.occurred_at = *Instant::parse(std::string(at) + "T12:00:00Z");
  e.recorded = {e.occurred_at, 1, true};
  return e;
}

AttributeFact number(const char* source, const char* account, const char* key, int64_t n, const char* from,
                     int64_t seq) {
  AttributeFact a;
  a.source = source;
  a.entity_ref = account;
  a.key = key;
  AttributeValue v;
  v.type = AttributeType::number;
  v.number = Decimal::whole(n);
  a.value = v;
  a.valid_from = day(from);
  a.recorded = {*Instant::parse(std::string(from) + "T12:00:00Z"), seq, true};
  return a;
}

// "a1 plan 2026-01-01 5" for each row; null shows as "null", a stretched first value as "ever".
std::vector<std::string> rows_of(const Portfolio& p) {
  std::vector<std::string> out;
  for (const auto& row : p.attributes) {
    out.push_back(fmt::format("{} {} {} {}", p.accounts[row.account], p.texts.text(row.key),
                              row.day == Day::kMin ? "ever" : row.day.iso(),
                              row.null ? "null" : row.value.number.text()));
  }
  return out;
}

std::vector<std::string> ids_of(const Portfolio& p) {
  std::vector<std::string> out;
  for (size_t a = 0; a < p.accounts.size(); ++a) {
    for (uint64_t i = p.events_of[a].begin; i < p.events_of[a].end; ++i) {
      out.push_back(p.accounts[a] + ":" + std::string(p.events.event_id(i)));
    }
  }
  return out;
}

TEST(Resolve, TheGreatestVersionThenSeqCountsAndADeletionHidesTheEvent) {
  FactSet f;
  f.events = {event("app", "e1", "a", nullptr, "2026-01-01"), event("app", "e1", "a", nullptr, "2026-01-02"),
              event("app", "e2", "a", nullptr, "2026-01-03"), event("app", "e2", "a", nullptr, "2026-01-04"),
              event("app", "e3", "a", nullptr, "2026-01-05"), event("app", "e3", "a", nullptr, "2026-01-05")};
  f.events[0].version = 7;
  f.events[1].recorded.seq = 9;  // later, but the version column says it is older
  f.events[3].recorded.seq = 2;
  f.events[5].recorded.seq = 2;
  f.events[5].deleted = true;
  const Portfolio p = resolve(f, settings());
  EXPECT_THAT(ids_of(p), ElementsAre("a:e1", "a:e2"));
  EXPECT_THAT(std::vector<int32_t>(p.events.day.begin(), p.events.day.end()),
              ElementsAre(day("2026-01-01").number, day("2026-01-04").number));
}

TEST(Resolve, KnownCutBringsBackTheVersionKnownThen) {
  FactSet f;
  f.events = {event("app", "e1", "a", nullptr, "2026-01-01"), event("app", "e1", "b", nullptr, "2026-01-01")};
  f.events[1].recorded = {*Instant::parse("2026-02-01T00:00:00Z"), 2, false};
  facts::Cut cut;
  cut.known_until = Instant{Instant::parse("2026-02-01T00:00:00Z")->micros - 1};
  EXPECT_THAT(ids_of(resolve(f, settings(), cut)), ElementsAre("a:e1"));
  cut.known_until = Instant::parse("2026-02-01T00:00:00Z");  // equal is known
  EXPECT_THAT(ids_of(resolve(f, settings(), cut)), ElementsAre("b:e1"));
}

TEST(Resolve, DayCutComesAfterTheWinnerIsChosen) {
  FactSet f;
  f.events = {event("app", "e1", "a", nullptr, "2026-01-01"), event("app", "e1", "a", nullptr, "2026-01-09")};
  f.events[1].recorded.seq = 2;
  facts::Cut cut;
  cut.occurred_until = day("2026-01-05");
  EXPECT_THAT(ids_of(resolve(f, settings(), cut)), ElementsAre());
  cut.occurred_until = day("2026-01-09");
  EXPECT_THAT(ids_of(resolve(f, settings(), cut)), ElementsAre("a:e1"));
}

TEST(Resolve, DaysAreThoseOfTheWorkspacesZone) {
  FactSet f;
  f.events = {event("app", "e1", "a", nullptr, "2026-01-01")};
  f.events[0].occurred_at = *Instant::parse("2026-01-01T15:00:00Z");
  Settings s = settings();
  s.time_zone = *TimeZone::find("Asia/Tokyo");
  EXPECT_EQ(resolve(f, s).events.day[0], day("2026-01-02").number);
  facts::Cut cut;
  cut.occurred_until = day("2026-01-01");
  EXPECT_EQ(resolve(f, s, cut).events.size(), 0U);
}

TEST(Resolve, MatchedSourceGoesThroughDatedIdentitiesAndTheFirstHoldsBefore) {
  FactSet f;
  f.events = {event("desk", "t1", "77", nullptr, "2025-01-01"), event("desk", "t2", "77", nullptr, "2026-03-01"),
              event("desk", "t3", "77", nullptr, "2026-02-28"), event("desk", "t4", "88", nullptr, "2026-01-01"),
              event("app", "e1", "77", nullptr, "2026-01-01")};
  f.identities = {{EntityKind::account, "desk", "77", "acme", day("2026-02-01"), {{}, 1, false}},
                  {EntityKind::account, "desk", "77", "bold", day("2026-03-01"), {{}, 2, false}},
                  {EntityKind::account, "desk", "77", "cold", day("2026-03-01"), {{}, 1, false}}};
  const Portfolio p = resolve(f, settings());
  EXPECT_THAT(ids_of(p), ElementsAre("77:e1", "acme:t1", "acme:t3", "bold:t2"));
  ASSERT_EQ(p.unmatched.size(), 1U);
  EXPECT_EQ(p.unmatched[0].reference, "88");
  EXPECT_EQ(p.unmatched[0].source, "desk");
}

TEST(Resolve, UsersWithOneContactAreOneAndSortedByContact) {
  FactSet f;
  f.events = {event("app", "e1", "a", "zoe", "2026-01-01"), event("app", "e2", "a", "u-9", "2026-01-02"),
              event("desk", "t1", "x", "z@x.com", "2026-01-03"), event("desk", "t2", "x", "u-9", "2026-01-04")};
  f.identities = {{EntityKind::contact, "desk", "z@x.com", "zoe", std::nullopt, {}},
                  {EntityKind::account, "desk", "x", "a", std::nullopt, {}}};
  const Portfolio p = resolve(f, settings());
  // u-9 of the app is the contact u-9; u-9 of the matched desk is a user of its own.
  EXPECT_THAT(p.users, ElementsAre("u-9", "u-9", "zoe"));
  EXPECT_THAT(std::vector<uint32_t>(p.events.user.begin(), p.events.user.end()), ElementsAre(3, 1, 3, 2));
}

TEST(Resolve, EventWithoutAccountTakesItsUsersOnThatDay) {
  FactSet f;
  f.events = {event("app", "e1", nullptr, "zoe", "2025-12-01"), event("app", "e2", nullptr, "zoe", "2026-06-01"),
              event("app", "e3", nullptr, "tim", "2026-06-01"), event("app", "e4", nullptr, nullptr, "2026-06-01")};
  f.memberships = {{"zoe", "a", day("2026-01-01"), {}}, {"zoe", "b", day("2026-06-01"), {}}};
  const Portfolio p = resolve(f, settings());
  EXPECT_THAT(ids_of(p), ElementsAre("a:e1", "b:e2"));
  ASSERT_EQ(p.unmatched.size(), 2U);
  EXPECT_EQ(p.unmatched[0].reference, "");
  EXPECT_EQ(p.unmatched[1].reference, "tim");
}

TEST(Resolve, ExcludedAccountsAndUsersDoNotExist) {
  FactSet f;
  f.events = {event("app", "e1", "test", "zoe", "2026-01-01"), event("app", "e2", "a", "staff", "2020-01-01"),
              event("app", "e3", "a", "zoe", "2026-01-02"), event("app", "e4", "only-staff", "staff", "2026-01-02")};
  f.attributes = {number("app", "test", "size", 1, "2026-05-01", 1)};
  Settings s = settings();
  s.exclude_accounts = {"test"};
  s.exclude_users = {"staff"};
  const Portfolio p = resolve(f, s);
  EXPECT_THAT(p.accounts, ElementsAre("a"));
  EXPECT_THAT(ids_of(p), ElementsAre("a:e3"));
  EXPECT_EQ(p.source_first_day[0], day("2026-01-02"));  // not the excluded ones
  EXPECT_EQ(p.source_first_day[1], std::nullopt);
  EXPECT_EQ(p.newest_day, day("2026-01-02"));
}

TEST(Resolve, MoneyTakesTheRateOfItsOwnDayAtMostSevenDaysOld) {
  FactSet f;
  f.events = {event("app", "e1", "a", nullptr, "2026-01-08"), event("app", "e2", "a", nullptr, "2026-01-09"),
              event("app", "e3", "a", nullptr, "2026-01-10"), event("app", "e4", "a", nullptr, "2026-01-11")};
  for (EventFact& e : f.events) e.value = Decimal::whole(10);
  f.events[0].currency = f.events[1].currency = "EUR";
  f.events[2].currency = "USD";
  f.rates = {{"EUR", day("2026-01-01"), *parse_rate("1.5"), {{}, 2, false}},
             {"EUR", day("2026-01-01"), *parse_rate("9"), {{}, 1, false}}};
  const Portfolio p = resolve(f, settings());
  EXPECT_EQ(p.events.value[0], 15'000'000);
  EXPECT_EQ(p.events.flags[1] & facts::ResolvedEvents::kNoRate, facts::ResolvedEvents::kNoRate);
  EXPECT_EQ(p.events.value[2], 10'000'000);
  EXPECT_EQ(p.events.value[3], 10'000'000);
  EXPECT_EQ(p.no_rate_events, 1);
}

TEST(Resolve, EventsAreSortedByTimeThenSourceThenId) {
  FactSet f;
  f.events = {event("desk", "b", "x", nullptr, "2026-01-01"), event("app", "z", "a", nullptr, "2026-01-01"),
              event("app", "c", "a", nullptr, "2026-01-01"), event("app", "y", "a", nullptr, "2025-01-01")};
  f.identities = {{EntityKind::account, "desk", "x", "a", std::nullopt, {}}};
  EXPECT_THAT(ids_of(resolve(f, settings())), ElementsAre("a:y", "a:c", "a:z", "a:b"));
}

TEST(Resolve, OfOneDayTheGreatestSourceThenSeqCounts) {
  FactSet f;
  f.attributes = {number("app", "a", "size", 1, "2026-01-01", 5), number("crm", "a", "size", 2, "2026-01-01", 1),
                  number("crm", "a", "size", 3, "2026-01-01", 2), number("app", "a", "size", 4, "2026-02-01", 1)};
  EXPECT_THAT(rows_of(resolve(f, settings())), ElementsAre("a size 2026-01-01 3", "a size 2026-02-01 4"));
}

TEST(Resolve, SnapshotEndsTheKeysOfAnAccountThatItNoLongerNames) {
  FactSet f;
  f.attributes = {number("app", "a", "size", 1, "2026-01-01", 1), number("app", "b", "size", 2, "2026-01-01", 1),
                  number("app", "b", "tier", 3, "2026-01-01", 1), number("app", "a", "size", 1, "2026-01-02", 2),
                  number("app", "a", "size", 1, "2026-01-03", 3)};
  for (AttributeFact& a : f.attributes) a.scope = "accounts";
  EXPECT_THAT(rows_of(resolve(f, settings())),
              ElementsAre("a size 2026-01-01 1", "a size 2026-01-02 1", "a size 2026-01-03 1", "b size 2026-01-01 2",
                          "b size 2026-01-02 null", "b tier 2026-01-01 3", "b tier 2026-01-02 null"));
}

TEST(Resolve, SnapshotThatLosesAnAccountAgainEndsEveryKeyThatItEverGave) {
  FactSet f;
  f.attributes = {number("crm", "a", "size", 1, "2026-01-01", 1), number("crm", "b", "size", 1, "2026-02-01", 2),
                  number("app", "a", "size", 7, "2026-02-15", 3), number("crm", "a", "seats", 2, "2026-03-01", 4),
                  number("crm", "b", "size", 1, "2026-04-01", 5)};
  for (AttributeFact& a : f.attributes) {
    if (a.source == "crm") a.scope = "list";
  }
  EXPECT_THAT(rows_of(resolve(f, settings())),
              ElementsAre("a seats 2026-03-01 2", "a seats 2026-04-01 null", "a size 2026-01-01 1",
                          "a size 2026-02-01 null", "a size 2026-02-15 7", "a size 2026-04-01 null",
                          "b size 2026-02-01 1", "b size 2026-03-01 null", "b size 2026-04-01 1"));
}

TEST(Resolve, SnapshotTakenAgainForADayReplacesItAsAWhole) {
  FactSet f;
  f.attributes = {number("app", "a", "size", 1, "2026-01-01", 1), number("app", "b", "size", 2, "2026-01-01", 1),
                  number("app", "a", "size", 4, "2026-01-01", 2)};
  for (AttributeFact& a : f.attributes) a.scope = "accounts";
  EXPECT_THAT(rows_of(resolve(f, settings())), ElementsAre("a size 2026-01-01 4"));
  f.attributes[2].recorded.known_at = *Instant::parse("2026-03-01T00:00:00Z");
  facts::Cut cut;
  cut.known_until = *Instant::parse("2026-02-01T00:00:00Z");  // law (b): the second one is not written yet
  EXPECT_THAT(rows_of(resolve(f, settings(), cut)), ElementsAre("a size 2026-01-01 1", "b size 2026-01-01 2"));
}

TEST(Resolve, BackfillStretchesTheFirstValueOnBothSidesOfADayCut) {
  FactSet f;
  f.attributes = {number("app", "a", "size", 1, "2026-02-01", 1), number("app", "a", "size", 2, "2026-03-01", 1)};
  for (AttributeFact& a : f.attributes) a.backfill = true;
  const Portfolio p = resolve(f, settings());
  EXPECT_THAT(rows_of(p), ElementsAre("a size ever 1", "a size 2026-02-01 1", "a size 2026-03-01 2"));
  EXPECT_TRUE(p.attributes[0].assumed);
  EXPECT_FALSE(p.attributes[1].assumed);
  facts::Cut cut;
  cut.occurred_until = day("2026-01-15");
  EXPECT_THAT(rows_of(resolve(f, settings(), cut)), ElementsAre("a size ever 1"));
}

TEST(Resolve, ContractThatMovesToAnotherAccountEndsForTheFirst) {
  FactSet f;
  facts::ContractFact c;
  c.source = "app";
  c.contract_id = "c1";
  c.account_ref = "a";
  c.start = c.valid_from = day("2026-01-01");
  c.seats = Decimal::whole(5);
  f.contracts = {c, c};
  f.contracts[1].account_ref = "b";
  f.contracts[1].valid_from = day("2026-04-01");
  const Portfolio p = resolve(f, settings());
  ASSERT_EQ(p.contracts.size(), 3U);
  EXPECT_EQ(p.contracts[1].account, 0U);
  EXPECT_EQ(p.contracts[1].fact.state, facts::ContractFact::State::cancelled);
  EXPECT_EQ(p.contracts[1].fact.end, day("2026-03-31"));
  EXPECT_EQ(p.contracts[2].account, 1U);
}

TEST(Resolve, EmptyPropertyIsAbsent) {
  FactSet f;
  f.events = {event("app", "e1", "a", nullptr, "2026-01-01"), event("app", "e2", "a", nullptr, "2026-01-02")};
  f.events[0].properties = {{"plan", ""}};
  f.events[1].properties = {{"plan", "pro"}};
  const Portfolio p = resolve(f, settings());
  ASSERT_EQ(p.properties.size(), 1U);
  EXPECT_EQ(p.properties[0].row.size(), 1U);
  EXPECT_EQ(p.properties[0].row[0], 1U);
}

AttributeFact text(EntityKind kind, const char* source, const char* ref, const char* key, const char* word,
                   const char* from, int64_t seq) {
  AttributeFact a = number(source, ref, key, 0, from, seq);
  a.kind = kind;
  a.value->type = AttributeType::text;
  a.value->text = word;
  return a;
}

// "acme zoe ever..2026-05-31" for each contact.
std::vector<std::string> contacts_of(const Portfolio& p) {
  const auto name = [](Day d) { return d == Day::kMin || d == Day::kMax ? "ever" : d.iso(); };
  std::vector<std::string> out;
  for (const facts::ContactRow& row : p.contacts) {
    out.push_back(
        fmt::format("{} {} {}..{}", p.accounts[row.account], p.users[row.user - 1], name(row.from), name(row.until)));
  }
  return out;
}

// "zoe role 2026-01-01 champion"; null shows as "null", a stretched first value as "ever".
std::vector<std::string> contact_rows_of(const Portfolio& p) {
  std::vector<std::string> out;
  for (const facts::ContactAttributeRow& row : p.contact_attributes) {
    out.push_back(fmt::format("{} {} {} {}", p.users[row.user - 1], p.texts.text(row.key),
                              row.day == Day::kMin ? "ever" : row.day.iso(), row.null ? "null" : row.value.text));
  }
  return out;
}

TEST(Resolve, ContactsBelongToTheirAccountsByTheDatingRule) {
  FactSet f;
  f.events = {event("app", "e1", "a", "tim", "2026-01-01"), event("app", "e2", "b", nullptr, "2026-01-01")};
  f.memberships = {{"zoe", "b", day("2026-06-01"), {{}, 1, false}}, {"zoe", "a", day("2026-01-01"), {{}, 2, false}},
                   {"ann", "a", std::nullopt, {{}, 3, false}},      {"bob", "a", day("2026-03-01"), {{}, 5, false}},
                   {"bob", "b", day("2026-03-01"), {{}, 4, false}}, {"bob", "a", day("2026-04-01"), {{}, 6, false}}};
  const Portfolio p = resolve(f, settings());
  // tim has no membership: he is a user, no contact.  Of bob's two of one day the later recorded one counts.
  EXPECT_THAT(p.users, ElementsAre("ann", "bob", "tim", "zoe"));
  EXPECT_THAT(contacts_of(p),
              ElementsAre("a ann ever..ever", "a bob ever..ever", "a zoe ever..2026-05-31", "b zoe 2026-06-01..ever"));
}

TEST(Resolve, ContactsOfWhatDoesNotExistAreNone) {
  FactSet f;
  f.events = {event("app", "e1", "a", nullptr, "2026-01-01"), event("app", "e2", "test", nullptr, "2026-01-01")};
  f.memberships = {{"zoe", "a", std::nullopt, {}},          {"zoe", "test", day("2026-02-01"), {}},
                   {"zoe", "a", day("2026-03-01"), {}},     {"staff", "a", std::nullopt, {}},
                   {"ann", "nobody", std::nullopt, {}},     {"bob", "a", std::nullopt, {}},
                   {"bob", "nobody", day("2026-02-01"), {}}};
  f.attributes = {text(EntityKind::contact, "app", "staff", "role", "boss", "2026-01-01", 1)};
  Settings s = settings();
  s.exclude_accounts = {"test"};
  s.exclude_users = {"staff"};
  const Portfolio p = resolve(f, s);
  EXPECT_THAT(p.users, ElementsAre("bob", "zoe"));
  EXPECT_THAT(contacts_of(p),
              ElementsAre("a bob ever..2026-01-31", "a zoe ever..2026-01-31", "a zoe 2026-03-01..ever"));
  EXPECT_TRUE(p.contact_attributes.empty());
}

TEST(Resolve, ContactAttributesFollowTheRulesOfAccountAttributes) {
  FactSet f;
  f.events = {event("app", "e1", "a", "zoe", "2026-01-01")};
  f.identities = {{EntityKind::contact, "desk", "z@x.com", "zoe", day("2026-01-01"), {}},
                  {EntityKind::contact, "desk", "z@x.com", "ann", day("2026-03-01"), {}}};
  f.attributes = {text(EntityKind::contact, "desk", "z@x.com", "role", "champion", "2025-12-01", 1),
                  text(EntityKind::contact, "desk", "z@x.com", "role", "user", "2026-03-01", 2),
                  text(EntityKind::contact, "desk", "stranger", "role", "sponsor", "2026-01-05", 3),
                  text(EntityKind::contact, "app", "zoe", "role", "sponsor", "2026-02-01", 4),
                  text(EntityKind::account, "app", "a", "role", "parent company", "2026-02-01", 5)};
  f.attributes[0].backfill = true;
  const Portfolio p = resolve(f, settings());
  EXPECT_THAT(p.users, ElementsAre("ann", "stranger", "zoe"));
  EXPECT_THAT(contact_rows_of(p),
              ElementsAre("ann role 2026-03-01 user", "stranger role 2026-01-05 sponsor", "zoe role ever champion",
                          "zoe role 2025-12-01 champion", "zoe role 2026-02-01 sponsor"));
  EXPECT_TRUE(p.touches.empty());
  EXPECT_EQ(p.attributes.size(), 1U);

  // Law (a): only what stretches back outlives the cut.
  facts::Cut cut;
  cut.occurred_until = day("2025-11-30");
  EXPECT_THAT(contact_rows_of(resolve(f, settings(), cut)), ElementsAre("zoe role ever champion"));
  // Law (b).
  facts::Cut known;
  known.known_until = Instant::parse("2026-01-31T00:00:00Z");
  EXPECT_THAT(
      contact_rows_of(resolve(f, settings(), known)),
      ElementsAre("stranger role 2026-01-05 sponsor", "zoe role ever champion", "zoe role 2025-12-01 champion"));
}

TEST(Resolve, ASnapshotEndsTheKeysOfAContactThatItNoLongerNames) {
  FactSet f;
  f.attributes = {text(EntityKind::contact, "app", "zoe", "role", "champion", "2026-01-01", 1),
                  text(EntityKind::contact, "app", "ann", "role", "user", "2026-01-01", 1),
                  text(EntityKind::contact, "app", "ann", "role", "sponsor", "2026-02-01", 2)};
  for (AttributeFact& a : f.attributes) a.scope = "people";
  EXPECT_THAT(contact_rows_of(resolve(f, settings())),
              ElementsAre("ann role 2026-01-01 user", "ann role 2026-02-01 sponsor", "zoe role 2026-01-01 champion",
                          "zoe role 2026-02-01 null"));
}

TEST(Resolve, AParentIsLookedUpLikeAnAccountRef) {
  FactSet f;
  f.identities = {{EntityKind::account, "desk", "77", "acme", std::nullopt, {}},
                  {EntityKind::account, "desk", "78", "holding", day("2026-01-01"), {}},
                  {EntityKind::account, "desk", "78", "group", day("2026-03-01"), {}}};
  f.attributes = {text(EntityKind::account, "desk", "77", "parent", "78", "2026-02-01", 1),
                  text(EntityKind::account, "desk", "77", "parent", "78", "2026-03-01", 2),
                  text(EntityKind::account, "desk", "77", "parent", "79", "2026-04-01", 3),
                  text(EntityKind::account, "app", "acme", "parent", "78", "2026-05-01", 4),
                  text(EntityKind::account, "desk", "77", "owner", "78", "2026-05-01", 5)};
  const Portfolio p = resolve(f, settings());
  std::vector<std::string> rows;
  for (const facts::AttributeRow& row : p.attributes) {
    rows.push_back(fmt::format("{} {} {}", p.texts.text(row.key), row.day.iso(), row.value.text));
  }
  EXPECT_THAT(p.accounts, ElementsAre("acme"));  // a parent is no account by being named
  EXPECT_THAT(rows, ElementsAre("owner 2026-05-01 78", "parent 2026-02-01 holding", "parent 2026-03-01 group",
                                "parent 2026-04-01 79", "parent 2026-05-01 78"));
}

TEST(Resolve, ASourceSpeaksWithEveryFactWhoeverItIsAbout) {
  FactSet f;
  f.events = {event("desk", "t1", "unknown", nullptr, "2026-01-01"), event("desk", "t2", "x", "staff", "2026-01-03"),
              event("desk", "t3", "x", nullptr, "2026-01-04"),       event("app", "e1", "test", nullptr, "2026-01-05"),
              event("elsewhere", "e1", "a", nullptr, "2026-01-05"),  event("desk", "t4", "x", nullptr, "2026-01-06")};
  f.events[2].deleted = true;
  f.attributes = {number("desk", "unknown", "size", 1, "2026-02-01", 1),
                  text(EntityKind::contact, "desk", "zoe", "role", "user", "2026-01-20", 2)};
  facts::ContractFact contract;
  contract.source = "desk";
  contract.contract_id = "c1";
  contract.account_ref = "unknown";
  contract.start = day("2020-01-01");
  contract.valid_from = day("2026-01-06");
  contract.recorded.known_at = *Instant::parse("2026-03-01T00:00:00Z");
  f.contracts = {contract};
  Settings s = settings();
  s.exclude_accounts = {"test"};
  s.exclude_users = {"staff"};
  const auto days = [&](const facts::Cut& cut, size_t source) {
    const Portfolio p = resolve(f, s, cut);
    std::vector<std::string> out;
    for (const Day d : p.source_fact_days.at(source)) out.push_back(d.iso());
    return out;
  };
  EXPECT_THAT(days({}, 0), ElementsAre("2026-01-05"));
  EXPECT_THAT(days({}, 1), ElementsAre("2026-01-01", "2026-01-03", "2026-01-06", "2026-01-20", "2026-02-01"));
  facts::Cut cut;
  cut.occurred_until = day("2026-01-20");
  EXPECT_THAT(days(cut, 1), ElementsAre("2026-01-01", "2026-01-03", "2026-01-06", "2026-01-20"));
  f.events.pop_back();
  cut.known_until = Instant::parse("2026-02-28T00:00:00Z");
  EXPECT_THAT(days(cut, 1), ElementsAre("2026-01-01", "2026-01-03", "2026-01-20"));
}

}  // namespace
}  // namespace kenko::identity
