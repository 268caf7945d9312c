// cli/program.h
//
// The program: the command table, one call of it.
#pragma once

#include <string>
#include <vector>

namespace kenko::cli {

/// Runs `kenko ARGUMENTS...`; gives the exit status.
[[nodiscard]] int run_arguments(const std::vector<std::string>& arguments);

}  // namespace kenko::cli
