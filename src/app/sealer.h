// app/sealer.h
//
// What goes on behind someone who appends: sealing the intake, and merging stored files.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/pending_events.h"
#include "app/seal.h"
#include "ports/fact_store.h"
#include "segments/key_index.h"
#include "segments/under_way.h"
#include "segments/version_reader.h"

namespace kenko::app {

/// The catalog and its ids after something was changed.
struct OpenedCatalog {
  ports::Snapshot live;
  segments::KeyIndex index;
  std::optional<segments::VersionReader> reader;  ///< opened; with the first sealing
};

/// Two threads.  A sealing takes time by the events that are sealed, however many are stored; merging takes as long as
/// it takes, and nobody waits for it: neither of them holds anything that an acknowledgement needs.
///
/// They take turns where the catalog is changed: a merge chooses its files, writes for minutes perhaps, and then
/// changes the catalog; sealings go on in between and leave alone what it took (MergeUnderWay).  Ended at any instant,
/// what no row of the catalog names does not exist, and the next writer removes it.  Threads: used from one.  Not
/// movable.
class Sealer {
 public:
  /// Requires the write lock.  `keys` must outlive it.
  Sealer(std::string dir, segments::OpenKeyFiles& keys) : dir_(std::move(dir)), keys_(keys) {}
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  /// Begins to seal.  Requires that no sealing is under way.
  void seal(Instant now, const SealScope& scope);
  [[nodiscard]] bool is_sealing() const { return sealing_.joinable(); }
  [[nodiscard]] bool is_sealed() const { return sealed_; }
  /// Waits for the sealing.  Once for each.
  [[nodiscard]] Result<SealReport> wait(std::optional<OpenedCatalog>& opened);

  /// Begins to make what look-ups need and (may_merge) to merge what has become too many.  Requires that no merging is
  /// under way.  `gone`: somebody has to free it.
  void merge(Instant now, bool may_merge, std::shared_ptr<const PendingEvents> gone = nullptr);
  [[nodiscard]] bool is_merging() const { return merging_.joinable(); }
  [[nodiscard]] bool is_merged() const { return merged_; }
  /// Waits for the merging; nothing was opened when nothing was changed.  Once for each.
  [[nodiscard]] Status wait_merged(std::optional<OpenedCatalog>& opened);
  /// What can be made later need not be made to the end.
  void hurry() { hurry_ = true; }

 private:
  Result<SealReport> run_sealing(Instant now, SealScope scope);
  Status run_merging(Instant now, bool may_merge);
  Result<bool> merge_step(state::Database& database, Instant now);

  const std::string dir_;
  segments::OpenKeyFiles& keys_;
  std::mutex catalog_;  ///< of who changes it, and of `under_way_`
  segments::MergeUnderWay under_way_;
  bool has_reader_ = false;  ///< gave one

  std::thread sealing_, merging_;
  std::atomic<bool> sealed_ = false, merged_ = false, hurry_ = false;
  std::optional<Result<SealReport>> seal_report_;
  Status merge_status_ = Done{};
  std::optional<OpenedCatalog> after_seal_, after_merge_;
};

}  // namespace kenko::app
