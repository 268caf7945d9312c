// sql/rollup.h
//
// Values -> points -> dimensions -> score -> silence -> band, as further common table expressions.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "sql/dialect.h"

namespace kenko::sql {

/// Expressions and relations after the nodes' values; docs/SEMANTICS.md#from-value-to-points and #roll-up.
class RollUp {
 public:
  RollUp(const plan::Plan& plan, const Dialect& dialect) : plan_(plan), dialect_(dialect) {}

  /// The points of metric `i` by its curve, from the column of its value.
  [[nodiscard]] std::string points(size_t i) const;
  /// Does the value of metric `i`, which rests on a decay, lie within 1e-9 of its scale from a step of its curve?
  [[nodiscard]] std::string near_step(size_t i) const;
  /// The common table expressions from relation `from` (with points_I) to `banded`.
  [[nodiscard]] std::string ctes(const std::string& from) const;

 private:
  [[nodiscard]] std::string linear(const plan::Curve& curve, const std::string& x) const;
  [[nodiscard]] std::string half_up(const std::string& n, const std::string& d) const;
  [[nodiscard]] std::string worth(size_t i) const;
  [[nodiscard]] std::string weighed() const;
  [[nodiscard]] std::string dimensions() const;
  [[nodiscard]] std::string totals() const;
  [[nodiscard]] std::string band() const;

  const plan::Plan& plan_;
  const Dialect& dialect_;
};

}  // namespace kenko::sql
