// fit/score_pass.h
//
// The roll-up of some rows at once, there and back: what ScoreFunction reckons with.  Column after column, so that the
// loops are short and without branches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fit/score_function.h"

namespace kenko::fit {

inline constexpr size_t kBlock = 64;  ///< rows at once: their columns stay in the nearest cache
using Column = std::array<double, kBlock>;

/// What the rows say about the numbers, added up.
///
/// segments: by segment of a curve, twice, for rows that stand at even and odd places of a block: neighbours are often
///           on one segment, and would wait for each other.
struct ScoreFunction::Sums {
  struct Pulled {
    double all = 0, with_f = 0;  ///< by the points of a cell; the same times where it lies on the segment
  };
  std::array<std::vector<Pulled>, 2> segments;
  std::vector<double> shapes, metrics, dimensions;
  double loss = 0, intercept = 0, log_slope = 0;

  explicit Sums(const ScoreFunction& function);
  void add(const Sums& other);
};

/// A segment of a curve with the levels of now: points = y + f x rise; present is 0 where there are none.
struct SegmentNow {
  double y = 0, rise = 0, present = 1;
};

/// The numbers of now as a block needs them, and a block of rows between the way there and the way back.
///
/// Values are 0 where there are none (weights are 0 there, too).  Columns by cell, and by group.
class ScoreFunction::Pass {
 public:
  Pass(const ScoreFunction& function, const Numbers& numbers);

  /// At most kBlock rows; the score of each goes to `out`.
  void forward(std::span<const uint32_t> rows, std::span<double> out);
  /// After forward() of the same rows: adds what they say, by what each one's score says.  curves: false = of weights
  /// alone.
  void backward(std::span<const uint32_t> rows, std::span<const double> by_score, bool curves, Sums& sums);

 private:
  void cells(std::span<const uint32_t> rows);
  void cells_of_any_kind(std::span<const uint32_t> rows, size_t k);
  void mean(size_t g, size_t count);
  void best_or_points(size_t g, size_t count);
  void back_from_mean(std::span<const uint32_t> rows, size_t g, bool curves, Sums& sums);
  void back_from_others(std::span<const uint32_t> rows, size_t g, bool curves, Sums& sums);
  void hand_down(std::span<const uint32_t> rows, const Member& member, bool curves, Sums& sums);
  void pull(std::span<const uint32_t> rows, size_t k, Sums& sums);
  void pull_any_kind(std::span<const uint32_t> rows, size_t k, Sums& sums);
  [[nodiscard]] const Column& weight_of(const Member& member) const;
  [[nodiscard]] const Column& value_of(const Member& member) const;
  [[nodiscard]] double shaped(const Cell& cell) const;

  const ScoreFunction& f_;
  const Numbers& numbers_;
  std::vector<SegmentNow> segments_;
  std::vector<Column> points_, weight_;               // by cell
  std::vector<Column> value_, sum_of_weights_, own_;  // by group; own_: its weight in its parent
  std::vector<Column> back_;                          // by group
  std::vector<std::array<uint32_t, kBlock>> decider_;
  Column pass_{}, ratio_{}, moves_{};  // moves_: 0 where the score is at a border, where nothing moves it
};

}  // namespace kenko::fit
