#include "identity/tally.h"

#include <algorithm>
#include <tuple>

namespace kenko::identity {

void DayCounts::grow(Day day, Count count) {
  constexpr int64_t kSpare = 512;
  if (counts_.empty()) {
    first_ = static_cast<int64_t>(day.number) - kSpare;
    counts_.resize(2 * kSpare);
  } else if (day.number < first_) {
    const int64_t more = first_ - day.number + kSpare;
    counts_.insert(counts_.begin(), static_cast<size_t>(more), Count{});
    first_ -= more;
  } else {
    counts_.resize(static_cast<size_t>(day.number - first_ + kSpare));
  }
  add(day, count);
}

void EventTally::add(const EventTally& other) {
  for (const auto& [source, counts] : other.days) {
    DayCounts& own = days[source];
    counts.each([&own](Day day, DayCounts::Count count) { own.add(day, count); });
  }
  for (const auto& [reference, count] : other.unmatched) {
    int64_t& own = unmatched[reference];
    own += count;
    if (own == 0) unmatched.erase(reference);
  }
  no_rate += other.no_rate;
}

void EventTally::publish(std::vector<std::vector<Day>> spoken, facts::Portfolio& portfolio) const {
  portfolio.newest_day.reset();
  for (const auto& [source, counts] : days) {
    counts.each([&portfolio](Day day, DayCounts::Count count) {
      if (count.placed > 0) portfolio.newest_day = std::max(portfolio.newest_day, std::optional(day));
    });
  }
  portfolio.source_first_day.clear();
  for (size_t i = 0; i < portfolio.settings.sources.size(); ++i) {
    std::optional<Day> first;
    const auto found = days.find(portfolio.settings.sources[i].name);
    if (found != days.end()) {
      found->second.each([&](Day day, DayCounts::Count count) {
        if (count.placed > 0 && !first) first = day;
        if (count.seen > 0) spoken[i].push_back(day);
      });
    }
    portfolio.source_first_day.push_back(first);
    std::sort(spoken[i].begin(), spoken[i].end());
    spoken[i].erase(std::unique(spoken[i].begin(), spoken[i].end()), spoken[i].end());
  }
  portfolio.source_fact_days = std::move(spoken);
  portfolio.unmatched.clear();
  for (const auto& [reference, count] : unmatched) {
    portfolio.unmatched.push_back({reference.first, reference.second, count});
  }
  std::sort(portfolio.unmatched.begin(), portfolio.unmatched.end(),
            [](const facts::Unmatched& a, const facts::Unmatched& b) {
              return std::tie(a.source, b.events, a.reference) < std::tie(b.source, a.events, b.reference);
            });
  portfolio.no_rate_events = no_rate;
}

}  // namespace kenko::identity
