#include "app/shipped_calendars.h"

#include "base/shipped_file.h"

KENKO_SHIPPED_FILE(calendar_de, "/calendars/de.yaml");
KENKO_SHIPPED_FILE(calendar_fr, "/calendars/fr.yaml");
KENKO_SHIPPED_FILE(calendar_jp, "/calendars/jp.yaml");
KENKO_SHIPPED_FILE(calendar_uk, "/calendars/uk.yaml");
KENKO_SHIPPED_FILE(calendar_us, "/calendars/us.yaml");
KENKO_SHIPPED_FILE(template_alerts, "/templates-acting/alerts.yaml");
KENKO_SHIPPED_FILE(template_calendar, "/templates-acting/calendar.yaml");
KENKO_SHIPPED_FILE(template_team, "/templates-acting/team.yaml");

namespace kenko::app {

const std::vector<std::pair<std::string_view, std::string_view>>& shipped_calendars() {
  static const std::vector<std::pair<std::string_view, std::string_view>> lists{
      {"de", KENKO_SHIPPED_BYTES(calendar_de)},
      {"fr", KENKO_SHIPPED_BYTES(calendar_fr)},
      {"jp", KENKO_SHIPPED_BYTES(calendar_jp)},
      {"uk", KENKO_SHIPPED_BYTES(calendar_uk)},
      {"us", KENKO_SHIPPED_BYTES(calendar_us)}};
  return lists;
}

const std::vector<std::pair<std::string_view, std::string_view>>& rule_templates() {
  static const std::vector<std::pair<std::string_view, std::string_view>> files{
      {"alerts.yaml", KENKO_SHIPPED_BYTES(template_alerts)},
      {"calendar.yaml", KENKO_SHIPPED_BYTES(template_calendar)},
      {"team.yaml", KENKO_SHIPPED_BYTES(template_team)}};
  return files;
}

}  // namespace kenko::app
