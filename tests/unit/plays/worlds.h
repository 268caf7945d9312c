// Simulated portfolios in which a play has a planted effect.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "plays/arms.h"
#include "plays/effect.h"

namespace kenko::plays {

/// How a world is made.  Effects are planted: `points` on the change of the score, `fall` off the chance to leave.
struct World {
  int parents = 60;
  double share = 0.3;  ///< held out; 0 = nobody is
  double skew = 1.2;   ///< standard deviation of log ARR
  int largest = 8;     ///< accounts below one parent: 1 to this, small ones most often
  double points = 0, fall = 0;
};

/// The effect on ARR, as a share of the ARR before, that the fall of the chance to leave makes: who stays has the
/// change that it would have had.
constexpr double kMeanGrowth = 0.05;
inline double arr_effect(const World& world) { return world.fall * (1 + kMeanGrowth); }

inline std::vector<EffectRow> rows_of(const World& world, uint64_t seed) {
  Random random(seed);
  std::vector<EffectRow> rows;
  uint32_t account = 0;
  for (int p = 0; p < world.parents; ++p) {
    const bool held =
        world.share > 0 && held_out(seed, "play", std::to_string(p), static_cast<int64_t>(world.share * 1e6));
    const double u = random.uniform();
    const int accounts = 1 + static_cast<int>(u * u * u * world.largest);
    const double liking = 4 * random.normal();
    const double chance = 0.15 + 0.35 * random.uniform();
    const double size = world.skew * random.normal();
    for (int a = 0; a < accounts; ++a) {
      EffectRow row;
      row.account = account++;
      row.top_parent = static_cast<uint32_t>(p);
      row.day = Day{20'000 + p % 20};
      row.arm = held ? Arm::held_out : Arm::treated;
      row.complete = true;
      row.score = 50 + 8 * random.normal();
      row.change_before = -5 + 5 * random.normal();
      const double effect = held ? 0 : 1;
      row.score_change = liking + 8 * random.normal() + random.exponential(6) - 0.3 * (*row.score - 50) +
                         effect * world.points * 2 * random.uniform();
      row.churned = random.uniform() < chance - effect * world.fall;
      row.arr_before = 10'000 * std::exp(size + 0.5 * random.normal());
      const double growth = kMeanGrowth + 0.1 * random.normal();
      row.arr_after = row.churned ? 0 : *row.arr_before * (1 + growth);
      rows.push_back(row);
    }
  }
  return rows;
}

/// Nobody is held out, but the play begins for some of the accounts only, more often for those with low scores.
inline std::vector<EffectRow> matched_rows_of(const World& world, uint64_t seed) {
  std::vector<EffectRow> rows = rows_of(world, seed),
                         other = rows_of({world.parents, 0, world.skew, world.largest}, seed);
  Random random(seed + 1);
  for (size_t i = 0; i < rows.size(); ++i) {
    const double chance = 1 / (1 + std::exp((*rows[i].score - 45) / 8));
    if (random.chance(chance)) continue;
    rows[i] = other[i];  // as it would have gone without the play
    rows[i].arm = Arm::none;
  }
  return rows;
}

}  // namespace kenko::plays
