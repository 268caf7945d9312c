// Entries by hand and what taking back does to them; and that no fault at any write leaves half of it.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "state/database.h"
#include "state/faulty_files.h"

namespace kenko::state {
namespace {

namespace fs = std::filesystem;
using facts::AttributeFact;
using facts::EventFact;

EventFact event(const std::string& id, const std::string& name, int64_t at = 5) {
  EventFact e;
  e.source = "help";
  e.event_id = id;
  e.account_ref = "acme";
  e.name = name;
  e.occurred_at = {at};
  e.recorded.known_at = {100};
  return e;
}

EntryDraft event_draft(const std::string& name, int64_t at) {
  EntryDraft draft;
  draft.at = {at};
  draft.author = "ann";
  draft.event = event("", name, at - 1);
  draft.event->value = Decimal::whole(4);
  draft.event->text = "said so";
  draft.event->properties = {{"author", "ann"}, {"reason", "a\"b"}};
  return draft;
}

EntryDraft value_draft(const std::string& value, int64_t at, int day = 10) {
  EntryDraft draft;
  draft.at = {at};
  draft.author = "ann";
  draft.attribute.emplace();
  draft.attribute->entity_ref = "acme";
  draft.attribute->key = "plan";
  draft.attribute->valid_from = Day{day};
  draft.attribute->value.emplace();
  draft.attribute->value->text = value;
  return draft;
}

class EntriesTest : public testing::Test {
 protected:
  EntriesTest() {
    char name[] = "/tmp/kenko-entries-XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  ~EntriesTest() override { fs::remove_all(dir_); }

  Database writer() { return Database::open_for_writing(dir_).value(); }
  /// Events that are there, as "id name", of the versions that count.
  static std::string events_of(const std::vector<EventFact>& versions) {
    std::map<std::string, const EventFact*> winners;
    for (const EventFact& e : versions) {
      const EventFact*& w = winners[e.event_id];
      if (w == nullptr || std::pair(w->version, w->recorded.seq) < std::pair(e.version, e.recorded.seq)) w = &e;
    }
    std::string out;
    for (const auto& [id, e] : winners) out += e->deleted ? "" : id + " " + e->name + ";";
    return out;
  }
  std::string events() { return events_of(Database::open(dir_)->load_facts()->facts.events); }
  /// The value that counts on day 10, as known at an instant.
  std::string plan(const std::optional<Instant>& known_until = {}) {
    std::string out = "-";
    int64_t seq = 0;
    const auto facts = Database::open(dir_)->load_facts(known_until).value().facts;
    for (const AttributeFact& f : facts.attributes) {
      if ((known_until && f.recorded.known_at > *known_until) || f.recorded.seq < seq) continue;
      seq = f.recorded.seq;
      out = f.value ? f.value->text : "null";
    }
    return out;
  }
  Hash128 digest() { return facts_digest(Database::open(dir_)->load_facts()->facts); }
  std::string dir_;
};

TEST_F(EntriesTest, AnEntryHasANumberAnAuthorAndAFact) {
  Database database = writer();
  const auto recorded = database.record({event_draft("call", 50), value_draft("gold", 60)}).value();
  ASSERT_EQ(recorded.size(), 2U);
  EXPECT_EQ(recorded[0].number, 1);
  EXPECT_EQ(recorded[1].number, 2);
  const auto entries = Database::open(dir_)->entries().value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].author, "ann");
  EXPECT_EQ(entries[0].at, Instant{50});
  EXPECT_EQ(entries[0].event->event_id, "m1");
  EXPECT_EQ(entries[0].event->source, kManualSource);
  EXPECT_EQ(entries[0].event->recorded.known_at, Instant{50});
  EXPECT_EQ(facts::content_hash(*entries[0].event), facts::content_hash(*recorded[0].event));
  EXPECT_EQ(entries[1].attribute->value->text, "gold");
  EXPECT_TRUE(entries[0].counts() && entries[1].counts());
  EXPECT_EQ(plan(), "gold");
  EXPECT_EQ(plan(Instant{59}), "-");
}

TEST_F(EntriesTest, UndoOfAnUndoBringsAnEventBack) {
  Database database = writer();
  const Hash128 empty = digest();
  ASSERT_TRUE(database.record({event_draft("call", 50)}).ok());
  EXPECT_EQ(events(), "m1 call;");
  const Entry undone = database.undo(1, "bob", {60}).value();
  EXPECT_EQ(undone.number, 2);
  EXPECT_EQ(undone.undoes, 1);
  EXPECT_EQ(events(), "");
  EXPECT_EQ(digest(), empty);
  const auto again = database.undo(1, "bob", {61});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.problems()[0].code, "already-undone");
  EXPECT_NE(again.problems()[0].hint.find("--undo m2"), std::string::npos);
  ASSERT_TRUE(database.undo(2, "ann", {70}).ok());
  EXPECT_EQ(events(), "m1 call;");
  ASSERT_TRUE(database.undo(1, "ann", {80}).ok()) << "what came back can be taken back again";
  EXPECT_EQ(events(), "");
  ASSERT_TRUE(database.undo(4, "ann", {90}).ok());
  const auto entries = database.entries().value();
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(entries[0].undone_by, 0);
  EXPECT_EQ(entries[1].undone_by, 3);
  EXPECT_EQ(entries[3].undone_by, 5);
  EXPECT_EQ(entries[1].author, "bob");
  const auto versions = database.load_facts()->facts.events;
  EXPECT_EQ(versions.size(), 5U) << "nothing is changed in place";
  for (size_t i = 0; i < versions.size(); ++i) EXPECT_EQ(versions[i].deleted, i % 2 == 1);
  EXPECT_EQ(database.undo(99, "ann", {1}).problems()[0].code, "unknown-entry");
  EXPECT_EQ(database.entries()->size(), 5U);
}

