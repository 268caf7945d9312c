#include "base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>

namespace kenko {
namespace {

void append_little_endian(std::string& out, uint64_t n) {
  std::array<char, 8> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(n >> (8 * i));
  out.append(bytes.data(), bytes.size());
}

}  // namespace

std::string Hash128::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

Hash128& Hash128::operator+=(const Hash128& other) {
  const uint64_t sum = low + other.low;
  high += other.high + (sum < low ? 1 : 0);
  low = sum;
  return *this;
}

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t h = XXH3_128bits(bytes.data(), bytes.size());
  return {h.high64, h.low64};
}

uint64_t hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

PartsHash& PartsHash::add(std::string_view part) {
  const uint64_t n = part.size();
  bytes_ += 's';
  append_little_endian(bytes_, n);
  bytes_ += part;
  return *this;
}

PartsHash& PartsHash::add(int64_t number) {
  bytes_ += 'i';
  append_little_endian(bytes_, static_cast<uint64_t>(number));
  return *this;
}

PartsHash& PartsHash::absent() {
  bytes_ += 'a';
  return *this;
}

Hash128 PartsHash::hash() const { return hash128(bytes_); }

}  // namespace kenko
