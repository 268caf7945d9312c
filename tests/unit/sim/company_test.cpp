#include "sim/company.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace kenko::sim {
namespace {

namespace fs = std::filesystem;

/// A folder that is gone afterwards.
class Scratch {
 public:
  Scratch() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            ("kenko-sim-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
             std::to_string(reinterpret_cast<uintptr_t>(this)) + "-" + std::to_string(++count));
    fs::remove_all(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::map<std::string, std::string> files_of(const std::string& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), root).generic_string()] = read(entry.path());
  }
  return files;
}

std::vector<std::string> lines_of(std::string_view bytes) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = bytes.find('\n', at);
    std::string_view line = bytes.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    at = end + 1;
  }
  return lines;
}

/// Cells of a line as a spreadsheet reads it.
std::vector<std::string> cells_of(std::string_view line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (quoted && line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[i++];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == separator && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  return cells;
}

/// The value of a key in one line of the NDJSON exports; texts without their quotes; "" when the key is not there.
std::string json_cell(const std::string& line, std::string_view key) {
  const std::string mark = "\"" + std::string(key) + "\":";
  size_t at = line.find(mark);
  if (at == std::string::npos) return "";
  at += mark.size();
  if (line[at] != '"') return line.substr(at, line.find_first_of(",}", at) - at);
  return line.substr(at + 1, line.find('"', at + 1) - at - 1);
}

/// What an independent reader needs to know of a file to find its dirt.
struct Layout {
  char separator;  ///< 0 = NDJSON
  std::vector<std::string> columns;
  std::string id, account, person, date, number, impossible, stranger;
};

Layout layout_of(const std::string& file, const std::string& header) {
  if (file.starts_with("product/")) {
    return {0, {}, "uuid", "account_key", "user_key", "timestamp", "", "2025-02-30T10:00:00.000Z", "ws_unknown0"};
  }
  if (file.starts_with("help_desk/"))
    return {0, {}, "id", "org_id", "requester", "at", "sentiment", "2025-02-30T10:00:00Z", "99999999"};
  const auto table = [&](char separator, Layout l) {
    l.separator = separator;
    l.columns = cells_of(header, separator);
    return l;
  };
  if (file.starts_with("crm/accounts-"))
    return table(',', {0, {}, "", "account_id", "", "started", "employees", "2025-02-30", ""});
  if (file == "crm/contacts.csv")
    return table(',', {0, {}, "contact_id", "account_id", "", "since", "", "2025-02-30", ""});
  if (file == "crm/contracts.csv") return table(',', {0, {}, "", "account_id", "", "start", "arr", "2025-02-30", ""});
  if (file == "crm/activities.csv") {
    return table(',',
                 {0, {}, "activity_id", "account_id", "contact_id", "at", "reply_hours", "2025-02-30 10:00:00", ""});
  }
  if (file == "crm/outcomes.csv")
    return table(',', {0, {}, "outcome_id", "account_id", "", "at", "amount", "2025-02-30", ""});
  if (file == "crm/identities.csv") return table(',', {0, {}, "", "id", "", "valid_from", "", "2025-02-30", ""});
  if (file == "billing/invoices.csv")
    return table(';', {0, {}, "invoice_no", "customer_no", "", "issued", "amount", "31.02.2026", "0099999"});
  if (file == "billing/payment_events.csv")
    return table(';', {0, {}, "event_no", "customer_no", "", "at", "amount", "31.02.2026 06:10", "0099999"});
  if (file == "billing/subscription_changes.csv")
    return table(';', {0, {}, "change_no", "customer_no", "", "on", "mrr", "31.02.2026", "0099999"});
  if (file == "surveys/surveys.csv")
    return table(',', {0, {}, "id", "", "email", "at", "score", "2025-02-30T10:00:00+01:00", "nobody@unknown.example"});
  if (file == "rates.csv") return table(',', {0, {}, "", "", "", "date", "rate", "2025-02-30", ""});
  if (file == "sheet/success-plan.tsv")
    return table('\t', {0, {}, "", "Customer", "", "Date", "Value", "02/30/2026", ""});
  ADD_FAILURE() << "no layout for " << file;
  return {};
}

/// Finds the dirt of one file without knowing how it was planted.
class DirtFinder {
 public:
  DirtFinder(const std::string& file, const std::string& bytes, const std::set<std::string>& customers)
      : file_(file), customers_(customers) {
    std::vector<std::string> lines = lines_of(bytes);
    const bool table = !file.ends_with(".ndjson");
    if (table && lines[0].starts_with("\xEF\xBB\xBF")) lines[0] = lines[0].substr(3);
    layout_ = layout_of(file, table ? lines[0] : "");
    for (size_t i = table ? 1 : 0; i < lines.size(); ++i) {
      const std::string kind = kind_of(lines[i]);
      ++rows;
      if (!kind.empty()) ++found[kind];
    }
  }

  int64_t rows = 0;
  std::map<std::string, int64_t> found;

 private:
  std::string cell(const std::string& line, const std::vector<std::string>& cells, const std::string& name) const {
    if (name.empty()) return "";
    if (layout_.separator == 0) return json_cell(line, name);
    return cells[static_cast<size_t>(std::find(layout_.columns.begin(), layout_.columns.end(), name) -
                                     layout_.columns.begin())];
  }

  std::string kind_of(const std::string& line) {
    if (layout_.separator == 0 && !line.ends_with('}')) return "broken_json";
    if (!text::is_utf8(line)) return "wrong_encoding";
    const std::vector<std::string> cells =
        layout_.separator == 0 ? std::vector<std::string>() : cells_of(line, layout_.separator);
    if (cells.size() != layout_.columns.size()) return "ragged_row";
    if (cell(line, cells, layout_.date) == layout_.impossible) return "impossible_date";
    if (cell(line, cells, layout_.number).find('x') != std::string::npos) return "garbled_number";
    const std::string whose = cell(line, cells, layout_.account.empty() ? layout_.person : layout_.account);
    if (layout_.account.empty() && layout_.person.empty()) return "";
    if (whose.empty()) return "empty_account";
    if (!layout_.stranger.empty() && whose == layout_.stranger) return "unknown_account";
    if (whose.ends_with("  ")) return "trailing_blanks";
    if (file_.starts_with("sheet/") && !customers_.contains(whose)) return "typo_account";
    static const std::set<std::string> kKinds = {"goal.set",      "goal.reached",   "goal.missed", "roi.recorded",
                                                 "milestone.due", "milestone.done", "pulse.set"};
    if (file_.starts_with("sheet/") && !kKinds.contains(cells[2])) return "typo_kind";
    const std::string id = cell(line, cells, layout_.id);
    if (!id.empty() && !seen_.insert(id).second) return "duplicate_row";
    return "";
  }

  std::string file_;
  const std::set<std::string>& customers_;
  Layout layout_;
  std::set<std::string> seen_;
};

CompanyOptions small() {
  CompanyOptions options;
  options.accounts = 30;
  options.days = 120;
  options.events_per_account_day = 3;
  return options;
}

TEST(Company, SameOptionsGiveTheSameBytesAndAnotherSeedOthers) {
  Scratch dir;
  CompanyOptions options = small();
  ASSERT_TRUE(write_company(options, dir / "a", dir / "at").ok());
  ASSERT_TRUE(write_company(options, dir / "b", dir / "bt").ok());
  options.seed = 2;
  ASSERT_TRUE(write_company(options, dir / "c", dir / "ct").ok());
  const auto a = files_of(dir / "a");
  EXPECT_GT(a.size(), 25);
  EXPECT_TRUE(a == files_of(dir / "b"));
  EXPECT_TRUE(files_of(dir / "at") == files_of(dir / "bt"));
  for (const auto& [name, bytes] : files_of(dir / "c")) {
    if (name != "SIMULATED.txt") {
      EXPECT_NE(bytes, a.at(name)) << name;
    }
  }
}

/// The company of the demo, written once.
class DemoCompany : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new Scratch;
    ASSERT_TRUE(write_company(CompanyOptions{}, *dir_ / "export", *dir_ / "truth").ok());
    files_ = new std::map<std::string, std::string>(files_of(*dir_ / "export"));
  }
  static void TearDownTestSuite() {
    delete files_;
    delete dir_;
  }
  static std::vector<std::vector<std::string>> truth(const std::string& file) {
    std::vector<std::vector<std::string>> rows;
    for (const std::string& line : lines_of(read(*dir_ / ("truth/" + file)))) rows.push_back(cells_of(line, ','));
    rows.erase(rows.begin());
    return rows;
  }
  static Scratch* dir_;
  static std::map<std::string, std::string>* files_;
};
Scratch* DemoCompany::dir_ = nullptr;
std::map<std::string, std::string>* DemoCompany::files_ = nullptr;

