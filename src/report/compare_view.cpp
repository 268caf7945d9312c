#include "report/compare_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "report/band_chip.h"
#include "report/cells.h"

namespace kenko::report {
namespace {

using stats::Estimate;
using validate::Comparison;
using validate::ModelEffect;
using validate::Paired;

Cell score_or_nothing(int32_t hundredths) { return hundredths < 0 ? Cell{} : points(hundredths); }

bool has_money(const ModelEffect& e) {
  return std::any_of(e.movers.begin(), e.movers.end(), [](const auto& m) { return m.arr != validate::kNoAmount; });
}

struct MeasureWords {
  std::string_view name;
  const char* meaning;
  int places;
  bool share;
};
constexpr MeasureWords kWords[] = {
    {"auc_within", "area under the curve within one as-of day; 0.5 = chance", 3, false},
    {"auc", "the same, all days in one pot", 3, false},
    {"average_precision", "area under precision and recall", 3, false},
    {"precision", "of the lowest scores, so many had the outcome", 1, true},
    {"recall", "of those with the outcome, so many were among them", 1, true},
    {"lift", "times as many as among all", 2, false},
    {"arr_recall", "of the ARR of those with the outcome", 1, true},
};

Cell value(const Estimate& e, const MeasureWords& w) {
  return w.share ? percent(e.value, w.places) : real(e.value, w.places);
}

Table measures_table(const Comparison& c) {
  Table t;
  t.columns = {left("measure", "measure"), right("before", "now"), right("after", "draft")};
  add_interval_columns(t, "difference", "difference");
  t.columns.push_back(left("meaning", "what it says"));
  t.columns.back().max_width = -1;
  if (!c.paired) return t;
  const bool paying = c.effect && has_money(*c.effect);
  for (const validate::PairedMeasure& m : c.paired->measures) {
    const auto* w = std::find_if(std::begin(kWords), std::end(kWords), [&](const auto& k) { return k.name == m.name; });
    if (w == std::end(kWords) || (w->name == "arr_recall" && !paying && !m.before.value.value_or(0))) continue;
    std::vector<Cell> row{measure(m.name), value(m.before, *w), value(m.after, *w)};
    add_interval(row, m.difference, w->share, w->places);
    row.push_back(words(w->meaning));
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table bands_table(const Comparison& c, const ModelEffect& e) {
  Table t;
  t.columns = {left("before", "now"), left("after", "draft"), right("accounts", "accounts"), right("arr", "ARR")};
  for (const validate::BandMove& m : e.bands) {
    t.rows.push_back(
        {band_cell(m.before, c.bands_before), band_cell(m.after, c.bands_after), count(m.accounts), money(m.arr)});
  }
  if (!has_money(e)) hide_in_text(t, {"arr"});
  return t;
}

Table movers_table(const Comparison& c, const ModelEffect& e) {
  Table t;
  t.columns = {left("account", "account"),  left("name", "name"),    right("before", "now"),
               left("band_before", "band"), right("after", "draft"), left("band_after", "band"),
               right("change", "change"),   right("arr", "ARR")};
  t.columns[0].max_width = 32;
  for (const validate::ScoreMove& m : e.movers) {
    const bool both = m.before >= 0 && m.after >= 0;
    t.rows.push_back({{m.account, Tone::plain, m.name},
                      m.name.empty() ? Cell{} : Cell{m.name},
                      score_or_nothing(m.before),
                      band_cell(m.band_before, c.bands_before),
                      score_or_nothing(m.after),
                      band_cell(m.band_after, c.bands_after),
                      both ? Cell{Fixed{m.after - m.before, 2, true}} : Cell{},
                      m.arr == validate::kNoAmount ? Cell{} : money(m.arr)});
  }
  if (!has_money(e)) hide_in_text(t, {"arr"});
  hide_in_text(t, {"name"});  // it stands in the place of the id
  return t;
}

Table days_table(const Paired& p) {
  Table t;
  t.columns = {left("as_of", "as of"), right("rows", "accounts"), right("outcomes", "with outcome"),
               right("before", "AUC now"), right("after", "AUC draft")};
  for (const validate::PairedDay& d : p.days) {
    t.rows.push_back({{d.day.iso()}, count(d.rows), count(d.outcomes), real(d.before, 3), real(d.after, 3)});
  }
  return t;
}

Table exclusions_table(const Paired& p) {
  Table t;
  t.columns = {left("reason", "left out"), right("before", "now"), right("after", "draft"),
               left("meaning", "because they")};
  for (const validate::PairedExclusion& e : p.exclusions) {
    t.rows.push_back({{std::string(validate::word(e.reason))},
                      count(e.before),
                      count(e.after),
                      words(std::string(validate::words(e.reason)))});
  }
  return t;
}

}  // namespace

std::vector<Section> compare_sections(const Comparison& c, size_t most_accounts) {
  std::vector<Section> out;
  const auto add = [&](const char* key, Sentence title, Table table, Sentence note = {}) {
    if (!table.rows.empty()) out.push_back({key, std::move(title), std::move(table), std::move(note)});
  };
  if (c.effect) {
    add("bands", say("Who changes band on {}", c.effect->as_of.iso()), bands_table(c, *c.effect),
        "Each by the cut-offs of its own model: where these moved, a lower score may be a better band.");
    Table movers = movers_table(c, *c.effect);
    const int64_t all = std::ssize(movers.rows);
    const bool cut = most_accounts > 0 && movers.rows.size() > most_accounts;
    if (cut) movers.rows.resize(most_accounts);
    add("accounts",
        cut ? say("The first {} of the {} accounts that change band", most_accounts, text::grouped(all))
            : Sentence("The accounts that change band"),
        std::move(movers));
  }
  out.push_back({"measures", "Which foretells better, on the same accounts and days", measures_table(c)});
  if (!c.paired) return out;
  add("days", "By as-of day", days_table(*c.paired));
  add("exclusions", "Account-days without a row", exclusions_table(*c.paired));
  return out;
}

std::vector<Highlight> compare_highlights(const Comparison& c) {
  std::vector<Highlight> out;
  if (c.effect) {
    out.push_back({text::grouped(std::ssize(c.effect->movers)),
                   say("of {} accounts change band on {}", text::grouped(c.scored), c.effect->as_of.iso())});
  }
  if (!c.paired || add_too_few(out, c.paired->accounts_with)) return out;
  for (const validate::PairedMeasure& m : c.paired->measures) {
    if (m.name != "auc_within" || !m.before.value || !m.after.value) continue;
    out.push_back({say("{} → {}", fmt::format("{:.3f}", *m.before.value), fmt::format("{:.3f}", *m.after.value)),
                   "AUC within a day, now and of the draft"});
    add_highlight(out, m.difference, 3, false, "difference");
  }
  out.push_back({text::grouped(c.paired->accounts_with), "accounts with the outcome"});
  return out;
}

std::vector<Sentence> compare_head(const Comparison& c) {
  std::vector<Sentence> out{say("{} (draft) against {} (now)", c.after, c.before)};
  if (!c.paired) return out;
  const Paired& p = *c.paired;
  out.push_back(p.gap > 0 ? say("Outcome {} within {} days, after a gap of {}", p.outcome, p.horizon, p.gap)
                          : say("Outcome {} within {} days", p.outcome, p.horizon));
  if (!p.days.empty()) {
    out.push_back(say("{} as-of days from {} to {}, each with the facts known that day", p.days.size(),
                      p.days.front().day.iso(), p.days.back().day.iso()));
  }
  out.push_back(say("{} account-days of {} accounts, {} with the outcome ({} accounts)", text::grouped(p.rows),
                    text::grouped(p.accounts), text::grouped(p.outcomes), text::grouped(p.accounts_with)));
  return out;
}

}  // namespace kenko::report
