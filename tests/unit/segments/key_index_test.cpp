// Key files in levels: what they answer, damage, merging.
#include "segments/key_index.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include "events_for_test.h"
#include "ports/files.h"
#include "segments/key_file.h"
#include "segments/key_merge.h"
#include "segments/reader.h"
#include "segments/versions.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;
using facts::EventFact;

void flip_byte(const std::string& path, int64_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char c = static_cast<char>(file.get());
  file.seekp(at);
  file.put(static_cast<char>(c ^ 0x40));
}

class KeyIndexTest : public WorkspaceTest {
 protected:
  KeyIndex index() const { return KeyIndex::open(dir_, live_).value(); }
};

TEST_F(KeyIndexTest, TheLastVersionByNumberAndSeqIsTheOneThatCounts) {
  EventFact high = event("v", "high", 1, 1);
  high.version = 9;
  EventFact low = event("v", "low", 1, 4);
  low.version = 3;
  store({high, event("plain", "a", 1, 3)});
  const auto answer = [this](const EventFact& e) { return index().find(keyed_content(e)).value(); };
  EXPECT_EQ(answer(high), Found::same);
  EXPECT_EQ(answer(low), Found::other);
  EventFact same_text = high;
  same_text.version = 8;
  EXPECT_EQ(answer(same_text), Found::other) << "the version number is part of the content";
  store({low, event("plain", "b", 1, 5)});
  // A greater seq does not decide where there are version numbers; the index says that it does not know.
  EXPECT_EQ(answer(high), Found::several);
  EXPECT_EQ(answer(low), Found::several);
  EXPECT_EQ(answer(event("plain", "b", 1, 5)), Found::same);
  EXPECT_EQ(answer(event("plain", "a", 1, 3)), Found::several);
}

TEST_F(KeyIndexTest, AFileThatIsOpenIsNotOpenedAgain) {
  OpenKeyFiles open;
  store({event("x", "a", 1, 1)});
  {
    std::optional<KeyIndex> first = KeyIndex::open(dir_, live_, &open).value();
    const auto held = open.find(live_.key_files[0]);
    ASSERT_NE(held, nullptr);
    store({event("y", "a", 1, 2)});
    const KeyIndex second = KeyIndex::open(dir_, live_, &open).value();
    EXPECT_EQ(open.find(live_.key_files[0]), held);
    first.reset();
    EXPECT_EQ(second.find(keyed_content(event("x", "a", 1, 1))).value(), Found::same);
    EXPECT_EQ(second.find(keyed_content(event("y", "a", 1, 2))).value(), Found::same);
    EXPECT_EQ(second.find(keyed_content(event("z", "a", 1, 3))).value(), Found::absent);
  }
  EXPECT_EQ(open.find(live_.key_files[0]), nullptr) << "nobody has it open";
}

TEST_F(KeyIndexTest, FilesOfOverlappingSeqDoNotSayWhichVersionCounts) {
  // A segment of numbers that were reserved earlier comes last.
  store({event("x", "first", 1, 1), event("y", "first", 1, 100)});
  store({event("x", "between", 1, 50)});
  EXPECT_EQ(index().find(keyed_content(event("x", "first", 1, 1))).value(), Found::several);
  EXPECT_EQ(index().find(keyed_content(event("x", "between", 1, 50))).value(), Found::several);
  EXPECT_EQ(index().find(keyed_content(event("y", "first", 1, 100))).value(), Found::same);
}