TEST_F(DemoCompany, HasAboutAMillionRows) {
  int64_t all = 0, product = 0;
  for (const auto& row : truth("files.csv")) {
    all += std::stoll(row[1]);
    if (row[0].starts_with("product/")) product += std::stoll(row[1]);
  }
  EXPECT_NEAR(static_cast<double>(all), 1.0e6, 0.08e6);
  EXPECT_NEAR(static_cast<double>(product), 0.9e6, 0.08e6);
}

TEST_F(DemoCompany, DirtIsWhatTheManifestSays) {
  std::map<std::string, std::map<std::string, int64_t>> manifest;
  for (const auto& row : truth("dirty.csv")) manifest[row[0]][row[1]] = std::stoll(row[3]);
  std::map<std::string, std::pair<int64_t, int64_t>> rows;
  for (const auto& row : truth("files.csv")) rows[row[0]] = {std::stoll(row[1]), std::stoll(row[2])};
  std::set<std::string> customers;
  for (const std::string& line : lines_of(files_->at("crm/identities.csv"))) {
    const auto cells = cells_of(line, ',');
    if (cells.size() == 5 && cells[2] == "sheet") customers.insert(cells[3]);
  }
  std::set<std::string> kinds;
  int64_t dirty = 0, all = 0;
  for (const auto& [name, bytes] : *files_) {
    if (name == "SIMULATED.txt") continue;
    const DirtFinder finder(name, bytes, customers);
    EXPECT_EQ(finder.rows, rows.at(name).first) << name;
    EXPECT_EQ(finder.found, manifest[name]) << name;
    int64_t extra = 0;
    for (const auto& [kind, count] : finder.found) {
      kinds.insert(kind);
      if (kind != "trailing_blanks") extra += count;
      dirty += count;
    }
    all += finder.rows;
    EXPECT_EQ(rows.at(name).first - rows.at(name).second, extra) << name;
  }
  EXPECT_EQ(kinds.size(), 11);
  EXPECT_NEAR(static_cast<double>(dirty) / static_cast<double>(all), 0.02, 0.003);
}

