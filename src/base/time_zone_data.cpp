#include "base/time_zone_data.h"

// clang-format off
__asm__(
    ".section .rodata\n"
    ".global kenko_tzdata_begin\n"
    ".global kenko_tzdata_end\n"
    "kenko_tzdata_begin:\n"
    ".incbin \"" KENKO_TZDATA_FILE "\"\n"
    "kenko_tzdata_end:\n"
    ".byte 0\n"
    ".previous\n");
// clang-format on

extern "C" const char kenko_tzdata_begin[];
extern "C" const char kenko_tzdata_end[];

namespace kenko {

std::string_view time_zone_data() {
  return {kenko_tzdata_begin, static_cast<size_t>(kenko_tzdata_end - kenko_tzdata_begin)};
}

}  // namespace kenko
