#include <fmt/format.h>

#include <algorithm>

#include "base/decimal.h"
#include "base/text.h"
#include "report/explain_sections.h"

namespace kenko::report {
namespace {

using explain::Explanation;
using explain::Line;
using explain::Part;

constexpr int64_t kMicrosPerHundredth = 10'000;
constexpr size_t kShownChildren = 5;

// Amounts in hundredths that add up to `total` as it is shown: those of the starts, by dimension, then of the parts.
std::vector<int64_t> shown(int64_t total, const std::vector<Int128>& micros) {
  return explain::apportion(std::max<int64_t>(total, 0), micros);
}

// The table of parts under way.
class Parts {
 public:
  Parts(const engine::Engine& engine, const Explanation& e) : engine_(engine), plan_(engine.plan()), e_(e) {
    std::vector<Int128> adds, loses;
    for (const explain::Group& g : e.groups) {
      adds.push_back(g.start.value_or(0));
      loses.push_back(g.start_lost);
    }
    for (const Part& p : e.parts) {
      adds.push_back(p.contribution);
      loses.push_back(p.lost);
    }
    adds_ = shown(e.rolled_up, adds);
    loses_ = shown(e.rolled_up < 0 ? 0 : 10'000 - e.rolled_up, loses);
  }

  std::vector<std::vector<Cell>> rows;

  void dimension(uint32_t d, size_t depth) {
    const size_t at = rows.size();
    rows.emplace_back();
    int64_t sum = adds_[d], lost = loses_[d];
    const bool points = plan_.dimensions[d].rollup == plan::Rollup::points;
    if (e_.groups[d].start) {
      rows.push_back(row(indent(depth + 1) + "start", "", {},
                         {Value{Fixed{plan_.dimensions[d].start_micros / kMicrosPerHundredth, 2}}}, "", adds_[d],
                         loses_[d]));
    }
    for (size_t i = 0; i < e_.parts.size(); ++i) {
      if (plan_.metrics[e_.parts[i].metric].dimension != d) continue;
      const size_t k = e_.groups.size() + i;
      metric(e_.parts[i], depth + 1, points, adds_[k], loses_[k]);
      sum += adds_[k];
      lost += loses_[k];
    }
    for (uint32_t inner = 0; inner < plan_.dimensions.size(); ++inner) {
      if (plan_.dimensions[inner].parent != d) continue;
      dimension(inner, depth + 1);
      sum += totals_.first;
      lost += totals_.second;
    }
    const bool empty = e_.dimension[d] < 0;
    const bool out = e_.groups[d].weight_micros == 0;
    const auto how = rollup_word(plan_.dimensions[d].rollup);
    rows[at] = row(indent(depth) + label_of(plan_.dimensions[d]) + how, out ? "left out today" : "", {},
                   empty ? Cell{} : Cell{Fixed{in_hundredths(e_.dimension[d]), 2}}, share(e_.groups[d].share_micros),
                   empty ? std::nullopt : std::optional(sum), empty ? std::nullopt : std::optional(lost));
    totals_ = {sum, lost};
  }

  void line(const std::string& label, int64_t hundredths) {
    rows.push_back(row(label, "", {}, {Value{std::string()}}, "", hundredths, {}));
  }

 private:
  static std::string indent(size_t depth) { return std::string(2 * depth, ' '); }
  static std::string share(int64_t micros) { return fmt::format("{:.1f} %", static_cast<double>(micros) / 1e4); }
  static std::string rollup_word(plan::Rollup rollup) {
    switch (rollup) {
      case plan::Rollup::min:
        return " (the lowest)";
      case plan::Rollup::max:
        return " (the highest)";
      case plan::Rollup::points:
        return " (points)";
      case plan::Rollup::mean:
        break;
    }
    return "";
  }

  static std::vector<Cell> row(const std::string& label, const std::string& value, Tone tone, Cell points,
                               const std::string& share, std::optional<int64_t> adds, std::optional<int64_t> loses) {
    const auto cell = [](std::optional<int64_t> h) { return h ? Cell{Fixed{*h, 2}} : Cell{std::string()}; };
    return {{label, tone}, {value, tone}, std::move(points), {share}, cell(adds), cell(loses)};
  }

  void metric(const Part& p, size_t depth, bool in_points, int64_t adds, int64_t loses) {
    const plan::Metric& m = plan_.metrics[p.metric];
    std::string label = indent(depth) + m.label;
    if (p.stale) {
      label += p.from && *p.from > Day::kMin ? fmt::format(" (kept from {})", p.from->iso()) : " (stale)";
    } else if (p.from) {
      label += fmt::format(" (held from {})", p.from->iso());
    } else if (!p.value && p.points) {
      label += " (by `missing`)";
    }
    const bool out = p.weight_micros == 0;
    const std::string value = p.value ? explain::value_text(engine_, p.metric, p.value) : "no evidence";
    const auto amount = [&](int64_t h) { return p.points && !out ? std::optional(h) : std::nullopt; };
    rows.push_back(row(label, out ? "left out today" : value, p.stale || out ? Tone::muted : Tone::plain,
                       p.points ? Cell{Fixed{in_hundredths(*p.points), 2}} : Cell{},
                       in_points || out ? "" : share(p.share_micros), amount(adds), amount(loses)));
  }

  const engine::Engine& engine_;
  const plan::Plan& plan_;
  const Explanation& e_;
  std::vector<int64_t> adds_, loses_;
  std::pair<int64_t, int64_t> totals_;
};

}  // namespace

int64_t in_hundredths(int64_t micros) { return static_cast<int64_t>(divide_half_up(micros, kMicrosPerHundredth)); }

std::string points_text(int64_t hundredths) { return to_text(Fixed{hundredths, 2}); }

std::string label_of(const plan::Dimension& d) { return d.label.empty() ? d.name : d.label; }
std::string label_of(const plan::Trigger& t) { return t.label.empty() ? t.name : t.label; }
std::string label_of(const plan::Segment& s) { return s.label.empty() ? s.name : s.label; }

std::string label_of(const plan::Plan& plan, const Explanation& e, const Line& line) {
  switch (line.kind) {
    case Line::Kind::metric:
      return plan.metrics[line.position].label;
    case Line::Kind::start:
      return "start of " + label_of(plan.dimensions[line.position]);
    case Line::Kind::trigger: {
      std::string out = "trigger " + label_of(plan.triggers[line.position]);
      for (const explain::TriggerLine& t : e.triggers) {
        if (t.trigger != line.position) continue;
        if (t.starts > 1) out += fmt::format(" ({} times)", t.starts);
        if (t.line_hundredths != t.points_hundredths)
          out += fmt::format(" ({} held within 0 and 100)", to_text(Fixed{t.points_hundredths, 2, true}));
      }
      return out;
    }
    case Line::Kind::cap:
      return e.capped_by ? "cap of " + label_of(plan.triggers[*e.capped_by]) : "cap";
    case Line::Kind::silence:
      return "silence (a score never rises without a fact)";
    case Line::Kind::hierarchy:
      return "hierarchy (own score and children)";
    case Line::Kind::override_:
      break;
  }
  return "override";
}

Table parts_table(const engine::Engine& engine, const Explanation& e) {
  Table t;
  t.columns = {{"metric", "what counts", Align::left, 44, false}, {"value", "value", Align::right, 16, false},
               {"points", "points", Align::right, 0, false},      {"share", "share", Align::right, 0, false},
               {"adds", "adds", Align::right, 0, false},          {"loses", "loses", Align::right, 0, false}};
  const plan::Plan& plan = engine.plan();
  Parts parts(engine, e);
  for (uint32_t d = 0; d < plan.dimensions.size(); ++d) {
    if (!plan.dimensions[d].parent) parts.dimension(d, 0);
  }
  if (e.state == score::State::scored) {
    for (const Line& line : explain::lines_of(plan, e)) {
      if (line.kind == Line::Kind::start || line.kind == Line::Kind::metric) continue;
      parts.line(label_of(plan, e, line), line.micros / kMicrosPerHundredth);
    }
    parts.line("score", e.score);
  }
  t.rows = std::move(parts.rows);
  return t;
}

std::string parts_notes(const engine::Engine& engine, const Explanation& e) {
  const plan::Plan& plan = engine.plan();
  std::string out;
  if (e.from_children && !e.from_children->children.empty()) {
    const score::HierarchyParts& p = e.from_children->parts;
    const plan::Hierarchy& h = plan.hierarchy;
    std::vector<std::string> words;
    const auto add = [&](const char* name, Decimal weight, std::optional<int32_t> part) {
      if (part && weight.micros > 0)
        words.push_back(fmt::format("{} {} x {}", name, points_text(*part), weight.text()));
    };
    add("own", h.own, p.own);
    add("worst child", h.worst, p.worst);
    add("mean", h.mean, p.mean);
    add("by value", h.value_weighted, p.value_weighted);
    add("not poor", h.poor_by_count, p.poor_by_count);
    add("not poor by value", h.poor_by_value, p.poor_by_value);
    out += fmt::format("Hierarchy: {}\n", text::join(words, ", "));
    std::vector<score::Child> children = e.from_children->children;
    std::stable_sort(children.begin(), children.end(),
                     [](const auto& a, const auto& b) { return a.computed < b.computed; });
    words.clear();
    for (size_t i = 0; i < std::min(children.size(), kShownChildren); ++i)
      words.push_back(
          fmt::format("{} {}", engine.portfolio().accounts[children[i].account], points_text(children[i].computed)));
    if (children.size() > kShownChildren) words.push_back(fmt::format("{} more", children.size() - kShownChildren));
    out += fmt::format("Children, lowest first: {}\n", text::join(words, ", "));
  }
  for (const explain::TriggerLine& t : e.triggers) {
    if (t.points_hundredths == 0 && (e.cap == 0 || e.capped_by != t.trigger))
      out += fmt::format("Active, but takes nothing off: trigger {}\n", label_of(plan.triggers[t.trigger]));
  }
  return out;
}

}  // namespace kenko::report
