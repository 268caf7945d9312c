// Which references stand for something else than before.

#include <algorithm>
#include <set>

#include "identity/references.h"

namespace kenko::identity {
namespace {

ChangedReferences::Reference split(std::string_view key) {
  const size_t end = key.find('\0');
  return {std::string(key.substr(0, end)), std::string(key.substr(end + 1))};
}

// Calls f(key, list before, list after) for every key of the two; a missing list is empty.
template <typename Index, typename F>
void each_key(const Index& before, const Index& after, const F& f) {
  const typename Index::mapped_type none;
  for (const auto& [key, list] : before) {
    const auto other = after.find(key);
    f(key, list, other == after.end() ? none : other->second);
  }
  for (const auto& [key, list] : after) {
    if (!before.contains(key)) f(key, none, list);
  }
}

template <typename List>
bool same(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.from == y.from && x.target == y.target; });
}

template <typename List>
bool names(const List& list, const std::set<std::string_view>& ids) {
  return std::any_of(list.begin(), list.end(), [&ids](const auto& step) { return ids.contains(step.target); });
}

}  // namespace

ChangedReferences References::changed(const References& before, const References& after) {
  ChangedReferences out;
  std::set<std::string_view> moved;  // accounts that became another one, or no longer are
  for (const References* side : {&before, &after}) {
    for (const auto& [from, to] : side->merged_into_) {
      if (before.merged(from) != after.merged(from)) moved.insert(from);
    }
  }
  for (const std::string_view id : moved) out.accounts.push_back({"", std::string(id)});
  each_key(before.accounts_by_ref_, after.accounts_by_ref_, [&](const std::string& key, const auto& a, const auto& b) {
    if (!same(a, b) || names(a, moved) || names(b, moved)) out.accounts.push_back(split(key));
  });
  each_key(before.contacts_by_ref_, after.contacts_by_ref_, [&](const std::string& key, const auto& a, const auto& b) {
    if (!same(a, b)) out.users.push_back(split(key));
  });
  std::set<std::string_view> contacts;  // those who belong to other accounts than before
  each_key(before.accounts_by_contact_, after.accounts_by_contact_,
           [&](const std::string& contact, const auto& a, const auto& b) {
             if (!same(a, b) || names(a, moved) || names(b, moved)) contacts.insert(contact);
           });
  for (const std::string_view contact : contacts) out.loose.push_back({"", std::string(contact)});
  each_key(before.contacts_by_ref_, after.contacts_by_ref_, [&](const std::string& key, const auto& a, const auto& b) {
    if (names(a, contacts) || names(b, contacts)) out.loose.push_back(split(key));
  });
  return out;
}

}  // namespace kenko::identity
