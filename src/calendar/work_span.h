// calendar/work_span.h
//
// How long somebody has for something, as rules and plays say it: `2d`, `4h`, `30m`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/sentence.h"
#include "tree/reader.h"

namespace kenko::calendar {

/// A length of working time; calendar/work_calendar.h says when it is over.
///
/// Units:      working days, or minutes within working hours (`4h` is 240 of them).
/// Invariants: 0 <= count; at most kMostDays days or kMostMinutes minutes.  A count of 0 ends where its clock starts.
/// Ownership:  plain value.
struct WorkSpan {
  enum class Unit : uint8_t { days, minutes };
  static constexpr int32_t kMostDays = 1000;
  static constexpr int32_t kMostMinutes = 600'000;

  Unit unit = Unit::days;
  int32_t count = 0;

  [[nodiscard]] static WorkSpan days(int32_t n) { return {Unit::days, n}; }
  [[nodiscard]] static WorkSpan minutes(int32_t n) { return {Unit::minutes, n}; }
  /// `2d`, `4h`, `30m`; nullopt for anything else and for what is too long.
  [[nodiscard]] static std::optional<WorkSpan> parse(std::string_view text);
  [[nodiscard]] std::string text() const;   ///< as parse reads it, whole hours as `4h`
  [[nodiscard]] Sentence sentence() const;  ///< "2 working days", "4 working hours", "1 working minute"

  friend bool operator==(const WorkSpan&, const WorkSpan&) = default;
};

/// A span in a YAML file; nullopt after adding a problem "bad-duration".  `what` names the value in the message.
[[nodiscard]] std::optional<WorkSpan> read_work_span(const tree::Values& values, const tree::Node& node,
                                                     std::string_view what);

}  // namespace kenko::calendar
