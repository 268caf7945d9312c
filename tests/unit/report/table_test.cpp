#include "report/table.h"

#include <gtest/gtest.h>

#include "report/band_chip.h"

namespace kenko::report {
namespace {

Table example() {
  Table t;
  t.columns = {{"name", "name", Align::left, 8, false},
               {"n", "n", Align::right, 0, false},
               {"hidden", "hidden", Align::left, 0, true}};
  t.rows = {{{std::string("short")}, {int64_t{1234567}}, {Fixed{-5, 2}}},
            {{std::string("a name, too \"long\"")}, {}, {true}}};
  return t;
}

TEST(Table, TextIsAlignedCutAndNullIsADash) {
  EXPECT_EQ(to_text(example(), {}), "name              n\nshort     1,234,567\na name,…          –\n");
}

TEST(Table, ASentenceThatDoesNotFitGoesBelowItsRow) {
  Table t;
  t.columns = {{"name", "name", Align::left, 0, false},
               {"why", "why", Align::left, -1, false},
               {"n", "n", Align::right, 0, false}};
  t.rows = {{{std::string("a")}, {std::string("a short one")}, {int64_t{1}}}};
  EXPECT_EQ(to_text(t, {30, false}), "name  why          n\na     a short one  1\n");
  EXPECT_EQ(to_text(t, {16, false}), "name  n\na     1\n    a short one\n");
}

TEST(Table, CsvQuotesAndKeepsFormulasHarmless) {
  EXPECT_EQ(to_csv(example()), "name,n,hidden\nshort,1234567,-0.05\n\"a name, too \"\"long\"\"\",,true\n");
  Table t;
  t.columns = {{"x", "x", Align::left, 0, false}};
  t.rows = {{{std::string("=1+1")}}, {{std::string("-")}}};
  EXPECT_EQ(to_csv(t), "x\n'=1+1\n'-\n");
}

TEST(Table, JsonPartsMakeTheWhole) {
  const Table t = example();
  EXPECT_EQ(to_json(t), "[" + json_rows(t, true) + "\n]\n");
  EXPECT_NE(to_json(t).find("\"hidden\": -0.05"), std::string::npos);
  EXPECT_NE(to_json(t).find("\"n\": null"), std::string::npos);
}

TEST(Numbers, ReadWell) {
  EXPECT_EQ(number_text(-0.00001), "-1e-05");
  EXPECT_EQ(number_text(0.38), "0.38");
  EXPECT_EQ(number_text(12.5), "12.5");
  EXPECT_EQ(number_text(123456), "123456");
  EXPECT_EQ(exact_text(0.1), "0.1");
  EXPECT_EQ(exact_text(3), "3");
  EXPECT_EQ(to_text(Fixed{7, 2, true}), "+0.07");
  EXPECT_EQ(to_text(Fixed{-7, 2}), "-0.07");
}

TEST(BandChip, TheBestIsACircleTheWorstASquareWhateverTheirNumber) {
  const std::vector<plan::Band> bands{{"red", 0, {}}, {"yellow", 4000, {}}, {"green", 8000, {}}};
  EXPECT_EQ(chip_of(bands, score::State::scored, 2).text, "● A green");
  EXPECT_EQ(chip_of(bands, score::State::scored, 0).text, "■ C red");
  EXPECT_EQ(chip_of(bands, score::State::paused, 0).text, "■ C red (paused)");
  EXPECT_EQ(chip_of(bands, score::State::insufficient, -1).tone, Tone::band_none);
  EXPECT_EQ(sparkline({0, 9999, 10000, -1}), "▁██ ");
}

}  // namespace
}  // namespace kenko::report
