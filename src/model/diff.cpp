#include "model/diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "model/print_parts.h"

namespace kenko::model {
namespace {

// A model as a list of plain sayings, which are then compared by subject and aspect.
struct Saying {
  std::string aspect, text;
  bool meaning = true;
};
struct Subject {
  std::string name;
  std::string kind;     // subjects of one kind stand together
  std::string summary;  // said when the whole subject came or went
  std::vector<Saying> sayings;

  void say(std::string aspect, std::string text, bool meaning = true) {
    if (!text.empty()) sayings.push_back({std::move(aspect), std::move(text), meaning});
  }
  void words(std::string aspect, std::string text) { say(std::move(aspect), std::move(text), false); }
};

std::string points(int64_t micros) { return points_words(micros); }

std::string percent(Decimal share) { return fmt::format("{} %", Decimal{share.micros * 100}.text()); }

std::string_view rollup_name(Rollup r) {
  constexpr std::string_view kNames[] = {"mean", "min", "max", "points"};
  return kNames[static_cast<size_t>(r)];
}

// The value on the left of a curve's point, as the file may write it.
std::string left(const Curve& c, Decimal x) { return c.percent ? percent(x) : x.text(); }

void say_curve(const std::string& aspect, const Curve& c, Subject& out) {
  constexpr std::string_view kKinds[] = {"",     "straight lines", "steps",      "categories",
                                         "hill", "words",          "percentile", "own baseline"};
  if (c.kind == Curve::Kind::none) return;
  out.say(aspect + " kind", std::string(kKinds[static_cast<size_t>(c.kind)]));
  for (const Curve::Point& p : c.points)
    out.say(fmt::format("{} at {}", aspect, left(c, p.x)), points(p.points_micros));
  for (const Curve::Category& k : c.categories)
    out.say(fmt::format("{} at {}", aspect, k.value), points(k.points_micros));
  if (c.other) out.say(aspect + " for all others", points(*c.other));
  if (c.open_below || c.open_above) {
    out.say(aspect + " ends", c.open_below && c.open_above ? "open" : c.open_below ? "open below" : "open above");
  }
  if (c.kind == Curve::Kind::hill) out.say(aspect + " half", c.half.text());
  if (c.kind == Curve::Kind::hill) out.say(aspect + " power", fmt::format("{}", c.power));
  if (c.over_days > 0) out.say(aspect + " over", days_words(c.over_days));
}

std::string missing_text(const Missing& m) {
  switch (m.kind) {
    case Missing::Kind::exclude:
      return "exclude";
    case Missing::Kind::zero:
      return "zero";
    case Missing::Kind::score:
      return points(m.points_micros);
    case Missing::Kind::hold:
      return fmt::format("hold for {}", days_words(m.hold_days));
  }
  return "";
}

// Expressions are compared as they mean, with constants in place, and said as they are written.
std::string said(const std::optional<language::Expression>& value, const std::string& written) {
  return value ? language::to_text(*value) : one_line(written);
}
std::string said(const Condition& c) { return said(c.value, c.expression); }

void say_bands(const std::vector<Band>& bands, const std::string& prefix, Subject& out) {
  for (const Band& b : bands) {
    out.say(fmt::format("{}band {} from", prefix, b.name),
            b.quantile ? "the quantile " + percent(*b.quantile) : Decimal{int64_t{b.from_hundredths} * 10'000}.text());
  }
}

Subject of_model(const Model& m) {
  Subject s{"the model", "", "", {}};
  s.words("name", m.name);
  s.words("purpose", m.purpose);
  s.words("healthy means", m.healthy_means);
  s.say("min_coverage", percent({m.min_coverage_micros}));
  s.say("too_new", days_words(m.too_new_days));
  s.say("rollup", std::string(rollup_name(m.rollup)));
  say_bands(m.bands, "", s);
  s.say("band_margin", Decimal{int64_t{m.band_margin_hundredths} * 10'000}.text());
  s.say("band_dwell", days_words(m.band_dwell_days));
  s.say("quantiles_within", m.quantiles_within_segment ? "segment" : "portfolio");
  const Hierarchy& h = m.hierarchy;
  for (const auto& [name, w] : {std::pair{"own", h.own},
                                {"worst", h.worst},
                                {"mean", h.mean},
                                {"value_weighted", h.value_weighted},
                                {"poor_by_count", h.poor_by_count},
                                {"poor_by_value", h.poor_by_value}}) {
    s.say(fmt::format("hierarchy {}", name), w.text());
  }
  s.say("hierarchy poor_below", Decimal{int64_t{h.poor_below_hundredths} * 10'000}.text());
  std::vector<std::string_view> scored;
  for (const auto& [name, on] : {std::pair{"trial", m.accounts.trial},
                                 {"onboarding", m.accounts.onboarding},
                                 {"active", m.accounts.active},
                                 {"notice", m.accounts.notice}}) {
    if (on) scored.emplace_back(name);
  }
  s.say("accounts scored", fmt::format("{}", fmt::join(scored, ", ")));
  if (m.accounts.when) s.say("accounts when", said(*m.accounts.when));
  std::vector<std::string_view> segments, stages;
  for (const Segment& g : m.segments) segments.push_back(g.name);
  for (const Segment& g : m.stages) stages.push_back(g.name);
  s.say("order of segments", fmt::format("{}", fmt::join(segments, ", ")));
  s.say("order of stages", fmt::format("{}", fmt::join(stages, ", ")));
  std::vector<std::string_view> outcomes;
  for (const Outcome& o : m.outcomes) outcomes.push_back(o.name);
  s.words("order of outcomes", fmt::format("{}", fmt::join(outcomes, ", ")));
  return s;
}

Subject of_dimension(const Dimension& d) {
  Subject s{"dimension " + d.name, "dimension", fmt::format("weight {}", d.weight.text()), {}};
  s.words("label", d.label);
  s.say("weight", d.weight.text());
  s.say("inside", d.parent.value_or("the model"));
  s.say("rollup", std::string(rollup_name(d.rollup)));
  s.say("start", d.start.text());
  return s;
}

Subject of_metric(const Metric& m) {
  Subject s{"metric " + m.name, "metric", said(m.value, m.expression), {}};
  if (m.dimension) {
    s.summary += fmt::format(", weight {} in {}", m.weight.value_or(Decimal::whole(1)).text(), *m.dimension);
  }
  s.words("label", m.label);
  s.words("why", m.why);
  s.say("value", said(m.value, m.expression));
  s.say("dimension", m.dimension.value_or("none: shown, not scored"));
  s.say("weight", m.weight.value_or(Decimal::whole(1)).text());
  say_curve("curve", m.curve, s);
  s.say("missing", missing_text(m.missing));
  if (m.each) s.say("each", m.each->text());
  if (m.each) s.say("at_most", m.at_most.value_or(Decimal::whole(100)).text());
  s.say("young", m.young_partial ? "partial" : "full");
  if (m.min_observed_days) s.say("min_observed", days_words(*m.min_observed_days));
  s.say("ours", m.ours.value_or(false) ? "yes" : "no");
  return s;
}

Subject of_segment(const Segment& g, const std::string& kind) {
  Subject s{fmt::format("{} {}", kind, g.name), kind, "when " + said(g.when), {}};
  s.words("label", g.label);
  s.say("when", said(g.when));
  if (g.from) s.say("from", g.from->iso());
  if (g.until) s.say("until", g.until->iso());
  for (const auto& [name, weight] : g.weights) s.say("weight of " + name, weight.text());
  for (const auto& [name, curve] : g.curves) say_curve("curve of " + name, curve, s);
  say_bands(g.bands, "", s);
  for (const TriggerChange& t : g.triggers) {
    if (t.off) s.say("trigger " + t.name, "off");
    if (t.points) s.say(fmt::format("trigger {} points", t.name), t.points->text());
    if (t.cap) s.say(fmt::format("trigger {} cap", t.name), t.cap->text());
  }
  return s;
}

Subject of_trigger(const Trigger& t) {
  Subject s{"trigger " + t.name, "trigger", "when " + said(t.when), {}};
  s.words("label", t.label);
  s.words("why", t.why);
  s.say("when", said(t.when));
  s.say("points", t.points.text());
  if (t.cap) s.say("cap", t.cap->text());
  if (t.until) {
    s.say("until", said(*t.until));
  } else {
    s.say("for", days_words(t.for_days));
  }
  s.say("stack", fmt::format("{}", t.stack));
  s.say("once", t.once ? "yes" : "no");
  return s;
}

// What is foretold changes no score.
Subject of_outcome(const Outcome& o) {
  Subject s{"outcome " + o.name, "outcome", outcome_words(o), {}};
  s.words("label", o.label);
  if (o.kind == Outcome::Kind::contract) {
    s.words("contract", "not_renewed");
    s.words("renewed_within", days_words(o.renewed_within_days));
  } else {
    s.words(o.kind == Outcome::Kind::event ? "event" : "absence", said(o.events, o.expression));
  }
  s.words("within", days_words(o.horizon_days));
  s.words("gap", days_words(o.gap_days));
  if (o.among) s.words("among", said(*o.among));
  return s;
}

// What is asked of people changes no score.
Subject of_input(const Input& in) {
  Subject s{"input " + in.name, "input", in.event, {}};
  s.words("label", in.label);
  s.words("event", in.event);
  s.words("every", days_words(in.every_days));
  s.words("from", in.from);
  for (const auto& [value, text] : in.rubric) s.words(fmt::format("rubric {}", value), text);
  return s;
}

std::vector<Subject> subjects(const Model& m) {
  std::vector<Subject> out{of_model(m)};
  for (const Dimension& d : m.dimensions) out.push_back(of_dimension(d));
  for (const Metric& x : m.metrics) out.push_back(of_metric(x));
  for (const Segment& g : m.segments) out.push_back(of_segment(g, "segment"));
  for (const Segment& g : m.stages) out.push_back(of_segment(g, "stage"));
  for (const Trigger& t : m.triggers) out.push_back(of_trigger(t));
  for (const Outcome& o : m.outcomes) out.push_back(of_outcome(o));
  for (const Input& in : m.inputs) out.push_back(of_input(in));
  return out;
}

const Saying* find(const Subject& s, const std::string& aspect) {
  const auto at = std::find_if(s.sayings.begin(), s.sayings.end(), [&](const Saying& x) { return x.aspect == aspect; });
  return at == s.sayings.end() ? nullptr : &*at;
}

void compare(const Subject& before, const Subject& after, std::vector<Difference>& out) {
  for (const Saying& now : after.sayings) {
    const Saying* then = find(before, now.aspect);
    if (then != nullptr && then->text == now.text) continue;
    out.push_back({after.name, now.aspect, then == nullptr ? "" : then->text, now.text, now.meaning});
  }
  for (const Saying& then : before.sayings) {
    if (find(after, then.aspect) == nullptr) out.push_back({after.name, then.aspect, then.text, "", then.meaning});
  }
}

}  // namespace

std::vector<Difference> differences(const Model& before, const Model& after) {
  const std::vector<Subject> was = subjects(before);
  const std::vector<Subject> is = subjects(after);
  const auto named = [](const std::vector<Subject>& all, const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const Subject& s) { return s.name == name; });
  };
  std::vector<Difference> out;
  for (const char* kind : {"", "dimension", "metric", "segment", "stage", "trigger", "outcome", "input"}) {
    const bool meaning = std::string_view(kind) != "input" && std::string_view(kind) != "outcome";
    for (const Subject& s : is) {
      if (s.kind != kind) continue;
      const auto then = named(was, s.name);
      if (then != was.end()) {
        compare(*then, s, out);
      } else {
        out.push_back({s.name, "", "", s.summary, meaning});
      }
    }
    for (const Subject& s : was) {
      if (s.kind == kind && named(is, s.name) == is.end()) out.push_back({s.name, "", s.summary, "", meaning});
    }
  }
  return out;
}

std::string to_text(const Difference& d) {
  if (d.aspect.empty())
    return fmt::format("{} is {}: {}", d.subject, d.after.empty() ? "gone" : "new",
                       d.after.empty() ? d.before : d.after);
  if (d.before.empty()) return fmt::format("{}: {} is new: {}", d.subject, d.aspect, d.after);
  if (d.after.empty()) return fmt::format("{}: {} is gone, was {}", d.subject, d.aspect, d.before);
  return fmt::format("{}: {} {} -> {}", d.subject, d.aspect, d.before, d.after);
}

}  // namespace kenko::model
