// app/shipped_calendars.h
//
// Lists of holidays that calendar.yaml may name (share/calendars), and files to begin acting with
// (share/templates-acting), in the program.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace kenko::app {

/// Name and text, by name.
[[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& shipped_calendars();

/// alerts.yaml, calendar.yaml, team.yaml to begin with.
[[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& rule_templates();

}  // namespace kenko::app
