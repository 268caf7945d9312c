// alerts/account_day.h
//
// What alerts and plays read of the published history: one closed day, and on it one line an account.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/hash.h"
#include "facts/dictionary.h"

namespace kenko::alerts {

/// Stands where a number is null.
inline constexpr int32_t kNone = INT32_MIN;
inline constexpr int64_t kNoAmount = INT64_MIN;

/// A condition of the rules on a day.
enum class Truth : uint8_t { no, yes, unknown };

/// A first row of the published history.
///
/// Codes: of the facts::Dictionary that the days were read with, 0 = null.  Units: scores and their changes in
/// hundredths of a point, arr in millionths of the workspace's currency, chance in millionths; kNone/kNoAmount = null.
struct AccountDay {
  uint32_t account = 0;     ///< its id
  uint32_t top_parent = 0;  ///< the account at the top of its hierarchy; itself where it has no parent
  uint32_t status = 0, state = 0, band = 0, segment = 0, stage = 0;
  uint32_t name = 0;                             ///< the attribute `name`
  uint32_t owner = 0, territory = 0, touch = 0;  ///< the attributes of these names
  uint32_t reason = 0;                           ///< the sentence that says what costs it the most points
  int32_t band_place = -1;                       ///< 0 = the worst band of the model; -1 = none
  int32_t score = kNone;
  bool explained = false;  ///< the change since the closed day before is known
  int32_t own_change = 0;  ///< its parts that are the customer's own doing: behaviour, time and trigger
  int32_t change = 0;      ///< all of it
  int64_t arr = kNoAmount;
  int32_t renewal = kNone;              ///< Day::number of the next renewal
  int32_t chance = kNone;               ///< that the account leaves within the model's horizon, where calibrated
  int64_t expected_loss = kNoAmount;    ///< the chance times what can leave within the horizon
  std::vector<uint32_t> triggers;       ///< active ones
  std::vector<uint32_t> stale_sources;  ///< overdue sources that the model reads
  std::vector<Truth> conditions;        ///< by position in ClosedDay::conditions
};

/// A closed day.
///
/// Invariants: `accounts` is ascending by account id (bytes); at >= the day's close; days follow without a gap, their
/// `at` never goes back.
struct ClosedDay {
  Day day;
  Instant at;     ///< when it was closed: what opens on this day opens then
  Hash128 model;  ///< the meaning of the model that said it
  uint32_t model_name = 0;
  std::vector<std::string> conditions;  ///< names of the conditions that were looked at, see Rules::conditions
  std::vector<AccountDay> accounts;
  const facts::Dictionary* texts = nullptr;  ///< of all codes

  [[nodiscard]] std::string_view text(uint32_t code) const {
    return code == 0 ? std::string_view{} : texts->text(code);
  }
};

}  // namespace kenko::alerts
