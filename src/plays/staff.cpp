#include "plays/staff.h"

#include <optional>

namespace kenko::plays {

using alerts::AccountDay;
using team::PersonId;

Staff::Staff(const State& state, const Setup& setup, const alerts::ClosedDay& day) : setup_(setup), day_(day) {
  local_ = setup.calendar.region(calendar::WorkCalendar::default_region()).zone.day_of(day.at);
  for (const auto& [account, of] : state.accounts) {
    for (const Enrolment& enrolment : of.enrolments) {
      if (!enrolment.running()) continue;
      for (const Task& task : enrolment.tasks) {
        if (task.state == TaskState::open && !task.person.empty()) burden(task.person);
      }
    }
  }
}

int64_t Staff::load(PersonId id) const {
  const auto at = load_.find(setup_.team.person(id).id);
  return at == load_.end() ? 0 : at->second;
}

std::string Staff::owner(const AccountDay& row) const {
  if (setup_.owner) return setup_.owner(day_, row);
  const team::Team& team = setup_.team;
  if (team.empty()) return std::string(day_.text(row.owner));
  auto found = team.find(day_.text(row.owner));
  if (found && team.gone_on(*found, local_)) found = team.delegate_on(*found, local_);
  if (!found) {
    const team::AssignInput account{day_.text(row.segment),   day_.text(row.stage), day_.text(row.band),
                                    day_.text(row.territory), day_.text(row.touch), day_.text(row.status)};
    found = team.assignee(account, local_, [this](PersonId id) { return load(id); });
  }
  return found ? team.person(*found).id : "";
}

std::string Staff::person(const Role& role, const AccountDay& row) const {
  const team::Team& team = setup_.team;
  if (role.kind == Role::Kind::team) {
    std::optional<PersonId> best;
    for (const PersonId id : team.with_role(role.name)) {
      if (team.gone_on(id, local_)) continue;
      const bool better = !best || (team.present_on(id, local_) && !team.present_on(*best, local_)) ||
                          (team.present_on(id, local_) == team.present_on(*best, local_) && load(id) < load(*best));
      if (better) best = id;
    }
    return best ? team.person(*best).id : "";
  }
  const std::string of = owner(row);
  if (role.kind != Role::Kind::manager) return of;
  const auto found = team.find(of);
  if (!found) return "";
  const auto manager = team.manager_of(*found);
  return manager ? team.person(*manager).id : of;
}

const Staff::Today& Staff::today(const std::string& person) {
  const auto known = today_.find(person);
  if (known != today_.end()) return known->second;
  Today found{person, false};
  if (!person.empty() && !setup_.team.empty()) {
    const auto id = setup_.team.find(person);
    const auto there = id ? setup_.team.delegate_on(*id, local_) : std::nullopt;
    found.present = there ? setup_.team.person(*there).id : "";
    found.gone = !id || setup_.team.gone_on(*id, local_);
  }
  return today_.emplace(person, std::move(found)).first->second;
}

calendar::RegionId Staff::region(const std::string& person) const {
  const auto found = setup_.team.find(person);
  return found ? setup_.team.person(*found).region : calendar::WorkCalendar::default_region();
}

}  // namespace kenko::plays
