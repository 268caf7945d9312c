#include "segments/reader.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "segments/properties_json.h"
#include "segments/segment_scan.h"

namespace kenko::segments {
namespace {

using facts::EventFact;

}  // namespace

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