TEST_F(DemoCompany, NothingHiddenIsExported) {
  for (const auto& [name, bytes] : *files_) {
    for (const char* word :
         {"vigour", "churn_90d", "sponsor_active", "power_users", "penetration", "probability", "trial_lost"}) {
      EXPECT_EQ(bytes.find(word), std::string::npos) << word << " in " << name;
    }
    const std::string first_line = bytes.substr(0, bytes.find('\n'));
    for (const char separator : {',', ';', '\t'}) {
      for (const std::string& column : cells_of(first_line, separator)) EXPECT_NE(column, "health") << name;
    }
    EXPECT_EQ(first_line.find("\"health\":"), std::string::npos) << name;
  }
  EXPECT_FALSE(files_->contains("dirty.csv"));
}

TEST_F(DemoCompany, OutcomesAreThoseOfTheTruthUpToTheLastDay) {
  std::map<std::string, std::vector<std::string>> truth_of;
  for (const auto& row : truth("accounts.csv")) truth_of[row[0]] = row;
  std::set<std::string> churned, notice;
  for (const std::string& line : lines_of(files_->at("crm/outcomes.csv"))) {
    const auto c = cells_of(line, ',');
    if (c.size() != 11 || !truth_of.contains(c[1]) || c[3] == "2025-02-30" || c[6].find('x') != std::string::npos)
      continue;
    EXPECT_LE(c[3], "2026-11-01");
    if (c[2] == "account.churned") {
      churned.insert(c[1]);
      EXPECT_EQ(c[3], truth_of[c[1]][4]);
      EXPECT_EQ(c[4], truth_of[c[1]][3]);
      EXPECT_EQ(c[9], truth_of[c[1]][5]);
    }
    if (c[2] == "notice.given") notice.insert(c[1]);
  }
  for (const auto& [id, row] : truth_of) {
    EXPECT_EQ(churned.contains(id), !row[4].empty() && row[4] <= "2026-11-01") << id;
    EXPECT_EQ(notice.contains(id), !row[3].empty()) << id;
  }
}

