// kenko_bench: the figures that docs/PERFORMANCE.md names.  Each piece runs in a process of its own, so that its peak
// memory is its own.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <thread>

#include "base/text.h"
#include "options.h"

namespace kenko::bench {

std::string Options::company_dir() const {
  return fmt::format("{}/company-{}-{}-{}-{}", dir, shape.events, shape.accounts, shape.days, shape.seed);
}

const std::vector<Piece>& pieces() {
  static const std::vector<Piece> all = {
      {"machine", "what this machine can do at best: memcpy, sequential write, fsync", true, bench_machine},
      {"import", "rows a second by format, into an empty workspace and again", true, bench_import},
      {"fill", "make the company, straight into segments (once; kept)", true, bench_fill},
      {"cold", "history from segments, without the cache", true, bench_cold},
      {"history", "history from the cache, in parts", true, bench_history},
      {"whole", "the same as one command, for its peak memory", true, bench_history_whole},
      {"append", "facts that arrive one by one, beside the bare fsync of the disk", true, bench_append},
      {"ids", "exactly once: key files of many ids", true, bench_keys},
      {"peers", "the same history by DuckDB, Polars and pandas", true, bench_peers},
      {"prove", "back-test and fit: 10,000 customers, monthly for three years", true, bench_prove},
      {"account", "one account's score of a day, from segments and intake", true, bench_account},
  };
  return all;
}

namespace {

constexpr const char* kUsage =
    "usage: kenko_bench [OPTION]...\n"
    "  --events N          of the company (20000000)      --accounts N   (20000)     --days N   (365)\n"
    "  --seed N            (1)                            --segments N   (8)         --threads N\n"
    "  --runs N            medians of so many (3)         --import-events N (2000000)\n"
    "  --append-events N   (20000)                        --ids N (100000000)          --customers N (10000)\n"
    "  --growth N,N,...  fill and history at these sizes, too\n"
    "  --only A,B,...      pieces; --list names them      --skip A,B,...\n"
    "  --dir DIR           where data is made and kept (a folder in the system's temporary one)\n"
    "  --json FILE         the figures as JSON            --python FILE  with Polars and pandas\n"
    "  --learner FILE      with scikit-learn\n";

struct Request {
  Options options;
  std::vector<std::string> only, skip;
  std::string json, child;
};

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    out.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

bool take_number(std::string_view name, std::string_view text, Request& request) {
  const auto number = text::parse_int(text);
  if (!number || *number < 0) return false;
  Options& o = request.options;
  const auto as_int = [&] { return static_cast<int>(*number); };
  if (name == "--events") {
    o.shape.events = *number;
  } else if (name == "--accounts") {
    o.shape.accounts = *number;
  } else if (name == "--days") {
    o.shape.days = as_int();
  } else if (name == "--seed") {
    o.shape.seed = static_cast<uint64_t>(*number);
  } else if (name == "--segments") {
    o.segments = as_int();
  } else if (name == "--threads") {
    o.threads = as_int();
  } else if (name == "--runs") {
    o.runs = as_int();
  } else if (name == "--import-events") {
    o.import_events = *number;
  } else if (name == "--ids") {
    o.ids = *number;
  } else if (name == "--customers") {
    o.customers = *number;
  } else if (name == "--append-events") {
    o.append_events = *number;
  } else {
    return false;
  }
  return true;
}

bool take(std::string_view name, const std::string& text, Request& request) {
  Options& o = request.options;
  if (name == "--only") {
    request.only = split(text);
  } else if (name == "--skip") {
    request.skip = split(text);
  } else if (name == "--dir") {
    o.dir = text;
  } else if (name == "--json") {
    request.json = text;
  } else if (name == "--python") {
    o.python = text;
  } else if (name == "--learner") {
    o.learner = text;
  } else if (name == "--child") {
    request.child = text;
  } else if (name == "--growth") {
    for (const std::string& n : split(text)) o.growth.push_back(text::parse_int(n).value_or(0));
  } else {
    return take_number(name, text, request);
  }
  return true;
}

bool read_arguments(int argc, char** argv, Request& request) {
  Options& o = request.options;
  o.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  o.dir = (std::filesystem::temp_directory_path() / "kenko_bench_data").string();
  o.models_dir = KENKO_BENCH_DIR "/models";
  o.peers_dir = KENKO_BENCH_DIR "/peers";
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc || !take(argv[i], argv[i + 1], request)) return false;
  }
  return true;
}

