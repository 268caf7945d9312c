#include "engine/peers.h"

#include <algorithm>

#include "engine/bound.h"
#include "engine/in_order.h"
#include "engine/level_run.h"
#include "engine/stale.h"

namespace kenko::engine {

Day first_day(const facts::Portfolio& portfolio) {
  Day first = Day::kMax;
  for (const facts::RowRange& rows : portfolio.events_of) {
    if (rows.size() > 0) first = std::min(first, Day{portfolio.events.day[rows.begin]});
  }
  for (const facts::AttributeRow& row : portfolio.attributes) {
    if (row.day != Day::kMin) first = std::min(first, row.day);
  }
  for (const facts::ContractRow& row : portfolio.contracts) first = std::min(first, row.fact.valid_from);
  return first;
}

std::optional<Day> first_event_day(const facts::Portfolio& portfolio) {
  std::optional<Day> first;
  for (const std::optional<Day>& day : portfolio.source_first_day) {
    if (day) first = std::min(first.value_or(*day), *day);
  }
  return first;
}

std::span<const double> PlacedDays::on(Day day, int segment) const {
  if (day < first) return {};
  const size_t group = groups > 1 ? static_cast<size_t>(segment + 1) : 0;
  const size_t at = static_cast<size_t>(day - first) * groups + group;
  return at < values.size() ? std::span<const double>(values[at]) : std::span<const double>{};
}

// Builds the tables of one level; those below it are there.
class Peers::Builder {
 public:
  Builder(const Engine& engine, Peers& peers, size_t level, int threads, Day first)
      : bound_(engine.bound()),
        peers_(peers),
        level_(level),
        threads_(threads),
        first_(first),
        needed_(peers.levels_.needed_for(bound_.plan, level)),
        everyone_(peers.levels_.any_place_from(level)) {}

  void run() {
    for (const plan::NodeId id : peers_.levels_.places(level_)) {
      PlacedDays& placed = peers_.placed_[id];
      placed.first = first_;
      placed.groups = bound_.plan.segments.size() + 1;
      placed.values.resize(static_cast<size_t>(peers_.until_ - first_ + 1) * placed.groups);
    }
    std::vector<uint32_t> accounts;
    for (uint32_t a = 0; a < bound_.portfolio.accounts.size(); ++a) {
      if (everyone_ || !peers_.hierarchy_.parents(a).empty()) accounts.push_back(a);
    }
    in_order(
        accounts.size(), threads_, [] { return Worker{}; },
        [&](Worker& worker, size_t i) {
          worker.run.emplace(bound_, peers_, accounts[i], worker.buffers, worker.extras);
          for (size_t life = 0; life < worker.run->lives(); ++life) worker.run->compute(life, level_, &needed_);
        },
        [&](Worker& worker, size_t i) {
          for (size_t life = 0; life < worker.run->lives(); ++life) {
            for (const plan::NodeId id : peers_.levels_.folds(level_)) fold(accounts[i], worker, life, id);
            for (const plan::NodeId id : peers_.levels_.places(level_)) add(worker, life, id);
          }
        });
    sort();
  }

 private:
  struct Worker {
    Scratch::Buffers buffers;
    Scratch::LifeExtras extras;
    std::optional<LevelRun> run;
  };

  void fold(uint32_t account, const Worker& worker, size_t life, plan::NodeId id) {
    const plan::Node& node = bound_.plan.nodes[id];
    const NodeDays& x = worker.buffers.lives[life].nodes[node.args[0]];
    const LifeSpan& span = worker.run->span(life);
    for (const ParentSpan& p : peers_.hierarchy_.parents(account)) {
      const Day first = std::max(p.first, span.first), last = std::min(p.last, span.last);
      if (first > last) continue;
      FoldedDays& folded = peers_.folded_[{id, p.parent}];
      if (folded.count.empty()) {
        folded.first = first_;
        folded.value.resize(static_cast<size_t>(peers_.until_ - first_ + 1));
        folded.count.resize(folded.value.size());
      }
      for (Day day = first; day <= last; ++day) {
        const auto at = static_cast<size_t>(day - span.first);
        const AccountStatus status = worker.run->status(life, at);
        if (status == AccountStatus::none || status == AccountStatus::churned || status == AccountStatus::internal)
          continue;
        if (x.valid[at] == 0) continue;
        const auto to = static_cast<size_t>(day - folded.first);
        double& value = folded.value[to];
        value = folded.count[to]++ == 0 ? x.value[at] : folded_value(node.fold, value, x.value[at]);
      }
    }
  }

