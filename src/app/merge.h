// app/merge.h
//
// Two accounts that are one: merging them, taking it back.  docs/SEMANTICS.md#identity 7.
#pragma once

#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "state/merge.h"

namespace kenko::app {

/// account, into: id or name.  What was merged already is named by its id.
struct MergeRequest {
  std::string account, into;
  std::string reason, author;
};

/// Says that `account` is `into`, now and for the whole past; published history stays as it is.  Nothing is written
/// when there is a problem: "unknown-account", "ambiguous-account", "same-account", "already-merged", "no-reason",
/// "workspace-locked", storage problems.
[[nodiscard]] Result<state::AccountMerge> merge_accounts(const Workspace& workspace, const MergeRequest& request,
                                                         const ports::Clock& clock);
/// Makes `account` (its id) an account of its own again.  Also "not-merged".
[[nodiscard]] Result<state::AccountMerge> unmerge_account(const Workspace& workspace, const std::string& account,
                                                          const std::string& reason, const std::string& author,
                                                          const ports::Clock& clock);
/// Every merge and taking back, the newest first.
[[nodiscard]] Result<std::vector<state::AccountMerge>> list_merges(const Workspace& workspace);

}  // namespace kenko::app
