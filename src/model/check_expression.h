// model/check_expression.h
//
// Types, units and names of one expression.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "language/expression.h"
#include "model/check.h"
#include "model/model.h"
#include "vocabulary/vocabulary.h"

namespace kenko::model {

/// The row that a call means: `min` and `max` read events when their first argument is a selector; a name alone is a
/// metric there.  nullptr when there is no such function.
[[nodiscard]] const vocabulary::Function* resolve_call(const language::Expression& call);

/// The parameter of the i-th argument without a name (a repeated one stands for all that follow).  The function has
/// one.
[[nodiscard]] const vocabulary::Parameter& positional(const vocabulary::Function& function, size_t i);

/// The names that stand where a value does, in the order of the text: in a checked expression they are metrics.
[[nodiscard]] std::vector<const language::Expression*> names_as_values(const language::Expression& expression);

/// What the check of an expression found out.
struct Checked {
  std::optional<Type> type;  ///< none: there were problems
  std::string unit;          ///< model/units.h
  Reads reads;
};

/// Checks an expression.  The metrics that it names must have been checked; one that did not pass is not reported
/// again. The model gives the outcome event, which must not be read, and the `inputs:`, which may.
[[nodiscard]] Checked check_expression(const language::Expression& expression, const Context& context,
                                       const Model& model, const language::At& at, Problems& problems);

/// Checks the filter of a selector.
void check_filter(const language::Expression& filter, const language::At& at, Problems& problems);

/// `value`, `currency`: fields that every event has (written without backticks).
[[nodiscard]] bool is_own_field(const language::Expression& name);
/// The KEY of `user.KEY`, written without backticks; empty when it is something else.
[[nodiscard]] std::string user_key(const language::Expression& name);
/// `sentiment(text)`.
[[nodiscard]] bool is_sentiment(const language::Expression& expression);

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
