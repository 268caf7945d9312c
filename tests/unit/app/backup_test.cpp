// Backup and restore of a small workspace.
#include "app/backup.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "app/backup_list.h"
#include "app/restore.h"
#include "app/workspace_files.h"
#include "workspace_fixture.h"

namespace kenko::app {
namespace {

namespace fs = std::filesystem;

class BackupOfWorkspace : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    import({file("a.csv", "name,account,at,event_id\nlogin,acme,2026-05-01,1\nlogin,acme,2026-05-02,2\n")});
    file("company/lexicons/en.txt", "great\t3.1\n");
    fs::create_directories(dir_ + "/mappings");
    fs::create_directories(dir_ + "/cache");
    std::ofstream(dir_ + "/cache/x.bin") << "derived";
    std::ofstream(dir_ + "/kenko.yaml.123.tmp") << "unfinished";
  }
  Result<BackupReport> back_up_to(const std::string& name, bool copy = false) {
    return back_up({dir_, root_ + "/" + name, copy}, clock_);
  }
  static std::string code(const Problems& problems) { return problems.front().code; }
  std::vector<std::string> names(const std::string& folder) {
    std::vector<std::string> out;
    for (const FoundFile& f : files_of(root_ + "/" + folder)) {
      if (!f.is_folder && role_of(f.name) != FileRole::passing && role_of(f.name) != FileRole::derived)
        out.push_back(f.name);
    }
    return out;
  }
};

