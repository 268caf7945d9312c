#include "segments/event_columns.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "facts/dictionary.h"
#include "segments/segment_files.h"

namespace kenko::segments {
namespace {

constexpr size_t kAhead = 12;  // how many rows earlier memory is asked for

std::string_view account_of(const EventRow& row) { return {row.account_ref, row.account_ref_size}; }

/// Numbers for the different (source, account_ref) of rows.  Texts are compared once for each of them, not once for
/// each row.  No account and an empty one are the same.
class Groups {
 public:
  explicit Groups(const EventRows& events) : events_(events) {}

  uint32_t of(const EventRow& row) {
    // Rows of one account often follow each other.
    if (row.source == source_ && last_ != 0 && accounts_.text(last_).substr(sizeof source_) == account_of(row)) {
      return last_;
    }
    source_ = row.source;
    text_.assign(reinterpret_cast<const char*>(&source_), sizeof source_);
    text_ += account_of(row);
    last_ = accounts_.intern(text_);
    if (source_of_.size() < last_) source_of_.push_back(source_);
    return last_;
  }

  /// The place of each group (by its number) among all.
  [[nodiscard]] std::vector<uint32_t> ranks() const {
    std::vector<uint32_t> by_text(accounts_.size());
    for (uint32_t i = 0; i < by_text.size(); ++i) by_text[i] = i + 1;
    std::sort(by_text.begin(), by_text.end(), [this](uint32_t a, uint32_t b) {
      const uint32_t source_a = source_of_[a - 1], source_b = source_of_[b - 1];
      if (source_a != source_b) return events_.word(source_a) < events_.word(source_b);
      return accounts_.text(a).substr(sizeof source_a) < accounts_.text(b).substr(sizeof source_b);
    });
    std::vector<uint32_t> rank(by_text.size() + 1);
    for (uint32_t i = 0; i < by_text.size(); ++i) rank[by_text[i]] = i;
    return rank;
  }
  [[nodiscard]] uint32_t size() const { return accounts_.size(); }

 private:
  const EventRows& events_;
  facts::Dictionary accounts_;  // the source's code in front
  std::vector<uint32_t> source_of_;
  std::string text_;
  uint32_t source_ = 0, last_ = 0;
};

/// Fills the columns.  Rows are asked for in blocks, column by column: the first columns bring a block's rows and their
/// texts near, the others find them there.
class EventColumns {
 public:
  EventColumns(const EventRows& events, std::span<const uint32_t> order) : events_(events), order_(order) {}

  duck::Table table() {
    add_word(kSource, &EventRow::source, [](const EventRow& row) {
      const char* bytes = reinterpret_cast<const char*>(&row);
      for (size_t at = 0; at < sizeof(EventRow); at += kLine) __builtin_prefetch(bytes + at);
    });
    add_text(kEventId, &EventRow::event_id, &EventRow::event_id_size, [](const EventRow& row) {
      __builtin_prefetch(row.event_id);  // the texts of a row stand behind each other
      __builtin_prefetch(row.event_id + kLine);
    });
    add_text(kAccountRef, &EventRow::account_ref, &EventRow::account_ref_size);
    add_text(kUserRef, &EventRow::user_ref, &EventRow::user_ref_size);
    add_word(kName, &EventRow::name);
    add<int64_t>(kOccurredAt, duck::Type::timestamp, [](const EventRow& e) { return e.occurred_at.micros; });
    add<int64_t>(kKnownAt, duck::Type::timestamp, [](const EventRow& e) { return e.known_at.micros; });
    add<int64_t>(kSeq, duck::Type::int64, [](const EventRow& e) { return e.seq; });
    add_value();
    add_word(kCurrency, &EventRow::currency);
    add_text(kText, &EventRow::text, &EventRow::text_size);
    add_text(kProperties, &EventRow::properties, &EventRow::properties_size);
    add<bool>(kDeleted, duck::Type::boolean, [](const EventRow& e) { return e.deleted; });
    add<int64_t>(kVersion, duck::Type::int64, [](const EventRow& e) { return e.version; });
    add<uint64_t>(kRawHigh, duck::Type::uint64, [](const EventRow& e) { return e.raw.high; });
    add<uint64_t>(kRawLow, duck::Type::uint64, [](const EventRow& e) { return e.raw.low; });
    add_word(kRule, &EventRow::rule);
    add<uint64_t>(kMapping, duck::Type::uint64, [](const EventRow& e) { return e.mapping; });
    add<bool>(kAssumed, duck::Type::boolean, [](const EventRow& e) { return e.assumed; });
    add<uint64_t>(kKeyHigh, duck::Type::uint64, [](const EventRow& e) { return e.key.high; });
    add<uint64_t>(kKeyLow, duck::Type::uint64, [](const EventRow& e) { return e.key.low; });
    table_.rows = order_.size();
    return std::move(table_);
  }

 private:
  static constexpr size_t kLine = 64;  // bytes of a cache line
  static constexpr auto kNear = [](const EventRow&) {};

  static std::string name_of(SegmentColumn column) { return std::string(kColumnNames[column]); }

