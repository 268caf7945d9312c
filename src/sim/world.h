// sim/world.h
//
// What the simulation knows: the accounts, their hidden state week by week, and what was decided.  Exports show only
// consequences of it; the truth files show it as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "sim/company.h"

namespace kenko::sim {

enum class Kind : uint8_t { customer, trial_converted, trial_lost, paused, internal };
enum class Segment : uint8_t { smb, mid, enterprise };
enum class Region : uint8_t { us, eu, uk, jp };
enum class Goals : uint8_t { none, open, reached, missed };

[[nodiscard]] std::string_view word(Kind kind);
[[nodiscard]] std::string_view word(Segment segment);
[[nodiscard]] std::string_view word(Region region);
[[nodiscard]] std::string_view word(Goals goals);
[[nodiscard]] std::string_view currency_of(Region region);

/// `day` moved by calendar months; the day of the month is cut to the month's length.
[[nodiscard]] Day add_months(Day day, int months);

/// The hidden state of an account in one week.
///
/// Units: `vigour` is unbounded, about 0.3 on average with deviation 1; health = 100 * share(vigour).  `penetration` is
/// the
///        share of bought seats whose users really work with the product.
struct State {
  double vigour = 0;
  bool sponsor = false;  ///< an active executive sponsor
  int power_users = 0;
  Goals goals = Goals::none;
  int integrations = 0;
  double penetration = 0;
};
/// The logistic function: a number between 0 and 1.
[[nodiscard]] double share(double vigour);

/// A week of an account's hidden life.
struct Week {
  Day first;
  State state;
  std::optional<double>
      churn_90d;  ///< chance of notice within 90 days; nullopt = not a free customer (trial, under notice, paused)
};

/// One version of a contract.  Units: cents of the account's currency per year.
struct ContractVersion {
  std::string id;
  std::string product;
  Day start;
  Day end;
  bool auto_renew = false;
  int term_months = 12;
  int64_t arr_cents = 0;
  int seats = 0;  ///< 0 = the product has no seats
  bool ended = false;
  std::string replaces;
  std::optional<Day> notice;
  std::optional<Day> valid_from;
};

struct Outcome {
  std::string type;
  Day at;
  std::optional<Day> notice_at;
  std::optional<Day> effective_at;
  int64_t amount_cents = -1;  ///< negative = none
  bool voluntary = true;
  std::string reason;  ///< empty = none
  std::string contract_id;
};

/// A decision with the probability that it was drawn with, for the truth files.
struct Decision {
  Day at;
  std::string_view what;  ///< renew, churn, expand
  double probability = 0;
  State state;
};

/// Something billing knows about: what an account pays for a product from a day on.  Units: cents a month.
struct SubscriptionChange {
  Day on;
  std::string_view type;
  std::string product;
  int64_t mrr_cents = 0;
  int seats = 0;
};

struct Contact {
  std::string id;
  std::string name;
  std::string_view role;
  std::string email;
  std::string user_key;
  Day since;
  std::optional<Day> left;

  [[nodiscard]] bool here(Day d) const { return since <= d && (!left || d <= *left); }
};

/// A goal or its result, as the customer success manager would note it.
struct GoalNote {
  Day at;
  std::string_view what;  ///< goal.set, goal.reached, goal.missed, milestone.due, milestone.done
  std::string detail;
};

/// One account, complete: who it is, its hidden life, and what was decided.
///
/// Invariants: started <= every day of its life <= last_day(); weeks are consecutive.
/// Ownership:  plain value.
struct Account {
  // Who it is
  std::string id;           ///< CRM
  std::string account_key;  ///< product analytics
  std::string second_key;   ///< after it was moved; empty = never
  Day second_key_from;
  std::string customer_no;  ///< billing
  std::string org_id;       ///< help desk
  std::string name;
  std::string domain;
  std::string parent_id;
  std::string plan;
  std::string industry;
  Kind kind = Kind::customer;
  Segment segment = Segment::smb;
  Region region = Region::us;
  int employees = 0;
  Day started;
  std::optional<Day> trial_end;  ///< last day of the trial
  Day contract_start;            ///< of the first contract in the export
  int term_months = 12;
  bool auto_renew = true;
  int billing_months = 12;
  std::optional<Day> paused_from, paused_to;  ///< both included
  std::vector<std::pair<Day, int>> owners;    ///< from a day on: number of the customer success manager
  bool removed_from_crm = false;

  // Its nature
  double base = 0;         ///< where its vigour returns to, before the drivers
  int power_limit = 0;     ///< power users when all goes well
  double seat_share = 0;   ///< added to penetration
  bool has_plan = false;   ///< keeps a success plan with goals
  int goal_offset = 0;     ///< weeks
  double punctuality = 0;  ///< days paid late, on average, when healthy

  // Its life
  int first_seats = 0;
  int seats = 0;  ///< while simulating: of now; afterwards: the last
  std::vector<std::pair<Day, int>> seat_steps;
  std::vector<Week> weeks;
  std::vector<Contact> contacts;
  std::vector<ContractVersion> contracts;
  std::vector<Outcome> outcomes;
  std::vector<Decision> decisions;
  std::vector<SubscriptionChange> subscriptions;
  std::vector<GoalNote> goal_notes;
  std::optional<Day> notice_at;
  std::optional<Day> effective_at;  ///< last day as a customer
  std::optional<Day> leaving_from;  ///< day on which leaving was decided, told or not
  bool voluntary = true;
  std::string reason;

  [[nodiscard]] const Week* week_of(Day d) const;  ///< nullptr outside its life
  [[nodiscard]] bool lives(Day d) const;           ///< started, not gone, not a trial that ended
  [[nodiscard]] bool paused(Day d) const { return paused_from && *paused_from <= d && d <= *paused_to; }
  [[nodiscard]] int seats_on(Day d) const;
  /// How much of its usual activity an account shows: 1, falling once it decided to leave; 0 when paused or gone.
  [[nodiscard]] double activity(Day d) const;
  [[nodiscard]] std::string_view key_on(Day d) const;
  [[nodiscard]] const Contact* contact(Day d, std::string_view role) const;  ///< the first who is there; nullptr = none
};

/// The whole company.
struct World {
  CompanyOptions options;
  std::vector<Account> accounts;  ///< in order of id

  [[nodiscard]] Day last_day() const { return options.first_day + (options.days - 1); }
};

/// Makes the accounts and lives their lives.
[[nodiscard]] World make_world(const CompanyOptions& options);

}  // namespace kenko::sim
