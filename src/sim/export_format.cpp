// How exports write dates, times and money.
#include <fmt/format.h>

#include <algorithm>

#include "sim/exports.h"

namespace kenko::sim {

Random random_for(const World& world, uint64_t part, size_t account) {
  return Random(world.options.seed).fork(part * 1'000'003 + 17).fork(account + 1);
}

std::string money(int64_t cents, char decimal_sign) {
  return fmt::format("{}{}{}{:02}", cents < 0 ? "-" : "", std::abs(cents) / 100, decimal_sign, std::abs(cents) % 100);
}

std::string german_date(Day d) {
  int y = 0, m = 0, day = 0;
  d.civil(y, m, day);
  return fmt::format("{:02}.{:02}.{:04}", day, m, y);
}

std::string clock(int64_t seconds) {
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Day working_day(Day d) { return d.weekday() == 5 ? d - 1 : d.weekday() == 6 ? d + 1 : d; }

std::string optional_date(const std::optional<Day>& d) { return d ? d->iso() : std::string(); }

std::vector<TimedRows::Row>& TimedRows::sorted() {
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const Row& x, const Row& y) { return x.day != y.day ? x.day < y.day : x.seconds < y.seconds; });
  return rows_;
}

void TimedRows::write(ExportFile& file, std::string_view prefix, int digits, size_t id) {
  int64_t number = 0;
  for (Row& row : sorted()) {
    row.cells[id] = fmt::format("{}{:0{}}", prefix, ++number, digits);
    file.row(row.cells);
  }
}

}  // namespace kenko::sim
