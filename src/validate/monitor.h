// validate/monitor.h
//
// Everything that `kenko monitor` says.  docs/SEMANTICS.md#monitor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "validate/band_moves.h"
#include "validate/drift.h"
#include "validate/finding.h"
#include "validate/live.h"

namespace kenko::validate {

/// A model is looked at anew after so many days, whatever the looks say.
inline constexpr int32_t kReviewDays = 365;

/// How fresh a source is.
struct FeedLine {
  std::string source;
  std::optional<Day> last;            ///< its last fact day; none = it never brought any
  int32_t silent = 0;                 ///< days since
  std::optional<int32_t> longest;     ///< gap between its fact days in the year before, where there are enough of them
  std::optional<int32_t> every_days;  ///< as kenko.yaml promises
  bool overdue = false;               ///< by that promise
};

struct Monitor {
  std::string model, outcome;
  Day as_of;
  std::optional<Day> reference_from, reference_to, recent_from;  ///< none: too little history
  std::optional<Day> published;                                  ///< day of the model's last publication
  bool as_published = false;                                     ///< `live` is of published scores
  int64_t published_days = 0;                                    ///< as-of days that have published scores
  double rate = 0.05;                                            ///< of false discoveries
  std::vector<Look> looks;                                       ///< the found first, then by chance
  std::vector<FeedLine> feeds;                                   ///< in the order of kenko.yaml
  std::optional<BandMatrix> bands;
  Flapping flapping;
  std::vector<LiveLine> live;
  bool review_due = false;
  std::vector<Finding> findings;
};

/// Judges all looks together, puts them in order, and says what follows from everything else.
void conclude(Monitor& monitor);

}  // namespace kenko::validate
