// segments/portfolio_store.h
//
// Stored facts -> portfolio, through the derived cache.
#pragma once

#include <string>

#include "base/result.h"
#include "facts/portfolio.h"
#include "facts/settings.h"
#include "ports/fact_store.h"
#include "text/rules.h"

namespace kenko::segments {

/// The portfolio of a workspace under `cut`; `texts` says what the texts of events mean (none: nothing).
///
/// Without a cut it comes from DIR/cache/portfolio-FINGERPRINT.bin when that fits the facts and settings; else it is
/// resolved from the coded segments and the cache is written again (a cache that can't be written is not a problem).  A
/// cache that is damaged or does not fit is never used.  The cache may be deleted at any time.
[[nodiscard]] Result<facts::Portfolio> load_portfolio(const std::string& dir, ports::FactStore& store,
                                                      const facts::Settings& settings, const text::RuleFiles& texts,
                                                      const facts::Cut& cut = {});

/// Names everything that the resolved portfolio depends on besides the facts: the settings that resolution reads, the
/// zone data, the lexicons and topics.
[[nodiscard]] Hash128 portfolio_fingerprint(const facts::Settings& settings, const text::RuleFiles& texts);

}  // namespace kenko::segments
