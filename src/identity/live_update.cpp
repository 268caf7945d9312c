#include "identity/live_update.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace kenko::identity {
namespace {

using facts::EventView;
using facts::Portfolio;

// The version that counts among those that `exists` names; nothing when there is none or it is a deletion.
template <typename Exists>
std::optional<RowId> winner(Tables tables, const std::vector<RowId>& versions, const Exists& exists) {
  std::optional<RowId> best;
  for (const RowId id : versions) {
    if (exists(id) && (!best || loses(tables, *best, id))) best = id;
  }
  if (best && tables[best->table].has(best->row, EventView::kDeleted)) return std::nullopt;
  return best;
}

}  // namespace

LiveUpdate::LiveUpdate(LivePortfolio& live, Tables tables, int64_t known_seq, References& before, References& after)
    : live_(live),
      tables_(tables),
      known_seq_(known_seq),
      references_changed_(&before != &after),
      before_{&before, {}},
      after_{&after, {}} {
  before_.placers.resize(tables.size());
  after_.placers.resize(tables.size());
}

Placer& LiveUpdate::placer(Side& side, uint32_t table) {
  std::unique_ptr<Placer>& placer = side.placers[table];
  if (placer == nullptr) {
    placer = std::make_unique<Placer>(tables_[table], live_.portfolio_.settings, *side.references, lock_);
  }
  return *placer;
}

void LiveUpdate::collect_new_rows() {
  for (uint32_t t = 0; t < tables_.size(); ++t) {
    if (tables_[t].last_seq <= known_seq_) continue;
    for (uint32_t row = 0; row < tables_[t].size(); ++row) {
      if (is_new({t, row})) rows_.push_back({t, row});
    }
  }
  new_rows_ = rows_.size();
}

void LiveUpdate::collect_rows_of(const ChangedReferences& changed) {
  for (uint32_t t = 0; t < tables_.size(); ++t) {
    const EventView& e = tables_[t];
    const auto source_of = [&e](const ChangedReferences::Reference& r) { return e.texts->find(r.first); };
    for (const auto& reference : changed.accounts) {
      const uint32_t ref = e.texts->find(reference.second);
      const uint32_t source = source_of(reference);
      if (ref == 0 || (source == 0 && !reference.first.empty())) continue;
      auto run = std::lower_bound(e.index.runs.begin(), e.index.runs.end(), facts::EventIndex::Run{ref, 0, 0, 0});
      for (; run != e.index.runs.end() && run->ref == ref; ++run) {
        if (source != 0 && run->source != source) continue;
        for (uint32_t row = run->begin; row < run->end; ++row) rows_.push_back({t, row});
      }
    }
    for (const auto& reference : changed.loose) {
      const uint32_t ref = e.texts->find(reference.second);
      if (ref == 0) continue;
      auto at = std::lower_bound(e.index.loose.begin(), e.index.loose.end(), facts::EventIndex::Loose{ref, 0});
      for (; at != e.index.loose.end() && at->user_ref == ref; ++at) rows_.push_back({t, at->row});
    }
    std::set<uint32_t> users;
    for (const auto& reference : changed.users) {
      if (const uint32_t ref = e.texts->find(reference.second); ref != 0) users.insert(ref);
    }
    if (users.empty()) continue;
    for (uint32_t row = 0; row < e.size(); ++row) {
      if (e.user_ref[row] != 0 && users.contains(e.user_ref[row])) rows_.push_back({t, row});
    }
  }
}

bool LiveUpdate::find_changes(uint64_t room) {
  collect_new_rows();
  if (references_changed_) collect_rows_of(References::changed(*before_.references, *after_.references));
  std::sort(rows_.begin(), rows_.end());
  rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
  if (rows_.size() > room) return false;
  uint64_t all = 0;
  for (const EventView& table : tables_) all += table.size();
  constexpr uint64_t kFew = 64;  // one in so many rows: then looking up each is cheaper than going through all keys
  if (rows_.size() > all / kFew) {
    judge_together();
  } else {
    std::set<RowId> judged;  // further versions of events that were judged
    for (const RowId id : rows_) {
      if (judged.contains(id)) continue;
      const std::vector<RowId> versions = versions_of(tables_, id);
      if (versions.size() > 1) judged.insert(versions.begin(), versions.end());
      judge(versions);
    }
  }
  take_tallies();
  return true;
}

