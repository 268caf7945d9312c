#include "app/overdue.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "engine/stale.h"

namespace kenko::app {

std::vector<OverdueSource> overdue_sources(const facts::Portfolio& portfolio, const plan::Plan* plan, Day day) {
  std::vector<OverdueSource> out;
  const auto& sources = portfolio.settings.sources;
  for (size_t i = 0; i < sources.size() && i < portfolio.source_fact_days.size(); ++i) {
    if (!sources[i].every_days) continue;
    const auto& facts = portfolio.source_fact_days[i];
    const auto after = std::upper_bound(facts.begin(), facts.end(), day);
    if (after == facts.begin()) continue;  // it has brought nothing yet
    const Day last = *(after - 1);
    if (day - last < *sources[i].every_days) continue;
    OverdueSource& overdue = out.emplace_back();
    overdue.source = sources[i].name;
    overdue.every_days = *sources[i].every_days;
    overdue.last = last;
    overdue.since = last + overdue.every_days;
    for (size_t m = 0; plan != nullptr && m < plan->metrics.size(); ++m) {
      const auto reads = engine::sources_of(*plan, plan->metrics[m], portfolio.settings);
      if (std::find(reads.begin(), reads.end(), i) != reads.end()) overdue.metrics.push_back(plan->metrics[m].name);
    }
    for (size_t w = 0; plan != nullptr && w < plan->watched.size(); ++w) {
      const auto reads = engine::sources_of(*plan, std::vector{plan->watched[w].when}, portfolio.settings);
      if (std::find(reads.begin(), reads.end(), i) != reads.end()) overdue.watched.push_back(plan->watched[w].name);
    }
  }
  return out;
}

std::string overdue_sentence(const std::vector<OverdueSource>& overdue) {
  std::vector<std::string> parts;
  for (const OverdueSource& s : overdue)
    parts.push_back(fmt::format("{} is overdue since {} (last fact {})", s.source, s.since.iso(), s.last.iso()));
  if (parts.empty()) return "";
  return fmt::format("{}: what rests on {} keeps its points; kenko status", text::join(parts, ", "),
                     parts.size() == 1 ? "it" : "them");
}

}  // namespace kenko::app
