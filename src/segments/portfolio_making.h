// segments/portfolio_making.h
//
// Internal to segments: stored events -> a base, and a base -> the portfolio of today.
#pragma once

#include <optional>
#include <string>

#include "facts/settings.h"
#include "identity/live_portfolio.h"
#include "segments/portfolio_base.h"
#include "segments/stored_events.h"
#include "text/rules.h"

namespace kenko::segments {

/// Where the base of these settings and text rules lies.
struct CacheFile {
  std::string path;
  Hash128 fingerprint;
};
[[nodiscard]] CacheFile cache_file(const std::string& dir, const facts::Settings& settings,
                                   const text::RuleFiles& texts);

/// Resolves everything into a new base and removes caches that no longer fit; nullopt when it can't be written.
[[nodiscard]] std::optional<PortfolioBase> make_base(const std::string& dir, const CacheFile& file,
                                                     const StoredEvents& stored, const facts::Settings& settings,
                                                     int threads);

/// Lays what came since behind the base; nullopt when that is too much or can't be done.
[[nodiscard]] std::optional<identity::LivePortfolio> keep_up(PortfolioBase base, const StoredEvents& stored,
                                                             const facts::Settings& settings);

/// How many rows may be laid behind a base of `rows`.
[[nodiscard]] uint64_t overlay_room(uint64_t rows);

}  // namespace kenko::segments
