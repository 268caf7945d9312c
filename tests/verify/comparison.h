// verify/comparison.h
//
// Compares histories cell by cell and keeps count.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "facts/portfolio.h"
#include "plan/plan.h"
#include "verify/history_table.h"

namespace kenko::verify {

/// A cell on which two executors differ.
struct Difference {
  std::string oracle, subject, account, cell, native, other;
  Day day;
};

/// What one oracle compared.
struct Tally {
  uint64_t cells = 0;
  uint64_t mismatches = 0;
  uint64_t edges = 0;     ///< differences that a decay within 1e-9 of a rounding edge explains
  uint64_t left_out = 0;  ///< cells that one of the two does not compute
  uint64_t metrics_left_out = 0;
  double seconds = 0;
};

/// How often a metric had no value.
struct NullShare {
  uint64_t days = 0;
  uint64_t nulls = 0;
};

/// All comparisons of one run.
class Comparison {
 public:
  /// Compares `other` with the native history.  `scales`: the table of the generated SQL with the same rows (may be
  /// null).
  ///
  /// Integers, texts, exact numbers, points, scores and bands must be equal.  A metric that rests on an exponential
  /// decay may differ by 1e-9 of its scale; where it does, its points may differ by one and what follows from them by
  /// one unit, and where a comparison or a step of a curve lies that near, by anything: such cells are edges, listed
  /// and limited.  A column that one of the two does not have is not compared, but counted and reported.
  void compare(std::string_view oracle, const HistoryTable& native, const HistoryTable& other,
               const HistoryTable* scales);

  /// The same where both sides are native: everything must be equal to the last bit.
  void compare_exactly(std::string_view oracle, const HistoryTable& native, const HistoryTable& other);

  /// One claim that is not a cell of two histories (a sum of parts, a score that must not rise).
  void claim(std::string_view oracle, bool holds, uint32_t account, Day day, std::string_view cell,
             const std::string& native, const std::string& other);

  /// Whose accounts and metrics the next comparisons name.
  void subject(std::string name, const plan::Plan& plan, const facts::Portfolio& portfolio);
  void count_nulls(const HistoryTable& native);
  void add_seconds(std::string_view oracle, double seconds) { tallies_[std::string(oracle)].seconds += seconds; }

  [[nodiscard]] uint64_t cells() const;
  [[nodiscard]] uint64_t mismatches() const;
  [[nodiscard]] uint64_t edges() const;
  [[nodiscard]] uint64_t left_out() const;
  /// No mismatch, and not more edges than one cell in a million (but one is always allowed).
  [[nodiscard]] bool good() const;
  void print(bool by_metric) const;

 private:
  class Rows;
  void differ(bool edge, std::string_view oracle, uint32_t account, int32_t day, std::string cell, std::string native,
              std::string other);

  std::string subject_;
  const plan::Plan* plan_ = nullptr;
  const facts::Portfolio* portfolio_ = nullptr;
  std::map<std::string, Tally, std::less<>> tallies_;
  std::map<std::string, NullShare> nulls_;
  std::map<std::string, uint64_t> left_out_;  ///< cells by what they show
  std::vector<Difference> differences_, edge_list_;
};

}  // namespace kenko::verify
