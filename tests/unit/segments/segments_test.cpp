#include <unistd.h>

#include <fstream>

#include "events_for_test.h"
#include "ports/files.h"
#include "segments/coded_segment.h"
#include "segments/key_index.h"
#include "segments/properties_json.h"
#include "segments/reader.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;
using facts::EventFact;

std::vector<EventFact> read_all(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  std::vector<EventFact> events;
  const Status status = for_each_event(dir, catalog, [&events](EventFact&& e) {
    events.push_back(std::move(e));
    return true;
  });
  EXPECT_TRUE(status.ok());
  return events;
}

template <typename T>
std::string code_of(const Result<T>& result) {
  return result.ok() ? "" : result.problems()[0].code;
}

void flip_byte(const std::string& path, int64_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char c = static_cast<char>(file.get());
  file.seekp(at);
  file.put(static_cast<char>(c ^ 0x40));
}

EventFact full_event() {
  EventFact e = event("日本 \"id\"", "acc", -5, 3);
  e.user_ref = "";
  e.value = Decimal{INT64_MAX};
  e.currency = "EUR";
  e.text = std::string("a\0b", 3);
  e.properties = {{"empty", ""}, {"key \"q\" \\", "line\nfeed\x01"}, {"ü", "true"}};
  e.version = -7;
  e.recorded.assumed = false;
  return e;
}

TEST(Properties, ComeBackAsTheyWere) {
  for (const auto& properties :
       {std::vector<facts::Property>{}, {{"a", "b"}}, {{"", ""}, {"q\"\\\n\x1f", "\\"}, {"x", "\"\""}}}) {
    std::string json;
    append_properties(json, properties);
    std::vector<facts::Property> back;
    PropertiesReader reader(json);
    std::string_view key;
    std::string_view value;
    while (reader.next(key, value)) back.push_back({std::string(key), std::string(value)});
    EXPECT_FALSE(reader.bad()) << json;
    EXPECT_EQ(back, properties) << json;
  }
}

TEST(Properties, OnlyTheCanonicalFormIsRead) {
  for (const std::string_view json :
       {"{", "{}", "{\"a\"}", "{\"a\":1}", "{\"a\":\"b\"", "{\"a\":\"b\",}", "{\"a\": \"b\"}", "{\"a\":\"b\"} ", "[]",
        "{\"a\":\"b", "{\"a\":\"\\n\"}", "{\"a\":\"\\u0041\"}", "{\"a\":\"\\u00", "x{\"a\":\"b\"}"}) {
    PropertiesReader reader(json);
    std::string_view key;
    std::string_view value;
    while (reader.next(key, value)) {
    }
    EXPECT_TRUE(reader.bad()) << json;
  }
}

class SegmentsTest : public WorkspaceTest {};

TEST_F(SegmentsTest, EventsComeBackAsTheyWere) {
  EventFact gone = event("gone", "acc", 1, 4);
  gone.deleted = true;
  gone.account_ref.reset();
  const std::vector<EventFact> written = {full_event(), gone};
  const ports::SegmentInfo info = store(written).segment;
  EXPECT_EQ(info.rows, 2);
  EXPECT_EQ(info.first_seq, 3);
  EXPECT_EQ(info.last_seq, 4);
  EXPECT_EQ(info.first_day, Day{-1});
  EXPECT_EQ(info.source, "app");

  const std::vector<EventFact> read = read_all(dir_, catalog());
  ASSERT_EQ(read.size(), 2U);
  const EventFact& e = read[1];  // no account sorts first
  EXPECT_EQ(facts::content_hash(e), facts::content_hash(written[0]));
  EXPECT_EQ(e.user_ref, "");
  EXPECT_EQ(e.text, written[0].text);
  EXPECT_EQ(e.properties, written[0].properties);
  EXPECT_EQ(e.value, written[0].value);
  EXPECT_EQ(e.recorded, written[0].recorded);
  EXPECT_EQ(e.raw, written[0].raw);
  EXPECT_EQ(e.rule, "logins");
  EXPECT_EQ(e.mapping, 42U);
  EXPECT_EQ(e.version, -7);
  EXPECT_TRUE(read[0].deleted);
  EXPECT_EQ(read[0].account_ref, std::nullopt);
}

