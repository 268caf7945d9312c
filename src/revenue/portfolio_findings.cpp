#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "revenue/portfolio_report.h"

namespace kenko::revenue {
namespace {

using validate::Finding;

constexpr double kNotableShare = 0.25;  // of those who left, in the best band

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }
std::string money(double micros) { return text::grouped(static_cast<int64_t>(micros / 1e6 + 0.5)); }

class Finder {
 public:
  Finder(const PortfolioReport& report, Day first_event) : r_(report), first_event_(first_event) {}

  std::vector<Finding> find() {
    what_cannot_be_said();
    period();
    if (r_.churn_told) {
      churn();
      risk();
    }
    renewals();
    return std::move(out_);
  }

 private:
  void add(bool warning, std::string code, Sentence text, Sentence hint = {}) {
    out_.push_back({warning, std::move(code), std::move(text), std::move(hint)});
  }

  void what_cannot_be_said() {
    if (!r_.money) {
      add(true, "no-contracts",
          "there are no contracts: ARR, MRR, retention, renewals and revenue at risk cannot be said",
          "import contracts (`contracts:` in a mapping); invoices and orders are not contracts");
    }
    if (!r_.churn_told) {
      add(true, "no-churn-facts",
          "neither contracts nor `account.churned` events say who left: no churn rate can be said",
          "a model may call a customer lost who stops buying (outcome by absence): `kenko backtest` says how often "
          "that "
          "came");
    }
    if (r_.unknown_arr > 0) {
      add(true, "arr-unknown",
          say("the contracts of {} accounts say no amount, or one in a currency without a rate: they are in no sum",
              text::grouped(r_.unknown_arr)),
          "add `arr` to the contracts, or import rates");
    }
  }

  void period() {
    constexpr int32_t kYear = 365;
    if (!r_.churn_told) return;
    if (r_.period.opening() < first_event_) {
      add(true, "before-the-first-event",
          say("the period begins before {}, the day of the first event: who left before is not in the facts, so older "
              "retention looks better than it was",
              first_event_.iso()));
    }
    const int32_t days = r_.period.to - r_.period.from + 1;
    if (days < kYear - 1) {
      add(false, "short-period",
          say("the period has {} days: retention of a year is usually lower than that of a part", days));
    }
    if (r_.all.accounts == 0) {
      add(true, "no-cohort", say("nobody was a customer on {}", r_.period.opening().iso()), "choose a later --from");
    }
  }

  void churn() {
    if (r_.all.left == 0) return;
    int64_t silent = 0;
    for (const ReasonLine& r : r_.reasons) silent += r.kind == ReasonLine::Kind::unknown ? r.accounts : 0;
    if (silent > 0) {
      add(true, "no-reasons", say("nobody said why {} of the {} accounts left", silent, r_.all.left),
          "record `account.churned` with a `reason` (`kenko log`)");
    }
    if (r_.unavoidable > 0) {
      add(false, "unavoidable-churn",
          say("{} of the {} accounts that left could not have been kept, by their reasons", r_.unavoidable,
              r_.all.left),
          "which reasons these are stands under `churn: {unavoidable: [...]}` in kenko.yaml");
    }
    for (const Breakdown& b : r_.breakdowns) {
      if (b.by == "band") best_band(b);
    }
  }

  void best_band(const Breakdown& bands) {
    const Retention* best = nullptr;
    for (const Retention& line : bands.lines) {
      if (line.name != kNoScoreName) best = &line;
    }
    if (best == nullptr || bands.lines.size() < 2) return;
    const double share = static_cast<double>(best->left) / static_cast<double>(r_.all.left);
    if (best->left == 0 || share < kNotableShare) return;
    add(true, "best-band-leaves",
        say("{} of the {} accounts that left stood in the best band ({}) when the period began", best->left,
            r_.all.left, best->name),
        "a year is long for a score; `kenko backtest` says how well it foretells within its horizon");
  }

  void risk() {
    if (r_.risk.leavers < kFewestLeavers) {
      add(true, "too-few-leavers",
          say("{} accounts left within {} days of the {} past days looked at: with fewer than {} nothing is said about "
              "what is at risk",
              r_.risk.leavers, r_.within_days, r_.risk.past_days, kFewestLeavers),
          say("{} more are needed", kFewestLeavers - r_.risk.leavers));
      return;
    }
    const stats::Estimate& e = r_.risk.total;
    if (!e.value || !e.low || !e.high) return;
    if (r_.money && r_.arr > 0) {
      add(false, "revenue-at-risk",
          say("if bands lose as they lost in the year before, {} of {} {} ARR ({}) will be gone in {} days; 95 in 100 "
              "times between {} and {}",
              money(*e.value), money(static_cast<double>(r_.arr)), r_.currency,
              percent(*e.value / static_cast<double>(r_.arr)), r_.within_days, money(*e.low), money(*e.high)));
    }
  }

  void renewals() {
    if (!r_.money) return;
    int64_t late = 0;
    for (const DueLine& d : r_.due) late += d.due.renewal <= r_.as_of ? 1 : 0;
    if (late > 0) {
      add(true, "late-paper",
          say("{} renewals are past their day and neither signed nor refused: they count until `lapse_days` are over",
              late));
    }
  }

  const PortfolioReport& r_;
  Day first_event_;
  std::vector<Finding> out_;
};

}  // namespace

std::vector<Finding> portfolio_findings(const PortfolioReport& report, Day first_event) {
  return Finder(report, first_event).find();
}

}  // namespace kenko::revenue
