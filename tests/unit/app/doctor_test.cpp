// Each test damages a workspace in one way and sees it found.
#include "app/doctor.h"

#include <sqlite3.h>

#include <map>

#include "duck/connection.h"
#include "ports/files.h"
#include "workspace_fixture.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

class DoctorTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    import({file(
        "a.csv",
        "name,account,at,event_id\nlogin,acme,2026-05-01,1\nlogin,bolt,2026-05-02,2\nlogin,acme,2026-05-03,3\n")});
    import({file("b.csv", "name,account,at,event_id\nlogin,acme,2026-05-04,4\nnps,bolt,2026-05-02,2\n")});
  }
  DoctorReport look(bool quick = false, bool fix = false) {
    const auto report = examine({dir_, quick, fix}, clock_);
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    return report.ok() ? *report : DoctorReport{};
  }
  /// "check: code file", for each finding that is wrong.
  static std::vector<std::string> wrong(const DoctorReport& report) { return findings(report, Severity::error); }
  static std::vector<std::string> harmless(const DoctorReport& report) { return findings(report, Severity::warning); }
  static std::vector<std::string> findings(const DoctorReport& report, Severity severity) {
    std::vector<std::string> out;
    for (const DoctorCheck& check : report.checks) {
      for (const Problem& p : check.findings) {
        if (p.severity == severity) out.push_back(fmt::format("{}: {} {}", check.name, p.code, p.place.file));
        const bool file_of_people = check.name == "models" || check.name == "mappings" || check.name == "lexicons";
        EXPECT_TRUE(file_of_people || !p.hint.empty()) << p.code << " says what to do";
        EXPECT_FALSE(p.message.empty());
      }
    }
    return out;
  }
  using List = std::vector<std::string>;
  static std::string to_list(const List& list) { return fmt::format("{}", fmt::join(list, "\n")); }

  void sql(const std::string& text, const std::string& name = "state.db") {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open((dir_ + "/" + name).c_str(), &handle), SQLITE_OK);
    char* message = nullptr;
    ASSERT_EQ(sqlite3_exec(handle, text.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(handle);
  }
  /// Changes one byte in the middle of a file.
  void damage(const std::string& name, double place = 0.5) {
    std::string bytes = read(dir_ + "/" + name);
    ASSERT_FALSE(bytes.empty());
    bytes[static_cast<size_t>(static_cast<double>(bytes.size()) * place)] ^= 0x55;
    write(name, bytes);
  }
  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories(fs::path(dir_ + "/" + name).parent_path());
    std::ofstream(dir_ + "/" + name, std::ios::binary) << bytes;
  }
  std::string first(const std::string& ending) {
    for (const std::string& name : ports::list_files(dir_ + "/events")) {
      if (name.ends_with(ending)) return name;
    }
    return "";
  }
};

TEST_F(DoctorTest, AWorkspaceThatIsWell) {
  const DoctorReport report = look();
  EXPECT_EQ(wrong(report), List{});
  EXPECT_EQ(harmless(report), List{});
  EXPECT_EQ(report.checks.size(), 20U);
  for (const DoctorCheck& check : report.checks) EXPECT_FALSE(check.skipped) << check.name;
  EXPECT_EQ(wrong(look(true)), List{});
}

TEST_F(DoctorTest, AnEmptyWorkspaceIsWell) {
  dir_ = make("empty");
  EXPECT_EQ(wrong(look()), List{});
}

TEST_F(DoctorTest, SegmentMissing) {
  const std::string name = first(".parquet");
  fs::remove(dir_ + "/events/" + name);
  EXPECT_EQ(wrong(look()).front(), "segments: segment-missing events/" + name);
  EXPECT_EQ(wrong(look(true)).front(), "segments: segment-missing events/" + name);
}

