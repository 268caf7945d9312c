// Runs every case file of a folder on every executor.
//
//   run_cases FOLDER SEMANTICS.md [--only PART_OF_A_NAME] [--seed N]
//
// Ends with 1 when a cell differs, a case cannot be read, a skip is not needed, the links to SEMANTICS.md are broken,
// or a function has too few cases.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/text.h"
#include "cases/compare.h"
#include "cases/executor.h"
#include "cases/functions.h"
#include "cases/links.h"

namespace kenko::cases {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string folder, semantics, only;
  uint64_t seed = 1;
};

std::optional<Options> parse_options(const std::vector<std::string>& words) {
  Options out;
  std::vector<std::string> places;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool has_next = i + 1 < words.size();
    if (words[i] == "--only" && has_next) {
      out.only = words[++i];
    } else if (words[i] == "--seed" && has_next) {
      out.seed = static_cast<uint64_t>(text::parse_int(words[++i]).value_or(1));
    } else {
      places.push_back(words[i]);
    }
  }
  if (places.size() != 2) return std::nullopt;
  out.folder = places[0];
  out.semantics = places[1];
  return out;
}

std::string read_file(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// Names of all case files, sorted.
std::vector<std::string> case_names(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    out.push_back(fs::relative(entry.path(), folder).replace_extension("").generic_string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

void report(const Case& c, const std::string& executor, const std::vector<std::string>& lines) {
  fmt::print("FAILED {} ({})\n  {}\n", c.name, executor, c.about);
  for (const std::string& line : lines) fmt::print("  {}\n", line);
}

// What is wrong with an executor's answer.  Generated SQL may leave columns out where the case says so; what it does
// compute must be right all the same.
std::vector<std::string> faults_of(const Case& c, Executor& executor) {
  const auto wanted = wanted_rows(c);
  if (!wanted.ok()) return {to_text(wanted.problems())};
  const auto results = executor.run(c, *wanted);
  if (!results.ok()) return {to_text(results.problems())};
  std::vector<std::string> lines = differences(c, executor, *results);
  const std::vector<std::string> missing = not_computed(c, executor);
  if (!executor.explains() && !c.not_in_sql.empty()) {
    if (missing.empty()) lines.push_back(fmt::format("the case says `sql: {}`, and it works", c.not_in_sql));
    return lines;
  }
  for (const std::string& column : missing) lines.push_back(fmt::format("{} is not computed: `sql: no (why)`", column));
  return lines;
}

bool run_case(const Case& c, Executor& executor) {
  const std::vector<std::string> lines = faults_of(c, executor);
  if (!lines.empty()) report(c, executor.name(), lines);
  return lines.empty();
}

int run(const Options& options) {
  std::vector<Case> cases;
  int failures = 0;
  for (const std::string& name : case_names(options.folder)) {
    if (name.find(options.only) == std::string::npos) continue;
    auto c = read_case(read_file(fs::path(options.folder) / (name + ".yaml")), name);
    if (c.ok()) {
      cases.push_back(std::move(*c));
      continue;
    }
    fmt::print("FAILED {} (cannot be read)\n{}", name, to_text(c.problems()));
    ++failures;
  }
  std::vector<std::unique_ptr<Executor>> executors = reference_executors();
  for (auto& e : native_executors(options.seed)) executors.push_back(std::move(e));
  executors.push_back(sql_executor());
  for (const Case& c : cases) {
    for (const auto& e : executors) failures += run_case(c, *e) ? 0 : 1;
  }
  if (options.only.empty()) {
    std::vector<std::string> gaps = check_links(read_file(options.semantics), cases);
    for (std::string& line : check_vocabulary(cases)) gaps.push_back(std::move(line));
    for (const std::string& line : gaps) fmt::print("FAILED {}\n", line);
    failures += static_cast<int>(gaps.size());
  }
  fmt::print("{} cases, {} executors, seed {}: {} failures\n", cases.size(), executors.size(), options.seed, failures);
  return failures == 0 && !cases.empty() ? 0 : 1;
}

}  // namespace
}  // namespace kenko::cases

int main(int argc, char** argv) {
  const auto options = kenko::cases::parse_options({argv + 1, argv + argc});
  if (!options) {
    fmt::print("usage: run_cases FOLDER SEMANTICS.md [--only PART_OF_A_NAME] [--seed N]\n");
    return 2;
  }
  return kenko::cases::run(*options);
}
