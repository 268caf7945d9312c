// Exactly once at scale: builds key files of many ids as commits do, and asks them.
//
//   ids_bench [--ids 10000000] [--commit 1000000] [--dir FOLDER]
//   ids_bench --append SECONDS [--ids ...]     facts appended one by one and in groups, over no ids and over so many,
//                                              while all key files become one; with --files 1 while only the new
//                                              ones do
//   ids_bench --correct COUNT [--ids ...]      events corrected one by one, of so many that are in segments
//
// Prints one JSON object: what was built, memory, disk, lookups per second; or a line for each part.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "app/append.h"
#include "app/init.h"
#include "app/workspace.h"
#include "base/hash.h"
#include "base/random.h"
#include "ports/clock.h"
#include "ports/fact_store.h"
#include "segments/key_index.h"
#include "segments/key_merge.h"
#include "segments/writer.h"
#include "state/database.h"
#include "state/write_lock.h"

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

int64_t read_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_majflt;
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

// ---- Appending

/// How long answers took, in milliseconds.
struct Latency {
  std::vector<double> ms;
  double most_anonymous_mb = 0;  ///< resident memory that is no file's
  int64_t read_faults = 0;       ///< pages of mapped files that had to come from the disk

  [[nodiscard]] std::string json() {
    std::sort(ms.begin(), ms.end());
    const auto at = [this](double share) {
      return ms[static_cast<size_t>(share * static_cast<double>(ms.size() - 1))];
    };
    const auto slow = std::count_if(ms.begin(), ms.end(), [&](double t) { return t > 10 * at(0.5); });
    return fmt::format(
        "\"answers\": {}, \"p50_ms\": {:.3f}, \"p99_ms\": {:.3f}, \"p999_ms\": {:.3f}, \"max_ms\": {:.2f}, "
        "\"over_10_medians\": {}, \"rss_anon_mb\": {:.0f}, \"read_faults\": {}",
        ms.size(), at(0.5), at(0.99), at(0.999), at(1), slow, most_anonymous_mb, read_faults);
  }
};

/// Writes of 4 kB, each flushed, for so long: what this disk does in the same minute.
Latency bare_flushes(const std::string& dir, double seconds) {
  Latency out;
  const std::string path = dir + "/flush.tmp";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const std::string block(4096, 'x');
  const auto start = std::chrono::steady_clock::now();
  while (seconds_since(start) < seconds) {
    const auto one = std::chrono::steady_clock::now();
    std::fwrite(block.data(), 1, block.size(), file);
    std::fflush(file);
    KENKO_CHECK(::fdatasync(::fileno(file)) == 0, "{} cannot be flushed", path);
    out.ms.push_back(seconds_since(one) * 1e3);
  }
  std::fclose(file);
  fs::remove(path);
  return out;
}

/// Sends groups of lines to `kenko append`'s own function, each after the answers to the one before, until `next` gives
/// no more.
Latency append(const std::string& dir, int64_t seal_after, const std::function<std::string(int64_t& lines)>& next) {
  Latency out;
  const app::Workspace workspace = must(app::open_workspace(dir));
  const int64_t faults_before = read_faults();
  int ends[2];
  KENKO_CHECK(pipe(ends) == 0, "no pipe to {}", dir);
  std::counting_semaphore<> answered(0);
  std::jthread sending([&] {
    int64_t lines = 0;
    for (std::string text = next(lines); !text.empty(); text = next(lines)) {
      const auto sent = std::chrono::steady_clock::now();
      KENKO_CHECK(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()), "{} lines", lines);
      for (int64_t i = 0; i < lines; ++i) answered.acquire();
      // The first answer waits for the command to begin.
      if (out.most_anonymous_mb > 0) out.ms.push_back(seconds_since(sent) * 1e3);
      out.most_anonymous_mb = std::max(out.most_anonymous_mb, status_mb("RssAnon"));
    }
    close(ends[1]);
  });
  app::LineInput input(ends[0]);
  app::AppendRequest request;
  request.seal_after = seal_after;
  const auto report = app::append_lines(workspace, request, ports::SystemClock(), input, [&](std::string_view answers) {
    answered.release(std::count(answers.begin(), answers.end(), '\n'));
    return Status(Done{});
  });
  close(ends[0]);
  static_cast<void>(must(report));
  out.read_faults = read_faults() - faults_before;
  return out;
}

