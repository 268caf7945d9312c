// Which events a number rests on, for explanations.
#include <algorithm>
#include <functional>

#include "engine/engine.h"
#include "engine/life_run.h"

namespace kenko::engine {
namespace {

using plan::Function;

// The events of the items that count.
void of_pairs(LifeRun& run, plan::NodeId id, int32_t as_of, std::vector<uint64_t>& out) {
  const plan::Aggregate& a = run.bound.plan.nodes[id].aggregate;
  const PairItems& items = run.pair_items(id);
  const int32_t window = a.window_days == 0 ? as_of + 1 : a.window_days;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!counts_on(items, i, a.function, run.bound.portfolio.events.occurred, window, as_of)) continue;
    for (size_t x = items.a_begin[i]; x < items.a_begin[i + 1]; ++x) out.push_back(items.a_row[x]);
    for (size_t x = items.b_begin[i]; x < items.b_begin[i + 1]; ++x) out.push_back(items.b_row[x]);
  }
}

// Events that have the field, where the function reads one.
bool has_field(const LifeRun& run, plan::NodeId id, uint64_t row) {
  int64_t micros = 0;
  return run.read_number(id, row, micros) != LifeRun::Reading::absent;
}

void of_events(const LifeRun& run, plan::NodeId id, int32_t as_of, std::vector<uint64_t>& out) {
  const plan::Aggregate& a = run.bound.plan.nodes[id].aggregate;
  const MatchedEvents& m = run.buffers.matched[a.selector];
  const bool one = a.function == Function::first || a.function == Function::last || a.function == Function::current;
  // A streak goes on as long as each period before has an event.
  int64_t period_first = static_cast<int64_t>(as_of) - a.period_days + 1;
  for (size_t i = m.size(); i-- > 0;) {
    if (a.window_days > 0 && m.day[i] <= as_of - a.window_days) break;
    if (a.function == Function::streak && m.day[i] < period_first) {
      const bool unbroken = !out.empty() && m.day[i] >= period_first - a.period_days;
      if (!unbroken) break;
      period_first -= a.period_days;
    }
    if (one && !has_field(run, id, m.row[i])) continue;
    if (a.function == Function::first) out.clear();
    out.push_back(m.row[i]);
    if (a.function == Function::days_since || a.function == Function::last || a.function == Function::current) break;
  }
}

}  // namespace

std::vector<uint64_t> Engine::evidence(uint32_t account, plan::NodeId node, Day day) const {
  std::vector<uint64_t> out;
  Scratch scratch;
  Population& population = scratch.buffers_->population;
  find_population(*bound_, account, day, population);
  if (bound_->plan.nodes[node].op != plan::Op::aggregate || !population.exists || population.lives.empty()) return out;
  const LifeSpan life = population.lives.back();
  if (life.last < day) return out;
  LifeRun run{*bound_, account, life, *scratch.buffers_, scratch.buffers_->lives.emplace_back()};
  run.match_events();
  const bool pairs = plan::is_pair(bound_->plan.nodes[node].aggregate.function);
  (pairs ? of_pairs(run, node, day - life.first, out) : of_events(run, node, day - life.first, out));
  std::sort(out.begin(), out.end(), std::greater<>());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<uint64_t> Engine::selected_events(uint32_t account, plan::NodeId node, Day until) const {
  std::vector<uint64_t> out;
  const plan::Node& n = bound_->plan.nodes[node];
  if (n.op != plan::Op::aggregate) return out;
  const uint32_t wanted = n.aggregate.selector;
  const BoundSelector& selector = bound_->selectors[wanted];
  const facts::ResolvedEvents& events = bound_->portfolio.events;
  const facts::RowRange rows = bound_->portfolio.events_of[account];
  for (uint64_t row = rows.begin; row < rows.end && events.day[row] <= until.number; ++row) {
    const uint32_t name = events.name[row];
    const auto of_name =
        std::span(bound_->selectors_of_names)
            .subspan(bound_->selector_begin[name], bound_->selector_begin[name + 1] - bound_->selector_begin[name]);
    if (std::ranges::find(of_name, wanted) == of_name.end()) continue;
    if (selector.filtered && !bound_->passes(selector.filter, row)) continue;
    out.push_back(row);
  }
  return out;
}

}  // namespace kenko::engine
