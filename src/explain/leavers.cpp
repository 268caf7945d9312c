#include "explain/leavers.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "score/history.h"
#include "validate/outcomes.h"

namespace kenko::explain {
namespace {

// An account's scores, one a day from `first` on.
struct Line {
  Day first;
  std::vector<int32_t> score;

  [[nodiscard]] int32_t at(Day d) const {
    const int64_t i = d - first;
    return i < 0 || i >= std::ssize(score) ? score::kNoScore : score[static_cast<size_t>(i)];
  }
};

Line line_of(const score::AccountHistory& history) {
  Line out;
  if (history.scores.empty()) return out;
  out.first = history.scores.front().first;
  for (const score::LifeScores& life : history.scores) {
    out.score.resize(static_cast<size_t>(life.first - out.first), score::kNoScore);
    out.score.insert(out.score.end(), life.score.begin(), life.score.end());
  }
  return out;
}

// The day the account decided to leave, by its first churn event.
std::optional<Day> first_decision(const facts::Portfolio& p, uint32_t account, Day as_of) {
  const uint32_t churned = p.texts.find("account.churned");
  if (churned == 0) return std::nullopt;
  for (uint64_t row = p.events_of[account].begin; row < p.events_of[account].end; ++row) {
    if (p.events.name[row] != churned || p.events.day[row] > as_of.number) continue;
    return validate::decision_day(p, row);
  }
  return std::nullopt;
}

int32_t mean_of(int64_t sum, int64_t count) {
  return count == 0 ? -1 : static_cast<int32_t>(divide_half_up(sum, count));
}

}  // namespace

LeaverTable leavers_against_stayers(const engine::Engine& engine, Day as_of, int threads) {
  std::vector<std::pair<Day, Line>> leavers;
  std::vector<Line> stayers;
  score::for_each_account(engine, as_of, threads, {}, [&](const score::AccountHistory& history) {
    if (history.scores.empty()) return;
    const auto decided = first_decision(engine.portfolio(), history.account, as_of);
    if (decided) {
      leavers.emplace_back(*decided, line_of(history));
    } else {
      stayers.push_back(line_of(history));
    }
  });
  LeaverTable table;
  table.left = std::ssize(leavers);
  table.stayed = std::ssize(stayers);
  for (const int32_t before : {90, 60, 30, 0}) {
    LeaverRow row;
    row.days_before = before;
    int64_t left_sum = 0, stayed_sum = 0;
    for (const auto& [decided, line] : leavers) {
      const Day day = decided - before;
      if (const int32_t score = line.at(day); score >= 0) {
        left_sum += score;
        ++row.leavers;
      }
      for (const Line& stayer : stayers) {
        const int32_t score = stayer.at(day);
        if (score < 0) continue;
        stayed_sum += score;
        ++row.stayer_days;
      }
    }
    row.leavers_mean = mean_of(left_sum, row.leavers);
    row.stayers_mean = mean_of(stayed_sum, row.stayer_days);
    table.rows.push_back(row);
  }
  return table;
}

}  // namespace kenko::explain
