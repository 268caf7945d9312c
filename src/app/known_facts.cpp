#include "app/known_facts.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "app/clock.h"
#include "app/portfolio.h"
#include "identity/placing.h"
#include "identity/references.h"
#include "identity/resolve.h"
#include "segments/coded_segment.h"
#include "text/derive.h"

namespace kenko::app {
namespace {

using facts::AttributeFact;
using facts::ContractFact;
using facts::EntityKind;
using facts::EventView;
using facts::Recorded;
using identity::RowId;

// One score rests on accounts anywhere, not only on those of its tree.
bool rests_on_others(const plan::Plan& plan) {
  const auto quantile = [](const std::vector<plan::Band>& bands) {
    return std::any_of(bands.begin(), bands.end(), [](const plan::Band& b) { return b.quantile_micros.has_value(); });
  };
  const auto changed = [&](const plan::Segment& s) { return quantile(s.changes.bands); };
  const auto peers = [](const plan::Stage& s) { return s.kind == plan::Stage::Kind::peers && !s.nodes.empty(); };
  return quantile(plan.bands) || std::any_of(plan.segments.begin(), plan.segments.end(), changed) ||
         std::any_of(plan.life_stages.begin(), plan.life_stages.end(), changed) ||
         std::any_of(plan.stages.begin(), plan.stages.end(), peers);
}

// Copies rows of other tables into one of its own.
class Selection {
 public:
  explicit Selection(identity::Tables tables)
      : tables_(tables), table_(std::make_shared<facts::EventTable>()), fill_(*table_), codes_(tables.size()) {}

  void add(RowId id) {
    const EventView& e = tables_[id.table];
    std::vector<uint32_t>& codes = codes_[id.table];
    codes.resize(e.texts->size() + 1, 0);
    const auto code = [&](uint32_t old) {
      if (old != 0 && codes[old] == 0) codes[old] = table_->texts.intern(e.texts->text(old));
      return codes[old];
    };
    const uint32_t row = id.row;
    fill_.key.push_back(facts::event_key(e.text(e.source[row]), e.event_id(row)).high);
    fill_.id_bytes += e.event_id(row);
    fill_.id_end.push_back(fill_.id_bytes.size());
    fill_.source.push_back(code(e.source[row]));
    fill_.account_ref.push_back(code(e.account_ref[row]));
    fill_.user_ref.push_back(code(e.user_ref[row]));
    fill_.name.push_back(code(e.name[row]));
    fill_.currency.push_back(code(e.currency[row]));
    fill_.occurred_at.push_back(e.occurred_at[row]);
    fill_.known_at.push_back(e.known_at[row]);
    fill_.seq.push_back(e.seq[row]);
    fill_.version.push_back(e.version[row]);
    fill_.value.push_back(e.value[row]);
    fill_.flags.push_back(e.flags[row]);
    for (const EventView::Cell& cell : e.cells(row)) fill_.properties.push_back({code(cell.key), code(cell.value)});
    fill_.property_end.push_back(fill_.properties.size());
  }
  [[nodiscard]] std::shared_ptr<const facts::EventTable> take() { return std::move(table_); }

 private:
  identity::Tables tables_;
  std::shared_ptr<facts::EventTable> table_;
  facts::EventTableFiller fill_;
  std::vector<std::vector<uint32_t>> codes_;
};

// The account of each row, by (table, row).
class Accounts {
 public:
  Accounts(identity::Tables tables, const facts::Settings& settings, identity::References& references) {
    for (const EventView& table : tables)
      placers_.push_back(std::make_unique<identity::Placer>(table, settings, references, lock_));
  }
  // 0 = none, or an excluded one.
  [[nodiscard]] uint32_t of(RowId id) {
    const uint32_t account = placers_[id.table]->place(id.row).account;
    return account == identity::Placement::kExcluded ? 0 : account;
  }

 private:
  std::mutex lock_;
  std::vector<std::unique_ptr<identity::Placer>> placers_;
};

// Collects the accounts that facts which came late speak of.
class LateSearch {
 public:
  LateSearch(identity::Tables tables, const facts::FactSet& rest, const facts::Settings& settings, const Known& base,
             Day first, Day last, int threads)
      : tables_(tables),
        threads_(threads),
        rest_(rest),
        settings_(settings),
        base_(base),
        first_(first),
        last_(last),
        references_(rest.identities, rest.memberships, settings) {
    for (Day day = first; day <= last; ++day) closes_.push_back(close_of(day, settings));
    punctual_ = !base.next_seq && base.until >= close_of(first - 1, settings);
  }

