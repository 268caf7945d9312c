#include "calendar/read_hours.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/day_rule.h"

namespace kenko::calendar {
namespace {

constexpr size_t kDays = 7;

// "09:30" -> 570, "24:00" -> 1440.
std::optional<int32_t> minutes_of(std::string_view clock) {
  constexpr int32_t kPerHour = 60, kPerDay = 1440;
  if (clock.size() != 5 || clock[2] != ':') return std::nullopt;
  const auto digit = [&clock](size_t i) { return clock[i] >= '0' && clock[i] <= '9'; };
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int32_t hours = (clock[0] - '0') * 10 + (clock[1] - '0'), minutes = (clock[3] - '0') * 10 + (clock[4] - '0');
  const int32_t all = hours * kPerHour + minutes;
  return minutes < kPerHour && all <= kPerDay ? std::optional(all) : std::nullopt;
}

std::optional<ClockSpan> span_of(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = minutes_of(text::trim(text.substr(0, dash))), to = minutes_of(text::trim(text.substr(dash + 1)));
  if (!from || !to) return std::nullopt;
  return ClockSpan{*from, *to};
}

// The spans of one line; false after a problem.
bool read_spans(const tree::Values& values, const tree::Entry& entry, std::vector<ClockSpan>& spans) {
  const auto texts = values.texts(entry.value, fmt::format("`{}`", entry.key.text));
  if (!texts) return false;
  for (const std::string& text : *texts) {
    for (const std::string_view piece : text::split(text, ',')) {
      const std::string_view part = text::trim(piece);
      const auto span = span_of(part);
      if (!span) {
        values.add(entry.value, "bad-hours", fmt::format("`{}` does not say from when to when", part),
                   "write \"09:00-17:00\", with a break \"09:00-12:30, 13:30-18:00\"");
        return false;
      }
      if (span->to <= span->from) {
        values.add(entry.value, "bad-hours", fmt::format("`{}` ends before it begins", part),
                   "hours that go over midnight are written as those of two days: 22:00-24:00 and 00:00-06:00");
        return false;
      }
      if (!spans.empty() && span->from < spans.back().to) {
        values.add(entry.value, "bad-hours", fmt::format("`{}` begins before the hours in front of it end", part));
        return false;
      }
      spans.push_back(*span);
    }
  }
  return true;
}

}  // namespace

std::optional<WeekHours> read_hours(const tree::Values& values, const tree::Node& node) {
  if (!node.is_map()) {
    values.add(node, "wrong-type", fmt::format("`hours` must be a map of weekdays, not {}", tree::kind_name(node)),
               "write hours: {mon-fri: \"09:00-17:00\"}");
    return std::nullopt;
  }
  WeekHours hours;
  bool good = true;
  for (const tree::Entry& entry : node.entries) {
    const size_t dash = entry.key.text.find('-');
    const std::string_view key = entry.key.text;
    const auto first = weekday_of(text::trim(key.substr(0, dash)));
    const auto last = dash == std::string::npos ? first : weekday_of(text::trim(key.substr(dash + 1)));
    std::vector<ClockSpan> spans;
    good = read_spans(values, entry, spans) && good;
    if (!first || !last) {
      values.add(entry.key, "bad-weekday", fmt::format("`{}` is no weekday", key),
                 "write mon, tue ... sun, or mon-fri");
      good = false;
      continue;
    }
    for (auto day = static_cast<size_t>(*first);; day = (day + 1) % kDays) {
      if (!hours[day].empty()) {
        values.add(entry.key, "bad-weekday", fmt::format("`{}` names a day whose hours stand above", key),
                   "each weekday has its hours once");
        good = false;
      }
      hours[day] = spans;
      if (day == static_cast<size_t>(*last)) break;
    }
  }
  if (node.entries.empty()) {
    values.add(node, "no-working-day", "these hours have no working day", "write {mon-fri: \"09:00-17:00\"}");
    good = false;
  }
  return good ? std::optional(hours) : std::nullopt;
}

}  // namespace kenko::calendar
