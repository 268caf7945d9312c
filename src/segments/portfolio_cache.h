// segments/portfolio_cache.h
//
// Internal to segments: a resolved portfolio as one file of plain columns that is mapped, not read.
#pragma once

#include <optional>
#include <string>

#include "base/hash.h"
#include "base/result.h"
#include "facts/portfolio.h"

namespace kenko::segments {

/// Layout, little-endian: a header of 64 bytes (magic "KENKOPTF", format, number of sections, fingerprint, file size,
/// XXH3 of header and section table), the section table (offset, size, XXH3 of each section), the sections, each at a
/// multiple of 64. Section 0 holds the small rows, then come the columns of events, the dictionary, two sections for
/// each property.

/// Writes the cache of `portfolio`.  Not flushed to disk: a damaged cache is noticed by its hashes.
[[nodiscard]] Status write_portfolio_cache(const std::string& path, const Hash128& fingerprint,
                                           const facts::Portfolio& portfolio);

/// The portfolio, with columns that point into the mapped file; nullopt when the file is missing, damaged, or of
/// another fingerprint or format.  `settings` is left empty.
[[nodiscard]] std::optional<facts::Portfolio> read_portfolio_cache(const std::string& path, const Hash128& fingerprint);

}  // namespace kenko::segments
