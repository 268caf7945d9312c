// The intake: what is appended is there once it is durable, in groups, in rotated files, sealed and unsealed.
#include "state/intake.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "ports/files.h"
#include "state/faulty_files.h"

namespace kenko::state {
namespace {

namespace fs = std::filesystem;
using facts::EventFact;

EventFact event(const std::string& id, int64_t seq) {
  EventFact e;
  e.source = "app";
  e.event_id = id;
  e.account_ref = "acme";
  e.name = "login";
  e.occurred_at = {seq * 1000};
  e.recorded = {{100}, seq, false};
  return e;
}

class IntakeTest : public testing::Test {
 protected:
  IntakeTest() {
    // In memory where that can be had: the tests are about order, and flush often.
    char name[] = "/dev/shm/kenko-intake-XXXXXX";
    char other[] = "/tmp/kenko-intake-XXXXXX";
    dir_ = ::mkdtemp(fs::exists("/dev/shm") ? name : other);
  }
  ~IntakeTest() override { fs::remove_all(dir_); }

  Database writer() const { return Database::open_for_writing(dir_).value(); }
  /// Appends one event a name in one group; gives its first number.
  static int64_t append(Intake& intake, const std::vector<std::string>& ids) {
    const int64_t first = intake.reserve(static_cast<int64_t>(ids.size())).value();
    std::vector<EventFact> events;
    for (const std::string& id : ids) events.push_back(event(id, first + static_cast<int64_t>(events.size())));
    EXPECT_TRUE(intake.wait(intake.submit(std::move(events))).ok());
    return first;
  }
  /// What a reader finds, as "id id ...".
  std::string read() const { return names(Database::open(dir_).value().load_facts().value().facts.events); }
  static std::string names(const std::vector<EventFact>& events) {
    std::string out;
    int64_t last = 0;
    for (const EventFact& e : events) {
      EXPECT_GT(e.recorded.seq, last) << "by seq";
      last = e.recorded.seq;
      out += out.empty() ? e.event_id : " " + e.event_id;
    }
    return out;
  }
  /// Without what SQLite keeps beside them.
  std::vector<std::string> files() const {
    std::vector<std::string> names = ports::list_files(dir_ + "/intake");
    std::erase_if(names, [](const std::string& n) { return n.ends_with("-wal") || n.ends_with("-shm"); });
    return names;
  }
  std::string dir_;
};

TEST_F(IntakeTest, AnEventComesBackAsItWas) {
  Database database = writer();
  Intake intake = Intake::open(dir_, database).value();
  EventFact full = event("t1", intake.reserve(2).value());
  full.user_ref = "u1";
  full.value = Decimal{-1'500'000};
  full.currency = "EUR";
  full.text = "";
  full.properties = {{"", "12:"}, {"a", "1"}, {"b", ""}, {"z\n", std::string("zw\0ei", 5)}};
  full.version = 7;
  full.deleted = true;
  full.recorded.assumed = true;
  full.raw = {0xfedcba9876543210, 3};
  full.rule = "tickets";
  full.mapping = 0xffffffffffffffff;
  EventFact plain = event("t2", full.recorded.seq + 1);
  plain.account_ref.reset();
  ASSERT_TRUE(intake.wait(intake.submit({full, plain})).ok());
  const auto stored = Database::open(dir_)->load_facts().value();
  ASSERT_EQ(stored.facts.events.size(), 2U);
  const EventFact& back = stored.facts.events[0];
  EXPECT_EQ(facts::content_hash(back), facts::content_hash(full));
  EXPECT_EQ(back.properties, full.properties);
  EXPECT_EQ(back.text, "");
  EXPECT_EQ(back.recorded, full.recorded);
  EXPECT_EQ(back.version, 7);
  EXPECT_EQ(back.raw, full.raw);
  EXPECT_EQ(back.rule, "tickets");
  EXPECT_EQ(back.mapping, full.mapping);
  EXPECT_EQ(stored.facts.events[1].text, std::nullopt);
  EXPECT_EQ(stored.facts.events[1].account_ref, std::nullopt);
  EXPECT_EQ(stored.snapshot.intake_seq, plain.recorded.seq);
}

TEST_F(IntakeTest, AReaderSeesEveryGroupAndThatSomethingCame) {
  Database database = writer();
  Intake intake = Intake::open(dir_, database).value();
  Database reader = Database::open(dir_).value();
  EXPECT_EQ(reader.snapshot()->intake_seq, 0);
  const int64_t first = append(intake, {"a", "b"});
  const ports::Snapshot before = reader.snapshot().value();
  EXPECT_EQ(before.intake_seq, first + 1);
  append(intake, {"c"});
  const ports::Snapshot after = reader.snapshot().value();
  EXPECT_EQ(after.intake_seq, first + 2);
  EXPECT_EQ(after.token, before.token) << "the intake does not touch state.db";
  const IntakeEvents later = reader.load_intake(before.intake_seq).value();
  EXPECT_EQ(names(later.events), "c");
  EXPECT_EQ(later.snapshot.intake_seq, first + 2);
  EXPECT_EQ(names(reader.load_intake().value().events), "a b c");
  EXPECT_TRUE(reader.load_intake(first + 2)->events.empty());
}

TEST_F(IntakeTest, NumbersGrowWithTimeWhoeverTakesThem) {
  Database database = writer();
  Intake intake = Intake::open(dir_, database).value();
  const int64_t first = append(intake, {"a"});
  EXPECT_EQ(append(intake, {"b"}), first + 1);
  // Another commit takes numbers: later events have greater ones.
  Batch batch;
  batch.first_seq = batch.end_seq = database.next_seq().value();
  batch.rates.push_back({"EUR", Day{3}, Rate{1}, {{5}, 0, false}});
  ASSERT_TRUE(database.commit(batch).ok());
  const int64_t third = append(intake, {"c"});
  EXPECT_GT(third, batch.first_seq);
  EXPECT_EQ(database.intake_files()->size(), 1U);
  EXPECT_EQ(database.intake_files()->front().end_seq, database.next_seq().value());
  EXPECT_EQ(read(), "a b c");
  // More than a block at once.
  EXPECT_GT(intake.reserve(1'000'000).value(), third);
  EXPECT_GT(database.next_seq().value(), third + 1'000'000);
}

TEST_F(IntakeTest, WhoOpensItAgainGoesOn) {
  int64_t last = 0;
  for (const char* id : {"a", "b", "c"}) {
    Database database = writer();
    Intake intake = Intake::open(dir_, database).value();
    const int64_t seq = append(intake, {id});
    EXPECT_GT(seq, last);
    last = seq;
  }
  EXPECT_EQ(read(), "a b c");
  EXPECT_EQ(files(), std::vector<std::string>{"00000001.db"});
}

TEST_F(IntakeTest, SealedEventsAreNotReadAgainAndTheirFilesGo) {
  Database database = writer();
  Intake intake = Intake::open(dir_, database).value();
  const int64_t a = append(intake, {"a", "b"});
  const int64_t final_below = intake.rotate().value();
  append(intake, {"c"});
  EXPECT_EQ(read(), "a b c");
  ASSERT_TRUE(database.drop_sealed_intake(final_below).ok());
  EXPECT_EQ(read(), "a b c") << "nothing is sealed";
  Database reader = Database::open(dir_).value();
  const Hash128 token = reader.snapshot()->token;

  ASSERT_TRUE(database.seal_intake({}, a, {7}).ok());
  EXPECT_EQ(read(), "b c");
  EXPECT_NE(reader.snapshot()->token, token);
  ASSERT_TRUE(database.drop_sealed_intake(final_below).ok());
  EXPECT_EQ(read(), "b c");
  EXPECT_EQ(database.intake_files()->size(), 2U);

  ASSERT_TRUE(database.seal_intake({}, a + 1, {8}).ok());
  EXPECT_EQ(read(), "c");
  ASSERT_TRUE(database.drop_sealed_intake(final_below).ok());
  EXPECT_EQ(read(), "c");
  EXPECT_EQ(reader.snapshot()->intake_seq, intake.last_seq()) << "a reader that was open before";
  EXPECT_EQ(database.intake_files()->size(), 1U);
  EXPECT_EQ(files(), std::vector<std::string>{"00000002.db"});
  EXPECT_FALSE(fs::exists(dir_ + "/intake/00000001.db-wal"));

  ASSERT_TRUE(database.seal_intake({}, intake.last_seq(), {9}).ok());
  EXPECT_EQ(read(), "");
  EXPECT_EQ(reader.snapshot()->intake_seq, 0);
  append(intake, {"d"});
  EXPECT_EQ(read(), "d");
}

TEST_F(IntakeTest, AnIdOfAFileIsNeverUsedAgain) {
  Database database = writer();
  for (int i = 0; i < 3; ++i) {
    Intake intake = Intake::open(dir_, database).value();
    append(intake, {"a"});
    ASSERT_TRUE(database.seal_intake({}, intake.last_seq(), {7}).ok());
  }
  EXPECT_EQ(database.intake_files()->front().file, "00000003.db");
  ASSERT_TRUE(database.tidy_intake().ok());
  EXPECT_TRUE(database.intake_files()->empty());
  EXPECT_TRUE(ports::list_files(dir_ + "/intake").empty());
}

TEST_F(IntakeTest, WhatAKilledWriterLeftGoes) {
  Database database = writer();
  fs::create_directory(dir_ + "/intake");
  for (const char* name : {"00000001.db", "00000001.db-wal", "00000007.db-shm", "mine.db", "00000001.database"}) {
    ASSERT_TRUE(ports::write_file(dir_ + "/intake/" + name, {"x"}).ok());
  }
  Intake intake = Intake::open(dir_, database).value();
  EXPECT_EQ(ports::list_files(dir_ + "/intake"), (std::vector<std::string>{"00000001.database", "mine.db"}));
  append(intake, {"a"});
  EXPECT_EQ(read(), "a");
}

TEST_F(IntakeTest, AFileThatIsLostOrForeignIsSaid) {
  Database database = writer();
  {
    Intake intake = Intake::open(dir_, database).value();
    append(intake, {"a"});
  }
  fs::rename(dir_ + "/intake/00000001.db", dir_ + "/away");
  EXPECT_EQ(database.snapshot().problems()[0].code, "intake-missing");
  EXPECT_EQ(database.load_facts().problems()[0].code, "intake-missing");
  EXPECT_EQ(database.load_intake().problems()[0].code, "intake-missing");
  EXPECT_EQ(Intake::open(dir_, database).problems()[0].code, "intake-missing");
  fs::copy(dir_ + "/state.db", dir_ + "/intake/00000001.db");
  EXPECT_EQ(database.load_facts().problems()[0].code, "intake-foreign");
  EXPECT_EQ(Intake::open(dir_, database).problems()[0].code, "intake-foreign");
  fs::remove(dir_ + "/intake/00000001.db");
  fs::rename(dir_ + "/away", dir_ + "/intake/00000001.db");
  EXPECT_EQ(read(), "a");
}

// One decides at a time, all wait at once: batches share transactions, and each is durable when its caller goes on.
TEST_F(IntakeTest, CallersShareTransactions) {
  constexpr int kCallers = 8;
  constexpr int kEach = 40;
  Database database = writer();
  Intake intake = Intake::open(dir_, database).value();
  std::mutex deciding;
  std::atomic<int> failed = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < kEach; ++i) {
        Intake::Ticket ticket = 0;
        {
          const std::lock_guard lock(deciding);
          const int64_t seq = intake.reserve(1).value();
          ticket = intake.submit({event(std::to_string(caller) + "/" + std::to_string(i), seq)});
        }
        if (!intake.wait(ticket).ok()) ++failed;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(failed, 0);
  const auto events = Database::open(dir_)->load_facts().value().facts.events;
  std::set<std::string> ids;
  for (const EventFact& e : events) ids.insert(e.event_id);
  EXPECT_EQ(events.size(), static_cast<size_t>(kCallers * kEach));
  EXPECT_EQ(ids.size(), events.size());
  // What several hand over before one of them waits is one transaction.
  const int64_t before = intake.transactions();
  const int64_t seq = intake.reserve(2).value();
  const Intake::Ticket first = intake.submit({event("x", seq)});
  const Intake::Ticket second = intake.submit({event("y", seq + 1)});
  std::thread other([&] { failed += intake.wait(second).ok() ? 0 : 1; });
  ASSERT_TRUE(intake.wait(first).ok());
  other.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(intake.transactions(), before + 1);
}

// A reader goes on reading while another process appends, seals and drops files; what it sees only grows or is sealed.
TEST_F(IntakeTest, ReadersNeverSeeHalfOfIt) {
  {
    const Database made = writer();
  }
  const pid_t child = ::fork();
  if (child == 0) {
    auto database = Database::open_for_writing(dir_);
    auto intake = Intake::open(dir_, *database);
    for (int round = 0; round < 60; ++round) {
      append(*intake, {"a", "b", "c"});
      ::usleep(2000);  // or no reader would ever come in between
      const auto below = intake->rotate();
      const bool sealed = database->seal_intake({}, intake->last_seq(), {round}).ok();
      if (!sealed || !database->drop_sealed_intake(*below).ok()) ::_exit(1);
    }
    ::_exit(0);
  }
  Database reader = Database::open(dir_).value();
  int status = 0;
  int64_t last = 0;
  int reads = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    const auto stored = reader.load_facts();
    ASSERT_TRUE(stored.ok()) << to_text(stored.problems());
    const size_t events = stored->facts.events.size();
    ASSERT_TRUE(events == 0 || events == 3) << events;
    if (events == 0) continue;
    ASSERT_EQ(names(stored->facts.events), "a b c");
    ASSERT_GE(stored->snapshot.intake_seq, last);
    last = stored->snapshot.intake_seq;
    ++reads;
  }
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_GT(reads, 0);
}

// Appending, rotating and sealing with each write, flush and truncation failing in turn, or ending the process: what
// was acknowledged is there, and what failed can be done again.
TEST_F(IntakeTest, AFaultAtAnyWriteLosesNothingAcknowledged) {
  const std::string acks = dir_ + "/acks";
  // Appends a, b, then seals them, then c; notes on the way what was acknowledged.
  const auto work = [&]() -> bool {
    auto database = Database::open_for_writing(dir_);
    if (!database.ok()) return false;
    auto intake = Intake::open(dir_, *database);
    if (!intake.ok()) return false;
    for (const char* id : {"a", "b", "c"}) {
      const auto seq = intake->reserve(1);
      if (!seq.ok() || !intake->wait(intake->submit({event(id, *seq)})).ok()) return false;
      if (FILE* out = std::fopen(acks.c_str(), "a"); out != nullptr) {
        std::fputs(id, out);
        std::fclose(out);
      }
      if (*id != 'b') continue;
      const auto below = intake->rotate();
      if (!below.ok() || !database->seal_intake({}, intake->last_seq(), {7}).ok()) return false;
      if (!database->drop_sealed_intake(*below).ok()) return false;
    }
    return true;
  };
  const auto reset = [&] {
    for (const auto& file : fs::directory_iterator(dir_)) fs::remove_all(file.path());
    const Database made = writer();
  };
  const auto check = [&](int faults) {
    const auto read_acks = ports::read_file(acks);
    const std::string acknowledged = read_acks.ok() ? *read_acks : "";
    Database database = writer();
    Intake intake = Intake::open(dir_, database).value();
    const std::string there = read();
    // a and b are sealed together (here into nothing); which of them were, the catalog tells.
    const std::string expected[] = {"", "a", "a b", "", "c"};
    ASSERT_TRUE(std::find(std::begin(expected), std::end(expected), there) != std::end(expected)) << there;
    if (acknowledged == "a") {
      EXPECT_TRUE(there == "a" || there == "a b") << faults;
    }
    if (acknowledged == "abc") {
      EXPECT_EQ(there, "c") << faults;
    }
    append(intake, {"z"});
    EXPECT_EQ(read(), there.empty() ? "z" : there + " z") << "after fault " << faults;
  };
  for (const bool crash : {false, true}) {
    int faults = 0;
    for (bool finished = false; !finished; ++faults) {
      ASSERT_LT(faults, 500);
      reset();
      if (crash) {
        const pid_t child = ::fork();
        if (child == 0) {
          const FaultyFiles files(faults, true);
          ::_exit(work() ? 0 : 1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        finished = WEXITSTATUS(status) == 0;
        ASSERT_TRUE(finished || WEXITSTATUS(status) == FaultyFiles::kCrashed);
      } else {
        const FaultyFiles files(faults, false);
        finished = work();
      }
      check(faults);
    }
    EXPECT_GT(faults, 20) << "too few writes were made to fail";
  }
}

TEST_F(IntakeTest, AfterAFailureNothingIsPromised) {
  Database database = writer();
  Intake intake = Intake::open(dir_, database).value();
  const int64_t first = append(intake, {"a"});
  // A stranger takes a number of ours: the transaction fails, and what waits behind it is lost with it.
  run_sql(dir_ + "/intake/00000001.db",
          "INSERT INTO event SELECT seq + 1, source, 'stranger', version, deleted, account_ref, user_ref, name, "
          "occurred_at, value, currency, text, properties, known_at, assumed, raw, rule, mapping FROM event");
  const Intake::Ticket bad = intake.submit({event("b", first + 1)});
  const Intake::Ticket behind = intake.submit({event("c", first + 2)});
  EXPECT_EQ(intake.wait(bad).problems()[0].code, "state-failed");
  EXPECT_FALSE(intake.wait(behind).ok());
  EXPECT_FALSE(intake.reserve(1).ok());
  EXPECT_FALSE(intake.rotate().ok());
  EXPECT_TRUE(intake.wait(bad - 1).ok()) << "what was durable before still is";
  EXPECT_EQ(read(), "a stranger");
}

}  // namespace
}  // namespace kenko::state
