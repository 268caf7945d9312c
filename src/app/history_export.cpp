#include "app/history_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "duck/connection.h"
#include "score/blocks.h"
#include "score/day_parts.h"

namespace kenko::app {
namespace {

void add_day(const score::AccountHistory& history, const engine::LifeDays& days, const score::LifeScores& scores,
             size_t at, HistoryColumns& out) {
  out.account.push_back(history.account);
  out.day.push_back(days.first.number + static_cast<int32_t>(at));
  out.score.push_back(scores.score[at]);
  out.rolled_up.push_back(scores.rolled_up[at]);
  out.silence.push_back(scores.silence[at]);
  out.coverage.push_back(scores.coverage[at]);
  out.computed.push_back(scores.computed[at]);
  out.segment.push_back(scores.segment[at]);
  out.stage.push_back(scores.stage[at]);
  out.band.push_back(scores.band[at]);
  out.band_list.push_back(scores.band_list[at]);
  out.state.push_back(scores.state[at]);
  out.status.push_back(scores.status[at]);
  for (size_t d = 0; d < out.dimension.size(); ++d) out.dimension[d].push_back(scores.dimension[d][at]);
}

// The rows [begin, begin + size) of the history, in columns.
struct Block {
  HistoryColumns columns;
  uint64_t begin = 0;

