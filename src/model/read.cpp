#include "model/read.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/read_curve.h"
#include "tree/reader.h"
#include "vocabulary/vocabulary.h"

namespace kenko::model {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

constexpr int64_t kFullPoints = 100'000'000;

bool is_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<uint8_t>(c) >= 0x80;
  };
  const auto part = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 100 && letter(name[0]) && std::all_of(name.begin(), name.end(), part);
}

void check_name(const Reader& reader, const Node& name, std::string_view what) {
  if (is_name(name.text)) return;
  std::string hint = "a name starts with a letter and has letters, digits, `_` and `-`";
  if (what == "metric" || what == "dimension") hint += "; what readers see is its `label:`";
  reader.values().add(name, "bad-name", fmt::format("`{}` cannot be the name of a {}", name.text, what),
                      std::move(hint));
}

// Refuses the planned keys of a scope; built ones are known by being read.
void refuse_planned(Reader& reader, std::string_view scope) {
  for (const vocabulary::Key& key : vocabulary::model_keys()) {
    if (key.scope == scope && !key.built) {
      reader.not_yet(key.name, fmt::format("`{}` ({}) is not there yet", key.name, key.doc));
    }
  }
}

void read_missing(Reader& reader, Missing& missing) {
  const Node* node = reader.find("missing");
  if (node == nullptr) return;
  constexpr std::string_view kHint = "one of exclude, zero, {score: 50}";
  if (node->is_scalar() && node->text == "exclude") return;
  if (node->is_scalar() && node->text == "zero") {
    missing.kind = Missing::Kind::zero;
    return;
  }
  const tree::Entry* only = node->is_map() && node->entries.size() == 1 ? &node->entries[0] : nullptr;
  if (only != nullptr && only->key.text == "score") {
    missing.kind = Missing::Kind::score;
    missing.points_micros = read_points(reader, only->value).value_or(0);
    return;
  }
  const std::string word = only != nullptr ? only->key.text : node->text;
  for (const vocabulary::Word& w : vocabulary::missing_policies()) {
    if (w.name == word && !w.built) {
      reader.add("missing", "not-yet", fmt::format("`missing: {}` is not there yet", w.form), std::string(kHint));
      return;
    }
  }
  const std::string shown = node->is_scalar() ? fmt::format("`{}`", node->text) : std::string(tree::kind_name(*node));
  reader.add("missing", "unknown-word", fmt::format("`missing` cannot be {}", shown), std::string(kHint));
}

void read_value(Reader& reader, Metric& metric) {
  const Node* node = reader.find("value", Need::required);
  if (node == nullptr) return;
  metric.value_at = place_only(*node);
  if (!node->is_scalar()) {
    const bool flow = node->is_map() || node->is_list();
    reader.add("value", "wrong-type", fmt::format("`value` must be an expression, not {}", tree::kind_name(*node)),
               flow ? "put the whole expression in single quotes" : "for example count(login[28d])");
    return;
  }
  metric.value_at.text = node->text;
  metric.expression = std::string(text::trim(node->text));
  const tree::Tree& document = reader.tree();
  auto parsed = language::parse(node->text, [&](size_t offset) { return document.at(*node, offset); });
  if (parsed.ok()) {
    metric.value = std::move(*parsed);
  } else {
    for (Problem& p : std::move(parsed).problems()) reader.problems().push_back(std::move(p));
  }
}

std::optional<Decimal> read_weight(Reader& reader, Need need) {
  constexpr int64_t kMost = 1'000'000;
  const auto weight = reader.decimal("weight", need);
  if (!weight) return std::nullopt;
  if (weight->micros <= 0 || weight->micros > kMost * 1'000'000) {
    reader.add("weight", "out-of-range",
               fmt::format("`weight` must be more than 0 and at most {}, not {}", text::grouped(kMost), weight->text()),
               weight->micros == 0 ? "to show a metric without scoring it, leave out its dimension" : "");
    return std::nullopt;
  }
  return weight;
}

