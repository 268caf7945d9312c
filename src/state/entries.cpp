// What people entered by hand: Database::record, undo and entries.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "state/database_state.h"
#include "state/entered_events.h"
#include "state/fact_hash.h"
#include "state/fact_rows.h"

namespace kenko::state {
namespace {

using facts::AttributeFact;
using facts::EventFact;

Problem problem_of(std::string code, std::string message, std::string hint) {
  Problem problem;
  problem.code = std::move(code);
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  return problem;
}

/// An undo has a greater number than what it takes back, so going down every undo is judged before what it undoes.
void judge(std::vector<Entry>& entries) {
  std::map<int64_t, Entry*> by_number;
  for (Entry& entry : entries) {
    entry.undone_by = 0;
    by_number.emplace(entry.number, &entry);
  }
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->kind != Entry::Kind::undo || !entry->counts()) continue;
    const auto target = by_number.find(entry->undoes);
    if (target != by_number.end()) target->second->undone_by = entry->number;
  }
}

/// Requires a transaction.
Result<std::vector<Entry>> load_entries(Sqlite& sqlite) {
  std::vector<EventFact> events;
  KENKO_TRY_STATUS(load_entered_events(sqlite, events));
  std::map<int64_t, AttributeFact> attributes;
  KENKO_TRY(Statement attribute,
            sqlite.prepare(std::string(FactTable<AttributeFact>::kSelect) + " WHERE kind = ? AND source = ?"));
  attribute.bind(static_cast<int>(facts::EntityKind::account), kManualSource);
  while (true) {
    KENKO_TRY(const bool more, attribute.step());
    if (!more) break;
    AttributeFact fact = FactTable<AttributeFact>::read(attribute);
    attributes.emplace(fact.recorded.seq, std::move(fact));
  }
  std::vector<Entry> entries;
  KENKO_TRY(Statement row, sqlite.prepare("SELECT number, at, author, kind, seq, undoes FROM entry ORDER BY number"));
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) break;
    Entry& entry = entries.emplace_back();
    entry.number = row.integer(0);
    entry.at = {row.integer(1)};
    entry.author = row.text(2);
    entry.kind = static_cast<Entry::Kind>(row.integer(3));
    entry.undoes = row.integer(5);
    const int64_t seq = row.integer(4);
    if (entry.kind == Entry::Kind::event) {
      const auto event = std::lower_bound(events.begin(), events.end(), seq,
                                          [](const EventFact& e, int64_t s) { return e.recorded.seq < s; });
      if (event != events.end() && event->recorded.seq == seq) entry.event = *event;
    } else if (entry.kind == Entry::Kind::attribute) {
      const auto found = attributes.find(seq);
      if (found != attributes.end()) entry.attribute = found->second;
    }
  }
  judge(entries);
  return entries;
}

/// The newest entry that counts and that sets the same dated value as `fact`; nullptr = none.
const Entry* last_saying(const std::vector<Entry>& entries, const AttributeFact& fact) {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->attribute && entry->counts() && key_of(*entry->attribute) == key_of(fact)) return &*entry;
  }
  return nullptr;
}

/// Entries on their way into one transaction.
class EntryWriter {
 public:
  EntryWriter(Sqlite& sqlite, std::vector<Entry> entries, int64_t next_seq)
      : sqlite_(sqlite), entries_(std::move(entries)), next_seq_(next_seq) {}

  Result<Entry> add(const EntryDraft& draft) {
    Entry entry;
    entry.at = draft.at;
    entry.author = draft.author;
    entry.number = next_number();
    if (draft.event) {
      entry.kind = Entry::Kind::event;
      entry.event = draft.event;
      entry.event->source = kManualSource;
      entry.event->event_id = entry_id(entry.number);
      entry.event->recorded = {draft.at, next_seq_, false};
      KENKO_TRY_STATUS(add_version(*entry.event));
      return keep(std::move(entry), entry.event->recorded.seq);
    }
    KENKO_CHECK(draft.attribute.has_value(), "an entry of {} says nothing", draft.author);
    entry.kind = Entry::Kind::attribute;
    entry.attribute = draft.attribute;
    entry.attribute->kind = facts::EntityKind::account;
    entry.attribute->source = kManualSource;
    entry.attribute->scope.clear();
    entry.attribute->recorded = {draft.at, next_seq_, false};
    if (const Entry* same = last_saying(entries_, *entry.attribute);
        same != nullptr && content_of(*same->attribute) == content_of(*entry.attribute)) {
      Entry repeated = *same;
      repeated.repeated = true;
      return repeated;
    }
    KENKO_TRY_STATUS(add_value(*entry.attribute));
    return keep(std::move(entry), entry.attribute->recorded.seq);
  }

