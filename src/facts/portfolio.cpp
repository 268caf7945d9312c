#include "facts/portfolio.h"

#include <algorithm>

namespace kenko::facts {

std::optional<Rate> RateSeries::at(Day d) const {
  const auto after = std::upper_bound(day.begin(), day.end(), d);
  if (after == day.begin()) return std::nullopt;
  const size_t i = static_cast<size_t>(after - day.begin()) - 1;
  constexpr int32_t kMaxAgeDays = 7;
  if (d - day[i] > kMaxAgeDays) return std::nullopt;
  return rate[i];
}

std::optional<uint32_t> Portfolio::find_account(std::string_view id) const {
  const auto it = std::lower_bound(accounts.begin(), accounts.end(), id);
  if (it == accounts.end() || *it != id) return std::nullopt;
  return static_cast<uint32_t>(it - accounts.begin());
}

const PropertyColumn* Portfolio::find_property(std::string_view key) const {
  const auto it = std::lower_bound(properties.begin(), properties.end(), key,
                                   [](const PropertyColumn& p, std::string_view k) { return p.key < k; });
  return it == properties.end() || it->key != key ? nullptr : &*it;
}

std::string_view Portfolio::property(const PropertyColumn* column, uint64_t row) const {
  if (column == nullptr) return {};
  const auto it = std::lower_bound(column->row.begin(), column->row.end(), static_cast<uint32_t>(row));
  if (it == column->row.end() || *it != row) return {};
  return texts.text(column->value[static_cast<size_t>(it - column->row.begin())]);
}

std::string_view Portfolio::property(std::string_view key, uint64_t row) const {
  return property(find_property(key), row);
}

std::span<const ContractRow> Portfolio::contracts_of(uint32_t account) const {
  const auto begin = std::partition_point(contracts.begin(), contracts.end(),
                                          [account](const ContractRow& row) { return row.account < account; });
  const auto end = std::partition_point(begin, contracts.end(),
                                        [account](const ContractRow& row) { return row.account == account; });
  return {begin, end};
}

const RateSeries* Portfolio::find_rates(std::string_view currency) const {
  const auto it = std::lower_bound(rates.begin(), rates.end(), currency,
                                   [](const RateSeries& r, std::string_view c) { return r.currency < c; });
  return it == rates.end() || it->currency != currency ? nullptr : &*it;
}

std::optional<Decimal> Portfolio::in_own_currency(Decimal amount, std::string_view currency, Day d) const {
  if (currency.empty() || currency == settings.currency) return amount;
  const RateSeries* series = find_rates(currency);
  if (series == nullptr) return std::nullopt;
  const auto rate = series->at(d);
  return rate ? convert(amount, *rate) : std::nullopt;
}

}  // namespace kenko::facts
