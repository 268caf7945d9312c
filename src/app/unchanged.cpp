#include "app/unchanged.h"

namespace kenko::app {
namespace {

Result<std::optional<int64_t>> next_seq(const Workspace& workspace) {
  std::optional<int64_t> out;
  KENKO_TRY(auto state, open_state(workspace.dir));
  if (!state) return out;
  KENKO_TRY(const ports::Snapshot snapshot, state->snapshot());
  out = snapshot.next_seq;
  return out;
}

}  // namespace

Result<Unchanged> Unchanged::since_now(const Workspace& workspace) {
  KENKO_TRY(const auto seq, next_seq(workspace));
  return Unchanged(seq);
}

Status Unchanged::still(const Workspace& workspace) const {
  KENKO_TRY(const auto seq, next_seq(workspace));
  if (seq == next_seq_) return Done{};
  return Problem{"workspace-changed",     {}, "facts were added while they were read",
                 "run the command again", "", Severity::error};
}

}  // namespace kenko::app