std::string line_of(const std::string& id, int64_t value) {
  return fmt::format(
      "{{\"event_id\":\"{}\",\"name\":\"login\",\"account\":\"acme{}\",\"occurred_at\":\"2026-06-01T10:00:00Z\","
      "\"value\":{}}}\n",
      id, value % 100, value);
}

void make_workspace(const std::string& dir) {
  fs::remove_all(dir);
  app::InitRequest init;
  init.dir = dir;
  init.company = "Benchmark";
  static_cast<void>(must(app::init_workspace(init)));
}

/// Key files that are as large as one another: of six, two small ones more make them all become one.
std::vector<ports::KeyFileInfo> make_ids(const std::string& folder, int64_t ids, int64_t commit_size, int64_t count) {
  fs::create_directories(folder);
  std::vector<ports::KeyFileInfo> out;
  std::vector<segments::KeyVersion> versions;
  int64_t id = 0;
  for (int64_t file = 1; file <= count; ++file) {
    std::vector<ports::KeyFileInfo> parts;
    for (const int64_t last = ids * file / count; id < last;) {
      versions.clear();
      ports::KeyFileInfo part;
      part.file = fmt::format("part{}", parts.size());
      part.first_seq = id + 1 - ids;
      while (id < last && std::ssize(versions) < commit_size) {
        ++id;
        versions.push_back({{key_of(id), static_cast<uint64_t>(id)}, 0, id - ids});
      }
      part.last_seq = id - ids;
      static_cast<void>(must(segments::write_key_file(folder + "/" + part.file, versions, part)));
      parts.push_back(part);
    }
    ports::KeyFileInfo merged;
    merged.id = file;
    merged.file = fmt::format("{:08}.keys", file);
    static_cast<void>(must(segments::merge_key_files(folder, parts, merged)));
    for (const ports::KeyFileInfo& part : parts) fs::remove(folder + "/" + part.file);
    out.push_back(merged);
  }
  return out;
}

void add_ids(const std::string& dir, const std::string& folder, const std::vector<ports::KeyFileInfo>& files) {
  fs::create_directories(dir + "/events");
  for (const ports::KeyFileInfo& keys : files) {
    fs::create_hard_link(folder + "/" + keys.file, dir + "/events/" + keys.file);
  }
  const state::WriteLock lock = must(state::WriteLock::acquire(dir));
  state::Database database = must(state::Database::open_for_writing(dir));
  ports::CatalogChange change;
  change.key_files = files;
  static_cast<void>(must(database.change_catalog(change, ports::SystemClock().now())));
}

std::string key_files_text(const std::string& dir) {
  const ports::Snapshot live = must(must(state::Database::open(dir)).snapshot());
  std::string out;
  for (const ports::KeyFileInfo& keys : live.key_files)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", keys.entries);
  return "[" + out + "]";
}

int bench_append(const std::string& dir, int64_t ids, int64_t commit_size, int64_t count, double seconds) {
  const std::string folder = dir + "-keys";
  std::vector<ports::KeyFileInfo> files;
  for (const int64_t stored : {int64_t{0}, ids}) {
    if (stored > 0) files = make_ids(folder, ids, commit_size, count);
    for (const int64_t group : {int64_t{1}, int64_t{100}}) {
      const int64_t seal_after = group == 1 ? 1000 : 10'000;
      make_workspace(dir);
      add_ids(dir, folder, files);
      const std::string before = key_files_text(dir);
      Latency flushes = bare_flushes(dir, seconds / 6);
      const auto start = std::chrono::steady_clock::now();
      int64_t number = 0;
      Latency answers = append(dir, seal_after, [&](int64_t& lines) {
        std::string text;
        lines = group;
        for (int64_t i = 0; i < group; ++i, ++number) text += line_of(fmt::format("n{}", number), number);
        return seconds_since(start) < seconds ? text : std::string();
      });
      fmt::print(
          "{{\"bench\": \"append\", \"ids\": {}, \"group\": {}, {}, \"peak_mb\": {:.0f}, \"key_files_before\": {}, "
          "\"key_files_after\": {}}}\n  bare write and flush: {{{}}}\n",
          stored, group, answers.json(), status_mb("VmHWM"), before, key_files_text(dir), flushes.json());
      std::fflush(stdout);
    }
  }
  fs::remove_all(dir);
  fs::remove_all(folder);
  return 0;
}