TEST_F(EntriesTest, AValueTakenBackWasNeverSaidButWasKnown) {
  Database database = writer();
  const Hash128 empty = digest();
  ASSERT_TRUE(database.record({value_draft("gold", 50)}).ok());
  const Hash128 gold = digest();
  ASSERT_TRUE(database.undo(1, "ann", {60}).ok());
  EXPECT_EQ(plan(), "-");
  EXPECT_EQ(digest(), empty);
  EXPECT_EQ(plan(Instant{59}), "gold") << "what was known then stays known";
  EXPECT_EQ(plan(Instant{60}), "-");
  ASSERT_TRUE(database.undo(2, "ann", {70}).ok());
  EXPECT_EQ(digest(), gold);
  EXPECT_EQ(plan(Instant{65}), "-");
  // The same value again says nothing new; after an undo it does.
  EXPECT_TRUE(database.record({value_draft("gold", 75)}).value()[0].repeated);
  ASSERT_TRUE(database.undo(1, "ann", {80}).ok());
  const Entry anew = database.record({value_draft("gold", 85)}).value()[0];
  EXPECT_FALSE(anew.repeated);
  EXPECT_EQ(anew.number, 5);
  EXPECT_EQ(plan(), "gold");
}

TEST_F(EntriesTest, UndoOfAValueUncoversTheOneBefore) {
  Database database = writer();
  ASSERT_TRUE(database.record({value_draft("gold", 50), value_draft("silver", 51), value_draft("tin", 52)}).ok());
  EXPECT_EQ(plan(), "tin");
  ASSERT_TRUE(database.undo(2, "ann", {60}).ok());
  EXPECT_EQ(plan(), "tin") << "what was overruled anyway changes nothing";
  ASSERT_TRUE(database.undo(3, "ann", {61}).ok());
  EXPECT_EQ(plan(), "gold");
  ASSERT_TRUE(database.undo(4, "ann", {62}).ok());
  EXPECT_EQ(plan(), "silver");
  // Another day is another value.
  ASSERT_TRUE(database.record({value_draft("lead", 70, 11)}).ok());
  ASSERT_TRUE(database.undo(1, "ann", {80}).ok());
  ASSERT_TRUE(database.undo(2, "ann", {81}).ok());
  const auto attributes = database.load_facts()->facts.attributes;
  ASSERT_EQ(attributes.size(), 1U);
  EXPECT_EQ(attributes[0].valid_from, Day{11});
}

