#include "app/manual.h"

#include <gmock/gmock.h>

#include "app/manual_facts.h"
#include "app/portfolio.h"
#include "explain/evidence.h"
#include "state/write_lock.h"
#include "workspace_fixture.h"

namespace kenko::app {
namespace {

class ManualTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    clock_.at = *Instant::parse("2026-06-15T12:00:00Z");
    import({file("e.csv", "name,occurred_at,account\nlogin,2026-06-01,acme\nlogin,2026-06-02,bolt\n"),
            file("a.csv", "account,name,owner,valid_from\nacme,Acme Corp,ann,2026-06-01\n")});
  }
  Workspace workspace() { return *open_workspace(dir_); }
  static ManualAccount who(const std::string& account = "acme") { return {account, false, "ann"}; }
  Result<ManualReport> log(const TypedEvent& event, const ManualAccount& account = who()) {
    return log_event(workspace(), account, event, clock_);
  }
  static std::string code(const auto& result) { return result.ok() ? "" : result.problems()[0].code; }
  /// "account name value day" of the events that count, from the resolved facts.
  std::string events() {
    std::string out;
    const facts::Portfolio p = portfolio();
    for (uint32_t a = 0; a < p.accounts.size(); ++a) {
      for (uint64_t row = p.events_of[a].begin; row < p.events_of[a].end; ++row) {
        if (p.texts.text(p.events.source[row]) != "manual") continue;
        out += fmt::format("{} {} {} {};", p.accounts[a], p.texts.text(p.events.name[row]),
                           Decimal{p.events.value[row]}.text(), Day{p.events.day[row]}.iso());
      }
    }
    return out;
  }
  facts::Portfolio portfolio() {
    auto state = open_state(dir_);
    auto loaded = load_portfolio(dir_, **state, workspace().settings);
    EXPECT_TRUE(loaded.ok()) << to_text(loaded.problems());
    return std::move(*loaded);
  }
  ManualFacts facts_of(const std::string& account, Day day, const std::string& model = "m") {
    const facts::Portfolio p = portfolio();
    const auto entries = (*open_state(dir_))->entries();
    return manual_facts(p, *entries, *p.find_account(account), Day::kMin, day, model);
  }
};

TEST_F(ManualTest, AnEventIsAFactAtOnceAndKenkoYamlLearnsTheSource) {
  const std::string before = digest();
  const auto report = log({"meeting.held", {"kind=qbr"}, "2026-06-10", ""});
  ASSERT_TRUE(report.ok()) << to_text(report.problems());
  EXPECT_EQ(report->account_name, "Acme Corp");
  EXPECT_EQ(events(), "acme meeting.held 0 2026-06-10;");
  EXPECT_NE(digest(), before);
  const facts::SourceSettings* source = nullptr;
  const Workspace after = workspace();
  source = after.settings.find_source("manual");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->covers, facts::Coverage::touched);
  EXPECT_EQ(source->accounts, facts::AccountIds::defines);
  EXPECT_EQ(source->known_at, facts::KnownAt::recorded);
  EXPECT_EQ(source->emits, std::vector<std::string>{"meeting.held"});
  ASSERT_TRUE(log({"pulse.set", {"value=4"}, "", ""}, who("Acme Corp")).ok());
  EXPECT_EQ(workspace().settings.find_source("manual")->emits, (std::vector<std::string>{"meeting.held", "pulse.set"}));
  EXPECT_EQ(events(), "acme meeting.held 0 2026-06-10;acme pulse.set 4 2026-06-15;");
  ASSERT_TRUE(undo_entry(workspace(), "m1", "bob", clock_).ok());
  ASSERT_TRUE(undo_entry(workspace(), "m2", "bob", clock_).ok());
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(events(), "");
}

TEST_F(ManualTest, NothingIsWrittenWhenAnythingIsWrong) {
  const std::string yaml = read(dir_ + "/kenko.yaml");
  const auto report = log({"pulse.set", {"value=9"}, "2026-07-01", ""}, who("acne"));
  ASSERT_FALSE(report.ok());
  std::vector<std::string> codes;
  for (const Problem& p : report.problems()) codes.push_back(p.code);
  EXPECT_THAT(codes, testing::UnorderedElementsAre("unknown-account", "bad-value", "future-fact"));
  EXPECT_THAT(report.problems()[0].hint, testing::HasSubstr("did you mean `acme`?"));
  EXPECT_THAT(report.problems()[0].hint, testing::HasSubstr("--new-account"));
  EXPECT_EQ(read(dir_ + "/kenko.yaml"), yaml);
  EXPECT_TRUE(list_entries(workspace(), "")->empty());
  const auto lock = state::WriteLock::acquire(dir_);
  EXPECT_EQ(code(log({"call", {}, "", ""})), "workspace-locked");
  EXPECT_EQ(code(undo_entry(workspace(), "m1", "ann", clock_)), "workspace-locked");
  EXPECT_EQ(read(dir_ + "/kenko.yaml"), yaml);
}

TEST_F(ManualTest, ANewAccountIsThereFromItsFirstFactOn) {
  ManualAccount fresh = who("zeta");
  EXPECT_EQ(code(log({"call", {}, "", ""}, fresh)), "unknown-account");
  fresh.new_account = true;
  ASSERT_TRUE(log({"call", {}, "", ""}, fresh).ok());
  EXPECT_TRUE(portfolio().find_account("zeta").has_value());
  ASSERT_TRUE(undo_entry(workspace(), "m1", "ann", clock_).ok());
  EXPECT_FALSE(portfolio().find_account("zeta").has_value());
  EXPECT_EQ(list_entries(workspace(), "zeta")->size(), 2U) << "what was taken back is still shown";
}

