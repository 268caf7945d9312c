// From stored segments to written scores: without the derived cache (cold) and with it (warm), in parts.
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "app/history_export.h"
#include "app/scoring.h"
#include "app/workspace.h"
#include "company.h"
#include "engine/peers.h"
#include "options.h"
#include "ports/clock.h"
#include "score/blocks.h"

namespace kenko::bench {
namespace {

constexpr const char* kOut = "/scores.parquet";

app::ScoringRequest request_of(const Options& options) {
  app::ScoringRequest request;
  request.as_of = options.shape.last_day();
  request.threads = options.threads;
  return request;
}

// All metrics of all accounts on all days, nothing else.
void run_metrics(const app::Scoring& scoring, const engine::Peers& peers, int threads) {
  const engine::Engine& engine = scoring.engine();
  std::atomic<uint32_t> next{0};
  const auto work = [&] {
    engine::Scratch scratch;
    std::vector<engine::LifeDays> lives;
    const auto count = static_cast<uint32_t>(scoring.portfolio().accounts.size());
    for (uint32_t a = next++; a < count; a = next++) engine.run(a, peers, scratch, lives);
  };
  std::vector<std::jthread> pool;
  for (int t = 1; t < threads; ++t) pool.emplace_back(work);
  work();
}

// Counts what it is given.
class Counter final : public score::BlockSink {
 public:
  explicit Counter(std::atomic<size_t>& rows) : rows_(rows) {}
  void add(const score::AccountHistory& history) override {
    for (const score::LifeScores& life : history.scores) rows_ += life.size();
  }
  bool end_block(size_t) override { return true; }

 private:
  std::atomic<size_t>& rows_;
};

void run_scores(const app::Scoring& scoring, int threads, size_t& rows) {
  std::atomic<size_t> counted{0};
  score::for_each_block(scoring.engine(), scoring.as_of(), threads, {}, 64,
                        [&] { return std::make_unique<Counter>(counted); });
  rows = counted;
}

Status write_scores(const app::Scoring& s, int threads, const std::string& path) {
  app::HistoryRequest request;
  request.to = s.as_of();
  const auto written = app::write_history(s.engine(), request, threads, path);
  if (!written.ok()) return written.problems();
  return Done{};
}

struct Samples {
  std::vector<double> read, peers, metrics, scored, written, together;
};

Status run_once(const app::Workspace& workspace, const Options& options, const std::string& out, Samples& samples,
                size_t& rows) {
  const Instant now = ports::SystemClock().now();
  Result<std::unique_ptr<app::Scoring>> scoring = app::Scoring::open(workspace, request_of(options), now);
  if (!scoring.ok()) return scoring.problems();
  samples.read.push_back(seconds_of([&] { scoring = app::Scoring::open(workspace, request_of(options), now); }));
  if (!scoring.ok()) return scoring.problems();
  const app::Scoring& s = **scoring;
  std::optional<engine::Peers> peers;
  samples.peers.push_back(seconds_of([&] { peers.emplace(s.engine(), s.as_of(), options.threads); }));
  samples.metrics.push_back(seconds_of([&] { run_metrics(s, *peers, options.threads); }));
  samples.scored.push_back(seconds_of([&] { run_scores(s, options.threads, rows); }));
  Status status = Done{};
  samples.written.push_back(seconds_of([&] { status = write_scores(s, options.threads, out); }));
  samples.together.push_back(samples.read.back() + samples.written.back());
  return status;
}

}  // namespace

// The whole command, in a process that does nothing else, so that its peak memory is the figure.
Status bench_history_whole(const Options& options, Figures& figures) {
  const std::string out = options.company_dir() + kOut;
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(options.company_dir()));
  Status status = Done{};
  const MemoryWatch memory;
  const double seconds = seconds_of([&] {
    const auto scoring = app::Scoring::open(workspace, request_of(options), ports::SystemClock().now());
    if (!scoring.ok()) {
      status = scoring.problems();
      return;
    }
    const app::Scoring& s = **scoring;
    status = write_scores(s, options.threads, out);
  });
  KENKO_TRY_STATUS(status);
  figures.add("history", "whole", "s", seconds);
  figures.add("history", "most memory that is not pages of files", "MB", memory.own_megabytes());
  figures.add("history", "most memory that is pages of files", "MB", memory.file_megabytes());
  return Done{};
}

Status bench_fill(const Options& options, Figures& figures) {
  const bool there = std::filesystem::exists(options.company_dir() + "/made-for-the-benchmark");
  Status status = Done{};
  const double made = seconds_of([&] {
    status =
        fill_workspace([&] { return Filling{options.shape.events, rows_of(options.shape), options.segments, "shape"}; },
                       options.models_dir, options.company_dir());
  });
  KENKO_TRY_STATUS(status);
  if (!there) figures.add("company", "made straight into segments", "s", made);
  figures.add("company", "segments on disk", "MB", megabytes_on_disk(options.company_dir() + "/events"));
  return Done{};
}

Status bench_cold(const Options& options, Figures& figures) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(options.company_dir()));
  std::filesystem::remove_all(workspace.path("cache"));
  forget_files(workspace.path("events"));
  const Instant now = ports::SystemClock().now();
  Result<std::unique_ptr<app::Scoring>> scoring = std::unique_ptr<app::Scoring>();
  const double read = seconds_of([&] { scoring = app::Scoring::open(workspace, request_of(options), now); });
  if (!scoring.ok()) return scoring.problems();
  Status status = Done{};
  const app::Scoring& s = **scoring;
  const double written = seconds_of([&] { status = write_scores(s, options.threads, options.company_dir() + kOut); });
  KENKO_TRY_STATUS(status);
  figures.add("history, cold", "read segments, place, write the cache", "s", read);
  figures.add("history, cold", "metrics, score and write", "s", written);
  figures.add("history, cold", "together", "s", read + written);
  figures.add("history, cold", "cache on disk", "MB", megabytes_on_disk(workspace.path("cache")));
  return Done{};
}

Status bench_history(const Options& options, Figures& figures) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(options.company_dir()));
  Samples samples;
  size_t rows = 0;
  const std::string out = options.company_dir() + kOut;
  for (int i = 0; i < options.runs; ++i) KENKO_TRY_STATUS(run_once(workspace, options, out, samples, rows));
  const std::string group = "history, warm";
  figures.add(group, "account-days", "rows", static_cast<double>(rows));
  figures.add(group, "read (map the cache, bind the model)", "s", samples.read);
  figures.add(group, "peer tables", "s", samples.peers);
  figures.add(group, "metrics", "s", samples.metrics);
  figures.add(group, "metrics and score", "s", samples.scored);
  figures.add(group, "metrics, score and write", "s", samples.written);
  figures.add(group, "together", "s", samples.together);
  figures.add(group, "scores on disk", "MB", megabytes_on_disk(out));
  return Done{};
}

}  // namespace kenko::bench
