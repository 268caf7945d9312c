#include <fmt/format.h>

#include <algorithm>

#include "report/explain_sections.h"

namespace kenko::report {
namespace {

using explain::Line;

constexpr int64_t kMicrosPerHundredth = 10'000;

Tone tone_of(int64_t change) { return change > 0 ? Tone::up : change < 0 ? Tone::down : Tone::plain; }

// A bar for a part of a change: full for a gain, hatched for a loss, one block for 2 points.
std::string bar(int64_t hundredths) {
  constexpr int64_t kHundredthsPerBlock = 200;
  constexpr int64_t kLongest = 25;
  const int64_t size = hundredths < 0 ? -hundredths : hundredths;
  const int64_t blocks = std::min(kLongest, (size + kHundredthsPerBlock - 1) / kHundredthsPerBlock);
  std::string out;
  for (int64_t i = 0; i < blocks; ++i) out += hundredths < 0 ? "▒" : "█";
  return out;
}

Table causes_table(const explain::Causes& causes) {
  Table t;
  t.columns = {{"cause", "why it changed", Align::left, 0, false},
               {"change", "change", Align::right, 0, false},
               {"then", "score", Align::right, 0, false},
               {"bar", "", Align::left, 0, false}};
  int64_t score = causes.from;
  t.rows.push_back({{std::string("score before")}, {std::string()}, {Fixed{score, 2}}, {std::string()}});
  for (size_t i = 0; i < explain::kCauses; ++i) {
    const int32_t part = causes.part[i];
    score += part;
    std::string label(word(static_cast<explain::Cause>(i)));
    if (static_cast<explain::Cause>(i) == explain::Cause::membership) label += " (segment, stage, parent)";
    t.rows.push_back({{label}, {Fixed{part, 2, true}, tone_of(part)}, {Fixed{score, 2}}, {bar(part), tone_of(part)}});
  }
  return t;
}

// Every line of the change, the greatest losses first.
std::vector<Line> change_lines(const explain::Change& change) {
  std::vector<Line> out;
  for (const auto& [metric, micros] : change.by_metric) out.push_back({Line::Kind::metric, metric, micros});
  for (const auto& [dimension, micros] : change.by_start) out.push_back({Line::Kind::start, dimension, micros});
  out.push_back({Line::Kind::hierarchy, 0, change.hierarchy});
  for (const auto& [trigger, micros] : change.by_trigger) out.push_back({Line::Kind::trigger, trigger, micros});
  out.push_back({Line::Kind::cap, 0, change.cap});
  out.push_back({Line::Kind::silence, 0, change.silence});
  out.push_back({Line::Kind::override_, 0, change.override_line});
  std::erase_if(out, [](const Line& l) {
    return l.micros == 0 && l.kind != Line::Kind::metric && l.kind != Line::Kind::silence;
  });
  std::stable_sort(out.begin(), out.end(), [](const Line& a, const Line& b) { return a.micros < b.micros; });
  return out;
}

std::string plain_label(const engine::Engine& engine, const Line& line) {
  if (line.kind == Line::Kind::metric) return engine.plan().metrics[line.position].label;
  if (line.kind == Line::Kind::trigger) return "trigger " + label_of(engine.plan().triggers[line.position]);
  if (line.kind == Line::Kind::start) return "start of " + label_of(engine.plan().dimensions[line.position]);
  return explain::name_of(engine.plan(), line);
}

Table lines_table(const engine::Engine& engine, const ExplainView& view, const explain::Change& change) {
  Table t;
  t.columns = {{"metric", "what changed", Align::left, 40, false},
               {"before", "before", Align::right, 16, false},
               {"after", "after", Align::right, 16, false},
               {"change", "change", Align::right, 0, false}};
  for (const Line& line : change_lines(change)) {
    std::string before, after;
    for (size_t i = 0; line.kind == Line::Kind::metric && i < view.now.parts.size(); ++i) {
      if (view.now.parts[i].metric != line.position) continue;
      before = view.since->values[i];
      after = explain::value_text(engine, line.position, view.now.parts[i].value);
    }
    t.rows.push_back(
        {{plain_label(engine, line)}, {before}, {after}, {Fixed{line.micros, 6, true}, tone_of(line.micros)}});
  }
  t.rows.push_back({{"score"}, {std::string()}, {std::string()}, {Fixed{change.total, 6, true}}});
  return t;
}

}  // namespace

std::string change_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal) {
  const SinceView& since = *view.since;
  std::string out = fmt::format("\nChange since {}", since.then.day.words());
  if (since.causes) {
    const int32_t total = since.causes->to - since.causes->from;
    out += fmt::format(": {} → {} ({})\n", points_text(since.causes->from), points_text(since.causes->to),
                       to_text(Fixed{total, 2, true}));
    if (since.then_known) {
      out += fmt::format("The earlier day as known at the close of {}, the later one as known at the close of {}.\n",
                         since.then_known->iso(), since.now_known->iso());
    }
    out += to_text(causes_table(*since.causes), terminal);
  }
  const auto change = explain::change_between(since.then, view.now);
  if (!change) {
    return out + (since.causes
                      ? "\nOne of the two days keeps the score from before a pause: its lines are not compared.\n"
                      : ": one of the two days has no score\n");
  }
  return out + "\n" + to_text(lines_table(engine, view, *change), terminal);
}

}  // namespace kenko::report
