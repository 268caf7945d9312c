// The events that count, in the order and the columns that executors read.

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include "facts/property_names.h"
#include "identity/events.h"

namespace kenko::identity {
namespace {

using facts::EventTable;
using facts::Portfolio;
using facts::ResolvedEvents;

struct SparseColumn {
  std::vector<uint32_t> row, value;
};

// The memory behind the spans of Portfolio::events and Portfolio::properties.
struct Columns {
  std::vector<int32_t> day;
  std::vector<int64_t> occurred, value;
  std::vector<uint32_t> name, source, user;
  std::vector<uint8_t> flags;
  std::vector<uint64_t> id_end;
  std::string id_bytes;
  std::map<std::string, SparseColumn, std::less<>> properties;
};

// Sorts by (account, occurred_at, source name, event_id) and fills event_begin.  Accounts by counting, then each
// account's events by time: most are in order already.
std::vector<const PlacedEvent*> sorted_by_account(const EventTable& events, const std::vector<PlacedEvent>& placed,
                                                  const std::vector<uint32_t>& account_number, Portfolio& portfolio) {
  std::vector<uint64_t>& begin = portfolio.event_begin;
  begin.assign(portfolio.accounts.size() + 1, 0);
  for (const PlacedEvent& event : placed) {
    if (event.account != 0) ++begin[account_number[event.account] + 1];
  }
  for (size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  std::vector<const PlacedEvent*> sorted(begin.back());
  std::vector<uint64_t> next(begin.begin(), begin.end() - 1);
  for (const PlacedEvent& event : placed) {
    if (event.account != 0) sorted[next[account_number[event.account]]++] = &event;
  }
  const auto before = [&events](const PlacedEvent* a, const PlacedEvent* b) {
    const Instant ta = events.occurred_at[a->row];
    const Instant tb = events.occurred_at[b->row];
    if (ta != tb) return ta < tb;
    if (events.source[a->row] != events.source[b->row]) {
      return events.texts.text(events.source[a->row]) < events.texts.text(events.source[b->row]);
    }
    return events.event_id[a->row] < events.event_id[b->row];
  };
  for (size_t account = 0; account + 1 < begin.size(); ++account) {
    const auto first = sorted.begin() + static_cast<std::ptrdiff_t>(begin[account]);
    const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(begin[account + 1]);
    if (!std::is_sorted(first, last, before)) std::sort(first, last, before);
  }
  return sorted;
}

class Writer {
 public:
  Writer(const EventTable& events, const std::vector<uint32_t>& user_number, Portfolio& portfolio)
      : events_(events),
        user_number_(user_number),
        portfolio_(portfolio),
        code_(events.texts.size() + 1, 0),
        column_of_key_(events.texts.size() + 1, nullptr) {}

  void write(const std::vector<const PlacedEvent*>& sorted) {
    reserve(sorted.size());
    number_names(sorted);
    own_currency_ = events_.texts.find(portfolio_.settings.currency);
    for (const PlacedEvent* event : sorted) write(*event);
    publish();
  }

 private:
  void reserve(size_t rows) {
    out_->day.reserve(rows);
    out_->occurred.reserve(rows);
    out_->value.reserve(rows);
    out_->name.reserve(rows);
    out_->source.reserve(rows);
    out_->user.reserve(rows);
    out_->flags.reserve(rows);
    out_->id_end.reserve(rows);
  }

  uint32_t text_code(uint32_t code) {
    uint32_t& own = code_[code];
    if (own == 0) own = portfolio_.texts.intern(events_.texts.text(code));
    return own;
  }

  // Names and sources first and sorted, so that not even the codes depend on the order of arrival.
  void number_names(const std::vector<const PlacedEvent*>& sorted) {
    std::vector<uint8_t> used(code_.size(), 0);
    for (const PlacedEvent* event : sorted) used[events_.name[event->row]] = used[events_.source[event->row]] = 1;
    std::map<std::string_view, uint32_t> texts;
    for (uint32_t code = 1; code < used.size(); ++code) {
      if (used[code] != 0) texts.emplace(events_.texts.text(code), code);
    }
    for (const auto& [text, code] : texts) (void)text_code(code);
  }

  void write(const PlacedEvent& event) {
    const uint32_t row = event.row;
    out_->day.push_back(event.day.number);
    out_->occurred.push_back(events_.occurred_at[row].micros);
    out_->name.push_back(text_code(events_.name[row]));
    out_->source.push_back(text_code(events_.source[row]));
    out_->user.push_back(event.user == 0 ? 0 : user_number_[event.user]);
    write_value(event);
    out_->id_bytes += events_.event_id[row];
    out_->id_end.push_back(out_->id_bytes.size());
    write_properties(row);
    write_currency(row);
    ++rows_;
  }

  void write_value(const PlacedEvent& event) {
    const uint32_t row = event.row;
    uint8_t flags = events_.assumed[row] != 0 ? ResolvedEvents::kAssumed : uint8_t{0};
    int64_t value = 0;
    if (events_.has_value[row] != 0) {
      flags |= ResolvedEvents::kHasValue;
      const uint32_t currency = events_.currency[row];
      value = events_.value[row];
      if (currency != 0 && currency != own_currency_) {
        const auto own = portfolio_.in_own_currency(Decimal{value}, events_.texts.text(currency), event.day);
        value = own ? own->micros : 0;
        if (!own) {
          flags |= ResolvedEvents::kNoRate;
          ++portfolio_.no_rate_events;
        }
      }
    }
    out_->value.push_back(value);
    out_->flags.push_back(flags);
  }

  // An empty property is the same as an absent one.
  void write_properties(uint32_t row) {
    const uint64_t begin = row == 0 ? 0 : events_.property_end[row - 1];
    for (uint64_t i = begin; i < events_.property_end[row]; ++i) {
      const EventTable::Cell& cell = events_.properties[i];
      if (cell.value == 0 || events_.texts.text(cell.value).empty()) continue;
      SparseColumn*& column = column_of_key_[cell.key];
      if (column == nullptr && events_.texts.text(cell.key) == facts::kCurrencyProperty) continue;
      if (column == nullptr) column = &out_->properties[std::string(events_.texts.text(cell.key))];
      column->row.push_back(rows_);
      column->value.push_back(text_code(cell.value));
    }
  }

  // The currency is a field of filters.
  void write_currency(uint32_t row) {
    if (events_.currency[row] == 0) return;
    if (currency_ == nullptr) currency_ = &out_->properties[std::string(facts::kCurrencyProperty)];
    currency_->row.push_back(rows_);
    currency_->value.push_back(text_code(events_.currency[row]));
  }

  void publish() {
    ResolvedEvents& e = portfolio_.events;
    e.day = out_->day;
    e.occurred = out_->occurred;
    e.name = out_->name;
    e.source = out_->source;
    e.user = out_->user;
    e.value = out_->value;
    e.flags = out_->flags;
    e.id_end = out_->id_end;
    e.id_bytes = out_->id_bytes;
    for (const auto& [key, column] : out_->properties) portfolio_.properties.push_back({key, column.row, column.value});
    portfolio_.backing = std::move(out_);
  }

  const EventTable& events_;
  const std::vector<uint32_t>& user_number_;
  Portfolio& portfolio_;
  std::vector<uint32_t> code_;  // code in the portfolio's texts by code in the table's
  std::vector<SparseColumn*> column_of_key_;
  std::shared_ptr<Columns> out_ = std::make_shared<Columns>();
  SparseColumn* currency_ = nullptr;  // of kCurrencyProperty; nullptr = no event has one so far
  uint32_t own_currency_ = 0;
  uint32_t rows_ = 0;
};

}  // namespace

void write_events(const EventTable& events, const std::vector<PlacedEvent>& placed,
                  const std::vector<uint32_t>& account_number, const std::vector<uint32_t>& user_number,
                  Portfolio& portfolio) {
  Writer(events, user_number, portfolio).write(sorted_by_account(events, placed, account_number, portfolio));
}

}  // namespace kenko::identity
