#include "model/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/check_expression.h"

namespace kenko::model {
namespace {

using tree::Node;

class ModelCheck {
 public:
  ModelCheck(Model& model, const Context& context, Problems& problems)
      : model_(&model), context_(&context), problems_(&problems) {}

  void run() {
    for (Metric& m : model_->metrics) metric(m);
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

  void metric(Metric& m) {
    std::optional<Type> type;
    if (m.value) {
      const Node& node = m.value_at;
      const Checked checked = check_expression(
          *m.value, *context_, model_->outcome, [&](size_t offset) { return model_->document.at(node, offset); },
          *problems_);
      type = checked.type;
      m.reads = checked.reads;
      if (type) m.type = *type;
      if (type && m.reads.events.empty() && m.reads.attributes.empty() && !m.reads.contracts) {
        add(m.value_at, "constant-metric",
            fmt::format("metric `{}` reads no fact: it is the same for every account", m.name),
            "for example count(login[28d])");
      }
      if (!m.ours) {
        const auto is_ours = [&](const std::string& e) { return context_->ours.contains(e); };
        m.ours = !m.reads.events.empty() && std::all_of(m.reads.events.begin(), m.reads.events.end(), is_ours);
      }
    }
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
    curve(m, type);
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

  void curve(const Metric& m, std::optional<Type> type) {
    const Curve& c = m.curve;
    if (c.kind == Curve::Kind::none || m.curve_broken) return;
    if (c.kind != Curve::Kind::category) {
      for (size_t i = 1; i < c.points.size(); ++i) {
        if (c.points[i].x > c.points[i - 1].x) continue;
        add(c.points[i].at, "bad-curve",
            fmt::format("the values of a curve must rise from left to right: {} stands behind {}", c.points[i].at.text,
                        c.points[i - 1].at.text),
            "sort the points by their value");
      }
      if (type && *type != Type::number) {
        add(c.at, "wrong-type",
            fmt::format("the value of metric `{}` is {}: it needs a curve with categories", m.name,
                        *type == Type::text ? "a text" : "true or false"),
            *type == Type::text ? "curve: {category: {enterprise: 100}, other: 50}"
                                : "curve: {category: {true: 100, false: 0}}");
      }
      return;
    }
    if (type == Type::number) {
      add(c.at, "wrong-type",
          fmt::format("the value of metric `{}` is a number: it needs a curve with numbers", m.name),
          "for example {0: 0, 4: 70, 28: 100}");
    }
    if (type != Type::flag) return;
    for (const Curve::Category& k : c.categories) {
      if (k.value == "true" || k.value == "false") continue;
      add(k.at, "bad-curve", fmt::format("metric `{}` is only ever true or false, never `{}`", m.name, k.value),
          "curve: {category: {true: 100, false: 0}}");
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
