#include "segments/catalog_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ports/files.h"
#include "segments/key_index.h"
#include "segments/key_merge.h"
#include "segments/manifest.h"
#include "segments/segment_files.h"
#include "segments/version_reader.h"
#include "segments/versions.h"

namespace kenko::segments {
namespace {

/// True for names that this program gives: NNNNNNNN.parquet, NNNNNNNN.keys, versions-N.parquet and temporary forms.
bool is_ours(std::string_view name) {
  constexpr size_t kDigits = 8;
  const auto digits = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const bool temporary = name.ends_with(ports::kTemporarySuffix);
  if (name.starts_with("manifest.json.") || name.starts_with("views.sql.")) return temporary;
  constexpr std::string_view kVersions = "versions-";
  if (name.starts_with(kVersions)) {
    const size_t dot = name.find('.');
    return dot != std::string_view::npos && dot > kVersions.size() &&
           digits(name.substr(kVersions.size(), dot - kVersions.size())) &&
           (temporary || name.substr(dot) == ".parquet");
  }
  if (name.size() <= kDigits || !digits(name.substr(0, kDigits))) return false;
  const std::string_view ending = name.substr(kDigits);
  return ending == ".parquet" || ending == ".keys" || temporary;
}

/// The ids that have several versions or a deletion because of the written segments, sorted, unique.
Result<std::vector<Hash128>> touched_keys(const std::string& dir, const ports::Snapshot& live,
                                          std::span<const WrittenSegment> written) {
  std::vector<Hash128> touched;
  std::vector<KeyFile> files;
  std::vector<const KeyFile*> open;
  std::vector<ports::KeyFileInfo> infos;
  for (const WrittenSegment& w : written) {
    touched.insert(touched.end(), w.deleted.begin(), w.deleted.end());
    KENKO_TRY(KeyFile keys, KeyFile::open(keys_path(dir, w.keys), w.keys));
    files.push_back(std::move(keys));
    infos.push_back(w.keys);
  }
  for (const KeyFile& file : files) open.push_back(&file);
  KENKO_TRY(const KeyIndex index, KeyIndex::open(dir, live));
  const bool any_before = index.size() > 0;
  std::vector<KeyedContent> block;
  const auto look_up = [&]() -> Status {
    KENKO_TRY(const std::vector<Found> found, index.lookup(block));
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != Found::absent) touched.push_back(block[i].key);
    }
    block.clear();
    return Done{};
  };
  KENKO_TRY_STATUS(for_each_entry(open, infos, [&](const KeyEntry& entry) -> Status {
    constexpr size_t kBlock = 100'000;
    if (entry.several()) touched.push_back(entry.key);
    if (entry.several() || !any_before) return Done{};
    block.push_back({entry.key, 0});
    return block.size() == kBlock ? look_up() : Done{};
  }));
  KENKO_TRY_STATUS(look_up());
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  return touched;
}

/// version_rows(), which does not go through whole segments for a few keys.
Result<std::vector<VersionRow>> rows_of_few(duck::Connection& duck, const std::string& dir,
                                            const std::vector<ports::SegmentInfo>& segments,
                                            std::span<const Hash128> keys) {
  if (keys.size() > VersionReader::kManyRows) return version_rows(duck, dir, segments, keys);
  VersionReader reader(dir);
  KENKO_TRY(const std::vector<facts::EventFact> events, reader.read(segments, keys));
  std::vector<VersionRow> rows;
  for (const facts::EventFact& e : events) {
    rows.push_back({facts::event_key(e.source, e.event_id), e.version, e.recorded.seq, e.recorded.known_at, e.deleted});
  }
  return rows;
}

}  // namespace

void remove_leftovers(const std::string& dir, const ports::Snapshot& live) {
  std::set<std::string> named = {live.versions_file, std::string(kNoVersions)};
  for (const ports::SegmentInfo& segment : live.segments) named.insert(segment.events_file);
  for (const ports::KeyFileInfo& keys : live.key_files) named.insert(keys.file);
  for (const ports::ReplacedFile& replaced : live.replaced) named.insert(replaced.file);
  for (const std::string& name : ports::list_files(events_folder(dir))) {
    if (is_ours(name) && !named.contains(name)) ports::remove_file(events_folder(dir) + "/" + name);
  }
}