TEST_F(DoctorTest, SegmentOfAnotherLength) {
  fs::copy_file(dir_ + "/events/00000001.parquet", dir_ + "/events/00000002.parquet",
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(wrong(look()).front(), "segments: segment-damaged events/00000002.parquet");
}

TEST_F(DoctorTest, SegmentThatCannotBeRead) {
  write("events/00000001.parquet", "no parquet");
  EXPECT_EQ(wrong(look(true)).front(), "segments: segment-damaged events/00000001.parquet");
}

TEST_F(DoctorTest, SegmentInPlaceOfWhichStandsAFolder) {
  fs::remove(dir_ + "/events/00000001.parquet");
  fs::create_directories(dir_ + "/events/00000001.parquet");
  const List found = wrong(look(true));
  EXPECT_NE(std::find(found.begin(), found.end(), "foreign files: not-a-file events/00000001.parquet"), found.end());
}

TEST_F(DoctorTest, EventThatSaysSomethingElse) {
  // The same rows with one other name, as a person with a Parquet editor would leave them.
  auto duck = duck::Connection::open({.threads = 1});
  const std::string path = dir_ + "/events/00000001.parquet";
  ASSERT_TRUE(
      duck->copy_to_parquet(fmt::format("SELECT * REPLACE (CASE WHEN event_id = '3' THEN 'logout' ELSE name END "
                                        "AS name) FROM read_parquet({})",
                                        duck::sql_path(path)),
                            path)
          .ok());
  EXPECT_EQ(wrong(look()), (List{"events: content-changed events/00000001.parquet"}));
  EXPECT_EQ(wrong(look(true)), List{}) << "--quick does not read every event";
}

TEST_F(DoctorTest, EventsInAnotherOrder) {
  auto duck = duck::Connection::open({.threads = 1});
  const std::string path = dir_ + "/events/00000001.parquet";
  ASSERT_TRUE(duck->copy_to_parquet(
                      fmt::format("SELECT * FROM read_parquet({}) ORDER BY event_id DESC", duck::sql_path(path)), path)
                  .ok());
  EXPECT_EQ(wrong(look()), (List{"events: segment-unsorted events/00000001.parquet"}));
}

TEST_F(DoctorTest, AnEventThatIsStoredTwice) {
  auto duck = duck::Connection::open({.threads = 1});
  const std::string folder = dir_ + "/events/";
  // Segment 2 now repeats event 1 of segment 1 under its own numbers.
  ASSERT_TRUE(
      duck->copy_to_parquet(
              fmt::format("SELECT a.* REPLACE (b.seq AS seq) FROM (SELECT *, row_number() OVER () AS n FROM "
                          "read_parquet({})) a JOIN (SELECT seq, row_number() OVER (ORDER BY seq) AS n FROM "
                          "read_parquet({})) b USING (n)",
                          duck::sql_path(folder + "00000001.parquet"), duck::sql_path(folder + "00000002.parquet")),
              folder + "x.parquet")
          .ok());
  ASSERT_TRUE(duck->copy_to_parquet(
                      fmt::format("SELECT * EXCLUDE (n) FROM read_parquet({})", duck::sql_path(folder + "x.parquet")),
                      folder + "00000002.parquet")
                  .ok());
  fs::remove(folder + "x.parquet");
  const List found = wrong(look());
  EXPECT_NE(std::find(found.begin(), found.end(), "exactly once: event-twice events"), found.end()) << to_list(found);
}

TEST_F(DoctorTest, KeyFileMissingIsMadeAgain) {
  const std::string name = first(".keys");
  fs::remove(dir_ + "/events/" + name);
  EXPECT_EQ(wrong(look(true)), (List{"keys: key-file-missing events/" + name}));
  const DoctorReport fixed = look(false, true);
  EXPECT_EQ(wrong(fixed), List{});
  EXPECT_EQ(fixed.fixed.size(), 1U);
  EXPECT_EQ(counts(import({root_ + "/a.csv"})), "added 0 already 3 corrected 0 rejected 0 filtered 0 deleted 0");
}

TEST_F(DoctorTest, KeyFileDamaged) {
  const std::string name = first(".keys");
  damage("events/" + name);
  EXPECT_EQ(wrong(look()).front(), "keys: key-file-damaged events/" + name);
  EXPECT_EQ(wrong(look(false, true)), List{});
}

TEST_F(DoctorTest, VersionsFileMissing) {
  const std::string name = "versions-1.parquet";
  ASSERT_TRUE(fs::exists(dir_ + "/events/" + name));
  fs::remove(dir_ + "/events/" + name);
  EXPECT_EQ(wrong(look()), (List{"versions: versions-file-damaged events/" + name}));
}

TEST_F(DoctorTest, ManifestOfAnotherCatalog) {
  write("events/manifest.json", "{}");
  EXPECT_EQ(wrong(look(true)), (List{"manifest: manifest-stale events/manifest.json"}));
  EXPECT_EQ(wrong(look(true, true)), List{});
  fs::remove(dir_ + "/events/manifest.json");
  EXPECT_EQ(wrong(look(true)), (List{"manifest: manifest-stale events/manifest.json"}));
}

TEST_F(DoctorTest, StateDamaged) {
  std::string bytes = read(dir_ + "/state.db");
  for (size_t i = 100; i < 3000; ++i) bytes[i] = '\x7f';
  fs::remove(dir_ + "/state.db-wal");
  write("state.db", bytes);
  const List found = wrong(look());
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found.front().starts_with("state.db: state-damaged")) << found.front();
}

