#include "plays/matching.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace kenko::plays {
namespace {

constexpr int32_t kDaysApart = 30;
constexpr double kScoreApart = 5, kChangeApart = 10;
const double kArrApart = std::log(2.0);

// A difference in units of what is still alike; nullopt when it is too much.
std::optional<double> apart(const std::optional<double>& a, const std::optional<double>& b, double limit) {
  if (!a && !b) return 0;
  if (!a || !b || std::abs(*a - *b) > limit) return std::nullopt;
  return (*a - *b) / limit;
}

std::optional<double> log_of(const std::optional<double>& arr) {
  return arr && *arr > 0 ? std::optional(std::log(*arr)) : std::nullopt;
}

std::optional<double> distance(const EffectRow& a, const EffectRow& b) {
  if (!a.score || !b.score || a.top_parent == b.top_parent) return std::nullopt;
  const auto score = apart(a.score, b.score, kScoreApart);
  const auto change = apart(a.change_before, b.change_before, kChangeApart);
  const auto arr = apart(log_of(a.arr_before), log_of(b.arr_before), kArrApart);
  if (!score || !change || !arr) return std::nullopt;
  const double day = static_cast<double>(a.day - b.day) / kDaysApart;
  return *score * *score + *change * *change + *arr * *arr + day * day;
}

}  // namespace

std::vector<Pair> match(std::span<const EffectRow> rows) {
  // The others of each segment by day: only those near in time are looked at.
  std::map<uint32_t, std::vector<std::pair<int32_t, size_t>>> others;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].arm == Arm::none) others[rows[i].segment].emplace_back(rows[i].day.number, i);
  }
  for (auto& [segment, list] : others) std::sort(list.begin(), list.end());

  struct Candidate {
    double distance;
    Pair pair;
  };
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].arm != Arm::treated) continue;
    const auto list = others.find(rows[i].segment);
    if (list == others.end()) continue;
    auto at = std::lower_bound(list->second.begin(), list->second.end(),
                               std::pair<int32_t, size_t>(rows[i].day.number - kDaysApart, 0));
    for (; at != list->second.end() && at->first <= rows[i].day.number + kDaysApart; ++at) {
      if (const auto d = distance(rows[i], rows[at->second])) candidates.push_back({*d, {i, at->second}});
    }
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.distance, a.pair.treated, a.pair.other) < std::tie(b.distance, b.pair.treated, b.pair.other);
  });
  std::set<uint32_t> used;  // accounts
  std::vector<Pair> pairs;
  for (const Candidate& candidate : candidates) {
    const uint32_t treated = rows[candidate.pair.treated].account, other = rows[candidate.pair.other].account;
    if (used.count(treated) != 0 || used.count(other) != 0) continue;
    used.insert(treated);
    used.insert(other);
    pairs.push_back(candidate.pair);
  }
  return pairs;
}

}  // namespace kenko::plays
