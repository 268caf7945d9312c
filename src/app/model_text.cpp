#include "app/model_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "tree/tree.h"

namespace kenko::app {
namespace {

using tree::Node;

struct Edit {
  size_t offset = 0, length = 0;
  std::string put;
};

// From the points of a curve as it was to those that it gets.
using PointMap = std::map<int64_t, int64_t>;

PointMap point_map(const plan::Curve& before, const plan::Curve& after) {
  PointMap out;
  for (size_t i = 0; i < before.points.size(); ++i) out[before.points[i].points_micros] = after.points[i].points_micros;
  for (size_t i = 0; i < before.categories.size(); ++i) {
    out[before.categories[i].points_micros] = after.categories[i].points_micros;
  }
  if (before.other) out[*before.other] = *after.other;
  return out;
}

std::optional<int64_t> number(const std::string& text) {
  const bool percent = text.ends_with('%');
  const auto read = parse_decimal(percent ? std::string_view(text).substr(0, text.size() - 1) : std::string_view(text));
  if (read.fault != ParsedDecimal::Fault::none) return std::nullopt;
  return percent ? read.value.micros / 100 : read.value.micros;
}

template <typename List>
const auto* named(const List& list, std::string_view name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.name == name; });
  return at == list.end() ? nullptr : &*at;
}

template <typename Pairs>
auto of_position(const Pairs& pairs, uint32_t position) -> const typename Pairs::value_type::second_type* {
  for (const auto& [at, value] : pairs) {
    if (at == position) return &value;
  }
  return nullptr;
}

class Rewriter {
 public:
  Rewriter(const tree::Tree& tree, const plan::Plan& before, const plan::Plan& after)
      : tree_(tree), before_(before), after_(after) {}

  Result<std::string> run(const Rewriting& rewriting) {
    const Node& root = tree_.root();
    if (const Node* name = root.find("model")) put(*name, rewriting.name);
    if (const Node* dimensions = root.find("dimensions")) rewrite_dimensions(*dimensions);
    if (const Node* metrics = root.find("metrics")) {
      for (const tree::Entry& e : metrics->entries) rewrite_metric(e);
    }
    if (const Node* bands = root.find("bands")) rewrite_bands(*bands, before_.bands, after_.bands);
    rewrite_changes(root.find("segments"), before_.segments, after_.segments);
    rewrite_changes(root.find("stages"), before_.life_stages, after_.life_stages);
    if (!problems_.empty()) return problems_;
    return text(rewriting.header);
  }

 private:
  void put(const Node& node, std::string with) {
    if (node.quoted || tree_.source().compare(node.offset, node.text.size(), node.text) != 0) {
      problems_.push_back(tree_.problem(node, "cannot-rewrite",
                                        fmt::format("`{}` is not written as it is read", node.text),
                                        "write it without quotes"));
      return;
    }
    if (with != node.text) edits_.push_back({node.offset, node.text.size(), std::move(with)});
  }

  void put(const Node* node, const Decimal& was, const Decimal& is) {
    if (node != nullptr && node->is_scalar() && was != is) put(*node, is.text());
  }

  void rewrite_dimensions(const Node& dimensions) {
    for (const tree::Entry& e : dimensions.entries) {
      const auto* was = named(before_.dimensions, e.key.text);
      const auto* is = named(after_.dimensions, e.key.text);
      if (was != nullptr && is != nullptr) put(e.value.find("weight"), was->weight, is->weight);
      if (const Node* nested = e.value.find("dimensions")) rewrite_dimensions(*nested);
    }
  }

  void rewrite_metric(const tree::Entry& e) {
    const auto* was = named(before_.metrics, e.key.text);
    const auto* is = named(after_.metrics, e.key.text);
    if (was == nullptr || is == nullptr || !was->dimension) return;
    if (const Node* weight = e.value.find("weight"); weight != nullptr && weight->is_scalar()) {
      put(weight, was->weight, is->weight);
    } else if (was->weight != is->weight) {
      add_weight(e.value, is->weight);
    }
    if (const Node* curve = e.value.find("curve")) rewrite_curve(*curve, was->curve, is->curve);
    if (const Node* each = e.value.find("each")) {
      put(each, Decimal{was->curve.each_micros}, Decimal{is->curve.each_micros});
    }
    const Node* missing = e.value.find("missing");
    if (missing != nullptr && missing->is_map() && was->missing.kind == plan::Missing::Kind::score) {
      put(missing->find("score"), Decimal{was->missing.points_micros}, Decimal{is->missing.points_micros});
    }
  }

  // Before `dimension:`, on a line of its own where that has one.
  void add_weight(const Node& metric, const Decimal& weight) {
    const tree::Entry* dimension = metric.find_entry("dimension");
    const bool flow = tree_.source().compare(metric.offset, 1, "{") == 0;
    const auto indent = static_cast<size_t>(dimension->key.column - 1);
    edits_.push_back({dimension->key.offset, 0,
                      fmt::format("weight: {}{}", weight.text(), flow ? ", " : "\n" + std::string(indent, ' '))});
  }

