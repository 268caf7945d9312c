#include "app/mapped_batch.h"

#include <algorithm>

#include "facts/fact.h"

namespace kenko::app {
namespace {

constexpr size_t kRecent = 64;

bool is_empty(const facts::FactSet& facts) {
  return facts.attributes.empty() && facts.contracts.empty() && facts.identities.empty() && facts.memberships.empty() &&
         facts.rates.empty();
}

}  // namespace

void MappedBatch::clear() {
  rows.clear();
  events.clear();
  given.clear();
  rests.clear();
  rejects.clear();
  seen.clear();
}

void BatchMapper::map(const RecordBatch& records, MappedBatch& out) {
  recently_seen_.assign(kRecent, 0);
  for (size_t i = 0; i < records.size(); ++i) {
    if (const readers::BadRow* bad = records.bad_row(i)) {
      MappedRow& row = out.rows.emplace_back();
      row.raw = PartsHash().add("bad row").add(bad->raw).hash();
      row.outcome = mapping::Outcome::rejected;
      row.event_end = static_cast<uint32_t>(out.events.size());
      row.given_end = static_cast<uint32_t>(out.given.size());
      out.rejects.push_back({bad->reject, bad->raw});
      row.reject = static_cast<uint32_t>(out.rejects.size());
      continue;
    }
    const mapping::RawRecord record = records.record(i);
    map_one(record, hasher_.hash(record), 0, out);
  }
}

void BatchMapper::map_one(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat, MappedBatch& out) {
  if (recently_seen_.empty()) recently_seen_.assign(kRecent, 0);
  mapper_.map_record(record, raw, repeat, mapped_);
  MappedRow& row = out.rows.emplace_back();
  row.raw = raw;
  row.outcome = mapped_.outcome;
  row.rounded = static_cast<uint32_t>(mapped_.rounded);
  const size_t first_event = out.events.size();
  if (mapped_.outcome == mapping::Outcome::rejected) {
    out.rejects.push_back({std::move(mapped_.reject), mapping::to_json(record)});
    row.reject = static_cast<uint32_t>(out.rejects.size());
  } else if (mapped_.outcome == mapping::Outcome::mapped) {
    add_events(out);
    if (!is_empty(mapped_.facts)) {
      facts::FactSet& rest = out.rests.emplace_back();
      rest.attributes.swap(mapped_.facts.attributes);
      rest.contracts.swap(mapped_.facts.contracts);
      rest.identities.swap(mapped_.facts.identities);
      rest.memberships.swap(mapped_.facts.memberships);
      rest.rates.swap(mapped_.facts.rates);
      row.rest = static_cast<uint32_t>(out.rests.size());
    }
  }
  row.event_end = static_cast<uint32_t>(out.events.size());
  if (!what_.rule_names.empty()) add_given(record, raw, repeat, first_event, out);
  row.given_end = static_cast<uint32_t>(out.given.size());
}

void BatchMapper::add_events(MappedBatch& out) {
  for (const facts::EventFact& event : mapped_.facts.events) see(out.events.add(event), out);
}

void BatchMapper::see(const segments::EventRow& event, MappedBatch& out) {
  const uint32_t name = event.deleted ? 0 : event.name;
  const uint64_t both = uint64_t{event.source} << 32U | name;
  uint64_t& recent = recently_seen_[(event.source * 31 + name) % kRecent];
  if (recent == both) return;
  recent = both;
  out.seen.emplace_back(event.source, name);
}

void BatchMapper::add_given(const mapping::RawRecord& record, const Hash128& raw, int64_t repeat, size_t first_event,
                            MappedBatch& out) {
  mapper_.candidate_ids(record, raw, repeat, what_.rule_names, ids_);
  const auto add = [&](std::string_view source) {
    for (const std::string& id : ids_) {
      const Hash128 key = facts::event_key(source, id);
      bool given_now = false;
      for (size_t i = first_event; i < out.events.size(); ++i) given_now = given_now || out.events[i].key == key;
      if (!given_now) out.given.push_back({key, raw, 0});
    }
  };
  const std::string_view main = what_.context.source;
  add(main);
  // A rule may name the source itself; the record's events say which ones to look under.
  std::string_view other;
  for (size_t i = first_event; i < out.events.size(); ++i) {
    const std::string_view source = out.events.word(out.events[i].source);
    if (source == main || source == other) continue;
    other = source;
    add(other);
  }
}

}  // namespace kenko::app
