#include "model/check_curve.h"

#include <fmt/format.h>

namespace kenko::model {

using tree::Node;

void check_curve(const Curve& c, const Metric& m, bool typed, const Model& model, Problems& problems) {
  if (c.kind == Curve::Kind::none) return;
  const auto add = [&](const Node& node, std::string code, std::string message, std::string hint) {
    problems.push_back(model.document.problem(node, std::move(code), std::move(message), std::move(hint)));
  };
  if (c.kind != Curve::Kind::category) {
    for (size_t i = 1; i < c.points.size(); ++i) {
      if (c.points[i].x > c.points[i - 1].x) continue;
      add(c.points[i].at, "bad-curve",
          fmt::format("the values of a curve must rise from left to right: {} stands behind {}", c.points[i].at.text,
                      c.points[i - 1].at.text),
          "sort the points by their value");
    }
    if (typed && m.type != Type::number) {
      add(c.at, "wrong-type",
          fmt::format("the value of metric `{}` is {}: it needs a curve with categories", m.name,
                      m.type == Type::text ? "a text" : "true or false"),
          m.type == Type::text ? "curve: {category: {enterprise: 100}, other: 50}"
                               : "curve: {category: {true: 100, false: 0}}");
    }
    return;
  }
  if (typed && m.type == Type::number) {
    add(c.at, "wrong-type", fmt::format("the value of metric `{}` is a number: it needs a curve with numbers", m.name),
        "for example {0: 0, 4: 70, 28: 100}");
  }
  if (!typed || m.type != Type::flag) return;
  for (const Curve::Category& k : c.categories) {
    if (k.value == "true" || k.value == "false") continue;
    add(k.at, "bad-curve", fmt::format("metric `{}` is only ever true or false, never `{}`", m.name, k.value),
        "curve: {category: {true: 100, false: 0}}");
  }
}

}  // namespace kenko::model
