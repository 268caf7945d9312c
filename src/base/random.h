// base/random.h
//
// Seeded random numbers (SplitMix64 seeding xoshiro256**; Blackman and Vigna 2018): the same sequence on every machine
// and library, which std:: distributions do not promise.
#pragma once

#include <array>
#include <cstdint>

namespace kenko {

/// A random generator.  Threads: one each.
class Random {
 public:
  explicit Random(uint64_t seed);

  [[nodiscard]] uint64_t next();                             ///< 64 uniform bits
  [[nodiscard]] double uniform();                            ///< [0, 1)
  [[nodiscard]] int64_t between(int64_t low, int64_t high);  ///< both included; requires low <= high
  [[nodiscard]] bool chance(double probability);
  [[nodiscard]] double normal();               ///< mean 0, deviation 1
  [[nodiscard]] int64_t poisson(double mean);  ///< requires mean >= 0
  [[nodiscard]] double exponential(double mean);
  /// An independent generator for a named part, so that changing one part does not move the others.
  [[nodiscard]] Random fork(uint64_t label) const;

 private:
  std::array<uint64_t, 4> state_{};
};

}  // namespace kenko
