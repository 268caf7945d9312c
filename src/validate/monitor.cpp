#include "validate/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "stats/proportion.h"

namespace kenko::validate {
namespace {

constexpr double kManyReturn = 0.1;  // of the accounts, for certain: bands flap
constexpr int kDaysNeeded = 140;     // the last weeks and four days of reference

std::string fixed(double value, int places) { return fmt::format("{:.{}f}", value, places); }
std::string percent(double share) { return fmt::format("{:.0f}", 100 * share); }

class Finder {
 public:
  explicit Finder(Monitor& m) : m_(m) {}

  void find() {
    for (const Look& look : m_.looks) {
      if (look.found) drift(look);
    }
    feeds();
    if (!m_.reference_from) {
      add(true, "too-little-history", "there is too little history to tell drift from what is usual",
          say("the comparison needs {} days", kDaysNeeded));
    } else if (std::none_of(m_.looks.begin(), m_.looks.end(), [](const Look& l) { return l.found; })) {
      add(false, "no-drift", say("nothing moved that should not have: {} looks at once", m_.looks.size()));
    }
    live();
    flapping();
    review();
  }

 private:
  void add(bool warning, std::string code, Sentence text, Sentence hint = {}) {
    m_.findings.push_back({warning, std::move(code), std::move(text), std::move(hint)});
  }

  void drift(const Look& look) {
    const double reference = look.expected.value_or(0), now = look.now.value_or(0);
    const std::string by = fixed(look.effect.value.value_or(0), 1);
    switch (look.kind) {
      case LookKind::value:
        add(true, "metric-drift",
            say("`{}` is {} and was to be {}: {} standard deviations away", look.subject, fixed(now, 2),
                fixed(reference, 2), by),
            "a change of its source or of how it is fed? else the customers changed: look at its curve");
        break;
      case LookKind::shape:
        if (!drifted(look.subject)) shape(look);  // a mean takes its values along
        break;
      case LookKind::missing:
        add(true, "metric-missing",
            say("`{}` is missing for {} % of the accounts and was to be for {} %", look.subject, percent(now),
                percent(reference)),
            "kenko status names the sources that stopped");
        break;
      case LookKind::score:
        add(true, "score-drift",
            say("the mean score is {} and was to be {}: {} standard deviations away", fixed(now, 1),
                fixed(reference, 1), by));
        break;
      case LookKind::coverage:
        add(true, "coverage-drift",
            say("the mean coverage is {} % and was to be {} %", percent(now), percent(reference)));
        break;
      case LookKind::scored:
        add(true, "fewer-scored",
            say("{} % of the accounts have evidence enough for a score and {} % were to", percent(now),
                percent(reference)),
            "kenko status names the sources that stopped");
        break;
      case LookKind::feed:
        add(true, "feed-silent",
            say("source {} has been silent for {} days; its longest pause in a year was {}", look.subject,
                fixed(now, 0), fixed(reference, 0)),
            "look at the job that feeds it");
        break;
      case LookKind::foretelling:
        add(true, "foretells-less",
            say("the score foretells less than before: area within a day {}, before {} (95 % interval of the "
                "difference "
                "{} to {})",
                fixed(now, 2), fixed(reference, 2), fixed(*look.effect.low, 2), fixed(*look.effect.high, 2)),
            "kenko backtest says which metrics still foretell; kenko fit proposes other weights");
        break;
      case LookKind::rate:
        add(true, "rate-off",
            say("{} % had the outcome and {} % were stated", fixed(100 * now, 1), fixed(100 * reference, 1)),
            "kenko calibrate");
        break;
    }
  }

  void shape(const Look& look) {
    const double expected = look.expected.value_or(0), now = look.now.value_or(0);
    const char* hint = "a change of its source or of how it is fed? else some customers gained what others lost";
    if (look.at_most) {
      add(true, "metric-shape",
          say("{} % of the accounts have a `{}` of {} at most and {} % were to; its mean is as usual", percent(now),
              look.subject, fixed(*look.at_most, 2), percent(expected)),
          hint);
    } else {
      add(true, "metric-shape",
          say("the values of `{}` lie {} apart from their middle and were to lie {}; their mean is as usual",
              look.subject, fixed(now, 2), fixed(expected, 2)),
          hint);
    }
  }

  [[nodiscard]] bool drifted(const std::string& metric) const {
    return std::any_of(m_.looks.begin(), m_.looks.end(),
                       [&](const Look& l) { return l.found && l.kind == LookKind::value && l.subject == metric; });
  }

  void feeds() {
    for (const FeedLine& feed : m_.feeds) {
      if (!feed.overdue) continue;
      add(true, "feed-overdue",
          say("source {} promises facts every {} days and has been silent for {}", feed.source,
              feed.every_days.value_or(0), feed.silent),
          "look at the job that feeds it; what rests on it keeps its points meanwhile");
    }
  }

  void live() {
    if (m_.live.empty()) return;
    if (!m_.as_published) {
      add(false, "as-computed",
          "no published score is old enough to be judged: the table of what it was worth is of scores computed now "
          "from "
          "what was known then",
          "kenko close publishes the scores of each day");
    }
    for (const LiveLine& line : m_.live) {
      if (line.period == LivePeriod::recent && line.accounts_with < kFewestOutcomes) {
        add(false, "few-recent-outcomes",
            say("too few accounts had the outcome lately ({}): what the score is worth now cannot be told from what it "
                "was worth before",
                line.accounts_with));
      }
    }
  }

  void flapping() {
    const Flapping& f = m_.flapping;
    if (f.accounts == 0 || stats::wilson(f.returned, f.accounts).low < kManyReturn) return;
    add(false, "bands-flap",
        say("the band of {} of {} accounts came back within {} days of a change, in {} days", text::grouped(f.returned),
            text::grouped(f.accounts), f.within, f.days),
        "`band_margin` or `band_dwell` in the model keep it calm");
  }

  void review() {
    const bool moved = std::any_of(m_.findings.begin(), m_.findings.end(), [](const Finding& f) {
      return f.warning && f.code != "too-little-history" && f.code != "feed-overdue";
    });
    const bool old = m_.published && m_.as_of - *m_.published >= kReviewDays;
    m_.review_due = moved || old;
    if (old) {
      add(true, "review-due", say("the model was published on {}: a yearly review is due", m_.published->iso()),
          "kenko backtest, then publish it anew with what you found as the reason");
    } else if (moved) {
      add(true, "review-due", "a review of the model is due: something of the above moved",
          "mend the feeds first; then kenko backtest");
    } else if (m_.published) {
      add(false, "review-later", say("no review is due before {}", (*m_.published + kReviewDays).iso()));
    }
  }

  Monitor& m_;
};

}  // namespace

void conclude(Monitor& m) {
  judge(m.looks, m.rate);
  std::stable_sort(m.looks.begin(), m.looks.end(), [](const Look& a, const Look& b) {
    if (a.found != b.found) return a.found;
    if (a.p != b.p) return a.p < b.p;
    return std::fabs(a.effect.value.value_or(0)) > std::fabs(b.effect.value.value_or(0));
  });
  m.findings.clear();
  Finder(m).find();
}

}  // namespace kenko::validate
