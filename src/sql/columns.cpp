#include "sql/columns.h"

#include <fmt/format.h>

#include <algorithm>

namespace kenko::sql {

std::string Columns::add(const std::string& expression) {
  const auto it = std::find(expressions_.begin(), expressions_.end(), expression);
  const auto at = it - expressions_.begin();
  if (it == expressions_.end()) expressions_.push_back(expression);
  return fmt::format("{}{}", prefix_, at);
}

std::string Columns::list() const {
  std::string out;
  for (size_t i = 0; i < expressions_.size(); ++i) out += fmt::format(",\n    {} AS {}{}", expressions_[i], prefix_, i);
  return out;
}

std::vector<std::string> Columns::names() const {
  std::vector<std::string> out;
  for (size_t i = 0; i < expressions_.size(); ++i) out.push_back(fmt::format("{}{}", prefix_, i));
  return out;
}

}  // namespace kenko::sql
