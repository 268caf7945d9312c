#include "model/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/check_curve.h"
#include "model/check_metrics.h"

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
    bands();
  }

 private:
  void add(const Node& node, std::string code, std::string message, std::string hint = "",
           Severity severity = Severity::error) {
    problems_->push_back(
        model_->document.problem(node, std::move(code), std::move(message), std::move(hint), severity));
  }

  void metric(const Metric& m, bool type) {
    if (m.min_observed_days && type && m.reads.events.empty()) {
      add(m.at, "no-effect", fmt::format("`min_observed` of metric `{}` has no effect: it reads no events", m.name),
          "leave it out", Severity::warning);
    }
    if (m.dimension) {
      scored_metric(m);
    } else if (m.curve.kind != Curve::Kind::none || m.weight) {
      add(m.at, "not-scored",
          fmt::format("metric `{}` has a {} but no dimension: it is shown and never scored", m.name,
                      m.weight ? "weight" : "curve"),
          "give it a `dimension:`, or leave weight and curve out", Severity::warning);
    }
    if (!m.curve_broken) check_curve(m.curve, m, type, *model_, *problems_);
  }

  void scored_metric(const Metric& m) {
    if (model_->dimensions_read && model_->find_dimension(*m.dimension) == nullptr) {
      std::vector<std::string> names;
      for (const Dimension& d : model_->dimensions) names.push_back(d.name);
      add(m.dimension_at, "unknown-dimension", fmt::format("there is no dimension `{}`", *m.dimension),
          text::did_you_mean(*m.dimension, names));
    }
    if (m.curve.kind == Curve::Kind::none && !m.curve_broken) {
      add(m.at, "missing-key", fmt::format("metric `{}` counts in a dimension and needs a `curve`", m.name),
          "it turns the value into 0 to 100 points: curve: {0: 0, 4: 70, 28: 100}");
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
                                    [&](const Metric& m) { return m.dimension == d.name; });
      if (!used) {
        add(d.at, "empty-dimension", fmt::format("dimension `{}` has no metrics", d.name),
            fmt::format("give a metric `dimension: {}`, or take it away", language::quoted_name(d.name)));
      }
    }
  }

  void bands() {
    const auto& bands = model_->bands;
    if (bands.size() == 1) {
      add(bands[0].at, "bad-bands", "one band says nothing: there must be at least two",
          "for example red: {from: 0} and green: {from: 60}");
    }
    if (!bands.empty() && bands[0].from_hundredths > 0) {
      add(bands[0].at, "bad-bands",
          fmt::format("the first band must be from 0, and `{}` is from {}", bands[0].name, shown(bands[0])),
          "list the bands from the lowest to the highest");
    }
    for (size_t i = 1; i < bands.size(); ++i) {
      if (bands[i].from_hundredths < 0 || bands[i - 1].from_hundredths < 0) continue;  // reported already
      if (bands[i].from_hundredths > bands[i - 1].from_hundredths) continue;
      const bool equal = bands[i].from_hundredths == bands[i - 1].from_hundredths;
      add(bands[i].at, "bad-bands",
          fmt::format("band `{}` is from {}, {} `{}` before it", bands[i].name, shown(bands[i]),
                      equal ? "just as" : "lower than", bands[i - 1].name),
          "list the bands from the lowest to the highest; a band reaches up to the next one");
    }
  }

  static std::string shown(const Band& band) { return Decimal{band.from_hundredths * int64_t{10'000}}.text(); }

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
