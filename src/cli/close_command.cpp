#include <fmt/format.h>

#include <memory>

#include "app/close.h"
#include "app/system.h"
#include "base/text.h"
#include "cli/commands.h"

namespace kenko::cli {
namespace {

struct CloseOptions {
  std::string from;
};

report::Table days_table(const app::CloseReport& report) {
  report::Table table;
  for (const char* name : {"day", "known_until", "model", "rows", "revisions", "bands_moved"}) {
    const bool text =
        std::string_view(name) == "day" || std::string_view(name) == "known_until" || std::string_view(name) == "model";
    table.columns.push_back({name, name, text ? report::Align::left : report::Align::right, 0, false});
  }
  for (const app::DayReport& d : report.days) {
    table.rows.push_back({{d.day.day.iso()},
                          {d.day.known_until.iso()},
                          {d.day.model},
                          {d.day.rows},
                          {d.day.revisions},
                          {d.bands_moved}});
  }
  return table;
}

std::string counted(int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", text::grouped(count), count == 1 ? one : many);
}

std::string days_text(const app::CloseReport& report) {
  if (report.days.empty()) {
    return fmt::format("nothing to close: {} is the last closed day, and no later day is due\n",
                       report.last_closed->words());
  }
  int64_t rows = 0, revisions = 0, moved = 0;
  for (const app::DayReport& d : report.days) {
    rows += d.day.rows;
    revisions += d.day.revisions;
    moved += d.bands_moved;
  }
  const Day first = report.days.front().day.day, last = report.days.back().day.day;
  std::string out = first == last ? fmt::format("closed {}", first.words())
                                  : fmt::format("closed {}, {} to {}", counted(std::ssize(report.days), "day", "days"),
                                                first.words(), last.words());
  out += fmt::format(", model {}\n{}, {} of earlier days, {}\n", report.model, counted(rows, "row", "rows"),
                     counted(revisions, "revision", "revisions"), counted(moved, "band moved", "bands moved"));
  if (report.late_accounts > 0) {
    out += fmt::format("{} with facts that came late or were corrected: computed as each close knew them\n",
                       counted(report.late_accounts, "account", "accounts"));
  }
  if (report.not_revised > 0) {
    out += fmt::format("{} not revised: the model that said them means something else with the settings of today\n",
                       counted(report.not_revised, "earlier day is", "earlier days are"));
  }
  return out;
}

Result<std::string> close_output(const Common& common, const CloseOptions& options) {
  KENKO_TRY(const report::Format format, format_of(common));
  app::CloseRequest request;
  request.threads = common.threads;
  if (!common.as_of.empty()) {
    KENKO_TRY(request.as_of, day_option("--as-of", common.as_of));
  }
  if (!options.from.empty()) {
    KENKO_TRY(request.from, day_option("--from", options.from));
  }
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const app::CloseReport report, app::close_days(workspace, request, app::system_clock()));
  if (format == report::Format::table) return days_text(report);
  return report::render(days_table(report), format, terminal());
}

}  // namespace

void add_close_command(CLI::App& app, Common& common, Exit& exit) {
  auto* close = app.add_subcommand("close", "publish the scores of every day that has closed; revise earlier ones");
  auto options = std::make_shared<CloseOptions>();
  close->add_option("--as-of", common.as_of, "the last day to close; default: the last closed day with facts");
  close->add_option("--from", options->from,
                    "begin with this day, for the first close; default: after the history of the last publication");
  close->add_option("--format", common.format, "table, json or csv");
  close->add_option("--out", common.out, "write to this file");
  close->add_option("--threads", common.threads, "default: all cores");
  close->callback([&, options] {
    const auto output = close_output(common, *options);
    exit = output ? deliver(common, *output) : fail(output.problems());
  });
}

}  // namespace kenko::cli
