// app/manual.h
//
// Facts entered by hand: kenko log, override and note.  The source is always `manual`; kenko.yaml gets it with the
// first fact.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/manual_text.h"
#include "app/workspace.h"
#include "base/result.h"
#include "ports/clock.h"
#include "state/entry.h"

namespace kenko::app {

/// Of whom, and by whom.
struct ManualAccount {
  std::string account;       ///< id or name
  bool new_account = false;  ///< it need not be there yet
  std::string author;
};

/// What was entered.
struct ManualReport {
  std::string account;  ///< its id
  std::string account_name;
  std::vector<state::Entry> entries;
  Problems warnings;
};

// Errors of all: "unknown-account", "ambiguous-account", "workspace-locked", "manual-source" (kenko.yaml knows a source
// of that name which cannot be used), those of manual_text.h, storage problems; all of a command at once.  Nothing is
// written when there is one.

/// Records an event.
[[nodiscard]] Result<ManualReport> log_event(const Workspace& workspace, const ManualAccount& who,
                                             const TypedEvent& typed, const ports::Clock& clock);
/// Records attribute values (`assignments`: key=value) that hold from the day of `at` on.
[[nodiscard]] Result<ManualReport> log_attributes(const Workspace& workspace, const ManualAccount& who,
                                                  const std::vector<std::string>& assignments, const std::string& type,
                                                  const std::string& at, const ports::Clock& clock);
[[nodiscard]] Result<ManualReport> set_override(const Workspace& workspace, const ManualAccount& who,
                                                const TypedOverride& typed, const ports::Clock& clock);
/// Also error "no-override" when none is in force.
[[nodiscard]] Result<ManualReport> clear_override(const Workspace& workspace, const ManualAccount& who,
                                                  const std::string& reason, const ports::Clock& clock);
[[nodiscard]] Result<ManualReport> add_note(const Workspace& workspace, const ManualAccount& who,
                                            const std::string& text, const std::string& until,
                                            const ports::Clock& clock);

/// Takes the entry `id` ("m12") back.  Errors: "unknown-entry", "already-undone".
struct UndoReport {
  state::Entry undo, target;
};
[[nodiscard]] Result<UndoReport> undo_entry(const Workspace& workspace, const std::string& id,
                                            const std::string& author, const ports::Clock& clock);

/// What was entered by hand, the newest first; of one account, with the undos of its entries, when one is named.
[[nodiscard]] Result<std::vector<state::Entry>> list_entries(const Workspace& workspace, const std::string& account);

}  // namespace kenko::app
