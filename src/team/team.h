// team/team.h
//
// Who looks after customers: people, who stands in for whom, and who gets an account that nobody has.  docs/TEAM.md
// says the rules in prose.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "calendar/work_calendar.h"

namespace kenko::team {

/// A person of a Team: a position in it.  Positions follow the ids (bytes), so that order by one is order by the other.
struct PersonId {
  uint32_t index = 0;
  friend auto operator<=>(const PersonId&, const PersonId&) = default;
};

/// Days on which somebody does not work, first and last included.
struct Absence {
  calendar::Spell days;              ///< to Day::kMax where the end is not known
  std::optional<PersonId> delegate;  ///< who stands in; none = the person's own one, else nobody
};

/// Somebody of the team.
///
/// Null rule: an empty e-mail address = none is known.  Ownership: plain value.
struct Person {
  std::string id;
  std::string name;  ///< the id where the file has none
  std::string email;
  std::vector<std::string> also;   ///< what other systems call this person
  std::vector<std::string> roles;  ///< folded (fold_name)
  calendar::RegionId region;
  std::optional<PersonId> manager;
  std::optional<PersonId> delegate;   ///< stands in for every absence that names nobody
  std::vector<Absence> absences;      ///< in file order
  std::optional<Day> until;           ///< the last day with the company
  std::optional<PersonId> successor;  ///< who has the work after it
  int64_t capacity_micros =
      1'000'000;  ///< how much fits, in millionths of whatever the file counts in; 0 = nothing new
};

/// What an account is like, for the rules that assign it.  Empty = null.  Points to the caller's texts.
struct AssignInput {
  std::string_view segment = {}, stage = {}, band = {}, territory = {}, touch = {}, status = {};
};

/// `{segment: enterprise, territory: [DACH, Nordics], to: [anna, bert]}`.
struct AssignRule {
  struct Condition {
    std::string_view AssignInput::* property;
    std::vector<std::string> values;  ///< folded; one of them
  };
  std::vector<Condition> conditions;  ///< all of them; none = every account
  std::vector<PersonId> to;           ///< ascending, not empty
};

/// The keys of a rule with what they look at.
[[nodiscard]] const std::vector<std::pair<std::string, std::string_view AssignInput::*>>& assign_keys();

/// The people and the rules of team.yaml.
///
/// Invariants: people ascend by id; no name of one leads to another; nobody is their own manager, however far up.
/// Ownership:  plain value.  Threads: immutable, safe to use from many.
class Team {
 public:
  /// How much somebody has: any unit that is the same for all, not negative.
  using Load = std::function<int64_t(PersonId)>;

  Team() = default;
  /// Requires the invariants; positions refer to `people`.
  Team(std::vector<Person> people, std::vector<AssignRule> rules, std::vector<PersonId> data);

  [[nodiscard]] bool empty() const { return people_.empty(); }
  [[nodiscard]] const std::vector<Person>& people() const { return people_; }
  [[nodiscard]] const Person& person(PersonId id) const;
  [[nodiscard]] const std::vector<AssignRule>& rules() const { return rules_; }
  /// Who minds the data feeds; in the order of the file, may be empty.
  [[nodiscard]] const std::vector<PersonId>& data() const { return data_; }

  /// The person whom a text of another system means: an id, a name, an e-mail address or one of `also`, folded. nullopt
  /// for somebody outside of the team and for no text: the caller lists the account as one without an owner.
  [[nodiscard]] std::optional<PersonId> find(std::string_view text) const;
  /// Everybody with a role, ascending; empty when nobody has it.
  [[nodiscard]] std::vector<PersonId> with_role(std::string_view role) const;
  /// All roles that somebody has, ascending.
  [[nodiscard]] std::vector<std::string> roles() const;

  [[nodiscard]] std::optional<PersonId> manager_of(PersonId id) const { return person(id).manager; }
  /// No longer with the company on `d`.
  [[nodiscard]] bool gone_on(PersonId id, Day d) const;
  /// Neither gone nor absent.  Weekends and holidays are the calendar's matter.
  [[nodiscard]] bool present_on(PersonId id, Day d) const;
  /// Who acts for somebody on `d`: the person, when present; else along the delegates (of the absence, else of the
  /// person; a successor after the last day) to the first one present; when that leads to nobody or in a circle, the
  /// same for the manager, and so on.  nullopt when nobody is left.
  [[nodiscard]] std::optional<PersonId> delegate_on(PersonId id, Day d) const;

  /// Whose an account without an owner is on `d`: of the first rule that fits and has somebody with capacity who is not
  /// gone, the least loaded relative to capacity, those present before those absent, ties by id.  nullopt when no rule
  /// has anybody.
  [[nodiscard]] std::optional<PersonId> assignee(const AssignInput& account, Day d, const Load& load) const;

 private:
  [[nodiscard]] std::optional<PersonId> stand_in(PersonId id, Day d) const;

  std::vector<Person> people_;
  std::vector<AssignRule> rules_;
  std::vector<PersonId> data_;
  std::map<std::string, PersonId, std::less<>> names_;  // folded
};

/// Every text that leads to a person, folded: what find() knows.
[[nodiscard]] std::vector<std::string> names_of(const Person& person);

}  // namespace kenko::team
