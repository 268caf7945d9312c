#include "calendar/holiday_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kenko::calendar {
namespace {

constexpr int kFriday = 4, kSaturday = 5, kSunday = 6;

/// The holidays of three years, so that what moves over New Year is seen from both sides.
class Years {
 public:
  Years(const HolidayList& list, int middle) : list_(list) {
    for (int year = middle - 1; year <= middle + 1; ++year) {
      for (const HolidayList::Line& line : list.lines) {
        if (const auto spell = line.rule.begun_in(year)) add(line, *spell);
      }
    }
    std::stable_sort(single_.begin(), single_.end(), [](const Single& a, const Single& b) { return a.day < b.day; });
    if (list.observed != Observed::none) observe();
    if (list.bridge) bridge();
  }

  [[nodiscard]] std::vector<Holiday> of(int year) const {
    std::vector<Holiday> out;
    for (const auto& [day, name] : days_) {
      if (year_of(day) == year) out.push_back({day, name});
    }
    return out;
  }

 private:
  struct Single {
    Day day;
    const std::string* name;
  };

  void add(const HolidayList::Line& line, Spell spell) {
    for (Day day = spell.first; day <= spell.last; ++day) {
      days_.emplace(day, line.name);
      real_.emplace(day, line.name);
    }
    if (spell.first == spell.last) single_.push_back({spell.first, &line.name});
  }

  // Earlier holidays choose first: of a Saturday and a Sunday the first one gets Monday, the second one Tuesday.
  void observe() {
    for (const Single& holiday : single_) {
      const int weekday = holiday.day.weekday();
      Day day = holiday.day;
      if (list_.observed == Observed::nearest) {
        if (weekday == kSaturday) day = day - 1;
        if (weekday == kSunday) day = day + 1;
      } else if (weekday == kSunday || (weekday == kSaturday && list_.observed == Observed::next)) {
        while (days_.contains(day) || (list_.observed == Observed::next && day.weekday() > kFriday)) ++day;
      }
      if (day != holiday.day) days_.emplace(day, *holiday.name + " (observed)");
    }
  }

  void bridge() {
    for (auto it = real_.begin(); it != real_.end(); ++it) {
      const auto next = std::next(it);
      if (next != real_.end() && next->first - it->first == 2) days_.emplace(it->first + 1, "between two holidays");
    }
  }

  const HolidayList& list_;
  std::map<Day, std::string> real_;  // by the rules alone
  std::map<Day, std::string> days_;  // with what was added
  std::vector<Single> single_;
};

}  // namespace

std::vector<Holiday> HolidayList::in_year(int year) const { return Years(*this, year).of(year); }

void read_holiday_lines(const tree::Values& values, const tree::Node& map, std::vector<HolidayList::Line>& lines) {
  for (const tree::Entry& entry : map.entries) {
    std::string fault;
    const auto rule = DayRule::parse(entry.key.text, fault);
    if (!rule) {
      values.add(entry.key, "bad-holiday",
                 fault.empty() ? fmt::format("`{}` does not say which day", entry.key.text)
                               : fmt::format("`{}` does not say which day: {}", entry.key.text, fault),
                 "write 2026-12-24, 12-25 for every year, 12-24..01-02, easter+1 or third monday of january");
    }
    const auto name = values.text(entry.value, fmt::format("the name of `{}`", entry.key.text));
    if (rule && name) lines.push_back({*rule, *name});
  }
}

HolidayList read_holiday_list(tree::Reader& map) {
  HolidayList list;
  list.about = map.text("about").value_or("");
  list.observed = map.choice<Observed>("observed", {{"no", Observed::none},
                                                    {"nearest", Observed::nearest},
                                                    {"next", Observed::next},
                                                    {"after-sunday", Observed::after_sunday}})
                      .value_or(Observed::none);
  list.bridge = map.flag("bridge").value_or(false);
  if (const tree::Node* days = map.find("days", tree::Need::required); days != nullptr) {
    if (days->is_map()) {
      read_holiday_lines(map.values(), *days, list.lines);
    } else {
      map.add("days", "wrong-type",
              fmt::format("`days` must be a map of days and their names, not {}", tree::kind_name(*days)));
    }
  }
  return list;
}

Result<HolidayList> read_holiday_file(std::string_view yaml, const std::string& file) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  tree::Reader reader(*tree, tree->root(), problems, "the list of holidays");
  if (!reader.is_map()) return problems;
  (void)reader.integer("kenko", 1, 1, tree::Need::required);
  HolidayList list = read_holiday_list(reader);
  reader.finish();
  if (has_errors(problems)) return problems;
  return list;
}

}  // namespace kenko::calendar
