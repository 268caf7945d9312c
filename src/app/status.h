// app/status.h
//
// kenko status: what a workspace holds.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/overdue.h"
#include "app/storage.h"
#include "app/workspace.h"
#include "base/hash.h"
#include "facts/portfolio.h"
#include "ports/clock.h"
#include "state/database.h"

namespace kenko::app {

/// One source.
struct SourceStatus {
  facts::SourceSettings settings;  ///< of a source that only facts name: its defaults
  bool in_settings = true;
  int64_t events = 0;  ///< that count, unmatched ones included
  int64_t unmatched = 0;
  std::optional<Day> first_day, last_day;  ///< of its matched events
};

/// What the active model sees on the day of StatusReport::as_of, for `kenko status`.
struct ModelStatus {
  std::string model;
  std::string problem;                ///< why nothing of it can be said; empty = all is well
  int64_t orphans = 0;                ///< accounts whose parent does not exist
  int64_t cycles = 0;                 ///< accounts whose parent is below themselves
  std::vector<std::string> examples;  ///< at most 3: "acme -> acme-group"
  std::optional<int64_t> due_inputs;  ///< none: it asks nobody for anything
};

struct StatusReport {
  std::string dir;
  std::string company;
  int64_t accounts = 0, users = 0;
  int64_t events = 0;                                    ///< of accounts
  int64_t no_rate_events = 0;                            ///< money without a rate of exchange
  state::FactCounts facts;                               ///< that are not events
  std::vector<SourceStatus> sources;                     ///< those of kenko.yaml in file order, then others by name
  std::vector<facts::Unmatched> unmatched;               ///< references, most events first, at most 20 a source
  std::vector<std::pair<std::string, int64_t>> rejects;  ///< records by code, most first
  std::vector<ports::SegmentInfo> segments;
  StorageStatus storage;
  std::optional<Day> newest_day;
  Day as_of;                                 ///< the day that commands use when none is named
  std::vector<OverdueSource> overdue;        ///< on the last closed day
  Day closed;                                ///< the last closed day
  int64_t entered = 0;                       ///< facts entered by hand that count
  std::optional<ModelStatus> active;         ///< none: no model, or no facts
  std::vector<state::ImportRecord> imports;  ///< the newest first, at most 10
};

/// Reads everything once (through the derived cache).
[[nodiscard]] Result<StatusReport> read_status(const Workspace& workspace, const ports::Clock& clock);

/// A hash of all logical facts without recorded times: equal digests are the same state, whatever the order, number and
/// time of the imports.
[[nodiscard]] Result<Hash128> read_digest(const Workspace& workspace);

}  // namespace kenko::app
