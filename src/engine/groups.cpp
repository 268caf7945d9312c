#include "engine/groups.h"

#include <algorithm>

namespace kenko::engine {

void DenseCodes::begin(size_t codes) {
  if (stamp_.size() < codes) {
    stamp_.resize(codes, 0);
    number_.resize(codes, 0);
  }
  size_ = 0;
  if (++epoch_ == 0) {
    std::fill(stamp_.begin(), stamp_.end(), 0U);
    epoch_ = 1;
  }
}

void Groups::build(std::span<const uint32_t> group, size_t groups) {
  // A counting sort: begin[g + 1] first counts group g, then is where its next position goes, and ends as its end.
  begin.assign(groups + 1, 0);
  size_t grouped = 0;
  for (const uint32_t g : group) {
    if (g == DenseCodes::kNone) continue;
    ++begin[g + 1];
    ++grouped;
  }
  uint32_t sum = 0;
  for (size_t g = 1; g <= groups; ++g) {
    const uint32_t size = begin[g];
    begin[g] = sum;
    sum += size;
  }
  positions.resize(grouped);
  for (size_t i = 0; i < group.size(); ++i) {
    if (group[i] != DenseCodes::kNone) positions[begin[group[i] + 1]++] = static_cast<uint32_t>(i);
  }
}

}  // namespace kenko::engine