  void rewrite_points(const Node& map, const PointMap& points) {
    for (const tree::Entry& e : map.entries) rewrite_point(e.value, points);
  }

  void rewrite_point(const Node& node, const PointMap& points) {
    const auto was = number(node.text);
    const auto is = was ? points.find(*was) : points.end();
    if (is != points.end()) put(&node, Decimal{*was}, Decimal{is->second});
  }

  void rewrite_curve(const Node& curve, const plan::Curve& was, const plan::Curve& is) {
    if (was == is) return;
    if (const Node* hill = curve.find("hill")) {
      return put(hill->find("half"), Decimal{std::llround(was.half * 1e6)}, Decimal{std::llround(is.half * 1e6)});
    }
    const PointMap points = point_map(was, is);
    if (const Node* other = curve.find("other")) rewrite_point(*other, points);
    for (const char* form : {"steps", "category", "percentile", "baseline", "points"}) {
      if (const Node* map = curve.find(form)) return rewrite_points(*map, points);
    }
    rewrite_points(curve, points);
  }

  void rewrite_bands(const Node& bands, const std::vector<plan::Band>& before, const std::vector<plan::Band>& after) {
    for (const tree::Entry& e : bands.entries) {
      const auto* was = named(before, e.key.text);
      const auto* is = named(after, e.key.text);
      if (was == nullptr || is == nullptr) continue;
      put(e.value.is_map() ? e.value.find("from") : &e.value, Decimal{int64_t{was->from_hundredths} * 10'000},
          Decimal{int64_t{is->from_hundredths} * 10'000});
    }
  }

  void rewrite_changes(const Node* segments, const std::vector<plan::Segment>& before,
                       const std::vector<plan::Segment>& after) {
    if (segments == nullptr) return;
    for (const tree::Entry& e : segments->entries) {
      const auto* was = named(before, e.key.text);
      const auto* is = named(after, e.key.text);
      if (was == nullptr || is == nullptr) continue;
      if (const Node* weights = e.value.find("weights")) rewrite_weights(*weights, was->changes, is->changes);
      if (const Node* curves = e.value.find("curves")) rewrite_curves(*curves, was->changes, is->changes);
      if (const Node* bands = e.value.find("bands")) rewrite_bands(*bands, was->changes.bands, is->changes.bands);
    }
  }

  void rewrite_weights(const Node& weights, const plan::Changes& was, const plan::Changes& is) {
    for (const tree::Entry& e : weights.entries) {
      const auto change = [&](const auto& list, const auto& before, const auto& after) {
        const auto* item = named(list, e.key.text);
        if (item == nullptr) return false;
        const auto position = static_cast<uint32_t>(item - list.data());
        const Decimal* from = of_position(before, position);
        const Decimal* to = of_position(after, position);
        if (from == nullptr || to == nullptr) return false;
        put(&e.value, *from, *to);
        return true;
      };
      if (!change(before_.dimensions, was.dimension_weights, is.dimension_weights)) {
        change(before_.metrics, was.metric_weights, is.metric_weights);
      }
    }
  }

  void rewrite_curves(const Node& curves, const plan::Changes& was, const plan::Changes& is) {
    for (const tree::Entry& e : curves.entries) {
      const auto* metric = named(before_.metrics, e.key.text);
      if (metric == nullptr) continue;
      const auto position = static_cast<uint32_t>(metric - before_.metrics.data());
      const plan::Curve* from = of_position(was.curves, position);
      const plan::Curve* to = of_position(is.curves, position);
      if (from != nullptr && to != nullptr) rewrite_curve(e.value, *from, *to);
    }
  }

  std::string text(const std::string& header) {
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.offset < b.offset; });
    std::string out;
    if (!header.empty()) {
      for (const std::string_view line : text::split(header, '\n')) {
        out += line.empty() ? "#\n" : fmt::format("# {}\n", line);
      }
      if (tree_.source().starts_with('#')) out += "#\n";
    }
    size_t from = 0;
    for (const Edit& edit : edits_) {
      out += tree_.source().substr(from, edit.offset - from);
      out += edit.put;
      from = edit.offset + edit.length;
    }
    return out + tree_.source().substr(from);
  }

  const tree::Tree& tree_;
  const plan::Plan& before_;
  const plan::Plan& after_;
  std::vector<Edit> edits_;
  Problems problems_;
};

}  // namespace

Result<std::string> rewrite_model(const std::string& text, const std::string& file, const plan::Plan& before,
                                  const plan::Plan& after, const Rewriting& rewriting) {
  Problems problems;
  const auto tree = tree::Tree::parse(text, file, problems);
  if (!tree) return problems;
  return Rewriter(*tree, before, after).run(rewriting);
}

}  // namespace kenko::app
