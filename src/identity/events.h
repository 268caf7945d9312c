// identity/events.h
//
// Event versions -> the events that count, sorted by account: winners, accounts, users, money.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "facts/event_table.h"
#include "facts/portfolio.h"
#include "identity/fact_days.h"
#include "identity/references.h"

namespace kenko::identity {

/// The rows of `events` that count: of each id the version with the greatest (version, seq) among those that the cut
/// lets be known, when it is no deletion and its day is not after the cut.  The day cut comes last: a version that
/// moved an event to a later day hides its earlier place too, as it does in the history.  Ascending by row.
[[nodiscard]] std::vector<uint32_t> winning_rows(const facts::EventTable& events, const facts::Settings& settings,
                                                 const facts::Cut& cut);

/// One event that counts, with what was found out about it.
struct PlacedEvent {
  uint32_t row = 0;
  uint32_t account = 0;  ///< temporary number; 0 = unmatched
  uint32_t user = 0;     ///< temporary number; 0 = none
  Day day;
};

/// Finds account and user of each row; rows of excluded accounts and users are left out.  The days of all rows go into
/// `fact_days`.
[[nodiscard]] std::vector<PlacedEvent> place_events(const facts::EventTable& events, const std::vector<uint32_t>& rows,
                                                    const facts::Settings& settings, References& references,
                                                    FactDays& fact_days);

/// Writes the events of `placed` that have an account into `portfolio`, whose accounts, users and rates are complete.
/// `account_number` and `user_number` turn temporary numbers into final ones.
void write_events(const facts::EventTable& events, const std::vector<PlacedEvent>& placed,
                  const std::vector<uint32_t>& account_number, const std::vector<uint32_t>& user_number,
                  facts::Portfolio& portfolio);

/// Events without an account, by source and what they named.
[[nodiscard]] std::vector<facts::Unmatched> list_unmatched(const facts::EventTable& events,
                                                           const std::vector<PlacedEvent>& placed);

}  // namespace kenko::identity
