#include <fmt/format.h>

#include <algorithm>

#include "base/decimal.h"
#include "base/text.h"
#include "report/band_chip.h"
#include "report/views.h"

namespace kenko::report {
namespace {

constexpr int64_t kMicrosPerHundredth = 10'000;

// Millionths of a point as hundredths.
int64_t rounded(int64_t micros) { return static_cast<int64_t>(divide_half_up(micros, kMicrosPerHundredth)); }

// Contributions in hundredths that add up to the score as it is shown.
std::vector<int64_t> shown_parts(const explain::Explanation& e) {
  std::vector<Int128> weights;
  for (const explain::Part& p : e.parts) weights.push_back(p.contribution);
  return explain::apportion(std::max(e.rolled_up, 0), weights);
}

std::vector<int64_t> shown_losses(const explain::Explanation& e) {
  std::vector<Int128> weights;
  for (const explain::Part& p : e.parts) weights.push_back(p.lost);
  return explain::apportion(e.rolled_up < 0 ? 0 : 10'000 - e.rolled_up, weights);
}

std::string points_text(int64_t hundredths) { return to_text(Fixed{hundredths, 2}); }

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
  const BandChip chip = chip_of(engine.plan(), e.state, e.band);
  std::string out = fmt::format("{}  as of {}  model {}\n", engine.portfolio().accounts[view.account], e.day.words(),
                                engine.plan().model);
  if (e.state == score::State::none) return out + "No row on this day: the account is not alive.\n";
  out += fmt::format("Score {}  {}  coverage {} %  status {}\n", e.score < 0 ? "–" : points_text(e.score),
                     painted(chip.text, chip.tone, terminal), e.coverage / 10'000, engine::word(e.status));
  if (!view.summary.reason.empty()) out += view.summary.reason + "\n";
  return out;
}

Table parts_table(const engine::Engine& engine, const explain::Explanation& e) {
  const plan::Plan& plan = engine.plan();
  Table t;
  t.columns = {{"metric", "what counts", Align::left, 40, false}, {"value", "value", Align::right, 16, false},
               {"points", "points", Align::right, 0, false},      {"share", "share", Align::right, 0, false},
               {"adds", "adds", Align::right, 0, false},          {"loses", "loses", Align::right, 0, false}};
  const std::vector<int64_t> adds = shown_parts(e);
  const std::vector<int64_t> loses = shown_losses(e);
  for (uint32_t d = 0; d < plan.dimensions.size(); ++d) {
    int64_t sum = 0, lost = 0, share = 0;
    std::vector<std::vector<Cell>> rows;
    for (size_t i = 0; i < e.parts.size(); ++i) {
      const explain::Part& p = e.parts[i];
      if (plan.metrics[p.metric].dimension != d) continue;
      sum += adds[i];
      lost += loses[i];
      share += p.share_micros;
      const std::string value = p.value ? explain::value_text(engine, p.metric, p.value) : "no evidence";
      const std::string note = !p.value && p.points ? " (by `missing`)" : "";
      rows.push_back({{"  " + plan.metrics[p.metric].label + note},
                      {value},
                      p.points ? Cell{Fixed{rounded(*p.points), 2}} : Cell{},
                      {Value{}, Tone::plain, fmt::format("{:.1f} %", static_cast<double>(p.share_micros) / 1e4)},
                      p.points ? Cell{Fixed{adds[i], 2}} : Cell{},
                      p.points ? Cell{Fixed{loses[i], 2}} : Cell{}});
    }
    const std::string& label = plan.dimensions[d].label.empty() ? plan.dimensions[d].name : plan.dimensions[d].label;
    const bool empty = e.dimension[d] < 0;
    t.rows.push_back({{label},
                      {std::string()},
                      empty ? Cell{} : Cell{Fixed{rounded(e.dimension[d]), 2}},
                      {Value{}, Tone::plain, fmt::format("{:.1f} %", static_cast<double>(share) / 1e4)},
                      empty ? Cell{} : Cell{Fixed{sum, 2}},
                      empty ? Cell{} : Cell{Fixed{lost, 2}}});
    t.rows.insert(t.rows.end(), rows.begin(), rows.end());
  }
  if (e.rolled_up < 0) return t;
  const auto total = [&](const std::string& label, int64_t hundredths) {
    t.rows.push_back(
        {{label}, {std::string()}, {std::string()}, {std::string()}, {Fixed{hundredths, 2}}, {std::string()}});
  };
  if (e.silence != 0) total("silence (a score never rises without a fact)", e.silence);
  total("score", e.score);
  return t;
}

std::string change_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal) {
  const auto change = explain::change_between(*view.since, view.now);
  std::string out = fmt::format("\nChange since {}", view.since->day.words());
  if (!change) return out + ": one of the two days has no score\n";
  out += fmt::format(": {} → {} ({})\n", points_text(view.since->score), points_text(view.now.score),
                     to_text(Fixed{change->total / kMicrosPerHundredth, 2, true}));
  Table t;
  t.columns = {{"metric", "what changed", Align::left, 40, false},
               {"before", "before", Align::right, 16, false},
               {"after", "after", Align::right, 16, false},
               {"change", "change", Align::right, 0, false}};
  std::vector<size_t> order;
  for (size_t i = 0; i < change->by_metric.size(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return change->by_metric[a].second < change->by_metric[b].second; });
  for (const size_t i : order) {
    const int64_t micros = change->by_metric[i].second;
    t.rows.push_back({{engine.plan().metrics[change->by_metric[i].first].label},
                      {explain::value_text(engine, change->by_metric[i].first, view.since->parts[i].value)},
                      {explain::value_text(engine, change->by_metric[i].first, view.now.parts[i].value)},
                      {Fixed{micros, 6, true}, micros > 0   ? Tone::up
                                               : micros < 0 ? Tone::down
                                                            : Tone::plain}});
  }
  t.rows.push_back({{"silence"}, {std::string()}, {std::string()}, {Fixed{change->silence, 6, true}}});
  t.rows.push_back({{"score"}, {std::string()}, {std::string()}, {Fixed{change->total, 6, true}}});
  return out + to_text(t, terminal);
}

}  // namespace

std::string explain_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal) {
  std::string out = heading(engine, view, terminal);
  if (view.now.state == score::State::none) return out;
  out += "\n" + to_text(parts_table(engine, view.now), terminal);
  if (view.since) out += change_text(engine, view, terminal);
  if (!view.evidence.empty()) out += "\nEvidence (newest first)\n";
  for (const explain::Evidence& e : view.evidence) {
    const plan::Metric& m = engine.plan().metrics[e.metric];
    out += text::wrap(fmt::format("  {}: {}", m.label, on_one_line(m.expression)), terminal.width, 4) + "\n";
    for (const explain::AttributeEvidence& a : e.attributes) out += fmt::format("      {}\n", attribute_line(a));
    for (const uint64_t row : e.events) out += fmt::format("      {}\n", event_line(engine, row));
    const int64_t more = e.event_count - std::ssize(e.events);
    if (more > 0) out += fmt::format("      ... and {} more\n", more);
    if (e.event_count == 0 && e.attributes.empty()) out += "      no event in its window\n";
  }
  return out;
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
  for (const explain::Part& p : e.parts) {
    const plan::Metric& m = plan.metrics[p.metric];
    Cell value;
    if (p.value)
      value = plan.nodes[m.node].type == plan::Type::number ? Cell{*p.value}
                                                            : Cell{explain::value_text(engine, p.metric, p.value)};
    t.rows.push_back({{account},
                      {e.day.iso()},
                      {m.name},
                      {plan.dimensions[*m.dimension].name},
                      value,
                      p.points ? Cell{Fixed{*p.points, 6}} : Cell{},
                      {Fixed{p.share_micros, 6}},
                      {Fixed{p.contribution, 6}},
                      {Fixed{p.lost, 6}}});
  }
  const auto line = [&](const char* name, const Cell& hundredths) {
    t.rows.push_back({{account}, {e.day.iso()}, {std::string(name)}, {}, {}, {}, {}, hundredths, {}});
  };
  if (e.rolled_up >= 0) line("silence", {Fixed{e.silence, 2}});
  line("score", e.score < 0 ? Cell{} : Cell{Fixed{e.score, 2}});
  return t;
}

}  // namespace kenko::report
