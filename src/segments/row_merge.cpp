#include "segments/row_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ports/files.h"
#include "segments/event_columns.h"
#include "segments/segment_scan.h"

namespace kenko::segments {

namespace {

duck::Type type_of(size_t column) {
  switch (static_cast<SegmentColumn>(column)) {
    case kOccurredAt:
    case kKnownAt:
      return duck::Type::timestamp;
    case kSeq:
    case kVersion:
      return duck::Type::int64;
    case kValue:
      return duck::Type::decimal6;
    case kDeleted:
    case kAssumed:
      return duck::Type::boolean;
    case kRawHigh:
    case kRawLow:
    case kMapping:
    case kKeyHigh:
    case kKeyLow:
      return duck::Type::uint64;
    default:
      return duck::Type::text;
  }
}

/// Texts as texts, also where they are choices.
std::string select_from(const std::string& from) {
  std::string columns;
  for (size_t column = 0; column < kColumnCount; ++column) {
    columns += columns.empty() ? "" : ", ";
    columns += fmt::format(fmt::runtime(type_of(column) == duck::Type::text ? "CAST({0} AS VARCHAR) AS {0}" : "{}"),
                           kColumnNames[column]);
  }
  return fmt::format("SELECT {} FROM {}", columns, from);
}

}  // namespace

struct RowMerge::Input {
  explicit Input(duck::Connection connection) : duck(std::move(connection)) {}

  duck::Connection duck;
  std::unique_ptr<duck::Rows> rows;
  std::shared_ptr<const duck::Chunk> chunk;
  size_t row = 0;
  int64_t seen = 0, expected = 0;
  std::string path;                      // empty: events in memory
  std::vector<uint32_t> order;           // of those
  std::string_view source, account, id;  // of the row at hand
  int64_t occurred = 0, seq = 0;

  void look() {
    const auto text = [this](SegmentColumn column) {
      return chunk->valid(column, row) ? chunk->text(column, row) : std::string_view();
    };
    source = text(kSource);
    account = text(kAccountRef);
    id = text(kEventId);
    occurred = chunk->data<int64_t>(kOccurredAt)[row];
    seq = chunk->data<int64_t>(kSeq)[row];
  }
};

RowMerge::RowMerge() = default;
RowMerge::~RowMerge() = default;

Status RowMerge::add_input(std::unique_ptr<Input> input, const std::string& query) {
  auto rows = input->duck.query(query);
  if (!rows.ok()) return damaged_segment(input->path, rows.problems()[0].message);
  input->rows = std::make_unique<duck::Rows>(std::move(rows).value());
  expected_ += static_cast<uint64_t>(input->expected);
  inputs_.push_back(std::move(input));
  return Done{};
}

Status RowMerge::add(const std::string& dir, const ports::SegmentInfo& segment) {
  KENKO_TRY_STATUS(check_files(dir, {segment}));
  // A database each: a connection has one running query.
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  auto input = std::make_unique<Input>(std::move(duck));
  input->path = events_path(dir, segment);
  input->expected = segment.rows;
  const std::string query = select_from(fmt::format("read_parquet({})", duck::sql_path(input->path)));
  return add_input(std::move(input), query);
}

Status RowMerge::add(const EventRows& events) {
  KENKO_TRY(duck::Connection duck, duck::Connection::open({.threads = 1}));
  auto input = std::make_unique<Input>(std::move(duck));
  input->expected = static_cast<int64_t>(events.size());
  input->order = stored_order(events, 0, events.size());
  KENKO_TRY_STATUS(input->duck.register_table("events_in_memory", event_table(events, input->order)));
  return add_input(std::move(input), select_from("events_in_memory"));
}

Status RowMerge::next_chunk(Input& input) {
  auto chunk = input.rows->next();
  if (!chunk.ok()) return damaged_segment(input.path, chunk.problems()[0].message);
  input.chunk = std::make_shared<const duck::Chunk>(std::move(chunk).value());
  input.row = 0;
  input.seen += static_cast<int64_t>(input.chunk->size());
  if (input.chunk->size() > 0) {
    held_.push_back(input.chunk);
    input.look();
  } else if (input.seen != input.expected) {
    return damaged_segment(input.path, fmt::format("{} events where {} were written", input.seen, input.expected));
  }
  return Done{};
}

Status RowMerge::advance(Input& input) {
  if (++input.row < input.chunk->size()) {
    input.look();
    return Done{};
  }
  return next_chunk(input);
}

// For a heap with the earliest on top.
bool RowMerge::later(size_t a, size_t b) const {
  const Input& x = *inputs_[a];
  const Input& y = *inputs_[b];
  if (const int order = x.source.compare(y.source); order != 0) return order > 0;
  if (const int order = x.account.compare(y.account); order != 0) return order > 0;
  if (x.occurred != y.occurred) return x.occurred > y.occurred;
  if (const int order = x.id.compare(y.id); order != 0) return order > 0;
  return x.seq > y.seq;
}

Status RowMerge::fill_window(size_t most) {
  const auto order = [this](size_t a, size_t b) { return later(a, b); };
  window_.clear();
  held_.clear();
  if (given_ == 0 && heap_.empty()) {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      KENKO_TRY_STATUS(next_chunk(*inputs_[i]));
      if (inputs_[i]->chunk->size() > 0) heap_.push_back(i);
    }
    std::make_heap(heap_.begin(), heap_.end(), order);
  }
  for (const size_t i : heap_) held_.push_back(inputs_[i]->chunk);
  while (window_.size() < most && !heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), order);
    Input& input = *inputs_[heap_.back()];
    const duck::Chunk& chunk = *input.chunk;
    const Hash128 key{chunk.data<uint64_t>(kKeyHigh)[input.row], chunk.data<uint64_t>(kKeyLow)[input.row]};
    if (!hidden_ || !hidden_(input.seq, key)) {
      window_.push_back({&chunk, input.row});
      sum_of_seq_ += input.seq;
    }
    KENKO_TRY_STATUS(advance(input));
    if (input.chunk->size() == 0) {
      heap_.pop_back();
    } else {
      std::push_heap(heap_.begin(), heap_.end(), order);
    }
  }
  given_ += window_.size();
  return Done{};
}

