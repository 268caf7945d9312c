// tests/cases/executor.h
//
// What can compute the cells of a case.  Every executor answers in the words of the reference interpreter's DayResult.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cases/case.h"
#include "reference/interpret.h"

namespace kenko::cases {

/// A row that a case expects.
struct Wanted {
  std::string account;
  Day day;
  friend auto operator<=>(const Wanted&, const Wanted&) = default;
};

using Results = std::map<Wanted, reference::DayResult>;

class Executor {
 public:
  virtual ~Executor() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// One result for each wanted row.
  [[nodiscard]] virtual Result<Results> run(const Case& c, const std::vector<Wanted>& wanted) = 0;
  /// False for generated SQL, which is given lives and statuses and leaves explanations and rules to others.
  [[nodiscard]] virtual bool explains() const { return true; }
  /// Whether the last run gave this column of `expect`.
  [[nodiscard]] virtual bool computes(const std::string& /*column*/) const { return true; }
};

/// The reference interpreter, over all facts, and over the facts cut at each day (law a).
[[nodiscard]] std::vector<std::unique_ptr<Executor>> reference_executors();
/// The native engine: history of all accounts, one account alone with the facts cut at the day, and facts in an order
/// drawn from `seed`.
[[nodiscard]] std::vector<std::unique_ptr<Executor>> native_executors(uint64_t seed);
/// Generated SQL on DuckDB.
[[nodiscard]] std::unique_ptr<Executor> sql_executor();

}  // namespace kenko::cases
