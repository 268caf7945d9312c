#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>

#include "engine/in_order.h"
#include "score/account_run.h"
#include "score/account_scorer.h"
#include "score/blocks.h"
#include "score/history.h"

namespace kenko::score {
namespace {

// Computes accounts of one engine, options and day.
class Computation {
 public:
  Computation(const engine::Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
              const engine::RunOptions& options)
      : engine_(engine),
        threads_(threads),
        rules_(engine.plan(), options),
        peers_(engine, until, threads, rules_.any_quantile() ? std::span<const uint32_t>{} : accounts, options) {
    if (engine.plan().hierarchy.uses_children() && !peers_.hierarchy().empty()) find_children();
    if (rules_.any_quantile()) find_quantiles();
  }

  AccountHistory run(uint32_t account, AccountRun& worker) const {
    worker.load(account, others());
    worker.finish();
    return worker.history(children_.get());
  }

  void run(std::span<const uint32_t> accounts, const std::function<void(const AccountHistory&)>& sink) const {
    const size_t count = accounts.empty() ? engine_.portfolio().accounts.size() : accounts.size();
    engine::in_order(
        count, threads_, [this] { return maker(); },
        [&](AccountRun& worker, size_t i) {
          worker.load(accounts.empty() ? static_cast<uint32_t>(i) : accounts[i], others());
          worker.finish();
        },
        [&](const AccountRun& worker, size_t) { sink(worker.history(children_.get())); });
  }

  void run_blocks(std::span<const uint32_t> accounts, size_t size,
                  const std::function<std::unique_ptr<BlockSink>()>& make_sink) const {
    const size_t count = accounts.empty() ? engine_.portfolio().accounts.size() : accounts.size();
    struct Worker {
      AccountRun run;
      std::unique_ptr<BlockSink> sink;
    };
    std::atomic<bool> wanted{true};
    engine::at_once((count + size - 1) / size, threads_, [&] { return Worker{maker(), make_sink()}; },
                    [&](Worker& worker, size_t block) {
                      for (size_t i = block * size; wanted && i < std::min(count, (block + 1) * size); ++i) {
                        worker.run.load(accounts.empty() ? static_cast<uint32_t>(i) : accounts[i], others());
                        worker.run.finish();
                        worker.sink->add(worker.run.history(children_.get()));
                      }
                      if (wanted && !worker.sink->end_block(block)) wanted = false;
                    });
  }

  [[nodiscard]] AccountRun maker() const { return {engine_, peers_, rules_}; }

 private:
  [[nodiscard]] Others others() const { return {children_.get(), quantiles_.get()}; }

  // Scores of everything that has a parent, from the leaves up.
  void find_children() {
    const engine::Hierarchy& hierarchy = peers_.hierarchy();
    children_ = std::make_unique<Children>(hierarchy, engine_.portfolio().accounts.size());
    for (const auto& level : hierarchy.levels()) {
      engine::at_once(
          level.size(), threads_, [this] { return maker(); },
          [&](AccountRun& worker, size_t i) {
            if (level[i].size() > 1) return finish_group(level[i]);
            const uint32_t account = level[i].front();
            if (hierarchy.parents(account).empty()) return;  // nothing rests on it
            worker.load(account, others());
            begin(worker);
            worker.finish();
            worker.give(*children_);
          });
    }
  }

  void begin(const AccountRun& run) const {
    const plan::Hierarchy& h = engine_.plan().hierarchy;
    const bool with_arr = h.value_weighted.micros > 0 || h.poor_by_value.micros > 0;
    if (run.first() <= run.last()) children_->begin(run.account(), run.first(), run.last(), with_arr);
  }

  // Accounts that are above and below each other on different days: all of them together, day by day.
  void finish_group(const engine::Hierarchy::Group& group) const {
    std::vector<AccountRun> runs;
    runs.reserve(group.size());
    Day first = Day::kMax, last = Day::kMin;
    for (const uint32_t account : group) {
      AccountRun& run = runs.emplace_back(maker());
      run.load(account, others());
      begin(run);
      first = std::min(first, run.first());
      last = std::max(last, run.last());
    }
    for (Day day = first; day <= last; ++day) {
      for (const size_t i : below_first(group, day)) {
        runs[i].finish(day);
        runs[i].give(*children_, day);
      }
    }
  }

