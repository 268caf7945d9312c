#include "ports/files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>

namespace kenko::ports {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    char name[] = "/tmp/kenko-files-XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  ~FilesTest() override { fs::remove_all(dir_); }
  std::string path(const std::string& name) const { return dir_ + "/" + name; }
  std::string dir_;
};

TEST_F(FilesTest, WriteReplacesTheWholeFileAndLeavesNoTemporaryOne) {
  ASSERT_TRUE(write_file(path("a"), {"long ", "first"}).ok());
  ASSERT_TRUE(write_file(path("a"), {"new"}).ok());
  EXPECT_EQ(read_file(path("a")).value(), "new");
  EXPECT_EQ(list_files(dir_), std::vector<std::string>{"a"});
}

TEST_F(FilesTest, AMappedFileKeepsItsBytesWhenTheFileIsReplaced) {
  ASSERT_TRUE(write_file(path("a"), {"old"}).ok());
  const MappedFile mapped = MappedFile::open(path("a")).value();
  ASSERT_TRUE(write_derived_file(path("a"), {"newer"}).ok());
  EXPECT_EQ(mapped.bytes(), "old");
  EXPECT_EQ(read_file(path("a")).value(), "newer");
}

TEST_F(FilesTest, MissingFileAndFolderAreNamed) {
  const auto missing = MappedFile::open(path("none"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.problems()[0].code, "file-missing");
  EXPECT_EQ(missing.problems()[0].place.file, path("none"));
  EXPECT_EQ(write_file(path("none/a"), {"x"}).problems()[0].code, "file-missing");
}

TEST_F(FilesTest, AFolderIsNotAFile) { EXPECT_FALSE(MappedFile::open(dir_).ok()); }

TEST_F(FilesTest, AFailedWriteKeepsTheOldFileAndLeavesNoTemporaryOne) {
  // A folder in the place of the file makes the rename fail, whoever runs the test.
  ASSERT_TRUE(make_folder(path("a/inside")).ok());
  EXPECT_FALSE(write_file(path("a"), {"x"}).ok());
  EXPECT_TRUE(fs::is_directory(path("a/inside")));
  EXPECT_TRUE(list_files(dir_).empty());
}

TEST_F(FilesTest, ErrorsOfTheSystemHaveStableCodes) {
  EXPECT_EQ(file_problem("write", "f", ENOSPC).code, "disk-full");
  EXPECT_EQ(file_problem("write", "f", EACCES).code, "no-permission");
  EXPECT_EQ(file_problem("write", "f", EROFS).code, "read-only");
  EXPECT_EQ(file_problem("write", "f", EIO).code, "file-error");
}

TEST_F(FilesTest, FoldersAreMadeWithTheirParentsAndTwiceIsFine) {
  ASSERT_TRUE(make_folder(path("a/b/c")).ok());
  ASSERT_TRUE(make_folder(path("a/b/c")).ok());
  EXPECT_TRUE(fs::is_directory(path("a/b/c")));
  ASSERT_TRUE(write_file(path("file"), {"x"}).ok());
  EXPECT_FALSE(make_folder(path("file")).ok());
}

TEST_F(FilesTest, ListHoldsPlainFilesOnlyInOrder) {
  ASSERT_TRUE(write_file(path("b"), {}).ok());
  ASSERT_TRUE(write_file(path("a"), {}).ok());
  ASSERT_TRUE(make_folder(path("folder")).ok());
  EXPECT_EQ(list_files(dir_), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(list_files(path("none")).empty());
  EXPECT_EQ(read_file(path("a")).value(), "");
}

}  // namespace
}  // namespace kenko::ports