ports::KeyFileInfo new_key_file(int64_t id) {
  ports::KeyFileInfo info;
  info.id = id;
  info.file = fmt::format("{:08}.keys", id);
  return info;
}

MergeUnderWay MergeUnderWay::in(const ports::Snapshot& live) {
  MergeUnderWay out{true, next_id(live.segments), next_id(live.key_files), {}};
  for (const ports::KeyFileInfo& keys : live.key_files) out.key_files.push_back(keys.id);
  return out;
}

Status limit_key_files(const std::string& dir, const ports::Snapshot& live, size_t most, int64_t& next_id,
                       ports::CatalogChange& change, const MergeUnderWay* beside) {
  ports::Snapshot after = live;
  change.apply(after, {});
  std::vector<ports::KeyFileInfo> parts;
  if (beside != nullptr) {
    parts = few_files_to_merge(after.key_files, most, beside->key_files);
  } else {
    parts.assign(after.key_files.end() - static_cast<std::ptrdiff_t>(files_to_merge(after.key_files, most)),
                 after.key_files.end());
  }
  if (parts.size() < 2) return Done{};
  // Damage is mended first, because a merge would carry it on.
  ports::Snapshot mended = after;
  mended.key_files = parts;
  KENKO_TRY_STATUS(KeyIndex::mend(dir, mended));
  ports::KeyFileInfo merged = new_key_file(next_id++);
  KENKO_TRY_STATUS(merge_key_files(events_folder(dir), parts, merged));
  for (const ports::KeyFileInfo& part : parts) {
    // One that is no longer needed before it was ever committed is in no catalog.
    const bool is_new = std::erase(change.key_files, part) > 0;
    if (!is_new) change.replaced_key_files.push_back(part.id);
  }
  change.key_files.push_back(merged);
  return Done{};
}

Result<std::vector<VersionRow>> all_versions(duck::Connection& duck, const std::string& dir,
                                             const ports::Snapshot& live) {
  KENKO_TRY(std::vector<Hash128> keys, deleted_keys(duck, dir, live.segments));
  KENKO_TRY(const KeyIndex index, KeyIndex::open(dir, live));
  KENKO_TRY_STATUS(index.for_each_several([&keys](const Hash128& key) -> Status {
    keys.push_back(key);
    return Done{};
  }));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  KENKO_TRY(std::vector<VersionRow> rows, version_rows(duck, dir, live.segments, keys));
  decide_versions(rows);
  return rows;
}

Result<std::optional<std::string>> versions_with(duck::Connection& duck, const std::string& dir,
                                                 const ports::Snapshot& live, std::span<const WrittenSegment> written) {
  KENKO_TRY(const std::vector<Hash128> touched, touched_keys(dir, live, written));
  if (touched.empty()) return std::optional<std::string>();
  auto before = read_versions_file(dir, live.versions_file);
  if (!before.ok() && before.problems()[0].code == "versions-file-damaged") before = all_versions(duck, dir, live);
  KENKO_TRY(std::vector<VersionRow> rows, std::move(before));
  // What is in the file already lacks the new segments alone.
  std::vector<ports::SegmentInfo> added;
  for (const WrittenSegment& w : written) added.push_back(w.segment);
  std::vector<Hash128> known;
  std::vector<Hash128> unknown;
  for (const Hash128& key : touched) {
    const auto at = std::lower_bound(rows.begin(), rows.end(), key,
                                     [](const VersionRow& row, const Hash128& k) { return row.key < k; });
    (at != rows.end() && at->key == key ? known : unknown).push_back(key);
  }
  KENKO_TRY(const KeyIndex index, KeyIndex::open(dir, live));
  KENKO_TRY(std::vector<ports::SegmentInfo> all, index.segments_holding(unknown));
  all.insert(all.end(), added.begin(), added.end());
  KENKO_TRY(const std::vector<VersionRow> of_known, version_rows(duck, dir, added, known));
  KENKO_TRY(const std::vector<VersionRow> of_unknown, rows_of_few(duck, dir, all, unknown));
  rows.insert(rows.end(), of_known.begin(), of_known.end());
  rows.insert(rows.end(), of_unknown.begin(), of_unknown.end());
  decide_versions(rows);
  const std::string name = next_versions_file(live.versions_file);
  KENKO_TRY_STATUS(write_versions_file(duck, dir, name, rows));
  return std::optional(name);
}

}  // namespace kenko::segments
