// Runs every case file of alerts on the ledger and on the reference.
//
//   run_alert_cases FOLDER ALERTS.md [--only PART_OF_A_NAME]
//
// Ends with 1 when a line differs, a case cannot be read, or a numbered rule of ALERTS.md and the cases do not name
// each other.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "cases/alerts/read_case.h"

namespace kenko::cases {
namespace {

namespace fs = std::filesystem;
using reference::AlertHistory;
using reference::Line;
using reference::Standing;

constexpr std::string_view kArrow = "→";

std::string read_file(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::vector<std::string> case_names(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".case") out.push_back(entry.path().stem().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// A row of a table in the columns of the table, blank for what is absent.
using Cells = std::vector<std::string>;

Cells cells_of(const TextTable& table, const TableRow& row) {
  Cells out;
  for (const std::string& column : table.columns) out.push_back(table.cell(row, column).value_or("-"));
  return out;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string cell_of(const Line& line, const std::string& column) {
  if (column == "at") return moment_text(line.at);
  if (column == "alert") return line.subject + "/" + line.cause;
  if (column == "what") return line.what;
  if (column == "level") return or_dash(line.level);
  if (column == "who") return or_dash(line.who);
  return column == "from" ? or_dash(line.from) : "no such column";
}

std::string cell_of(const Standing& alert, const std::string& column) {
  if (column == "alert") return alert.subject + "/" + alert.cause;
  if (column == "level") return alert.level;
  if (column == "state") return alert.state;
  if (column == "who") return or_dash(alert.assignee);
  if (column == "due") return alert.due ? moment_text(*alert.due) : "-";
  return "no such column";
}

template <typename T>
std::vector<Cells> rows_of(const std::vector<T>& values, const TextTable& table) {
  std::vector<Cells> out;
  for (const T& value : values) {
    Cells cells;
    for (const std::string& column : table.columns) cells.push_back(cell_of(value, column));
    out.push_back(std::move(cells));
  }
  return out;
}

void compare(const TextTable& table, const std::vector<Cells>& got, std::vector<std::string>& out) {
  std::vector<Cells> wanted;
  for (const TableRow& row : table.rows) wanted.push_back(cells_of(table, row));
  if (wanted == got) return;
  for (const Cells& cells : wanted) {
    if (std::find(got.begin(), got.end(), cells) == got.end()) out.push_back("wanted " + text::join(cells, "  "));
  }
  for (const Cells& cells : got) {
    if (std::find(wanted.begin(), wanted.end(), cells) == wanted.end())
      out.push_back("got    " + text::join(cells, "  "));
  }
  if (out.empty()) out.emplace_back("the same lines, in another order or another number of them");
}

std::vector<std::string> faults_of(const AlertCase& c, AlertHistory history) {
  put_in_order(history);
  if (!c.shown.empty()) {
    std::erase_if(history.lines, [&](const Line& line) {
      return std::find(c.shown.begin(), c.shown.end(), line.what) == c.shown.end();
    });
  }
  std::vector<std::string> out;
  compare(c.expect, rows_of(history.lines, c.expect), out);
  if (c.standing) compare(*c.standing, rows_of(history.standing, *c.standing), out);
  return out;
}

std::vector<std::string> faults_of_order(const AlertCase& c) {
  const alerts::Ranking ranking = cases::ranking(c.world);
  const int64_t unit = ranking.by == alerts::RankedBy::urgency ? 100 : 1'000'000;
  std::vector<Cells> got;
  for (const alerts::Rank& rank : ranking.accounts) {
    Cells cells;
    for (const std::string& column : c.order->columns) {
      if (column == "account") cells.emplace_back(c.world.texts->text(rank.account));
      if (column == "by") cells.emplace_back(alerts::word(ranking.by));
      if (column == "value") cells.push_back(fmt::format("{}", rank.value / unit));
    }
    got.push_back(std::move(cells));
  }
  std::vector<std::string> out;
  compare(*c.order, got, out);
  return out;
}

bool report(const AlertCase& c, const char* executor, const std::vector<std::string>& faults) {
  if (faults.empty()) return true;
  fmt::print("FAILED {} ({})\n  {}\n", c.name, executor, c.about);
  for (const std::string& fault : faults) fmt::print("  {}\n", fault);
  return false;
}

// The link that a Markdown page gives a heading.
std::string anchor_of(std::string_view heading) {
  std::string out;
  for (const char c : text::lower(text::trim(heading.substr(heading.find_first_not_of('#'))))) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') out += c;
    if (c == ' ') out += '-';
  }
  return out;
}

// Numbered rules without a case, cases without a rule, names without a case.
std::vector<std::string> check_links(const std::string& contract, const std::vector<AlertCase>& cases) {
  std::vector<std::string> out;
  std::set<std::string> named, present, headings;
  std::string heading, rule;
  bool has_case = true;
  const auto end_rule = [&] {
    if (!has_case) out.push_back(fmt::format("{}: rule {} names no case", heading, rule));
    has_case = true;
  };
  for (const std::string_view line : text::split(contract, '\n')) {
    const bool numbered = line.size() > 2 && line[0] >= '1' && line[0] <= '9' && line[1] == '.';
    if (numbered || line.starts_with("#")) end_rule();
    if (line.starts_with("#")) {
      heading = std::string(line);
      headings.insert(anchor_of(line));
    }
    if (numbered) {
      rule = std::string(line.substr(0, 1));
      has_case = false;
    }
    const size_t arrow = line.find(kArrow);
    if (arrow == std::string_view::npos) continue;
    for (const std::string_view word : text::split(line.substr(arrow + kArrow.size()), ',')) {
      if (!text::trim(word).empty()) named.insert(std::string(text::trim(word)));
    }
    has_case = true;
  }
  end_rule();
  for (const AlertCase& c : cases) {
    present.insert(c.name);
    if (!headings.contains(c.rule)) out.push_back(fmt::format("{}: ALERTS.md has no heading #{}", c.name, c.rule));
    if (!named.contains(c.name)) out.push_back(fmt::format("{}: no rule of ALERTS.md names it", c.name));
  }
  for (const std::string& name : named) {
    if (!present.contains(name)) out.push_back(fmt::format("ALERTS.md names {}, which is no case", name));
  }
  return out;
}

int run(const std::string& folder, const std::string& contract, const std::string& only) {
  int failures = 0;
  std::vector<AlertCase> cases;
  for (const std::string& name : case_names(folder)) {
    if (name.find(only) == std::string::npos) continue;
    auto c = read_alert_case(read_file(fs::path(folder) / (name + ".case")), name);
    if (c.ok()) {
      cases.push_back(std::move(*c));
      continue;
    }
    fmt::print("FAILED {} (cannot be read)\n{}", name, to_text(c.problems()));
    ++failures;
  }
  for (const AlertCase& c : cases) {
    failures += report(c, "ledger", faults_of(c, by_ledger(c.world))) ? 0 : 1;
    failures += report(c, "reference", faults_of(c, by_reference(c.world))) ? 0 : 1;
    if (c.order) failures += report(c, "order", faults_of_order(c)) ? 0 : 1;
  }
  if (only.empty()) {
    for (const std::string& gap : check_links(read_file(contract), cases)) {
      fmt::print("FAILED {}\n", gap);
      ++failures;
    }
  }
  fmt::print("{} cases, 2 executors: {} failures\n", cases.size(), failures);
  return failures == 0 && !cases.empty() ? 0 : 1;
}

}  // namespace
}  // namespace kenko::cases

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool only = words.size() == 4 && words[2] == "--only";
  if (words.size() != 2 && !only) {
    fmt::print("usage: run_alert_cases FOLDER ALERTS.md [--only PART_OF_A_NAME]\n");
    return 2;
  }
  return kenko::cases::run(words[0], words[1], only ? words[3] : "");
}
