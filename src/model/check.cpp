#include "model/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/check_curve.h"
#include "model/check_metrics.h"
#include "model/check_outcomes.h"
#include "model/check_rules.h"

namespace kenko::model {
namespace {

using tree::Node;

class ModelCheck {
 public:
  ModelCheck(Model& model, const Context& context, Problems& problems)
      : model_(&model), context_(&context), problems_(&problems) {}

  void run() {
    const std::vector<bool> typed = check_values(*model_, *context_, *problems_);
    for (size_t i = 0; i < typed.size(); ++i) metric(model_->metrics[i], typed[i]);
    scored();
    dimensions();
    check_bands(model_->bands, *model_, *problems_);
    check_outcomes(*model_, *context_, *problems_);
    check_rules(*model_, *context_, typed, *problems_);
  }

 private:
  void add(const Node& node, std::string code, std::string message, std::string hint = "",
           Severity severity = Severity::error) {
    problems_->push_back(
        model_->document.problem(node, std::move(code), std::move(message), std::move(hint), severity));
  }

  void metric(const Metric& m, bool type) {
    if ((m.min_observed_days || m.young_partial) && type && m.reads.events.empty()) {
      add(m.at, "no-effect",
          fmt::format("`{}` of metric `{}` has no effect: it reads no events",
                      m.min_observed_days ? "min_observed" : "young", m.name),
          "leave it out", Severity::warning);
    }
    if (m.dimension) {
      scored_metric(m, type);
    } else if (m.curve.kind != Curve::Kind::none || m.weight || m.each) {
      const std::string_view what = m.weight ? "weight" : m.each ? "number of points for each" : "curve";
      add(m.at, "not-scored",
          fmt::format("metric `{}` has a {} but no dimension: it is shown and never scored", m.name, what),
          fmt::format("give it a `dimension:`, or leave {} out", m.each ? "`each`" : "weight and curve"),
          Severity::warning);
    }
    if (!m.curve_broken) check_curve(m.curve, m, type, *model_, *problems_);
  }

  void scored_metric(const Metric& m, bool type) {
    if (model_->dimensions_read && model_->find_dimension(*m.dimension) == nullptr) {
      std::vector<std::string> names;
      for (const Dimension& d : model_->dimensions) names.push_back(d.name);
      add(m.dimension_at, "unknown-dimension", fmt::format("there is no dimension `{}`", *m.dimension),
          text::did_you_mean(*m.dimension, names));
    }
    const Dimension* dimension = model_->find_dimension(*m.dimension);
    if (dimension != nullptr && dimension->rollup == Rollup::points) {
      in_points(m, type);
    } else if (dimension != nullptr && (m.each || m.at_most)) {
      add(m.at, "wrong-roll-up",
          fmt::format("`{}` of metric `{}` needs a dimension that adds points", m.each ? "each" : "at_most", m.name),
          fmt::format("give dimension `{}` `rollup: points`, or the metric a curve", dimension->name));
    } else if (m.curve.kind == Curve::Kind::none && !m.curve_broken && !m.each) {
      add(m.at, "missing-key", fmt::format("metric `{}` counts in a dimension and needs a `curve`", m.name),
          "it turns the value into 0 to 100 points: curve: {0: 0, 4: 70, 28: 100}");
    }
  }

  // A metric of a dimension that adds points.
  void in_points(const Metric& m, bool type) {
    if (m.curve.kind != Curve::Kind::none) {
      add(m.curve.at, "wrong-roll-up",
          fmt::format("metric `{}` has a curve, and dimension `{}` adds points", m.name, *m.dimension),
          "write instead how many points one adds: each: 5 (or takes off: each: -5)");
    } else if (!m.each) {
      add(m.at, "missing-key",
          fmt::format("metric `{}` counts in a dimension that adds points and needs `each`", m.name),
          "how many points one adds: each: 5 (or takes off: each: -5)");
    }
    if (type && m.type == Type::text) {
      add(m.value_at, "wrong-type", fmt::format("the value of metric `{}` is a text: it adds no points", m.name),
          "compare it: attr(plan) = \"enterprise\" adds the points when it is true");
    }
  }

  void scored() {
    constexpr size_t kMost = 1000;
    if (model_->metrics.size() > kMost) {
      add(model_->metrics[kMost].at, "too-large", fmt::format("a model has at most {} metrics", kMost));
    }
    const bool any = std::any_of(model_->metrics.begin(), model_->metrics.end(),
                                 [](const Metric& m) { return m.dimension.has_value(); });
    if (!any && !model_->metrics.empty()) {
      add(model_->metrics[0].at, "nothing-scored", "no metric counts in a dimension, so there is no score",
          "give at least one metric a `dimension:` and a `curve:`");
    }
  }

  void dimensions() {
    for (const Dimension& d : model_->dimensions) {
      const bool used = std::any_of(model_->metrics.begin(), model_->metrics.end(),
                                    [&](const Metric& m) { return m.dimension == d.name; }) ||
                        std::any_of(model_->dimensions.begin(), model_->dimensions.end(),
                                    [&](const Dimension& inner) { return inner.parent == d.name; });
      if (!used) {
        add(d.at, "empty-dimension", fmt::format("dimension `{}` has no metrics", d.name),
            fmt::format("give a metric `dimension: {}`, or take it away", language::quoted_name(d.name)));
      }
    }
  }

  Model* model_;
  const Context* context_;
  Problems* problems_;
};

}  // namespace

Context context_of(const facts::Settings& settings) {
  Context out;
  for (const facts::SourceSettings& s : settings.sources) {
    out.events.insert(out.events.end(), s.emits.begin(), s.emits.end());
    for (const auto& [key, type] : s.attributes) {
      const auto [place, added] = out.attributes.emplace(key, type);
      if (!added && place->second != type) out.conflicting.insert(key);
    }
  }
  std::sort(out.events.begin(), out.events.end());
  out.events.erase(std::unique(out.events.begin(), out.events.end()), out.events.end());
  out.ours.insert(settings.ours.begin(), settings.ours.end());
  return out;
}

void check_model(Model& model, const Context& context, Problems& problems) {
  ModelCheck(model, context, problems).run();
}

}  // namespace kenko::model
