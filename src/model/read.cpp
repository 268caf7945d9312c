#include "model/read.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/read_parts.h"

namespace kenko::model {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

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
  read_outcomes(reader, model);
  model.min_coverage_micros = reader.percent("min_coverage").value_or(model.min_coverage_micros);
  model.too_new_days = reader.days("too_new").value_or(model.too_new_days);
}

void read_roll_up(Reader& reader, Model& model) {
  if (const Node* node = reader.node().find("rollup"); node != nullptr && node->is_scalar() && node->text == "points") {
    reader.allow("rollup");
    reader.add("rollup", "unknown-word", "the model's own `rollup` cannot be `points`",
               "put the metrics into one dimension and write `rollup: points` there");
  } else {
    model.rollup = reader.choice<Rollup>("rollup", {{"mean", Rollup::mean}, {"min", Rollup::min}, {"max", Rollup::max}})
                       .value_or(Rollup::mean);
  }
  if (const auto margin = read_hundredths(reader, "band_margin", 0, 100))
    model.band_margin_hundredths = static_cast<int32_t>(margin->micros / 10'000);
  model.band_dwell_days = reader.days("band_dwell").value_or(1);
  model.quantiles_within_segment =
      reader.choice<bool>("quantiles_within", {{"portfolio", false}, {"segment", true}}).value_or(false);
}

// A dimension with the dimensions nested in it, the outer one first.
void read_dimension(const Node& name, Reader& reader, const std::optional<std::string>& parent, Model& model) {
  check_name(reader, name, "dimension");
  Dimension d;
  d.name = name.text;
  d.parent = parent;
  d.label = reader.text("label").value_or("");
  d.weight = Decimal::whole(1);
  d.at = place_only(name);
  if (const Node* node = reader.find("weight", Need::required))
    d.weight = read_weight(reader, *node, "`weight`", false).value_or(d.weight);
  d.rollup = reader
                 .choice<Rollup>(
                     "rollup",
                     {{"mean", Rollup::mean}, {"min", Rollup::min}, {"max", Rollup::max}, {"points", Rollup::points}})
                 .value_or(Rollup::mean);
  d.start = read_hundredths(reader, "start", 0, 100).value_or(Decimal{});
  if (is_given(reader, "start") && d.rollup != Rollup::points) {
    reader.add("start", "no-effect", fmt::format("`start` of dimension `{}` has no effect", d.name),
               "it goes with `rollup: points`", Severity::warning);
  }
  const auto same = [&](const Dimension& other) { return other.name == d.name; };
  if (std::any_of(model.dimensions.begin(), model.dimensions.end(), same)) {
    reader.values().add(name, "duplicate-key", fmt::format("there are two dimensions `{}`", d.name),
                        "a name is used once, whatever it is nested in: call one of them otherwise");
  } else {
    model.dimensions.push_back(std::move(d));
  }
  reader.each("dimensions", "dimension",
              [&](const Node& inner, Reader& entry) { read_dimension(inner, entry, name.text, model); });
  reader.finish();
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
  if (what != "model" && what != "band") hint += "; what readers see is its `label:`";
  reader.values().add(name, "bad-name",
                      fmt::format("`{}` cannot be the name of {} {}", name.text,
                                  what == "input" || what == "outcome" ? "an" : "a", what),
                      std::move(hint));
}

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
    read_constants(reader, model);
    model.dimensions_read = reader.find("dimensions", Need::required) != nullptr;
    read_roll_up(reader, model);
    reader.each("dimensions", "dimension",
                [&](const Node& name, Reader& entry) { read_dimension(name, entry, std::nullopt, model); });
    reader.each(
        "metrics", "metric",
        [&](const Node& name, Reader& entry) { model.metrics.push_back(read_metric(name, entry)); }, Need::required);
    model.bands = read_bands(reader, Need::required);
    read_rules(reader, model);
    refuse_empty(reader);
    reader.finish();
  }
  model.document = std::move(*document);
  place_constants(model, problems);
  return model;
}

}  // namespace kenko::model
