// revenue/reasons.h
//
// Why customers left, and whether anybody could have done something about it.  docs/SEMANTICS.md#portfolio 6.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "facts/portfolio.h"
#include "revenue/period.h"
#include "revenue/retention.h"

namespace kenko::revenue {

/// What `account.churned` says of one account.
struct ChurnFact {
  Day effective;
  std::string reason;             ///< as written; empty = nothing
  std::optional<bool> voluntary;  ///< the property of that name
};

/// The last one that took effect from the opening to the closing day of the period, of events up to `until`; nullopt
/// when no such event says that the account left.
[[nodiscard]] std::optional<ChurnFact> churn_fact(const facts::Portfolio& portfolio, uint32_t account,
                                                  const Period& period, Day until);

/// The reason is one of those that nobody could have helped: equal but for capitals, blanks, `-` and `_`.
[[nodiscard]] bool is_unavoidable(const facts::Settings& settings, std::string_view reason);

/// The accounts of a cohort that left for one reason.
struct ReasonLine {
  enum class Kind : uint8_t { avoidable, unavoidable, unknown };
  std::string reason;  ///< empty = nobody said
  Kind kind = Kind::unknown;
  int64_t accounts = 0, involuntary = 0;
  int64_t arr = 0;  ///< what they had when the period began
};

/// Most accounts first, ties by reason; those without a reason last.
[[nodiscard]] std::vector<ReasonLine> reasons_of(const facts::Portfolio& portfolio, std::span<const Member> members,
                                                 const Period& period, Day until);

}  // namespace kenko::revenue
