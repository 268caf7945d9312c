#include "app/candidate_columns.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "app/clock.h"
#include "app/known_facts.h"
#include "engine/engine.h"
#include "engine/in_order.h"
#include "engine/peers.h"
#include "plan/values.h"

namespace kenko::app {
namespace {

using validate::Panel;

// Which rows are wanted of an account, by as-of day.
struct Wanted {
  uint32_t day = 0;  // position in panel.days
  size_t slot = 0;   // where its values go
};

class Collector {
 public:
  Collector(const Panel& panel, size_t metrics, std::span<const uint32_t> rows) : panel_(panel) {
    columns_.assign(metrics, std::vector<float>(rows.size(), std::numeric_limits<float>::quiet_NaN()));
    for (size_t slot = 0; slot < rows.size(); ++slot) {
      wanted_[panel.accounts[panel.account[rows[slot]]]].push_back({panel.day[rows[slot]], slot});
    }
  }

  // The accounts that any row is of, as numbers of `portfolio`; those of `late` alone, or those not of it.
  [[nodiscard]] std::vector<uint32_t> accounts(const facts::Portfolio& portfolio, const LateAccounts& late,
                                               bool of_late) const {
    std::vector<uint32_t> out;
    for (const auto& [id, rows] : wanted_) {
      const bool is_late = late.all || std::binary_search(late.accounts.begin(), late.accounts.end(), id);
      if (is_late != of_late) continue;
      if (const auto found = portfolio.find_account(id)) out.push_back(*found);
    }
    return out;
  }

  // Takes the days [from, to) by position.  columns: of the metrics of the engine's plan.
  void add(const engine::Engine& engine, uint32_t account, const std::vector<engine::LifeDays>& lives,
           const std::vector<size_t>& columns, uint32_t from, uint32_t to) {
    const auto found = wanted_.find(engine.portfolio().accounts[account]);
    if (found == wanted_.end()) return;
    for (const Wanted& wanted : found->second) {
      if (wanted.day < from || wanted.day >= to) continue;
      for (const engine::LifeDays& life : lives) {
        const int32_t at = panel_.days[wanted.day] - life.first;
        if (at < 0 || static_cast<size_t>(at) >= life.size()) continue;
        take(life, static_cast<size_t>(at), columns, wanted.slot);
      }
    }
  }

  CandidateColumns take() { return std::move(columns_); }

 private:
  void take(const engine::LifeDays& life, size_t at, const std::vector<size_t>& columns, size_t slot) {
    if (life.status[at] == engine::AccountStatus::none) return;
    for (size_t i = 0; i < columns.size(); ++i) {
      const engine::MetricDays& days = life.metrics[i];
      if (days.valid[at] != 0) columns_[columns[i]][slot] = static_cast<float>(days.value[at]);
    }
  }

  const Panel& panel_;
  std::map<std::string, std::vector<Wanted>, std::less<>> wanted_;
  CandidateColumns columns_;
};

// Metrics that are computed together: a plan of their own, and where each one's values go.
struct Part {
  plan::Plan plan;
  std::vector<size_t> columns;
};

// Those that rest on other accounts, and those that do not: what comes late of somebody changes the former everywhere.
Part part_of(const plan::Plan& plan, std::span<const uint32_t> metrics, bool others) {
  Part out;
  std::vector<uint32_t> own;
  for (size_t i = 0; i < metrics.size(); ++i) {
    if (plan::reads_others(plan, metrics[i]) != others) continue;
    own.push_back(metrics[i]);
    out.columns.push_back(i);
  }
  out.plan = plan::values_of(plan, own);
  return out;
}

// No other node reads a percentile: its values of other days are needed by nobody.
bool places_stand_on_top(const plan::Plan& plan) {
  return std::ranges::none_of(plan.nodes, [&](const plan::Node& node) {
    return std::ranges::any_of(node.args, [&](plan::NodeId arg) { return plan.nodes[arg].op == plan::Op::percentile; });
  });
}

// One part on one state of knowledge.
class Run {
 public:
  Run(const Part& part, const facts::Portfolio& portfolio, const Panel& panel, int threads, Collector& collector)
      : part_(part), engine_(part.plan, portfolio), panel_(panel), threads_(threads), collector_(collector) {}

  // The days [from, to) by position.
  void add(const std::vector<uint32_t>& accounts, uint32_t from, uint32_t to) const {
    if (accounts.empty() || part_.columns.empty()) return;
    engine::RunOptions options;
    options.overrides = false;
    if (places_stand_on_top(part_.plan)) {
      options.percentile_days.assign(panel_.days.begin() + from, panel_.days.begin() + to);
    }
    const engine::Peers peers(engine_, panel_.days[to - 1], threads_, accounts, options);
    struct Worker {
      engine::Scratch scratch;
      std::vector<engine::LifeDays> lives;
    };
    engine::at_once(
        accounts.size(), threads_, [] { return Worker{}; },
        [&](Worker& worker, size_t i) {
          engine_.run(accounts[i], peers, worker.scratch, worker.lives);
          collector_.add(engine_, accounts[i], worker.lives, part_.columns, from, to);
        });
  }

 private:
  const Part& part_;
  engine::Engine engine_;
  const Panel& panel_;
  int threads_;
  Collector& collector_;
};

}  // namespace

Result<CandidateColumns> candidate_columns(const Workspace& workspace, const facts::Portfolio& portfolio,
                                           const plan::Plan& plan, std::span<const uint32_t> metrics,
                                           const Panel& panel, std::span<const uint32_t> rows, int threads) {
  Collector collector(panel, metrics.size(), rows);
  if (rows.empty()) return collector.take();
  const uint32_t first = panel.day[rows.front()], last = panel.day[rows.back()];
  KENKO_TRY(auto state, open_state(workspace.dir));
  KENKO_TRY(KnownFacts known, KnownFacts::load(workspace, *state, threads));
  const auto late_of = [&](Coupling coupling) {
    return known.late_accounts({close_of(panel.days[first], workspace.settings), {}}, panel.days[first],
                               panel.days[last], {&plan}, portfolio, coupling);
  };
  const Part rests = part_of(plan, metrics, true), own = part_of(plan, metrics, false);
  KENKO_TRY(LateAccounts late, late_of(rests.columns.empty() ? Coupling::none : Coupling::scores));
  for (const Part* part : {&rests, &own}) {
    if (part->columns.empty()) continue;
    if (part == &own && late.all) {
      KENKO_TRY(late, late_of(Coupling::none));
    }
    Run(*part, portfolio, panel, threads, collector).add(collector.accounts(portfolio, late, false), first, last + 1);
    if (late.none()) continue;
    if (!late.all) {  // never before the last part: what rests on others asks for all of them
      KENKO_TRY_STATUS(known.keep_only(late.accounts, portfolio));
    }
    for (uint32_t d = first; d <= last; ++d) {
      KENKO_TRY(const facts::Portfolio then, known.portfolio({close_of(panel.days[d], workspace.settings), {}}));
      Run(*part, then, panel, threads, collector).add(collector.accounts(then, late, true), d, d + 1);
    }
  }
  return collector.take();
}

}  // namespace kenko::app
