// html/charts.h
//
// Charts as inline SVG whose horizontal places are per cent, so that they fit any width without shrinking their texts.
// They stand beside a table that says the same, and are hidden from readers aloud.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "html/markup.h"
#include "report/table.h"

namespace kenko::html {

/// From where to where a chart reaches, and where its grid lines stand; values are shown with `places`, times 100 and a
/// per cent sign when `share`.
struct Axis {
  double from = 0, to = 1;
  std::vector<double> ticks;
  int places = 0;
  bool share = false;
  std::optional<double> reference;  ///< a dashed line: chance, the rate of all
  [[nodiscard]] std::string text(double value) const;
  /// Per cent of the way, held within 0 and 100.
  [[nodiscard]] double at(double value) const;
};
/// Round ends and at most `most` steps that hold these values.
[[nodiscard]] Axis axis_over(const std::vector<double>& values, bool share, int most = 5);

/// One line of a chart of rows: a dot with its interval.
struct IntervalRow {
  std::string label;
  std::optional<double> value, low, high;
};
void add_intervals(Markup& out, const std::vector<IntervalRow>& rows, const Axis& axis);
/// Bars from the axis' beginning, with a tick at `low`: what the value was before.
void add_bars(Markup& out, const std::vector<IntervalRow>& rows, const Axis& axis);

/// One step of a way from an amount to another: the first and the last row are amounts, those between are changes.
/// Falls are hollow; every value carries its sign.
struct WalkRow {
  std::string label;
  double value = 0;
  std::string shown;  ///< the value as it is written
};
void add_walk(Markup& out, const std::vector<WalkRow>& rows);

struct Point {
  double x = 0;
  std::optional<double> y, low, high;
  double size = 4;    ///< radius, pixels
  std::string label;  ///< below the axis; empty = none
};
struct Series {
  std::string name;  ///< in the key; empty = none
  std::vector<Point> points;
  bool joined = true;
};
/// Points over an axis of numbers; the second series is drawn hollow and dashed.  diagonal: y = x.
void add_points(Markup& out, const std::vector<Series>& series, const Axis& x, const Axis& y, int height_px,
                bool diagonal = false);

/// Shares of a whole in the order of a scale, each with a tone.
using Parts = std::vector<std::pair<report::Tone, int64_t>>;
/// A bar of full width.
void add_stack(Markup& out, const Parts& parts);
/// A bar of each week, the oldest first; labels: below some of them.
void add_stack_columns(Markup& out, const std::vector<Parts>& columns, const std::vector<std::string>& labels,
                       int height_px);

/// 96 x 24, fixed 0 to 100 (hundredths), lines where bands begin; gaps stay gaps.
void add_sparkline(Markup& out, const std::vector<int32_t>& scores, const std::vector<int32_t>& cuts);
/// 160 x 8 with the band cuts, and a tick where the score was before.
void add_bullet(Markup& out, int32_t score, int32_t before, const std::vector<int32_t>& cuts, report::Tone tone);
/// A bar of 0 to 100 points (millionths).
void add_points_bar(Markup& out, int64_t points_micros);

}  // namespace kenko::html
