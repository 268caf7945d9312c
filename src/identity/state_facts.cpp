#include "identity/state_facts.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "identity/fact_days.h"

namespace kenko::identity {
namespace {

using facts::ContractFact;
using facts::ContractRow;
using facts::Portfolio;

std::vector<facts::RateSeries> sort_rates(const std::vector<facts::RateFact>& rates) {
  std::map<std::string_view, std::map<Day, std::pair<int64_t, Rate>>> by_currency;
  for (const facts::RateFact& fact : rates) {
    const std::pair<int64_t, Rate> candidate{fact.recorded.seq, fact.rate};
    auto [at, added] = by_currency[fact.currency].try_emplace(fact.day, candidate);
    if (!added && at->second < candidate) at->second = candidate;
  }
  std::vector<facts::RateSeries> series;
  for (const auto& [currency, days] : by_currency) {
    facts::RateSeries& s = series.emplace_back();
    s.currency = currency;
    for (const auto& [day, entry] : days) {
      s.day.push_back(day);
      s.rate.push_back(entry.second);
    }
  }
  return series;
}

// A total order over what contract versions say, for versions of one (valid_from, seq).
auto contract_rank(const ContractFact& c) {
  return std::make_tuple(c.valid_from, c.recorded.seq, std::string_view(c.account_ref), std::string_view(c.product),
                         c.start, c.end, c.renewal, c.notice_deadline, c.notice_at, c.auto_renew, c.term_months, c.arr,
                         std::string_view(c.currency), c.seats, c.state, std::string_view(c.replaces));
}

// The versions of one contract, one a day, each with its temporary account number.  When a later version names another
// account, the contract ends for the one before: a cancelled version on that day says so.
void resolve_versions(std::vector<const ContractFact*>& versions, References& references,
                      std::vector<ContractRow>& out) {
  std::sort(versions.begin(), versions.end(),
            [](const ContractFact* a, const ContractFact* b) { return contract_rank(*a) < contract_rank(*b); });
  const ContractFact* before = nullptr;
  uint32_t account_before = 0;
  for (size_t i = 0; i < versions.size(); ++i) {
    const ContractFact& fact = *versions[i];
    if (i + 1 < versions.size() && versions[i + 1]->valid_from == fact.valid_from) continue;
    const uint32_t account = references.account(fact.source, fact.account_ref, fact.valid_from);
    if (before != nullptr && account_before != 0 && account != account_before) {
      ContractRow moved{account_before, *before};
      moved.fact.state = ContractFact::State::cancelled;
      moved.fact.end = fact.valid_from - 1;
      moved.fact.valid_from = fact.valid_from;
      moved.fact.recorded = fact.recorded;
      moved.fact.replaces.clear();  // it replaces nothing of an account that it has left
      out.push_back(std::move(moved));
    }
    if (account != 0) out.push_back({account, fact});
    before = &fact;
    account_before = account;
  }
}

std::vector<ContractRow> resolve_contracts(const std::vector<ContractFact>& contracts, const facts::Cut& cut,
                                           References& references, std::vector<MergedAttributes::Touch>& touches) {
  std::map<std::pair<std::string_view, std::string_view>, std::vector<const ContractFact*>> by_contract;
  for (const ContractFact& fact : contracts) {
    if (cut.known_until && fact.recorded.known_at > *cut.known_until) continue;
    if (cut.occurred_until && fact.valid_from > *cut.occurred_until) continue;
    by_contract[{fact.source, fact.contract_id}].push_back(&fact);
    const uint32_t account = references.account(fact.source, fact.account_ref, fact.valid_from);
    if (account != 0 && !references.excluded(account)) touches.push_back({account, fact.source, fact.valid_from});
  }
  std::vector<ContractRow> rows;
  for (auto& [id, versions] : by_contract) resolve_versions(versions, references, rows);
  std::erase_if(rows, [&references](const ContractRow& row) { return references.excluded(row.account); });
  return rows;
}

void sort_contracts(std::vector<ContractRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const ContractRow& a, const ContractRow& b) {
    return std::tie(a.account, a.fact.contract_id, a.fact.source, a.fact.valid_from) <
           std::tie(b.account, b.fact.contract_id, b.fact.source, b.fact.valid_from);
  });
}

// The days on which sources that cover only what they touch spoke of an account in other ways than by an event.
void write_touches(const std::vector<MergedAttributes::Touch>& touches, const std::vector<uint32_t>& account_number,
                   Portfolio& portfolio) {
  std::map<std::string_view, uint32_t> position;
  for (uint32_t i = 0; i < portfolio.settings.sources.size(); ++i) {
    const facts::SourceSettings& source = portfolio.settings.sources[i];
    if (source.covers == facts::Coverage::touched) position.emplace(source.name, i);
  }
  for (const MergedAttributes::Touch& touch : touches) {
    const auto source = position.find(touch.source);
    // A version that was overruled on its own day may speak of an account that nothing else speaks of.
    if (source != position.end() && account_number[touch.account] != UINT32_MAX) {
      portfolio.touches.push_back({account_number[touch.account], source->second, touch.day});
    }
  }
  const auto key = [](const facts::Touch& t) { return std::tie(t.account, t.source, t.day); };
  std::sort(portfolio.touches.begin(), portfolio.touches.end(),
            [&key](const facts::Touch& a, const facts::Touch& b) { return key(a) < key(b); });
  portfolio.touches.erase(
      std::unique(portfolio.touches.begin(), portfolio.touches.end(),
                  [&key](const facts::Touch& a, const facts::Touch& b) { return key(a) == key(b); }),
      portfolio.touches.end());
}

