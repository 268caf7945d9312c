#include <fmt/format.h>

#include <memory>

#include "app/acting.h"
#include "app/play_actions.h"
#include "app/task_list.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/output_command.h"
#include "cli/sections_output.h"

namespace kenko::cli {
namespace {

using Act = app::PlayActionRequest::Act;

struct TasksOptions {
  app::TaskFilter filter;
  std::string task, text, comment, by;
};

// Who reads what is to be done now.
struct Begun {
  app::Workspace workspace;
  ChosenClock clock;
  std::unique_ptr<app::Acting> acting;
};
Result<Begun> begin(const Common& common) {
  KENKO_TRY(ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(auto acting, app::replay(workspace, clock.now()));
  if (!acting->enabled && acting->plays.state().accounts.empty()) {
    return Problem{"no-plays",
                   {},
                   "no day was closed with plays so far",
                   "kenko plays init writes plays; the next kenko daily looks at them",
                   "",
                   Severity::error};
  }
  return Begun{std::move(workspace), clock, std::move(acting)};
}

Result<std::string> list_output(const Common& common, const TasksOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const Begun begun, begin(common));
  const Instant now = begun.clock.now();
  KENKO_TRY(const auto shown, app::find_tasks(*begun.acting, options.filter, now));
  report::Section section = app::task_section(*begun.acting, shown, now);
  if (format != report::Format::table) return report::render(section.table, format, terminal());
  if (shown.empty()) {
    return fmt::format("no {}tasks{}\n",
                       options.filter.overdue ? "late "
                       : options.filter.all   ? ""
                                              : "open ",
                       options.filter.owner.empty() ? "" : " of " + options.filter.owner);
  }
  section.table = report::without_empty_columns(std::move(section.table));
  return report::sections_text({section}, terminal());
}

Result<std::string> show_output(const Common& common, const TasksOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const Begun begun, begin(common));
  KENKO_TRY(const app::FoundTask found, app::find_task(*begun.acting, options.task));
  auto page = app::task_page(*begun.acting, found, begun.clock.now(), begun.workspace.settings.time_zone);
  if (format == report::Format::json) return report::sections_json(page.sections);
  if (format == report::Format::csv) return report::render(page.sections[0].table, format, terminal());
  for (report::Section& s : page.sections) s.table = report::without_empty_columns(std::move(s.table));
  std::string out = report::sections_text(page.sections, terminal());
  if (!page.checklist.empty()) out += "\nChecklist\n";
  for (const std::string& item : page.checklist) out += fmt::format("  [ ] {}\n", item);
  if (page.letter) out += fmt::format("\nMessage: {}\n\n{}\n", page.letter->subject, page.letter->text);
  return out;
}

Result<std::string> act_output(const Common& common, const TasksOptions& options, Act act) {
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  app::PlayActionRequest request{options.task, act, options.text, options.comment, ""};
  KENKO_TRY(request.author, author_of(options.by));
  KENKO_TRY(const app::PlayActionDone done, app::act_on_play(workspace, request, clock.now()));
  return fmt::format("{}, {}: {}{}\n", done.account, done.title, done.state,
                     act == Act::assign && !done.who.empty() ? ", " + done.who : "");
}

}  // namespace

void add_tasks_command(CLI::App& app, Common& common, Exit& exit) {
  auto* tasks = app.add_subcommand("tasks", "what people have to do for customers");
  tasks->require_subcommand(1);
  auto o = std::make_shared<TasksOptions>();
  const auto add = [&](const char* name, const char* help, std::function<Result<std::string>()> run) {
    return add_output_command(*tasks, common, exit, name, help, std::move(run));
  };
  auto* list = add("list", "open tasks, the earliest due first", [&common, o] { return list_output(common, *o); });
  list->add_option("--format", common.format, "table, json or csv");
  list->add_option("--owner", o->filter.owner, "those of one person");
  list->add_flag("--team", o->filter.team, "with everybody below the owner");
  list->add_option("--account", o->filter.account, "those of one account");
  list->add_flag("--overdue", o->filter.overdue, "only late ones");
  list->add_flag("--all", o->filter.all, "those that are over, and messages that go out by themselves, too");
  auto* show = add("show", "one task: checklist, message, history", [&common, o] { return show_output(common, *o); });
  show->add_option("--format", common.format, "table, json or csv");
  show->add_option("task", o->task, "its id, or ACCOUNT/STEP")->required();
  const auto add_act = [&](const char* name, const char* help, Act act) {
    auto* command = add(name, help, [&common, o, act] { return act_output(common, *o, act); });
    command->add_option("task", o->task, "its id, or ACCOUNT/STEP")->required();
    command->add_option("--by", o->by, kByHelp);
    command->add_option("--note", o->comment, "in your words");
    return command;
  };
  add_act("done", "it was done", Act::done)->add_option("--outcome", o->text, "what came of it")->required();
  add_act("skip", "it is not done this time", Act::skip)->add_option("--reason", o->text, "why")->required();
  add_act("assign", "give it to somebody", Act::assign)
      ->add_option("--to", o->text, "a person of team.yaml")
      ->required();
}

}  // namespace kenko::cli
