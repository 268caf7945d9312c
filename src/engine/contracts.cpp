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

// Seats and revenue kept per day as exact integers.
struct Sums {
  std::vector<Int128> seats, arr;
  std::vector<uint8_t> has_seats, has_arr, no_rate;

  explicit Sums(size_t days) : seats(days, 0), arr(days, 0), has_seats(days, 0), has_arr(days, 0), no_rate(days, 0) {}

  void add(const facts::Portfolio& portfolio, const ContractFact& c, Day first, size_t i) {
    if (c.seats) {
      seats[i] += c.seats->micros;
      has_seats[i] = 1;
    }
    if (!c.arr) return;
    const auto amount = portfolio.in_own_currency(*c.arr, c.currency, first + static_cast<int32_t>(i));
    if (amount) {
      arr[i] += amount->micros;
      has_arr[i] = 1;
    } else {
      no_rate[i] = 1;
    }
  }

  template <typename Out>
  void write(Out& out) const {
    for (size_t i = 0; i < seats.size(); ++i) {
      out.seats_valid[i] = has_seats[i];
      out.arr_valid[i] = has_arr[i] != 0 && no_rate[i] == 0;
      out.seats[i] = to_double(seats[i]) / 1e6;
      out.arr[i] = to_double(arr[i]) / 1e6;
    }
  }
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

std::vector<InForce> in_force(std::span<const facts::ContractRow> contracts, Day first, int32_t days, Day facts_until) {
  std::vector<InForce> out;
  for (size_t i = 0; i < contracts.size(); ++i) {
    const ContractFact& c = contracts[i].fact;
    if (c.valid_from > facts_until) continue;
    const bool followed = i + 1 < contracts.size() && contracts[i + 1].fact.valid_from <= facts_until &&
                          contracts[i + 1].fact.contract_id == c.contract_id &&
                          contracts[i + 1].fact.source == c.source;
    const int64_t from = std::max<int64_t>(c.valid_from - first, 0);
    const int64_t until =
        followed ? std::min<int64_t>(contracts[i + 1].fact.valid_from - first - 1, days - 1) : days - 1;
    if (from <= until) out.push_back({&c, static_cast<int32_t>(from), static_cast<int32_t>(until)});
  }
  return out;
}

// Calls on_version(version) for each version that is in force on some of the days, and on_day(contract, day, noticed)
// for each day (relative) on which a contract counts.  The days of one contract ascend.
template <typename OnVersion, typename OnDay>
void each_counting(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts, Day first,
                   int32_t days, Day facts_until, const OnVersion& on_version, const OnDay& on_day) {
  const std::vector<InForce> versions = in_force(contracts, first, days, facts_until);
  const bool replacing =
      std::any_of(versions.begin(), versions.end(), [](const InForce& v) { return !v.fact->replaces.empty(); });
  std::vector<uint8_t> replaced;
  for (const InForce& v : versions) {
    const ContractFact& c = *v.fact;
    if (replacing) {
      replaced.assign(static_cast<size_t>(days), 0);
      mark_replaced(versions, c, first, replaced);
    }
    on_version(v);
    const int32_t noticed_from = c.notice_at ? *c.notice_at - first : kForever;
    const auto piece = [&](int32_t from, int32_t until, bool noticed) {
      const int32_t last = last_day(c, noticed, portfolio.settings.lapse_days) - first;
      for (int32_t d = std::max(from, c.start - first); d <= std::min(until, last); ++d) {
        if (!replacing || replaced[static_cast<size_t>(d)] == 0) on_day(c, d, noticed);
      }
    };
    piece(v.from, std::min(v.until, noticed_from == kForever ? v.until : noticed_from - 1), false);
    if (noticed_from <= v.until) piece(std::max(v.from, noticed_from), v.until, true);
  }
}

// The term of a contract on a day; moves forward only.
struct Term {
  const ContractFact* contract = nullptr;
  int32_t number = 0;  ///< terms after `end`
  Day start;
  std::optional<Day> end;

