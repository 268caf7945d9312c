#include "plan/values.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace kenko::plan {
namespace {

// By node: one of `tops` reads it, or it is one of them.
std::vector<bool> below(const Plan& plan, const std::vector<NodeId>& tops) {
  std::vector<bool> out(plan.nodes.size(), false);
  for (const NodeId top : tops) out[top] = true;
  for (size_t i = out.size(); i-- > 0;) {  // arguments stand before their users
    if (!out[i]) continue;
    for (const NodeId arg : plan.nodes[i].args) out[arg] = true;
  }
  return out;
}

// Gives what is wanted of a list its new numbers.
template <typename Item>
std::vector<uint32_t> keep(std::vector<Item>& items, const std::vector<bool>& wanted) {
  std::vector<uint32_t> number(items.size(), 0);
  uint32_t next = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!wanted[i]) continue;
    number[i] = next;
    if (next != i) items[next] = std::move(items[i]);
    ++next;
  }
  items.resize(next);
  return number;
}

}  // namespace

bool reads_others(const Plan& plan, size_t metric) {
  const std::vector<bool> nodes = below(plan, {plan.metrics[metric].node});
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i] && (plan.nodes[i].op == Op::children || plan.nodes[i].op == Op::percentile)) return true;
  }
  return false;
}

Plan values_of(const Plan& plan, std::span<const uint32_t> metrics) {
  Plan out;
  out.model = plan.model;
  out.accounts = plan.accounts;
  out.accounts.when.reset();
  std::vector<NodeId> tops;
  for (const uint32_t m : metrics) {
    Metric metric = plan.metrics[m];
    metric.points_node = metric.node;
    metric.dimension.reset();
    metric.curve = {};
    metric.missing = {};
    tops.push_back(metric.node);
    out.metrics.push_back(std::move(metric));
  }
  std::vector<bool> nodes = below(plan, tops);
  bool places = false;
  for (size_t i = 0; i < nodes.size(); ++i) places = places || (nodes[i] && plan.nodes[i].op == Op::percentile);
  for (size_t s = 0; places && s < plan.segments.size(); ++s) {
    out.segments.push_back(plan.segments[s]);
    out.segments.back().changes = {};
    tops.push_back(plan.segments[s].when);
  }
  nodes = below(plan, tops);
  std::vector<bool> selectors(plan.selectors.size(), false);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i] || plan.nodes[i].op != Op::aggregate) continue;
    selectors[plan.nodes[i].aggregate.selector] = true;
    if (is_pair(plan.nodes[i].aggregate.function)) selectors[plan.nodes[i].aggregate.second] = true;
  }
  out.nodes = plan.nodes;
  out.selectors = plan.selectors;
  out.stages = plan.stages;
  const std::vector<uint32_t> selector = keep(out.selectors, selectors);
  const std::vector<uint32_t> node = keep(out.nodes, nodes);
  for (Node& n : out.nodes) {
    for (NodeId& arg : n.args) arg = node[arg];
    if (n.op != Op::aggregate) continue;
    n.aggregate.selector = selector[n.aggregate.selector];
    if (is_pair(n.aggregate.function)) n.aggregate.second = selector[n.aggregate.second];
  }
  for (Metric& m : out.metrics) m.node = m.points_node = node[m.node];
  for (Segment& s : out.segments) s.when = node[s.when];
  for (Stage& stage : out.stages) {
    std::erase_if(stage.nodes, [&](NodeId id) { return !nodes[id]; });
    for (NodeId& id : stage.nodes) id = node[id];
  }
  return out;
}

}  // namespace kenko::plan
