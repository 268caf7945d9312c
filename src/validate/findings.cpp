#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "validate/backtest.h"

namespace kenko::validate {
namespace {

constexpr double kTooGood = 0.97;        // an area that real customers do not give
constexpr double kMetricTooGood = 0.95;  // of one metric alone
constexpr double kAlike = 0.9;           // two metrics that say the same
constexpr double kUncovered = 0.3;       // a metric seen this rarely
constexpr double kShuffledOff = 0.05;    // how far from a half a shuffled panel may be
constexpr double kMostTreated = 0.2;     // of the rows
constexpr size_t kFewestDays = 4;
constexpr size_t kMostNames = 8;

std::string fixed(double value, int places) { return fmt::format("{:.{}f}", value, places); }

class Finder {
 public:
  Finder(const Panel& panel, const Backtest& result) : panel_(panel), r_(result) {}

  std::vector<Finding> find() {
    amount();
    if (r_.all.outcomes == 0 || r_.all.outcomes == r_.all.rows) return std::move(out_);
    verdict();
    bands();
    alarms();
    metrics();
    unproven();
    ours();
    calibration();
    return std::move(out_);
  }

 private:
  void add(bool warning, std::string code, Sentence text, Sentence hint = {}) {
    out_.push_back({warning, std::move(code), std::move(text), std::move(hint)});
  }

  void amount() {
    if (panel_.rows() == 0) {
      add(true, "no-rows", "no account has a score on any as-of day",
          "look at the table of exclusions; a shorter horizon or more history gives more days");
    } else if (r_.all.outcomes == 0) {
      add(true, "no-outcomes", say("none of the {} accounts had the outcome `{}`", r_.all.accounts, panel_.outcome),
          "check `outcomes:` of the model against `kenko status`: who left is told by an event, such as "
          "`account.churned`; or wait for outcomes");
    } else if (r_.all.accounts_with < kFewestOutcomes) {
      add(true, "too-few-outcomes",
          say("only {} accounts had the outcome: with fewer than {} nothing can be claimed, whatever the numbers "
              "say",
              r_.all.accounts_with, kFewestOutcomes),
          say("collect {} more; until then the score is an expert's opinion, unproven",
              kFewestOutcomes - r_.all.accounts_with));
    } else if (r_.all.accounts_with < kEnoughOutcomes) {
      add(true, "few-outcomes",
          say("{} accounts had the outcome: the intervals are wide, read them and not the middle",
              r_.all.accounts_with));
    }
    if (panel_.days.size() < kFewestDays && panel_.rows() > 0) {
      add(true, "few-days", say("there are {} as-of days only", panel_.days.size()),
          "more history, or a smaller --step");
    }
    if (!panel_.days.empty() && panel_.days.back() - panel_.days.front() < 365 && panel_.rows() > 0) {
      add(true, "one-year", "the as-of days lie within one year: season and trend cannot be told apart");
    }
  }

  void verdict() {
    const stats::Estimate& auc = r_.all.auc_within;
    if (!auc.value || !auc.low || r_.all.accounts_with < kFewestOutcomes) return;
    if (*auc.low > 0.5) {
      add(false, "foretells",
          say("the score foretells `{}`: of two accounts on the same day, the one with the outcome had the lower "
              "score {} times in 100 (95 % interval {} to {})",
              panel_.outcome, fixed(100 * *auc.value, 0), fixed(100 * *auc.low, 0), fixed(100 * *auc.high, 0)));
    } else if (*auc.high < 0.5) {
      add(true, "upside-down",
          say("the score is upside down: accounts with the outcome had the higher score (area {})",
              fixed(*auc.value, 2)),
          "look at the metrics below 0.5 in the table: their curves point the wrong way");
    } else {
      add(true, "no-better-than-chance",
          say("no proof that the score foretells `{}`: the interval of the area, {} to {}, includes 0.5",
              panel_.outcome, fixed(*auc.low, 2), fixed(*auc.high, 2)),
          "raise the metrics that foretell alone, drop those that do not, or collect more outcomes");
    }
    if (r_.all.auc.value && *r_.all.auc.value - *auc.value > 0.05) {
      add(true, "phase-of-contract",
          say("pooled over days the area is {}, within one day {}: part of it only knows when things "
              "happen, not to whom",
              fixed(*r_.all.auc.value, 2), fixed(*auc.value, 2)));
    }
  }

  void bands() {
    if (r_.bands.size() < 2) return;
    const BandLine& best = r_.bands.back();
    if (best.outcomes > 0 && best.rate.value && r_.all.rows > 0) {
      const double everywhere = static_cast<double>(r_.all.outcomes) / static_cast<double>(r_.all.rows);
      if (*best.rate.value > everywhere / 2) {
        add(true, "green-leaves",
            say("the best band is not safe: {} % of `{}` had the outcome, of all {} %",
                fixed(100 * *best.rate.value, 1), best.name, fixed(100 * everywhere, 1)),
            "the table of misses says which metrics were good while they left");
      }
    }
    for (size_t b = 1; b < r_.bands.size(); ++b) {
      const auto& low = r_.bands[b - 1].rate;
      const auto& high = r_.bands[b].rate;
      if (low.high && high.low && *high.low > *low.high) {
        add(true, "bands-out-of-order",
            say("band `{}` has more of the outcome than the worse band `{}`", r_.bands[b].name, r_.bands[b - 1].name),
            "join the two or move the border");
      }
    }
  }