// This process is one piece: its figures go to standard output.
int run_piece(const Request& request) {
  for (const Piece& piece : pieces()) {
    if (piece.name != request.child) continue;
    Figures figures;
    const Status status = piece.run(request.options, figures);
    if (!status.ok()) fmt::print(stderr, "{}", to_text(status.problems()));
    fmt::print("{}", figures.to_json_lines());
    return status.ok() ? 0 : 1;
  }
  return 2;
}

class Parent {
 public:
  Parent(int argc, char** argv) : arguments_(argv, argv + argc) {}

  bool run(const std::string& piece, int64_t events, const std::string& suffix) {
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "{}{} ...\n", piece, suffix);
    std::vector<std::string> child = arguments_;
    child[0] = std::filesystem::read_symlink("/proc/self/exe").string();
    child.insert(child.end(), {"--child", piece});
    if (events > 0) child.insert(child.end(), {"--events", fmt::format("{}", events)});
    const ChildResult result = run_child(child);
    Figures figures;
    figures.add_json_lines(result.output);
    for (Figure f : figures.all()) {
      f.group += suffix;
      figures_.add(std::move(f));
    }
    if (!figures.all().empty())
      figures_.add(figures.all().back().group + suffix, "peak memory of `" + piece + "`", "MB", result.peak_megabytes);
    if (!result.good) fmt::print(stderr, "{} failed\n", piece);
    return result.good;
  }

  // How many times faster than the fastest of the peers, for the same work.
  void compare() {
    const auto times = [this](const char* what, const char* ours_group, const char* ours, const char* theirs) {
      const Figure* mine = figures_.find(ours_group, ours);
      const Figure* fastest = nullptr;
      for (const char* peer : {"DuckDB, SQL by hand: ", "DuckDB, generated SQL: ", "Polars: ", "pandas: "}) {
        const Figure* f = figures_.find("peers", std::string(peer) + theirs);
        if (f != nullptr && (fastest == nullptr || f->median < fastest->median)) fastest = f;
      }
      if (mine == nullptr || fastest == nullptr || mine->median <= 0) return;
      figures_.add("against the fastest peer", what, "times", fastest->median / mine->median,
                   "(" + fastest->name + ")");
    };
    times("from the cache to written scores", "history, warm", "together", "together");
    times("from Parquet to written scores", "history, cold", "together", "together");
    times("metrics and score alone", "history, warm", "metrics and score", "compute");
    const Figure* generated = figures_.find("peers", "DuckDB, generated SQL: compute");
    const Figure* by_hand = figures_.find("peers", "DuckDB, SQL by hand: compute");
    if (generated != nullptr && by_hand != nullptr)
      figures_.add("against the fastest peer", "generated SQL's time by that of the SQL by hand", "times",
                   generated->median / by_hand->median);
  }

  [[nodiscard]] const Figures& figures() const { return figures_; }

 private:
  std::vector<std::string> arguments_;
  Figures figures_;
};

bool listed(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

int run(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--list") {
    for (const Piece& piece : pieces()) fmt::print("{:<10} {}\n", piece.name, piece.about);
    return 0;
  }
  Request request;
  if (!read_arguments(argc, argv, request)) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  std::filesystem::create_directories(request.options.dir);
  if (!request.child.empty()) return run_piece(request);
  Parent parent(argc, argv);
  bool good = true;
  for (const Piece& piece : pieces()) {
    const bool wanted = request.only.empty() ? piece.by_default : listed(request.only, piece.name);
    if (wanted && !listed(request.skip, piece.name)) good = parent.run(piece.name, 0, "") && good;
  }
  for (const int64_t events : request.options.growth) {
    for (const char* piece : {"fill", "cold", "history", "whole"})
      good = parent.run(piece, events, fmt::format(", {} events", text::grouped(events))) && good;
  }
  parent.compare();
  fmt::print("{}", parent.figures().to_text());
  if (!request.json.empty()) std::ofstream(request.json) << parent.figures().to_json_lines();
  return good ? 0 : 1;
}

}  // namespace
}  // namespace kenko::bench

int main(int argc, char** argv) { return kenko::bench::run(argc, argv); }
