#include <fmt/format.h>

#include <memory>

#include "app/play_actions.h"
#include "app/play_pages.h"
#include "base/text.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/import_output.h"
#include "cli/output_command.h"
#include "cli/sections_output.h"

namespace kenko::cli {
namespace {

struct PlaysOptions {
  app::PlayPageRequest request;
  std::string hold_out, enrolment, reason, comment, by;
};

// Titles, tables and how to read them; a table without rows is left out.
std::string sections_words(std::vector<report::Section> sections) {
  std::erase_if(sections, [](const report::Section& s) { return s.table.rows.empty(); });
  for (report::Section& s : sections) s.table = report::without_empty_columns(std::move(s.table));
  return report::sections_text(sections, terminal());
}

Result<std::string> list_output(const Common& common) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const report::Section section, app::play_list(workspace, clock.now()));
  if (format != report::Format::table) return report::render(section.table, format, terminal());
  return sections_words({section});
}

Result<std::string> show_output(const Common& common, const PlaysOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  app::PlayPageRequest request = options.request;
  if (!options.hold_out.empty()) {
    KENKO_TRY(request.hold_out, share_option("--hold-out", options.hold_out, "top parents"));
    if (*request.hold_out > 0.5) return bad_option("--hold-out is at most 50%");
  }
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const auto sections, app::play_page(workspace, request, clock.now()));
  if (format == report::Format::json) return report::sections_json(sections);
  if (format == report::Format::csv) return report::render(sections[0].table, format, terminal());
  return sections_words(sections);
}

Result<std::string> report_output(const Common& common, const PlaysOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const report::Section section, app::play_effects(workspace, options.request, clock.now()));
  if (format != report::Format::table) return report::render(section.table, format, terminal());
  return sections_words({section});
}

Result<std::string> stop_output(const Common& common, const PlaysOptions& options) {
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  app::PlayActionRequest request{options.enrolment, app::PlayActionRequest::Act::stop, options.reason, options.comment,
                                 ""};
  KENKO_TRY(request.author, author_of(options.by));
  KENKO_TRY(const app::PlayActionDone done, app::act_on_play(workspace, request, clock.now()));
  return fmt::format("{}, {}: stopped\n", done.account, done.title);
}

Result<std::string> init_output(const Common& common) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::WrittenPlays done, app::write_shipped_plays(workspace, share_dir()));
  warn(done.left_out);
  std::string out;
  if (!done.written.empty())
    out =
        fmt::format("wrote {}; edit them, then: kenko alerts check, and kenko daily\n", text::join(done.written, ", "));
  if (!done.there.empty()) out += fmt::format("there already: {}\n", text::join(done.there, ", "));
  return out.empty() ? "nothing was written\n" : out;
}

}  // namespace

void add_plays_command(CLI::App& app, Common& common, Exit& exit) {
  auto* plays = app.add_subcommand("plays", "what is done for customers in a certain state, and what it did");
  plays->require_subcommand(1);
  auto o = std::make_shared<PlaysOptions>();
  const auto add = [&](const char* name, const char* help, std::function<Result<std::string>()> run) {
    return add_output_command(*plays, common, exit, name, help, std::move(run));
  };
  auto* list = add("list", "all plays, the most urgent first", [&common] { return list_output(common); });
  list->add_option("--format", common.format, "table, json or csv");
  const auto within = [o](CLI::App* command) {
    command->add_option("--within", o->request.horizon_days, "days in which outcomes are looked for; default: 90")
        ->check(CLI::Range(1, 3660));
  };
  auto* show = add("show", "its steps, who is in it, and the smallest effect that a hold-out would find",
                   [&common, o] { return show_output(common, *o); });
  show->add_option("--format", common.format, "table, json or csv");
  show->add_option("play", o->request.play, "its name")->required();
  show->add_option("--hold-out", o->hold_out, "look ahead for this share; default: the play's, else 20%");
  within(show);
  auto* report =
      add("report", "what plays did to score, churn and ARR", [&common, o] { return report_output(common, *o); });
  report->add_option("--format", common.format, "table, json or csv");
  report->add_option("play", o->request.play, "one play; default: all");
  within(report);
  auto* stop = add("stop", "end a play for an account", [&common, o] { return stop_output(common, *o); });
  stop->add_option("enrolment", o->enrolment, "its id, or ACCOUNT/PLAY")->required();
  stop->add_option("--reason", o->reason, "why")->required();
  stop->add_option("--note", o->comment, "in your words");
  stop->add_option("--by", o->by, kByHelp);
  add("init", "write the shipped plays that the model can use", [&common] { return init_output(common); });
}

}  // namespace kenko::cli
