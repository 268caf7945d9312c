#include "plan/lower.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/lower_expression.h"
#include "plan/verify.h"

namespace kenko::plan {
namespace {

class Lowering {
 public:
  Lowering(const model::Model& model, const facts::Settings& settings)
      : model_(&model), expressions_(model, settings) {}

  Plan run() {
    plan_.model = model_->name;
    plan_.min_coverage_micros = model_->min_coverage_micros;
    plan_.too_new_days = model_->too_new_days;
    dimensions();
    std::vector<const model::Metric*> metrics;
    for (const model::Metric& m : model_->metrics) metrics.push_back(&m);
    std::sort(metrics.begin(), metrics.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    for (const model::Metric* m : metrics) plan_.metrics.push_back(metric(*m));
    for (const model::Band& b : model_->bands) plan_.bands.push_back({b.name, b.from_hundredths, {}});
    plan_.stages = expressions_.stages();
    plan_.nodes = expressions_.take_nodes();
    plan_.selectors = expressions_.take_selectors();
    return std::move(plan_);
  }

 private:
  void dimensions() {
    for (const model::Dimension& d : model_->dimensions) {
      Dimension out;
      out.name = d.name;
      out.label = d.label.empty() ? d.name : d.label;
      out.weight = d.weight;
      plan_.dimensions.push_back(std::move(out));
    }
    std::sort(plan_.dimensions.begin(), plan_.dimensions.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }

  Metric metric(const model::Metric& m) {
    KENKO_CHECK(m.value.has_value(), "metric {} was not checked", m.name);
    Metric out;
    out.name = m.name;
    out.label = m.label.empty() ? m.name : m.label;
    out.why = m.why;
    out.expression = m.expression;
    out.node = expressions_.lower(m);
    out.points_node = expressions_.points_node(m, m.curve);
    if (m.dimension) {
      const auto found = std::find_if(plan_.dimensions.begin(), plan_.dimensions.end(),
                                      [&](const auto& d) { return d.name == *m.dimension; });
      KENKO_CHECK(found != plan_.dimensions.end(), "metric {}: no dimension {}", m.name, *m.dimension);
      out.dimension = static_cast<uint32_t>(found - plan_.dimensions.begin());
    }
    out.weight = m.weight.value_or(Decimal::whole(1));
    out.curve = lower_curve(m.curve, *m.value);
    out.missing.kind = m.missing.kind == model::Missing::Kind::zero    ? Missing::Kind::zero
                       : m.missing.kind == model::Missing::Kind::score ? Missing::Kind::score
                                                                       : Missing::Kind::exclude;
    out.missing.points_micros = m.missing.points_micros;
    out.ours = m.ours.value_or(false);
    return out;
  }

  const model::Model* model_;
  ExpressionLowering expressions_;
  Plan plan_;
};

}  // namespace

Result<Plan> lower(const model::Model& model, const facts::Settings& settings) {
  Plan plan = Lowering(model, settings).run();
  if (plan.nodes.size() > kMaxNodes) {
    Problem p;
    p.code = "too-large";
    p.place.file = model.document.file();
    p.message = fmt::format("the metrics of the model need {} steps of computation, more than {}", plan.nodes.size(),
                            kMaxNodes);
    p.hint = "split it into several models";
    return p;
  }
  plan.fingerprint = fingerprint_of(plan, settings);
  verify(plan);
  return plan;
}

}  // namespace kenko::plan
