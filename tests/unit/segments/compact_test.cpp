// Compaction: other files, the same facts, for us and for who reads from outside.
#include "segments/compact.h"

#include <algorithm>
#include <random>

#include "duck/connection.h"
#include "events_for_test.h"
#include "ports/files.h"
#include "segments/key_index.h"
#include "segments/leftovers.h"
#include "segments/manifest.h"
#include "segments/reader.h"
#include "segments/versions.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;
using facts::EventFact;

class CompactTest : public WorkspaceTest {
 protected:
  /// One step, committed; false when there was nothing to do.
  bool step(const CompactionRule& rule) {
    const ports::CatalogChange change = compact_step(dir_, live_, rule, Instant{7}).value();
    if (change.empty()) return false;
    change.apply(live_, Instant{7});
    ++live_.generation;
    return true;
  }
  Hash128 digest() const { return events_digest(dir_, live_.segments).value(); }

  std::vector<EventFact> all() const {
    std::vector<EventFact> events;
    EXPECT_TRUE(for_each_event(dir_, live_.segments, [&events](EventFact&& e) {
                  events.push_back(std::move(e));
                  return true;
                }).ok());
    return events;
  }

  /// "id account" of each row of the view `events`, sorted.
  static std::vector<std::string> view_rows(duck::Connection& duck) {
    std::vector<std::string> out;
    auto rows = duck.query("SELECT event_id || ' ' || account_ref FROM events").value();
    while (true) {
      const duck::Chunk chunk = rows.next().value();
      if (chunk.size() == 0) break;
      for (size_t i = 0; i < chunk.size(); ++i) out.emplace_back(chunk.text(0, i));
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  duck::Connection outside_reader() const {
    duck::Connection duck = duck::Connection::open().value();
    EXPECT_TRUE(duck.execute("SET VARIABLE kenko_events = " + duck::sql_text(dir_ + "/events/")).ok());
    const Status run = duck.execute(ports::read_file(dir_ + "/events/views.sql").value());
    EXPECT_TRUE(run.ok()) << (run.ok() ? "" : to_text(run.problems()));
    return duck;
  }

  void store_random(uint32_t seed, int commits) {
    std::mt19937 random(seed);
    int64_t seq = 0;
    for (int commit = 0; commit < commits; ++commit) {
      std::vector<EventFact> events;
      for (int i = 0; i < 300; ++i) {
        EventFact e = event("id" + std::to_string(random() % 2000), "acc" + std::to_string(random() % 5),
                            static_cast<int64_t>(random() % 1000), ++seq);
        if (random() % 10 == 0) e.account_ref.reset();
        if (random() % 4 == 0) e.source = "crm";
        if (random() % 3 == 0) e.value = Decimal{static_cast<int64_t>(random())};
        if (random() % 5 == 0) e.properties = {{"k", std::to_string(random())}};
        e.deleted = random() % 30 == 0;
        events.push_back(e);
      }
      store(events);
    }
  }
};

TEST(Compaction, MergesWhatIsOfOneSize) {
  const auto plan = [](const std::vector<int64_t>& rows, size_t of_a_size) {
    std::vector<ports::SegmentInfo> live;
    for (const int64_t n : rows) {
      ports::SegmentInfo info;
      info.id = std::ssize(live) + 1;
      info.rows = n;
      live.push_back(info);
    }
    return segments_to_merge(live, {of_a_size});
  };
  using Positions = std::vector<size_t>;
  EXPECT_EQ(plan({}, 2), Positions{});
  EXPECT_EQ(plan({5}, 2), Positions{});
  EXPECT_EQ(plan({5, 1'000'000, 7}, 2), (Positions{0, 2}));
  EXPECT_EQ(plan({5, 1'000'000, 7}, 3), Positions{});
  EXPECT_EQ(plan({1'000'000, 900'000, 30'000'000}, 2), (Positions{0, 1}));
  EXPECT_EQ(plan({100'000'000, 100'000'000}, 2), Positions{}) << "large enough";
  EXPECT_EQ(plan({40'000'000, 40'000'000}, 2), Positions{}) << "would be too large";
  EXPECT_EQ(plan(std::vector<int64_t>(40, 10), 8).size(), 16U) << "some at a time";
}

TEST_F(CompactTest, TheFactsStayTheSameAndTheRowsSorted) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  store_random(seed, 9);
  const Hash128 before = digest();
  const std::vector<EventFact> events = all();
  const std::vector<VersionRow> versions = read_versions_file(dir_, live_.versions_file).value();
  const KeyIndex index_before = KeyIndex::open(dir_, live_).value();
  std::vector<KeyedContent> wanted;
  for (const EventFact& e : events) wanted.push_back(keyed_content(e));
  std::sort(wanted.begin(), wanted.end());
  const std::vector<Found> found = index_before.lookup(wanted).value();

  while (step({2, 2})) {
  }
  EXPECT_EQ(live_.segments.size(), 1U);
  EXPECT_LE(live_.key_files.size(), 2U);
  EXPECT_EQ(live_.segments[0].source, "");
  EXPECT_EQ(live_.segments[0].rows, std::ssize(events));
  EXPECT_EQ(live_.segments[0].first_seq, 1);
  EXPECT_EQ(live_.segments[0].last_seq, std::ssize(events));
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(read_versions_file(dir_, live_.versions_file).value(), versions);
  EXPECT_EQ(KeyIndex::open(dir_, live_)->lookup(wanted).value(), found);

  std::vector<EventFact> after = all();
  const auto place = [](const EventFact& e) {
    return std::tuple(e.source, e.account_ref.value_or(""), e.occurred_at, e.event_id, e.recorded.seq);
  };
  EXPECT_TRUE(std::is_sorted(after.begin(), after.end(),
                             [&place](const auto& a, const auto& b) { return place(a) < place(b); }));
  // Every version in full, not only the ones that count.
  const auto by_seq = [](std::vector<EventFact> list) {
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.recorded.seq < b.recorded.seq; });
    return list;
  };
  const std::vector<EventFact> x = by_seq(events);
  const std::vector<EventFact> y = by_seq(after);
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(facts::content_hash(x[i]), facts::content_hash(y[i]));
    ASSERT_EQ(x[i].recorded, y[i].recorded);
    ASSERT_EQ(x[i].raw, y[i].raw);
    ASSERT_EQ(std::tuple(x[i].version, x[i].rule, x[i].mapping), std::tuple(y[i].version, y[i].rule, y[i].mapping));
  }
}

TEST_F(CompactTest, AReaderOfTheOlderManifestSeesOneState) {
  store({event("a", "old", 1, 1), event("b", "x", 1, 2), event("c", "x", 1, 3)});
  ASSERT_TRUE(publish_manifest(dir_, live_).ok());
  duck::Connection first = outside_reader();  // while no id has several versions
  EventFact gone = event("b", "x", 1, 5);
  gone.deleted = true;
  store({event("a", "new", 1, 4), gone, event("d", "y", 1, 6)});
  ASSERT_TRUE(publish_manifest(dir_, live_).ok());
  duck::Connection second = outside_reader();
  const std::vector<std::string> rows_of_second = {"a new", "c x", "d y"};
  EXPECT_EQ(view_rows(second), rows_of_second);

  while (step({2, 2})) {
  }
  EXPECT_EQ(live_.segments.size(), 1U);
  EXPECT_EQ(view_rows(second), rows_of_second) << "before the manifest is replaced";
  ASSERT_TRUE(publish_manifest(dir_, live_).ok());
  remove_leftovers(dir_, live_);  // as the next writer does: what was replaced stays
  store({event("e", "z", 1, 7)});
  EXPECT_EQ(view_rows(first), (std::vector<std::string>{"a old", "b x", "c x"}));
  EXPECT_EQ(view_rows(second), rows_of_second);
  duck::Connection third = outside_reader();
  EXPECT_EQ(view_rows(third), rows_of_second);

  // After the grace time the files are forgotten.
  live_.replaced.clear();
  remove_leftovers(dir_, live_);
  EXPECT_FALSE(fs::exists(path("events/00000001.parquet")));
  ASSERT_TRUE(publish_manifest(dir_, live_).ok());
  duck::Connection fourth = outside_reader();
  EXPECT_EQ(view_rows(fourth), (std::vector<std::string>{"a new", "c x", "d y", "e z"}));
}

TEST_F(CompactTest, WhatAnUnfinishedStepLeftIsRemoved) {
  store_random(1, 3);
  const ports::CatalogChange never = compact_step(dir_, live_, {2, 2}, Instant{7}).value();
  ASSERT_EQ(never.segments.size(), 1U);
  const std::string file = path("events/" + never.segments[0].events_file);
  EXPECT_TRUE(fs::exists(file));
  const Hash128 before = digest();
  remove_leftovers(dir_, live_);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(digest(), before);
}

TEST_F(CompactTest, ADamagedSegmentIsAProblemAndNothingIsReplaced) {
  store_random(2, 3);
  const std::string file = path("events/00000002.parquet");
  fs::resize_file(file, fs::file_size(file) / 2);
  const auto change = compact_step(dir_, live_, {2, 2}, Instant{7});
  ASSERT_FALSE(change.ok());
  EXPECT_EQ(change.problems()[0].code, "segment-damaged");
  EXPECT_FALSE(fs::exists(path("events/00000004.parquet")));
  fs::remove(file);
  EXPECT_EQ(compact_step(dir_, live_, {2, 2}, Instant{7}).problems()[0].code, "segment-missing");
}

TEST_F(CompactTest, ADamagedVersionsFileIsMadeAgain) {
  store({event("a", "x", 1, 1)});
  EventFact gone = event("b", "x", 1, 3);
  gone.deleted = true;
  store({event("a", "y", 1, 2), gone});
  const std::vector<VersionRow> good = read_versions_file(dir_, live_.versions_file).value();
  ASSERT_EQ(good.size(), 3U);
  fs::resize_file(path("events/" + live_.versions_file), 10);
  ASSERT_TRUE(step({8, 10}));
  EXPECT_EQ(read_versions_file(dir_, live_.versions_file).value(), good);
  EXPECT_FALSE(step({8, 10}));
}

}  // namespace
}  // namespace kenko::segments