  void begin(const ContractFact& c) {
    contract = &c;
    number = 0;
    start = c.start;
    end = c.end;
  }
  void move_to(Day d) {
    const ContractFact& c = *contract;
    if (!c.end || !c.auto_renew || *end >= d) return;
    const int32_t months = std::max(c.term_months.value_or(12), 1);
    while (*end < d) {
      start = *end + 1;
      end = add_months(*c.end, ++number * months);
    }
  }
};

// The day on which a counting contract would renew; none when it will not, or has no end.
std::optional<Day> renewal_of(const ContractFact& c, bool noticed, const Term& term, Day day) {
  if (c.state == ContractFact::State::cancelled || noticed || !term.end) return std::nullopt;
  return c.renewal && *c.renewal >= day ? *c.renewal : *term.end + 1;
}

void keep_greatest(int32_t& kept, int32_t x) { kept = std::max(kept, x); }  // kNone is the least
void keep_smallest(int32_t& kept, int32_t x) { kept = kept == ContractClock::kNone ? x : std::min(kept, x); }

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
                   int32_t days, Day facts_until, ContractDays& out) {
  out.any = !contracts.empty();
  if (!out.any) return;
  const auto n = static_cast<size_t>(days);
  out.counting.assign(n, 0);
  for (auto* v : {&out.starting, &out.future, &out.notice, &out.seats_valid, &out.arr_valid}) v->assign(n, 0);
  out.seats.assign(n, 0);
  out.arr.assign(n, 0);
  Sums sums(n);
  const ContractFact* contract = nullptr;  // whose days are being added; its versions come one after the other
  int32_t last_counted = -2;
  each_counting(
      portfolio, contracts, first, days, facts_until,
      [&](const InForce& v) {
        const ContractFact& c = *v.fact;
        if (contract == nullptr || contract->contract_id != c.contract_id || contract->source != c.source)
          last_counted = -2;
        contract = &c;
        for (int32_t d = v.from; d <= v.until && c.start - first > d; ++d) out.future[static_cast<size_t>(d)] = 1;
      },
      [&](const ContractFact& c, int32_t d, bool noticed) {
        const auto i = static_cast<size_t>(d);
        ++out.counting[i];
        if (last_counted != d - 1) out.starting[i] = 1;
        last_counted = d;
        if (noticed) out.notice[i] = 1;
        sums.add(portfolio, c, first, i);
      });
  sums.write(out);
}

void product_days(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts,
                  std::string_view product, Day first, int32_t days, Day facts_until, ProductDays& out) {
  const auto n = static_cast<size_t>(days);
  for (auto* v : {&out.seats_valid, &out.arr_valid}) v->assign(n, 0);
  for (auto* v : {&out.seats, &out.arr}) v->assign(n, 0);
  Sums sums(n);
  each_counting(
      portfolio, contracts, first, days, facts_until, [](const InForce&) {},
      [&](const ContractFact& c, int32_t d, bool) {
        if (c.product == product) sums.add(portfolio, c, first, static_cast<size_t>(d));
      });
  sums.write(out);
}

std::vector<CountingContract> counting_on(const facts::Portfolio& portfolio,
                                          std::span<const facts::ContractRow> contracts, Day day) {
  std::vector<CountingContract> out;
  if (contracts.empty()) return out;
  each_counting(
      portfolio, contracts, day, 1, day, [](const InForce&) {},
      [&](const ContractFact& c, int32_t, bool noticed) {
        Term term;
        term.begin(c);
        term.move_to(day);
        out.push_back(
            {&c, noticed, renewal_of(c, noticed, term, day), last_day(c, noticed, portfolio.settings.lapse_days)});
      });
  return out;
}

void contract_clock(const facts::Portfolio& portfolio, std::span<const facts::ContractRow> contracts, Day first,
                    int32_t days, Day facts_until, ContractClock& out) {
  const auto n = static_cast<size_t>(days);
  for (auto* v : {&out.term_months, &out.days_into_term, &out.days_to_renewal}) v->assign(n, ContractClock::kNone);
  Term term;
  each_counting(
      portfolio, contracts, first, days, facts_until, [&](const InForce& v) { term.begin(*v.fact); },
      [&](const ContractFact& c, int32_t d, bool noticed) {
        const auto i = static_cast<size_t>(d);
        const Day day = first + d;
        term.move_to(day);
        keep_smallest(out.days_into_term[i], day - term.start);
        if (c.term_months) keep_greatest(out.term_months[i], *c.term_months);
        if (const auto renewal = renewal_of(c, noticed, term, day)) {
          keep_smallest(out.days_to_renewal[i], *renewal - day);
        }
      });
}

}  // namespace kenko::engine
