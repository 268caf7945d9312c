#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/explain_view.h"
#include "report/prospect_view.h"
#include "score/day_parts.h"

namespace kenko::report {
namespace {

// JSON texts by key, in the order in which they are shown.  Numbers are written from integers, so that contributions
// read from it add up to the last place; a library that prints doubles does not promise that.
using Members = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> pairs(const Members& members) {
  std::vector<std::string> out;
  for (const auto& [key, value] : members) out.push_back(json_value(key) + ": " + value);
  return out;
}

std::string object(const Members& members) { return "{" + text::join(pairs(members), ", ") + "}"; }

std::string list(const std::vector<std::string>& items) {
  return items.empty() ? "[]" : "[\n    " + text::join(items, ",\n    ") + "\n  ]";
}

std::string micros(int64_t v) { return json_value(Fixed{v, 6}); }
std::string hundredths(int32_t v) { return json_value(v < 0 ? Value{} : Value{Fixed{v, 2}}); }
std::string signed_hundredths(int32_t v) { return json_value(Fixed{v, 2}); }
std::string optional_hundredths(std::optional<int32_t> v) { return v ? json_value(Fixed{*v, 2}) : "null"; }
std::string optional_day(std::optional<Day> day) { return day ? json_value(day->iso()) : "null"; }
std::string quoted(std::string_view s) { return json_value(std::string(s)); }

std::string metric_json(const engine::Engine& engine, const explain::Part& p) {
  const plan::Plan& plan = engine.plan();
  const plan::Metric& m = plan.metrics[p.metric];
  Value value;
  if (p.value) {
    value = plan.nodes[m.node].type == plan::Type::number ? Value{*p.value}
                                                          : Value{explain::value_text(engine, p.metric, p.value)};
  }
  return object({{"metric", quoted(m.name)},
                 {"label", quoted(m.label)},
                 {"dimension", quoted(plan.dimensions[*m.dimension].name)},
                 {"value", json_value(value)},
                 {"points", p.points ? micros(*p.points) : "null"},
                 {"evidence", json_value(p.evidence)},
                 {"stale", json_value(p.stale)},
                 {"points_of", optional_day(p.from)},
                 {"weight", micros(p.weight_micros)},
                 {"share", micros(p.share_micros)},
                 {"contribution", micros(p.contribution)},
                 {"lost", micros(p.lost)}});
}

std::string dimension_json(const plan::Plan& plan, const explain::Explanation& e, uint32_t d) {
  const plan::Dimension& dimension = plan.dimensions[d];
  const explain::Group& g = e.groups[d];
  return object({{"dimension", quoted(dimension.name)},
                 {"within", dimension.parent ? quoted(plan.dimensions[*dimension.parent].name) : "null"},
                 {"points", e.dimension[d] < 0 ? "null" : micros(e.dimension[d])},
                 {"weight", micros(g.weight_micros)},
                 {"share", micros(g.share_micros)},
                 {"contribution", micros(g.contribution)},
                 {"lost", micros(g.lost)},
                 {"start", g.start ? micros(*g.start) : "null"}});
}

std::string trigger_json(const plan::Plan& plan, const explain::TriggerLine& t) {
  return object({{"trigger", quoted(plan.triggers[t.trigger].name)},
                 {"starts", json_value(int64_t{t.starts})},
                 {"points", signed_hundredths(t.points_hundredths)},
                 {"line", signed_hundredths(t.line_hundredths)},
                 {"cap", optional_hundredths(t.cap_hundredths)}});
}

std::string children_json(const engine::Engine& engine, const explain::HierarchyPart& part) {
  const score::HierarchyParts& p = part.parts;
  std::vector<std::string> children;
  for (const score::Child& c : part.children) {
    children.push_back(object(
        {{"account", quoted(engine.portfolio().accounts[c.account])}, {"score", signed_hundredths(c.computed)}}));
  }
  return object({{"own", optional_hundredths(p.own)},
                 {"worst", optional_hundredths(p.worst)},
                 {"mean", optional_hundredths(p.mean)},
                 {"value_weighted", optional_hundredths(p.value_weighted)},
                 {"poor_by_count", optional_hundredths(p.poor_by_count)},
                 {"poor_by_value", optional_hundredths(p.poor_by_value)},
                 {"children", "[" + text::join(children, ", ") + "]"}});
}

void add_lines(const plan::Plan& plan, const explain::Change& change, Members& members) {
  Members metrics, starts, triggers;
  for (const auto& [metric, v] : change.by_metric) metrics.emplace_back(plan.metrics[metric].name, micros(v));
  for (const auto& [dimension, v] : change.by_start) starts.emplace_back(plan.dimensions[dimension].name, micros(v));
  for (const auto& [trigger, v] : change.by_trigger) triggers.emplace_back(plan.triggers[trigger].name, micros(v));
  members.emplace_back("metrics", object(metrics));
  members.emplace_back("starts", object(starts));
  members.emplace_back("hierarchy", micros(change.hierarchy));
  members.emplace_back("triggers", object(triggers));
  members.emplace_back("cap", micros(change.cap));
  members.emplace_back("silence", micros(change.silence));
  members.emplace_back("override", micros(change.override_line));
}

std::string change_json(const plan::Plan& plan, const ExplainView& view) {
  const SinceView& since = *view.since;
  Members members{{"since", quoted(since.then.day.iso())}};
  if (since.then_known) members.emplace_back("since_known_as_of", optional_day(since.then_known));
  if (since.now_known) members.emplace_back("known_as_of", optional_day(since.now_known));
  const auto& causes = since.causes;
  members.emplace_back("total", causes ? micros((causes->to - causes->from) * int64_t{10'000}) : "null");
  if (causes) {
    members.emplace_back("from", signed_hundredths(causes->from));
    members.emplace_back("to", signed_hundredths(causes->to));
    Members parts;
    for (size_t i = 0; i < explain::kCauses; ++i) {
      parts.emplace_back(explain::key(static_cast<explain::Cause>(i)), signed_hundredths(causes->part[i]));
    }
    members.emplace_back("causes", object(parts));
  }
  if (const auto change = explain::change_between(since.then, view.now)) add_lines(plan, *change, members);
  return object(members);
}

std::string potential_json(const engine::Engine& engine, const explain::Potential& p) {
  const plan::Plan& plan = engine.plan();
  const plan::Metric& m = plan.metrics[p.metric];
  Value value;
  if (p.value) {
    value = plan.nodes[m.node].type == plan::Type::number ? Value{*p.value}
                                                          : Value{explain::value_text(engine, p.metric, p.value)};
  }
  Members members{{"metric", quoted(m.name)},
                  {"value", json_value(value)},
                  {"points", p.points ? micros(*p.points) : "null"},
                  {"to_gain", signed_hundredths(p.gain_hundredths)},
                  {"target_points", micros(p.target_points)}};
  if (p.target) {
    using Kind = explain::Target::Kind;
    const bool number = p.target->kind == Kind::at_least || p.target->kind == Kind::at_most;
    members.emplace_back("target", number ? json_value(p.target->number) : quoted(p.target->text));
    members.emplace_back("wanted", quoted(explain::text_of(*p.target)));
  }
  return object(members);
}

std::string raise_json(const engine::Engine& engine, const explain::Raise& raise) {
  const auto all = [&](const std::vector<explain::Potential>& list_of) {
    std::vector<std::string> out;
    for (const explain::Potential& p : list_of) out.push_back(potential_json(engine, p));
    return "[" + text::join(out, ", ") + "]";
  };
  Members members{{"from", signed_hundredths(raise.value_so_far)},
                  {"held", json_value(raise.held)},
                  {"metrics", all(raise.by_metric)},
                  {"next_band", raise.next == nullptr ? "null" : quoted(raise.next->name)}};
  if (raise.next == nullptr) return object(members);
  std::vector<std::string> missing;
  for (const uint32_t d : raise.no_evidence) missing.push_back(quoted(engine.plan().dimensions[d].name));
  members.emplace_back("needed", signed_hundredths(raise.needed_hundredths));
  members.emplace_back("enough", json_value(raise.enough));
  members.emplace_back("evidence_needed", "[" + text::join(missing, ", ") + "]");
  members.emplace_back("smallest_changes", all(raise.to_next));
  return object(members);
}

std::string said_json(const Said& said) {
  return object({{"value", quoted(said.value)},
                 {"day", quoted(said.day.iso())},
                 {"expires", optional_day(said.expires)},
                 {"author", said.author.empty() ? "null" : quoted(said.author)},
                 {"reason", said.reason.empty() ? "null" : quoted(said.reason)}});
}

std::string event_json(const facts::Portfolio& p, uint64_t row) {
  Members members{{"source", quoted(p.texts.text(p.events.source[row]))},
                  {"event_id", quoted(p.events.event_id(row))},
                  {"event", quoted(p.texts.text(p.events.name[row]))},
                  {"occurred_at", quoted(Instant{p.events.occurred[row]}.iso())}};
  if (p.events.user[row] != 0) members.emplace_back("user", quoted(p.users[p.events.user[row] - 1]));
  if ((p.events.flags[row] & facts::ResolvedEvents::kHasValue) != 0)
    members.emplace_back("value", json_value(Fixed{p.events.value[row], 6}));
  return object(members);
}

std::string attribute_json(const explain::AttributeEvidence& a) {
  const bool no_since = a.value.empty() || a.since == Day::kMin;
  return object({{"key", quoted(a.key)},
                 {"value", a.value.empty() ? "null" : quoted(a.value)},
                 {"since", no_since ? "null" : quoted(a.since.iso())}});
}

std::string evidence_json(const engine::Engine& engine, const explain::Evidence& e) {
  const plan::Plan& plan = engine.plan();
  std::vector<std::string> events, attributes, contracts;
  for (const uint64_t row : e.events) events.push_back(event_json(engine.portfolio(), row));
  for (const explain::AttributeEvidence& a : e.attributes) attributes.push_back(attribute_json(a));
  for (const std::string& c : e.contracts) contracts.push_back(quoted(c));
  Members members{e.trigger ? std::pair{std::string("trigger"), quoted(plan.triggers[*e.trigger].name)}
                            : std::pair{std::string("metric"), quoted(plan.metrics[e.metric].name)},
                  {"events", json_value(e.event_count)},
                  {"newest", "[" + text::join(events, ", ") + "]"},
                  {"attributes", "[" + text::join(attributes, ", ") + "]"}};
  if (!contracts.empty()) members.emplace_back("contracts", "[" + text::join(contracts, ", ") + "]");
  if (e.of_children) members.emplace_back("of_children", "true");
  if (e.of_peers) members.emplace_back("of_peers", "true");
  return object(members);
}

void add_score(const plan::Plan& plan, const explain::Explanation& e, Members& out) {
  const plan::Band* band = explain::band_of(plan, e);
  const auto name = [](const std::vector<plan::Segment>& list_of, int position) {
    return position < 0 ? "null" : quoted(list_of[static_cast<size_t>(position)].name);
  };
  out.emplace_back("segment", name(plan.segments, e.segment));
  out.emplace_back("stage", name(plan.life_stages, e.stage));
  out.emplace_back("days_in_stage", e.stage < 0 ? "null" : json_value(int64_t{e.days_in_stage}));
  out.emplace_back("score", hundredths(e.score));
  out.emplace_back("computed", hundredths(e.computed));
  out.emplace_back("rolled_up", hundredths(e.rolled_up));
  out.emplace_back("hierarchy", signed_hundredths(e.hierarchy));
  out.emplace_back("cap", signed_hundredths(e.cap));
  out.emplace_back("capped_by", e.capped_by ? quoted(plan.triggers[*e.capped_by].name) : "null");
  out.emplace_back("silence", signed_hundredths(e.silence));
  out.emplace_back("override", signed_hundredths(e.override_line));
  out.emplace_back("band", band == nullptr ? "null" : quoted(band->name));
  out.emplace_back("coverage", micros(e.coverage));
}

}  // namespace

std::string explain_json(const engine::Engine& engine, const ExplainView& view) {
  const plan::Plan& plan = engine.plan();
  const explain::Explanation& e = view.now;
  std::vector<std::string> dimensions, metrics, triggers, notes, evidence;
  for (uint32_t d = 0; d < e.groups.size(); ++d) dimensions.push_back(dimension_json(plan, e, d));
  for (const explain::Part& p : e.parts) metrics.push_back(metric_json(engine, p));
  for (const explain::TriggerLine& t : e.triggers) triggers.push_back(trigger_json(plan, t));
  for (const Said& note : view.notes) notes.push_back(said_json(note));
  for (const explain::Evidence& item : view.evidence) evidence.push_back(evidence_json(engine, item));
  Members out{{"account", quoted(engine.portfolio().accounts[view.account])},
              {"day", quoted(e.day.iso())},
              {"model", quoted(plan.model)},
              {"model_fingerprint", quoted(plan.fingerprint.hex())},
              {"state", quoted(score::word(e.state))},
              {"status", quoted(engine::word(e.status))}};
  add_score(plan, e, out);
  out.emplace_back("reason", quoted(explain::reason_text(view.summary)));
  if (view.prospect) out.emplace_back("prospect", prospect_json(*view.prospect, view.calibrations));
  out.emplace_back("dimensions", list(dimensions));
  out.emplace_back("metrics", list(metrics));
  out.emplace_back("triggers", list(triggers));
  if (e.from_children) out.emplace_back("from_children", children_json(engine, *e.from_children));
  if (view.since) out.emplace_back("change", change_json(plan, view));
  if (view.raise) out.emplace_back("raise", raise_json(engine, *view.raise));
  out.emplace_back("override_in_force", view.override_said ? said_json(*view.override_said) : "null");
  out.emplace_back("pulse", view.pulse ? said_json(*view.pulse) : "null");
  out.emplace_back("notes", list(notes));
  out.emplace_back("evidence", list(evidence));
  return "{\n  " + text::join(pairs(out), ",\n  ") + "\n}\n";
}

}  // namespace kenko::report
