#include "plan/reads.h"

#include <algorithm>

#include "base/check.h"

namespace kenko::plan {
namespace {

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

Reads expression_reads(const Plan& plan, size_t metric) {
  KENKO_CHECK(metric < plan.metrics.size(), "metric {} of {}", metric, plan.metrics.size());
  const NodeId top = plan.metrics[metric].node;
  std::vector<bool> wanted(top + 1, false);
  wanted[top] = true;
  Reads out;
  for (NodeId i = top + 1; i-- > 0;) {  // arguments stand before their users
    if (!wanted[i]) continue;
    const Node& node = plan.nodes[i];
    for (const NodeId a : node.args) wanted[a] = true;
    if (node.op == Op::aggregate) {
      out.aggregates.push_back(i);
      const auto& events = plan.selectors[node.aggregate.selector].events;
      out.events.insert(out.events.end(), events.begin(), events.end());
      if (is_pair(node.aggregate.function)) {
        const auto& second = plan.selectors[node.aggregate.second].events;
        out.events.insert(out.events.end(), second.begin(), second.end());
      }
    }
    if (node.op == Op::attribute || node.op == Op::days_until) out.attributes.push_back(node.text);
    out.seats = out.seats || node.op == Op::seats;
    out.arr = out.arr || node.op == Op::arr;
    out.term =
        out.term || node.op == Op::term_months || node.op == Op::days_into_term || node.op == Op::days_to_renewal;
    out.children = out.children || node.op == Op::children;
  }
  std::reverse(out.aggregates.begin(), out.aggregates.end());
  sort_unique(out.events);
  sort_unique(out.attributes);
  return out;
}

std::vector<bool> not_for_scores(const Plan& plan) {
  std::vector<bool> others(plan.nodes.size(), false), scores(plan.nodes.size(), false);
  if (plan.outcomes.empty() && plan.watched.empty()) return others;
  for (const Outcome& o : plan.outcomes) {
    if (o.events) others[*o.events] = true;
    if (o.among) others[*o.among] = true;
  }
  for (const Watched& w : plan.watched) others[w.when] = true;
  for (const Metric& m : plan.metrics) scores[m.node] = scores[m.points_node] = true;
  for (const Trigger& t : plan.triggers) {
    scores[t.when] = true;
    if (t.until) scores[*t.until] = true;
  }
  for (const auto* list : {&plan.segments, &plan.life_stages}) {
    for (const Segment& s : *list) scores[s.when] = true;
  }
  if (plan.accounts.when) scores[*plan.accounts.when] = true;
  for (size_t i = plan.nodes.size(); i-- > 0;) {  // arguments stand before their users
    for (const NodeId a : plan.nodes[i].args) {
      if (others[i]) others[a] = true;
      if (scores[i]) scores[a] = true;
    }
    others[i] = others[i] && !scores[i];
  }
  return others;
}

}  // namespace kenko::plan
