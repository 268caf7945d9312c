// The generated SQL run by DuckDB on a few events laid out by hand.
#include "sql/history.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "duck/connection.h"
#include "verify/plan_builder.h"

namespace kenko::sql {
namespace {

using plan::Function;
using plan::Op;
using testing::ElementsAre;
using verify::PlanBuilder;
using verify::user_field;
using verify::value_field;

// One account whose life has `days` days from day 0 on; every event name is observed from day 0.
class HistorySql : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = duck::Connection::open({.threads = 1});
    ASSERT_TRUE(opened.ok());
    connection_ = std::make_unique<duck::Connection>(std::move(opened).value());
    run("CREATE TABLE event (account INTEGER, life INTEGER, day INTEGER, name VARCHAR, person INTEGER, value BIGINT, "
        "no_rate BOOLEAN, property_0 VARCHAR)");
  }

  void run(const std::string& sql) {
    const Status status = connection_->execute(sql);
    ASSERT_TRUE(status.ok()) << to_text(status.problems());
  }

  void days(int32_t days, const std::string& facts = "TRUE") {
    days_ = days;
    run(fmt::format(
        "CREATE TABLE spine AS SELECT 0 AS account, 0 AS life, CAST(range AS INTEGER) AS day, 0 AS account_start, "
        "'active' AS status, {} AS fact_day, 0 AS observed_0, 0 AS observed_1, 4e0 AS seats FROM range({})",
        facts, days));
  }

  // value in whole units.
  void event(int32_t day, const std::string& name, const std::string& person = "NULL",
             const std::string& value = "NULL", const std::string& property = "NULL") {
    run(fmt::format("INSERT INTO event VALUES (0, 0, {}, '{}', {}, {} * 1000000, FALSE, {})", day, name, person, value,
                    property));
  }

  // Column `column` by day, as text; nulls as "-".
  std::vector<std::string> column(const std::string& name) {
    const HistoryOptions options{.longest_life_days = longest_life_, .with_scale = false};
    auto rows = connection_->query(fmt::format("SELECT coalesce(CAST({} AS VARCHAR), '-') FROM ({}) ORDER BY day", name,
                                               history_sql(plan_.plan(), duckdb(), options)));
    std::vector<std::string> out;
    if (!rows.ok()) {
      ADD_FAILURE() << to_text(rows.problems());
      return out;
    }
    for (auto chunk = rows->next(); chunk.ok() && chunk->size() > 0; chunk = rows->next()) {
      for (size_t i = 0; i < chunk->size(); ++i) out.emplace_back(chunk->text(0, i));
    }
    return out;
  }

  std::vector<std::string> values(plan::NodeId node) {
    plan_.metric(node);
    return column("value_0");
  }

  PlanBuilder plan_;
  std::unique_ptr<duck::Connection> connection_;
  int32_t days_ = 0;
  int32_t longest_life_ = 100;
};

TEST_F(HistorySql, WindowHoldsTheAsOfDayAndNotTheDayWBefore) {
  days(5);
  event(0, "login");
  event(3, "login");
  event(3, "other");
  EXPECT_THAT(values(plan_.aggregate(Function::count, plan_.selector("login"), 3)),
              ElementsAre("1.0", "1.0", "1.0", "1.0", "1.0"));
}

TEST_F(HistorySql, TooFewObservedDaysAreNull) {
  days(4);
  const plan::NodeId n = plan_.aggregate(Function::count, plan_.selector("login"), 3);
  plan_.plan().nodes[n].aggregate.min_observed_days = 3;
  EXPECT_THAT(values(n), ElementsAre("-", "-", "0.0", "0.0"));
}

TEST_F(HistorySql, SumsAreExactBeyondWhatADoubleCanAdd) {
  days(1);
  event(0, "pay", "NULL", "9000000000000");
  run("INSERT INTO event VALUES (0, 0, 0, 'pay', NULL, 1, FALSE, NULL), (0, 0, 0, 'pay', NULL, -9000000000000000000, "
      "FALSE, NULL)");
  EXPECT_THAT(values(plan_.aggregate(Function::sum, plan_.selector("pay"), 3, value_field())), ElementsAre("1e-06"));
}

TEST_F(HistorySql, MoneyWithoutARateMakesTheSumNullWhileItIsInTheWindow) {
  days(4);
  event(0, "pay", "NULL", "5");
  run("INSERT INTO event VALUES (0, 0, 1, 'pay', NULL, NULL, TRUE, NULL)");
  EXPECT_THAT(values(plan_.aggregate(Function::sum, plan_.selector("pay"), 2, value_field())),
              ElementsAre("5.0", "-", "-", "0.0"));
}

