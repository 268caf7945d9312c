#include "segments/manifest.h"

#include <fmt/format.h>

#include "ports/files.h"
#include "segments/properties_json.h"
#include "segments/segment_files.h"

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
  json += snapshot.versions_file.empty() ? "null" : json_text(snapshot.versions_file);
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

Status publish_manifest(const std::string& dir, const ports::Snapshot& snapshot) {
  return put(events_folder(dir) + "/manifest.json", manifest_text(snapshot));
}

}  // namespace kenko::segments
