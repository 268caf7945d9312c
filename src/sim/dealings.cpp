// What an account decides: contracts, notice, renewal, expansion, pause.
#include <algorithm>
#include <cmath>

#include "sim/laws.h"
#include "sim/life.h"

namespace kenko::sim {
namespace {

double currency_factor(Region region) {
  switch (region) {
    case Region::us:
      return 1;
    case Region::eu:
      return 0.92;
    case Region::uk:
      return 0.8;
    case Region::jp:
      return 150;
  }
  return 1;
}

double price_of(const std::string& plan) {
  return plan == "starter" ? 25 : plan == "team" ? 35 : plan == "business" ? 45 : 60;
}

/// Whole units of the currency.
int64_t whole_units(double cents) { return std::llround(cents / 100) * 100; }

}  // namespace

ContractVersion Life::new_contract(std::string product, Day start, int64_t arr_cents, int seats) {
  ContractVersion c;
  c.id = names_.id("800A00000", 6, kUpperAlphabet);
  c.product = std::move(product);
  c.start = start;
  c.end = add_months(start, account_.term_months) - 1;
  c.auto_renew = account_.auto_renew;
  c.term_months = account_.term_months;
  c.arr_cents = arr_cents;
  c.seats = seats;
  return c;
}

void Life::subscribe(Day on, std::string_view type, const ContractVersion& contract) {
  if (on < options_.first_day || on > last_day_) return;
  account_.subscriptions.push_back(
      {on, type, contract.product, type == "subscription.cancelled" ? 0 : contract.arr_cents / 12, contract.seats});
}

void Life::first_contracts() {
  Account& a = account_;
  seat_price_cents_ =
      whole_units(price_of(a.plan) * (0.9 + 0.25 * random_.uniform()) * currency_factor(a.region) * 1200);
  const int64_t arr = seat_price_cents_ * a.first_seats;
  ContractVersion core = new_contract("core", a.contract_start, arr, a.first_seats);
  if (a.term_months > 1 && a.contract_start > a.started && !a.trial_end) {
    ContractVersion before = new_contract("core", add_months(a.contract_start, -a.term_months),
                                          whole_units(0.96 * static_cast<double>(arr)), a.first_seats);
    before.end = a.contract_start - 1;
    core.replaces = before.id;
    a.contracts.push_back(std::move(before));
  }
  const auto add = [&](ContractVersion contract) {
    lines_.push_back(a.contracts.size());
    subscribe(contract.start, "subscription.started", contract);
    a.contracts.push_back(std::move(contract));
  };
  add(std::move(core));
  if (a.segment != Segment::smb && random_.chance(0.2)) {
    add(new_contract("premium_support", a.contract_start, whole_units(0.15 * static_cast<double>(arr)), 0));
  }
  if (a.segment != Segment::smb && random_.chance(0.2)) {
    add(new_contract("analytics", a.contract_start, whole_units(0.22 * static_cast<double>(arr)), 0));
  }
  plan_decision();
}

void Life::plan_decision() {
  const Day end = line(0).end;
  // With automatic renewal the deadline for notice lies 60 days before the end.
  const int64_t before = account_.auto_renew ? random_.between(60, 110) : random_.between(3, 35);
  decision_ = std::max({end - static_cast<int32_t>(before), options_.first_day + 1, line(0).start + 1});
  if (account_.paused(decision_)) decision_ = std::min(end, *account_.paused_to + 1);
}

Day Life::monthly_end_after(Day d) const {
  for (int months = 1;; ++months) {
    const Day end = add_months(account_.contract_start, months) - 1;
    if (end >= d + 10) return end;
  }
}

bool Life::open_to_change(Day d) const {
  return !account_.leaving_from && d > account_.contract_start && d <= last_day_ && d > settled_until_ &&
         !account_.paused(d);
}

void Life::decide(Day week) {
  Account& a = account_;
  if (lines_.empty()) return;
  const Day d = week + static_cast<int32_t>(random_.between(0, 6));
  const double leaves = a.term_months == 1 ? monthly_notice_chance(state_) : early_exit_chance(state_);
  // The same numbers are drawn whatever happens, so that one decision does not move the others.
  const bool insolvent = random_.chance(kInsolvencyPerWeek);
  const bool notice = random_.chance(leaves);
  const bool expands = random_.chance(expansion_chance(state_));
  if (insolvent && open_to_change(d)) return leave(d, true, d + 14, false, "insolvency");
  if (notice && open_to_change(d)) {
    a.decisions.push_back({d, "churn", leaves, state_});
    const Day effective = a.term_months == 1 ? monthly_end_after(d)
                                             : std::min(line(0).end, d + static_cast<int32_t>(random_.between(45, 75)));
    return leave(d, true, effective, true, reason_to_leave());
  }
  if (expands && open_to_change(d)) {
    a.decisions.push_back({d, "expand", expansion_chance(state_), state_});
    expand(d);
  }
  if (a.term_months > 1 && !a.leaving_from && week <= decision_ && decision_ <= week + 6 && decision_ <= last_day_)
    decide_renewal(decision_);
}

void Life::decide_renewal(Day d) {
  const double chance = renewal_churn_chance(state_);
  const bool leaves = random_.chance(chance);
  account_.decisions.push_back({d, leaves ? "churn" : "renew", chance, state_});
  if (!leaves) return renew(d);
  // Without automatic renewal about half just let it end.
  const bool told = account_.auto_renew || random_.chance(0.5);
  leave(d, told, line(0).end, true, reason_to_leave());
}

std::string Life::reason_to_leave() {
  const double u = random_.uniform();
  if (!state_.sponsor && u < 0.3) return "lost_sponsor";
  if (state_.goals == Goals::missed && u < 0.65) return "no_value";
  if (state_.vigour < -0.6 && u < 0.8) return "low_usage";
  return u < 0.87 ? "price" : u < 0.94 ? "competitor" : "support";
}

void Life::renew(Day d) {
  Account& a = account_;
  const Day old_end = line(0).end;
  Day signed_on = d;
  if (!a.auto_renew && random_.chance(0.2)) signed_on = old_end + static_cast<int32_t>(random_.between(1, 20));
  if (signed_on > last_day_) {  // the paper lies unsigned when the export ends
    decision_ = last_day_ + 1;
    return;
  }
  const bool fewer = state_.vigour < 0 && random_.chance(0.25);
  const int old_seats = line(0).seats;
  if (fewer) a.seats = std::max(2, static_cast<int>(old_seats * (0.7 + 0.2 * random_.uniform())));
  const double uplift = 1 + 0.01 * static_cast<double>(random_.between(0, 5));
  const Day start = old_end + 1;
  int64_t sum = 0, lost = 0;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const ContractVersion old = line(i);
    const double part = i == 0 ? static_cast<double>(a.seats) / old_seats : 1.0;
    ContractVersion next = new_contract(
        old.product, start, whole_units(static_cast<double>(old.arr_cents) * part * uplift), i == 0 ? a.seats : 0);
    next.replaces = old.id;
    if (signed_on > start) next.valid_from = signed_on;
    sum += next.arr_cents;
    lost += std::max<int64_t>(0, old.arr_cents - next.arr_cents);
    subscribe(std::max(start, signed_on), "subscription.renewed", next);
    lines_[i] = a.contracts.size();
    a.contracts.push_back(std::move(next));
  }
  a.outcomes.push_back({"account.renewed", signed_on, std::nullopt, start, sum, true, "", line(0).id});
  const Day from = std::max(start, signed_on);
  if (fewer && lost > 0 && from <= last_day_) {
    a.outcomes.push_back({"account.contracted", from, std::nullopt, std::nullopt, lost, true, "", line(0).id});
  }
  if (a.seats != old_seats) a.seat_steps.emplace_back(from, a.seats);
  settled_until_ = from;
  plan_decision();
}

