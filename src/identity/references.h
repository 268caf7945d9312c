// identity/references.h
//
// What a source's reference stands for on a day: the dating rule of docs/SEMANTICS.md#identity, in one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/day.h"
#include "facts/dictionary.h"
#include "facts/fact.h"
#include "facts/portfolio.h"
#include "facts/settings.h"

namespace kenko::identity {

/// Targets of one reference over time, ascending by day, one a day.  A target is a number of a Dictionary, 0 = nothing.
class Timeline {
 public:
  void add(Day from, uint32_t target) { steps_.push_back({from, target}); }
  /// The target with the greatest `from` not after `day`; the first one holds for all earlier days too.  0 = none at
  /// all.
  [[nodiscard]] uint32_t at(Day day) const;
  [[nodiscard]] bool is_constant() const { return steps_.size() <= 1; }

 private:
  struct Step {
    Day from;
    uint32_t target = 0;
  };
  std::vector<Step> steps_;
};

/// References that stand for something else than before.  A source without a name is any source.
struct ChangedReferences {
  using Reference = std::pair<std::string, std::string>;  ///< source, ref
  std::vector<Reference> accounts;                        ///< account refs
  std::vector<Reference> users;                           ///< user refs that are other users
  std::vector<Reference> loose;  ///< user refs whose users belong to other accounts: of events without an account ref
};

/// Accounts and users by temporary number (a code of `accounts` or `users`), and how references lead to them.
///
/// Meaning:   an account is named by its id; a user by its contact id, or, where a matched source names an unknown
/// contact,
///            by `ref NUL source`: a user of its own.
/// Merges:    an account that people merged into another (an identity of the source `manual`) is that other one
///            wherever it is named; what is handed out is never a merged account.
/// Ownership: keeps views of `identities`, `memberships` and `settings`, which must outlive it.
class References {
 public:
  References(const std::vector<facts::IdentityFact>& identities, const std::vector<facts::MembershipFact>& memberships,
             const facts::Settings& settings);

  [[nodiscard]] bool is_matched(std::string_view source) const;
  /// The account that `ref` of `source` is on `day`; 0 = it matches nothing.
  [[nodiscard]] uint32_t account(std::string_view source, std::string_view ref, Day day);
  /// The user that `ref` of `source` is on `day`.
  [[nodiscard]] uint32_t user(std::string_view source, std::string_view ref, Day day);
  /// True when every user ref of `source` is the user of that name, whatever it is.
  [[nodiscard]] bool are_users(std::string_view source) const {
    return contacts_by_ref_.empty() && !is_matched(source);
  }
  /// What `ref` of `source` is over time, for callers that keep it by their own key.
  [[nodiscard]] Timeline account_timeline(std::string_view source, std::string_view ref);
  [[nodiscard]] Timeline user_timeline(std::string_view source, std::string_view ref);
  /// The accounts that a user belongs to over time; empty = no membership.
  [[nodiscard]] Timeline membership_timeline(uint32_t user);

  /// Who belongs to which account on which days, in temporary numbers, in no particular order.  Memberships of
  /// excluded accounts and users are left out; spans that follow each other in one account are one.
  [[nodiscard]] std::vector<facts::ContactRow> contacts();

  [[nodiscard]] bool excluded(uint32_t account) const { return excluded_.contains(accounts.text(account)); }
  /// Is `ref` a user of our own staff?
  [[nodiscard]] bool excluded_user(std::string_view ref) const { return excluded_users_.contains(ref); }

  /// At least the references that differ between the two, which were made with the same settings.
  [[nodiscard]] static ChangedReferences changed(const References& before, const References& after);

  facts::Dictionary accounts;
  facts::Dictionary users;

 private:
  struct Dated {
    Day from;
    int64_t seq = 0;
    std::string_view target;
  };
  using Index = std::unordered_map<std::string, std::vector<Dated>>;

  static void settle(Index& index);
  /// The account that `id` is after all merges.
  [[nodiscard]] std::string_view merged(std::string_view id) const;
  static Timeline user_steps(const std::vector<Dated>& dated, facts::Dictionary& users);
  Timeline account_steps(const std::vector<Dated>& dated);

  Index accounts_by_ref_, contacts_by_ref_, accounts_by_contact_;
  std::unordered_map<std::string_view, std::string_view> merged_into_;  ///< no circles
  std::unordered_set<std::string_view> matched_;
  std::unordered_set<std::string_view> excluded_;
  std::unordered_set<std::string_view> excluded_users_;
};

}  // namespace kenko::identity
