#include <memory>

#include "app/account_page.h"
#include "cli/chosen_clock.h"
#include "cli/commands.h"
#include "cli/sections_output.h"

namespace kenko::cli {
namespace {

struct AccountOptions {
  std::string account, table;
  int64_t limit = 6;
};

Result<std::string> account_output(const Common& common, const AccountOptions& options) {
  KENKO_TRY(const report::Format format, sections_format(common));
  KENKO_TRY(const ChosenClock clock, ChosenClock::of(common.now));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  app::ScoringRequest request;
  request.model = common.model;
  request.threads = common.threads;
  KENKO_TRY_STATUS(read_day("--as-of", common.as_of, request.as_of));
  KENKO_TRY(const auto scoring, app::Scoring::open(workspace, request, clock.now()));
  KENKO_TRY(const uint32_t account, scoring->find_account(options.account));
  // What was open at the end of that day; nothing where no day was closed.
  Instant until = clock.now();
  if (request.as_of) until = std::min(until, workspace.settings.time_zone.start_of(*request.as_of + 2));
  const auto acting = app::replay(workspace, until);
  if (!acting && acting.problems().front().code != "not-published") return acting.problems();
  const int64_t limit = format == report::Format::table ? options.limit : 0;
  app::AccountPage page = app::account_page(*scoring, account, acting ? acting->get() : nullptr, limit);
  if (format == report::Format::table) {
    for (report::Section& s : page.sections) s.table = report::without_empty_columns(std::move(s.table));
  }
  return written(common, {std::move(page.head), std::move(page.sections), {}, "why"}, options.table);
}

}  // namespace

void add_account_command(CLI::App& app, Common& common, Exit& exit) {
  auto* account =
      app.add_subcommand("account", "one account on one screen: score, reasons, people, contracts, open work");
  auto o = std::make_shared<AccountOptions>();
  account->add_option("account", o->account, "its id or name")->required();
  account->add_option("--limit", o->limit, "rows of a section; 0 shows all; default: 6");
  account->add_option("--table", o->table, "one section alone: why, work, people, contracts, timeline");
  account->add_option("--as-of", common.as_of, "the day; default: the last closed one");
  account->add_option("--model", common.model, "another model than the active one");
  account->add_option("--format", common.format, "table, json, csv or html");
  account->add_option("--out", common.out, "write to this file");
  account->callback([&common, &exit, o] {
    const auto out = account_output(common, *o);
    exit = out ? deliver(common, *out) : fail(out.problems());
  });
}

}  // namespace kenko::cli
