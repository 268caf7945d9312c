// reference/alerts/streaks.h
//
// What a rule says of an account on a closed day, and for how many days it has.  Part of the alerts' reference.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "reference/alerts/reference.h"

namespace kenko::reference {

/// A rule's answer on a day.
struct Answer {
  alerts::Truth truth = alerts::Truth::unknown;
  bool own = true;
};

/// How a rule (of kind level: one threshold) stands for an account at the end of a day.
struct Streak {
  int yes = 0;         ///< yes days of the streak
  int no = 0;          ///< no days since the last yes
  bool fresh = false;  ///< one of those yes days is fresh
  bool own = false;    ///< the last answer is a yes that is the customer's own doing
  bool fires = false;  ///< held long enough, and has not been over long enough since

  [[nodiscard]] bool acts() const { return fires && own && !fresh; }
};

/// All days so far, to be asked about any of them.
class Past {
 public:
  explicit Past(const std::vector<ClosedUnder>& days);

  /// Rows of an account that count (not on every day), from the beginning of its present life to day `d`.
  [[nodiscard]] const std::vector<size_t>& life(const std::string& account, size_t d) const;
  [[nodiscard]] const alerts::AccountDay* row(const std::string& account, size_t d) const;
  /// The account has left on day d: its status says so, or this is the 30th closed day without a row that counts.
  [[nodiscard]] bool leaves(const std::string& account, size_t d) const;

  /// `rule`: a position in the rules of day d.
  [[nodiscard]] Streak streak(const std::string& account, size_t d, size_t rule, alerts::Level level) const;
  [[nodiscard]] Answer answer(const std::string& account, size_t d, size_t rule, alerts::Level level) const;
  /// The same of a source.
  [[nodiscard]] Streak source_streak(const std::string& source, size_t d, size_t rule) const;

  [[nodiscard]] const std::vector<ClosedUnder>& days() const { return days_; }

 private:
  [[nodiscard]] bool fresh(size_t d, size_t rule, alerts::Level level) const;
  [[nodiscard]] std::optional<size_t> same_rule(size_t d, const alerts::Rules& rules, size_t rule,
                                                alerts::Level level) const;
  [[nodiscard]] bool quiet(const std::string& account, size_t d) const;
  [[nodiscard]] bool is_quiet(const std::string& account, size_t d) const;
  [[nodiscard]] int64_t own_sum(const std::string& account, size_t d, Day after, Day to) const;
  [[nodiscard]] Answer ask(const std::string& account, size_t d, size_t rule, alerts::Level level) const;
  [[nodiscard]] Answer below(const std::string& account, size_t d, size_t rule, alerts::Level level, int limit) const;
  [[nodiscard]] bool fell(const std::string& account, size_t d, const alerts::Rule& rule) const;
  [[nodiscard]] Answer departed(const std::string& account, size_t d, const alerts::Rule& rule) const;
  [[nodiscard]] Answer band(const std::string& account, size_t d, const alerts::Rule& rule) const;
  [[nodiscard]] Answer condition(const std::string& account, size_t d, const alerts::Rule& rule) const;

  const std::vector<ClosedUnder>& days_;
  // An answer never changes once its day is closed; asking twice would only be slower still.
  mutable std::map<std::tuple<std::string, size_t, size_t, alerts::Level>, Answer> asked_;
  mutable std::map<std::pair<std::string, size_t>, std::vector<size_t>> lives_;
  mutable std::map<std::pair<std::string, size_t>, bool> quiet_;
  std::map<std::string, std::vector<const alerts::AccountDay*>> rows_;  // by day; nullptr = none that counts
  std::map<const alerts::Rules*, std::vector<Hash128>> meanings_;       // by rule
  std::map<std::string, std::vector<char>> left_;                       // by day: the status says so
};

}  // namespace kenko::reference