TEST_F(EntriesTest, PublicationsComeBackAsTheyWere) {
  EXPECT_TRUE(writer().publications()->empty());
  Publication publication;
  publication.at = {70};
  publication.author = "ann";
  publication.reason = "first";
  publication.model = "saas";
  publication.fingerprint = {1, 2};
  publication.text = "kenko: 1\n";
  EXPECT_EQ(writer().publish(publication)->number, 1);
  publication.scores_file = "scores/2.parquet";
  publication.rows = 3;
  publication.first_day = Day{10};
  publication.last_day = Day{12};
  EXPECT_EQ(writer().publish(publication)->number, 2);
  const auto all = Database::open(dir_)->publications();
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].first_day, std::nullopt);
  EXPECT_EQ((*all)[1].last_day, Day{12});
  EXPECT_EQ((*all)[1].text, "kenko: 1\n");
  EXPECT_EQ((*all)[1].fingerprint, publication.fingerprint);
}

// Every act, with each of its writes, flushes and truncations failing in turn: the state is the one before or the one
// after, and what failed can be done again.
TEST_F(EntriesTest, AFaultAtAnyWriteLeavesAllOrNothing) {
  const auto acts = std::vector<std::function<bool(Database&)>>{
      [](Database& d) { return d.record({event_draft("call", 50), value_draft("gold", 51)}).ok(); },
      [](Database& d) { return d.undo(1, "ann", {60}).ok(); },
      [](Database& d) { return d.undo(2, "ann", {61}).ok(); },
      [](Database& d) { return d.undo(3, "ann", {62}).ok(); },
  };
  static_cast<void>(writer());
  for (const bool crash : {false, true}) {
    for (size_t done = 0; done < acts.size(); ++done) {
      const std::string before_dir = dir_ + "/before";
      fs::remove_all(before_dir);
      fs::create_directory(before_dir);
      fs::remove(dir_ + "/state.db");
      {
        Database database = writer();
        for (size_t i = 0; i < done; ++i) ASSERT_TRUE(acts[i](database));
      }
      for (const auto& file : fs::directory_iterator(dir_)) {
        if (file.is_regular_file()) fs::copy(file.path(), before_dir);
      }
      const auto restore = [&] {
        for (const auto& file : fs::directory_iterator(dir_)) {
          if (file.is_regular_file()) fs::remove(file.path());
        }
        for (const auto& file : fs::directory_iterator(before_dir)) fs::copy(file.path(), dir_);
      };
      const std::string before = events() + plan() + std::to_string(Database::open(dir_)->entries()->size());
      int faults = 0;
      for (bool finished = false; !finished; ++faults) {
        ASSERT_LT(faults, 500);
        restore();
        if (crash) {
          const pid_t child = ::fork();
          if (child == 0) {
            FaultyFiles files(faults, true);
            auto database = Database::open_for_writing(dir_);
            ::_exit(database.ok() && acts[done](*database) ? 0 : 1);
          }
          int status = 0;
          ASSERT_EQ(::waitpid(child, &status, 0), child);
          ASSERT_TRUE(WIFEXITED(status));
          finished = WEXITSTATUS(status) == 0;
          ASSERT_TRUE(finished || WEXITSTATUS(status) == FaultyFiles::kCrashed);
        } else {
          FaultyFiles files(faults, false);
          auto database = Database::open_for_writing(dir_);
          finished = database.ok() && acts[done](*database);
        }
        const std::string after = events() + plan() + std::to_string(Database::open(dir_)->entries()->size());
        if (after == before) {
          EXPECT_FALSE(finished);
          Database database = writer();
          ASSERT_TRUE(acts[done](database)) << "after fault " << faults;
        }
        EXPECT_EQ(Database::open(dir_)->entries()->size(), done == 0 ? 2 : done + 2);
      }
      EXPECT_GT(faults, 2) << "no write was made to fail";
    }
  }
}

}  // namespace
}  // namespace kenko::state
