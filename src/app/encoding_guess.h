// app/encoding_guess.h
//
// The encoding of a file that is not UTF-8 and that nobody has described: from how its text looks when it is read.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "mapping/suggest.h"

namespace kenko::app {

/// The first `max_rows` records of a file in the encoding that it most likely has: UTF-8 (or UTF-16 by its marks), else
/// Shift_JIS, GB18030 or Windows-1252.  The sample's format names what was guessed.
///
/// Errors: those of reading it; "wrong-encoding" (of UTF-8) when nothing fits.
[[nodiscard]] Result<mapping::Sample> read_sample_of_any_encoding(const std::string& path, int64_t max_rows);

}  // namespace kenko::app
