// app/event_survey.h
//
// What the events of a portfolio look like: names, how many accounts have them, which properties they carry.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "facts/portfolio.h"

namespace kenko::app {

/// A property of the events of one name.
///
/// Shares are of the looked-at events of the name that have the property.  private_to_one: share of the values seen
/// more than once that only one account has: names of orders, tickets, people.
struct SurveyedProperty {
  std::string key;
  double present = 0;            ///< share of the name's events that have it
  double numbers = 0, days = 0;  ///< share of its values that are numbers, ISO dates
  double private_to_one = 0;
  double codes = 0;       ///< share of its values that are whole numbers of the most usual length, if that is 4 or more
  int64_t different = 0;  ///< different values among those looked at
  std::vector<std::string> most_used;  ///< its most used values, at most 5, most used first
};

struct SurveyedEvent {
  std::string name;
  int64_t events = 0, accounts = 0;
  bool values = false;                       ///< some have an amount or number of their own
  int64_t users = 0;                         ///< different users
  std::vector<SurveyedProperty> properties;  ///< sorted by key
};

/// Events up to `until`, by falling number of accounts, then by name.  Of large portfolios the properties are told
/// from a part of their rows, evenly spread; the same portfolio gives the same answer.
[[nodiscard]] std::vector<SurveyedEvent> survey_events(const facts::Portfolio& portfolio, Day until);

}  // namespace kenko::app
