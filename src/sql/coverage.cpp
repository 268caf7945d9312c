#include "sql/coverage.h"

#include <algorithm>

namespace kenko::sql {
namespace {

using plan::NodeId;
using plan::Op;

bool has_form(const plan::Node& node) {
  switch (node.op) {
    case Op::children:
    case Op::percentile:
      return false;
    case Op::aggregate:
      return node.aggregate.function != plan::Function::contact_health;
    default:
      return true;
  }
}

bool conditions_known(const std::vector<plan::Segment>& list, const std::vector<bool>& nodes) {
  return std::all_of(list.begin(), list.end(), [&](const plan::Segment& s) { return nodes[s.when]; });
}

bool changes_curve(const std::vector<plan::Segment>& list, size_t metric) {
  return std::any_of(list.begin(), list.end(), [&](const plan::Segment& s) {
    return std::any_of(s.changes.curves.begin(), s.changes.curves.end(),
                       [&](const auto& change) { return change.first == metric; });
  });
}

bool by_quantiles(const std::vector<plan::Band>& bands) {
  return std::any_of(bands.begin(), bands.end(), [](const plan::Band& b) { return b.quantile_micros.has_value(); });
}

bool plain_bands(const plan::Plan& plan) {
  const auto changed = [](const std::vector<plan::Segment>& list) {
    return std::any_of(list.begin(), list.end(), [](const plan::Segment& s) { return by_quantiles(s.changes.bands); });
  };
  return plan.band_margin_hundredths == 0 && plan.band_dwell_days == 1 && !by_quantiles(plan.bands) &&
         !changed(plan.segments) && !changed(plan.life_stages);
}

}  // namespace

std::vector<bool> computed_nodes(const plan::Plan& plan) {
  const std::vector<bool> decays = rests_on_decay(plan);
  std::vector<bool> out(plan.nodes.size(), false);
  for (size_t id = 0; id < plan.nodes.size(); ++id) {
    const plan::Node& node = plan.nodes[id];
    // How far rounding may move a baseline is not worked out, so that of a decay could not be compared.
    out[id] = has_form(node) && !(node.op == Op::baseline && decays[id]);
    for (const NodeId arg : node.args) out[id] = out[id] && out[arg];
  }
  return out;
}

Coverage covered(const plan::Plan& plan, const Facts& facts) {
  const std::vector<bool> nodes = computed_nodes(plan);
  const bool segments_known = conditions_known(plan.segments, nodes);
  const bool stages_known = conditions_known(plan.life_stages, nodes);
  Coverage out;
  out.segments = segments_known && !plan.segments.empty();
  out.stages = stages_known && !plan.life_stages.empty();
  bool all_scored = true;
  for (size_t i = 0; i < plan.metrics.size(); ++i) {
    const plan::Metric& m = plan.metrics[i];
    const bool curve_known =
        (segments_known || !changes_curve(plan.segments, i)) && (stages_known || !changes_curve(plan.life_stages, i));
    out.metric.push_back(nodes[m.node] && nodes[m.points_node] && curve_known);
    all_scored = all_scored && (!m.dimension || out.metric.back());
  }
  out.rolled_up = all_scored && segments_known && stages_known && !plan.hierarchy.uses_children() && !facts.overdue &&
                  (!plan.accounts.when || nodes[*plan.accounts.when]);
  out.score = out.rolled_up && plan.triggers.empty() && plain_bands(plan) && !facts.overrides;
  return out;
}

std::vector<bool> rests_on_decay(const plan::Plan& plan) {
  std::vector<bool> out(plan.nodes.size(), false);
  for (size_t id = 0; id < plan.nodes.size(); ++id) {
    const plan::Node& node = plan.nodes[id];
    const bool decays = node.aggregate.function == plan::Function::decayed_count ||
                        node.aggregate.function == plan::Function::decayed_sum;
    out[id] = node.op == Op::aggregate && decays && node.aggregate.steps.empty();
    for (const NodeId arg : node.args) out[id] = out[id] || out[arg];
  }
  return out;
}

bool rests_on_decay(const plan::Metric& metric, const std::vector<bool>& decays) {
  return decays[metric.node] || decays[metric.points_node];
}

}  // namespace kenko::sql
