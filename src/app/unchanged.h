// app/unchanged.h
#pragma once

#include <cstdint>
#include <optional>

#include "app/workspace.h"
#include "base/result.h"

namespace kenko::app {

/// Notices that somebody wrote to a workspace while it was read in several steps.
class Unchanged {
 public:
  /// Looks now.  Problems: those of reading the state.
  [[nodiscard]] static Result<Unchanged> since_now(const Workspace& workspace);
  /// "workspace-changed" when facts were added since.
  [[nodiscard]] Status still(const Workspace& workspace) const;

 private:
  explicit Unchanged(std::optional<int64_t> next_seq) : next_seq_(next_seq) {}
  std::optional<int64_t> next_seq_;  ///< none = there was no state
};

}  // namespace kenko::app
