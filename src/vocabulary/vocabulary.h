// vocabulary/vocabulary.h
//
// Every word that a model may use, one table row each.  The reader, the checks, the tables of docs/GRAMMAR.md and the
// JSON Schema all come from these rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kenko::vocabulary {

/// Names a function for code that treats each in its own way.
enum class FunctionId : uint8_t {
  count,
  sum,
  mean,
  min_of_events,
  max_of_events,
  distinct,
  active_days,
  days_since,
  decayed_count,
  decayed_sum,
  slope,
  median,
  quantile,
  first,
  last,
  current,
  users_with,
  streak,
  longest_gap,
  open,  // from here to time_between: pairs of events
  open_age,
  missed,
  overdue_days,
  overdue_amount,
  days_late,
  completion,
  time_between,
  contact_health,
  change,
  same_period_last_year,
  vs_own_baseline,
  attr,
  days_until,
  seats,
  arr,
  term_months,
  days_into_term,
  days_to_renewal,
  tenure,
  children,
  percentile,
  log1p,
  min,
  max,
  clamp,
  if_,
  coalesce,
};

/// What may stand as an argument.
enum class ArgumentKind : uint8_t {
  windowed_events,  ///< login[28d] or login[life], with or without a filter
  all_events,       ///< login, with or without a filter, without a window
  number_field,     ///< `value` or a property, read as a number
  distinct_field,   ///< `user` or a property
  property,         ///< the name of a property
  fold,             ///< sum, mean, min, max or count
  share,            ///< a number from 0 to 1
  whole_number,     ///< 1 or more
  text,             ///< a text in double quotes
  roles,            ///< [champion: 2, admin: 1]
  day_key,          ///< the name of an attribute of type day
  duration,         ///< 28d, at least 1d
  steps,            ///< [30d: 1, 60d: 0.5]
  key,              ///< the name of an attribute
  number,
  flag,
  any,  ///< number, flag or text; all arguments of this kind have one type
};

struct Parameter {
  std::string_view name;  ///< as the signature shows it; for named ones what the user writes
  ArgumentKind kind = ArgumentKind::number;
  bool optional = false;
  bool repeated = false;  ///< the last one: any number of them
  bool named = false;     ///< given as `name: value`; of those with one `choice` exactly one is given
  int choice = 0;         ///< named: which group of alternatives; an optional one may be left out
};

enum class ResultKind : uint8_t {
  number,
  attribute,  ///< the attribute's type
  argument,   ///< the type of the arguments of kind `any`
};

struct Function {
  FunctionId id = FunctionId::count;
  std::string_view name;
  std::string_view family;
  std::vector<Parameter> parameters;
  ResultKind result = ResultKind::number;
  std::string_view unit;  ///< what one of it is: "active day" (plural with an s), "money", "share"; empty = that of
                          ///< what it reads, or none
  std::string_view null_rule;  ///< when it is null
  std::string_view doc;        ///< one line
  std::string_view example;    ///< parses, and passes the check over the example workspace of the tests
  bool in_sql = true;          ///< generated SQL computes it too

  [[nodiscard]] bool is_aggregate() const { return id >= FunctionId::count && id <= FunctionId::contact_health; }
};

/// All functions in the order of the documentation.  `min` and `max` have two rows: over events, and of values.
[[nodiscard]] const std::vector<Function>& functions();
/// The rows of a name; empty when there is none.
[[nodiscard]] std::vector<const Function*> find_functions(std::string_view name);
[[nodiscard]] const Function& function(FunctionId id);
/// Names of the functions, for "did you mean".
[[nodiscard]] std::vector<std::string> function_names();
/// `sum(events[window], field)`.
[[nodiscard]] std::string signature(const Function& function);

/// A word with its meaning: curves and missing policies.
struct Word {
  std::string_view name;
  std::string_view form;  ///< how it is written
  std::string_view doc;
};
[[nodiscard]] std::span<const Word> curves();
[[nodiscard]] std::span<const Word> missing_policies();

/// What may stand in a filter besides comparisons.
[[nodiscard]] std::span<const Word> filter_words();

/// A key of the model file.
struct Key {
  std::string_view
      scope;  ///< where it stands: "", or the key in whose every entry; `accounts`, `hierarchy`: in it itself
  std::string_view name;
  std::string_view type;      ///< in words
  std::string_view default_;  ///< "required", or the default in words
  std::string_view doc;
  std::string_view since;  ///< version of the model format
};
[[nodiscard]] std::span<const Key> model_keys();

/// Names of events that end, renew or change what a customer has: outcomes, never an input of a metric.
[[nodiscard]] bool is_outcome_event(std::string_view name);

/// Those of them that mappings map to.
[[nodiscard]] std::span<const std::string_view> outcome_events();

/// Names of events that mappings map to, so that one model works over any source.  A model may read one that no source
/// emits yet: what rests on it has no value.
[[nodiscard]] bool is_standard_event(std::string_view name);

/// The generated part of docs/GRAMMAR.md.
[[nodiscard]] std::string to_markdown();
/// The JSON Schema of the model file for editors.
[[nodiscard]] std::string to_json_schema();

}  // namespace kenko::vocabulary
