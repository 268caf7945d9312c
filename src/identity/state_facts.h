// identity/state_facts.h
//
// Everything in a portfolio that is no event: attributes, contracts, contacts, touches, rates.
#pragma once

#include <cstdint>
#include <vector>

#include "facts/fact.h"
#include "facts/portfolio.h"
#include "identity/attributes.h"
#include "identity/references.h"

namespace kenko::identity {

/// The facts that are no events, resolved, with temporary numbers (codes of References::accounts and ::users).
struct StateFacts {
  MergedAttributes attributes, of_contacts;
  std::vector<facts::ContactRow> contacts;
  std::vector<facts::ContractRow> contracts;
  std::vector<facts::RateSeries> rates;
  std::vector<std::vector<Day>> spoken;  ///< by position in settings.sources: the days of such facts

  /// Marks the accounts that an attribute or a contract speaks of.
  void mark_accounts(std::vector<uint8_t>& used) const;
  /// Nobody is a contact of an account that no fact speaks of (number UINT32_MAX).
  void drop_contacts(const std::vector<uint32_t>& account_number);
  /// Marks the users who are contacts or of whom an attribute is known.
  void mark_users(std::vector<uint8_t>& used) const;
  /// Writes attributes, contact_attributes, contacts, contracts and touches, and the newest day of any of them.
  void write(const std::vector<uint32_t>& account_number, const std::vector<uint32_t>& user_number,
             facts::Portfolio& portfolio) &&;
};

[[nodiscard]] StateFacts resolve_state(const facts::FactSet& rest, const facts::Settings& settings,
                                       const facts::Cut& cut, References& references);

}  // namespace kenko::identity
