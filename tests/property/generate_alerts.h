// property/generate_alerts.h
//
// Random companies for the tests of alerts: first rows of closed days, rules, team, calendar and what people did.
#pragma once

#include <cstdint>

#include "cases/alerts/world.h"

namespace kenko::property {

/// Everything follows from the seed.
///
/// Meaning: accounts whose scores walk, jump and are missing, with parts of changes that are and are not their own
/// doing;
///          days on which a whole segment falls; pauses, departures, returns and long absences; other models for a
///          while; dead feeds; owners who change, leave and are unknown; two sets of rules; days that are closed late,
///          several at one moment; people who act on alerts that are there and on some that are not.
[[nodiscard]] cases::AlertWorld generate_alerts(uint64_t seed);

}  // namespace kenko::property
