#include "engine/stale.h"

#include <algorithm>
#include <set>

#include "engine/engine.h"

namespace kenko::engine {
namespace {

// By day of [first, until]: the source's last fact day while it is overdue, else INT32_MAX.
std::vector<int32_t> overdue(const std::vector<Day>& facts, int32_t every, Day first, Day until, Day facts_until) {
  std::vector<int32_t> out(static_cast<size_t>(until - first + 1), INT32_MAX);
  auto next = facts.begin();
  const Day* last = nullptr;
  for (Day d = first; d <= until; ++d) {
    for (; next != facts.end() && *next <= std::min(d, facts_until); ++next) last = &*next;
    if (last != nullptr && d - *last >= every) out[static_cast<size_t>(d - first)] = last->number;
  }
  return out;
}

}  // namespace

std::vector<size_t> sources_of(const plan::Plan& plan, std::vector<plan::NodeId> open,
                               const facts::Settings& settings) {
  std::set<std::string> events, attributes;
  std::vector<uint8_t> seen(plan.nodes.size(), 0);
  while (!open.empty()) {
    const plan::NodeId id = open.back();
    open.pop_back();
    if (seen[id] != 0) continue;
    seen[id] = 1;
    const plan::Node& node = plan.nodes[id];
    open.insert(open.end(), node.args.begin(), node.args.end());
    if (node.op == plan::Op::attribute || node.op == plan::Op::days_until) attributes.insert(node.text);
    if (node.op != plan::Op::aggregate) continue;
    const auto& names = plan.selectors[node.aggregate.selector].events;
    events.insert(names.begin(), names.end());
    if (!plan::is_pair(node.aggregate.function)) continue;
    const auto& closing = plan.selectors[node.aggregate.second].events;
    events.insert(closing.begin(), closing.end());
  }
  std::vector<size_t> out;
  for (size_t i = 0; i < settings.sources.size(); ++i) {
    const facts::SourceSettings& source = settings.sources[i];
    const bool emits = std::ranges::any_of(source.emits, [&](const auto& name) { return events.contains(name); });
    const bool gives =
        std::ranges::any_of(source.attributes, [&](const auto& given) { return attributes.contains(given.first); });
    if (emits || gives) out.push_back(i);
  }
  return out;
}

std::vector<std::vector<int32_t>> stale_days(const plan::Plan& plan, const facts::Portfolio& portfolio, Day first,
                                             Day until, Day facts_until) {
  const auto& sources = portfolio.settings.sources;
  std::vector<std::vector<int32_t>> out(plan.metrics.size());
  std::vector<std::vector<int32_t>> by_source(sources.size());
  if (first > until) return out;
  bool any = false;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (!sources[i].every_days || i >= portfolio.source_fact_days.size()) continue;
    std::vector<int32_t> days =
        overdue(portfolio.source_fact_days[i], *sources[i].every_days, first, until, facts_until);
    if (std::ranges::all_of(days, [](int32_t d) { return d == INT32_MAX; })) continue;
    by_source[i] = std::move(days);
    any = true;
  }
  for (size_t m = 0; any && m < plan.metrics.size(); ++m) {
    std::vector<int32_t> days;
    for (const size_t i : sources_of(plan, plan.metrics[m], portfolio.settings)) {
      if (by_source[i].empty()) continue;
      if (days.empty()) days.assign(by_source[i].size(), INT32_MAX);
      for (size_t d = 0; d < days.size(); ++d) days[d] = std::min(days[d], by_source[i][d]);
    }
    std::ranges::replace(days, INT32_MAX, kNotStale);
    out[m] = std::move(days);
  }
  return out;
}

}  // namespace kenko::engine
