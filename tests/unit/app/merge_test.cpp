#include "app/merge.h"

#include <gmock/gmock.h>

#include "app/portfolio.h"
#include "state/write_lock.h"
#include "workspace_fixture.h"

namespace kenko::app {
namespace {

class MergeTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    clock_.at = *Instant::parse("2026-06-15T12:00:00Z");
    import({file("e.csv",
                 "name,occurred_at,account\nlogin,2026-06-01,acme\nlogin,2026-06-02,bolt\nlogin,2026-06-03,"
                 "cobra\n"),
            file("a.csv", "account,name,owner,valid_from\nacme,Acme Corp,ann,2026-06-01\n")});
  }
  Workspace workspace() { return *open_workspace(dir_); }
  Result<state::AccountMerge> merge(const std::string& account, const std::string& into,
                                    const std::string& reason = "one company") {
    return merge_accounts(workspace(), {account, into, reason, "ann"}, clock_);
  }
  Result<state::AccountMerge> unmerge(const std::string& account) {
    return unmerge_account(workspace(), account, "two after all", "bob", clock_);
  }
  static std::vector<std::string> codes(const auto& result) {
    std::vector<std::string> out;
    if (!result.ok()) {
      for (const Problem& p : result.problems()) out.push_back(p.code);
    }
    return out;
  }
  /// "account: events" of every account.
  std::string accounts() {
    auto state = open_state(dir_);
    const auto loaded = load_portfolio(dir_, **state, workspace().settings);
    EXPECT_TRUE(loaded.ok()) << to_text(loaded.problems());
    std::string out;
    for (uint32_t a = 0; a < loaded->accounts.size(); ++a) {
      out += fmt::format("{}: {}; ", loaded->accounts[a], loaded->events_of[a].end - loaded->events_of[a].begin);
    }
    return out;
  }
};

TEST_F(MergeTest, MergedAccountsAreOneAndCanBeTwoAgain) {
  ASSERT_EQ(accounts(), "acme: 1; bolt: 1; cobra: 1; ");
  const auto merged = merge("bolt", "Acme Corp");
  ASSERT_TRUE(merged.ok()) << to_text(merged.problems());
  EXPECT_EQ(accounts(), "acme: 2; cobra: 1; ");
  ASSERT_TRUE(merge("acme", "cobra").ok());
  EXPECT_EQ(accounts(), "cobra: 3; ");
  ASSERT_TRUE(unmerge("acme").ok());
  EXPECT_EQ(accounts(), "acme: 2; cobra: 1; ");
  ASSERT_TRUE(unmerge("bolt").ok());
  EXPECT_EQ(accounts(), "acme: 1; bolt: 1; cobra: 1; ");
  const auto listed = list_merges(workspace());
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 4U);
  EXPECT_EQ(listed->front().account, "bolt");
  EXPECT_EQ(listed->front().into, "bolt");
  EXPECT_EQ(listed->front().reason, "two after all");
  EXPECT_EQ(listed->back().author, "ann");
}

TEST_F(MergeTest, WhatCannotBeMergedIsSaidAtOnceAndChangesNothing) {
  const std::string before = digest();
  EXPECT_THAT(codes(merge("nobody", "nothing", " ")),
              testing::ElementsAre("unknown-account", "unknown-account", "no-reason"));
  EXPECT_THAT(codes(merge("acme", "Acme Corp")), testing::ElementsAre("same-account"));
  EXPECT_THAT(codes(unmerge("acme")), testing::ElementsAre("not-merged"));
  EXPECT_EQ(digest(), before);
  ASSERT_TRUE(merge("bolt", "acme").ok());
  EXPECT_THAT(codes(merge("bolt", "cobra")), testing::ElementsAre("already-merged"));
  EXPECT_THAT(codes(merge("acme", "bolt")), testing::ElementsAre("already-merged"));
  const auto lock = state::WriteLock::acquire(dir_);
  EXPECT_THAT(codes(merge("acme", "cobra")), testing::ElementsAre("workspace-locked"));
}

}  // namespace
}  // namespace kenko::app
