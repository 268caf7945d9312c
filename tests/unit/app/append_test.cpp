// Appending line by line: what each came to, what is stored, that import and append decide alike, sealed or not.
#include "app/append.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <map>
#include <thread>

#include "app/compact.h"
#include "app/seal.h"
#include "app/workspace_fixture.h"
#include "segments/reader.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

class AppendTest : public WorkspaceTest {
 protected:
  /// Appends all of `lines` and gives the answers.
  Result<std::string> try_append(const std::string& lines, AppendRequest request = {}) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    ::signal(SIGPIPE, SIG_IGN);  // a command that is refused reads nothing
    std::thread sender([&] {
      for (size_t at = 0; at < lines.size();) {
        const ssize_t sent = ::write(ends[1], lines.data() + at, lines.size() - at);
        if (sent <= 0) break;
        at += static_cast<size_t>(sent);
      }
      ::close(ends[1]);
    });
    const auto workspace = open_workspace(dir_);
    EXPECT_TRUE(workspace.ok()) << to_text(workspace.problems());
    LineInput input(ends[0]);
    std::string answers;
    const auto report = append_lines(*workspace, request, clock_, input, [&answers](std::string_view some) -> Status {
      answers += some;
      return Done{};
    });
    ::close(ends[0]);
    sender.join();
    if (!report.ok()) return report.problems();
    report_ = *report;
    return answers;
  }
  std::string append(const std::string& lines, const AppendRequest& request = {}) {
    const auto answers = try_append(lines, request);
    EXPECT_TRUE(answers.ok()) << to_text(answers.problems());
    return answers.ok() ? *answers : "";
  }
  /// The status of each line: "added already".
  std::string statuses(const std::string& lines, const AppendRequest& request = {}) {
    std::string out;
    const std::string answers = append(lines, request);
    for (size_t at = answers.find("\"status\":\""); at != std::string::npos; at = answers.find("\"status\":\"", at)) {
      at += 10;
      out += (out.empty() ? "" : " ") + answers.substr(at, answers.find('"', at) - at);
    }
    return out;
  }
  std::vector<facts::EventFact> intake() { return state::Database::open(dir_).value().load_intake().value().events; }
  void seal() {
    auto database = state::Database::open_for_writing(dir_).value();
    const auto report = seal_intake(dir_, database, clock_.now());
    ASSERT_TRUE(report.ok()) << to_text(report.problems());
    EXPECT_TRUE(intake().empty());
  }
  static std::string login(const std::string& id, const std::string& more = "") {
    return fmt::format(R"({{"event_id":"{}","name":"login","account":"acme","occurred_at":"2026-06-01T10:00:00Z"{}}})",
                       id, more) +
           "\n";
  }
  AppendReport report_;
};

TEST_F(AppendTest, EachLineIsAnswered) {
  const std::string answers = append(login("1") + "\n" + login("1") + login("1", R"(,"value":3)") + "nonsense\n" +
                                     R"({"name":"login","account":"acme","occurred_at":"yesterday"})" + "\n" +
                                     login("1", R"(,"deleted":"true")") + login("1"));
  EXPECT_TRUE(
      answers.starts_with("{\"line\":1,\"status\":\"added\"}\n{\"line\":3,\"status\":\"already\"}\n"
                          "{\"line\":4,\"status\":\"corrected\"}\n{\"line\":5,\"status\":\"rejected\","
                          "\"problems\":[{\"code\":\"not-an-object\",\"field\":\"\",\"message\":\""))
      << answers;
  EXPECT_NE(answers.find("{\"line\":6,\"status\":\"rejected\",\"problems\":[{\"code\":\"bad-time\","
                         "\"field\":\"occurred_at\",\"message\":\""),
            std::string::npos)
      << answers;
  EXPECT_TRUE(answers.ends_with("{\"line\":7,\"status\":\"deleted\"}\n{\"line\":8,\"status\":\"already\"}\n"))
      << answers;
  EXPECT_EQ(report_.total.read, 7);
  EXPECT_EQ(report_.total.rejected, 2);
  EXPECT_EQ(intake().size(), 3U) << "added, corrected, deleted; the last is an old content";
  const auto workspace = open_workspace(dir_);
  const auto* source = workspace->settings.find_source("files");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->known_at, facts::KnownAt::recorded);
  EXPECT_EQ(source->emits, std::vector<std::string>{"login"});
  EXPECT_EQ(intake()[0].recorded.known_at, clock_.at);
  EXPECT_FALSE(intake()[0].recorded.assumed);
  EXPECT_EQ(status().rejects.size(), 2U);
}

