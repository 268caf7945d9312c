// A portfolio of accounts with contracts and nothing else.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facts/portfolio.h"

namespace kenko::revenue {

struct SomeContracts {
  facts::Portfolio portfolio;

  SomeContracts() { portfolio.settings.currency = "USD"; }

  uint32_t account(const std::string& id) {
    portfolio.accounts.push_back(id);
    portfolio.events_of.emplace_back();
    return static_cast<uint32_t>(portfolio.accounts.size() - 1);
  }
  /// A contract of the account added last.
  facts::ContractFact& add(const std::string& id, Day start, std::optional<Day> end, std::optional<int64_t> arr) {
    facts::ContractRow row;
    row.account = static_cast<uint32_t>(portfolio.accounts.size() - 1);
    row.fact.source = "crm";
    row.fact.contract_id = id;
    row.fact.start = row.fact.valid_from = start;
    row.fact.end = end;
    if (arr) row.fact.arr = Decimal::whole(*arr);
    portfolio.contracts.push_back(std::move(row));
    return portfolio.contracts.back().fact;
  }
  void rate(const std::string& currency, Day day, const char* rate) {
    auto at = std::find_if(portfolio.rates.begin(), portfolio.rates.end(),
                           [&](const auto& r) { return r.currency == currency; });
    if (at == portfolio.rates.end()) at = portfolio.rates.insert(at, {currency, {}, {}});
    at->day.push_back(day);
    at->rate.push_back(*parse_rate(rate));
  }
};

}  // namespace kenko::revenue
