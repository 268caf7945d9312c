#include "plays/arms.h"

#include "base/hash.h"

namespace kenko::plays {

bool held_out(uint64_t seed, std::string_view play, std::string_view top_parent, int64_t share_millionths) {
  constexpr uint64_t kWhole = 1'000'000;
  const uint64_t hash =
      PartsHash().add(static_cast<int64_t>(seed)).add("hold out").add(play).add(top_parent).hash().high;
  // The upper 32 bits as a number below a million (Lemire 2019): a bias below one in four thousand millionths.
  return static_cast<int64_t>(((hash >> 32) * kWhole) >> 32) < share_millionths;
}

}  // namespace kenko::plays
