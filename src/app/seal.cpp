#include "app/seal.h"

#include <optional>
#include <vector>

#include "segments/manifest.h"
#include "segments/writer.h"

namespace kenko::app {
namespace {

// Of a segment; bounds the memory, too.
constexpr int64_t kSegmentRows = 250'000;

}  // namespace

Result<SealReport> seal_intake(const std::string& dir, state::Database& database, Instant now, const SealScope& scope) {
  SealReport report;
  std::optional<segments::Writer> writer;
  while (true) {
    KENKO_TRY(state::IntakeEvents intake, database.load_intake(0, scope.through, kSegmentRows));
    if (intake.events.empty()) break;
    if (!writer) {
      KENKO_TRY(writer, segments::Writer::open(dir, intake.snapshot, scope.beside));
    }
    KENKO_TRY(segments::WrittenSegment written, writer->write(intake.events, now));
    KENKO_TRY(const ports::CatalogChange change, writer->prepare({&written, 1}));
    KENKO_TRY_STATUS(database.seal_intake(change, intake.events.back().recorded.seq, now));
    report.events += static_cast<int64_t>(intake.events.size());
    ++report.segments;
    KENKO_TRY(const ports::Snapshot live, database.snapshot());
    writer->committed(live);
    KENKO_TRY_STATUS(segments::publish_manifest(dir, live));
  }
  // When nobody appends, what a killed writer left can go, too.
  const bool alone = scope.final_files_below == INT64_MAX;
  KENKO_TRY_STATUS(alone ? database.tidy_intake() : database.drop_sealed_intake(scope.final_files_below));
  return report;
}

}  // namespace kenko::app
