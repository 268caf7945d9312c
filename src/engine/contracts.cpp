#include "engine/contracts.h"

#include <algorithm>
#include <limits>

namespace kenko::engine {
namespace {

using facts::ContractFact;

constexpr int32_t kForever = std::numeric_limits<int32_t>::max();

// One version with the days on which it is in force, relative to the first day of the span.
struct InForce {
  const ContractFact* fact = nullptr;
  int32_t from = 0;
  int32_t until = 0;  // included
};

// Sums kept per day as exact integers.
struct Sums {
  std::vector<Int128> seats, arr;
  std::vector<uint8_t> has_seats, has_arr, no_rate;
};

Day last_day(const ContractFact& c, bool noticed, int32_t lapse_days) {
  if (c.state == ContractFact::State::cancelled) return c.end.value_or(c.valid_from);
  if (!c.end) return Day::kMax;
  if (noticed) {
    Day last = *c.end;
    const int32_t term = std::max(c.term_months.value_or(12), 1);
    for (int32_t k = 1; c.auto_renew && last < *c.notice_at; ++k) last = add_months(*c.end, k * term);
    return last;
  }
  if (c.auto_renew) return Day::kMax;
  return std::min(Day::kMax, *c.end + lapse_days);
}

// Days (relative) on which another contract in force has replaced the one of `rows`.
void mark_replaced(const std::vector<InForce>& all, const ContractFact& replaced, Day first,
                   std::vector<uint8_t>& marks) {
  for (const InForce& r : all) {
    if (r.fact->replaces != replaced.contract_id || r.fact->source != replaced.source) continue;
    const int32_t from = std::max(r.from, r.fact->start - first);
    for (int32_t d = std::max(from, 0); d <= r.until; ++d) marks[static_cast<size_t>(d)] = 1;
  }
}

struct Adder {
  const facts::Portfolio& portfolio;
  Day first;
  ContractDays& out;
  Sums& sums;
  const ContractFact* contract = nullptr;  // whose days are being added; its versions come one after the other
  int32_t last_counted = -2;

  void begin(const ContractFact& c) {
    if (contract != nullptr && contract->contract_id == c.contract_id && contract->source == c.source) return;
    contract = &c;
    last_counted = -2;
  }

  // `c` counts on the days [from, until]; the days that `replaced` marks do not count.
  void count(const ContractFact& c, int32_t from, int32_t until, bool noticed, const std::vector<uint8_t>& replaced) {
    for (int32_t d = from; d <= until; ++d) {
      const auto i = static_cast<size_t>(d);
      if (!replaced.empty() && replaced[i] != 0) continue;
      ++out.counting[i];
      if (last_counted != d - 1) out.starting[i] = 1;
      last_counted = d;
      if (noticed) out.notice[i] = 1;
      if (c.seats) {
        sums.seats[i] += c.seats->micros;
        sums.has_seats[i] = 1;
      }
      if (!c.arr) continue;
      const auto amount = portfolio.in_own_currency(*c.arr, c.currency, first + d);
      if (amount) {
        sums.arr[i] += amount->micros;
        sums.has_arr[i] = 1;
      } else {
        sums.no_rate[i] = 1;
      }
    }
  }
};

std::vector<InForce> in_force(std::span<const facts::ContractRow> contracts, Day first, int32_t days) {
  std::vector<InForce> out;
  for (size_t i = 0; i < contracts.size(); ++i) {
    const ContractFact& c = contracts[i].fact;
    const bool followed = i + 1 < contracts.size() && contracts[i + 1].fact.contract_id == c.contract_id &&
                          contracts[i + 1].fact.source == c.source;
    const int64_t from = std::max<int64_t>(c.valid_from - first, 0);
    const int64_t until =
        followed ? std::min<int64_t>(contracts[i + 1].fact.valid_from - first - 1, days - 1) : days - 1;
    if (from <= until) out.push_back({&c, static_cast<int32_t>(from), static_cast<int32_t>(until)});
  }
  return out;
}

}  // namespace

Day add_months(Day day, int32_t months) {
  int y = 0, m = 0, d = 0;
  day.civil(y, m, d);
  const int64_t index = y * 12LL + (m - 1) + months;
  for (int cut = d; cut > 0; --cut) {
    if (const auto moved = Day::from_civil(index / 12, index % 12 + 1, cut)) return *moved;
  }
  return Day::kMax;
}

bool same_terms(const ContractFact& a, const ContractFact& b) {
  return a.account_ref == b.account_ref && a.product == b.product && a.start == b.start && a.end == b.end &&
         a.renewal == b.renewal && a.notice_deadline == b.notice_deadline && a.notice_at == b.notice_at &&
         a.auto_renew == b.auto_renew && a.term_months == b.term_months && a.arr == b.arr && a.currency == b.currency &&
         a.seats == b.seats && a.state == b.state && a.replaces == b.replaces;
}

void contract_days(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts, Day first,
                   int32_t days, ContractDays& out) {
  out.any = !contracts.empty();
  if (!out.any) return;
  const auto n = static_cast<size_t>(days);
  out.counting.assign(n, 0);
  for (auto* v : {&out.starting, &out.future, &out.notice, &out.seats_valid, &out.arr_valid}) v->assign(n, 0);
  out.seats.assign(n, 0);
  out.arr.assign(n, 0);
  Sums sums;
  sums.seats.assign(n, 0);
  sums.arr.assign(n, 0);
  for (auto* v : {&sums.has_seats, &sums.has_arr, &sums.no_rate}) v->assign(n, 0);

  const std::vector<InForce> versions = in_force(contracts, first, days);
  const bool replacing =
      std::any_of(versions.begin(), versions.end(), [](const InForce& v) { return !v.fact->replaces.empty(); });
  Adder adder{portfolio, first, out, sums};
  std::vector<uint8_t> replaced;
  for (const InForce& v : versions) {
    const ContractFact& c = *v.fact;
    adder.begin(c);
    if (replacing) {
      replaced.assign(n, 0);
      mark_replaced(versions, c, first, replaced);
    }
    for (int32_t d = v.from; d <= v.until && c.start - first > d; ++d) out.future[static_cast<size_t>(d)] = 1;
    const int32_t noticed_from = c.notice_at ? *c.notice_at - first : kForever;
    const auto piece = [&](int32_t from, int32_t until, bool noticed) {
      const int32_t last = last_day(c, noticed, portfolio.settings.lapse_days) - first;
      adder.count(c, std::max(from, c.start - first), std::min(until, last), noticed, replaced);
    };
    piece(v.from, std::min(v.until, noticed_from == kForever ? v.until : noticed_from - 1), false);
    if (noticed_from <= v.until) piece(std::max(v.from, noticed_from), v.until, true);
  }
  for (size_t i = 0; i < n; ++i) {
    out.seats_valid[i] = sums.has_seats[i];
    out.arr_valid[i] = sums.has_arr[i] != 0 && sums.no_rate[i] == 0;
    out.seats[i] = to_double(sums.seats[i]) / 1e6;
    out.arr[i] = to_double(sums.arr[i]) / 1e6;
  }
}

}  // namespace kenko::engine
