#include "reference/contracts.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace kenko::reference {
namespace {

using facts::ContractFact;

// The version of `contract` in force on d when it is about `account`.
const ContractFact* in_force(const Account& account, const Contract& contract, Day d) {
  const Contract::Version* v = contract.in_force(d);
  return v == nullptr || v->account != account.id ? nullptr : &v->fact;
}

// The last day by rules 2 to 5.
Day last_day(const Company& company, const ContractFact& c, Day d) {
  if (c.state == ContractFact::State::cancelled) return c.end.value_or(c.valid_from);
  if (!c.end) return Day::kMax;
  if (c.notice_at && *c.notice_at <= d) {
    if (!c.auto_renew) return *c.end;
    for (int64_t terms = 0;; ++terms) {
      const Day end = add_months(*c.end, terms * c.term_months.value_or(12));
      if (end >= *c.notice_at) return end;
    }
  }
  if (c.auto_renew) return Day::kMax;
  return *c.end + company.settings().lapse_days;
}

// What a version says, without when it was said.
auto content(const ContractFact& c) {
  return std::tie(c.product, c.start, c.end, c.renewal, c.notice_deadline, c.notice_at, c.auto_renew, c.term_months,
                  c.arr, c.currency, c.seats, c.state, c.replaces);
}

}  // namespace

Day add_months(Day day, int64_t months) {
  int year = 0;
  int month = 0;
  int of_month = 0;
  day.civil(year, month, of_month);
  const int64_t all = static_cast<int64_t>(year) * 12 + (month - 1) + months;
  for (int64_t cut = of_month;; --cut) {
    if (const auto moved = Day::from_civil(all / 12, all % 12 + 1, cut)) return *moved;
    KENKO_CHECK(cut > 28, "{} + {} months", day.iso(), months);
  }
}

bool counts(const Company& company, const Account& account, const Contract& contract, Day d) {
  const ContractFact* c = in_force(account, contract, d);
  if (c == nullptr) return false;
  Day last = last_day(company, *c, d);
  for (const Contract* other : account.contracts) {
    const ContractFact* r = in_force(account, *other, d);
    if (r == nullptr || r->source != c->source || r->replaces != c->contract_id || r->start > d) continue;
    last = std::min(last, r->start - 1);
  }
  return c->start <= d && d <= last;
}

bool any_contract_counts(const Company& company, const Account& account, Day d) {
  return std::any_of(account.contracts.begin(), account.contracts.end(),
                     [&](const Contract* c) { return counts(company, account, *c, d); });
}

bool any_contract_to_come(const Account& account, Day d) {
  return std::any_of(account.contracts.begin(), account.contracts.end(), [&](const Contract* contract) {
    const ContractFact* c = in_force(account, *contract, d);
    return c != nullptr && c->start > d;
  });
}

bool any_contract_starts_counting(const Company& company, const Account& account, Day d) {
  return std::any_of(account.contracts.begin(), account.contracts.end(), [&](const Contract* c) {
    return counts(company, account, *c, d) && !counts(company, account, *c, d - 1);
  });
}

bool any_contract_under_notice(const Company& company, const Account& account, Day d) {
  return std::any_of(account.contracts.begin(), account.contracts.end(), [&](const Contract* contract) {
    const ContractFact* c = in_force(account, *contract, d);
    return c != nullptr && c->notice_at && *c->notice_at <= d && counts(company, account, *contract, d);
  });
}

bool any_contract_changed(const Account& account, Day d) {
  return std::any_of(account.contracts.begin(), account.contracts.end(), [&](const Contract* contract) {
    const ContractFact* today = in_force(account, *contract, d);
    const ContractFact* before = in_force(account, *contract, d - 1);
    if (today == nullptr || before == nullptr) return today != before;
    return content(*today) != content(*before);
  });
}

std::optional<Int128> seats(const Company& company, const Account& account, Day d,
                            const std::optional<std::string>& product) {
  std::optional<Int128> sum;
  for (const Contract* contract : account.contracts) {
    if (!counts(company, account, *contract, d)) continue;
    const ContractFact* c = in_force(account, *contract, d);
    if (product && c->product != *product) continue;
    if (c->seats) sum = sum.value_or(0) + c->seats->micros;
  }
  return sum;
}

std::optional<Int128> arr(const Company& company, const Account& account, Day d,
                          const std::optional<std::string>& product) {
  std::optional<Int128> sum;
  for (const Contract* contract : account.contracts) {
    if (!counts(company, account, *contract, d)) continue;
    const ContractFact* c = in_force(account, *contract, d);
    if (!c->arr || (product && c->product != *product)) continue;
    const auto own = company.own_currency(*c->arr, c->currency, d);
    if (!own) return std::nullopt;
    sum = sum.value_or(0) + own->micros;
  }
  return sum;
}

ContractClock contract_clock_of(const Company& company, const Account& account, Day d) {
  ContractClock out;
  const auto smaller = [](std::optional<int64_t>& best, int64_t x) { best = std::min(best.value_or(x), x); };
  for (const Contract* contract : account.contracts) {
    if (!counts(company, account, *contract, d)) continue;
    const ContractFact& c = *in_force(account, *contract, d);
    if (c.term_months) out.term_months = std::max<int64_t>(out.term_months.value_or(*c.term_months), *c.term_months);
    Day term_start = c.start;
    std::optional<Day> term_end = c.end;
    const int64_t term = c.term_months.value_or(12);
    if (c.end && c.auto_renew) {
      for (int64_t terms = 1; *term_end < d; ++terms) {
        term_end = add_months(*c.end, terms * term);
        term_start = add_months(*c.end, (terms - 1) * term) + 1;
      }
    }
    smaller(out.days_into_term, d - term_start);
    const bool leaves = c.state == ContractFact::State::cancelled || (c.notice_at && *c.notice_at <= d);
    if (leaves || !term_end) continue;
    const Day renewal = c.renewal && *c.renewal >= d ? *c.renewal : *term_end + 1;
    smaller(out.days_to_renewal, renewal - d);
  }
  return out;
}

}  // namespace kenko::reference
