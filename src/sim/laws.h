// sim/laws.h
//
// The laws of the simulated world: what pulls an account's hidden vigour, and how likely it leaves or grows.  Only
// hidden state goes in; nothing that an export shows ever does.
#pragma once

#include "sim/world.h"

namespace kenko::sim {

/// The level that vigour returns to, from the drivers.
[[nodiscard]] double level(double base, const State& state);
/// How fast it returns: the share of the distance made good in a week.
inline constexpr double kReturnPerWeek = 0.10;

/// Chance that a monthly customer gives notice within a week.
[[nodiscard]] double monthly_notice_chance(const State& state);
/// Chance that a customer with a longer term leaves at its end, judged on the day of the decision.
[[nodiscard]] double renewal_churn_chance(const State& state);
/// Chance that a customer with a longer term breaks it off within a week.
[[nodiscard]] double early_exit_chance(const State& state);
/// Chance that a customer becomes insolvent within a week, whatever its health.
inline constexpr double kInsolvencyPerWeek = 0.00012;
/// Chance that a customer buys more within a week.
[[nodiscard]] double expansion_chance(const State& state);

/// Chance that notice is given, or a term lapses, within `days` after `today`, with vigour on its mean path and the
/// drivers as they are.  `decision` is the day of the next renewal decision (ignored for monthly terms).
[[nodiscard]] double churn_within(const Account& account, const State& state, Day today, Day decision, int days);

}  // namespace kenko::sim
