// mapping/mapping.h
//
// A mapping: how the raw records of one source become facts, as plain structs.  read_mapping.h reads it from YAML,
// map_record.h applies it, share/mappings/README.md shows it to the person who writes one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time_zone.h"
#include "facts/fact.h"
#include "facts/settings.h"
#include "mapping/file_format.h"

namespace kenko::mapping {

/// How times are written.  Empty formats = ISO 8601, which is always understood besides.
///
/// formats: tried in order: strptime letters (%Y %y %m %d %H %I %M %S %f %p %b %B %z %%), or one of the words epoch,
///          epoch_ms, epoch_us (since 1970 in UTC) and excel (days since 1899-12-30).
/// zone:    of times without an offset; none = the workspace's.  A date without a clock time is that calendar day in
/// the
///          workspace's zone whatever `zone` says.
struct TimeFormat {
  std::vector<std::string> formats;
  std::optional<TimeZone> zone;
};

/// What the text of a cell is read as.
enum class CellType : uint8_t { text, number, flag, day, time };

/// Where one text of a fact comes from, and how it is read.
///
/// Meaning: the pieces are put together (a literal, a column, a literal, ...); a template is empty when all its columns
///          are. With `first_filled` the first piece that is not empty is the text. No pieces = not mapped. A column
///          may be an element of a list: json_element.h.
/// Order:   blanks at both ends go, then `integer`, then `before`, then `map`, then the type.
struct Cell {
  struct Piece {
    bool is_column = false;
    std::string text;   ///< the column's name or the literal
    int32_t slot = -1;  ///< the column's position in Mapping::columns; set by finish_mapping
    friend bool operator==(const Piece&, const Piece&) = default;
  };
  std::vector<Piece> pieces;
  bool first_filled = false;                             ///< one of the pieces, not all of them
  bool integer = false;                                  ///< a spreadsheet's "17850.0" is 17850
  std::string before;                                    ///< only what stands before this text; empty = all
  std::vector<std::pair<std::string, std::string>> map;  ///< translations, sorted by the text they translate
  std::optional<std::string> otherwise;  ///< for texts that `map` does not know; none = they stay as they are
  CellType type = CellType::text;
  TimeFormat time;  ///< of days and times

  [[nodiscard]] bool mapped() const { return !pieces.empty(); }
  /// The text when it is a constant.
  [[nodiscard]] std::optional<std::string> constant() const;
};

/// A number: the product of its factors, exact, rounded half away from zero to 6 places.  No factors = not mapped.
struct Amount {
  std::vector<Cell> factors;
  bool absolute = false;  ///< without its sign
  bool negate = false;    ///< with the other sign

