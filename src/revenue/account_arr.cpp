#include "revenue/account_arr.h"

#include <algorithm>
#include <optional>

#include "engine/contracts.h"

namespace kenko::revenue {

int64_t AccountArr::of(std::string_view product) const {
  for (const Product& p : products) {
    if (p.name == product) return p.micros;
  }
  return 0;
}

AccountArr arr_on(const facts::Portfolio& portfolio, uint32_t account, Day day, RateDays rates) {
  const auto contracts = engine::counting_on(portfolio, portfolio.contracts_of(account), day);
  AccountArr out;
  bool said = false;
  for (const engine::CountingContract& c : contracts) {
    if (!c.fact->arr) continue;
    auto amount = portfolio.in_own_currency(*c.fact->arr, c.fact->currency, rates.first);
    if (!amount) amount = portfolio.in_own_currency(*c.fact->arr, c.fact->currency, rates.second);
    if (!amount) return {kUnknown, {}};
    said = true;
    out.micros += amount->micros;
    const auto at = std::lower_bound(out.products.begin(), out.products.end(), c.fact->product,
                                     [](const auto& p, const std::string& name) { return p.name < name; });
    if (at != out.products.end() && at->name == c.fact->product) {
      at->micros += amount->micros;
    } else {
      out.products.insert(at, {c.fact->product, amount->micros});
    }
  }
  if (!contracts.empty() && !said) return {kUnknown, {}};
  return out;
}

bool any_contract(const facts::Portfolio& portfolio, uint32_t account, Day first, Day last) {
  const auto contracts = portfolio.contracts_of(account);
  if (contracts.empty() || first > last) return false;
  Day begin = Day::kMax;
  for (const facts::ContractRow& c : contracts) begin = std::min(begin, c.fact.start);
  begin = std::max(begin, first);
  if (begin > last) return false;
  engine::ContractDays days;
  engine::contract_days(portfolio, contracts, begin, last - begin + 1, last, days);
  return std::any_of(days.counting.begin(), days.counting.end(), [](int32_t n) { return n > 0; });
}

}  // namespace kenko::revenue
