#include "sim/export_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/exports.h"

namespace kenko::sim {
namespace {

/// Writes rows to a file of the given shape and gives back its bytes.
std::string written(FileShape shape, const std::vector<std::vector<std::string>>& rows, double dirty_ratio = 0) {
  const std::string root = (std::filesystem::temp_directory_path() /
                            ("kenko-sim-file-" + std::to_string(reinterpret_cast<uintptr_t>(&shape))))
                               .string();
  shape.file = "deep/file";
  Folder folder(root);
  {
    ExportFile file(folder, shape, dirty_ratio, Random(1));
    for (const auto& row : rows) file.row(row);
  }
  EXPECT_TRUE(folder.problems().empty());
  std::ifstream in(root + "/deep/file", std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::filesystem::remove_all(root);
  return bytes;
}

TEST(ExportFile, QuotesOnlyWhatNeedsIt) {
  FileShape shape;
  shape.columns = {"id", "name"};
  EXPECT_EQ(written(shape, {{"1", "plain; text"}, {"2", "a, b"}, {"3", "\"Willow\" Ltd"}}),
            "id,name\n1,plain; text\n2,\"a, b\"\n3,\"\"\"Willow\"\" Ltd\"\n");
}

TEST(ExportFile, WindowsFilesHaveAMarkAndCrLf) {
  FileShape shape;
  shape.columns = {"no", "sum"};
  shape.separator = ';';
  shape.windows = true;
  EXPECT_EQ(written(shape, {{"R1", "1,50"}}), "\xEF\xBB\xBFno;sum\r\nR1;1,50\r\n");
}

TEST(ExportFile, JsonQuotesTextsAndKeepsPlainCells) {
  FileShape shape;
  shape.columns = {"id", "n", "text"};
  shape.format = Format::ndjson;
  shape.plain = {false, true, false};
  EXPECT_EQ(written(shape, {{"a", "-0.5", "say \"hi\""}, {"b", "null", ""}}),
            "{\"id\":\"a\",\"n\":-0.5,\"text\":\"say \\\"hi\\\"\"}\n{\"id\":\"b\",\"n\":null,\"text\":\"\"}\n");
}

TEST(ExportFile, ADirtyRowStandsBesideTheRealOneWithAnIdOfItsOwn) {
  FileShape shape;
  shape.columns = {"id", "account"};
  shape.id = 0;
  shape.account = 1;
  shape.dirt = {Dirt::empty_account};
  EXPECT_EQ(written(shape, {{"1", "a"}, {"2", "b"}}, 1.0), "id,account\n1,a\n1D,\n2,b\n2D,\n");
  shape.dirt = {Dirt::duplicate_row};
  EXPECT_EQ(written(shape, {{"1", "a"}}, 1.0), "id,account\n1,a\n1,a\n");
  shape.dirt = {Dirt::trailing_blanks};
  EXPECT_EQ(written(shape, {{"1", "a"}}, 1.0), "id,account\n1,a  \n");
}

TEST(ExportFile, DirtThatARowCannotHaveIsNotPlanted) {
  FileShape shape;
  shape.columns = {"id", "n"};
  shape.id = 0;
  shape.number = 1;
  shape.dirt = {Dirt::garbled_number};
  EXPECT_EQ(written(shape, {{"1", ""}, {"2", "12.5"}}, 1.0), "id,n\n1,\n2,12.5\n2D,12x.5\n");
}

TEST(ExportFormat, MoneyAndDates) {
  EXPECT_EQ(money(252000), "2520.00");
  EXPECT_EQ(money(5, ','), "0,05");
  EXPECT_EQ(german_date(Day::of(2025, 5, 4)), "04.05.2025");
  EXPECT_EQ(clock(86399), "23:59:59");
  EXPECT_EQ(working_day(Day::of(2025, 5, 3)).iso(), "2025-05-02");
  EXPECT_EQ(working_day(Day::of(2025, 5, 4)).iso(), "2025-05-05");
  EXPECT_EQ(working_day(Day::of(2025, 5, 5)).iso(), "2025-05-05");
}

TEST(TimedRows, AreNumberedInOrderOfTime) {
  TimedRows rows;
  rows.add(Day{2}, 5, {"", "late"});
  rows.add(Day{1}, 9, {"", "early"});
  rows.add(Day{2}, 5, {"", "later"});
  const auto& sorted = rows.sorted();
  EXPECT_EQ(sorted[0].cells[1], "early");
  EXPECT_EQ(sorted[1].cells[1], "late");
  EXPECT_EQ(sorted[2].cells[1], "later");
}

}  // namespace
}  // namespace kenko::sim
