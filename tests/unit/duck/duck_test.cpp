#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <numeric>

#include "duck/connection.h"
#include "duck/parquet_text.h"
#include "ports/files.h"

namespace kenko::duck {
namespace {

namespace fs = std::filesystem;

class DuckTest : public testing::Test {
 protected:
  DuckTest() : duck_(Connection::open({.threads = 2}).value()) {
    char name[] = "/tmp/kenko-duck-XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  ~DuckTest() override { fs::remove_all(dir_); }

  Chunk one_chunk(const std::string& sql) {
    Rows rows = duck_.query(sql).value();
    return rows.next().value();
  }

  Connection duck_;
  std::string dir_;
};

TEST_F(DuckTest, TypedCells) {
  const Chunk c = one_chunk(
      "SELECT 7::INTEGER, -8::BIGINT, 1.5::DOUBLE, true, 'short', 'a text of more than twelve bytes', "
      "(-1)::HUGEINT, TIMESTAMP '1970-01-01 00:00:01', DATE '1970-01-03', 1.5::DECIMAL(18, 6), NULL::BIGINT");
  ASSERT_EQ(c.size(), 1U);
  EXPECT_EQ(c.data<int32_t>(0)[0], 7);
  EXPECT_EQ(c.data<int64_t>(1)[0], -8);
  EXPECT_EQ(c.data<double>(2)[0], 1.5);
  EXPECT_TRUE(c.data<bool>(3)[0]);
  EXPECT_EQ(c.text(4, 0), "short");
  EXPECT_EQ(c.text(5, 0), "a text of more than twelve bytes");
  EXPECT_TRUE(c.hugeint(6, 0) == -1);
  EXPECT_EQ(c.data<int64_t>(7)[0], 1'000'000);
  EXPECT_EQ(c.data<int32_t>(8)[0], 2);
  EXPECT_EQ(c.data<int64_t>(9)[0], 1'500'000);
  EXPECT_FALSE(c.valid(10, 0));
  EXPECT_TRUE(c.valid(0, 0));
}

TEST_F(DuckTest, ProblemsCarryDuckdbsMessage) {
  const auto parse = duck_.query("SELEC 1");
  ASSERT_FALSE(parse.ok());
  EXPECT_EQ(parse.problems()[0].code, "duckdb-failed");
  EXPECT_NE(parse.problems()[0].message.find("SELEC"), std::string::npos);
  const auto run = duck_.execute("SELECT error('at run time')");
  ASSERT_FALSE(run.ok());
  EXPECT_NE(run.problems()[0].message.find("at run time"), std::string::npos);
}

TEST_F(DuckTest, AnErrorInTheMiddleOfAStreamIsNotAnEnd) {
  auto rows = duck_.query("SELECT CASE WHEN i = 500000 THEN error('late') ELSE i END FROM range(1000000) t(i)");
  Problems problems;
  if (!rows.ok()) problems = rows.problems();
  while (problems.empty()) {
    const auto chunk = rows->next();
    if (!chunk.ok()) problems = chunk.problems();
    if (chunk.ok() && chunk->size() == 0) break;
  }
  ASSERT_FALSE(problems.empty());
  EXPECT_NE(problems[0].message.find("late"), std::string::npos);
}

TEST_F(DuckTest, OwnColumnsAreATableWithNullsAndProjection) {
  std::vector<int64_t> numbers(5000);
  std::iota(numbers.begin(), numbers.end(), 0);
  Table table;
  table.rows = numbers.size();
  table.columns.push_back(int64_column("n", numbers));
  table.columns.push_back(
      text_column("t", [](uint64_t row) { return row % 2 == 0 ? std::string_view("even") : std::string_view(); }));
  table.columns.push_back({"unused", Type::int64, [](uint64_t, size_t, Cells&) { FAIL() << "not asked for"; }});
  ASSERT_TRUE(duck_.register_table("mine", std::move(table)).ok());
  const Chunk c = one_chunk("SELECT sum(n)::BIGINT, count(t), max(t) FROM mine");
  EXPECT_EQ(c.data<int64_t>(0)[0], 5000LL * 4999 / 2);
  EXPECT_EQ(c.data<int64_t>(1)[0], 2500);
  EXPECT_EQ(c.text(2, 0), "even");
  EXPECT_EQ(one_chunk("SELECT count(*) FROM mine").data<int64_t>(0)[0], 5000);
  EXPECT_FALSE(duck_.register_table("mine", {}).ok());
}

TEST_F(DuckTest, BrokenUtf8IsRefusedNotLost) {
  Table table;
  table.rows = 1;
  table.columns.push_back(text_column("t", [](uint64_t) { return std::string_view("\xC3("); }));
  ASSERT_TRUE(duck_.register_table("bad", std::move(table)).ok());
  EXPECT_FALSE(duck_.execute("SELECT * FROM bad").ok());
}

TEST_F(DuckTest, ParquetKeepsOrderAndFailureLeavesNoFile) {
  const std::string path = dir_ + "/it's [a] *.parquet";
  ASSERT_TRUE(duck_.copy_to_parquet("SELECT i FROM range(300000) t(i)", path).ok());
  Rows rows = duck_.query("SELECT i FROM read_parquet(" + sql_path(path) + ")").value();
  int64_t expected = 0;
  while (true) {
    const Chunk chunk = rows.next().value();
    if (chunk.size() == 0) break;
    for (size_t i = 0; i < chunk.size(); ++i) ASSERT_EQ(chunk.data<int64_t>(0)[i], expected++);
  }
  EXPECT_EQ(expected, 300000);
  EXPECT_FALSE(duck_.copy_to_parquet("SELECT error('no') FROM range(3)", dir_ + "/b.parquet").ok());
  EXPECT_EQ(ports::list_files(dir_).size(), 1U);
}

TEST_F(DuckTest, ParquetAsText) {
  const std::string path = dir_ + "/a.parquet";
  ASSERT_TRUE(duck_
                  .copy_to_parquet("SELECT 1.50::DECIMAL(9, 2) AS d, TIMESTAMP '2026-03-08 23:59:59' AS t, "
                                   "TIMESTAMPTZ '2026-03-08 23:59:59+09' AS z, DATE '2026-01-02' AS day, true AS b, "
                                   "NULL::INTEGER AS n, [1, 2] AS l, 0.1::DOUBLE AS r, 'x' AS \"a \"\"name\"",
                                   path)
                  .ok());
  std::vector<std::string> names, cells;
  ASSERT_TRUE(read_parquet_as_text(path, {[&](const std::vector<std::string>& c) {
                                            names = c;
                                            return true;
                                          },
                                          [&](std::span<const std::optional<std::string_view>> row) {
                                            for (const auto& cell : row) cells.emplace_back(cell.value_or("(null)"));
                                            return true;
                                          }})
                  .ok());
  EXPECT_EQ(names, (std::vector<std::string>{"d", "t", "z", "day", "b", "n", "l", "r", "a \"name"}));
  EXPECT_EQ(cells, (std::vector<std::string>{"1.50", "2026-03-08 23:59:59", "2026-03-08 14:59:59.000000Z", "2026-01-02",
                                             "true", "(null)", "[1,2]", "0.1", "x"}));
}

TEST_F(DuckTest, AFileThatIsNotParquetIsAProblemWithItsName) {
  const std::string path = dir_ + "/a.parquet";
  ASSERT_TRUE(ports::write_file(path, {"account,name\n"}).ok());
  const TextRowSink sink{[](const auto&) { return true; }, [](auto) { return true; }};
  const Status text = read_parquet_as_text(path, sink);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.problems()[0].code, "parquet-unreadable");
  EXPECT_EQ(text.problems()[0].place.file, path);
  EXPECT_EQ(read_parquet_as_text(dir_ + "/none", sink).problems()[0].code, "file-missing");
}

TEST_F(DuckTest, MemoryIsBoundedAndNothingIsSpilled) {
  Connection small = Connection::open({.memory_mb = 20}).value();
  const auto big = small.execute("CREATE TABLE t AS SELECT i, hash(i) h FROM range(20000000) t(i)");
  ASSERT_FALSE(big.ok());
  EXPECT_NE(big.problems()[0].message.find("Out of Memory"), std::string::npos) << big.problems()[0].message;
  EXPECT_EQ(one_chunk("SELECT current_setting('temp_directory')").text(0, 0), "");
}

TEST_F(DuckTest, TheTimeZoneIsUtcWhateverTheMachineSays) {
  EXPECT_EQ(one_chunk("SELECT current_setting('TimeZone')").text(0, 0), "UTC");
}

}  // namespace
}  // namespace kenko::duck
