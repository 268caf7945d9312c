// app/doctor_checks.h
//
// Internal to doctor: the single checks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/doctor.h"
#include "app/workspace.h"
#include "app/workspace_files.h"
#include "base/day.h"
#include "ports/fact_store.h"
#include "state/database.h"

namespace kenko::app {

/// What the checks look at; made once for all of them.
struct Patient {
  std::string dir;
  Instant now;
  bool quick = false;
  std::vector<FoundFile> files;
  std::optional<Workspace> workspace;           ///< none: kenko.yaml is wrong
  std::optional<state::Database> database;      ///< none: not there, or not to be opened
  std::optional<ports::Snapshot> snapshot;      ///< of it
  std::optional<std::vector<Hash128>> several;  ///< ids with several versions; none: not found out
  bool segments_fine = true, keys_fine = true;  ///< what earlier checks found

  [[nodiscard]] std::string path(const std::string& name) const { return dir + "/" + name; }
  [[nodiscard]] int64_t stored_events() const;
};

// ---- doctor_files.cpp
[[nodiscard]] DoctorCheck check_permissions(Patient& patient);
[[nodiscard]] DoctorCheck check_space(Patient& patient);
[[nodiscard]] DoctorCheck check_settings(Patient& patient);
[[nodiscard]] DoctorCheck check_models(Patient& patient);
[[nodiscard]] DoctorCheck check_mappings(Patient& patient);
[[nodiscard]] DoctorCheck check_texts(Patient& patient);
[[nodiscard]] DoctorCheck check_foreign(Patient& patient);
[[nodiscard]] DoctorCheck check_leftovers(Patient& patient);
[[nodiscard]] DoctorCheck check_cache(Patient& patient);

// ---- doctor_facts.cpp
[[nodiscard]] DoctorCheck check_state(Patient& patient);
[[nodiscard]] DoctorCheck check_numbers(Patient& patient);
[[nodiscard]] DoctorCheck check_clock(Patient& patient);
[[nodiscard]] DoctorCheck check_segments(Patient& patient);
[[nodiscard]] DoctorCheck check_keys(Patient& patient);
[[nodiscard]] DoctorCheck check_events(Patient& patient);
[[nodiscard]] DoctorCheck check_once(Patient& patient);
[[nodiscard]] DoctorCheck check_versions(Patient& patient);
[[nodiscard]] DoctorCheck check_intake(Patient& patient);
[[nodiscard]] DoctorCheck check_manifest(Patient& patient);
[[nodiscard]] DoctorCheck check_scores(Patient& patient);

/// Files that are named by nothing, as names relative to the workspace: what a stopped command left.
[[nodiscard]] std::vector<std::string> leftovers(const Patient& patient);

}  // namespace kenko::app
