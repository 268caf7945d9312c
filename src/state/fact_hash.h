// state/fact_hash.h
//
// Internal to state: what names a fact and what it says, as hashes.  Neither looks at recorded times or seq.
#pragma once

#include "base/hash.h"
#include "facts/fact.h"
#include "state/batch.h"

namespace kenko::state {

/// Of two facts with the same key the one with the greater seq counts.
[[nodiscard]] Hash128 key_of(const facts::AttributeFact& fact);
[[nodiscard]] Hash128 key_of(const facts::ContractFact& fact);
[[nodiscard]] Hash128 key_of(const facts::IdentityFact& fact);
[[nodiscard]] Hash128 key_of(const facts::MembershipFact& fact);
[[nodiscard]] Hash128 key_of(const facts::RateFact& fact);

/// Equal for facts of one key that say the same.
[[nodiscard]] Hash128 content_of(const facts::AttributeFact& fact);
[[nodiscard]] Hash128 content_of(const facts::ContractFact& fact);
[[nodiscard]] Hash128 content_of(const facts::IdentityFact& fact);
[[nodiscard]] Hash128 content_of(const facts::MembershipFact& fact);
[[nodiscard]] Hash128 content_of(const facts::RateFact& fact);

/// The hash of key and content together.
template <typename Fact>
[[nodiscard]] Hash128 hash_of(const Fact& fact) {
  return PartsHash().add(key_of(fact).hex()).add(content_of(fact).hex()).hash();
}

}  // namespace kenko::state
