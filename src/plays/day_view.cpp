#include "plays/day_view.h"

#include <algorithm>
#include <optional>

namespace kenko::plays {
namespace {

using alerts::AccountDay;
using alerts::ClosedDay;
using alerts::Truth;

bool has(const std::vector<uint32_t>& codes, uint32_t code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Codes of names that the day knows at all; the others are nobody's.
std::vector<uint32_t> codes_of(const ClosedDay& day, const std::vector<std::string>& names) {
  std::vector<uint32_t> out;
  for (const std::string& name : names) {
    const uint32_t code = day.texts == nullptr ? 0 : day.texts->find(name);
    if (code != 0) out.push_back(code);
  }
  return out;
}

size_t position_of(const ClosedDay& day, const std::optional<Condition>& condition) {
  if (!condition) return SIZE_MAX;
  const auto at = std::find(day.conditions.begin(), day.conditions.end(), condition->name);
  return at == day.conditions.end() ? SIZE_MAX : static_cast<size_t>(at - day.conditions.begin());
}

Truth truth_at(const AccountDay& row, size_t position) {
  return position < row.conditions.size() ? row.conditions[position] : Truth::unknown;
}

}  // namespace

Touch touch_of(const ClosedDay& day, const AccountDay& row) {
  const auto said = touch_of(day.text(row.touch));
  return said.value_or(row.owner == 0 ? Touch::low : Touch::high);
}

DayView::DayView(const Plays& plays, const ClosedDay& day, const OpenAlerts& alerts)
    : plays_(plays), day_(day), alerts_(alerts) {
  for (const Play& play : plays.all) {
    codes_.push_back({codes_of(day, play.when.bands), codes_of(day, play.when.segments),
                      codes_of(day, play.when.stages), codes_of(day, play.when.triggers),
                      codes_of(day, play.stop.bands), position_of(day, play.when.condition),
                      position_of(day, play.stop.condition)});
  }
}

bool DayView::has_alert(const When& when, const AccountDay& row) const {
  const auto open = alerts_.find(day_.text(row.account));
  if (open == alerts_.end()) return false;
  return std::any_of(when.alerts.begin(), when.alerts.end(), [&](const std::string& cause) {
    return std::find(open->second.begin(), open->second.end(), cause) != open->second.end();
  });
}

Truth DayView::begins(size_t play, const AccountDay& row) const {
  const When& when = plays_.all[play].when;
  const Codes& codes = codes_[play];
  if (!when.bands.empty() && row.band != 0 && !has(codes.bands, row.band)) return Truth::no;
  if (!when.segments.empty() && !has(codes.segments, row.segment)) return Truth::no;
  if (!when.stages.empty() && !has(codes.stages, row.stage)) return Truth::no;
  if (!when.touch.empty()) {
    const Touch touch = touch_of(day_, row);
    if (std::find(when.touch.begin(), when.touch.end(), touch) == when.touch.end()) return Truth::no;
  }
  if (!when.triggers.empty() && std::none_of(row.triggers.begin(), row.triggers.end(),
                                             [&](uint32_t code) { return has(codes.triggers, code); })) {
    return Truth::no;
  }
  if (!when.alerts.empty() && !has_alert(when, row)) return Truth::no;
  const Truth condition = when.condition ? truth_at(row, codes.condition) : Truth::yes;
  if (condition == Truth::yes && !when.bands.empty() && row.band == 0) return Truth::unknown;
  return condition;
}

bool DayView::in_stop_band(size_t play, const AccountDay& row) const { return has(codes_[play].stop_bands, row.band); }

Truth DayView::stop_condition(size_t play, const AccountDay& row) const {
  return plays_.all[play].stop.condition ? truth_at(row, codes_[play].stop_condition) : Truth::no;
}

}  // namespace kenko::plays
