// The lists of share/calendars, as the program hands them to read_calendar.  Tests run in the root of the tree.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "calendar/read_calendar.h"

namespace kenko::calendar {

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<ShippedList> shipped_lists() {
  std::vector<ShippedList> lists;
  for (const auto& file : std::filesystem::directory_iterator("share/calendars")) {
    lists.push_back({file.path().stem().string(), file_text(file.path().string())});
  }
  std::sort(lists.begin(), lists.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return lists;
}

}  // namespace kenko::calendar
