// app/published_days.h
//
// The first rows of closed days, as alerts and plays read them.
#pragma once

#include <functional>
#include <span>

#include "alerts/account_day.h"
#include "app/workspace.h"
#include "base/result.h"
#include "facts/dictionary.h"
#include "state/closed_day.h"

namespace kenko::app {

/// Hands out the days in their order, each with its first rows by account id.  texts: gets the codes, must outlive the
/// days.  Memory: about a hundred days of rows are held by DuckDB, one by us.
/// Errors: a missing or damaged file; those of the sink.
[[nodiscard]] Status read_published_days(const Workspace& workspace, state::Database& database,
                                         std::span<const state::ClosedDay> days, facts::Dictionary& texts,
                                         const std::function<Status(const alerts::ClosedDay& day)>& sink);

}  // namespace kenko::app
