// Which events a number rests on, for explanations.
#include "engine/engine.h"
#include "engine/life_run.h"

namespace kenko::engine {

std::vector<uint64_t> Engine::evidence(uint32_t account, plan::NodeId node, Day day) const {
  const plan::Aggregate& a = bound_->plan.nodes[node].aggregate;
  std::vector<uint64_t> out;
  Scratch scratch;
  Population& population = scratch.buffers_->population;
  find_population(*bound_, account, day, population);
  if (bound_->plan.nodes[node].op != plan::Op::aggregate || !population.exists || population.lives.empty()) return out;
  const LifeSpan life = population.lives.back();
  if (life.last < day) return out;
  LifeRun run{*bound_, account, life, *scratch.buffers_, scratch.buffers_->lives.emplace_back()};
  run.match_events();
  const int32_t as_of = day - life.first;
  const MatchedEvents& m = scratch.buffers_->matched[a.selector];
  for (size_t i = m.size(); i-- > 0;) {
    if (a.window_days > 0 && m.day[i] <= as_of - a.window_days) break;
    out.push_back(m.row[i]);
    if (a.function == plan::Function::days_since) break;
  }
  return out;
}

}  // namespace kenko::engine