  // Calls visit(i, row) for the rows from `begin` on, and prefetch(row) for each a few rows earlier.
  template <typename Prefetch, typename Visit>
  static void visit_rows(std::span<const EventRow> events, std::span<const uint32_t> order, uint64_t begin,
                         size_t count, const Prefetch& prefetch, const Visit& visit) {
    for (size_t i = 0; i < count; ++i) {
      if (begin + i + kAhead < order.size()) prefetch(events[order[begin + i + kAhead]]);
      visit(i, events[order[begin + i]]);
    }
  }

  template <typename Visit, typename Prefetch>
  void add_column(SegmentColumn column, duck::Type type, Visit visit, Prefetch prefetch) {
    duck::Column& added = table_.columns.emplace_back();
    added.name = name_of(column);
    added.type = type;
    added.fill = [events = events_.rows(), order = order_, visit, prefetch](uint64_t begin, size_t count,
                                                                            duck::Cells& cells) {
      visit_rows(events, order, begin, count, prefetch, [&](size_t i, const EventRow& e) { visit(e, i, cells); });
    };
  }

  template <typename Prefetch = decltype(kNear)>
  void add_text(SegmentColumn column, const char* EventRow::* data, uint32_t EventRow::* size,
                Prefetch prefetch = kNear) {
    const auto visit = [data, size](const EventRow& e, size_t i, duck::Cells& cells) {
      e.*data == nullptr ? cells.set_null(i) : cells.set_text(i, {e.*data, e.*size});
    };
    add_column(column, duck::Type::text, visit, prefetch);
  }

  // Words are written by their codes while there are few of them, which is usual.
  template <typename Prefetch = decltype(kNear)>
  void add_word(SegmentColumn column, uint32_t EventRow::* code, Prefetch prefetch = kNear) {
    constexpr uint32_t kMostChoices = 255;
    if (events_.words() > kMostChoices) {
      const auto visit = [words = &events_, code](const EventRow& e, size_t i, duck::Cells& cells) {
        e.*code == 0 ? cells.set_null(i) : cells.set_text(i, words->word(e.*code));
      };
      add_column(column, duck::Type::text, visit, prefetch);
      return;
    }
    std::vector<std::string> choices;
    for (uint32_t word = 1; word <= events_.words(); ++word) choices.emplace_back(events_.word(word));
    const auto positions_of = [events = events_.rows(), order = order_, code, prefetch](uint64_t begin,
                                                                                        std::span<int32_t> positions) {
      visit_rows(events, order, begin, positions.size(), prefetch,
                 [&](size_t i, const EventRow& e) { positions[i] = static_cast<int32_t>(e.*code) - 1; });
    };
    table_.columns.push_back(duck::choice_column(name_of(column), std::move(choices), positions_of));
  }

  template <typename T, typename Get>
  void add(SegmentColumn column, duck::Type type, Get get) {
    add_column(
        column, type, [get](const EventRow& e, size_t i, duck::Cells& cells) { cells.data<T>()[i] = get(e); }, kNear);
  }

  void add_value() {
    const auto visit = [](const EventRow& e, size_t i, duck::Cells& cells) {
      cells.data<int64_t>()[i] = e.has_value ? e.value : 0;
      if (!e.has_value) cells.set_null(i);
    };
    add_column(kValue, duck::Type::decimal6, visit, kNear);
  }

  const EventRows& events_;
  std::span<const uint32_t> order_;
  duck::Table table_;
};

}  // namespace

std::vector<uint32_t> stored_order(const EventRows& events, size_t begin, size_t count) {
  Groups groups(events);
  std::vector<uint32_t> group_of_row(count);
  for (size_t i = 0; i < count; ++i) group_of_row[i] = groups.of(events[begin + i]);
  const std::vector<uint32_t> rank = groups.ranks();

  // The rows are dealt out to their groups, and each group is sorted by itself.
  std::vector<uint32_t> end_of(groups.size() + size_t{1}, 0);
  for (uint32_t& group : group_of_row) {
    group = rank[group];
    ++end_of[group + 1];
  }
  for (size_t g = 1; g < end_of.size(); ++g) end_of[g] += end_of[g - 1];
  struct Dealt {
    int64_t occurred = 0;
    uint32_t row = 0;
  };
  std::vector<Dealt> dealt(count);
  std::vector<uint32_t> next(end_of.begin(), end_of.end() - 1);
  for (size_t i = 0; i < count; ++i) {
    dealt[next[group_of_row[i]]++] = {events[begin + i].occurred_at.micros, static_cast<uint32_t>(begin + i)};
  }
  const auto before = [&events](const Dealt& a, const Dealt& b) {
    if (a.occurred != b.occurred) return a.occurred < b.occurred;
    const EventRow &left = events[a.row], &right = events[b.row];
    const int ids = std::string_view(left.event_id, left.event_id_size)
                        .compare(std::string_view(right.event_id, right.event_id_size));
    return ids != 0 ? ids < 0 : left.seq < right.seq;
  };
  for (size_t g = 0; g + 1 < end_of.size(); ++g) {
    std::sort(dealt.begin() + end_of[g], dealt.begin() + end_of[g + 1], before);
  }
  std::vector<uint32_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = dealt[i].row;
  return order;
}

duck::Table event_table(const EventRows& events, std::span<const uint32_t> order) {
  return EventColumns(events, order).table();
}

}  // namespace kenko::segments