  void search_events(const facts::Portfolio& all) {
    Accounts accounts(tables_, settings_, references_);
    std::map<std::string_view, Day> earliest;  // by source
    const auto touch = [&](RowId id) {
      const EventView& e = tables_[id.table];
      touched_ = true;
      add_account(accounts.of(id));
      const Day day = settings_.time_zone.day_of(Instant{e.occurred_at[id.row]});
      const auto [at, added] = earliest.try_emplace(e.text(e.source[id.row]), day);
      at->second = std::min(at->second, day);
    };
    if (many_are_fresh()) {
      search_all(touch);
    } else {
      search_each(touch);
    }
    for (size_t i = 0; i < settings_.sources.size(); ++i) {
      const facts::SourceSettings& source = settings_.sources[i];
      const auto found = earliest.find(source.name);
      if (found == earliest.end() || source.start) continue;
      // When a source begins, it observes everybody.
      if (!all.source_first_day[i] || found->second <= *all.source_first_day[i]) everybody_ = true;
    }
  }

  void search_attributes(const std::vector<AttributeFact>& taken_back) {
    std::set<std::pair<std::string_view, std::string_view>> snapshots;
    for (const AttributeFact& fact : rest_.attributes) {
      if (!fresh(fact.recorded) || (!fact.backfill && !late(fact.recorded, fact.valid_from))) continue;
      add(fact);
      if (!fact.scope.empty()) snapshots.emplace(fact.source, fact.scope);
    }
    for (const AttributeFact& fact : taken_back) add(fact);
    for (const AttributeFact& fact : rest_.attributes) {
      if (snapshots.contains({fact.source, fact.scope})) add(fact);
    }
  }

  void search_contracts() {
    using Id = std::pair<std::string_view, std::string_view>;
    std::set<Id> ids;
    for (const ContractFact& fact : rest_.contracts) {
      if (fresh(fact.recorded) && late(fact.recorded, fact.valid_from)) ids.emplace(fact.source, fact.contract_id);
    }
    std::set<Id> replaced;
    for (const ContractFact& fact : rest_.contracts) {
      if (!fact.replaces.empty() && ids.contains({fact.source, fact.contract_id}))
        replaced.emplace(fact.source, fact.replaces);
    }
    ids.insert(replaced.begin(), replaced.end());
    touched_ = touched_ || !ids.empty();
    for (const ContractFact& fact : rest_.contracts) {
      if (ids.contains({fact.source, fact.contract_id}))
        add_account(references_.account(fact.source, fact.account_ref, fact.valid_from));
    }
  }

  // Whoever was ever below one account with them, by whatever was ever said.
  void add_trees() {
    std::map<std::string, std::vector<std::string>> beside;
    for (const AttributeFact& fact : rest_.attributes) {
      if (fact.key != "parent" || fact.kind != EntityKind::account || !fact.value) continue;
      const uint32_t child = references_.account(fact.source, fact.entity_ref, fact.valid_from);
      if (child == 0) continue;
      const std::string name(references_.accounts.text(child)), parent(fact.value->text);
      beside[name].push_back(parent);
      beside[parent].push_back(name);
    }
    std::vector<std::string> next(accounts_.begin(), accounts_.end());
    while (!next.empty()) {
      const std::string name = std::move(next.back());
      next.pop_back();
      for (const std::string& other : beside[name]) {
        if (accounts_.insert(other).second) next.push_back(other);
      }
    }
  }

  [[nodiscard]] LateAccounts take(bool coupled) {
    LateAccounts out;
    if (accounts_.empty() && !everybody_ && !(coupled && touched_)) return out;
    out.all = everybody_ || coupled;
    if (!out.all) out.accounts.assign(accounts_.begin(), accounts_.end());
    return out;
  }

 private:
  using Touch = std::function<void(RowId)>;

