// cases/alerts/world.h
//
// A company as alerts see it, and what the product's ledger makes of it, in the words of the reference.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "alerts/ledger.h"
#include "alerts/order.h"
#include "facts/dictionary.h"
#include "reference/alerts/reference.h"

namespace kenko::cases {

/// Invariants: one setup a day; deeds ascend by time; codes of the days are of `texts`.  Not to be copied: days point
/// to the texts.
struct AlertWorld {
  std::unique_ptr<facts::Dictionary> texts = std::make_unique<facts::Dictionary>();
  std::vector<std::shared_ptr<const alerts::Setup>> setups;
  std::vector<alerts::ClosedDay> days;
  std::vector<reference::Deed> deeds;
  Instant until;
};

/// The days of a world as the reference wants them; points into the world.
[[nodiscard]] std::vector<reference::ClosedUnder> under(const AlertWorld& world);

/// What the reference says.
[[nodiscard]] reference::AlertHistory by_reference(const AlertWorld& world);

/// What the ledger says.  stops: moments at which clocks are run besides (ascending); they must not change anything.
[[nodiscard]] reference::AlertHistory by_ledger(const AlertWorld& world, const std::vector<Instant>& stops = {});

/// The ledger's list of the last day.
[[nodiscard]] alerts::Ranking ranking(const AlertWorld& world);

/// Brings lines of the same moment and alerts of the same day into one order, so that histories can be compared.
void put_in_order(reference::AlertHistory& history);

/// `2026-03-08T06:00:00Z  a1/level  opened  at_risk  anna  -`
[[nodiscard]] std::string to_text(const reference::Line& line);
[[nodiscard]] std::string to_text(const reference::Standing& standing);

/// The first few differences, one a line; empty = none.
[[nodiscard]] std::vector<std::string> differences(const reference::AlertHistory& wanted,
                                                   const reference::AlertHistory& got);

}  // namespace kenko::cases
