#include "segments/reader.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "segments/properties_json.h"
#include "segments/segment_scan.h"
#include "segments/text_readings.h"
#include "text/derive.h"

namespace kenko::segments {
namespace {

using facts::EventFact;

constexpr SegmentColumn kTableColumns[] = {kSource,  kAccountRef, kUserRef,    kName,      kCurrency, kEventId,
                                           kKeyHigh, kKeyLow,     kOccurredAt, kKnownAt,   kSeq,      kVersion,
                                           kValue,   kDeleted,    kAssumed,    kProperties};
/// Positions within kTableColumns.
enum TableColumn : size_t {
  tSource,
  tAccountRef,
  tUserRef,
  tName,
  tCurrency,
  tEventId,
  tKeyHigh,
  tKeyLow,
  tOccurredAt,
  tKnownAt,
  tSeq,
  tVersion,
  tValue,
  tDeleted,
  tAssumed,
  tProperties
};

/// Appends chunks to an EventTable.
class TableFiller {
 public:
  TableFiller(facts::EventTable& table, const TextReadings& readings) : table_(table), readings_(readings) {
    if (readings.rows.empty()) return;
    sentiment_ = table_.texts.intern(text::kSentimentProperty);
    true_ = table_.texts.intern("true");
    for (const std::string& topic : readings.topics) {
      topics_.push_back(table_.texts.intern(text::topic_property(topic)));
    }
  }

  Result<bool> add(const duck::Chunk& chunk) {
    codes(chunk, tSource, table_.source);
    codes(chunk, tAccountRef, table_.account_ref);
    codes(chunk, tUserRef, table_.user_ref);
    codes(chunk, tName, table_.name);
    codes(chunk, tCurrency, table_.currency);
    instants(chunk, tOccurredAt, table_.occurred_at);
    instants(chunk, tKnownAt, table_.known_at);
    copy<int64_t>(chunk, tSeq, table_.seq);
    copy<int64_t>(chunk, tVersion, table_.version);
    copy<bool>(chunk, tDeleted, table_.deleted);
    copy<bool>(chunk, tAssumed, table_.assumed);
    const auto* high = chunk.data<uint64_t>(tKeyHigh);
    const auto* low = chunk.data<uint64_t>(tKeyLow);
    const auto* value = chunk.data<int64_t>(tValue);
    for (size_t i = 0; i < chunk.size(); ++i) {
      const bool has_value = chunk.valid(tValue, i);
      table_.key.push_back({high[i], low[i]});
      table_.event_id.push(chunk.text(tEventId, i));
      table_.value.push_back(has_value ? value[i] : 0);
      table_.has_value.push_back(has_value ? 1 : 0);
      if (chunk.valid(tProperties, i) && !properties(chunk.text(tProperties, i))) {
        return damaged_segment("", "properties of event " + std::string(chunk.text(tEventId, i)));
      }
      derived_properties({high[i], low[i]});
      table_.property_end.push_back(table_.properties.size());
    }
    return true;
  }

 private:
  /// Stored rows are sorted by source and account, so a text is often that of the row before.
  void codes(const duck::Chunk& chunk, TableColumn column, std::vector<uint32_t>& out) {
    std::string_view before;
    uint32_t code = 0;
    for (size_t i = 0; i < chunk.size(); ++i) {
      if (!chunk.valid(column, i)) {
        out.push_back(0);
        continue;
      }
      const std::string_view text = chunk.text(column, i);
      if (code == 0 || text != before) code = table_.texts.intern(text);
      before = text;
      out.push_back(code);
    }
  }

  static void instants(const duck::Chunk& chunk, TableColumn column, std::vector<Instant>& out) {
    const auto* micros = chunk.data<int64_t>(column);
    for (size_t i = 0; i < chunk.size(); ++i) out.push_back({micros[i]});
  }

  template <typename T, typename Out>
  static void copy(const duck::Chunk& chunk, TableColumn column, std::vector<Out>& out) {
    const T* values = chunk.data<T>(column);
    out.insert(out.end(), values, values + chunk.size());
  }

  bool properties(std::string_view json) {
    PropertiesReader reader(json);
    std::string_view key;
    std::string_view value;
    while (reader.next(key, value)) {
      if (text::is_derived_property(key)) continue;
      table_.properties.push_back({table_.texts.intern(key), table_.texts.intern(value)});
    }
    return !reader.bad();
  }

  // What the text of the row at hand says.
  void derived_properties(const Hash128& key) {
    const uint64_t row = table_.property_end.size();
    if (next_ == readings_.rows.size() || readings_.rows[next_].row != row) return;
    const TextReading& found = readings_.rows[next_++];
    KENKO_CHECK(found.key_low == key.low, "the text of row {} belongs to another event", row);
    if (found.reading.sentiment) {
      table_.properties.push_back({sentiment_, table_.texts.intern(found.reading.sentiment->text())});
    }
    for (const uint32_t topic : found.reading.topics) table_.properties.push_back({topics_[topic], true_});
  }