TEST_F(DoctorTest, StateForeignNewerMissing) {
  sql("PRAGMA user_version = 99");
  EXPECT_EQ(wrong(look()).front(), "state.db: workspace-newer state.db");
  sql("PRAGMA user_version = 1");
  EXPECT_EQ(wrong(look()).front(), "state.db: workspace-older state.db");
  sql("PRAGMA application_id = 7");
  EXPECT_EQ(wrong(look()).front(), "state.db: state-foreign state.db");
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(dir_ + "/state.db" + ending);
  EXPECT_EQ(wrong(look()).front(), "state.db: state-missing state.db");
}

TEST_F(DoctorTest, NumbersThatWereNeverGivenOrTwice) {
  sql("INSERT INTO rate VALUES ('EUR', 1, 900, 1000000000, 0, 0), ('EUR', 2, 3, 1000000000, 0, 0), "
      "('EUR', 3, 3, 1000000000, 0, 0)");
  EXPECT_EQ(wrong(look(true)), (List{"numbers: number-not-given state.db", "numbers: number-twice state.db"}));
}

TEST_F(DoctorTest, CatalogThatContradictsItself) {
  sql("UPDATE segment SET rows = 7 WHERE id = 1");
  EXPECT_EQ(wrong(look(true)).front(), "numbers: catalog-wrong state.db");
  sql("UPDATE segment SET rows = 3, first_seq = 2 WHERE id = 1");
  const List found = wrong(look(true));
  EXPECT_NE(std::find(found.begin(), found.end(), "segments: catalog-wrong events/00000001.parquet"), found.end());
}

TEST_F(DoctorTest, RecordedInTheFuture) {
  clock_.at.micros -= 40 * kMicrosPerDay;
  const List found = wrong(look(true));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front(), "clock: clock-behind state.db");
}

TEST_F(DoctorTest, IntakeFileMissingAndOutOfRange) {
  sql("INSERT INTO intake_file VALUES (5, '00000005.db', 1, 2, 0)");
  EXPECT_EQ(wrong(look(true)), (List{"intake: intake-missing intake/00000005.db"}));
  fs::create_directories(dir_ + "/intake");
  sql("PRAGMA application_id = 1262833225; PRAGMA user_version = 1; CREATE TABLE event(seq INTEGER); INSERT INTO event "
      "VALUES (1), (77)",
      "intake/00000005.db");
  EXPECT_EQ(wrong(look(true)), (List{"intake: intake-wrong intake/00000005.db"}));
  sql("UPDATE intake_file SET end_seq = 9999");
  EXPECT_EQ(wrong(look(true)), (List{"intake: intake-wrong state.db"}));
}

TEST_F(DoctorTest, LeftoversAreHarmlessAndGo) {
  write("kenko.yaml.77.tmp", "x");
  write("events/00000009.parquet", "x");
  write("scores/000009-saas-x.parquet", "x");
  EXPECT_EQ(wrong(look(true)), List{});
  EXPECT_EQ(harmless(look(true)),
            (List{"leftovers: leftover events/00000009.parquet", "leftovers: leftover kenko.yaml.77.tmp",
                  "leftovers: leftover scores/000009-saas-x.parquet"}));
  EXPECT_EQ(harmless(look(true, true)), List{});
  EXPECT_FALSE(fs::exists(dir_ + "/events/00000009.parquet"));
}

TEST_F(DoctorTest, ForeignFilesAreLeftAlone) {
  write("events/foo.txt", "mine");
  fs::create_symlink("/nowhere", dir_ + "/link");
  EXPECT_EQ(harmless(look(true, true)),
            (List{"foreign files: foreign-file events/foo.txt", "foreign files: foreign-file link"}));
  EXPECT_EQ(read(dir_ + "/events/foo.txt"), "mine");
}

TEST_F(DoctorTest, AFileWhereAFolderShouldBe) {
  write("scores", "x");
  EXPECT_EQ(wrong(look(true)), (List{"foreign files: not-a-folder scores"}));
}

