#include <algorithm>
#include <cstdlib>

#include "validate/backtest_parts.h"

namespace kenko::validate {
namespace {

constexpr int32_t kPathDays[] = {90, 60, 30};
constexpr int32_t kPathReach = 15;     // as-of days this near count as so long before
constexpr int32_t kRenewalReach = 30;  // renewals this near count as equally far

class Mean {
 public:
  void add(double x) {
    sum_ += x;
    count_ += 1;
  }
  [[nodiscard]] std::optional<double> value() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / count_;
  }

 private:
  double sum_ = 0, count_ = 0;
};

bool alike(const Panel& panel, size_t a, size_t b) {
  if (panel.segment[a] != panel.segment[b]) return false;
  const int32_t x = panel.to_renewal[a], y = panel.to_renewal[b];
  return (x == kNoDays) == (y == kNoDays) && (x == kNoDays || std::abs(x - y) <= kRenewalReach);
}

// How many of all rows of these days changed at least so much (hundredths) for the worse.
void count_falls(const Panel& panel, const std::vector<uint8_t>& days, double fall, PathLine& line) {
  for (size_t r = 0; r < panel.rows(); ++r) {
    if (!days[panel.day[r]] || panel.change[r] == kNoDays || panel.change[r] > fall) continue;
    ++(panel.outcome_in[r] ? line.fell_and_left : line.fell_and_stayed);
  }
}

// Those of a day without the outcome, so that a leaver need not look at all rows.
using Stayers = std::vector<std::vector<uint32_t>>;

PathLine path(const Panel& panel, const Stayers& stayers, int32_t before) {
  PathLine line;
  line.days_before = before;
  std::vector<uint8_t> used(panel.days.size(), 0);
  Mean left, stayed, left_change, stayed_change;
  for (uint32_t r = 0; r < panel.rows(); ++r) {
    if (panel.to_outcome[r] == kNoDays || std::abs(panel.to_outcome[r] - before) > kPathReach) continue;
    ++line.leavers;
    used[panel.day[r]] = 1;
    Mean matched, matched_change;
    for (const uint32_t s : stayers[panel.day[r]]) {
      if (!alike(panel, r, s)) continue;
      matched.add(panel.score[s] / 100.0);
      if (panel.change[s] != kNoDays) matched_change.add(panel.change[s] / 100.0);
      ++line.stayers;
    }
    left.add(panel.score[r] / 100.0);
    if (panel.change[r] != kNoDays) left_change.add(panel.change[r] / 100.0);
    // Each leaver counts once, however many were like it.
    if (const auto mean = matched.value()) stayed.add(*mean);
    if (const auto mean = matched_change.value()) stayed_change.add(*mean);
  }
  line.leavers_mean = left.value();
  line.stayers_mean = stayed.value();
  line.leavers_change = left_change.value();
  line.stayers_change = stayed_change.value();
  if (line.leavers_change && *line.leavers_change < 0) count_falls(panel, used, *line.leavers_change * 100, line);
  return line;
}

}  // namespace

std::vector<PathLine> score_paths(const Panel& panel) {
  std::vector<PathLine> out;
  if (panel.absence) return out;
  Stayers stayers(panel.days.size());
  for (uint32_t r = 0; r < panel.rows(); ++r) {
    if (panel.to_outcome[r] == kNoDays) stayers[panel.day[r]].push_back(r);
  }
  for (const int32_t before : kPathDays) out.push_back(path(panel, stayers, before));
  return out;
}

}  // namespace kenko::validate
