// segments/stored_events.h
//
// Internal to segments: everything that is stored, ready to be resolved.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "facts/event_table.h"
#include "ports/fact_store.h"
#include "segments/coded_segment.h"
#include "text/rules.h"

namespace kenko::segments {

/// The events of a snapshot in tables, and the other facts.
struct StoredEvents {
  ports::Snapshot snapshot;
  std::vector<CodedSegment> segments;
  std::vector<facts::EventTable> own;          ///< events that stand in no segment: entered by hand, and the intake
  std::shared_ptr<const facts::FactSet> rest;  ///< everything that is no event

  /// Problems: those of the store, of open_coded_segments() and of the text rules.
  [[nodiscard]] static Result<StoredEvents> open(const std::string& dir, ports::FactStore& store,
                                                 const text::RuleFiles& texts, int threads,
                                                 const std::optional<Instant>& known_until = {});
  /// Adds events that stand in no segment.  Tables of like size become one, so that there are few.
  [[nodiscard]] Status add(std::vector<facts::EventFact> events, const text::RuleFiles& texts);

  [[nodiscard]] std::vector<facts::EventView> tables() const;
  [[nodiscard]] int64_t last_seq() const;
  /// How many versions have a number up to `seq`.
  [[nodiscard]] int64_t rows_up_to(int64_t seq) const;
};

}  // namespace kenko::segments
