// engine/contacts.h
//
// The health of an account's contacts, weighted by their roles.  docs/SEMANTICS.md#functions.  Internal to the engine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/day.h"
#include "engine/aggregates.h"
#include "engine/filters.h"

namespace kenko::engine {

/// What contact_health needs to know of the portfolio's contacts; empty when no metric asks.
struct BoundContacts {
  std::vector<uint32_t> begin;  ///< by account, + 1: its rows of Portfolio::contacts
  UserAttribute role, active;   ///< key empty = not bound
  std::vector<uint8_t> away;    ///< by position in `active`: the value is false
};

/// The influence of a contact by its role: by position in BoundContacts::role, in millionths, -1 = no role of the list.
using Influences = std::vector<int64_t>;
[[nodiscard]] Influences influences(const facts::Portfolio& portfolio, const UserAttribute& role,
                                    std::span<const plan::Role> roles);

/// Working memory of the kernel.
struct ContactScratch {
  struct Days {
    int32_t first = 0, end = 0;  ///< relative, `end` not included
  };
  std::vector<Days> seen;            ///< on which the contact has an event in the window
  std::vector<Int128> reached, all;  ///< differences of influence by day
  std::vector<int32_t> known;        ///< differences of the number of contacts with a role
};

/// The life that is looked at.
struct ContactLife {
  std::span<const facts::ContactRow> contacts;  ///< the account's memberships
  Day first;
  Day facts_until;   ///< values of later days do not exist
  size_t users = 0;  ///< all numbers of users are below it
};

/// `user`: of each matched event.
void contact_health(const BoundContacts& bound, const ContactLife& life, const Influences& influence,
                    std::span<const int32_t> day, std::span<const uint32_t> user, int32_t window, AggregateScratch& s,
                    ContactScratch& c, Output out);

}  // namespace kenko::engine
