#include "identity/references.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "identity/merges.h"

namespace kenko::identity {
namespace {

std::string reference_key(std::string_view source, std::string_view ref) {
  std::string key(source);
  key += '\0';
  key += ref;
  return key;
}

}  // namespace

uint32_t Timeline::at(Day day) const {
  if (steps_.empty()) return 0;
  const auto after =
      std::upper_bound(steps_.begin(), steps_.end(), day, [](Day d, const Step& step) { return d < step.from; });
  return after == steps_.begin() ? steps_.front().target : std::prev(after)->target;
}

References::References(const std::vector<facts::IdentityFact>& identities,
                       const std::vector<facts::MembershipFact>& memberships, const facts::Settings& settings) {
  for (const facts::SourceSettings& source : settings.sources) {
    if (source.accounts == facts::AccountIds::matched) matched_.insert(source.name);
  }
  for (const std::string& id : settings.exclude_accounts) excluded_.insert(id);
  for (const std::string& ref : settings.exclude_users) excluded_users_.insert(ref);
  for (const facts::IdentityFact& fact : identities) {
    if (fact.kind == facts::EntityKind::contract || is_merge(fact)) continue;
    Index& index = fact.kind == facts::EntityKind::account ? accounts_by_ref_ : contacts_by_ref_;
    index[reference_key(fact.source, fact.external_id)].push_back(
        {fact.valid_from.value_or(Day::kMin), fact.recorded.seq, fact.id});
  }
  for (const facts::MembershipFact& fact : memberships) {
    accounts_by_contact_[fact.contact].push_back(
        {fact.valid_from.value_or(Day::kMin), fact.recorded.seq, fact.account});
  }
  merged_into_ = account_merges(identities);
  settle(accounts_by_ref_);
  settle(contacts_by_ref_);
  settle(accounts_by_contact_);
}

// Sorts each list and leaves one target a day: the one with the greatest seq (then, so that nothing depends on the
// order of the rows, the greatest id).
void References::settle(Index& index) {
  for (auto& [key, list] : index) {
    std::sort(list.begin(), list.end(), [](const Dated& a, const Dated& b) {
      return std::tie(a.from, a.seq, a.target) < std::tie(b.from, b.seq, b.target);
    });
    size_t kept = 0;
    for (size_t i = 0; i < list.size(); ++i) {
      if (i + 1 < list.size() && list[i + 1].from == list[i].from) continue;
      list[kept++] = list[i];
    }
    list.resize(kept);
  }
}

std::string_view References::merged(std::string_view id) const {
  const auto found = merged_into_.find(id);
  return found == merged_into_.end() ? id : found->second;
}

Timeline References::user_steps(const std::vector<Dated>& dated, facts::Dictionary& users) {
  Timeline result;
  for (const Dated& step : dated) result.add(step.from, users.intern(step.target));
  return result;
}

Timeline References::account_steps(const std::vector<Dated>& dated) {
  Timeline result;
  for (const Dated& step : dated) result.add(step.from, accounts.intern(merged(step.target)));
  return result;
}

bool References::is_matched(std::string_view source) const { return matched_.contains(source); }

Timeline References::account_timeline(std::string_view source, std::string_view ref) {
  Timeline result;
  if (!is_matched(source)) {
    result.add(Day::kMin, accounts.intern(merged(ref)));
    return result;
  }
  const auto found = accounts_by_ref_.find(reference_key(source, ref));
  return found == accounts_by_ref_.end() ? result : account_steps(found->second);
}

uint32_t References::account(std::string_view source, std::string_view ref, Day day) {
  if (!is_matched(source)) return accounts.intern(merged(ref));
  return account_timeline(source, ref).at(day);
}

Timeline References::user_timeline(std::string_view source, std::string_view ref) {
  const auto found = contacts_by_ref_.find(reference_key(source, ref));
  if (found != contacts_by_ref_.end()) return user_steps(found->second, users);
  Timeline result;
  // A user of its own sorts by (ref, source): the NUL stands below every byte of a text.
  result.add(Day::kMin, users.intern(is_matched(source) ? reference_key(ref, source) : std::string(ref)));
  return result;
}

uint32_t References::user(std::string_view source, std::string_view ref, Day day) {
  return user_timeline(source, ref).at(day);
}

std::vector<facts::ContactRow> References::contacts() {
  std::vector<facts::ContactRow> rows;
  for (const auto& [contact, dated] : accounts_by_contact_) {
    if (excluded_user(contact)) continue;
    const uint32_t user = users.intern(contact);
    for (size_t i = 0; i < dated.size();) {
      const Day from = i == 0 ? Day::kMin : dated[i].from;
      const std::string_view account = merged(dated[i].target);
      while (i < dated.size() && merged(dated[i].target) == account) ++i;
      if (excluded_.contains(account)) continue;
      rows.push_back({accounts.intern(account), user, from, i < dated.size() ? dated[i].from - 1 : Day::kMax});
    }
  }
  return rows;
}

Timeline References::membership_timeline(uint32_t user) {
  const auto found = accounts_by_contact_.find(std::string(users.text(user)));
  return found == accounts_by_contact_.end() ? Timeline() : account_steps(found->second);
}

}  // namespace kenko::identity
