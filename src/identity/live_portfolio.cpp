#include "identity/live_portfolio.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "facts/property_names.h"
#include "identity/live_update.h"

namespace kenko::identity {
namespace {

using facts::Portfolio;

template <typename T>
void copy_to(std::vector<T>& to, std::span<const T> from) {
  to.insert(to.end(), from.begin(), from.end());
}

bool same_references(const facts::FactSet& a, const facts::FactSet& b) {
  const auto same_identity = [](const facts::IdentityFact& x, const facts::IdentityFact& y) {
    return x.kind == y.kind && x.source == y.source && x.external_id == y.external_id && x.id == y.id &&
           x.valid_from == y.valid_from && x.recorded == y.recorded;
  };
  const auto same_membership = [](const facts::MembershipFact& x, const facts::MembershipFact& y) {
    return x.contact == y.contact && x.account == y.account && x.valid_from == y.valid_from && x.recorded == y.recorded;
  };
  return std::equal(a.identities.begin(), a.identities.end(), b.identities.begin(), b.identities.end(),
                    same_identity) &&
         std::equal(a.memberships.begin(), a.memberships.end(), b.memberships.begin(), b.memberships.end(),
                    same_membership);
}

}  // namespace

GrowingVectors::GrowingVectors(const Portfolio& p) {
  copy_to(all_.day, p.events.day);
  copy_to(all_.occurred, p.events.occurred);
  copy_to(all_.value, p.events.value);
  copy_to(all_.name, p.events.name);
  copy_to(all_.source, p.events.source);
  copy_to(all_.user, p.events.user);
  copy_to(all_.flags, p.events.flags);
  copy_to(all_.id_end, p.events.id_end);
  all_.id_bytes = p.events.id_bytes;
  for (const facts::PropertyColumn& column : p.properties) {
    EventBlock::Cells& cells = cells_[column.key];
    copy_to(cells.row, column.row);
    copy_to(cells.value, column.value);
  }
}

bool GrowingVectors::append(const EventBlock& block, const std::vector<std::string>& keys, Portfolio& portfolio) {
  const auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  add(all_.day, block.day);
  add(all_.occurred, block.occurred);
  add(all_.value, block.value);
  add(all_.name, block.name);
  add(all_.source, block.source);
  add(all_.user, block.user);
  add(all_.flags, block.flags);
  add(all_.id_end, block.id_end);
  all_.id_bytes += block.id_bytes;
  for (size_t i = 0; i < block.cells.size(); ++i) {
    EventBlock::Cells& cells = cells_[keys[i]];
    add(cells.row, block.cells[i].row);
    add(cells.value, block.cells[i].value);
  }
  portfolio.events = {all_.day,   all_.occurred, all_.name,   all_.source,  all_.user,
                      all_.value, all_.flags,    all_.id_end, all_.id_bytes};
  portfolio.properties.clear();
  for (const auto& [key, cells] : cells_) {
    if (!cells.row.empty()) portfolio.properties.push_back({key, cells.row, cells.value});
  }
  return true;
}

struct LivePortfolio::Known {
  Known(facts::Settings s, std::shared_ptr<const facts::FactSet> r)
      : settings(std::move(s)), rest(std::move(r)), references(rest->identities, rest->memberships, settings) {}
  facts::Settings settings;
  std::shared_ptr<const facts::FactSet> rest;
  References references;
};

LivePortfolio::LivePortfolio(Resolved resolved, std::shared_ptr<const facts::FactSet> rest,
                             std::unique_ptr<GrowingEvents> columns)
    : portfolio_(std::move(resolved.portfolio)),
      tally_(std::move(resolved.tally)),
      user_keys_(std::move(resolved.user_keys)),
      user_events_(std::move(resolved.user_events)),
      user_in_state_(user_keys_.size(), 0),
      sorted_users_(user_keys_.size()),
      known_(std::make_unique<Known>(portfolio_.settings, std::move(rest))),
      columns_(std::move(columns)),
      first_rows_(portfolio_.events.size()) {}

LivePortfolio::LivePortfolio(LivePortfolio&&) noexcept = default;
LivePortfolio& LivePortfolio::operator=(LivePortfolio&&) noexcept = default;
LivePortfolio::~LivePortfolio() = default;

Portfolio LivePortfolio::take() {
  struct Backing {
    std::shared_ptr<const void> before;
    std::shared_ptr<GrowingEvents> columns;
  };
  portfolio_.backing = std::make_shared<Backing>(Backing{std::move(portfolio_.backing), std::move(columns_)});
  return std::move(portfolio_);
}

// Is every amount of the events worth what it was?
bool LivePortfolio::rates_hold(const std::vector<facts::RateSeries>& rates) const {
  const facts::PropertyColumn* currency = portfolio_.find_property(facts::kCurrencyProperty);
  if (currency == nullptr) return true;
  struct Both {
    const facts::RateSeries* before = nullptr;
    const facts::RateSeries* after = nullptr;
    bool same = false;
  };
  std::unordered_map<uint32_t, Both> by_code;
  for (size_t i = 0; i < currency->row.size(); ++i) {
    const auto [found, added] = by_code.try_emplace(currency->value[i]);
    Both& both = found->second;
    if (added) {
      const std::string_view text = portfolio_.texts.text(currency->value[i]);
      both.before = portfolio_.find_rates(text);
      for (const facts::RateSeries& series : rates) {
        if (series.currency == text) both.after = &series;
      }
      both.same = both.before != nullptr && both.after != nullptr
                      ? both.before->day == both.after->day && both.before->rate == both.after->rate
                      : both.before == both.after;
    }
    if (both.same || portfolio_.texts.text(currency->value[i]) == portfolio_.settings.currency) continue;
    const Day day{portfolio_.events.day[currency->row[i]]};
    const auto before = both.before == nullptr ? std::nullopt : both.before->at(day);
    const auto after = both.after == nullptr ? std::nullopt : both.after->at(day);
    if (before != after) return false;
  }
  return true;
}

uint32_t LivePortfolio::user_number(std::string_view key) {
  const auto end = user_keys_.begin() + static_cast<ptrdiff_t>(sorted_users_);
  const auto at = std::lower_bound(user_keys_.begin(), end, key);
  if (at != end && *at == key) return static_cast<uint32_t>(at - user_keys_.begin()) + 1;
  const auto [later, added] = later_users_.try_emplace(std::string(key), static_cast<uint32_t>(user_keys_.size()) + 1);
  if (added) {
    user_keys_.emplace_back(key);
    portfolio_.users.emplace_back(key.substr(0, key.find('\0')));
    user_events_.push_back(0);
    user_in_state_.push_back(0);
  }
  return later->second;
}

void LivePortfolio::count_user(uint32_t number, int sign) {
  if (number == 0) return;
  uint32_t& count = user_events_[number - 1];
  const bool used = count > 0 || user_in_state_[number - 1] != 0;
  count += static_cast<uint32_t>(sign);
  const bool uses = count > 0 || user_in_state_[number - 1] != 0;
  portfolio_.users_in_use += static_cast<int64_t>(uses) - static_cast<int64_t>(used);
}

// Attributes, contracts, contacts; the list of accounts is that of all facts.
void LivePortfolio::write_state(StateFacts state, References& references) {
  ++portfolio_.state_number;
  std::vector<uint8_t> used(references.accounts.size() + 1, 0);
  state.mark_accounts(used);
  std::vector<std::pair<std::string, facts::RowRange>> accounts;
  for (size_t a = 0; a < portfolio_.accounts.size(); ++a) {
    if (portfolio_.events_of[a].size() > 0) {
      accounts.emplace_back(std::move(portfolio_.accounts[a]), portfolio_.events_of[a]);
    }
  }
  const size_t with_events = accounts.size();  // sorted
  const auto less = [](const auto& a, std::string_view b) { return a.first < b; };
  for (uint32_t code = 1; code < used.size(); ++code) {
    if (used[code] == 0) continue;
    const std::string_view id = references.accounts.text(code);
    const auto end = accounts.begin() + static_cast<ptrdiff_t>(with_events);
    const auto at = std::lower_bound(accounts.begin(), end, id, less);
    if (at == end || at->first != id) accounts.emplace_back(std::string(id), facts::RowRange{});
  }
  std::sort(accounts.begin(), accounts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  portfolio_.accounts.clear();
  portfolio_.events_of.clear();
  for (auto& [id, rows] : accounts) {
    portfolio_.accounts.push_back(std::move(id));
    portfolio_.events_of.push_back(rows);
  }
  std::vector<uint32_t> account_number(used.size(), UINT32_MAX);
  for (uint32_t code = 1; code < used.size(); ++code) {
    if (const auto number = portfolio_.find_account(references.accounts.text(code))) account_number[code] = *number;
  }
  state.drop_contacts(account_number);
  used.assign(references.users.size() + 1, 0);
  state.mark_users(used);
  std::vector<uint32_t> user_numbers(used.size(), UINT32_MAX);
  std::fill(user_in_state_.begin(), user_in_state_.end(), 0);
  for (uint32_t code = 1; code < used.size(); ++code) {
    if (used[code] == 0) continue;
    user_numbers[code] = user_number(references.users.text(code));
    user_in_state_[user_numbers[code] - 1] = 1;
  }
  portfolio_.users_in_use = 0;
  for (size_t i = 0; i < user_keys_.size(); ++i) {
    if (user_events_[i] > 0 || user_in_state_[i] != 0) ++portfolio_.users_in_use;
  }
  values_newest_ = std::max(state.attributes.newest_day, state.of_contacts.newest_day);
  contracts_newest_.reset();
  for (const facts::ContractRow& row : state.contracts) {
    contracts_newest_ = std::max(contracts_newest_, std::optional(row.fact.valid_from));
  }
  spoken_ = state.spoken;
  std::move(state).write(account_number, user_numbers, portfolio_);
}

void LivePortfolio::set_newest_day() {
  portfolio_.newest_day = std::max(portfolio_.newest_day, values_newest_);
  if (!portfolio_.newest_day) portfolio_.newest_day = contracts_newest_;
}

bool LivePortfolio::update(Tables tables, int64_t known_seq, std::shared_ptr<const facts::FactSet> rest,
                           uint64_t room) {
  std::unique_ptr<Known> before;
  std::optional<StateFacts> state;
  const auto resolve_known = [&] { return resolve_state(*known_->rest, known_->settings, {}, known_->references); };
  if (rest != nullptr) {
    const bool same = same_references(*rest, *known_->rest);
    before = std::exchange(known_, std::make_unique<Known>(portfolio_.settings, std::move(rest)));
    if (same) before.reset();
    state = resolve_known();
    if (!rates_hold(state->rates)) return false;
    portfolio_.rates = std::move(state->rates);
  }
  LiveUpdate update(*this, tables, known_seq, before != nullptr ? before->references : known_->references,
                    known_->references);
  if (!update.find_changes(room) || !update.write_blocks(room)) return false;
  if (!state && update.accounts_changed()) state = resolve_known();
  if (state) write_state(std::move(*state), known_->references);
  tally_.publish(spoken_, portfolio_);
  set_newest_day();
  return true;
}

}  // namespace kenko::identity
