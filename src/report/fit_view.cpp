#include "report/fit_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "report/band_chip.h"
#include "report/cells.h"
#include "validate/backtest.h"

namespace kenko::report {
namespace {

using fit::FitResult;

Table measures_table(const FitResult& r) {
  const fit::Judgement& j = r.judgement;
  Table t;
  t.columns = {left("measure", "measure")};
  add_interval_columns(t, "before", "before");
  add_interval_columns(t, "after", "after");
  add_interval_columns(t, "difference", "difference");
  t.columns.push_back(left("meaning", "what it says"));
  t.columns.back().max_width = -1;
  const auto add = [&](const char* name, const stats::PairedEstimate& both, bool share, int places, Sentence meaning) {
    if (!both.before.value && !both.after.value) return;
    std::vector<Cell> row{measure(name)};
    for (const stats::Estimate* e : {&both.before, &both.after, &both.difference}) add_interval(row, *e, share, places);
    row.push_back(words(std::move(meaning)));
    t.rows.push_back(std::move(row));
  };
  const std::string top = fmt::format("{:.0f}", 100 * j.capacity);
  add("auc_within", j.auc_within, false, 3, "area under the curve within one as-of day; 0.5 = chance");
  add("auc", j.auc, false, 3, "the same, all days in one pot");
  add("average_precision", j.average_precision, false, 3, "area under precision and recall");
  add("log_loss", j.log_loss, false, 4, "of probabilities learnt on the earlier days; lower is better");
  add("precision", j.precision, true, 1, say("of the {} % with the lowest scores, so many had the outcome", top));
  add("recall", j.recall, true, 1, say("of those with the outcome, so many were among these {} %", top));
  add("arr_recall", j.amount_recall, true, 1, "of the ARR of those with the outcome");
  hide_in_text(t, {"before_low", "before_high", "after_low", "after_high"});
  return t;
}

Table metrics_table(const FitResult& r) {
  Table t;
  t.columns = {left("metric", "metric"),
               left("dimension", "dimension"),
               right("share_before", "share before"),
               right("share_after", "after"),
               right("weight_before", "weight before"),
               right("weight_after", "after"),
               right("loss_without", "loss saved"),
               left("remark", "remark")};
  t.columns[0].max_width = 32;
  t.columns.back().max_width = -1;
  std::vector<const fit::MetricChange*> order;
  for (const fit::MetricChange& m : r.fit.metrics) order.push_back(&m);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->share_after > b->share_after; });
  for (const fit::MetricChange* m : order) {
    const plan::Metric& before = r.before.metrics[m->metric];
    const plan::Metric& after = r.fit.plan.metrics[m->metric];
    const bool added =
        std::any_of(r.added.begin(), r.added.end(), [&](const auto& a) { return a.name == before.name; });
    t.rows.push_back({{before.name},
                      {r.before.dimensions[*before.dimension].name},
                      added ? Cell{} : percent(m->share_before),
                      percent(m->share_after),
                      added ? Cell{} : real(before.weight.as_double(), 2),
                      real(after.weight.as_double(), 2),
                      real(m->loss_without, 5),
                      added        ? words("found by the search")
                      : m->useless ? words("could be dropped")
                                   : Cell{std::string()}});
  }
  return t;
}

std::string x_text(double x) { return fmt::format("{:.6g}", x); }

// The points of one curve that changed, in the order of its values.
void add_curve(Table& t, const std::string& metric, const std::string& where, const plan::Curve& before,
               const plan::Curve& after) {
  if (before == after) return;
  const auto add = [&](std::string at, int64_t was, int64_t is) {
    t.rows.push_back({{metric},
                      where.empty() ? Cell{} : Cell{where},
                      {std::move(at)},
                      real(static_cast<double>(was) / 1e6, 0),
                      real(static_cast<double>(is) / 1e6, 0)});
  };
  for (size_t i = 0; i < before.points.size(); ++i) {
    add(x_text(before.points[i].x), before.points[i].points_micros, after.points[i].points_micros);
  }
  for (size_t i = 0; i < before.categories.size(); ++i) {
    add(before.categories[i].value, before.categories[i].points_micros, after.categories[i].points_micros);
  }
  if (before.other) add("other", *before.other, *after.other);
  if (before.half != after.half) {
    t.rows.push_back(
        {{metric}, where.empty() ? Cell{} : Cell{where}, {"half"}, real(before.half, 2), real(after.half, 2)});
  }
  if (before.each_micros != after.each_micros) add("each", before.each_micros, after.each_micros);
}

