// identity/zeroed_array.h
//
// A large array of which often only a few entries are used.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <type_traits>

#include "base/check.h"

namespace kenko::identity {

/// Entries 0 .. size, all zero at first; memory is only used where something is read or written.
template <typename T>
class ZeroedArray {
 public:
  ZeroedArray() = default;
  explicit ZeroedArray(size_t size) : data_(static_cast<T*>(std::calloc(size + 1, sizeof(T)))) {
    KENKO_CHECK(data_ != nullptr, "no memory for {} entries", size);
  }
  T& operator[](size_t i) { return data_.get()[i]; }
  [[nodiscard]] bool empty() const { return data_ == nullptr; }

 private:
  static_assert(std::is_trivially_copyable_v<T>);
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T, Free> data_;
};

}  // namespace kenko::identity