/// Events straight into segments.
void add_events(const std::string& dir, int64_t count, int64_t commit_size) {
  const state::WriteLock lock = must(state::WriteLock::acquire(dir));
  state::Database database = must(state::Database::open_for_writing(dir));
  segments::Writer writer = must(segments::Writer::open(dir, must(database.snapshot())));
  const Instant now = ports::SystemClock().now();
  for (int64_t first = 0; first < count; first += commit_size) {
    state::Batch batch;
    batch.first_seq = must(database.next_seq());
    std::vector<facts::EventFact> events;
    for (int64_t i = first; i < std::min(count, first + commit_size); ++i) {
      facts::EventFact& e = events.emplace_back();
      e.source = "files";
      e.event_id = fmt::format("e{}", i);
      e.account_ref = fmt::format("acme{}", i % 20'000);
      e.user_ref = fmt::format("user{}", i % 300'000);
      e.name = "feature.used";
      e.occurred_at = {1'767'225'600'000'000 + i % 31'536'000 * 1'000'000};
      e.properties = {{"feature", fmt::format("f{}", i % 40)}};
      e.recorded = {e.occurred_at, batch.first_seq + (i - first), false};
      e.raw = key_of(i);
    }
    batch.end_seq = batch.first_seq + std::ssize(events);
    batch.at = now;
    const segments::WrittenSegment written = must(writer.write(events, now));
    batch.catalog = must(writer.prepare({&written, 1}));
    static_cast<void>(must(database.commit(batch)));
    writer.committed(must(database.snapshot()));
  }
}

int bench_correct(const std::string& dir, int64_t events, int64_t commit_size, int64_t count) {
  make_workspace(dir);
  add_events(dir, events, commit_size);
  const auto run = [&](const char* what, const std::function<std::string(int64_t)>& line) {
    int64_t sent = 0;
    Latency answers = append(dir, 1'000'000, [&](int64_t& lines) {
      lines = 1;
      return sent++ < count ? line(sent) : std::string();
    });
    fmt::print("{{\"bench\": \"correct\", \"events\": {}, \"what\": \"{}\", {}}}\n", events, what, answers.json());
    std::fflush(stdout);
  };
  Random random(5);
  run("new ids", [](int64_t n) { return line_of(fmt::format("n{}", n), n); });
  // The first run makes what look-ups need; it ends when that is made.
  for (const char* what : {"corrections", "corrections again"}) {
    run(what, [&](int64_t n) { return line_of(fmt::format("e{}", random.between(0, events - 1)), n); });
  }
  fs::remove_all(dir);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App options("ids looked up in key files");
  int64_t ids = 10'000'000;
  int64_t commit_size = 1'000'000;
  std::string dir = fs::temp_directory_path() / "kenko-ids-bench";
  options.add_option("--ids", ids, "how many ids")->capture_default_str();
  options.add_option("--commit", commit_size, "ids of one commit")->capture_default_str();
  options.add_option("--dir", dir, "folder to build in; its events/ is removed at the end")->capture_default_str();
  double append_seconds = 0;
  int64_t corrections = 0;
  int64_t files = 6;
  options.add_option("--files", files, "key files that the ids of --append lie in")->capture_default_str();
  options.add_option("--append", append_seconds, "seconds of each way of appending; the folder is removed");
  options.add_option("--correct", corrections, "how many events are corrected; the folder is removed");
  CLI11_PARSE(options, argc, argv);
  if (append_seconds > 0) return bench_append(dir, ids, commit_size, files, append_seconds);
  if (corrections > 0) return bench_correct(dir, ids, commit_size, corrections);
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
