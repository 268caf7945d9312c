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
constexpr const char* kPlays = "plays";
constexpr const char* kPlaysFolder = "plays/";
constexpr std::string_view kYaml = ".yaml";
constexpr const char* kShipped = "holidays/";  // and the name of a list: no file of the workspace

// Seed of the lots of hold-outs: the same for all time, so that an account's lot never changes.
constexpr uint64_t kLots = 1;

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
  for (const std::string& name : ports::list_files(workspace.path(kPlays))) {
    if (!name.ends_with(kYaml) || name.starts_with('.')) continue;
    KENKO_TRY(out[kPlaysFolder + name], ports::read_file(workspace.path(kPlaysFolder + name)));
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

Result<ActingSetup> make_setup(const state::RuleFiles& files, const facts::Settings& settings) {
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
  ActingSetup out;
  for (const auto& [name, text] : files) {
    if (name.starts_with(kPlaysFolder)) out.play_files.push_back({name, text});
  }
  auto at_work = std::make_shared<plays::Setup>();
  auto read = plays::read_plays(out.play_files);
  if (read) {
    at_work->plays = std::move(*read);
  } else {
    add(problems, std::move(read).problems());
  }
  if (!problems.empty()) return problems;
  at_work->calendar = setup->calendar;
  at_work->team = setup->team;
  at_work->seed = kLots;
  out.alerts = std::move(setup);
  out.plays = std::move(at_work);
  return out;
}

plays::Known known_to_plays(const alerts::Setup& setup, const model::Model& model) {
  plays::Known out;
  const auto add_bands = [&out](const std::vector<model::Band>& bands) {
    for (const model::Band& b : bands) {
      if (std::find(out.bands.begin(), out.bands.end(), b.name) == out.bands.end()) out.bands.push_back(b.name);
    }
  };
  add_bands(model.bands);
  for (const model::Segment& s : model.segments) out.segments.push_back(s.name);
  for (const model::Segment& s : model.stages) out.stages.push_back(s.name);
  for (const auto* list : {&model.segments, &model.stages}) {
    for (const model::Segment& s : *list) add_bands(s.bands);
  }
  for (const model::Trigger& t : model.triggers) out.triggers.push_back(t.name);
  for (const alerts::Rule& r : setup.rules.rules) out.alerts.push_back(r.name);
  if (!setup.team.empty()) out.roles = setup.team.roles();
  return out;
}

Status watch_rules(const ActingSetup& setup, const facts::Settings& settings, model::Model& model) {
  Problems problems;
  const alerts::Rules& rules = setup.alerts->rules;
  const plays::Known known = known_to_plays(*setup.alerts, model);
  const std::vector<std::string>& triggers = known.triggers;
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
  auto checked = plays::read_plays(setup.play_files, known);
  if (!checked) {
    add(problems, std::move(checked).problems());
  } else {
    for (const plays::Condition& c : checked->conditions())
      model::watch(model, c.name, c.at, *c.document, settings, problems);
  }
  std::erase_if(problems, [](const Problem& p) { return p.severity != Severity::error; });
  if (!problems.empty()) return problems;
  return Done{};
}

Result<RulesReport> check_rules(const Workspace& workspace) {
  KENKO_TRY(const state::RuleFiles files, read_rule_files(workspace));
  if (files.empty())
    return Problem{"no-alerts", {}, "there is no alerts.yaml", "kenko alerts init", "", Severity::error};
  KENKO_TRY(const ActingSetup setup, make_setup(files, workspace.settings));
  RulesReport out;
  out.rules = std::ssize(setup.alerts->rules.rules);
  out.people = std::ssize(setup.alerts->team.people());
  out.regions = std::ssize(setup.alerts->calendar.region_names());
  out.plays = std::ssize(setup.plays->plays.all);
  out.warnings = setup.alerts->rules.warnings;
  if (workspace.settings.model.empty()) return out;
  KENKO_TRY(LoadedModel model, load_model(workspace, ""));
  KENKO_TRY_STATUS(watch_rules(setup, workspace.settings, model.model));
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
