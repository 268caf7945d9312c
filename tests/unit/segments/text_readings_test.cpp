// What the texts of stored events say, as properties of the portfolio, and its cache.

#include <algorithm>
#include <map>

#include "events_for_test.h"
#include "facts/event_table.h"
#include "ports/files.h"
#include "segments/coded_segment.h"
#include "segments/portfolio_store.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;

text::RuleFiles rules(const std::string& strength = "2") {
  return {{{"lexicons/en.txt", "language: en\nrules: phrases\nscript: latin\n[terms]\ngood\t" + strength + "\n"}},
          {"topics.yaml", "topics: {billing: [invoice*], login: [password]}\n"}};
}

class TextReadingsTest : public WorkspaceTest {
 protected:
  facts::EventFact said(const std::string& id, const std::optional<std::string>& text) {
    ++made_;
    facts::EventFact e = event(id, "acc" + std::to_string(made_ % 3), made_, made_);
    e.text = text;
    return e;
  }

  /// By event id: the properties as `key=value;`.
  std::map<std::string, std::string> read(const text::RuleFiles& files) const {
    const auto coded = open_coded_segments(dir_, catalog(), files, 2).value();
    std::map<std::string, std::string> out;
    for (const CodedSegment& segment : coded) {
      const facts::EventView& table = segment.view;
      for (size_t row = 0; row < table.size(); ++row) {
        std::vector<std::string> cells;
        for (const facts::EventView::Cell& cell : table.cells(row)) {
          cells.push_back(std::string(table.text(cell.key)) + "=" + std::string(table.text(cell.value)) + ";");
        }
        std::sort(cells.begin(), cells.end());
        std::string& all = out[std::string(table.event_id(row))];
        for (const std::string& cell : cells) all += cell;
      }
    }
    return out;
  }
  std::vector<std::string> caches() const { return ports::list_files(path("cache")); }

  int made_ = 0;
};

TEST_F(TextReadingsTest, SentimentAndTopicsBecomeProperties) {
  facts::EventFact severe = said("c", "password of the invoices");
  severe.properties = {{"severity", "high"}};
  store({said("a", "good"), said("b", std::nullopt), severe});
  store({said("d", ""), said("e", "not ours"), said("f", "Good invoice!")});
  const auto read_now = read(rules());
  EXPECT_EQ(read_now.at("a"), "sentiment(text)=0.458831;");
  EXPECT_EQ(read_now.at("b"), "");
  EXPECT_EQ(read_now.at("c"), "about(billing)=true;about(login)=true;severity=high;");
  EXPECT_EQ(read_now.at("d"), "");
  EXPECT_EQ(read_now.at("e"), "");
  EXPECT_EQ(read_now.at("f"), "about(billing)=true;sentiment(text)=0.509292;");
}

TEST_F(TextReadingsTest, WithoutFilesNoTextIsRead) {
  store({said("a", "good")});
  EXPECT_EQ(read({}).at("a"), "");
}

TEST_F(TextReadingsTest, StoredPropertiesOfSuchNamesAreNotRead) {
  facts::EventFact forged = said("a", "good");
  forged.properties = {{"about", "x"}, {"about(billing)", "true"}, {"sentiment(text)", "-1"}};
  store({forged, said("b", std::nullopt)});
  EXPECT_EQ(read(rules()).at("a"), "about=x;sentiment(text)=0.458831;");
  EXPECT_EQ(read({}).at("a"), "about=x;");
}

TEST_F(TextReadingsTest, ASegmentIsReadOnceAndOtherFilesReadItAgain) {
  store({said("a", "good")});
  store({said("b", std::nullopt)});
  const auto first = read(rules());
  ASSERT_EQ(caches().size(), 2U);
  const std::string with_text = ports::read_file(path("cache/" + caches()[0])).value();
  const std::string without = ports::read_file(path("cache/" + caches()[1])).value();
  EXPECT_EQ(read(rules()), first);
  EXPECT_EQ(ports::read_file(path("cache/" + caches()[0])).value(), with_text);

  EXPECT_EQ(read(rules("-2")).at("a"), "sentiment(text)=-0.458831;");
  ASSERT_EQ(caches().size(), 2U);
  EXPECT_NE(ports::read_file(path("cache/" + caches()[0])).value(), with_text);
  EXPECT_EQ(ports::read_file(path("cache/" + caches()[1])).value(), without) << "a segment without texts stays";

  remove_old_coded_segments(dir_, {catalog()[1]});
  EXPECT_EQ(caches().size(), 1U);
}

