// sql/rollup.h
//
// Values -> points -> dimensions -> score -> silence -> band, as further common table expressions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "sql/coverage.h"
#include "sql/dialect.h"

namespace kenko::sql {

/// Expressions and relations after the nodes' values; docs/SEMANTICS.md#from-value-to-points, #roll-up and #segments.
///
/// Where the coverage knows them, the columns `segment` and `stage` hold positions in the plan's lists, -1 = none.
class RollUp {
 public:
  RollUp(const plan::Plan& plan, const Dialect& dialect, const Coverage& coverage)
      : plan_(plan), dialect_(dialect), coverage_(coverage) {}

  /// The position of the first of `list` whose condition holds on the day; -1 = none.
  [[nodiscard]] std::string first_of(const std::vector<plan::Segment>& list) const;
  /// The points of metric `i` by the curve of the day.
  [[nodiscard]] std::string points(size_t i) const;
  /// Does what goes into the curve of metric `i`, which rests on a decay, lie within 1e-9 of its scale from a step?
  [[nodiscard]] std::string near_step(size_t i) const;
  /// The common table expressions from relation `from` (with points_I) on; last() names the last of them.
  [[nodiscard]] std::string ctes(const std::string& from);
  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  struct Member {          // of a dimension or of the whole
    std::string points;    // null = none, or left out that day
    std::string weight;    // millionths
    std::string coverage;  // millionths
    std::string evidence;
    bool always = true;  // its weight is never 0
  };

  template <typename Of>
  [[nodiscard]] std::string by_day(const std::string& base, const Of& of) const;
  [[nodiscard]] std::string weight(int64_t base, uint32_t place, bool metric, bool& always) const;
  [[nodiscard]] std::string half_up(const std::string& n, const std::string& d) const;
  [[nodiscard]] std::vector<Member> members_of(std::optional<uint32_t> dimension) const;
  [[nodiscard]] std::string sums(const std::vector<Member>& members, const std::string& suffix) const;
  [[nodiscard]] std::string rolled(const std::vector<Member>& members, plan::Rollup rollup, int64_t start,
                                   const std::string& suffix) const;
  [[nodiscard]] std::string band_of(const std::vector<plan::Band>& bands) const;
  [[nodiscard]] std::string scored_status() const;
  [[nodiscard]] int depth(uint32_t dimension) const;
  void next(const std::string& name, const std::string& columns);

  const plan::Plan& plan_;
  const Dialect& dialect_;
  const Coverage& coverage_;
  std::string last_, out_;
};

}  // namespace kenko::sql
