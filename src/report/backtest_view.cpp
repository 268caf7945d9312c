#include "report/backtest_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "report/band_chip.h"
#include "report/cells.h"
#include "stats/proportion.h"

namespace kenko::report {
namespace {

using stats::Estimate;
using validate::Backtest;
using validate::Panel;

// Columns of money are of use to who has told what customers pay.
bool has_money(const Panel& panel) {
  return std::any_of(panel.arr.begin(), panel.arr.end(), [](int64_t arr) { return arr != validate::kNoAmount; });
}
Table measures_table(const Panel& panel, const Backtest& b) {
  Table t;
  t.columns = {left("measure", "measure")};
  add_interval_columns(t, "value", "value");
  t.columns.push_back(left("meaning", "what it says"));
  t.columns.back().max_width = -1;
  const auto add = [&](const char* name, const Estimate& e, bool share, int places, Sentence meaning) {
    std::vector<Cell> row{measure(name)};
    add_interval(row, e, share, places);
    row.push_back(words(std::move(meaning)));
    t.rows.push_back(std::move(row));
  };
  const std::string top = fmt::format("{:.0f}", 100 * b.options.capacity);
  add("auc_within", b.all.auc_within, false, 3, "area under the curve within one as-of day; 0.5 = chance");
  add("auc", b.all.auc, false, 3, "the same, all days in one pot");
  const double rate = b.all.rows > 0 ? static_cast<double>(b.all.outcomes) / static_cast<double>(b.all.rows) : 0;
  add("average_precision", b.all.average_precision, false, 3,
      say("area under precision and recall; chance gives {}", fmt::format("{:.3f}", rate)));
  if (!panel.absence) add("concordance", b.all.concordance, false, 3, "who left sooner had the lower score");
  add("precision", b.all.precision, true, 1, say("of the {} % with the lowest scores, so many had the outcome", top));
  add("recall", b.all.recall, true, 1, "of those with the outcome, so many were among them");
  add("lift", b.all.lift, false, 2, "times as many as among all");
  if (has_money(panel)) add("arr_recall", b.all.amount_recall, true, 1, "of the ARR of those with the outcome");
  if (b.untreated.rows != b.all.rows) {
    add("auc_untreated", b.untreated.auc_within, false, 3,
        say("within one as-of day, the {} rows alone that nobody worked on", text::grouped(b.untreated.rows)));
  }
  if (b.auc_without_ours.value) {
    add("auc_without_ours", b.auc_without_ours, false, 3,
        "within one as-of day, by the score without the metrics that are ours");
  }
  if (b.auc_without_ours.value && b.ours_rows != b.all.rows) {
    add("auc_with_ours", b.auc_with_ours, false, 3,
        say("the score itself on the {} account-days whose score without them is known exactly",
            text::grouped(b.ours_rows)));
  }
  if (b.forward.rows > 0) {
    add("brier", {b.forward.brier, {}, {}}, false, 4,
        say("squared error of probabilities stated forward; one rate for everybody gives {}",
            fmt::format("{:.4f}", b.forward.brier_base.value_or(0))));
    add("brier_gain", b.forward.brier_gain, false, 4, "by so much it is smaller than that of one rate for everybody");
    add("log_loss", {b.forward.log_loss, {}, {}}, false, 4, "their log loss");
    add("calibration_slope", b.forward.slope, false, 2, "1 = right, below 1 = too extreme");
    add("calibration_intercept", b.forward.intercept, false, 2, "0 = right");
  }
  return t;
}

Table bands_table(const Panel& panel, const Backtest& b) {
  Table t;
  t.columns = {left("band", "band"), right("rows", "account-days"), right("outcomes", "with outcome")};
  add_interval_columns(t, "rate", "rate");
  t.columns.push_back(right("arr", "ARR"));
  t.columns.push_back(right("arr_lost", "of that with outcome"));
  std::vector<std::string> names;
  for (const validate::BandLine& line : b.bands) names.push_back(line.name);
  for (const validate::BandLine& line : b.bands) {
    std::vector<Cell> row{band_cell(line.name, names), count(line.rows), count(line.outcomes)};
    add_interval(row, line.rate, true, 1);
    row.push_back(money(line.arr));
    row.push_back(money(line.arr_lost));
    t.rows.push_back(std::move(row));
  }
  if (!has_money(panel)) hide_in_text(t, {"arr", "arr_lost"});
  return t;
}

Table cutoffs_table(const Panel& panel, const Backtest& b) {
  Table t;
  t.columns = {right("cutoff", "below"),  right("found", "found"),         right("false_alarms", "false alarms"),
               right("missed", "missed"), right("arr_found", "ARR found"), right("arr_missed", "ARR missed")};
  add_interval_columns(t, "precision", "right");
  t.columns.push_back(right("lead_days", "lead, days"));
  for (const validate::CutoffLine& line : b.cutoffs) {
    std::vector<Cell> row{points(line.cutoff), count(line.found),     count(line.false_alarms),
                          count(line.missed),  money(line.arr_found), money(line.arr_missed)};
    add_interval(row, line.precision, true, 1);
    row.push_back(real(line.lead_median, 0));
    t.rows.push_back(std::move(row));
  }
  if (!has_money(panel)) hide_in_text(t, {"arr_found", "arr_missed"});
  if (panel.absence) hide_in_text(t, {"lead_days"});
  return t;
}

Table parts_table(const std::vector<validate::PartLine>& parts, const char* key, const char* title) {
  Table t;
  t.columns = {left(key, title), right("rows", "accounts"), right("outcomes", "with outcome"), right("rate", "rate")};
  add_interval_columns(t, "auc", "AUC");
  for (const validate::PartLine& line : parts) {
    std::optional<double> rate;
    if (line.rows > 0) rate = static_cast<double>(line.outcomes) / static_cast<double>(line.rows);
    std::vector<Cell> row{{line.name}, count(line.rows), count(line.outcomes), percent(rate)};
    add_interval(row, line.auc, false, 3);
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table paths_table(const Backtest& b) {
  Table t;
  t.columns = {right("days_before", "days before"),      right("leavers", "left"),
               right("leavers_mean", "score"),           right("stayers_mean", "like them"),
               right("leavers_change", "30-day change"), right("stayers_change", "like them"),
               right("fell_and_left", "fell so, left"),  right("fell_and_stayed", "fell so, stayed")};
  for (const validate::PathLine& line : b.paths) {
    t.rows.push_back({count(line.days_before), count(line.leavers), real(line.leavers_mean, 2),
                      real(line.stayers_mean, 2), real(line.leavers_change, 2), real(line.stayers_change, 2),
                      count(line.fell_and_left), count(line.fell_and_stayed)});
  }
  return t;
}

Table metrics_table(const Backtest& b) {
  Table t;
  t.columns = {left("metric", "metric"), right("covered", "seen")};
  t.columns[0].max_width = 32;
  add_interval_columns(t, "auc", "AUC alone");
  t.columns.push_back(left("ours", "ours"));
  t.columns.push_back(left("alike", "most like"));
  t.columns.back().max_width = 32;
  t.columns.push_back(right("alike_by", "by"));
  for (const validate::MetricLine& line : b.metrics) {
    std::vector<Cell> row{{line.name}, percent(line.covered, 0)};
    add_interval(row, line.auc, false, 3);
    row.push_back({line.ours, Tone::plain, line.ours ? "yes" : " "});
    row.push_back(line.alike.empty() ? Cell{} : Cell{line.alike});
    row.push_back(line.alike.empty() ? Cell{} : real(line.alike_by, 2));
    t.rows.push_back(std::move(row));
  }
  return t;
}

std::string metric_names(const Panel& panel, const std::vector<uint32_t>& metrics) {
  std::vector<std::string> names;
  for (const uint32_t m : metrics) names.push_back(panel.metrics[m]);
  return text::join(names, ", ");
}

Table misses_table(const Panel& panel, const Backtest& b) {
  Table t;
  t.columns = {left("account", "account"),
               left("as_of", "as of"),
               right("score", "score"),
               right("days_to_outcome", "days to it"),
               right("arr", "ARR"),
               left("reason", "reason given"),
               left("good", "what looked good")};
  t.columns.back().max_width = -1;
  for (const validate::MissLine& line : b.misses) {
    t.rows.push_back({{panel.accounts[line.account]},
                      {line.as_of.iso()},
                      points(line.score),
                      line.to_outcome == validate::kNoDays ? Cell{} : count(line.to_outcome),
                      line.arr == validate::kNoAmount ? Cell{} : money(line.arr),
                      line.reason.empty() ? Cell{} : Cell{line.reason},
                      {metric_names(panel, line.best)}});
  }
  return t;
}

Table exclusions_table(const Panel& panel) {
  Table t;
  t.columns = {left("reason", "left out"), right("rows", "account-days"), left("meaning", "because they")};
  for (size_t e = 0; e < validate::kExclusions; ++e) {
    int64_t rows = 0;
    for (const auto& day : panel.excluded) rows += day[e];
    if (rows == 0) continue;
    const auto exclusion = static_cast<validate::Exclusion>(e);
    t.rows.push_back(
        {{std::string(validate::word(exclusion))}, count(rows), words(std::string(validate::words(exclusion)))});
  }
  return t;
}

}  // namespace

std::vector<Section> backtest_sections(const Panel& panel, const Backtest& b) {
  std::vector<Section> out;
  out.push_back({"measures", "How well it foretells", measures_table(panel, b)});
  const auto add = [&](const char* key, Sentence title, Table table, Sentence note = {}) {
    if (!table.rows.empty()) out.push_back({key, std::move(title), std::move(table), std::move(note)});
  };
  add("bands", "By band", bands_table(panel, b),
      b.trend_p ? say("Test of a trend from band to band, over accounts: p = {}", fmt::format("{:.2g}", *b.trend_p))
                : Sentence());
  add("cutoffs", "Acting on every score below a cut-off", cutoffs_table(panel, b),
      "In account-days: found and missed had the outcome, false alarms had not; right = of all alarms, so many.");
  add("days", "By as-of day", parts_table(b.days, "as_of", "as of"));
  add("segments", "By segment", parts_table(b.segments, "segment", "segment"));
  add("paths", "The way there", paths_table(b),
      "Mean scores before the decision to leave, and of accounts like them: same day, segment and days to renewal. Of "
      "all "
      "that fell as far in 30 days, so many left and so many stayed.");
  add("metrics", "Each metric alone", metrics_table(b),
      "AUC alone: by its points only, 0.5 = chance, below it points the wrong way; seen = accounts that have it.");
  add("misses", "Missed", misses_table(panel, b),
      "They had the outcome, and stood in the best band on the last as-of day before.");
  add("reliability", "Probabilities stated forward, against what happened", reliability_table(b.forward.bins),
      "Stated on each day by what was certain then; a tenth of the cases in each row.");
  add("exclusions", "Account-days without a row", exclusions_table(panel));
  return out;
}

std::vector<Highlight> backtest_highlights(const Backtest& b) {
  const validate::Discrimination& all = b.all;
  std::vector<Highlight> out{
      {text::grouped(all.accounts_with), say("of {} accounts had the outcome", text::grouped(all.accounts))}};
  if (add_too_few(out, all.accounts_with)) return out;
  const std::string top = fmt::format("{:.0f}", 100 * b.options.capacity);
  add_highlight(out, all.auc_within, 3, false, "AUC within a day; 0.5 = chance");
  add_highlight(out, all.lift, 2, false, say("times as many outcomes among the lowest {} %", top));
  add_highlight(out, all.recall, 1, true, say("of the outcomes among the lowest {} %", top));
  if (b.forward.slope.value)
    add_highlight(out, b.forward.slope, 2, false, "calibration slope of probabilities; 1 = right");
  return out;
}

std::vector<Sentence> backtest_head(const Panel& panel, const Backtest& b) {
  const std::string outcome =
      panel.outcome_label == panel.outcome ? panel.outcome : fmt::format("{} ({})", panel.outcome, panel.outcome_label);
  std::vector<Sentence> out;
  if (panel.gap > 0) {
    out.push_back(say("Back-test of model {}: outcome {} within {} days, after a gap of {}", panel.model, outcome,
                      panel.horizon, panel.gap));
  } else {
    out.push_back(say("Back-test of model {}: outcome {} within {} days", panel.model, outcome, panel.horizon));
  }
  if (!panel.days.empty()) {
    out.push_back(say("{} as-of days from {} to {}, each with the facts known that day", panel.days.size(),
                      panel.days.front().iso(), panel.days.back().iso()));
  }
  out.push_back(say("{} account-days of {} accounts, {} with the outcome ({} accounts)", text::grouped(b.all.rows),
                    text::grouped(b.all.accounts), text::grouped(b.all.outcomes), text::grouped(b.all.accounts_with)));
  return out;
}

}  // namespace kenko::report
