#include "segments/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/time_zone.h"
#include "duck/connection.h"
#include "facts/dictionary.h"
#include "ports/files.h"
#include "segments/catalog_files.h"
#include "segments/key_merge.h"
#include "segments/properties_json.h"
#include "segments/segment_files.h"

namespace kenko::segments {
namespace {

using facts::EventFact;

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
  ports::Snapshot live;
  int64_t next_segment = 1, next_keys = 1;
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

const ports::Snapshot& Writer::live() const { return state_->live; }

Result<Writer> Writer::open(const std::string& dir, const ports::Snapshot& live) {
  KENKO_TRY_STATUS(ports::make_folder(events_folder(dir)));
  remove_leftovers(dir, live);
  // One thread reads our memory, so that the rows stay in order; a second one would only wait for it.
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  return Writer(
      std::make_unique<State>(State{dir, live, next_id(live.segments), next_id(live.key_files), 0, std::move(duck)}));
}

Result<WrittenSegment> Writer::write(std::span<const EventFact> events, Instant now) {
  KENKO_CHECK(!events.empty() && events.size() < UINT32_MAX, "a segment of {} events", events.size());
  WrittenSegment written;
  const ports::SegmentInfo& info = written.segment = describe(state_->next_segment++, events, now);
  written.keys = new_key_file(state_->next_keys++);
  written.keys.first_seq = info.first_seq;
  written.keys.last_seq = info.last_seq;
  std::vector<uint32_t> order;
  std::thread sorting([&order, events] { order = sorted_rows(events); });
  std::vector<KeyVersion> versions(events.size());
  std::vector<Hash128> keys(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    versions[i] = {keyed_content(events[i]), events[i].version, events[i].recorded.seq};
    keys[i] = versions[i].says.key;
    if (events[i].deleted) written.deleted.push_back(keys[i]);
  }
  sorting.join();

  Status keys_written = Done{};
  const std::string key_path = keys_path(state_->dir, written.keys);
  std::thread key_writing([&] { keys_written = write_key_file(key_path, versions, written.keys); });
  const Status events_written = state_->write_events(info, EventColumns(events, order, keys));
  key_writing.join();
  if (events_written.ok() && keys_written.ok()) return written;
  ports::remove_file(events_path(state_->dir, info));
  ports::remove_file(key_path);
  return events_written.ok() ? keys_written.problems() : events_written.problems();
}

Result<ports::CatalogChange> Writer::prepare(std::span<const WrittenSegment> written) {
  ports::CatalogChange change;
  for (const WrittenSegment& w : written) {
    change.segments.push_back(w.segment);
    change.key_files.push_back(w.keys);
  }
  KENKO_TRY(change.versions_file, versions_with(state_->duck, state_->dir, state_->live, written));
  KENKO_TRY_STATUS(limit_key_files(state_->dir, state_->live, kMaxKeyFiles, state_->next_keys, change));
  return change;
}

void Writer::committed(const ports::Snapshot& live) {
  state_->live = live;
  remove_leftovers(state_->dir, state_->live);
}

}  // namespace kenko::segments
