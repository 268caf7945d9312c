// Facts that arrive one by one: acknowledged a second when each waits for its answer, and when many come at once.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <semaphore>
#include <thread>

#include "app/append.h"
#include "app/workspace.h"
#include "company.h"
#include "options.h"
#include "ports/clock.h"
#include "ports/files.h"

namespace kenko::bench {
namespace {

using Clock = std::chrono::steady_clock;

bool send(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(file, text.data(), text.size());
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

struct Run {
  double seconds = 0;
  std::vector<double> latency_us;  ///< of each line, when one waits for the other
};

// Sends `lines` to `kenko append`'s own function; one by one = the next line only after the answer to the one before.
Result<Run> append(const std::string& dir, const std::vector<std::string>& lines, bool one_by_one) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  int ends[2];
  if (pipe(ends) != 0) return Problem{"bench-pipe", {}, "no pipe", "", "", Severity::error};
  Run out;
  std::counting_semaphore<> answered(0);
  int64_t added = 0;
  const Clock::time_point begin = Clock::now();
  std::jthread sending([&] {
    for (const std::string& line : lines) {
      const Clock::time_point sent = Clock::now();
      if (!send(ends[1], line)) break;
      if (!one_by_one) continue;
      answered.acquire();
      out.latency_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - sent).count());
    }
    close(ends[1]);
  });
  app::LineInput input(ends[0]);
  app::AppendRequest request;
  request.source = kSource;
  const auto report = app::append_lines(workspace, request, ports::SystemClock(), input, [&](std::string_view answers) {
    const auto count = std::count(answers.begin(), answers.end(), '\n');
    added += count;
    if (one_by_one) answered.release(count);
    return Status(Done{});
  });
  close(ends[0]);
  if (!report.ok()) answered.release(static_cast<ptrdiff_t>(lines.size()));
  sending.join();
  out.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!report.ok()) return report.problems();
  if (report->total.added != static_cast<int64_t>(lines.size()))
    return Problem{
        "bench-append", {}, fmt::format("{} of {} lines were added", report->total.added, lines.size()), "", "",
        Severity::error};
  return out;
}

Result<std::vector<std::string>> lines_of(const Options& options, int64_t begin, int64_t end) {
  const std::string file = options.dir + "/append.ndjson";
  KENKO_TRY_STATUS(write_file(rows_of(options.shape), begin, end, Format::ndjson, 0, file));
  KENKO_TRY(const std::string text, ports::read_file(file));
  std::filesystem::remove(file);
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t next = text.find('\n', at) + 1;
    out.push_back(text.substr(at, next - at));
    at = next;
  }
  return out;
}

}  // namespace

Status bench_append(const Options& options, Figures& figures) {
  const std::string dir = options.dir + "/append-workspace";
  const std::string group = "append";
  std::vector<double> singles, groups, flushes;
  std::vector<double> latency;
  const int64_t few = std::max<int64_t>(1, options.append_events / 20);
  for (int i = 0; i < options.runs; ++i) {
    KENKO_TRY_STATUS(make_workspace(dir, options.models_dir, "shape"));
    KENKO_TRY(const auto one_by_one, lines_of(options, 0, few));
    KENKO_TRY(const auto at_once, lines_of(options, few, few + options.append_events));
    // The disk of the workspace, in the same minute.
    for (const double seconds : fsync_seconds(dir + "/fsync.tmp", 200, 4096)) flushes.push_back(seconds);
    KENKO_TRY(const Run single, append(dir, one_by_one, true));
    KENKO_TRY(const Run grouped, append(dir, at_once, false));
    singles.push_back(static_cast<double>(one_by_one.size()) / single.seconds);
    groups.push_back(static_cast<double>(at_once.size()) / grouped.seconds);
    latency.insert(latency.end(), single.latency_us.begin(), single.latency_us.end());
  }
  std::filesystem::remove_all(dir);
  figures.add(group, "one by one", "rows/s", singles);
  figures.add(group, "one by one: answer after, p50", "us", quantile(latency, 0.5));
  figures.add(group, "one by one: answer after, p99", "us", quantile(latency, 0.99));
  figures.add(group, "in groups", "rows/s", groups);
  figures.add(group, "bare write of 4 kB and fdatasync, p50", "us", quantile(flushes, 0.5) * 1e6);
  figures.add(group, "bare write of 4 kB and fdatasync, p99", "us", quantile(flushes, 0.99) * 1e6);
  return Done{};
}

}  // namespace kenko::bench
