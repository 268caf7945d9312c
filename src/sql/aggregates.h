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
  };
  struct Joined {  // a further relation by day
    std::string name, body, column;
  };

  [[nodiscard]] std::string field(const plan::Aggregate& a);
  [[nodiscard]] std::string item(const plan::Aggregate& a);
  std::string daily(const plan::Aggregate& a, const std::string& expression);
  std::string windowed(const std::string& expression, const std::string& frame);
  std::string window_sum(const std::string& column, int32_t window_days);
  std::string as_real(const std::string& exact);
  std::string joined(const std::string& prefix, const std::string& body, const std::string& column);
  std::string no_rate(const plan::Aggregate& a, const std::string& frame);
  std::string days_with(const plan::Aggregate& a);

  std::string raw_value(const plan::Aggregate& a, std::string& scale);
  std::string mean(const plan::Aggregate& a);
  std::string extreme(const plan::Aggregate& a);
  std::string distinct(const plan::Aggregate& a);
  std::string days_since(const plan::Aggregate& a);
  std::string stepped(const plan::Aggregate& a);
  std::string halved(const plan::Aggregate& a, std::string& scale);
  std::string to_41_bits(const std::string& sum);
  std::string running_decay(const plan::Aggregate& a, const std::string& amount);
  std::string joined_decay(const plan::Aggregate& a, const std::string& amount, const std::string& column);
  std::string slope(const plan::Aggregate& a);

  const plan::Plan& plan_;
  const Inputs& inputs_;
  const Dialect& dialect_;
  const HistoryOptions& options_;
  std::vector<Source> sources_;
  std::vector<Joined> joined_;
  Columns windows_{"w"};
  Columns totals_{"t"};
};

}  // namespace kenko::sql
