#include "html/charts.h"

#include <gtest/gtest.h>

#include "html/bands.h"
#include "html/page.h"
#include "html/section_charts.h"
#include "report/cells.h"

namespace kenko::html {
namespace {

using report::Cell;
using report::Fixed;
using report::Tone;

std::string spark(const std::vector<int32_t>& scores) {
  Markup out;
  add_sparkline(out, scores, {4'000});
  return std::move(out).finish();
}

size_t times(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Charts, AnAxisHoldsItsValuesWithRoundEnds) {
  const Axis axis = axis_over({0.113, 0.472}, true);
  EXPECT_DOUBLE_EQ(axis.from, 0.1);
  EXPECT_DOUBLE_EQ(axis.to, 0.5);
  EXPECT_EQ(axis.ticks.size(), 5U);
  EXPECT_EQ(axis.text(axis.ticks.back()), "50 %");
  EXPECT_DOUBLE_EQ(axis.at(0.3), 50);
  EXPECT_DOUBLE_EQ(axis.at(7), 100);
  EXPECT_EQ(axis_over({-1, 1}, false).text(-0.001), "0.0") << "no minus before nothing";
}

TEST(Charts, AnAxisOverOneValueHasAWidth) {
  const Axis axis = axis_over({0.5}, false);
  EXPECT_LT(axis.from, axis.to);
  EXPECT_GE(axis.to, 0.5);
}

TEST(Charts, GapsOfASparklineStayGaps) {
  EXPECT_EQ(times(spark({5'000, 5'000, -1, 5'000, 5'000}), "M"), 1 + 2U);  // the cut, two stretches
  EXPECT_EQ(times(spark({5'000, 5'000, 5'000}), "M"), 1 + 1U);
  EXPECT_EQ(times(spark({-1, -1}), "class=\"line\""), 0U);
}

TEST(Charts, ASparklineIsFixedFrom0To100) {
  EXPECT_NE(spark({0}).find("M1 23"), std::string::npos);
  EXPECT_NE(spark({10'000}).find("M1 1h0"), std::string::npos);
}

TEST(Charts, AChipIsAShapeALetterAndAWord) {
  const Chip chip = chip_of(Cell{{}, Tone::band_b, "◆ B yellow"});
  EXPECT_EQ(chip.letter, 'B');
  EXPECT_EQ(chip.words, "yellow");
  EXPECT_EQ(chip_of(Cell{{}, Tone::band_none, "◌ ? insufficient data"}).words, "insufficient data");
  EXPECT_EQ(chip_of(Cell{{}, Tone::band_new, "◷ too new"}).letter, 'T');
  EXPECT_EQ(chip_of(Cell{std::string("not scored"), Tone::muted, ""}).words, "not scored");
}

TEST(Charts, ASectionHasTheChartOfItsColumns) {
  const auto texts = Catalogue::of("en");
  report::Table table;
  table.columns = {report::left("band", "band")};
  report::add_interval_columns(table, "rate", "rate");
  for (const double rate : {0.5, 0.25}) {
    std::vector<Cell> row{{std::string("<red>")}};
    report::add_interval(row, {rate, rate - 0.1, rate + 0.1}, true, 1);
    table.rows.push_back(row);
  }
  Markup with, without;
  add_chart_of(with, {"bands", "By band", table}, *texts);
  add_chart_of(without, {"other", "Other", table}, *texts);
  const std::string drawn = std::move(with).finish();
  EXPECT_EQ(times(drawn, "<circle"), 2U);
  EXPECT_EQ(drawn.find("<red>"), std::string::npos);
  EXPECT_NE(drawn.find("Highest: &lt;red&gt; (50 %); lowest: &lt;red&gt; (25 %)."), std::string::npos);
  EXPECT_EQ(std::move(without).finish(), "");
}

TEST(Charts, DaysOfTwoModelsAreTwoLines) {
  const auto texts = Catalogue::of("en");
  report::Table table;
  table.columns = {report::left("as_of", "as of"), report::right("before", "AUC now"),
                   report::right("after", "AUC draft")};
  for (int day = 1; day <= 3; ++day) {
    table.rows.push_back(
        {{std::string("2026-01-0") + std::to_string(day)}, report::real(0.6, 3), report::real(0.7, 3)});
  }
  Markup out;
  add_chart_of(out, {"days", "By as-of day", table}, *texts);
  const std::string drawn = std::move(out).finish();
  EXPECT_EQ(times(drawn, "class=\"mark\""), 3 + 1U) << "the first series and its key";
  EXPECT_EQ(times(drawn, "class=\"mark alt\""), 3 + 1U);
  EXPECT_NE(drawn.find("AUC draft"), std::string::npos);
  EXPECT_NE(drawn.find("AUC now: 0.60 to 0.60; AUC draft: 0.70 to 0.70, higher on 3 of 3 days."), std::string::npos)
      << "the sentence speaks of both\n"
      << drawn;
}

TEST(Charts, OfManyRowsTheFirstAreDrawn) {
  const auto texts = Catalogue::of("en");
  report::Table table;
  table.columns = {report::left("kind", "look"), report::left("subject", "at")};
  report::add_interval_columns(table, "effect", "effect");
  for (int row = 0; row < 50; ++row) {
    std::vector<Cell> cells{report::words("mean value"), {std::string("metric")}};
    report::add_interval(cells, {0.1, 0.0, 0.2}, false, 2);
    table.rows.push_back(cells);
  }
  Markup out;
  add_chart_of(out, {"looks", "What moved", table}, *texts);
  const std::string drawn = std::move(out).finish();
  EXPECT_EQ(times(drawn, "<circle"), 20U);
  EXPECT_NE(drawn.find("mean value: metric"), std::string::npos);
  EXPECT_NE(drawn.find("The first 20 of 50 rows."), std::string::npos);
}

TEST(Charts, AWalkEndsWhereItsStepsLead) {
  Markup out;
  add_walk(out, {{"then", 100, "100"}, {"came", 50, "+50"}, {"went", -100, "-100"}, {"now", 50, "50"}});
  const std::string drawn = std::move(out).finish();
  // Over an axis from 0 to 150: 0-100, 100-150, 50-150, 0-50.
  for (const char* place : {"x=\"0%\" y=\"4\" width=\"66.67%\"", "x=\"66.67%\" y=\"4\" width=\"33.33%\"",
                            "x=\"33.33%\" y=\"4\" width=\"66.67%\"", "x=\"0%\" y=\"4\" width=\"33.33%\""})
    EXPECT_NE(drawn.find(place), std::string::npos) << place << "\n" << drawn;
  EXPECT_EQ(times(drawn, "bar fall"), 1U);
}

TEST(Charts, WordsOfATableAreSaidInTheReadersLanguage) {
  const auto japanese = Catalogue::of("ja");
  EXPECT_EQ(cell_text(report::words(say("at least {}", 3)), *japanese), "3以上");
  EXPECT_EQ(cell_text(Cell{std::string("score")}, *japanese), "score") << "data is not translated";
  EXPECT_EQ(cell_text(Cell{Fixed{1234, 2}}, *japanese), "12.34");
  EXPECT_EQ(cell_text(Cell{}, *japanese), "–");
}

}  // namespace
}  // namespace kenko::html