  [[nodiscard]] uint64_t end() const { return begin + columns.size(); }
};

// What the columns of the file read: the block that holds the rows that are asked for.
using Current = const Block*;

// A column of decimals kept as integers, least = the smallest that is not null.
template <typename Get>
duck::Column scaled(std::string name, const Current& block, int32_t factor, int32_t least, Get get) {
  return {std::move(name), duck::Type::short_decimal6,
          [&block, factor, least, get](uint64_t begin, size_t count, duck::Cells& cells) {
            auto* out = cells.data<int32_t>();
            const int32_t* values = get(block->columns).data() + (begin - block->begin);
            for (size_t i = 0; i < count; ++i) {
              const bool null = values[i] < least;
              out[i] = null ? 0 : values[i] * factor;
              if (null) cells.set_null(i);
            }
          }};
}

// A text out of few: `position(columns, row of the block)` gives its place among `choices`, -1 = null.
template <typename Position>
duck::Column choice(std::string name, std::vector<std::string> choices, const Current& block, Position position) {
  const auto get = [&block, position](uint64_t begin, std::span<int32_t> positions) {
    const HistoryColumns& columns = block->columns;
    const uint64_t first = begin - block->begin;
    for (size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<int32_t>(position(columns, first + i));
  };
  return duck::choice_column(std::move(name), std::move(choices), get);
}

std::vector<std::string> names_of(const std::vector<plan::Segment>& segments) {
  std::vector<std::string> out;
  for (const plan::Segment& s : segments) out.push_back(s.name);
  return out;
}

duck::Column metric_column(const engine::Engine& engine, size_t m, const Current& block) {
  const plan::Metric& metric = engine.plan().metrics[m];
  const plan::Type type = engine.plan().nodes[metric.node].type;
  const std::string name = "metric." + metric.name;
  if (type == plan::Type::text) {
    return duck::text_column(name, [&engine, &block, m](uint64_t row) {
      const double code = block->columns.value[m][row - block->begin];
      return std::isnan(code) ? std::string_view{} : engine.text(code);
    });
  }
  return {name, duck::Type::real, [&block, m](uint64_t begin, size_t count, duck::Cells& cells) {
            auto* out = cells.data<double>();
            const double* values = block->columns.value[m].data() + (begin - block->begin);
            for (size_t i = 0; i < count; ++i) {
              out[i] = values[i];
              if (std::isnan(out[i])) cells.set_null(i);
            }
          }};
}

constexpr int32_t kHundredths = 10'000;  // millionths in a hundredth
constexpr size_t kMostChoices = 32'768;  // every row group of the file holds all of a column's choices

duck::Column account_column(const engine::Engine& engine, const Current& block) {
  const std::vector<std::string>& accounts = engine.portfolio().accounts;
  if (accounts.size() <= kMostChoices)
    return choice("account", accounts, block, [](const HistoryColumns& h, uint64_t i) { return h.account[i]; });
  return duck::text_column("account", [&accounts, &block](uint64_t row) {
    return std::string_view(accounts[block->columns.account[row - block->begin]]);
  });
}

template <typename Word>
std::vector<std::string> words_up_to(Word last) {
  std::vector<std::string> out;
  for (int i = 0; i <= static_cast<int>(last); ++i) out.emplace_back(word(static_cast<Word>(i)));
  return out;
}

// Bands of several lists may share a name.
duck::Column band_column(const plan::Plan& plan, const Current& block) {
  std::vector<std::string> names;
  std::vector<std::vector<int32_t>> places;
  const size_t lists = 1 + plan.segments.size() + plan.life_stages.size();
  for (size_t list = 0; list < lists; ++list) {
    auto& of_list = places.emplace_back();
    for (const plan::Band& band : score::bands_of(plan, static_cast<int16_t>(list))) {
      const auto at = std::find(names.begin(), names.end(), band.name);
      of_list.push_back(static_cast<int32_t>(at - names.begin()));
      if (at == names.end()) names.push_back(band.name);
    }
  }
  return choice("band", std::move(names), block, [places = std::move(places)](const HistoryColumns& h, uint64_t i) {
    return h.band[i] < 0 ? -1 : places[static_cast<size_t>(h.band_list[i])][static_cast<size_t>(h.band[i])];
  });
}

// The table whose rows are those of `block`, whichever block that is when they are asked for.
duck::Table table_of(const engine::Engine& engine, const Current& block, bool with_metrics) {
  using Columns = const HistoryColumns&;
  const plan::Plan& plan = engine.plan();
  duck::Table t;
  auto& add = t.columns;
  add.push_back(account_column(engine, block));
  add.push_back({"day", duck::Type::day, [&block](uint64_t begin, size_t count, duck::Cells& cells) {
                   std::copy_n(block->columns.day.data() + (begin - block->begin), count, cells.data<int32_t>());
                 }});
  add.push_back(choice("state", words_up_to(score::State::unscored), block,
                       [](Columns h, uint64_t i) { return static_cast<int32_t>(h.state[i]); }));
  add.push_back(choice("status", words_up_to(engine::AccountStatus::internal), block,
                       [](Columns h, uint64_t i) { return static_cast<int32_t>(h.status[i]); }));
  add.push_back(scaled("score", block, kHundredths, 0, [](Columns h) { return std::span(h.score); }));
  add.push_back(band_column(plan, block));
  add.push_back(scaled("coverage", block, 1, 0, [](Columns h) { return std::span(h.coverage); }));
  add.push_back(scaled("computed", block, kHundredths, 0, [](Columns h) { return std::span(h.computed); }));
  add.push_back(scaled("rolled_up", block, kHundredths, 0, [](Columns h) { return std::span(h.rolled_up); }));
  add.push_back(scaled("silence", block, kHundredths, INT32_MIN, [](Columns h) { return std::span(h.silence); }));
  if (!plan.segments.empty())
    add.push_back(
        choice("segment", names_of(plan.segments), block, [](Columns h, uint64_t i) { return h.segment[i]; }));
  if (!plan.life_stages.empty())
    add.push_back(choice("stage", names_of(plan.life_stages), block, [](Columns h, uint64_t i) { return h.stage[i]; }));
  for (size_t d = 0; d < plan.dimensions.size(); ++d)
    add.push_back(scaled("dimension." + plan.dimensions[d].name, block, 1, 0,
                         [d](Columns h) { return std::span(h.dimension[d]); }));
  for (size_t m = 0; with_metrics && m < plan.metrics.size(); ++m) add.push_back(metric_column(engine, m, block));
  for (size_t m = 0; with_metrics && m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].dimension)
      add.push_back(
          scaled("points." + plan.metrics[m].name, block, 1, 0, [m](Columns h) { return std::span(h.points[m]); }));
  }
  return t;
}

void resize(const plan::Plan& plan, bool with_metrics, HistoryColumns& out) {
  out.dimension.resize(plan.dimensions.size());
  if (with_metrics) {
    out.value.resize(plan.metrics.size());
    out.points.resize(plan.metrics.size());
  }
}

template <typename To, typename From>
void append(const From& from, size_t first, To& to) {
  to.insert(to.end(), from.begin() + static_cast<ptrdiff_t>(first), from.end());
}

void add_metrics(const plan::Plan& plan, const engine::LifeDays& days, size_t first, HistoryColumns& out) {
  for (size_t m = 0; m < plan.metrics.size(); ++m) {
    const engine::MetricDays& metric = days.metrics[m];
    for (size_t at = first; at < days.size(); ++at) {
      if (days.status[at] == engine::AccountStatus::none) continue;
      out.value[m].push_back(metric.valid[at] != 0 ? metric.value[at] : std::numeric_limits<double>::quiet_NaN());
      out.points[m].push_back(score::points_on(plan.metrics[m], metric, days.first, at).points);
    }
  }
}

// The rows of a life from its day `first` on, none of which is without a status: whole columns at a time.
void add_days(const score::AccountHistory& history, const engine::LifeDays& days, const score::LifeScores& scores,
              size_t first, HistoryColumns& out) {
  const size_t count = days.size() - first;
  out.account.insert(out.account.end(), count, history.account);
  for (size_t at = first; at < days.size(); ++at) out.day.push_back(days.first.number + static_cast<int32_t>(at));
  append(scores.score, first, out.score);
  append(scores.rolled_up, first, out.rolled_up);
  append(scores.silence, first, out.silence);
  append(scores.coverage, first, out.coverage);
  append(scores.computed, first, out.computed);
  append(scores.segment, first, out.segment);
  append(scores.stage, first, out.stage);
  append(scores.band, first, out.band);
  append(scores.band_list, first, out.band_list);
  append(scores.state, first, out.state);
  append(scores.status, first, out.status);
  for (size_t d = 0; d < out.dimension.size(); ++d) append(scores.dimension[d], first, out.dimension[d]);
}

void add_account(const plan::Plan& plan, const score::AccountHistory& history, Day from, bool with_metrics,
                 HistoryColumns& out) {
  for (size_t life = 0; life < history.days.size(); ++life) {
    const engine::LifeDays& days = history.days[life];
    const score::LifeScores& scores = history.scores[life];
    const auto first = static_cast<size_t>(std::max(0, from - days.first));
    if (first >= days.size()) continue;
    if (std::ranges::find(days.status.subspan(first), engine::AccountStatus::none) == days.status.end()) {
      add_days(history, days, scores, first, out);
    } else {
      for (size_t at = first; at < days.size(); ++at) {
        if (days.status[at] != engine::AccountStatus::none) add_day(history, days, scores, at, out);
      }
    }
    if (with_metrics) add_metrics(plan, days, first, out);
  }
}

// Blocks on their way from the threads that compute them to the one that writes them, in order.
class BlockQueue {
 public:
  BlockQueue(size_t blocks, size_t most) : blocks_(blocks), most_(most) {}

