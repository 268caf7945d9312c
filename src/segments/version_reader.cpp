#include "segments/version_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "segments/reader.h"
#include "segments/segment_scan.h"

namespace kenko::segments {

struct VersionReader::Located {
  uint32_t row = 0;
  uint64_t key_high = 0;
};

Status VersionReader::open() {
  if (duck_) return Done{};
  KENKO_TRY(duck_, duck::Connection::open({.threads = 1}));
  return duck_->execute("SET parquet_metadata_cache = true");
}

void VersionReader::keep(const std::vector<ports::SegmentInfo>& catalog) {
  std::erase_if(locators_, [&catalog](const auto& known) {
    return std::none_of(catalog.begin(), catalog.end(), [&](const auto& s) { return s.id == known.first; });
  });
}

const RowLocator* VersionReader::locator(const ports::SegmentInfo& segment) {
  const auto known = locators_.find(segment.id);
  if (known != locators_.end()) return &known->second;
  auto opened = RowLocator::open(dir_, segment);
  if (!opened) return nullptr;
  return &locators_.emplace(segment.id, std::move(*opened)).first->second;
}

Result<std::vector<facts::EventFact>> VersionReader::read(const std::vector<ports::SegmentInfo>& catalog,
                                                          std::span<const Hash128> keys) {
  std::vector<facts::EventFact> events;
  std::vector<ports::SegmentInfo> whole;
  std::vector<uint32_t> rows;
  if (keys.empty()) return events;
  for (const ports::SegmentInfo& segment : catalog) {
    const RowLocator* locator = keys.size() <= kManyRows ? this->locator(segment) : nullptr;
    std::vector<Located> located;
    bool good = locator != nullptr;
    for (size_t i = 0; good && i < keys.size(); ++i) {
      rows.clear();
      good = locator->rows(keys[i], rows);
      for (const uint32_t row : rows) located.push_back({row, keys[i].high});
    }
    if (!good) {
      locators_.erase(segment.id);
      located.clear();
    }
    if (!good && keys.size() <= kManyRows && !needs_locator(segment)) {
      for (const Hash128& key : keys) located.push_back({0, key.high});
      KENKO_TRY_STATUS(read_rows(segment, 0, segment.rows - 1, located, keys, events));
      continue;
    }
    if (!good || located.size() > kManyRows) {
      whole.push_back(segment);
      continue;
    }
    std::sort(located.begin(), located.end(), [](const Located& a, const Located& b) { return a.row < b.row; });
    for (size_t first = 0, end = 0; first < located.size(); first = end) {
      while (end < located.size() && located[end].row / kRowGroup == located[first].row / kRowGroup) ++end;
      const std::span<const Located> of_group = std::span(located).subspan(first, end - first);
      KENKO_TRY_STATUS(read_rows(segment, of_group.front().row, of_group.back().row, of_group, keys, events));
    }
  }
  if (!whole.empty()) {
    KENKO_TRY(std::vector<facts::EventFact> more, read_versions(dir_, whole, keys));
    std::move(more.begin(), more.end(), std::back_inserter(events));
  }
  std::vector<std::tuple<Hash128, int64_t, int64_t, size_t>> order;
  for (const facts::EventFact& e : events) {
    order.emplace_back(facts::event_key(e.source, e.event_id), e.version, e.recorded.seq, order.size());
  }
  std::sort(order.begin(), order.end());
  std::vector<facts::EventFact> sorted;
  for (const auto& [key, version, seq, i] : order) sorted.push_back(std::move(events[i]));
  return sorted;
}

// Looks at the rows from `first` to `last`, which are best of one row group.
Status VersionReader::read_rows(const ports::SegmentInfo& segment, int64_t first, int64_t last,
                                std::span<const Located> rows, std::span<const Hash128> keys,
                                std::vector<facts::EventFact>& out) {
  KENKO_TRY_STATUS(open());
  KENKO_TRY_STATUS(check_files(dir_, {segment}));
  const std::string path = events_path(dir_, segment);
  std::string select;
  for (const std::string_view name : kColumnNames) select += fmt::format("{}{}", select.empty() ? "" : ", ", name);
  std::string wanted;
  for (const Located& row : rows) wanted += fmt::format("{}{}", wanted.empty() ? "" : ", ", row.key_high);
  auto found = duck_->query(
      fmt::format("SELECT {} FROM read_parquet({}, file_row_number = true) WHERE file_row_number BETWEEN {} AND {} "
                  "AND key_high IN ({})",
                  select, duck::sql_path(path), first, last, wanted));
  if (!found.ok()) return damaged_segment(path, found.problems()[0].message);
  while (true) {
    const auto chunk = found->next();
    if (!chunk.ok()) return damaged_segment(path, chunk.problems()[0].message);
    if (chunk->size() == 0) return Done{};
    for (size_t i = 0; i < chunk->size(); ++i) {
      const Hash128 key{chunk->data<uint64_t>(kKeyHigh)[i], chunk->data<uint64_t>(kKeyLow)[i]};
      if (!std::binary_search(keys.begin(), keys.end(), key)) continue;
      KENKO_TRY(facts::EventFact event, event_of_row(*chunk, i));
      out.push_back(std::move(event));
    }
  }
}

}  // namespace kenko::segments