void Life::expand(Day d) {
  Account& a = account_;
  const bool has_analytics =
      std::any_of(lines_.begin(), lines_.end(), [&](size_t i) { return a.contracts[i].product == "analytics"; });
  if (a.segment != Segment::smb && !has_analytics && random_.chance(0.35)) {
    ContractVersion extra = new_contract("analytics", d, whole_units(0.22 * static_cast<double>(line(0).arr_cents)), 0);
    if (a.term_months > 1) extra.end = line(0).end;
    a.outcomes.push_back({"account.expanded", d, std::nullopt, std::nullopt, extra.arr_cents, true, "", extra.id});
    subscribe(d, "subscription.started", extra);
    lines_.push_back(a.contracts.size());
    a.contracts.push_back(std::move(extra));
    return;
  }
  ContractVersion more = line(0);
  const int added = std::max(1, static_cast<int>(more.seats * (0.1 + 0.3 * random_.uniform())));
  const int64_t gain = seat_price_cents_ * added;
  more.seats += added;
  more.arr_cents += gain;
  more.valid_from = d;
  a.seats = more.seats;
  a.seat_steps.emplace_back(d, a.seats);
  a.outcomes.push_back({"account.expanded", d, std::nullopt, std::nullopt, gain, true, "", more.id});
  subscribe(d, "subscription.changed", more);
  lines_[0] = a.contracts.size();
  a.contracts.push_back(std::move(more));
}

void Life::leave(Day d, bool told, Day effective, bool voluntary, std::string reason) {
  Account& a = account_;
  a.leaving_from = d;
  if (told) a.notice_at = d;
  a.effective_at = effective;
  a.voluntary = voluntary;
  a.reason = std::move(reason);
  int64_t sum = 0;
  const std::vector<size_t> running = lines_;
  for (const size_t i : running) {
    sum += a.contracts[i].arr_cents;
    ContractVersion version = a.contracts[i];
    version.auto_renew = false;
    version.end = effective;
    version.notice = a.notice_at;
    if (told) {
      version.valid_from = d;
      a.contracts.push_back(version);
    }
    if (effective >= last_day_) continue;
    version.ended = true;
    version.valid_from = effective + 1;
    subscribe(effective, "subscription.cancelled", version);
    a.contracts.push_back(std::move(version));
  }
  const std::string core = a.contracts[running.front()].id;
  if (told) a.outcomes.push_back({"notice.given", d, d, effective, sum, voluntary, a.reason, core});
  if (effective <= last_day_)
    a.outcomes.push_back({"account.churned", effective, a.notice_at, effective, sum, voluntary, a.reason, core});
}

void Life::pause(Day week) {
  const Account& a = account_;
  if (!a.paused_from || a.leaving_from) return;
  const auto note = [&](Day d, const char* type) {
    if (week <= d && d <= week + 6 && d <= last_day_)
      account_.outcomes.push_back({type, d, std::nullopt, std::nullopt, -1, true, "", ""});
  };
  note(*a.paused_from, "account.paused");
  note(*a.paused_to + 1, "account.resumed");
}

}  // namespace kenko::sim
