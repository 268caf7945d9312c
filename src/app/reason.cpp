#include "app/reason.h"

#include "base/text.h"

namespace kenko::app {

Result<std::string> checked_reason(const std::string& reason, const std::string& question, const std::string& command) {
  const std::string out(text::trim(reason));
  if (!out.empty() && text::is_utf8(out)) return out;
  return Problem{"no-reason", {}, question, "say it with --reason TEXT: it stands in " + command, "", Severity::error};
}

}  // namespace kenko::app
