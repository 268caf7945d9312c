// Times as files write them (declared in mapping/cells.h).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mapping/cells.h"

namespace kenko::mapping {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What a format has gathered so far.
struct Fields {
  int64_t year = -1, month = -1, day = -1, hour = -1, minute = 0, second = 0, micros = 0;
  int afternoon = -1;  // 0 = am, 1 = pm
  int32_t offset = 0;
  bool has_offset = false;
};

// Up to `most` digits; -1 when there is none.
int64_t digits(std::string_view s, size_t& i, size_t most) {
  int64_t value = 0;
  size_t n = 0;
  for (; n < most && i < s.size() && is_digit(s[i]); ++n, ++i) value = value * 10 + (s[i] - '0');
  return n == 0 ? -1 : value;
}

// Month names by their first letters, English and German.
int64_t month_name(std::string_view s, size_t& i) {
  struct Name {
    std::string_view text;
    int64_t month;
  };
  constexpr std::array<Name, 31> kNames{
      {{"january", 1},   {"januar", 1},    {"february", 2},  {"februar", 2},  {"march", 3},    {"m\xC3\xA4rz", 3},
       {"april", 4},     {"may", 5},       {"mai", 5},       {"june", 6},     {"juni", 6},     {"july", 7},
       {"juli", 7},      {"august", 8},    {"september", 9}, {"october", 10}, {"oktober", 10}, {"november", 11},
       {"december", 12}, {"dezember", 12}, {"jan", 1},       {"feb", 2},      {"mar", 3},      {"m\xC3\xA4r", 3},
       {"apr", 4},       {"jun", 6},       {"jul", 7},       {"aug", 8},      {"sep", 9},      {"oct", 10},
       {"nov", 11}}};
  constexpr std::array<Name, 3> kRest{{{"okt", 10}, {"dec", 12}, {"dez", 12}}};
  const std::string low = text::lower(s.substr(i, 12));
  for (const auto& names : {std::span<const Name>(kNames), std::span<const Name>(kRest)}) {
    for (const Name& name : names) {
      if (!low.starts_with(name.text)) continue;
      i += name.text.size();
      return name.month;
    }
  }
  return -1;
}

bool read_offset(std::string_view s, size_t& i, Fields& f) {
  f.has_offset = true;
  if (i < s.size() && (s[i] == 'Z' || s[i] == 'z')) {
    ++i;
    return true;
  }
  if (i >= s.size() || (s[i] != '+' && s[i] != '-')) return false;
  const int32_t sign = s[i++] == '-' ? -1 : 1;
  const int64_t hours = digits(s, i, 2);
  if (i < s.size() && s[i] == ':') ++i;
  const int64_t minutes = i < s.size() && is_digit(s[i]) ? digits(s, i, 2) : 0;
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return false;
  f.offset = sign * static_cast<int32_t>(hours * 3600 + minutes * 60);
  return true;
}

// One letter of a format; false when the text does not fit.
bool take(char letter, std::string_view s, size_t& i, Fields& f) {
  switch (letter) {
    case 'Y': {
      const size_t begin = i;
      f.year = digits(s, i, 4);
      return i - begin == 4;
    }
    case 'y': {
      const size_t begin = i;
      const int64_t y = digits(s, i, 2);
      f.year = y < 69 ? 2000 + y : 1900 + y;
      return i - begin == 2;
    }
    case 'm':
      return (f.month = digits(s, i, 2)) >= 0;
    case 'd':
    case 'e':
      return (f.day = digits(s, i, 2)) >= 0;
    case 'H':
      return (f.hour = digits(s, i, 2)) >= 0 && f.hour < 24;
    case 'I':
      return (f.hour = digits(s, i, 2)) >= 1 && f.hour <= 12;
    case 'M':
      return (f.minute = digits(s, i, 2)) >= 0 && f.minute < 60;
    case 'S':
      return (f.second = digits(s, i, 2)) >= 0 && f.second < 60;
    case 'f': {
      const size_t begin = i;
      f.micros = digits(s, i, 6);
      for (size_t n = i - begin; n < 6; ++n) f.micros *= 10;
      while (i < s.size() && is_digit(s[i])) ++i;
      return f.micros >= 0;
    }
    case 'b':
    case 'B':
      return (f.month = month_name(s, i)) > 0;
    case 'p': {
      const std::string low = text::lower(s.substr(i, 2));
      i += 2;
      f.afternoon = low == "pm" ? 1 : low == "am" ? 0 : -1;
      return f.afternoon >= 0;
    }
    case 'z':
      return read_offset(s, i, f);
    default:
      return i < s.size() && s[i++] == letter;
  }
}

std::optional<WrittenTime> read_with(std::string_view s, std::string_view format) {
  Fields f;
  size_t i = 0;
  for (size_t k = 0; k < format.size(); ++k) {
    const char c = format[k];
    if (c == '%' && k + 1 < format.size()) {
      if (!take(format[++k], s, i, f)) return std::nullopt;
    } else if (c == ' ') {
      if (i >= s.size() || s[i] != ' ') return std::nullopt;
      while (i < s.size() && s[i] == ' ') ++i;
    } else if (i >= s.size() || s[i++] != c) {
      return std::nullopt;
    }
  }
  if (i != s.size()) return std::nullopt;
  const auto day = Day::from_civil(f.year, f.month, f.day);
  if (!day) return std::nullopt;
  WrittenTime out;
  out.date_only = f.hour < 0;
  if (f.afternoon >= 0 && f.hour > 12) return std::nullopt;
  if (f.afternoon >= 0 && f.hour >= 0) f.hour = f.hour % 12 + (f.afternoon == 1 ? 12 : 0);
  out.local.day = *day;
  out.local.micros_of_day = ((std::max<int64_t>(f.hour, 0) * 60 + f.minute) * 60 + f.second) * 1'000'000 + f.micros;
  out.local.offset_seconds = f.offset;
  out.local.has_offset = f.has_offset;
  return out;
}

// A number of seconds, or of their parts, or of days.
std::optional<WrittenTime> read_count(std::string_view s, std::string_view word) {
  const ParsedDecimal n = parse_decimal(s);
  if (n.fault != ParsedDecimal::Fault::none) return std::nullopt;
  WrittenTime out;
  const Int128 millionths = n.value.micros;
  if (word == "excel") {
    const Int128 micros = divide_half_up(millionths * 86'400, 1000) * 1000;  // to the millisecond
    if (micros < 0 || micros > Int128{3'000'000} * kMicrosPerDay) return std::nullopt;
    const auto days = static_cast<int64_t>(micros / kMicrosPerDay);
    const Day day = Day::of(1899, 12, 30) + static_cast<int32_t>(days);
    if (day > Day::kMax) return std::nullopt;
    out.local.day = day;
    out.local.micros_of_day = static_cast<int64_t>(micros % kMicrosPerDay);
    out.date_only = out.local.micros_of_day == 0;
    return out;
  }
  const Int128 micros = word == "epoch"      ? millionths
                        : word == "epoch_ms" ? divide_floor(millionths, 1000)
                                             : divide_floor(millionths, 1'000'000);
  const Int128 first = Int128{Day::kMin.number} * kMicrosPerDay, last = Int128{Day::kMax.number} * kMicrosPerDay;
  if (micros < first || micros > last) return std::nullopt;
  out.instant = Instant{static_cast<int64_t>(micros)};
  return out;
}

bool is_word(std::string_view format) {
  return format == "epoch" || format == "epoch_ms" || format == "epoch_us" || format == "excel";
}

}  // namespace

std::optional<WrittenTime> read_time(std::string_view text, const TimeFormat& format) {
  for (const std::string& f : format.formats) {
    auto read = is_word(f) ? read_count(text, f) : read_with(text, f);
    if (read) return read;
  }
  const auto local = parse_local_iso(text);
  if (!local) return std::nullopt;
  return WrittenTime{*local, text.size() == 10, std::nullopt};
}

std::string time_format_fault(std::string_view format) {
  if (is_word(format)) return "";
  if (format.find('%') == std::string_view::npos) {
    return "it is neither letters such as %Y-%m-%d nor one of epoch, epoch_ms, epoch_us, excel";
  }
  bool year = false, month = false, day = false, hour = false, half = false, noon = false;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    const char c = ++i < format.size() ? format[i] : ' ';
    if (std::string_view("YymbBdeHIMSfpz%").find(c) == std::string_view::npos)
      return fmt::format("%{} is no part of a time", c);
    year = year || c == 'Y' || c == 'y';
    month = month || c == 'm' || c == 'b' || c == 'B';
    day = day || c == 'd' || c == 'e';
    hour = hour || c == 'H';
    half = half || c == 'I';
    noon = noon || c == 'p';
  }
  if (!year || !month || !day) return "a time needs a year (%Y), a month (%m) and a day (%d)";
  if (half != noon) return "%I (1 to 12 o'clock) and %p (am or pm) belong together";
  if (half && hour) return "%H and %I do not go together";
  return "";
}

