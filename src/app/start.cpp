#include "app/start.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "app/clock.h"
#include "app/init.h"
#include "app/portfolio.h"
#include "app/scoring.h"
#include "app/starter_model.h"
#include "app/suggest.h"
#include "base/text.h"
#include "mapping/read_mapping.h"
#include "ports/files.h"
#include "readers/inputs.h"

namespace kenko::app {
namespace {

constexpr const char* kModel = "starter";

// Files with the same columns, in the order of the first of each.
Result<std::vector<StartGroup>> group_files(const std::vector<std::string>& inputs) {
  KENKO_TRY(const std::vector<std::string> files, readers::expand_inputs(inputs));
  std::vector<StartGroup> groups;
  std::map<std::string, size_t> by_columns;
  Problems problems;
  for (const std::string& file : files) {
    auto suggestion = suggest(file);
    if (!suggestion) {
      problems.insert(problems.end(), suggestion.problems().begin(), suggestion.problems().end());
      continue;
    }
    const std::string key = text::join(suggestion->columns, "\n");
    const auto [at, is_new] = by_columns.emplace(key, groups.size());
    if (is_new) {
      StartGroup group;
      group.own_columns = suggestion->own_columns;
      group.mapping = suggestion->mapping;
      groups.push_back(std::move(group));
    }
    groups[at->second].files.push_back(file);
  }
  if (!problems.empty()) return problems;
  return groups;
}

// Two kinds of files with the same name (a/orders.csv, b/orders.csv) are two sources: the second one gets a number.
Status name_sources(std::vector<StartGroup>& groups) {
  std::set<std::string> taken;
  for (StartGroup& group : groups) {
    if (group.own_columns) continue;
    KENKO_TRY(const mapping::Mapping guessed, mapping::read_mapping(group.mapping, "the guessed mapping"));
    group.source = guessed.source;
    for (int number = 2; !taken.insert(group.source).second; ++number) {
      group.source = fmt::format("{}-{}", guessed.source, number);
    }
    const std::string line = "\nsource: " + guessed.source;
    const size_t at = group.mapping.find(line);
    if (at != std::string::npos) group.mapping.replace(at, line.size(), "\nsource: " + group.source);
  }
  return Done{};
}

// Writes the guessed mapping where a person will look for it; a file of that name that was edited is left alone.
Status write_mapping(const std::string& dir, StartGroup& group) {
  if (group.own_columns) return Done{};
  group.mapping_file = dir + "/mappings/" + group.source + ".yaml";
  if (ports::file_exists(group.mapping_file)) {
    KENKO_TRY(group.mapping, ports::read_file(group.mapping_file));
    return Done{};
  }
  KENKO_TRY_STATUS(ports::make_folder(dir + "/mappings"));
  return ports::write_file(group.mapping_file, {group.mapping});
}

Status import_group(const std::string& dir, const StartRequest& request, const ports::Clock& clock, StartGroup& group) {
  KENKO_TRY(const Workspace workspace, open_workspace(dir));
  ImportRequest import;
  import.inputs = group.files;
  import.mapping_file = group.mapping_file;
  import.as_of = request.as_of ? request.as_of : last_closed_day(clock.now(), workspace.settings);
  import.command = "start";
  if (!group.own_columns) {
    KENKO_TRY(const mapping::Mapping mapping, mapping::read_mapping(group.mapping, group.mapping_file));
    const bool snapshot = std::any_of(group.files.begin(), group.files.end(),
                                      [&](const std::string& file) { return mapping::needs_as_of(mapping, file); });
    if (snapshot) group.as_of = import.as_of;
  }
  KENKO_TRY(group.imported, import_files(workspace, import, clock));
  return Done{};
}

// The column that a guessed mapping takes for the customer although its name does not say so; empty = none.
std::string doubtful_customer(const StartGroup& group) {
  if (group.own_columns || group.mapping.find("a guess: no column looks like a customer") == std::string::npos)
    return "";
  const auto guessed = mapping::read_mapping(group.mapping, group.mapping_file);
  if (!guessed || guessed->rules.empty()) return "";
  const mapping::Rule& rule = guessed->rules.front();
  const mapping::Cell& cell = rule.kind == mapping::RuleKind::event ? rule.event.account : rule.attributes.entity;
  return cell.pieces.empty() ? "" : cell.pieces.front().text;
}

void add_missing(const StartGroup& group, std::vector<std::string>& missing) {
  if (const std::string column = doubtful_customer(group); !column.empty()) {
    missing.push_back(fmt::format(
        "no column of {} looks like a customer; `{}` was taken for one: if that is wrong, mend `account:` in {}",
        std::filesystem::path(group.files.front()).filename().string(), column, group.mapping_file));
  }
  for (const auto& [code, count] : group.imported.rejects) {
    missing.push_back(fmt::format("{} rows gave nothing: {} (kenko rejects list)", text::grouped(count), code));
  }
  if (group.imported.unmatched_events.value_or(0) > 0) {
    missing.push_back(fmt::format("{} events belong to no known account (kenko status)",
                                  text::grouped(*group.imported.unmatched_events)));
  }
  for (const ImportReport::File& file : group.imported.files) {
    for (const Problem& p : file.problems)
      missing.push_back(fmt::format("{} was not imported: {}", file.counts.path, p.message));
  }
}

}  // namespace

Result<StartReport> start(const StartRequest& request, const ports::Clock& clock) {
  StartReport report;
  KENKO_TRY(report.groups, group_files(request.inputs));
  KENKO_TRY_STATUS(name_sources(report.groups));
  std::error_code ignored;
  report.dir = std::filesystem::absolute(request.dir, ignored).lexically_normal().string();
  if (!ports::file_exists(report.dir + "/" + kSettingsFile)) {
    InitRequest init;
    init.dir = request.dir;
    init.time_zone = request.time_zone;
    init.currency = request.currency;
    init.model = kModel;
    KENKO_TRY(const InitReport made, init_workspace(init));
    report.dir = made.dir;
    report.made_workspace = true;
  }
  for (StartGroup& group : report.groups) {
    KENKO_TRY_STATUS(write_mapping(report.dir, group));
    KENKO_TRY_STATUS(import_group(report.dir, request, clock, group));
    if (group.source.empty() && !group.imported.sources.empty()) group.source = group.imported.sources.front();
    add_missing(group, report.missing);
  }
  KENKO_TRY(const Workspace workspace, open_workspace(report.dir));
  KENKO_TRY(auto state, open_state(report.dir));
  if (!state) return report;
  KENKO_TRY(const facts::Portfolio portfolio, load_portfolio(report.dir, *state, workspace.settings));
  const Day as_of = default_as_of(clock.now(), workspace.settings, portfolio.newest_day);
  KENKO_TRY(const auto model, starter_model(portfolio, kModel, as_of));
  if (!model) {
    report.missing.push_back(
        "no dated events came, only states: a score needs something that customers do, with a time");
    return report;
  }
  report.model_file = report.dir + "/models/" + kModel + ".yaml";
  if (!ports::file_exists(report.model_file)) KENKO_TRY_STATUS(ports::write_file(report.model_file, {*model}));
  return report;
}

}  // namespace kenko::app
