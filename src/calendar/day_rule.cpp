#include "calendar/day_rule.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace kenko::calendar {
namespace {

constexpr int kDaysPerWeek = 7;
constexpr size_t kShortName = 3;
constexpr int64_t kMostFromEaster = 100;

constexpr std::array<std::string_view, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};

template <size_t kCount>
std::optional<int> index_of(const std::array<std::string_view, kCount>& names, std::string_view word) {
  const std::string lower = text::lower(word);
  for (size_t i = 0; i < kCount; ++i) {
    if (lower == names[i] || lower == names[i].substr(0, kShortName)) return static_cast<int>(i);
  }
  return std::nullopt;
}

// Japan's equinox holidays by the formula in use there, after its observatory's almanac: the day of the month is
// floor(base + 0.242194 (y - 1980)) - floor((y - 1980) / 4).  The bases are in millionths of a day.
struct EquinoxBase {
  int last_year;
  int64_t spring, autumn;
};
constexpr int kFirstEquinox = 1980;
constexpr std::array<EquinoxBase, 2> kEquinoxes = {{{2099, 20'843'100, 23'248'800}, {2150, 21'851'000, 24'248'800}}};

std::optional<Day> equinox(int year, bool spring) {
  constexpr int64_t kPerYear = 242'194, kMillion = 1'000'000;
  constexpr int kMarch = 3, kSeptember = 9;
  const int years = year - kFirstEquinox;
  for (const EquinoxBase& base : kEquinoxes) {
    if (years < 0 || year > base.last_year) continue;
    const int64_t sum = (spring ? base.spring : base.autumn) + kPerYear * years;
    return Day::from_civil(year, spring ? kMarch : kSeptember, sum / kMillion - years / 4);
  }
  return std::nullopt;
}

}  // namespace

// "Anonymous Gregorian algorithm" (Nature, 20 April 1876), as in J. Meeus, Astronomical Algorithms, chapter 8.
Day easter(int year) {
  const int a = year % 19, b = year / 100, c = year % 100;
  const int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return Day::of(year, n / 31, n % 31 + 1);
}

std::optional<int> weekday_of(std::string_view text) { return index_of(kWeekdays, text); }

std::optional<DayRule> DayRule::parse(std::string_view text, std::string& fault) {
  fault.clear();
  DayRule rule;
  if (text == "spring-equinox" || text == "autumn-equinox") {
    rule.kind_ = text.starts_with("spring") ? Kind::spring_equinox : Kind::autumn_equinox;
    return rule;
  }
  if (text.starts_with("easter")) return parse_easter(text, fault);
  std::vector<std::string_view> words;
  for (const std::string_view word : text::split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words.size() > 1 ? parse_weekday(words, fault) : parse_range(text, fault);
}

std::optional<DayRule> DayRule::parse_range(std::string_view text, std::string& fault) {
  const size_t dots = text.find("..");
  const std::string_view from = text.substr(0, dots);
  const std::string_view to = dots == std::string_view::npos ? from : text.substr(dots + 2);
  DayRange::Fault what = DayRange::Fault::none;
  const auto range = DayRange::parse(from, to, what);
  if (what == DayRange::Fault::order) fault = "it ends before it begins";
  if (what == DayRange::Fault::length) fault = "it is longer than a year";
  if (!range) return std::nullopt;
  DayRule rule;
  rule.range_ = *range;
  return rule;
}

std::optional<DayRule> DayRule::parse_easter(std::string_view text, std::string& fault) {
  DayRule rule;
  rule.kind_ = Kind::easter;
  const std::string_view rest = text.substr(std::string_view("easter").size());
  if (rest.empty()) return rule;
  if ((rest[0] != '+' && rest[0] != '-') || rest.size() < 2 || rest[1] < '0' || rest[1] > '9') return std::nullopt;
  const auto days = text::parse_int(rest.substr(1));
  if (!days) return std::nullopt;
  if (*days > kMostFromEaster) {
    fault = fmt::format("it is more than {} days from Easter", kMostFromEaster);
    return std::nullopt;
  }
  rule.offset_ = static_cast<int>(rest[0] == '-' ? -*days : *days);
  return rule;
}

std::optional<DayRule> DayRule::parse_weekday(const std::vector<std::string_view>& words, std::string& fault) {
  static constexpr std::array<std::string_view, 5> kNth = {"last", "first", "second", "third", "fourth"};
  if (words.size() != 4 || words[2] != "of") return std::nullopt;
  DayRule rule;
  rule.kind_ = Kind::weekday;
  size_t nth = 0;
  while (nth < kNth.size() && kNth[nth] != text::lower(words[0])) ++nth;
  const auto weekday = weekday_of(words[1]);
  const auto month = index_of(kMonths, words[3]);
  if (nth == kNth.size()) {
    fault = fmt::format("`{}` is not first, second, third, fourth or last", words[0]);
  } else if (!weekday) {
    fault = fmt::format("`{}` is no weekday", words[1]);
  } else if (!month) {
    fault = fmt::format("`{}` is no month", words[3]);
  }
  if (!fault.empty()) return std::nullopt;
  rule.nth_ = static_cast<int>(nth);
  rule.weekday_ = *weekday;
  rule.month_ = *month + 1;
  return rule;
}

std::optional<Day> DayRule::day_in(int year) const {
  switch (kind_) {
    case Kind::spring_equinox:
    case Kind::autumn_equinox:
      return equinox(year, kind_ == Kind::spring_equinox);
    case Kind::easter:
      return easter(year) + offset_;
    default:
      break;
  }
  if (nth_ != kLast) {
    const Day first = Day::of(year, month_, 1);
    const int until = (weekday_ - first.weekday() + kDaysPerWeek) % kDaysPerWeek;
    return first + until + kDaysPerWeek * (nth_ - 1);
  }
  constexpr int kDecember = 12, kLastOfDecember = 31;
  const Day last = month_ == kDecember ? Day::of(year, kDecember, kLastOfDecember) : Day::of(year, month_ + 1, 1) - 1;
  return last - (last.weekday() - weekday_ + kDaysPerWeek) % kDaysPerWeek;
}

std::optional<Spell> DayRule::begun_in(int year) const {
  constexpr int kFirstYear = 1, kLastYear = 9999;
  if (year < kFirstYear || year > kLastYear) return std::nullopt;
  if (kind_ == Kind::range) return range_.begun_in(year);
  const auto day = day_in(year);
  return day ? std::optional(Spell{*day, *day}) : std::nullopt;
}

}  // namespace kenko::calendar
