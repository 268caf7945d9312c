#include "company.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "app/append.h"
#include "app/import.h"
#include "app/init.h"
#include "app/workspace.h"
#include "duck/connection.h"
#include "ports/clock.h"
#include "ports/files.h"
#include "segments/manifest.h"
#include "segments/writer.h"
#include "state/write_lock.h"

namespace kenko::bench {
namespace {

constexpr std::string_view kHeader = "event_id,name,occurred_at,account,user,value,feature,severity\n";
constexpr int64_t kChunk = 100'000;

std::string time_text(int64_t micros) {
  const Day day{static_cast<int32_t>(micros / 86'400'000'000)};
  const int64_t millis = micros % 86'400'000'000 / 1'000;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", day.iso(), millis / 3'600'000, millis / 60'000 % 60,
                     millis / 1'000 % 60, millis % 1'000);
}

std::string value_text(const Row& row) { return row.has_value ? fmt::format("{}", Decimal{row.micros}.text()) : ""; }

void append_csv(const Row& row, const std::string& time, std::string& out) {
  out += fmt::format("{},{},{},{},{},{},{},{}\n", event_id(row.id), event_names()[row.name], time,
                     account_id(row.account), row.user == Row::kNone ? "" : user_id(row.account, row.user),
                     value_text(row), row.feature == Row::kNone ? "" : feature_name(row.feature),
                     row.severity < 0 ? "" : severity_name(row.severity));
}

void append_ndjson(const Row& row, const std::string& time, std::string& out) {
  out += fmt::format(R"({{"event_id":"{}","name":"{}","occurred_at":"{}","account":"{}")", event_id(row.id),
                     event_names()[row.name], time, account_id(row.account));
  if (row.user != Row::kNone) out += fmt::format(R"(,"user":"{}")", user_id(row.account, row.user));
  if (row.has_value) out += fmt::format(R"(,"value":{})", value_text(row));
  if (row.feature != Row::kNone) out += fmt::format(R"(,"feature":"{}")", feature_name(row.feature));
  if (row.severity >= 0) out += fmt::format(R"(,"severity":"{}")", severity_name(row.severity));
  out += "}\n";
}

Status write_text(const Rows& rows, int64_t begin, int64_t end, Format format, int64_t bad_every,
                  const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return Problem{"file-failed", {path, 0, 0, ""}, "cannot be written", "", "", Severity::error};
  std::string text(format == Format::csv ? kHeader : std::string_view());
  bool good = true;
  for (int64_t i = begin; i < end; ++i) {
    const Row row = rows(i);
    const bool bad = bad_every > 0 && i % bad_every == bad_every - 1;
    const std::string time = bad ? "the day before" : time_text(row.occurred);
    format == Format::csv ? append_csv(row, time, text) : append_ndjson(row, time, text);
    if (text.size() > 1U << 20U || i + 1 == end) {
      good = good && std::fwrite(text.data(), 1, text.size(), file) == text.size();
      text.clear();
    }
  }
  good = std::fclose(file) == 0 && good;
  if (good) return Done{};
  return Problem{"file-failed", {path, 0, 0, ""}, "cannot be written", "is the disk full?", "", Severity::error};
}

// Copies a workspace that nobody uses.  What never changes becomes another name of the same file.
void copy_files(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  fs::remove_all(to);
  fs::create_directories(to);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path target = to / fs::relative(entry.path(), from);
    const std::string type = entry.path().extension();
    if (entry.is_directory()) {
      fs::create_directories(target);
    } else if (type == ".keys" || type == ".bin" ||
               (type == ".parquet" && target.parent_path().filename() == "events")) {
      fs::create_hard_link(entry.path(), target);
    } else if (target.filename() != "scores.parquet") {
      fs::copy_file(entry.path(), target);
    }
  }
}

std::vector<facts::EventFact> facts_of(const Rows& rows, int64_t begin, int64_t end, int64_t first_seq) {
  std::vector<facts::EventFact> out(static_cast<size_t>(end - begin));
  const auto part = [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; ++i) {
      facts::EventFact& event = out[static_cast<size_t>(i - begin)];
      event = fact_of(rows(i));
      event.recorded.seq = first_seq + (i - begin);
    }
  };
  const int64_t middle = begin + (end - begin) / 2;
  std::jthread half([&] { part(begin, middle); });
  part(middle, end);
  return out;
}

// Segments straight from the generator: what an import would have written, without reading files.
Status write_segments(const Rows& rows, int64_t begin, int64_t end, int64_t each, const std::string& dir) {
  const Instant now = ports::SystemClock().now();
  const bool is_terminal = isatty(STDERR_FILENO) != 0;
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(dir));
  KENKO_TRY(const ports::Snapshot before, database.snapshot());
  KENKO_TRY(segments::Writer writer, segments::Writer::open(dir, before));
  for (int64_t from = begin; from < end; from += each) {
    const int64_t to = std::min(end, from + each);
    state::Batch batch;
    KENKO_TRY(batch.first_seq, database.next_seq());
    batch.end_seq = batch.first_seq + (to - from);
    batch.command = "made for the benchmark";
    batch.at = now;
    const auto events = facts_of(rows, from, to, batch.first_seq);
    KENKO_TRY(const segments::WrittenSegment segment, writer.write(events, now));
    KENKO_TRY(batch.catalog, writer.prepare(std::span(&segment, 1)));
    if (const auto committed = database.commit(batch); !committed.ok()) return committed.problems();
    KENKO_TRY(const ports::Snapshot live, database.snapshot());
    writer.committed(live);
    if (is_terminal) fmt::print(stderr, "\r  {} of {} events made", to, end);
  }
  if (is_terminal) fmt::print(stderr, "\n");
  KENKO_TRY(const ports::Snapshot after, database.snapshot());
  return segments::publish_manifest(dir, after);
}

}  // namespace

