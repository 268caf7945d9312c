#include "report/calibration_view.h"

#include <fmt/format.h>

#include <utility>

#include "base/own_word.h"
#include "base/text.h"
#include "report/cells.h"
#include "validate/backtest.h"

namespace kenko::report {
namespace {

using validate::Calibration;
using validate::Chance;
using validate::Finding;
using validate::Question;
using validate::Verdict;

std::string fixed(double value, int places) { return fmt::format("{:.{}f}", value, places); }

std::string method(const Calibration& c) {
  if (c.curve.isotonic()) return "isotonic";
  return c.curve.coefficient.empty() ? "" : c.question == Question::renewal ? "hazard" : "logistic";
}

// The interval of the slope leaves 1 out on one side: the order is right and the size is not.
bool too_extreme(const Calibration& c) { return c.judged.slope.high && *c.judged.slope.high < 1; }
bool too_mild(const Calibration& c) { return c.judged.slope.low && *c.judged.slope.low > 1; }

std::string question_word(Question question) {
  switch (question) {
    case Question::churn:
      return own_word("Churn");
    case Question::renewal:
      return own_word("Renewal");
    case Question::expansion:
      return own_word("Expansion");
  }
  return {};
}

// What is counted when a question is judged: of a renewal, that it does not come.
Sentence judged_words(const Calibration& c) {
  return c.question == Question::renewal ? Sentence("not renewed on the next renewal day") : asked_words(c);
}

Sentence verdict_words(const Calibration& c) {
  switch (c.verdict) {
    case Verdict::calibrated:
      return too_extreme(c) ? "roughly: too extreme" : too_mild(c) ? "roughly: too mild" : "calibrated";
    case Verdict::no_data:
      return "no facts";
    case Verdict::too_few:
      return "rank only: too few";
    case Verdict::wrong_way:
      return "rank only: wrong way";
    case Verdict::slope_off:
      return "rank only: off";
    case Verdict::no_better:
      return "rank only: no better";
  }
  return {};
}

Cell text_cell(std::string text) {
  Cell cell;
  if (!text.empty()) cell.value = std::move(text);
  return cell;
}
Cell number_cell(bool there, double value, int places) {
  return real(there ? std::optional(value) : std::nullopt, places);
}

Table questions_table(std::span<const Calibration> questions) {
  Table t;
  t.columns = {left("question", "question"),  left("asked", "what is stated"),
               left("verdict", "verdict"),    left("curve", "curve"),
               right("accounts", "accounts"), right("accounts_with", "with outcome"),
               right("judged", "accounts"),   right("judged_with", "with outcome")};
  add_interval_columns(t, "slope", "slope");
  add_interval_columns(t, "intercept", "intercept");
  t.columns.push_back(right("brier", "Brier"));
  t.columns.push_back(right("brier_base", "one rate"));
  t.columns.push_back(right("brier_gain", "Brier saved"));
  t.columns.push_back(right("log_loss", "log loss"));
  t.columns.push_back(left("until", "outcomes up to"));
  for (const Calibration& c : questions) {
    Cell verdict = words(verdict_words(c));
    verdict.value = std::string(validate::word(c.verdict));
    verdict.text = verdict_words(c).english();
    std::vector<Cell> row{{std::string(validate::word(c.question))},
                          words(judged_words(c)),
                          std::move(verdict),
                          text_cell(method(c)),
                          count(c.accounts),
                          count(c.accounts_with),
                          count(c.judged.accounts),
                          count(c.judged.accounts_with)};
    add_interval(row, c.judged.slope, false, 2);
    add_interval(row, c.judged.intercept, false, 2);
    row.push_back(real(c.judged.brier, 4));
    row.push_back(real(c.judged.brier_base, 4));
    const bool both = c.judged.brier && c.judged.brier_base;
    row.push_back(number_cell(both, both ? *c.judged.brier_base - *c.judged.brier : 0, 4));
    row.push_back(real(c.judged.log_loss, 4));
    row.push_back(text_cell(c.cases == 0 ? "" : c.until.iso()));
    t.rows.push_back(std::move(row));
  }
  hide_in_text(t, {"question", "curve", "accounts", "accounts_with", "judged", "intercept", "intercept_low", "brier",
                   "brier_base", "log_loss", "until"});
  t.columns[1].max_width = 40;
  return t;
}

// What a score means, as it says of an account that did not change and (churn) whose renewal is within the horizon.
Table scores_table_of(const Calibration& c) {
  Table t;
  t.columns = {right("score", "score")};
  const bool split = c.curve.with_renewal && !c.curve.isotonic();
  add_interval_columns(t, "probability", split ? "renewal in time" : "probability");
  if (split) add_interval_columns(t, "probability_later", "renewal later");
  for (int32_t score = 1000; score <= 9000; score += 1000) {
    const int32_t soon = c.question == Question::renewal ? 30 : split ? c.horizon : validate::kNoDays;
    const auto add = [&](std::vector<Cell>& row, int32_t to_renewal) {
      const auto chance = validate::chance_of(c, {score, 0, to_renewal});
      if (chance) {
        add_interval(row, {chance->p, chance->low, chance->high}, true, 1);
      } else {
        add_interval(row, {}, true, 1);
      }
    };
    std::vector<Cell> row{points(score)};
    add(row, soon);
    if (split) add(row, c.horizon + 1);
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table remaps_table(std::span<const Calibration> questions) {
  Table t;
  t.columns = {left("question", "question"),
               left("from", "from"),
               left("until", "to"),
               right("cases", "account-days"),
               right("accounts_with", "with it"),
               right("map_intercept", "intercept"),
               right("map_slope", "slope"),
               right("since_brier", "Brier before")};
  for (const Calibration& c : questions) {
    if (!c.since) continue;
    const bool learnt = c.remap.from.has_value();
    t.rows.push_back({{std::string(validate::word(c.question))},
                      text_cell(learnt ? c.remap.from->iso() : ""),
                      text_cell(learnt ? c.remap.until->iso() : ""),
                      count(c.since->cases),
                      count(c.since->accounts_with),
                      number_cell(learnt, c.remap.intercept, 3),
                      number_cell(learnt, c.remap.slope, 3),
                      real(c.since->brier, 4)});
  }
  return t;
}

Finding refusal(const Calibration& c) {
  const std::string what = question_word(c.question);
  const auto& j = c.judged;
  switch (c.verdict) {
    case Verdict::too_few:
      if (j.accounts_with >= validate::kFewestOutcomes) {
        return {
            true, "uncalibrated-too-few",
            say("{}: rank only. It happened nearly always: {} account-days without it could be judged, {} are needed",
                what, j.cases - j.outcomes, validate::kFewestOutcomes),
            "use the order of the scores until more has happened"};
      }
      return {true, "uncalibrated-too-few",
              say("{}: rank only. {} accounts with it could be judged, {} are needed", what, j.accounts_with,
                  validate::kFewestOutcomes),
              "use the order of the scores until more has happened"};
    case Verdict::wrong_way:
      return {true, "uncalibrated-wrong-way", say("{}: rank only. A better score goes with a worse outcome", what),
              "`kenko backtest` says which metrics point the wrong way"};
    case Verdict::slope_off:
      return {true, "uncalibrated-slope",
              say("{}: rank only. The slope of what happened on what was stated is {}, far from 1", what,
                  j.slope.value ? fixed(*j.slope.value, 2) : std::string("unknown")),
              "the score means something else over time; `kenko backtest` shows it by day"};
    case Verdict::no_better:
      return {true, "uncalibrated-no-better",
              say("{}: rank only. Probabilities from the score were no better than the same rate for everybody "
                  "(Brier {} against {})",
                  what, fixed(j.brier.value_or(0), 4), fixed(j.brier_base.value_or(0), 4)),
              "use the order of the scores"};
    default:
      return {false, "uncalibrated-no-facts", say("{}: no fact speaks of it", what), ""};
  }
}

void add_findings(const Calibration& c, bool remapped, std::vector<Finding>& out) {
  const std::string what = question_word(c.question);
  if (!c.usable()) {
    out.push_back(refusal(c));
  } else {
    const auto& j = c.judged;
    out.push_back(
        {false, "calibrated",
         say(too_extreme(c) || too_mild(c)
                 ? "{}: roughly calibrated. Stated forward on {} account-days, what happened follows what was stated "
                   "with "
                   "slope {} ({} to {}); 1 is right"
                 : "{}: calibrated. Stated forward on {} account-days, what happened follows what was stated with "
                   "slope {} ({} to {}); 1 is right",
             what, text::grouped(j.cases), fixed(*j.slope.value, 2), fixed(*j.slope.low, 2), fixed(*j.slope.high, 2)),
         ""});
  }
  if (c.left_out > 0) {
    out.push_back({false, "calibrated-on-later-days",
                   say("{}: {} account-days are not learnt from: less than {} days of data lay behind them", what,
                       text::grouped(c.left_out), c.horizon),
                   ""});
  }
  if (c.usable() && (too_extreme(c) || too_mild(c))) {
    out.push_back({true, too_extreme(c) ? "probabilities-too-extreme" : "probabilities-too-mild",
                   too_extreme(c) ? say("{}: what was stated was too extreme: the slope's interval lies below 1", what)
                                  : say("{}: what was stated was too mild: the slope's interval lies above 1", what),
                   "run `kenko calibrate` every month: two numbers follow what happened"});
  }
  if (!remapped || !c.since) return;
  if (!c.remap.from) {
    out.push_back({false, "not-remapped",
                   say("{}: since the curve was made {} accounts had the outcome; the two numbers that follow what "
                       "happens are learnt from {} on",
                       what, c.since->accounts_with, validate::kFewestOutcomes),
                   ""});
  } else {
    out.push_back(
        {false, "remapped",
         say("{}: the curve is that of {}; the outcomes since ({} accounts) turn its log odds by {} and "
             "stretch them by {}",
             what, c.until.iso(), c.remap.accounts_with, fixed(c.remap.intercept, 2), fixed(c.remap.slope, 2)),
         "`kenko calibrate --refit` learns new curves"});
  }
}

}  // namespace

std::vector<Highlight> calibration_highlights(std::span<const Calibration> questions) {
  std::vector<Highlight> out;
  for (const Calibration& c : questions) {
    if (c.verdict == Verdict::no_data) continue;
    out.push_back({verdict_words(c), judged_words(c)});
  }
  return out;
}

Sentence asked_words(const Calibration& c) {
  switch (c.question) {
    case Question::churn:
      return say("{} within {} days", c.label.empty() ? c.outcome : c.label, c.horizon);
    case Question::renewal:
      return "renews on the next renewal day";
    case Question::expansion:
      return say("expands within {} days", c.horizon);
  }
  return {};
}

std::vector<Section> calibration_sections(std::span<const Calibration> questions) {
  std::vector<Section> out;
  out.push_back({"questions", "What is stated, and whether it may be believed", questions_table(questions),
                 "Judged on later days than those that taught: slope 1 = it happened as often as was stated; Brier "
                 "score saved = by "
                 "how much better than one rate for everybody."});
  for (const Calibration& c : questions) {
    const std::string key(validate::word(c.question));
    if (c.usable()) {
      const bool split = c.curve.with_renewal && !c.curve.isotonic();
      out.push_back(
          {key + "_by_score", say("What a score means: {}", question_word(c.question)), scores_table_of(c),
           split ? say("Of an account whose score did not change, and whose renewal falls within {} days or later.",
                       c.horizon)
                 : Sentence("Of an account whose score did not change.")});
    }
    if (!c.judged.bins.empty() && c.verdict != Verdict::too_few) {
      out.push_back(
          {key + "_reliability", say("Stated against happened: {}", question_word(c.question)),
           reliability_table(c.judged.bins),
           c.question == Question::renewal ? Sentence("Stated and counted: that it is not renewed.") : Sentence()});
    }
  }
  Table remaps = remaps_table(questions);
  if (!remaps.rows.empty()) out.push_back({"remaps", "Outcomes since the curves were made", std::move(remaps)});
  return out;
}

std::vector<Finding> calibration_findings(std::span<const Calibration> questions, bool remapped) {
  std::vector<Finding> out;
  for (const Calibration& c : questions) add_findings(c, remapped, out);
  return out;
}

}  // namespace kenko::report
