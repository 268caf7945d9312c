#include "segments/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "base/time_zone.h"
#include "duck/connection.h"
#include "facts/dictionary.h"
#include "ports/files.h"
#include "segments/key_file.h"
#include "segments/properties_json.h"
#include "segments/segment_files.h"

namespace kenko::segments {
namespace {

using facts::EventFact;

/// True for names that this program gives: NNNNNNNN.parquet, NNNNNNNN.keys and their temporary forms.  Other files in
/// the folder are not ours and stay.
bool is_ours(std::string_view name) {
  constexpr size_t kDigits = 8;
  const bool numbered = name.size() > kDigits &&
                        std::all_of(name.begin(), name.begin() + kDigits, [](char c) { return c >= '0' && c <= '9'; });
  if (!numbered && !name.starts_with("manifest.json.")) return false;
  const std::string_view ending = numbered ? name.substr(kDigits) : name;
  return ending == ".parquet" || ending == ".keys" || ending.ends_with(ports::kTemporarySuffix);
}

void remove_leftovers(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  std::set<std::string> live;
  for (const ports::SegmentInfo& segment : catalog) {
    live.insert(segment.events_file);
    live.insert(segment.keys_file);
  }
  for (const std::string& name : ports::list_files(events_folder(dir))) {
    if (is_ours(name) && !live.contains(name)) ports::remove_file(events_folder(dir) + "/" + name);
  }
}

/// The rows in the order in which they are stored.
std::vector<uint32_t> sorted_rows(std::span<const EventFact> events) {
  // Texts are compared once for each distinct (source, account), not once for each row.
  facts::Dictionary groups;
  std::vector<uint32_t> group_of_row;
  std::string text;
  for (const EventFact& e : events) {
    text.assign(e.source);
    text += '\0';
    if (e.account_ref) text += *e.account_ref;
    group_of_row.push_back(groups.intern(text));
  }
  std::vector<uint32_t> by_text(groups.size());
  for (uint32_t i = 0; i < groups.size(); ++i) by_text[i] = i + 1;
  std::sort(by_text.begin(), by_text.end(),
            [&groups](uint32_t a, uint32_t b) { return groups.text(a) < groups.text(b); });
  std::vector<uint32_t> rank(groups.size() + 1);
  for (uint32_t i = 0; i < by_text.size(); ++i) rank[by_text[i]] = i;

  struct SortKey {
    uint32_t rank = 0;
    uint32_t row = 0;
    int64_t occurred = 0;
  };
  std::vector<SortKey> keys(events.size());
  for (uint32_t i = 0; i < events.size(); ++i) keys[i] = {rank[group_of_row[i]], i, events[i].occurred_at.micros};
  std::sort(keys.begin(), keys.end(), [events](const SortKey& a, const SortKey& b) {
    if (a.rank != b.rank) return a.rank < b.rank;
    if (a.occurred != b.occurred) return a.occurred < b.occurred;
    const int ids = events[a.row].event_id.compare(events[b.row].event_id);
    return ids != 0 ? ids < 0 : events[a.row].recorded.seq < events[b.row].recorded.seq;
  });
  std::vector<uint32_t> rows(events.size());
  for (size_t i = 0; i < keys.size(); ++i) rows[i] = keys[i].row;
  return rows;
}

/// Makes the columns of an events file out of facts, without copying them.
class EventColumns {
 public:
  EventColumns(std::span<const EventFact> events, std::span<const uint32_t> order, std::span<const Hash128> keys)
      : events_(events), order_(order), keys_(keys) {}