  // Waits until there is room.  False = nobody reads any more.
  bool put(size_t number, std::unique_ptr<Block> block) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || number < next_ + most_; });
    if (closed_) return false;
    waiting_[number] = std::move(block);
    if (number == next_) changed_.notify_all();
    return true;
  }

  // The next block; nullptr after the last.
  std::unique_ptr<Block> take() {
    std::unique_lock lock(mutex_);
    if (next_ == blocks_) return nullptr;
    changed_.wait(lock, [&] { return waiting_.contains(next_); });
    std::unique_ptr<Block> out = std::move(waiting_.extract(next_).mapped());
    ++next_;
    changed_.notify_all();
    return out;
  }

  // An empty block whose memory was used before, if there is one.
  std::unique_ptr<Block> reuse() {
    const std::scoped_lock lock(mutex_);
    if (empty_.empty()) return nullptr;
    std::unique_ptr<Block> out = std::move(empty_.back());
    empty_.pop_back();
    return out;
  }

  void give_back(std::unique_ptr<Block> block) {
    const std::scoped_lock lock(mutex_);
    empty_.push_back(std::move(block));
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const size_t blocks_, most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<size_t, std::unique_ptr<Block>> waiting_;
  std::vector<std::unique_ptr<Block>> empty_;
  size_t next_ = 0;
  bool closed_ = false;
};