void LiveUpdate::judge_together() {
  HiddenRows wanted(tables_.size());
  for (const RowId id : rows_) wanted.hide(id, tables_[id.table].size());
  HiddenRows judged(tables_.size());
  const Versions all = find_versions(tables_, 1);
  std::vector<RowId> versions;
  size_t begin = 0;
  for (const size_t end : all.end) {
    versions.assign(all.rows.begin() + static_cast<ptrdiff_t>(begin), all.rows.begin() + static_cast<ptrdiff_t>(end));
    begin = end;
    const auto is_wanted = [&wanted](RowId id) { return wanted.hidden(id.table, id.row); };
    if (std::none_of(versions.begin(), versions.end(), is_wanted)) continue;
    for (const RowId id : versions) judged.hide(id, tables_[id.table].size());
    judge(versions);
  }
  for (const RowId id : rows_) {
    if (judged.hidden(id.table, id.row)) continue;
    versions.assign(1, id);
    judge(versions);
  }
}

void LiveUpdate::judge(const std::vector<RowId>& versions) {
  const auto was = winner(tables_, versions, [this](RowId id) { return !is_new(id); });
  const auto is = winner(tables_, versions, [](RowId) { return true; });
  if (was == is && (!was || !references_changed_)) return;
  Placement old_place, new_place;
  if (was) old_place = placer(before_, was->table).place(was->row);
  if (is) new_place = placer(after_, is->table).place(is->row);
  const auto real = [](uint32_t account) { return account != 0 && account != Placement::kExcluded; };
  const auto account_text = [&real](const Side& side, const Placement& p) {
    return real(p.account) ? side.references->accounts.text(p.account) : std::string_view();
  };
  const auto user_text = [](const Side& side, const Placement& p) {
    return p.user != 0 ? side.references->users.text(p.user) : std::string_view();
  };
  const bool same_kind =
      (old_place.account == 0) == (new_place.account == 0) && real(old_place.account) == real(new_place.account);
  if (was == is && same_kind && account_text(before_, old_place) == account_text(after_, new_place) &&
      user_text(before_, old_place) == user_text(after_, new_place)) {
    return;
  }
  if (was) {
    placer(before_, was->table).count(was->row, old_place, -1);
    if (real(old_place.account)) changes_[std::string(account_text(before_, old_place))].removed.push_back(*was);
  }
  if (is) {
    placer(after_, is->table).count(is->row, new_place, 1);
    if (real(new_place.account)) {
      const uint32_t user = new_place.user == 0 ? 0 : live_.user_number(user_text(after_, new_place));
      live_.count_user(user, 1);
      changes_[std::string(account_text(after_, new_place))].added.push_back({*is, new_place.day, user});
    }
  }
}

void LiveUpdate::take_tallies() {
  for (const Side* side : {&before_, &after_}) {
    for (const auto& placer : side->placers) {
      if (placer != nullptr) live_.tally_.add(placer->tally());
    }
  }
}

// A row of the portfolio against one of a table, by (occurred, source, id).
int LiveUpdate::compare(uint64_t row, RowId id) const {
  const Portfolio& p = live_.portfolio_;
  const EventView& e = tables_[id.table];
  const int64_t a = p.events.occurred[row];
  const int64_t b = e.occurred_at[id.row];
  if (a != b) return a < b ? -1 : 1;
  const int sources = p.texts.text(p.events.source[row]).compare(e.text(e.source[id.row]));
  return sources != 0 ? sources : p.events.event_id(row).compare(e.event_id(id.row));
}