  duck::Table table() {
    const auto text = [](const std::string& s) { return s.empty() ? std::string_view() : std::string_view(s); };
    const auto maybe = [](const std::optional<std::string>& s) {
      return !s ? std::string_view() : s->empty() ? std::string_view("") : std::string_view(*s);
    };
    add_text(kSource, [text](const EventFact& e) { return text(e.source); });
    add_text(kEventId, [text](const EventFact& e) { return text(e.event_id); });
    add_text(kAccountRef, [maybe](const EventFact& e) { return maybe(e.account_ref); });
    add_text(kUserRef, [maybe](const EventFact& e) { return maybe(e.user_ref); });
    add_text(kName, [text](const EventFact& e) { return text(e.name); });
    add<int64_t>(kOccurredAt, duck::Type::timestamp, [](const EventFact& e) { return e.occurred_at.micros; });
    add<int64_t>(kKnownAt, duck::Type::timestamp, [](const EventFact& e) { return e.recorded.known_at.micros; });
    add<int64_t>(kSeq, duck::Type::int64, [](const EventFact& e) { return e.recorded.seq; });
    add_value();
    add_text(kCurrency, [text](const EventFact& e) { return text(e.currency); });
    add_text(kText, [maybe](const EventFact& e) { return maybe(e.text); });
    add_text(kProperties, [this](const EventFact& e) {
      json_.clear();
      append_properties(json_, e.properties);
      return json_.empty() ? std::string_view() : std::string_view(json_);
    });
    add<bool>(kDeleted, duck::Type::boolean, [](const EventFact& e) { return e.deleted; });
    add<int64_t>(kVersion, duck::Type::int64, [](const EventFact& e) { return e.version; });
    add<uint64_t>(kRawHigh, duck::Type::uint64, [](const EventFact& e) { return e.raw.high; });
    add<uint64_t>(kRawLow, duck::Type::uint64, [](const EventFact& e) { return e.raw.low; });
    add_text(kRule, [text](const EventFact& e) { return text(e.rule); });
    add<uint64_t>(kMapping, duck::Type::uint64, [](const EventFact& e) { return e.mapping; });
    add<bool>(kAssumed, duck::Type::boolean, [](const EventFact& e) { return e.recorded.assumed; });
    add_key(kKeyHigh, &Hash128::high);
    add_key(kKeyLow, &Hash128::low);
    table_.rows = events_.size();
    return std::move(table_);
  }

 private:
  const EventFact& at(uint64_t position) const { return events_[order_[position]]; }

  /// `get` gives a view without data for null.
  template <typename Get>
  void add_text(SegmentColumn column, Get get) {
    table_.columns.push_back({std::string(kColumnNames[column]), duck::Type::text,
                              [this, get](uint64_t begin, size_t count, duck::Cells& cells) {
                                for (size_t i = 0; i < count; ++i) {
                                  const std::string_view text = get(at(begin + i));
                                  text.data() == nullptr ? cells.set_null(i) : cells.set_text(i, text);
                                }
                              }});
  }

  template <typename T, typename Get>
  void add(SegmentColumn column, duck::Type type, Get get) {
    table_.columns.push_back(
        {std::string(kColumnNames[column]), type, [this, get](uint64_t begin, size_t count, duck::Cells& cells) {
           T* out = cells.data<T>();
           for (size_t i = 0; i < count; ++i) out[i] = get(at(begin + i));
         }});
  }

  void add_value() {
    table_.columns.push_back({std::string(kColumnNames[kValue]), duck::Type::decimal6,
                              [this](uint64_t begin, size_t count, duck::Cells& cells) {
                                int64_t* out = cells.data<int64_t>();
                                for (size_t i = 0; i < count; ++i) {
                                  const auto& value = at(begin + i).value;
                                  out[i] = value ? value->micros : 0;
                                  if (!value) cells.set_null(i);
                                }
                              }});
  }

  void add_key(SegmentColumn column, uint64_t Hash128::* half) {
    table_.columns.push_back({std::string(kColumnNames[column]), duck::Type::uint64,
                              [this, half](uint64_t begin, size_t count, duck::Cells& cells) {
                                uint64_t* out = cells.data<uint64_t>();
                                for (size_t i = 0; i < count; ++i) out[i] = keys_[order_[begin + i]].*half;
                              }});
  }

