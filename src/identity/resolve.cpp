#include "identity/resolve.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "identity/placing.h"
#include "identity/state_facts.h"

namespace kenko::identity {
namespace {

using facts::EventView;
using facts::Portfolio;

// Final numbers of a dictionary's used texts, in the order of the texts, from `first` on.  Unused ones have UINT32_MAX.
std::vector<uint32_t> number_sorted(const facts::Dictionary& texts, const std::vector<uint8_t>& used, uint32_t first,
                                    std::vector<std::string>& out) {
  std::vector<uint32_t> codes;
  for (uint32_t code = 1; code <= texts.size(); ++code) {
    if (used[code] != 0) codes.push_back(code);
  }
  std::sort(codes.begin(), codes.end(), [&texts](uint32_t a, uint32_t b) { return texts.text(a) < texts.text(b); });
  std::vector<uint32_t> number(texts.size() + 1, UINT32_MAX);
  for (uint32_t i = 0; i < codes.size(); ++i) {
    number[codes[i]] = first + i;
    out.emplace_back(texts.text(codes[i]));
  }
  return number;
}

// Where the rows of each table belong, by row; account 0 = in no account's list.
struct PlacedTable {
  std::vector<uint32_t> account, user;
  std::vector<int32_t> day;
  std::vector<uint8_t> used;  // by text code: a name or source of an event of an account
  EventTally tally;
};

class Resolver {
 public:
  Resolver(Tables tables, const facts::Settings& settings, const facts::Cut& cut, References& references, int threads)
      : tables_(tables),
        settings_(settings),
        cut_(cut),
        references_(references),
        threads_(threads),
        placed_(tables.size()) {
    uint64_t rows = 0;
    for (const EventView& table : tables) {
      base_.push_back(static_cast<uint32_t>(rows));
      rows += table.size();
    }
    KENKO_CHECK(rows < UINT32_MAX, "{} event versions", rows);
    base_.push_back(static_cast<uint32_t>(rows));
    for (uint32_t t = 0; t < tables.size(); ++t) {
      while ((table_at_.size() << kStepBits) < base_[t + 1]) table_at_.push_back(t);
    }
  }

  void place() {
    const HiddenRows hidden = overruled_rows(tables_, cut_, threads_);
    std::mutex lock;
    std::atomic<uint32_t> next{0};
    const auto work = [&] {
      for (uint32_t t = next++; t < tables_.size(); t = next++) place_table(t, hidden, lock);
    };
    std::vector<std::jthread> pool;
    for (int t = 1; t < threads_ && static_cast<size_t>(t) < tables_.size(); ++t) pool.emplace_back(work);
    work();
  }

  [[nodiscard]] EventTally take_tally() {
    EventTally all;
    for (PlacedTable& table : placed_) {
      all.add(table.tally);
      table.tally = {};
    }
    return all;
  }

  // How many events each account and user has, by temporary number.
  void count() {
    accounts_.assign(references_.accounts.size() + 1, 0);
    users_.assign(references_.users.size() + 1, 0);
    for (const PlacedTable& table : placed_) {
      for (size_t row = 0; row < table.account.size(); ++row) {
        if (table.account[row] == 0) continue;
        ++accounts_[table.account[row]];
        ++users_[table.user[row]];
      }
    }
  }
  [[nodiscard]] const std::vector<uint32_t>& accounts() const { return accounts_; }
  [[nodiscard]] const std::vector<uint32_t>& users() const { return users_; }

  // Gives the events to the sink, account after account.
  void write(const std::vector<uint32_t>& account_number, const std::vector<uint32_t>& user_number, EventSink& sink,
             Resolved& out) {
    Portfolio& portfolio = out.portfolio;
    sort_by_account(account_number, portfolio);
    std::vector<std::vector<uint8_t>> used;
    for (PlacedTable& table : placed_) {
      table.account = {};
      used.push_back(std::move(table.used));
    }
    BlockWriter writer(tables_, portfolio, 0, 0);
    writer.number_names(used);
    sink.begin(order_.size());
    std::vector<Placed> events;
    constexpr size_t kRowsOfBlock = size_t{1} << 16;
    for (const facts::RowRange& rows : portfolio.events_of) {
      sort_by_time(std::span(order_).subspan(rows.begin, rows.size()), events);
      for (const Placed& event : events) {
        const PlacedTable& table = placed_[event.id.table];
        const uint32_t user = table.user[event.id.row];
        writer.add(event.id, Day{table.day[event.id.row]}, user == 0 ? 0 : user_number[user]);
        if (writer.block.size() == kRowsOfBlock) writer.give(sink);
      }
    }
    writer.give(sink);
    sink.finish(writer.keys(), portfolio);
    out.tally.no_rate = writer.no_rate();
  }

 private:
  struct Placed {
    int64_t occurred = 0;
    RowId id;
  };
  static constexpr int kStepBits = 10;

  void place_table(uint32_t t, const HiddenRows& hidden, std::mutex& lock) {
    const EventView& events = tables_[t];
    PlacedTable& out = placed_[t];
    out.account.resize(events.size());
    out.user.resize(events.size());
    out.day.resize(events.size());
    out.used.assign(events.texts->size() + 1, 0);
    // Everything before the first instant of the day after the cut is on a day that counts.
    const int64_t end = cut_.occurred_until && *cut_.occurred_until < Day::kMax
                            ? settings_.time_zone.start_of(*cut_.occurred_until + 1).micros
                            : Instant::kMax.micros;
    Placer placer(events, settings_, references_, lock);
    placer.prepare_users();
    for (uint32_t row = 0; row < events.size(); ++row) {
      if (events.has(row, EventView::kDeleted) || events.occurred_at[row] >= end || hidden.hidden(t, row)) continue;
      if (cut_.known_until && events.known_at[row] > cut_.known_until->micros) continue;
      const Placement placement = placer.place(row);
      placer.count(row, placement, 1);
      if (placement.account == 0 || placement.account == Placement::kExcluded) continue;
      out.account[row] = placement.account;
      out.user[row] = placement.user;
      out.day[row] = placement.day.number;
      out.used[events.name[row]] = out.used[events.source[row]] = 1;
    }
    out.tally = placer.tally();
  }