  // Positions in the group so that on `day` every account comes after those below it.
  [[nodiscard]] std::vector<size_t> below_first(const engine::Hierarchy::Group& group, Day day) const {
    std::vector<size_t> above(group.size(), group.size());
    std::vector<size_t> waits(group.size(), 0);  // children that have not come yet
    for (size_t i = 0; i < group.size(); ++i) {
      const uint32_t parent = peers_.hierarchy().parent(group[i], day);
      const auto it = std::lower_bound(group.begin(), group.end(), parent);
      if (it == group.end() || *it != parent) continue;
      above[i] = static_cast<size_t>(it - group.begin());
      ++waits[above[i]];
    }
    std::vector<size_t> order;
    for (size_t i = 0; i < group.size(); ++i) {
      if (waits[i] == 0) order.push_back(i);
    }
    for (size_t k = 0; k < order.size(); ++k) {
      const size_t up = above[order[k]];
      if (up != group.size() && --waits[up] == 0) order.push_back(up);
    }
    return order;
  }

  void find_quantiles() {
    const facts::Portfolio& portfolio = engine_.portfolio();
    auto quantiles = std::make_unique<Quantiles>(rules_, engine::first_day(portfolio), peers_.until());
    engine::in_order(
        portfolio.accounts.size(), threads_, [this] { return maker(); },
        [&](AccountRun& worker, size_t i) {
          worker.load(static_cast<uint32_t>(i), others());
          worker.finish();
        },
        [&](const AccountRun& worker, size_t) {
          for (const LifeScores& life : worker.history(nullptr).scores) quantiles->add(life);
        });
    quantiles->find();
    quantiles_ = std::move(quantiles);
  }

  const engine::Engine& engine_;
  int threads_;
  Rules rules_;
  engine::Peers peers_;
  std::unique_ptr<Children> children_;
  std::unique_ptr<Quantiles> quantiles_;
};

}  // namespace

void for_each_account(const engine::Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
                      const std::function<void(const AccountHistory&)>& sink, const engine::RunOptions& options) {
  Computation(engine, until, threads, accounts, options).run(accounts, sink);
}

void for_each_block(const engine::Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
                    size_t size, const std::function<std::unique_ptr<BlockSink>()>& make_sink,
                    const engine::RunOptions& options) {
  Computation(engine, until, threads, accounts, options).run_blocks(accounts, size, make_sink);
}

struct AccountScorer::State {
  const engine::Engine& engine;
  std::optional<Computation> computation;
  std::optional<AccountRun> run;
};

AccountScorer::AccountScorer(const engine::Engine& engine, Day until) : state_(new State{engine, {}, {}}) {
  renew(until);
}
AccountScorer::~AccountScorer() = default;

void AccountScorer::renew(Day until) {
  // The run refers to the rules and tables of a computation: the next one takes the same place, and it its memory.
  state_->computation.emplace(state_->engine, until, 1, std::span<const uint32_t>{}, engine::RunOptions{});
  if (!state_->run) state_->run.emplace(state_->computation->maker());
}

AccountHistory AccountScorer::history(uint32_t account) { return state_->computation->run(account, *state_->run); }

DayRow find_day(const AccountHistory& history, Day day) {
  DayRow row{history.account, day, nullptr, nullptr, 0, history.children};
  for (size_t i = 0; i < history.days.size(); ++i) {
    const engine::LifeDays& life = history.days[i];
    if (day < life.first || day - life.first >= static_cast<int32_t>(life.size())) continue;
    const auto at = static_cast<size_t>(day - life.first);
    if (life.status[at] == engine::AccountStatus::none) continue;
    row = {history.account, day, &life, &history.scores[i], at, history.children};
  }
  return row;
}

}  // namespace kenko::score
