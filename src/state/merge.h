// state/merge.h
//
// Accounts that people declared to be one.
#pragma once

#include <cstdint>
#include <string>

#include "base/day.h"

namespace kenko::state {

/// One act: account `account` is `into` from now on and for the whole past (docs/SEMANTICS.md#identity 7); into =
/// account takes an earlier merge back.  Never changed: the next one follows it.
struct AccountMerge {
  int64_t number = 0;  ///< given by the database, 1, 2, 3 ...
  Instant at;
  std::string author, reason;
  std::string account, into;  ///< ids
};

}  // namespace kenko::state
