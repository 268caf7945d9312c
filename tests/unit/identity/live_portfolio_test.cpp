// A portfolio that is kept up says what a portfolio that is made anew says.  The seed is printed when it fails.
#include "identity/live_portfolio.h"

#include <gtest/gtest.h>

#include <set>

#include "portfolio_text.h"
#include "random_facts.h"

namespace kenko::identity {
namespace {

/// A company whose facts come step by step, its events in some tables.
class Company {
 public:
  explicit Company(uint64_t seed) : generator_(seed), settings_(generator_.settings()) {
    for (SourceSettings& source : settings_.sources) {
      if (generator_.random().chance(0.5)) source.covers = Coverage::touched;
    }
    add(generator_.random().between(0, 120), 6);
  }

  void step() {
    Random& random = generator_.random();
    const bool state = random.chance(0.5);
    add(random.between(0, 12), state ? random.between(1, 4) : 0);
    if (random.chance(0.15)) compact();
  }

  [[nodiscard]] Resolved resolve() const {
    const auto views = tables();
    MemorySink sink;
    return resolve_tables(views, *rest_, settings_, {}, sink, 2);
  }
  [[nodiscard]] std::vector<EventView> tables() const {
    std::vector<EventView> out;
    for (const EventTable& table : tables_) out.push_back(table.view());
    return out;
  }
  [[nodiscard]] std::shared_ptr<const FactSet> rest() const { return rest_; }
  [[nodiscard]] bool new_rest() const { return new_rest_; }
  [[nodiscard]] int64_t known_seq() const { return known_seq_; }
  [[nodiscard]] Random& random() { return generator_.random(); }

 private:
  void add(int64_t events, int64_t others) {
    known_seq_ = last_seq_;
    generator_.number(last_seq_ + 1, last_seq_ + 4);
    last_seq_ += 4;
    if (tables_.empty() || random().chance(0.4)) tables_.emplace_back();
    for (int64_t i = 0; i < events; ++i) {
      EventFact e = generator_.event();
      if (random().chance(0.1)) e.account_ref.reset(), e.user_ref.reset();
      events_.push_back(e);
      tables_.back().add(e);
    }
    new_rest_ = others > 0;
    if (!new_rest_) return;
    auto rest = std::make_shared<FactSet>(*rest_);
    for (int64_t i = 0; i < others; ++i) {
      if (random().chance(0.5)) rest->attributes.push_back(generator_.attribute());
      if (random().chance(0.3)) rest->contracts.push_back(generator_.contract());
      if (random().chance(0.3)) rest->identities.push_back(generator_.identity());
      if (random().chance(0.3)) rest->identities.push_back(generator_.merge());
      if (random().chance(0.3)) rest->memberships.push_back(generator_.membership());
      if (random().chance(0.05)) rest->rates.push_back(generator_.rate());
    }
    rest_ = rest;
  }

  void compact() {
    shuffle(events_, random());
    tables_.clear();
    tables_.emplace_back();
    for (const EventFact& e : events_) tables_.back().add(e);
  }

  Generator generator_;
  Settings settings_;
  std::vector<EventFact> events_;
  std::vector<EventTable> tables_;
  std::shared_ptr<const FactSet> rest_ = std::make_shared<FactSet>();
  bool new_rest_ = true;
  int64_t last_seq_ = 0, known_seq_ = 0;
};

LivePortfolio keep_up(const Company& company) {
  Resolved resolved = company.resolve();
  auto columns = std::make_unique<GrowingVectors>(resolved.portfolio);
  return {std::move(resolved), company.rest(), std::move(columns)};
}

TEST(LivePortfolio, SaysAfterEachStepWhatAllFactsSay) {
  int in_place = 0;
  int steps = 0;
  uint64_t added = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Company company(seed);
    LivePortfolio live = keep_up(company);
    bool first = true;
    for (int step = 0; step < 12; ++step, ++steps) {
      company.step();
      const bool rest = first || company.new_rest() || company.random().chance(0.2);
      const bool kept = live.update(company.tables(), company.known_seq(), rest ? company.rest() : nullptr, 1'000'000);
      first = !kept;
      if (!kept) live = keep_up(company);
      in_place += kept ? 1 : 0;
      added += live.added_rows();
      ASSERT_EQ(to_text(live.portfolio()), to_text(company.resolve().portfolio))
          << "step " << step << " in place " << kept;
    }
  }
  EXPECT_GT(in_place, steps * 9 / 10);
  EXPECT_GT(added, 100'000U);
}

TEST(LivePortfolio, GivesUpWhenThereIsNoRoom) {
  Company company(7);
  LivePortfolio live = keep_up(company);
  EXPECT_TRUE(live.update(company.tables(), 1'000, company.rest(), 0)) << "nothing is new";
  EXPECT_FALSE(live.update(company.tables(), 0, nullptr, 0));
}

}  // namespace
}  // namespace kenko::identity