TEST_F(SegmentsTest, TheTableOfEventsSaysTheSameAsTheFacts) {
  const std::vector<EventFact> written = {full_event(), event("b", "acc", 9, 1), event("c", "acc2", 8, 2)};
  store({written[0], written[1]});
  store({written[2]});
  const auto coded = open_coded_segments(dir_, catalog(), {}, 2).value();
  ASSERT_EQ(coded.size(), 2U);
  size_t rows = 0;
  for (const CodedSegment& segment : coded) {
    const facts::EventView& table = segment.view;
    for (size_t row = 0; row < table.size(); ++row, ++rows) {
      const auto same_id = [&table, row](const EventFact& e) { return e.event_id == table.event_id(row); };
      const EventFact& e = *std::find_if(written.begin(), written.end(), same_id);
      EXPECT_EQ(table.text(table.account_ref[row]), *e.account_ref);
      EXPECT_EQ(table.user_ref[row] != 0, e.user_ref.has_value());
      EXPECT_EQ(table.occurred_at[row], e.occurred_at.micros);
      EXPECT_EQ(table.seq[row], e.recorded.seq);
      EXPECT_EQ(table.has(row, facts::EventView::kAssumed), e.recorded.assumed);
      EXPECT_EQ(table.has(row, facts::EventView::kHasValue), e.value.has_value());
      EXPECT_EQ(table.version[row], e.version);
      ASSERT_EQ(table.cells(row).size(), e.properties.size());
      for (size_t i = 0; i < e.properties.size(); ++i) {
        EXPECT_EQ(table.text(table.cells(row)[i].key), e.properties[i].key);
        EXPECT_EQ(table.text(table.cells(row)[i].value), e.properties[i].value);
      }
      const auto of_key = table.rows_of_key(facts::event_key(e.source, e.event_id).high);
      EXPECT_EQ(std::vector<uint32_t>(of_key.begin(), of_key.end()), std::vector{static_cast<uint32_t>(row)});
    }
  }
  EXPECT_EQ(rows, 3U);
}

TEST_F(SegmentsTest, RowsAreSortedBySourceAccountTimeAndId) {
  EventFact other = event("a", "a", 1, 5);
  other.source = "aaa";
  store({event("2", "b", 5, 1), event("1", "b", 5, 2), event("3", "a", 9, 3), event("0", "b", 6, 4), other});
  std::vector<std::string> ids;
  for (const EventFact& e : read_all(dir_, catalog())) ids.push_back(e.event_id);
  EXPECT_EQ(ids, (std::vector<std::string>{"a", "3", "1", "2", "0"}));
  EXPECT_EQ(catalog()[0].source, "");
}

TEST_F(SegmentsTest, LookupTellsSameOtherAndSeveral) {
  EventFact changed = event("twice", "b", 1, 10);
  std::vector<EventFact> many;
  for (int i = 0; i < 5000; ++i) many.push_back(event("m" + std::to_string(i), "a", i, i + 20));
  store({event("once", "a", 1, 1), event("twice", "a", 1, 2)});
  store({changed});
  store(many);
  const KeyIndex index = KeyIndex::open(dir_, live_).value();
  EXPECT_EQ(index.size(), 5003U);
  std::vector<KeyedContent> wanted = {keyed_content(event("once", "a", 1, 77)), keyed_content(event("once", "z", 1, 1)),
                                      keyed_content(changed), keyed_content(event("new", "a", 1, 1))};
  const std::vector<KeyedContent> in_order = wanted;
  for (int i = 0; i < 5000; i += 7) wanted.push_back(keyed_content(many[static_cast<size_t>(i)]));
  std::sort(wanted.begin(), wanted.end());
  const std::vector<Found> found = index.lookup(wanted).value();
  const auto answer = [&](const KeyedContent& k) {
    return found[static_cast<size_t>(std::find(wanted.begin(), wanted.end(), k) - wanted.begin())];
  };
  EXPECT_EQ(answer(in_order[0]), Found::same);
  EXPECT_EQ(answer(in_order[1]), Found::other);
  EXPECT_EQ(answer(in_order[2]), Found::same);  // the later of two versions
  EXPECT_EQ(answer(in_order[3]), Found::absent);
  EXPECT_EQ(std::count(found.begin(), found.end(), Found::same), 2 + 715);
  EXPECT_EQ(index.find(keyed_content(event("twice", "a", 1, 2))).value(), Found::several);  // the earlier one
}

TEST_F(SegmentsTest, AnIndexSeesWhatWasWrittenSince) {
  store({event("a", "a", 1, 1)});
  KeyIndex index = KeyIndex::open(dir_, live_).value();
  const KeyedContent wanted = keyed_content(event("b", "a", 1, 2));
  EXPECT_EQ(index.find(wanted).value(), Found::absent);
  const WrittenSegment written = store({event("b", "a", 1, 2)});
  ASSERT_TRUE(index.add(written.segment, written.keys).ok());
  EXPECT_EQ(index.find(wanted).value(), Found::same);
}

TEST_F(SegmentsTest, VersionsComeInTheOrderInWhichTheyCount) {
  EventFact high = event("x", "high", 1, 1);
  high.version = 9;
  store({high, event("y", "a", 1, 2)});
  store({event("x", "late", 1, 4), event("x", "early", 1, 3)});
  const Hash128 key = facts::event_key("app", "x");
  const auto versions = read_versions(dir_, catalog(), std::vector{key}).value();
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_EQ(versions[0].account_ref, "early");
  EXPECT_EQ(versions[1].account_ref, "late");
  EXPECT_EQ(versions[2].account_ref, "high");
  EXPECT_TRUE(read_versions(dir_, catalog(), {}).value().empty());
  EXPECT_TRUE(read_versions(dir_, {}, std::vector{key}).value().empty());
}