TEST_F(DoctorTest, DamagedCacheIsHarmless) {
  status();  // makes it
  const auto names = ports::list_files(dir_ + "/cache");
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(harmless(look()), List{});
  damage("cache/" + names[0], 0.999);
  EXPECT_EQ(harmless(look()), (List{"cache: cache-damaged cache/" + names[0]}));
  EXPECT_EQ(harmless(look(false, true)), List{});
}

TEST_F(DoctorTest, PublishedScoresMissingDamagedAndWithAGap) {
  sql("INSERT INTO publication VALUES (1, 0, 'a', 'r', 'm', x'00', 't', 'scores/000001-m.parquet', 2, 1, 2)");
  EXPECT_EQ(wrong(look(true)), (List{"scores: scores-missing scores/000001-m.parquet"}));
  write("scores/000001-m.parquet", "x");
  EXPECT_EQ(wrong(look(true)), (List{"scores: scores-damaged scores/000001-m.parquet"}));
  auto duck = duck::Connection::open({.threads = 1});
  ASSERT_TRUE(duck->copy_to_parquet("SELECT 1 AS day", dir_ + "/scores/000001-m.parquet").ok());
  EXPECT_EQ(wrong(look(true)), (List{"scores: scores-damaged scores/000001-m.parquet"})) << "one row, not two";
  ASSERT_TRUE(duck->copy_to_parquet("SELECT unnest([1, 2]) AS day", dir_ + "/scores/000001-m.parquet").ok());
  EXPECT_EQ(wrong(look()), List{});
  sql("INSERT INTO closed_day VALUES (10, 5, 0, 1, 'm', x'00', '', 0, 0, NULL), (12, 6, 0, 1, 'm', x'00', '', 0, 0, "
      "NULL), "
      "(13, 6, 0, 1, 'm', x'00', '', 0, 0, NULL)");
  EXPECT_EQ(wrong(look(true)), (List{"scores: closed-days-gap state.db", "scores: closed-days-order state.db"}));
}

TEST_F(DoctorTest, SettingsModelsMappingsLexicons) {
  write("models/broken.yaml", "kenko: 1\n");
  write("mappings/broken.yaml", "rules: 7\n");
  write("lexicons/xx.txt", "good\n");
  write("topics.yaml", "topics: 7\n");
  List found = wrong(look(true));
  const auto has = [&found](const std::string& check, const std::string& name) {
    return std::any_of(found.begin(), found.end(),
                       [&](const std::string& f) { return f.starts_with(check + ": ") && f.ends_with(" " + name); });
  };
  EXPECT_TRUE(has("models", "models/broken.yaml")) << to_list(found);
  EXPECT_TRUE(has("mappings", "mappings/broken.yaml")) << to_list(found);
  EXPECT_TRUE(has("lexicons", "lexicons/xx.txt")) << to_list(found);
  EXPECT_TRUE(has("lexicons", "topics.yaml")) << to_list(found);
  write("kenko.yaml", "kenko: [\n");
  found = wrong(look(true));
  EXPECT_TRUE(has("settings", "kenko.yaml")) << to_list(found);
  const DoctorReport report = look(true);
  EXPECT_EQ(std::count_if(report.checks.begin(), report.checks.end(),
                          [](const DoctorCheck& c) { return c.skipped && c.name == "models"; }),
            1);
}

TEST_F(DoctorTest, TheActiveModelIsThere) {
  std::string yaml = read(dir_ + "/kenko.yaml");
  yaml.replace(yaml.find("\nmodel:"), 7, "\nmodel: gone");
  write("kenko.yaml", yaml);
  EXPECT_EQ(wrong(look(true)), (List{"models: model-missing kenko.yaml"}));
}

TEST_F(DoctorTest, NothingIsChangedWithoutFix) {
  write("events/00000009.keys", "x");
  write("events/manifest.json", "{}");
  fs::remove(dir_ + "/events/" + first(".keys"));
  std::map<std::string, std::string> before;
  const auto all = [this] {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(dir_)) {
      const std::string name = entry.path().string();
      if (entry.is_regular_file() && !name.ends_with("-wal") && !name.ends_with("-shm")) files[name] = read(name);
    }
    return files;
  };
  before = all();
  EXPECT_GE(look().wrong(), 2);
  EXPECT_EQ(all(), before);
}

}  // namespace
}  // namespace kenko::app
