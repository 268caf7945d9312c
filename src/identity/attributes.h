// identity/attributes.h
//
// Attribute facts -> one row for each account, key and day: snapshots become changes, sources are merged, the first
// value is stretched back where it says so.
#pragma once

#include <vector>

#include "facts/portfolio.h"
#include "identity/references.h"

namespace kenko::identity {

/// The attributes of accounts under `cut`, by temporary account number (a code of `references.accounts`).
///
/// Invariants: rows of one (account, key) are ascending by day, one a day; `key` is an index into `keys`, which is
/// sorted.
///             `touches` holds the account and day of every value that the cut leaves, by source.
struct MergedAttributes {
  struct Touch {
    uint32_t account = 0;
    std::string_view source;  ///< a view of the facts
    Day day;
  };
  std::vector<std::string_view> keys;  ///< views of the facts
  std::vector<facts::AttributeRow> rows;
  std::vector<Touch> touches;
  std::optional<Day> newest_day;  ///< of any value that the cut leaves, unmatched ones included
};

[[nodiscard]] MergedAttributes merge_attributes(const std::vector<facts::AttributeFact>& attributes,
                                                const facts::Cut& cut, References& references);

}  // namespace kenko::identity