Instant DayOffsets::instant_of(const TimeZone& zone, const LocalTime& local) {
  if (local.has_offset) return zone.instant_of(local);
  Entry& entry =
      entries_[(static_cast<uint32_t>(local.day.number) + reinterpret_cast<uintptr_t>(&zone) / 64) % entries_.size()];
  if (entry.zone != &zone || entry.day != local.day) {
    entry = {&zone, local.day, true, zone.start_of(local.day)};
    constexpr int64_t kMicrosPerHour = kMicrosPerDay / 24;
    for (int64_t hour = 1; hour < 24 && entry.even; ++hour) {
      const Instant at = zone.instant_of({local.day, hour * kMicrosPerHour, 0, false});
      entry.even = at.micros - entry.start.micros == hour * kMicrosPerHour;
    }
    const bool has_next = local.day < Day::kMax;
    entry.even = entry.even && has_next && zone.start_of(local.day + 1).micros - entry.start.micros == kMicrosPerDay;
  }
  return entry.even ? Instant{entry.start.micros + local.micros_of_day} : zone.instant_of(local);
}

Instant instant_of(const WrittenTime& time, const TimeFormat& format, const TimeZone& workspace, DayOffsets& days) {
  if (time.instant) return *time.instant;
  if (time.date_only) return days.instant_of(workspace, {time.local.day, 0, 0, false});
  return days.instant_of(format.zone ? *format.zone : workspace, time.local);
}

Day day_of(const WrittenTime& time, const TimeFormat& format, const TimeZone& workspace, DayOffsets& days) {
  if (!time.instant && time.date_only) return time.local.day;
  return workspace.day_of(instant_of(time, format, workspace, days));
}

}  // namespace kenko::mapping
