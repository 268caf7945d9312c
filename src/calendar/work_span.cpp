#include "calendar/work_span.h"

#include <fmt/format.h>

#include "base/text.h"

namespace kenko::calendar {
namespace {

constexpr int32_t kMinutesPerHour = 60;

Sentence counted(int32_t n, const char* one, const char* many) { return say(n == 1 ? one : many, n); }

}  // namespace

std::optional<WorkSpan> WorkSpan::parse(std::string_view text) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '9') return std::nullopt;
  const char letter = text.back();
  const auto number = text::parse_int(text.substr(0, text.size() - 1));
  if (!number) return std::nullopt;
  const int32_t unit = letter == 'h' ? kMinutesPerHour : 1;
  const int32_t most = letter == 'd' ? kMostDays : kMostMinutes / unit;
  if ((letter != 'd' && letter != 'h' && letter != 'm') || *number > most) return std::nullopt;
  const auto n = static_cast<int32_t>(*number);
  return letter == 'd' ? days(n) : minutes(n * unit);
}

std::string WorkSpan::text() const {
  if (unit == Unit::days) return fmt::format("{}d", count);
  return count > 0 && count % kMinutesPerHour == 0 ? fmt::format("{}h", count / kMinutesPerHour)
                                                   : fmt::format("{}m", count);
}

Sentence WorkSpan::sentence() const {
  if (unit == Unit::days) return counted(count, "{} working day", "{} working days");
  if (count > 0 && count % kMinutesPerHour == 0) {
    return counted(count / kMinutesPerHour, "{} working hour", "{} working hours");
  }
  return counted(count, "{} working minute", "{} working minutes");
}

std::optional<WorkSpan> read_work_span(const tree::Values& values, const tree::Node& node, std::string_view what) {
  const auto span = node.is_scalar() ? WorkSpan::parse(node.text) : std::nullopt;
  if (span) return span;
  const std::string found = node.is_scalar() ? fmt::format("`{}`", node.text) : std::string(tree::kind_name(node));
  values.add(node, "bad-duration", fmt::format("{} must be a length of working time, not {}", what, found),
             fmt::format("write 2d for working days, 4h or 30m for working hours; at most {}d or {}h",
                         WorkSpan::kMostDays, WorkSpan::kMostMinutes / kMinutesPerHour));
  return std::nullopt;
}

}  // namespace kenko::calendar
