// model/units.h
//
// What one of a number is: an event, a day, money.  Used to find mistakes; it changes no number.
#pragma once

#include <string>
#include <string_view>

#include "language/expression.h"

namespace kenko::model {

/// Units are texts: the unit of a row of the vocabulary ("event", "money", "share"), or one of these.
inline constexpr std::string_view kMoney = "money";
inline constexpr std::string_view kShare = "share";      ///< a number without a unit, often shown as per cent
inline constexpr std::string_view kUnknown;              ///< not known: fits everything
inline constexpr std::string_view kLiteral = "literal";  ///< a number as written: fits everything

/// Counts of the same kind of thing: events and open items, users and seats, days and active days.
[[nodiscard]] bool fit_together(std::string_view a, std::string_view b);

/// Whether it is known what is counted, and it is no share: per cents of it make no sense.
[[nodiscard]] bool is_counted(std::string_view unit);

/// The unit of a product or a quotient.
[[nodiscard]] std::string unit_of_product(language::Operator op, const std::string& left, const std::string& right);

/// Of two that fit together the one that says more.
[[nodiscard]] std::string either_unit(const std::string& a, const std::string& b);

/// "events", "money": for messages.
[[nodiscard]] std::string unit_in_words(std::string_view unit);

}  // namespace kenko::model
