#include <algorithm>
#include <atomic>
#include <thread>

#include "score/history.h"

namespace kenko::score {
namespace {

// One worker's memory.
struct Worker {
  engine::Scratch scratch;
  std::vector<engine::LifeDays> days;
  std::vector<LifeScores> scores;

  AccountHistory compute(const engine::Engine& engine, uint32_t account, Day until) {
    engine.run(account, until, scratch, days);
    if (scores.size() < days.size()) scores.resize(days.size());
    Silence silence;
    for (size_t i = 0; i < days.size(); ++i) roll_up(engine.plan(), days[i], silence, scores[i]);
    return {account, days, std::span(scores).first(days.size())};
  }
};

}  // namespace

void for_each_account(const engine::Engine& engine, Day until, int threads, std::span<const uint32_t> accounts,
                      const std::function<void(const AccountHistory&)>& sink) {
  const size_t count = accounts.empty() ? engine.portfolio().accounts.size() : accounts.size();
  const auto account_at = [&](size_t i) { return accounts.empty() ? static_cast<uint32_t>(i) : accounts[i]; };
  std::atomic<size_t> next{0};
  std::atomic<size_t> turn{0};  // the position whose sink call is due
  const auto work = [&] {
    Worker worker;
    for (size_t i = next++; i < count; i = next++) {
      const AccountHistory history = worker.compute(engine, account_at(i), until);
      for (size_t now = turn.load(); now != i; now = turn.load()) turn.wait(now);
      sink(history);
      turn.store(i + 1);
      turn.notify_all();
    }
  };
  const auto extra = static_cast<size_t>(std::max(threads, 1)) - 1;
  std::vector<std::jthread> pool;
  for (size_t t = 0; t < std::min(extra, count); ++t) pool.emplace_back(work);
  work();
}

DayRow find_day(const AccountHistory& history, Day day) {
  DayRow row{history.account, day, nullptr, nullptr, 0};
  for (size_t i = 0; i < history.days.size(); ++i) {
    const engine::LifeDays& life = history.days[i];
    if (day < life.first || day - life.first >= static_cast<int32_t>(life.size())) continue;
    const auto at = static_cast<size_t>(day - life.first);
    if (life.status[at] == engine::AccountStatus::none) continue;
    row = {history.account, day, &life, &history.scores[i], at};
  }
  return row;
}

}  // namespace kenko::score
