// cli/list_output.h
//
// `kenko accounts list --list NAME`.
#pragma once

#include <cstdint>
#include <string>

#include "app/scoring.h"
#include "base/result.h"
#include "cli/output.h"

namespace kenko::cli {

struct ListCliOptions {
  std::string name;   ///< empty = no list, the worst accounts
  std::string table;  ///< --table
  int32_t within_days = 120;
};

/// The list in the form of --format.
[[nodiscard]] Result<std::string> list_output(const Common& common, const app::Scoring& scoring,
                                              const ListCliOptions& options, int64_t limit);

}  // namespace kenko::cli
