// Segments that are written while a merge of files goes on.
#include "segments/under_way.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "events_for_test.h"
#include "segments/compact.h"
#include "segments/key_index.h"
#include "segments/key_merge.h"
#include "segments/leftovers.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;

class UnderWayTest : public WorkspaceTest {
 protected:
  facts::EventFact next() {
    ++seq_;
    return event(fmt::format("id{}", seq_), "x", seq_, seq_);
  }
  /// As a sealing does it.
  void store_beside(const std::optional<MergeUnderWay>& beside) {
    Writer writer = Writer::open(dir_, live_, beside).value();
    WrittenSegment written = writer.write(std::vector{next(), next()}, Instant{99}).value();
    writer.prepare({&written, 1}).value().apply(live_, Instant{});
    writer.committed(live_);
  }
  void expect_all_ids() {
    const KeyIndex index = KeyIndex::open(dir_, live_).value();
    for (int64_t seq = 1; seq <= seq_; ++seq) {
      const auto e = event(fmt::format("id{}", seq), "x", seq, seq);
      EXPECT_EQ(index.find(keyed_content(e)).value(), Found::same) << seq;
    }
    EXPECT_EQ(index.size(), static_cast<uint64_t>(seq_)) << "each in one file";
  }

  int64_t seq_ = 0;
};

TEST_F(UnderWayTest, SegmentsComeAndGoWhileKeyFilesAreMerged) {
  while (live_.key_files.size() < 9) store({next(), next()});
  const ports::Snapshot chosen = live_;
  const MergeUnderWay merge = MergeUnderWay::in(chosen);
  constexpr CompactionRule kRule{.segments_of_a_size = 100, .key_files = 7, .mend_versions = false};
  const ports::CatalogChange change = compact_step(dir_, chosen, kRule, Instant{}).value();
  ASSERT_EQ(change.key_files.size(), 1U);
  EXPECT_EQ(change.key_files[0].id, merge.key_file);
  for (int i = 0; i < 12; ++i) {
    store_beside(merge);
    EXPECT_LE(live_.key_files.size(), kMaxKeyFiles);
    EXPECT_TRUE(fs::exists(path("events/" + change.key_files[0].file)));
    expect_all_ids();
  }
  for (const int64_t id : change.replaced_key_files) {
    EXPECT_TRUE(
        std::any_of(live_.key_files.begin(), live_.key_files.end(), [id](const auto& k) { return k.id == id; }));
  }
  change.apply(live_, Instant{});
  EXPECT_LE(live_.key_files.size(), kMaxKeyFiles);
  expect_all_ids();
  store_beside(MergeUnderWay{});
  expect_all_ids();
}

TEST_F(UnderWayTest, SegmentsComeWhileSegmentsAreMerged) {
  for (int i = 0; i < 4; ++i) store({next(), next()});
  const MergeUnderWay merge = MergeUnderWay::in(live_);
  const ports::CatalogChange change =
      compact_step(dir_, live_, {.segments_of_a_size = 4, .mend_versions = false}, Instant{}).value();
  ASSERT_EQ(change.segments.size(), 1U);
  EXPECT_EQ(change.segments[0].id, merge.segment);
  store_beside(merge);
  EXPECT_GT(live_.segments.back().id, merge.segment);
  change.apply(live_, Instant{});
  ASSERT_EQ(live_.segments.size(), 2U);
  expect_all_ids();
}

TEST_F(UnderWayTest, OfAMergeThatWasKilledNothingIsLeft) {
  while (live_.key_files.size() < 9) store({next(), next()});
  const MergeUnderWay merge = MergeUnderWay::in(live_);
  const ports::CatalogChange change =
      compact_step(dir_, live_, {.segments_of_a_size = 100, .key_files = 7, .mend_versions = false}, Instant{}).value();
  const std::string made = path("events/" + change.key_files[0].file);
  const std::string half = path("events/00000099.keys.1.tmp");
  fs::copy_file(made, half);
  store_beside(merge);  // committed, while the merge was not
  EXPECT_TRUE(fs::exists(made) && fs::exists(half));
  store({next()});  // the next process
  EXPECT_FALSE(fs::exists(made) || fs::exists(half));
  expect_all_ids();
  EXPECT_LE(live_.key_files.size(), kMaxKeyFiles);
}

std::string merged(const std::vector<int64_t>& entries, size_t at_most, const std::vector<int64_t>& taken = {}) {
  std::vector<ports::KeyFileInfo> live;
  for (const int64_t n : entries) live.push_back({static_cast<int64_t>(live.size()) + 1, "", n, 0, 0});
  std::string out;
  for (const ports::KeyFileInfo& keys : few_files_to_merge(live, at_most, taken)) out += fmt::format("{} ", keys.id);
  return out;
}

TEST_F(UnderWayTest, AsFewIdsAsPossibleAreWrittenAgain) {
  EXPECT_EQ(merged({9, 5, 3}, 3), "");
  EXPECT_EQ(merged({90, 50, 3, 2}, 4), "");
  EXPECT_EQ(merged({90, 5, 3, 20}, 3), "2 3 4 ");
  EXPECT_EQ(merged({90, 5, 3, 20, 7}, 4), "2 3 4 ");
  EXPECT_EQ(merged({90, 5, 3, 20, 7}, 4, {1, 2, 3}), "4 5 ");
  EXPECT_EQ(merged({90, 5, 3, 20, 7}, 4, {1, 2, 3, 4}), "5 ");
  EXPECT_EQ(merged({90, 5, 3, 20, 7}, 4, {1, 2, 3, 4, 5}), "");
}

}  // namespace
}  // namespace kenko::segments
