// The plays that are shipped, against the table of plays by band that Kenko was asked for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "plays/placeholders.h"
#include "plays/read_plays.h"

namespace kenko::plays {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

const Known& known() {
  static const Known kKnown{{"red", "orange", "yellow", "green"}, {}, {}, {}, {}, std::vector<std::string>{}};
  return kKnown;
}

std::vector<PlayFile> shipped_files() {
  std::vector<PlayFile> files;
  for (const auto& entry : std::filesystem::directory_iterator("share/plays")) {
    if (entry.path().extension() == ".yaml") files.push_back({entry.path().filename(), contents(entry.path())});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
  return files;
}

const Plays& shipped() {
  static const Plays kPlays = [] {
    auto read = read_plays(shipped_files(), known());
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : to_text(read.problems()));
    return read.ok() ? *read : Plays{};
  }();
  return kPlays;
}

const std::string kTable = R"(## 6. Plays by band (defaults)
| band | aim | play |
|---|---|---|
| green | expansion | monthly check-in, quarterly business review, find expansion, develop a case study or reference, review-site requests, referrals |
| yellow | stabilise | check-in every two weeks, adoption session, strengthen outcomes, develop an executive sponsor, enable integrations |
| orange | intervene | weekly contact, align executives, business value review, product optimisation, talk about pricing, the churn-risk playbook |
| red | executive escalation | management at once, executive sponsor, full account assessment, premium support, price adjustment, win-back offer |
)";

// A cell of the table: what should be done, and the play and step that do it.  step empty: the whole play.
struct Cell {
  const char* band;
  const char* aim;
  const char* item;
  const char* play;
  const char* step;
};
constexpr Cell kCells[] = {
    {"green", "expansion", "monthly check-in", "monthly_check_in", "check_in"},
    {"green", "expansion", "quarterly business review", "business_review", "hold"},
    {"green", "expansion", "find expansion", "expansion", "find_expansion"},
    {"green", "expansion", "develop a case study or reference", "advocacy", "case_study"},
    {"green", "expansion", "review-site requests", "advocacy", "review_site"},
    {"green", "expansion", "referrals", "advocacy", "referrals"},
    {"yellow", "stabilise", "check-in every two weeks", "two_week_check_in", "check_in"},
    {"yellow", "stabilise", "adoption session", "stabilise", "adoption_session"},
    {"yellow", "stabilise", "strengthen outcomes", "stabilise", "outcomes"},
    {"yellow", "stabilise", "develop an executive sponsor", "stabilise", "sponsor"},
    {"yellow", "stabilise", "enable integrations", "stabilise", "integrations"},
    {"orange", "intervene", "weekly contact", "weekly_contact", "contact"},
    {"orange", "intervene", "align executives", "churn_risk", "executives"},
    {"orange", "intervene", "business value review", "churn_risk", "value_review"},
    {"orange", "intervene", "product optimisation", "churn_risk", "product"},
    {"orange", "intervene", "talk about pricing", "churn_risk", "pricing"},
    {"orange", "intervene", "the churn-risk playbook", "churn_risk", ""},
    {"red", "executive escalation", "management at once", "escalation", "management"},
    {"red", "executive escalation", "executive sponsor", "escalation", "executive_sponsor"},
    {"red", "executive escalation", "full account assessment", "escalation", "assessment"},
    {"red", "executive escalation", "premium support", "escalation", "premium_support"},
    {"red", "executive escalation", "price adjustment", "escalation", "price"},
    {"red", "executive escalation", "win-back offer", "win_back", "offer"},
};

// Words of a text but for small ones, in lower case, without their endings: "review-site requests" -> review, site,
// reques.
std::vector<std::string> stems(std::string text) {
  for (char& c : text) {
    if (c == '-' || c == ',') c = ' ';
  }
  std::vector<std::string> out;
  for (const std::string_view word : text::split(text, ' ')) {
    constexpr size_t kSmall = 4, kStem = 6;
    if (word.size() >= kSmall) out.push_back(text::lower(word).substr(0, kStem));
  }
  return out;
}

