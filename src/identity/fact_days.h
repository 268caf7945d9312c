// identity/fact_days.h
//
// On which days each source spoke: what tells a feed that stopped from a customer that fell silent.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "facts/settings.h"

namespace kenko::identity {

/// Collects days by source.
///
/// Meaning:   a day counts when any fact of the source occurred or became valid on it, whoever it is about.  Sources
///            that the settings do not name are not collected.
/// Ownership: keeps views of the names in `settings`, which must outlive it.
class FactDays {
 public:
  FactDays(const facts::Settings& settings, std::optional<Day> until) : until_(until), days_(settings.sources.size()) {
    for (size_t i = 0; i < settings.sources.size(); ++i) position_.emplace(settings.sources[i].name, i);
  }

  /// The list of a source, for `add`; nullptr = not in the settings.
  [[nodiscard]] std::vector<Day>* list_of(std::string_view source) {
    const auto found = position_.find(source);
    return found == position_.end() ? nullptr : &days_[found->second];
  }
  /// A day after the cut does not exist.
  void add(std::vector<Day>* list, Day day) const {
    if (list == nullptr || (until_ && day > *until_) || (!list->empty() && list->back() == day)) return;
    list->push_back(day);
  }
  void add(std::string_view source, Day day) { add(list_of(source), day); }

  /// By position in settings.sources: ascending, unique.
  [[nodiscard]] std::vector<std::vector<Day>> take() {
    for (std::vector<Day>& list : days_) {
      std::sort(list.begin(), list.end());
      list.erase(std::unique(list.begin(), list.end()), list.end());
    }
    return std::move(days_);
  }

 private:
  std::optional<Day> until_;
  std::map<std::string_view, size_t> position_;
  std::vector<std::vector<Day>> days_;
};

}  // namespace kenko::identity
