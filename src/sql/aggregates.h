// sql/aggregates.h
//
// Aggregates -> SQL: select the events, add them up by day, lay the days beside the spine, look back with window
// frames.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "sql/columns.h"
#include "sql/dialect.h"
#include "sql/history.h"
#include "sql/inputs.h"

namespace kenko::sql {

/// An aggregate's value, and for exponential decays the sum of its absolute terms, as expressions over `totals`.
struct AggregateSql {
  std::string value;
  std::string scale;  ///< empty unless it is an exponential decay
};

/// Collects the aggregates of a plan; add() all of them, then take ctes().
class Aggregates {
 public:
  Aggregates(const plan::Plan& plan, const Inputs& inputs, const Dialect& dialect, const HistoryOptions& options);

  AggregateSql add(const plan::Aggregate& aggregate);
  /// The common table expressions up to `totals`, which has every column of spine besides its own.
  [[nodiscard]] std::string ctes() const;

 private:
  struct Source {          // the events of one selector
    Columns selected{""};  // s<k>: what is read of an event
    Columns daily{""};     // d<k>: sums of a day
    bool used = false;
  };
  struct Joined {  // a further relation by day; in its body COLUMNn stands for <name>_<n>
    std::string name, body;
    int columns = 1;
  };

  // Plumbing (aggregates.cpp).
  [[nodiscard]] std::string select(const plan::Aggregate& a, const std::string& expression);
  [[nodiscard]] std::string field(const plan::Aggregate& a);
  [[nodiscard]] std::string item(const plan::Aggregate& a);
  std::string daily(const plan::Aggregate& a, const std::string& expression);
  std::string windowed(const std::string& expression, const std::string& frame);
  std::string window_sum(const std::string& column, const std::string& frame);
  std::string as_real(const std::string& exact);
  std::string joined(const std::string& prefix, const std::string& body, int columns = 1);
  std::string no_rate(const plan::Aggregate& a, const std::string& frame);
  [[nodiscard]] std::string observed(uint32_t selector) const;
  [[nodiscard]] std::string condition_of(uint32_t selector) const;
  /// "sum of +1 and -1 up to the day" over steps made by `body`.
  std::string running(const std::string& prefix, const std::string& body);

  std::string raw_value(const plan::Aggregate& a, std::string& scale);
  std::string mean(const plan::Aggregate& a);
  std::string extreme(const plan::Aggregate& a);
  std::string days_since(const plan::Aggregate& a);
  std::string slope(const plan::Aggregate& a);

  // sql/decays.cpp
  std::string stepped(const plan::Aggregate& a);
  std::string halved(const plan::Aggregate& a, std::string& scale);
  std::string to_41_bits(const std::string& sum);
  std::string running_decay(const plan::Aggregate& a, const std::string& amount);
  std::string joined_decay(const plan::Aggregate& a, const std::string& amount);

  // sql/event_by_event.cpp
  std::string quantile(const plan::Aggregate& a);
  std::string first_or_last(const plan::Aggregate& a);
  std::string current(const plan::Aggregate& a);
  std::string distinct(const plan::Aggregate& a);
  std::string users_with(const plan::Aggregate& a);
  std::string streak(const plan::Aggregate& a);
  std::string longest_gap(const plan::Aggregate& a);

  // sql/pairs.cpp
  std::string pair(const plan::Aggregate& a);
  std::string item_days(const plan::Aggregate& a);

  const plan::Plan& plan_;
  const Inputs& inputs_;
  const Dialect& dialect_;
  const HistoryOptions& options_;
  std::vector<Source> sources_;
  std::vector<Joined> joined_;
  std::vector<Joined> items_;  // relations that are not laid beside the spine
  Columns windows_{"w"};
  Columns totals_{"t"};
};

/// Frames over the days of a life: the spine has one row a day, so ages are rows.
inline constexpr const char* kRunning = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
inline constexpr const char* kEarlier = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING";
/// The ages from..to-1 (0 = the as-of day).
[[nodiscard]] std::string ages(int32_t from, int32_t to);
/// The aggregate's window, or the whole life.
[[nodiscard]] std::string window_of(const plan::Aggregate& a);
[[nodiscard]] std::string or_zero(const std::string& e);

}  // namespace kenko::sql
