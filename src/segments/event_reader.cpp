#include "segments/event_reader.h"

#include <utility>

#include "segments/properties_json.h"
#include "segments/segment_scan.h"
#include "text/derive.h"

namespace kenko::segments {
namespace {

using facts::EventView;

constexpr SegmentColumn kTableColumns[] = {kSource,  kAccountRef, kUserRef,    kName, kCurrency, kEventId,
                                           kKeyHigh, kOccurredAt, kKnownAt,    kSeq,  kVersion,  kValue,
                                           kDeleted, kAssumed,    kProperties, kText};
/// Positions within kTableColumns.
enum TableColumn : size_t {
  tSource,
  tAccountRef,
  tUserRef,
  tName,
  tCurrency,
  tEventId,
  tKeyHigh,
  tOccurredAt,
  tKnownAt,
  tSeq,
  tVersion,
  tValue,
  tDeleted,
  tAssumed,
  tProperties,
  tText
};

/// Appends chunks to a table.
class ChunkReader {
 public:
  ChunkReader(facts::EventTable& table, LazyTextRules& rules) : table_(table), out_(table), rules_(rules) {}

  Result<bool> add(const duck::Chunk& chunk) {
    codes(chunk, tSource, out_.source);
    codes(chunk, tAccountRef, out_.account_ref);
    codes(chunk, tUserRef, out_.user_ref);
    codes(chunk, tName, out_.name);
    codes(chunk, tCurrency, out_.currency);
    copy<int64_t>(chunk, tOccurredAt, out_.occurred_at);
    copy<int64_t>(chunk, tKnownAt, out_.known_at);
    copy<int64_t>(chunk, tSeq, out_.seq);
    copy<int64_t>(chunk, tVersion, out_.version);
    copy<uint64_t>(chunk, tKeyHigh, out_.key);
    const auto* value = chunk.data<int64_t>(tValue);
    const auto* deleted = chunk.data<bool>(tDeleted);
    const auto* assumed = chunk.data<bool>(tAssumed);
    for (size_t i = 0; i < chunk.size(); ++i) {
      const bool has_value = chunk.valid(tValue, i);
      out_.value.push_back(has_value ? value[i] : 0);
      out_.flags.push_back(static_cast<uint8_t>((has_value ? EventView::kHasValue : 0) |
                                                (deleted[i] ? EventView::kDeleted : 0) |
                                                (assumed[i] ? EventView::kAssumed : 0)));
      out_.id_bytes += chunk.text(tEventId, i);
      out_.id_end.push_back(out_.id_bytes.size());
      if (chunk.valid(tProperties, i) && !properties(chunk.text(tProperties, i))) {
        return damaged_segment("", "properties of event " + std::string(chunk.text(tEventId, i)));
      }
      if (chunk.valid(tText, i)) {
        KENKO_TRY_STATUS(derive(chunk.text(tText, i)));
      }
      out_.property_end.push_back(out_.properties.size());
    }
    return true;
  }
  [[nodiscard]] bool any_text() const { return any_text_; }

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

  template <typename T>
  static void copy(const duck::Chunk& chunk, TableColumn column, std::vector<T>& out) {
    const T* values = chunk.data<T>(column);
    out.insert(out.end(), values, values + chunk.size());
  }

  bool properties(std::string_view json) {
    PropertiesReader reader(json);
    std::string_view key;
    std::string_view value;
    while (reader.next(key, value)) {
      if (text::is_derived_property(key)) continue;
      out_.properties.push_back({table_.texts.intern(key), table_.texts.intern(value)});
    }
    return !reader.bad();
  }

  // What the text of the row at hand says.
  Status derive(std::string_view said) {
    any_text_ = true;
    KENKO_TRY(const text::TextRules* rules, rules_.get());
    if (rules == nullptr) return Done{};
    const text::Reading reading = text::read_text(said, rules->lexicons, rules->topics);
    if (reading.sentiment) {
      out_.properties.push_back(
          {table_.texts.intern(text::kSentimentProperty), table_.texts.intern(reading.sentiment->text())});
    }
    for (const uint32_t topic : reading.topics) {
      out_.properties.push_back(
          {table_.texts.intern(text::topic_property(rules->topics.names()[topic])), table_.texts.intern("true")});
    }
    return Done{};
  }

  facts::EventTable& table_;
  facts::EventTableFiller out_;
  LazyTextRules& rules_;
  bool any_text_ = false;
};

}  // namespace

Result<const text::TextRules*> LazyTextRules::get() {
  if (files_.empty()) return nullptr;
  if (!rules_) {
    KENKO_TRY(rules_, text::read_rules(files_));
  }
  return &*rules_;
}

Result<bool> read_segment(duck::Connection& duck, const std::string& dir, const ports::SegmentInfo& segment,
                          LazyTextRules& rules, facts::EventTable& table) {
  facts::EventTableFiller(table).reserve(table.size() + static_cast<size_t>(segment.rows));
  ChunkReader reader(table, rules);
  KENKO_TRY_STATUS(scan_segments(duck, dir, {segment}, kTableColumns, "",
                                 [&reader](const duck::Chunk& chunk) { return reader.add(chunk); }));
  return reader.any_text();
}

}  // namespace kenko::segments
