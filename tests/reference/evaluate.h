// tests/reference/evaluate.h
//
// What an expression is worth for one account on one day: docs/SEMANTICS.md#functions read line by line.  Walks the
// syntax tree; knows no plan.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "language/expression.h"
#include "reference/company.h"
#include "reference/population.h"

namespace kenko::reference {

/// null, a number, a flag or a text.
using Value = std::variant<std::monostate, double, bool, std::string>;

[[nodiscard]] inline bool is_null(const Value& v) { return std::holds_alternative<std::monostate>(v); }

/// Evaluates the expressions of one metric for one account.
///
/// Ownership: keeps references to all it is given; expressions must stay where they are.
class Evaluator {
 public:
  /// `min_observed_days`: the metric's own, for all of its aggregates.
  Evaluator(const Company& company, const Account& account, const Biography& biography,
            std::optional<int32_t> min_observed_days)
      : company_(company), account_(account), biography_(biography), min_observed_days_(min_observed_days) {}

  /// `life_first`: the first day of the life that holds d.
  [[nodiscard]] Value value(const language::Expression& e, Day d, Day life_first);

 private:
  /// An event that passes a selector, with what an aggregate reads of it.
  struct Hit {
    Day day;
    std::optional<int64_t> number;  ///< millionths; empty = the event does not have the field
    bool no_rate = false;
    std::optional<size_t> text;  ///< `distinct`: equal numbers are equal texts
  };
  /// The hits of an aggregate on a day: those in its window (or life), ascending by day.
  struct Hits {
    const Hit* begin_ = nullptr;
    const Hit* end_ = nullptr;
    [[nodiscard]] const Hit* begin() const { return begin_; }
    [[nodiscard]] const Hit* end() const { return end_; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
  };
  /// The exact sum of a field; nothing when a part of it is money without a rate.
  struct Sum {
    Int128 total = 0;
    int64_t number_of = 0;
    bool no_rate = false;
  };

  [[nodiscard]] const std::vector<Hit>& all_hits(const language::Expression& call);
  [[nodiscard]] Hits hits_between(const language::Expression& call, Day first, Day last);
  [[nodiscard]] static Sum sum(const Hits& hits);

  [[nodiscard]] Value unary(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value binary(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value logic(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value call(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value attribute(const std::string& key, Day d) const;
  [[nodiscard]] Value smallest_or_greatest(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value clamp(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value change(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value aggregate(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value over_window(const language::Expression& e, const Hits& hits) const;
  [[nodiscard]] Value decayed(const language::Expression& e, Day d, const Hits& hits) const;
  [[nodiscard]] Value slope(const language::Expression& e, Day d, Day life_first);

  const Company& company_;
  const Account& account_;
  const Biography& biography_;
  std::optional<int32_t> min_observed_days_;
  std::map<const language::Expression*, std::vector<Hit>> hits_;  // by aggregate call: over all lives
};

/// Whether `event` passes a filter; null is false.
[[nodiscard]] bool passes(const language::Expression& filter, const Event& event);

}  // namespace kenko::reference