void clear(HistoryColumns& h) {
  const auto all = [](auto&... columns) { (columns.clear(), ...); };
  all(h.account, h.day, h.score, h.rolled_up, h.silence, h.coverage, h.computed, h.segment, h.stage, h.band,
      h.band_list, h.state, h.status);
  for (auto* lists : {&h.dimension, &h.points}) {
    for (auto& column : *lists) column.clear();
  }
  for (auto& column : h.value) column.clear();
}

// Fills blocks; one for each thread.
class BlockMaker final : public score::BlockSink {
 public:
  BlockMaker(const plan::Plan& plan, const HistoryRequest& request, BlockQueue& queue)
      : plan_(plan), request_(request), queue_(queue) {
    next();
  }

  void add(const score::AccountHistory& history) override {
    add_account(plan_, history, request_.from, request_.with_metrics, block_->columns);
  }
  bool end_block(size_t number) override {
    const bool wanted = queue_.put(number, std::move(block_));
    next();
    return wanted;
  }

 private:
  void next() {
    block_ = queue_.reuse();
    if (block_ == nullptr) block_ = std::make_unique<Block>();
    clear(block_->columns);
    resize(plan_, request_.with_metrics, block_->columns);
  }

  const plan::Plan& plan_;
  const HistoryRequest& request_;
  BlockQueue& queue_;
  std::unique_ptr<Block> block_;
};

// The rows that DuckDB asks for, out of the queue.
class BlockReader {
 public:
  explicit BlockReader(BlockQueue& queue) : queue_(queue) {}

  // How many of the rows from `begin` on the current block has, the next one being fetched when it has none.
  size_t ready(uint64_t begin, size_t most) {
    while (block == nullptr || begin == block->end()) {
      if (held_ != nullptr) queue_.give_back(std::move(held_));
      held_ = queue_.take();
      block = held_.get();
      if (block == nullptr) return 0;
      held_->begin = begin;
      count(held_->columns);
    }
    return static_cast<size_t>(std::min<uint64_t>(most, block->end() - begin));
  }

  Current block = nullptr;
  HistoryWritten written;

 private:
  void count(const HistoryColumns& columns) {
    written.rows += static_cast<int64_t>(columns.size());
    for (const int32_t day : columns.day) {
      written.first = std::min(written.first, Day{day});
      written.last = std::max(written.last, Day{day});
    }
  }

  BlockQueue& queue_;
  std::unique_ptr<Block> held_;
};

std::string selection(const std::optional<SaidBy>& said) {
  if (!said) return "SELECT * FROM history";
  return fmt::format(
      "SELECT account, day, 'publication' AS kind, 0::INTEGER AS revision, make_timestamp({}) AS known_at, "
      "{} AS model, {} AS model_fingerprint, * EXCLUDE (account, day) FROM history",
      said->known_at.micros, duck::sql_text(said->model), duck::sql_text(said->fingerprint));
}

}  // namespace

Result<HistoryWritten> write_history(const engine::Engine& engine, const HistoryRequest& request, int threads,
                                     const std::string& path) {
  constexpr size_t kAccounts = 64;  // of a block: some ten thousand rows
  constexpr size_t kBlocksOfThread = 8;
  const size_t accounts = request.accounts.empty() ? engine.portfolio().accounts.size() : request.accounts.size();
  const auto workers = static_cast<size_t>(std::max(threads, 1));
  BlockQueue queue((accounts + kAccounts - 1) / kAccounts, workers * kBlocksOfThread);
  BlockReader reader(queue);
  duck::Table table = table_of(engine, reader.block, request.with_metrics);
  table.rows = accounts * 365;
  table.ready = [&reader](uint64_t begin, size_t most) { return reader.ready(begin, most); };
  KENKO_TRY(duck::Connection connection, duck::Connection::open({.threads = 1}));
  KENKO_TRY_STATUS(connection.register_table("history", std::move(table)));
  std::jthread computing([&] {
    score::for_each_block(engine, request.to, threads, request.accounts, kAccounts,
                          [&] { return std::make_unique<BlockMaker>(engine.plan(), request, queue); });
  });
  const Status status = connection.copy_to_parquet(selection(request.said), path);
  queue.close();
  computing.join();
  if (!status.ok()) return status.problems();
  return reader.written;
}

}  // namespace kenko::app
