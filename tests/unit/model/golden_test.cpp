// Malformed models as a new user writes them: tests/golden/models/NAME.yaml gives the messages in NAME.txt.
// To write the expected messages anew: KENKO_UPDATE_GOLDEN=1 unit_model, then read the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/load.h"
#include "model_workspace.h"

namespace kenko::model {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(GoldenModels, GiveTheExpectedMessages) {
  const fs::path folder = "tests/golden/models";
  const bool update = std::getenv("KENKO_UPDATE_GOLDEN") != nullptr;
  std::vector<fs::path> models;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".yaml") models.push_back(file.path());
  }
  std::sort(models.begin(), models.end());
  ASSERT_GE(models.size(), 12U);
  for (const fs::path& path : models) {
    const auto loaded = load(content_of(path), path.filename().string(), example_settings());
    ASSERT_FALSE(loaded.ok()) << path;
    const std::string said = to_text(loaded.problems());
    fs::path expected = path;
    expected.replace_extension(".txt");
    if (update) std::ofstream(expected, std::ios::binary) << said;
    EXPECT_EQ(said, content_of(expected)) << path << ": run with KENKO_UPDATE_GOLDEN=1 to write it anew";
    for (const Problem& p : loaded.problems()) {
      EXPECT_FALSE(p.code.empty() || p.message.empty()) << said;
      EXPECT_NE(p.message.back(), '.') << said;
    }
  }
}

}  // namespace
}  // namespace kenko::model
