// The portfolio from the cache, with what came since laid behind it, says what all facts say.  The seed is printed when
// it fails.
#include "segments/open_portfolio.h"

#include <algorithm>
#include <map>

#include "events_for_test.h"
#include "identity/portfolio_text.h"
#include "identity/random_facts.h"
#include "identity/resolve.h"
#include "ports/files.h"
#include "segments/portfolio_store.h"

namespace kenko::segments {
namespace {

using identity::to_text;

class MemoryStore final : public ports::FactStore {
 public:
  Result<ports::Snapshot> snapshot() override { return stored.snapshot; }
  Result<ports::StoredFacts> load_facts(const std::optional<Instant>& /*known_until*/) override { return stored; }
  ports::StoredFacts stored;
};

/// A workspace whose facts come step by step: into segments, into the intake, and beside the events.
class OpenPortfolioTest : public WorkspaceTest {
 protected:
  void start(uint64_t seed) {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directory(dir_);
    live_ = {};
    store_ = {};
    all_ = {};
    generator_.emplace(seed);
    settings_ = generator_->settings();
    last_seq_ = 0;
    tokens_ = 0;
    add_segment(60);
    add_others(6);
  }

  std::vector<facts::EventFact> events(int64_t count) {
    generator_->number(last_seq_ + 1, last_seq_ + 3);
    last_seq_ += 3;
    // Of one id a segment or a group holds one version of each number.
    std::map<std::pair<std::string, int64_t>, facts::EventFact> made;
    for (int64_t i = 0; i < count; ++i) {
      facts::EventFact e = generator_->event();
      e.rule = "r";
      made.try_emplace({e.source + " " + e.event_id, e.recorded.seq}, e);
    }
    std::vector<facts::EventFact> out;
    for (auto& [key, e] : made) out.push_back(std::move(e));
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.recorded.seq < b.recorded.seq; });
    all_.events.insert(all_.events.end(), out.begin(), out.end());
    return out;
  }
  void add_segment(int64_t count) {
    const auto made = events(count);
    if (!made.empty()) store(made);
    changed();
  }
  std::vector<facts::EventFact> add_intake(int64_t count) {
    const auto made = events(count);
    auto& intake = store_.stored.facts.events;
    intake.insert(intake.end(), made.begin(), made.end());
    for (const facts::EventFact& e : made) {
      store_.stored.snapshot.intake_seq = std::max(store_.stored.snapshot.intake_seq, e.recorded.seq);
    }
    return made;
  }
  /// Everything in the intake becomes a segment.
  void seal() {
    if (store_.stored.facts.events.empty()) return;
    store(store_.stored.facts.events);
    store_.stored.facts.events.clear();
    store_.stored.snapshot.intake_seq = 0;
    changed();
  }
  void add_others(int64_t count) {
    facts::FactSet& f = store_.stored.facts;
    for (int64_t i = 0; i < count; ++i) {
      f.attributes.push_back(generator_->attribute());
      f.identities.push_back(generator_->random().chance(0.5) ? generator_->merge() : generator_->identity());
      f.memberships.push_back(generator_->membership());
      if (generator_->random().chance(0.3)) f.contracts.push_back(generator_->contract());
    }
    changed();
  }
  void changed() {
    const int64_t intake = store_.stored.snapshot.intake_seq;
    store_.stored.snapshot = live_;
    store_.stored.snapshot.intake_seq = intake;
    store_.stored.snapshot.token = {1, ++tokens_};
  }
  void step() {
    Random& random = generator_->random();
    if (random.chance(0.3)) add_segment(random.between(1, 20));
    if (random.chance(0.5)) add_intake(random.between(1, 10));
    if (random.chance(0.3)) add_others(random.between(1, 2));
    if (random.chance(0.2)) seal();
  }

  std::string expected() const {
    facts::FactSet rest = store_.stored.facts;
    rest.events = all_.events;
    return to_text(identity::resolve(rest, settings_));
  }
  std::string loaded() { return to_text(load_portfolio(dir_, store_, settings_, {}).value()); }
  std::string base() const {
    for (const std::string& name : ports::list_files(path("cache"))) {
      if (name.starts_with("portfolio-")) return path("cache/" + name);
    }
    return "";
  }

  std::optional<identity::Generator> generator_;
  facts::Settings settings_;
  MemoryStore store_;
  facts::FactSet all_;  // its events
  int64_t last_seq_ = 0;
  uint64_t tokens_ = 0;
};

TEST_F(OpenPortfolioTest, WhatLiesBehindTheBaseSaysWhatAllFactsSay) {
  int same_base = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    start(seed);
    ASSERT_EQ(loaded(), expected());
    for (int i = 0; i < 6; ++i) {
      const std::string before = ports::read_file(base()).value();
      step();
      ASSERT_EQ(loaded(), expected()) << "step " << i;
      if (ports::read_file(base()).value() == before) ++same_base;
    }
  }
  EXPECT_GT(same_base, 60) << "the base is only made again where it must be";
}

TEST_F(OpenPortfolioTest, TakesEventsAsTheyCome) {
  for (uint64_t seed = 21; seed <= 30; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    start(seed);
    auto open = OpenPortfolio::open(dir_, store_, settings_, {});
    ASSERT_TRUE(open.ok());
    ASSERT_EQ(to_text(open->portfolio()), expected());
    for (int i = 0; i < 20; ++i) {
      const bool added = open->add(add_intake(generator_->random().between(0, 4))).value();
      ASSERT_TRUE(added);
      ASSERT_EQ(to_text(open->portfolio()), expected()) << "step " << i;
      EXPECT_TRUE(open->fits(store_.stored.snapshot));
    }
    ASSERT_EQ(loaded(), expected());
    add_others(1);
    EXPECT_FALSE(open->fits(store_.stored.snapshot));
  }
}

TEST_F(OpenPortfolioTest, WithoutAPlaceForACacheAllIsInMemory) {
  start(3);
  ASSERT_TRUE(ports::write_file(path("cache"), {"a file in its place"}).ok());
  auto open = OpenPortfolio::open(dir_, store_, settings_, {});
  ASSERT_TRUE(open.ok());
  ASSERT_TRUE(open->add(add_intake(30)).value());
  EXPECT_EQ(to_text(open->portfolio()), expected());
}

TEST_F(OpenPortfolioTest, AnEventWithAnOldNumberMustBeReadFromTheStore) {
  start(4);
  auto open = OpenPortfolio::open(dir_, store_, settings_, {});
  ASSERT_TRUE(open.ok());
  auto late = add_intake(3);
  late[0].recorded.seq = 1;
  EXPECT_FALSE(open->add(late).value());
}

TEST_F(OpenPortfolioTest, FactsThatAreGoneMakeAnotherBase) {
  start(5);
  add_intake(20);
  ASSERT_EQ(loaded(), expected());
  const std::string before = ports::read_file(base()).value();
  add_intake(5);
  ASSERT_EQ(loaded(), expected());
  EXPECT_EQ(ports::read_file(base()).value(), before);
  auto& intake = store_.stored.facts.events;
  const facts::EventFact gone = intake.front();
  intake.erase(intake.begin());
  const auto same = [&gone](const facts::EventFact& e) {
    return e.event_id == gone.event_id && e.source == gone.source && e.recorded.seq == gone.recorded.seq;
  };
  std::erase_if(all_.events, same);
  changed();
  EXPECT_EQ(loaded(), expected());
  EXPECT_NE(ports::read_file(base()).value(), before);
}

}  // namespace
}  // namespace kenko::segments