  template <typename Use>
  void for_each_fresh(const Use& use) const {
    for (uint32_t t = 0; t < tables_.size(); ++t) {
      const EventView& e = tables_[t];
      for (uint32_t row = 0; row < e.size(); ++row) {
        if (fresh(recorded(e, row))) use(RowId{t, row});
      }
    }
  }

  // To look for the versions of one row costs as much as passing by some of all rows does.
  [[nodiscard]] bool many_are_fresh() const {
    constexpr size_t kRowsOfALook = 16;
    size_t rows = 0, fresh_rows = 0;
    for (const EventView& e : tables_) rows += e.size();
    for_each_fresh([&](RowId) { ++fresh_rows; });
    return fresh_rows * kRowsOfALook > rows;
  }

  void search_each(const Touch& touch) const {
    for_each_fresh([&](RowId id) {
      const std::vector<RowId> versions = identity::versions_of(tables_, id);
      if (versions.size() > 1) {
        for (const RowId version : versions) touch(version);
      } else if (late(id)) {
        touch(id);
      }
    });
  }

  // The same, by the versions of all rows at once.
  void search_all(const Touch& touch) const {
    const identity::Versions versions = identity::find_versions(tables_, threads_);
    std::vector<std::vector<bool>> several(tables_.size());
    for (size_t t = 0; t < several.size(); ++t) several[t].resize(tables_[t].size());
    size_t begin = 0;
    for (const size_t end : versions.end) {
      const std::span<const RowId> ids(versions.rows.data() + begin, end - begin);
      begin = end;
      for (const RowId id : ids) several[id.table][id.row] = true;
      const auto is_fresh = [this](RowId id) { return fresh(recorded(tables_[id.table], id.row)); };
      if (std::any_of(ids.begin(), ids.end(), is_fresh)) std::for_each(ids.begin(), ids.end(), touch);
    }
    for_each_fresh([&](RowId id) {
      if (!several[id.table][id.row] && late(id)) touch(id);
    });
  }

  [[nodiscard]] static Recorded recorded(const EventView& e, uint32_t row) {
    return {Instant{e.known_at[row]}, e.seq[row], false};
  }
  // Requires a fresh row.
  [[nodiscard]] bool late(RowId id) const {
    const EventView& e = tables_[id.table];
    // Known when it happened, after the close before the first day: its day was open.
    if (punctual_ && e.known_at[id.row] <= e.occurred_at[id.row]) return false;
    return late(recorded(e, id.row), settings_.time_zone.day_of(Instant{e.occurred_at[id.row]}));
  }

  // The close before the first one did not see it.
  [[nodiscard]] bool fresh(const Recorded& r) const {
    return r.known_at > base_.until || (base_.next_seq && r.seq >= *base_.next_seq);
  }
  // A fresh fact of a day that had been closed when it became known.
  [[nodiscard]] bool late(const Recorded& r, Day day) const {
    if (day < first_) return true;
    return day <= last_ && r.known_at > closes_[static_cast<size_t>(day - first_)];
  }

  void add_account(uint32_t account) {
    if (account != 0) accounts_.emplace(references_.accounts.text(account));
  }
  void add(const AttributeFact& fact) {
    touched_ = true;
    if (fact.kind == EntityKind::contact) everybody_ = true;  // whoever met this person
    if (fact.kind == EntityKind::account)
      add_account(references_.account(fact.source, fact.entity_ref, fact.valid_from));
  }