TEST(ShippedPlays, EveryCellOfTheTableIsAStepOfAPlayInItsBand) {
  for (const Cell& cell : kCells) {
    SCOPED_TRACE(std::string(cell.band) + ": " + cell.item);
    const Play* play = shipped().find(cell.play);
    ASSERT_NE(play, nullptr);
    EXPECT_EQ(play->when.bands, std::vector<std::string>{cell.band});
    EXPECT_EQ(play->aim, cell.aim);
    std::string said = play->title;
    if (*cell.step != '\0') {
      const auto step =
          std::find_if(play->steps.begin(), play->steps.end(), [&](const Step& one) { return one.name == cell.step; });
      ASSERT_NE(step, play->steps.end());
      said += " " + step->title;
    }
    // Its words stand in what people read: at least half of them.
    const std::vector<std::string> have = stems(said), want = stems(cell.item);
    const auto found = std::count_if(want.begin(), want.end(), [&](const std::string& word) {
      return std::find(have.begin(), have.end(), word) != have.end();
    });
    EXPECT_GE(2 * static_cast<size_t>(found), want.size()) << said;
  }
}

// `| green | expansion | monthly check-in, quarterly ... |` -> items by band and aim.
std::map<std::pair<std::string, std::string>, std::vector<std::string>> table_of(const std::string& text) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> out;
  bool inside = false;
  for (const std::string_view line : text::split(text, '\n')) {
    if (line.starts_with("## ")) inside = line.starts_with("## 6. Plays by band");
    if (!inside || !line.starts_with("|") || line.starts_with("|---") || line.starts_with("| band ")) continue;
    const std::vector<std::string_view> cells = text::split(line, '|');
    if (cells.size() < 5) continue;
    auto& items = out[{std::string(text::trim(cells[1])), std::string(text::trim(cells[2]))}];
    for (const std::string_view item : text::split(cells[3], ',')) items.emplace_back(text::trim(item));
  }
  return out;
}

// The cells above are all there are; KENKO_REFERENCE names a document with the table, to be compared with instead of
// the copy here.
TEST(ShippedPlays, TheCellsAreThoseOfTheTable) {
  const char* path = std::getenv("KENKO_REFERENCE");
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> ours;
  for (const Cell& cell : kCells) ours[{cell.band, cell.aim}].emplace_back(cell.item);
  EXPECT_EQ(ours, table_of(path == nullptr ? kTable : contents(path)));
}

TEST(ShippedPlays, EveryBandHasPlaysForEveryTouchModelThatPeopleWorkOnAndTechTouchHasNoTasks) {
  for (const std::string& band : known().bands) {
    for (const Touch touch : {Touch::high, Touch::low, Touch::tech}) {
      int steps = 0, tasks = 0;
      for (const Play& play : shipped().all) {
        const auto& bands = play.when.bands;
        const auto& touches = play.when.touch;
        if (std::find(bands.begin(), bands.end(), band) == bands.end()) continue;
        if (!touches.empty() && std::find(touches.begin(), touches.end(), touch) == touches.end()) continue;
        for (const Step& step : play.steps) {
          if (!Play::has(step, touch)) continue;
          ++steps;
          tasks += Play::goes_out(step, touch) ? 0 : 1;
        }
      }
      EXPECT_GT(steps, 0) << band << ", " << touch_name(touch);
      if (touch == Touch::tech) {
        EXPECT_EQ(tasks, 0) << band;
      }
      if (touch == Touch::high) {
        EXPECT_GT(tasks, 0) << band;
      }
    }
  }
}

TEST(ShippedPlays, WorseBandsGoFirstAndIncentivesAreThere) {
  const auto priority = [](const char* play) { return shipped().find(play)->priority; };
  EXPECT_GT(priority("escalation"), priority("churn_risk"));
  EXPECT_GT(priority("churn_risk"), priority("stabilise"));
  EXPECT_GT(priority("stabilise"), priority("business_review"));
  EXPECT_EQ(shipped().find("escalation")->steps[0].role.kind, Role::Kind::manager);
  EXPECT_EQ(shipped().find("escalation")->steps[0].due, calendar::WorkSpan::days(0)) << "at once";
  EXPECT_TRUE(shipped().find("rescue_incentive") != nullptr && shipped().find("upgrade_interest") != nullptr);
  for (const Play& play : shipped().all) EXPECT_EQ(play.hold_out, 0) << play.name << ": off by default";
}

}  // namespace
}  // namespace kenko::plays
