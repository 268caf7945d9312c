#include <fmt/format.h>

#include <memory>

#include "app/merge.h"
#include "cli/commands.h"
#include "cli/import_output.h"

namespace kenko::cli {
namespace {

struct MergeOptions {
  std::string account, into, reason, by;
};

std::string merged_text(const state::AccountMerge& m) {
  if (m.account == m.into) {
    return fmt::format("{} is an account of its own again, by {}\n    because: {}\n", m.account, m.author, m.reason);
  }
  return fmt::format(
      "{} is {} now, for the whole past too, by {}\n    because: {}\n    take it back with: kenko accounts "
      "unmerge {} --reason TEXT\n",
      m.account, m.into, m.author, m.reason, m.account);
}

report::Table merges_table(const std::vector<state::AccountMerge>& merges) {
  using report::Align;
  report::Table t;
  t.columns = {{"number", "", Align::right, 0, true},          {"at", "at", Align::left, 0, false},
               {"account", "account", Align::left, 24, false}, {"into", "is", Align::left, 24, false},
               {"author", "by", Align::left, 12, false},       {"reason", "reason", Align::left, -1, false}};
  for (const state::AccountMerge& m : merges) {
    t.rows.push_back({{m.number},
                      {m.at.iso(), report::Tone::plain, m.at.iso().substr(0, 10)},
                      {m.account},
                      {m.into, report::Tone::plain, m.account == m.into ? "itself again" : m.into},
                      {m.author},
                      {m.reason}});
  }
  return t;
}

Exit show(const Common& common, const Result<state::AccountMerge>& merge) {
  if (!merge) return fail(merge.problems());
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  if (*format == report::Format::table) return deliver(common, merged_text(*merge));
  return deliver(common, report::render(merges_table({*merge}), *format, terminal()));
}

Exit run_merge(const Common& common, const MergeOptions& options) {
  const auto author = author_of(options.by);
  if (!author) return fail(author.problems());
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  return show(common,
              app::merge_accounts(*workspace, {options.account, options.into, options.reason, *author}, clock()));
}

Exit run_unmerge(const Common& common, const MergeOptions& options) {
  const auto author = author_of(options.by);
  if (!author) return fail(author.problems());
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  return show(common, app::unmerge_account(*workspace, options.account, options.reason, *author, clock()));
}

Exit run_merges(const Common& common) {
  const auto format = format_of(common);
  if (!format) return fail(format.problems());
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  const auto merges = app::list_merges(*workspace);
  if (!merges) return fail(merges.problems());
  if (*format == report::Format::table && merges->empty()) return deliver(common, "no accounts were merged\n");
  return deliver(common, report::render(merges_table(*merges), *format, terminal()));
}

}  // namespace

void add_merge_commands(CLI::App& app, Common& common, Exit& exit) {
  CLI::App* accounts = app.get_subcommand("accounts");
  auto options = std::make_shared<MergeOptions>();
  const auto say = [&common, options](CLI::App* command) {
    command->add_option("--reason", options->reason, "why; it is kept")->required();
    command->add_option("--by", options->by, kByHelp);
    command->add_option("--format", common.format, "table, json or csv");
  };
  auto* merge = accounts->add_subcommand("merge", "say that an account is another one, now and for the whole past");
  merge->add_option("account", options->account, "the account that is no more: id or name")->required();
  merge->add_option("into", options->into, "the account that it is: id or name")->required();
  say(merge);
  merge->callback([&common, &exit, options] { exit = run_merge(common, *options); });
  auto* unmerge = accounts->add_subcommand("unmerge", "make a merged account one of its own again");
  unmerge->add_option("account", options->account, "its id")->required();
  say(unmerge);
  unmerge->callback([&common, &exit, options] { exit = run_unmerge(common, *options); });
  auto* merges = accounts->add_subcommand("merges", "which accounts were merged, by whom and why");
  merges->add_option("--format", common.format, "table, json or csv");
  merges->add_option("--out", common.out, "write to this file");
  merges->callback([&common, &exit] { exit = run_merges(common); });
}

}  // namespace kenko::cli
