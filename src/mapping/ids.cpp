#include "mapping/ids.h"

#include <algorithm>
#include <numeric>

namespace kenko::mapping {
namespace {

// The same bytes as PartsHash::add, into a buffer that is used again.
void append_part(std::string_view part, std::string& bytes) {
  const uint64_t n = part.size();
  char head[9] = {'s'};
  for (int i = 0; i < 8; ++i) head[i + 1] = static_cast<char>(n >> (8 * i));
  bytes.append(head, sizeof head);
  bytes.append(part);
}

}  // namespace

Hash128 RawHasher::hash(const RawRecord& record) {
  if (record.shape != shape_ || record.names.data() != names_ || record.names.size() != size_) {
    shape_ = record.shape;
    names_ = record.names.data();
    size_ = record.names.size();
    order_.resize(size_);
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) { return record.names[a] < record.names[b]; });
  }
  bytes_.clear();
  for (const uint32_t i : order_) {
    if (record.values[i].empty()) continue;
    append_part(record.names[i], bytes_);
    append_part(record.values[i], bytes_);
  }
  return hash128(bytes_);
}

std::string derived_id(std::string_view source, const Hash128& raw, int64_t repeat, std::string_view rule) {
  PartsHash parts;
  parts.add(source).add(static_cast<int64_t>(raw.high)).add(static_cast<int64_t>(raw.low)).add(repeat).add(rule);
  return parts.hash().hex();
}

}  // namespace kenko::mapping
