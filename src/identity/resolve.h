// identity/resolve.h
//
// Facts -> portfolio: which version of an event counts, whose account and user it is, what an amount is worth.  Pure.
#pragma once

#include "base/result.h"
#include "facts/event_table.h"
#include "facts/portfolio.h"

namespace kenko::identity {

/// Resolves `events` and the other facts of `rest` (rest.events is not read) under `cut`.
///
/// Steps (docs/SEMANTICS.md): drop what the cut hides; keep the winning version of each event; find each event's
/// account and user; drop excluded accounts and users; convert money; sort.  The result does not depend on the order of
/// the rows. Memory: about 100 bytes an event on top of the input.
[[nodiscard]] facts::Portfolio resolve(const facts::EventTable& events, const facts::FactSet& rest,
                                       const facts::Settings& settings, const facts::Cut& cut = {});

/// The same for plain facts (small sets: tests and case files).
[[nodiscard]] facts::Portfolio resolve(const facts::FactSet& facts, const facts::Settings& settings,
                                       const facts::Cut& cut = {});

}  // namespace kenko::identity
