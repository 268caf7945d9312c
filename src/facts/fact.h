// facts/fact.h
//
// The facts of a workspace, as plain values.  A fact is never changed, only followed: a correction is a further
// version, a deletion is a version.  docs/SEMANTICS.md#facts says it in prose.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/decimal.h"
#include "base/hash.h"

namespace kenko::facts {

/// When a fact entered.
///
/// known_at: when the company could know it.   seq: a commit number of the workspace that only grows, 1 for the first.
/// assumed:  known_at was not recorded but taken to be the fact's own time; flagged in every result that rests on it.
struct Recorded {
  Instant known_at;
  int64_t seq = 0;
  bool assumed = false;

  friend bool operator==(const Recorded&, const Recorded&) = default;
};

/// A property of an event: its key and its value as text ("high", "3", "true").  What a filter compares it with decides
/// how it is read.  Nested keys are joined with a dot.
struct Property {
  std::string key;
  std::string value;
  friend auto operator<=>(const Property&, const Property&) = default;
};

/// One version of something that happened once, at a time.
///
/// Invariants: (source, event_id) names the event; source, event_id and name are not empty; properties are sorted by
/// key and
///             keys are unique; currency is set only with a value (three capital letters, empty = none).
/// Versions:   among the versions of one id the one with the greatest (version, seq) counts; `version` is the value of
/// the
///             mapping's version column, 0 where there is none.  `deleted` hides the event.
struct EventFact {
  std::string source;
  std::string event_id;
  std::optional<std::string> account_ref;  ///< the account's id in the source
  std::optional<std::string> user_ref;     ///< the contact's id in the source
  std::string name;                        ///< "login", "ticket.opened"
  Instant occurred_at;
  std::optional<Decimal> value;
  std::string currency;
  std::optional<std::string> text;
  std::vector<Property> properties;
  Recorded recorded;
  int64_t version = 0;
  bool deleted = false;
  Hash128 raw;           ///< hash of the raw record; zero = entered by hand
  std::string rule;      ///< the mapping rule that made it; empty = entered by hand
  uint64_t mapping = 0;  ///< fingerprint of the mapping; 0 = none
};

/// The hash of what an event says: everything but `recorded`, `version`, `raw`, `rule` and `mapping`.
[[nodiscard]] Hash128 content_hash(const EventFact& event);
/// The hash that names an event: of (source, event_id).
[[nodiscard]] Hash128 event_key(std::string_view source, std::string_view event_id);

enum class EntityKind : uint8_t { account, contact, contract };
enum class AttributeType : uint8_t { number, text, flag, day, money };

/// The value of an attribute.  Which member counts is decided by `type`.
struct AttributeValue {
  AttributeType type = AttributeType::text;
  Decimal number;     ///< number and money
  std::string text;   ///< text; the currency of money
  Day day;            ///< day
  bool flag = false;  ///< flag
  friend bool operator==(const AttributeValue&, const AttributeValue&) = default;
};

/// A dated value of an account, contact or contract.  Holds from the day `valid_from` until the next value; on a day
/// the last value valid at its end counts (ties: source, then seq).  No value = the attribute ends.
///
/// scope: empty for a dated value.  Otherwise the row is part of the snapshot (source, scope, valid_from): the
/// snapshots of
///        a scope are compared by day, and an entity that a snapshot no longer names loses its attributes from that
///        scope on that day.  A snapshot taken again for the same day replaces the earlier one as a whole (the greatest
///        seq counts).
struct AttributeFact {
  EntityKind kind = EntityKind::account;
  std::string source;
  std::string entity_ref;
  std::string key;
  std::optional<AttributeValue> value;
  Day valid_from;
  bool backfill = false;  ///< stretches the entity's first value of this key back for ever; such days are "assumed"
  std::string scope;
  Recorded recorded;
};

/// One version of what was sold to an account; docs/SEMANTICS.md#contracts says on which days it counts.
///
/// Versions: of one (source, contract_id) the version with the greatest (valid_from, seq) up to a day is in force that
/// day.
struct ContractFact {
  std::string source;
  std::string contract_id;
  std::string account_ref;
  std::string product;
  Day start;
  std::optional<Day> end;      ///< included; none = open-ended
  std::optional<Day> renewal;  ///< none = the day after `end`
  std::optional<Day> notice_deadline;
  std::optional<Day> notice_at;  ///< when the customer gave notice
  bool auto_renew = false;
  std::optional<int32_t> term_months;  ///< none = 12
  std::optional<Decimal> arr;          ///< a year's revenue, in `currency`
  std::string currency;                ///< empty = the workspace's
  std::optional<Decimal> seats;
  enum class State : uint8_t { active, cancelled };
  State state = State::active;
  std::string replaces;  ///< contract_id of the contract it follows; empty = none
  Day valid_from;        ///< = start where the source gives none
  Recorded recorded;
};

/// "Source S calls it X": (kind, source, external_id) is `id` from `valid_from` on.  The first one of an external id
/// holds for all earlier days too.
struct IdentityFact {
  EntityKind kind = EntityKind::account;
  std::string source;
  std::string external_id;
  std::string id;
  std::optional<Day> valid_from;  ///< none = always
  Recorded recorded;
};

/// A contact belongs to an account from `valid_from` on.  The first membership holds for all earlier days too.
struct MembershipFact {
  std::string contact;
  std::string account;
  std::optional<Day> valid_from;  ///< none = always
  Recorded recorded;
};

/// One unit of `currency` is worth `rate` units of the workspace's currency on `day`.
struct RateFact {
  std::string currency;
  Day day;
  Rate rate;
  Recorded recorded;
};

/// All facts, in no particular order.
struct FactSet {
  std::vector<EventFact> events;
  std::vector<AttributeFact> attributes;
  std::vector<ContractFact> contracts;
  std::vector<IdentityFact> identities;
  std::vector<MembershipFact> memberships;
  std::vector<RateFact> rates;
};

/// What is left out before anything is read (the two laws of docs/SEMANTICS.md#time).
///
/// occurred_until: events of later days, attribute and contract values of later days do not exist (law a).
/// known_until:    versions with a later known_at do not exist (law b).
/// Identities, memberships, rates and `backfill` are the same on both sides.
struct Cut {
  std::optional<Day> occurred_until;
  std::optional<Instant> known_until;
};

}  // namespace kenko::facts
