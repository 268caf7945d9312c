// base/day.h
//
// Calendar days and instants.  A Day is a date without a zone; only a TimeZone (base/time_zone.h) turns instants into
// days.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kenko {

/// A calendar day.
///
/// Units:   days since 1970-01-01 in the proleptic Gregorian calendar.
/// Range:   kMin 0001-01-01 to kMax 9999-12-31.
/// Threads: plain value, 4 bytes.
struct Day {
  int32_t number = 0;

  static const Day kMin;
  static const Day kMax;

  [[nodiscard]] static Day of(int year, int month, int day);  ///< requires a valid date
  /// Strict `YYYY-MM-DD`; nullopt for anything else, an impossible date included.
  [[nodiscard]] static std::optional<Day> parse(std::string_view iso);
  /// nullopt when the date does not exist (2025-02-29) or is out of range.
  [[nodiscard]] static std::optional<Day> from_civil(int64_t year, int64_t month, int64_t day);

  [[nodiscard]] std::string iso() const;    ///< 2026-11-20
  [[nodiscard]] std::string words() const;  ///< Fri 20 Nov 2026
  [[nodiscard]] int weekday() const;        ///< 0 = Monday ... 6 = Sunday
  void civil(int& year, int& month, int& day) const;

  friend auto operator<=>(const Day&, const Day&) = default;
  friend Day operator+(Day d, int32_t days) { return {d.number + days}; }
  friend Day operator-(Day d, int32_t days) { return {d.number - days}; }
  friend int32_t operator-(Day a, Day b) { return a.number - b.number; }
  Day& operator++() {
    ++number;
    return *this;
  }
};
inline constexpr Day Day::kMin{-719162};
inline constexpr Day Day::kMax{2932896};

/// A point in time.  Units: microseconds since 1970-01-01T00:00:00Z.  Plain value, 8 bytes.
struct Instant {
  int64_t micros = 0;

  static const Instant kMin;
  static const Instant kMax;

  /// ISO 8601 with a zone: `2026-03-08T23:59:59.123456Z`, `...+09:00`, blank instead of T; nullopt otherwise.
  [[nodiscard]] static std::optional<Instant> parse(std::string_view iso);
  [[nodiscard]] std::string iso() const;  ///< 2026-03-08T23:59:59Z, with a fraction only when there is one

  friend auto operator<=>(const Instant&, const Instant&) = default;
};
inline constexpr Instant Instant::kMin{INT64_MIN};
inline constexpr Instant Instant::kMax{INT64_MAX};
inline constexpr int64_t kMicrosPerDay = 86'400'000'000;

/// A wall-clock time without a zone, as read from `YYYY-MM-DD[T| ]HH:MM[:SS[.ffffff]]` or a date alone (midnight).
struct LocalTime {
  Day day;
  int64_t micros_of_day = 0;
  int32_t offset_seconds = 0;  ///< meaningful when has_offset
  bool has_offset = false;     ///< the text carried `Z` or `+hh:mm`
};
/// Reads ISO 8601 with or without a zone; nullopt for anything else.
[[nodiscard]] std::optional<LocalTime> parse_local_iso(std::string_view s);

}  // namespace kenko
