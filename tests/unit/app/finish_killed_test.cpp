// What a command that was killed left is finished by the next one that writes, whichever it is.
#include "app/finish_killed.h"

#include <sys/wait.h>

#include "app/workspace_fixture.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

class FinishKilledTest : public WorkspaceTest {
 protected:
  /// The number of a process that is no more.
  static int dead() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    return child;
  }
  std::string in_workspace(const std::string& name) { return file("company/" + name, "half"); }
  void finish() {
    const auto lock = state::WriteLock::acquire(dir_);
    ASSERT_TRUE(lock.ok());
    auto database = state::Database::open_for_writing(dir_);
    ASSERT_TRUE(database.ok());
    const Status done = finish_killed(dir_, *database);
    EXPECT_TRUE(done.ok()) << to_text(done.problems());
  }
};

TEST_F(FinishKilledTest, UnfinishedFilesGoUnlessSomebodyIsAtWorkOnThem) {
  std::vector<std::string> gone;
  for (const char* name : {"kenko.yaml", "mappings/web.yaml", "models/first.yaml", "events/manifest.json",
                           "scores/1.parquet", "cache/portfolio.bin"}) {
    gone.push_back(in_workspace(fmt::format("{}.{}.tmp", name, dead())));
  }
  gone.push_back(in_workspace(fmt::format("cache/segment.bin.{}.tmp", ::getpid())));  // of an earlier process
  gone.push_back(in_workspace(fmt::format("kenko.yaml.{}.tmp", ::getppid())));        // only writers write it
  const std::vector<std::string> kept = {in_workspace(fmt::format("cache/portfolio.bin.{}.tmp", ::getppid())),
                                         in_workspace(fmt::format("all.csv.{}.tmp", ::getppid())),
                                         in_workspace("notes.tmp"), in_workspace("my.file.tmp"),
                                         in_workspace("data/export.csv.1234567.tmp")};
  finish();
  for (const std::string& path : gone) EXPECT_FALSE(std::filesystem::exists(path)) << path;
  for (const std::string& path : kept) EXPECT_TRUE(std::filesystem::exists(path)) << path;
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/events/manifest.json")) << "nothing was ever stored";
}

TEST_F(FinishKilledTest, TheManifestFollowsTheCatalog) {
  const std::string path = dir_ + "/events/manifest.json";
  import({file("1.csv", "event_id,name,occurred_at,account\n1,login,2026-06-01,acme\n")});
  const std::string before = read(path);
  import({file("2.csv", "event_id,name,occurred_at,account\n2,login,2026-06-02,acme\n")});
  const std::string after = read(path);
  ASSERT_NE(before, after);
  file("company/events/manifest.json", before);  // as if the second one had died right after its commit
  finish();
  EXPECT_EQ(read(path), after);
  std::filesystem::remove(path);
  import({root_ + "/2.csv"});
  EXPECT_EQ(read(path), after) << "an import that adds nothing does it, too";
}

}  // namespace
}  // namespace kenko::app
