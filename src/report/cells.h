// report/cells.h
//
// Cells and columns that the tables of numbers share.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sentence.h"
#include "report/section.h"
#include "report/table.h"
#include "stats/probability.h"
#include "stats/resamples.h"

namespace kenko::report {

/// A number with a fixed count of places in text, all of them in JSON and CSV; nothing is null.
[[nodiscard]] Cell real(std::optional<double> value, int places);
/// A share of 0..1 as per cent in text.
[[nodiscard]] Cell percent(std::optional<double> share, int places = 1);
/// A score of hundredths.
[[nodiscard]] Cell points(int32_t hundredths);
/// Millionths of the workspace's currency; whole units in text.
[[nodiscard]] Cell money(int64_t micros);
[[nodiscard]] Cell count(int64_t n);
/// Kenko's own words, which a report in another language says in that language: never data of customers.
[[nodiscard]] Cell words(Sentence sentence);

/// A measure of a back-test: its stable name as data, a name for people in text.
[[nodiscard]] Cell measure(std::string_view name);
/// "0.784", and "0.705 to 0.850" with a unit at the end; nothing is an en dash.
[[nodiscard]] Sentence value_words(std::optional<double> value, int places, bool share);
[[nodiscard]] Sentence interval_words(const stats::Estimate& estimate, int places, bool share);

/// A measured number; nothing is added where it is unknown.
void add_highlight(std::vector<Highlight>& to, const stats::Estimate& estimate, int places, bool share,
                   Sentence meaning);

/// Where so few accounts had the outcome that nothing can be claimed: how many more are needed; no number besides may
/// be looked at.  true = it was added.
bool add_too_few(std::vector<Highlight>& to, int64_t accounts_with);

[[nodiscard]] Column left(std::string key, std::string title);
[[nodiscard]] Column right(std::string key, std::string title);

/// Columns KEY, KEY_low and KEY_high; in text the bounds stand in one column.
void add_interval_columns(Table& table, const std::string& key, const std::string& title);
/// Their cells.  share: as per cent.
void add_interval(std::vector<Cell>& row, const stats::Estimate& estimate, bool share, int places);

/// Stated against happened, a row a bin.
[[nodiscard]] Table reliability_table(std::span<const stats::ReliabilityBin> bins);

/// These columns go to JSON and CSV only.
void hide_in_text(Table& table, std::initializer_list<std::string_view> keys);

}  // namespace kenko::report
