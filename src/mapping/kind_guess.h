// mapping/kind_guess.h
//
// Files whose rows are more than events or states: a list of those who left, a list of contracts.  Recognised only when
// nothing else can be meant; what is doubtful stays what it would have been.  Inner part of suggest.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/column_guess.h"

namespace kenko::mapping {

/// "churned", "Account churned": a word for somebody's leaving.
[[nodiscard]] bool means_leaving(std::string_view word);

/// The column that says when a row's customer left: it holds only times and is named like it, or the file is and no
/// other column holds times.  nullptr: none, or it may mean something else.
///
/// Empty cells are allowed where each row is another customer: those who are still there.
/// `asked`: somebody said that rows are customers who left, so the column's name is enough.
[[nodiscard]] ColumnGuess* leaving_column(SampleGuess& guess, const ColumnGuess* account, std::string_view file_name,
                                          bool asked);

/// The column that says why somebody left; nullptr = none.
[[nodiscard]] ColumnGuess* reason_column(SampleGuess& guess);

/// The columns of a list of contracts; nullptr = there is none of the kind.
struct ContractColumns {
  ColumnGuess *start = nullptr, *end = nullptr;  ///< always there
  ColumnGuess* id = nullptr;                     ///< none: account and start name the contract
  ColumnGuess *renewal = nullptr, *notice_at = nullptr, *auto_renew = nullptr, *term = nullptr, *product = nullptr,
              *seats = nullptr, *currency = nullptr, *state = nullptr;
  ColumnGuess* amount = nullptr;
  int times_a_year = 0;  ///< amount times this is the ARR: 1 or 12; 0 = the name does not say what it is an amount of
  std::vector<std::string> cancelled;  ///< words of `state` that mean cancelled

  /// Those that are there, by their key in a mapping, but for amount and state.
  [[nodiscard]] std::vector<std::pair<std::string_view, ColumnGuess*>> keyed() const;
};

/// nullopt: not a list of contracts, or not clearly one.
[[nodiscard]] std::optional<ContractColumns> contract_columns(SampleGuess& guess, const Sample& sample,
                                                              const ColumnGuess* account, std::string_view file_name);

}  // namespace kenko::mapping
