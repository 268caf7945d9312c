#include "app/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/candidates.h"
#include "app/found_text.h"
#include "app/panel.h"
#include "app/scoring.h"
#include "app/workspace_fixture.h"
#include "base/random.h"
#include "fit/folds.h"
#include "model/load.h"

namespace kenko::app {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kModel = R"(kenko: 1
model: first        # the author's own words stay
outcomes:
  churn: {label: Left, event: account.churned, within: 56d}
min_coverage: 0%

dimensions:
  use: {weight: 30}
  money:
    weight: 10      # less

metrics:
  logins:
    dimension: use
    value: count(login[28d])
    curve: {0: 0, 10: 100}
  paid: {dimension: money, weight: 2, value: 'sum(invoice.paid[91d], value)', min_observed: 28d, curve: {0: 0, 300: 100}}

segments:
  odd: {when: 'count(login[7d]) = 3', weights: {use: 60, money: 5}}

bands:
  red: {from: 0}
  green: {from: 60}
)";
constexpr const char* kMapping = R"(kenko: 1
source: app
accounts: defines
known_at: {column: at}
rules:
  rows:
    event: {column: what}
    account: customer
    time: at
    id: id
    value: amount
    properties: {order: order, kind: kind}
)";

// Customers who log in and look at pages as they please, and whose reports say whether they will leave: who ceases to
// make them leaves some weeks later.  `driven` = false: they leave for no reason that the facts know.
class SearchTest : public WorkspaceTest {
 protected:
  void fill(uint64_t seed, int accounts, bool driven) {
    Random random(seed);
    std::string rows = "what,at,customer,id,amount,order,kind\n";
    int id = 0;
    for (int a = 0; a < accounts; ++a) {
      const double logins = 0.1 + 0.3 * random.uniform(), pages = 0.1 + 0.3 * random.uniform();
      const int64_t ceases = random.between(-50, 700), leaves = driven ? ceases + random.between(15, 75) : ceases;
      const Day first = *Day::parse("2025-01-01");
      for (int32_t d = 0; d < 420; ++d) {
        const auto add = [&](const char* what, const std::string& rest) {
          rows += fmt::format("{},{},c{:04},e{},{}\n", what, (first + d).iso(), a, ++id, rest);
        };
        if (ceases > 0 && d == leaves) {
          add("account.churned", ",,");
          break;
        }
        if (random.chance(logins)) add("login", ",,");
        if (random.chance(pages)) add("page.viewed", fmt::format(",,{}", random.chance(0.5) ? "help" : "home"));
        const bool made = ceases <= 0 || d < ceases || !driven;
        if (made && random.chance(0.25)) add("report.made", fmt::format(",{},", 100'000 + id));
        if (d % 28 == a % 28) add("invoice.paid", fmt::format("{},,", random.between(50, 150)));
      }
    }
    import({file("rows.csv", rows)}, file("app.yaml", kMapping));
    workspace_ = *open_workspace(dir_);
    model_ = file("first.yaml", kModel);
    PanelRequest request;
    request.model = model_;
    request.threads = 2;
    auto built = build_panel(workspace_, request, clock_.now());
    ASSERT_TRUE(built.ok()) << to_text(built.problems());
    panel_ = std::move(built->panel);
    rows_ = fit::hold_out(panel_).train;
  }

  Search run(SearchOptions options = {}) {
    auto out = search(workspace_, model_, panel_, rows_, options);
    EXPECT_TRUE(out.ok()) << to_text(out.problems());
    return out.ok() ? *std::move(out) : Search{};
  }

  model::Model model(const std::string& text) const {
    auto out = model::load(text, "first.yaml", workspace_.settings);
    EXPECT_TRUE(out.ok()) << to_text(out.problems());
    return *std::move(out);
  }

  Workspace workspace_;
  std::string model_;
  validate::Panel panel_;
  fit::Rows rows_;
};

TEST_F(SearchTest, FindsTheReportsAndNothingElse) {
  fill(1, 260, true);
  SearchOptions options;
  options.threads = 2;
  const Search s = run(options);
  EXPECT_GT(s.folds, 0U);
  EXPECT_GT(s.candidates, 50);
  ASSERT_FALSE(s.found.empty());
  EXPECT_THAT(s.found.front().expression, HasSubstr("report.made"));
  for (const FoundMetric& m : s.found) EXPECT_THAT(m.expression, Not(HasSubstr("page.viewed"))) << m.expression;
  EXPECT_EQ(s.found.front().dimension, "found");  // no metric of the author reads reports

  // What is written is a model, with the author's words in place, and foretells better on days that nobody has seen.
  EXPECT_THAT(s.text, HasSubstr("model: first        # the author's own words stay"));
  PanelRequest request;
  request.model = "searched";
  request.text = s.text;
  auto built = build_panel(workspace_, request, clock_.now());
  ASSERT_TRUE(built.ok()) << to_text(built.problems());
  const auto mean_gap = [](const validate::Panel& p) {
    double sum[2] = {0, 0}, rows[2] = {0, 0};
    for (const uint32_t r : fit::hold_out(p).test) {
      sum[p.outcome_in[r]] += p.score[r] / 100.0;
      ++rows[p.outcome_in[r]];
    }
    return sum[0] / rows[0] - sum[1] / rows[1];
  };
  EXPECT_GT(mean_gap(built->panel), mean_gap(panel_) + 10);

  options.threads = 1;
  EXPECT_EQ(run(options).text, s.text);
}

TEST_F(SearchTest, FindsNothingWhereNothingIs) {
  fill(2, 200, false);
  const Search s = run();
  EXPECT_GT(s.folds, 0U);
  EXPECT_TRUE(s.found.empty()) << s.found.front().expression;
  EXPECT_EQ(s.text, kModel);
}

TEST_F(SearchTest, CandidatesReadNoFateAndMeasureNoNames) {
  fill(3, 60, true);
  const auto scoring = Scoring::open(workspace_, {model_, {}, {}, 1}, clock_.now());
  ASSERT_TRUE(scoring.ok());
  std::vector<std::string> expressions;
  std::set<std::string> names;
  for (const MetricCandidate& c : candidates_for((*scoring)->portfolio(), (*scoring)->model(), panel_.last_day)) {
    expressions.push_back(c.expression);
    EXPECT_TRUE(names.insert(c.name).second) << c.name;
    EXPECT_THAT(c.expression, Not(HasSubstr("account.churned")));
  }
  EXPECT_THAT(expressions, Contains("days_since(report.made)"));
  EXPECT_THAT(expressions, Contains("sum(invoice.paid[91d], value)"));
  EXPECT_THAT(expressions, Contains("distinct(report.made[28d], order)"));
  EXPECT_THAT(expressions, Not(Contains("sum(report.made[91d], order)")));
  EXPECT_THAT(expressions, Contains("count(page.viewed{kind = \"help\"}[56d])"));
}

TEST_F(SearchTest, TheAuthorsWeightsKeepTheirProportions) {
  fill(4, 30, true);
  const model::Model author = model(kModel);
  std::vector<FoundMetric> found(2);
  found[0].name = "reports";
  found[0].label = found[0].why = "a \"quoted\" word";
  found[0].expression = "days_since(report.made)";
  found[0].dimension = "found";
  found[0].curve.points = {{0, 100}, {30, 0}};
  found[0].strength = 1;
  found[1] = found[0];
  found[1].name = "pays";
  found[1].expression = "count(invoice.paid[91d])";
  found[1].dimension = "money";
  found[1].strength = 0.5;
  found[1].valued = 1;
  const auto text = text_with(author, found, 2);
  ASSERT_TRUE(text.ok()) << to_text(text.problems());
  EXPECT_THAT(*text, HasSubstr("    weight: 20      # less"));  // 10 + 40 x 0.5 / 2
  EXPECT_THAT(*text, HasSubstr("weights: {use: 60, money: 10}}"));
  EXPECT_THAT(*text, HasSubstr("  found: {weight: 20, label: \"Found in the facts\"}\n"));
  const model::Model written = model(*text);
  double pays = 0;
  for (const model::Metric& m : written.metrics) pays = m.name == "pays" ? m.weight->as_double() : pays;
  EXPECT_EQ(pays, 2);  // half of the dimension, beside `paid` with its 2
}

TEST_F(SearchTest, ADimensionMayStandWithinBraces) {
  fill(6, 30, true);
  std::string text = kModel;
  const size_t from = text.find("dimensions:"), to = text.find("metrics:");
  text.replace(from, to - from, "dimensions: {use: {weight: 30}, money: {weight: 10}}  # both\n\n");
  std::vector<FoundMetric> found(1);
  found[0].name = found[0].label = found[0].why = "reports";
  found[0].expression = "days_since(report.made)";
  found[0].dimension = "found";
  found[0].curve.points = {{0, 100}, {30, 0}};
  found[0].strength = 1;
  const auto out = text_with(model(text), found, 2);
  ASSERT_TRUE(out.ok()) << to_text(out.problems());
  EXPECT_THAT(*out, HasSubstr("dimensions: {found: {weight: 20, label: \"Found in the facts\"}, use: {weight: 30}"));
  EXPECT_EQ(model(*out).dimensions.size(), 3U);
}

TEST_F(SearchTest, ReadsTellWhereAMetricBelongs) {
  fill(5, 30, true);
  const model::Model author = model(kModel);
  model::Reads reads;
  reads.events = {"invoice.paid"};
  EXPECT_EQ(dimension_for(author, reads), "money");
  reads.events = {"report.made"};
  EXPECT_EQ(dimension_for(author, reads), "found");

  std::string text = kModel;
  text.replace(text.find("count(login[28d])"), 17, "count(login[28d]) / seats()");
  text.replace(text.find("sum(invoice.paid[91d], value)"), 29, "term_months()");
  reads.events.clear();
  reads.contracts = true;
  EXPECT_EQ(dimension_for(model(text), reads), "money");  // seats in use are about use
}

}  // namespace
}  // namespace kenko::app
