// calendar/day_range.h
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/day.h"

namespace kenko::calendar {

/// Consecutive days, first and last included.
struct Spell {
  Day first;
  Day last;

  [[nodiscard]] bool contains(Day d) const { return first <= d && d <= last; }
  friend bool operator==(const Spell&, const Spell&) = default;
};

/// A day of every year.  `02-29` is one that most years do not have.
struct MonthDay {
  int month = 1;
  int day = 1;

  /// Strict `MM-DD`; nullopt for anything else and for days that no year has.
  [[nodiscard]] static std::optional<MonthDay> parse(std::string_view text);
  friend auto operator<=>(const MonthDay&, const MonthDay&) = default;
};

/// The year that a day lies in.
[[nodiscard]] int year_of(Day d);

/// Days that come once (2026-12-24..2026-12-31) or every year (12-24..01-02, which goes over New Year).
///
/// Invariants: first and last day are included.  Dated: first <= last, at most kMostDays days.  A yearly range that
///             begins or ends on 02-29 leaves that day out in other years; 02-29 alone does not exist in them.
/// Ownership:  plain value.
class DayRange {
 public:
  static constexpr int32_t kMostDays = 366;
  enum class Fault : uint8_t { none, form, order, length };

  DayRange() = default;
  explicit DayRange(Spell days) : dated_(days) {}
  DayRange(MonthDay from, MonthDay to) : yearly_(true), from_(from), to_(to) {}

  /// Two texts of the same kind, YYYY-MM-DD or MM-DD.  nullopt and the fault when they make no range.
  [[nodiscard]] static std::optional<DayRange> parse(std::string_view from, std::string_view to, Fault& fault);

  [[nodiscard]] bool yearly() const { return yearly_; }
  /// What begins in `year`; nullopt when nothing does.
  [[nodiscard]] std::optional<Spell> begun_in(int year) const;
  /// What contains `d`; nullopt when `d` lies outside.
  [[nodiscard]] std::optional<Spell> around(Day d) const;

 private:
  bool yearly_ = false;
  Spell dated_;
  MonthDay from_, to_;
};

}  // namespace kenko::calendar
