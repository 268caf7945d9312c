#include "sim/world.h"

#include <algorithm>
#include <cmath>

namespace kenko::sim {

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::customer:
      return "customer";
    case Kind::trial_converted:
      return "trial_converted";
    case Kind::trial_lost:
      return "trial_lost";
    case Kind::paused:
      return "paused";
    case Kind::internal:
      return "internal";
  }
  return "";
}

std::string_view word(Segment segment) {
  switch (segment) {
    case Segment::smb:
      return "smb";
    case Segment::mid:
      return "mid";
    case Segment::enterprise:
      return "enterprise";
  }
  return "";
}

std::string_view word(Region region) {
  switch (region) {
    case Region::us:
      return "us";
    case Region::eu:
      return "eu";
    case Region::uk:
      return "uk";
    case Region::jp:
      return "jp";
  }
  return "";
}

std::string_view word(Goals goals) {
  switch (goals) {
    case Goals::none:
      return "none";
    case Goals::open:
      return "open";
    case Goals::reached:
      return "reached";
    case Goals::missed:
      return "missed";
  }
  return "";
}

std::string_view currency_of(Region region) {
  switch (region) {
    case Region::us:
      return "USD";
    case Region::eu:
      return "EUR";
    case Region::uk:
      return "GBP";
    case Region::jp:
      return "JPY";
  }
  return "";
}

Day add_months(Day day, int months) {
  int y = 0, m = 0, d = 0;
  day.civil(y, m, d);
  const int month_count = y * 12 + (m - 1) + months;
  for (;; --d) {
    if (auto moved = Day::from_civil(month_count / 12, month_count % 12 + 1, d)) return *moved;
  }
}

double share(double vigour) { return 1.0 / (1.0 + std::exp(-vigour)); }

const Week* Account::week_of(Day d) const {
  if (weeks.empty() || !lives(d)) return nullptr;
  const int index = (d - weeks.front().first) / 7;
  return index < static_cast<int>(weeks.size()) ? &weeks[static_cast<size_t>(index)] : nullptr;
}

bool Account::lives(Day d) const {
  if (d < started) return false;
  if (kind == Kind::trial_lost) return d <= *trial_end;
  return !effective_at || d <= *effective_at;
}

int Account::seats_on(Day d) const {
  int now = first_seats;
  for (const auto& [from, seats_then] : seat_steps) {
    if (from <= d) now = seats_then;
  }
  return now;
}

double Account::activity(Day d) const {
  if (!lives(d) || paused(d)) return 0;
  if (!leaving_from || d <= *leaving_from) return 1;
  return std::max(0.15, 0.8 - 0.006 * (d - *leaving_from));
}

std::string_view Account::key_on(Day d) const {
  return !second_key.empty() && second_key_from <= d ? second_key : account_key;
}

const Contact* Account::contact(Day d, std::string_view role) const {
  for (const Contact& c : contacts) {
    if (c.role == role && c.here(d)) return &c;
  }
  return nullptr;
}

}  // namespace kenko::sim