TEST_F(TextReadingsTest, WhatStandsInTheCacheIsUsed) {
  store({said("a", "good")});
  read(rules());
  // The text file is not looked at again: the reading survives although the rules could not be read any more.
  text::RuleFiles broken = rules();
  broken.lexicons[0].name = "lexicons/xx.txt";
  EXPECT_EQ(broken.fingerprint(), rules().fingerprint()) << "names are not part of what the files mean";
  EXPECT_EQ(read(broken).at("a"), "sentiment(text)=0.458831;");
  fs::remove_all(path("cache"));
  EXPECT_EQ(open_coded_segments(dir_, catalog(), broken, 1).problems()[0].code, "bad-lexicon");
}

TEST_F(TextReadingsTest, ADamagedCacheIsMadeAgain) {
  for (int i = 0; i < 8; ++i) store({said("e" + std::to_string(i), i % 2 == 0 ? "good" : "invoice")});
  const auto good = read(rules());
  const std::string file = path("cache/" + caches()[0]);
  const std::string bytes = ports::read_file(file).value();
  size_t noticed = 0;
  for (size_t at = 0; at < bytes.size(); at += 29) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    ASSERT_TRUE(ports::write_file(file, {damaged}).ok());
    EXPECT_EQ(read(rules()), good);
    if (ports::read_file(file).value() == bytes) ++noticed;
  }
  // All but the padding between the sections.
  EXPECT_GT(noticed, bytes.size() / 29 / 4);
  for (const size_t size : {size_t{0}, size_t{7}, size_t{16}, bytes.size() - 1}) {
    ASSERT_TRUE(ports::write_file(file, {std::string_view(bytes).substr(0, size)}).ok());
    EXPECT_EQ(read(rules()), good);
  }
}

TEST_F(TextReadingsTest, ASegmentNumberThatComesAgainIsAnotherSegment) {
  store({said("a", "good")});
  read(rules());
  live_ = {};
  fs::remove_all(path("events"));
  store({said("b", "invoice")});
  EXPECT_EQ(read(rules()).at("b"), "about(billing)=true;");
}

TEST_F(TextReadingsTest, AMissingSegmentIsNamedAsEver) {
  store({said("a", "good")});
  fs::remove(path("events/00000001.parquet"));
  EXPECT_EQ(open_coded_segments(dir_, catalog(), rules(), 1).problems()[0].code, "segment-missing");
}

TEST_F(TextReadingsTest, RowsKeepTheirTextsInLargeSegments) {
  // More rows than a row group of Parquet, so that several threads read.
  std::vector<facts::EventFact> events;
  for (int i = 0; i < 150'000; ++i) {
    std::optional<std::string> text;
    if (i % 1000 == 7) text = i % 2000 == 7 ? "good" : "password";
    events.push_back(said("e" + std::to_string(i), text));
  }
  store(events);
  const auto all = read(rules());
  for (int i = 0; i < 150'000; ++i) {
    const std::string expected = i % 2000 == 7   ? "sentiment(text)=0.458831;"
                                 : i % 1000 == 7 ? "about(login)=true;"
                                                 : "";
    ASSERT_EQ(all.at("e" + std::to_string(i)), expected) << i;
  }
}

/// Facts in memory.
class MemoryStore final : public ports::FactStore {
 public:
  Result<ports::Snapshot> snapshot() override { return stored.snapshot; }
  Result<ports::StoredFacts> load_facts(const std::optional<Instant>& /*known_until*/) override {
    ++loads;
    return stored;
  }
  ports::StoredFacts stored;
  int loads = 0;
};

TEST_F(TextReadingsTest, OtherFilesMakeAnotherPortfolioAndEventsOfTheStoreAreReadToo) {
  store({said("a", "good")});
  MemoryStore facts;
  facts.stored.snapshot = live_;
  facts.stored.facts.events = {said("hand", "a good invoice")};
  facts::Settings settings;
  facts::SourceSettings app;
  app.name = "app";
  app.accounts = facts::AccountIds::defines;
  app.emits = {"login"};
  settings.sources = {app};
  const facts::Portfolio first = load_portfolio(dir_, facts, settings, rules()).value();
  const facts::PropertyColumn* sentiment = first.find_property("sentiment(text)");
  ASSERT_NE(sentiment, nullptr);
  EXPECT_EQ(sentiment->row.size(), 2U);
  ASSERT_NE(first.find_property("about(billing)"), nullptr);
  EXPECT_EQ(first.texts.text(first.find_property("about(billing)")->value[0]), "true");
  (void)load_portfolio(dir_, facts, settings, rules()).value();
  EXPECT_EQ(facts.loads, 1);
  const facts::Portfolio second = load_portfolio(dir_, facts, settings, rules("-2")).value();
  EXPECT_EQ(facts.loads, 2);
  EXPECT_EQ(second.texts.text(second.find_property("sentiment(text)")->value[0]), "-0.458831");
}

}  // namespace
}  // namespace kenko::segments
