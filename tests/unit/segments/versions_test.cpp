// The versions file: which version of an id counts, for who reads the events from outside.
#include "segments/versions.h"

#include "events_for_test.h"
#include "ports/files.h"

namespace kenko::segments {
namespace {

namespace fs = std::filesystem;

class VersionsTest : public WorkspaceTest {
 protected:
  // "id:seq*" for each row in order; * = current
  std::string rows() const {
    std::string out;
    const std::vector<VersionRow> rows = read_versions_file(dir_, live_.versions_file).value();
    for (const VersionRow& row : rows) {
      for (const char* id : {"a", "b", "c", "d"}) {
        if (row.key == facts::event_key("app", id)) out += id;
      }
      out += ":" + std::to_string(row.seq) + (row.deleted ? "-" : "") + (row.is_current ? "*" : "") + " ";
    }
    return out;
  }
  bool has(const std::string& text) const { return rows().find(text) != std::string::npos; }
};

TEST_F(VersionsTest, ThereIsNoneAsLongAsEveryIdHasOneVersion) {
  store({event("a", "x", 1, 1), event("b", "x", 1, 2)});
  store({event("c", "x", 1, 3)});
  EXPECT_EQ(live_.versions_file, "");
  EXPECT_TRUE(read_versions_file(dir_, "").value().empty());
}

TEST_F(VersionsTest, ACorrectionAndADeletionReplaceTheFile) {
  store({event("a", "x", 1, 1), event("b", "x", 1, 2), event("c", "x", 1, 3)});
  store({event("a", "y", 1, 4)});
  EXPECT_EQ(live_.versions_file, "versions-1.parquet");
  EXPECT_TRUE(has("a:1 a:4* "));
  facts::EventFact gone = event("b", "x", 1, 5);
  gone.deleted = true;
  store({gone});
  EXPECT_EQ(live_.versions_file, "versions-2.parquet");
  EXPECT_TRUE(has("b:2 b:5- "));
  EXPECT_TRUE(has("a:1 a:4* "));
  EXPECT_FALSE(has("c:"));
  store({event("a", "z", 1, 6), event("a", "w", 1, 7)});
  EXPECT_TRUE(has("a:1 a:4 a:6 a:7* "));
  EXPECT_TRUE(fs::exists(path("events/versions-1.parquet"))) << "readers of the older manifest still need it";
  store({event("d", "x", 1, 8)});
  EXPECT_EQ(live_.versions_file, "versions-3.parquet");
}

TEST_F(VersionsTest, ADeletionAloneIsListed) {
  facts::EventFact gone = event("a", "x", 1, 1);
  gone.deleted = true;
  store({gone, event("b", "x", 1, 2)});
  EXPECT_EQ(rows(), "a:1- ");
}

TEST_F(VersionsTest, TheGreatestVersionNumberIsCurrent) {
  facts::EventFact high = event("a", "x", 1, 1);
  high.version = 5;
  store({high});
  store({event("a", "y", 1, 2)});
  EXPECT_EQ(rows(), "a:2 a:1* ");
}

TEST_F(VersionsTest, ADamagedFileIsAProblemAndTheNextWriterMakesItAgain) {
  store({event("a", "x", 1, 1), event("b", "x", 1, 2)});
  store({event("a", "y", 1, 3)});
  const std::string file = path("events/" + live_.versions_file);
  fs::resize_file(file, fs::file_size(file) / 2);
  EXPECT_EQ(read_versions_file(dir_, live_.versions_file).problems()[0].code, "versions-file-damaged");
  fs::remove(file);
  EXPECT_EQ(read_versions_file(dir_, live_.versions_file).problems()[0].code, "versions-file-damaged");
  store({event("b", "y", 1, 4)});
  EXPECT_TRUE(has("a:1 a:3* "));
  EXPECT_TRUE(has("b:2 b:4* "));
}

}  // namespace
}  // namespace kenko::segments
