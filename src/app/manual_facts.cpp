#include "app/manual_facts.h"

#include <algorithm>

#include "app/manual_text.h"

namespace kenko::app {
namespace {

// The last event of one of the names on the days first..last; nullopt = none.  Rows are in reading order.
std::optional<uint64_t> last_of(const facts::Portfolio& portfolio, uint32_t account,
                                std::initializer_list<std::string_view> names, Day first, Day last) {
  const facts::RowRange rows = portfolio.events_of[account];
  for (uint64_t row = rows.end; row-- > rows.begin;) {
    const Day day{portfolio.events.day[row]};
    if (day > last) continue;
    if (day < first) break;
    for (const std::string_view name : names) {
      if (portfolio.texts.text(portfolio.events.name[row]) == name) return row;
    }
  }
  return std::nullopt;
}

bool has_value(const facts::Portfolio& portfolio, uint64_t row) {
  return (portfolio.events.flags[row] & facts::ResolvedEvents::kHasValue) != 0;
}

std::optional<Pulse> last_pulse(const facts::Portfolio& portfolio, uint32_t account, Day first, Day day) {
  const auto row = last_of(portfolio, account, {kPulse}, first, day);
  if (!row || !has_value(portfolio, *row)) return std::nullopt;
  Pulse pulse;
  pulse.value = {portfolio.events.value[*row]};
  pulse.day = {portfolio.events.day[*row]};
  pulse.reason = portfolio.property("reason", *row);
  pulse.author = portfolio.property("author", *row);
  pulse.expires = Day::parse(portfolio.property("expires", *row));
  return pulse;
}

std::string property_of(const facts::EventFact& event, std::string_view key) {
  for (const facts::Property& p : event.properties) {
    if (p.key == key) return p.value;
  }
  return "";
}

std::vector<Note> notes_on(const facts::Portfolio& portfolio, const std::vector<state::Entry>& entries,
                           const std::string& account, Day day, const std::optional<Instant>& known_until) {
  const auto known = [&](Instant at) { return !known_until || at <= *known_until; };
  std::vector<Note> notes;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (!entry->event || entry->event->name != kNote || entry->event->account_ref != account || !known(entry->at)) {
      continue;
    }
    const auto undo = std::find_if(entries.begin(), entries.end(),
                                   [&](const state::Entry& e) { return e.number == entry->undone_by; });
    if (undo != entries.end() && known(undo->at)) continue;
    Note note;
    note.day = portfolio.settings.time_zone.day_of(entry->event->occurred_at);
    note.text = entry->event->text.value_or("");
    note.author = entry->author;
    note.expires = Day::parse(property_of(*entry->event, "expires"));
    note.id = state::entry_id(entry->number);
    if (note.day <= day && (!note.expires || day < *note.expires)) notes.push_back(std::move(note));
  }
  std::stable_sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) { return a.day > b.day; });
  return notes;
}

}  // namespace

std::optional<LastEvent> last_event(const facts::Portfolio& portfolio, uint32_t account, std::string_view name,
                                    Day first, Day last) {
  const auto row = last_of(portfolio, account, {name}, first, last);
  if (!row) return std::nullopt;
  return LastEvent{Day{portfolio.events.day[*row]}, Day::parse(portfolio.property("expires", *row))};
}

std::optional<OverrideInForce> override_on(const facts::Portfolio& portfolio, uint32_t account, Day life_first, Day day,
                                           const std::string* model) {
  const auto row = last_of(portfolio, account, {kOverrideSet, kOverrideCleared}, life_first, day);
  if (!row || portfolio.texts.text(portfolio.events.name[*row]) != kOverrideSet) return std::nullopt;
  OverrideInForce out;
  const auto expires = Day::parse(portfolio.property("expires", *row));
  out.kind = portfolio.property("kind", *row);
  out.model = portfolio.property("model", *row);
  out.value = {portfolio.events.value[*row]};
  const bool known_kind = out.kind == "value" || out.kind == "floor" || out.kind == "ceiling";
  if (!expires || *expires <= day || !known_kind || !has_value(portfolio, *row)) return std::nullopt;
  if (model != nullptr && !out.model.empty() && out.model != *model) return std::nullopt;
  if (out.value < Decimal{} || out.value > Decimal::whole(100)) return std::nullopt;
  out.expires = *expires;
  out.made = {portfolio.events.day[*row]};
  out.reason = portfolio.property("reason", *row);
  out.author = portfolio.property("author", *row);
  return out;
}

ManualFacts manual_facts(const facts::Portfolio& portfolio, const std::vector<state::Entry>& entries, uint32_t account,
                         Day life_first, Day day, const std::string& model, const std::optional<Instant>& known_until) {
  ManualFacts out;
  out.override_in_force = override_on(portfolio, account, life_first, day, &model);
  out.pulse = last_pulse(portfolio, account, life_first, day);
  out.notes = notes_on(portfolio, entries, portfolio.accounts[account], day, known_until);
  return out;
}

}  // namespace kenko::app
