// app/record_name.h
//
// How a raw record is named among the rejects.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"

namespace kenko::app {

/// Names a record whatever file it lies in: by its source, what it says, and how many equal ones stand before it.
[[nodiscard]] inline Hash128 record_name(std::string_view source, const Hash128& raw, int64_t repeat) {
  return PartsHash()
      .add(source)
      .add(static_cast<int64_t>(raw.high))
      .add(static_cast<int64_t>(raw.low))
      .add(repeat)
      .hash();
}

}  // namespace kenko::app
