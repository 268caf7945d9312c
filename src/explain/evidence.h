// explain/evidence.h
//
// What stands behind a number: the events and the attribute values that a metric read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
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

/// What one metric, or an active trigger, read on one day.
struct Evidence {
  uint32_t metric = 0;              ///< position in plan.metrics; meaningless for a trigger
  std::optional<uint32_t> trigger;  ///< position in plan.triggers
  int64_t event_count = 0;          ///< events read by all its aggregates together
  std::vector<uint64_t> events;     ///< rows of the portfolio, newest first, at most the limit
  std::vector<AttributeEvidence> attributes;
  std::vector<std::string> contracts;  ///< the versions in force, a sentence each
  bool of_children = false;            ///< it reads values of child accounts
  bool of_peers = false;               ///< it compares with other accounts
};

/// Evidence of every metric that has some, in the plan's order, then of the triggers in `active`.
[[nodiscard]] std::vector<Evidence> evidence_of(const engine::Engine& engine, uint32_t account, Day day, size_t limit,
                                                std::span<const uint32_t> active = {});

}  // namespace kenko::explain