TEST_F(BackupOfWorkspace, ComesBackWithTheSameFacts) {
  const auto made = back_up_to("backup");
  ASSERT_TRUE(made.ok()) << to_text(made.problems());
  EXPECT_EQ(names("backup"),
            (std::vector<std::string>{".gitignore", "BACKUP", "events/00000001.keys", "events/00000001.parquet",
                                      "events/manifest.json", "events/versions-0.parquet", "events/views.sql",
                                      "kenko.yaml", "lexicons/en.txt", "state.db"}));
  EXPECT_EQ(made->files, 9);
  EXPECT_EQ(made->linked_files, 2);
  EXPECT_FALSE(fs::exists(root_ + "/backup/cache"));
  EXPECT_TRUE(fs::exists(root_ + "/backup/models"));
  EXPECT_EQ(digest(root_ + "/backup"), digest()) << "a backup can be read as it is";
  EXPECT_EQ(read(root_ + "/backup/events/manifest.json"), read(dir_ + "/events/manifest.json"));

  const auto back = restore({root_ + "/backup", root_ + "/again", false});
  ASSERT_TRUE(back.ok()) << to_text(back.problems());
  EXPECT_EQ(back->files, 9);
  EXPECT_EQ(digest(root_ + "/again"), digest());
  const std::string before = digest();
  dir_ = root_ + "/again";
  EXPECT_EQ(
      counts(import({file("b.csv", "name,account,at,event_id\nlogin,acme,2026-05-02,2\nlogin,acme,2026-05-03,3\n")})),
      "added 1 already 1 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(digest(root_ + "/backup"), before) << "writing to what was restored does not reach the backup";
  EXPECT_EQ(digest(root_ + "/company"), before);
}

TEST_F(BackupOfWorkspace, CopiesWhenAsked) {
  const auto made = back_up_to("backup", true);
  ASSERT_TRUE(made.ok()) << to_text(made.problems());
  EXPECT_EQ(made->linked_files, 0);
  struct stat status{};
  ASSERT_EQ(stat((dir_ + "/events/00000001.parquet").c_str(), &status), 0);
  EXPECT_EQ(status.st_nlink, 1U);
}

TEST_F(BackupOfWorkspace, NeedsAnEmptyFolderOutsideOfTheWorkspace) {
  file("backup/there", "x");
  EXPECT_EQ(code(back_up_to("backup").problems()), "target-not-empty");
  EXPECT_EQ(code(back_up_to("backup/there").problems()), "not-a-folder");
  EXPECT_EQ(code(back_up_to("company/backup").problems()), "backup-inside");
  EXPECT_EQ(code(back_up_to("company").problems()), "backup-inside");
  fs::create_directories(root_ + "/empty");
  EXPECT_TRUE(back_up_to("empty").ok());
  EXPECT_TRUE(back_up_to("new/deep/er").ok());
  EXPECT_EQ(read(root_ + "/backup/there"), "x");
}

TEST_F(BackupOfWorkspace, RemovesWhatAKilledOneLeft) {
  file("backup.1.tmp/half", "x");
  file("backup.old.tmp/mine", "x");
  ASSERT_TRUE(back_up_to("backup").ok());
  EXPECT_FALSE(fs::exists(root_ + "/backup.1.tmp"));
  EXPECT_TRUE(fs::exists(root_ + "/backup.old.tmp"));
}

TEST_F(BackupOfWorkspace, SaysThatAFileOfTheCatalogIsGone) {
  fs::remove(dir_ + "/events/00000001.parquet");
  const auto made = back_up_to("backup");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(code(made.problems()), "file-missing");
  EXPECT_TRUE(made.problems()[0].place.file.ends_with("events/00000001.parquet"));
  EXPECT_FALSE(fs::exists(root_ + "/backup")) << "no half of a backup";
}

TEST_F(BackupOfWorkspace, AFileThatTheCatalogNamesIsTakenOnceWhateverItsName) {
  file("company/scores/of-mine.parquet", "what was published");
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open((dir_ + "/state.db").c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle,
                         "INSERT INTO publication VALUES (1, 0, 'a', 'r', 'm', x'00', 't', 'scores/of-mine.parquet', "
                         "2, 1, 2)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(handle);
  const auto made = back_up_to("backup");
  ASSERT_TRUE(made.ok()) << to_text(made.problems());
  EXPECT_EQ(made->linked_files, 3);
  EXPECT_EQ(read(root_ + "/backup/scores/of-mine.parquet"), "what was published");
  EXPECT_EQ(read(dir_ + "/scores/of-mine.parquet"), "what was published") << "a link is never written through";
}

TEST_F(BackupOfWorkspace, ADamagedBackupIsNotRestored) {
  ASSERT_TRUE(back_up_to("backup", true).ok());
  const std::string target = root_ + "/again";
  const auto refused = [&](const std::string& what) {
    const auto back = restore({root_ + "/backup", target, false});
    EXPECT_FALSE(back.ok()) << what;
    EXPECT_FALSE(fs::exists(target)) << what;
    return back.ok() ? "" : back.problems()[0].code + " " + fs::path(back.problems()[0].place.file).filename().string();
  };
  std::ofstream(root_ + "/backup/kenko.yaml", std::ios::app) << "#";
  EXPECT_EQ(refused("longer"), "backup-damaged kenko.yaml");
  fs::remove(root_ + "/backup/lexicons/en.txt");
  const auto both = restore({root_ + "/backup", target, false});
  EXPECT_EQ(both.problems().size(), 2U) << "all of them are named";
  const std::string list = read(root_ + "/backup/BACKUP");
  std::ofstream(root_ + "/backup/BACKUP") << list.substr(0, list.size() - 30);
  EXPECT_EQ(refused("cut list"), "backup-damaged BACKUP");
  fs::remove(root_ + "/backup/BACKUP");
  EXPECT_EQ(refused("no list"), "not-a-backup backup");
}

TEST_F(BackupOfWorkspace, RestoreOverwritesNothing) {
  ASSERT_TRUE(back_up_to("backup").ok());
  EXPECT_EQ(code(restore({root_ + "/backup", "", false}).problems()), "target-not-empty") << "where it came from";
  fs::rename(dir_, root_ + "/moved");
  const auto back = restore({root_ + "/backup", "", false});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->target, fs::canonical(dir_).string());
}

TEST(BackupListTest, ComesBackAsItWasWritten) {
  const BackupList list{
      Instant{1'700'000'000'000'000}, "kenko 1", "/a b", {{"models/a\n%0A.yaml", 5, {1, 2}}, {"x", 0, {}}}};
  const auto back = read_backup_list(backup_list_text(list), "BACKUP");
  ASSERT_TRUE(back.ok()) << to_text(back.problems());
  EXPECT_EQ(*back, list);
}

TEST(BackupListTest, NamesStayInside) {
  for (const char* name : {"../x", "/x", "a/../../x", "a//x", ""}) {
    const auto back = read_backup_list(backup_list_text({Instant{0}, "k", "/w", {{name, 0, {}}}}), "BACKUP");
    ASSERT_FALSE(back.ok()) << name;
    EXPECT_EQ(back.problems()[0].code, "backup-damaged");
  }
}

TEST(WorkspaceFilesTest, KnowsEveryName) {
  EXPECT_EQ(role_of("kenko.yaml"), FileRole::user);
  EXPECT_EQ(role_of("events/foo.txt"), FileRole::user);
  EXPECT_EQ(role_of("events/00000001.parquet"), FileRole::stored);
  EXPECT_EQ(role_of("events/versions-3.parquet"), FileRole::stored);
  EXPECT_EQ(role_of("events/00000001.keys.77.tmp"), FileRole::passing);
  EXPECT_EQ(role_of("events/manifest.json"), FileRole::published);
  EXPECT_EQ(role_of("events/versions-0.parquet"), FileRole::published);
  EXPECT_EQ(role_of("intake/00000001.db-wal"), FileRole::stored);
  EXPECT_EQ(role_of("state.db-shm"), FileRole::state);
  EXPECT_EQ(role_of("notes.tmp"), FileRole::user);
  EXPECT_EQ(role_of("models/poetry.lock"), FileRole::user);
  EXPECT_EQ(role_of("write.lock"), FileRole::passing);
  EXPECT_EQ(role_of("cache/a"), FileRole::derived);
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1'234'567), "1.2 MB");
  EXPECT_EQ(size_text(999'999), "1.0 MB");
}

}  // namespace
}  // namespace kenko::app
