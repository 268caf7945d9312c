#include "sim/laws.h"

#include <algorithm>
#include <cmath>

namespace kenko::sim {
namespace {
constexpr double kUsualVigour = 0.3;

double goals_pull(Goals goals) {
  switch (goals) {
    case Goals::none:
      return -0.15;
    case Goals::open:
      return 0;
    case Goals::reached:
      return 0.4;
    case Goals::missed:
      return -0.6;
  }
  return 0;
}

double goals_odds(Goals goals) {
  switch (goals) {
    case Goals::none:
      return -2.85;
    case Goals::open:
      return -2.75;
    case Goals::reached:
      return -2.75;
    case Goals::missed:
      return -1.3;
  }
  return 0;
}
}  // namespace

double level(double base, const State& state) {
  return base + (state.sponsor ? 0.35 : -0.35) + 0.2 * std::min(state.power_users, 3) + goals_pull(state.goals) +
         0.12 * (state.integrations - 2);
}

double monthly_notice_chance(const State& state) {
  const double goals = state.goals == Goals::missed ? 1.8 : state.goals == Goals::reached ? 0.35 : 1.0;
  const double chance = 0.0035 * std::exp(-1.0 * (state.vigour - kUsualVigour)) * (state.sponsor ? 0.75 : 1.3) *
                        (state.power_users >= 3 ? 0.03 : 1.1) * goals;
  return std::min(chance, 0.3);
}

double renewal_churn_chance(const State& state) {
  const double odds = goals_odds(state.goals) + (state.sponsor ? -0.2 : 0.2) + (state.power_users >= 3 ? -3.0 : 0.2) -
                      0.8 * (state.vigour - kUsualVigour);
  return share(odds);
}

double early_exit_chance(const State& state) { return 0.06 * monthly_notice_chance(state); }

double expansion_chance(const State& state) {
  const double chance = 0.0045 * std::exp(0.7 * (state.vigour - kUsualVigour)) * (state.sponsor ? 1.5 : 0.5) *
                        (state.penetration > 0.7 ? 1.4 : 0.7);
  return std::min(chance, 0.2);
}

double churn_within(const Account& account, const State& state, Day today, Day decision, int days) {
  State s = state;
  double stays = 1;
  for (int passed = 0; passed < days; passed += 7) {
    const double part = std::min(7, days - passed) / 7.0;
    const double leaves = account.term_months == 1 ? monthly_notice_chance(s) : early_exit_chance(s);
    stays *= 1 - part * (leaves + kInsolvencyPerWeek);
    const Day from = today + passed;
    if (account.term_months > 1 && from < decision && decision <= std::min(from + 7, today + days)) {
      stays *= 1 - renewal_churn_chance(s);
    }
    s.vigour += kReturnPerWeek * (level(account.base, s) - s.vigour);
  }
  return 1 - stays;
}

}  // namespace kenko::sim
