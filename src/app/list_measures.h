// app/list_measures.h
//
// The numbers that lists of accounts rest on beside the score: what customers answered, reached, owe.  Each is an
// expression of the metric language over facts by their usual names, whatever the model scores; where the model has a
// metric of the same kind over other names, that one counts.  docs/SEMANTICS.md#lists.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/scoring.h"
#include "base/result.h"
#include "base/sentence.h"

namespace kenko::app {

enum class ListMeasure : uint8_t {
  nps,
  csat,
  references,
  pulse,
  goals_reached,
  goals_missed,
  roi,
  talks,
  seats_used,
  overdue_days,
  overdue_amount,
  payment_failures,
  reminders,
  days_late,
  tickets,
};
inline constexpr size_t kListMeasures = 15;

/// A fact that nobody has brought yet.
struct MissingFact {
  std::string fact;  ///< "`nps.answered` events"
  Sentence tells;    ///< what it would tell
};

/// The values of one day.  Threads: immutable once made.
class ListMeasures {
 public:
  /// As of scoring.as_of(), of every account that has a row that day.
  [[nodiscard]] static Result<ListMeasures> of(const Scoring& scoring, const std::vector<ListMeasure>& wanted);

  /// nullopt: the facts are not there, or say nothing about this account.
  [[nodiscard]] std::optional<double> value(ListMeasure measure, uint32_t account) const;
  /// The facts for it are there.
  [[nodiscard]] bool has(ListMeasure measure) const;
  /// The facts that those wanted miss, each once.
  [[nodiscard]] const std::vector<MissingFact>& missing() const { return missing_; }

 private:
  std::array<bool, kListMeasures> has_{};
  std::vector<std::array<double, kListMeasures>> values_;  // by account; NaN = none
  std::vector<MissingFact> missing_;
};

}  // namespace kenko::app
