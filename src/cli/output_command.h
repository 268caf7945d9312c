// cli/output_command.h
//
// A command that makes a text and delivers it, or fails.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/output.h"

namespace kenko::cli {

/// Adds it below `parent`, with --out; `common` and `exit` must outlive the parsing.
CLI::App* add_output_command(CLI::App& parent, Common& common, Exit& exit, const std::string& name,
                             const std::string& help, std::function<Result<std::string>()> run);

}  // namespace kenko::cli
