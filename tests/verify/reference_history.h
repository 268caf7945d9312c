// verify/reference_history.h
//
// The history as the reference interpreter tells it.
#pragma once

#include <cstdint>
#include <vector>

#include "facts/dictionary.h"
#include "verify/history_table.h"
#include "verify/subject.h"

namespace kenko::verify {

/// Accounts are numbered as in `subject.portfolio`; those of `accounts` (empty = all) on all days from the first to
/// `until`, with the facts under `cut`.  An account that the interpreter knows and the portfolio does not gets the
/// number after the last.
[[nodiscard]] HistoryTable reference_history(const Subject& subject, const facts::Cut& cut,
                                             const std::vector<uint32_t>& accounts, Day until, int threads,
                                             facts::Dictionary& texts);

}  // namespace kenko::verify