  static double folded_value(plan::Fold fold, double so_far, double x) {
    switch (fold) {
      case plan::Fold::sum:
      case plan::Fold::mean:
        return so_far + x;
      case plan::Fold::min:
        return std::min(so_far, x);
      case plan::Fold::max:
        return std::max(so_far, x);
      case plan::Fold::count:
        break;
    }
    return so_far;
  }

  void add(const Worker& worker, size_t life, plan::NodeId id) {
    PlacedDays& placed = peers_.placed_[id];
    const NodeDays& x = worker.buffers.lives[life].nodes[bound_.plan.nodes[id].args[0]];
    const auto& segment = worker.extras.lives[life].segment;
    const LifeSpan& span = worker.run->span(life);
    // A place is one among the values of the day before.
    peers_.for_each_place(span.first + 1, x.valid.size(), [&](size_t d) {
      if (x.valid[d] == 0 || !is_scored(bound_.plan.accounts, worker.run->status(life, d))) return;
      const size_t group = placed.groups > 1 ? static_cast<size_t>(segment[d] + 1) : 0;
      const auto day = static_cast<size_t>(span.first - placed.first) + d;
      placed.values[day * placed.groups + group].push_back(x.value[d]);
    });
  }

  void sort() {
    for (const plan::NodeId id : peers_.levels_.places(level_)) {
      auto& values = peers_.placed_[id].values;
      at_once(
          values.size(), threads_, [] { return 0; },
          [&](int, size_t i) {
            std::sort(values[i].begin(), values[i].end());
            values[i].shrink_to_fit();
          });
    }
  }

  const Engine::Bound& bound_;
  Peers& peers_;
  size_t level_;
  int threads_;
  Day first_;
  std::vector<uint8_t> needed_;
  bool everyone_;
};

Peers::Peers(const Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
             const RunOptions& options)
    : options_(options),
      until_(until),
      levels_(engine.plan(), options.among),
      overrides_(engine.portfolio(), engine.plan().model) {
  const plan::Plan& plan = engine.plan();
  const facts::Portfolio& portfolio = engine.portfolio();
  // Whoever has a percentile needs everybody, and so everybody's children.
  const bool everyone = levels_.any_place();
  hierarchy_ = Hierarchy(engine, until, options, threads, everyone ? std::span<const uint32_t>{} : accounts);
  stale_.resize(plan.metrics.size());
  const bool rhythms = std::ranges::any_of(portfolio.settings.sources,
                                           [](const facts::SourceSettings& s) { return s.every_days.has_value(); });
  if (!rhythms && levels_.size() == 1) return;
  const Day first = first_day(portfolio);
  if (first > until) return;
  stale_first_ = first;
  if (rhythms) stale_ = stale_days(plan, portfolio, first, until, facts_until());
  for (size_t level = 1; level < levels_.size(); ++level) Builder(engine, *this, level, threads, first).run();
}

const FoldedDays* Peers::folded(plan::NodeId node, uint32_t account) const {
  const auto it = folded_.find({node, account});
  return it == folded_.end() ? nullptr : &it->second;
}

const PlacedDays& Peers::placed(plan::NodeId node) const {
  static const PlacedDays kNone;
  const auto it = placed_.find(node);
  return it == placed_.end() ? kNone : it->second;
}

}  // namespace kenko::engine