  std::span<const EventFact> events_;
  std::span<const uint32_t> order_;
  std::span<const Hash128> keys_;
  duck::Table table_;
  std::string json_;
};

ports::SegmentInfo describe(int64_t id, std::span<const EventFact> events, Instant now) {
  ports::SegmentInfo info;
  info.id = id;
  info.events_file = fmt::format("{:08}.parquet", id);
  info.keys_file = fmt::format("{:08}.keys", id);
  info.rows = static_cast<int64_t>(events.size());
  info.source = events[0].source;
  info.created = now;
  info.first_seq = info.last_seq = events[0].recorded.seq;
  const TimeZone utc;
  Instant first = events[0].occurred_at;
  Instant last = first;
  for (const EventFact& e : events) {
    if (e.source != info.source) info.source.clear();
    info.first_seq = std::min(info.first_seq, e.recorded.seq);
    info.last_seq = std::max(info.last_seq, e.recorded.seq);
    first = std::min(first, e.occurred_at);
    last = std::max(last, e.occurred_at);
  }
  info.first_day = utc.day_of(first);
  info.last_day = utc.day_of(last);
  return info;
}

}  // namespace

struct Writer::State {
  std::string dir;
  int64_t next_id = 1;
  int64_t tables = 0;
  duck::Connection duck;

  Status write_events(const ports::SegmentInfo& info, EventColumns columns) {
    const std::string table = fmt::format("segment_{}", ++tables);
    KENKO_TRY_STATUS(duck.register_table(table, columns.table()));
    KENKO_TRY_STATUS(duck.copy_to_parquet(fmt::format("SELECT * FROM {}", table), events_path(dir, info)));
    // The table's memory ends with this function.
    return duck.execute(fmt::format("DROP VIEW {}", table));
  }
};

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Result<Writer> Writer::open(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  KENKO_TRY_STATUS(ports::make_folder(events_folder(dir)));
  remove_leftovers(dir, catalog);
  int64_t next_id = 1;
  for (const ports::SegmentInfo& segment : catalog) next_id = std::max(next_id, segment.id + 1);
  // One thread reads our memory, so that the rows stay in order; a second one would only wait for it.
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  return Writer(std::make_unique<State>(State{dir, next_id, 0, std::move(duck)}));
}

Result<ports::SegmentInfo> Writer::write(std::span<const EventFact> events, Instant now) {
  KENKO_CHECK(!events.empty() && events.size() < UINT32_MAX, "a segment of {} events", events.size());
  const ports::SegmentInfo info = describe(state_->next_id++, events, now);
  std::vector<uint32_t> order;
  std::thread sorting([&order, events] { order = sorted_rows(events); });
  std::vector<KeyedContent> entries(events.size());
  std::vector<Hash128> keys(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    entries[i] = keyed_content(events[i]);
    keys[i] = entries[i].key;
  }
  sorting.join();

  Status keys_written = Done{};
  std::thread key_writing([&] {
    std::sort(entries.begin(), entries.end());
    keys_written = write_key_file(keys_path(state_->dir, info), entries);
  });
  const Status events_written = state_->write_events(info, EventColumns(events, order, keys));
  key_writing.join();
  if (events_written.ok() && keys_written.ok()) return info;
  ports::remove_file(events_path(state_->dir, info));
  ports::remove_file(keys_path(state_->dir, info));
  return events_written.ok() ? keys_written.problems() : events_written.problems();
}

Status publish_manifest(const std::string& dir, const std::vector<ports::SegmentInfo>& catalog) {
  std::string json = "{\"format\": 1, \"segments\": [";
  const char* separator = "\n";
  for (const ports::SegmentInfo& s : catalog) {
    json += separator;
    json += fmt::format("  {{\"id\": {}, \"events\": ", s.id);
    append_json_text(json, s.events_file);
    json += ", \"keys\": ";
    append_json_text(json, s.keys_file);
    json += ", \"source\": ";
    append_json_text(json, s.source);
    json += fmt::format(
        ", \"rows\": {}, \"first_seq\": {}, \"last_seq\": {}, \"first_day\": \"{}\", \"last_day\": \"{}\"}}", s.rows,
        s.first_seq, s.last_seq, s.first_day.iso(), s.last_day.iso());
    separator = ",\n";
  }
  json += catalog.empty() ? "]}\n" : "\n]}\n";
  const std::string path = events_folder(dir) + "/manifest.json";
  const auto current = ports::read_file(path);
  if (current.ok() && current.value() == json) return Done{};
  return ports::write_file(path, {json});
}

}  // namespace kenko::segments
