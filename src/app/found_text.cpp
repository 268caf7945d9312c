#include "app/found_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "app/candidates.h"
#include "base/check.h"
#include "base/decimal.h"

namespace kenko::app {
namespace {

constexpr const char* kFoundLabel = "Found in the facts";
// What the author's metrics are taken for at least, when they foretell next to nothing.
constexpr double kLeastGiven = 0.05;
constexpr double kSmallest = 0.001;

struct Edit {
  size_t offset = 0, length = 0;
  std::string text;
};

bool meet(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& s) { return std::binary_search(b.begin(), b.end(), s); });
}

// By the events; where there are none, by what else is read by metrics without events: a share of seats in use is
// about use, not about contracts.
bool reads_alike(const model::Reads& own, const model::Reads& found) {
  if (!found.events.empty()) return meet(own.events, found.events);
  return own.events.empty() && (meet(own.attributes, found.attributes) || (own.contracts && found.contracts) ||
                                (own.account && found.account));
}

// Three significant digits.
std::string written(double weight) {
  weight = std::max(weight, kSmallest);
  const double unit = std::pow(10.0, 2 - std::floor(std::log10(weight)));
  return Decimal{std::llround(std::round(weight * unit) / unit * 1e6)}.text();
}

std::string number(double x) { return Decimal{std::llround(x * 1e6)}.text(); }

double own_weight(const model::Metric& m) { return m.weight.value_or(Decimal::whole(1)).as_double(); }

// Weights of what stands in a dimension together.
double members_of(const model::Model& model, const std::string& dimension) {
  double out = 0;
  for (const model::Metric& m : model.metrics) {
    if (m.dimension == dimension) out += own_weight(m);
  }
  for (const model::Dimension& d : model.dimensions) {
    if (d.parent == dimension) out += d.weight.as_double();
  }
  return out;
}

// The place of a number of the file.
Edit replace(const std::string& source, const tree::Node& node, std::string by) {
  const size_t quote = node.quoted ? 1 : 0;
  KENKO_CHECK(source.compare(node.offset + quote, node.text.size(), node.text) == 0,
              "a number is not where it was read");
  return {node.offset + quote, node.text.size(), std::move(by)};
}

// What stands before an entry on its line.
struct Lead {
  size_t line = 0;  // where the line begins
  std::string text;
  [[nodiscard]] bool blank() const { return text.find_first_not_of(' ') == std::string::npos; }
};

Lead lead_of(const std::string& source, const tree::Node& entry) {
  const size_t newline = entry.offset == 0 ? std::string::npos : source.rfind('\n', entry.offset - 1);
  const size_t line = newline == std::string::npos ? 0 : newline + 1;
  return {line, source.substr(line, entry.offset - line)};
}

// Before the first dimension: on a line of its own and as far to the right, or within the same { }.
Edit dimension_before(const model::Model& model, const tree::Node& first, const std::string& text) {
  const Lead lead = lead_of(model.document.source(), first);
  return lead.blank() ? Edit{lead.line, 0, lead.text + text + "\n"} : Edit{first.offset, 0, text + ", "};
}

// Before the first metric, on lines of their own and as far to the right.
Result<Edit> metrics_before(const model::Model& model, const tree::Node& first, const std::vector<std::string>& lines) {
  const Lead lead = lead_of(model.document.source(), first);
  if (!lead.blank()) {
    return model.document.problem(first, "search-flow-style", "further metrics cannot be written here",
                                  "write each metric on lines of its own below `metrics:`");
  }
  Edit out{lead.line, 0, ""};
  for (const std::string& each : lines) out.text += each.empty() ? "\n" : lead.text + each + "\n";
  return out;
}

