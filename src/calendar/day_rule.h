// calendar/day_rule.h
//
// The ways to say which days are holidays:
//
//   2026-12-24                  once             12-25                      every year
//   2026-12-24..2026-12-31      once             12-24..01-02               every year, over New Year
//   easter, easter+39           days from Easter Sunday (Western churches)
//   third monday of january, last monday of may
//   spring-equinox, autumn-equinox               as Japan keeps them
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/day_range.h"

namespace kenko::calendar {

/// Which days of a year.
///
/// Invariants: pure arithmetic on the Gregorian calendar, for every year that Day knows; the equinoxes for 1980 to 2150
///             only (other years have none).
/// Ownership:  plain value.
class DayRule {
 public:
  /// nullopt for anything that is not one of the forms above; `fault` then says in a clause what is wrong with it, or
  /// is empty when nothing better can be said.
  [[nodiscard]] static std::optional<DayRule> parse(std::string_view text, std::string& fault);

  /// What begins in `year`; nullopt when nothing does.
  [[nodiscard]] std::optional<Spell> begun_in(int year) const;

 private:
  enum class Kind : uint8_t { range, easter, weekday, spring_equinox, autumn_equinox };
  static constexpr int kLast = 0;

  [[nodiscard]] static std::optional<DayRule> parse_range(std::string_view text, std::string& fault);
  [[nodiscard]] static std::optional<DayRule> parse_easter(std::string_view text, std::string& fault);
  [[nodiscard]] static std::optional<DayRule> parse_weekday(const std::vector<std::string_view>& words,
                                                            std::string& fault);
  [[nodiscard]] std::optional<Day> day_in(int year) const;

  Kind kind_ = Kind::range;
  DayRange range_;
  int offset_ = 0;               // easter: days after it
  int nth_ = kLast;              // weekday: which one of the month
  int weekday_ = 0, month_ = 1;  // weekday: 0 = Monday; January is 1
};

/// Easter Sunday of the Western churches; requires 1 <= year <= 9999.
[[nodiscard]] Day easter(int year);

/// `mon` or `monday` -> 0 ... `sun` -> 6, whatever the case; nullopt for anything else.
[[nodiscard]] std::optional<int> weekday_of(std::string_view text);

}  // namespace kenko::calendar
