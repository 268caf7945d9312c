#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "fit/result.h"

namespace kenko::fit {
namespace {

constexpr int64_t kFewestJudged = 20;  // accounts with the outcome on the judged days
constexpr double kMostTreated = 0.2;   // of the worst band
constexpr double kManyOther = 0.01;    // account-days that only one of the models scores
constexpr double kYear = 365;

std::string fixed(double value, int places) { return fmt::format("{:.{}f}", value, places); }

class Finder {
 public:
  explicit Finder(const FitResult& result) : r_(result) {}

  std::vector<validate::Finding> find() {
    verdict();
    if (auto alarm = validate::too_good(r_.judgement.auc_within.after.value)) out_.push_back(std::move(*alarm));
    file();
    useless();
    cautions();
    return std::move(out_);
  }

 private:
  void add(bool warning, std::string code, Sentence text, Sentence hint = {}) {
    out_.push_back({warning, std::move(code), std::move(text), std::move(hint)});
  }

  void verdict() {
    const Judgement& j = r_.judgement;
    if (r_.fit.stays() && r_.added.empty()) {
      add(false, "author-stays",
          "on other customers no other weights or curves did better than those the model has: they stay",
          r_.candidates > 0 ? Sentence() : "`kenko fit --search` looks for other metrics");
      return;
    }
    const stats::Estimate& d = j.auc_within.difference;
    if (!d.value || !d.low || !d.high || j.accounts_with < kFewestJudged) {
      add(true, "too-few-to-judge",
          say("too few accounts had the outcome on the late days ({}): whether the new numbers are better cannot be "
              "said, with fewer than {}",
              j.accounts_with, kFewestJudged),
          "keep the old model beside the new one, and judge again when more is known");
      return;
    }
    const std::string before = fixed(*j.auc_within.before.value, 3), after = fixed(*j.auc_within.after.value, 3);
    const std::string by = fmt::format("{:+.3f}", *d.value), low = fmt::format("{:+.3f}", *d.low),
                      high = fmt::format("{:+.3f}", *d.high);
    if (*d.low > 0) {
      add(false, "fitted-is-better",
          say("on the {} late as-of days, which it never saw, the fitted model is better: area within a day {} after "
              "{} "
              "before, a difference of {} ({} to {})",
              r_.judged_days, after, before, by, low, high));
    } else if (*d.high < 0) {
      add(true, "fitted-is-worse",
          say("on the {} late as-of days, which it never saw, the fitted model is worse: area within a day {} after {} "
              "before, a difference of {} ({} to {})",
              r_.judged_days, after, before, by, low, high),
          "do not use it; what held on the earlier days did not hold later");
    } else {
      add(true, "no-clear-difference",
          say("on the {} late as-of days the fitted model is neither clearly better nor worse: area within a day {} "
              "after "
              "{} before, a difference of {} ({} to {})",
              r_.judged_days, after, before, by, low, high),
          "the difference may be chance; the old numbers are as good a choice");
    }
  }

  void file() {
    if (!r_.added.empty()) {
      add(false, "metrics-found",
          say("of {} metrics that the facts support the search added {}: {}; read what they measure before you believe "
              "them",
              r_.candidates, r_.added.size(), names_of_added()));
    } else if (r_.candidates > 0) {
      add(false, "nothing-found",
          say("none of {} further metrics that the facts support foretells other customers better", r_.candidates));
    }
    if (r_.all_days) {
      add(false, "has-seen-all-days",
          "the file was learnt from all as-of days; the numbers here are those of the same fit learnt from the earlier "
          "days alone, because nothing else can be judged");
    }
  }

  [[nodiscard]] std::string names_of_added() const {
    std::vector<std::string> names;
    for (const AddedMetric& m : r_.added) names.push_back(m.name);
    return text::join(names, ", ");
  }

  void useless() {
    std::vector<std::string> names;
    for (const MetricChange& m : r_.fit.metrics) {
      if (m.useless) names.push_back(r_.before.metrics[m.metric].name);
    }
    if (names.empty()) return;
    add(true, "could-be-dropped",
        say("{} lost four fifths of their share or more, and other customers are foretold as well without each of them",
            text::join(names, ", ")),
        "look at them in `kenko backtest` (does a curve go the wrong way?); drop one at a time, and fit again");
  }

  void cautions() {
    const Judgement& j = r_.judgement;
    if (r_.treated_red && *r_.treated_red > kMostTreated) {
      add(true, "many-treated",
          say("{} % of the account-days in the worst band were worked on: who was saved looks as if the score had been "
              "wrong, and the fit learns that",
              fixed(100 * *r_.treated_red, 0)),
          "keep a random part of the worst accounts untouched, or fit on days before the work began");
    }
    if (static_cast<double>(j.lost + j.gained) > kManyOther * static_cast<double>(j.rows)) {
      add(true, "other-accounts",
          say("with the new weights {} account-days have too little evidence for a score, and {} that had none get "
              "one; "
              "both are left out of the comparison",
              text::grouped(j.lost), text::grouped(j.gained)),
          "`min_coverage` decides; look at the metrics that are seldom seen and now weigh much");
    }
    if (!r_.fit.chosen.ordered) {
      add(true, "not-judged-in-time",
          "the earlier days are too few to try the strength forward in time: it was tried on other customers of the "
          "same "
          "days",
          "more history, or a smaller --step, makes it stricter");
    }
    if (r_.days_spanned < kYear) {
      add(true, "one-year", "the as-of days lie within one year: season and trend cannot be told apart");
    }
  }

  const FitResult& r_;
  std::vector<validate::Finding> out_;
};

}  // namespace

std::vector<validate::Finding> findings_of(const FitResult& result) { return Finder(result).find(); }

}  // namespace kenko::fit
