// facts/portfolio.h
//
// The resolved facts of a workspace: every event with its account, current versions only, sorted for the engine.  Made
// by identity::resolve; the derived cache stores it.  What an executor sees of the world is exactly this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "facts/dictionary.h"
#include "facts/fact.h"
#include "facts/settings.h"

namespace kenko::facts {

/// Events of all accounts; those of one account lie together, sorted by (occurred_at, source name, event_id).
///
/// Codes:     name, source and property cells are codes of Portfolio::texts; user is a dense number of
/// Portfolio::users, 0 =
///            none.
/// value:     millionths of the workspace's currency for money (converted at the event's own day), of the plain number
/// else. Ownership: views of memory that Portfolio::backing keeps alive.
struct ResolvedEvents {
  static constexpr uint8_t kHasValue = 1;
  static constexpr uint8_t kNoRate = 2;   ///< money without a rate: any sum it is in is null
  static constexpr uint8_t kAssumed = 4;  ///< its known_at was assumed

  std::span<const int32_t> day;       ///< Day::number in the workspace's zone
  std::span<const int64_t> occurred;  ///< Instant::micros
  std::span<const uint32_t> name, source, user;
  std::span<const int64_t> value;
  std::span<const uint8_t> flags;
  std::span<const uint64_t> id_end;  ///< end of each event_id in id_bytes
  std::string_view id_bytes;

  [[nodiscard]] size_t size() const { return day.size(); }
  [[nodiscard]] std::string_view event_id(size_t row) const {
    const uint64_t begin = row == 0 ? 0 : id_end[row - 1];
    return id_bytes.substr(begin, id_end[row] - begin);
  }
};

/// The rows of one account: [begin, end).
struct RowRange {
  uint64_t begin = 0, end = 0;
  [[nodiscard]] uint64_t size() const { return end - begin; }
  friend bool operator==(const RowRange&, const RowRange&) = default;
};

/// One property of the events, sparse: the rows that have it, ascending, and the code of each value.
struct PropertyColumn {
  std::string key;
  std::span<const uint32_t> row;    ///< event rows (a portfolio holds fewer than 2^32 events)
  std::span<const uint32_t> value;  ///< codes of Portfolio::texts
};

/// A value of an account's attribute.  Rows are sorted by (account, key, day); on a day the last row up to it counts.
/// Snapshots are already turned into changes; several sources are already merged: at most one row per (account, key,
/// day). A backfilled first value has two rows: one at Day::kMin (assumed) and one at its own valid_from.
struct AttributeRow {
  uint32_t account = 0;
  uint32_t key = 0;   ///< code of Portfolio::texts
  Day day;            ///< from this day on; Day::kMin = for ever before (backfill)
  bool null = false;  ///< the attribute ended
  bool assumed = false;
  AttributeValue value;
};

/// A source of `covers: touched` gave an attribute value or a contract version about an account on a day (its events do
/// not stand here).  Sorted by (account, source, day), unique.
struct Touch {
  uint32_t account = 0;
  uint32_t source = 0;  ///< position in settings.sources
  Day day;
};

/// A version of a contract with its account.  Sorted by (account, contract, valid_from).
struct ContractRow {
  uint32_t account = 0;
  ContractFact fact;
};

/// A contact belongs to an account on the days from..until, both included.  Sorted by (account, user, from); the spans
/// of one user do not overlap.  The first membership of a contact begins at Day::kMin, the last one ends at Day::kMax.
struct ContactRow {
  uint32_t account = 0;
  uint32_t user = 0;  ///< number of Portfolio::users, at least 1
  Day from, until;
};

/// A value of a contact's attribute, like AttributeRow.  Sorted by (user, key, day), at most one row per (user, key,
/// day).
struct ContactAttributeRow {
  uint32_t user = 0;
  uint32_t key = 0;  ///< code of Portfolio::texts
  Day day;
  bool null = false;
  bool assumed = false;
  AttributeValue value;
};

/// The rates of one currency, ascending by day.
struct RateSeries {
  std::string currency;
  std::vector<Day> day;
  std::vector<Rate> rate;
  /// The last rate at most 7 days old; nullopt when there is none.
  [[nodiscard]] std::optional<Rate> at(Day d) const;
};

/// Events that no account could be found for.
struct Unmatched {
  std::string source;
  std::string reference;  ///< the account or user id that matched nothing; empty = the event named neither
  int64_t events = 0;
};

/// Everything that an executor reads.
///
/// Invariants: accounts are sorted by id and hold every account that any fact speaks of, but for the excluded ones;
///             events_of has one entry for each account; its rows are sorted and no two overlap, but rows may lie in
///             any order of accounts, and rows of no account may lie between them.
///             users may hold some that nothing names any more; `users_in_use` counts the others.
/// Threads:    immutable after it was made; shared by many.
struct Portfolio {
  Settings settings;
  std::vector<std::string> accounts;
  Dictionary texts;
  std::vector<std::string> users;  ///< users[i] is the contact id (or user ref) of user number i + 1
  int64_t users_in_use = 0;
  std::vector<RowRange> events_of;  ///< by account: its rows of `events`
  ResolvedEvents events;
  std::vector<PropertyColumn> properties;  ///< sorted by key
  std::vector<AttributeRow> attributes;    ///< of accounts
  std::vector<ContractRow> contracts;
  std::vector<Touch> touches;
  std::vector<ContactRow> contacts;
  std::vector<ContactAttributeRow> contact_attributes;
  std::vector<RateSeries> rates;                     ///< sorted by currency
  std::vector<std::optional<Day>> source_first_day;  ///< by position in settings.sources: the day of its first event
  /// By position in settings.sources: the days on which any fact of the source occurred or became valid (matched or
  /// not), ascending, unique.
  std::vector<std::vector<Day>> source_fact_days;
  std::vector<Unmatched> unmatched;  ///< sorted by source, then most events first
  int64_t no_rate_events = 0;
  std::optional<Day> newest_day;  ///< the newest day of any event or value; none = no facts
  uint64_t state_number = 0;      ///< goes up when a portfolio that is kept up gets other accounts, or facts but events
  std::shared_ptr<const void> backing;

  /// How many events have an account.
  [[nodiscard]] uint64_t event_count() const {
    uint64_t count = 0;
    for (const RowRange& rows : events_of) count += rows.size();
    return count;
  }
  [[nodiscard]] std::optional<uint32_t> find_account(std::string_view id) const;
  [[nodiscard]] const PropertyColumn* find_property(std::string_view key) const;
  /// What an event says in a property; empty when it does not have it.
  [[nodiscard]] std::string_view property(const PropertyColumn* column,
                                          uint64_t row) const;  ///< nullptr: nobody has it
  [[nodiscard]] std::string_view property(std::string_view key, uint64_t row) const;
  /// The rows of `contracts` of one account.
  [[nodiscard]] std::span<const ContractRow> contracts_of(uint32_t account) const;
  [[nodiscard]] const RateSeries* find_rates(std::string_view currency) const;
  /// `amount` of `currency` in the workspace's currency on day d (empty or equal currency: itself); nullopt = no rate.
  [[nodiscard]] std::optional<Decimal> in_own_currency(Decimal amount, std::string_view currency, Day d) const;
};

}  // namespace kenko::facts
