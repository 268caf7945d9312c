#include "app/compact.h"

#include "app/finish_killed.h"
#include "app/seal.h"
#include "segments/leftovers.h"
#include "segments/manifest.h"
#include "state/write_lock.h"

namespace kenko::app {

Status remove_replaced(const std::string& dir, state::Database& database, Instant now, int64_t grace_seconds) {
  constexpr int64_t kMicros = 1'000'000;
  KENKO_TRY_STATUS(database.forget_replaced({now.micros - grace_seconds * kMicros}));
  KENKO_TRY(const ports::Snapshot live, database.snapshot());
  segments::remove_leftovers(dir, live);
  return Done{};
}

Result<bool> compact_segments(const std::string& dir, state::Database& database, const segments::CompactionRule& rule,
                              Instant now) {
  bool any = false;
  while (true) {
    KENKO_TRY(const ports::Snapshot live, database.snapshot());
    KENKO_TRY(const ports::CatalogChange change, segments::compact_step(dir, live, rule, now));
    if (change.empty()) return any;
    KENKO_TRY_STATUS(database.change_catalog(change, now));
    KENKO_TRY(const ports::Snapshot after, database.snapshot());
    KENKO_TRY_STATUS(segments::publish_manifest(dir, after));
    any = true;
  }
}

Result<CompactReport> compact(const Workspace& workspace, const CompactRequest& request, const ports::Clock& clock) {
  CompactReport report;
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(workspace.dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY_STATUS(finish_killed(workspace.dir, database));
  const Instant now = clock.now();
  KENKO_TRY_STATUS(remove_replaced(workspace.dir, database, now, request.grace_seconds));
  KENKO_TRY(const SealReport sealed, seal_intake(workspace.dir, database, now));
  report.sealed_events = sealed.events;
  KENKO_TRY(const ports::Snapshot before, database.snapshot());
  report.segments_before = before.segments.size();
  report.key_files_before = before.key_files.size();
  constexpr segments::CompactionRule kRule{.segments_of_a_size = 2, .key_files = 4};
  KENKO_TRY(const bool any, compact_segments(workspace.dir, database, kRule, now));
  if (any) {
    KENKO_TRY_STATUS(remove_replaced(workspace.dir, database, now, request.grace_seconds));
  }
  KENKO_TRY(const ports::Snapshot after, database.snapshot());
  KENKO_TRY_STATUS(segments::publish_manifest(workspace.dir, after));
  report.segments_after = after.segments.size();
  report.key_files_after = after.key_files.size();
  report.kept_files = after.replaced.size();
  return report;
}

}  // namespace kenko::app
