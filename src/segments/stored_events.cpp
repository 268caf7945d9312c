#include "segments/stored_events.h"

#include <algorithm>
#include <utility>

#include "text/derive.h"

namespace kenko::segments {
namespace {

/// Events that stand in no segment (few) are read each time.
Status derive_properties(facts::FactSet& facts, const text::RuleFiles& texts) {
  const bool any = std::any_of(facts.events.begin(), facts.events.end(), [](const auto& e) { return e.text; });
  text::TextRules rules;
  if (any && !texts.empty()) {
    KENKO_TRY(rules, text::read_rules(texts));
  }
  text::derive_properties(facts, rules.lexicons, rules.topics);
  return Done{};
}

}  // namespace

Result<StoredEvents> StoredEvents::open(const std::string& dir, ports::FactStore& store, const text::RuleFiles& texts,
                                        int threads, const std::optional<Instant>& known_until) {
  KENKO_TRY(ports::StoredFacts stored, store.load_facts(known_until));
  StoredEvents out;
  out.snapshot = std::move(stored.snapshot);
  KENKO_TRY(out.segments, open_coded_segments(dir, out.snapshot.segments, texts, threads));
  remove_old_coded_segments(dir, out.snapshot.segments);
  KENKO_TRY_STATUS(out.add(std::exchange(stored.facts.events, {}), texts));
  out.rest = std::make_shared<const facts::FactSet>(std::move(stored.facts));
  return out;
}

Status StoredEvents::add(std::vector<facts::EventFact> events, const text::RuleFiles& texts) {
  if (events.empty()) return Done{};
  facts::FactSet facts;
  facts.events = std::move(events);
  KENKO_TRY_STATUS(derive_properties(facts, texts));
  facts::EventTable& table = own.emplace_back();
  for (const facts::EventFact& event : facts.events) table.add(event);
  while (own.size() > 1 && own[own.size() - 2].size() < 2 * own.back().size()) {
    own[own.size() - 2].add(own.back());
    own.pop_back();
  }
  return Done{};
}

std::vector<facts::EventView> StoredEvents::tables() const {
  std::vector<facts::EventView> out;
  for (const CodedSegment& segment : segments) out.push_back(segment.view);
  for (const facts::EventTable& table : own) out.push_back(table.view());
  return out;
}

int64_t StoredEvents::last_seq() const {
  int64_t last = 0;
  for (const facts::EventView& table : tables()) last = std::max(last, table.last_seq);
  return last;
}

int64_t StoredEvents::rows_up_to(int64_t seq) const {
  int64_t count = 0;
  for (const facts::EventView& table : tables()) {
    if (table.last_seq <= seq) {
      count += static_cast<int64_t>(table.size());
      continue;
    }
    for (size_t row = 0; row < table.size(); ++row) count += table.seq[row] <= seq ? 1 : 0;
  }
  return count;
}

}  // namespace kenko::segments
