#include "verify/planted_model.h"

namespace kenko::verify {
namespace {

constexpr const char* kHead = R"(kenko: 1
model: random
min_coverage: 10%
too_new: 5d
band_margin: 3
band_dwell: 2d
quantiles_within: segment
let: {month: 28d, top_plan: pro}
dimensions:
  use:
    weight: 3
    dimensions:
      least: {weight: 2, rollup: min}
      most: {weight: 1, rollup: max}
  money: {weight: 2}
  extra: {weight: 1, rollup: points, start: 40}
metrics:
)";

// Events, people, recency.
constexpr const char* kEvents = R"(
  count: {dimension: use, value: 'count(login[month])', curve: {0: 0, 8: 60, 20: 100}, min_observed: 3d}
  sum: {dimension: money, value: 'sum(invoice.paid[month], value)', curve: {0: 0, 2000: 100}, min_observed: 3d, missing: zero}
  mean: {dimension: money, value: 'mean(nps.answered[month], value)', curve: {-10: 0, 900: 100}, min_observed: 3d, missing: {hold: 6d}}
  min_of_events: {dimension: money, value: 'min(invoice.paid[month], value)', curve: {0: 0, 300: 100}, min_observed: 3d}
  max_of_events: {dimension: money, value: 'max(feature.used[month], amount)', curve: {0: 0, 10: 100}, min_observed: 3d}
  decayed_count: {value: 'decayed_count(login, steps: [9d: 1, 20d: 0.5])', min_observed: 3d}
  decayed_sum: {value: 'decayed_sum(feature.used, score, steps: [9d: 1, 20d: 0.5])', min_observed: 3d}
  median: {value: 'median(feature.used[month], amount)', min_observed: 3d}
  quantile: {value: 'quantile(feature.used[month], amount, 90%)', min_observed: 3d}
  first: {value: 'first(feature.used[14d], amount)', min_observed: 3d}
  last: {value: 'last(feature.used[14d], amount)', min_observed: 3d}
  current: {value: 'current(pulse.set, value)', min_observed: 3d}
  distinct: {dimension: use, value: 'distinct(login[month], user)', curve: {0: 0, 3: 100}, young: partial}
  active_days: {dimension: use, value: 'active_days(login[month])', curve: {none: 0, weekly: 50, daily: 100}, min_observed: 3d}
  users_with: {value: 'users_with(login[month], days: 2)', min_observed: 3d}
  contact_health: {value: 'contact_health(login[month], roles: [champion: 3, sponsor: 2, user: 1, buyer: 0.5])', min_observed: 3d}
  days_since: {dimension: least, value: 'days_since(login)', curve: {0: 100, 30: 0}, min_observed: 3d}
  streak: {dimension: least, value: 'streak(login, 3d)', curve: {hill: {half: 2, power: 2}}, min_observed: 3d}
  longest_gap: {dimension: most, value: 'longest_gap(login[month])', curve: {0: 90, 14: 10}, min_observed: 3d}
  slope: {dimension: most, value: 'slope(login[3w])', curve: {points: {-1: 20, 1: 60}, ends: open}, min_observed: 3d}
  change: {value: 'change(count(login[7d]), 7d)', min_observed: 3d}
  same_period_last_year: {value: 'same_period_last_year(count(login[month]))', min_observed: 3d}
  vs_own_baseline: {value: 'vs_own_baseline(count(login[7d]), 5w)', min_observed: 3d}
  against_itself: {dimension: money, value: 'count(feature.used[7d])', curve: {baseline: {-2: 0, 2: 100}, over: 5w}, min_observed: 3d}
  place: {dimension: money, value: 'count(feature.used[14d])', curve: {percentile: {0%: 0, 100%: 100}}, min_observed: 3d}
  champions: {dimension: extra, value: 'count((login or feature.used){user.role = "champion"}[month])', each: 1.5, at_most: 12, min_observed: 3d}
  topics: {dimension: extra, value: 'count(ticket.opened{about("billing") and sentiment(text) < 0.5}[month])', each: -3, min_observed: 3d}
)";