  identity::Tables tables_;
  int threads_;
  const facts::FactSet& rest_;
  const facts::Settings& settings_;
  const Known& base_;
  Day first_, last_;
  bool punctual_ = false;  // what is fresh became known after the close before `first`
  identity::References references_;
  std::vector<Instant> closes_;  // of the days first_ ... last_
  std::set<std::string> accounts_;
  bool everybody_ = false;
  bool touched_ = false;  // there is a late fact, perhaps of nobody
};

auto name_of(const AttributeFact& a) {
  return std::make_tuple(a.kind, std::string_view(a.source), std::string_view(a.entity_ref), std::string_view(a.key),
                         std::string_view(a.scope), a.valid_from, a.recorded.seq);
}

// Values of `more` that are not in `fewer`.
std::vector<AttributeFact> without(const std::vector<AttributeFact>& more, const std::vector<AttributeFact>& fewer) {
  std::set<decltype(name_of(more.front()))> there;
  if (more.size() == fewer.size()) return {};
  for (const AttributeFact& a : fewer) there.insert(name_of(a));
  std::vector<AttributeFact> out;
  for (const AttributeFact& a : more) {
    if (!there.contains(name_of(a))) out.push_back(a);
  }
  return out;
}

}  // namespace

KnownFacts::KnownFacts(std::shared_ptr<const facts::EventTable> events, facts::Settings settings, Rest rest)
    : settings_(std::move(settings)), rest_(std::move(rest)) {
  add(events);
}

void KnownFacts::add(const std::shared_ptr<const facts::EventTable>& events) {
  if (events->size() == 0) return;
  tables_.push_back(events->view());
  owners_.push_back(events);
}

Result<KnownFacts> KnownFacts::load(const Workspace& workspace, ports::FactStore& store, int threads) {
  const auto rest = [&store](const std::optional<Instant>& known_until) -> Result<facts::FactSet> {
    KENKO_TRY(ports::StoredFacts now, store.load_facts(known_until));
    now.facts.events.clear();
    return std::move(now.facts);
  };
  KnownFacts out(workspace.settings, rest, threads);
  KENKO_TRY(const text::RuleFiles files, read_text_rules(workspace.dir));
  KENKO_TRY(ports::StoredFacts stored, store.load_facts());
  KENKO_TRY(auto coded, segments::open_coded_segments(workspace.dir, stored.snapshot.segments, files, threads));
  for (segments::CodedSegment& segment : coded) {
    out.tables_.push_back(segment.view);
    out.owners_.push_back(std::move(segment.owner));
  }
  text::TextRules rules;
  if (std::any_of(stored.facts.events.begin(), stored.facts.events.end(), [](const auto& e) { return e.text; })) {
    KENKO_TRY(rules, text::read_rules(files));
  }
  text::derive_properties(stored.facts, rules.lexicons, rules.topics);
  auto own = std::make_shared<facts::EventTable>();
  for (const facts::EventFact& event : stored.facts.events) own->add(event);
  out.add(own);
  return out;
}

Result<std::shared_ptr<const facts::FactSet>> KnownFacts::rest(const std::optional<Instant>& known_until) const {
  const auto read = [this](const std::optional<Instant>& until) -> Result<std::shared_ptr<const facts::FactSet>> {
    KENKO_TRY(facts::FactSet out, rest_(until));
    return std::make_shared<const facts::FactSet>(std::move(out));
  };
  if (!ever_) {
    KENKO_TRY(ever_, read(Instant::kMin));  // nothing had been taken back then
    KENKO_TRY(const auto now, read(std::nullopt));
    always_ = ever_->attributes.size() == now->attributes.size();
  }
  if (always_ || known_until == Instant::kMin) return ever_;
  return read(known_until);
}

Result<LateAccounts> KnownFacts::late_accounts(const Known& base, Day first, Day last,
                                               const std::vector<const plan::Plan*>& plans, const facts::Portfolio& all,
                                               Coupling coupling) {
  KENKO_TRY(const auto known, rest(Instant::kMin));
  KENKO_TRY(const auto now, rest(std::nullopt));
  KENKO_TRY(const auto then, rest(base.until));
  const facts::FactSet& ever = *known;
  std::vector<AttributeFact> taken_back = without(ever.attributes, now->attributes);
  const std::vector<AttributeFact> long_ago = without(ever.attributes, then->attributes);
  std::set<decltype(name_of(long_ago.front()))> gone;
  for (const AttributeFact& a : long_ago) gone.insert(name_of(a));
  std::erase_if(taken_back, [&](const AttributeFact& a) {
    return gone.contains(name_of(a)) && a.recorded.known_at <= base.until &&
           (!base.next_seq || a.recorded.seq < *base.next_seq);
  });
  LateSearch search(tables_, ever, settings_, base, first, last, threads_);
  search.search_events(all);
  search.search_attributes(taken_back);
  search.search_contracts();
  const bool parents = std::any_of(ever.attributes.begin(), ever.attributes.end(),
                                   [](const AttributeFact& a) { return a.key == "parent"; });
  const bool rhythm = std::any_of(settings_.sources.begin(), settings_.sources.end(),
                                  [](const facts::SourceSettings& s) { return s.every_days.has_value(); });
  if (coupling == Coupling::none) return search.take(false);
  if (parents) search.add_trees();
  return search.take(rhythm ||
                     std::any_of(plans.begin(), plans.end(), [](const plan::Plan* p) { return rests_on_others(*p); }));
}

Status KnownFacts::keep_only(const std::vector<std::string>& accounts, const facts::Portfolio& all) {
  KENKO_TRY(const auto now, rest(std::nullopt));
  identity::References references(now->identities, now->memberships, settings_);
  std::vector<uint8_t> wanted;  // by temporary number: 0 = not asked yet, 1 = no, 2 = yes
  const auto is_wanted = [&](uint32_t account) {
    if (account == 0) return false;
    if (wanted.size() <= account) wanted.resize(references.accounts.size() + 1, 0);
    uint8_t& known = wanted[account];
    if (known == 0)
      known = std::binary_search(accounts.begin(), accounts.end(), references.accounts.text(account)) ? 2 : 1;
    return known == 2;
  };
  Accounts account(tables_, settings_, references);
  std::vector<RowId> rows;
  for (uint32_t t = 0; t < tables_.size(); ++t) {
    for (uint32_t row = 0; row < tables_[t].size(); ++row) {
      if (is_wanted(account.of({t, row}))) rows.push_back({t, row});
    }
  }
  // Every version of an event of theirs, wherever it has been.
  const identity::Versions versions = identity::find_versions(tables_, threads_);
  const size_t own = rows.size();
  for (size_t i = 0; i < versions.end.size(); ++i) {
    const auto begin = versions.rows.begin() + static_cast<ptrdiff_t>(i == 0 ? 0 : versions.end[i - 1]);
    const auto end = versions.rows.begin() + static_cast<ptrdiff_t>(versions.end[i]);
    const bool any = std::any_of(begin, end, [&](RowId id) {
      return std::binary_search(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(own), id);
    });
    if (any) rows.insert(rows.end(), begin, end);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  Selection selection(tables_);
  for (const RowId id : rows) selection.add(id);
  const auto table = selection.take();
  tables_.clear();
  owners_.clear();
  add(table);
  source_first_day_ = all.source_first_day;
  return Done{};
}

Result<facts::Portfolio> KnownFacts::portfolio(const Known& known) const {
  KENKO_TRY(std::shared_ptr<const facts::FactSet> known_rest, rest(known.until));
  facts::Cut cut;
  cut.known_until = known.until;
  std::vector<facts::EventView> tables = tables_;
  std::vector<std::shared_ptr<const facts::EventTable>> earlier;
  if (known.next_seq) {
    const auto later = [&](const auto& fact) { return fact.recorded.seq >= *known.next_seq; };
    facts::FactSet earlier_rest = *known_rest;
    std::erase_if(earlier_rest.attributes, later);
    std::erase_if(earlier_rest.contracts, later);
    known_rest = std::make_shared<const facts::FactSet>(std::move(earlier_rest));
    for (uint32_t t = 0; t < tables_.size(); ++t) {
      if (tables_[t].last_seq < *known.next_seq) continue;
      Selection selection(tables_);
      for (uint32_t row = 0; row < tables_[t].size(); ++row) {
        if (tables_[t].seq[row] < *known.next_seq) selection.add({t, row});
      }
      earlier.push_back(selection.take());
      tables[t] = earlier.back()->view();
    }
  }
  identity::MemorySink sink;
  facts::Portfolio out = identity::resolve_tables(tables, *known_rest, settings_, cut, sink, threads_).portfolio;
  if (source_first_day_) out.source_first_day = *source_first_day_;
  return out;
}

Result<int64_t> KnownFacts::next_seq() const {
  KENKO_TRY(const auto ever, rest(Instant::kMin));
  int64_t last = 0;
  for (const EventView& table : tables_) last = std::max(last, table.last_seq);
  for (const AttributeFact& fact : ever->attributes) last = std::max(last, fact.recorded.seq);
  for (const ContractFact& fact : ever->contracts) last = std::max(last, fact.recorded.seq);
  return last + 1;
}

}  // namespace kenko::app
