// Small random lives for the tests of the engine, each from one seed that a failure prints.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/aggregates.h"

namespace kenko::engine {

/// The same numbers on every machine (splitmix64).
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  /// Within low..high, both included.
  int32_t in(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  bool one_in(int32_t n) { return in(1, n) == 1; }

 private:
  uint64_t state_;
};

/// Values of all days, kept by the test.
struct Result {
  std::vector<double> value;
  std::vector<uint8_t> valid;

  explicit Result(int32_t days) : value(static_cast<size_t>(days), -7), valid(static_cast<size_t>(days), 7) {}
  Output output() { return {value, valid}; }
};

/// Days of events, ascending, several on one day; often on the first and the last.
inline std::vector<int32_t> random_days(Dice& dice, int32_t days, int32_t most) {
  std::vector<uint8_t> at(static_cast<size_t>(days), 0);
  for (int32_t n = dice.in(0, most); n > 0; --n) {
    const int32_t d = dice.one_in(8) ? 0 : dice.one_in(8) ? days - 1 : dice.in(0, days - 1);
    ++at[static_cast<size_t>(d)];
  }
  std::vector<int32_t> out;
  for (int32_t d = 0; d < days; ++d) out.insert(out.end(), at[static_cast<size_t>(d)], d);
  return out;
}

}  // namespace kenko::engine
