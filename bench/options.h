// options.h
//
// What kenko_bench is asked for, and the figures it knows.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "measure.h"
#include "shape.h"

namespace kenko::bench {

struct Options {
  Shape shape;
  int segments = 8;
  int runs = 3;
  int threads = 2;
  int64_t import_events = 2'000'000;
  int64_t append_events = 20'000;
  int64_t ids = 100'000'000;
  int64_t customers = 10'000;   ///< of the back-test, at any time
  std::string dir;              ///< where data is made and kept
  std::string models_dir;       ///< bench/models
  std::string peers_dir;        ///< bench/peers
  std::string kenko;            ///< the program `kenko`; empty = not there
  std::string python;           ///< of the pinned environment; empty = not there
  std::string learner;          ///< a Python with scikit-learn; empty = not there
  std::vector<int64_t> growth;  ///< numbers of events

  /// The folder of the company of this shape.
  [[nodiscard]] std::string company_dir() const;
};

/// One piece of the benchmark.  Every one runs in a process of its own.
struct Piece {
  const char* name;
  const char* about;
  bool by_default;
  Status (*run)(const Options&, Figures&);
};
[[nodiscard]] const std::vector<Piece>& pieces();

// The pieces, each in its file.
/// The seconds of writes of so many bytes to the end of a file, each flushed to the disk.
[[nodiscard]] std::vector<double> fsync_seconds(const std::string& path, int times, size_t bytes);

[[nodiscard]] Status bench_machine(const Options& options, Figures& figures);
[[nodiscard]] Status bench_import(const Options& options, Figures& figures);
[[nodiscard]] Status bench_fill(const Options& options, Figures& figures);
[[nodiscard]] Status bench_cold(const Options& options, Figures& figures);
[[nodiscard]] Status bench_history(const Options& options, Figures& figures);
[[nodiscard]] Status bench_history_whole(const Options& options, Figures& figures);
[[nodiscard]] Status bench_account(const Options& options, Figures& figures);
[[nodiscard]] Status bench_append(const Options& options, Figures& figures);
[[nodiscard]] Status bench_keys(const Options& options, Figures& figures);
[[nodiscard]] Status bench_prove(const Options& options, Figures& figures);
[[nodiscard]] Status bench_peers(const Options& options, Figures& figures);

}  // namespace kenko::bench
