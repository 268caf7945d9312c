// The mappings that are shipped read without problems.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "mapping/read_mapping.h"

namespace kenko::mapping {
namespace {

TEST(ShippedMappings, ReadWithoutProblems) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("share/mappings")) {
    if (entry.path().extension() != ".yaml") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto mapping = read_mapping(text.str(), entry.path().string());
    EXPECT_TRUE(mapping.ok()) << (mapping.ok() ? "" : to_text(mapping.problems()));
    ++count;
  }
  EXPECT_GE(count, 19);
}

TEST(ShippedMappings, TheExampleOfTheReadmeReads) {
  std::ostringstream text;
  text << std::ifstream("share/mappings/README.md").rdbuf();
  const std::string all = text.str();
  const size_t begin = all.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const std::string example = all.substr(begin + 8, all.find("```", begin + 8) - begin - 8);
  const auto mapping = read_mapping(example, "README.md");
  EXPECT_TRUE(mapping.ok()) << (mapping.ok() ? "" : to_text(mapping.problems()));
}

}  // namespace
}  // namespace kenko::mapping
