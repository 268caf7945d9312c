#include "app/acting_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/scoring.h"
#include "app/shipped_calendars.h"
#include "base/text.h"
#include "calendar/read_calendar.h"
#include "model/watch.h"
#include "ports/files.h"
#include "team/read_team.h"

namespace kenko::app {
namespace {

constexpr const char* kAlerts = "alerts.yaml";
constexpr const char* kCalendar = "calendar.yaml";
constexpr const char* kTeam = "team.yaml";
constexpr const char* kShipped = "holidays/";  // and the name of a list: no file of the workspace

void add(Problems& all, Problems more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

const std::string* find(const state::RuleFiles& files, const char* name) {
  const auto found = files.find(name);
  return found == files.end() ? nullptr : &found->second;
}

}  // namespace

Result<state::RuleFiles> read_rule_files(const Workspace& workspace) {
  state::RuleFiles out;
  if (!ports::file_exists(workspace.path(kAlerts))) return out;
  for (const char* name : {kAlerts, kCalendar, kTeam}) {
    if (!ports::file_exists(workspace.path(name))) continue;
    KENKO_TRY(out[name], ports::read_file(workspace.path(name)));
  }
  // What is kept with a closed day means the same under a later version with other lists.
  for (const auto& [name, text] : shipped_calendars()) {
    if (out.contains(kCalendar)) out[kShipped + std::string(name)] = text;
  }
  return out;
}

Hash128 fingerprint_of(const state::RuleFiles& files) {
  PartsHash hash;
  for (const auto& [name, text] : files) hash.add(name).add(text);
  return hash.hash();
}

Result<std::shared_ptr<const alerts::Setup>> make_setup(const state::RuleFiles& files,
                                                        const facts::Settings& settings) {
  Problems problems;
  auto setup = std::make_shared<alerts::Setup>();
  setup->calendar = calendar::WorkCalendar(settings.time_zone);
  if (const std::string* text = find(files, kCalendar)) {
    std::vector<calendar::ShippedList> lists;
    for (const auto& [name, list] : files) {
      if (name.starts_with(kShipped)) lists.push_back({name.substr(std::string_view(kShipped).size()), list});
    }
    auto read = calendar::read_calendar(*text, kCalendar, settings.time_zone, lists);
    if (read) {
      setup->calendar = std::move(*read);
    } else {
      add(problems, std::move(read).problems());
    }
  }
  if (const std::string* text = find(files, kTeam)) {
    auto read = team::read_team(*text, kTeam, setup->calendar);
    if (read) {
      setup->team = std::move(*read);
    } else {
      add(problems, std::move(read).problems());
    }
  }
  if (const std::string* text = find(files, kAlerts)) {
    auto read = alerts::read_rules(*text, kAlerts);
    if (read) {
      setup->rules = std::move(*read);
    } else {
      add(problems, std::move(read).problems());
    }
  }
  if (!problems.empty()) return problems;
  return std::shared_ptr<const alerts::Setup>(std::move(setup));
}

Status watch_rules(const alerts::Rules& rules, const facts::Settings& settings, model::Model& model) {
  Problems problems;
  std::vector<std::string> triggers;
  for (const model::Trigger& t : model.triggers) triggers.push_back(t.name);
  for (const alerts::Rule& r : rules.rules) {
    if (r.kind == alerts::Kind::condition)
      model::watch(model, r.name, r.expression_at, rules.document, settings, problems);
    if (r.kind != alerts::Kind::trigger || std::find(triggers.begin(), triggers.end(), r.trigger) != triggers.end())
      continue;
    problems.push_back(rules.document.problem(
        r.at, "unknown-trigger", fmt::format("model {} has no trigger `{}`", model.name, r.trigger),
        triggers.empty() ? "it has none at all" : text::did_you_mean(r.trigger, triggers)));
  }
  if (!rules.contacted.empty()) {
    model::watch(model, std::string(alerts::kContacted), rules.contacted_at, rules.document, settings, problems);
  }
  std::erase_if(problems, [](const Problem& p) { return p.severity != Severity::error; });
  if (!problems.empty()) return problems;
  return Done{};
}

Result<RulesReport> check_rules(const Workspace& workspace) {
  KENKO_TRY(const state::RuleFiles files, read_rule_files(workspace));
  if (files.empty())
    return Problem{"no-alerts", {}, "there is no alerts.yaml", "kenko alerts init", "", Severity::error};
  KENKO_TRY(const auto setup, make_setup(files, workspace.settings));
  RulesReport out;
  out.rules = std::ssize(setup->rules.rules);
  out.people = std::ssize(setup->team.people());
  out.regions = std::ssize(setup->calendar.region_names());
  out.warnings = setup->rules.warnings;
  if (workspace.settings.model.empty()) return out;
  KENKO_TRY(LoadedModel model, load_model(workspace, ""));
  KENKO_TRY_STATUS(watch_rules(setup->rules, workspace.settings, model.model));
  return out;
}

Result<std::vector<std::string>> write_rule_templates(const Workspace& workspace) {
  std::vector<std::string> out;
  for (const auto& [name, text] : rule_templates()) {
    const std::string path = workspace.path(name);
    if (ports::file_exists(path)) continue;
    KENKO_TRY_STATUS(ports::write_file(path, {text}));
    out.emplace_back(name);
  }
  return out;
}

}  // namespace kenko::app
