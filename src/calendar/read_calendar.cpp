#include "calendar/read_calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "calendar/read_hours.h"

namespace kenko::calendar {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

constexpr std::string_view kDefault = "default";

class CalendarReader {
 public:
  CalendarReader(Reader& file, const TimeZone& zone, const std::vector<ShippedList>& shipped)
      : file_(file), zone_(zone), shipped_(shipped) {}

  [[nodiscard]] std::optional<WorkCalendar> read();

 private:
  struct Entry {
    Region region;
    bool has_zone = false, has_hours = false;
    const Node* node = nullptr;  // where problems of the whole region are reported
  };

  void lists();
  void region(const Node& name, Reader& entry);
  void zone(Reader& entry, Entry& out);
  void holidays(Reader& entry, Entry& out);
  void holiday_item(Reader& entry, const Node& item, HolidayList& own, Entry& out);
  void without(Reader& entry, Entry& out);
  [[nodiscard]] const HolidayList* list(Reader& entry, const Node& name);
  void inherit();
  void quiet(Reader& entry);
  [[nodiscard]] std::optional<DayRange> quiet_days(Reader& entry);
  void check_work(const WorkCalendar& calendar);

  Reader& file_;
  const TimeZone& zone_;
  const std::vector<ShippedList>& shipped_;
  std::map<std::string, std::optional<HolidayList>, std::less<>> lists_;  // without value: read before, with problems
  std::vector<Entry> regions_;                                            // the default one first
  std::vector<QuietPeriod> quiet_;
};

void CalendarReader::lists() {
  file_.each("lists", "list", [this](const Node& name, Reader& entry) {
    HolidayList list = read_holiday_list(entry);
    entry.finish();
    lists_[name.text] = std::move(list);
  });
}

// A list by its name; nullptr after a problem.
const HolidayList* CalendarReader::list(Reader& entry, const Node& name) {
  const auto known = lists_.find(name.text);
  if (known != lists_.end()) return known->second ? &*known->second : nullptr;
  std::vector<std::string> names;
  for (const auto& [own, _] : lists_) names.push_back(own);
  for (const ShippedList& one : shipped_) {
    names.push_back(one.name);
    if (one.name != name.text) continue;
    auto read = read_holiday_file(one.yaml, fmt::format("calendars/{}.yaml", one.name));
    if (!read.ok()) {
      entry.problems().insert(entry.problems().end(), read.problems().begin(), read.problems().end());
      lists_[one.name] = std::nullopt;
      return nullptr;
    }
    return &lists_.insert_or_assign(one.name, std::move(read).value()).first->second.value();
  }
  std::sort(names.begin(), names.end());
  std::string hint = text::did_you_mean(name.text, names);
  entry.values().add(name, "unknown-holidays", fmt::format("there is no list of holidays `{}`", name.text),
                     hint.empty() ? "write your own under `lists:`" : hint);
  return nullptr;
}

void CalendarReader::zone(Reader& entry, Entry& out) {
  const auto name = entry.text("zone");
  if (!name) return;
  const auto zone = TimeZone::find(*name);
  if (zone) {
    out.region.zone = *zone;
    out.has_zone = true;
    return;
  }
  const auto close = text::closest(*name, TimeZone::names());
  entry.add("zone", "unknown-time-zone", fmt::format("`{}` is no time zone", *name),
            close ? fmt::format("did you mean `{}`?", *close) : "write an IANA name: Europe/London, Asia/Tokyo, UTC");
}

void CalendarReader::holiday_item(Reader& entry, const Node& item, HolidayList& own, Entry& out) {
  if (item.is_map()) {
    read_holiday_lines(entry.values(), item, own.lines);
  } else if (item.is_scalar()) {
    std::string fault;
    if (DayRule::parse(item.text, fault)) {
      entry.values().add(item, "bad-holiday", fmt::format("the holiday `{}` needs a name", item.text),
                         fmt::format("write {{{}: office closed}}", item.text));
      return;
    }
    const HolidayList* named = list(entry, item);
    if (named != nullptr) out.region.holidays.push_back(*named);
  } else {
    entry.values().add(
        item, "wrong-type",
        fmt::format("a holiday must be the name of a list or a day with its name, not {}", tree::kind_name(item)),
        "for instance holidays: [us, {2026-12-24: office closed}]");
  }
}

void CalendarReader::holidays(Reader& entry, Entry& out) {
  const Node* node = entry.find("holidays");
  if (node == nullptr) return;
  HolidayList own;
  if (node->is_list()) {
    for (const Node& item : node->items) holiday_item(entry, item, own, out);
  } else {
    holiday_item(entry, *node, own, out);
  }
  if (!own.lines.empty()) out.region.holidays.insert(out.region.holidays.begin(), std::move(own));
}

// Holidays of the lists on which this region works.
void CalendarReader::without(Reader& entry, Entry& out) {
  const Node* node = entry.find("without");
  if (node == nullptr) return;
  out.region.without = entry.values().texts(*node, "`without`").value_or(std::vector<std::string>{});
  std::vector<std::string> known;
  for (const HolidayList& list : out.region.holidays) {
    for (const HolidayList::Line& line : list.lines) known.push_back(line.name);
  }
  for (size_t i = 0; i < out.region.without.size(); ++i) {
    const std::string& name = out.region.without[i];
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    entry.values().add(node->is_list() ? node->items[i] : *node, "unknown-holiday",
                       fmt::format("region `{}` has no holiday `{}`", out.region.name, name),
                       text::did_you_mean(name, known));
  }
}

void CalendarReader::region(const Node& name, Reader& entry) {
  Entry out;
  out.region.name = name.text;
  out.node = &name;
  zone(entry, out);
  if (const Node* hours = entry.find("hours"); hours != nullptr) {
    out.has_hours = true;
    const auto read = read_hours(entry.values(), *hours);
    if (read) out.region.hours = *read;
  }
  holidays(entry, out);
  without(entry, out);
  entry.finish();
  regions_.insert(out.region.name == kDefault ? regions_.begin() : regions_.end(), std::move(out));
}

// What a region does not say it has from the default one; what that does not say, from the workspace.
void CalendarReader::inherit() {
  if (regions_.empty() || regions_.front().region.name != kDefault) regions_.insert(regions_.begin(), Entry{});
  if (!regions_.front().has_zone) regions_.front().region.zone = zone_;
  for (Entry& entry : regions_) {
    if (!entry.has_zone) entry.region.zone = regions_.front().region.zone;
    if (!entry.has_hours) entry.region.hours = regions_.front().region.hours;
  }
}

std::optional<DayRange> CalendarReader::quiet_days(Reader& entry) {
  const auto from = entry.text("from", Need::required), to = entry.text("to", Need::required);
  if (!from || !to) return std::nullopt;
  DayRange::Fault fault = DayRange::Fault::none;
  const auto days = DayRange::parse(*from, *to, fault);
  if (fault == DayRange::Fault::order) {
    entry.add("to", "bad-period", fmt::format("the period ends on {}, before it begins on {}", *to, *from));
  } else if (fault == DayRange::Fault::length) {
    entry.add("to", "bad-period", fmt::format("the period from {} to {} is longer than a year", *from, *to),
              "without the year it comes again every year: 12-20");
  } else if (!days) {
    const bool first_good = Day::parse(*from) || MonthDay::parse(*from);
    const bool mixed = first_good && (Day::parse(*to) || MonthDay::parse(*to));
    entry.add(first_good ? "to" : "from", "bad-period",
              mixed ? fmt::format("`from` and `to` must both have a year or both have none: {}, {}", *from, *to)
                    : fmt::format("`{}` is no day", first_good ? *to : *from),
              "write 2026-12-20, or 12-20 for every year");
  }
  return days;
}

void CalendarReader::quiet(Reader& entry) {
  QuietPeriod out;
  out.name = entry.text("name", Need::required).value_or("");
  out.place = entry.tree().place(entry.node());
  const auto days = quiet_days(entry);
  if (days) out.days = *days;
  if (const Node* node = entry.find("regions"); node != nullptr) {
    const auto names = entry.values().texts(*node, "`regions`").value_or(std::vector<std::string>{});
    std::vector<std::string> known;
    for (const Entry& region : regions_) known.push_back(region.region.name);
    for (size_t i = 0; i < names.size(); ++i) {
      const auto it = std::find(known.begin(), known.end(), names[i]);
      if (it != known.end()) {
        out.regions.push_back({static_cast<uint32_t>(it - known.begin())});
        continue;
      }
      entry.values().add(node->is_list() ? node->items[i] : *node, "unknown-region",
                         fmt::format("there is no region `{}`", names[i]), text::did_you_mean(names[i], known));
    }
  }
  out.segments = entry.texts("segments").value_or(std::vector<std::string>{});
  entry.finish();
  quiet_.push_back(std::move(out));
}

// A clock that never runs would keep every alert silent: each year needs a working day.
void CalendarReader::check_work(const WorkCalendar& calendar) {
  constexpr int kFirst = 2020, kLast = 2045, kDecember = 12, kLastOfDecember = 31;
  for (uint32_t i = 0; i < regions_.size(); ++i) {
    const Node& where = regions_[i].node != nullptr ? *regions_[i].node : file_.node();
    for (int year = kFirst; year <= kLast; ++year) {
      const Day end = Day::of(year, kDecember, kLastOfDecember);
      Day day = Day::of(year, 1, 1);
      while (day <= end && !calendar.works({i}, day)) ++day;
      if (day <= end) continue;
      file_.values().add(where, "no-working-day",
                         fmt::format("region `{}` has no working day in {}", regions_[i].region.name, year),
                         "its holidays cover all of its weekdays");
      break;
    }
  }
}

std::optional<WorkCalendar> CalendarReader::read() {
  (void)file_.integer("kenko", 1, 1, Need::required);
  lists();
  file_.each("regions", "region", [this](const Node& name, Reader& entry) { region(name, entry); });
  inherit();
  file_.each_item("quiet", "quiet period", [this](size_t, Reader& entry) { quiet(entry); });
  file_.finish();
  if (has_errors(file_.problems())) return std::nullopt;
  std::vector<Region> regions;
  for (const Entry& entry : regions_) regions.push_back(entry.region);
  WorkCalendar calendar(std::move(regions), std::move(quiet_));
  check_work(calendar);
  if (has_errors(file_.problems())) return std::nullopt;
  return calendar;
}

}  // namespace

Result<WorkCalendar> read_calendar(std::string_view yaml, const std::string& file, const TimeZone& zone,
                                   const std::vector<ShippedList>& shipped) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  Reader reader(*tree, tree->root(), problems, "calendar.yaml");
  if (!reader.is_map()) return problems;
  auto calendar = CalendarReader(reader, zone, shipped).read();
  if (!calendar) return problems;
  return std::move(*calendar);
}

}  // namespace kenko::calendar
