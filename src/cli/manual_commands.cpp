#include <fmt/format.h>

#include <memory>

#include "app/due_input.h"
#include "app/manual.h"
#include "app/system.h"
#include "cli/commands.h"
#include "cli/import_output.h"
#include "cli/manual_output.h"

namespace kenko::cli {
namespace {

struct LogOptions {
  std::string account, event, at, by, user, type, undo;
  std::vector<std::string> fields, set;
  bool list = false, new_account = false;
};

struct OverrideOptions {
  std::string account, by;
  app::TypedOverride typed;
  bool clear = false;
};

struct NoteOptions {
  std::string account, text, until, by;
};

Problem usage(std::string message, std::string hint) {
  return {"bad-option", {}, std::move(message), std::move(hint), "", Severity::error};
}

ManualOutput output_of(const Common& common, const app::Workspace& workspace) {
  return {common.dir == "." ? "kenko" : "kenko -C " + shell_word(common.dir), &workspace.settings, app::now()};
}

// Everything that a command which enters something begins with.
struct Begun {
  app::Workspace workspace;
  report::Format format = report::Format::table;
  std::string author;
};
Result<Begun> begin(const Common& common, const std::string& by) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(std::string author, author_of(by));
  KENKO_TRY(app::Workspace workspace, app::open_workspace(common.dir));
  return Begun{std::move(workspace), format, std::move(author)};
}

Exit show(const Common& common, const Begun& begun, const Result<app::ManualReport>& report) {
  if (!report) return fail(report.problems());
  warn(report->warnings);
  if (begun.format != report::Format::table) {
    return deliver(common,
                   report::render(entries_table(report->entries, begun.workspace.settings), begun.format, terminal()));
  }
  return deliver(common, entered_text(*report, output_of(common, begun.workspace)));
}

Exit run_undo(const Common& common, const LogOptions& options) {
  const auto begun = begin(common, options.by);
  if (!begun) return fail(begun.problems());
  const auto report = app::undo_entry(begun->workspace, options.undo, begun->author, clock());
  if (!report) return fail(report.problems());
  if (begun->format != report::Format::table) {
    const std::vector<state::Entry> entries{report->undo, report->target};
    return deliver(common,
                   report::render(entries_table(entries, begun->workspace.settings), begun->format, terminal()));
  }
  return deliver(common, undone_text(*report, output_of(common, begun->workspace)));
}

Exit run_list(const Common& common, const LogOptions& options) {
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto entries = app::list_entries(*workspace, options.account);
  if (!entries) return fail(entries.problems());
  if (entries->empty() && *format == report::Format::table) {
    return deliver(common, "nothing was entered by hand so far; kenko log ACCOUNT EVENT enters something\n");
  }
  return deliver(common, report::render(entries_table(*entries, workspace->settings), *format, terminal()));
}

// What does not go together, or is missing.
Problems check_log(const LogOptions& o) {
  Problems problems;
  const auto wrong = [&](std::string message, std::string hint) {
    problems.push_back(usage(std::move(message), std::move(hint)));
  };
  const bool entering = !o.event.empty() || !o.fields.empty() || !o.set.empty() || !o.at.empty() || !o.user.empty();
  if (!o.undo.empty() && (entering || o.list || !o.account.empty())) {
    wrong("--undo takes nothing but the id of an entry", "kenko log --undo m12");
  } else if (o.list && entering) {
    wrong("--list enters nothing", "kenko log --list, or kenko log --list ACCOUNT");
  }
  if (!o.undo.empty() || o.list) return problems;
  if (o.account.empty()) {
    wrong("no account is named", "kenko log ACCOUNT EVENT [key=value ...]; --list shows what was entered");
  } else if (o.event.empty() && o.set.empty()) {
    wrong(fmt::format("what happened with {} is missing", o.account),
          "kenko log ACCOUNT EVENT [key=value ...], or kenko log ACCOUNT --set key=value");
  } else if (!o.event.empty() && !o.set.empty()) {
    wrong("an event and --set are two things", "enter one after the other");
  }
  if (!o.set.empty() && !o.user.empty()) wrong("--user belongs to an event, not to --set", "leave it out");
  if (o.set.empty() && !o.type.empty()) wrong("--type belongs to --set", "properties of events need no type");
  return problems;
}

Exit run_log(const Common& common, const LogOptions& options) {
  if (const Problems problems = check_log(options); !problems.empty()) return fail(problems);
  if (!options.undo.empty()) return run_undo(common, options);
  if (options.list) return run_list(common, options);
  const auto begun = begin(common, options.by);
  if (!begun) return fail(begun.problems());
  const app::ManualAccount who{options.account, options.new_account, begun->author};
  if (!options.set.empty()) {
    return show(common, *begun,
                app::log_attributes(begun->workspace, who, options.set, options.type, options.at, clock()));
  }
  return show(
      common, *begun,
      app::log_event(begun->workspace, who, {options.event, options.fields, options.at, options.user}, clock()));
}

Exit run_override(const Common& common, const OverrideOptions& options) {
  const app::TypedOverride& t = options.typed;
  if (options.clear && !(t.value + t.floor + t.ceiling + t.until + t.model).empty()) {
    return fail({usage("--clear ends the override and sets nothing", "give --clear and --reason alone")});
  }
  const auto begun = begin(common, options.by);
  if (!begun) return fail(begun.problems());
  const app::ManualAccount who{options.account, false, begun->author};
  return show(common, *begun,
              options.clear ? app::clear_override(begun->workspace, who, t.reason, clock())
                            : app::set_override(begun->workspace, who, t, clock()));
}

Exit run_note(const Common& common, const NoteOptions& options) {
  const auto begun = begin(common, options.by);
  if (!begun) return fail(begun.problems());
  const app::ManualAccount who{options.account, false, begun->author};
  return show(common, *begun, app::add_note(begun->workspace, who, options.text, options.until, clock()));
}

Exit run_due(const Common& common, const std::string& owner) {
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  app::ScoringRequest request{common.model, {}, {}, common.threads};
  if (!common.as_of.empty()) {
    const auto day = day_option("--as-of", common.as_of);
    if (!day) return fail(day.problems());
    request.as_of = *day;
  }
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto scoring = app::Scoring::open(*workspace, request, app::now());
  if (!scoring) return fail(scoring.problems());
  warn((*scoring)->model().warnings);
  const auto due = app::find_due_input(**scoring, owner);
  if (!due) return fail(due.problems());
  const ManualOutput out = output_of(common, *workspace);
  if (*format == report::Format::table) return deliver(common, due_text(*due, out, terminal()));
  return deliver(common, report::render(due_table(*due, out), *format, terminal()));
}

void add_log(CLI::App& app, Common& common, Exit& exit) {
  auto* log = app.add_subcommand("log", "enter by hand what happened, or what an account is");
  auto o = std::make_shared<LogOptions>();
  log->add_option("account", o->account, "id or name");
  log->add_option("event", o->event, "what happened: meeting.held, pulse.set, any name");
  log->add_option("fields", o->fields, "key=value ...: value, currency and text are the event's, others properties");
  log->add_option("--set", o->set, "key=value: an attribute of the account; may be repeated")->allow_extra_args(false);
  log->add_option("--type", o->type, "with --set, of a new attribute: number, text, flag, day or money");
  log->add_option("--at", o->at, "when: 2026-11-20 or 2026-11-20T14:30; default: now");
  log->add_option("--user", o->user, "the contact whom the event is of");
  log->add_option("--by", o->by, kByHelp);
  log->add_flag("--new-account", o->new_account, "the account is not there yet");
  log->add_flag("--list", o->list, "show what was entered, of all accounts or of one");
  log->add_option("--undo", o->undo, "take back the entry of this id (m12), or take back an undo");
  log->add_option("--format", common.format, "table, json or csv");
  log->add_option("--out", common.out, "write to this file");
  log->callback([&, o] { exit = run_log(common, *o); });
}

void add_override(CLI::App& app, Common& common, Exit& exit) {
  auto* command = app.add_subcommand("override", "set, hold up or hold down a score for a while, with a reason");
  auto o = std::make_shared<OverrideOptions>();
  command->add_option("account", o->account, "id or name")->required();
  command->add_option("--value", o->typed.value, "the score is this");
  command->add_option("--floor", o->typed.floor, "the score is at least this");
  command->add_option("--ceiling", o->typed.ceiling, "the score is at most this");
  command->add_option("--until", o->typed.until, "the first day without it");
  command->add_option("--reason", o->typed.reason, "what the numbers do not show");
  command->add_option("--model", o->typed.model, "in this model alone");
  command->add_option("--by", o->by, kByHelp);
  command->add_flag("--clear", o->clear, "end the override today");
  command->add_option("--format", common.format, "table, json or csv");
  command->callback([&, o] { exit = run_override(common, *o); });
}

}  // namespace

