// sim/life.h
//
// Lives the hidden life of one account, week by week: its state, and what is decided out of it.
#pragma once

#include <optional>
#include <vector>

#include "sim/names.h"
#include "sim/world.h"

namespace kenko::sim {

/// The life of one account.  Fills weeks, contacts, contracts, outcomes, decisions, subscriptions and goal notes.
/// Ownership: refers to the account and the names, which must outlive it.  Threads: one.
class Life {
 public:
  Life(const CompanyOptions& options, Account& account, FreshNames& names, Random random);
  void live();

 private:
  // life.cpp: the state
  void begin();
  void add_contact(std::string_view role, Day since);
  void step(Day week, int number);
  void drift(State& s);
  void change_sponsor(Day week);
  void change_power_users();
  void pursue_goals(Day week, int number);
  void begin_goal(Day week);
  [[nodiscard]] std::optional<double> churn_within_90_days(Day week) const;
  [[nodiscard]] Day day_in(Day week, Day first_possible);

  // dealings.cpp: what is decided
  void first_contracts();
  void decide(Day week);
  void decide_renewal(Day d);
  void renew(Day d);
  void expand(Day d);
  void leave(Day d, bool told, Day effective, bool voluntary, std::string reason);
  void pause(Day week);
  void plan_decision();
  [[nodiscard]] std::string reason_to_leave();
  [[nodiscard]] Day monthly_end_after(Day d) const;
  [[nodiscard]] ContractVersion& line(size_t i) { return account_.contracts[lines_[i]]; }
  void subscribe(Day on, std::string_view type, const ContractVersion& contract);
  [[nodiscard]] ContractVersion new_contract(std::string product, Day start, int64_t arr_cents, int seats);
  [[nodiscard]] bool open_to_change(Day d) const;

  const CompanyOptions& options_;
  Account& account_;
  FreshNames& names_;
  Random random_;
  Day last_day_;
  State state_;
  int decline_weeks_ = 0;  ///< left of a time in which all goes wrong
  int result_week_ = 25;   ///< of a goal's cycle
  std::string goal_;
  int64_t seat_price_cents_ = 0;  ///< a year
  std::vector<size_t> lines_;     ///< the newest version of each product's running contract; core first
  Day decision_;                  ///< of the next renewal
  Day settled_until_;             ///< no more dealings up to this day: a renewal is signed and has not begun
};

}  // namespace kenko::sim
