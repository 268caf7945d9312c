#include "app/sealer.h"

#include <utility>

#include "app/compact.h"
#include "segments/manifest.h"
#include "segments/row_locator.h"

namespace kenko::app {
namespace {

// Fewer than may be live, so that there is room for sealings while some are merged.
constexpr segments::CompactionRule kBesideOthers{
    .key_files = 7,
    // Large merges of segments, which DuckDB writes in one go, are for `kenko compact`.
    .most_rows = 4'000'000,
    .mend_versions = false,
};

Result<OpenedCatalog> open_catalog(const std::string& dir, state::Database& database, segments::OpenKeyFiles& keys) {
  KENKO_TRY(ports::Snapshot live, database.snapshot());
  KENKO_TRY(segments::KeyIndex index, segments::KeyIndex::open(dir, live, &keys));
  return OpenedCatalog{std::move(live), std::move(index), {}};
}

}  // namespace

Sealer::~Sealer() {
  hurry_ = true;
  if (sealing_.joinable()) sealing_.join();
  if (merging_.joinable()) merging_.join();
}

void Sealer::seal(Instant now, const SealScope& scope) {
  sealed_ = false;
  sealing_ = std::thread([this, now, scope] {
    seal_report_.emplace(run_sealing(now, scope));
    sealed_ = true;
  });
}

Result<SealReport> Sealer::run_sealing(Instant now, SealScope scope) {
  KENKO_TRY(state::Database database, state::Database::open_for_writing(dir_));
  SealReport report;
  {
    const std::lock_guard lock(catalog_);
    scope.beside = under_way_;
    KENKO_TRY(report, seal_intake(dir_, database, now, scope));
  }
  KENKO_TRY(OpenedCatalog opened, open_catalog(dir_, database, keys_));
  std::vector<ports::SegmentInfo> fresh;
  for (const ports::SegmentInfo& segment : opened.live.segments) {
    if (segment.created == now) fresh.push_back(segment);
  }
  segments::make_row_locators(dir_, fresh, hurry_);
  if (!std::exchange(has_reader_, true)) KENKO_TRY_STATUS(opened.reader.emplace(dir_).open());
  after_seal_.emplace(std::move(opened));
  return report;
}

Result<SealReport> Sealer::wait(std::optional<OpenedCatalog>& opened) {
  sealing_.join();
  sealed_ = false;
  opened = std::exchange(after_seal_, std::nullopt);
  return std::move(*std::exchange(seal_report_, std::nullopt));
}

void Sealer::merge(Instant now, bool may_merge, std::shared_ptr<const PendingEvents> gone) {
  merged_ = false;
  merging_ = std::thread([this, now, may_merge, gone = std::move(gone)]() mutable {
    gone.reset();
    merge_status_ = run_merging(now, may_merge);
    merged_ = true;
  });
}

Status Sealer::run_merging(Instant now, bool may_merge) {
  KENKO_TRY(state::Database database, state::Database::open_for_writing(dir_));
  KENKO_TRY(const ports::Snapshot before, database.snapshot());
  segments::remove_old_row_locators(dir_, before.segments);
  segments::make_row_locators(dir_, before.segments, hurry_);
  KENKO_TRY(const segments::KeyIndex index, segments::KeyIndex::open(dir_, before, &keys_));
  index.bring_near();
  if (!may_merge) return Done{};
  {
    const std::lock_guard lock(catalog_);
    KENKO_TRY_STATUS(remove_replaced(dir_, database, now));
  }
  bool any = false;
  while (true) {
    KENKO_TRY(const bool more, merge_step(database, now));
    if (!more) break;
    any = true;
  }
  if (!any) return Done{};
  KENKO_TRY(OpenedCatalog opened, open_catalog(dir_, database, keys_));
  segments::make_row_locators(dir_, opened.live.segments, hurry_);
  after_merge_.emplace(std::move(opened));
  return Done{};
}

// False when nothing is left to be done.
Result<bool> Sealer::merge_step(state::Database& database, Instant now) {
  ports::Snapshot live;
  {
    const std::lock_guard lock(catalog_);
    KENKO_TRY(live, database.snapshot());
    // One more file fits beside those that are taken; else the next sealing makes room.
    if (live.key_files.size() > kBesideOthers.key_files + 2) return false;
    under_way_ = segments::MergeUnderWay::in(live);
  }
  const Result<ports::CatalogChange> change = segments::compact_step(dir_, live, kBesideOthers, now);
  const std::lock_guard lock(catalog_);
  under_way_ = {};
  if (!change.ok()) return change.problems();
  if (change->empty()) return false;
  KENKO_TRY_STATUS(database.change_catalog(*change, now));
  KENKO_TRY(const ports::Snapshot after, database.snapshot());
  KENKO_TRY_STATUS(segments::publish_manifest(dir_, after));
  return true;
}

Status Sealer::wait_merged(std::optional<OpenedCatalog>& opened) {
  merging_.join();
  merged_ = false;
  opened = std::exchange(after_merge_, std::nullopt);
  return std::exchange(merge_status_, Done{});
}

}  // namespace kenko::app