  // Counts, then puts each row into its account's part of order_.
  void sort_by_account(const std::vector<uint32_t>& account_number, Portfolio& portfolio) {
    portfolio.events_of.assign(portfolio.accounts.size(), {});
    for (uint32_t account = 1; account < accounts_.size(); ++account) {
      if (accounts_[account] != 0) portfolio.events_of[account_number[account]].end = accounts_[account];
    }
    uint64_t rows = 0;
    for (facts::RowRange& range : portfolio.events_of) {
      range = {rows, rows + range.end};
      rows = range.end;
    }
    order_.resize(rows);
    std::vector<uint64_t> next(accounts_.size(), 0);
    for (uint32_t account = 1; account < accounts_.size(); ++account) {
      if (accounts_[account] != 0) next[account] = portfolio.events_of[account_number[account]].begin;
    }
    for (uint32_t t = 0; t < tables_.size(); ++t) {
      const std::vector<uint32_t>& account = placed_[t].account;
      for (uint32_t row = 0; row < account.size(); ++row) {
        if (account[row] != 0) order_[next[account[row]]++] = base_[t] + row;
      }
    }
  }

  [[nodiscard]] RowId row_id(uint32_t global) const {
    uint32_t table = table_at_[global >> kStepBits];
    while (global >= base_[table + 1]) ++table;
    return {table, global - base_[table]};
  }

  // Most are in order already.
  void sort_by_time(std::span<const uint32_t> rows, std::vector<Placed>& out) const {
    out.clear();
    for (const uint32_t global : rows) {
      const RowId id = row_id(global);
      out.push_back({tables_[id.table].occurred_at[id.row], id});
    }
    const auto before = [this](const Placed& a, const Placed& b) {
      if (a.occurred != b.occurred) return a.occurred < b.occurred;
      const EventView& ea = tables_[a.id.table];
      const EventView& eb = tables_[b.id.table];
      const int sources = ea.text(ea.source[a.id.row]).compare(eb.text(eb.source[b.id.row]));
      if (sources != 0) return sources < 0;
      return ea.event_id(a.id.row) < eb.event_id(b.id.row);
    };
    if (!std::is_sorted(out.begin(), out.end(), before)) std::sort(out.begin(), out.end(), before);
  }

  Tables tables_;
  const facts::Settings& settings_;
  const facts::Cut& cut_;
  References& references_;
  int threads_;
  std::vector<PlacedTable> placed_;
  std::vector<uint32_t> base_;      // the number of the first row of each table among all, and of all
  std::vector<uint32_t> table_at_;  // by number >> kStepBits: the table of the step's first row, or one before it
  std::vector<uint32_t> accounts_, users_;
  std::vector<uint32_t> order_;  // numbers of rows among all, by account
};

}  // namespace

Resolved resolve_tables(Tables tables, const facts::FactSet& rest, const facts::Settings& settings,
                        const facts::Cut& cut, EventSink& sink, int threads) {
  Resolved out;
  Portfolio& portfolio = out.portfolio;
  portfolio.settings = settings;
  References references(rest.identities, rest.memberships, settings);
  Resolver events(tables, settings, cut, references, threads);
  events.place();
  out.tally = events.take_tally();
  StateFacts state = resolve_state(rest, settings, cut, references);
  portfolio.rates = std::move(state.rates);
  events.count();

  std::vector<uint8_t> used(references.accounts.size() + 1, 0);
  for (size_t i = 1; i < events.accounts().size(); ++i) used[i] = events.accounts()[i] != 0;
  state.mark_accounts(used);
  const std::vector<uint32_t> account_number = number_sorted(references.accounts, used, 0, portfolio.accounts);
  state.drop_contacts(account_number);
  used.assign(references.users.size() + 1, 0);
  for (size_t i = 1; i < events.users().size(); ++i) used[i] = events.users()[i] != 0;
  state.mark_users(used);
  const std::vector<uint32_t> user_number = number_sorted(references.users, used, 1, out.user_keys);
  out.user_events.assign(out.user_keys.size(), 0);
  for (size_t i = 1; i < events.users().size(); ++i) {
    if (events.users()[i] != 0) out.user_events[user_number[i] - 1] = events.users()[i];
  }
  for (const std::string& key : out.user_keys) portfolio.users.push_back(key.substr(0, key.find('\0')));
  portfolio.users_in_use = static_cast<int64_t>(portfolio.users.size());

  events.write(account_number, user_number, sink, out);
  out.tally.publish(state.spoken, portfolio);
  std::move(state).write(account_number, user_number, portfolio);
  return out;
}

Portfolio resolve(Tables tables, const facts::FactSet& rest, const facts::Settings& settings, const facts::Cut& cut) {
  MemorySink sink;
  return resolve_tables(tables, rest, settings, cut, sink, 1).portfolio;
}

Portfolio resolve(const facts::EventTable& events, const facts::FactSet& rest, const facts::Settings& settings,
                  const facts::Cut& cut) {
  const EventView view = events.view();
  return resolve(std::span(&view, 1), rest, settings, cut);
}

Portfolio resolve(const facts::FactSet& facts, const facts::Settings& settings, const facts::Cut& cut) {
  facts::EventTable table;
  for (const facts::EventFact& event : facts.events) table.add(event);
  return resolve(table, facts, settings, cut);
}

}  // namespace kenko::identity
