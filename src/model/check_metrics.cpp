#include "model/check_metrics.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/check_expression.h"

namespace kenko::model {
namespace {

bool check_value(Metric& m, const Model& model, const Context& context, Problems& problems) {
  if (!m.value) return false;
  const tree::Node& node = m.value_at;
  const Checked checked = check_expression(
      *m.value, context, model.outcome, [&](size_t offset) { return model.document.at(node, offset); }, problems);
  m.reads = checked.reads;
  if (checked.type) m.type = *checked.type;
  if (checked.type && m.reads.events.empty() && m.reads.attributes.empty() && !m.reads.contracts) {
    problems.push_back(
        model.document.problem(m.value_at, "constant-metric",
                               fmt::format("metric `{}` reads no fact: it is the same for every account", m.name),
                               "for example count(login[28d])"));
  }
  if (!m.ours) {
    const auto is_ours = [&](const std::string& e) { return context.ours.contains(e); };
    m.ours = !m.reads.events.empty() && std::all_of(m.reads.events.begin(), m.reads.events.end(), is_ours);
  }
  return checked.type.has_value();
}

}  // namespace

std::vector<bool> check_values(Model& model, const Context& context, Problems& problems) {
  std::vector<bool> out;
  for (Metric& m : model.metrics) out.push_back(check_value(m, model, context, problems));
  return out;
}

bool check_condition(Condition& condition, const Model& model, const Context& context, Problems& problems) {
  if (!condition.value) return false;
  const tree::Node& node = condition.at;
  const Checked checked = check_expression(
      *condition.value, context, model.outcome, [&](size_t offset) { return model.document.at(node, offset); },
      problems);
  condition.reads = checked.reads;
  if (!checked.type) return false;
  if (*checked.type == Type::flag) return true;
  problems.push_back(model.document.problem(node, "wrong-type", "a condition must be true or false, and this is not",
                                            "compare it: seats() > 100"));
  return false;
}

}  // namespace kenko::model
