// model/diff.h
//
// What changed from one model to another, in words: "weight 30 -> 45", a point of a curve that moved.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"

namespace kenko::model {

/// One difference.
///
/// subject: what it is about: "metric seat_penetration", "segment enterprise", "the model".
/// aspect:  "weight", "curve at 4"; empty: the whole subject came or went.
/// before, after: as a reader says them; empty = was not, is not there.
/// meaning: false when it changes only words (labels, reasons, rubrics) or outcomes: no score and no fingerprint
/// changes.
struct Difference {
  std::string subject, aspect, before, after;
  bool meaning = true;
  friend bool operator==(const Difference&, const Difference&) = default;
};

/// All differences: the model's own first, then by the order of `after` (what went, by that of `before`, at the end of
/// its kind).  Requires two checked models.  The order of metrics, dimensions, bands and triggers in the file is no
/// difference; that of segments and stages is.
[[nodiscard]] std::vector<Difference> differences(const Model& before, const Model& after);

/// One line: "metric seat_penetration: weight 4 -> 6".
[[nodiscard]] std::string to_text(const Difference& difference);

}  // namespace kenko::model
