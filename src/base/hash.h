// base/hash.h
//
// Stable hashes (XXH3, little-endian): the same on every machine and in every version, because they are stored.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kenko {

/// A 128-bit hash.  Plain value, 16 bytes; ordered by (high, low).
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;

  [[nodiscard]] std::string hex() const;  ///< 32 lower-case digits
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
  /// Sum modulo 2^128: combines the hashes of a set without regard to order, counting repeats.
  Hash128& operator+=(const Hash128& other);
};

[[nodiscard]] Hash128 hash128(std::string_view bytes);
[[nodiscard]] uint64_t hash64(std::string_view bytes);

/// Builds the hash of a sequence of parts so that no two different sequences give the same bytes (each part carries its
/// length; an absent part differs from an empty one).
class PartsHash {
 public:
  PartsHash() = default;
  PartsHash(const PartsHash&) = delete;
  PartsHash& operator=(const PartsHash&) = delete;

  PartsHash& add(std::string_view part);
  PartsHash& add(int64_t number);
  PartsHash& absent();
  [[nodiscard]] Hash128 hash() const;

 private:
  char* room(size_t bytes);

  // What is hashed is mostly short: it never leaves the stack.
  std::array<char, 512> first_;
  size_t used_ = 0;    // of first_
  std::string bytes_;  // everything, once it no longer fits
};

}  // namespace kenko

template <>
struct std::hash<kenko::Hash128> {
  size_t operator()(const kenko::Hash128& h) const noexcept { return h.low; }
};
