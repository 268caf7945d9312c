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

/// What an expression may ask of the rest of the model and of other accounts.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  /// Another metric of the same account.
  [[nodiscard]] virtual Value metric(const std::string& name, Day d) = 0;
  /// `x` of every child account on d whose status is neither churned nor internal, in the order of ids.
  [[nodiscard]] virtual std::vector<Value> of_children(const language::Expression& x, Day d) = 0;
  /// `x` on d-1 of every other account that counts for percentile(x) on d.
  [[nodiscard]] virtual std::vector<Value> of_peers(const language::Expression& x, Day d) = 0;
};

/// When the aggregates of a metric have been observed for long enough.
struct Observed {
  std::optional<int32_t> min_days;  ///< the metric's own `min_observed`
  bool young_partial = false;
};

/// Evaluates the expressions of one metric for one account.
///
/// Ownership: keeps references to all it is given; expressions must stay where they are.
class Evaluator {
 public:
  Evaluator(const Company& company, const Account& account, const Biography& biography, Observed observed,
            Surroundings& surroundings)
      : company_(company), account_(account), biography_(biography), observed_(observed), surroundings_(surroundings) {}

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
  [[nodiscard]] Value baseline(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value contract_clock(const std::string& function, Day d) const;
  [[nodiscard]] Value days_until(const std::string& key, Day d) const;
  [[nodiscard]] Value children(const language::Expression& e, Day d);
  [[nodiscard]] Value percentile(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value aggregate(const language::Expression& e, Day d, Day life_first);
  [[nodiscard]] Value over_window(const language::Expression& e, const Hits& hits) const;
  [[nodiscard]] std::optional<Day> observed_since(const language::Expression& call, Day d, Day life_first) const;
  [[nodiscard]] bool observed_enough(const language::Expression& call, Day since, Day d) const;
  [[nodiscard]] Value quantile(const language::Expression& e, const Hits& hits) const;
  [[nodiscard]] Value current(const language::Expression& e, Day d, Day life_first) const;
  [[nodiscard]] Value users_with(const language::Expression& e, Day first, Day d) const;
  [[nodiscard]] Value streak(const language::Expression& e, Day d, Day life_first) const;
  [[nodiscard]] Value longest_gap(const language::Expression& e, Day first, Day d) const;
  [[nodiscard]] Value contact_health(const language::Expression& e, Day first, Day d) const;
  [[nodiscard]] Value pair(const language::Expression& e, Day d, Day life_first) const;
  /// The events of a selector with day in [first, last], in reading order.
  [[nodiscard]] std::vector<const Event*> events(const language::Expression& selector, Day first, Day last) const;
  [[nodiscard]] bool has_event(const language::Expression& selector, Day first, Day last) const;
  /// All events that the selector takes, over all lives.
  [[nodiscard]] const std::vector<const Event*>& taken(const language::Expression& selector) const;

  [[nodiscard]] Value decayed(const language::Expression& e, Day d, const Hits& hits) const;
  [[nodiscard]] Value slope(const language::Expression& e, Day d, Day life_first);

  const Company& company_;
  const Account& account_;
  const Biography& biography_;
  Observed observed_;
  Surroundings& surroundings_;
  mutable std::map<const language::Expression*, std::vector<const Event*>> taken_;  // by selector
  std::map<const language::Expression*, std::vector<Hit>> hits_;                    // by aggregate call: over all lives
};

/// Whether `event` passes a filter; null is false.  The company knows the attributes of users.
[[nodiscard]] bool passes(const language::Expression& filter, const Event& event, const Company& company);

/// The names of a selector: one, or several joined with `or`.
[[nodiscard]] std::vector<std::string> names_of(const language::Expression& selector);
/// Whether the selector takes the event: its name and its filter.
[[nodiscard]] bool takes(const language::Expression& selector, const Event& event, const Company& company);
/// The argument `name: ...` of a call; nullptr without one.
[[nodiscard]] const language::Expression* named(const language::Expression& call, const std::string& name);
/// The property, `value` or `sentiment(text)` that a field expression names, as a property's name; `value` without
/// backticks is empty.
[[nodiscard]] std::string field_of(const language::Expression& field);
/// The first day of the window, not before the life.
[[nodiscard]] Day window_first(const language::Expression& selector, Day d, Day life_first);

}  // namespace kenko::reference
