#include "segments/manifest.h"

#include <fmt/format.h>

#include "duck/connection.h"
#include "ports/files.h"
#include "segments/properties_json.h"
#include "segments/segment_files.h"
#include "segments/versions.h"

namespace kenko::segments {
namespace {

std::string json_text(const std::string& text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

/// Replaces a file unless it says the same already.
Status put(const std::string& path, const std::string& text) {
  const auto current = ports::read_file(path);
  if (current.ok() && current.value() == text) return Done{};
  return ports::write_file(path, {text});
}

}  // namespace

std::string manifest_text(const ports::Snapshot& snapshot) {
  std::string json = fmt::format("{{\"format\": 2, \"generation\": {}, \"segments\": [", snapshot.generation);
  const char* separator = "\n";
  for (const ports::SegmentInfo& s : snapshot.segments) {
    json += fmt::format(
        "{}  {{\"id\": {}, \"events\": {}, \"source\": {}, \"rows\": {}, \"first_seq\": {}, \"last_seq\": {}, "
        "\"first_day\": \"{}\", \"last_day\": \"{}\"}}",
        separator, s.id, json_text(s.events_file), json_text(s.source), s.rows, s.first_seq, s.last_seq,
        s.first_day.iso(), s.last_day.iso());
    separator = ",\n";
  }
  json += snapshot.segments.empty() ? "], \"versions\": " : "\n], \"versions\": ";
  json += json_text(snapshot.versions_file.empty() ? std::string(kNoVersions) : snapshot.versions_file);
  json += ", \"keys\": [";
  separator = "\n";
  for (const ports::KeyFileInfo& k : snapshot.key_files) {
    json += fmt::format("{}  {{\"id\": {}, \"file\": {}, \"entries\": {}, \"first_seq\": {}, \"last_seq\": {}}}",
                        separator, k.id, json_text(k.file), k.entries, k.first_seq, k.last_seq);
    separator = ",\n";
  }
  json += snapshot.key_files.empty() ? "]}\n" : "\n]}\n";
  return json;
}

std::string views_text() {
  return R"sql(-- The current truth of the stored events for DuckDB: run this file in the workspace's folder, for example with
--   .read events/views.sql
-- or say first where the files are:
--   SET VARIABLE kenko_events = '/path/to/the/workspace/events/';
-- The view `events` has one row for each event that counts: neither replaced versions nor deleted events.  It reads the
-- files that manifest.json names now and stays with them, whatever is written meanwhile; replaced files stay for an
-- hour.  Run this file again to see what came since.
-- Not in it are what arrived one by one and was not sealed yet (`kenko compact` does) and what people entered by hand
-- (`kenko export` has everything).
SET VARIABLE kenko_events = coalesce(getvariable('kenko_events'), 'events/');
SET VARIABLE kenko_manifest = (SELECT m FROM read_json(getvariable('kenko_events') || 'manifest.json') AS m);
SET VARIABLE kenko_segments = list_transform(getvariable('kenko_manifest').segments,
                                             lambda s: getvariable('kenko_events') || s.events);
SET VARIABLE kenko_versions = getvariable('kenko_events') || getvariable('kenko_manifest').versions;
CREATE OR REPLACE VIEW events AS
SELECT source, event_id, account_ref, user_ref, name, occurred_at, known_at, value, currency, text, properties, assumed
FROM read_parquet(getvariable('kenko_segments'))
WHERE seq NOT IN (SELECT seq FROM read_parquet(getvariable('kenko_versions')) WHERE NOT is_current);
)sql";
}

Status publish_manifest(const std::string& dir, const ports::Snapshot& snapshot) {
  const std::string folder = events_folder(dir) + "/";
  KENKO_TRY_STATUS(ports::make_folder(events_folder(dir)));
  KENKO_TRY_STATUS(put(folder + "views.sql", views_text()));
  if (snapshot.versions_file.empty() && !ports::file_exists(folder + std::string(kNoVersions))) {
    KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
    KENKO_TRY_STATUS(write_versions_file(duck, dir, std::string(kNoVersions), {}));
  }
  return put(folder + "manifest.json", manifest_text(snapshot));
}

}  // namespace kenko::segments
