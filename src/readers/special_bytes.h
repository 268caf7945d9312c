// readers/special_bytes.h
//
// Finds the bytes that mean something in a table: 64 at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace kenko::readers {

/// Finds the next of four bytes in a block whose bytes do not change between two forget().
///
/// Requires kSlack readable bytes behind the block.
class SpecialBytes {
 public:
  static constexpr size_t kSlack = 64;

  SpecialBytes() = default;
  explicit SpecialBytes(std::array<char, 4> bytes) : bytes_(bytes) {}

  /// The position of the first of them in [p, size); `size` when there is none.
  [[nodiscard]] size_t next(const char* block, size_t p, size_t size) {
    while (p < size) {
      if (p - window_ >= kWindow) look(block, p);  // also when p lies before the window
      const uint64_t from_here = mask_ >> (p - window_);
      if (from_here != 0) return std::min(p + static_cast<size_t>(std::countr_zero(from_here)), size);
      p = window_ + kWindow;
    }
    return size;
  }
  /// The block has changed.
  void forget() { window_ = kNowhere; }

 private:
  static constexpr size_t kWindow = 64;
#if defined(__SSE2__)
  typedef char Vector __attribute__((vector_size(16)));  // compared byte by byte: all bits of a byte say yes
#endif
  // So far from every position that none lies in the window.
  static constexpr size_t kNowhere = std::numeric_limits<size_t>::max() / 2;

  void look(const char* block, size_t p) {
    window_ = p;
    mask_ = 0;
#if defined(__SSE2__)
    for (size_t part = 0; part < kWindow; part += sizeof(Vector)) {
      Vector text;
      std::memcpy(&text, block + p + part, sizeof text);
      const Vector hit = (text == bytes_[0]) | (text == bytes_[1]) | (text == bytes_[2]) | (text == bytes_[3]);
      mask_ |= uint64_t{static_cast<uint16_t>(__builtin_ia32_pmovmskb128(hit))} << part;
    }
#else
    for (size_t i = 0; i < kWindow; ++i) {
      const char c = block[p + i];
      const bool hit = c == bytes_[0] || c == bytes_[1] || c == bytes_[2] || c == bytes_[3];
      mask_ |= uint64_t{hit} << i;
    }
#endif
  }

  std::array<char, 4> bytes_{};
  size_t window_ = kNowhere;
  uint64_t mask_ = 0;
};

}  // namespace kenko::readers