TEST_F(SegmentsTest, TheDigestDependsOnWhatCountsAlone) {
  const auto digest_of = [](const std::vector<std::vector<EventFact>>& segments) {
    class Own : public WorkspaceTest {
     public:
      using WorkspaceTest::live_;
      using WorkspaceTest::dir_;
      using WorkspaceTest::store;
      void TestBody() override {}
    } workspace;
    for (const auto& events : segments) workspace.store(events);
    return events_digest(workspace.dir_, workspace.live_.segments).value();
  };
  EventFact deleted = event("b", "a", 2, 9);
  deleted.deleted = true;
  const EventFact a = event("a", "a", 1, 1);
  const EventFact a_later = event("a", "a", 1, 50);
  const EventFact b = event("b", "a", 2, 2);
  EXPECT_EQ(digest_of({{a, b}}), digest_of({{b}, {a_later}}));
  EXPECT_EQ(digest_of({{a, b}, {deleted}}), digest_of({{a}}));
  EXPECT_NE(digest_of({{a, b}}), digest_of({{a}}));
  EXPECT_EQ(digest_of({{event("a", "old", 1, 0)}, {a}}), digest_of({{a}}));
}

TEST_F(SegmentsTest, WhatAKilledWriterLeftIsIgnoredAndRemovedByTheNext) {
  store({event("a", "a", 1, 1)});
  {
    Writer writer = Writer::open(dir_, live_).value();
    ASSERT_TRUE(writer.write(std::vector{event("lost", "a", 1, 2)}, Instant{}).ok());
  }
  ASSERT_TRUE(ports::write_file(path("events/00000003.parquet.123.tmp"), {"half"}).ok());
  ASSERT_TRUE(ports::write_file(path("events/manifest.json.9.tmp"), {"half"}).ok());
  ASSERT_TRUE(ports::write_file(path("events/versions-3.parquet"), {"never committed"}).ok());
  ASSERT_TRUE(ports::write_file(path("events/00000009.keys.run0.tmp"), {"half"}).ok());
  ASSERT_TRUE(ports::write_file(path("events/notes.txt"), {"somebody else's"}).ok());
  EXPECT_EQ(read_all(dir_, catalog()).size(), 1U);

  store({event("b", "a", 1, 2)});
  EXPECT_EQ(ports::list_files(path("events")),
            (std::vector<std::string>{"00000001.keys", "00000001.parquet", "00000002.keys", "00000002.parquet",
                                      "notes.txt"}));
  const auto events = read_all(dir_, catalog());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].event_id, "b");
}

TEST_F(SegmentsTest, ASegmentOfSomebodyElseIsNotDamaged) {
  store({event("a", "a", 1, 1)});
  const std::string segment = path("events/00000001.parquet");
  for (const std::string& folder : {dir_, path("events")}) fs::permissions(folder, fs::perms(0755));
  fs::permissions(segment, fs::perms::none);
  const uid_t self = ::geteuid();
  ASSERT_TRUE(self != 0 || ::seteuid(65534) == 0);  // root may read everything
  const auto read = events_digest(dir_, catalog());
  ASSERT_TRUE(self != 0 || ::seteuid(self) == 0);
  EXPECT_EQ(code_of(read), "no-permission");
  EXPECT_EQ(read.problems()[0].place.file, segment);
}

TEST_F(SegmentsTest, AMissingOrDamagedSegmentIsAProblemNotFewerEvents) {
  store({event("a", "a", 1, 1)});
  store({event("b", "a", 1, 2)});
  const std::string second = path("events/00000002.parquet");
  flip_byte(second, static_cast<int64_t>(fs::file_size(second)) - 6);
  EXPECT_EQ(code_of(open_coded_segments(dir_, catalog(), {}, 2)), "segment-damaged");
  fs::resize_file(second, 20);
  EXPECT_EQ(code_of(events_digest(dir_, catalog())), "segment-damaged");
  fs::remove(second);
  const auto missing = open_coded_segments(dir_, catalog(), {}, 2);
  EXPECT_EQ(code_of(missing), "segment-missing");
  EXPECT_EQ(missing.problems()[0].place.file, second);
  // Another segment in its place has another number of rows.
  std::vector<ports::SegmentInfo> wrong = {catalog()[0]};
  wrong[0].rows = 2;
  EXPECT_EQ(code_of(open_coded_segments(dir_, wrong, {}, 1)), "segment-damaged");
}

TEST_F(SegmentsTest, TextThatIsNotUtf8IsRefused) {
  EventFact bad = event("a", "a", 1, 1);
  bad.name = "\xFF";
  Writer writer = Writer::open(dir_, ports::Snapshot{}).value();
  EXPECT_FALSE(writer.write(std::vector{bad}, Instant{}).ok());
  EXPECT_TRUE(ports::list_files(path("events")).empty());
}

TEST_F(SegmentsTest, NoSegmentsAreNoEvents) {
  EXPECT_EQ(open_coded_segments(dir_, {}, {}, 2)->size(), 0U);
  EXPECT_EQ(events_digest(dir_, {}).value(), Hash128{});
}

}  // namespace
}  // namespace kenko::segments
