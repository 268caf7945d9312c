#include "engine/levels.h"

#include <algorithm>

#include "plan/reads.h"

namespace kenko::engine {
namespace {

bool reads_others(const plan::Node& n) { return n.op == plan::Op::children || n.op == plan::Op::percentile; }

// By node, when a percentile stands at least above `segment_level`.
std::vector<size_t> levels_of(const plan::Plan& plan, size_t segment_level) {
  std::vector<size_t> out(plan.nodes.size(), 0);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const plan::Node& n = plan.nodes[i];
    for (const plan::NodeId arg : n.args) out[i] = std::max(out[i], out[arg]);
    if (n.op == plan::Op::percentile) out[i] = std::max(out[i], segment_level);
    if (reads_others(n)) ++out[i];
  }
  return out;
}

// By node: it is not computed.  The events of an outcome are looked up (Engine::selected_events), not counted.
std::vector<bool> left_out(const plan::Plan& plan, bool among) {
  std::vector<bool> out = plan::not_for_scores(plan);
  for (size_t o = 0; among && o < plan.outcomes.size(); ++o) {
    if (plan.outcomes[o].among) out[*plan.outcomes[o].among] = false;
  }
  for (size_t w = 0; among && w < plan.watched.size(); ++w) out[plan.watched[w].when] = false;
  for (size_t i = out.size(); among && i-- > 0;) {
    if (out[i]) continue;
    for (const plan::NodeId arg : plan.nodes[i].args) out[arg] = false;
  }
  return out;
}

}  // namespace

Levels::Levels(const plan::Plan& plan, bool among) {
  // No percentile stands below the condition of a segment, so their level does not depend on it.
  std::vector<size_t> level = levels_of(plan, 0);
  for (const plan::Segment& s : plan.segments) segment_level_ = std::max(segment_level_, level[s.when]);
  level = levels_of(plan, segment_level_);
  const std::vector<bool> leave_out = left_out(plan, among);
  for (plan::NodeId i = 0; i < plan.nodes.size(); ++i) {
    if (leave_out[i]) continue;
    const size_t at = level[i];
    if (nodes_.size() <= at) {
      nodes_.resize(at + 1);
      folds_.resize(at + 1);
      places_.resize(at + 1);
    }
    nodes_[at].push_back(i);
    if (plan.nodes[i].op == plan::Op::children) folds_[at].push_back(i);
    if (plan.nodes[i].op == plan::Op::percentile) places_[at].push_back(i);
  }
  any_place_ = any_place_from(0);
}

bool Levels::any_place_from(size_t level) const {
  for (; level < places_.size(); ++level) {
    if (!places_[level].empty()) return true;
  }
  return false;
}

std::vector<uint8_t> Levels::needed_for(const plan::Plan& plan, size_t level) const {
  std::vector<uint8_t> out(plan.nodes.size(), 0);
  for (const plan::NodeId id : folds_[level]) out[plan.nodes[id].args[0]] = 1;
  for (const plan::NodeId id : places_[level]) out[plan.nodes[id].args[0]] = 1;
  // Percentiles at this level or below it ask for the segment.
  for (size_t l = 0; l <= level; ++l) {
    if (places_[l].empty()) continue;
    for (const plan::Segment& s : plan.segments) out[s.when] = 1;
  }
  for (size_t i = plan.nodes.size(); i-- > 0;) {
    if (out[i] == 0) continue;
    for (const plan::NodeId arg : plan.nodes[i].args) out[arg] = 1;
  }
  return out;
}

}  // namespace kenko::engine
