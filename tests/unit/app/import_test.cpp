// Imports into a real workspace: every row counted, nothing twice, corrections and deletions as docs/SEMANTICS.md says.
#include "app/import.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "app/rejects.h"
#include "workspace_fixture.h"

namespace kenko::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMapping = R"(kenko: 1
rules:
  visit:
    event: login
    account: Customer
    user: User
    time: At
    properties: {page: Page}
)";

constexpr const char* kRows =
    "Customer,User,At,Page\n"
    "a,u1,2026-01-01 10:00:00,home\n"
    "a,u1,2026-01-01 10:00:00,home\n"  // a true repeat
    "b,u2,2026-01-02 10:00:00,\n"
    ",u3,bad time,home\n";

constexpr const char* kTickets = R"(kenko: 1
rules:
  ticket:
    event: ticket.opened
    id: Id
    account: Customer
    time: At
    properties: {state: State}
)";

class ImportTest : public WorkspaceTest {
 protected:
  static std::string many(int rows, int file) {
    std::string out = "Customer,User,At,Page\n";
    for (int i = 0; i < rows; ++i) out += fmt::format("c{},u{},2026-01-{:02}T10:00:00Z,p\n", i % 3, i, 1 + file);
    return out;
  }
  std::string mapping(const std::string& text, const std::string& name = "web.yaml") { return file(name, text); }
};

TEST_F(ImportTest, EveryRowIsAccountedForAndASecondImportAddsNothing) {
  const std::string rows = file("in/rows.csv", kRows);
  const std::string map = mapping(kMapping);
  const ImportReport first = import({rows}, map);
  EXPECT_EQ(first.total.read, 4);
  EXPECT_EQ(counts(first), "added 3 already 0 corrected 0 rejected 1 filtered 0 deleted 0");
  EXPECT_TRUE(first.facts_changed);
  ASSERT_EQ(first.changes.size(), 1U);
  EXPECT_TRUE(first.changes[0].added);
  const std::string before = digest();

  const ImportReport second = import({rows}, map);
  EXPECT_EQ(counts(second), "added 0 already 3 corrected 0 rejected 1 filtered 0 deleted 0");
  EXPECT_FALSE(second.facts_changed);
  EXPECT_TRUE(second.changes.empty());
  EXPECT_EQ(digest(), before);

  const auto workspace = open_workspace(dir_);
  const auto rejects = list_rejects(*workspace);
  ASSERT_TRUE(rejects.ok());
  ASSERT_EQ(rejects->size(), 1U);  // not doubled
  EXPECT_EQ((*rejects)[0].line, 5);
  EXPECT_THAT(rejects_csv(*rejects), HasSubstr("\"{\"\"User\"\":\"\"u3\"\""));
  const StatusReport s = status();
  EXPECT_EQ(s.accounts, 2);
  EXPECT_EQ(s.events, 3);
  EXPECT_EQ(s.newest_day, Day::of(2026, 1, 2));
  EXPECT_EQ(s.as_of, Day::of(2026, 1, 2));
  ASSERT_EQ(s.sources.size(), 1U);
  EXPECT_EQ(s.sources[0].events, 3);
}

TEST_F(ImportTest, TheFirstImportWritesTheSourceIntoTheSettings) {
  import({file("rows.csv", kRows)}, mapping(kMapping));
  const auto workspace = open_workspace(dir_);
  ASSERT_EQ(workspace->settings.sources.size(), 1U);
  const facts::SourceSettings& web = workspace->settings.sources[0];
  EXPECT_EQ(web.name, "web");
  EXPECT_EQ(web.mapping, "mappings/web.yaml");
  EXPECT_EQ(read(dir_ + "/mappings/web.yaml"), kMapping);
  EXPECT_EQ(web.accounts, facts::AccountIds::defines);
  EXPECT_THAT(web.emits, ElementsAre("login"));
  EXPECT_THAT(read(dir_ + "/kenko.yaml"), HasSubstr("# Where facts come from."));

  // Later sources are matched, and the mapping in the workspace is found by the source's name.
  import({file("t.csv", "Id,Customer,At,State\n1,x,2026-01-01,open\n")}, mapping(kTickets, "desk.yaml"));
  EXPECT_EQ(open_workspace(dir_)->settings.find_source("desk")->accounts, facts::AccountIds::matched);
  ImportRequest request;
  request.inputs = {file("rows.csv", kRows)};
  request.source = "web";
  const auto again = try_import(request);
  ASSERT_TRUE(again.ok()) << to_text(again.problems());
  EXPECT_EQ(again->total.already, 3);
}