Table curves_table(const FitResult& r) {
  Table t;
  t.columns = {left("metric", "metric"), left("where", "where"), right("value", "value"),
               right("before", "points before"), right("after", "after")};
  for (size_t m = 0; m < r.before.metrics.size(); ++m) {
    const plan::Metric& before = r.before.metrics[m];
    add_curve(t, before.name, "", before.curve, r.fit.plan.metrics[m].curve);
    const auto changes = [&](const std::vector<plan::Segment>& was, const std::vector<plan::Segment>& is) {
      for (size_t s = 0; s < was.size(); ++s) {
        for (size_t c = 0; c < was[s].changes.curves.size(); ++c) {
          if (was[s].changes.curves[c].first != m) continue;
          add_curve(t, before.name, was[s].name, was[s].changes.curves[c].second, is[s].changes.curves[c].second);
        }
      }
    };
    changes(r.before.segments, r.fit.plan.segments);
    changes(r.before.life_stages, r.fit.plan.life_stages);
  }
  const bool somewhere = std::any_of(t.rows.begin(), t.rows.end(), [](const auto& row) {
    return !std::holds_alternative<std::monostate>(row[1].value);
  });
  if (!somewhere) hide_in_text(t, {"where"});
  return t;
}

Table added_table(const FitResult& r) {
  Table t;
  t.columns = {left("metric", "metric"), left("dimension", "dimension"), left("label", "what it measures"),
               left("value", "value")};
  t.columns.back().max_width = -1;
  for (const fit::AddedMetric& m : r.added) t.rows.push_back({{m.name}, {m.dimension}, {m.label}, {m.expression}});
  return t;
}

Cell rate(int64_t outcomes, int64_t rows) {
  if (rows == 0) return {};
  return percent(static_cast<double>(outcomes) / static_cast<double>(rows));
}

Table bands_table(const FitResult& r) {
  Table t;
  t.columns = {left("band", "band"),         right("from_before", "from, before"),
               right("from_after", "after"), right("rows_before", "account-days before"),
               right("rows_after", "after"), right("rate_before", "with outcome before"),
               right("rate_after", "after")};
  std::vector<std::string> names;
  for (const fit::BandOfBoth& b : r.judgement.bands) names.push_back(b.name);
  for (const fit::BandOfBoth& b : r.judgement.bands) {
    t.rows.push_back({band_cell(b.name, names), b.from_before ? points(*b.from_before) : Cell{},
                      b.from_after ? points(*b.from_after) : Cell{}, count(b.rows_before), count(b.rows_after),
                      rate(b.outcomes_before, b.rows_before), rate(b.outcomes_after, b.rows_after)});
  }
  return t;
}

Table days_table(const FitResult& r) {
  Table t;
  t.columns = {left("as_of", "as of"), right("rows", "accounts"), right("outcomes", "with outcome"),
               right("before", "AUC before"), right("after", "AUC after")};
  for (const validate::PairedDay& d : r.judgement.days) {
    t.rows.push_back({{d.day.iso()}, count(d.rows), count(d.outcomes), real(d.before, 3), real(d.after, 3)});
  }
  return t;
}

Table strengths_table(const FitResult& r) {
  Table t;
  t.columns = {left("moves", "what may move"), right("effective", "worth parameters"), right("log_loss", "log loss"),
               left("chosen", "chosen")};
  for (const fit::Trial& trial : r.fit.chosen.trials) {
    t.rows.push_back({trial.hold.everything()     ? words("nothing: the author's numbers")
                      : trial.hold.moves_curves() ? words("weights and curves")
                                                  : words("weights"),
                      real(trial.effective, 1),
                      r.fit.chosen.folds == 0 ? Cell{} : real(trial.log_loss, 5),
                      {trial.chosen, Tone::plain, trial.chosen ? "chosen" : " "}});
  }
  return t;
}

}  // namespace