TEST_F(AppendTest, ALineIsDecidedWhateverLinesItComesWith) {
  const std::string lines = login("1") + login("2") + login("1") + login("2", R"(,"value":1)") + login("3");
  const std::string expected = "added added already corrected added";
  for (const int64_t group : {1, 2, 3, 1000}) {
    dir_ = make(fmt::format("company{}", group));
    AppendRequest request;
    request.group = group;
    EXPECT_EQ(statuses(lines, request), expected) << group;
    EXPECT_EQ(report_.groups, (5 + std::min<int64_t>(group, 5) - 1) / std::min<int64_t>(group, 5));
    EXPECT_EQ(statuses(lines, request), "already already already already already") << group;
    EXPECT_EQ(intake().size(), 4U);
  }
}

TEST_F(AppendTest, SealedAndUnsealedAreTheSame) {
  append(login("1") + login("2") + login("1", R"(,"value":1)"));
  const std::string before = digest();
  seal();
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(versions().size(), 3U);
  EXPECT_EQ(statuses(login("2") + login("1", R"(,"value":1)")), "already already");
  EXPECT_EQ(statuses(login("1", R"(,"value":2)") + login("4")), "corrected added");
  EXPECT_EQ(digest(), digest());
  seal();
  EXPECT_EQ(statuses(login("4") + login("1", R"(,"value":2)") + login("1", R"(,"deleted":1)")),
            "already already deleted");
  const std::string end = digest();
  seal();
  EXPECT_EQ(digest(), end);
}

TEST_F(AppendTest, WhatCameBackCanBeDeletedAgain) {
  const std::string back = login("1", R"(,"value":2)");
  const std::string gone = login("1", R"(,"deleted":1)");
  const std::string gone_again = login("1", R"(,"value":2,"deleted":1)");
  const std::string lines = login("1") + gone + back + gone_again;
  EXPECT_EQ(statuses(lines), "added deleted corrected deleted");
  EXPECT_EQ(statuses(lines), "already already already already");
  EXPECT_EQ(status().events, 0);
  dir_ = make("sealed");
  append(login("1") + gone);
  seal();
  EXPECT_EQ(statuses(back), "corrected") << "beside a sealed deletion";
  EXPECT_EQ(statuses(gone), "already") << "an old record";
  EXPECT_EQ(statuses(gone_again), "deleted");
  seal();
  EXPECT_EQ(statuses(lines), "already already already already");
  EXPECT_EQ(status().events, 0);
  dir_ = make("imported");
  append(login("1") + gone);
  EXPECT_EQ(counts(import({file("more.ndjson", back + gone_again)})),
            "added 0 already 0 corrected 2 rejected 0 filtered 0 deleted 0");
  EXPECT_EQ(status().events, 0);
}

