// mapping/filter.h
//
// Filters on raw cells: `not starts_with(InvoiceNo, "C") and Quantity > 0`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "language/expression.h"
#include "mapping/cells.h"

namespace kenko::mapping {

/// A checked filter.
///
/// Meaning: a literal decides how a cell is read: against a number it is read as the file writes numbers and is null
/// when
///          it is none; against true or false as a flag; against a text it is compared byte by byte.  Two columns are
///          compared as numbers when both are, else as texts.  An empty cell is null; and, or, not are three-valued as
///          in SQL; a filter that is null does not let the record pass.
/// Functions: starts_with(c, "x"), ends_with, contains, one_of(c, "a", "b"), is_empty(c).
/// Threads: immutable after it was made.
class Filter {
 public:
  /// Errors: all problems of the text, placed by `at`.
  [[nodiscard]] static Result<std::shared_ptr<Filter>> make(std::string_view text, const language::At& at);

  [[nodiscard]] bool passes(const Row& row) const;

  /// The canonical spelling.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// The columns it reads, with their place in the text; a column may come twice.
  [[nodiscard]] const std::vector<std::pair<std::string, size_t>>& columns() const { return columns_; }
  /// Sets the slot of every column: slots[i] belongs to columns()[i].
  void set_slots(const std::vector<int32_t>& slots) { slots_ = slots; }

 private:
  friend class FilterBuilder;
  enum class Kind : uint8_t {
    and_,
    or_,
    not_,
    compare_number,
    compare_text,
    compare_flag,
    compare_columns,
    flag,
    text_test,
    empty
  };
  enum class Test : uint8_t { starts, ends, contains, one_of };
  enum class Truth : int8_t { no = 0, yes = 1, null = 2 };
  struct Node {
    Kind kind = Kind::and_;
    std::vector<Node> items;
    size_t column = 0, other = 0;  // positions in columns_
    language::Operator op = language::Operator::equal;
    Test test = Test::starts;
    Decimal number;
    bool flag = false;
    std::vector<std::string> texts;
  };
  [[nodiscard]] Truth run(const Node& node, const Row& row) const;
  [[nodiscard]] Truth compare(const Node& node, const Row& row) const;
  [[nodiscard]] static Truth ordered(language::Operator op, int order);

  std::string text_;
  std::vector<std::pair<std::string, size_t>> columns_;
  std::vector<int32_t> slots_;
  Node root_;
};

}  // namespace kenko::mapping
