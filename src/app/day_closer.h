// app/day_closer.h
//
// What the close of a day says: the day's own rows, and those of earlier days that later knowledge has changed.
// docs/SEMANTICS.md#published-history.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/calibration_file.h"
#include "app/known_facts.h"
#include "app/published_rows.h"
#include "base/hash.h"
#include "plan/plan.h"

namespace kenko::app {

/// A model that says rows.  Ownership: refers to the plan.
struct SayingModel {
  std::string name;
  Hash128 fingerprint;
  const plan::Plan* plan = nullptr;
};

/// How often rows were revised, by account id and day.
using RevisionCounts = std::map<std::pair<std::string, int32_t>, int32_t>;

/// What has been said so far, and by whom the rest is to be said.
struct ClosingSetup {
  std::vector<SayingModel> models;  ///< the first says the days to come
  Day first;                        ///< the first day to close, the day after the last closed one
  Day last;
  std::vector<int> said;  ///< of the closed days, the last of which is first - 1: positions in `models`; -1 = by a
                          ///< model that can't be computed any more
  Known base;             ///< what the close of first - 1 knew (without one: until = that close)
  bool standing = false;  ///< first rows say top_parent, reason and chance, too
  CalibrationInForce calibration;                     ///< of the first model, for days from calibration.until() on
  std::function<Result<RevisionCounts>()> revisions;  ///< asked at most once; empty = none so far
  int threads = 1;
};

/// The rows that one close writes.
struct ClosedRows {
  Day day;
  int64_t first_rows = 0, revisions = 0;
  std::vector<std::pair<uint32_t, uint32_t>>
      bands;  ///< account and band (0 = none) of the first rows: codes of texts()
  std::unique_ptr<PublishedRows> rows;
};

/// Closes days one after the other.
///
/// Cost: days that look the same from every close come from one history of `all`; only accounts with late facts are
///       resolved and computed as each close knew them.
/// Ownership: refers to `all`, the plans and `facts`.
class DayCloser {
 public:
  /// all: what is known now.
  DayCloser(ClosingSetup setup, const facts::Portfolio& all, KnownFacts& facts);
  ~DayCloser();
  DayCloser(const DayCloser&) = delete;
  DayCloser& operator=(const DayCloser&) = delete;

  /// The next day, from setup.first to setup.last.
  [[nodiscard]] Result<ClosedRows> next();
  [[nodiscard]] facts::Dictionary& texts();
  /// Accounts that are computed as each close knew them; none before next() was called.
  [[nodiscard]] size_t late_accounts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kenko::app
