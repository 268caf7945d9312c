#include "revenue/period.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/contracts.h"

namespace kenko::revenue {
namespace {

constexpr int kMonths = 12, kQuarterMonths = 3;

int months_of(Grain grain) {
  switch (grain) {
    case Grain::month:
      return 1;
    case Grain::quarter:
      return kQuarterMonths;
    case Grain::year:
      break;
  }
  return kMonths;
}

// Months from the beginning of the fiscal year to `start`, the first day of a period.
int months_into_year(const facts::Settings& settings, Day start) {
  int year = 0, month = 0, day = 0;
  start.civil(year, month, day);
  return (month - settings.fiscal_month + kMonths) % kMonths;
}

std::string name_of(const facts::Settings& settings, Grain grain, Day start) {
  switch (grain) {
    case Grain::month: {
      int year = 0, month = 0, day = 0;
      start.civil(year, month, day);
      return fmt::format("{:04}-{:02}", year, month);
    }
    case Grain::quarter:
      return fmt::format("Q{}", months_into_year(settings, start) / kQuarterMonths + 1);
    case Grain::year:
      break;
  }
  return "year";
}

}  // namespace

Day period_start(const facts::Settings& settings, Grain grain, Day day) {
  int year = 0, month = 0, number = 0;
  day.civil(year, month, number);
  const int before = number < settings.fiscal_day ? 1 : 0;  // the fiscal month began in the month before
  const Day first = Day::of(year, month, settings.fiscal_day);
  const Day fiscal_month = engine::add_months(first, -before);
  const int into = months_into_year(settings, fiscal_month) % months_of(grain);
  return engine::add_months(fiscal_month, -into);
}

std::vector<Period> periods_until(const facts::Settings& settings, Grain grain, Day earliest, Day last, int count) {
  std::vector<Period> out;
  Day start = period_start(settings, grain, last);
  for (int i = 0; i < count && start - 1 >= earliest; ++i) {
    const Day end = engine::add_months(start, months_of(grain)) - 1;
    out.push_back({name_of(settings, grain, start), start, std::min(end, last), end > last});
    start = engine::add_months(start, -months_of(grain));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace kenko::revenue