// Against a map, over many commits and thus several levels and merges.
TEST_F(KeyIndexTest, AnswersAsAMapDoes) {
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&random](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  struct Known {
    std::vector<EventFact> versions;
  };
  std::map<std::string, Known> model;
  int64_t seq = 0;
  size_t most_files = 0;
  for (int commit = 0; commit < 30; ++commit) {
    std::vector<EventFact> events;
    const int size = 1 + below(commit % 7 == 0 ? 3000 : 40);
    for (int i = 0; i < size; ++i) {
      EventFact e = event("id" + std::to_string(below(4000)), "acc" + std::to_string(below(4)), 1, ++seq);
      if (below(20) == 0) e.version = below(3);
      if (below(50) == 0) e.deleted = true;
      events.push_back(e);
      model[e.event_id].versions.push_back(e);
    }
    store(events);
    most_files = std::max(most_files, live_.key_files.size());
    ASSERT_LE(live_.key_files.size(), kMaxKeyFiles);
  }
  EXPECT_GT(most_files, 4U);
  const KeyIndex keys = index();
  std::vector<KeyedContent> wanted;
  std::map<KeyedContent, EventFact> asked;
  for (int i = 0; i < 6000; ++i) {
    EventFact e = event("id" + std::to_string(below(8000)), "acc" + std::to_string(below(4)), 1, 1);
    if (below(20) == 0) e.version = below(3);
    wanted.push_back(keyed_content(e));
    asked.emplace(wanted.back(), e);
  }
  std::sort(wanted.begin(), wanted.end());
  const std::vector<Found> found = keys.lookup(wanted).value();
  int unsure = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const EventFact& e = asked.at(wanted[i]);
    EXPECT_EQ(keys.find(wanted[i]).value(), found[i]);
    const auto known = model.find(e.event_id);
    if (known == model.end()) {
      EXPECT_EQ(found[i], Found::absent) << e.event_id;
      continue;
    }
    const auto& versions = known->second.versions;
    const EventFact& winner = *std::max_element(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
      return std::pair(a.version, a.recorded.seq) < std::pair(b.version, b.recorded.seq);
    });
    const bool same = keyed_content(winner) == keyed_content(e);
    const bool numbered = std::any_of(versions.begin(), versions.end(), [](const auto& v) { return v.version != 0; });
    if (versions.size() == 1) {
      EXPECT_EQ(found[i], same ? Found::same : Found::other) << e.event_id;
    } else if (!numbered) {
      EXPECT_EQ(found[i], same ? Found::same : Found::several) << e.event_id;
    } else {
      EXPECT_EQ(found[i], Found::several) << e.event_id;
      ++unsure;
    }
  }
  EXPECT_GT(unsure, 0);

  // The versions file lists exactly the ids with several versions or a deletion.
  std::vector<VersionRow> expected;
  for (const auto& [id, known] : model) {
    const bool deleted =
        std::any_of(known.versions.begin(), known.versions.end(), [](const auto& v) { return v.deleted; });
    if (known.versions.size() == 1 && !deleted) continue;
    for (const EventFact& v : known.versions) {
      expected.push_back(
          {facts::event_key(v.source, v.event_id), v.version, v.recorded.seq, v.recorded.known_at, v.deleted, false});
    }
  }
  decide_versions(expected);
  EXPECT_EQ(read_versions_file(dir_, live_.versions_file).value(), expected);
}

