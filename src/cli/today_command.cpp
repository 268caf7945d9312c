#include <memory>

#include "app/today.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/sections_output.h"

namespace kenko::cli {
namespace {

struct TodayOptions {
  app::TodayRequest request;
  std::string table;
};

Result<std::string> today_output(const Common& common, const TodayOptions& options) {
  KENKO_TRY(const report::Format format, sections_format(common));
  app::TodayRequest request = options.request;
  if (format != report::Format::table) request.limit = 0;
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  KENKO_TRY(const auto acting, app::replay(workspace, clock.now()));
  KENKO_TRY(app::Today today, app::today(*acting, request, workspace.settings.time_zone));
  if (format == report::Format::table) {
    for (report::Section& s : today.sections) s.table = report::without_empty_columns(std::move(s.table));
  }
  return written(common, {std::move(today.head), std::move(today.sections), {}, "needs"}, options.table);
}

}  // namespace

void add_today_command(CLI::App& app, Common& common, Exit& exit) {
  auto* today = app.add_subcommand("today", "the morning list: what needs you, what changed, what renews soon");
  auto o = std::make_shared<TodayOptions>();
  today->add_option("--owner", o->request.owner, "whose day; default: everybody's");
  today->add_flag("--team", o->request.team, "with everybody below the owner");
  today->add_option("--limit", o->request.limit, "rows of a section; 0 shows all; default: 8");
  today->add_option("--within", o->request.renewal_days, "renewals in so many days; default: 30");
  today->add_option("--table", o->table, "one section alone: needs, tasks, changes, renewals");
  today->add_option("--format", common.format, "table, json, csv or html");
  today->add_option("--out", common.out, "write to this file");
  today->callback([&common, &exit, o] {
    const auto out = today_output(common, *o);
    exit = out ? deliver(common, *out) : fail(out.problems());
  });
}

}  // namespace kenko::cli
