// company.h
//
// Makes the benchmark's company: as files of three formats, or as a workspace straight from the generator.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "shape.h"

namespace kenko::bench {

enum class Format : uint8_t { csv, ndjson, parquet };
[[nodiscard]] std::string_view word(Format format);  ///< also the file's ending

/// Rows by number, from 0; may be asked in any order and from many threads.
using Rows = std::function<Row(int64_t)>;
[[nodiscard]] Rows rows_of(const Shape& shape);

/// Rows [begin, end) in Kenko's own columns.  `bad_every`: each such row has a time that is none.
[[nodiscard]] Status write_file(const Rows& rows, int64_t begin, int64_t end, Format format, int64_t bad_every,
                                const std::string& path);

/// An empty workspace whose active model is `model` of `models_dir`.
[[nodiscard]] Status make_workspace(const std::string& dir, const std::string& models_dir, const std::string& model);

/// What a workspace is filled with.
struct Filling {
  int64_t events = 0;
  Rows rows;
  int segments = 8;
  std::string model;  ///< of models_dir
};
/// A workspace that holds all of it.  Made once: what is there already is used again, and `filling` not called.
[[nodiscard]] Status fill_workspace(const std::function<Filling()>& filling, const std::string& models_dir,
                                    const std::string& dir);

/// A copy of a workspace that nobody uses, without its scores; files that never change are shared.
[[nodiscard]] Status copy_workspace(const std::string& from, const std::string& to);

/// Appends events to a workspace as `kenko append` does, so that they stay in the intake.
[[nodiscard]] Status append_rows(std::span<const Row> rows, const std::string& dir);

}  // namespace kenko::bench
