// segments/byte_stream.h
//
// Internal to segments: small values end to end, little-endian, for the cache.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/day.h"

namespace kenko::segments {

/// Appends values.
class ByteWriter {
 public:
  template <typename T>
  void add(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void add(bool flag) { add<uint8_t>(flag ? 1 : 0); }
  void add(std::string_view text) {
    add<uint64_t>(text.size());
    bytes_ += text;
  }
  void add(const std::string& text) { add(std::string_view(text)); }
  template <typename T>
  void add(const std::optional<T>& value) {
    add(value.has_value());
    if (value) add(*value);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads them back.  Past the end every value is zero or empty and bad() is true.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  void get(bool& flag) {
    uint8_t byte = 0;
    get(byte);
    flag = byte != 0;
  }
  void get(std::string& text) {
    uint64_t size = 0;
    get(size);
    text = std::string(take(size));
  }
  template <typename T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  void get(T& value) {
    const std::string_view bytes = take(sizeof(T));
    if (bytes.size() == sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));
  }
  /// The number of elements that follow; 0 when they can't all be there.
  [[nodiscard]] size_t count() {
    uint64_t n = 0;
    get(n);
    if (n > rest_.size()) bad_ = true;
    return bad_ ? 0 : static_cast<size_t>(n);
  }
  [[nodiscard]] bool bad() const { return bad_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(uint64_t size) {
    if (bad_ || size > rest_.size()) {
      bad_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool bad_ = false;
};

}  // namespace kenko::segments