size_t RowMerge::ready(uint64_t begin, size_t most) {
  if (!failure_.ok()) return 0;
  window_begin_ = begin;
  failure_ = fill_window(most);
  return failure_.ok() ? window_.size() : 0;
}

Result<uint64_t> RowMerge::rows_given() const {
  if (!failure_.ok()) return failure_.problems();
  return given_;
}

template <typename T>
void RowMerge::add_column(duck::Table& table, size_t column, duck::Type type) {
  table.columns.push_back(
      {std::string(kColumnNames[column]), type, [this, column](uint64_t begin, size_t count, duck::Cells& cells) {
         T* out = cells.data<T>();
         const size_t first = begin - window_begin_;
         for (size_t i = 0; i < count; ++i) {
           const Place& place = window_[first + i];
           out[i] = place.chunk->data<T>(column)[place.row];
           if (!place.chunk->valid(column, place.row)) cells.set_null(i);
         }
       }});
}

void RowMerge::add_text_column(duck::Table& table, size_t column) {
  table.columns.push_back({std::string(kColumnNames[column]), duck::Type::text,
                           [this, column](uint64_t begin, size_t count, duck::Cells& cells) {
                             const size_t first = begin - window_begin_;
                             for (size_t i = 0; i < count; ++i) {
                               const Place& place = window_[first + i];
                               if (place.chunk->valid(column, place.row)) {
                                 cells.set_text(i, place.chunk->text(column, place.row));
                               } else {
                                 cells.set_null(i);
                               }
                             }
                           }});
}

duck::Table RowMerge::table() {
  duck::Table table;
  table.rows = expected_;
  table.ready = [this](uint64_t begin, size_t most) { return ready(begin, most); };
  for (size_t column = 0; column < kColumnCount; ++column) {
    const duck::Type type = type_of(column);
    if (type == duck::Type::text) {
      add_text_column(table, column);
    } else if (type == duck::Type::boolean) {
      add_column<bool>(table, column, type);
    } else if (type == duck::Type::uint64) {
      add_column<uint64_t>(table, column, type);
    } else {
      add_column<int64_t>(table, column, type);
    }
  }
  return table;
}

}  // namespace kenko::segments