TEST_F(HistorySql, MeanAndExtremesAreNullWithoutANumber) {
  days(3);
  event(0, "pay", "NULL", "5");
  event(0, "pay", "NULL", "-2");
  event(1, "pay");
  const uint32_t pay = plan_.selector("pay");
  plan_.metric(plan_.aggregate(Function::mean, pay, 1, value_field()));
  plan_.metric(plan_.aggregate(Function::min, pay, 2, value_field()));
  plan_.metric(plan_.aggregate(Function::max, pay, 2, value_field()));
  EXPECT_THAT(column("value_0"), ElementsAre("1.5", "-", "-"));
  EXPECT_THAT(column("value_1"), ElementsAre("-2.0", "-2.0", "-"));
  EXPECT_THAT(column("value_2"), ElementsAre("5.0", "5.0", "-"));
}

TEST_F(HistorySql, DistinctCountsAUserOnceWhileAnyOfItsEventsIsInTheWindow) {
  days(7);
  event(0, "login", "1");
  event(1, "login", "1");
  event(1, "login", "1");
  event(1, "login", "2");
  event(5, "login", "1");
  event(5, "login");
  EXPECT_THAT(values(plan_.aggregate(Function::distinct, plan_.selector("login"), 3, user_field())),
              ElementsAre("1.0", "2.0", "2.0", "2.0", "0.0", "1.0", "1.0"));
}