TEST_F(DemoCompany, WhoLeftIsSilentAndWhoIsWellIsBusy) {
  std::map<std::string, std::string> account_of;
  for (const std::string& line : lines_of(files_->at("crm/identities.csv"))) {
    const auto c = cells_of(line, ',');
    if (c.size() == 5 && c[0] == "account" && c[2] == "product") account_of[c[3]] = c[1];
  }
  std::map<std::string, std::string> gone;
  for (const auto& row : truth("accounts.csv")) gone[row[0]] = row[4];
  std::map<std::pair<std::string, std::string>, int64_t> logins;  // by account and month
  for (const auto& [name, bytes] : *files_) {
    if (!name.starts_with("product/")) continue;
    for (const std::string& line : lines_of(bytes)) {
      const std::string account = account_of[json_cell(line, "account_key")];
      const std::string day = json_cell(line, "timestamp").substr(0, 10);
      if (account.empty() || day == "2025-02-30" || day.size() != 10) continue;
      if (!gone[account].empty()) {
        ASSERT_LE(day, gone[account]) << line;
      }
      if (json_cell(line, "event") == "login") ++logins[{account, day.substr(0, 7)}];
    }
  }
  // Logins in months that begin well and badly; the same accounts come up in both over time.
  double well = 0, well_months = 0, badly = 0, badly_months = 0;
  for (const auto& row : truth("truth.csv")) {
    if (row[9].empty() || row[1].substr(8) > "07") continue;
    const double health = std::stod(row[2]);
    const auto n = static_cast<double>(logins[{row[0], row[1].substr(0, 7)}]);
    if (health > 70) {
      well += n;
      ++well_months;
    } else if (health < 35) {
      badly += n;
      ++badly_months;
    }
  }
  EXPECT_GT(well / well_months, 2 * badly / badly_months);
}

TEST_F(DemoCompany, WhatPeopleSayAndReadFollowsTheHealthToo) {
  std::map<std::string, std::string> account_of, person_of;
  for (const std::string& line : lines_of(files_->at("crm/identities.csv"))) {
    const auto c = cells_of(line, ',');
    if (c.size() == 5 && c[0] == "account" && c[2] == "product") account_of[c[3]] = c[1];
  }
  for (const std::string& line : lines_of(files_->at("crm/contacts.csv"))) {
    const auto c = cells_of(line, ',');
    if (c.size() != 8 || !Day::parse(c[5])) continue;
    person_of[c[4]] = c[1];
    if (const auto gone = Day::parse(c[7])) {
      EXPECT_EQ(*gone, *Day::parse(c[6]) + 1) << line;
    }
  }
  std::map<std::string, std::pair<double, double>> mean_health;  // sum and weeks
  for (const auto& row : truth("truth.csv")) {
    mean_health[row[0]].first += std::stod(row[2]);
    ++mean_health[row[0]].second;
  }
  // Sum and number of a signal among the accounts that are better and worse than most.
  struct Side {
    double sum = 0, count = 0;
    [[nodiscard]] double mean() const { return sum / count; }
  };
  std::map<std::string, std::pair<Side, Side>> seen;
  const auto see = [&](const std::string& signal, const std::string& account, double value) {
    const auto at = mean_health.find(account);
    if (at == mean_health.end()) return;
    Side& side = at->second.first / at->second.second > 58 ? seen[signal].first : seen[signal].second;
    side.sum += value;
    ++side.count;
  };
  for (const auto& [name, bytes] : *files_) {
    if (!name.starts_with("product/")) continue;
    for (const std::string& line : lines_of(bytes)) {
      const std::string event = json_cell(line, "event");
      const std::string account = account_of[json_cell(line, "account_key")];
      if (event == "login") {
        const std::string minutes = json_cell(line, "minutes");
        if (minutes.empty()) continue;
        see("minutes", account, std::stod(minutes));
        see("announcements", account, 0);
        see("posts", account, 0);
      } else if (event == "announcement.opened") {
        const auto at = mean_health.find(account);
        if (at == mean_health.end()) continue;
        ++(at->second.first / at->second.second > 58 ? seen["announcements"].first : seen["announcements"].second).sum;
      } else if (event == "community.posted") {
        const auto at = mean_health.find(account);
        if (at == mean_health.end()) continue;
        ++(at->second.first / at->second.second > 58 ? seen["posts"].first : seen["posts"].second).sum;
      }
    }
  }
  for (const std::string& line : lines_of(files_->at("surveys/surveys.csv"))) {
    const auto c = cells_of(line, ',');
    if (c.size() != 7 || (c[1] != "ces.answered" && c[1] != "gcr.answered") || c[5].find('x') != std::string::npos)
      continue;
    const double score = std::stod(c[5]);
    EXPECT_TRUE(c[1] == "ces.answered" ? score >= 1 && score <= 7 : score == 0 || score == 1) << line;
    see(c[1], person_of[c[3]], score);
  }
  for (const auto& [signal, sides] : seen) {
    EXPECT_GT(sides.first.count, 100) << signal;
    EXPECT_GT(sides.second.count, 100) << signal;
    EXPECT_GT(sides.first.mean(), 1.02 * sides.second.mean()) << signal;
  }
  EXPECT_EQ(seen.size(), 5);
}

