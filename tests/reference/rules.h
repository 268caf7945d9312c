// tests/reference/rules.h
//
// The rules of docs/SEMANTICS.md that carry something from day to day: triggers, overrides, bands.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reference/points.h"

namespace kenko::reference {

/// One trigger of one life.
class TriggerState {
 public:
  explicit TriggerState(const model::Trigger& trigger) : trigger_(&trigger) {}
  /// The next day.  Gives the number of starts that count (0 = not active).
  int next(bool when, bool until);

 private:
  [[nodiscard]] bool active_by_condition(bool when, bool until) const;

  const model::Trigger* trigger_;
  std::vector<bool> held_;  ///< by day of the life
  bool active_ = false;     ///< the day before
  bool ran_ = false;        ///< the first run is over
};

/// The lines of a day's triggers and of the cap, in hundredths.
struct TriggerLines {
  std::map<std::string, int64_t> points;  ///< of active ones with points
  int64_t cap = 0;
  std::string capped_by;  ///< empty = no active trigger has a cap
  int64_t score = 0;      ///< after both
};
/// `starts`: by trigger, 0 = not active.
[[nodiscard]] TriggerLines apply_triggers(const DayModel& day, const std::map<std::string, int>& starts,
                                          int64_t before);

/// The score after the override of d.
[[nodiscard]] int64_t overridden(const model::Model& model, const Account& account, Day d, Day life_first,
                                 int64_t computed);

/// The cut-offs of a day in hundredths, lowest band first; none = no band can be told.
/// `others`: the computed scores that quantiles are taken of.
[[nodiscard]] std::optional<std::vector<int64_t>> cut_offs(const std::vector<model::Band>& bands,
                                                           std::vector<int64_t> others);

/// The band of one life.
class BandState {
 public:
  /// The next day with a score: the position of the shown band before the rule of evidence.
  size_t next(const model::Model& model, const std::vector<model::Band>& bands, const std::vector<int64_t>& cut_offs,
              int64_t score);

 private:
  const std::vector<model::Band>* bands_ = nullptr;  ///< those of the scored day before
  size_t shown_ = 0;
  int differed_ = 0;  ///< scored days in a row on which the candidate was not the shown one
};

}  // namespace kenko::reference
