// Copies of state.db taken while it is written, and reading where the folder may not be written.
#include "state/backup.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "state/sqlite.h"

namespace kenko::state {
namespace {

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    dir_ = (std::filesystem::temp_directory_path() / fmt::format("kenko-copy-{}-{}", info->name(), getpid())).string();
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override {
    std::filesystem::permissions(dir_, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(dir_);
  }
  std::string path(const std::string& name) const { return dir_ + "/" + name; }
  /// A database with a log: both columns of each row are equal, and so are all sums.
  Sqlite make(const std::string& name) {
    auto made = Sqlite::open(path(name), true);
    EXPECT_TRUE(made.ok());
    EXPECT_TRUE(made->execute("PRAGMA journal_mode = WAL; CREATE TABLE pair(a INTEGER, b INTEGER)").ok());
    return std::move(made).value();
  }

  std::string dir_;
};

TEST_F(BackupTest, ACopyTakenWhileItIsWrittenIsOneState) {
  Sqlite writer = make("state.db");
  std::atomic<bool> stop = false;
  std::atomic<int64_t> rows = 0;
  std::thread writing([&] {
    while (!stop) {
      ASSERT_TRUE(writer.execute("BEGIN; INSERT INTO pair VALUES (1, 0); INSERT INTO pair VALUES (0, 1); COMMIT").ok());
      ++rows;
    }
  });
  for (int i = 0; i < 20; ++i) {
    const std::string copy = path(fmt::format("copy{}.db", i));
    const int64_t before = rows;
    const Status copied = back_up_database(path("state.db"), copy);
    const int64_t after = rows + 1;
    ASSERT_TRUE(copied.ok()) << to_text(copied.problems());
    EXPECT_FALSE(std::filesystem::exists(copy + "-wal"));
    auto read = Sqlite::open(copy, false);
    ASSERT_TRUE(read.ok());
    const int64_t a = *read->integer("SELECT coalesce(sum(a), 0) FROM pair");
    EXPECT_EQ(a, *read->integer("SELECT coalesce(sum(b), 0) FROM pair"));
    EXPECT_LE(before, a);
    EXPECT_LE(a, after);
    EXPECT_EQ(*read->integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
  }
  stop = true;
  writing.join();
}

TEST_F(BackupTest, TheFilesThatAStateNames) {
  auto made = Sqlite::open(path("state.db"), true);
  ASSERT_TRUE(made->execute("CREATE TABLE meta(key, value); INSERT INTO meta VALUES ('next_seq', 9), ('versions_file', "
                            "'versions-2.parquet'); CREATE TABLE segment(events_file TEXT); INSERT INTO segment VALUES "
                            "('2.parquet'), "
                            "('1.parquet'); CREATE TABLE publication(scores_file TEXT); INSERT INTO publication "
                            "VALUES (''), ('scores/a.parquet'), ('scores/a.parquet')")
                  .ok());
  const auto named = named_files(dir_);
  ASSERT_TRUE(named.ok());
  EXPECT_EQ(named->events, (std::vector<std::string>{"1.parquet", "2.parquet", "versions-2.parquet"}));
  EXPECT_EQ(named->next_seq, 9);
  EXPECT_EQ(named->scores, (std::vector<std::string>{"scores/a.parquet"}));
  EXPECT_TRUE(named->intake.empty());
}

TEST_F(BackupTest, AFolderInThePlaceOfAFileIsSaid) {
  std::filesystem::create_directories(path("state.db"));
  const auto opened = Sqlite::open(path("state.db"), false);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.problems()[0].code, "not-a-file");
}

TEST_F(BackupTest, EventsOfALaterStateStayOutOfTheIntakeFile) {
  Sqlite writer = make("1.db");
  ASSERT_TRUE(
      writer.execute("CREATE TABLE event(seq INTEGER PRIMARY KEY); INSERT INTO event VALUES (5), (6), (9)").ok());
  ASSERT_TRUE(back_up_intake(path("1.db"), path("copy.db"), 9).ok());
  auto copy = Sqlite::open(path("copy.db"), false);
  EXPECT_EQ(*copy->integer("SELECT max(seq) FROM event"), 6);
  EXPECT_EQ(*writer.integer("SELECT max(seq) FROM event"), 9);
}

/// Runs `body` as a user who may not write the folder (root may write everything); gives what it answered.
template <typename Body>
int as_another_user(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(BackupTest, AReaderNeedsNotWriteTheFolder) {
  {
    Sqlite writer = make("state.db");
    ASSERT_TRUE(writer.execute("INSERT INTO pair VALUES (7, 7)").ok());
  }  // closed: the log is gone
  ASSERT_FALSE(std::filesystem::exists(path("state.db-wal")));
  chmod(dir_.c_str(), 0555);
  const auto read = [this] {
    auto opened = Sqlite::open(path("state.db"), false);
    if (!opened.ok()) return 1;
    const auto sum = opened->integer("SELECT sum(a) FROM pair");
    return sum.ok() && *sum == 7 ? 0 : 2;
  };
  EXPECT_EQ(as_another_user(read), 0);
}

TEST_F(BackupTest, AReaderWithoutRightsSeesWhatAWriterCommits) {
  Sqlite writer = make("state.db");
  ASSERT_TRUE(writer.execute("INSERT INTO pair VALUES (7, 7)").ok());  // stays in the log
  chmod(dir_.c_str(), 0555);
  const auto read = [this] {
    auto opened = Sqlite::open(path("state.db"), false);
    if (!opened.ok()) return 1;
    const auto sum = opened->integer("SELECT sum(a) FROM pair");
    return sum.ok() && *sum == 7 ? 0 : 2;
  };
  EXPECT_EQ(as_another_user(read), 0);
}

TEST_F(BackupTest, ALogThatOnlyAWriterCanApplyIsSaid) {
  {
    Sqlite writer = make("killed.db");
    ASSERT_TRUE(writer.execute("INSERT INTO pair VALUES (7, 7)").ok());
    std::filesystem::copy_file(path("killed.db"), path("state.db"));
    std::filesystem::copy_file(path("killed.db-wal"), path("state.db-wal"));
  }
  chmod(dir_.c_str(), 0555);
  const auto read = [this] {
    const auto opened = Sqlite::open(path("state.db"), false);
    return !opened.ok() && opened.problems()[0].code == "state-unsettled" ? 0 : 1;
  };
  EXPECT_EQ(as_another_user(read), 0);
}

}  // namespace
}  // namespace kenko::state
