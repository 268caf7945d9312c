// fit/score_function.h
//
// The score of every row of a panel as a function of the model's numbers, with its gradient: the roll-up of
// docs/SEMANTICS.md#roll-up in doubles.  At the author's numbers it is the panel's score (to the rounding of the
// engine's whole numbers).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "fit/parameters.h"
#include "plan/plan.h"
#include "validate/panel.h"

namespace kenko::fit {

/// The numbers of a model, ready to be reckoned with.
///
/// weights: by rule (a pair of segment and stage), then by metric or dimension; 0 = left out.
struct Numbers {
  std::vector<double> levels;  ///< points, of all curves
  std::vector<double> shapes;  ///< by curve
  std::vector<double> metric_weights, dimension_weights;
};

/// log(p / (1 - p)) of the outcome = intercept - slope x (score - 50) / 10, slope = exp(log_slope).
struct Link {
  double intercept = 0, log_slope = 0;
  [[nodiscard]] double log_odds(double score) const;
};

/// The panel's rows, taken apart once.
///
/// Silence, and what children add to their parent, stay as they were under the author's numbers: they depend on other
/// days and other accounts.  Everything else follows the numbers: curves, missing policies, roll-up, triggers, caps.
/// Requires Panel::parts.  Ownership: refers to the parameters, not to the panel.  Memory: 8 bytes a row and scored
/// metric. Threads: const functions may be called from many; sums do not depend on the number of threads.
class ScoreFunction {
 public:
  ScoreFunction(const plan::Plan& plan, const validate::Panel& panel, const Parameters& parameters);

  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] Numbers numbers(std::span<const double> theta) const;
  /// Of a plan with the same structure.
  [[nodiscard]] Numbers numbers(const plan::Plan& other) const;

  /// 0..100, not rounded, for each of `rows`.
  [[nodiscard]] std::vector<double> scores(const Numbers& numbers, std::span<const uint32_t> rows, int threads) const;
  /// The row's score hangs on silence or children, which are not reckoned anew.
  [[nodiscard]] bool rests_on_others(uint32_t row) const { return held_[row] != 0; }

  /// Sum over the rows of -log of the probability of what happened.  `gradient`, when there is room (count() + 2
  /// entries): by parameter, intercept, log slope.  curves: false = parameters of curves are not asked for, their
  /// entries are 0.
  [[nodiscard]] double loss(std::span<const double> theta, const Link& link, std::span<const uint32_t> rows,
                            std::span<double> gradient, int threads, bool curves = true) const;
  /// The score of each of the rows, and its gradient by parameter, valid during the call.
  using UseGradient = std::function<void(double score, std::span<const double> gradient)>;
  void gradients(std::span<const double> theta, std::span<const uint32_t> rows, const UseGradient& use) const;
  [[nodiscard]] size_t metric_count() const { return plan_.metrics.size(); }
  [[nodiscard]] size_t dimension_count() const { return plan_.dimensions.size(); }
  [[nodiscard]] bool outcome(uint32_t row) const { return outcome_[row] != 0; }

 private:
  // How a metric gets its points in a row: f of the way along a segment of its curve.  Segments of number kShaped and
  // above are curves with a shape, f the value.
  struct Cell {
    uint32_t segment = 0;
    float f = 0;
  };
  static constexpr uint32_t kNone = 0, kConstant = 1, kShaped = 1U << 30;
  // Two levels; the segments kNone and kConstant (whose f are the points) have none.
  struct Segment {
    uint16_t a = 0, b = 0;
    friend auto operator<=>(const Segment&, const Segment&) = default;
  };
  struct Member {
    uint32_t at = 0;  // position among cells of a row, or dimension
    bool metric = false;
  };
  struct Group {
    plan::Rollup rollup = plan::Rollup::mean;
    double start = 0;
    std::vector<Member> members;
  };
  class Pass;
  struct Sums;

  void add_groups();
  void add_cells(const validate::Panel& panel);
  void add_rows(const validate::Panel& panel);
  [[nodiscard]] Cell cell(const validate::Panel& panel, uint32_t row, uint32_t metric);
  [[nodiscard]] Cell by_curve(const validate::Panel& panel, const MovedCurve& moved, double input);
  [[nodiscard]] uint16_t level_of(const MovedCurve& moved, int64_t points_micros) const;
  [[nodiscard]] uint32_t segment_of(uint16_t a, uint16_t b);
  void collect(std::span<const double> theta, const Numbers& numbers, const Sums& sums, bool curves,
               std::span<double> gradient) const;

  plan::Plan plan_;
  const Parameters& parameters_;
  std::vector<uint32_t> scored_;          // metrics, by position among the cells of a row
  std::vector<Group> groups_;             // by dimension, then the top
  std::vector<uint32_t> order_;           // dimensions, nested ones first
  std::vector<std::vector<Cell>> cells_;  // by metric, then row
  std::vector<uint8_t> any_kind_;         // by metric: some cell has a shape, or lies beyond its segment
  std::vector<Segment> segments_;         // of all curves, behind kNone and kConstant
  std::map<Segment, uint32_t> segment_number_;
  std::vector<uint16_t> rule_;  // by row
  std::vector<float> hierarchy_, silence_, triggers_, limit_;
  std::vector<uint8_t> outcome_, held_, own_;
  size_t stages_ = 1;
};

}  // namespace kenko::fit
