// explain/evidence.h
//
// What stands behind a number: the events and the attribute values that a metric read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace kenko::explain {

/// An attribute in force on the day.
struct AttributeEvidence {
  std::string key;
  std::string value;  ///< as text; empty = no value
  Day since;          ///< meaningful with a value; Day::kMin = taken to hold for ever before
  bool assumed = false;
};

/// The account's attribute in force on `day`.  Cost: the account's own rows.
[[nodiscard]] AttributeEvidence attribute_on(const facts::Portfolio& portfolio, uint32_t account,
                                             const std::string& key, Day day);

/// What one metric read on one day.
struct Evidence {
  uint32_t metric = 0;
  int64_t event_count = 0;       ///< events read by all its aggregates together
  std::vector<uint64_t> events;  ///< rows of the portfolio, newest first, at most the limit
  std::vector<AttributeEvidence> attributes;
};

/// Evidence of every metric that has some, in the plan's order.
[[nodiscard]] std::vector<Evidence> evidence_of(const engine::Engine& engine, uint32_t account, Day day, size_t limit);

}  // namespace kenko::explain
