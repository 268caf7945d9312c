#include "model/read_curve.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kenko::model {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

constexpr int64_t kFullPoints = 100'000'000;
constexpr int64_t kMostPower = 8;

struct Frequency {
  std::string_view word;
  int64_t times;  // in 28 days: times / divisor
  int64_t divisor;
};
constexpr Frequency kFrequencies[] = {{"none", 0, 1},        {"yearly", 1, 13}, {"quarterly", 4, 13}, {"monthly", 1, 1},
                                      {"fortnightly", 2, 1}, {"weekly", 4, 1},  {"daily", 20, 1}};

constexpr std::string_view kForms =
    "one of {0: 0, 28: 100}, {none: 0, weekly: 70}, {points: {...}, ends: open}, {steps: {...}}, {category: {...}, "
    "other: 50}, {hill: {half: 10}}, {percentile: {...}}, {baseline: {...}, over: 12w}";

std::vector<std::string> frequency_words() {
  std::vector<std::string> out;
  for (const Frequency& f : kFrequencies) out.emplace_back(f.word);
  return out;
}

// What was meant by a word where a number should stand.
std::string hint_for(const std::string& word) {
  const std::vector<std::string> words = frequency_words();
  if (text::closest(word, words)) return text::did_you_mean(word, words);
  return "for texts and flags write curve: {category: {enterprise: 100, free: 20}}";
}

// The points of a linear or stepped curve; false when one of them is wrong.
bool read_number_points(const Reader& reader, const Node& map, Curve& curve) {
  bool good = true;
  for (const tree::Entry& e : map.entries) {
    const auto x = reader.values().decimal(e.key, "the value on the left of a curve's point");
    if (!x) reader.problems().back().hint = hint_for(e.key.text);
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

// Words for how often: their x is that of 28 days; false when one of them is wrong.
bool read_words(const Reader& reader, const Node& map, Curve& curve) {
  bool good = true;
  for (const tree::Entry& e : map.entries) {
    const auto times = times_of_word(e.key.text);
    if (!times) {
      const auto words = frequency_words();
      const bool close = text::closest(e.key.text, words).has_value();
      reader.values().add(e.key, "unknown-word", fmt::format("`{}` is no word for how often", e.key.text),
                          close ? text::did_you_mean(e.key.text, words)
                                : fmt::format("a curve has either numbers or words: {}", text::join(words, ", ")));
    }
    const auto points = read_points(reader, e.value);
    good = good && times && points;
    if (!times || !points) continue;
    const auto micros = divide_half_up(Int128{times->first} * 1'000'000, times->second);
    curve.points.push_back({Decimal{static_cast<int64_t>(micros)}, *points, place_only(e.key)});
  }
  return good;
}

bool has_word(const Node& map) {
  return std::any_of(map.entries.begin(), map.entries.end(),
                     [](const tree::Entry& e) { return times_of_word(e.key.text).has_value(); });
}

// {half: 10, power: 2}
bool read_hill(Reader& form, Curve& curve) {
  auto hill = form.map("hill", Need::required);
  if (!hill) return false;
  const size_t before = form.problems().size();
  const auto half = hill->decimal("half", Need::required);
  if (half && half->micros <= 0)
    hill->add("half", "out-of-range", fmt::format("`half` must be more than 0, not {}", half->text()),
              "it is the value that gives 50 points");
  curve.half = half.value_or(Decimal::whole(1));
  curve.power = static_cast<int32_t>(hill->integer("power", 1, kMostPower).value_or(1));
  hill->finish();
  return form.problems().size() == before;
}

// `ends: open`, `below` or `above` of {points: {...}, ends: open}.
void read_ends(Reader& form, Curve& curve) {
  enum class Ends : uint8_t { closed, below, above, open };
  const auto ends = form.choice<Ends>(
      "ends", {{"open", Ends::open}, {"below", Ends::below}, {"above", Ends::above}, {"closed", Ends::closed}});
  curve.open_below = ends == Ends::open || ends == Ends::below;
  curve.open_above = ends == Ends::open || ends == Ends::above;
  if ((curve.open_below || curve.open_above) && curve.points.size() < 2)
    form.add("ends", "bad-curve", "a curve with open ends needs at least two points", "they say how steep it goes on");
}

// The map of points under `key`; nullptr when it is none, which is reported.
const Node* points_map(Reader& form, std::string_view key) {
  const Node* map = form.find(key, Need::required);
  if (map != nullptr && map->is_map() && !map->entries.empty()) return map;
  form.add(key, "wrong-type", fmt::format("`{}` needs a map from values to points", key), std::string(kForms));
  return nullptr;
}

// A curve that is written with a word: {steps: {...}}.
bool read_form(Reader& form, std::string_view word, Curve& curve) {
  using Kind = Curve::Kind;
  if (word == "hill") {
    curve.kind = Kind::hill;
    return read_hill(form, curve);
  }
  const Node* map = points_map(form, word);
  if (map == nullptr) return false;
  if (word == "category") {
    curve.kind = Kind::category;
    bool good = read_categories(form, *map, curve);
    if (const Node* other = form.find("other")) {
      curve.other = read_points(form, *other);
      good = good && curve.other;
    }
    return good;
  }
  curve.kind = word == "steps"        ? Kind::steps
               : word == "percentile" ? Kind::percentile
               : word == "baseline"   ? Kind::baseline
                                      : Kind::linear;
  const bool good = read_number_points(form, *map, curve);
  if (curve.kind == Kind::linear) read_ends(form, curve);
  if (curve.kind != Kind::baseline) return good;
  curve.over_days = form.days("over", Need::required).value_or(0);
  if (curve.over_days > 0 && (curve.over_days % 7 != 0 || curve.over_days < 28))
    form.add("over", "out-of-range",
             fmt::format("a baseline is over whole weeks, at least four, not {}d", curve.over_days), "for example 12w");
  return good;
}

}  // namespace

std::optional<std::pair<int64_t, int64_t>> times_of_word(std::string_view word) {
  for (const Frequency& f : kFrequencies) {
    if (f.word == word) return std::pair(f.times, f.divisor);
  }
  return std::nullopt;
}

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
  static constexpr std::string_view kWords[] = {"steps", "category", "hill", "percentile", "baseline", "points"};
  const auto* word =
      std::find_if(std::begin(kWords), std::end(kWords), [&](std::string_view w) { return node.find(w) != nullptr; });
  if (const Node* ends = node.find("ends"); ends != nullptr && word == std::end(kWords)) {
    reader.values().add(*ends, "bad-curve", "`ends` stands beside `points`",
                        "for example {points: {0: 0, 28: 100}, ends: open}");
    return false;
  }
  if (word == std::end(kWords)) {
    curve.kind = has_word(node) ? Curve::Kind::words : Curve::Kind::linear;
    return has_word(node) ? read_words(reader, node, curve) : read_number_points(reader, node, curve);
  }
  const size_t before = reader.problems().size();
  Reader form(reader.tree(), node, reader.problems(), "the curve");
  const bool good = read_form(form, *word, curve);
  form.finish();
  return good && reader.problems().size() == before;
}

}  // namespace kenko::model
