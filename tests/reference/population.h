// tests/reference/population.h
//
// docs/SEMANTICS.md#population and #observation: which days an account is alive, in which life, with which status, and
// since when an event name is observed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reference/company.h"

namespace kenko::reference {

/// An account on one day.
struct DayOfLife {
  bool in_life = false;   ///< between the first and the last day of a life (alive or not yet `started`)
  Day life_first;         ///< when in_life
  bool alive = false;     ///< there is a row
  std::string status;     ///< when alive: internal, churned, paused, trial, notice, onboarding, active
  bool fact_day = false;  ///< #roll-up 5

  [[nodiscard]] bool scored() const { return status == "active" || status == "onboarding" || status == "notice"; }
};

/// The days of an account, from its first fact to `until`.
class Biography {
 public:
  Biography(const Company& company, const Account& account, Day until);

  [[nodiscard]] std::optional<Day> first_fact_day() const { return first_; }
  /// A day outside the biography is no day of a life.
  [[nodiscard]] const DayOfLife& on(Day d) const;
  /// #observation 2.  `life_first` is the first day of the life that holds d.
  [[nodiscard]] Day account_start(Day d, Day life_first) const;
  /// The earliest day on which any source that emits `name` observes the account, as of d; nullopt = not observed by d.
  [[nodiscard]] std::optional<Day> observed_from(const std::string& name, Day d, Day life_first) const;

 private:
  [[nodiscard]] std::optional<Day> find_first_fact_day() const;
  [[nodiscard]] std::optional<Day> started(Day d) const;
  [[nodiscard]] bool start_event_between(Day after, Day until) const;
  [[nodiscard]] std::optional<Day> last_day_by(const Event& churned) const;
  [[nodiscard]] bool life_is_over(Day d, Day life_first, bool contract_counted) const;
  [[nodiscard]] bool life_begins(Day d) const;
  [[nodiscard]] std::string status(Day d, Day life_first, bool contract_counted) const;
  [[nodiscard]] const Event* last_event(const std::string& name, Day d, Day life_first) const;
  [[nodiscard]] bool is_fact_day(Day d) const;
  void collect_milestones();
  void collect_touches();

  const Company& company_;
  const Account& account_;
  std::optional<Day> first_;
  std::vector<DayOfLife> days_;
  std::vector<const Event*> milestones_;  ///< the events that population speaks of, ascending by (at, source, id)
  std::map<std::string, std::vector<Day>> touches_;  ///< by source: the days with a fact of it, ascending
};

}  // namespace kenko::reference
