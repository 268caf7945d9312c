#include "mapping/ids.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

namespace kenko::mapping {
namespace {

static_assert(std::endian::native == std::endian::little, "stored hashes are of little-endian bytes");

// The same bytes as PartsHash::add.
void append_part(std::string_view part, std::string& bytes) {
  const uint64_t n = part.size();
  bytes += 's';
  bytes.append(reinterpret_cast<const char*>(&n), sizeof n);
  bytes += part;
}

}  // namespace

void RawHasher::look_at(const RawRecord& record) {
  shape_ = record.shape;
  names_ = record.names.data();
  size_ = record.names.size();
  std::vector<uint32_t> order(size_);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return record.names[a] < record.names[b]; });
  columns_.clear();
  for (const uint32_t i : order) {
    Column& column = columns_.emplace_back();
    column.position = i;
    append_part(record.names[i], column.head);
    column.head += 's';
  }
}

Hash128 RawHasher::hash(const RawRecord& record) {
  if (record.shape != shape_ || record.names.data() != names_ || record.names.size() != size_) look_at(record);
  size_t most = 0;
  for (const Column& column : columns_) {
    most += column.head.size() + sizeof(uint64_t) + record.values[column.position].size();
  }
  if (bytes_.size() < most) bytes_.resize(most * 2);
  char* out = bytes_.data();
  const auto put = [&out](const void* from, size_t size) {
    std::memcpy(out, from, size);
    out += size;
  };
  for (const Column& column : columns_) {
    const std::string_view value = record.values[column.position];
    if (value.empty()) continue;
    const uint64_t size = value.size();
    put(column.head.data(), column.head.size());
    put(&size, sizeof size);
    put(value.data(), value.size());
  }
  return hash128({bytes_.data(), static_cast<size_t>(out - bytes_.data())});
}

std::string derived_id(std::string_view source, const Hash128& raw, int64_t repeat, std::string_view rule) {
  PartsHash parts;
  parts.add(source).add(static_cast<int64_t>(raw.high)).add(static_cast<int64_t>(raw.low)).add(repeat).add(rule);
  return parts.hash().hex();
}

}  // namespace kenko::mapping