TEST_F(AppendTest, ImportAndAppendDecideAlike) {
  const std::string lines = login("1") + login("2") + login("1", R"(,"value":1)");
  append(lines);
  const std::string appended = digest();
  // A dry run seals nothing and knows the intake all the same.
  ImportRequest dry;
  dry.inputs = {file("again.ndjson", lines)};
  dry.dry_run = true;
  const auto rehearsed = try_import(dry);
  ASSERT_TRUE(rehearsed.ok());
  EXPECT_EQ(counts(*rehearsed), "added 0 already 3 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_FALSE(rehearsed->facts_changed);
  EXPECT_EQ(intake().size(), 3U);
  EXPECT_EQ(counts(import({dry.inputs[0]})), "added 0 already 3 corrected 0 rejected 0 filtered 0 deleted 0");
  EXPECT_TRUE(intake().empty()) << "an import seals the intake";
  EXPECT_EQ(digest(), appended);
  dir_ = make("other");
  import({dry.inputs[0]});
  EXPECT_EQ(digest(), appended);
  EXPECT_EQ(statuses(lines), "already already already");
}

TEST_F(AppendTest, WithoutIdsTrueRepeatsStayAndSendingAgainAddsNothing) {
  const std::string line = R"({"name":"login","account":"acme","at":"2026-06-01T10:00:00Z"})"
                           "\n";
  EXPECT_EQ(statuses(line + line), "added added");
  EXPECT_EQ(statuses(line + line), "already already");
  seal();
  EXPECT_EQ(statuses(line + line + line), "already already added");
  EXPECT_EQ(digest(), digest());
}

TEST_F(AppendTest, OtherFactsAreCommittedInTheSameGroup) {
  const std::string plan = R"({"account":"acme","key":"plan","value":"gold","valid_from":"2026-06-01"})"
                           "\n";
  const std::string lines = plan + login("1") +
                            R"({"contract":"c1","account":"acme","start":"2026-01-01","arr":"1200"})"
                            "\n"
                            R"({"kind":"account","source":"app","external_id":"7","id":"acme"})"
                            "\n"
                            R"({"contact":"ann","account":"acme"})"
                            "\n"
                            R"({"currency":"EUR","day":"2026-06-01","rate":"1.1"})"
                            "\n"
                            R"({"account":"acme","key":"plan","value":"gold"})"
                            "\n" +
                            plan;
  const std::string answers = append(lines);
  EXPECT_EQ(statuses(lines), "already already already already already already rejected already");
  EXPECT_NE(answers.find("\"line\":7,\"status\":\"rejected\",\"problems\":[{\"code\":\"no-day\""), std::string::npos)
      << answers;
  EXPECT_EQ(report_.total.already, 7);
  const auto stored = state::Database::open(dir_).value().load_facts().value();
  ASSERT_EQ(stored.facts.attributes.size(), 1U);
  EXPECT_EQ(stored.facts.contracts.size(), 1U);
  EXPECT_EQ(stored.facts.identities.size(), 1U);
  EXPECT_EQ(stored.facts.memberships.size(), 1U);
  EXPECT_EQ(stored.facts.rates.size(), 1U);
  EXPECT_EQ(stored.facts.events.size(), 1U);
  EXPECT_EQ(stored.facts.attributes[0].recorded.known_at, clock_.at);
  EXPECT_EQ(statuses(R"({"account":"acme","key":"plan","value":"tin","valid_from":"2026-06-01"})"
                     "\n"),
            "corrected");
}

TEST_F(AppendTest, AMappingSaysWhatAKeyMeans) {
  AppendRequest request;
  request.mapping_file =
      file("app.yaml",
           "kenko: 1\nsource: app\nrules:\n  visits:\n    event: login\n    id: [no]\n    account: who\n"
           "    time: when\n    where: kind = \"visit\"\n");
  const std::string visit = R"({"no":1,"kind":"visit","who":"acme","when":"2026-06-01"})"
                            "\n";
  EXPECT_EQ(statuses(visit + R"({"no":2,"kind":"other","who":"acme","when":"2026-06-01"})"
                             "\n",
                     request),
            "added rejected");
  EXPECT_EQ(read(dir_ + "/mappings/app.yaml").substr(0, 8), "kenko: 1");
  request.mapping_file.clear();
  request.source = "app";
  EXPECT_EQ(statuses(visit, request), "already") << "the mapping of the source in kenko.yaml";
  EXPECT_EQ(intake()[0].source, "app");
  // A mended mapping corrects what the same record gave before.
  std::ofstream(dir_ + "/mappings/app.yaml") << "kenko: 1\nsource: app\nrules:\n  visits:\n    event: visited\n    id: "
                                                "[no]\n    account: who\n    time: when\n"
                                                "    where: kind = \"visit\"\n";
  clock_.at.micros += 1'000'000;
  EXPECT_EQ(statuses(visit, request), "corrected");
  EXPECT_EQ(intake()[1].recorded.known_at, intake()[0].recorded.known_at) << "our mistake, not new knowledge";
  std::ofstream(dir_ + "/mappings/app.yaml")
      << "kenko: 1\nsource: app\nignore: kind = \"visit\"\nrules:\n  visits:\n    event: visited\n    id: [no]\n"
         "    account: who\n    time: when\n";
  EXPECT_EQ(statuses(visit, request), "deleted") << "the rule no longer takes the record";
  EXPECT_EQ(report_.total.filtered, 1);
  EXPECT_EQ(report_.total.deleted, 1);
}

TEST_F(AppendTest, WhatDoesNotBelongHereIsRefused) {
  AppendRequest request;
  request.source = "manual";
  EXPECT_EQ(try_append(login("1"), request).problems()[0].code, "reserved-source");
  EXPECT_NE(append(login("1", R"(,"source":"manual")")).find("reserved-source"), std::string::npos);
  request = {};
  request.mapping_file =
      file("crm.yaml", "kenko: 1\nsource: crm\nrules:\n  accounts: {account: id, attributes: {plan: plan}}\n");
  const auto refused = try_append("{}\n", request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.problems()[0].code, "append-snapshot") << to_text(refused.problems());
  const auto lock = state::WriteLock::acquire(dir_);
  EXPECT_EQ(try_append(login("1")).problems()[0].code, "workspace-locked");
}

TEST_F(AppendTest, ARejectGoesWhenItsRecordIsAccepted) {
  const std::string line = R"({"name":"login","account":"acme","occurred_at":"2026-06-01","event_id":"9","n":"x"})"
                           "\n";
  AppendRequest request;
  request.mapping_file = file("n.yaml",
                              "kenko: 1\nsource: n\nrules:\n  r: {event: login, id: [event_id], account: account, "
                              "time: occurred_at, value: n}\n");
  EXPECT_EQ(statuses(line + line, request), "rejected rejected");
  EXPECT_EQ(status().rejects.size(), 1U);
  request.mapping_file = file("n.yaml",
                              "kenko: 1\nsource: n\nrules:\n  r: {event: login, id: [event_id], account: account, "
                              "time: occurred_at}\n");
  EXPECT_EQ(statuses(line, request), "added");
}

// Far more events than are kept: sealing goes on beside, and every line is decided as without.
TEST_F(AppendTest, SealingBesideChangesNoAnswer) {
  constexpr int kLines = 900;
  std::string lines, expected;
  std::map<std::string, int> content;
  uint64_t random = 7;
  for (int i = 0; i < kLines; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    const std::string id = std::to_string((random >> 33) % 300);
    const int value = static_cast<int>((random >> 20) % 3) + 10 * i;
    const auto [known, is_new] = content.emplace(id, value);
    const bool again = !is_new && i % 2 == 0;
    lines += login(id, fmt::format(R"(,"value":{})", again ? known->second : value));
    expected += is_new ? " added" : again ? " already" : " corrected";
    if (!again) known->second = value;
  }
  AppendRequest request;
  request.group = 25;
  request.seal_after = 100;
  EXPECT_EQ(" " + statuses(lines, request), expected);
  EXPECT_GT(report_.sealed, kLines / 2);
  const std::string sealed = digest();
  EXPECT_LT(intake().size(), 200U);
  request.group = 500;
  dir_ = make("unsealed");
  request.seal_after = 1'000'000;
  EXPECT_EQ(" " + statuses(lines, request), expected);
  EXPECT_EQ(report_.sealed, 0);
  EXPECT_EQ(digest(), sealed);
  // What another run left is sealed before more is kept in memory than was asked for.
  request.seal_after = 100;
  EXPECT_EQ(statuses(login("new"), request), "added");
  EXPECT_GT(report_.sealed, kLines / 2);
}

// An event is corrected, deleted and given again where it lies: in an old segment, in one that was merged, in the
// intake.
TEST_F(AppendTest, WhatIsStoredIsCorrectedWhereverItIs) {
  const auto valued = [](const std::string& id, int value) { return login(id, fmt::format(R"(,"value":{})", value)); };
  for (int part = 0; part < 3; ++part) {
    std::string lines;
    for (int i = 0; i < 40; ++i) lines += valued(fmt::format("{}-{}", part, i), i);
    append(lines);
    seal();
  }
  for (int round = 1; round <= 3; ++round) {
    const int value = 1000 * round;
    EXPECT_EQ(statuses(valued("0-7", value) + valued("1-8", 8) + valued("2-9", value) + valued("0-7", value)),
              "corrected already corrected already");
    const std::string gone = login("1-3", fmt::format(R"(,"value":{},"deleted":"true")", value));
    EXPECT_EQ(statuses(gone + gone + valued("1-3", value)), "deleted already corrected");
    seal();
    if (round != 2) continue;
    const auto report = compact(open_workspace(dir_).value(), {}, clock_);
    ASSERT_TRUE(report.ok()) << to_text(report.problems());
    EXPECT_EQ(report->segments_after, 1U);
  }
  std::map<std::string, int64_t> values;
  const auto live = state::Database::open(dir_).value().snapshot().value();
  ASSERT_TRUE(segments::for_each_event(dir_, live.segments, [&values](facts::EventFact&& e) {
                // A deleted version has no value.
                if (e.value) values[e.event_id] = std::max(values[e.event_id], e.value->micros / 1'000'000);
                return true;
              }).ok());
  EXPECT_EQ(values["0-7"], 3000);
  EXPECT_EQ(values["1-8"], 8);
}

// Sealings and merges go on beside one another; whatever comes between, each id is found and few key files are live.
TEST_F(AppendTest, MergingGoesOnBesideSealing) {
  constexpr int kLines = 600;
  std::string lines;
  for (int i = 0; i < kLines; ++i) {
    const int id = i % 3 == 2 ? i / 2 : i;
    lines += login(fmt::format("m{}", id), fmt::format(R"(,"value":{})", id % 2));
  }
  AppendRequest request;
  request.group = 10;
  request.seal_after = 20;
  const std::string answers = statuses(lines, request);
  EXPECT_GT(report_.sealed, kLines / 3);
  const auto live = state::Database::open(dir_).value().snapshot().value();
  EXPECT_LE(live.key_files.size(), 10U);
  EXPECT_LT(live.segments.size(), 20U);
  const std::string sealed = digest();
  // What no catalog names goes with the next writer.
  EXPECT_EQ(statuses(lines, request).find("added"), std::string::npos);
  EXPECT_EQ(digest(), sealed);
  dir_ = make("unsealed");
  request.seal_after = 1'000'000;
  EXPECT_EQ(statuses(lines, request), answers);
  EXPECT_EQ(digest(), sealed);
}

}  // namespace
}  // namespace kenko::app