TEST_F(ImportTest, ADryRunCountsAndWritesNothing) {
  const std::string settings = read(dir_ + "/kenko.yaml");
  const std::string before = digest();
  ImportRequest request;
  request.inputs = {file("rows.csv", kRows)};
  request.mapping_file = mapping(kMapping);
  request.dry_run = true;
  const auto report = try_import(request);
  ASSERT_TRUE(report.ok()) << to_text(report.problems());
  EXPECT_EQ(counts(*report), "added 3 already 0 corrected 0 rejected 1 filtered 0 deleted 0");
  EXPECT_EQ(report->changes.size(), 1U);
  EXPECT_EQ(read(dir_ + "/kenko.yaml"), settings);
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/mappings/web.yaml"));
  EXPECT_EQ(digest(), before);
}

TEST_F(ImportTest, TheOrderOfFilesChangesNothing) {
  const std::string one = file("in/1.csv", kRows);
  const std::string two = file("in/2.csv", "Customer,User,At,Page\nc,u1,2026-01-03 10:00:00,home\n");
  const std::string map = mapping(kMapping);
  import({one, two}, map);
  const std::string together = digest();
  EXPECT_EQ(status().segments.size(), 1U);  // small files share a segment
  dir_ = make("other");
  import({two}, map);
  import({one}, map);
  EXPECT_EQ(digest(), together);
}

TEST_F(ImportTest, ABadFileIsLeftOutAsAWholeAndTheOthersAreImported) {
  const std::string bad = file("in/bad.csv", "Customer,Uzer,At,Page\na,u,2026-01-01,x\n");
  const std::string good = file("in/good.csv", kRows);
  ImportRequest request;
  request.inputs = {bad, good};
  request.mapping_file = mapping(kMapping);
  const auto report = try_import(request);
  ASSERT_TRUE(report.ok()) << to_text(report.problems());
  EXPECT_TRUE(report->has_faults());
  ASSERT_EQ(report->files.size(), 2U);
  EXPECT_EQ(report->files[0].problems[0].code, "unknown-column");
  EXPECT_EQ(report->files[0].counts.read, 0);
  EXPECT_EQ(report->files[1].counts.added, 3);
}

