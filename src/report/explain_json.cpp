#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/views.h"

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
                 {"share", micros(p.share_micros)},
                 {"contribution", micros(p.contribution)},
                 {"lost", micros(p.lost)}});
}

std::string change_json(const plan::Plan& plan, const ExplainView& view) {
  const auto change = explain::change_between(*view.since, view.now);
  Members members{{"since", quoted(view.since->day.iso())}, {"total", change ? micros(change->total) : "null"}};
  if (change) {
    Members by_metric;
    for (const auto& [metric, v] : change->by_metric) by_metric.emplace_back(plan.metrics[metric].name, micros(v));
    members.emplace_back("metrics", object(by_metric));
    members.emplace_back("silence", micros(change->silence));
  }
  return object(members);
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
  std::vector<std::string> events, attributes;
  for (const uint64_t row : e.events) events.push_back(event_json(engine.portfolio(), row));
  for (const explain::AttributeEvidence& a : e.attributes) attributes.push_back(attribute_json(a));
  return object({{"metric", quoted(engine.plan().metrics[e.metric].name)},
                 {"events", json_value(e.event_count)},
                 {"newest", "[" + text::join(events, ", ") + "]"},
                 {"attributes", "[" + text::join(attributes, ", ") + "]"}});
}

}  // namespace

std::string explain_json(const engine::Engine& engine, const ExplainView& view) {
  const plan::Plan& plan = engine.plan();
  const explain::Explanation& e = view.now;
  std::vector<std::string> metrics, evidence;
  for (const explain::Part& p : e.parts) metrics.push_back(metric_json(engine, p));
  for (const explain::Evidence& item : view.evidence) evidence.push_back(evidence_json(engine, item));
  Members out{{"account", quoted(engine.portfolio().accounts[view.account])},
              {"day", quoted(e.day.iso())},
              {"model", quoted(plan.model)},
              {"model_fingerprint", quoted(plan.fingerprint.hex())},
              {"state", quoted(score::word(e.state))},
              {"status", quoted(engine::word(e.status))},
              {"score", hundredths(e.score)},
              {"rolled_up", hundredths(e.rolled_up)},
              {"silence", json_value(Fixed{e.silence, 2})},
              {"band", e.band < 0 ? "null" : quoted(plan.bands[static_cast<size_t>(e.band)].name)},
              {"coverage", micros(e.coverage)},
              {"reason", quoted(view.summary.reason)},
              {"metrics", list(metrics)}};
  if (view.since) out.emplace_back("change", change_json(plan, view));
  out.emplace_back("evidence", list(evidence));
  return "{\n  " + text::join(pairs(out), ",\n  ") + "\n}\n";
}

}  // namespace kenko::report
