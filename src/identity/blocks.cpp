#include "identity/blocks.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "facts/property_names.h"

namespace kenko::identity {
namespace {

using facts::EventView;
using facts::Portfolio;
using facts::ResolvedEvents;

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void EventBlock::clear() {
  day.clear();
  occurred.clear();
  value.clear();
  name.clear();
  source.clear();
  user.clear();
  flags.clear();
  id_end.clear();
  id_bytes.clear();
  for (Cells& c : cells) {
    c.row.clear();
    c.value.clear();
  }
}

void MemorySink::begin(uint64_t rows) {
  all_.day.reserve(rows);
  all_.occurred.reserve(rows);
  all_.value.reserve(rows);
  all_.name.reserve(rows);
  all_.source.reserve(rows);
  all_.user.reserve(rows);
  all_.flags.reserve(rows);
  all_.id_end.reserve(rows);
}

void MemorySink::add(EventBlock& block) {
  append(all_.day, block.day);
  append(all_.occurred, block.occurred);
  append(all_.value, block.value);
  append(all_.name, block.name);
  append(all_.source, block.source);
  append(all_.user, block.user);
  append(all_.flags, block.flags);
  append(all_.id_end, block.id_end);
  all_.id_bytes += block.id_bytes;
  if (all_.cells.size() < block.cells.size()) all_.cells.resize(block.cells.size());
  for (size_t i = 0; i < block.cells.size(); ++i) {
    append(all_.cells[i].row, block.cells[i].row);
    append(all_.cells[i].value, block.cells[i].value);
  }
}

void MemorySink::finish(const std::vector<std::string>& keys, Portfolio& portfolio) {
  const auto kept = std::make_shared<EventBlock>(std::move(all_));
  portfolio.events = {kept->day,   kept->occurred, kept->name,   kept->source,  kept->user,
                      kept->value, kept->flags,    kept->id_end, kept->id_bytes};
  kept->cells.resize(keys.size());
  std::map<std::string_view, size_t> sorted;
  for (size_t i = 0; i < keys.size(); ++i) sorted.emplace(keys[i], i);
  for (const auto& [key, i] : sorted) {
    if (!kept->cells[i].row.empty()) {
      portfolio.properties.push_back({std::string(key), kept->cells[i].row, kept->cells[i].value});
    }
  }
  portfolio.backing = kept;
}

BlockWriter::BlockWriter(Tables tables, Portfolio& portfolio, uint64_t first_row, uint64_t first_id_byte)
    : tables_(tables), portfolio_(portfolio), codes_(tables.size()), row_(first_row), id_byte_(first_id_byte) {}

BlockWriter::TableCodes& BlockWriter::codes_of(uint32_t table) {
  TableCodes& codes = codes_[table];
  if (codes.text.empty()) {
    codes.text = ZeroedArray<uint32_t>(tables_[table].texts->size());
    codes.column = ZeroedArray<uint32_t>(tables_[table].texts->size());
    codes.own_currency = tables_[table].texts->find(portfolio_.settings.currency);
  }
  return codes;
}

uint32_t BlockWriter::text_code(uint32_t table, uint32_t code) {
  uint32_t& own = codes_of(table).text[code];
  if (own == 0) own = portfolio_.texts.intern(tables_[table].texts->text(code));
  return own;
}

void BlockWriter::number_names(const std::vector<std::vector<uint8_t>>& used_codes) {
  std::map<std::string_view, RowId> texts;
  for (uint32_t t = 0; t < used_codes.size(); ++t) {
    for (uint32_t code = 1; code < used_codes[t].size(); ++code) {
      if (used_codes[t][code] != 0) texts.emplace(tables_[t].texts->text(code), RowId{t, code});
    }
  }
  for (const auto& [text, at] : texts) (void)portfolio_.texts.intern(text);
}

size_t BlockWriter::position_of(std::string_view key) {
  const auto [at, added] = positions_.try_emplace(std::string(key), keys_.size());
  if (added) {
    keys_.emplace_back(key);
    block.cells.emplace_back();
  }
  return at->second;
}

void BlockWriter::give(EventSink& sink) {
  sink.add(block);
  block.clear();
  block.cells.resize(keys_.size());
}

void BlockWriter::add_cell(size_t position, uint32_t value) {
  block.cells[position].row.push_back(static_cast<uint32_t>(row_));
  block.cells[position].value.push_back(value);
}

void BlockWriter::add_value(const EventView& e, TableCodes& codes, uint32_t row, Day day) {
  uint8_t flags = e.has(row, EventView::kAssumed) ? ResolvedEvents::kAssumed : uint8_t{0};
  int64_t value = 0;
  if (e.has(row, EventView::kHasValue)) {
    flags |= ResolvedEvents::kHasValue;
    const uint32_t currency = e.currency[row];
    value = e.value[row];
    if (currency != 0 && currency != codes.own_currency) {
      const auto own = portfolio_.in_own_currency(Decimal{value}, e.texts->text(currency), day);
      value = own ? own->micros : 0;
      if (!own) {
        flags |= ResolvedEvents::kNoRate;
        ++no_rate_;
      }
    }
  }
  block.value.push_back(value);
  block.flags.push_back(flags);
}

void BlockWriter::add(RowId id, Day day, uint32_t user) {
  const EventView& e = tables_[id.table];
  TableCodes& codes = codes_of(id.table);
  KENKO_CHECK(row_ < UINT32_MAX, "event {}", row_);
  block.day.push_back(day.number);
  block.occurred.push_back(e.occurred_at[id.row]);
  block.name.push_back(text_code(id.table, e.name[id.row]));
  block.source.push_back(text_code(id.table, e.source[id.row]));
  block.user.push_back(user);
  add_value(e, codes, id.row, day);
  const std::string_view event_id = e.event_id(id.row);
  block.id_bytes += event_id;
  id_byte_ += event_id.size();
  block.id_end.push_back(id_byte_);
  // An empty property is the same as an absent one.
  for (const EventView::Cell& cell : e.cells(id.row)) {
    if (cell.value == 0) continue;
    uint32_t& column = codes.column[cell.key];
    if (column == 0) {
      const std::string_view key = e.texts->text(cell.key);
      column = key == facts::kCurrencyProperty ? kNoColumn : static_cast<uint32_t>(position_of(key)) + 1;
    }
    if (column == kNoColumn || e.texts->text(cell.value).empty()) continue;
    add_cell(column - 1, text_code(id.table, cell.value));
  }
  // The currency is a field of filters.
  if (e.currency[id.row] != 0) {
    if (currency_ == SIZE_MAX) currency_ = position_of(facts::kCurrencyProperty);
    add_cell(currency_, text_code(id.table, e.currency[id.row]));
  }
  ++row_;
}

}  // namespace kenko::identity
