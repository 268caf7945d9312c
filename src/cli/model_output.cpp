#include "cli/model_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace kenko::cli {
namespace {

using report::Align;
using report::Cell;
using report::Table;

Cell text_cell(const std::string& s) { return s.empty() ? Cell{} : Cell{s}; }
Cell score_cell(int32_t hundredths) { return hundredths < 0 ? Cell{} : Cell{report::Fixed{hundredths, 2}}; }

Cell change_cell(int32_t before, int32_t after) {
  const int32_t change = after - before;
  return {report::Fixed{change, 2, true}, change < 0 ? report::Tone::down : report::Tone::up};
}

// "1 account", "1,200 accounts".
std::string accounts_words(int64_t n) { return fmt::format("{} account{}", text::grouped(n), n == 1 ? "" : "s"); }

std::string band_word(const std::string& name) { return name.empty() ? "no band" : name; }

Table moves_table(const app::ModelEffect& effect) {
  Table t;
  t.columns = {{"account", "account", Align::left, 20, false}, {"name", "name", Align::left, 24, false},
               {"before", "before", Align::right, 0, false},   {"band_before", "", Align::left, 0, false},
               {"after", "after", Align::right, 0, false},     {"band_after", "", Align::left, 0, false},
               {"change", "change", Align::right, 0, false}};
  for (const app::ScoreMove& m : effect.largest) {
    t.rows.push_back({{m.account},
                      text_cell(m.name),
                      score_cell(m.before),
                      text_cell(m.band_before),
                      score_cell(m.after),
                      text_cell(m.band_after),
                      change_cell(m.before, m.after)});
  }
  return t;
}

// The mean change in hundredths, rounded half away from zero.
int64_t mean_change(const app::ModelEffect& e) {
  return e.both() == 0 ? 0 : std::llround(static_cast<double>(e.sum_hundredths) / static_cast<double>(e.both()));
}

std::string effect_text(const app::ModelEffect& e, const report::Terminal& terminal) {
  std::string out = fmt::format("\nWho is affected, as of {}\n\n", e.as_of.words());
  out += fmt::format("{} scored by both: {} up, {} down, {} unchanged", accounts_words(e.both()), text::grouped(e.up),
                     text::grouped(e.down), text::grouped(e.unchanged));
  if (e.both() > 0) out += fmt::format("; mean change {}", report::to_text(report::Fixed{mean_change(e), 2, true}));
  out += "\n";
  if (e.gained > 0) out += fmt::format("{} would have a score and have none now\n", accounts_words(e.gained));
  if (e.lost > 0) out += fmt::format("{} would have no score any more\n", accounts_words(e.lost));
  if (!e.bands.empty()) out += "\nBands\n\n";
  for (const app::BandMove& b : e.bands)
    out += fmt::format("  {} -> {}: {}\n", band_word(b.before), band_word(b.after), accounts_words(b.accounts));
  if (e.largest.empty()) return out;
  out += "\nThe largest changes\n\n";
  return out + report::to_text(moves_table(e), terminal);
}

std::string json_text(const std::string& s) { return report::json_value(report::Value{s}); }
std::string json_or_null(const std::string& s) { return s.empty() ? "null" : json_text(s); }
std::string json_number(int64_t n) { return report::json_value(report::Value{n}); }

// The rows of a table as a JSON array inside a document.
std::string json_array(const Table& t) {
  std::string out = report::to_json(t);
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

std::string effect_json(const app::ModelEffect& e) {
  Table bands;
  bands.columns = {{"before", ""}, {"after", ""}, {"accounts", ""}};
  for (const app::BandMove& b : e.bands) bands.rows.push_back({text_cell(b.before), text_cell(b.after), {b.accounts}});
  const std::string mean = e.both() == 0 ? "null" : report::json_value(report::Value{report::Fixed{mean_change(e), 2}});
  return fmt::format(
      "{{\"as_of\": \"{}\", \"up\": {}, \"down\": {}, \"unchanged\": {}, \"gained_score\": {}, \"lost_score\": {}, "
      "\"mean_change\": {},\n\"bands\": {},\n\"largest\": {}}}",
      e.as_of.iso(), e.up, e.down, e.unchanged, e.gained, e.lost, mean, json_array(bands), json_array(moves_table(e)));
}

}  // namespace

std::string change_text(const app::ModelChange& c, bool with_data, const report::Terminal& terminal) {
  std::string out = fmt::format("From {} to {}\n\n", c.before, c.after);
  std::string words;
  int64_t meanings = 0;
  for (const model::Difference& d : c.differences) {
    if (d.meaning) {
      out += text::wrap("  " + model::to_text(d), terminal.width, 4) + "\n";
      ++meanings;
    } else {
      words += text::wrap("  " + model::to_text(d), terminal.width, 4) + "\n";
    }
  }
  const bool same = c.fingerprint_before == c.fingerprint_after;
  if (meanings == 0) out += same ? "Nothing that changes a score.\n" : "No setting differs, but the fingerprints do.\n";
  if (!words.empty()) out += "\nOnly words and outcomes (no score changes by them)\n\n" + words;
  if (c.effect) return out + effect_text(*c.effect, terminal);
  if (with_data) out += "\nThere are no facts yet: whose score it changes cannot be said.\n";
  return out;
}

Table change_table(const app::ModelChange& c) {
  Table t;
  t.columns = {{"subject", "what", Align::left, 32, false},
               {"aspect", "aspect", Align::left, 24, false},
               {"before", "before", Align::left, 0, false},
               {"after", "after", Align::left, 0, false},
               {"changes_scores", "changes scores", Align::left, 0, false},
               {"text", "text", Align::left, 0, true}};
  for (const model::Difference& d : c.differences) {
    t.rows.push_back(
        {{d.subject}, text_cell(d.aspect), text_cell(d.before), text_cell(d.after), {d.meaning}, {model::to_text(d)}});
  }
  return t;
}

std::string change_json(const app::ModelChange& c) {
  return fmt::format(
      "{{\"before\": {}, \"after\": {}, \"fingerprint_before\": \"{}\", \"fingerprint_after\": \"{}\",\n"
      "\"differences\": {},\n\"effect\": {}}}\n",
      json_text(c.before), json_text(c.after), c.fingerprint_before.hex(), c.fingerprint_after.hex(),
      json_array(change_table(c)), c.effect ? effect_json(*c.effect) : "null");
}

std::string published_text(const app::PublishReport& r, const facts::Settings& settings) {
  const state::Publication& p = r.publication;
  const std::string active =
      r.active_before == p.model ? "" : fmt::format("kenko.yaml: the active model is {} now\n", p.model);
  const std::string day = settings.time_zone.day_of(p.at).iso();
  if (r.already) {
    return fmt::format("{} {} is published already: no. {}, {}, by {}: {}\n{}nothing was published\n{}", p.model,
                       p.fingerprint.hex().substr(0, 12), p.number, day, p.author, p.reason,
                       r.words_changed ? "its words have changed since, its meaning has not\n" : "", active);
  }
  std::string out = fmt::format("published {} as no. {}, fingerprint {}, by {}: {}\n", p.model, p.number,
                                p.fingerprint.hex().substr(0, 12), p.author, p.reason);
  if (p.scores_file.empty()) {
    out += "there are no facts yet, so there is no history of it\n";
  } else {
    out += fmt::format("{}: {} rows, {} to {}\n", p.scores_file, text::grouped(p.rows), p.first_day->iso(),
                       p.last_day->iso());
  }
  return out + active;
}

Table publications_table(const std::vector<state::Publication>& publications, const facts::Settings& settings) {
  Table t;
  t.columns = {{"number", "no.", Align::right, 0, false},
               {"day", "day", Align::left, 0, false},
               {"at", "at", Align::left, 0, true},
               {"model", "model", Align::left, 24, false},
               {"fingerprint", "fingerprint", Align::left, 0, false},
               {"author", "by", Align::left, 20, false},
               {"rows", "rows", Align::right, 0, false},
               {"reason", "why", Align::left, -1, false},
               {"scores_file", "file", Align::left, 0, true},
               {"first_day", "from", Align::left, 0, true},
               {"last_day", "to", Align::left, 0, true}};
  const auto day_cell = [](const std::optional<Day>& d) { return d ? Cell{d->iso()} : Cell{}; };
  for (const state::Publication& p : publications) {
    t.rows.push_back({{p.number},
                      {settings.time_zone.day_of(p.at).iso()},
                      {p.at.iso()},
                      {p.model},
                      {p.fingerprint.hex(), report::Tone::plain, p.fingerprint.hex().substr(0, 12)},
                      {p.author},
                      {p.rows},
                      {p.reason},
                      text_cell(p.scores_file),
                      day_cell(p.first_day),
                      day_cell(p.last_day)});
  }
  return t;
}

Table journey_table(const app::Journey& journey) {
  Table t;
  t.columns = {{"stage", "stage", Align::left, 24, false},
               {"accounts", "accounts", Align::right, 0, false},
               {"arr", "ARR", Align::right, 0, false},
               {"mean_score", "mean score", Align::right, 0, false},
               {"median_days", "median days", Align::right, 0, false},
               {"entered_28d", "entered", Align::right, 0, false},
               {"left_28d", "left", Align::right, 0, false}};
  const size_t fixed = t.columns.size();
  const auto column = [&](const std::string& band) {
    for (size_t i = fixed; i < t.columns.size(); ++i) {
      if (t.columns[i].title == band) return i;
    }
    t.columns.push_back({"band." + band, band, Align::right, 0, false});
    return t.columns.size() - 1;
  };
  for (const app::JourneyStage& s : journey.stages) {
    for (const auto& [band, accounts] : s.bands) static_cast<void>(column(band));
  }
  for (const app::JourneyStage& s : journey.stages) {
    std::vector<Cell> row(t.columns.size());
    const std::string shown = s.stage.empty() ? "(no stage)" : s.label.empty() ? s.stage : s.label;
    row[0] = {s.stage.empty() ? report::Value{} : report::Value{s.stage}, report::Tone::plain, shown};
    row[1] = {s.accounts};
    if (s.arr) {
      constexpr int64_t kCent = 10'000;
      row[2] = {report::Fixed{s.arr->micros / kCent, 2}, report::Tone::plain,
                text::grouped(s.arr->micros / (100 * kCent))};
    }
    if (s.scored > 0) {
      const double mean = static_cast<double>(s.sum_hundredths) / static_cast<double>(s.scored);
      row[3] = {report::Fixed{std::llround(mean), 2}};
    }
    if (s.median_days) row[4] = {int64_t{*s.median_days}};
    row[5] = {s.entered};
    row[6] = {s.left};
    for (size_t i = fixed; i < row.size(); ++i) row[i] = {int64_t{0}};
    for (const auto& [band, accounts] : s.bands) row[column(band)] = {accounts};
    t.rows.push_back(std::move(row));
  }
  return t;
}

std::string journey_text(const app::Journey& journey, const report::Terminal& terminal) {
  int64_t accounts = 0;
  for (const app::JourneyStage& s : journey.stages) accounts += s.accounts;
  return fmt::format("As of {}, model {}, {}\n\n", journey.as_of.words(), journey.model, accounts_words(accounts)) +
         report::to_text(journey_table(journey), terminal) +
         fmt::format("\nentered and left: in the last {} days; median days: in the stage so far\n", app::kJourneyDays);
}

Table spans_table(const std::vector<app::StageSpan>& spans) {
  Table t;
  const bool several = !spans.empty() && spans.back().life > 1;
  t.columns = {{"life", "life", Align::right, 0, !several},
               {"stage", "stage", Align::left, 24, false},
               {"from", "from", Align::left, 0, false},
               {"to", "to", Align::left, 0, false},
               {"days", "days", Align::right, 0, false},
               {"score_first", "score at entry", Align::right, 0, false},
               {"score_last", "score at exit", Align::right, 0, false}};
  for (const app::StageSpan& s : spans) {
    t.rows.push_back({{int64_t{s.life}},
                      {s.stage.empty() ? report::Value{} : report::Value{s.stage}, report::Tone::plain,
                       s.stage.empty() ? "(no stage)" : s.stage},
                      {s.first.iso()},
                      s.open ? Cell{{}, report::Tone::plain, "goes on"} : Cell{s.last.iso()},
                      {int64_t{s.last - s.first + 1}},
                      score_cell(s.score_first),
                      score_cell(s.score_last)});
  }
  return t;
}

std::string curve_json(const app::CurveView& v) {
  std::string out =
      fmt::format("{{\"model\": {}, \"metric\": {}, \"label\": {}, \"value\": {}, \"segment\": {}, \"kind\": \"{}\",\n",
                  json_text(v.model), json_text(v.metric), json_text(v.label), json_text(v.expression),
                  json_or_null(v.segment), v.kind);
  const auto points_table = [](const std::vector<app::CurvePoint>& points) {
    Table t;
    t.columns = {{"x", ""}, {"points", ""}};
    for (const app::CurvePoint& p : points)
      t.rows.push_back({{p.x}, p.points ? Cell{report::Fixed{*p.points, 6}} : Cell{}});
    return t;
  };
  out += fmt::format("\"points\": {},\n", json_array(points_table(v.marks)));
  if (!v.crowd) return out + fmt::format("\"as_of\": null,\n\"{}\": {}}}\n", v.words ? "words" : "bars", "[]");
  const app::CurveCrowd& c = *v.crowd;
  out += fmt::format(
      "\"as_of\": \"{}\", \"accounts\": {}, \"without_value\": {}, \"below\": {}, \"above\": {}, "
      "\"fewest_points\": {}, \"most_points\": {},\n",
      c.as_of.iso(), json_number(c.accounts), c.without_value, c.below, c.above, c.at_least_points, c.at_most_points);
  out += fmt::format("\"quartiles\": {},\n", json_array(points_table(c.quartiles)));
  return out + fmt::format("\"{}\": {}}}\n", v.words ? "words" : "bars", json_array(curve_table(v)));
}

Table curve_table(const app::CurveView& v) {
  Table t;
  if (v.words) {
    t.columns = {{"value", "value", Align::left, 32, false},
                 {"points", "points", Align::right, 0, false},
                 {"accounts", "accounts", Align::right, 0, false}};
    for (const app::CurveWord& w : v.values)
      t.rows.push_back({{w.value}, w.points ? Cell{report::Fixed{*w.points, 6}} : Cell{}, {w.accounts}});
    return t;
  }
  t.columns = {{"lowest", "from", Align::right, 0, false},
               {"highest", "to", Align::right, 0, false},
               {"accounts", "accounts", Align::right, 0, false}};
  if (!v.crowd) return t;
  for (const app::CurveBin& b : v.crowd->bins) t.rows.push_back({{b.lowest}, {b.highest}, {b.accounts}});
  return t;
}

}  // namespace kenko::cli