// The days of everything but events, which are there already.
void add_fact_days(const facts::FactSet& rest, const facts::Cut& cut, FactDays& days) {
  const auto known = [&cut](const facts::Recorded& r) { return !cut.known_until || r.known_at <= *cut.known_until; };
  for (const facts::AttributeFact& fact : rest.attributes) {
    if (known(fact.recorded)) days.add(fact.source, fact.valid_from);
  }
  for (const ContractFact& fact : rest.contracts) {
    if (known(fact.recorded)) days.add(fact.source, fact.valid_from);
  }
}

// Rows with final numbers, sorted; `entity` is the member that holds the account or user.  Takes the values of
// `merged`.
template <typename Row>
std::vector<Row> final_rows(MergedAttributes& merged, uint32_t Row::* entity, const std::vector<uint32_t>& number,
                            facts::Dictionary& texts) {
  std::vector<uint32_t> key_code;
  for (const std::string_view key : merged.keys) key_code.push_back(texts.intern(key));
  std::vector<Row> rows;
  rows.reserve(merged.rows.size());
  for (MergedAttributes::Row& from : merged.rows) {
    rows.push_back({number[from.entity], key_code[from.key], from.day, from.null, from.assumed, std::move(from.value)});
  }
  std::sort(rows.begin(), rows.end(), [entity](const Row& a, const Row& b) {
    return std::tie(a.*entity, a.key, a.day) < std::tie(b.*entity, b.key, b.day);
  });
  return rows;
}

void write_contacts(std::vector<facts::ContactRow> rows, const std::vector<uint32_t>& account_number,
                    const std::vector<uint32_t>& user_number, Portfolio& portfolio) {
  for (facts::ContactRow& row : rows) {
    row.account = account_number[row.account];
    row.user = user_number[row.user];
  }
  std::sort(rows.begin(), rows.end(), [](const facts::ContactRow& a, const facts::ContactRow& b) {
    return std::tie(a.account, a.user, a.from) < std::tie(b.account, b.user, b.from);
  });
  portfolio.contacts = std::move(rows);
}

}  // namespace

StateFacts resolve_state(const facts::FactSet& rest, const facts::Settings& settings, const facts::Cut& cut,
                         References& references) {
  StateFacts out;
  FactDays days(settings, cut.occurred_until);
  add_fact_days(rest, cut, days);
  out.spoken = days.take();
  out.rates = sort_rates(rest.rates);
  out.attributes = merge_attributes(rest.attributes, facts::EntityKind::account, cut, references);
  out.of_contacts = merge_attributes(rest.attributes, facts::EntityKind::contact, cut, references);
  out.contacts = references.contacts();
  out.contracts = resolve_contracts(rest.contracts, cut, references, out.attributes.touches);
  return out;
}

void StateFacts::mark_accounts(std::vector<uint8_t>& used) const {
  for (const MergedAttributes::Row& row : attributes.rows) used[row.entity] = 1;
  for (const ContractRow& row : contracts) used[row.account] = 1;
}

void StateFacts::mark_users(std::vector<uint8_t>& used) const {
  for (const facts::ContactRow& row : contacts) used[row.user] = 1;
  for (const MergedAttributes::Row& row : of_contacts.rows) used[row.entity] = 1;
}

void StateFacts::drop_contacts(const std::vector<uint32_t>& account_number) {
  std::erase_if(contacts, [&](const facts::ContactRow& row) { return account_number[row.account] == UINT32_MAX; });
}

void StateFacts::write(const std::vector<uint32_t>& account_number, const std::vector<uint32_t>& user_number,
                       Portfolio& portfolio) && {
  portfolio.newest_day = std::max({portfolio.newest_day, attributes.newest_day, of_contacts.newest_day});
  if (!portfolio.newest_day) {
    for (const ContractRow& row : contracts) {
      portfolio.newest_day = std::max(portfolio.newest_day, std::optional(row.fact.valid_from));
    }
  }
  portfolio.attributes = final_rows(attributes, &facts::AttributeRow::account, account_number, portfolio.texts);
  portfolio.contact_attributes =
      final_rows(of_contacts, &facts::ContactAttributeRow::user, user_number, portfolio.texts);
  write_contacts(std::move(contacts), account_number, user_number, portfolio);
  portfolio.contracts = std::move(contracts);
  for (ContractRow& row : portfolio.contracts) row.account = account_number[row.account];
  sort_contracts(portfolio.contracts);
  portfolio.touches.clear();
  write_touches(attributes.touches, account_number, portfolio);
}

}  // namespace kenko::identity
