// What a user copies must work: the templates as they are and with their examples switched on, and every file that
// docs/TEAM.md shows.  Tests run in the root of the tree.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>

#include "base/text.h"
#include "calendar/read_calendar.h"
#include "team/read_team.h"

namespace kenko::team {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// With `# key: value` taken out of its comment and the empty values left out that stand above the examples.
std::string with_examples(const std::string& text) {
  static const std::regex example("^( *)# ( *(- \\{|[a-z]+:).*)$"),
      empty("^ *(people|assign|quiet|holidays): (\\{\\}|\\[\\]).*");
  std::string out;
  for (const std::string_view part : text::split(text, '\n')) {
    const std::string line(part);
    std::smatch found;
    if (std::regex_match(line, empty)) continue;
    out += std::regex_match(line, found, example) ? found[1].str() + found[2].str() : line;
    out += '\n';
  }
  return out;
}

calendar::WorkCalendar calendar_of(const std::string& yaml) {
  std::vector<calendar::ShippedList> lists;
  for (const char* name : {"us", "uk", "de", "fr", "jp"}) {
    lists.push_back({name, file_text(std::string("share/calendars/") + name + ".yaml")});
  }
  auto calendar = calendar::read_calendar(yaml, "calendar.yaml", TimeZone(), lists);
  EXPECT_TRUE(calendar.ok()) << to_text(calendar.problems()) << yaml;
  return calendar.ok() ? *calendar : calendar::WorkCalendar();
}

Team team_of(const std::string& yaml, const calendar::WorkCalendar& calendar) {
  auto team = read_team(yaml, "team.yaml", calendar);
  EXPECT_TRUE(team.ok()) << to_text(team.problems()) << yaml;
  return team.ok() ? *team : Team();
}

TEST(ShippedTemplates, AsTheyAreNothingChanges) {
  const auto calendar = calendar_of(file_text("share/templates-acting/calendar.yaml"));
  EXPECT_EQ(calendar.region({}).hours, calendar::office_hours());
  EXPECT_TRUE(calendar.quiet_periods().empty());
  const Team team = team_of(file_text("share/templates-acting/team.yaml"), calendar);
  EXPECT_TRUE(team.empty());
  EXPECT_TRUE(team.rules().empty());
}

TEST(ShippedTemplates, WithTheirExamplesSwitchedOn) {
  const auto calendar = calendar_of(with_examples(file_text("share/templates-acting/calendar.yaml")));
  EXPECT_EQ(calendar.region_names(), (std::vector<std::string>{"default", "japan"}));
  EXPECT_EQ(calendar.holiday({}, *Day::parse("2026-12-24")), "office closed");
  EXPECT_EQ(calendar.quiet_periods().size(), 3u);
  const Team team = team_of(with_examples(file_text("share/templates-acting/team.yaml")), calendar);
  EXPECT_EQ(team.people().size(), 4u);
  EXPECT_EQ(team.rules().size(), 2u);
  EXPECT_TRUE(team.find("0055G00000A1").has_value());
}

TEST(Documents, TheFilesOfTeamMd) {
  const std::string text = file_text("docs/TEAM.md");
  std::vector<std::string> blocks;
  constexpr std::string_view kBegin = "```yaml\n";
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at + 1)) {
    blocks.push_back(text.substr(at + kBegin.size(), text.find("\n```", at) + 1 - at - kBegin.size()));
  }
  ASSERT_EQ(blocks.size(), 2u);
  const auto calendar = calendar_of(blocks[0]);
  EXPECT_GE(calendar.region_names().size(), 2u);
  EXPECT_FALSE(team_of(blocks[1], calendar).empty());
}

}  // namespace
}  // namespace kenko::team
