#include <fmt/format.h>

#include <memory>

#include "app/acting.h"
#include "app/acting_rules.h"
#include "app/alert_actions.h"
#include "app/alert_list.h"
#include "base/text.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/output_command.h"
#include "cli/sections_output.h"

namespace kenko::cli {
namespace {

struct AlertsOptions {
  app::AlertFilter filter;
  std::string alert, text, comment, until, by;
};

Problem no_alerts() {
  return {"no-alerts",
          {},
          "no day was closed with alerts so far",
          "kenko alerts init writes alerts.yaml; the next kenko daily looks at it",
          "",
          Severity::error};
}

// Who reads what is open now.
struct Begun {
  app::Workspace workspace;
  ChosenClock clock;
  std::unique_ptr<app::Acting> acting;
};
Result<Begun> begin(const Common& common) {
  KENKO_TRY(ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(auto acting, app::replay(workspace, clock.now()));
  if (!acting->enabled && acting->ledger.alerts().empty()) return no_alerts();
  return Begun{std::move(workspace), clock, std::move(acting)};
}

std::string backlog_line(const app::Acting& acting) {
  int64_t waiting = 0;
  for (const alerts::Alert& a : acting.ledger.alerts()) waiting += a.state == alerts::State::backlog ? 1 : 0;
  if (waiting == 0) return "";
  return fmt::format(
      "{} more in the backlog: they held when alerts (or the model) began; kenko alerts list --backlog\n",
      text::grouped(waiting));
}

Result<std::string> list_output(const Common& common, const AlertsOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const Begun begun, begin(common));
  const app::Acting& acting = *begun.acting;
  KENKO_TRY(std::vector<size_t> shown, app::find_alerts(acting, options.filter));
  const bool hides = !options.filter.backlog && !options.filter.all;
  if (hides) {
    std::erase_if(shown, [&](size_t at) { return acting.ledger.alerts()[at].state == alerts::State::backlog; });
  }
  auto sections = app::alert_sections(acting, shown, begun.workspace.settings.time_zone);
  if (format != report::Format::table) return report::render(sections[0].table, format, terminal());
  std::string out;
  if (shown.empty()) {
    out = fmt::format("no alerts are open on {}\n", acting.last.day.words());
  } else {
    sections[0].table = report::without_empty_columns(std::move(sections[0].table));
    out = report::sections_text(sections, terminal());
  }
  return hides ? out + backlog_line(acting) : out;
}

Result<std::string> show_output(const Common& common, const AlertsOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const Begun begun, begin(common));
  const auto found = begun.acting->ledger.find(options.alert);
  if (!found) {
    return Problem{"no-such-alert",
                   {},
                   fmt::format("there is no alert `{}`", options.alert),
                   "write ACCOUNT/CAUSE or the id: kenko alerts list --all",
                   "",
                   Severity::error};
  }
  auto sections = app::alert_page(*begun.acting, *found, begun.workspace.settings.time_zone);
  if (format == report::Format::json) return report::sections_json(sections);
  if (format == report::Format::csv) return report::render(sections[1].table, format, terminal());
  for (report::Section& s : sections) s.table = report::without_empty_columns(std::move(s.table));
  const std::string& helps = begun.acting->ledger.alerts()[*found].helps;
  return report::sections_text(sections, terminal()) +
         (helps.empty() ? "" : fmt::format("\nWhat usually helps: {}.\n", helps));
}

Result<std::string> act_output(const Common& common, const AlertsOptions& options, alerts::Act act) {
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  app::AlertActionRequest request{options.alert, act, options.text, options.comment, {}, ""};
  if (!options.until.empty()) {
    KENKO_TRY(request.until, day_option("--until", options.until));
  }
  KENKO_TRY(request.author, author_of(options.by));
  KENKO_TRY(const alerts::Alert alert, app::act_on_alert(workspace, request, clock.now()));
  std::string out = fmt::format("{} of {}: {}", alert.cause, alert.subject, word(alert.state));
  if (!alert.resolution.empty()) out += ", " + alert.resolution;
  if (alert.until) out += " until " + alert.until->iso();
  if (!alert.assignee.empty()) out += ", " + alert.assignee;
  return out + "\n";
}

Result<std::string> check_output(const Common& common) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::RulesReport report, app::check_rules(workspace));
  warn(report.warnings);
  return fmt::format("{} alert rules, {} plays, {} people, {} regions: all of it can be used\n", report.rules,
                     report.plays, report.people, report.regions);
}

Result<std::string> init_output(const Common& common) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const std::vector<std::string> written, app::write_rule_templates(workspace));
  if (written.empty()) return std::string("alerts.yaml, calendar.yaml and team.yaml are there already\n");
  return fmt::format("wrote {}; edit them, then: kenko alerts check, and kenko daily\n", text::join(written, ", "));
}

}  // namespace

void add_alerts_command(CLI::App& app, Common& common, Exit& exit) {
  auto* alerts = app.add_subcommand("alerts", "what needs somebody, and what was done about it");
  alerts->require_subcommand(1);
  auto o = std::make_shared<AlertsOptions>();
  const auto add = [&](const char* name, const char* help, std::function<Result<std::string>()> run) {
    return add_output_command(*alerts, common, exit, name, help, std::move(run));
  };
  auto* list = add("list", "open alerts, in the order in which to work on them",
                   [&common, o] { return list_output(common, *o); });
  list->add_option("--format", common.format, "table, json or csv");
  list->add_option("--owner", o->filter.owner, "those of one person");
  list->add_option("--account", o->filter.account, "those of one account");
  list->add_flag("--nobody", o->filter.nobody, "those of accounts without an owner");
  list->add_flag("--backlog", o->filter.backlog, "what held already when alerts began");
  list->add_flag("--all", o->filter.all, "resolved and ended ones, too");
  auto* show = add("show", "one alert and its history", [&common, o] { return show_output(common, *o); });
  show->add_option("--format", common.format, "table, json or csv");
  show->add_option("alert", o->alert, "ACCOUNT/CAUSE, or its id")->required();
  const auto add_act = [&](const char* name, const char* help, alerts::Act act) {
    auto* command = add(name, help, [&common, o, act] { return act_output(common, *o, act); });
    command->add_option("alert", o->alert, "ACCOUNT/CAUSE, or its id")->required();
    command->add_option("--by", o->by, kByHelp);
    return command;
  };
  add_act("ack", "somebody acts on it: nobody else is told", alerts::Act::acknowledge);
  add_act("snooze", "leave it alone until a day", alerts::Act::snooze)
      ->add_option("--until", o->until, "the day on which it comes back")
      ->required();
  auto* resolve = add_act("resolve", "it is done with", alerts::Act::resolve);
  resolve->add_option("--reason", o->text, text::join(alerts::reasons(), ", "))->required();
  resolve->add_option("--note", o->comment, "in your words");
  add_act("reopen", "it is not done with after all", alerts::Act::reopen);
  add_act("assign", "give it to somebody", alerts::Act::assign)
      ->add_option("--to", o->text, "a person of team.yaml")
      ->required();
  add_act("note", "write something down", alerts::Act::note)->add_option("text", o->text, "the words")->required();
  add("check", "are alerts.yaml, calendar.yaml, team.yaml and plays right?",
      [&common] { return check_output(common); });
  add("init", "write alerts.yaml, calendar.yaml and team.yaml to begin with",
      [&common] { return init_output(common); });
}

}  // namespace kenko::cli
