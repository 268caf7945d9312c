// tests/reference/company.h
//
// The facts of a company as docs/SEMANTICS.md reads them: which version counts, whose it is, what it was worth. Written
// a second time, in the plainest way, so that the product can be checked against it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "facts/fact.h"
#include "facts/settings.h"

namespace kenko::reference {

/// An event that counts: the winning version, of a known account, of nobody who is excluded.
struct Event {
  Day day;  ///< in the workspace's zone
  Instant at;
  std::string source, id, name;
  std::optional<std::string> user;      ///< equal texts are one user
  std::optional<int64_t> value_micros;  ///< in the workspace's currency when it is money
  bool no_rate = false;                 ///< money that cannot be converted; value_micros is empty
  std::string currency;
  std::vector<facts::Property> properties;

  /// nullptr when the property is absent or empty.
  [[nodiscard]] const std::string* property(const std::string& key) const;
};

/// "Later" of SEMANTICS.md#population and all ties: (occurred_at, source, event_id).
[[nodiscard]] bool later(const Event& a, const Event& b);

/// A value of an attribute from a day on; no value = it ended.
struct DatedValue {
  Day from;  ///< Day::kMin = stretched back by `backfill`
  std::string source;
  int64_t seq = 0;
  std::string ref;
  std::optional<facts::AttributeValue> value;
  bool backfill = false;
  bool spoken = true;  ///< false: no row says it (stretched back, or vanished from a snapshot)
};

/// All versions of one contract, ascending by (valid_from, seq), each with its account.
struct Contract {
  struct Version {
    std::string account;
    facts::ContractFact fact;
  };
  std::vector<Version> versions;

  /// The version in force on d; nullptr before the first.
  [[nodiscard]] const Version* in_force(Day d) const;
};

/// The attributes of an account or a user.
struct Attributes {
  std::map<std::string, std::vector<DatedValue>> attributes;  ///< by key, ascending by (from, source, seq)

  /// The value of the attribute `key` on d; nullptr = null.
  [[nodiscard]] const facts::AttributeValue* attribute(const std::string& key, Day d) const;
  /// The text of a text attribute; nullptr = null or not a text.
  [[nodiscard]] const std::string* text_attribute(const std::string& key, Day d) const;
};

/// What is known of one account.
struct Account : Attributes {
  std::string id;
  std::vector<Event> events;               ///< ascending by (at, source, id)
  std::vector<const Contract*> contracts;  ///< those with a version of this account
};

/// All accounts of a company under a cut.  Not copyable: accounts point at contracts.
class Company {
 public:
  Company(const facts::FactSet& facts, const facts::Settings& settings, const facts::Cut& cut);
  Company(const Company&) = delete;
  Company& operator=(const Company&) = delete;

  [[nodiscard]] const facts::Settings& settings() const { return settings_; }
  [[nodiscard]] const std::map<std::string, Account>& accounts() const { return accounts_; }
  /// nullptr when no fact speaks of it.
  [[nodiscard]] const Account* find(const std::string& id) const;
  /// The account that the account's attribute `parent` names on d; nullptr = none, or none that exists.
  [[nodiscard]] const Account* parent(const Account& account, Day d) const;
  /// Attributes by user, named as in Event::user.
  [[nodiscard]] const std::map<std::string, Attributes>& users() const { return users_; }
  /// The users that belong to the account on d, named as in Event::user.
  [[nodiscard]] std::set<std::string> contacts(const std::string& account, Day d) const;
  /// The days on which any fact of the source occurred or became valid, whoever it is about.
  [[nodiscard]] std::set<Day> fact_days(const std::string& source) const;
  /// Since when the source is fed; nullopt = not yet.
  [[nodiscard]] std::optional<Day> source_start(const facts::SourceSettings& source) const;
  /// `amount` of `currency` (empty: the workspace's) in the workspace's currency on d; nullopt = no rate.
  [[nodiscard]] std::optional<Decimal> own_currency(Decimal amount, const std::string& currency, Day d) const;

 private:
  void read_events(const facts::FactSet& facts, const facts::Cut& cut);
  void read_attributes(const facts::FactSet& facts, const facts::Cut& cut);
  void read_contracts(const facts::FactSet& facts, const facts::Cut& cut);
  void read_dated_values(facts::EntityKind kind, const facts::FactSet& facts, const facts::Cut& cut);
  void read_snapshots(facts::EntityKind kind, const facts::FactSet& facts, const facts::Cut& cut);
  /// Whom an attribute row is about: nullptr = unknown or excluded.
  [[nodiscard]] Attributes* entity_of(const facts::AttributeFact& fact);
  [[nodiscard]] DatedValue value_of(const facts::AttributeFact& fact) const;
  /// The name of a user in Event::user.
  [[nodiscard]] std::string user_of_ref(const std::string& source, const std::string& ref, Day d) const;
  [[nodiscard]] std::optional<std::string> identify(facts::EntityKind kind, const std::string& source,
                                                    const std::string& ref, Day d) const;
  [[nodiscard]] std::optional<std::string> account_of_ref(const std::string& source, const std::string& ref,
                                                          Day d) const;
  /// What people merged into another account is that one.
  [[nodiscard]] std::string after_merges(const std::string& id) const;
  [[nodiscard]] std::optional<std::string> account_of_contact(const std::string& contact, Day d) const;
  [[nodiscard]] bool defines_accounts(const std::string& source) const;
  [[nodiscard]] bool excluded_account(const std::string& id) const;
  [[nodiscard]] bool excluded_user(const std::string& ref) const;
  Account& account(const std::string& id);

  facts::Settings settings_;
  std::map<std::string, std::map<Day, facts::RateFact>> rates_;  // by currency
  std::map<std::pair<std::string, std::string>, std::vector<facts::IdentityFact>> account_ids_, contact_ids_;
  std::map<std::string, facts::IdentityFact> merges_;  // by the account that was merged
  std::map<std::string, std::vector<facts::MembershipFact>> memberships_;
  std::map<std::pair<std::string, std::string>, Contract> contracts_;
  std::map<std::string, Account> accounts_;
  std::map<std::string, Attributes> users_;
  std::map<std::string, Day> first_event_day_;      // by source
  std::map<std::string, std::set<Day>> fact_days_;  // by source
};

}  // namespace kenko::reference
