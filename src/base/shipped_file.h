// base/shipped_file.h
//
// Files of share/ that the program carries in itself.  The source file that uses these macros is compiled with
// KENKO_SHARE_DIR, and named in cmake/layers.cmake so that it is made again when such a file changes.
#pragma once

#include <cstddef>
#include <string_view>

// clang-format off
/// At namespace scope, outside any namespace: puts the file (a path below share/ with a leading slash) into the program.
#define KENKO_SHIPPED_FILE(name, file)          \
    __asm__(                                    \
        ".section .rodata\n"                    \
        ".global kenko_" #name "_begin\n"       \
        ".global kenko_" #name "_end\n"         \
        "kenko_" #name "_begin:\n"              \
        ".incbin \"" KENKO_SHARE_DIR file "\"\n" \
        "kenko_" #name "_end:\n"                \
        ".byte 0\n"                             \
        ".previous\n");                         \
    extern "C" const char kenko_##name##_begin[]; \
    extern "C" const char kenko_##name##_end[]
/// Its bytes, as a std::string_view that lives as long as the program.
#define KENKO_SHIPPED_BYTES(name) \
    std::string_view(kenko_##name##_begin, static_cast<size_t>(kenko_##name##_end - kenko_##name##_begin))
// clang-format on