TEST_F(ManualTest, AnAttributeSetByHandAndTakenBack) {
  const std::string before = digest();
  const auto owner = [this] {
    const facts::Portfolio p = portfolio();
    return explain::attribute_on(p, *p.find_account("acme"), "owner", Day::of(2026, 6, 15)).value;
  };
  ASSERT_TRUE(log_attributes(workspace(), who(), {"owner=bob", "tier=3"}, "", "2026-06-10", clock_).problems().size() ==
              1)
      << "the type of `tier` is not known";
  EXPECT_EQ(owner(), "ann");
  ASSERT_TRUE(log_attributes(workspace(), who(), {"owner=bob"}, "", "2026-06-10", clock_).ok());
  EXPECT_EQ(owner(), "bob");
  EXPECT_TRUE(log_attributes(workspace(), who(), {"owner=bob"}, "", "2026-06-10", clock_)->entries[0].repeated);
  ASSERT_TRUE(log_attributes(workspace(), who(), {"tier=3"}, "number", "", clock_).ok());
  EXPECT_EQ(workspace().settings.find_source("manual")->attributes.at("tier"), facts::AttributeType::number);
  EXPECT_EQ(code(log_attributes(workspace(), who(), {"tier=3"}, "text", "", clock_)), "attribute-type");
  ASSERT_TRUE(undo_entry(workspace(), "m1", "ann", clock_).ok());
  EXPECT_EQ(owner(), "ann");
  ASSERT_TRUE(undo_entry(workspace(), "m2", "ann", clock_).ok());
  EXPECT_EQ(digest(), before);
}

TEST_F(ManualTest, OverridesPulsesAndNotesOfADay) {
  const Day today = Day::of(2026, 6, 15);
  const auto set = [this](const TypedOverride& o) { return set_override(workspace(), who(), o, clock_); };
  EXPECT_EQ(code(clear_override(workspace(), who(), "x", clock_)), "no-override");
  ASSERT_TRUE(set({"", "", "40", "2026-07-01", "no contract", ""}).ok());
  const auto in_force = facts_of("acme", today).override_in_force;
  ASSERT_TRUE(in_force.has_value());
  EXPECT_EQ(in_force->kind, "ceiling");
  EXPECT_EQ(in_force->value, Decimal::whole(40));
  EXPECT_EQ(in_force->author, "ann");
  EXPECT_EQ(in_force->reason, "no contract");
  EXPECT_FALSE(facts_of("acme", today - 1).override_in_force.has_value()) << "never backdated";
  EXPECT_TRUE(facts_of("acme", Day::of(2026, 6, 30)).override_in_force.has_value());
  EXPECT_FALSE(facts_of("acme", Day::of(2026, 7, 1)).override_in_force.has_value());
  EXPECT_FALSE(facts_of("bolt", today).override_in_force.has_value());
  file("company/models/growth.yaml", "kenko: 1\nmodel: growing\n");
  EXPECT_EQ(code(set({"90", "", "", "2026-07-01", "x", "grwth"})), "no-model");
  clock_.at.micros += 1'000'000;
  ASSERT_TRUE(set({"90", "", "", "2026-07-01", "x", "growth"}).ok());
  EXPECT_FALSE(facts_of("acme", today, "m").override_in_force.has_value()) << "an earlier one does not come back";
  EXPECT_EQ(facts_of("acme", today, "growing").override_in_force->value, Decimal::whole(90));
  clock_.at.micros += 1'000'000;
  ASSERT_TRUE(clear_override(workspace(), who(), "signed", clock_).ok());
  EXPECT_FALSE(facts_of("acme", today, "growing").override_in_force.has_value());

  ASSERT_TRUE(log({"pulse.set", {"value=2", "reason=gloomy"}, "2026-06-05", ""}).ok());
  ASSERT_TRUE(log({"pulse.set", {"value=4", "expires=2026-08-01"}, "", ""}).ok());
  EXPECT_EQ(facts_of("acme", today).pulse->value, Decimal::whole(4));
  EXPECT_EQ(facts_of("acme", today).pulse->expires, Day::of(2026, 8, 1));
  EXPECT_EQ(facts_of("acme", today - 1).pulse->reason, "gloomy");
  EXPECT_EQ(facts_of("acme", today - 1).pulse->author, "ann");

  ASSERT_TRUE(add_note(workspace(), who(), "call Bob", "2026-06-20", clock_).ok());
  ASSERT_TRUE(add_note(workspace(), who(), "likes tea", "", clock_).ok());
  const auto notes = facts_of("acme", today).notes;
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].text, "likes tea");
  EXPECT_EQ(notes[1].expires, Day::of(2026, 6, 20));
  EXPECT_EQ(facts_of("acme", Day::of(2026, 6, 20)).notes.size(), 1U);
  EXPECT_TRUE(facts_of("acme", today - 1).notes.empty());
  ASSERT_TRUE(undo_entry(workspace(), notes[0].id, "ann", clock_).ok());
  EXPECT_EQ(facts_of("acme", today).notes.size(), 1U);
}

TEST_F(ManualTest, ASourceOfThatNameThatLooksIdsUpIsRefused) {
  std::string yaml = read(dir_ + "/kenko.yaml");
  yaml += "  manual:\n    accounts: matched\n    covers: all\n    known_at: assumed\n    emits: []\n";
  file("company/kenko.yaml", yaml);
  EXPECT_EQ(code(log({"call", {}, "", ""})), "manual-source");
}

}  // namespace
}  // namespace kenko::app