  Result<Entry> undo(int64_t number, const std::string& author, Instant at) {
    const auto target =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.number == number; });
    if (target == entries_.end()) {
      return problem_of("unknown-entry", fmt::format("nothing was entered as `{}`", entry_id(number)),
                        "`kenko log --list` shows what was entered by hand");
    }
    if (!target->counts()) {
      return problem_of("already-undone",
                        fmt::format("{} was taken back before, by {}", entry_id(number), entry_id(target->undone_by)),
                        fmt::format("`kenko log --undo {}` brings it back", entry_id(target->undone_by)));
    }
    Entry entry;
    entry.number = next_number();
    entry.at = at;
    entry.author = author;
    entry.kind = Entry::Kind::undo;
    entry.undoes = number;
    const Entry root = root_of(*target);
    entries_.push_back(entry);
    judge(entries_);
    KENKO_TRY(const int64_t seq, root.event ? settle_event(root, at) : settle_value(root, at));
    entries_.pop_back();
    return keep(std::move(entry), seq);
  }

  [[nodiscard]] int64_t next_seq() const { return next_seq_; }

 private:
  [[nodiscard]] int64_t next_number() const { return entries_.empty() ? 1 : entries_.back().number + 1; }

  [[nodiscard]] const Entry& find(int64_t number) const {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.number == number; });
    KENKO_CHECK(found != entries_.end(), "no entry {}", number);
    return *found;
  }
  /// What an undo is about in the end: the event or value behind a chain of undos.
  [[nodiscard]] const Entry& root_of(const Entry& entry) const {
    return entry.kind == Entry::Kind::undo ? root_of(find(entry.undoes)) : entry;
  }

  Status add_version(const EventFact& event) {
    KENKO_TRY(const Outcome outcome, add_entered_event(sqlite_, event));
    KENKO_CHECK(outcome != Outcome::already, "{} changes nothing", event.event_id);
    ++next_seq_;
    return Done{};
  }
  Status add_value(const AttributeFact& fact) {
    KENKO_TRY(Statement insert, sqlite_.prepare(FactTable<AttributeFact>::kInsert));
    KENKO_TRY_STATUS(FactTable<AttributeFact>::insert(insert, fact));
    ++next_seq_;
    return Done{};
  }

  /// Makes the event there or not there, as `entries_` has it now.  Gives the seq of the new version.
  Result<int64_t> settle_event(const Entry& root, Instant at) {
    EventFact version = *root.event;
    version.recorded = {at, next_seq_, false};
    version.deleted = !find(root.number).counts();
    KENKO_TRY_STATUS(add_version(version));
    return version.recorded.seq;
  }

  /// Makes the dated value what the last entry that counts says of it.  Gives 0 when it said so already.
  Result<int64_t> settle_value(const Entry& root, Instant at) {
    KENKO_TRY(Statement stored, sqlite_.prepare(std::string(FactTable<AttributeFact>::kSelect) +
                                                std::string(FactTable<AttributeFact>::kOfKey)));
    FactTable<AttributeFact>::bind_key(stored, *root.attribute);
    KENKO_TRY(const bool found, stored.step());
    const Entry* says = last_saying(entries_, *root.attribute);
    if (says == nullptr && !found) return 0;
    AttributeFact fact = says != nullptr ? *says->attribute : *root.attribute;
    if (says != nullptr && found && content_of(FactTable<AttributeFact>::read(stored)) == content_of(fact)) return 0;
    fact.recorded = {at, next_seq_, false};
    if (says != nullptr) {
      KENKO_TRY_STATUS(add_value(fact));
    } else {
      KENKO_TRY_STATUS(withdraw(sqlite_, fact));
      ++next_seq_;
    }
    return fact.recorded.seq;
  }

  Result<Entry> keep(Entry entry, int64_t seq) {
    KENKO_TRY(Statement row, sqlite_.prepare("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)"));
    KENKO_TRY_STATUS(row.run(entry.number, entry.at, entry.author, static_cast<int>(entry.kind), seq, entry.undoes));
    entries_.push_back(entry);
    return entry;
  }

  Sqlite& sqlite_;
  std::vector<Entry> entries_;
  int64_t next_seq_;
};

Result<EntryWriter> begin_writing(Sqlite& sqlite) {
  KENKO_TRY(std::vector<Entry> entries, load_entries(sqlite));
  KENKO_TRY(const int64_t next_seq, first_seq(sqlite));
  return EntryWriter(sqlite, std::move(entries), next_seq);
}

}  // namespace

std::string entry_id(int64_t number) { return fmt::format("m{}", number); }

std::optional<int64_t> parse_entry_id(std::string_view id) {
  if (!id.starts_with('m')) return std::nullopt;
  const auto number = text::parse_int(id.substr(1));
  return number && *number > 0 && entry_id(*number) == id ? number : std::nullopt;
}

Result<std::vector<Entry>> Database::record(const std::vector<EntryDraft>& drafts) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(EntryWriter writer, begin_writing(state_->sqlite));
  const int64_t first = writer.next_seq();
  std::vector<Entry> recorded;
  for (const EntryDraft& draft : drafts) {
    KENKO_TRY(Entry entry, writer.add(draft));
    recorded.push_back(std::move(entry));
  }
  if (writer.next_seq() == first) return recorded;
  KENKO_TRY_STATUS(finish_facts(state_->sqlite, writer.next_seq()));
  KENKO_TRY_STATUS(transaction.commit());
  return recorded;
}

Result<Entry> Database::undo(int64_t number, const std::string& author, Instant at) {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, true));
  KENKO_TRY(EntryWriter writer, begin_writing(state_->sqlite));
  KENKO_TRY(Entry entry, writer.undo(number, author, at));
  KENKO_TRY_STATUS(finish_facts(state_->sqlite, writer.next_seq()));
  KENKO_TRY_STATUS(transaction.commit());
  return entry;
}

Result<std::vector<Entry>> Database::entries() {
  KENKO_TRY(Transaction transaction, Transaction::begin(state_->sqlite, false));
  return load_entries(state_->sqlite);
}

}  // namespace kenko::state
