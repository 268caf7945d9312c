#include "identity/resolve.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "identity/attributes.h"
#include "identity/events.h"
#include "identity/fact_days.h"
#include "identity/references.h"

namespace kenko::identity {
namespace {

using facts::ContractFact;
using facts::ContractRow;
using facts::Portfolio;

// Final numbers of a dictionary's used texts, in the order of the texts; 0-based.  Unused ones have no number.
std::vector<uint32_t> number_sorted(const facts::Dictionary& texts, const std::vector<uint8_t>& used,
                                    std::vector<std::string>& out) {
  std::vector<uint32_t> codes;
  for (uint32_t code = 1; code <= texts.size(); ++code) {
    if (code < used.size() && used[code] != 0) codes.push_back(code);
  }
  std::sort(codes.begin(), codes.end(), [&texts](uint32_t a, uint32_t b) { return texts.text(a) < texts.text(b); });
  std::vector<uint32_t> number(texts.size() + 1, UINT32_MAX);
  for (uint32_t i = 0; i < codes.size(); ++i) {
    number[codes[i]] = i;
    out.emplace_back(texts.text(codes[i]));
  }
  return number;
}

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

std::vector<uint8_t> used_accounts(const References& references, const std::vector<PlacedEvent>& placed,
                                   const MergedAttributes& attributes, const std::vector<ContractRow>& contracts) {
  std::vector<uint8_t> used(references.accounts.size() + 1, 0);
  for (const PlacedEvent& event : placed) used[event.account] = 1;
  for (const MergedAttributes::Row& row : attributes.rows) used[row.entity] = 1;
  for (const ContractRow& row : contracts) used[row.account] = 1;
  return used;
}

// Those who did something, who belong to an account or of whom an attribute is known.  Users are numbered from 1 on: 0
// is "none".
std::vector<uint32_t> number_users(const References& references, const std::vector<PlacedEvent>& placed,
                                   const std::vector<facts::ContactRow>& contacts, const MergedAttributes& attributes,
                                   std::vector<std::string>& users) {
  std::vector<uint8_t> used(references.users.size() + 1, 0);
  for (const PlacedEvent& event : placed) {
    if (event.account != 0) used[event.user] = 1;
  }
  for (const facts::ContactRow& row : contacts) used[row.user] = 1;
  for (const MergedAttributes::Row& row : attributes.rows) used[row.entity] = 1;
  std::vector<uint32_t> number = number_sorted(references.users, used, users);
  for (uint32_t& n : number) ++n;
  for (std::string& user : users) user.resize(std::min(user.find('\0'), user.size()));
  return number;
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

void find_first_days(const facts::EventTable& events, const std::vector<PlacedEvent>& placed, Portfolio& portfolio) {
  std::vector<Day> first(events.texts.size() + 1, Day::kMax);
  std::vector<uint8_t> seen(first.size(), 0);
  for (const PlacedEvent& event : placed) {
    const uint32_t source = events.source[event.row];
    first[source] = std::min(first[source], event.day);
    seen[source] = 1;
    if (!portfolio.newest_day || *portfolio.newest_day < event.day) portfolio.newest_day = event.day;
  }
  for (const facts::SourceSettings& source : portfolio.settings.sources) {
    const uint32_t code = events.texts.find(source.name);
    portfolio.source_first_day.push_back(seen[code] != 0 ? std::optional(first[code]) : std::nullopt);
  }
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

Portfolio resolve(const facts::EventTable& events, const facts::FactSet& rest, const facts::Settings& settings,
                  const facts::Cut& cut) {
  Portfolio portfolio;
  portfolio.settings = settings;
  portfolio.rates = sort_rates(rest.rates);

  References references(rest.identities, rest.memberships, settings);
  FactDays fact_days(settings, cut.occurred_until);
  const std::vector<PlacedEvent> placed =
      place_events(events, winning_rows(events, settings, cut), settings, references, fact_days);
  add_fact_days(rest, cut, fact_days);
  portfolio.source_fact_days = fact_days.take();
  MergedAttributes attributes = merge_attributes(rest.attributes, facts::EntityKind::account, cut, references);
  MergedAttributes of_contacts = merge_attributes(rest.attributes, facts::EntityKind::contact, cut, references);
  std::vector<facts::ContactRow> contacts = references.contacts();
  portfolio.contracts = resolve_contracts(rest.contracts, cut, references, attributes.touches);

  const std::vector<uint32_t> account_number = number_sorted(
      references.accounts, used_accounts(references, placed, attributes, portfolio.contracts), portfolio.accounts);
  // Nobody is a contact of an account that no fact speaks of.
  std::erase_if(contacts, [&](const facts::ContactRow& row) { return account_number[row.account] == UINT32_MAX; });
  const std::vector<uint32_t> user_number = number_users(references, placed, contacts, of_contacts, portfolio.users);

  find_first_days(events, placed, portfolio);
  portfolio.newest_day = std::max({portfolio.newest_day, attributes.newest_day, of_contacts.newest_day});
  if (!portfolio.newest_day) {
    for (const ContractRow& row : portfolio.contracts) {
      portfolio.newest_day = std::max(portfolio.newest_day, std::optional(row.fact.valid_from));
    }
  }

  portfolio.attributes = final_rows(attributes, &facts::AttributeRow::account, account_number, portfolio.texts);
  portfolio.contact_attributes =
      final_rows(of_contacts, &facts::ContactAttributeRow::user, user_number, portfolio.texts);
  write_contacts(std::move(contacts), account_number, user_number, portfolio);
  for (ContractRow& row : portfolio.contracts) row.account = account_number[row.account];
  sort_contracts(portfolio.contracts);
  write_touches(attributes.touches, account_number, portfolio);

  write_events(events, placed, account_number, user_number, portfolio);
  portfolio.unmatched = list_unmatched(events, placed);
  return portfolio;
}

Portfolio resolve(const facts::FactSet& facts, const facts::Settings& settings, const facts::Cut& cut) {
  facts::EventTable table;
  for (const facts::EventFact& event : facts.events) table.add(event);
  return resolve(table, facts, settings, cut);
}

}  // namespace kenko::identity
