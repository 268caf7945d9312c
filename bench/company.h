// company.h
//
// Makes the benchmark's company: as files of three formats, or as a workspace straight from the generator.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "shape.h"

namespace kenko::bench {

enum class Format : uint8_t { csv, ndjson, parquet };
[[nodiscard]] std::string_view word(Format format);  ///< also the file's ending

/// Rows [begin, end) of the company in Kenko's own columns.  `bad_every`: each such row has a time that is none.
[[nodiscard]] Status write_file(const Shape& shape, int64_t begin, int64_t end, Format format, int64_t bad_every,
                                const std::string& path);

/// An empty workspace with the models of `models_dir`; `shape` is the active one.
[[nodiscard]] Status make_workspace(const std::string& dir, const std::string& models_dir);

/// A workspace that holds the whole company in `segments` segments.  Made once: what is there already is used again.
[[nodiscard]] Status fill_workspace(const Shape& shape, int segments, const std::string& models_dir,
                                    const std::string& dir);

/// A copy of a workspace that nobody uses, without its scores; files that never change are shared.
[[nodiscard]] Status copy_workspace(const std::string& from, const std::string& to);

/// Appends events to a workspace as `kenko append` does, so that they stay in the intake.
[[nodiscard]] Status append_rows(std::span<const Row> rows, const std::string& dir);

}  // namespace kenko::bench
