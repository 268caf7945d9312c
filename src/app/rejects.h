// app/rejects.h
//
// Records that gave no fact: list and export.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "state/batch.h"

namespace kenko::app {

/// Rejects of one source or all, of one code or all, sorted by (source, file, line).
[[nodiscard]] Result<std::vector<state::Reject>> list_rejects(const Workspace& workspace,
                                                              const std::optional<std::string>& source = std::nullopt,
                                                              const std::optional<std::string>& code = std::nullopt);

/// As CSV with a header: source, file, line, field, code, message, record (JSON).  Lines end with '\n'.
[[nodiscard]] std::string rejects_csv(const std::vector<state::Reject>& rejects);

}  // namespace kenko::app
