// identity/attributes.h
//
// Attribute facts -> one row for each entity (account or contact), key and day: snapshots become changes, sources are
// merged, the first value is stretched back where it says so.
#pragma once

#include <vector>

#include "facts/portfolio.h"
#include "identity/references.h"

namespace kenko::identity {

/// The attributes of accounts or contacts under `cut`, by temporary number (a code of `references.accounts` or of
/// `references.users`).
///
/// Invariants: rows of one (entity, key) are ascending by day, one a day; `key` is an index into `keys`, which is
///             sorted.  `touches` holds the account and day of every value that the cut leaves, by source; it is empty
///             for contacts.
struct MergedAttributes {
  struct Row {
    uint32_t entity = 0;
    uint32_t key = 0;
    Day day;
    bool null = false;
    bool assumed = false;
    facts::AttributeValue value;
  };
  struct Touch {
    uint32_t account = 0;
    std::string_view source;  ///< a view of the facts
    Day day;
  };
  std::vector<std::string_view> keys;  ///< views of the facts
  std::vector<Row> rows;
  std::vector<Touch> touches;
  std::optional<Day> newest_day;  ///< of any value that the cut leaves, unmatched ones included
};

/// Reads the facts of `kind` (account or contact) and no others.  A parent of an account is looked up like an account
/// ref where its source is matched.
[[nodiscard]] MergedAttributes merge_attributes(const std::vector<facts::AttributeFact>& attributes,
                                                facts::EntityKind kind, const facts::Cut& cut, References& references);

}  // namespace kenko::identity
