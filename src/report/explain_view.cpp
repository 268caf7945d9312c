#include "report/explain_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/band_chip.h"
#include "report/explain_sections.h"
#include "report/prospect_view.h"
#include "score/day_parts.h"

namespace kenko::report {
namespace {

std::string event_line(const engine::Engine& engine, uint64_t row) {
  const facts::Portfolio& p = engine.portfolio();
  std::string out = fmt::format("{}  {}", Instant{p.events.occurred[row]}.iso(), p.texts.text(p.events.name[row]));
  if ((p.events.flags[row] & facts::ResolvedEvents::kHasValue) != 0)
    out += fmt::format("  {}", Decimal{p.events.value[row]}.text());
  if (p.events.user[row] != 0) out += fmt::format("  by {}", p.users[p.events.user[row] - 1]);
  out += fmt::format("  [{} {}]", p.texts.text(p.events.source[row]), p.events.event_id(row));
  return out;
}

std::string attribute_line(const explain::AttributeEvidence& a) {
  if (a.value.empty()) return fmt::format("{}: no value", a.key);
  return fmt::format("{} = {}{}", a.key, a.value,
                     a.since == Day::kMin ? " (assumed for all earlier days)" : " since " + a.since.iso());
}

// An expression that was written over several lines.
std::string on_one_line(const std::string& expression) {
  std::string out;
  for (const char c : expression) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

std::string heading(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal) {
  const explain::Explanation& e = view.now;
  const plan::Plan& plan = engine.plan();
  std::string out =
      fmt::format("{}  as of {}  model {}", engine.portfolio().accounts[view.account], e.day.words(), plan.model);
  if (e.segment >= 0) out += "  segment " + label_of(plan.segments[static_cast<size_t>(e.segment)]);
  if (e.stage >= 0) {
    const std::string stage = label_of(plan.life_stages[static_cast<size_t>(e.stage)]);
    out += fmt::format("  stage {} ({} {})", stage, e.days_in_stage, e.days_in_stage == 1 ? "day" : "days");
  }
  out = text::wrap(out, terminal.width, 2) + "\n";
  if (e.state == score::State::none) return out + "No row on this day: the account is not alive.\n";
  const BandChip chip = chip_of(score::bands_of(plan, e.band_list), e.state, e.band);
  out += fmt::format("Score {}  {}  coverage {} %  status {}\n", e.score < 0 ? "–" : points_text(e.score),
                     painted(chip.text, chip.tone, terminal), e.coverage / 10'000, engine::word(e.status));
  if (view.prospect) {
    for (const Sentence& s : prospect_sentences(*view.prospect, view.calibrations)) {
      out += text::wrap(s.english(), terminal.width, 2) + "\n";
    }
  }
  if (!view.summary.reason.empty()) out += text::wrap(explain::reason_text(view.summary), terminal.width, 2) + "\n";
  return out;
}

std::string said_text(const std::string& what, const Said& said, const std::string& words, const Terminal& terminal) {
  std::string out = fmt::format("  {} of {}", what, said.day.iso());
  if (!said.author.empty()) out += " by " + said.author;
  if (said.expires) out += fmt::format(", until {}", (*said.expires - 1).iso());
  if (!words.empty()) out += ": " + words;
  return text::wrap(out, terminal.width, 4) + "\n";
}

std::string people_text(const ExplainView& view, const Terminal& terminal) {
  std::string out;
  if (view.override_said)
    out +=
        said_text("override " + view.override_said->value, *view.override_said, view.override_said->reason, terminal);
  if (view.pulse) out += said_text("pulse " + view.pulse->value, *view.pulse, view.pulse->reason, terminal);
  for (const Said& note : view.notes) out += said_text("note", note, note.value, terminal);
  return out.empty() ? out : "\nFrom people\n" + out;
}

std::string evidence_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal) {
  const plan::Plan& plan = engine.plan();
  std::string out = view.evidence.empty() ? "" : "\nEvidence (newest first)\n";
  for (const explain::Evidence& e : view.evidence) {
    const std::string head =
        e.trigger ? "trigger " + label_of(plan.triggers[*e.trigger])
                  : fmt::format("{}: {}", plan.metrics[e.metric].label, on_one_line(plan.metrics[e.metric].expression));
    out += text::wrap("  " + head, terminal.width, 4) + "\n";
    const auto line = [&](const std::string& text) { out += text::wrap("      " + text, terminal.width, 8) + "\n"; };
    for (const explain::AttributeEvidence& a : e.attributes) line(attribute_line(a));
    for (const std::string& contract : e.contracts) line(contract);
    for (const uint64_t row : e.events) line(event_line(engine, row));
    const int64_t more = e.event_count - std::ssize(e.events);
    if (more > 0) line(fmt::format("... and {} more", more));
    if (e.of_children) line("the values of its child accounts");
    if (e.of_peers) line("the values of the accounts of its segment on the day before");
    const bool nothing = e.event_count == 0 && e.attributes.empty() && e.contracts.empty();
    if (nothing && !e.of_children && !e.of_peers) line("no event in its window");
  }
  return out;
}

}  // namespace

std::string explain_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal) {
  std::string out = heading(engine, view, terminal);
  if (view.now.state == score::State::none) return out;
  out += "\n" + to_text(parts_table(engine, view.now), terminal);
  out += parts_notes(engine, view.now);
  if (view.since) out += change_text(engine, view, terminal);
  out += raise_text(engine, view, terminal);
  out += people_text(view, terminal);
  return out + evidence_text(engine, view, terminal);
}

Table explain_table(const engine::Engine& engine, const ExplainView& view) {
  Table t;
  t.columns = {{"account", "account", Align::left, 0, false}, {"day", "day", Align::left, 0, false},
               {"line", "line", Align::left, 0, false},       {"dimension", "dimension", Align::left, 0, false},
               {"value", "value", Align::right, 0, false},    {"points", "points", Align::right, 0, false},
               {"share", "share", Align::right, 0, false},    {"contribution", "contribution", Align::right, 0, false},
               {"lost", "lost", Align::right, 0, false}};
  const explain::Explanation& e = view.now;
  const plan::Plan& plan = engine.plan();
  const std::string& account = engine.portfolio().accounts[view.account];
  const auto add = [&](const std::string& name, const std::string& dimension, Cell value, Cell points, Cell share,
                       Cell contribution, Cell lost) {
    t.rows.push_back({{account},
                      {e.day.iso()},
                      {name},
                      dimension.empty() ? Cell{} : Cell{dimension},
                      std::move(value),
                      std::move(points),
                      std::move(share),
                      std::move(contribution),
                      std::move(lost)});
  };
  for (uint32_t d = 0; d < e.groups.size(); ++d) {
    if (!e.groups[d].start) continue;
    add("start of " + plan.dimensions[d].name, plan.dimensions[d].name, {}, {Fixed{plan.dimensions[d].start_micros, 6}},
        {}, {Fixed{*e.groups[d].start, 6}}, {Fixed{e.groups[d].start_lost, 6}});
  }
  for (const explain::Part& p : e.parts) {
    const plan::Metric& m = plan.metrics[p.metric];
    Cell value;
    if (p.value)
      value = plan.nodes[m.node].type == plan::Type::number ? Cell{*p.value}
                                                            : Cell{explain::value_text(engine, p.metric, p.value)};
    add(m.name, plan.dimensions[*m.dimension].name, value, p.points ? Cell{Fixed{*p.points, 6}} : Cell{},
        {Fixed{p.share_micros, 6}}, {Fixed{p.contribution, 6}}, {Fixed{p.lost, 6}});
  }
  const auto rule = [&](const std::string& name, Cell hundredths) {
    add(name, "", {}, {}, {}, std::move(hundredths), {});
  };
  for (const explain::Line& line : explain::lines_of(plan, e)) {
    if (line.kind == explain::Line::Kind::start || line.kind == explain::Line::Kind::metric ||
        line.kind == explain::Line::Kind::silence || line.kind == explain::Line::Kind::override_)
      continue;
    rule(explain::name_of(plan, line), {Fixed{line.micros / 10'000, 2}});
  }
  if (e.state == score::State::scored) rule("silence", {Fixed{e.silence, 2}});
  if (e.override_line != 0) rule("override", {Fixed{e.override_line, 2}});
  rule("score", e.score < 0 ? Cell{} : Cell{Fixed{e.score, 2}});
  return t;
}

}  // namespace kenko::report
