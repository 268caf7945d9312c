// validate/calibration.h
//
// From a score to a probability, and whether that probability may be believed.  docs/SEMANTICS.md#probabilities.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "stats/probability.h"
#include "stats/resamples.h"
#include "validate/panel.h"

namespace kenko::validate {

/// The three probabilities that are never mixed.
enum class Question : uint8_t {
  churn,      ///< the model's outcome within its horizon
  renewal,    ///< still a customer after the next renewal day, given that it is one now
  expansion,  ///< expands within 180 days (or the horizon of the model's outcome `expansion`)
};
inline constexpr size_t kQuestions = 3;
[[nodiscard]] std::string_view word(Question question);

/// Whether probabilities may be shown.
enum class Verdict : uint8_t {
  calibrated,
  no_data,    ///< no fact speaks of it: no contracts, no expansions
  too_few,    ///< fewer than kFewestOutcomes accounts with the outcome in what was judged forward
  wrong_way,  ///< a better score goes with a worse outcome
  slope_off,  ///< the interval of the slope lies outside 0.5..1.5
  no_better,  ///< no better than the same rate for everybody
};
[[nodiscard]] std::string_view word(Verdict verdict);

/// What a probability is stated from: an account on a day.
struct Looks {
  int32_t score = 0;             ///< hundredths; triggers in, overrides out
  int32_t change = kNoDays;      ///< in 30 days, hundredths; kNoDays = unknown
  int32_t to_renewal = kNoDays;  ///< days; kNoDays = nothing renews
};

/// A probability with its 95 % interval: of the share among accounts that look the same, not of this one's fate.
struct Chance {
  double p = 0, low = 0, high = 0;
};

/// What was not there when the account's day was looked at.  Cases are sorted by as-of day.
///
/// looks:   as known on the as-of day.
/// happened: churn: it left; renewal: it did *not* renew; expansion: it expanded.  Meaningless where `known` is kMax.
/// known:   the day on which that was certain; Day::kMax = not yet.
/// left:    renewal: the day of the decision to leave, up to the renewal; kMax = none seen by `seen`.
struct Case {
  Day as_of;
  uint32_t account = 0, cluster = 0;
  Looks looks;
  bool happened = false;
  Day known = Day::kMax;
  Day left = Day::kMax;
};

/// All cases of one question.
struct Cases {
  Question question = Question::churn;
  std::vector<Case> cases;
  int32_t horizon = 0;       ///< days from T in which it may happen; renewal: 0
  int32_t grace = 0;         ///< renewal: days after it until it is certain
  Day seen;                  ///< the last day of the data
  std::optional<Day> begin;  ///< the first day of the data; not known = long before the first as-of day
};

/// How probabilities follow from looks.
///
/// coefficient, covariance: of the log odds on the columns that `columns` says; row after row.  Renewal: of leaving
///          within one period of 30 days.
/// x, y, low, high: the isotonic curve of the score instead (hundredths -> probability); empty = there is none.
struct Curve {
  bool with_renewal = false;  ///< churn: whether a renewal lies within the horizon counts
  std::vector<double> coefficient, covariance;
  std::vector<double> x, y, low, high;
  [[nodiscard]] bool isotonic() const { return !x.empty(); }
};

/// Two numbers on the log odds, learnt from the outcomes since the curve was made.
struct Remap {
  double intercept = 0, slope = 1;
  std::array<double, 3> covariance{0, 0, 0};  ///< intercept, both, slope
  std::optional<Day> from, until;             ///< as-of days; none = nothing was learnt yet
  int64_t cases = 0, outcomes = 0, accounts_with = 0;
};

/// Probabilities stated forward in time, against what happened.
struct Judgement {
  int64_t cases = 0, outcomes = 0;          ///< account-days
  int64_t accounts = 0, accounts_with = 0;  ///< different accounts
  std::optional<double> brier, brier_base, log_loss;
  stats::Estimate slope, intercept;
  std::vector<stats::ReliabilityBin> bins;
};

/// Everything about one question.
struct Calibration {
  Question question = Question::churn;
  std::string outcome, label;  ///< as the model calls it; renewal: "renewal"
  int32_t horizon = 0, gap = 0, grace = 0;
  Verdict verdict = Verdict::no_data;
  Curve curve;
  Remap remap;
  Judgement judged;
  std::optional<Judgement> since;           ///< of the curve on the outcomes since, before the re-map
  Day first, last;                          ///< as-of days behind the curve
  int64_t left_out = 0;                     ///< account-days with less than the horizon of data behind them
  Day until;                                ///< outcomes up to this day are in the curve
  int64_t cases = 0, outcomes = 0;          ///< account-days behind the curve
  int64_t accounts = 0, accounts_with = 0;  ///< different accounts behind it

  [[nodiscard]] bool usable() const { return verdict == Verdict::calibrated; }
};

/// Which curve of churn and expansion is taken.
enum class Form : uint8_t {
  best,  ///< logistic; isotonic where there is enough to learn it and it foretold better
  logistic,
  isotonic,
};

/// Fits a curve and judges it forward: on each as-of day by what was known by then.  Deterministic.
[[nodiscard]] Calibration calibrate(const Cases& cases, int32_t gap, Form form = Form::best);

/// Learns the two numbers anew from the cases whose as-of day is not before `calibration.until`; nothing changes but
/// `since` when fewer than kFewestOutcomes accounts had the outcome.
void remap(const Cases& cases, Calibration& calibration);

/// The probability of the outcome; of the renewal for Question::renewal.  nullopt when the calibration is not usable,
/// or nothing renews.
[[nodiscard]] std::optional<Chance> chance_of(const Calibration& calibration, const Looks& looks);

/// Why an account has no probability to leave.
enum class Outlook : uint8_t {
  stated,
  unscored,     ///< no score that day
  not_at_risk,  ///< the outcome's `among` does not hold
  decided,      ///< it gave notice: all that it can take along is lost
};

/// What is to be expected of one account, as of a day.  Money in millionths, kNoAmount = unknown.
struct Prospect {
  uint32_t account = 0;
  Outlook outlook = Outlook::unscored;
  Looks looks;
  std::optional<Chance> churn, renewal, expansion;
  std::optional<Day> renewal_day;  ///< the next one
  int64_t arr = kNoAmount;
  int64_t can_leave = kNoAmount;      ///< ARR of contracts that can end within the horizon of churn
  int64_t expected_loss = kNoAmount;  ///< churn x can_leave; of who decided: what ends within the horizon
  int64_t priority = kNoAmount;       ///< ARR x urgency / 100: what ranks where nothing is calibrated
};

}  // namespace kenko::validate
