#include "app/acting_people.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"

namespace kenko::app {
namespace {

std::set<std::string> with_team(const team::Team& team, team::PersonId top) {
  std::set<std::string> out;
  for (uint32_t i = 0; i < team.people().size(); ++i) {
    std::optional<team::PersonId> up = team::PersonId{i};
    while (up && *up != top) up = team.manager_of(*up);
    if (up) out.insert(team.people()[i].id);
  }
  return out;
}

// Everybody who is named anywhere.
std::vector<std::string> all_names(const Acting& acting) {
  std::set<std::string> out;
  for (const team::Person& p : acting.setup->team.people()) out.insert(p.id);
  for (const auto& row : acting.last.accounts) out.emplace(acting.last.text(row.owner));
  for (const alerts::Alert& a : acting.ledger.alerts()) out.insert({a.owner, a.assignee});
  for (const auto& [account, of] : acting.plays.state().accounts) {
    for (const plays::Enrolment& e : of.enrolments) {
      for (const plays::Task& t : e.tasks) out.insert({t.person, t.assignee});
    }
  }
  out.erase("");
  return {out.begin(), out.end()};
}

}  // namespace

Result<std::set<std::string>> people_meant(const Acting& acting, const std::string& name, bool team) {
  if (const auto person = acting.setup->team.find(name)) {
    if (team) return with_team(acting.setup->team, *person);
    return std::set<std::string>{acting.setup->team.person(*person).id};
  }
  const std::vector<std::string> known = all_names(acting);
  if (std::binary_search(known.begin(), known.end(), name)) return std::set<std::string>{name};
  return Problem{"unknown-person", {}, fmt::format("nobody is `{}`", name), text::did_you_mean(name, known), "",
                 Severity::error};
}

}  // namespace kenko::app
