// validate/calibration_curve.h
//
// The curves behind probabilities: what is learnt from, and what one says.  Internal to the module.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "validate/calibration.h"

namespace kenko::validate {

/// Log odds with their standard error.
struct Odds {
  double value = 0, error = 0;
};

/// Rows that a curve is learnt from; a case of a renewal gives one for each period of 30 days.
struct Lessons {
  size_t columns = 0;
  std::vector<double> x, offset;
  std::vector<uint8_t> happened;
  std::vector<uint32_t> cluster;
  std::vector<int32_t> score;  ///< hundredths
  [[nodiscard]] size_t rows() const { return happened.size(); }
};

/// Takes the rows of cases in the order in which they became certain.
class Teacher {
 public:
  /// Of as-of days not before `from`.  `cases` must outlive it.
  Teacher(const Cases& cases, bool with_renewal, Day from);
  /// Adds what was certain at the end of `day` and not before to the lessons.
  void advance(Day day);
  [[nodiscard]] const Lessons& lessons() const { return lessons_; }

 private:
  struct Row {
    Day known;
    uint32_t position = 0;  // of the case
    int32_t period = 0;     // renewal: periods before the renewal
    double part = 1;        // of the period that was seen
    bool happened = false;
  };
  void add_periods(uint32_t position);

  const Cases& cases_;
  bool with_renewal_;
  std::vector<Row> rows_;
  size_t next_ = 0;
  Lessons lessons_;
};

/// A logistic curve; nullopt when there are fewer than 5 rows with or without the outcome, or no maximum.
/// with_covariance: robust to likeness within clusters.
[[nodiscard]] std::optional<Curve> logistic_curve(Question question, const Lessons& lessons, bool with_renewal,
                                                  bool with_covariance);
/// A step curve of the score alone; as many cases as clusters count for its interval.
[[nodiscard]] Curve isotonic_curve(Question question, const Lessons& lessons);

/// What the curve says of the outcome (renewal: of leaving by then), before a re-map.
[[nodiscard]] Odds odds_of(Question question, const Curve& curve, int32_t horizon, const Looks& looks);

/// The covariance of coefficients, robust to likeness within clusters.  x has no column of ones; `ridge` is that of the
/// fit.
[[nodiscard]] std::vector<double> covariance_of(const std::vector<double>& coefficient, const Lessons& lessons,
                                                double ridge);

}  // namespace kenko::validate
