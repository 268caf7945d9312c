#include "revenue/standing.h"

#include <algorithm>

#include "base/check.h"
#include "score/day_parts.h"

namespace kenko::revenue {
namespace {

using engine::AccountStatus;

void add_names(const std::vector<plan::Band>& bands, std::vector<std::string>& names) {
  for (const plan::Band& b : bands) {
    if (std::find(names.begin(), names.end(), b.name) == names.end()) names.push_back(b.name);
  }
}

bool pays(AccountStatus status) {
  return status != AccountStatus::none && status != AccountStatus::churned && status != AccountStatus::internal;
}

}  // namespace

Standings::Standings(const engine::Engine& engine, std::vector<Day> days, Day until, int threads)
    : days_(std::move(days)), accounts_(engine.portfolio().accounts.size()) {
  const plan::Plan& plan = engine.plan();
  std::sort(days_.begin(), days_.end());
  days_.erase(std::unique(days_.begin(), days_.end()), days_.end());
  KENKO_CHECK(days_.empty() || days_.back() <= until, "a day after the last one computed");
  add_names(plan.bands, bands_);
  for (const auto& s : plan.segments) add_names(s.changes.bands, bands_);
  for (const auto& s : plan.life_stages) add_names(s.changes.bands, bands_);
  standings_.resize(accounts_ * days_.size());
  score::for_each_account(engine, until, threads, {}, [&](const score::AccountHistory& history) {
    for (size_t d = 0; d < days_.size(); ++d) {
      const score::DayRow row = score::find_day(history, days_[d]);
      if (row.days == nullptr) continue;
      Standing& s = standings_[history.account * days_.size() + d];
      const AccountStatus status = row.days->status[row.at];
      s.pays = pays(status);
      s.customer = s.pays && status != AccountStatus::trial;
      s.decided = status == AccountStatus::notice;
      s.state = row.scores->state[row.at];
      s.score = row.scores->score[row.at];
      s.band = band_code(plan, *row.scores, row.at);
      s.segment = row.scores->segment[row.at];
    }
  });
  hierarchy_ = engine::Hierarchy(engine, until, {}, threads, {});
}

int16_t Standings::band_code(const plan::Plan& plan, const score::LifeScores& scores, size_t at) const {
  const plan::Band* band = score::band_on(plan, scores, at);
  if (band == nullptr) return -1;
  return static_cast<int16_t>(std::find(bands_.begin(), bands_.end(), band->name) - bands_.begin());
}

const Standing& Standings::at(uint32_t account, Day day) const {
  const auto found = std::lower_bound(days_.begin(), days_.end(), day);
  KENKO_CHECK(found != days_.end() && *found == day, "nobody asked for {}", day.iso());
  return standings_[account * days_.size() + static_cast<size_t>(found - days_.begin())];
}

uint32_t Standings::top_of(uint32_t account, Day day) const {
  for (uint32_t above = hierarchy_.parent(account, day); above != engine::kNoAccount;) {
    account = above;
    above = hierarchy_.parent(account, day);
  }
  return account;
}

}  // namespace kenko::revenue