  facts::EventTable& table_;
  const TextReadings& readings_;
  size_t next_ = 0;  // in readings_
  uint32_t sentiment_ = 0, true_ = 0;
  std::vector<uint32_t> topics_;  // codes of their properties
};

void reserve(facts::EventTable& table, const std::vector<ports::SegmentInfo>& catalog) {
  int64_t rows = 0;
  for (const ports::SegmentInfo& segment : catalog) rows += segment.rows;
  const size_t n = static_cast<size_t>(rows);
  table.key.reserve(n);
  for (auto* column : {&table.source, &table.account_ref, &table.user_ref, &table.name, &table.currency}) {
    column->reserve(n);
  }
  for (auto* column : {&table.occurred_at, &table.known_at}) column->reserve(n);
  for (auto* column : {&table.seq, &table.version, &table.value}) column->reserve(n);
  for (auto* column : {&table.has_value, &table.deleted, &table.assumed}) column->reserve(n);
  table.property_end.reserve(n);
}

}  // namespace

Result<facts::EventTable> read_events(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog,
                                      const text::RuleFiles& texts) {
  facts::EventTable table;
  if (catalog.empty()) return table;
  KENKO_TRY_STATUS(check_files(dir, catalog));
  reserve(table, catalog);
  KENKO_TRY(duck::Connection duck, duck::Connection::open());
  KENKO_TRY(const TextReadings readings, read_texts(duck, dir, catalog, texts));
  TableFiller filler(table, readings);
  KENKO_TRY_STATUS(scan_segments(duck, dir, catalog, kTableColumns, "",
                                 [&filler](const duck::Chunk& chunk) { return filler.add(chunk); }));
  return table;
}

Result<std::vector<EventFact>> read_versions(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog,
                                             std::span<const Hash128> keys) {
  std::vector<std::pair<Hash128, EventFact>> found;
  if (!keys.empty() && !catalog.empty()) {
    KENKO_TRY(duck::Connection duck, duck::Connection::open());
    std::vector<uint64_t> high;
    std::vector<uint64_t> low;
    for (const Hash128& key : keys) {
      high.push_back(key.high);
      low.push_back(key.low);
    }
    duck::Table wanted;
    wanted.rows = keys.size();
    wanted.columns = {duck::uint64_column("high", high), duck::uint64_column("low", low)};
    KENKO_TRY_STATUS(duck.register_table("wanted", std::move(wanted)));
    KENKO_TRY_STATUS(scan_segments(
        duck, dir, catalog, all_columns(), "SEMI JOIN wanted ON key_high = wanted.high AND key_low = wanted.low",
        [&found](const duck::Chunk& chunk) -> Result<bool> {
          for (size_t i = 0; i < chunk.size(); ++i) {
            KENKO_TRY(EventFact event, event_of_row(chunk, i));
            const Hash128 key{chunk.data<uint64_t>(kKeyHigh)[i], chunk.data<uint64_t>(kKeyLow)[i]};
            found.emplace_back(key, std::move(event));
          }
          return true;
        }));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.second.version != b.second.version) return a.second.version < b.second.version;
    return a.second.recorded.seq < b.second.recorded.seq;
  });
  std::vector<EventFact> events;
  events.reserve(found.size());
  for (auto& [key, event] : found) events.push_back(std::move(event));
  return events;
}

Status for_each_event(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog,
                      const std::function<bool(EventFact&&)>& sink) {
  if (catalog.empty()) return Done{};
  KENKO_TRY(duck::Connection duck, duck::Connection::open());
  return scan_segments(duck, dir, catalog, all_columns(), "", [&sink](const duck::Chunk& chunk) -> Result<bool> {
    for (size_t i = 0; i < chunk.size(); ++i) {
      KENKO_TRY(EventFact event, event_of_row(chunk, i));
      if (!sink(std::move(event))) return false;
    }
    return true;
  });
}

Result<Hash128> events_digest(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog,
                              const std::vector<EventFact>& intake) {
  struct Winner {
    int64_t version = 0;
    int64_t seq = 0;
    Hash128 content;  ///< zero = deleted
  };
  std::unordered_map<Hash128, Winner> winners;
  int64_t rows = 0;
  for (const ports::SegmentInfo& segment : catalog) rows += segment.rows;
  winners.reserve(static_cast<size_t>(rows));
  const auto take = [&winners](const EventFact& e) {
    const auto [entry, is_new] = winners.try_emplace(facts::event_key(e.source, e.event_id));
    Winner& winner = entry->second;
    if (is_new || std::pair(winner.version, winner.seq) < std::pair(e.version, e.recorded.seq)) {
      winner = {e.version, e.recorded.seq, e.deleted ? Hash128{} : facts::content_hash(e)};
    }
  };
  KENKO_TRY_STATUS(for_each_event(dir, catalog, [&take](EventFact&& e) {
    take(e);
    return true;
  }));
  for (const EventFact& event : intake) take(event);
  Hash128 sum;
  for (const auto& [key, winner] : winners) sum += winner.content;
  return sum;
}

}  // namespace kenko::segments