void add_manual_commands(CLI::App& app, Common& common, Exit& exit) {
  add_log(app, common, exit);
  add_override(app, common, exit);

  auto* note = app.add_subcommand("note", "write down something about an account that everybody should see");
  auto note_options = std::make_shared<NoteOptions>();
  note->add_option("account", note_options->account, "id or name")->required();
  note->add_option("text", note_options->text, "the note")->required();
  note->add_option("--until", note_options->until, "the first day without it; default: for ever");
  note->add_option("--by", note_options->by, kByHelp);
  note->add_option("--format", common.format, "table, json or csv");
  note->callback([&, note_options] { exit = run_note(common, *note_options); });

  auto* due = app.add_subcommand("due-input", "what the model needs to hear from people, by owner");
  auto owner = std::make_shared<std::string>();
  due->add_option("--owner", *owner, "only the accounts of this owner");
  due->add_option("--model", common.model, "a model of models/ or a path; default: the active one");
  due->add_option("--as-of", common.as_of, "the day, 2026-11-20; default: the last closed day with facts");
  due->add_option("--format", common.format, "table, json or csv");
  due->add_option("--out", common.out, "write to this file");
  due->add_option("--threads", common.threads, "default: all cores");
  due->callback([&, owner] { exit = run_due(common, *owner); });
}

}  // namespace kenko::cli
