// How many users did something often enough.
#include <algorithm>

#include "engine/aggregates.h"

namespace kenko::engine {

// The n-th latest event of a user decides until when he has n in the window: with event j on day d_j, the days
// [d_j, d_(j-n+1) + window) have n or more.  Both ends only grow with j, so what was covered before is skipped.
void users_with(std::span<const int32_t> day, std::span<const uint32_t> code, size_t codes, int32_t at_least,
                bool of_days, int32_t window, AggregateScratch& s, Output out) {
  const int32_t days = out.days();
  s.dense.begin(codes);
  s.group.resize(day.size());
  for (size_t i = 0; i < day.size(); ++i) s.group[i] = code[i] == 0 ? DenseCodes::kNone : s.dense.add(code[i]);
  s.groups.build(s.group, s.dense.size());
  s.diff.assign(static_cast<size_t>(days) + 1, 0);
  const auto n = static_cast<size_t>(at_least);
  for (uint32_t user = 0; user < s.dense.size(); ++user) {
    s.queue.clear();  // the user's days
    int64_t covered = 0;
    for (const uint32_t i : s.groups.of(user)) {
      const int32_t d = day[i];
      if (of_days && !s.queue.empty() && s.queue.back() == d) continue;
      s.queue.push_back(d);
      if (s.queue.size() < n) continue;
      const int64_t start = std::max<int64_t>(d, covered);
      const int64_t end = std::min<int64_t>(static_cast<int64_t>(s.queue[s.queue.size() - n]) + window, days);
      if (start >= end) continue;
      ++s.diff[static_cast<size_t>(start)];
      --s.diff[static_cast<size_t>(end)];
      covered = end;
    }
  }
  int32_t users = 0;
  for (size_t d = 0; d < out.value.size(); ++d) {
    users += s.diff[d];
    out.value[d] = users;
    out.valid[d] = 1;
  }
}

}  // namespace kenko::engine
