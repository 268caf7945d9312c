#include "team/team.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/decimal.h"
#include "team/fold_name.h"

namespace kenko::team {
namespace {

bool fits(const AssignRule& rule, const AssignInput& account) {
  return std::all_of(
      rule.conditions.begin(), rule.conditions.end(), [&account](const AssignRule::Condition& condition) {
        const std::string value = fold_name(account.*condition.property);
        return std::find(condition.values.begin(), condition.values.end(), value) != condition.values.end();
      });
}

}  // namespace

const std::vector<std::pair<std::string, std::string_view AssignInput::*>>& assign_keys() {
  static const std::vector<std::pair<std::string, std::string_view AssignInput::*>> keys = {
      {"segment", &AssignInput::segment},     {"stage", &AssignInput::stage}, {"band", &AssignInput::band},
      {"territory", &AssignInput::territory}, {"touch", &AssignInput::touch}, {"status", &AssignInput::status}};
  return keys;
}

std::vector<std::string> names_of(const Person& person) {
  std::vector<std::string> out;
  for (const std::string* text : {&person.id, &person.name, &person.email}) {
    if (!text->empty()) out.push_back(fold_name(*text));
  }
  for (const std::string& text : person.also) out.push_back(fold_name(text));
  return out;
}

Team::Team(std::vector<Person> people, std::vector<AssignRule> rules, std::vector<PersonId> data)
    : people_(std::move(people)), rules_(std::move(rules)), data_(std::move(data)) {
  for (uint32_t i = 0; i < people_.size(); ++i) {
    KENKO_CHECK(i == 0 || people_[i - 1].id < people_[i].id, "{} stands after {}", people_[i].id, people_[i - 1].id);
    for (const std::string& name : names_of(people_[i])) {
      const PersonId known = names_.emplace(name, PersonId{i}).first->second;
      KENKO_CHECK(known.index == i, "{} is both {} and {}", name, people_[known.index].id, people_[i].id);
    }
  }
}

const Person& Team::person(PersonId id) const {
  KENKO_CHECK(id.index < people_.size(), "person {} of {}", id.index, people_.size());
  return people_[id.index];
}

std::optional<PersonId> Team::find(std::string_view text) const {
  const auto it = names_.find(fold_name(text));
  return it == names_.end() ? std::nullopt : std::optional(it->second);
}

std::vector<PersonId> Team::with_role(std::string_view role) const {
  const std::string wanted = fold_name(role);
  std::vector<PersonId> out;
  for (uint32_t i = 0; i < people_.size(); ++i) {
    const auto& roles = people_[i].roles;
    if (std::find(roles.begin(), roles.end(), wanted) != roles.end()) out.push_back({i});
  }
  return out;
}

std::vector<std::string> Team::roles() const {
  std::set<std::string> out;
  for (const Person& person : people_) out.insert(person.roles.begin(), person.roles.end());
  return {out.begin(), out.end()};
}

bool Team::gone_on(PersonId id, Day d) const {
  const Person& who = person(id);
  return who.until && *who.until < d;
}

bool Team::present_on(PersonId id, Day d) const {
  const auto& absences = person(id).absences;
  return !gone_on(id, d) &&
         std::none_of(absences.begin(), absences.end(), [d](const Absence& a) { return a.days.contains(d); });
}

// Who stands in for somebody who is not there; of several absences on a day the first that names somebody counts.
std::optional<PersonId> Team::stand_in(PersonId id, Day d) const {
  const Person& who = person(id);
  if (gone_on(id, d)) return who.successor;
  for (const Absence& absence : who.absences) {
    if (absence.days.contains(d) && absence.delegate) return absence.delegate;
  }
  return who.delegate;
}

std::optional<PersonId> Team::delegate_on(PersonId id, Day d) const {
  for (std::optional<PersonId> responsible = id; responsible; responsible = manager_of(*responsible)) {
    std::set<PersonId> seen;
    for (auto at = responsible; at && seen.insert(*at).second; at = stand_in(*at, d)) {
      if (present_on(*at, d)) return at;
    }
  }
  return std::nullopt;
}

std::optional<PersonId> Team::assignee(const AssignInput& account, Day d, const Load& load) const {
  for (const AssignRule& rule : rules_) {
    if (!fits(rule, account)) continue;
    std::optional<PersonId> best;
    bool best_present = false;
    int64_t best_load = 0;
    for (const PersonId id : rule.to) {
      const Person& who = person(id);
      if (who.capacity_micros == 0 || gone_on(id, d)) continue;
      const bool present = present_on(id, d);
      if (best && best_present && !present) continue;
      const int64_t has = load(id);
      const bool lighter =
          !best || Int128{has} * person(*best).capacity_micros < Int128{best_load} * who.capacity_micros;
      if (!lighter && present == best_present) continue;
      best = id;
      best_present = present;
      best_load = has;
    }
    if (best) return best;
  }
  return std::nullopt;
}

}  // namespace kenko::team