Metric read_metric(const Node& name, Reader& reader) {
  Metric m;
  m.name = name.text;
  m.at = place_only(name);
  check_name(reader, name, "metric");
  m.label = reader.text("label").value_or("");
  m.why = reader.text("why").value_or("");
  m.dimension = reader.text("dimension");
  if (const Node* n = reader.node().find("dimension"); m.dimension && n != nullptr) m.dimension_at = place_only(*n);
  m.weight = read_weight(reader, Need::optional);
  read_value(reader, m);
  if (const Node* curve = reader.find("curve")) m.curve_broken = !read_curve(reader, *curve, m.curve);
  read_missing(reader, m.missing);
  m.min_observed_days = reader.days("min_observed");
  m.ours = reader.flag("ours");
  refuse_planned(reader, "metrics");
  reader.finish();
  return m;
}

Band read_band(const Node& name, Reader& reader) {
  Band band;
  band.name = name.text;
  band.at = place_only(name);
  check_name(reader, name, "band");
  band.from_hundredths = -1;  // until it is known
  if (const auto from = reader.decimal("from", Need::required)) {
    if (from->micros < 0 || from->micros > kFullPoints || from->micros % 10'000 != 0) {
      reader.add("from", "out-of-range",
                 fmt::format("`from` must be between 0 and 100 with at most two decimal places, not {}", from->text()));
    } else {
      band.from_hundredths = static_cast<int32_t>(from->micros / 10'000);
    }
  }
  band.color = reader.text("color").value_or("");
  refuse_planned(reader, "bands");
  reader.finish();
  return band;
}

void read_top(Reader& reader, Model& model) {
  if (const auto version = reader.text("kenko", Need::required); version && *version != "1") {
    reader.add("kenko", "unknown-version",
               fmt::format("this model is written in format {}, and only format 1 is known", *version),
               "write kenko: 1, or use a Kenko that knows that format");
  }
  if (const auto name = reader.text("model", Need::required)) {
    model.name = *name;
    if (!is_name(*name)) check_name(reader, *reader.node().find("model"), "model");
  }
  model.purpose = reader.text("purpose").value_or("");
  model.healthy_means = reader.text("healthy_means").value_or("");
  if (const Node* outcome = reader.find("outcome")) {
    if (!outcome->is_scalar() || outcome->text.find_first_of("([{ ") != std::string::npos) {
      reader.add("outcome", "not-yet", "an outcome that is a rule is not there yet", "name an event: account.churned");
    } else {
      model.outcome = outcome->text;
    }
  }
  model.min_coverage_micros = reader.percent("min_coverage").value_or(model.min_coverage_micros);
  model.too_new_days = reader.days("too_new").value_or(model.too_new_days);
}

void refuse_empty(Reader& reader) {
  for (const std::string_view key : {"dimensions", "metrics", "bands"}) {
    const Node* node = reader.node().find(key);
    if (node != nullptr && node->is_map() && node->entries.empty()) {
      reader.add(key, "missing-key", fmt::format("`{}` is empty", key));
    }
  }
}

}  // namespace

Node place_only(const Node& node) {
  Node out;
  out.kind = node.kind == Node::Kind::scalar ? Node::Kind::scalar : Node::Kind::null;
  if (node.is_scalar()) out.text = node.text;
  out.offset = node.offset;
  out.line = node.line;
  out.column = node.column;
  return out;
}

std::optional<Model> read_model(std::string_view text, std::string file, Problems& problems) {
  auto document = tree::Tree::parse(text, std::move(file), problems);
  if (!document) return std::nullopt;
  Model model;
  {
    Reader reader(*document, document->root(), problems, "the model");
    if (!reader.is_map()) return std::nullopt;
    read_top(reader, model);
    model.dimensions_read = reader.find("dimensions", Need::required) != nullptr;
    reader.each("dimensions", "dimension", [&](const Node& name, Reader& entry) {
      check_name(entry, name, "dimension");
      Dimension d;
      d.name = name.text;
      d.label = entry.text("label").value_or("");
      d.weight = Decimal::whole(1);
      d.at = place_only(name);
      if (const auto weight = read_weight(entry, Need::required)) d.weight = *weight;
      refuse_planned(entry, "dimensions");
      entry.finish();
      model.dimensions.push_back(std::move(d));
    });
    reader.each(
        "metrics", "metric",
        [&](const Node& name, Reader& entry) { model.metrics.push_back(read_metric(name, entry)); }, Need::required);
    reader.each(
        "bands", "band", [&](const Node& name, Reader& entry) { model.bands.push_back(read_band(name, entry)); },
        Need::required);
    refuse_empty(reader);
    refuse_planned(reader, "");
    reader.finish();
  }
  model.document = std::move(*document);
  return model;
}

}  // namespace kenko::model
