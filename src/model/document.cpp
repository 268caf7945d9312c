#include "model/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/text.h"
#include "model/print.h"
#include "model/print_parts.h"

namespace kenko::model {
namespace {

// A text inside a cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out.empty() ? "–" : out;
}

// An expression as code in a cell.  GitHub's tables want a backslash before | even inside code.
std::string code(const std::string& text) { return text.empty() ? "–" : "`" + cell(one_line(text)) + "`"; }

struct AllReads {
  std::set<std::string> events, attributes, metrics;
  bool contracts = false, account = false, others = false;
};

void collect(const Model& model, const Metric& metric, AllReads& out) {
  const Reads& r = metric.reads;
  out.events.insert(r.events.begin(), r.events.end());
  out.attributes.insert(r.attributes.begin(), r.attributes.end());
  out.contracts = out.contracts || r.contracts;
  out.account = out.account || r.account;
  out.others = out.others || r.percentile || r.children || metric.curve.kind == Curve::Kind::percentile;
  for (const std::string& name : r.metrics) {
    if (!out.metrics.insert(name).second) continue;
    for (const Metric& m : model.metrics) {
      if (m.name == name) collect(model, m, out);
    }
  }
}

std::string listed(const std::set<std::string>& names) {
  std::vector<std::string> parts;
  for (const std::string& n : names) parts.push_back("`" + n + "`");
  return text::join(parts, ", ");
}

std::string reads_words(const AllReads& r) {
  std::vector<std::string> parts;
  if (!r.events.empty()) parts.push_back("events " + listed(r.events));
  if (!r.attributes.empty()) parts.push_back("attributes " + listed(r.attributes));
  if (r.contracts) parts.emplace_back("contracts");
  if (r.account) parts.emplace_back("how long it has been a customer");
  if (!r.metrics.empty()) parts.push_back("metrics " + listed(r.metrics));
  if (r.others) parts.emplace_back("other accounts");
  return parts.empty() ? "nothing: a constant" : text::join(parts, "; ");
}

std::string sources_words(const AllReads& r, const facts::Settings& settings) {
  std::set<std::string> names, events = r.events, attributes = r.attributes;
  for (const facts::SourceSettings& s : settings.sources) {
    for (const std::string& e : s.emits) {
      if (r.events.contains(e)) names.insert(s.name), events.erase(e);
    }
    for (const auto& [key, type] : s.attributes) {
      if (r.attributes.contains(key)) names.insert(s.name), attributes.erase(key);
    }
  }
  events.merge(attributes);
  std::vector<std::string> parts;
  if (!names.empty()) parts.push_back(listed(names));
  if (!events.empty()) parts.push_back("no source gives " + listed(events) + " yet");
  return parts.empty() ? "–" : text::join(parts, "; ");
}

std::string heading(const Model& model, const std::string& fingerprint) {
  std::string out = fmt::format("# Health model: {}\n\n", model.name);
  if (!model.purpose.empty()) out += fmt::format("**Purpose.** {}\n\n", one_line(model.purpose));
  if (!model.healthy_means.empty()) out += fmt::format("**Healthy means.** {}\n\n", one_line(model.healthy_means));
  std::vector<std::string> outcomes;
  for (const Outcome& o : model.outcomes)
    outcomes.push_back(fmt::format("{} ({})", said_name(o.label, o.name), outcome_words(o)));
  return out + fmt::format("What it is to foretell: {}. Fingerprint: `{}`.\n\n", text::join(outcomes, "; "),
                           fingerprint.substr(0, 12));
}

std::string dimension_table(const Model& model) {
  const Shares shares(model);
  std::string out =
      "## Dimensions\n\n| dimension | part of | share of the score | how its members become one |\n"
      "|---|---|---:|---|\n";
  constexpr std::string_view kRollups[] = {"weighted mean", "the lowest counts", "the highest counts", "sum of points"};
  for (const Dimension& d : model.dimensions) {
    out += fmt::format("| {} | {} | {} | {} |\n", cell(said_name(d.label, d.name)), d.parent ? cell(*d.parent) : "–",
                       cell(shares.of(d)), kRollups[static_cast<size_t>(d.rollup)]);
  }
  return out + "\n";
}

std::string metric_table(const Model& model) {
  const Shares shares(model);
  std::string out = "## Metrics\n\n| metric | dimension | share | value | points |\n|---|---|---:|---|---|\n";
  for (const Metric& m : model.metrics) {
    const bool scored = m.dimension.has_value();
    out += fmt::format("| {}{} | {} | {} | {} | {} |\n", cell(said_name(m.label, m.name)),
                       m.ours.value_or(false) ? " (ours)" : "", scored ? cell(*m.dimension) : "–",
                       scored ? cell(shares.of(m)) : "not scored", code(m.expression),
                       scored ? cell(curve_words(m, m.curve)) : "–");
  }
  out += "\n\"ours\": rests on what we do or judge ourselves, not on what the customer does.\n\n";
  std::string why;
  for (const Metric& m : model.metrics) {
    if (!m.why.empty()) why += fmt::format("- **{}**: {}\n", said_name(m.label, m.name), one_line(m.why));
  }
  return why.empty() ? out : out + "### Why\n\n" + why + "\n";
}

std::string origin_table(const Model& model, const facts::Settings& settings) {
  std::string out = "## Where the numbers come from\n\n| metric | reads | sources |\n|---|---|---|\n";
  for (const Metric& m : model.metrics) {
    AllReads reads;
    collect(model, m, reads);
    out += fmt::format("| {} | {} | {} |\n", cell(said_name(m.label, m.name)), cell(reads_words(reads)),
                       cell(sources_words(reads, settings)));
  }
  return out + "\n";
}

}  // namespace

std::string document(const Model& model, const facts::Settings& settings, const std::string& fingerprint) {
  return heading(model, fingerprint) + dimension_table(model) + metric_table(model) + "## Bands\n\n```text\n" +
         bands_words(model, model.bands, 0) + "```\n\n" + origin_table(model, settings) +
         "## The whole model, read aloud\n\n```text\n" + print_model(model) + "```\n";
}

}  // namespace kenko::model
