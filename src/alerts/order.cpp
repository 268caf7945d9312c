#include "alerts/order.h"

#include <algorithm>
#include <tuple>

namespace kenko::alerts {
namespace {

constexpr int32_t kMostHundredths = 10'000;

// The lower median; requires at least one.
int64_t median(std::vector<int64_t> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// ARR in millionths x hundredths of urgency / 100 points, without overflow.
int64_t priority(int64_t arr, int32_t urgency) {
  return arr / kMostHundredths * urgency + arr % kMostHundredths * urgency / kMostHundredths;
}

}  // namespace

std::string_view word(RankedBy by) {
  static constexpr std::string_view kWords[] = {"expected_loss", "priority", "urgency"};
  return kWords[static_cast<size_t>(by)];
}

int32_t urgency(const AccountDay& row, int32_t fall) {
  return row.score == kNone ? kMostHundredths : kMostHundredths - (row.score - std::max(0, fall));
}

Ranking rank(const Signals& signals, const ClosedDay& day, const std::set<uint32_t>& contacted) {
  Ranking out;
  std::vector<int64_t> losses, arrs;
  int64_t scored = 0;
  for (const AccountDay& row : day.accounts) {
    if (row.score != kNone) ++scored;
    if (row.expected_loss != kNoAmount) losses.push_back(row.expected_loss);
    if (row.arr != kNoAmount && row.arr > 0) arrs.push_back(row.arr);
  }
  if (!losses.empty() && 2 * std::ssize(losses) >= scored) {
    out.by = RankedBy::expected_loss;
  } else if (!arrs.empty()) {
    out.by = RankedBy::priority;
  }
  const int64_t usual_loss = losses.empty() ? 0 : median(losses), usual_arr = arrs.empty() ? 0 : median(arrs);
  for (const AccountDay& row : day.accounts) {
    const auto track = signals.accounts().find(row.account);
    if (track == signals.accounts().end()) continue;
    Rank rank;
    rank.account = row.account;
    const int32_t urgent = urgency(row, track->second.fall);
    if (out.by == RankedBy::expected_loss) {
      rank.assumed = row.expected_loss == kNoAmount;
      rank.value = rank.assumed ? usual_loss : row.expected_loss;
    } else if (out.by == RankedBy::priority) {
      rank.assumed = row.arr == kNoAmount;
      rank.value = priority(rank.assumed ? usual_arr : row.arr, urgent);
    } else {
      rank.value = urgent;
    }
    const auto said = std::find(day.conditions.begin(), day.conditions.end(), kContacted);
    const auto at = static_cast<size_t>(said - day.conditions.begin());
    rank.contacted =
        contacted.contains(row.account) || (at < row.conditions.size() && row.conditions[at] == Truth::yes);
    out.accounts.push_back(rank);
  }
  std::sort(out.accounts.begin(), out.accounts.end(), [&](const Rank& a, const Rank& b) {
    return std::tuple(a.contacted, -a.value, day.text(a.account)) <
           std::tuple(b.contacted, -b.value, day.text(b.account));
  });
  return out;
}

}  // namespace kenko::alerts
