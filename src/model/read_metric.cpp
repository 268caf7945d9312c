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

void read_missing(Reader& reader, Missing& missing) {
  const Node* node = reader.find("missing");
  if (node == nullptr) return;
  constexpr std::string_view kHint = "one of exclude, zero, {score: 50}, {hold: 60d}";
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
  if (only != nullptr && only->key.text == "hold") {
    missing.kind = Missing::Kind::hold;
    missing.hold_days = reader.values().days(only->value, "`hold`").value_or(1);
    return;
  }
  const std::string shown = node->is_scalar() ? fmt::format("`{}`", node->text) : std::string(tree::kind_name(*node));
  reader.add("missing", "unknown-word", fmt::format("`missing` cannot be {}", shown), std::string(kHint));
}

// `each` and `at_most`: how a metric of a dimension with `rollup: points` counts.
void read_each(Reader& reader, Metric& m) {
  constexpr int64_t kMost = 1'000'000;
  m.each = reader.decimal("each");
  if (m.each && (m.each->micros == 0 || std::abs(m.each->micros) > kMost * 1'000'000)) {
    reader.add(
        "each", "out-of-range",
        fmt::format("`each` must be between -{0} and {0} and not 0, not {1}", text::grouped(kMost), m.each->text()),
        "the points for one: 5 adds, -5 takes off");
  }
  m.at_most = reader.decimal("at_most");
  if (m.at_most && (m.at_most->micros <= 0 || m.at_most->micros > kFullPointsMicros)) {
    reader.add("at_most", "out-of-range",
               fmt::format("`at_most` must be more than 0 and at most 100, not {}", m.at_most->text()),
               m.at_most->micros < 0 ? "it limits what the metric takes off too: write it without the sign" : "");
  }
}

// Exactly one of `from` and `quantile`.
void read_cut_off(Reader& reader, Band& band) {
  const bool quantile = is_given(reader, "quantile");
  const bool from = is_given(reader, "from");
  band.from_hundredths = -1;  // until it is known
  reader.allow("quantile");
  reader.allow("from");
  if (quantile && from) {
    reader.add("quantile", "bad-bands", fmt::format("band `{}` has both `from` and `quantile`", band.name),
               "a band begins at a score or at a quantile of all scores: keep one of the two");
    return;
  }
  if (quantile) {
    band.quantile = Decimal{-1};
    if (const auto share = reader.percent("quantile")) band.quantile = Decimal{*share};
    return;
  }
  const auto score = read_hundredths(reader, "from", 0, 100, Need::required);
  if (score) band.from_hundredths = static_cast<int32_t>(score->micros / 10'000);
}

}  // namespace

bool is_given(const Reader& reader, std::string_view key) {
  const Node* node = reader.node().find(key);
  return node != nullptr && !node->is_null();
}

std::optional<ReadExpression> read_expression(Reader& reader, std::string_view key, Need need,
                                              std::string_view example) {
  const Node* node = reader.find(key, need);
  if (node == nullptr) return std::nullopt;
  ReadExpression out;
  out.at = place_only(*node);
  if (!node->is_scalar()) {
    const bool flow = node->is_map() || node->is_list();
    reader.add(key, "wrong-type", fmt::format("`{}` must be an expression, not {}", key, tree::kind_name(*node)),
               flow ? "put the whole expression in single quotes" : fmt::format("for example {}", example));
    return out;
  }
  out.text = std::string(text::trim(node->text));
  const tree::Tree& document = reader.tree();
  auto parsed = language::parse(node->text, [&](size_t offset) { return document.at(*node, offset); });
  if (parsed.ok()) {
    out.value = std::move(*parsed);
  } else {
    for (Problem& p : std::move(parsed).problems()) reader.problems().push_back(std::move(p));
  }
  return out;
}

std::optional<Condition> read_condition(Reader& reader, std::string_view key, Need need) {
  auto read = read_expression(reader, key, need, "attr(plan) = \"enterprise\"");
  if (!read) return std::nullopt;
  Condition out;
  out.expression = std::move(read->text);
  out.value = std::move(read->value);
  out.at = std::move(read->at);
  return out;
}

std::optional<Decimal> read_weight(const Reader& reader, const Node& node, std::string_view what, bool zero) {
  constexpr int64_t kMost = 1'000'000;
  const auto weight = reader.values().decimal(node, what);
  if (!weight) return std::nullopt;
  const bool too_small = zero ? weight->micros < 0 : weight->micros <= 0;
  if (too_small || weight->micros > kMost * 1'000'000) {
    reader.values().add(
        node, "out-of-range",
        fmt::format("{} must be {} and at most {}, not {}", what, zero ? "at least 0" : "more than 0",
                    text::grouped(kMost), weight->text()),
        !zero && weight->micros == 0 ? "to show a metric without scoring it, leave out its dimension" : "");
    return std::nullopt;
  }
  return weight;
}

std::optional<Decimal> read_hundredths(const Reader& reader, const Node& node, std::string_view what, int64_t least,
                                       int64_t most) {
  const auto points = reader.values().decimal(node, what);
  if (!points) return std::nullopt;
  if (*points < Decimal::whole(least) || *points > Decimal::whole(most) || points->micros % 10'000 != 0) {
    reader.values().add(node, "out-of-range",
                        fmt::format("{} must be between {} and {} with at most two decimal places, not {}", what, least,
                                    most, points->text()));
    return std::nullopt;
  }
  return points;
}

std::optional<Decimal> read_hundredths(Reader& reader, std::string_view key, int64_t least, int64_t most, Need need) {
  const Node* node = reader.find(key, need);
  if (node == nullptr) return std::nullopt;
  return read_hundredths(reader, *node, fmt::format("`{}`", key), least, most);
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
  if (const Node* n = reader.find("weight")) m.weight = read_weight(reader, *n, "`weight`", false);
  if (auto read = read_expression(reader, "value", Need::required, "count(login[28d])")) {
    m.expression = std::move(read->text);
    m.value = std::move(read->value);
    m.value_at = std::move(read->at);
  }
  if (const Node* curve = reader.find("curve")) m.curve_broken = !read_curve(reader, *curve, m.curve);
  read_missing(reader, m.missing);
  read_each(reader, m);
  m.min_observed_days = reader.days("min_observed");
  m.young_partial = reader.choice<bool>("young", {{"full", false}, {"partial", true}}).value_or(false);
  m.ours = reader.flag("ours");
  reader.finish();
  return m;
}

std::vector<Band> read_bands(Reader& reader, Need need) {
  std::vector<Band> out;
  reader.each(
      "bands", "band",
      [&](const Node& name, Reader& entry) {
        Band band;
        band.name = name.text;
        band.at = place_only(name);
        check_name(entry, name, "band");
        read_cut_off(entry, band);
        band.color = entry.text("color").value_or("");
        entry.finish();
        out.push_back(std::move(band));
      },
      need);
  return out;
}

}  // namespace kenko::model
