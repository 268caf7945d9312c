// A company whose days are closed one after the other, for tests of plays.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "plays/advance.h"
#include "plays/read_plays.h"
#include "team/read_team.h"

namespace kenko::plays {

/// What a test says of an account; empty = null.
struct Line {
  std::string account = {}, band = "green", owner = "anna", touch = {}, segment = {}, stage = {};
  std::string status = "active", parent = {};
  int64_t arr = 1000;
  std::map<std::string, alerts::Truth> conditions = {};
  std::vector<std::string> triggers = {};
};

/// Days are closed at six in the morning (UTC) of the next one.
class Company {
 public:
  explicit Company(const std::string& plays_yaml, const std::string& team_yaml = kTeam, uint64_t seed = 1) {
    if (!team_yaml.empty()) {
      auto team = team::read_team(team_yaml, "team.yaml", setup.calendar);
      EXPECT_TRUE(team.ok()) << (team.ok() ? "" : to_text(team.problems()));
      if (team.ok()) setup.team = *team;
    }
    const Known known{{"red", "orange", "yellow", "green"},
                      {"enterprise", "smb"},
                      {"live"},
                      {"complaints"},
                      {"critical", "fall"},
                      std::nullopt};
    auto plays = read_plays({{"plays.yaml", plays_yaml}}, known);
    EXPECT_TRUE(plays.ok()) << (plays.ok() ? "" : to_text(plays.problems()));
    if (plays.ok()) setup.plays = *plays;
    setup.seed = seed;
  }

  static constexpr const char* kTeam = R"(kenko: 1
people:
  anna: {name: Anna, manager: mia, roles: [csm]}
  bert: {name: Bert, manager: mia, roles: [csm]}
  mia: {name: Mia}
  sam: {name: Sam, roles: [support]}
)";

  [[nodiscard]] alerts::ClosedDay day_of(Day day, std::vector<Line> lines) {
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.account < b.account; });
    alerts::ClosedDay out;
    out.day = day;
    out.at = {(int64_t{day.number} + 1) * kMicrosPerDay + 6 * 3'600'000'000};
    out.texts = &texts;
    for (const Condition& condition : setup.plays.conditions()) out.conditions.push_back(condition.name);
    const auto code = [this](const std::string& text) { return text.empty() ? 0 : texts.intern(text); };
    for (const Line& line : lines) {
      alerts::AccountDay row;
      row.account = code(line.account);
      row.top_parent = code(line.parent.empty() ? line.account : line.parent);
      row.band = code(line.band);
      row.owner = code(line.owner);
      row.touch = code(line.touch);
      row.segment = code(line.segment);
      row.stage = code(line.stage);
      row.status = code(line.status);
      row.arr = line.arr * 1'000'000;
      row.score = 5050;
      for (const std::string& trigger : line.triggers) row.triggers.push_back(code(trigger));
      for (const std::string& name : out.conditions) {
        const auto truth = line.conditions.find(name);
        row.conditions.push_back(truth == line.conditions.end() ? alerts::Truth::unknown : truth->second);
      }
      out.accounts.push_back(row);
    }
    return out;
  }

  /// Closes the next day.
  std::vector<Event> close(const std::vector<Line>& lines, const OpenAlerts& open = {},
                           const std::vector<Action>& actions = {}) {
    const Day day = next;
    ++next;
    return advance(state, setup, day_of(day, lines), open, actions);
  }

  [[nodiscard]] const std::vector<Enrolment>& of(const std::string& account) const {
    static const std::vector<Enrolment> kNone;
    const auto at = state.accounts.find(account);
    return at == state.accounts.end() ? kNone : at->second.enrolments;
  }
  [[nodiscard]] const std::vector<Waiting>& waiting(const std::string& account) const {
    static const std::vector<Waiting> kNone;
    const auto at = state.accounts.find(account);
    return at == state.accounts.end() ? kNone : at->second.waiting;
  }
  /// A moment on the day that comes to be closed next, at noon.
  [[nodiscard]] Instant noon() const { return {int64_t{next.number} * kMicrosPerDay + 12 * 3'600'000'000}; }

  Setup setup;
  State state;
  facts::Dictionary texts;
  Day next = Day::of(2026, 3, 2);  ///< a Monday
};

inline std::vector<std::string> words_of(const std::vector<Event>& events) {
  std::vector<std::string> out;
  for (const Event& event : events) {
    out.push_back(std::string(word(event.what)) + " " + event.play + (event.text.empty() ? "" : " " + event.text));
  }
  return out;
}

}  // namespace kenko::plays