// Open things, the account, values.
constexpr const char* kThings = R"(
  open: {value: 'open(ticket.opened, ticket.solved, by: ticket)', min_observed: 3d}
  open_age: {value: 'open_age(ticket.opened, ticket.solved, by: ticket)', min_observed: 3d}
  missed: {value: 'missed(invoice.issued, invoice.paid, by: invoice, due: due_on)', min_observed: 3d}
  overdue_days: {value: 'overdue_days(invoice.issued, invoice.paid, by: invoice, due: due_on)', min_observed: 3d}
  overdue_amount: {value: 'overdue_amount(invoice.issued, invoice.paid, by: invoice, due: due_on)', min_observed: 3d}
  days_late: {value: 'days_late(invoice.issued[91d], invoice.paid, by: invoice)', min_observed: 3d}
  completion: {value: 'completion(workflow.started[month], workflow.completed, by: run)', min_observed: 3d}
  time_between: {value: 'time_between(ticket.opened[month], ticket.solved, by: ticket)', min_observed: 3d}
  attr: {dimension: money, value: 'attr(size)', curve: {steps: {0: 10, 5: 60, 12: 90}}, missing: {score: 30}}
  days_until: {value: 'days_until(go_live)'}
  seats: {value: 'seats("base")'}
  arr: {value: 'arr("base")'}
  term_months: {value: 'term_months()'}
  days_into_term: {value: 'days_into_term()'}
  days_to_renewal: {value: 'days_to_renewal()'}
  tenure: {value: 'tenure()'}
  children: {value: 'children(tenure(), sum)'}
  percentile: {value: 'percentile(count(login[14d]))', min_observed: 3d}
  log1p: {value: 'log1p(count)'}
  min: {value: 'min(count, 4)'}
  max: {value: 'max(count, 4)'}
  clamp: {value: 'clamp(count, 2, 6)'}
  if: {value: 'if(count > 3, count, 0 - distinct)'}
  coalesce: {value: 'coalesce(mean, 5)'}
  plan: {dimension: use, value: 'attr(plan)', curve: {category: {pro: 90, free: 20}, other: 50}}
  busy: {dimension: use, value: 'count > 3', curve: {category: {true: 80, false: 30}}}
)";

constexpr const char* kRules = R"(
triggers:
  a_rise: {when: 'count(feature.used[2d]) > 0', points: 45}
  b_complaint: {when: 'count(ticket.opened[1d]) > 0', points: -9.5, for: 9d, stack: 3}
  c_limit: {when: 'count(ticket.opened[3d]) > 1', cap: 55, until: 'count(ticket.solved[2d]) > 0'}
  d_once: {when: 'count(message.sent[2d]) > 1', points: -40, for: 4d, once: true}
segments:
  big: {when: 'attr(size) > 6', weights: {count: 4, plan: 0}, bands: {low: {quantile: 0%}, mid: {quantile: 40%}, high: {quantile: 75%}}}
  vip: {when: 'attr(vip) or attr(size) > 3', until: 2035-01-01, curves: {attr: {steps: {0: 90, 5: 10}}}, triggers: {a_rise: {points: 20}, d_once: off}}
stages:
  fresh: {when: 'tenure() < 45', weights: {count: 1, money: 1}, bands: {red: {from: 0}, green: {from: 40}}}
  later: {when: 'tenure() < 120'}
accounts: {status: [trial, onboarding, active], when: 'tenure() > 3'}
hierarchy: {own: 2, worst: 1, mean: 1, value_weighted: 1, poor_by_count: 1, poor_by_value: 1, poor_below: 50}
bands: {red: {from: 0}, orange: {from: 30}, yellow: {from: 55}, green: {from: 75}}
)";

}  // namespace

std::string planted_model() {
  std::string out = kHead;
  out += std::string(kEvents).substr(1) + std::string(kThings).substr(1) + std::string(kRules).substr(1);
  return out;
}

}  // namespace kenko::verify
