# Flags every target gets.  No fused multiply-add: every executor must round the same way.
find_package(Threads REQUIRED)
# Warnings are errors with the compiler that the project is developed with.  Others, and sanitized builds, warn about other
# things, also wrongly; nobody's build should stop at that.
set(KENKO_SANITIZE "" CACHE STRING "sanitizers, as in -fsanitize=")
set(werror OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\." AND NOT KENKO_SANITIZE)
  set(werror ON)
endif()
option(KENKO_WERROR "treat warnings as errors" ${werror})
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion $<$<BOOL:${KENKO_WERROR}>:-Werror>
                    -ffp-contract=off)
# Messages of failed checks name src/..., whatever folder was built in; the same sources give the same program.
add_compile_options(-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
# g++ 12 reports overlaps inside std::string that are not there (GCC bug 105651).
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
find_program(KENKO_MOLD mold)
if(KENKO_MOLD)
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=mold KENKO_MOLD_WORKS)
endif()
if(KENKO_MOLD_WORKS)
  add_link_options(-fuse-ld=mold)
endif()
find_program(KENKO_CCACHE ccache)
if(KENKO_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KENKO_CCACHE})
endif()
if(KENKO_SANITIZE)
  add_compile_options(-fsanitize=${KENKO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KENKO_SANITIZE})
endif()
