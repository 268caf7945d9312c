#include "model/read_curve.h"

#include <fmt/format.h>

#include <algorithm>

#include "vocabulary/vocabulary.h"

namespace kenko::model {
namespace {

using tree::Node;
using tree::Reader;

constexpr int64_t kFullPoints = 100'000'000;

// The points of a linear or stepped curve; false when one of them is wrong.
bool read_number_points(const Reader& reader, const Node& map, Curve& curve) {
  bool good = true;
  for (const tree::Entry& e : map.entries) {
    const auto x = reader.values().decimal(e.key, "the value on the left of a curve's point");
    if (!x) reader.problems().back().hint = "for texts and flags write curve: {category: {enterprise: 100, free: 20}}";
    const auto points = read_points(reader, e.value);
    good = good && x && points;
    if (!x || !points) continue;
    curve.percent = curve.percent || e.key.text.ends_with('%');
    curve.points.push_back({*x, *points, place_only(e.key)});
  }
  return good;
}

bool read_categories(const Reader& reader, const Node& map, Curve& curve) {
  bool good = true;
  for (const tree::Entry& e : map.entries) {
    const auto points = read_points(reader, e.value);
    good = good && points;
    if (points) curve.categories.push_back({e.key.text, *points, place_only(e.key)});
  }
  return good;
}

// A curve that is written in a way that is planned: words for a frequency, a hill ...
bool refuse_planned_curve(const Reader& reader, const Node& node) {
  static constexpr std::string_view kFrequencies[] = {"none",        "yearly", "quarterly", "monthly",
                                                      "fortnightly", "weekly", "daily"};
  for (const tree::Entry& e : node.entries) {
    std::string_view word = e.key.text;
    if (std::find(std::begin(kFrequencies), std::end(kFrequencies), word) != std::end(kFrequencies)) word = "words";
    for (const vocabulary::Word& w : vocabulary::curves()) {
      if (w.built || w.name != word) continue;
      reader.values().add(e.key, "not-yet", fmt::format("a curve with {} is not there yet", w.doc),
                          "write the points as numbers: {0: 0, 4: 70, 28: 100}");
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<int64_t> read_points(const Reader& reader, const Node& node) {
  const auto points = reader.values().decimal(node, "points");
  if (!points) return std::nullopt;
  if (points->micros < 0 || points->micros > kFullPoints) {
    reader.values().add(node, "out-of-range", fmt::format("points must be between 0 and 100, not {}", node.text));
    return std::nullopt;
  }
  return points->micros;
}

bool read_curve(const Reader& reader, const Node& node, Curve& curve) {
  curve.at = place_only(node);
  if (!node.is_map() || node.entries.empty()) {
    reader.values().add(node, "wrong-type",
                        fmt::format("`curve` must be a map from values to points, not {}",
                                    node.is_map() ? "an empty one" : tree::kind_name(node)),
                        "for example {0: 0, 4: 70, 28: 100}");
    return false;
  }
  if (refuse_planned_curve(reader, node)) return false;
  const Node* steps = node.find("steps");
  const Node* category = node.find("category");
  if (steps == nullptr && category == nullptr) {
    curve.kind = Curve::Kind::linear;
    return read_number_points(reader, node, curve);
  }
  Reader form(reader.tree(), node, reader.problems(), "the curve");
  bool good = true;
  const Node& inner = steps != nullptr ? *steps : *category;
  if (!inner.is_map() || inner.entries.empty()) {
    form.add(steps != nullptr ? "steps" : "category", "wrong-type", "a curve needs a map from values to points here",
             "for example {steps: {0: 10, 5: 50}} or {category: {enterprise: 100}, other: 50}");
    return false;
  }
  if (steps != nullptr) {
    form.allow("steps");
    curve.kind = Curve::Kind::steps;
    good = read_number_points(reader, *steps, curve);
  } else {
    form.allow("category");
    curve.kind = Curve::Kind::category;
    good = read_categories(reader, *category, curve);
    if (const Node* other = form.find("other")) {
      curve.other = read_points(reader, *other);
      good = good && curve.other;
    }
  }
  const size_t before = reader.problems().size();
  form.finish();
  return good && reader.problems().size() == before;
}

}  // namespace kenko::model
