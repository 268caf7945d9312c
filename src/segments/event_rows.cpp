#include "segments/event_rows.h"

#include "segments/properties_json.h"

namespace kenko::segments {
namespace {

// More words than that are given up with the rows: names of events that are no names but data.
constexpr uint32_t kMaxKeptWords = 10'000;

}  // namespace

uint32_t EventRows::code_of(std::string_view word, uint32_t& last) {
  if (word.empty()) return 0;
  if (last == 0 || words_.text(last) != word) last = words_.intern(word);
  return last;
}

EventRow& EventRows::add(const facts::EventFact& event) {
  return add(event, facts::event_key(event.source, event.event_id), facts::content_hash(event).low);
}

EventRow& EventRows::add(const facts::EventFact& e, const Hash128& key, uint64_t content) {
  EventRow& row = rows_.emplace_back();
  row.key = key;
  row.content = content;
  row.raw = e.raw;
  row.occurred_at = e.occurred_at;
  row.known_at = e.recorded.known_at;
  row.seq = e.recorded.seq;
  row.version = e.version;
  row.value = e.value ? e.value->micros : 0;
  row.has_value = e.value.has_value();
  row.deleted = e.deleted;
  row.assumed = e.recorded.assumed;
  row.mapping = e.mapping;
  row.source = code_of(e.source, last_source_);
  row.name = code_of(e.name, last_name_);
  row.currency = code_of(e.currency, last_currency_);
  row.rule = code_of(e.rule, last_rule_);
  const auto text = [this](std::string_view s, const char*& data, uint32_t& size) {
    data = texts_.keep(s).data();
    size = static_cast<uint32_t>(s.size());
  };
  if (!e.event_id.empty()) text(e.event_id, row.event_id, row.event_id_size);
  if (e.account_ref) text(*e.account_ref, row.account_ref, row.account_ref_size);
  if (e.user_ref) text(*e.user_ref, row.user_ref, row.user_ref_size);
  if (e.text) text(*e.text, row.text, row.text_size);
  if (!e.properties.empty()) {
    json_.clear();
    append_properties(json_, e.properties);
    text(json_, row.properties, row.properties_size);
  }
  return row;
}

EventRow& EventRows::add(const EventRow& from_row, const EventRows& from, std::vector<uint32_t>& words) {
  EventRow& row = rows_.emplace_back(from_row);
  if (words.size() <= from.words()) words.resize(from.words() + size_t{1});
  const auto translated = [&](uint32_t code) {
    if (code != 0 && words[code] == 0) words[code] = words_.intern(from.word(code));
    return words[code];
  };
  row.source = translated(row.source);
  row.name = translated(row.name);
  row.currency = translated(row.currency);
  row.rule = translated(row.rule);
  row.event_id = keep(row.event_id, row.event_id_size);
  row.account_ref = keep(row.account_ref, row.account_ref_size);
  row.user_ref = keep(row.user_ref, row.user_ref_size);
  row.text = keep(row.text, row.text_size);
  row.properties = keep(row.properties, row.properties_size);
  return row;
}

facts::EventFact EventRows::fact(size_t i) const {
  const EventRow& row = rows_[i];
  facts::EventFact e;
  const auto maybe = [](const char* data, uint32_t size, std::optional<std::string>& to) {
    if (data != nullptr) to.emplace(data, size);
  };
  e.source = word(row.source);
  e.event_id = event_id(i);
  maybe(row.account_ref, row.account_ref_size, e.account_ref);
  maybe(row.user_ref, row.user_ref_size, e.user_ref);
  e.name = word(row.name);
  e.occurred_at = row.occurred_at;
  if (row.has_value) e.value = Decimal{row.value};
  e.currency = word(row.currency);
  maybe(row.text, row.text_size, e.text);
  PropertiesReader properties({row.properties, row.properties_size});
  std::string_view key, value;
  while (properties.next(key, value)) e.properties.push_back({std::string(key), std::string(value)});
  e.recorded = {row.known_at, row.seq, row.assumed};
  e.version = row.version;
  e.deleted = row.deleted;
  e.raw = row.raw;
  e.rule = word(row.rule);
  e.mapping = row.mapping;
  return e;
}

void EventRows::clear() {
  rows_.clear();
  texts_.clear();
  if (words_.size() <= kMaxKeptWords) return;
  words_ = facts::Dictionary();
  last_source_ = last_name_ = last_currency_ = last_rule_ = 0;
}

}  // namespace kenko::segments
