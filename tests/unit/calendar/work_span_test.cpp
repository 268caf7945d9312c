#include "calendar/work_span.h"

#include <gtest/gtest.h>

#include "tree/tree.h"

namespace kenko::calendar {
namespace {

TEST(WorkSpan, ReadsDaysHoursAndMinutes) {
  EXPECT_EQ(WorkSpan::parse("2d"), WorkSpan::days(2));
  EXPECT_EQ(WorkSpan::parse("4h"), WorkSpan::minutes(240));
  EXPECT_EQ(WorkSpan::parse("30m"), WorkSpan::minutes(30));
  EXPECT_EQ(WorkSpan::parse("0d"), WorkSpan::days(0));
  EXPECT_EQ(WorkSpan::parse("1000d"), WorkSpan::days(1000));
  EXPECT_EQ(WorkSpan::parse("10000h"), WorkSpan::minutes(600'000));
}

TEST(WorkSpan, RefusesEverythingElse) {
  for (const char* text : {"", "d", "2", "-2d", "+2d", "2 d", "2w", "2D", "1.5h", "2d4h", "1001d", "10001h", "600001m",
                           "99999999999999999999d", "2d\n"}) {
    EXPECT_EQ(WorkSpan::parse(text), std::nullopt) << text;
  }
}

TEST(WorkSpan, SaysItself) {
  for (const char* text : {"0d", "1d", "48d", "0m", "1m", "90m", "1h", "4h"}) {
    EXPECT_EQ(WorkSpan::parse(text)->text(), text);
  }
  EXPECT_EQ(WorkSpan::minutes(120).text(), "2h");
  EXPECT_EQ(WorkSpan::days(1).sentence().english(), "1 working day");
  EXPECT_EQ(WorkSpan::days(2).sentence().english(), "2 working days");
  EXPECT_EQ(WorkSpan::minutes(60).sentence().english(), "1 working hour");
  EXPECT_EQ(WorkSpan::minutes(240).sentence().english(), "4 working hours");
  EXPECT_EQ(WorkSpan::minutes(90).sentence().english(), "90 working minutes");
}

TEST(WorkSpan, AFileThatSaysItOtherwiseIsToldHow) {
  Problems problems;
  const auto tree = tree::Tree::parse("due: 2 days\nlist: [2d]\n", "plays/p.yaml", problems);
  const tree::Values values(*tree, problems);
  EXPECT_EQ(read_work_span(values, *tree->root().find("due"), "`due`"), std::nullopt);
  EXPECT_EQ(read_work_span(values, *tree->root().find("list"), "`list`"), std::nullopt);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].code, "bad-duration");
  EXPECT_EQ(problems[0].place.line, 1);
  EXPECT_EQ(problems[0].message, "`due` must be a length of working time, not `2 days`");
  EXPECT_EQ(problems[0].hint, "write 2d for working days, 4h or 30m for working hours; at most 1000d or 10000h");
  EXPECT_EQ(problems[1].message, "`list` must be a length of working time, not a list");
}

}  // namespace
}  // namespace kenko::calendar