std::vector<std::string> lines_of(const FoundMetric& m) {
  std::string curve;
  for (const auto& point : m.curve.points) {
    curve += fmt::format("{}{}: {}", curve.empty() ? "" : ", ", number(point.x), number(point.points));
  }
  std::vector<std::string> out{m.name + ":",
                               "  label: " + yaml_quoted(m.label),
                               "  why: " + yaml_quoted(m.why),
                               "  dimension: " + m.dimension,
                               "  weight: " + written(m.weight),
                               "  value: " + yaml_quoted(m.expression)};
  if (m.min_observed > 0) out.push_back(fmt::format("  min_observed: {}d", m.min_observed));
  out.push_back("  curve: {" + curve + "}");
  if (m.valued < 1) out.push_back(fmt::format("  missing: {{score: {}}}", number(m.curve.missing)));
  out.emplace_back();
  return out;
}

// How much of the whole weight of the top dimensions is added to each.
std::map<std::string, double> added_weights(const model::Model& model, const std::vector<FoundMetric>& found,
                                            double given_strength) {
  double all = 0;
  for (const model::Dimension& d : model.dimensions) all += d.parent ? 0 : d.weight.as_double();
  std::map<std::string, double> out;
  for (const FoundMetric& m : found) out[m.dimension] += all * m.strength / given_strength;
  return out;
}

// The weight of a dimension wherever the file says one, times `factor`.
void scale_weights(const model::Model& model, const model::Dimension& dimension, double factor,
                   std::vector<Edit>& out) {
  const std::string& source = model.document.source();
  const tree::Node& root = model.document.root();
  const tree::Node* own = root.find("dimensions")->find(dimension.name)->find("weight");
  out.push_back(replace(source, *own, written(dimension.weight.as_double() * factor)));
  for (const char* part : {"segments", "stages"}) {
    const tree::Node* all = root.find(part);
    if (all == nullptr) continue;
    for (const model::Segment& s : part == std::string("segments") ? model.segments : model.stages) {
      const tree::Node* weights = all->find(s.name)->find("weights");
      for (const auto& [name, weight] : s.weights) {
        if (name != dimension.name || weight.micros == 0) continue;
        out.push_back(replace(source, *weights->find(name), written(weight.as_double() * factor)));
      }
    }
  }
}

}  // namespace

std::string dimension_for(const model::Model& model, const model::Reads& reads) {
  std::string best = kFoundDimension;
  int most = 0;
  for (const model::Dimension& d : model.dimensions) {
    if (d.parent || d.rollup != model::Rollup::mean) continue;
    int alike = 0;
    for (const model::Metric& m : model.metrics) {
      if (m.dimension == d.name && reads_alike(m.reads, reads)) ++alike;
    }
    if (alike > most) {
      most = alike;
      best = d.name;
    }
  }
  return best;
}

Result<std::string> text_with(const model::Model& model, std::vector<FoundMetric>& found, double given_strength) {
  double all_found = 0;
  for (const FoundMetric& m : found) all_found += m.strength;
  given_strength = std::max(given_strength, kLeastGiven * all_found);
  std::vector<Edit> edits;
  for (const auto& [name, added] : added_weights(model, found, given_strength)) {
    const model::Dimension* dimension = model.find_dimension(name);
    const double weight = dimension == nullptr ? added : dimension->weight.as_double();
    const double members = dimension == nullptr ? added : members_of(model, name);
    double strength = 0;
    for (const FoundMetric& m : found) strength += m.dimension == name ? m.strength : 0;
    for (FoundMetric& m : found) {
      if (m.dimension == name) m.weight = members * (added * m.strength / strength) / weight;
    }
    if (dimension != nullptr) {
      scale_weights(model, *dimension, 1 + added / weight, edits);
      continue;
    }
    const std::string entry =
        fmt::format("{}: {{weight: {}, label: {}}}", name, written(added), yaml_quoted(kFoundLabel));
    edits.push_back(dimension_before(model, model.dimensions.front().at, entry));
  }
  std::vector<std::string> lines;
  for (const FoundMetric& m : found) {
    for (std::string& line : lines_of(m)) lines.push_back(std::move(line));
  }
  KENKO_TRY(Edit edit, metrics_before(model, model.metrics.front().at, lines));
  edits.push_back(std::move(edit));
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.offset > b.offset; });
  std::string text = model.document.source();
  for (const Edit& e : edits) text.replace(e.offset, e.length, e.text);
  return text;
}

}  // namespace kenko::app
