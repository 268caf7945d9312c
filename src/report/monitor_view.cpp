#include "report/monitor_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "report/band_chip.h"
#include "report/cells.h"

namespace kenko::report {
namespace {

using validate::Look;
using validate::LookKind;
using validate::Monitor;

const char* words_of(LookKind kind) {
  switch (kind) {
    case LookKind::value:
      return "mean value";
    case LookKind::shape:
      return "spread of values";
    case LookKind::missing:
      return "share missing";
    case LookKind::score:
      return "mean score";
    case LookKind::coverage:
      return "mean coverage";
    case LookKind::scored:
      return "share with a score";
    case LookKind::feed:
      return "days silent";
    case LookKind::foretelling:
      return "area within a day";
    case LookKind::rate:
      return "rate of the outcome";
  }
  return "";
}

Cell number(std::optional<double> value) {
  if (!value) return {};
  return {*value, Tone::plain, number_text(*value)};
}

Table looks_table(const Monitor& m, size_t most) {
  Table t;
  t.columns = {left("kind", "look"),         left("subject", "at"),         right("at_most", "at most"),
               right("reference", "before"), right("expected", "expected"), right("now", "now")};
  add_interval_columns(t, "effect", "effect");
  t.columns.push_back(right("p", "chance"));
  t.columns.push_back(right("rate", "false alarms"));
  t.columns.push_back(left("found", "found"));
  t.columns.push_back(right("accounts", "accounts"));
  hide_in_text(t, {"at_most", "reference", "accounts", "p"});
  const size_t shown = most == 0 ? m.looks.size() : std::min(most, m.looks.size());
  for (size_t i = 0; i < shown; ++i) {
    const Look& look = m.looks[i];
    std::vector<Cell> row{words(words_of(look.kind)), look.subject.empty() ? Cell{} : Cell{look.subject},
                          number(look.at_most),       number(look.reference),
                          number(look.expected),      number(look.now)};
    row.front().value = std::string(validate::word(look.kind));
    row.front().text = words_of(look.kind);
    add_interval(row, look.effect, false, 2);
    row.push_back({look.p, Tone::plain, fmt::format("{:.2g}", look.p)});
    row.push_back({look.rate, Tone::plain, fmt::format("{:.2g}", look.rate)});
    row.push_back(look.found ? words("yes") : words("no"));
    row.back().value = look.found;
    row.push_back(count(look.accounts));
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table feeds_table(const Monitor& m) {
  Table t;
  t.columns = {left("source", "source"),
               left("last", "last fact"),
               right("silent_days", "days silent"),
               right("longest_gap", "longest gap"),
               right("every_days", "promised every"),
               left("overdue", "overdue")};
  for (const validate::FeedLine& f : m.feeds) {
    std::vector<Cell> row{{f.source},
                          f.last ? Cell{f.last->iso()} : Cell{},
                          f.last ? count(f.silent) : Cell{},
                          f.longest ? count(*f.longest) : Cell{},
                          f.every_days ? count(*f.every_days) : Cell{},
                          f.overdue ? words("yes") : words("no")};
    row.back().value = f.overdue;
    t.rows.push_back(std::move(row));
  }
  return t;
}

// One row for each pair of bands that holds an account: as long as it is short.
Table bands_table(const validate::BandMatrix& b) {
  Table t;
  t.columns = {left("from", "then"), left("to", "now"), right("accounts", "accounts"), right("arr", "ARR")};
  bool paying = false;
  const auto name = [&](size_t band) { return band < b.bands.size() ? band_cell(b.bands[band], b.bands) : Cell{}; };
  for (size_t from = 0; from < b.accounts.size(); ++from) {
    for (size_t to = 0; to < b.accounts.size(); ++to) {
      if (b.accounts[from][to] == 0) continue;
      paying |= b.arr[from][to] != 0;
      t.rows.push_back({name(from), name(to), count(b.accounts[from][to]), money(b.arr[from][to])});
    }
  }
  if (!paying) hide_in_text(t, {"arr"});
  return t;
}

Table flapping_table(const validate::Flapping& f) {
  Table t;
  t.columns = {right("accounts", "accounts"), right("moved", "changed band"), right("returned", "came back"),
               right("moves", "changes"), right("returns", "taken back")};
  if (f.accounts > 0) {
    t.rows.push_back({count(f.accounts), count(f.moved), count(f.returned), count(f.moves), count(f.returns)});
  }
  return t;
}

Table live_table(const Monitor& m) {
  Table t;
  t.columns = {left("period", "period"),
               left("from", "from"),
               left("to", "to"),
               right("rows", "account-days"),
               right("outcomes", "with outcome"),
               right("accounts_with", "outcomes")};
  add_interval_columns(t, "auc_within", "AUC");
  add_interval_columns(t, "concordance", "concordance");
  for (const validate::LiveLine& line : m.live) {
    std::vector<Cell> row{words(std::string(validate::word(line.period))),
                          {line.from.iso()},
                          {line.to.iso()},
                          count(line.rows),
                          count(line.outcomes),
                          count(line.accounts_with)};
    add_interval(row, line.auc_within, false, 3);
    add_interval(row, line.concordance, false, 3);
    t.rows.push_back(std::move(row));
  }
  hide_in_text(t, {"rows", "outcomes"});
  return t;
}

}  // namespace

std::vector<Section> monitor_sections(const Monitor& m, size_t most_looks) {
  std::vector<Section> out;
  const auto add = [&](const char* key, Sentence title, Table table) {
    if (!table.rows.empty()) out.push_back({key, std::move(title), std::move(table)});
  };
  Table looks = looks_table(m, most_looks);
  Sentence title = looks.rows.size() < m.looks.size() ? say("What moved most, of {} looks", m.looks.size())
                                                      : say("All {} looks", m.looks.size());
  out.push_back(
      {"looks", std::move(title), std::move(looks),
       say("Effect: how far now lies from what was to be expected, in standard deviations of the accounts (days of a "
           "source, AUC and rates in their own unit). Found: more than is not worth speaking of, with at most {} % "
           "false alarms among all that is found.",
           fmt::format("{:g}", 100 * m.rate))});
  add("feeds", "Sources", feeds_table(m));
  if (m.bands) {
    add("bands", say("Bands on {} and on {}", m.bands->from.iso(), m.bands->to.iso()), bands_table(*m.bands));
  }
  add("flapping", say("Bands that came back within {} days, in the last {}", m.flapping.within, m.flapping.days),
      flapping_table(m.flapping));
  add("live",
      m.as_published ? say("What the published scores were worth (outcome {})", m.outcome)
                     : say("What the scores were worth (outcome {})", m.outcome),
      live_table(m));
  return out;
}

std::vector<Highlight> monitor_highlights(const Monitor& m) {
  const auto found = std::count_if(m.looks.begin(), m.looks.end(), [](const Look& l) { return l.found; });
  const auto overdue = std::count_if(m.feeds.begin(), m.feeds.end(), [](const auto& f) { return f.overdue; });
  std::vector<Highlight> out{
      {m.review_due ? Sentence("review due") : Sentence("no review due"), "what follows"},
      {text::grouped(found), say("of {} looks moved", text::grouped(std::ssize(m.looks)))},
      {text::grouped(overdue), say("of {} sources overdue", text::grouped(std::ssize(m.feeds)))}};
  for (const validate::LiveLine& line : m.live) {
    if (line.period == validate::LivePeriod::recent && line.accounts_with >= validate::kFewestOutcomes)
      add_highlight(out, line.auc_within, 3, false, "AUC within a day, lately");
  }
  return out;
}

std::vector<Sentence> monitor_head(const Monitor& m) {
  std::vector<Sentence> out{say("Monitoring of model {}, as of {}: outcome {}", m.model, m.as_of.iso(), m.outcome)};
  if (m.reference_from) {
    out.push_back(say("The weeks from {} on, against the days from {} to {}", m.recent_from->iso(),
                      m.reference_from->iso(), m.reference_to->iso()));
  }
  return out;
}

}  // namespace kenko::report
