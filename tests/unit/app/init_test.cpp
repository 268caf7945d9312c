#include <gmock/gmock.h>

#include "workspace_fixture.h"

namespace kenko::app {
namespace {

class InitTest : public WorkspaceTest {};

TEST_F(InitTest, MakesAWorkspaceThatCommandsFindFromBelow) {
  namespace fs = std::filesystem;
  EXPECT_TRUE(fs::is_directory(dir_ + "/models"));
  EXPECT_TRUE(fs::is_directory(dir_ + "/mappings"));
  EXPECT_THAT(read(dir_ + "/.gitignore"), testing::HasSubstr("/events/"));
  fs::create_directories(dir_ + "/models/deep");
  const auto found = find_workspace(dir_ + "/models/deep");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, dir_);
  const auto none = find_workspace(root_);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.problems()[0].code, "no-workspace");
  EXPECT_THAT(digest(), testing::SizeIs(32));  // an empty workspace has a state, too
  EXPECT_EQ(status().events, 0);
}

TEST_F(InitTest, NeverOverwritesAWorkspace) {
  InitRequest request;
  request.dir = dir_;
  const auto again = init_workspace(request);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.problems()[0].code, "workspace-exists");
}

TEST_F(InitTest, TemplateBecomesTheModel) {
  file("share/templates/shop.yaml", "kenko: 1\n");
  InitRequest request;
  request.dir = root_ + "/two";
  request.company = "Acme: one";
  request.time_zone = "Europe/London";
  request.template_name = "shop";
  request.share_dir = root_ + "/share";
  const auto report = init_workspace(request);
  ASSERT_TRUE(report.ok()) << to_text(report.problems());
  EXPECT_EQ(read(root_ + "/two/models/shop.yaml"), "kenko: 1\n");
  const auto workspace = open_workspace(root_ + "/two");
  EXPECT_EQ(workspace->settings.model, "shop");
  EXPECT_EQ(workspace->settings.company, "Acme: one");
  EXPECT_EQ(workspace->settings.time_zone.name(), "Europe/London");
}

TEST_F(InitTest, WrongArgumentsWriteNothing) {
  file("share/templates/shop.yaml", "kenko: 1\n");
  InitRequest request;
  request.dir = root_ + "/three";
  request.share_dir = root_ + "/share";
  request.template_name = "shoop";
  auto report = init_workspace(request);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.problems()[0].hint, "did you mean `shop`?");
  request.template_name = "shop";
  request.currency = "euro";
  report = init_workspace(request);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.problems()[0].code, "bad-currency");
  EXPECT_FALSE(std::filesystem::exists(request.dir));
}

TEST_F(InitTest, ShippedFilesAreFoundBesideTheBinary) {
  std::filesystem::create_directories(root_ + "/usr/share/kenko");
  std::filesystem::create_directories(root_ + "/tree/share/templates");
  EXPECT_EQ(find_share_dir("/else", root_ + "/usr/bin/kenko"), "/else");
  EXPECT_EQ(find_share_dir("", root_ + "/usr/bin/kenko"), root_ + "/usr/share/kenko");
  EXPECT_EQ(find_share_dir("", root_ + "/tree/build/release/bin/kenko"), root_ + "/tree/share");
}

}  // namespace
}  // namespace kenko::app
