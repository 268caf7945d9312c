// base/result.h
//
// How a user's mistake travels: as a value that names where, what and how to mend it.  All problems of one input are
// collected before any of them is reported.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"

namespace kenko {

/// A place in a text file.  Lines and columns count from 1; 0 = not known.  Columns count Unicode code points.
struct Place {
  std::string file;  ///< as the user named it; empty = no file
  int64_t line = 0;
  int64_t column = 0;
  std::string field;  ///< a column of a data file or a key of a document; empty = none

  friend bool operator==(const Place&, const Place&) = default;
};

enum class Severity : uint8_t { error, warning };

/// One thing that is wrong with what the user gave us.
///
/// Invariants: `code` is stable and listed in docs/ERRORS.md (lower-case words joined by '-', e.g. "unknown-metric");
///             `message` is one sentence without a full stop that shows the offending text; `hint` says what to do, or
///             is empty.
struct Problem {
  std::string code;
  Place place;
  std::string message;
  std::string hint;
  std::string source_line;  ///< the text of the line, for the caret; empty = not shown
  Severity severity = Severity::error;
};

using Problems = std::vector<Problem>;

/// True when at least one problem is an error (warnings alone do not stop anything).
[[nodiscard]] bool has_errors(const Problems& problems);

/// `file:line:column: error: message [code]`, then the source line with a caret, then `hint: ...`.  Ends with '\n'.
[[nodiscard]] std::string to_text(const Problem& problem);
[[nodiscard]] std::string to_text(const Problems& problems);

/// A value or the problems that kept it from being made.  Never both; problems are never empty.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}                      // NOLINT: implicit on purpose
  Result(Problem problem) : state_(Problems{std::move(problem)}) {}  // NOLINT
  Result(Problems problems) : state_(std::move(problems)) {          // NOLINT
    KENKO_CHECK(!std::get<Problems>(state_).empty(), "a failed Result needs a problem");
  }

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    require_ok();
    return std::get<T>(state_);
  }
  [[nodiscard]] const T& value() const& {
    require_ok();
    return std::get<T>(state_);
  }
  [[nodiscard]] T&& value() && {
    require_ok();
    return std::get<T>(std::move(state_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  /// Requires !ok().
  [[nodiscard]] const Problems& problems() const& {
    KENKO_CHECK(!ok(), "problems() of a good Result");
    return std::get<Problems>(state_);
  }
  [[nodiscard]] Problems problems() && {
    KENKO_CHECK(!ok(), "problems() of a good Result");
    return std::get<Problems>(std::move(state_));
  }

 private:
  void require_ok() const { KENKO_CHECK(ok(), "value() of a failed Result: {}", to_text(std::get<Problems>(state_))); }
  std::variant<T, Problems> state_;
};

/// The result of something that has no value.
struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};
using Status = Result<Done>;

}  // namespace kenko

/// Evaluates an expression of type Result<T>; returns its problems from the calling function, or declares `var`.
#define KENKO_CONCAT_INNER(a, b) a##b
#define KENKO_CONCAT(a, b) KENKO_CONCAT_INNER(a, b)
#define KENKO_TRY(var, expr)                                                                                     \
  auto KENKO_CONCAT(kenko_try_, __LINE__) = (expr);                                                              \
  if (!KENKO_CONCAT(kenko_try_, __LINE__).ok()) return std::move(KENKO_CONCAT(kenko_try_, __LINE__)).problems(); \
  var = std::move(KENKO_CONCAT(kenko_try_, __LINE__)).value()
#define KENKO_TRY_STATUS(expr) \
  if (auto kenko_status = (expr); !kenko_status.ok()) return std::move(kenko_status).problems()
