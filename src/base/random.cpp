#include "base/random.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace kenko {
namespace {
uint64_t splitmix(uint64_t& x) {
  uint64_t z = (x += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}
}  // namespace

Random::Random(uint64_t seed) {
  for (uint64_t& s : state_) s = splitmix(seed);
}

uint64_t Random::next() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

int64_t Random::between(int64_t low, int64_t high) {
  KENKO_CHECK(low <= high, "{} > {}", low, high);
  const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
  if (span == 0) return static_cast<int64_t>(next());
  const uint64_t limit = UINT64_MAX - UINT64_MAX % span;
  uint64_t r = next();
  while (r >= limit) r = next();
  return static_cast<int64_t>(static_cast<uint64_t>(low) + r % span);
}

bool Random::chance(double probability) { return uniform() < probability; }

double Random::normal() {
  const double u = 1.0 - uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
}

int64_t Random::poisson(double mean) {
  KENKO_CHECK(mean >= 0, "mean {}", mean);
  int64_t total = 0;
  // exp(-mean) underflows for large means: add up independent parts of at most 30.
  for (; mean > 30; mean -= 30) total += poisson(30);
  const double limit = std::exp(-mean);
  double product = uniform();
  for (; product > limit; product *= uniform()) ++total;
  return total;
}

double Random::exponential(double mean) { return -mean * std::log(1.0 - uniform()); }

Random Random::fork(uint64_t label) const {
  uint64_t mix = state_[0] ^ std::rotl(state_[3], 17) ^ (label * 0x9E3779B97F4A7C15ULL);
  return Random(splitmix(mix));
}

}  // namespace kenko
