// plays/staff.h
//
// Who does a step.  Private to this folder.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "alerts/account_day.h"
#include "plays/advance.h"

namespace kenko::plays {

/// People on one closed day.  Ownership: refers to all it is made of.
class Staff {
 public:
  Staff(const State& state, const Setup& setup, const alerts::ClosedDay& day);

  /// The day on which the day was closed, in the workspace's zone.
  [[nodiscard]] Day local() const { return local_; }
  /// Whose a step is; empty = nobody's.  Not for automatic ones.
  [[nodiscard]] std::string person(const Role& role, const alerts::AccountDay& row) const;
  /// Who acts for somebody today; empty = nobody.
  [[nodiscard]] const std::string& present(const std::string& person) { return today(person).present; }
  /// Is no longer, or not yet, of the team.
  [[nodiscard]] bool gone(const std::string& person) { return today(person).gone; }
  [[nodiscard]] calendar::RegionId region(const std::string& person) const;
  /// Counts one more task.
  void burden(const std::string& person) { ++load_[person]; }

 private:
  /// What the day says of a person, looked up once.
  struct Today {
    std::string present;
    bool gone = false;
  };
  [[nodiscard]] const Today& today(const std::string& person);
  [[nodiscard]] std::string owner(const alerts::AccountDay& row) const;
  [[nodiscard]] int64_t load(team::PersonId id) const;

  const Setup& setup_;
  const alerts::ClosedDay& day_;
  Day local_;
  std::map<std::string, int64_t, std::less<>> load_;  // open tasks
  std::map<std::string, Today> today_;
};

}  // namespace kenko::plays
