#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/print_parts.h"

namespace kenko::model {
namespace {

// "the account's own score 50.0 %" and so on.
std::string hierarchy_text(const Model& model) {
  const Hierarchy& h = model.hierarchy;
  if (h.at.line == 0) return "";
  const std::string good = fmt::format("the share of its children with a score of {} or more",
                                       Decimal{h.poor_below_hundredths * int64_t{10'000}}.text());
  const std::vector<std::pair<Decimal, std::string>> parts = {
      {h.own, "its own score"},
      {h.worst, "the worst score of its children"},
      {h.mean, "the mean of its children's scores"},
      {h.value_weighted, "the mean of its children's scores, weighted by their ARR"},
      {h.poor_by_count, good},
      {h.poor_by_value, good + ", weighted by their ARR"}};
  Int128 all = 0;
  for (const auto& [weight, words] : parts) all += weight.micros;
  std::string out = "\nHierarchy: the score of an account is made of\n";
  for (const auto& [weight, words] : parts) {
    if (weight.micros == 0 || all == 0) continue;
    const auto tenths = static_cast<int64_t>(divide_half_up(Int128{weight.micros} * 1000, all));
    out += fmt::format("  {:>3}.{} %  {}\n", tenths / 10, tenths % 10, words);
  }
  return out + "  What does not exist gives its weight to the others.\n";
}

std::string changed_points(const Decimal& points) {
  return fmt::format("{} {}", points.micros < 0 ? "takes off" : "adds", points_words(points));
}

// "takes off 30 points and lets the score be at most 50".
std::string effect_words(const std::optional<Decimal>& points, const std::optional<Decimal>& cap) {
  std::string out;
  if (points) out = changed_points(*points);
  if (cap) out += fmt::format("{}lets the score be at most {}", out.empty() ? "" : " and ", cap->text());
  return out;
}

std::string trigger_text(const Trigger& t) {
  std::string out = fmt::format("  {}{}\n", t.name, t.label.empty() ? "" : fmt::format("  ({})", t.label));
  out += fmt::format("      when {}\n", one_line(t.when.expression));
  if (!t.why.empty()) out += fmt::format("      because {}\n", t.why);
  const auto points = t.points.micros != 0 || !t.cap ? std::optional(t.points) : std::nullopt;
  std::string when = " on every day on which this holds";
  if (t.until) {
    when = fmt::format(" from the day on which this holds until {}", one_line(t.until->expression));
  } else if (t.for_days > 1) {
    when = fmt::format(" for {} from every day on which this holds", days_words(t.for_days));
  }
  out += fmt::format("      {}{}\n", effect_words(points, t.cap), when);
  if (t.stack > 1)
    out += fmt::format("      each time it begins within {} counts again, up to {} times\n", days_words(t.for_days),
                       t.stack);
  if (t.once) out += "      only the first time in a customer's life\n";
  return out;
}

std::string triggers_text(const Model& model) {
  if (model.triggers.empty()) return "";
  std::string out = "\nTriggers: rules that change the score as a whole\n";
  for (const Trigger& t : model.triggers) out += trigger_text(t);
  return out + "  The points of all that are active are added; the score stays between 0 and 100.\n";
}

// What a segment says of one name: "Use of the product: 30.0 % of the score (else 60.0 %)".
std::string weight_text(const std::string& name, const std::string& now, const std::string& before, Decimal weight) {
  if (now == "left out") return fmt::format("      {}: left out\n", name);
  if (now.empty() || before.empty()) return fmt::format("      {}: weight {}\n", name, weight.text());
  return fmt::format("      {}: {} of the score (else {})\n", name, now, before);
}

std::string weights_text(const Model& model, const Segment& s) {
  const Shares before(model);
  const Shares now(model, &s);
  std::string out;
  const auto changed = [&](const std::string& name) {
    const auto found = std::find_if(s.weights.begin(), s.weights.end(), [&](const auto& w) { return w.first == name; });
    return found == s.weights.end() ? nullptr : &found->second;
  };
  for (const Dimension& d : model.dimensions) {
    const Decimal* weight = changed(d.name);
    // A new weight of one dimension moves the shares of those beside it too.
    if (weight == nullptr && now.of(d) == before.of(d)) continue;
    out += weight_text(said_name(d.label, d.name), now.of(d), before.of(d), weight == nullptr ? d.weight : *weight);
  }
  for (const Metric& m : model.metrics) {
    if (const Decimal* weight = changed(m.name))
      out += weight_text(said_name(m.label, m.name), now.of(m), before.of(m), *weight);
  }
  return out;
}

std::string days_text(const Segment& s) {
  if (s.from && s.until) return fmt::format(", from {} to {}", s.from->iso(), s.until->iso());
  if (s.from) return fmt::format(", from {} on", s.from->iso());
  if (s.until) return fmt::format(", until {}", s.until->iso());
  return "";
}

std::string segment_text(const Model& model, const Segment& s, size_t place) {
  std::string out =
      fmt::format("  {}. {}{}{}\n", place, s.name, s.label.empty() ? "" : fmt::format("  ({})", s.label), days_text(s));
  out += fmt::format("      when {}\n", one_line(s.when.expression));
  out += weights_text(model, s);
  for (const auto& [name, curve] : s.curves) {
    const auto metric =
        std::find_if(model.metrics.begin(), model.metrics.end(), [&](const Metric& m) { return m.name == name; });
    if (metric != model.metrics.end())
      out += fmt::format("      {}: {}\n", said_name(metric->label, name), curve_words(*metric, curve));
  }
  for (const TriggerChange& t : s.triggers) {
    out += fmt::format("      trigger {} {}\n", t.name, t.off ? "does nothing" : effect_words(t.points, t.cap));
  }
  if (!s.bands.empty()) out += "      Bands\n" + bands_words(model, s.bands, 8);
  return out;
}

std::string segments_text(const Model& model, const std::vector<Segment>& segments, const std::string& title,
                          const std::string& end) {
  if (segments.empty()) return "";
  std::string out = fmt::format("\n{}\n", title);
  for (size_t i = 0; i < segments.size(); ++i) out += segment_text(model, segments[i], i + 1);
  return out + end;
}

std::string inputs_text(const Model& model) {
  if (model.inputs.empty()) return "";
  std::string out = "\nWhat it needs from people\n";
  for (const Input& in : model.inputs) {
    out += fmt::format("  {}: `{}` every {}{}\n", said_name(in.label, in.name), in.event, days_words(in.every_days),
                       in.from.empty() ? "" : fmt::format(", from {}", in.from));
    for (const auto& [value, meaning] : in.rubric) out += fmt::format("      {} = {}\n", value, one_line(meaning));
  }
  return out;
}

}  // namespace

std::string bands_words(const Model& model, const std::vector<Band>& bands, size_t indent) {
  const std::string pad(indent, ' ');
  std::string out;
  int64_t width = 0;
  for (const Band& b : bands) width = std::max(width, text::display_width(b.name));
  for (size_t i = 0; i < bands.size(); ++i) {
    const Band& b = bands[i];
    const auto from = [&](const Band& x) {
      return x.quantile ? fmt::format("{} %", Decimal{x.quantile->micros * 100}.text())
                        : Decimal{x.from_hundredths * int64_t{10'000}}.text();
    };
    const std::string fill(static_cast<size_t>(width - text::display_width(b.name)), ' ');
    const bool last = i + 1 == bands.size();
    const std::string to = last ? (b.quantile ? "to 100 %" : "to 100") : fmt::format("to below {}", from(bands[i + 1]));
    out += fmt::format("{}{}{}  from {} {}\n", pad, b.name, fill, from(b), to);
  }
  if (!bands.empty() && bands[0].quantile) {
    out += fmt::format("{}These are shares of all scores {}on the day before, from the lowest on.\n", pad,
                       model.quantiles_within_segment ? "of the segment " : "");
  }
  return out;
}

std::string outcome_words(const Outcome& o) {
  std::string out = o.kind == Outcome::Kind::contract  ? "the contracts end"
                    : o.kind == Outcome::Kind::absence ? fmt::format("no `{}`", one_line(o.expression))
                                                       : fmt::format("`{}`", one_line(o.expression));
  out += fmt::format(" within {}", days_words(o.horizon_days));
  if (o.gap_days > 0) out += fmt::format(", the first {} left out", days_words(o.gap_days));
  if (o.kind == Outcome::Kind::contract)
    out += fmt::format(", and no other counts in the {} after", days_words(o.renewed_within_days));
  return o.among ? fmt::format("{}; among accounts with {}", out, one_line(o.among->expression)) : out;
}

std::string rules_text(const Model& model) {
  return segments_text(model, model.segments, "Segments: the first that holds changes how an account is scored",
                       "  An account in none of them is scored as above.\n") +
         segments_text(model, model.stages, "Stages of a customer's life: the first that holds",
                       "  What a stage changes counts before what the segment changes.\n") +
         triggers_text(model) + hierarchy_text(model) + inputs_text(model);
}

}  // namespace kenko::model
