// identity/merges.h
//
// Accounts that people declared to be one.  docs/SEMANTICS.md#identity 7.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "facts/fact.h"

namespace kenko::identity {

/// Does it say that one account is another, rather than what a source calls it?  Only people say so: the source is
/// `manual`, whose own account ids are Kenko's.
[[nodiscard]] bool is_merge(const facts::IdentityFact& fact);

/// Each merged account with the one that it is in the end: chains are followed.  Of the statements about one account
/// the one with the greatest seq counts; "it is itself" undoes a merge.  Accounts that would go round in a circle
/// (which `accounts merge` refuses to make) stay apart.  Views of `identities`.
[[nodiscard]] std::unordered_map<std::string_view, std::string_view> account_merges(
    const std::vector<facts::IdentityFact>& identities);

}  // namespace kenko::identity
