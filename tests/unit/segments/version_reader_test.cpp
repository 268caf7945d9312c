// A few ids are read from where they are: the same answers with locators as without, whatever became of the files.
#include "segments/version_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/random.h"
#include "events_for_test.h"
#include "segments/compact.h"
#include "segments/leftovers.h"
#include "segments/reader.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;

class VersionReaderTest : public WorkspaceTest {
 protected:
  static constexpr int kRows = 3000;

  /// Three segments of 3,000 events; the second corrects each tenth of the first, the third deletes each hundredth.
  void store_all() {
    std::vector<facts::EventFact> first, second, third;
    for (int i = 0; i < kRows; ++i) {
      first.push_back(event(fmt::format("a{}", i), fmt::format("acc{}", i % 50), i, ++seq_));
    }
    for (int i = 0; i < kRows; ++i) {
      const bool corrects = i % 10 == 0;
      second.push_back(event(fmt::format("{}{}", corrects ? "a" : "b", i), "other", i, ++seq_));
    }
    for (int i = 0; i < kRows; ++i) {
      third.push_back(event(fmt::format("{}{}", i % 100 == 0 ? "a" : "c", i), "other", i, ++seq_));
      third.back().deleted = i % 100 == 0;
    }
    for (const auto& events : {first, second, third}) store(events);
  }
  static std::vector<Hash128> keys(const std::vector<std::string>& ids) {
    std::vector<Hash128> out;
    for (const std::string& id : ids) out.push_back(facts::event_key("app", id));
    std::sort(out.begin(), out.end());
    return out;
  }
  static std::string text(const std::vector<facts::EventFact>& events) {
    std::string out;
    for (const facts::EventFact& e : events) {
      out += fmt::format("{}:{}{} ", e.event_id, e.recorded.seq, e.deleted ? "-" : "");
      out += facts::content_hash(e).hex() + e.raw.hex() + e.rule + "\n";
    }
    return out;
  }
  /// What both ways of reading give.
  std::string same(const std::vector<std::string>& ids) {
    const std::string whole = text(read_versions(dir_, catalog(), keys(ids)).value());
    EXPECT_EQ(text(reader_->read(catalog(), keys(ids)).value()), whole);
    return whole;
  }
  void locate() {
    const std::atomic<bool> stop = false;
    duck::Connection duck = duck::Connection::open({.threads = 1}).value();
    for (const ports::SegmentInfo& segment : catalog()) {
      ASSERT_TRUE(RowLocator::make(duck, dir_, segment, stop).value());
      EXPECT_TRUE(RowLocator::open(dir_, segment));
    }
  }
  void read_again() { reader_.emplace(dir_); }
  std::vector<std::string> locators() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(path("cache"))) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
  }

  int64_t seq_ = 0;
  std::optional<VersionReader> reader_{std::in_place, path("")};
};

TEST_F(VersionReaderTest, ReadsTheVersionsOfOneSegmentOfSeveralAndOfNone) {
  store_all();
  read_again();
  const std::string without = same({"a7", "a10", "a100", "b1", "nothing"});
  EXPECT_NE(without.find("a100:101 "), std::string::npos) << without;
  EXPECT_NE(without.find("a100:3101 "), std::string::npos) << without;
  EXPECT_NE(without.find("a100:6101- "), std::string::npos) << without;
  for (const char* id : {"a7", "a10", "a100", "b1", "nothing"}) {
    EXPECT_EQ(same({id}).empty(), id == std::string("nothing")) << id;
  }
  locate();
  read_again();
  for (const char* id : {"a7", "a10", "a100", "b1", "nothing"}) {
    EXPECT_EQ(same({id}).empty(), id == std::string("nothing")) << id;
  }
  EXPECT_EQ(same({"a7", "a10", "a100", "b1", "nothing"}), without);
  Random random(1);
  for (int i = 0; i < 20; ++i) same({fmt::format("a{}", random.between(0, kRows)), fmt::format("c{}", i)});
  EXPECT_TRUE(reader_->read(catalog(), {}).value().empty());
}

TEST_F(VersionReaderTest, EveryRowIsLocated) {
  store_all();
  locate();
  for (const ports::SegmentInfo& segment : catalog()) {
    const RowLocator locator = *RowLocator::open(dir_, segment);
    uint32_t row = 0;
    ASSERT_TRUE(for_each_event(dir_, {segment}, [&](facts::EventFact&& e) {
                  std::vector<uint32_t> rows;
                  EXPECT_TRUE(locator.rows(facts::event_key(e.source, e.event_id), rows));
                  EXPECT_NE(std::find(rows.begin(), rows.end(), row++), rows.end());
                  EXPECT_LT(rows.size(), 3U);
                  return true;
                }).ok());
    EXPECT_EQ(row, kRows);
  }
}

