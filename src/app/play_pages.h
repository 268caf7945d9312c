// app/play_pages.h
//
// kenko plays: the plays of the workspace, who is in them, what a hold-out could find, and what they did.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "report/section.h"

namespace kenko::app {

/// The section "plays": each play of plays/*.yaml with how many are in it.
/// Errors: those of the files; "no-plays" where there is none; those of replay but "not-published".
[[nodiscard]] Result<report::Section> play_list(const Workspace& workspace, Instant now);

struct PlayPageRequest {
  std::string play;
  std::optional<double> hold_out;  ///< the share to look ahead for; none = the play's own, without one a fifth
  int32_t horizon_days = 90;       ///< of the outcomes
};
/// "steps", "running", "waiting", "held_out" and "hold_out": the smallest effects that a hold-out of a quarter would
/// find.  Errors: as play_list; "no-such-play".
[[nodiscard]] Result<std::vector<report::Section>> play_page(const Workspace& workspace, const PlayPageRequest& request,
                                                             Instant now);

/// The section "effects": what each play (or one) did to score, churn and ARR.  Errors: as play_page.
[[nodiscard]] Result<report::Section> play_effects(const Workspace& workspace, const PlayPageRequest& request,
                                                   Instant now);

/// What kenko plays init did.
struct WrittenPlays {
  std::vector<std::string> written, there;  ///< files
  Problems left_out;                        ///< of files that name what the model does not have, as warnings
};
/// Copies the shipped plays into plays/ that the active model can use, without the bands of lists that it does not
/// have; files that are there stay. Errors: of the model; "no-model".
[[nodiscard]] Result<WrittenPlays> write_shipped_plays(const Workspace& workspace, const std::string& share_dir);

}  // namespace kenko::app
