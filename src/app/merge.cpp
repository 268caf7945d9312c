#include "app/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/account_search.h"
#include "app/finish_killed.h"
#include "app/portfolio.h"
#include "app/reason.h"
#include "base/text.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

Problem problem_of(std::string code, std::string message, std::string hint) {
  return {std::move(code), {}, std::move(message), std::move(hint), "", Severity::error};
}

// What both commands ask.
Result<std::string> merge_reason(const std::string& reason) {
  return checked_reason(reason, "why are they one?", "kenko accounts merges");
}

// What each account was last said to be.
std::map<std::string, std::string> said_to_be(const std::vector<state::AccountMerge>& merges) {
  std::map<std::string, std::string> out;
  for (const state::AccountMerge& m : merges) out[m.account] = m.into;
  return out;
}

Result<std::string> find_id(const facts::Portfolio& portfolio, const std::map<std::string, std::string>& merged,
                            const std::string& wanted) {
  const auto gone = merged.find(wanted);
  if (gone != merged.end() && gone->second != wanted) {
    return problem_of("already-merged", fmt::format("{} was merged into {}", wanted, gone->second),
                      fmt::format("`kenko accounts unmerge {}` makes it an account of its own again", wanted));
  }
  KENKO_TRY(const uint32_t found, find_account(portfolio, wanted));
  return portfolio.accounts[found];
}

}  // namespace

Result<state::AccountMerge> merge_accounts(const Workspace& workspace, const MergeRequest& request,
                                           const ports::Clock& clock) {
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(workspace.dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY_STATUS(finish_killed(workspace.dir, database));
  KENKO_TRY(const std::vector<state::AccountMerge> merges, database.account_merges());
  const std::map<std::string, std::string> merged = said_to_be(merges);
  KENKO_TRY(const facts::Portfolio portfolio, load_portfolio(workspace.dir, database, workspace.settings));
  Problems problems;
  const auto collect = [&problems](const auto& result) {
    if (!result) problems.insert(problems.end(), result.problems().begin(), result.problems().end());
  };
  const Result<std::string> account = find_id(portfolio, merged, request.account);
  const Result<std::string> into = find_id(portfolio, merged, request.into);
  const Result<std::string> reason = merge_reason(request.reason);
  collect(account);
  collect(into);
  collect(reason);
  // Both are accounts of today, which follow nothing: so no circle can come of it.
  if (account && into && *account == *into) {
    problems.push_back(problem_of("same-account", fmt::format("both are {}", *into), "name two accounts"));
  }
  if (!problems.empty()) return problems;
  return database.merge_account({0, clock.now(), request.author, *reason, *account, *into});
}

Result<state::AccountMerge> unmerge_account(const Workspace& workspace, const std::string& account,
                                            const std::string& reason, const std::string& author,
                                            const ports::Clock& clock) {
  KENKO_TRY(const std::string why, merge_reason(reason));
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(workspace.dir));
  KENKO_TRY(state::Database database, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY_STATUS(finish_killed(workspace.dir, database));
  KENKO_TRY(const std::vector<state::AccountMerge> merges, database.account_merges());
  const std::map<std::string, std::string> merged = said_to_be(merges);
  const auto found = merged.find(account);
  if (found == merged.end() || found->second == account) {
    std::vector<std::string> known;
    for (const auto& [from, into] : merged) {
      if (from != into) known.push_back(from);
    }
    return problem_of("not-merged", fmt::format("`{}` is not merged into another account", account),
                      text::did_you_mean(account, known));
  }
  return database.merge_account({0, clock.now(), author, why, account, account});
}

Result<std::vector<state::AccountMerge>> list_merges(const Workspace& workspace) {
  std::vector<state::AccountMerge> out;
  KENKO_TRY(auto state, open_state(workspace.dir));
  if (state) {
    KENKO_TRY(out, state->account_merges());
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace kenko::app