TEST_F(VersionReaderTest, ManyKeysAreReadAsWell) {
  store_all();
  locate();
  read_again();
  std::vector<std::string> ids;
  for (int i = 0; i < 700; ++i) ids.push_back(fmt::format("a{}", i * 3));
  same({ids.begin(), ids.begin() + 200});
  same(ids);
}

TEST_F(VersionReaderTest, WhatWasCompactedIsFoundWhereItIsNow) {
  store_all();
  locate();
  read_again();
  const std::string before = same({"a7", "a10", "a100"});
  const auto change = compact_step(dir_, live_, {.segments_of_a_size = 2}, Instant{100}).value();
  ASSERT_EQ(change.replaced_segments.size(), 3U);
  change.apply(live_, Instant{100});
  EXPECT_EQ(same({"a7", "a10", "a100"}), before);
  locate();
  reader_->keep(catalog());
  EXPECT_EQ(same({"a7", "a10", "a100"}), before);
  remove_old_row_locators(dir_, catalog());
  EXPECT_EQ(locators().size(), 1U);
  EXPECT_EQ(same({"a7", "a10", "a100"}), before);
}

TEST_F(VersionReaderTest, DamageToALocatorIsNoticedWhereverItIs) {
  store({event("a", "x", 1, 1), event("b", "x", 2, 2), event("c", "x", 3, 3)});
  locate();
  const std::string file = locators().at(0);
  std::string good(fs::file_size(file), '\0');
  std::ifstream(file).read(good.data(), static_cast<std::streamsize>(good.size()));
  const std::string expected = same({"a", "b", "c"});
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    std::ofstream(file, std::ios::trunc) << bad;
    const auto locator = RowLocator::open(dir_, catalog()[0]);
    std::vector<uint32_t> rows;
    EXPECT_FALSE(locator && locator->rows(facts::event_key("app", "a"), rows)) << at;
    if (at % 20 != 0) continue;  // opening DuckDB takes its time
    read_again();
    EXPECT_EQ(text(reader_->read(catalog(), keys({"a", "b", "c"})).value()), expected) << at;
  }
  for (const size_t size : {size_t{0}, size_t{10}, size_t{64}, good.size() - 1}) {
    std::ofstream(file, std::ios::trunc) << good.substr(0, size);
    EXPECT_FALSE(RowLocator::open(dir_, catalog()[0]));
  }
  locate();
  EXPECT_TRUE(RowLocator::open(dir_, catalog()[0]));
}

TEST_F(VersionReaderTest, AnUnfinishedLocatorIsNone) {
  store_all();
  std::atomic<bool> stop = false;
  make_row_locators(dir_, catalog(), stop);
  EXPECT_FALSE(fs::exists(path("cache"))) << "small segments need none";
  stop = true;
  duck::Connection duck = duck::Connection::open({.threads = 1}).value();
  EXPECT_FALSE(RowLocator::make(duck, dir_, catalog()[0], stop).value());
  EXPECT_TRUE(locators().empty());
}

// Of a large segment, too, which has several row groups; its locator is made in the background.
TEST_F(VersionReaderTest, ALargeSegmentIsReadByItsLocator) {
  constexpr int kMany = 130'000;
  std::vector<facts::EventFact> events;
  for (int i = 0; i < kMany; ++i) {
    events.push_back(event(fmt::format("a{}", i), fmt::format("acc{}", i % 700), i, ++seq_));
  }
  store(events);
  std::atomic<bool> stop = true;
  make_row_locators(dir_, catalog(), stop);
  EXPECT_FALSE(RowLocator::open(dir_, catalog()[0]));
  const std::string without = same({"a3", "a99999", "a129999", "nothing"});
  stop = false;
  make_row_locators(dir_, catalog(), stop);
  ASSERT_TRUE(RowLocator::open(dir_, catalog()[0]));
  EXPECT_EQ(same({"a3", "a99999", "a129999", "nothing"}), without);
  EXPECT_EQ(std::count(without.begin(), without.end(), '\n'), 3);
}

TEST_F(VersionReaderTest, AMissingSegmentIsAProblem) {
  store({event("a", "x", 1, 1)});
  locate();
  read_again();
  fs::remove(path("events/00000001.parquet"));
  EXPECT_EQ(reader_->read(catalog(), keys({"a"})).problems()[0].code, "segment-missing");
}

}  // namespace
}  // namespace kenko::segments