TEST_F(KeyIndexTest, TellsWhichSegmentsCanHoldAnId) {
  store({event("a", "x", 1, 1), event("b", "x", 1, 2)});
  store({event("c", "x", 1, 3)});
  store({event("a", "y", 1, 4)});
  const auto ids = [this](const std::vector<std::string>& names) {
    std::vector<Hash128> keys;
    for (const std::string& name : names) keys.push_back(facts::event_key("app", name));
    std::sort(keys.begin(), keys.end());
    std::vector<int64_t> out;
    const std::vector<ports::SegmentInfo> segments = index().segments_holding(keys).value();
    for (const ports::SegmentInfo& s : segments) out.push_back(s.id);
    return out;
  };
  EXPECT_EQ(ids({"a"}), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(ids({"b"}), (std::vector<int64_t>{1}));
  EXPECT_EQ(ids({"c", "none"}), (std::vector<int64_t>{2}));
  EXPECT_EQ(ids({"none"}), std::vector<int64_t>{});
}

TEST_F(KeyIndexTest, FewFilesAreLiveAndLargeOnesAreRarelyWritten) {
  std::vector<ports::KeyFileInfo> live;
  int64_t written = 0;
  int64_t seq = 0;
  constexpr int64_t kCommits = 400;
  constexpr int64_t kRows = 1000;
  for (int64_t commit = 0; commit < kCommits; ++commit) {
    live.push_back({commit, "", kRows, seq, seq + 1});
    seq += 2;
    const size_t count = files_to_merge(live, kMaxKeyFiles);
    if (count > 0) {
      ASSERT_GE(count, 2U);
      ports::KeyFileInfo merged = live[live.size() - count];
      merged.entries = 0;
      for (size_t i = live.size() - count; i < live.size(); ++i) merged.entries += live[i].entries;
      written += merged.entries;
      live.resize(live.size() - count);
      live.push_back(merged);
    }
    ASSERT_LE(live.size(), kMaxKeyFiles);
  }
  EXPECT_LT(written, 8 * kCommits * kRows);
  EXPECT_EQ(files_to_merge({}, 0), 0U);
}

TEST_F(KeyIndexTest, EveryDamageIsSeenAndMended) {
  std::vector<EventFact> events;
  for (int i = 0; i < 1500; ++i) events.push_back(event("e" + std::to_string(i), "a", i, i + 1));
  store(events);
  const std::string keys = path("events/" + live_.key_files[0].file);
  const std::string good = ports::read_file(keys).value();
  std::vector<KeyedContent> wanted;
  for (const EventFact& e : events) wanted.push_back(keyed_content(e));
  std::sort(wanted.begin(), wanted.end());
  const auto looks_good = [&] {
    const auto opened = KeyIndex::open(dir_, live_);
    if (!opened.ok()) return false;
    const auto found = opened->lookup(wanted);
    return found.ok() && std::count(found->begin(), found->end(), Found::same) == std::ssize(wanted) &&
           ports::read_file(keys).value() == good;
  };
  EXPECT_TRUE(KeyIndex::check(dir_, live_).ok());
  for (int64_t at = 0; at < static_cast<int64_t>(good.size()); at += at > 49'100 ? 5 : 1511) {
    flip_byte(keys, at);
    EXPECT_EQ(KeyIndex::check(dir_, live_).ok(), false) << "byte " << at;
    ASSERT_TRUE(looks_good()) << "byte " << at;
  }
  for (const uintmax_t size : {good.size() - 1, good.size() / 2, size_t{63}, size_t{0}}) {
    fs::resize_file(keys, size);
    EXPECT_TRUE(looks_good()) << size << " bytes";
  }
  fs::remove(keys);
  EXPECT_TRUE(looks_good());
  // Another key file in its place.
  std::string other = good;
  live_.key_files[0].last_seq += 1;
  EXPECT_FALSE(KeyIndex::check(dir_, live_).ok());
  live_.key_files[0].last_seq -= 1;
  fs::remove(keys);
  fs::remove(path("events/00000001.parquet"));
  EXPECT_EQ(KeyIndex::open(dir_, live_).problems()[0].code, "segment-missing");
}

TEST_F(KeyIndexTest, AFileDamagedAfterItWasOpenedIsMended) {
  std::vector<EventFact> events;
  for (int i = 0; i < 1500; ++i) events.push_back(event("e" + std::to_string(i), "a", i, i + 1));
  store(events);
  const KeyIndex opened = index();
  const std::string keys = path("events/" + live_.key_files[0].file);
  flip_byte(keys, 1000);                                               // in the filter
  flip_byte(keys, static_cast<int64_t>(KeyFile::kBlockBytes) + 5000);  // in the entries
  for (const EventFact& e : events) ASSERT_EQ(opened.find(keyed_content(e)).value(), Found::same);
  EXPECT_TRUE(KeyIndex::check(dir_, live_).ok());
}

TEST_F(KeyIndexTest, TheFilterPassesFewAbsentIdsAndEveryPresentOne) {
  const std::string file = path("some.keys");
  constexpr uint64_t kEntries = 200'000;
  std::mt19937_64 random(7);
  std::vector<KeyVersion> versions;
  for (uint64_t i = 0; i < kEntries; ++i) versions.push_back({{{random(), random()}, i}, 0, 1});
  ports::KeyFileInfo info;
  info.first_seq = info.last_seq = 1;
  ASSERT_TRUE(write_key_file(file, versions, info).ok());
  EXPECT_EQ(info.entries, static_cast<int64_t>(kEntries));
  const KeyFile keys = KeyFile::open(file, info).value();
  size_t from = 0;
  for (const KeyVersion& v : versions) {
    ASSERT_TRUE(keys.may_hold(v.says.key).value());
    const KeyEntry* entry = keys.find(v.says.key, from).value();
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->content(), v.says.content);
    size_t start = 0;
    EXPECT_EQ(keys.find(v.says.key, start).value(), entry);
  }
  int passed = 0;
  for (int i = 0; i < 100'000; ++i) passed += keys.may_hold({random(), random()}).value() ? 1 : 0;
  EXPECT_LT(passed, 1500);
  EXPECT_LT(fs::file_size(file), kEntries * 26);
}

TEST_F(KeyIndexTest, NoKeysAreNoIds) {
  const KeyIndex empty = KeyIndex::open(dir_, ports::Snapshot{}).value();
  EXPECT_EQ(empty.size(), 0U);
  EXPECT_EQ(empty.find(keyed_content(event("a", "a", 1, 1))).value(), Found::absent);
}

}  // namespace
}  // namespace kenko::segments
