#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "app/daily.h"
#include "app/deliver.h"
#include "app/write_back.h"
#include "base/text.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/environment_secrets.h"
#include "cli/program.h"
#include "notify/curl_transport.h"

namespace kenko::cli {
namespace {

struct DailyOptions {
  bool dry_run = false, no_send = false;
};

std::string counted(int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", text::grouped(count), count == 1 ? one : many);
}

std::string imported_line(const app::DailyReport& r) {
  if (r.files == 0 && r.unchanged == 0 && r.imports.empty()) return "imported  nothing: daily.yaml names no files\n";
  return fmt::format("imported  {}: {} new, {} corrected, {} rejected; {} unchanged\n",
                     counted(r.files, "file", "files"), text::grouped(r.added), text::grouped(r.corrected),
                     text::grouped(r.rejected), text::grouped(r.unchanged));
}

std::string closed_line(const app::CloseReport& r) {
  if (r.days.empty()) {
    return r.last_closed ? fmt::format("closed    nothing: {} is closed, no later day is due\n", r.last_closed->words())
                         : "closed    nothing\n";
  }
  int64_t moved = 0;
  for (const app::DayReport& d : r.days) moved += d.bands_moved;
  const Day first = r.days.front().day.day, last = r.days.back().day.day;
  return fmt::format("closed    {}; {}, model {}\n",
                     first == last ? first.words() : fmt::format("{} to {}", first.words(), last.words()),
                     counted(moved, "band moved", "bands moved"), r.model);
}

std::string alerts_lines(const app::DailyReport& r) {
  if (!r.enabled) return "alerts    off: kenko alerts init\n";
  std::string out = fmt::format("alerts    {} opened, {} escalated, {} ended", r.opened, r.escalated, r.ended);
  if (r.listed > 0) out += fmt::format(", {} into the backlog", r.listed);
  out += fmt::format("\nopen      {}, {} in the backlog", text::grouped(r.open), text::grouped(r.backlog));
  if (r.nobody > 0) out += fmt::format("; {} without anybody to act: kenko alerts list --nobody", r.nobody);
  if (r.feeds > 0) out += fmt::format("; {} silent", counted(r.feeds, "feed is", "feeds are"));
  return out + "\n";
}

std::string plays_line(const app::DailyReport& r) {
  if (!r.plays && r.plays_begun + r.plays_ended + r.tasks_open == 0) return "";
  return fmt::format("plays     {} begun, {} ended; tasks: {} new, {} became late, {} open\n", r.plays_begun,
                     r.plays_ended, r.tasks_created, r.tasks_late, text::grouped(r.tasks_open));
}

std::string told_line(const app::DailyReport& r, const app::DeliverReport& sent) {
  std::string out = fmt::format("told      {} into the outbox", counted(std::ssize(r.messages), "message", "messages"));
  out += fmt::format("; {} sent", sent.count(app::Delivery::sent));
  const int64_t later = sent.count(app::Delivery::later) + sent.count(app::Delivery::put_off);
  if (later > 0) out += fmt::format(", {} later", later);
  if (const int64_t dead = sent.count(app::Delivery::dead); dead > 0) out += fmt::format(", {} given up", dead);
  return out + "\n";
}

void progress(const std::string& step) {
  if (error_is_terminal()) fmt::print(stderr, "\r\x1b[K{} ...", step);
}

Exit dry_run(const Common& common, const app::DailyReport& report) {
  std::string out;
  for (const ports::Message& m : report.messages) {
    out +=
        fmt::format("{}  to {}{}\n  {}\n", m.kind, m.channel, m.recipient.empty() ? "" : ": " + m.recipient, m.subject);
  }
  out += fmt::format("{}; nothing was imported, closed or kept\n",
                     counted(std::ssize(report.messages), "message would be told", "messages would be told"));
  return deliver(common, out);
}

Exit run(const Common& common, const DailyOptions& options) {
  const auto clock = ChosenClock::of(common.now);
  if (!clock) return fail(clock.problems());
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  app::DailyRequest request;
  request.dry_run = options.dry_run;
  request.threads = common.threads;
  const auto report = app::run_daily(*workspace, request, *clock, progress);
  if (error_is_terminal()) fmt::print(stderr, "\r\x1b[K");
  if (!report) return fail(report.problems());
  if (options.dry_run) return dry_run(common, *report);
  bool person = !report->imports.empty() || report->rejected > 0 || report->feeds > 0;
  warn(report->imports);
  std::string out = imported_line(*report) + closed_line(report->closed) + alerts_lines(*report) + plays_line(*report);
  int64_t written = 0;
  for (const app::DailyPlan::Report& r : report->due_reports) {
    std::vector<std::string> arguments{"-C", workspace->dir, "--now", clock->now().iso()};
    arguments.insert(arguments.end(), r.arguments.begin(), r.arguments.end());
    if (run_arguments(arguments) == 0) {
      ++written;
    } else {
      person = true;
      out += fmt::format("failed    kenko {}\n", text::join(r.arguments, " "));
    }
  }
  if (!report->due_reports.empty()) out += fmt::format("wrote     {}\n", counted(written, "report", "reports"));
  const auto targets = app::write_back(*workspace, secrets_of(*workspace), false);
  if (!targets) return fail(targets.problems());
  for (const app::WriteBackLine& l : *targets) {
    warn(l.problems);
    person = person || !l.problems.empty();
    out += fmt::format("wrote     {} to {}, {} unchanged\n", counted(l.rows, "changed row", "changed rows"), l.to,
                       text::grouped(l.unchanged));
  }
  if (report->enabled && !options.no_send) {
    notify::CurlTransport transport{notify::TransportLimits{}};
    const app::Postman postman{*clock, transport, secrets_of(*workspace)};
    const auto sent = app::deliver_due(*workspace, postman, {});
    if (!sent) return fail(sent.problems());
    warn(sent->problems);
    out += told_line(*report, *sent);
    person = person || sent->needs_person();
  }
  out += person ? "A person has to look at what is said above.\n" : "Nothing needs a person.\n";
  const Exit delivered = deliver(common, out);
  return delivered == Exit::ok && person ? Exit::failed : delivered;
}

}  // namespace

void add_daily_command(CLI::App& app, Common& common, Exit& exit) {
  auto* daily =
      app.add_subcommand("daily", "the run of a timer: import what is new, close the day, alerts, reports, messages");
  auto o = std::make_shared<DailyOptions>();
  daily->add_flag("--dry-run", o->dry_run, "print what would be told; change nothing");
  daily->add_flag("--no-send", o->no_send, "leave messages in the outbox");
  daily->add_option("--threads", common.threads, "0 = all cores");
  daily->callback([&common, &exit, o] { exit = run(common, *o); });
}

}  // namespace kenko::cli