std::vector<Section> fit_sections(const FitResult& r) {
  std::vector<Section> out;
  out.push_back({"measures", "Before and after, on days that neither has seen", measures_table(r)});
  const auto add = [&](const char* key, Sentence title, Table table, Sentence note = {}) {
    if (!table.rows.empty()) out.push_back({key, std::move(title), std::move(table), std::move(note)});
  };
  add("days", "By as-of day", days_table(r));
  add("metrics", "What each metric weighs", metrics_table(r),
      "Share of the score before and after; log loss that it saves on other customers: around 0, the score does as "
      "well "
      "without it.");
  add("added", say("Found by the search, of {} metrics that the facts support", r.candidates), added_table(r));
  add("curves", "Curves that changed", curves_table(r));
  add("bands", "Bands, on the judged days", bands_table(r));
  add("strengths", "How far the numbers may leave the author's", strengths_table(r),
      r.fit.chosen.ordered
          ? say("Tried on {} folds of other customers on later days: the lower the log loss, the better.",
                r.fit.chosen.folds)
          : say("Tried on {} folds of other customers: the lower the log loss, the better.", r.fit.chosen.folds));
  return out;
}

std::vector<Highlight> fit_highlights(const FitResult& r) {
  const fit::Judgement& j = r.judgement;
  std::vector<Highlight> out;
  const Highlight judged{text::grouped(j.accounts_with), "accounts with the outcome on days that neither has seen"};
  const auto moved = [&] {
    const auto chosen = std::find_if(r.fit.chosen.trials.begin(), r.fit.chosen.trials.end(),
                                     [](const fit::Trial& t) { return t.chosen; });
    if (chosen == r.fit.chosen.trials.end() || chosen->hold.everything()) return Sentence("nothing");
    return chosen->hold.moves_curves() ? Sentence("weights and curves") : Sentence("weights");
  };
  if (j.accounts_with < validate::kFewestOutcomes) {
    out.push_back(judged);
    add_too_few(out, j.accounts_with);
  } else {
    if (j.auc_within.before.value && j.auc_within.after.value) {
      out.push_back({say("{} → {}", fmt::format("{:.3f}", *j.auc_within.before.value),
                         fmt::format("{:.3f}", *j.auc_within.after.value)),
                     "AUC within a day, before and after, on days that neither has seen"});
    }
    add_highlight(out, j.auc_within.difference, 3, false, "difference");
    out.push_back(judged);
  }
  out.push_back({moved(), "what moved"});
  return out;
}

std::vector<Sentence> fit_head(const FitResult& r) {
  std::vector<Sentence> out;
  const std::string outcome =
      r.outcome_label == r.outcome ? r.outcome : fmt::format("{} ({})", r.outcome, r.outcome_label);
  out.push_back(r.gap > 0 ? say("Fit of model {}: outcome {} within {} days, after a gap of {}", r.model, outcome,
                                r.horizon, r.gap)
                          : say("Fit of model {}: outcome {} within {} days", r.model, outcome, r.horizon));
  out.push_back(say("Learnt from {} as-of days, {} to {}: {} account-days, {} accounts with the outcome", r.train_days,
                    r.first_train.iso(), r.last_train.iso(), text::grouped(r.train_rows),
                    text::grouped(r.fit.accounts_with)));
  out.push_back(say("Judged on {} as-of days, {} to {}: {} account-days, {} accounts with the outcome", r.judged_days,
                    r.first_judged.iso(), r.last_judged.iso(), text::grouped(r.judgement.rows),
                    text::grouped(r.judgement.accounts_with)));
  if (r.between_rows > 0) {
    out.push_back(say("Left out between them: {} account-days whose horizon reaches into the judged days",
                      text::grouped(r.between_rows)));
  }
  return out;
}

}  // namespace kenko::report