std::string_view word(Format format) {
  return format == Format::csv ? "csv" : format == Format::ndjson ? "ndjson" : "parquet";
}

Rows rows_of(const Shape& shape) {
  return [generator = std::make_shared<const Generator>(shape)](int64_t i) { return generator->row(i); };
}

Status write_file(const Rows& rows, int64_t begin, int64_t end, Format format, int64_t bad_every,
                  const std::string& path) {
  if (format != Format::parquet) return write_text(rows, begin, end, format, bad_every, path);
  const std::string csv = path + ".csv";
  KENKO_TRY_STATUS(write_text(rows, begin, end, Format::csv, bad_every, csv));
  KENKO_TRY(duck::Connection connection, duck::Connection::open());
  const Status written = connection.copy_to_parquet(
      fmt::format("SELECT * REPLACE (value::DECIMAL(18, 6) AS value) FROM read_csv({}, all_varchar = true)",
                  duck::sql_path(csv)),
      path);
  std::filesystem::remove(csv);
  return written;
}

Status make_workspace(const std::string& dir, const std::string& models_dir, const std::string& model) {
  std::filesystem::remove_all(dir);
  app::InitRequest init;
  init.dir = dir;
  init.company = "Benchmark";
  init.model = model;
  if (const auto made = app::init_workspace(init); !made.ok()) return made.problems();
  const std::string file = "/" + model + ".yaml";
  KENKO_TRY(const std::string text, ports::read_file(models_dir + file));
  return ports::write_file(dir + "/models" + file, {text});
}

Status copy_workspace(const std::string& from, const std::string& to) {
  try {
    copy_files(from, to);
  } catch (const std::filesystem::filesystem_error& error) {
    return Problem{"file-failed", {to, 0, 0, ""}, error.what(), "", "", Severity::error};
  }
  return Done{};
}

Status append_rows(std::span<const Row> rows, const std::string& dir) {
  std::string text;
  for (const Row& row : rows) append_ndjson(row, time_text(row.occurred), text);
  const std::string file = dir + "/append.tmp";
  KENKO_TRY_STATUS(ports::write_file(file, {text}));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  app::LineInput input(descriptor);
  app::AppendRequest request;
  request.source = kSource;
  const auto report = app::append_lines(workspace, request, ports::SystemClock(), input,
                                        [](std::string_view) { return Status(Done{}); });
  close(descriptor);
  std::filesystem::remove(file);
  if (!report.ok()) return report.problems();
  if (report->total.added == std::ssize(rows)) return Done{};
  return Problem{"bench-append",
                 {dir, 0, 0, ""},
                 fmt::format("{} of {} lines were added", report->total.added, rows.size()),
                 "",
                 "",
                 Severity::error};
}

Status fill_workspace(const std::function<Filling()>& filling, const std::string& models_dir, const std::string& dir) {
  const std::string finished = dir + "/made-for-the-benchmark";
  const std::string of_format = fmt::format("format {}\n", state::kFormat);
  const auto made = std::filesystem::exists(finished) ? ports::read_file(finished) : Result<std::string>(std::string());
  if (made.ok() && *made == of_format) {
    // The models of today on the company of then.
    for (const auto& entry : std::filesystem::directory_iterator(dir + "/models")) {
      const std::string name = entry.path().filename();
      if (!std::filesystem::exists(models_dir + "/" + name)) continue;
      KENKO_TRY(const std::string model, ports::read_file(models_dir + "/" + name));
      KENKO_TRY_STATUS(ports::write_file(dir + "/models/" + name, {model}));
    }
    return Done{};
  }
  const Filling what = filling();
  KENKO_TRY_STATUS(make_workspace(dir, models_dir, what.model));
  // The first rows are imported as a file: so the workspace learns the source as it would from a customer's.
  const int64_t imported = std::min<int64_t>(what.events, 10'000);
  const std::string file = dir + "/first.csv";
  KENKO_TRY_STATUS(write_file(what.rows, 0, imported, Format::csv, 0, file));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  app::ImportRequest request;
  request.inputs = {file};
  request.source = kSource;
  request.refresh_cache = false;
  KENKO_TRY(const app::ImportReport report, app::import_files(workspace, request, ports::SystemClock()));
  std::filesystem::remove(file);
  if (report.total.added != imported)
    return Problem{"bench-import",
                   {dir, 0, 0, ""},
                   fmt::format("{} of {} rows were imported", report.total.added, imported),
                   "",
                   "",
                   Severity::error};
  const int64_t each = std::max<int64_t>(1, (what.events - imported + what.segments - 1) / std::max(what.segments, 1));
  KENKO_TRY_STATUS(write_segments(what.rows, imported, what.events, each, dir));
  return ports::write_file(finished, {of_format});
}

}  // namespace kenko::bench
