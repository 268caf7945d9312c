// facts/settings.h
//
// What kenko.yaml says, as a plain struct (module settings reads and edits the file).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/time_zone.h"
#include "facts/fact.h"

namespace kenko::facts {

/// Whom a source covers.  all: it would have told us about every account (product analytics, billing).
/// touched: it only speaks of accounts that it has spoken of before (help desk, surveys, facts logged by hand).
enum class Coverage : uint8_t { all, touched };
/// Whether a source's account ids are Kenko's account ids, or are looked up among the identities.
enum class AccountIds : uint8_t { defines, matched };
/// Where a source's known_at comes from.
enum class KnownAt : uint8_t { recorded, column, assumed };

/// One source of facts.
struct SourceSettings {
  std::string name;
  std::string mapping;  ///< path of its mapping file within the workspace; empty = Kenko's own columns
  Coverage covers = Coverage::all;
  AccountIds accounts = AccountIds::defines;
  KnownAt known_at = KnownAt::assumed;
  std::vector<std::string> emits;                   ///< event names, sorted
  std::map<std::string, AttributeType> attributes;  ///< account attributes it gives, by key
  std::optional<Day> start;                         ///< since when it is fed; none = the day of its first event
  std::optional<int32_t> every_days;                ///< it gives a fact at least this often, else it is overdue
};

/// The settings of a workspace.
///
/// Invariants: sources have unique names; currency is three capital letters; the values of status_words are among the
///             seven statuses (docs/SEMANTICS.md#population).
struct Settings {
  std::string company;
  TimeZone time_zone;              ///< default UTC
  int32_t close_minutes = 6 * 60;  ///< a day closes this many minutes into the next one
  std::string currency = "USD";
  std::string model;                         ///< the active (primary) model's name; empty = none yet
  std::vector<std::string> also;             ///< further models, whose scores stand beside the primary one's
  int32_t lapse_days = 30;                   ///< how long a contract still counts after its end without notice
  int32_t fiscal_month = 1, fiscal_day = 1;  ///< the fiscal year begins on this day; the day is at most 28
  /// Reasons to leave that nobody could have done anything about; docs/SEMANTICS.md#portfolio 6.
  std::vector<std::string> unavoidable = {"acquired", "bankruptcy", "deceased",       "insolvency",
                                          "merger",   "moved",      "out_of_business"};
  std::vector<std::string> ours = {"invoice.issued", "message.sent",
                                   "survey.sent"};  ///< our own acts: never a sign of life
  std::vector<std::string> exclude_accounts;
  std::vector<std::string> exclude_users;           ///< user refs of our own staff
  std::string status_attribute = "status";          ///< the account attribute that says the status
  std::map<std::string, std::string> status_words;  ///< its words -> statuses; empty = the seven statuses themselves
  std::vector<SourceSettings> sources;              ///< in file order

  [[nodiscard]] const SourceSettings* find_source(std::string_view name) const {
    for (const SourceSettings& s : sources) {
      if (s.name == name) return &s;
    }
    return nullptr;
  }
};

}  // namespace kenko::facts
