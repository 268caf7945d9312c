// app/doctor.h
//
// kenko doctor: checks every promise about a workspace that can be checked on disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"

namespace kenko::app {

/// What became of a check.  note: something harmless is said.  skipped: not done, because it was not asked for or
/// because an earlier finding makes it pointless.
enum class CheckState : uint8_t { fine, note, wrong, skipped };
[[nodiscard]] std::string_view word(CheckState state);

/// One check.  `findings`: warnings are harmless, errors are wrong.
struct DoctorCheck {
  std::string name;       ///< "segments"
  std::string looked_at;  ///< "3 segments, 1,200 events"; of a skipped one, why
  Problems findings;      ///< files are named relative to the workspace
  bool skipped = false;
  [[nodiscard]] CheckState state() const;
};

struct DoctorRequest {
  std::string workspace;  ///< its folder
  bool quick = false;     ///< leaves out what reads every stored byte
  bool fix = false;       ///< mends what is safe to mend: what can be made again from what is stored
};

struct DoctorReport {
  std::string dir;
  std::vector<DoctorCheck> checks;      ///< in a fixed order
  std::vector<std::string> fixed;       ///< what was mended, in words
  [[nodiscard]] int64_t wrong() const;  ///< findings that are errors
};

/// Never changes anything without `fix`; with it, takes the write lock, mends, and checks again.  Problems: "no-...",
/// "workspace-locked" and the like when it cannot be mended; what is wrong with the workspace stands in the report.
[[nodiscard]] Result<DoctorReport> examine(const DoctorRequest& request, const ports::Clock& clock);

}  // namespace kenko::app
