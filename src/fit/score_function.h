// fit/score_function.h
//
// The score of every row of a panel as a function of the model's numbers, with its gradient: the roll-up of
// docs/SEMANTICS.md#roll-up in doubles.  At the author's numbers it is the panel's score (to the rounding of the
// engine's whole numbers).
#pragma once

#include <cstdint>
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
  /// entries): by parameter, intercept, log slope.
  [[nodiscard]] double loss(std::span<const double> theta, const Link& link, std::span<const uint32_t> rows,
                            std::span<double> gradient, int threads) const;
  /// Gradient of one row's score by parameter.
  void gradient(std::span<const double> theta, const Numbers& numbers, uint32_t row, std::span<double> out) const;
  [[nodiscard]] size_t metric_count() const { return plan_.metrics.size(); }
  [[nodiscard]] size_t dimension_count() const { return plan_.dimensions.size(); }
  [[nodiscard]] bool outcome(uint32_t row) const { return outcome_[row] != 0; }

 private:
  // How a metric gets its points in a row: (1 - f) x level a + f x level b, held within 0 and 100.
  struct Cell {
    uint16_t a = 0, b = 0;
    float f = 0;
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
  struct Work;
  struct Sums;

  void add_groups();
  void add_cells(const validate::Panel& panel);
  [[nodiscard]] Cell cell(const validate::Panel& panel, uint32_t row, uint32_t metric) const;
  [[nodiscard]] Cell by_curve(const validate::Panel& panel, const MovedCurve& moved, double input) const;
  [[nodiscard]] uint16_t level_of(const MovedCurve& moved, int64_t points_micros) const;
  [[nodiscard]] double points(const Numbers& numbers, const Cell& cell) const;
  void forward_group(const Group& group, const double* metric_weights, const double* dimension_weights, size_t out,
                     Work& work) const;
  double forward(const Numbers& numbers, uint32_t row, Work& work) const;
  void backward(const Numbers& numbers, uint32_t row, double by_score, Work& work, Sums& sums) const;
  void pull_cell(const Numbers& numbers, uint32_t row, size_t k, double by_points, Work& work, Sums& sums) const;
  void collect(std::span<const double> theta, const Numbers& numbers, const Sums& sums,
               std::span<double> gradient) const;

  plan::Plan plan_;
  const Parameters& parameters_;
  std::vector<uint32_t> scored_;  // metrics, by position among the cells of a row
  std::vector<Group> groups_;     // by dimension, then the top
  std::vector<uint32_t> order_;   // dimensions, nested ones first
  std::vector<Cell> cells_;
  std::vector<uint16_t> rule_;  // by row
  std::vector<float> hierarchy_, silence_, triggers_, limit_;
  std::vector<uint8_t> outcome_, held_, own_;
  size_t stages_ = 1;
};

}  // namespace kenko::fit
