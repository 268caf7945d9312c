#include "state/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "ports/files.h"
#include "state/write_lock.h"

namespace kenko::state {
namespace {

namespace fs = std::filesystem;
using facts::AttributeFact;
using facts::AttributeType;
using facts::AttributeValue;

AttributeFact attribute(const std::string& entity, const std::string& key, const std::string& text, int day = 10) {
  AttributeFact fact;
  fact.source = "crm";
  fact.entity_ref = entity;
  fact.key = key;
  fact.valid_from = Day{day};
  if (!text.empty()) {
    AttributeValue value;
    value.text = text;
    fact.value = value;
  }
  fact.recorded.known_at = Instant{5};
  return fact;
}

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() {
    char name[] = "/tmp/kenko-state-XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  ~DatabaseTest() override { fs::remove_all(dir_); }

  Database writer() { return Database::open_for_writing(dir_).value(); }
  /// A batch that takes the next numbers.
  static Batch batch(Database& database, int64_t events = 0) {
    Batch b;
    b.command = "kenko import";
    b.at = Instant{1000};
    b.first_seq = database.next_seq().value();
    b.end_seq = b.first_seq + events;
    return b;
  }
  void pragma(const std::string& sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open((dir_ + "/state.db").c_str(), &handle), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
  }
  std::string open_code() const {
    const auto opened = Database::open(dir_);
    return opened.ok() ? "" : opened.problems()[0].code;
  }
  std::string dir_;
};

TEST_F(DatabaseTest, EveryKindOfFactComesBackAsItWas) {
  Database database = writer();
  Batch b = batch(database);
  b.attributes = {attribute("a", "plan", "gold"), attribute("a", "plan", "", 20)};
  AttributeFact money = attribute("a", "budget", "x");
  money.value = AttributeValue{AttributeType::money, Decimal{-1'500'000}, "EUR", {}, false};
  AttributeFact flag = attribute("a", "vip", "x");
  flag.value = AttributeValue{AttributeType::flag, {}, "", {}, true};
  AttributeFact day = attribute("a", "started", "x");
  day.value = AttributeValue{AttributeType::day, {}, "", Day{-3}, false};
  day.backfill = true;
  b.attributes.insert(b.attributes.end(), {money, flag, day});
  facts::ContractFact contract;
  contract.source = "billing";
  contract.contract_id = "c1";
  contract.account_ref = "a";
  contract.start = Day{1};
  contract.end = Day{300};
  contract.arr = Decimal::whole(1200);
  contract.currency = "EUR";
  contract.term_months = 6;
  contract.state = facts::ContractFact::State::cancelled;
  contract.valid_from = Day{1};
  b.contracts = {contract};
  b.identities = {{facts::EntityKind::account, "crm", "X1", "a", std::nullopt, {}},
                  {facts::EntityKind::contact, "crm", "u1", "ann", Day{4}, {}}};
  b.memberships = {{"ann", "a", std::nullopt, {}}};
  b.rates = {{"EUR", Day{9}, Rate{1'100'000'000}, {Instant{3}, 0, true}}};
  ASSERT_TRUE(database.commit(b).ok());

  const facts::FactSet facts = Database::open(dir_)->load_facts().value().facts;
  ASSERT_EQ(facts.attributes.size(), 5U);
  const auto find = [&facts](const std::string& key) {
    return *std::find_if(facts.attributes.begin(), facts.attributes.end(),
                         [&key](const AttributeFact& f) { return f.key == key; });
  };
  EXPECT_EQ(find("budget").value, money.value);
  EXPECT_EQ(find("vip").value, flag.value);
  EXPECT_EQ(find("started").value, day.value);
  EXPECT_TRUE(find("started").backfill);
  EXPECT_EQ(find("plan").value->text, "gold");
  EXPECT_EQ(find("plan").recorded.known_at, Instant{5});
  ASSERT_EQ(facts.contracts.size(), 1U);
  EXPECT_EQ(facts.contracts[0].end, contract.end);
  EXPECT_EQ(facts.contracts[0].renewal, std::nullopt);
  EXPECT_EQ(facts.contracts[0].arr, contract.arr);
  EXPECT_EQ(facts.contracts[0].seats, std::nullopt);
  EXPECT_EQ(facts.contracts[0].term_months, 6);
  EXPECT_EQ(facts.contracts[0].state, facts::ContractFact::State::cancelled);
  ASSERT_EQ(facts.identities.size(), 2U);
  EXPECT_EQ(facts.identities[0].valid_from, std::nullopt);
  EXPECT_EQ(facts.identities[1].valid_from, Day{4});
  ASSERT_EQ(facts.memberships.size(), 1U);
  EXPECT_EQ(facts.memberships[0].account, "a");
  ASSERT_EQ(facts.rates.size(), 1U);
  EXPECT_EQ(facts.rates[0].rate, Rate{1'100'000'000});
  EXPECT_TRUE(facts.rates[0].recorded.assumed);
  // Ten facts, numbered 1 .. 10.
  EXPECT_EQ(database.next_seq().value(), 11);
}

TEST_F(DatabaseTest, TheSameFactAgainChangesNothing) {
  Database database = writer();
  Batch b = batch(database);
  b.attributes = {attribute("a", "plan", "gold"), attribute("a", "plan", "gold")};
  b.rates = {{"EUR", Day{9}, Rate{1'100'000'000}, {}}};
  const Outcomes first = database.classify(b).value();
  EXPECT_EQ(first.attributes, (std::vector<Outcome>{Outcome::added, Outcome::already}));
  ASSERT_TRUE(database.commit(b)->facts_changed);
  const Hash128 token = database.snapshot()->token;

  Batch again = batch(database);
  again.attributes = b.attributes;
  again.rates = b.rates;
  EXPECT_EQ(database.classify(again)->attributes, (std::vector<Outcome>{Outcome::already, Outcome::already}));
  EXPECT_EQ(database.classify(again)->rates, std::vector<Outcome>{Outcome::already});
  EXPECT_FALSE(database.commit(again)->facts_changed);
  EXPECT_EQ(database.load_facts()->facts.attributes.size(), 1U);
  EXPECT_EQ(database.snapshot()->token, token);
}

TEST_F(DatabaseTest, ACorrectionIsAVersionAndSoIsGoingBack) {
  Database database = writer();
  for (const std::string value : {"gold", "silver", "gold"}) {
    Batch b = batch(database);
    b.attributes = {attribute("a", "plan", value)};
    EXPECT_NE(database.classify(b)->attributes[0], Outcome::already) << value;
    ASSERT_TRUE(database.commit(b).ok());
  }
  const auto facts = database.load_facts()->facts;
  ASSERT_EQ(facts.attributes.size(), 3U);
  EXPECT_EQ(facts.attributes.back().value->text, "gold");
  EXPECT_EQ(facts.attributes.back().recorded.seq, 3);
}

TEST_F(DatabaseTest, ASnapshotCountsAsAWhole) {
  Database database = writer();
  const auto take = [&database](int day, std::vector<AttributeFact> rows) {
    Batch b = batch(database);
    b.snapshots = {{"crm", "accounts", Day{day}, std::move(rows)}};
    const auto outcomes = database.classify(b).value().snapshots[0];
    EXPECT_TRUE(database.commit(b).ok());
    return outcomes;
  };
  using O = std::vector<Outcome>;
  EXPECT_EQ(take(1, {attribute("a", "plan", "x"), attribute("b", "plan", "x")}), (O{Outcome::added, Outcome::added}));
  EXPECT_EQ(take(1, {attribute("b", "plan", "x"), attribute("a", "plan", "x")}),
            (O{Outcome::already, Outcome::already}));
  // `b` is no longer named: a new take, though the row of `a` says the same.
  EXPECT_EQ(take(1, {attribute("a", "plan", "x")}), O{Outcome::already});
  const auto facts = database.load_facts()->facts;
  ASSERT_EQ(facts.attributes.size(), 3U);
  EXPECT_EQ(std::count_if(facts.attributes.begin(), facts.attributes.end(),
                          [](const AttributeFact& f) { return f.recorded.seq == 2; }),
            1);
  EXPECT_EQ(database.snapshot_entities("crm", "accounts", Day{2}).value(), std::vector<std::string>{"a"});
  EXPECT_TRUE(database.snapshot_entities("crm", "accounts", Day{1}).value().empty());

  Batch empty = batch(database);
  empty.snapshots = {{"crm", "accounts", Day{3}, {}}};
  EXPECT_EQ(database.commit(empty).problems()[0].code, "empty-snapshot");
}

TEST_F(DatabaseTest, DigestsDoNotDependOnOrderOrRecordedTimes) {
  const std::vector<AttributeFact> values = {attribute("a", "plan", "x"), attribute("b", "plan", "y"),
                                             attribute("a", "tier", "z", 11)};
  facts::FactSet forward;
  facts::FactSet backward;
  for (size_t i = 0; i < values.size(); ++i) {
    forward.attributes.push_back(values[i]);
    forward.attributes.back().recorded = {Instant{1}, static_cast<int64_t>(i), false};
    backward.attributes.push_back(values[values.size() - 1 - i]);
    backward.attributes.back().recorded = {Instant{9}, static_cast<int64_t>(100 + i), true};
  }
  EXPECT_EQ(facts_digest(forward), facts_digest(backward));
  AttributeFact superseded = attribute("a", "plan", "old");
  superseded.recorded.seq = -1;
  forward.attributes.push_back(superseded);
  EXPECT_EQ(facts_digest(forward), facts_digest(backward));
  forward.attributes.back().recorded.seq = 50;
  EXPECT_NE(facts_digest(forward), facts_digest(backward));
}

TEST_F(DatabaseTest, RejectsAreKeptOncePerRecordUntilItIsAccepted) {
  Database database = writer();
  const Reject bad{Hash128{1, 2}, "crm", "a.csv", 3, "when", "bad-date", "not a date", "{}"};
  const Reject other{Hash128{7, 7}, "crm", "a.csv", 4, "", "no-account", "no account", "{}"};
  Batch b = batch(database);
  b.rejects = {other, bad};
  EXPECT_EQ(database.commit(b)->rejects_added, 2);
  Batch again = batch(database);
  again.rejects = {bad, other};
  again.rejects[0].file = "b.csv";
  EXPECT_EQ(database.commit(again)->rejects_added, 0);
  ASSERT_EQ(database.rejects()->size(), 2U);
  EXPECT_EQ(database.rejects().value()[1].file, "b.csv");
  Batch mended = batch(database);
  mended.accepted = {bad.record, Hash128{9, 9}};
  EXPECT_EQ(database.commit(mended)->rejects_removed, 1);
  EXPECT_EQ(database.rejects("crm").value(), std::vector<Reject>{other});
  EXPECT_TRUE(database.rejects("billing")->empty());
}

TEST_F(DatabaseTest, TheCatalogAndTheListOfImportsComeBack) {
  Database database = writer();
  const ports::SegmentInfo segment{1, "1.parquet", "crm", 5, 1, 5, Day{1}, Day{2}, Instant{7}};
  Batch b = batch(database, 5);
  b.catalog.segments = {segment};
  b.catalog.key_files = {{1, "1.keys", 5, 1, 5}};
  b.catalog.versions_file = "versions-1.parquet";
  b.files = {{"a.csv", 10, 5, 1, 1, 2, 1, 0}, {"b.csv", 0, 0, 0, 0, 0, 0, 0}};
  b.rules = {{"crm", "logins"}, {"crm", "calls"}, {"crm", "logins"}};
  const CommitReport report = database.commit(b).value();
  EXPECT_EQ(report.next_seq, 6);
  const ports::Snapshot snapshot = Database::open(dir_)->snapshot().value();
  EXPECT_EQ(snapshot.segments, std::vector{segment});
  EXPECT_EQ(snapshot.key_files, b.catalog.key_files);
  EXPECT_EQ(snapshot.versions_file, "versions-1.parquet");
  EXPECT_EQ(snapshot.next_seq, 6);
  EXPECT_EQ(snapshot.generation, 1);
  EXPECT_TRUE(snapshot.replaced.empty());
  const auto imports = database.imports().value();
  ASSERT_EQ(imports.size(), 1U);
  EXPECT_EQ(imports[0].id, report.import_id);
  EXPECT_EQ(imports[0].files, b.files);
  EXPECT_EQ(database.rule_names("crm").value(), (std::vector<std::string>{"calls", "logins"}));
  ASSERT_TRUE(database.add_audit({Instant{1}, "source-defined", "crm"}).ok());
  EXPECT_EQ(database.audit().value(), (std::vector<AuditEntry>{{Instant{1}, "source-defined", "crm"}}));
  EXPECT_EQ(database.counts()->imports, 1);
}

TEST_F(DatabaseTest, FilesThatWereReplacedAreKnownUntilTheyAreForgotten) {
  Database database = writer();
  Batch b = batch(database, 5);
  b.catalog.segments = {{1, "1.parquet", "crm", 2, 1, 2, {}, {}, {}}, {2, "2.parquet", "crm", 3, 3, 5, {}, {}, {}}};
  b.catalog.key_files = {{1, "1.keys", 2, 1, 2}, {2, "2.keys", 3, 3, 5}};
  b.catalog.versions_file = "versions-1.parquet";
  ASSERT_TRUE(database.commit(b).ok());
  const ports::Snapshot before = database.snapshot().value();
  ports::CatalogChange change;
  change.segments = {{3, "3.parquet", "crm", 5, 1, 5, {}, {}, {}}};
  change.replaced_segments = {1, 2};
  change.replaced_key_files = {1};
  change.versions_file = "versions-2.parquet";
  ASSERT_TRUE(database.change_catalog(change, Instant{50}).ok());
  const ports::Snapshot after = database.snapshot().value();
  EXPECT_EQ(after.token, before.token);
  EXPECT_EQ(after.generation, before.generation + 1);
  EXPECT_EQ(after.segments, change.segments);
  EXPECT_EQ(after.key_files, std::vector{b.catalog.key_files[1]});
  EXPECT_EQ(after.replaced, (std::vector<ports::ReplacedFile>{{"1.keys", Instant{50}},
                                                              {"1.parquet", Instant{50}},
                                                              {"2.parquet", Instant{50}},
                                                              {"versions-1.parquet", Instant{50}}}));
  ports::Snapshot applied = before;
  change.apply(applied, Instant{50});
  EXPECT_EQ(applied.segments, after.segments);
  EXPECT_EQ(applied.key_files, after.key_files);
  EXPECT_EQ(applied.versions_file, after.versions_file);
  EXPECT_EQ(applied.replaced, after.replaced);

  EXPECT_EQ(database.change_catalog(change, Instant{51}).problems()[0].code, "state-moved");
  EXPECT_EQ(database.snapshot()->replaced, after.replaced);
  ASSERT_TRUE(database.forget_replaced(Instant{49}).ok());
  EXPECT_EQ(database.snapshot()->replaced.size(), 4U);
  ASSERT_TRUE(database.forget_replaced(Instant{50}).ok());
  EXPECT_TRUE(database.snapshot()->replaced.empty());
}

TEST_F(DatabaseTest, AFailedCommitLeavesNothing) {
  Database database = writer();
  Batch b = batch(database, 5);
  b.attributes = {attribute("a", "plan", "x")};
  b.catalog.segments = {{1, "1.parquet", "crm", 5, 1, 5, {}, {}, {}}, {1, "2.parquet", "crm", 5, 1, 5, {}, {}, {}}};
  ASSERT_FALSE(database.commit(b).ok());
  EXPECT_TRUE(database.snapshot()->segments.empty());
  EXPECT_TRUE(database.load_facts()->facts.attributes.empty());
  EXPECT_EQ(database.next_seq().value(), 1);
  b.catalog.segments.pop_back();
  EXPECT_TRUE(database.commit(b).ok());
  EXPECT_EQ(database.commit(b).problems()[0].code, "state-moved");
}

TEST_F(DatabaseTest, NoEmptyForeignAndDamagedFilesAreNamed) {
  EXPECT_EQ(open_code(), "state-missing");
  ASSERT_TRUE(ports::write_file(dir_ + "/state.db", {}).ok());
  EXPECT_EQ(open_code(), "state-missing");
  ASSERT_TRUE(ports::write_file(dir_ + "/state.db", {std::string(5000, 'x')}).ok());
  EXPECT_EQ(open_code(), "state-foreign");
  EXPECT_EQ(Database::open_for_writing(dir_).problems()[0].code, "state-foreign");
  EXPECT_EQ(ports::read_file(dir_ + "/state.db").value(), std::string(5000, 'x'));
  fs::remove(dir_ + "/state.db");
  pragma("CREATE TABLE mine(x)");
  EXPECT_EQ(open_code(), "state-foreign");
  EXPECT_EQ(Database::open_for_writing(dir_).problems()[0].code, "state-foreign");
}

TEST_F(DatabaseTest, OtherFormatsAreRefusedByName) {
  static_cast<void>(writer());
  EXPECT_EQ(open_code(), "");
  pragma("PRAGMA user_version = 99");
  EXPECT_EQ(open_code(), "workspace-newer");
  EXPECT_EQ(Database::open_for_writing(dir_).problems()[0].code, "workspace-newer");
  for (const char* older : {"0", "1", "2", "3"}) {
    pragma(std::string("PRAGMA user_version = ") + older);
    EXPECT_EQ(open_code(), "workspace-older");
    EXPECT_EQ(Database::open_for_writing(dir_).problems()[0].code, "workspace-older");
  }
}

TEST_F(DatabaseTest, ReadersSeeWhatWasCommittedWhileAWriterIsBusy) {
  Database database = writer();
  Database reader = Database::open(dir_).value();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((dir_ + "/state.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE; DELETE FROM meta", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(reader.next_seq().value(), 1);
  sqlite3_close(other);
}

TEST_F(DatabaseTest, ASecondWriterIsToldWhoWrites) {
  auto first = WriteLock::acquire(dir_);
  ASSERT_TRUE(first.ok());
  const auto second = WriteLock::acquire(dir_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.problems()[0].code, "workspace-locked");
  EXPECT_NE(second.problems()[0].message.find(std::to_string(::getpid())), std::string::npos);
  {
    const WriteLock gone = std::move(first).value();
  }
  EXPECT_TRUE(WriteLock::acquire(dir_).ok());
  EXPECT_FALSE(WriteLock::acquire(dir_ + "/none").ok());
}

}  // namespace
}  // namespace kenko::state
