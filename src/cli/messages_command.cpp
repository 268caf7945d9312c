#include <fmt/format.h>

#include <memory>

#include "app/deliver.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/environment_secrets.h"
#include "cli/messages_output.h"
#include "notify/curl_transport.h"

namespace kenko::cli {
namespace {

constexpr int64_t kShown = 50;

struct MessagesOptions {
  std::string what;
  bool dead = false, waiting = false, dry_run = false, later = false;
  int64_t limit = kShown, timeout = 0;
};

Problem usage(std::string message, std::string hint) {
  return {"bad-option", {}, std::move(message), std::move(hint), "", Severity::error};
}

// What every one of the commands begins with.
struct Begun {
  app::Workspace workspace;
  report::Format format = report::Format::table;
  ChosenClock clock;
};
Result<Begun> begin(const Common& common) {
  KENKO_TRY(const report::Format format, format_of(common));
  KENKO_TRY(ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(app::Workspace workspace, app::open_workspace(common.dir));
  return Begun{std::move(workspace), format, clock};
}

Exit run_list(const Common& common, const MessagesOptions& options) {
  const auto begun = begin(common);
  if (!begun) return fail(begun.problems());
  auto outbox = app::open_outbox(begun->workspace);
  if (!outbox) return fail(outbox.problems());
  std::vector<state::OutboxMessage> messages;
  std::vector<state::SwitchedOff> off;
  if (*outbox) {
    std::vector<state::MessageState> states;
    if (options.dead) states.push_back(state::MessageState::dead);
    if (options.waiting) {
      states.push_back(state::MessageState::waiting);
      states.push_back(state::MessageState::sending);
    }
    auto found = (*outbox)->list(states, options.limit);
    if (!found) return fail(found.problems());
    auto switched_off = (*outbox)->switched_off();
    if (!switched_off) return fail(switched_off.problems());
    messages = std::move(*found);
    off = std::move(*switched_off);
  }
  if (messages.empty() && begun->format == report::Format::table) {
    return deliver(common, options.dead || options.waiting ? "there are none\n" : "there are no messages so far\n");
  }
  const TimeZone& zone = begun->workspace.settings.time_zone;
  return deliver(common, report::render(messages_table(messages, off, zone), begun->format, terminal()));
}

Exit run_show(const Common& common, const MessagesOptions& options) {
  const auto begun = begin(common);
  if (!begun) return fail(begun.problems());
  auto outbox = state::Outbox::open(begun->workspace.dir);
  if (!outbox) return fail(outbox.problems());
  const auto message = outbox->find(options.what);
  if (!message) return fail(message.problems());
  const TimeZone& zone = begun->workspace.settings.time_zone;
  if (begun->format != report::Format::table) {
    return deliver(common, report::render(messages_table({*message}, {}, zone), begun->format, terminal()));
  }
  const auto attempts = outbox->attempts(message->message.id);
  if (!attempts) return fail(attempts.problems());
  return deliver(common, message_text(*message, *attempts, zone));
}

// Sends, says what came of it, and tells a script when somebody has to look.
Exit send(const Common& common, const Begun& begun, const MessagesOptions& options, const std::string& only) {
  constexpr int64_t kLongest = 600, kMillis = 1000;
  if (options.timeout < 0 || options.timeout > kLongest) {
    return fail({usage("--timeout is a number of seconds, 1 to 600", "")});
  }
  notify::TransportLimits limits;
  if (options.timeout > 0) limits.post_ms = limits.mail_ms = options.timeout * kMillis;
  notify::CurlTransport transport(limits);
  const app::Postman postman{begun.clock, transport, secrets_of(begun.workspace)};
  const auto report = app::deliver_due(begun.workspace, postman, {options.dry_run, only});
  if (!report) return fail(report.problems());
  warn(report->problems);
  const TimeZone& zone = begun.workspace.settings.time_zone;
  std::string out;
  if (begun.format != report::Format::table) {
    out = report::render(deliveries_table(*report, zone), begun.format, terminal());
  } else {
    if (options.dry_run) out = dry_text(*report);
    if (!options.dry_run && !report->lines.empty()) {
      out = report::to_text(deliveries_table(*report, zone), terminal()) + "\n";
    }
    out += summary_text(*report, zone);
  }
  const Exit delivered = deliver(common, out);
  // Who asks for one message wants it to arrive now.
  const bool failed = report->needs_person() || (!only.empty() && report->count(app::Delivery::sent) == 0);
  return delivered == Exit::ok && failed ? Exit::failed : delivered;
}

Exit run_send(const Common& common, const MessagesOptions& options) {
  const auto begun = begin(common);
  if (!begun) return fail(begun.problems());
  return send(common, *begun, options, "");
}

Exit run_test(const Common& common, const MessagesOptions& options) {
  const auto begun = begin(common);
  if (!begun) return fail(begun.problems());
  const auto message = app::add_test_message(begun->workspace, options.what, begun->clock.now());
  if (!message) return fail(message.problems());
  if (!options.later) return send(common, *begun, options, message->id);
  if (begun->format == report::Format::table) {
    return deliver(common, fmt::format("{} waits; `kenko messages send` sends it\n", message->id));
  }
  state::OutboxMessage row;
  row.message = *message;
  row.due = message->created;
  const TimeZone& zone = begun->workspace.settings.time_zone;
  return deliver(common, report::render(messages_table({row}, {}, zone), begun->format, terminal()));
}

Exit run_redeliver(const Common& common, const MessagesOptions& options) {
  const auto begun = begin(common);
  if (!begun) return fail(begun.problems());
  const auto message = app::redeliver(begun->workspace, options.what, begun->clock.now());
  if (!message) return fail(message.problems());
  const TimeZone& zone = begun->workspace.settings.time_zone;
  if (begun->format != report::Format::table) {
    return deliver(common, report::render(messages_table({*message}, {}, zone), begun->format, terminal()));
  }
  return deliver(common, fmt::format("{} is due again; `kenko messages send` sends it\n", message->message.id));
}

Exit run_enable(const Common& common, const MessagesOptions& options) {
  const auto begun = begin(common);
  if (!begun) return fail(begun.problems());
  const auto was_off = app::enable_channel(begun->workspace, options.what);
  if (!was_off) return fail(was_off.problems());
  return deliver(common, *was_off ? fmt::format("{} is switched on; what waited for it is due\n", options.what)
                                  : fmt::format("{} was not switched off\n", options.what));
}

}  // namespace

void add_messages_command(CLI::App& app, Common& common, Exit& exit) {
  auto* messages =
      app.add_subcommand("messages", "what is told to people and programs: send it, see what became of it");
  messages->require_subcommand(1);
  auto o = std::make_shared<MessagesOptions>();
  const auto add = [&, o](const char* name, const char* help, Exit (*run)(const Common&, const MessagesOptions&)) {
    auto* command = messages->add_subcommand(name, help);
    command->add_option("--format", common.format, "table, json or csv");
    command->add_option("--out", common.out, "write to this file");
    command->callback([&common, &exit, o, run] { exit = run(common, *o); });
    return command;
  };
  auto* list = add("list", "the outbox, the newest first", run_list);
  list->add_flag("--dead", o->dead, "those that were given up");
  list->add_flag("--waiting", o->waiting, "those that are still to be sent");
  list->add_option("--limit", o->limit, "at most so many; 0 shows all; default: 50");
  add("show", "one message and its tries", run_show)->add_option("id", o->what, "its id, or how it begins")->required();
  auto* sending = add("send", "send what is due; exit status 1 when a person has to look", run_send);
  sending->add_flag("--dry-run", o->dry_run, "print what would be sent; send nothing");
  sending->add_option("--timeout", o->timeout, "seconds that one try may take; default: 30, for mail 60");
  auto* test = add("test", "send a test message", run_test);
  test->add_option("to", o->what, "a channel of channels.yaml, an address, or somebody of team.yaml")->required();
  test->add_option("--timeout", o->timeout, "seconds that it may take; default: 30, for mail 60");
  test->add_flag("--later", o->later, "leave it in the outbox for `kenko messages send`");
  add("redeliver", "send a message again that was given up or sent", run_redeliver)
      ->add_option("id", o->what, "its id, or how it begins")
      ->required();
  add("enable", "switch an endpoint on again that wanted nothing any more", run_enable)
      ->add_option("channel", o->what, "its name in channels.yaml")
      ->required();
}

}  // namespace kenko::cli
