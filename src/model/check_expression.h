// model/check_expression.h
//
// Types and names of one expression.
#pragma once

#include <optional>
#include <string>

#include "language/expression.h"
#include "model/check.h"
#include "model/model.h"
#include "vocabulary/vocabulary.h"

namespace kenko::model {

/// The row that a call means: `min` and `max` read events when their first argument is an event (a name or selector).
/// nullptr when there is no such function or it is not built.
[[nodiscard]] const vocabulary::Function* resolve_call(const language::Expression& call);

/// What the check of an expression found out.
struct Checked {
  std::optional<Type> type;  ///< none: there were problems
  Reads reads;
};

/// Checks an expression.  `outcome` is the model's own outcome event, which it must not read.
[[nodiscard]] Checked check_expression(const language::Expression& expression, const Context& context,
                                       const std::string& outcome, const language::At& at, Problems& problems);

/// Checks the filter of a selector.
void check_filter(const language::Expression& filter, const language::At& at, Problems& problems);

/// `value`, `currency`: fields that every event has (written without backticks).
[[nodiscard]] bool is_own_field(const language::Expression& name);
/// The literal of a comparison with a field, a minus sign resolved; nullopt when it is none.
struct Literal {
  Type type = Type::text;
  ParsedDecimal number;
  bool flag = false;
  std::string text;
};
[[nodiscard]] std::optional<Literal> literal_of(const language::Expression& expression);

/// A decimal out of a number expression (40% = 0.4).
[[nodiscard]] ParsedDecimal decimal_of(const language::Expression& number);

}  // namespace kenko::model
