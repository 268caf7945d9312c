#include "app/candidate_columns.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "app/panel.h"
#include "app/portfolio.h"
#include "app/scoring.h"
#include "app/workspace_fixture.h"
#include "base/random.h"

namespace kenko::app {
namespace {

constexpr const char* kModel = R"(kenko: 1
model: first
outcomes:
  churn: {event: account.churned, within: 56d}
min_coverage: 0%
dimensions:
  use: {weight: 1}
metrics:
  logins: {dimension: use, value: 'count(login[28d])', curve: {0: 0, 10: 100}}
  since:  {value: 'days_since(page.viewed)'}
  pairs:  {value: 'open(ticket.opened, ticket.closed, by: ticket)'}
  among:  {value: 'percentile(count(login[28d]))'}
  moved:  {value: 'change(percentile(count(page.viewed[28d])), 28d)'}
  below:  {value: 'children(count(login[28d]), sum)'}
bands:
  red: {from: 0}
  green: {from: 60}
SEGMENTS)";
constexpr const char* kSegments = "segments:\n  much: {when: 'count(login[91d]) > 20'}\n";
constexpr const char* kMapping = R"(kenko: 1
source: app
accounts: defines
known_at: {column: known}
rules:
  parents:
    where: what = "parent"
    account: customer
    attributes: {parent: ticket}
    valid_from: at
  rows:
    where: what != "parent"
    event: {column: what}
    account: customer
    time: at
    id: id
    properties: {ticket: ticket}
)";

// Sixty customers; `late` in a hundred of their facts were known only weeks afterwards.
class CandidateColumnsTest : public WorkspaceTest {
 protected:
  void fill(double late, bool families) {
    Random random(7);
    std::string rows = "what,at,known,customer,id,ticket\n";
    int id = 0;
    const Day first = *Day::parse("2025-01-01");
    for (int a = 0; a < 60; ++a) {
      const double often = 0.05 + 0.4 * random.uniform();
      for (int32_t d = random.chance(0.3) ? 60 : 0; d < 330; ++d) {
        const auto add = [&](const char* what, const std::string& rest) {
          const int32_t wait = a % 10 == 3 && random.chance(late) ? 40 : 0;
          rows += fmt::format("{},{}T10:00:00Z,{}T12:00:00Z,c{:04},e{},{}\n", what, (first + d).iso(),
                              (first + (d + wait)).iso(), a, ++id, rest);
        };
        if (families && d == 60 && a >= 20) add("parent", fmt::format("c{:04}", a % 20));
        if (random.chance(often)) add("login", "");
        if (random.chance(0.2)) add("page.viewed", "");
        if (random.chance(0.03)) add("ticket.opened", fmt::format("t{}", a * 10 + d % 7));
        if (random.chance(0.03)) add("ticket.closed", fmt::format("t{}", a * 10 + d % 7));
        if (random.chance(0.001)) {
          add("account.churned", "");
          break;
        }
      }
    }
    import({file("rows.csv", rows)}, file("app.yaml", kMapping));
    workspace_ = *open_workspace(dir_);
  }

  // Every metric of the model on every row must be what the panel, which scores the whole model, says.
  void expect_the_panels_values(std::string text) {
    PanelRequest request;
    request.model = file("first.yaml", text);
    request.threads = 2;
    const auto built = build_panel(workspace_, request, clock_.now());
    ASSERT_TRUE(built.ok()) << to_text(built.problems());
    late_accounts_ = built->late_accounts;
    const validate::Panel& panel = built->panel;
    ScoringRequest scoring_request;
    scoring_request.model = request.model;
    const auto scoring = Scoring::open(workspace_, scoring_request, clock_.now());
    ASSERT_TRUE(scoring.ok()) << to_text(scoring.problems());
    const plan::Plan& plan = (*scoring)->plan();
    std::vector<uint32_t> metrics(plan.metrics.size()), rows(panel.rows());
    std::iota(metrics.rbegin(), metrics.rend(), 0U);
    std::iota(rows.begin(), rows.end(), 0U);
    const auto columns = candidate_columns(workspace_, (*scoring)->portfolio(), plan, metrics, panel, rows, 2);
    ASSERT_TRUE(columns.ok()) << to_text(columns.problems());
    for (size_t c = 0; c < metrics.size(); ++c) {
      size_t valued = 0;
      for (const uint32_t r : rows) {
        const double value = panel.values[r * metrics.size() + metrics[c]];
        const float ours = (*columns)[c][r];
        valued += std::isnan(value) ? 0 : 1;
        if (std::isnan(value) && std::isnan(ours)) continue;
        ASSERT_EQ(static_cast<float>(value), ours) << plan.metrics[metrics[c]].name << ", row " << r;
      }
      EXPECT_GT(valued, rows.size() / 5) << plan.metrics[metrics[c]].name;
    }
  }

  static std::string model(const char* segments, bool others = true) {
    std::string out = kModel;
    out.replace(out.find("SEGMENTS"), 8, segments);
    for (const char* line : {"  among:", "  moved:", "  below:"}) {
      const size_t at = out.find(line);
      if (!others) out.erase(at, out.find('\n', at) + 1 - at);
    }
    return out;
  }

  Workspace workspace_;
  int64_t late_accounts_ = 0;
};

TEST_F(CandidateColumnsTest, WithNothingLate) {
  fill(0, true);
  expect_the_panels_values(model(""));
  EXPECT_EQ(late_accounts_, 0);
  expect_the_panels_values(model(kSegments));
}

TEST_F(CandidateColumnsTest, WhatIsKnownLaterIsNotSeen) {
  fill(0.3, false);
  expect_the_panels_values(model("", false));
  EXPECT_EQ(late_accounts_, 6) << "nobody else's metrics rest on theirs";
}

TEST_F(CandidateColumnsTest, WhatIsKnownLaterMovesOthers) {
  fill(0.3, true);
  expect_the_panels_values(model(kSegments));
  EXPECT_EQ(late_accounts_, 60) << "everybody's metrics rest on theirs";
}

}  // namespace
}  // namespace kenko::app
