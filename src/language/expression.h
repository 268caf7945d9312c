// language/expression.h
//
// The syntax of the metric language: what was written, with the place of every part.  No meaning here: whether a name
// is an event, an attribute or a column is decided by who reads it (model, mapping).  docs/GRAMMAR.md is the grammar in
// prose.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kenko::language {

enum class Operator : uint8_t {
  negate,
  not_,
  add,
  subtract,
  multiply,
  divide,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  and_,
  or_,
};

/// `+`, `and`, ... as it is written.
[[nodiscard]] std::string_view spelling(Operator op);
[[nodiscard]] bool is_comparison(Operator op);

/// A part of an expression.  Plain value; owns its parts.
///
/// Positions: `begin` and `end` are byte offsets in the parsed text (end not included); operators point at the operator
///            itself with `operator_begin`.
/// Depth:     at most kMaxDepth, so recursion over an expression is safe.
struct Expression {
  enum class Kind : uint8_t {
    number,    ///< 12, 0.5, 40% (percent is set, `text` has the digits without the sign)
    text,      ///< "high"
    flag,      ///< true, false
    duration,  ///< 28d, 4w: `days`
    name,      ///< login, ticket.opened, `Order Date`
    selector,  ///< name{filter}[window]: `text` = name; items[0] = the filter when has_filter; days = window when
               ///< has_window; (a or b){filter}[window]: `text` = the first name, `others` = the rest
    call,      ///< text(arguments): `text` = function; items = positional arguments; named = named ones
    list,      ///< [a, b] or [a: b, c: d]: items (pairs: kind pair)
    pair,      ///< a: b inside a list: items[0], items[1]
    unary,     ///< op items[0]
    binary,    ///< items[0] op items[1]
  };
  struct Named;

  Kind kind = Kind::number;
  size_t begin = 0;
  size_t end = 0;
  size_t depth = 1;  ///< of the tree from here down
  std::string text;
  bool backticked = false;  ///< name, selector, call: the name stood in backticks
  bool percent = false;
  bool flag = false;
  bool has_filter = false;
  bool has_window = false;
  std::vector<std::string> others;  ///< selector: further names
  std::string window_name;          ///< [month]: the name of a constant, until it is put in place
  bool whole_life = false;          ///< [life]: days = 0
  int32_t days = 0;                 ///< duration: at least 0; window: at least 1
  size_t window_begin = 0;          ///< where the window's length stands
  Operator op = Operator::negate;
  size_t operator_begin = 0;
  std::vector<Expression> items;
  std::vector<Named> named;
};

/// `half_life: 14d`
struct Expression::Named {
  std::string name;
  size_t begin = 0;
  Expression value;
};

inline constexpr size_t kMaxDepth = 200;     ///< deeper is refused, so that recursion is safe
inline constexpr size_t kMaxBytes = 20'000;  ///< longer is refused
inline constexpr int32_t kMaxDays = 36'500;  ///< the longest duration

/// Gives a problem whose place is byte `offset` of the parsed text; code, message and hint are filled in by the parser.
/// For a scalar of a YAML file: `[&](size_t o) { return tree.at(node, o); }`.
using At = std::function<Problem(size_t offset)>;

/// Places within the text alone, for a text that is no part of a file: line and column of the text.
[[nodiscard]] At in_text(std::string text);

/// Parses a whole text as one expression.  All problems that can be told apart are returned together.
[[nodiscard]] Result<Expression> parse(std::string_view text, const At& at);

/// The canonical spelling: equal for texts that differ only in blanks, needless parentheses or `4w`/`28d`.
[[nodiscard]] std::string to_text(const Expression& expression);

/// Events: a name or a selector as it is, `login or feature.used` as one selector of both names.  nullopt when it is
/// something else.
[[nodiscard]] std::optional<Expression> as_selector(const Expression& expression);

/// The exact double of a number expression (40% = 0.4).
[[nodiscard]] double number_of(const Expression& number);

/// A name as it must be written: in backticks when it has blanks, capitals or other signs.
[[nodiscard]] std::string quoted_name(std::string_view name);

/// Reads `28d` or `4w`; nullopt when it is none or longer than kMaxDays.
[[nodiscard]] std::optional<int32_t> parse_days(std::string_view text);

}  // namespace kenko::language
