#include "segments/manifest.h"

#include "events_for_test.h"
#include "ports/files.h"

namespace kenko::segments {
namespace {

class ManifestTest : public WorkspaceTest {};

TEST_F(ManifestTest, ListsTheCatalog) {
  store({event("a", "a", 1, 1)});
  store({event("a", "b", 1, 2)});
  ASSERT_TRUE(publish_manifest(dir_, live_).ok());
  EXPECT_EQ(ports::read_file(path("events/manifest.json")).value(),
            "{\"format\": 2, \"generation\": 2, \"segments\": [\n"
            "  {\"id\": 1, \"events\": \"00000001.parquet\", \"source\": \"app\", \"rows\": 1, "
            "\"first_seq\": 1, \"last_seq\": 1, \"first_day\": \"1970-01-01\", \"last_day\": \"1970-01-01\"},\n"
            "  {\"id\": 2, \"events\": \"00000002.parquet\", \"source\": \"app\", \"rows\": 1, "
            "\"first_seq\": 2, \"last_seq\": 2, \"first_day\": \"1970-01-01\", \"last_day\": \"1970-01-01\"}\n"
            "], \"versions\": \"versions-1.parquet\", \"keys\": [\n"
            "  {\"id\": 1, \"file\": \"00000001.keys\", \"entries\": 1, \"first_seq\": 1, \"last_seq\": 1},\n"
            "  {\"id\": 2, \"file\": \"00000002.keys\", \"entries\": 1, \"first_seq\": 2, \"last_seq\": 2}\n]}\n");
  EXPECT_TRUE(publish_manifest(dir_ + "/none", live_).ok());  // makes the folder
}

}  // namespace
}  // namespace kenko::segments
