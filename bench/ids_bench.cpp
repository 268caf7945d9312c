// Exactly once at scale: builds key files of many ids as commits do, and asks them.
//
//   ids_bench [--ids 10000000] [--commit 1000000] [--dir FOLDER]
//
// Prints one JSON object: what was built, memory, disk, lookups per second.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "ports/fact_store.h"
#include "segments/key_index.h"
#include "segments/key_merge.h"

namespace {

namespace fs = std::filesystem;
using namespace kenko;
using segments::Found;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A line of /proc/self/status, in MB.
double status_mb(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

Hash128 key_of(int64_t id) { return PartsHash().add(id).hash(); }

template <typename T>
T must(Result<T> result) {
  if (!result.ok()) {
    fmt::print(stderr, "{}", to_text(result.problems()));
    std::exit(1);
  }
  return std::move(result).value();
}

struct Built {
  ports::Snapshot snapshot;
  double seconds = 0, slowest_commit = 0;
  int64_t written = 0;  // entries, over all merges
  size_t most_files = 0;
};

Built build(const std::string& folder, int64_t ids, int64_t commit_size) {
  Built built;
  std::vector<ports::KeyFileInfo>& live = built.snapshot.key_files;
  int64_t number = 0;
  const auto name = [&number] { return fmt::format("{:08}.keys", ++number); };
  std::vector<segments::KeyVersion> versions;
  const auto start = std::chrono::steady_clock::now();
  for (int64_t first = 1; first <= ids; first += commit_size) {
    const auto commit_start = std::chrono::steady_clock::now();
    const int64_t last = std::min(ids, first + commit_size - 1);
    versions.clear();
    for (int64_t id = first; id <= last; ++id) versions.push_back({{key_of(id), static_cast<uint64_t>(id)}, 0, id});
    ports::KeyFileInfo info;
    info.file = name();
    info.id = number;
    info.first_seq = first;
    info.last_seq = last;
    static_cast<void>(must(segments::write_key_file(folder + "/" + info.file, versions, info)));
    built.written += info.entries;
    live.push_back(info);
    const size_t count = segments::files_to_merge(live, segments::kMaxKeyFiles);
    if (count > 1) {
      const std::vector<ports::KeyFileInfo> parts(live.end() - static_cast<std::ptrdiff_t>(count), live.end());
      ports::KeyFileInfo merged;
      merged.file = name();
      merged.id = number;
      static_cast<void>(must(segments::merge_key_files(folder, parts, merged)));
      for (const ports::KeyFileInfo& part : parts) fs::remove(folder + "/" + part.file);
      live.resize(live.size() - count);
      live.push_back(merged);
      built.written += merged.entries;
    }
    built.most_files = std::max(built.most_files, live.size());
    built.slowest_commit = std::max(built.slowest_commit, seconds_since(commit_start));
  }
  built.seconds = seconds_since(start);
  return built;
}

/// Ids one by one, in random order; the slowest in microseconds beside the rate.
std::pair<double, double> single(const segments::KeyIndex& index, int64_t ids, bool present, int64_t count) {
  Random random(present ? 1 : 2);
  double slowest = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < count; ++i) {
    const int64_t id = random.between(1, ids) + (present ? 0 : ids);
    const auto one = std::chrono::steady_clock::now();
    const Found found = must(index.find({key_of(id), static_cast<uint64_t>(id)}));
    slowest = std::max(slowest, seconds_since(one));
    KENKO_CHECK(found == (present ? Found::same : Found::absent), "id {} of {}", id, ids);
  }
  return {static_cast<double>(count) / seconds_since(start), slowest * 1e6};
}

/// A sorted list, half of it stored, as an import asks.
double batch(const segments::KeyIndex& index, int64_t ids, int64_t count) {
  Random random(3);
  std::vector<segments::KeyedContent> wanted;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t id = random.between(1, 2 * ids);
    wanted.push_back({key_of(id), static_cast<uint64_t>(id)});
  }
  std::sort(wanted.begin(), wanted.end());
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Found> found = must(index.lookup(wanted));
  const double seconds = seconds_since(start);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const bool stored = wanted[i].content <= static_cast<uint64_t>(ids);
    KENKO_CHECK(found[i] == (stored ? Found::same : Found::absent), "id {}", wanted[i].content);
  }
  return static_cast<double>(count) / seconds;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("ids looked up in key files");
  int64_t ids = 10'000'000;
  int64_t commit_size = 1'000'000;
  std::string dir = fs::temp_directory_path() / "kenko-ids-bench";
  app.add_option("--ids", ids, "how many ids")->capture_default_str();
  app.add_option("--commit", commit_size, "ids of one commit")->capture_default_str();
  app.add_option("--dir", dir, "folder to build in; its events/ is removed at the end")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const std::string folder = dir + "/events";
  fs::create_directories(folder);
  const Built built = build(folder, ids, commit_size);
  const double build_memory = status_mb("VmHWM");
  uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) bytes += entry.file_size();

  const double before = status_mb("RssAnon");
  const auto opening = std::chrono::steady_clock::now();
  const segments::KeyIndex index = must(segments::KeyIndex::open(dir, built.snapshot));
  const double open_seconds = seconds_since(opening);
  const double open_mb = status_mb("RssAnon") - before;
  const int64_t asked = std::min<int64_t>(1'000'000, ids);
  const auto [absent, absent_slowest] = single(index, ids, false, asked);
  const auto [present, present_slowest] = single(index, ids, true, asked);
  const double sorted = batch(index, ids, asked);
  fmt::print(
      "{{\"bench\": \"ids\", \"ids\": {}, \"commits_of\": {}, \"files\": {}, \"most_files\": {}, "
      "\"build_seconds\": {:.1f}, \"slowest_commit_seconds\": {:.2f}, \"times_written\": {:.2f}, "
      "\"build_peak_mb\": {:.0f}, \"disk_bytes_per_id\": {:.2f}, \"open_ms\": {:.1f}, \"open_mb\": {:.1f}, "
      "\"rss_mb\": {:.0f}, \"rss_file_mb\": {:.0f}, \"single_absent_per_s\": {:.0f}, "
      "\"single_absent_slowest_us\": {:.0f}, \"single_present_per_s\": {:.0f}, \"single_present_slowest_us\": {:.0f}, "
      "\"sorted_half_present_per_s\": {:.0f}}}\n",
      ids, commit_size, built.snapshot.key_files.size(), built.most_files, built.seconds, built.slowest_commit,
      static_cast<double>(built.written) / static_cast<double>(ids), build_memory,
      static_cast<double>(bytes) / static_cast<double>(ids), open_seconds * 1e3, open_mb, status_mb("VmRSS"),
      status_mb("RssFile"), absent, absent_slowest, present, present_slowest, sorted);
  fs::remove_all(folder);
  return 0;
}
