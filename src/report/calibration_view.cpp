#include "report/calibration_view.h"

#include <fmt/format.h>

#include <utility>

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

Sentence verdict_words(Verdict verdict) {
  switch (verdict) {
    case Verdict::calibrated:
      return "calibrated";
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
  t.columns = {left("question", "question"), left("asked", "what is stated"), left("verdict", "verdict"),
               left("curve", "curve"),       right("accounts", "accounts"),   right("accounts_with", "with it"),
               right("judged", "judged"),    right("judged_with", "with it")};
  add_interval_columns(t, "slope", "slope");
  add_interval_columns(t, "intercept", "intercept");
  t.columns.push_back(right("brier", "Brier"));
  t.columns.push_back(right("brier_base", "one rate"));
  t.columns.push_back(right("log_loss", "log loss"));
  t.columns.push_back(left("until", "outcomes up to"));
  for (const Calibration& c : questions) {
    Cell verdict = words(verdict_words(c.verdict));
    verdict.value = std::string(validate::word(c.verdict));
    verdict.text = verdict_words(c.verdict).english();
    std::vector<Cell> row{{std::string(validate::word(c.question))},
                          words(asked_words(c)),
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
    row.push_back(real(c.judged.log_loss, 4));
    row.push_back(text_cell(c.cases == 0 ? "" : c.until.iso()));
    t.rows.push_back(std::move(row));
  }
  hide_in_text(t,
               {"question", "curve", "accounts", "accounts_with", "intercept", "intercept_low", "log_loss", "until"});
  return t;
}

// What a score means, as it says of an account that did not change and (churn) whose renewal is within the horizon.
Table scores_table_of(const Calibration& c) {
  Table t;
  t.columns = {right("score", "score")};
  const bool split = c.curve.with_renewal && !c.curve.isotonic();
  add_interval_columns(t, "probability", split ? "renews in time" : "probability");
  if (split) add_interval_columns(t, "probability_later", "renews later");
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
  const std::string_view what = validate::word(c.question);
  const auto& j = c.judged;
  switch (c.verdict) {
    case Verdict::too_few:
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
  const std::string_view what = validate::word(c.question);
  if (!c.usable()) {
    out.push_back(refusal(c));
  } else {
    const auto& j = c.judged;
    out.push_back(
        {false, "calibrated",
         say("{}: calibrated. Stated forward on {} account-days, what happened follows what was stated with "
             "slope {} ({} to {}); 1 is right",
             what, text::grouped(j.cases), fixed(*j.slope.value, 2), fixed(*j.slope.low, 2), fixed(*j.slope.high, 2)),
         ""});
  }
  const auto& slope = c.judged.slope;
  if (c.usable() && slope.low && slope.high && (*slope.high < 1 || *slope.low > 1)) {
    out.push_back({true, *slope.high < 1 ? "probabilities-too-extreme" : "probabilities-too-mild",
                   *slope.high < 1 ? say("{}: what was stated was too extreme: the slope's interval lies below 1", what)
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
  out.push_back({"questions", "What is stated, and whether it may be believed", questions_table(questions)});
  for (const Calibration& c : questions) {
    const std::string key(validate::word(c.question));
    if (c.usable()) out.push_back({key + "_by_score", say("{}: what a score means", key), scores_table_of(c)});
    if (!c.judged.bins.empty()) {
      out.push_back({key + "_reliability", say("{}: what was stated, against what happened", key),
                     reliability_table(c.judged.bins)});
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
