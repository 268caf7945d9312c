// report/views.h
//
// What the commands show: tables and documents made from results.  The JSON shapes live here and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "explain/summary.h"
#include "report/explain_view.h"
#include "report/table.h"
#include "score/history.h"

namespace kenko::report {

enum class Format : uint8_t { table, json, csv };

/// The table in the asked form.
[[nodiscard]] std::string render(const Table& table, Format format, const Terminal& terminal);

/// Worst first: score, chip, change in 30 days, trend, reason.
[[nodiscard]] Table accounts_table(const engine::Engine& engine, const std::vector<explain::Summary>& summaries,
                                   const std::vector<size_t>& order);

/// One row per account: score, band, state, status, coverage, silence, dimensions, metrics (values and points).
[[nodiscard]] Table scores_table(const engine::Engine& engine, const std::vector<explain::Summary>& summaries,
                                 const std::vector<size_t>& order);

/// One row per account and day of a history; the columns of scores_table, metric values and points only where asked
/// for. Rows are added account by account.
[[nodiscard]] Table history_table(const engine::Engine& engine, bool with_metrics);
void add_history(const engine::Engine& engine, const score::AccountHistory& history, Day from, Day to,
                 bool with_metrics, Table& table);

}  // namespace kenko::report