TEST_F(DemoCompany, RatesAreNeverMoreThanAWeekApart) {
  std::map<std::string, std::optional<Day>> last;
  for (const std::string& line : lines_of(files_->at("rates.csv"))) {
    const auto c = cells_of(line, ',');
    if (c.size() != 3 || !Day::parse(c[0]) || c[2].find('x') != std::string::npos) continue;
    std::optional<Day>& before = last[c[1]];
    if (before) {
      EXPECT_LE(*Day::parse(c[0]) - *before, 7);
    }
    if (!before) {
      EXPECT_LE(*Day::parse(c[0]), Day::of(2025, 4, 25));
    }
    before = Day::parse(c[0]);
  }
  ASSERT_EQ(last.size(), 4);
  for (const auto& [currency, day] : last) EXPECT_GE(*day, Day::of(2026, 10, 26)) << currency;
}

TEST(Company, NoDirtWhenNoneIsWanted) {
  Scratch dir;
  CompanyOptions options = small();
  options.dirty_ratio = 0;
  ASSERT_TRUE(write_company(options, dir / "export", dir / "truth").ok());
  EXPECT_EQ(lines_of(read(dir / "truth/dirty.csv")).size(), 1);
  for (const auto& [name, bytes] : files_of(dir / "export")) EXPECT_TRUE(text::is_utf8(bytes)) << name;
}

TEST(Company, EventsFollowTheAskedNumber) {
  for (const double asked : {1.0, 7.0, 20.0}) {
    Scratch dir;
    CompanyOptions options = small();
    options.accounts = 150;
    options.dirty_ratio = 0;
    options.events_per_account_day = asked;
    ASSERT_TRUE(write_company(options, dir / "export", dir / "truth").ok());
    double events = 0, days = 0;
    for (const std::string& line : lines_of(read(dir / "truth/files.csv"))) {
      const auto c = cells_of(line, ',');
      if (c[0].starts_with("product/")) events += std::stod(c[1]);
    }
    for (const std::string& line : lines_of(read(dir / "truth/truth.csv"))) days += line.starts_with("001") ? 7 : 0;
    EXPECT_NEAR(events / days, asked, 0.3 * asked);
  }
}

TEST(Company, NamesEveryBadOption) {
  CompanyOptions options;
  options.accounts = 3;
  options.days = 5;
  options.dirty_ratio = 0.9;
  const Status status = write_company(options, "unused", "unused");
  ASSERT_FALSE(status.ok());
  ASSERT_EQ(status.problems().size(), 3);
  EXPECT_EQ(status.problems()[0].code, "bad-simulation-option");
  EXPECT_EQ(status.problems()[2].place.field, "dirty_ratio");
  EXPECT_FALSE(fs::exists("unused"));
}

TEST(Company, SaysWhereItCannotWrite) {
  Scratch dir;
  fs::create_directories(dir / "");
  {
    std::ofstream(dir / "file") << "in the way";
  }
  const Status status = write_company(small(), dir / "file", dir / "truth");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.problems()[0].code, "cannot-write");
  EXPECT_NE(status.problems()[0].place.file.find("file/SIMULATED.txt"), std::string::npos);
}

}  // namespace
}  // namespace kenko::sim