  void alarms() {
    if (auto alarm = too_good(r_.all.auc_within.value)) out_.push_back(std::move(*alarm));
    if (r_.shuffled_auc && std::fabs(*r_.shuffled_auc - 0.5) > kShuffledOff &&
        r_.all.accounts_with >= kFewestOutcomes) {
      add(true, "shuffled-not-half",
          say("with outcomes dealt at random the area is {} and not 0.5: the panel itself leaks",
              fixed(*r_.shuffled_auc, 2)));
    }
    const auto treated = std::count(panel_.treated.begin(), panel_.treated.end(), uint8_t{1});
    if (panel_.rows() > 0 && static_cast<double>(treated) > kMostTreated * static_cast<double>(panel_.rows())) {
      add(true, "many-treated",
          say("{} % of the rows were worked on afterwards: rescued customers look like false alarms",
              fixed(100.0 * static_cast<double>(treated) / static_cast<double>(panel_.rows()), 0)),
          "read the line of the untreated, and hold some accounts out");
    }
  }

  void metrics() {
    for (const MetricLine& m : r_.metrics) {
      if (m.auc.value && m.auc.low && *m.auc.value > kMetricTooGood && m.covered > kUncovered) {
        add(true, "knows-the-future",
            say("`{}` alone has an area of {}: it may be written after the decision", m.name, fixed(*m.auc.value, 3)),
            "check when its source knew what it says (`kenko explain --known-as-of`)");
      }
      if (m.auc.high && *m.auc.high < 0.5) {
        add(true, "wrong-way",
            say("`{}` points the wrong way: accounts with more points had more of the outcome (area {})", m.name,
                fixed(*m.auc.value, 2)),
            "turn its curve round, or drop it");
      }
      if (std::fabs(m.alike_by) > kAlike && m.alike > m.name) {
        add(true, "alike",
            say("`{}` and `{}` say nearly the same (rank correlation {})", m.name, m.alike, fixed(m.alike_by, 2)),
            "keep the one that foretells better");
      }
    }
  }

  // Those that nobody could tell from dice.
  void unproven() {
    if (r_.all.accounts_with < kFewestOutcomes) return;
    std::vector<std::string> names;
    size_t judged = 0, more = 0;
    for (const MetricLine& m : r_.metrics) {
      if (!m.auc.low || !m.auc.high) continue;
      ++judged;
      if (*m.auc.low > 0.5 || *m.auc.high < 0.5) continue;
      names.size() < kMostNames ? names.push_back(m.name) : void(++more);
    }
    if (names.empty()) return;
    std::string list = text::join(names, ", ");
    if (more > 0) list += " ...";
    add(false, "metrics-unproven",
        say("{} of {} metrics cannot be told from chance, each alone (the interval of its area includes 0.5): {}",
            names.size() + more, judged, list),
        "they may still count beside others: `kenko fit` says what other customers' log loss loses without each");
  }

  void ours() {
    if (!r_.any_ours) return;
    if (!r_.auc_without_ours.value) {
      add(false, "ours-not-reckoned",
          "what the score is worth without the metrics that are ours is left out: it hangs on silence or on accounts "
          "below, which cannot be reckoned anew from points and weights");
    } else if (r_.ours_gain.low && *r_.ours_gain.low > 0) {
      add(true, "rests-on-ours",
          say("without the metrics that are ours the area within a day is {} and not {}: the score knows what your own "
              "team knows already",
              fixed(*r_.auc_without_ours.value, 2), fixed(*r_.auc_with_ours.value, 2)),
          "give the customer's own behaviour more weight");
    }
  }

  void calibration() {
    const Forward& f = r_.forward;
    if (f.slope.low && f.slope.high && (*f.slope.low > 1 || *f.slope.high < 1)) {
      add(true, "miscalibrated",
          say(*f.slope.value < 1 ? "probabilities made from the score are too extreme: calibration slope {} (95 % "
                                   "interval {} to {})"
                                 : "probabilities made from the score are too mild: calibration slope {} (95 % "
                                   "interval {} to {})",
              fixed(*f.slope.value, 2), fixed(*f.slope.low, 2), fixed(*f.slope.high, 2)));
    }
    if (f.brier && f.brier_base && *f.brier >= *f.brier_base) {
      add(true, "rank-only",
          "probabilities made from the score are no better than stating the same rate for everybody: use its order "
          "only");
    }
  }

  const Panel& panel_;
  const Backtest& r_;
  std::vector<Finding> out_;
};

}  // namespace

std::optional<Finding> too_good(std::optional<double> auc_within) {
  if (!auc_within || *auc_within <= kTooGood) return std::nullopt;
  return Finding{
      true, "too-good",
      say("an area of {} is too good to be true: something in the model knows the outcome", fixed(*auc_within, 3)),
      "look for a metric that is written after the decision, such as a closed account's flag"};
}

std::vector<Finding> findings_of(const Panel& panel, const Backtest& result) { return Finder(panel, result).find(); }

}  // namespace kenko::validate
