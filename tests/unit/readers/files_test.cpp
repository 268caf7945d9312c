#include <zip.h>
#include <zlib.h>
#include <zstd.h>

#include "duck/connection.h"
#include "readers/inputs.h"
#include "readers/number_text.h"
#include "readers/workbook.h"
#include "table_sink.h"

namespace kenko::readers {
namespace {

std::string gzip(std::string_view text) {
  std::string out(compressBound(static_cast<uLong>(text.size())) + 64, '\0');
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);  // as the zstd program does
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

TEST(Packed, GzipAndZstdWithSeveralMembers) {
  const Folder folder;
  const Lines rows{"2: a=1 b=2", "3: a=3 b=4"};
  EXPECT_EQ(read(folder.write("t.csv.gz", gzip("a,b\n1,2\n") + gzip("3,4\n"))).table.rows, rows);
  EXPECT_EQ(read(folder.write("t.csv.zst", zstd("a,b\n1,2\n") + zstd("3,4\n"))).table.rows, rows);
  EXPECT_EQ(read(folder.write("t.csv", gzip("a,b\n1,2\n3,4\n"))).table.rows, rows);  // the content counts, not the name
}

TEST(Packed, CutOffAndBroken) {
  const Folder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 50'000; ++i) text += fmt::format("{},{}\n", i, i * 7919 % 10007);
  for (const auto& [name, packed] : {std::pair{"t.csv.gz", gzip(text)}, std::pair{"t.csv.zst", zstd(text)}}) {
    EXPECT_EQ(read(folder.write(name, packed)).table.rows.size(), 50'000U);
    EXPECT_EQ(read(folder.write(name, packed.substr(0, packed.size() / 2))).problems.at(0).code, "cut-off") << name;
    EXPECT_EQ(read(folder.write(name, packed.substr(0, packed.size() - 3))).problems.at(0).code, "cut-off") << name;
    std::string broken = packed;
    for (size_t i = broken.size() / 2; i < broken.size() / 2 + 50; ++i) broken[i] = static_cast<char>(~broken[i]);
    const Read r = read(folder.write(name, broken));
    EXPECT_FALSE(r.problems.empty()) << name;
  }
}

TEST(Packed, ArchivesThatUnpackWithoutEndAreRefused) {
  const Folder folder;
  ReadOptions options;
  options.max_ratio = 100;
  options.max_ratio_from = 1'000'000;
  const Read r = read(folder.write("bomb.csv.gz", gzip("a,b\n" + std::string(5'000'000, '\n'))), options);
  EXPECT_EQ(r.problems.at(0).code, "too-much-unpacked");
}

TEST(Json, LinesOfObjects) {
  const Folder folder;
  const Read r =
      read(folder.write("t.ndjson",
                        "{\"id\":1,\"p\":{\"a\":\"x\",\"deep\":{\"b\":true}},\"n\":null,\"l\":[1, \"two\"]}\n\n"
                        "{\"id\":2.50,\"new\":\"\\u5065\\n\"}\r\n{\"id\":3\n[1]\n{\"id\":4}{}\n"
                        "{\"id\":5,\"id\":6}\n{\"id\":1e400,\"x\":12345678901234567890.123}"));
  EXPECT_TRUE(r.problems.empty()) << to_text(r.problems);
  EXPECT_EQ(r.table.rows, (Lines{"1: id=1 p.a=x p.deep.b=true l=[1,\"two\"]", "3: id=2.5 new=健\n"}));
  ASSERT_EQ(r.table.bad.size(), 5U);
  EXPECT_EQ(r.table.bad[0].substr(0, 14), "4: broken-json");
  EXPECT_EQ(r.table.bad[1].substr(0, 16), "5: not-an-object");
  EXPECT_EQ(r.table.bad[2].substr(0, 14), "6: broken-json");
  EXPECT_EQ(r.table.bad[3], "7: duplicate-key id `id` is there twice");
}

TEST(Json, ArraysAndWrappedArrays) {
  const Folder folder;
  const Lines rows{"2: a=1 b=x]}", "3: a=2"};
  EXPECT_EQ(read(folder.write("t.json", "[\n{\"a\":1,\"b\":\"x]}\"},\n{\"a\":2}\n]\n")).table.rows, rows);
  EXPECT_EQ(
      read(folder.write(
               "t.json",
               "{\"count\": 2, \"tags\": {\"x\": []}, \"rows\": [\n{\"a\":1,\"b\":\"x]}\"},\n{\"a\":2}], \"m\":[{}]}"))
          .table.rows,
      rows);
  EXPECT_EQ(read(folder.write("t.json", "{\"a\":1}\n{\"a\":2}\n")).table.rows, (Lines{"1: a=1", "2: a=2"}));
  EXPECT_EQ(read(folder.write("t.json", "{\"a\":1,\n\"b\":[2]}")).problems.at(0).code, "broken-json");
  EXPECT_EQ(read(folder.write("t.json", "{\"tags\":[\"x\"],\"rows\":[ {\"a\":1}]}")).table.rows, (Lines{"1: a=1"}));
  EXPECT_TRUE(read(folder.write("t.json", "{\"n\":0,\n\"rows\":[]}")).problems.empty());
  EXPECT_EQ(read(folder.write("t.json", "[{\"a\":1},{\"a\":")).problems.at(0).code, "cut-off");
  EXPECT_EQ(read(folder.write("t.json", "[{\"a\":1}, 7]")).problems.at(0).code, "broken-json");
  EXPECT_EQ(read(folder.write("t.json", "hello")).problems.at(0).code, "broken-json");
  EXPECT_EQ(read(folder.write("t.json", "[]")).table.rows.size(), 0U);
}

TEST(Json, ObjectsAcrossBlocks) {
  const Folder folder;
  std::string array = "[", lines;
  for (int i = 0; i < 30'000; ++i) {
    const std::string object =
        fmt::format("{{\"id\":{},\"text\":\"{}\"}}", i, std::string(static_cast<size_t>(i % 97), 'x'));
    array += (i > 0 ? ",\n" : "") + object;
    lines += object + "\n";
  }
  const Read a = read(folder.write("t.json", array + "]")), b = read(folder.write("t.ndjson", lines));
  EXPECT_TRUE(a.problems.empty() && b.problems.empty());
  EXPECT_EQ(a.table.rows.size(), 30'000U);
  EXPECT_EQ(a.table.rows, b.table.rows);
}

TEST(Numbers, ShortestExactText) {
  const auto shortest = [](std::string_view s) { return shortest_number(s); };
  EXPECT_EQ(shortest("1.50"), "1.5");
  EXPECT_EQ(shortest("1e3"), "1000");
  EXPECT_EQ(shortest("-0.0"), "0");
  EXPECT_EQ(shortest("-1.25E-2"), "-0.0125");
  EXPECT_EQ(shortest("12345678901234567890.123"), "12345678901234567890.123");
  EXPECT_EQ(shortest("1e300"), "1e300");
  EXPECT_EQ(shortest("007"), "7");
  EXPECT_EQ(shortest("abc"), "abc");
  EXPECT_EQ(shortest_number(0.1), "0.1");
  EXPECT_EQ(shortest_number(1e21), "1000000000000000000000");
}

/// A workbook of the parts that readers need.
std::string workbook(const Folder& folder, const std::string& name, const std::string& sheet,
                     const std::string& extra = "") {
  const std::string path = folder.path() + "/" + name;
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  const std::vector<std::pair<std::string, std::string>> parts{
      {"xl/workbook.xml",
       "<workbook xmlns:r=\"r\"><workbookPr/><sheets><sheet name=\"First\" sheetId=\"1\" r:id=\"rId1\"/>"
       "<sheet name=\"Second\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/>"
       "<Relationship Id=\"rId2\" Target=\"/xl/worksheets/sheet2.xml\"/></Relationships>"},
      {"xl/sharedStrings.xml",
       "<sst><si><t>Name</t></si><si><t>When</t></si><si><r><t>Mül</t></r><r><t xml:space=\"preserve\">ler &amp; Co "
       "</t></r></si></sst>"},
      {"xl/styles.xml",
       "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd hh:mm\"/><numFmt numFmtId=\"165\" "
       "formatCode=\"0.00&quot;d&quot;\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf "
       "numFmtId=\"164\"/>"
       "<xf numFmtId=\"165\"/></cellXfs></styleSheet>"},
      {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + sheet + "</sheetData></worksheet>"},
      {"xl/worksheets/sheet2.xml", "<x:worksheet><x:sheetData>" + extra + "</x:sheetData></x:worksheet>"}};
  for (const auto& [part, text] : parts) {
    zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
    zip_file_add(archive, part.c_str(), source, ZIP_FL_OVERWRITE);
  }
  EXPECT_EQ(zip_close(archive), 0);
  return path;
}

TEST(Xlsx, CellsAsText) {
  const Folder folder;
  const std::string path =
      workbook(folder, "t.xlsx",
               "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c><c r=\"D2\" "
               "t=\"inlineStr\"><is><t>N</t></is></c></row>"
               "<row r=\"4\"><c r=\"A4\" t=\"s\"><v>2</v></c><c r=\"B4\" s=\"1\"><v>40886</v></c><c "
               "r=\"D4\"><v>0.1</v></c></row>"
               "<row r=\"5\"/>"
               "<row r=\"6\"><c r=\"A6\" t=\"b\"><v>1</v></c><c r=\"B6\" s=\"2\"><v>40886.534722222219</v></c><c "
               "r=\"C6\" t=\"e\"><v>#N/A</v></c>"
               "<c r=\"D6\" s=\"3\"><f>1+1</f><v>17850</v></c></row>",
               "<x:row><x:c t=\"str\"><x:v>a</x:v></x:c></x:row><x:row><x:c><x:v>1.5E2</x:v></x:c></x:row>");
  const Read r = read(path);
  EXPECT_TRUE(r.problems.empty()) << to_text(r.problems);
  EXPECT_EQ(r.table.header, (Lines{"Name", "When", "column 3", "N"}));
  EXPECT_EQ(r.table.rows, (Lines{"4: Name=Müller & Co  When=2011-12-09 N=0.1",
                                 "6: Name=true When=2011-12-09 12:50:00 column 3=#N/A N=17850"}));
  ReadOptions options;
  options.format.sheet = "Second";
  EXPECT_EQ(read(path, options).table.rows, (Lines{"2: a=150"}));
  options.format.sheet = "Secnd";
  const Read wrong = read(path, options);
  EXPECT_EQ(wrong.problems.at(0).code, "unknown-sheet");
  EXPECT_EQ(wrong.problems.at(0).hint, "did you mean `Second`?");
}

TEST(Xlsx, ManyRows) {
  const Folder folder;
  std::string rows = "<row><c t=\"str\"><v>n</v></c></row>";
  for (int i = 0; i < 40'000; ++i) rows += fmt::format("<row><c><v>{}</v></c></row>", i);
  const Read r = read(workbook(folder, "t.xlsx", rows));
  ASSERT_EQ(r.table.rows.size(), 40'000U);
  EXPECT_EQ(r.table.rows.back(), "40001: n=39999");
}

TEST(Xlsx, NotReallyOne) {
  const Folder folder;
  EXPECT_EQ(read(folder.write("a.xlsx", "a,b\n1,2\n")).problems.at(0).code, "wrong-file-type");
  EXPECT_EQ(read(folder.write("b.xlsx", "PK\x03\x04rubbish")).problems.at(0).code, "broken-archive");
  EXPECT_EQ(read(folder.write("c.xls", "\xD0\xCF\x11\xE0....")).problems.at(0).code, "old-excel");
}

TEST(Xlsx, DateFormats) {
  EXPECT_TRUE(is_date_format("dd.mm.yyyy"));
  EXPECT_TRUE(is_date_format("[$-407]d. mmm yyyy;@"));
  EXPECT_TRUE(is_date_format("hh:mm:ss.000"));
  EXPECT_FALSE(is_date_format("0.00"));
  EXPECT_FALSE(is_date_format("#,##0\\ \"days\""));
  EXPECT_FALSE(is_date_format("[h]:mm"));
  EXPECT_FALSE(is_date_format("General"));
  EXPECT_EQ(date_text(1, false), "1900-01-01");
  EXPECT_EQ(date_text(61, false), "1900-03-01");
  EXPECT_EQ(date_text(0.25, false), "06:00:00");
  EXPECT_EQ(date_text(39424, true), "2011-12-09");
}

TEST(Parquet, RowsAsText) {
  const Folder folder;
  const std::string path = folder.path() + "/t.parquet";
  auto connection = duck::Connection::open();
  ASSERT_TRUE(connection.ok());
  const Status written = connection->copy_to_parquet(
      "SELECT * FROM (VALUES (1, 'x', 2.50::DECIMAL(9,2), TIMESTAMP '2010-12-01 08:26:00', true), "
      "(NULL, 'é', 0.1, NULL, false)) t(id, name, price, since, ok)",
      path);
  ASSERT_TRUE(written.ok()) << to_text(written.problems());
  const Read r = read(path);
  ASSERT_TRUE(r.problems.empty()) << to_text(r.problems);
  EXPECT_EQ(r.table.header, (Lines{"id", "name", "price", "since", "ok"}));
  ASSERT_EQ(r.table.rows.size(), 2U);
  EXPECT_EQ(r.table.rows[0], "1: id=1 name=x price=2.50 since=2010-12-01 08:26:00 ok=true");
  EXPECT_EQ(r.table.rows[1], "2: name=é price=0.10 ok=false");
  std::string bytes = "PAR1 and nothing more";
  EXPECT_FALSE(read(folder.write("broken.parquet", bytes)).problems.empty());
}

TEST(Inputs, FilesFoldersAndPatterns) {
  const Folder folder;
  folder.write("b.csv", "x");
  folder.write("a.csv.gz", "x");
  folder.write("sub/c.ndjson", "x");
  folder.write("readme.txt", "x");
  folder.write(".hidden/d.csv", "x");
  const auto names = [&](const std::vector<std::string>& arguments) {
    const auto files = expand_inputs(arguments);
    Lines out;
    if (!files.ok()) return Lines{files.problems()[0].code};
    for (const std::string& file : *files) out.push_back(file.substr(folder.path().size() + 1));
    return out;
  };
  EXPECT_EQ(names({folder.path()}), (Lines{"a.csv.gz", "b.csv", "sub/c.ndjson"}));
  EXPECT_EQ(names({folder.path() + "/*.csv", folder.path()}), (Lines{"b.csv", "a.csv.gz", "sub/c.ndjson"}));
  EXPECT_EQ(names({folder.path() + "/readme.txt"}), (Lines{"readme.txt"}));
  EXPECT_EQ(names({folder.path() + "/none.csv"}), (Lines{"no-files"}));
  EXPECT_EQ(names({folder.path() + "/*.xyz"}), (Lines{"no-files"}));
}

TEST(Sample, KnowsTheFormat) {
  const Folder folder;
  const auto sample = read_sample(folder.write("t.csv", "a;b\n1;2\n3;4\n5;6\n"), {}, 2);
  ASSERT_TRUE(sample.ok());
  EXPECT_EQ(sample->format.delimiter, ';');
  EXPECT_EQ(sample->columns, (Lines{"a", "b"}));
  EXPECT_EQ(sample->rows, (std::vector<std::vector<std::string>>{{"1", "2"}, {"3", "4"}}));
}

}  // namespace
}  // namespace kenko::readers
