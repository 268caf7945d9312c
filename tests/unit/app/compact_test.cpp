// kenko compact and kenko export: other files, the same facts.
#include "app/compact.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "app/append.h"
#include "app/export.h"
#include "app/workspace_fixture.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

class CompactTest : public WorkspaceTest {
 protected:
  void import_csv(const std::string& rows) {
    import({file(fmt::format("in{}.csv", ++files_), "event_id,account,name,at,value\n" + rows)});
  }
  void append(const std::string& lines) {
    const std::string path = file("lines.ndjson", lines);
    const int input = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    LineInput reader(input);
    const auto report =
        append_lines(*open_workspace(dir_), {}, clock_, reader, [](std::string_view) -> Status { return Done{}; });
    ::close(input);
    ASSERT_TRUE(report.ok()) << to_text(report.problems());
    EXPECT_EQ(report->total.rejected, 0);
  }
  static std::string line(const std::string& id, const std::string& more = "") {
    return fmt::format(R"({{"event_id":"{}","name":"login","account":"acme","occurred_at":"2026-06-01T10:00:00Z"{}}})",
                       id, more) +
           "\n";
  }
  CompactReport compact_all(int64_t grace_seconds = kGraceSeconds) {
    const auto report = compact(*open_workspace(dir_), {grace_seconds}, clock_);
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    return report.ok() ? *report : CompactReport{};
  }
  ports::Snapshot snapshot() { return (*open_state(dir_))->snapshot().value(); }
  std::string exported(const std::string& name) {
    const auto report = export_facts(*open_workspace(dir_), {root_ + "/" + name, ""});
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    return read(root_ + "/" + name);
  }
  /// Events in segments and in the intake, with a correction and a deletion of each in the other.
  void fill() {
    import_csv("1,acme,login,2026-01-01,1\n2,acme,login,2026-01-02,2\n3,acme,login,2026-01-03,3\n");
    import_csv("2,acme,login,2026-01-02,20\n");
    import_csv("4,beta,login,2026-01-04,4\n");
    append(line("5") + line("3", R"(,"value":30)") + line("1", R"(,"deleted":"true")"));
  }
  int files_ = 0;
};

TEST_F(CompactTest, FactsStayTheSame) {
  fill();
  const std::string before = digest();
  const CompactReport report = compact_all();
  EXPECT_EQ(report.sealed_events, 3);
  EXPECT_EQ(report.segments_before, 4U);
  EXPECT_EQ(report.segments_after, 1U);
  EXPECT_EQ(snapshot().segments.size(), 1U);
  EXPECT_EQ(snapshot().intake_seq, 0);
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(versions().size(), 8U) << "every version is kept";
  const CompactReport again = compact_all();
  EXPECT_EQ(again.segments_before, 1U);
  EXPECT_EQ(snapshot().segments.size(), 1U);
  // The same files again add nothing.
  import_csv("4,beta,login,2026-01-04,4\n");
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(versions().size(), 8U);
}

TEST_F(CompactTest, ReplacedFilesStayForTheGraceTime) {
  fill();
  std::vector<std::string> old;
  for (const auto& segment : snapshot().segments) old.push_back(dir_ + "/events/" + segment.events_file);
  EXPECT_GT(compact_all().kept_files, 0U);
  for (const std::string& path : old) EXPECT_TRUE(fs::exists(path)) << path;
  clock_.at.micros += int64_t{59} * 60 * 1'000'000;
  import_csv("9,acme,login,2026-01-09,1\n");
  for (const std::string& path : old) EXPECT_TRUE(fs::exists(path)) << path;
  clock_.at.micros += int64_t{2} * 60 * 1'000'000;
  import_csv("10,acme,login,2026-01-10,1\n");
  for (const std::string& path : old) EXPECT_FALSE(fs::exists(path)) << path;

  compact_all(0);
  EXPECT_TRUE(snapshot().replaced.empty());
  EXPECT_EQ(snapshot().segments.size(), 1U);
  size_t parquet = 0;
  for (const std::string& name : ports::list_files(dir_ + "/events")) parquet += name.ends_with(".parquet") ? 1 : 0;
  EXPECT_EQ(parquet, 3U) << "the segment, its versions, and the file without versions";
}

TEST_F(CompactTest, TheExportIsCurrentTruthWhereverTheEventsLie) {
  fill();
  const std::string before = exported("events.csv");
  EXPECT_EQ(before.substr(0, before.find('\n')),
            "source,event_id,account_ref,user_ref,name,occurred_at,known_at,value,currency,text,properties,assumed");
  EXPECT_EQ(std::count(before.begin(), before.end(), '\n'), 5) << before;
  EXPECT_EQ(before.find("files,1,"), std::string::npos) << "deleted: " << before;
  EXPECT_NE(before.find("files,2,acme,,login,2026-01-02 00:00:00"), std::string::npos) << before;
  EXPECT_NE(before.find(",20.000000,"), std::string::npos) << before;
  EXPECT_NE(before.find(",30.000000,"), std::string::npos) << before;
  EXPECT_EQ(before.find(",3.000000,"), std::string::npos) << before;
  EXPECT_NE(before.find("files,5,acme"), std::string::npos) << before;

  compact_all();
  EXPECT_EQ(exported("after.csv"), before);
  EXPECT_FALSE(exported("events.parquet").empty());
  const std::string lines = exported("events.ndjson");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
}

TEST_F(CompactTest, AnExportHasAFileForEachKindOfFact) {
  fill();
  const auto report = export_facts(*open_workspace(dir_), {root_ + "/out", "csv"});
  ASSERT_TRUE(report.ok()) << to_text(report.problems());
  ASSERT_EQ(report->files.size(), 6U);
  for (const auto& [path, rows] : report->files) {
    const std::string text = read(path);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), rows + 1) << path;
  }
  const auto problem = [this](const std::string& out, const std::string& format) {
    const auto bad = export_facts(*open_workspace(dir_), {root_ + "/" + out, format});
    return bad.ok() ? "" : bad.problems()[0].code;
  };
  EXPECT_EQ(problem("x", "xlsx"), "bad-option");
  EXPECT_EQ(problem("x.csv", "parquet"), "bad-option");
  EXPECT_EQ(problem("in1.csv/x", "csv"), "not-a-folder");
}

}  // namespace
}  // namespace kenko::app
