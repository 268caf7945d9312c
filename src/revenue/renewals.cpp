#include "revenue/renewals.h"

#include <algorithm>
#include <map>

#include "engine/contracts.h"

namespace kenko::revenue {
namespace {

using engine::CountingContract;

void add_arr(const facts::Portfolio& portfolio, const facts::ContractFact& c, Day day, int64_t& sum) {
  const auto amount = c.arr ? portfolio.in_own_currency(*c.arr, c.currency, day) : std::nullopt;
  sum = amount && sum != kUnknown ? sum + amount->micros : kUnknown;
}

void add_product(const std::string& product, std::vector<std::string>& products) {
  if (product.empty()) return;
  const auto at = std::lower_bound(products.begin(), products.end(), product);
  if (at == products.end() || *at != product) products.insert(at, product);
}

bool ends(const CountingContract& c) { return c.noticed || c.fact->state == facts::ContractFact::State::cancelled; }

}  // namespace

std::vector<Due> due_renewals(const facts::Portfolio& portfolio, uint32_t account, Day day, int32_t within) {
  std::map<Day, Due> by_day;
  for (const CountingContract& c : engine::counting_on(portfolio, portfolio.contracts_of(account), day)) {
    if (!c.renewal || *c.renewal > day + within) continue;
    auto [at, added] = by_day.try_emplace(*c.renewal);
    Due& due = at->second;
    if (added) due.auto_renew = true;
    due.account = account;
    due.renewal = *c.renewal;
    ++due.contracts;
    due.auto_renew = due.auto_renew && c.fact->auto_renew;
    add_arr(portfolio, *c.fact, day, due.arr);
    add_product(c.fact->product, due.products);
    const auto deadline = c.fact->notice_deadline;
    if (deadline && *deadline >= day)
      due.notice_deadline = std::min(due.notice_deadline.value_or(*deadline), *deadline);
  }
  std::vector<Due> out;
  for (auto& [renewal, due] : by_day) out.push_back(std::move(due));
  return out;
}

std::vector<Ending> ending_contracts(const facts::Portfolio& portfolio, uint32_t account, Day day) {
  std::map<Day, Ending> by_day;
  const auto counting = engine::counting_on(portfolio, portfolio.contracts_of(account), day);
  for (const CountingContract& c : counting) {
    if (!ends(c) || c.last == Day::kMax) continue;
    Ending& e = by_day[c.last];
    e.account = account;
    e.last = c.last;
    e.noticed = e.noticed || c.noticed;
    add_arr(portfolio, *c.fact, day, e.arr);
    add_product(c.fact->product, e.products);
  }
  const bool goes_on = !std::all_of(counting.begin(), counting.end(), ends);
  std::vector<Ending> out;
  for (auto& [last, ending] : by_day) {
    ending.goes_on = goes_on;
    out.push_back(std::move(ending));
  }
  return out;
}

}  // namespace kenko::revenue