TEST_F(ImportTest, OtherContentOfAnIdIsACorrectionKnownNow) {
  const std::string map = mapping(kTickets);
  import({file("t.csv", "Id,Customer,At,State\n1,a,2026-01-01,open\n2,a,2026-01-02,open\n")}, map);
  clock_.at = *Instant::parse("2026-07-01T00:00:00Z");
  const std::string changed = file("t2.csv", "Id,Customer,At,State\n1,a,2026-01-01,done\n2,a,2026-01-02,open\n");
  EXPECT_EQ(counts(import({changed}, map)), "added 0 already 1 corrected 1 rejected 0 filtered 0 deleted 0");
  const auto all = versions();
  ASSERT_EQ(all.size(), 3U);
  const auto correction = std::max_element(
      all.begin(), all.end(), [](const auto& x, const auto& y) { return x.recorded.seq < y.recorded.seq; });
  EXPECT_EQ(correction->recorded.known_at, clock_.at);
  EXPECT_FALSE(correction->recorded.assumed);
  const std::string after = digest();
  // The old export once more: an older version of the id, nothing changes.
  EXPECT_EQ(counts(import({root_ + "/t.csv"}, map)), "added 0 already 2 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(digest(), after);
}

TEST_F(ImportTest, TheLaterRecordOfAnIdInOneFileCorrectsTheEarlier) {
  const std::string map = mapping(kTickets);
  const std::string rows = file("t.csv", "Id,Customer,At,State\n1,a,2026-01-01,open\n1,a,2026-01-01,done\n");
  EXPECT_EQ(counts(import({rows}, map)), "added 1 already 0 corrected 1 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(counts(import({rows}, map)), "added 0 already 2 corrected 0 rejected 0 filtered 0 deleted 0");
}

TEST_F(ImportTest, TheGreaterVersionWinsWhateverTheOrder) {
  const std::string map = mapping(std::string(kTickets) + "    version: V\n");
  const std::string head = "Id,Customer,At,State,V\n";
  const std::string old = file("old.csv", head + "1,a,2026-01-01,open,2026-01-01T00:00:00Z\n");
  const std::string young = file("new.csv", head + "1,a,2026-01-01,done,2026-01-05T00:00:00Z\n");
  import({old}, map);
  import({young}, map);
  const std::string forwards = digest();
  dir_ = make("other");
  import({young}, map);
  EXPECT_EQ(counts(import({old}, map)), "added 0 already 1 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(digest(), forwards);
  import({old}, map);
  EXPECT_EQ(versions().size(), 2U);  // the older one is stored once
}

TEST_F(ImportTest, ADeletedEventStaysDeletedWhenTheOldExportComesAgain) {
  const std::string map = mapping(std::string(kTickets) + "    delete: {column: Op, is: D}\n");
  const std::string one = file("1.csv", "Id,Customer,At,State,Op\n1,a,2026-01-01,open,\n");
  import({one}, map);
  EXPECT_EQ(counts(import({file("2.csv", "Id,Customer,At,State,Op\n1,a,2026-01-01,open,D\n")}, map)),
            "added 0 already 0 corrected 1 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(status().events, 0);
  EXPECT_EQ(counts(import({one}, map)), "added 0 already 1 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(status().events, 0);
}

// --- A mended mapping corrects instead of doubling -------------------------------------------------------------------

TEST_F(ImportTest, ARenamedRuleReplacesItsEvents) {
  const std::string rows = file("rows.csv", kRows);
  import({rows}, mapping(kMapping));
  std::string renamed = kMapping;
  renamed.replace(renamed.find("visit:"), 6, "seen:");
  const ImportReport report = import({rows}, mapping(renamed));
  EXPECT_EQ(counts(report), "added 0 already 0 corrected 3 rejected 1 filtered 0 deleted 3");
  EXPECT_EQ(status().events, 3);
  EXPECT_EQ(read(dir_ + "/mappings/web.yaml"), renamed);
  // And back again: what was deleted lives again.
  EXPECT_EQ(import({rows}, mapping(kMapping)).total.corrected, 3);
  EXPECT_EQ(status().events, 3);
  EXPECT_EQ(counts(import({rows}, mapping(kMapping))), "added 0 already 3 corrected 0 rejected 1 filtered 0 deleted 0");
}

TEST_F(ImportTest, ATightenedFilterDeletesWhatItNoLongerTakes) {
  const std::string rows = file("rows.csv", kRows);
  import({rows}, mapping(kMapping));
  const ImportReport report = import({rows}, mapping(std::string(kMapping) + "    where: Page = \"home\"\n"));
  EXPECT_EQ(report.total.deleted, 1);
  EXPECT_EQ(report.total.already, 2);
  EXPECT_EQ(status().events, 2);
  EXPECT_EQ(import({rows}, mapping(kMapping)).total.corrected, 1);
  EXPECT_EQ(status().events, 3);
}

TEST_F(ImportTest, AnEmptyColumnMoreChangesNothing) {
  import({file("rows.csv", "Customer,User,At,Page\na,u1,2026-01-01 10:00:00,home\n")}, mapping(kMapping));
  const std::string before = digest();
  const std::string more = file("rows.csv", "Note,Page,At,Customer,User\n,home,2026-01-01 10:00:00,a,u1\n");
  EXPECT_EQ(import({more}, mapping(kMapping)).total.already, 1);
  EXPECT_EQ(digest(), before);
}

TEST_F(ImportTest, ASecondEventOutOfEachRowIsAdded) {
  const std::string rows = file("rows.csv", kRows);
  import({rows}, mapping(kMapping));
  const std::string two = std::string(kMapping) +
                          "  page:\n    event: feature.used\n    account: Customer\n    time: At\n"
                          "    where: not is_empty(Page)\n";
  const ImportReport report = import({rows}, mapping(two));
  EXPECT_EQ(report.total.added, 2);
  EXPECT_EQ(report.total.deleted, 0);
  EXPECT_EQ(status().events, 5);
  EXPECT_THAT(open_workspace(dir_)->settings.sources[0].emits, ElementsAre("feature.used", "login"));
  // Without the second rule its events go again.
  EXPECT_EQ(import({rows}, mapping(kMapping)).total.deleted, 2);
  EXPECT_EQ(status().events, 3);
}

TEST_F(ImportTest, AMendedCellTakesOverWhenTheFactWasKnown) {
  const std::string map = std::string(kTickets) + "    value: N\nknown_at: recorded\n";
  const std::string rows = file("t.csv", "Id,Customer,At,State,N\n1,a,2026-01-01,open,5\n");
  const Instant first = clock_.at;
  import({rows}, mapping(map));
  clock_.at = *Instant::parse("2026-08-01T00:00:00Z");
  std::string mended = map;
  mended.replace(mended.find("state: State"), 12, "status: State");
  EXPECT_EQ(import({rows}, mapping(mended)).total.corrected, 1);
  const auto all = versions();
  ASSERT_EQ(all.size(), 2U);
  for (const auto& version : all) EXPECT_EQ(version.recorded.known_at, first);
}

// --- Large files and interruptions -----------------------------------------------------------------------------------

TEST_F(ImportTest, AFileLargerThanABatchIsStillAWholeOrNothing) {
  const std::string map = mapping(kMapping);
  const std::string good = file("in/1.csv", kRows);
  const std::string large = file("in/2.csv", many(25, 2));
  std::string broken = "[";
  for (int i = 0; i < 10; ++i) {
    broken += fmt::format(R"({{"Customer":"x","User":"u{}","At":"2026-02-01","Page":"p"}},)", i);
  }
  const std::string bad = file("in/3.json", broken + "{\"Cust");
  ImportRequest request;
  request.inputs = {good, bad, large, bad};
  request.mapping_file = map;
  request.batch_rows = 4;
  const auto report = try_import(request);
  ASSERT_TRUE(report.ok()) << to_text(report.problems());
  EXPECT_EQ(report->total.added, 28);
  EXPECT_FALSE(report->files[1].problems.empty());
  EXPECT_EQ(status().events, 28);
  EXPECT_GT(status().segments.size(), 3U);
  const std::string pieces = digest();
  dir_ = make("other");
  import({good, large}, map);
  EXPECT_EQ(digest(), pieces);
}

TEST_F(ImportTest, AnImportThatDiesIsCompletedByTheNext) {
  const std::string map = mapping(kMapping);
  for (int i = 0; i < 6; ++i) file(fmt::format("in/{}.csv", i), many(7, i));
  const auto import_folder = [&](const std::function<void(const ImportProgress&)>& progress) {
    ImportRequest request;
    request.inputs = {root_ + "/in"};
    request.mapping_file = map;
    request.batch_rows = 3;
    const auto workspace = open_workspace(dir_);
    return import_files(*workspace, request, clock_, progress).ok();
  };
  std::vector<std::string> dirs;
  for (int survives = 1; survives <= 12; survives += 3) {
    dir_ = make(fmt::format("dies-{}", survives));
    dirs.push_back(dir_);
    const pid_t child = fork();
    if (child == 0) {
      int calls = 0;
      import_folder([&](const ImportProgress&) {
        if (++calls > survives) _exit(0);
      });
      _exit(1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  dir_ = make("lives");
  ASSERT_TRUE(import_folder({}));
  const std::string expected = digest();
  for (const std::string& dir : dirs) {
    dir_ = dir;
    ASSERT_TRUE(import_folder({}));
    EXPECT_EQ(digest(), expected) << dir;
  }
}

// --- Facts that are not events ---------------------------------------------------------------------------------------

TEST_F(ImportTest, OwnColumnsNeedNoMapping) {
  const std::string events = file("own/events.csv", "account,user,name,at\na,u,login,2026-01-01T10:00:00Z\n");
  const std::string contracts = file("own/contracts.csv", "contract,account,start,seats\nc1,a,2026-01-01,5\n");
  const std::string rates = file("own/rates.csv", "currency,day,rate\nEUR,2026-01-01,1.1\n");
  EXPECT_EQ(counts(import({events, contracts, rates})),
            "added 3 already 0 corrected 0 rejected 0 filtered 0 deleted 0");
  const std::string before = digest();
  EXPECT_EQ(counts(import({root_ + "/own"})), "added 0 already 3 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(digest(), before);
  const std::string more = file("own/contracts.csv", "contract,account,start,seats\nc1,a,2026-01-01,6\n");
  EXPECT_EQ(counts(import({more})), "added 0 already 0 corrected 1 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(open_workspace(dir_)->settings.find_source("files")->accounts, facts::AccountIds::defines);
}

TEST_F(ImportTest, ForeignColumnsWithoutAMappingSayWhatToDo) {
  ImportRequest request;
  request.inputs = {file("x.csv", "Foo,Bar\n1,2\n")};
  const auto report = try_import(request);
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->files[0].problems.size(), 1U);
  EXPECT_EQ(report->files[0].problems[0].code, "no-mapping");
  EXPECT_THAT(report->files[0].problems[0].hint, HasSubstr("--suggest"));
}

TEST_F(ImportTest, ASourceColumnRegistersEachSourceItNames) {
  import({file("own.csv",
               "account,name,at,source,event_id\na,login,2026-01-01,app,1\na,ticket.opened,2026-01-02,desk,1\n")});
  const auto workspace = open_workspace(dir_);
  ASSERT_NE(workspace->settings.find_source("app"), nullptr);
  ASSERT_NE(workspace->settings.find_source("desk"), nullptr);
  EXPECT_THAT(workspace->settings.find_source("desk")->emits, ElementsAre("ticket.opened"));
  EXPECT_EQ(status().events, 2);
}

TEST_F(ImportTest, NothingComesInUnderTheNameOfWhatIsEnteredByHand) {
  const std::string events = file("e.csv",
                                  "account,name,at,source,event_id\na,login,2026-01-01,manual,1\n"
                                  "a,login,2026-01-01,app,1\n");
  const std::string merges = file("i.csv", "kind,source,external_id,id\naccount,manual,a,b\n");
  EXPECT_EQ(counts(import({events, merges})), "added 1 already 0 corrected 0 rejected 2 filtered 0 deleted 0");
  ImportRequest request;
  request.source = "manual";
  request.inputs = {events};
  EXPECT_EQ(try_import(request).problems()[0].code, "reserved-source");
}

TEST_F(ImportTest, ACorrectedContractIsKnownNowAndAnEqualOneChangesNothing) {
  const std::string head = "contract,account,start,seats\n";
  import({file("c.csv", head + "c1,a,2026-01-01,5\nc2,a,2026-01-01,5\n")});
  clock_.at = *Instant::parse("2026-09-01T00:00:00Z");
  EXPECT_EQ(counts(import({file("c.csv", head + "c1,a,2026-01-01,6\nc2,a,2026-01-01,5\n")})),
            "added 0 already 1 corrected 1 rejected 0 filtered 0 deleted 0");
  auto state = open_state(dir_);
  const auto stored = (*state)->load_facts();
  ASSERT_TRUE(stored.ok());
  int64_t known_now = 0;
  for (const auto& contract : stored->facts.contracts) {
    if (contract.recorded.known_at != clock_.at) continue;
    ++known_now;
    EXPECT_EQ(contract.contract_id, "c1");
    EXPECT_FALSE(contract.recorded.assumed);
  }
  EXPECT_EQ(known_now, 1);
}

TEST_F(ImportTest, TwoRowsOfOneKeyLeaveTheLaterAndStayTheSameWhenImportedAgain) {
  const std::string rows = file("c.csv", "contract,account,start,seats\nc1,a,2026-01-01,5\nc1,a,2026-01-01,6\n");
  EXPECT_EQ(counts(import({rows})), "added 1 already 0 corrected 1 rejected 0 filtered 0 deleted 0");
  const std::string before = digest();
  EXPECT_EQ(counts(import({rows})), "added 0 already 2 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(digest(), before);
}

TEST_F(ImportTest, AMisspeltSourceIsNotMadeANewOne) {
  import({file("rows.csv", kRows)}, mapping(kMapping));
  ImportRequest request;
  request.inputs = {root_ + "/rows.csv"};
  request.source = "wed";
  const auto report = try_import(request);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.problems()[0].code, "unknown-source");
  EXPECT_THAT(report.problems()[0].hint, HasSubstr("did you mean `web`?"));
}

class SnapshotTest : public ImportTest {
 protected:
  static constexpr const char* kSnapshot =
      "kenko: 1\nrules:\n  state:\n    account: Id\n    attributes: {plan: Plan}\n";

  static std::string rows(int from, int to, const char* plan) {
    std::string out = "Id,Plan\n";
    for (int i = from; i < to; ++i) out += fmt::format("a{},{}\n", i, plan);
    return out;
  }
  Result<ImportReport> take(const std::vector<std::string>& files, const char* day, bool force = false) {
    ImportRequest request;
    request.inputs = files;
    request.mapping_file = mapping(kSnapshot, "crm.yaml");
    if (day != nullptr) request.as_of = Day::parse(day);
    request.force = force;
    return try_import(request);
  }
};

TEST_F(SnapshotTest, NeedsItsDay) {
  const auto report = take({file("s.csv", rows(0, 3, "pro"))}, nullptr);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.problems()[0].code, "needs-as-of");
}

TEST_F(SnapshotTest, ManyVanishedAccountsNeedForce) {
  ASSERT_TRUE(take({file("s.csv", rows(0, 20, "pro"))}, "2026-01-01").ok());
  const std::string before = digest();
  const std::string half = file("s.csv", rows(0, 10, "pro"));
  const auto refused = take({half}, "2026-01-02");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.problems()[0].code, "many-vanished");
  EXPECT_EQ(digest(), before);
  const auto forced = take({half}, "2026-01-02", true);
  ASSERT_TRUE(forced.ok()) << to_text(forced.problems());
  EXPECT_EQ(forced->total.added, 10);
}

TEST_F(SnapshotTest, FewVanishedAccountsAreFine) {
  ASSERT_TRUE(take({file("s.csv", rows(0, 100, "pro"))}, "2026-01-01").ok());
  EXPECT_TRUE(take({file("s.csv", rows(0, 90, "pro"))}, "2026-01-02").ok());   // 10 %
  EXPECT_FALSE(take({file("s.csv", rows(0, 80, "pro"))}, "2026-01-03").ok());  // more
}

// Law (b): before the second take of a day was known, the first one counts as a whole.
TEST_F(SnapshotTest, ASnapshotTakenAgainIsKnownNowAsAWhole) {
  ASSERT_TRUE(take({file("s.csv", rows(0, 3, "pro"))}, "2026-01-01").ok());
  clock_.at = *Instant::parse("2026-09-01T00:00:00Z");
  const auto again = take({file("s.csv", rows(0, 2, "pro") + "a2,free\n")}, "2026-01-01");
  ASSERT_TRUE(again.ok()) << to_text(again.problems());
  EXPECT_EQ(again->total.corrected, 1);
  EXPECT_EQ(again->total.already, 2);
  auto state = open_state(dir_);
  const auto stored = (*state)->load_facts();
  int64_t known_now = 0;
  for (const auto& fact : stored->facts.attributes) known_now += fact.recorded.known_at == clock_.at ? 1 : 0;
  EXPECT_EQ(known_now, 3);
}

TEST_F(SnapshotTest, TheFilesOfOneCommandAreOneSnapshot) {
  const std::string one = file("1.csv", rows(0, 10, "pro"));
  const std::string two = file("2.csv", rows(10, 20, "pro"));
  ASSERT_TRUE(take({one, two}, "2026-01-01").ok());
  const auto again = take({two, one}, "2026-01-01");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->total.already, 20);
  EXPECT_FALSE(again->facts_changed);
  EXPECT_EQ(status().facts.snapshots, 1);
  // One bad file and nothing is taken.
  const auto bad = take({one, file("3.csv", "Id\nx\n")}, "2026-02-01", true);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.problems().back().code, "snapshot-incomplete");
  EXPECT_EQ(status().facts.snapshots, 1);
}

}  // namespace
}  // namespace kenko::app
