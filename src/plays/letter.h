// plays/letter.h
//
// The message of a step for an account, with its placeholders filled in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "alerts/account_day.h"
#include "plays/play.h"
#include "plays/state.h"

namespace kenko::plays {

struct Letter {
  std::string subject;  ///< one line
  std::string text;
};

/// What a closed day does not say.
///
/// account: its name; empty = its id.  owner: the person's name; empty = what the account's row says.
/// change: of its score in 30 days, in hundredths; nullopt = not known.
struct LetterFacts {
  std::string company, currency;
  std::string account, owner;
  std::optional<int32_t> change;
};

/// Requires a step with a message.  What is not known is written as "unknown"; numbers have no decimals.
[[nodiscard]] Letter write_letter(const Play& play, const Step& step, const Task& task, const alerts::ClosedDay& day,
                                  const alerts::AccountDay& row, const LetterFacts& facts);

}  // namespace kenko::plays