// The first row that does not stand before `id`.
uint64_t LiveUpdate::first_after(const facts::RowRange& rows, RowId id) const {
  uint64_t low = rows.begin;
  uint64_t high = rows.end;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (compare(middle, id) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<uint64_t> LiveUpdate::find_row(const facts::RowRange& rows, RowId id) const {
  const uint64_t row = first_after(rows, id);
  if (row == rows.end || compare(row, id) != 0) return std::nullopt;
  return row;
}

// Copies rows first .. last (not included) of the block at hand.
void LiveUpdate::keep_rows(uint64_t first, uint64_t last, BlockWriter& writer) {
  if (first == last) return;
  const Portfolio& p = live_.portfolio_;
  EventBlock& block = writer.block;
  const auto copy = [first, last](auto& to, const auto& column) {
    to.insert(to.end(), column.begin() + static_cast<ptrdiff_t>(first), column.begin() + static_cast<ptrdiff_t>(last));
  };
  copy(block.day, p.events.day);
  copy(block.occurred, p.events.occurred);
  copy(block.name, p.events.name);
  copy(block.source, p.events.source);
  copy(block.user, p.events.user);
  copy(block.value, p.events.value);
  copy(block.flags, p.events.flags);
  const uint64_t ids = first == 0 ? 0 : p.events.id_end[first - 1];
  const uint64_t id_bytes = p.events.id_end[last - 1] - ids;
  block.id_bytes += p.events.id_bytes.substr(ids, id_bytes);
  for (uint64_t row = first; row < last; ++row) {
    block.id_end.push_back(p.events.id_end[row] - ids + writer.next_id_byte());
  }
  const uint64_t to = writer.next_row();
  for (Cursor& c : cursors_) {
    const facts::PropertyColumn& column = p.properties[c.property];
    while (c.at < c.end && column.row[c.at] < first) ++c.at;
    EventBlock::Cells& cells = block.cells[c.property];
    for (; c.at < c.end && column.row[c.at] < last; ++c.at) {
      cells.row.push_back(static_cast<uint32_t>(column.row[c.at] - first + to));
      cells.value.push_back(column.value[c.at]);
    }
  }
  writer.skip(last - first, id_bytes);
}

bool LiveUpdate::write_block(const std::string& account, AccountChange& change, BlockWriter& writer) {
  Portfolio& p = live_.portfolio_;
  const auto number = p.find_account(account);
  const facts::RowRange rows = number ? p.events_of[*number] : facts::RowRange{};
  std::vector<uint64_t> removed;
  for (const RowId id : change.removed) {
    const auto row = find_row(rows, id);
    if (!row) return false;
    removed.push_back(*row);
    live_.count_user(p.events.user[*row], -1);
    if ((p.events.flags[*row] & facts::ResolvedEvents::kNoRate) != 0) --live_.tally_.no_rate;
  }
  std::sort(removed.begin(), removed.end());
  std::sort(change.added.begin(), change.added.end(), [this](const Added& a, const Added& b) {
    const EventView& ea = tables_[a.id.table];
    const EventView& eb = tables_[b.id.table];
    const auto key = [](const EventView& e, uint32_t row) {
      return std::make_tuple(e.occurred_at[row], e.text(e.source[row]), e.event_id(row));
    };
    return key(ea, a.id.row) < key(eb, b.id.row);
  });
  cursors_.clear();
  for (size_t i = 0; i < p.properties.size(); ++i) {
    const auto& column = p.properties[i].row;
    const auto at = std::lower_bound(column.begin(), column.end(), rows.begin);
    const auto end = std::lower_bound(at, column.end(), rows.end);
    if (at != end)
      cursors_.push_back({i, static_cast<size_t>(at - column.begin()), static_cast<size_t>(end - column.begin())});
  }
  const uint64_t first = writer.next_row();
  auto gone = removed.begin();
  auto next = change.added.begin();
  uint64_t row = rows.begin;
  while (row < rows.end || next != change.added.end()) {
    // The rows up to the next event that comes or goes.
    uint64_t end = gone != removed.end() ? *gone : rows.end;
    if (next != change.added.end()) end = std::min(end, first_after({row, end}, next->id));
    keep_rows(row, end, writer);
    row = end;
    const bool goes = gone != removed.end() && *gone == row;
    if (next != change.added.end() && (!goes || compare(row, next->id) > 0)) {
      writer.add(next->id, next->day, next->user);
      ++next;
    } else if (goes) {
      ++gone;
      ++row;
    }
  }
  const facts::RowRange now{first, writer.next_row()};
  if (number) {
    if ((rows.size() == 0) != (now.size() == 0)) accounts_changed_ = true;
    p.events_of[*number] = now;
  } else if (now.size() > 0) {
    new_accounts_.emplace_back(account, now);
    accounts_changed_ = true;
  }
  return true;
}

// The list stays sorted; what is bound to account numbers is written anew when accounts change.
void LiveUpdate::add_accounts() {
  Portfolio& p = live_.portfolio_;
  if (new_accounts_.empty()) return;
  std::vector<std::string> accounts;
  std::vector<facts::RowRange> events_of;
  auto next = new_accounts_.begin();
  for (size_t a = 0; a <= p.accounts.size(); ++a) {
    for (; next != new_accounts_.end() && (a == p.accounts.size() || next->first < p.accounts[a]); ++next) {
      accounts.push_back(std::move(next->first));
      events_of.push_back(next->second);
    }
    if (a == p.accounts.size()) break;
    accounts.push_back(std::move(p.accounts[a]));
    events_of.push_back(p.events_of[a]);
  }
  p.accounts = std::move(accounts);
  p.events_of = std::move(events_of);
}

bool LiveUpdate::write_blocks(uint64_t room) {
  Portfolio& p = live_.portfolio_;
  if (changes_.empty()) return true;
  uint64_t rows = 0;
  for (const auto& [account, change] : changes_) {
    const auto number = p.find_account(account);
    rows += change.added.size() + (number ? p.events_of[*number].size() : 0);
  }
  if (live_.added_rows() + rows > room || p.events.size() + rows >= UINT32_MAX) return false;
  BlockWriter writer(tables_, p, p.events.size(), p.events.id_bytes.size());
  for (const facts::PropertyColumn& column : p.properties) (void)writer.position_of(column.key);
  for (auto& [account, change] : changes_) {
    if (!write_block(account, change, writer)) return false;
  }
  add_accounts();
  live_.tally_.no_rate += writer.no_rate();
  return live_.columns_->append(writer.block, writer.keys(), p);
}

}  // namespace kenko::identity
