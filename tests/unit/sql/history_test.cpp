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
    run("CREATE TABLE event (account INTEGER, life INTEGER, day INTEGER, number BIGINT, occurred BIGINT, name VARCHAR, "
        "person INTEGER, value BIGINT, no_rate BOOLEAN, property_0 VARCHAR, property_1 VARCHAR, user_0 VARCHAR)");
  }

  void run(const std::string& sql) {
    const Status status = connection_->execute(sql);
    ASSERT_TRUE(status.ok()) << to_text(status.problems());
  }

  void days(int32_t days, const std::string& facts = "TRUE") {
    days_ = days;
    run(fmt::format(
        "CREATE TABLE spine AS SELECT 0 AS account, 0 AS life, CAST(range AS INTEGER) AS day, 0 AS account_start, "
        "'active' AS status, {} AS fact_day, 0 AS observed_0, 0 AS observed_1, 4e0 AS given_0 FROM range({})",
        facts, days));
  }

  // value in whole units.  Events are added in reading order, an hour apart where they share a day.
  void event(int32_t day, const std::string& name, const std::string& person = "NULL",
             const std::string& value = "NULL", const std::string& property = "NULL", const std::string& other = "NULL",
             const std::string& no_rate = "FALSE") {
    ++number_;
    run(fmt::format(
        "INSERT INTO event VALUES (0, 0, {0}, {1}, {2}, '{3}', {4}, CAST({5} * 1000000 AS BIGINT), {6}, {7}, "
        "{8}, {8})",
        day, number_, (day * 24 + number_) * 3'600'000'000, name, person, value, no_rate, property, other));
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
  int64_t number_ = 0;
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
  run("INSERT INTO event VALUES (0, 0, 0, 2, 0, 'pay', NULL, 1, FALSE, NULL, NULL, NULL), (0, 0, 0, 3, 0, 'pay', NULL, "
      "-9000000000000000000, FALSE, NULL, NULL, NULL)");
  EXPECT_THAT(values(plan_.aggregate(Function::sum, plan_.selector("pay"), 3, value_field())), ElementsAre("1e-06"));
}

TEST_F(HistorySql, MoneyWithoutARateMakesTheSumNullWhileItIsInTheWindow) {
  days(4);
  event(0, "pay", "NULL", "5");
  event(1, "pay", "NULL", "NULL", "NULL", "NULL", "TRUE");
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
  plan_.plan().dimensions.push_back(verify::dimension("zero", Decimal::whole(1)));
  plan_.metric(plan_.aggregate(Function::mean, login, 1, value_field()));
  plan_.plan().metrics[1].dimension = 1;
  plan_.plan().metrics[1].missing = {plan::Missing::Kind::score, 90'000'000};
  EXPECT_THAT(column("score"), ElementsAre("-", "-", "-", "-"));
  EXPECT_THAT(column("state"), ElementsAre("too new", "too new", "too new", "too new"));
  plan_.plan().min_coverage_micros = 500'000;
  EXPECT_THAT(column("score"), ElementsAre("8000", "8000", "8000", "9500"));
  EXPECT_THAT(column("band"), ElementsAre("0", "0", "0", "0"));
}

TEST_F(HistorySql, QuantilesInterpolateBetweenSortedValues) {
  days(4);
  for (const char* v : {"4", "1", "10"}) event(0, "pay", "NULL", v);
  event(2, "pay", "NULL", "2");
  const uint32_t pay = plan_.selector("pay");
  const auto quantile = [&](int64_t q_micros, int32_t window) {
    const plan::NodeId id = plan_.aggregate(Function::quantile, pay, window, value_field());
    plan_.plan().nodes[id].aggregate.quantile.micros = q_micros;
    plan_.metric(id);
  };
  quantile(500'000, 2);
  quantile(500'000, 0);
  quantile(750'000, 3);
  quantile(1'000'000, 3);
  EXPECT_THAT(column("value_0"), ElementsAre("4.0", "4.0", "2.0", "2.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("4.0", "4.0", "3.0", "3.0"));
  EXPECT_THAT(column("value_2"), ElementsAre("7.0", "7.0", "5.5", "2.0"));
  EXPECT_THAT(column("value_3"), ElementsAre("10.0", "10.0", "10.0", "2.0"));
}

TEST_F(HistorySql, FirstAndLastSkipWhatHasNoValueAndAreNullWithoutARate) {
  days(5);
  event(0, "pay", "NULL", "4");
  event(0, "pay", "NULL", "5");
  event(1, "pay");
  event(3, "pay", "NULL", "NULL", "NULL", "NULL", "TRUE");
  const uint32_t pay = plan_.selector("pay");
  plan_.metric(plan_.aggregate(Function::first, pay, 2, value_field()));
  plan_.metric(plan_.aggregate(Function::last, pay, 2, value_field()));
  plan_.metric(plan_.aggregate(Function::last, pay, 0, value_field()));
  EXPECT_THAT(column("value_0"), ElementsAre("4.0", "4.0", "-", "-", "-"));
  EXPECT_THAT(column("value_1"), ElementsAre("5.0", "5.0", "-", "-", "-"));
  EXPECT_THAT(column("value_2"), ElementsAre("5.0", "5.0", "5.0", "-", "-"));
}

TEST_F(HistorySql, CurrentEndsOnItsDayAndIsUnknownWithoutARate) {
  days(6);
  event(0, "pulse", "NULL", "4", "'1970-01-03'");
  event(3, "pulse", "NULL", "2", "'soon'");
  event(4, "pulse");
  event(5, "pulse", "NULL", "NULL", "NULL", "NULL", "TRUE");
  const auto expected = ElementsAre("4.0", "4.0", "-", "2.0", "2.0", "-");
  EXPECT_THAT(values(plan_.aggregate(Function::current, plan_.selector("pulse"), 0, value_field())), expected);
}

TEST_F(HistorySql, UsersWithEnoughEventsOrDaysInTheWindow) {
  days(7);
  event(0, "login", "1");
  event(2, "login", "1");
  event(2, "login", "1");
  event(3, "login", "2");
  event(3, "login", "2");
  event(4, "login");
  const uint32_t login = plan_.selector("login");
  const auto users = [&](int32_t window, int32_t at_least, bool of_days) {
    const plan::NodeId id = plan_.aggregate(Function::users_with, login, window);
    plan_.plan().nodes[id].aggregate.at_least = at_least;
    plan_.plan().nodes[id].aggregate.of_days = of_days;
    plan_.metric(id);
  };
  users(3, 2, false);
  users(3, 2, true);
  users(0, 3, false);
  EXPECT_THAT(column("value_0"), ElementsAre("0.0", "0.0", "1.0", "2.0", "2.0", "1.0", "0.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("0.0", "0.0", "1.0", "0.0", "0.0", "0.0", "0.0"));
  EXPECT_THAT(column("value_2"), ElementsAre("0.0", "0.0", "1.0", "1.0", "1.0", "1.0", "1.0"));
}

TEST_F(HistorySql, StreaksCountWholePeriodsBackFromTheDay) {
  days(8);
  for (const int d : {0, 1, 2, 5}) event(d, "login");
  const uint32_t login = plan_.selector("login");
  for (const int32_t period : {1, 3}) {
    const plan::NodeId id = plan_.aggregate(Function::streak, login, 0);
    plan_.plan().nodes[id].aggregate.period_days = period;
    plan_.metric(id);
  }
  EXPECT_THAT(column("value_0"), ElementsAre("1.0", "2.0", "3.0", "0.0", "0.0", "1.0", "0.0", "0.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("1.0", "1.0", "1.0", "2.0", "2.0", "2.0", "3.0", "3.0"));
}

TEST_F(HistorySql, TheLongestGapLiesWithinTheWindowAndTheObservedDays) {
  days(9);
  run("UPDATE spine SET observed_0 = 1");
  for (const int d : {2, 6, 7}) event(d, "login");
  const uint32_t login = plan_.selector("login");
  plan_.metric(plan_.aggregate(Function::longest_gap, login, 5));
  plan_.metric(plan_.aggregate(Function::longest_gap, login, 0));
  EXPECT_THAT(column("value_0"), ElementsAre("-", "1.0", "1.0", "1.0", "2.0", "3.0", "3.0", "3.0", "2.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("-", "1.0", "1.0", "1.0", "2.0", "3.0", "3.0", "3.0", "3.0"));
}

TEST_F(HistorySql, PairsFollowTheirItems) {
  days(6);
  const auto done = [this](int day, const char* item) { event(day, "closed", "NULL", "NULL", item); };
  const auto opened = [this](int day, const char* item, const char* due) {
    event(day, "opened", "NULL", "3", item, due);
  };
  opened(0, "'x'", "'1970-01-03'");
  opened(1, "'y'", "NULL");
  done(2, "'y'");
  opened(3, "'y'", "'1970-01-02'");
  done(4, "'x'");
  done(4, "'z'");
  const uint32_t a = plan_.selector("opened"), b = plan_.selector("closed");
  for (const Function f :
       {Function::open, Function::open_age, Function::missed, Function::overdue_days, Function::overdue_amount,
        Function::days_late, Function::completion, Function::time_between}) {
    const plan::NodeId id = plan_.aggregate(f, a, f < Function::days_late ? 0 : 4);
    plan::Aggregate& pair = plan_.plan().nodes[id].aggregate;
    pair.second = b;
    pair.by = "item";
    if (f >= Function::missed && f <= Function::days_late) pair.due = "on";
    plan_.metric(id);
  }
  EXPECT_THAT(column("value_0"), ElementsAre("1.0", "2.0", "1.0", "2.0", "1.0", "1.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("0.0", "1.0", "2.0", "3.0", "1.0", "2.0"));
  EXPECT_THAT(column("value_2"), ElementsAre("0.0", "0.0", "0.0", "1.0", "0.0", "0.0"));
  EXPECT_THAT(column("value_3"), ElementsAre("0.0", "0.0", "0.0", "1.0", "0.0", "0.0"));
  EXPECT_THAT(column("value_4"), ElementsAre("0.0", "0.0", "0.0", "3.0", "0.0", "0.0"));
  EXPECT_THAT(column("value_5"), ElementsAre("-", "-", "0.0", "1.0", "1.5", "2.0"));
  EXPECT_THAT(column("value_6"), ElementsAre("0.0", "0.0", "0.5", "0.0", "0.0", "0.0"));
  EXPECT_THAT(column("round(value_7)"), ElementsAre("-", "-", "25.0", "25.0", "25.0", "-"));
}

TEST_F(HistorySql, EarlierValuesTenureAndLogarithms) {
  days(3);
  event(1, "login");
  event(1, "login");
  const plan::NodeId c = plan_.aggregate(Function::count, plan_.selector("login"), 1);
  const plan::NodeId earlier = plan_.node(Op::earlier, {c});
  plan_.plan().nodes[earlier].lag_days = 1;
  plan_.metric(earlier);
  plan_.metric(plan_.node(Op::tenure));
  plan_.metric(plan_.node(Op::log1p, {plan_.node(Op::negate, {c})}));
  EXPECT_THAT(column("value_0"), ElementsAre("-", "0.0", "2.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("0.0", "1.0", "2.0"));
  EXPECT_THAT(column("value_2"), ElementsAre("0.0", "-", "0.0"));
}

TEST_F(HistorySql, ABaselineIsInDeviationsOfTheWeeksBefore) {
  days(40);
  for (int week = 0; week < 4; ++week) {
    for (int i = 0; i <= week % 2; ++i) event(week * 7, "login");
  }
  for (int i = 0; i < 4; ++i) event(28, "login");
  const plan::NodeId base = plan_.node(Op::baseline, {plan_.aggregate(Function::count, plan_.selector("login"), 1)});
  plan_.plan().nodes[base].lag_days = 28;
  plan_.metric(base);
  const auto v = column("round(value_0, 6)");
  EXPECT_EQ(v[27], "-");         // three weeks
  EXPECT_EQ(v[28], "4.330127");  // 4 after 1 2 1 2: 2.5 / sqrt(1 / 3)
  EXPECT_EQ(v[29], "0.0");       // nothing after nothing
}

TEST_F(HistorySql, FiltersLookIntoTexts) {
  days(1);
  for (const char* page : {"'/admin/x'", "'/Admin'", "'x/admin'", "NULL"}) event(0, "t", "NULL", "NULL", page, page);
  const auto count = [&](plan::FilterOp op, bool of_user) {
    plan::Filter f;
    f.op = op;
    f.field = "page";
    f.text = "/admin";
    f.of_user = of_user;
    plan_.metric(plan_.aggregate(Function::count, plan_.selector("t", f), 1));
  };
  using enum plan::FilterOp;
  for (const auto op : {starts_with, ends_with, contains, is_empty}) count(op, false);
  count(contains, true);
  EXPECT_THAT(column("value_0"), ElementsAre("1.0"));
  EXPECT_THAT(column("value_1"), ElementsAre("1.0"));
  EXPECT_THAT(column("value_2"), ElementsAre("2.0"));
  EXPECT_THAT(column("value_3"), ElementsAre("1.0"));
  EXPECT_THAT(column("value_4"), ElementsAre("2.0"));
}

TEST_F(HistorySql, CurvesGoOnSaturateAndCountEach) {
  days(4);
  for (int d = 0; d < 4; ++d) {
    for (int i = 0; i < d; ++i) event(d, "login");
  }
  const plan::NodeId c = plan_.aggregate(Function::count, plan_.selector("login"), 1);
  plan_.metric(c);
  plan::Curve& open = plan_.plan().metrics[0].curve;
  open.points = {{1, 40'000'000}, {2, 75'000'000}};
  open.open_below = open.open_above = true;
  plan_.metric(c);
  plan::Curve& hill = plan_.plan().metrics[1].curve;
  hill = {};
  hill.kind = plan::Curve::Kind::hill;
  hill.half = 1;
  hill.power = 2;
  plan_.metric(c);
  plan::Curve& each = plan_.plan().metrics[2].curve;
  each = {};
  each.kind = plan::Curve::Kind::each;
  each.each_micros = -10'000'000;
  each.at_most_micros = 25'000'000;
  EXPECT_THAT(column("points_0"), ElementsAre("5000000", "40000000", "75000000", "100000000"));
  EXPECT_THAT(column("points_1"), ElementsAre("0", "50000000", "80000000", "90000000"));
  EXPECT_THAT(column("points_2"), ElementsAre("0", "-10000000", "-20000000", "-25000000"));
}

TEST_F(HistorySql, RollUpsOfEveryKindAndNestedDimensions) {
  days(2);
  event(1, "login");
  plan::Plan& plan = plan_.plan();
  plan.dimensions = {verify::dimension("all", Decimal::whole(1)), verify::dimension("low", Decimal::whole(3)),
                     verify::dimension("sum", Decimal::whole(1))};
  plan.dimensions[1].parent = plan.dimensions[2].parent = 0;
  plan.dimensions[1].rollup = plan::Rollup::min;
  plan.dimensions[2].rollup = plan::Rollup::points;
  plan.dimensions[2].start_micros = 60'000'000;
  const plan::NodeId c = plan_.aggregate(Function::count, plan_.selector("login"), 1);
  for (uint32_t i = 0; i < 4; ++i) {
    plan_.metric(c);
    plan.metrics[i].dimension = i < 2 ? 1 : 2;
    plan.metrics[i].curve.points = {{0, 10'000'000}, {1, 50'000'000}};
  }
  plan.metrics[1].curve.points = {{0, 30'000'000}, {1, 20'000'000}};
  for (uint32_t i = 2; i < 4; ++i) {
    plan.metrics[i].curve = {};
    plan.metrics[i].curve.kind = plan::Curve::Kind::each;
    plan.metrics[i].curve.at_most_micros = 100'000'000;
    plan.metrics[i].curve.each_micros = i == 2 ? 70'000'000 : -5'000'000;
  }
  EXPECT_THAT(column("dimension_1"), ElementsAre("10000000", "20000000"));
  EXPECT_THAT(column("dimension_2"), ElementsAre("60000000", "100000000"));
  EXPECT_THAT(column("dimension_0"), ElementsAre("22500000", "40000000"));
  EXPECT_THAT(column("score"), ElementsAre("2250", "4000"));
}

TEST_F(HistorySql, SegmentsAndStagesChangeWeightsCurvesAndBands) {
  days(4);
  event(2, "login");
  plan::Plan& plan = plan_.plan();
  const plan::NodeId c = plan_.aggregate(Function::count, plan_.selector("login"), 1);
  plan_.metric(c);
  plan_.metric(c);
  plan.metrics[0].curve.points = {{0, 20'000'000}, {1, 100'000'000}};
  plan.metrics[1].curve.points = {{0, 40'000'000}};
  plan::Segment early;
  early.name = "early";
  early.when = plan_.node(Op::greater_equal, {c, plan_.number(0)}, plan::Type::flag);
  early.until = Day{2};
  early.changes.metric_weights = {{1, Decimal{}}};
  early.changes.bands = {verify::band("a", 0), verify::band("b", 2'000)};
  plan.segments = {early};
  plan::Segment busy;
  busy.name = "busy";
  busy.when = plan_.node(Op::greater, {c, plan_.number(0)}, plan::Type::flag);
  busy.changes.metric_weights = {{1, Decimal::whole(3)}};
  busy.changes.curves = {{0, plan.metrics[1].curve}};
  plan.life_stages = {busy};
  EXPECT_THAT(column("segment"), ElementsAre("0", "0", "0", "-1"));
  EXPECT_THAT(column("stage"), ElementsAre("-1", "-1", "0", "-1"));
  EXPECT_THAT(column("dimension_0"), ElementsAre("20000000", "20000000", "40000000", "30000000"));
  EXPECT_THAT(column("band"), ElementsAre("1", "1", "1", "0"));
}

TEST_F(HistorySql, ADimensionThatTheDayLeavesOutIsEmptyAndAsksForNoEvidence) {
  days(2);
  event(0, "login");
  plan::Plan& plan = plan_.plan();
  plan.dimensions.push_back(verify::dimension("zero", Decimal::whole(1)));
  const uint32_t login = plan_.selector("login");
  plan_.metric(plan_.aggregate(Function::count, login, 1));
  plan.metrics[0].curve.points = {{0, 90'000'000}};
  plan_.metric(plan_.aggregate(Function::mean, login, 1, value_field()));
  plan.metrics[1].dimension = 1;
  plan.metrics[1].missing.kind = plan::Missing::Kind::zero;
  plan::Segment late;
  late.name = "late";
  late.when = plan_.node(Op::greater, {plan_.node(Op::tenure), plan_.number(0)}, plan::Type::flag);
  late.changes.dimension_weights = {{1, Decimal{}}};
  plan.segments = {late};
  plan.min_coverage_micros = 500'000;
  EXPECT_THAT(column("dimension_1"), ElementsAre("0", "-"));
  EXPECT_THAT(column("coverage"), ElementsAre("500000", "1000000"));
  EXPECT_THAT(column("rolled_up"), ElementsAre("4500", "9000"));
  EXPECT_THAT(column("band"), ElementsAre("0", "1"));
}

TEST_F(HistorySql, HeldPointsAreEvidenceForAsLongAsTheyAreHeld) {
  days(4);
  event(0, "pay", "NULL", "50");
  plan_.metric(plan_.aggregate(Function::mean, plan_.selector("pay"), 1, value_field()));
  plan_.plan().metrics[0].missing = {plan::Missing::Kind::hold, 0, 2};
  EXPECT_THAT(column("points_0"), ElementsAre("50000000", "-", "-", "-"));
  EXPECT_THAT(column("dimension_0"), ElementsAre("50000000", "50000000", "50000000", "-"));
  EXPECT_THAT(column("coverage"), ElementsAre("1000000", "1000000", "1000000", "0"));
}

TEST_F(HistorySql, WhatHasNoSqlIsLeftOutWithAllThatRestsOnIt) {
  days(1);
  event(0, "login");
  const plan::NodeId c = plan_.aggregate(Function::count, plan_.selector("login"), 1);
  plan_.metric(c);
  plan_.metric(plan_.node(Op::percentile, {c}));
  const Coverage all = covered(plan_.plan());
  EXPECT_THAT(all.metric, ElementsAre(true, false));
  EXPECT_FALSE(all.rolled_up);
  EXPECT_THAT(column("value_0"), ElementsAre("1.0"));
  const std::string query = history_sql(plan_.plan(), duckdb(), {.longest_life_days = 1});
  EXPECT_EQ(query.find("value_1"), std::string::npos);
  EXPECT_EQ(query.find("score"), std::string::npos);
  plan_.plan().metrics[1].dimension.reset();  // shown, not scored
  EXPECT_TRUE(covered(plan_.plan()).score);
  EXPECT_THAT(column("score"), ElementsAre("100"));
  EXPECT_FALSE(covered(plan_.plan(), {.overrides = true}).score);
  EXPECT_TRUE(covered(plan_.plan(), {.overrides = true}).rolled_up);
  EXPECT_FALSE(covered(plan_.plan(), {.overdue = true}).rolled_up);
  plan_.plan().hierarchy.worst = Decimal::whole(1);
  EXPECT_FALSE(covered(plan_.plan()).rolled_up);
}

}  // namespace
}  // namespace kenko::sql
