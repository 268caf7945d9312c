#include "segments/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/time_zone.h"
#include "duck/connection.h"
#include "ports/files.h"
#include "segments/catalog_files.h"
#include "segments/event_columns.h"
#include "segments/key_merge.h"
#include "segments/segment_files.h"

namespace kenko::segments {
namespace {

ports::SegmentInfo describe(int64_t id, const EventRows& events, size_t first_row, size_t count, Instant now) {
  const std::span<const EventRow> rows = events.rows().subspan(first_row, count);
  ports::SegmentInfo info;
  info.id = id;
  info.events_file = fmt::format("{:08}.parquet", id);
  info.rows = static_cast<int64_t>(count);
  info.created = now;
  info.first_seq = info.last_seq = rows[0].seq;
  const TimeZone utc;
  Instant first = rows[0].occurred_at;
  Instant last = first;
  bool one_source = true;
  for (const EventRow& e : rows) {
    one_source = one_source && e.source == rows[0].source;
    info.first_seq = std::min(info.first_seq, e.seq);
    info.last_seq = std::max(info.last_seq, e.seq);
    first = std::min(first, e.occurred_at);
    last = std::max(last, e.occurred_at);
  }
  if (one_source) info.source = events.word(rows[0].source);
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
  std::optional<MergeUnderWay> beside;
  duck::Connection duck;

  Status write_events(const ports::SegmentInfo& info, duck::Table columns) {
    const std::string table = fmt::format("segment_{}", ++tables);
    KENKO_TRY_STATUS(duck.register_table(table, std::move(columns)));
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

Result<Writer> Writer::open(const std::string& dir, const ports::Snapshot& live, std::optional<MergeUnderWay> beside) {
  KENKO_TRY_STATUS(ports::make_folder(events_folder(dir)));
  const MergeUnderWay other = beside.value_or(MergeUnderWay{});
  if (!other.any) remove_leftovers(dir, live);
  // One thread reads our memory, so that the rows stay in order; a second one would only wait for it.
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  return Writer(std::make_unique<State>(State{dir, live, std::max(next_id(live.segments), other.segment + 1),
                                              std::max(next_id(live.key_files), other.key_file + 1), 0,
                                              std::move(beside), std::move(duck)}));
}

Result<WrittenSegment> Writer::write(std::span<const facts::EventFact> events, Instant now) {
  EventRows rows;
  rows.reserve(events.size());
  for (const facts::EventFact& event : events) rows.add(event);
  return write(rows, 0, rows.size(), now);
}

Result<WrittenSegment> Writer::write(const EventRows& events, size_t first, size_t count, Instant now) {
  KENKO_CHECK(count > 0 && events.size() < UINT32_MAX, "a segment of {} events", count);
  WrittenSegment written;
  const ports::SegmentInfo& info = written.segment = describe(state_->next_segment++, events, first, count, now);
  written.keys = new_key_file(state_->next_keys++);
  written.keys.first_seq = info.first_seq;
  written.keys.last_seq = info.last_seq;
  std::vector<uint32_t> order;
  std::thread sorting([&] { order = stored_order(events, first, count); });
  std::vector<KeyVersion> versions;
  versions.reserve(count);
  for (const EventRow& e : events.rows().subspan(first, count)) {
    versions.push_back({keyed_content(e.key, e.content, e.version), e.version, e.seq});
    if (e.deleted) written.deleted.push_back(e.key);
  }
  sorting.join();

  Status keys_written = Done{};
  const std::string key_path = keys_path(state_->dir, written.keys);
  std::thread key_writing([&] { keys_written = write_key_file(key_path, versions, written.keys); });
  const Status events_written = state_->write_events(info, event_table(events, order));
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
  KENKO_TRY_STATUS(limit_key_files(state_->dir, state_->live, kMaxKeyFiles, state_->next_keys, change,
                                   state_->beside ? &*state_->beside : nullptr));
  return change;
}

void Writer::committed(const ports::Snapshot& live) {
  state_->live = live;
  if (!state_->beside || !state_->beside->any) remove_leftovers(state_->dir, state_->live);
}

}  // namespace kenko::segments
