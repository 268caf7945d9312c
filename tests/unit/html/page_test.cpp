#include "html/page.h"

#include <gtest/gtest.h>

#include <string>

#include "html/sections_page.h"
#include "report/band_chip.h"
#include "report/cells.h"

namespace kenko::html {
namespace {

using report::Cell;
using report::Table;

Table of_rows(int rows) {
  Table table;
  table.columns = {report::left("account", "account"), report::left("day", "day"), report::right("n", "n"),
                   report::left("meaning", "what it says")};
  table.columns.back().max_width = -1;
  for (int row = 0; row < rows; ++row) {
    table.rows.push_back(
        {{"a" + std::to_string(row)}, {std::string("2026-01-02")}, report::count(row), {"why " + std::to_string(row)}});
  }
  return table;
}

std::string drawn(const Table& table, const std::string& id) {
  Markup out;
  out.open("div");
  add_table(out, table, "caption", *Catalogue::of("en"), id);
  out.close();
  return std::move(out).finish();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Page, ALongTableShowsItsFirstRowsAndOpens) {
  const std::string longer = drawn(of_rows(41), "t"), shorter = drawn(of_rows(40), "t");
  EXPECT_TRUE(has(longer, "All 41 rows; else the first 20"));
  const size_t rest = longer.find("class=\"rest\"");
  ASSERT_NE(rest, std::string::npos);
  EXPECT_LT(longer.find(">a19<"), rest);
  EXPECT_GT(longer.find(">a20<"), rest);
  EXPECT_TRUE(has(longer, "The first 20 of 41 rows.")) << "on paper";
  EXPECT_FALSE(has(shorter, "rest"));
  EXPECT_FALSE(has(drawn(of_rows(41), ""), "rest")) << "nothing to call it by";
}

TEST(Page, SentencesStandBelowTheNameOfTheirRow) {
  const std::string table = drawn(of_rows(1), "t");
  EXPECT_TRUE(has(table, ">a0<small>why 0</small></th>")) << table;
  EXPECT_FALSE(has(table, "what it says")) << "no column of their own";
  EXPECT_TRUE(has(table, "<td class=\"w\">2026-01-02</td>")) << "a day stays on its line";
}

TEST(Page, WordsInBackticksAreCode) {
  const auto text = [](const char* words) {
    Markup out;
    out.open("p");
    add_text(out, words);
    out.close();
    return std::move(out).finish();
  };
  EXPECT_EQ(text("run `kenko fit` <now>"), "<p>run <code>kenko fit</code> &lt;now&gt;</p>");
  EXPECT_EQ(text("one ` alone"), "<p>one ` alone</p>");
}

TEST(Page, TheAnswerStandsFirstWithItsInterval) {
  SectionsReport report;
  report.title = "A report";
  report::add_highlight(report.highlights, {0.784, 0.705, 0.85}, 3, false, "AUC within a day");
  report.sections.push_back({"bands", "By band", of_rows(1), "How to read it."});
  report.sections.back().table.rows[0][0] = report::band_cell("a", {"a", "b", "c", "d", "e", "f", "g"});
  const std::string page = sections_page(report, *Catalogue::of("en"));
  EXPECT_TRUE(has(page, "<b>0.784</b><span class=\"muted\">AUC within a day (0.705 to 0.850)</span>"));
  EXPECT_LT(page.find("0.784"), page.find("id=\"bands\""));
  EXPECT_TRUE(has(page, "<p class=\"muted\">How to read it.</p>"));
  EXPECT_TRUE(has(page, "href=\"#gdG\"")) << "the worst of seven has a letter of its own";
  EXPECT_TRUE(has(page, "id=\"gdG\""));
}

TEST(Page, TooFewOutcomesLeaveNoNumberToLookAt) {
  std::vector<report::Highlight> highlights;
  EXPECT_TRUE(report::add_too_few(highlights, 12));
  ASSERT_EQ(highlights.size(), 1U);
  EXPECT_EQ(highlights[0].value.english(), "8 more");
  EXPECT_FALSE(report::add_too_few(highlights, 20));
  EXPECT_EQ(highlights.size(), 1U);
}

TEST(Page, ColumnsWithoutAnythingAreLeftOut) {
  Table table = of_rows(2);
  table.columns.push_back(report::right("none", "none"));
  table.columns.push_back(report::right("some", "some"));
  table.rows[0].insert(table.rows[0].end(), {Cell{}, Cell{}});
  table.rows[1].insert(table.rows[1].end(), {Cell{}, report::count(1)});
  const Table shown = report::without_empty_columns(table);
  EXPECT_TRUE(shown.columns[4].text_hidden);
  EXPECT_FALSE(shown.columns[5].text_hidden);
}

}  // namespace
}  // namespace kenko::html
