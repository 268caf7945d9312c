// An engine that follows a growing portfolio, and a scorer that is kept, say what new ones say.  The seed is printed
// when it fails.
#include "score/account_scorer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/random.h"
#include "identity/random_facts.h"
#include "model/load.h"
#include "plan/lower.h"
#include "ports/files.h"
#include "segments/open_portfolio.h"

namespace kenko::app {
namespace {

using identity::Generator;

constexpr const char* kModel = R"(kenko: 1
model: follows
purpose: read everything that is bound to texts and rows
healthy_means: all of it
dimensions:
  one: {weight: 1}
metrics:
  plain: {dimension: one, value: 'count(name0[7d])', curve: {0: 0, 5: 100}}
  late: {dimension: one, value: 'count(late[30d])', curve: {0: 0, 5: 100}}
  people: {dimension: one, value: 'distinct((name1 or late)[14d], user)', curve: {0: 0, 3: 100}}
  values: {dimension: one, value: 'distinct((name1 or late)[14d], p)', curve: {0: 0, 3: 100}}
  number: {dimension: one, value: 'sum(late[30d], q)', curve: {0: 0, 50: 100}}
  large: {dimension: one, value: 'count((name2 or late){q > 3}[30d])', curve: {0: 0, 3: 100}}
  begins: {dimension: one, value: 'count(late{starts_with(p, "new")}[30d])', curve: {0: 0, 3: 100}}
  equal: {dimension: one, value: 'count((name2 or late){p = "new2"}[30d])', curve: {0: 0, 3: 100}}
  flagged: {dimension: one, value: 'count(late{r = true}[30d])', curve: {0: 0, 3: 100}}
  missed: {dimension: one, value: 'missed(milestone.due, milestone.done, by: p, due: due)', curve: {0: 100, 3: 0}}
bands:
  low:  {from: 0}
  high: {from: 50}
)";

class MemoryStore final : public ports::FactStore {
 public:
  Result<ports::Snapshot> snapshot() override { return stored.snapshot; }
  Result<ports::StoredFacts> load_facts(const std::optional<Instant>& /*known_until*/) override { return stored; }
  ports::StoredFacts stored;
};

class AccountScorerTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = (std::filesystem::temp_directory_path() / fmt::format("kenko-account-scorer-{}", getpid())).string();
    std::filesystem::create_directories(dir_);
    // A file in its place: there is no cache, everything is in memory.
    ASSERT_TRUE(ports::write_file(dir_ + "/cache", {"no folder"}).ok());
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  // Names, values and properties that no event had before come one after the other.
  static facts::EventFact event(Generator& generator, int64_t seq) {
    Random& random = generator.random();
    facts::EventFact e = generator.event();
    e.event_id = fmt::format("new{}", seq);
    e.deleted = false;
    e.recorded.seq = seq;
    e.rule = "r";
    if (random.chance(0.5)) e.name = "late";
    if (random.chance(0.1)) e.name = random.chance(0.5) ? "account.churned" : "account.reactivated";
    if (random.chance(0.3)) e.name = random.chance(0.6) ? "milestone.due" : "milestone.done";
    e.properties.clear();
    if (random.chance(0.6)) e.properties.push_back({"due", generator.day().iso()});
    if (random.chance(0.6)) e.properties.push_back({"p", generator.pick("new", 5)});
    if (random.chance(0.5)) e.properties.push_back({"q", fmt::format("{}", random.between(0, 9))});
    if (random.chance(0.3)) e.properties.push_back({"r", random.chance(0.5) ? "true" : "false"});
    return e;
  }

  static void expect_same(const score::AccountHistory& a, const score::AccountHistory& b) {
    ASSERT_EQ(a.scores.size(), b.scores.size());
    for (size_t i = 0; i < a.scores.size(); ++i) {
      EXPECT_EQ(a.scores[i].first, b.scores[i].first);
      EXPECT_EQ(a.scores[i].state, b.scores[i].state);
      EXPECT_EQ(a.scores[i].score, b.scores[i].score);
      EXPECT_EQ(a.scores[i].coverage, b.scores[i].coverage);
      EXPECT_EQ(a.scores[i].band, b.scores[i].band);
      for (size_t m = 0; m < a.days[i].metrics.size(); ++m) {
        const engine::MetricDays& x = a.days[i].metrics[m];
        const engine::MetricDays& y = b.days[i].metrics[m];
        EXPECT_TRUE(std::ranges::equal(x.points, y.points)) << "points of metric " << m;
        ASSERT_TRUE(std::ranges::equal(x.valid, y.valid)) << "metric " << m;
        for (size_t d = 0; d < x.valid.size(); ++d) {
          if (x.valid[d] != 0) {
            ASSERT_EQ(x.value[d], y.value[d]) << "metric " << m << " on day " << d;
          }
        }
      }
    }
  }

  std::string dir_;
};

TEST_F(AccountScorerTest, FollowsEventsAsTheyCome) {
  int followed = 0, made_anew = 0;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    MemoryStore store;
    facts::Settings settings = generator.settings();
    for (facts::SourceSettings& source : settings.sources) {
      source.emits = {"late", "milestone.done", "milestone.due", "name0", "name1", "name2"};
      source.accounts = facts::AccountIds::defines;
      if (generator.random().chance(0.3)) source.covers = facts::Coverage::touched;
    }
    generator.number(1, 1);
    for (int i = 0; i < 20; ++i) {
      store.stored.facts.events.push_back(generator.event());
      store.stored.facts.events.back().event_id = fmt::format("old{}", i);
      store.stored.facts.attributes.push_back(generator.attribute());
    }
    const auto loaded = model::load(kModel, "follows.yaml", settings);
    ASSERT_TRUE(loaded.ok()) << to_text(loaded.problems());
    const auto plan = plan::lower(*loaded, settings);
    ASSERT_TRUE(plan.ok()) << to_text(plan.problems());
    auto open = segments::OpenPortfolio::open(dir_, store, settings, {});
    ASSERT_TRUE(open.ok()) << to_text(open.problems());
    const Day until = Day::of(2026, 2, 20);
    auto engine = std::make_unique<engine::Engine>(*plan, open->portfolio());
    auto scorer = std::make_unique<score::AccountScorer>(*engine, until);
    for (int64_t seq = 100; seq < 160; ++seq) {
      ASSERT_TRUE(open->add({event(generator, seq)}).value());
      if (engine->follow()) {
        ++followed;
        scorer->renew(until);
      } else {
        ++made_anew;
        scorer.reset();
        engine = std::make_unique<engine::Engine>(*plan, open->portfolio());
        scorer = std::make_unique<score::AccountScorer>(*engine, until);
      }
      const engine::Engine anew(*plan, open->portfolio());
      score::for_each_account(anew, until, 1, {}, [&](const score::AccountHistory& history) {
        expect_same(scorer->history(history.account), history);
      });
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(followed, 300);
  EXPECT_GT(made_anew, 0) << "an account that had no events got one";
}

}  // namespace
}  // namespace kenko::app
