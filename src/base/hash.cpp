#include "base/hash.h"

#include <xxhash.h>

#include <bit>
#include <cstring>

namespace kenko {
namespace {

static_assert(std::endian::native == std::endian::little, "stored hashes are of little-endian bytes");

void append_hex(uint64_t n, char* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < 16; ++i) out[i] = kDigits[(n >> (60 - 4 * i)) & 0xF];
}

}  // namespace

std::string Hash128::hex() const {
  std::string out(32, '0');
  append_hex(high, out.data());
  append_hex(low, out.data() + 16);
  return out;
}

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

char* PartsHash::room(size_t bytes) {
  if (bytes_.empty() && used_ + bytes <= first_.size()) {
    used_ += bytes;
    return first_.data() + used_ - bytes;
  }
  if (bytes_.empty()) bytes_.assign(first_.data(), used_);
  bytes_.resize(bytes_.size() + bytes);
  return bytes_.data() + bytes_.size() - bytes;
}

PartsHash& PartsHash::add(std::string_view part) {
  const uint64_t n = part.size();
  char* out = room(1 + sizeof n + part.size());
  out[0] = 's';
  std::memcpy(out + 1, &n, sizeof n);
  if (n > 0) std::memcpy(out + 1 + sizeof n, part.data(), part.size());
  return *this;
}

PartsHash& PartsHash::add(int64_t number) {
  char* out = room(1 + sizeof number);
  out[0] = 'i';
  std::memcpy(out + 1, &number, sizeof number);
  return *this;
}

PartsHash& PartsHash::absent() {
  *room(1) = 'a';
  return *this;
}

Hash128 PartsHash::hash() const {
  return hash128(bytes_.empty() ? std::string_view(first_.data(), used_) : std::string_view(bytes_));
}

}  // namespace kenko
