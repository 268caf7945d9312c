// fit/strength.h
//
// The most likely numbers of a model when each may leave the author's only so far, and how far they should.
// docs/SEMANTICS.md#fit.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "fit/folds.h"
#include "fit/score_function.h"

namespace kenko::fit {

/// What holds the numbers to the author's: half of it times the sum of the squared parameters is added to minus the log
/// likelihood.  Infinite: none of the kind moves.
struct Hold {
  double weights = std::numeric_limits<double>::infinity();
  double curves = std::numeric_limits<double>::infinity();
  [[nodiscard]] bool everything() const {
    return !moves_curves() && !(weights < std::numeric_limits<double>::infinity());
  }
  [[nodiscard]] bool moves_curves() const { return curves < std::numeric_limits<double>::infinity(); }
  friend bool operator==(const Hold&, const Hold&) = default;
};

/// Parameters and link together.
struct Solution {
  std::vector<double> theta;
  Link link;
};

/// How much the rows say about each parameter, and about intercept and log slope behind them, at a solution: the
/// expected second derivatives of minus the log likelihood, from an even sample of rows.
class Information {
 public:
  static constexpr size_t kSample = 4000;  ///< rows that are looked at

  Information(const ScoreFunction& function, std::span<const uint32_t> rows, const Solution& at,
              size_t sample = kSample);
  /// How many free parameters the held ones are worth: the trace of H (H + D)^-1, D holding their strengths.
  [[nodiscard]] double effective(const Hold& hold) const;
  [[nodiscard]] double greatest(bool curves) const;  ///< of the diagonal, over weights or curves
  /// Between two parameters, intercept and log slope behind them.
  [[nodiscard]] double of(size_t a, size_t b) const { return matrix_[a * (count_ + 2) + b]; }
  /// The parameters that `hold` lets move.
  [[nodiscard]] std::vector<uint32_t> moving(const Hold& hold) const;
  [[nodiscard]] double strength(const Hold& hold, size_t parameter) const {
    return is_weight_[parameter] != 0 ? hold.weights : hold.curves;
  }

 private:
  size_t count_;
  std::vector<double> matrix_;
  std::vector<uint8_t> is_weight_;
};

/// The most likely intercept and slope of scores that stay as they are.
[[nodiscard]] Link link_of(std::span<const double> scores, std::span<const uint8_t> outcome);

/// Only intercept and slope: the author's numbers as they are.
[[nodiscard]] Solution solve_link(const ScoreFunction& function, std::span<const uint32_t> rows, int threads);

/// The most likely numbers under `hold`, from `start` on.
[[nodiscard]] Solution solve(const ScoreFunction& function, std::span<const uint32_t> rows, const Hold& hold,
                             const Solution& start, int threads);

/// How one way to hold the numbers did on rows that it was not learnt from.
struct Trial {
  Hold hold;
  double effective = 0;  ///< parameters
  double log_loss = 0;   ///< mean over the judged rows of all folds, each fold's intercept its own; 0 without folds
  bool chosen = false;
};

struct Chosen {
  std::vector<Trial> trials;  ///< the author's numbers, weights alone, then curves too; each strongest first
  bool ordered = false;       ///< the folds are
  size_t folds = 0;
  Solution solution;  ///< on all rows, held as the chosen trial says
  /// By metric of the plan (0 where its weight cannot move): mean log loss on the folds' judged rows when its weight is
  /// 0, less that with it.
  std::vector<double> loss_without;
  [[nodiscard]] const Trial& best() const;
};

/// Tries strengths on the folds: of weights alone, then of curves too with the weights held as was best.  Solves on all
/// rows with the best; of trials within 0.01 % of the best log loss that worth the fewest parameters.  Never more than
/// `most_effective` parameters.  Without folds the author's numbers are chosen.
[[nodiscard]] Chosen choose(const ScoreFunction& function, std::span<const uint32_t> rows, const Folds& folds,
                            double most_effective, int threads);

}  // namespace kenko::fit
