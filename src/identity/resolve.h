// identity/resolve.h
//
// Facts -> portfolio: which version of an event counts, whose account and user it is, what an amount is worth.  Pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "facts/event_table.h"
#include "facts/portfolio.h"
#include "identity/blocks.h"
#include "identity/tally.h"
#include "identity/versions.h"

namespace kenko::identity {

/// A portfolio with what is needed to keep it up when facts are added.
struct Resolved {
  facts::Portfolio portfolio;
  EventTally tally;
  std::vector<std::string> user_keys;  ///< by user number - 1: the text by which References knows the user
  std::vector<uint32_t> user_events;   ///< by user number - 1: how many events of accounts are the user's
};

/// Resolves the events of `tables` and the other facts of `rest` (rest.events is not read) under `cut`; the events go
/// to `sink`.
///
/// Steps (docs/SEMANTICS.md): drop what the cut hides; keep the winning version of each event; find each event's
/// account and user; drop excluded accounts and users; convert money; sort.  The result depends neither on the order of
/// the rows, nor on their division into tables, nor on `threads`.
/// Memory: about 20 bytes an event, besides tables and sink.  Time: linear.
[[nodiscard]] Resolved resolve_tables(Tables tables, const facts::FactSet& rest, const facts::Settings& settings,
                                      const facts::Cut& cut, EventSink& sink, int threads);

/// The same in memory.
[[nodiscard]] facts::Portfolio resolve(Tables tables, const facts::FactSet& rest, const facts::Settings& settings,
                                       const facts::Cut& cut = {});
[[nodiscard]] facts::Portfolio resolve(const facts::EventTable& events, const facts::FactSet& rest,
                                       const facts::Settings& settings, const facts::Cut& cut = {});
/// The same for plain facts (small sets: tests and case files).
[[nodiscard]] facts::Portfolio resolve(const facts::FactSet& facts, const facts::Settings& settings,
                                       const facts::Cut& cut = {});

}  // namespace kenko::identity
