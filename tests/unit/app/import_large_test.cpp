// Files of many batches: mapped on several threads, decided in order, written while the rest is read.
#include <gmock/gmock.h>

#include "app/import.h"
#include "app/rejects.h"
#include "workspace_fixture.h"

namespace kenko::app {
namespace {

constexpr const char* kVisits = R"(kenko: 1
rules:
  visit:
    event: login
    account: Customer
    user: User
    time: At
    properties: {page: Page}
)";

constexpr const char* kTickets = R"(kenko: 1
rules:
  ticket:
    event: ticket.opened
    id: Id
    account: Customer
    time: At
    properties: {state: State}
)";

constexpr int kRows = 30'000;

class LargeImportTest : public WorkspaceTest {
 protected:
  // Every 10th row has no time, every 7th is the one before it once more.
  static std::string visits() {
    std::string out = "Customer,User,At,Page\n";
    std::string row;
    for (int i = 0; i < kRows; ++i) {
      const bool again = i % 7 == 6;
      if (!again) row = fmt::format("c{},u{},{},p{}\n", i % 13, i, i % 10 == 9 ? "" : "2026-01-05T10:00:00Z", i % 5);
      out += row;
    }
    return out;
  }
  ImportReport import_in(const std::vector<std::string>& files, const std::string& map, int64_t batch_rows) {
    ImportRequest request;
    request.inputs = files;
    request.mapping_file = map;
    request.batch_rows = batch_rows;
    request.refresh_cache = false;
    const auto report = try_import(request);
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    return report.ok() ? *report : ImportReport{};
  }
};

TEST_F(LargeImportTest, TheSizeOfBatchesChangesNoFact) {
  const std::string rows = file("in/visits.csv", visits());
  const std::string map = file("visits.yaml", kVisits);
  const ImportReport whole = import_in({rows}, map, 1'000'000);
  const std::string expected = digest();
  const auto rejects = list_rejects(*open_workspace(dir_)).value();
  EXPECT_EQ(whole.total.added + whole.total.rejected, kRows);
  EXPECT_GT(whole.total.rejected, kRows / 12);
  EXPECT_EQ(static_cast<int64_t>(rejects.size()), whole.total.rejected);

  dir_ = make("pieces");
  const ImportReport pieces = import_in({rows}, map, 1000);
  EXPECT_EQ(counts(pieces), counts(whole));
  EXPECT_EQ(digest(), expected);
  EXPECT_EQ(rejects_csv(list_rejects(*open_workspace(dir_)).value()), rejects_csv(rejects));

  const ImportReport again = import_in({rows}, map, 1000);
  EXPECT_EQ(again.total.already, whole.total.added);
  EXPECT_EQ(digest(), expected);
}

// The first version is in a segment that is being written or was written when the second one is decided.
TEST_F(LargeImportTest, AnIdIsFoundWhileItsSegmentIsBeingWritten) {
  std::string text = "Id,Customer,At,State\n";
  for (const char* state : {"open", "open", "closed"}) {
    for (int i = 0; i < 5000; ++i) text += fmt::format("t{},c{},2026-01-01T10:00:00Z,{}\n", i, i % 9, state);
  }
  const std::string map = file("tickets.yaml", kTickets);
  const ImportReport report = import_in({file("in/tickets.csv", text)}, map, 1000);
  EXPECT_EQ(counts(report), "added 5000 already 5000 corrected 5000 rejected 0 filtered 0 deleted 0");
}

TEST_F(LargeImportTest, AFileThatBreaksOffLeavesNothingOfItsSegments) {
  const std::string map = file("visits.yaml", kVisits);
  const std::string good = file("in/a.csv", "Customer,User,At,Page\nc1,u1,2026-01-05T10:00:00Z,p\n");
  import_in({good}, map, 1000);
  const std::string before = digest();
  std::string json = "[";
  for (int i = 0; i < kRows; ++i) {
    json += fmt::format("{{\"Customer\":\"c{}\",\"User\":\"v{}\",\"At\":\"2026-01-05T10:00:00Z\"}},", i % 13, i);
  }
  ImportRequest request;
  request.inputs = {file("in/b.json", json)};
  request.mapping_file = map;
  request.batch_rows = 1000;
  const auto report = try_import(request);
  ASSERT_TRUE(report.ok()) << to_text(report.problems());
  EXPECT_TRUE(report->has_faults());
  EXPECT_EQ(report->total.added, 0);
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(import_in({good}, map, 1000).total.already, 1);
}

}  // namespace
}  // namespace kenko::app