TEST_F(HistorySql, ActiveDaysAndDaysSince) {
  days(5);
  event(1, "login");
  event(1, "login");
  event(2, "login");
  const uint32_t login = plan_.selector("login");
  plan_.metric(plan_.aggregate(Function::active_days, login, 2));
  plan_.metric(plan_.aggregate(Function::days_since, login, 0));
  EXPECT_THAT(column("value_0"), ElementsAre("0.0", "1.0", "2.0", "1.0", "0.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("0.0", "0.0", "0.0", "1.0", "2.0"));
}

TEST_F(HistorySql, HalfLifeWeighsByAgeBothWays) {
  days(5);
  event(0, "login");
  event(2, "login");
  event(2, "login");
  const plan::NodeId n = plan_.aggregate(Function::decayed_count, plan_.selector("login"), 0);
  plan_.plan().nodes[n].aggregate.half_life_days = Decimal::whole(2);
  plan_.metric(n);
  const std::string rounded = "round(value_0, 9)";
  const auto expected = ElementsAre("1.0", "0.707106781", "2.5", "1.767766953", "1.25");
  EXPECT_THAT(column(rounded), expected);
  longest_life_ = 100'000;  // too long for a running sum: the join takes over
  EXPECT_THAT(column(rounded), expected);
}

TEST_F(HistorySql, StepsWeighAgesBelowTheirEnd) {
  days(5);
  event(0, "pay", "NULL", "3");
  const plan::NodeId n = plan_.aggregate(Function::decayed_sum, plan_.selector("pay"), 0, value_field());
  plan_.plan().nodes[n].aggregate.steps = {{2, Decimal::whole(1)}, {4, Decimal{500'000}}};
  EXPECT_THAT(values(n), ElementsAre("3.0", "3.0", "1.5", "1.5", "0.0"));
}

TEST_F(HistorySql, SlopeIsPerWeekFromTheOldestOn) {
  days(22);
  event(0, "login");
  for (int i = 0; i < 3; ++i) event(7, "login");
  for (int i = 0; i < 8; ++i) event(20, "login");
  const auto v = values(plan_.aggregate(Function::slope, plan_.selector("login"), 21));
  EXPECT_EQ(v[6], "0.5");   // weeks 0 0 1
  EXPECT_EQ(v[13], "1.5");  // 0 1 3
  EXPECT_EQ(v[20], "3.5");  // 1 3 8
  EXPECT_EQ(v[21], "2.5");  // day 0 has left, day 7 has moved to the oldest week: 3 0 8
}

TEST_F(HistorySql, FiltersReadAPropertyAsTheLiteralWants) {
  days(1);
  for (const char* size : {"'3'", "'2.5'", "'1e3'", "'high'", "''", "NULL", "'99999999999999'"})
    event(0, "t", "NULL", "NULL", size);
  run("UPDATE event SET property_0 = nullif(property_0, '')");
  plan::Filter above;
  above.op = plan::FilterOp::greater;
  above.field = "size";
  above.literal_type = plan::Type::number;
  above.number = Decimal{2'500'000};
  plan::Filter not_above;
  not_above.op = plan::FilterOp::not_;
  not_above.args = {above};
  plan::Filter not_high;
  not_high.op = plan::FilterOp::not_equal;
  not_high.field = "size";
  not_high.text = "high";
  plan_.metric(plan_.aggregate(Function::count, plan_.selector("t", above), 1));
  plan_.metric(plan_.aggregate(Function::count, plan_.selector("t", not_above), 1));
  plan_.metric(plan_.aggregate(Function::count, plan_.selector("t", not_high), 1));
  EXPECT_THAT(column("value_0"), ElementsAre("2.0"));  // 3, 1e3
  EXPECT_THAT(column("value_1"), ElementsAre("1.0"));  // 2.5; what is no number is null, and so is its negation
  EXPECT_THAT(column("value_2"), ElementsAre("4.0"));
}

TEST_F(HistorySql, ScalarsPassNullOn) {
  days(2);
  event(1, "login");
  const plan::NodeId c = plan_.aggregate(Function::count, plan_.selector("login"), 1);
  const plan::NodeId inverse = plan_.node(Op::divide, {plan_.number(1), c});
  plan_.metric(inverse);
  plan_.metric(plan_.node(Op::max, {inverse, plan_.number(7)}));
  plan_.metric(plan_.node(Op::coalesce, {inverse, plan_.number(7)}));
  plan_.metric(
      plan_.node(Op::if_, {plan_.node(Op::greater, {inverse, plan_.number(0)}, plan::Type::flag), c, plan_.number(9)}));
  plan_.metric(plan_.node(Op::divide, {c, plan_.node(Op::seats)}));
  const plan::NodeId change = plan_.node(Op::change, {plan_.node(Op::add, {c, plan_.number(2)})});
  plan_.plan().nodes[change].lag_days = 1;
  plan_.metric(change);
  EXPECT_THAT(column("value_0"), ElementsAre("-", "1.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("-", "7.0"));
  EXPECT_THAT(column("value_2"), ElementsAre("7.0", "1.0"));
  EXPECT_THAT(column("value_3"), ElementsAre("-", "1.0"));
  EXPECT_THAT(column("value_4"), ElementsAre("0.0", "0.25"));
  EXPECT_THAT(column("value_5"), ElementsAre("-", "0.5"));
}

TEST_F(HistorySql, CurvesEndFlatAndRoundHalfUp) {
  days(3);
  event(0, "login");
  event(1, "login");
  event(1, "login");
  const plan::NodeId c = plan_.aggregate(Function::count, plan_.selector("login"), 1);
  plan_.metric(c);
  plan_.plan().metrics[0].curve.points = {{1, 10'000'000}, {4, 20'000'000}};
  plan_.metric(c);
  plan_.plan().metrics[1].curve.kind = plan::Curve::Kind::steps;
  plan_.plan().metrics[1].curve.points = {{1, 5'000'000}, {2, 7'000'000}};
  EXPECT_THAT(column("points_0"), ElementsAre("10000000", "13333333", "10000000"));
  EXPECT_THAT(column("points_1"), ElementsAre("5000000", "7000000", "5000000"));
  EXPECT_THAT(column("dimension_0"), ElementsAre("7500000", "10166667", "7500000"));
  EXPECT_THAT(column("score"), ElementsAre("750", "1017", "750"));
}

TEST_F(HistorySql, NothingRisesWithoutAFactAndTheBestBandNeedsEvidence) {
  days(4, "range IN (0, 3)");
  event(0, "login");
  const uint32_t login = plan_.selector("login");
  plan_.metric(plan_.aggregate(Function::days_since, login, 0));
  plan_.plan().metrics[0].curve.points = {{0, 70'000'000}, {3, 100'000'000}};
  EXPECT_THAT(column("rolled_up"), ElementsAre("7000", "8000", "9000", "10000"));
  EXPECT_THAT(column("silence"), ElementsAre("0", "-1000", "-2000", "0"));
  EXPECT_THAT(column("score"), ElementsAre("7000", "7000", "7000", "10000"));
  EXPECT_THAT(column("band"), ElementsAre("1", "1", "1", "1"));
  plan_.plan().dimensions.push_back({"zero", "zero", Decimal::whole(1)});
  plan_.metric(plan_.aggregate(Function::mean, login, 1, value_field()));
  plan_.plan().metrics[1].dimension = 1;
  plan_.plan().metrics[1].missing = {plan::Missing::Kind::score, 90'000'000};
  EXPECT_THAT(column("score"), ElementsAre("-", "-", "-", "-"));
  EXPECT_THAT(column("state"), ElementsAre("too new", "too new", "too new", "too new"));
  plan_.plan().min_coverage_micros = 500'000;
  EXPECT_THAT(column("score"), ElementsAre("8000", "8000", "8000", "9500"));
  EXPECT_THAT(column("band"), ElementsAre("0", "0", "0", "0"));
}

}  // namespace
}  // namespace kenko::sql
