#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/read_curve.h"
#include "model/read_parts.h"

namespace kenko::model {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

void read_triggers(Reader& reader, Model& model) {
  reader.each("triggers", "trigger", [&](const Node& name, Reader& entry) {
    Trigger t;
    t.name = name.text;
    t.at = place_only(name);
    check_name(entry, name, "trigger");
    if (!entry.is_map()) return;
    t.label = entry.text("label").value_or("");
    t.why = entry.text("why").value_or("");
    if (auto when = read_condition(entry, "when", Need::required)) t.when = std::move(*when);
    t.until = read_condition(entry, "until", Need::optional);
    t.points = read_hundredths(entry, "points", -100, 100).value_or(Decimal{});
    t.cap = read_hundredths(entry, "cap", 0, 100);
    const bool has_points = is_given(entry, "points");
    const bool has_for = is_given(entry, "for");
    t.for_days = entry.days("for").value_or(1);
    t.stack = static_cast<int32_t>(entry.integer("stack", 1, 100).value_or(1));
    t.once = entry.flag("once").value_or(false);
    if (!has_points && !is_given(entry, "cap")) {
      entry.values().add(name, "no-effect", fmt::format("trigger `{}` has neither `points` nor `cap`", t.name),
                         "points: -30 takes 30 points off; cap: 50 lets the score be at most 50");
    }
    if (has_for && t.until) {
      entry.add("until", "bad-trigger", fmt::format("trigger `{}` has both `for` and `until`", t.name),
                "`for` ends it after some days, `until` when a condition holds: keep one of the two");
    }
    if (t.stack > 1 && (!has_for || !has_points)) {
      entry.add("stack", "bad-trigger", fmt::format("`stack` of trigger `{}` needs `for` and `points`", t.name),
                "it counts how often the condition began to hold within the days of `for`");
    }
    entry.finish();
    model.triggers.push_back(std::move(t));
  });
}

// `TRIGGER: off`, or `TRIGGER: {points: -10, cap: 50}`.
void read_trigger_change(const Reader& segment, const tree::Entry& e, Segment& out) {
  TriggerChange change;
  change.name = e.key.text;
  change.at = place_only(e.key);
  if (e.value.is_scalar()) {
    change.off = e.value.text == "off";
    if (!change.off) {
      segment.values().add(e.value, "unknown-word",
                           fmt::format("trigger `{}` cannot be `{}` here", change.name, e.value.text),
                           "write off, or other points or cap: {points: -10}");
    }
  } else {
    Reader entry(segment.tree(), e.value, segment.problems(), fmt::format("trigger `{}`", change.name), &e.key);
    if (!entry.is_map()) return;
    change.points = read_hundredths(entry, "points", -100, 100);
    change.cap = read_hundredths(entry, "cap", 0, 100);
    if (!is_given(entry, "points") && !is_given(entry, "cap")) {
      segment.values().add(e.key, "no-effect", fmt::format("nothing of trigger `{}` is changed here", change.name),
                           "write off, or other points or cap: {points: -10}");
    }
    entry.finish();
  }
  out.triggers.push_back(std::move(change));
}

// The map of a key, or nullptr; `what` is what its entries are called.
const Node* map_of(Reader& reader, std::string_view key, std::string_view what) {
  const Node* node = reader.find(key);
  if (node == nullptr) return nullptr;
  if (node->is_map()) return node;
  reader.add(key, "wrong-type",
             fmt::format("`{}` must be a map with one entry per {}, not {}", key, what, tree::kind_name(*node)));
  return nullptr;
}

Segment read_segment(const Node& name, Reader& reader, std::string_view what) {
  Segment s;
  s.name = name.text;
  s.at = place_only(name);
  check_name(reader, name, what);
  s.label = reader.text("label").value_or("");
  if (auto when = read_condition(reader, "when", Need::required)) s.when = std::move(*when);
  if (what == "segment") {
    s.from = reader.day("from");
    s.until = reader.day("until");
  }
  if (const Node* weights = map_of(reader, "weights", "dimension or metric")) {
    for (const tree::Entry& e : weights->entries) {
      const auto weight = read_weight(reader, e.value, fmt::format("the weight of `{}`", e.key.text), true);
      if (!weight) continue;
      s.weights.emplace_back(e.key.text, *weight);
      s.weights_at.push_back(place_only(e.key));
    }
  }
  if (const Node* curves = map_of(reader, "curves", "metric")) {
    for (const tree::Entry& e : curves->entries) {
      Curve curve;
      if (!read_curve(reader, e.value, curve)) continue;
      s.curves.emplace_back(e.key.text, std::move(curve));
      s.curves_at.push_back(place_only(e.key));
    }
  }
  s.bands = read_bands(reader, Need::optional);
  if (const Node* triggers = map_of(reader, "triggers", "trigger")) {
    for (const tree::Entry& e : triggers->entries) read_trigger_change(reader, e, s);
  }
  reader.finish();
  return s;
}

void read_accounts(Reader& reader, Accounts& out) {
  auto accounts = reader.map("accounts");
  if (!accounts) return;
  if (const Node* node = accounts->find("status")) {
    out.trial = out.onboarding = out.active = out.notice = false;
    const std::vector<std::pair<std::string, bool*>> words = {
        {"trial", &out.trial}, {"onboarding", &out.onboarding}, {"active", &out.active}, {"notice", &out.notice}};
    const std::vector<Node> single = node->is_list() ? std::vector<Node>{} : std::vector<Node>{*node};
    for (const Node& item : node->is_list() ? node->items : single) {
      const auto word = accounts->values().text(item, "a status");
      if (!word) continue;
      const auto found = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.first == *word; });
      if (found != words.end()) {
        *found->second = true;
        continue;
      }
      const bool never = *word == "paused" || *word == "churned" || *word == "internal";
      accounts->values().add(item, "unknown-word", fmt::format("accounts with the status `{}` cannot be scored", *word),
                             *word == "paused" ? "a paused account keeps its last score; leave it out"
                             : never           ? "leave it out"
                                     : text::did_you_mean(*word, {"trial", "onboarding", "active", "notice"}));
    }
    if (node->is_list() && node->items.empty()) {
      accounts->add("status", "no-effect", "no status is listed, so no account would be scored",
                    "leave `status` out to score onboarding, active and notice");
    }
  }
  out.when = read_condition(*accounts, "when", Need::optional);
  accounts->finish();
}

