#include "readers/csv.h"

#include <iconv.h>

#include "base/random.h"
#include "table_sink.h"

namespace kenko::readers {
namespace {

Read read_text(std::string_view text, ReadOptions options = {}, const std::string& name = "t.csv") {
  const Folder folder;
  return read(folder.write(name, text), options);
}

std::string in_encoding(const std::string& utf8, const char* encoding) {
  const iconv_t converter = iconv_open(encoding, "UTF-8");
  std::string from = utf8, out(utf8.size() * 4, '\0');
  char *a = from.data(), *b = out.data();
  size_t left = from.size(), room = out.size();
  EXPECT_NE(iconv(converter, &a, &left, &b, &room), static_cast<size_t>(-1));
  iconv_close(converter);
  out.resize(out.size() - room);
  return out;
}

TEST(Csv, ReadsPlainRows) {
  const Read r = read_text("a,b,c\n1,2,3\n4,,6\n\n7,8,9");
  EXPECT_EQ(r.table.header, (Lines{"a", "b", "c"}));
  EXPECT_EQ(r.table.rows, (Lines{"2: a=1 b=2 c=3", "3: a=4 c=6", "5: a=7 b=8 c=9"}));
  EXPECT_TRUE(r.table.bad.empty());
}

TEST(Csv, LineEndsQuotesAndLinesInCells) {
  const Read r = read_text("a;b\r\n\"x \"\"y\"\"\";\"1\r\n2\"\r\n3;\"\"\r\nz;5\" pipe\r\n");
  EXPECT_EQ(r.table.rows, (Lines{"2: a=x \"y\" b=1\r\n2", "4: a=3", "5: a=z b=5\" pipe"}));
  EXPECT_TRUE(r.table.bad.empty());
  EXPECT_EQ(read_text("a,b\r1,2\r3,4").table.rows, (Lines{"2: a=1 b=2", "3: a=3 b=4"}));
}

TEST(Csv, SniffsDelimiters) {
  EXPECT_EQ(read_text("a;b\n1,5;2\n").table.header.size(), 2U);
  EXPECT_EQ(read_text("a\tb\n1,5\t2\n").table.header.size(), 2U);
  EXPECT_EQ(read_text("a|b\n1|2\n").table.header.size(), 2U);
  EXPECT_EQ(read_text("name\n\"a, b\"\n").table.rows, (Lines{"2: name=a, b"}));
  EXPECT_EQ(sniff_delimiter("\"a;b;c\",d\n1,2\n", true), ',');
}

TEST(Csv, TabsWithoutQuotes) {
  ReadOptions options;
  options.format.quotes = false;
  EXPECT_EQ(read_text("a\tb\n\"x\t2\n", options, "t.tsv").table.rows, (Lines{"2: a=\"x b=2"}));
}

TEST(Csv, BadRowsDoNotStopTheFile) {
  const Read r =
      read_text("a,b\n1,2\n1\n1,2,3\n\"x\"y,2\n3,4\n5,\"open\n6,7\n" + std::string("z\0z,1\n", 6) + "8,9,\n");
  EXPECT_EQ(r.table.rows, (Lines{"2: a=1 b=2", "6: a=3 b=4", "8: a=6 b=7", "10: a=8 b=9"}));
  EXPECT_EQ(r.table.bad, (Lines{"3: ragged-row  the row has 1 cells, the header has 2",
                                "4: ragged-row  the row has 3 cells, the header has 2",
                                "5: broken-quote a there is text after the closing quote of a cell",
                                "7: broken-quote b a quote is opened here and never closed",
                                "9: nul-byte  the row holds a zero byte"}));
  EXPECT_EQ(r.table.raw[0], "1\n");
}

TEST(Csv, HeaderFaults) {
  EXPECT_EQ(read_text("a,b,a\n1,2,3\n").problems.at(0).code, "duplicate-column");
  EXPECT_EQ(read_text("").problems.at(0).code, "empty-file");
  EXPECT_EQ(read_text("\n\n").problems.at(0).code, "empty-file");
  EXPECT_EQ(read_text(",,\n1,2,3\n").problems.at(0).code, "no-columns");
  EXPECT_EQ(read_text("\"a,b\n1,2\n").problems.at(0).code, "broken-quote");
  const Read r = read_text("a,,c,,\n1,2,3,,\n");
  EXPECT_EQ(r.table.header, (Lines{"a", "column 2", "c"}));
  EXPECT_EQ(r.table.rows.size(), 1U);
}

TEST(Csv, Encodings) {
  const std::string text = "名前;値\n健康;1\nたろう;2\n";
  const std::vector<std::string> rows{"2: 名前=健康 値=1", "3: 名前=たろう 値=2"};
  EXPECT_EQ(read_text("\xEF\xBB\xBF" + text).table.rows, rows);
  EXPECT_EQ(read_text("\xFF\xFE" + in_encoding(text, "UTF-16LE")).table.rows, rows);
  EXPECT_EQ(read_text("\xFE\xFF" + in_encoding(text, "UTF-16BE")).table.rows, rows);
  EXPECT_EQ(read_text(in_encoding("name,value\r\nalpha,1\r\n", "UTF-16LE")).table.rows,
            (Lines{"2: name=alpha value=1"}));
  for (const char* encoding : {"shift_jis", "gb18030", "euc-jp"}) {
    ReadOptions options;
    options.format.encoding = encoding;
    EXPECT_EQ(read_text(in_encoding(text, encoding), options).table.rows, rows) << encoding;
  }
  ReadOptions options;
  options.format.encoding = "windows-1252";
  EXPECT_EQ(read_text("n\nM\xFCller\n", options).table.rows, (Lines{"2: n=Müller"}));
  options.format.encoding = "klingon";
  EXPECT_EQ(read_text("n\nx\n", options).problems.at(0).code, "unknown-encoding");
}

TEST(Csv, AFewGarbledRowsAreRejectsManyAreTheFile) {
  std::string text = "n,v\n";
  for (int i = 0; i < 200; ++i) text += fmt::format("{},a\n", i);
  const Read few = read_text(text + "M\xFCller,x\n");
  EXPECT_EQ(few.table.bad, (Lines{"202: wrong-encoding n the text is not UTF-8; if the whole file is in another "
                                  "encoding, name it in the mapping"}));
  EXPECT_EQ(few.table.raw[0], "M\xEF\xBF\xBDller,x\n");
  EXPECT_TRUE(few.problems.empty());
  const Read many = read_text("n,v\nM\xFCller,x\nb,c\n");
  ASSERT_EQ(many.problems.size(), 1U);
  EXPECT_EQ(many.problems[0].code, "wrong-encoding");
  EXPECT_NE(many.problems[0].hint.find("format: {encoding: windows-1252}"), std::string::npos);
  EXPECT_EQ(read_text("n,v\nMüller,x\nM\xFCller,c\n").table.bad.size(), 1U);  // it is UTF-8, but for one row
  EXPECT_EQ(read_text("M\xFCller\nx\n").problems.at(0).code, "wrong-encoding");
}

TEST(Csv, OverlongRowsAreRejectedWithBoundedMemory) {
  ReadOptions options;
  options.max_record_bytes = 64 * 1024;
  const std::string huge(5'000'000, 'x');
  const Read r = read_text("a,b\n1,2\n" + huge + ",3\n4,5\n", options);
  EXPECT_EQ(r.table.rows, (Lines{"2: a=1 b=2", "4: a=4 b=5"}));
  EXPECT_EQ(r.table.bad, (Lines{"3: record-too-long  the row is longer than 65,536 bytes"}));
  EXPECT_LE(r.table.raw[0].size(), 2000U);
  const Read quoted = read_text("a,b\n1,\"" + huge + "\n4,5\n", options);
  EXPECT_EQ(quoted.table.rows, (Lines{"3: a=4 b=5"}));
  const Read last = read_text("a,b\n1,2\n" + huge, options);
  EXPECT_EQ(last.table.bad.size(), 1U);
}

TEST(Csv, SkippedLinesAndGivenColumns) {
  ReadOptions options;
  options.format.skip_lines = 2;
  EXPECT_EQ(read_text("Report\nof today\na,b\n1,2\n", options).table.rows, (Lines{"4: a=1 b=2"}));
  options.format.skip_lines = 0;
  options.format.columns = {"x", "y"};
  EXPECT_EQ(read_text("1,2\n3,4\n", options).table.rows, (Lines{"1: x=1 y=2", "2: x=3 y=4"}));
}

// Whatever is written comes back, whatever the block boundaries are.
TEST(Csv, RandomTablesComeBack) {
  const uint64_t seed = std::getenv("KENKO_SEED") != nullptr ? std::stoull(std::getenv("KENKO_SEED")) : 20260101;
  SCOPED_TRACE(fmt::format("KENKO_SEED={}", seed));
  Random random(seed);
  const std::vector<std::string> pieces{"a",  "7",    " ", "\"", "\"\"", ",",         ";",
                                        "\n", "\r\n", "é", "健", "-",    "long text "};
  for (int round = 0; round < 60; ++round) {
    const auto columns = static_cast<size_t>(random.between(1, 6));
    const auto rows = static_cast<size_t>(random.between(0, round == 0 ? 60'000 : 60));
    const char delimiter = random.chance(0.5) ? ',' : ';';
    const std::string end = random.chance(0.5) ? "\n" : "\r\n";
    std::string text = random.chance(0.3) ? "\xEF\xBB\xBF" : "";
    std::vector<std::vector<std::string>> expected;
    for (size_t c = 0; c < columns; ++c) text += fmt::format("{}c{}", c > 0 ? std::string(1, delimiter) : "", c);
    text += end;
    for (size_t r = 0; r < rows; ++r) {
      std::vector<std::string> row;
      for (size_t c = 0; c < columns; ++c) {
        std::string cell = c == 0 ? "id" : "";
        for (int64_t n = random.between(0, 4); n > 0; --n) {
          cell += pieces[static_cast<size_t>(random.between(0, static_cast<int64_t>(pieces.size()) - 1))];
        }
        if (c > 0) text += delimiter;
        const bool quote = cell.find_first_of("\",;\r\n") != std::string::npos || random.chance(0.1);
        if (quote) text += '"';
        for (const char ch : cell) text.append(ch == '"' ? 2 : 1, ch);
        if (quote) text += '"';
        row.push_back(std::move(cell));
      }
      expected.push_back(std::move(row));
      if (r + 1 < rows || random.chance(0.5)) text += end;
    }
    ReadOptions options;
    options.format.delimiter = delimiter;
    const Read r = read_text(text, options);
    ASSERT_TRUE(r.problems.empty()) << to_text(r.problems);
    ASSERT_TRUE(r.table.bad.empty()) << r.table.bad[0];
    ASSERT_EQ(r.table.cells, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace kenko::readers
