#include "state/entered_events.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "state/database_state.h"
#include "state/event_columns.h"
#include "state/fact_hash.h"

namespace kenko::state {
namespace {

using facts::AttributeFact;
using facts::EventFact;

std::string select_events() { return fmt::format("SELECT {}, known_at, assumed FROM entered_event ", kEventColumns); }

EventFact read_event(const Statement& row) {
  EventFact e;
  read_event_columns(row, e);
  e.recorded = {{row.integer(12)}, row.integer(0), row.integer(13) != 0};
  return e;
}

Status insert_event(Sqlite& sqlite, const EventFact& e) {
  KENKO_TRY(Statement row,
            sqlite.prepare("INSERT INTO entered_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  KENKO_TRY_STATUS(row.run(e.recorded.seq, e.source, e.event_id, e.version, e.deleted, e.account_ref, e.user_ref,
                           e.name, e.occurred_at, e.value, e.currency, e.text, e.recorded.known_at,
                           e.recorded.assumed));
  KENKO_TRY(Statement property, sqlite.prepare("INSERT INTO entered_event_property VALUES (?, ?, ?)"));
  for (const facts::Property& p : e.properties) {
    KENKO_TRY_STATUS(property.run(e.recorded.seq, p.key, p.value));
  }
  return Done{};
}

/// The version of an event's id that counts.
Result<std::optional<EventFact>> winner_of(Sqlite& sqlite, const EventFact& event) {
  KENKO_TRY(Statement row, sqlite.prepare(select_events() +
                                          "WHERE source = ? AND event_id = ? ORDER BY version DESC, seq DESC LIMIT 1"));
  row.bind(event.source, event.event_id);
  KENKO_TRY(const bool found, row.step());
  if (!found) return std::optional<EventFact>();
  EventFact winner = read_event(row);
  KENKO_TRY(Statement property,
            sqlite.prepare("SELECT key, value FROM entered_event_property WHERE seq = ? ORDER BY key"));
  property.bind(winner.recorded.seq);
  while (true) {
    KENKO_TRY(const bool more, property.step());
    if (!more) return std::optional<EventFact>(std::move(winner));
    winner.properties.push_back({property.text(0), property.text(1)});
  }
}

}  // namespace

Status load_entered_events(Sqlite& sqlite, std::vector<EventFact>& out) {
  KENKO_TRY(Statement row, sqlite.prepare(select_events() + "ORDER BY seq"));
  KENKO_TRY(Statement property, sqlite.prepare("SELECT seq, key, value FROM entered_event_property ORDER BY seq, key"));
  KENKO_TRY(bool more_properties, property.step());
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) return Done{};
    EventFact& event = out.emplace_back(read_event(row));
    while (more_properties && property.integer(0) <= event.recorded.seq) {
      if (property.integer(0) == event.recorded.seq) event.properties.push_back({property.text(1), property.text(2)});
      KENKO_TRY(more_properties, property.step());
    }
  }
}

Result<Outcome> add_entered_event(Sqlite& sqlite, const EventFact& event) {
  KENKO_TRY(const std::optional<EventFact> winner, winner_of(sqlite, event));
  const bool known = winner && winner->version >= event.version;
  if (known && facts::content_hash(*winner) == facts::content_hash(event)) return Outcome::already;
  KENKO_TRY_STATUS(insert_event(sqlite, event));
  return winner ? Outcome::corrected : Outcome::added;
}

Status drop_withdrawn(Sqlite& sqlite, const std::optional<Instant>& known_until,
                      std::vector<AttributeFact>& attributes) {
  const auto known = [&known_until](Instant at) { return !known_until || at <= *known_until; };
  KENKO_TRY(Statement row,
            sqlite.prepare("SELECT kind, source, entity, key, valid_from, seq, known_at FROM withdrawal"));
  std::map<Hash128, std::pair<int64_t, int64_t>> last;  // key -> the last withdrawal, the last value
  while (true) {
    KENKO_TRY(const bool more, row.step());
    if (!more) break;
    if (!known({row.integer(6)})) continue;
    AttributeFact fact;
    fact.kind = static_cast<facts::EntityKind>(row.integer(0));
    fact.source = row.text(1);
    fact.entity_ref = row.text(2);
    fact.key = row.text(3);
    fact.valid_from = row.day(4);
    int64_t& seq = last[key_of(fact)].first;
    seq = std::max(seq, row.integer(5));
  }
  if (last.empty()) return Done{};
  const auto find = [&last](const AttributeFact& fact) {
    return fact.scope.empty() ? last.find(key_of(fact)) : last.end();
  };
  for (const AttributeFact& fact : attributes) {
    const auto found = find(fact);
    if (found == last.end() || !known(fact.recorded.known_at)) continue;
    found->second.second = std::max(found->second.second, fact.recorded.seq);
  }
  std::erase_if(attributes, [&](const AttributeFact& fact) {
    const auto found = find(fact);
    return found != last.end() && found->second.first > found->second.second;
  });
  return Done{};
}

Status withdraw(Sqlite& sqlite, const AttributeFact& fact) {
  KENKO_TRY(Statement row, sqlite.prepare("INSERT INTO withdrawal VALUES (?, ?, ?, ?, ?, ?, ?)"));
  return row.run(static_cast<int>(fact.kind), fact.source, fact.entity_ref, fact.key, fact.valid_from,
                 fact.recorded.seq, fact.recorded.known_at);
}

Result<int64_t> first_seq(Sqlite& sqlite) { return sqlite.integer("SELECT value FROM meta WHERE key = 'next_seq'"); }

Status finish_facts(Sqlite& sqlite, int64_t next_seq) {
  KENKO_TRY(Statement seq, sqlite.prepare("UPDATE meta SET value = ? WHERE key = 'next_seq'"));
  KENKO_TRY_STATUS(seq.run(next_seq));
  return sqlite.execute("UPDATE meta SET value = randomblob(16) WHERE key = 'token'");
}

}  // namespace kenko::state