void read_hierarchy(Reader& reader, Hierarchy& out) {
  auto hierarchy = reader.map("hierarchy");
  if (!hierarchy) return;
  if (const tree::Entry* e = reader.node().find_entry("hierarchy")) out.at = place_only(e->key);
  const auto weight = [&](std::string_view key, Decimal& to) {
    const Node* node = hierarchy->find(key);
    if (node == nullptr) return;
    to = read_weight(*hierarchy, *node, fmt::format("`{}`", key), true).value_or(to);
  };
  weight("own", out.own);
  weight("worst", out.worst);
  weight("mean", out.mean);
  weight("value_weighted", out.value_weighted);
  weight("poor_by_count", out.poor_by_count);
  weight("poor_by_value", out.poor_by_value);
  if (const auto below = read_hundredths(*hierarchy, "poor_below", 0, 100)) {
    out.poor_below_hundredths = static_cast<int32_t>(below->micros / 10'000);
    if (out.poor_by_count.micros == 0 && out.poor_by_value.micros == 0) {
      hierarchy->add("poor_below", "no-effect", "`poor_below` has no effect: no share of poor children is weighed",
                     "give `poor_by_count` or `poor_by_value` a weight, or leave it out", Severity::warning);
    }
  }
  hierarchy->finish();
}

void read_inputs(Reader& reader, Model& model) {
  reader.each("inputs", "input", [&](const Node& name, Reader& entry) {
    Input in;
    in.name = name.text;
    in.at = place_only(name);
    check_name(entry, name, "input");
    in.label = entry.text("label").value_or("");
    in.event = entry.text("event", Need::required).value_or("");
    in.every_days = entry.days("every", Need::required).value_or(1);
    in.from = entry.text("from").value_or("");
    if (const Node* n = entry.node().find("event"); n != nullptr && !in.event.empty()) in.event_at = place_only(*n);
    if (const Node* rubric = map_of(entry, "rubric", "number")) {
      for (const tree::Entry& e : rubric->entries) {
        const auto value = entry.values().integer(e.key, "the value on the left of a rubric's line", -1'000, 1'000);
        const auto meaning = entry.values().text(e.value, fmt::format("the meaning of {}", e.key.text));
        if (!value || !meaning) continue;
        in.rubric.emplace_back(static_cast<int>(*value), *meaning);
      }
      std::sort(in.rubric.begin(), in.rubric.end());
    }
    entry.finish();
    model.inputs.push_back(std::move(in));
  });
}

}  // namespace

void read_rules(Reader& reader, Model& model) {
  read_triggers(reader, model);
  reader.each("segments", "segment",
              [&](const Node& name, Reader& entry) { model.segments.push_back(read_segment(name, entry, "segment")); });
  reader.each("stages", "stage",
              [&](const Node& name, Reader& entry) { model.stages.push_back(read_segment(name, entry, "stage")); });
  read_accounts(reader, model.accounts);
  read_hierarchy(reader, model.hierarchy);
  read_inputs(reader, model);
}

}  // namespace kenko::model
