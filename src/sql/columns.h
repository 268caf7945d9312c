// sql/columns.h
//
// The SELECT list of one common table expression while it is being put together.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kenko::sql {

/// Named expressions; equal expressions share a column.
class Columns {
 public:
  explicit Columns(std::string prefix) : prefix_(std::move(prefix)) {}

  /// The name of the column that holds `expression`.
  std::string add(const std::string& expression);
  [[nodiscard]] bool empty() const { return expressions_.empty(); }
  /// ", e0 AS p0, e1 AS p1", one a line.
  [[nodiscard]] std::string list() const;
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::string prefix_;
  std::vector<std::string> expressions_;
};

}  // namespace kenko::sql
