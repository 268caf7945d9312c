#include "base/day.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/check.h"

namespace kenko {
namespace {

// Reads exactly `n` digits at `i`, moves `i` on; -1 when they are not there.
int digits(std::string_view s, size_t& i, size_t n) {
  if (i + n > s.size()) return -1;
  int value = 0;
  for (size_t k = 0; k < n; ++k) {
    const char c = s[i + k];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  i += n;
  return value;
}

bool take(std::string_view s, size_t& i, char c) {
  if (i >= s.size() || s[i] != c) return false;
  ++i;
  return true;
}

std::optional<Day> read_date(std::string_view s, size_t& i) {
  const int y = digits(s, i, 4);
  if (y < 0 || !take(s, i, '-')) return std::nullopt;
  const int m = digits(s, i, 2);
  if (m < 0 || !take(s, i, '-')) return std::nullopt;
  const int d = digits(s, i, 2);
  if (d < 0) return std::nullopt;
  return Day::from_civil(y, m, d);
}

// HH:MM[:SS[.f{1,9}]] -> microseconds of the day; -1 when malformed.
int64_t read_clock(std::string_view s, size_t& i) {
  const int h = digits(s, i, 2);
  if (h < 0 || h > 23 || !take(s, i, ':')) return -1;
  const int m = digits(s, i, 2);
  if (m < 0 || m > 59) return -1;
  int64_t micros = (h * 60LL + m) * 60'000'000LL;
  if (!take(s, i, ':')) return micros;
  const int sec = digits(s, i, 2);
  if (sec < 0 || sec > 59) return -1;
  micros += sec * 1'000'000LL;
  if (!take(s, i, '.')) return micros;
  int64_t unit = 100'000;
  size_t count = 0;
  for (; i < s.size() && s[i] >= '0' && s[i] <= '9'; ++i, ++count) {
    micros += (s[i] - '0') * unit;
    unit /= 10;
  }
  return count == 0 || count > 9 ? -1 : micros;
}

// Z | +hh[:]mm | +hh; false when malformed.
bool read_offset(std::string_view s, size_t& i, int32_t& seconds) {
  if (take(s, i, 'Z') || take(s, i, 'z')) {
    seconds = 0;
    return true;
  }
  const int sign = take(s, i, '+') ? 1 : take(s, i, '-') ? -1 : 0;
  if (sign == 0) return false;
  const int h = digits(s, i, 2);
  if (h < 0 || h > 15) return false;
  int m = 0;
  if (i < s.size()) {
    take(s, i, ':');
    m = digits(s, i, 2);
    if (m < 0 || m > 59) return false;
  }
  seconds = sign * (h * 3600 + m * 60);
  return true;
}

}  // namespace

Day Day::of(int year, int month, int day) {
  const auto d = from_civil(year, month, day);
  KENKO_CHECK(d.has_value(), "no such day: {}-{}-{}", year, month, day);
  return *d;
}

std::optional<Day> Day::from_civil(int64_t year, int64_t month, int64_t day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{static_cast<int>(year)},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return Day{static_cast<int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

std::optional<Day> Day::parse(std::string_view iso) {
  size_t i = 0;
  const auto day = read_date(iso, i);
  return i == iso.size() ? day : std::nullopt;
}

void Day::civil(int& year, int& month, int& day) const {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{number}}};
  year = int{ymd.year()};
  month = static_cast<int>(unsigned{ymd.month()});
  day = static_cast<int>(unsigned{ymd.day()});
}

std::string Day::iso() const {
  int y = 0, m = 0, d = 0;
  civil(y, m, d);
  return fmt::format("{:04}-{:02}-{:02}", y, m, d);
}

std::string Day::words() const {
  constexpr std::array kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int y = 0, m = 0, d = 0;
  civil(y, m, d);
  return fmt::format("{} {} {} {}", kDays[static_cast<size_t>(weekday())], d, kMonths[static_cast<size_t>(m - 1)], y);
}

int Day::weekday() const {
  const int r = (number + 3) % 7;  // 1970-01-01 was a Thursday
  return r < 0 ? r + 7 : r;
}

std::optional<LocalTime> parse_local_iso(std::string_view s) {
  LocalTime out;
  size_t i = 0;
  const auto day = read_date(s, i);
  if (!day) return std::nullopt;
  out.day = *day;
  if (i == s.size()) return out;
  if (!take(s, i, 'T') && !take(s, i, 't') && !take(s, i, ' ')) return std::nullopt;
  out.micros_of_day = read_clock(s, i);
  if (out.micros_of_day < 0) return std::nullopt;
  if (i == s.size()) return out;
  take(s, i, ' ');
  if (!read_offset(s, i, out.offset_seconds) || i != s.size()) return std::nullopt;
  out.has_offset = true;
  return out;
}

std::optional<Instant> Instant::parse(std::string_view iso) {
  const auto local = parse_local_iso(iso);
  if (!local || !local->has_offset) return std::nullopt;
  return Instant{local->day.number * kMicrosPerDay + local->micros_of_day - local->offset_seconds * 1'000'000LL};
}

std::string Instant::iso() const {
  int64_t day = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --day;
  }
  const int64_t seconds = rest / 1'000'000;
  std::string out = fmt::format("{}T{:02}:{:02}:{:02}", Day{static_cast<int32_t>(day)}.iso(), seconds / 3600,
                                seconds / 60 % 60, seconds % 60);
  if (const int64_t fraction = rest % 1'000'000; fraction != 0) {
    out += fmt::format(".{:06}", fraction);
    while (out.back() == '0') out.pop_back();
  }
  return out + "Z";
}

}  // namespace kenko