  [[nodiscard]] bool mapped() const { return !factors.empty(); }
};

/// A filter on raw cells, ready to run (filter.h).
class Filter;

/// `event:` makes events.
struct EventRule {
  Cell name, account, user, time, currency, text, version;
  std::vector<Cell> id;  ///< empty = the id is derived from the record
  Amount value;
  std::vector<std::pair<std::string, Cell>> properties;  ///< by key, sorted
  bool all_properties = false;                           ///< each column that the rule does not use is a property, too
  std::string property_prefix;                           ///< taken off the name of such a column ("properties.")
  Cell deleted;                         ///< mapped: the record deletes its event when the text is in deleted_is
  std::vector<std::string> deleted_is;  ///< sorted
};

/// `attributes:` makes attribute values: a column each (wide), or key, value and type in columns (long).
struct AttributeRule {
  struct Column {
    std::string key;
    facts::AttributeType type = facts::AttributeType::text;
    Cell cell;
    Cell currency;  ///< money
  };
  facts::EntityKind kind = facts::EntityKind::account;
  Cell entity;
  std::vector<Column> columns;  ///< wide, sorted by key
  bool all_columns =
      false;  ///< wide: each other column is an attribute of its own name; its type is guessed by text form
  Cell key, value, type, currency;  ///< long
  Cell valid_from;                  ///< not mapped = a snapshot
  Cell snapshot;                    ///< a snapshot's day; not mapped = the day given on import
  bool backfill = false;
  [[nodiscard]] bool is_snapshot() const { return !valid_from.mapped(); }
};

/// `contracts:` makes contract versions.
struct ContractRule {
  Cell id, account, product, start, end, renewal, notice_deadline, notice_at, auto_renew, term_months, currency, seats,
      state, replaces, valid_from;
  Amount arr;
  bool ends_with_term = false;  ///< without an end it is start + term - 1 day
  bool end_excluded = false;    ///< the end is the first day on which it no longer counts
};

/// `identities:` says what other sources call an account or contact.
struct IdentityRule {
  Cell kind, source, external_id, id, valid_from;
};

/// `memberships:` says which account a contact belongs to.
struct MembershipRule {
  Cell contact, account, valid_from;
};

/// `rates:` gives rates of exchange into the workspace's currency.
struct RateRule {
  Cell currency, day, rate;
};

enum class RuleKind : uint8_t { event, attributes, contracts, identities, memberships, rates };

/// One rule: which records it takes and what it makes of each.
///
/// Invariants: the member that belongs to `kind` is filled, the others are empty.
struct Rule {
  std::string name;
  Place place;
  RuleKind kind = RuleKind::event;
  std::vector<std::string> files;  ///< patterns of file names (* and ?) that the rule is for; empty = all
  std::shared_ptr<Filter> where;   ///< null = every record
  Cell source;                     ///< the source of the facts; not mapped = the one that is imported
  EventRule event;
  AttributeRule attributes;
  ContractRule contract;
  IdentityRule identity;
  MembershipRule membership;
  RateRule rate;
};

/// A place in a mapping file that names a column: for the message when a data file has no such column.
struct ColumnUse {
  static constexpr size_t kAllRules = SIZE_MAX;
  std::string column;
  std::vector<std::string> instead;  ///< columns of which one will do as well
  size_t rule = kAllRules;           ///< position in Mapping::rules
  Problem at;                        ///< place and source line; code and message empty
};

/// How the raw records of one source become facts.
///
/// Invariants: rule names are unique and not empty; at least one rule.
/// Threads:    immutable after it was made.
struct Mapping {
  std::string file;                           ///< where it was read; empty = built in
  std::string source;                         ///< empty = named on import
  std::optional<facts::AccountIds> accounts;  ///< none = kenko.yaml, or the first source, decides
  std::optional<facts::Coverage> covers;
  facts::KnownAt known_at = facts::KnownAt::assumed;
  Cell known_at_column;  ///< KnownAt::column
  FileFormat format;
  TimeFormat time;                   ///< already built into every cell; kept for printing
  std::shared_ptr<Filter> where;     ///< null = every record
  std::shared_ptr<Filter> ignore;    ///< records that are left out on purpose and are no rejects
  bool ignore_others = false;        ///< so are records that no rule takes
  std::vector<Rule> rules;           ///< in file order
  std::vector<std::string> columns;  ///< every column that is named anywhere, sorted
  std::vector<ColumnUse> uses;       ///< in file order; empty for built-in mappings
  uint64_t fingerprint = 0;          ///< of what it means: comments, layout and order of keys do not matter

  [[nodiscard]] int64_t event_rules() const;
};

/// Fills `columns`, the slots of all cells and `fingerprint`.  To be called once, after everything else is set.
void finish_mapping(Mapping& mapping);

/// Event names that the mapping can give, sorted; `complete` is false when some come from a column as they are.
struct EmittedNames {
  std::vector<std::string> names;
  bool complete = true;
};
[[nodiscard]] EmittedNames emitted_names(const Mapping& mapping);

/// The account attributes that the mapping names, by key.
[[nodiscard]] std::map<std::string, facts::AttributeType> account_attributes(const Mapping& mapping);

/// True when some rule is a snapshot whose day must be given on import.
[[nodiscard]] bool needs_as_of(const Mapping& mapping, std::string_view file_name);

/// True when `rule` is for a file of this name (its last part counts).
[[nodiscard]] bool applies_to_file(const Rule& rule, std::string_view file_name);

}  // namespace kenko::mapping
