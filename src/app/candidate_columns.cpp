#include "app/candidate_columns.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "app/clock.h"
#include "app/known_facts.h"
#include "engine/engine.h"
#include "score/history.h"

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
  Collector(const Panel& panel, std::span<const uint32_t> metrics, std::span<const uint32_t> rows)
      : panel_(panel), metrics_(metrics) {
    columns_.assign(metrics.size(), std::vector<float>(rows.size(), std::numeric_limits<float>::quiet_NaN()));
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

  // Takes the days [from, to) by position.
  void add(const engine::Engine& engine, const score::AccountHistory& history, uint32_t from, uint32_t to) {
    const auto found = wanted_.find(engine.portfolio().accounts[history.account]);
    if (found == wanted_.end()) return;
    for (const Wanted& wanted : found->second) {
      if (wanted.day < from || wanted.day >= to) continue;
      const score::DayRow row = score::find_day(history, panel_.days[wanted.day]);
      if (row.days == nullptr) continue;
      for (size_t i = 0; i < metrics_.size(); ++i) {
        const engine::MetricDays& days = row.days->metrics[metrics_[i]];
        if (days.valid[row.at] != 0) columns_[i][wanted.slot] = static_cast<float>(days.value[row.at]);
      }
    }
  }

  CandidateColumns take() { return std::move(columns_); }

 private:
  const Panel& panel_;
  std::span<const uint32_t> metrics_;
  std::map<std::string, std::vector<Wanted>, std::less<>> wanted_;
  CandidateColumns columns_;
};

void run(const engine::Engine& engine, Day until, int threads, const std::vector<uint32_t>& accounts,
         Collector& collector, uint32_t from, uint32_t to) {
  if (accounts.empty()) return;
  engine::RunOptions options;
  options.overrides = false;
  score::for_each_account(
      engine, until, threads, accounts,
      [&](const score::AccountHistory& history) { collector.add(engine, history, from, to); }, options);
}

}  // namespace

Result<CandidateColumns> candidate_columns(const Workspace& workspace, const facts::Portfolio& portfolio,
                                           const plan::Plan& plan, std::span<const uint32_t> metrics,
                                           const Panel& panel, std::span<const uint32_t> rows, int threads) {
  Collector collector(panel, metrics, rows);
  if (rows.empty()) return collector.take();
  const uint32_t first = panel.day[rows.front()], last = panel.day[rows.back()];
  KENKO_TRY(auto state, open_state(workspace.dir));
  KENKO_TRY(KnownFacts known, KnownFacts::load(workspace, *state, threads));
  KENKO_TRY(const LateAccounts late, known.late_accounts({close_of(panel.days[first], workspace.settings), {}},
                                                         panel.days[first], panel.days[last], {&plan}, portfolio));
  const engine::Engine engine(plan, portfolio);
  run(engine, panel.days[last], threads, collector.accounts(portfolio, late, false), collector, first, last + 1);
  if (late.none()) return collector.take();
  if (!late.all) {
    KENKO_TRY_STATUS(known.keep_only(late.accounts, portfolio));
  }
  for (uint32_t d = first; d <= last; ++d) {
    KENKO_TRY(const facts::Portfolio then, known.portfolio({close_of(panel.days[d], workspace.settings), {}}));
    const engine::Engine past(plan, then);
    run(past, panel.days[d], threads, collector.accounts(then, late, true), collector, d, d + 1);
  }
  return collector.take();
}

}  // namespace kenko::app
