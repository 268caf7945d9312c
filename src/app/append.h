// app/append.h
//
// kenko append: facts that arrive one by one, each acknowledged once it is durable.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/import.h"
#include "app/line_input.h"
#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "state/batch.h"

namespace kenko::app {

/// How to append.
struct AppendRequest {
  std::string mapping_file;      ///< empty = that of the source in kenko.yaml, or Kenko's own columns
  std::string source;            ///< empty = the mapping's; "files" for Kenko's own columns
  int64_t group = 1000;          ///< at most so many lines are committed at once; at least 1
  int64_t seal_after = 200'000;  ///< so many events of the intake become a segment; at least 1
};

struct AppendReport {
  state::FileCounts total;  ///< of lines; a line that deletes events counts as corrected or filtered, as on import
  int64_t groups = 0;
  int64_t sealed = 0;  ///< events that were moved into segments meanwhile
  std::vector<SourceChange> changes;
};

/// Takes answers: one line of JSON for each line of the group, in their order.  What it returns as problems ends the
/// command.
using AnswerSink = std::function<Status(std::string_view answers)>;

/// Reads JSON objects, one a line, decides each exactly once by the rules of import, and answers when it is durable:
///
///   {"line":7,"status":"added"}            also already, corrected, deleted, filtered
///   {"line":8,"status":"rejected","problems":[{"code":"bad-time","field":"at","message":"...","hint":"..."}]}
///
/// Groups:  all lines that are there at once, at most request.group, are one commit; a line that comes alone is
///          answered alone.
/// Order:   facts that are not events and rejects are committed before the events of the group; kenko.yaml before both.
/// Sealing: in a thread of its own, while appending goes on, and merging in another; an answer waits for a sealing only
///          when seal_after events came while it went on, and never for a merge.  The command's end waits for both.
///          Memory is bounded by twice seal_after events.
/// Errors:  end the command; every answered line is stored.  "workspace-locked" when somebody else writes,
///          "reserved-source", "append-snapshot".
[[nodiscard]] Result<AppendReport> append_lines(const Workspace& workspace, const AppendRequest& request,
                                                const ports::Clock& clock, LineInput& input, const AnswerSink& answer);

}  // namespace kenko::app
