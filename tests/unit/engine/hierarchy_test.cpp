// Parents per day: what is named, who is alive, cycles, orphans, groups.
#include "engine/hierarchy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "some_accounts.h"

namespace kenko::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct World : SomeAccounts {
  explicit World(uint32_t count) {
    accounts = count;
    for (uint32_t a = 0; a < count; ++a) events.push_back({a, 0, "login", {}, {}});
  }
  void parent(uint32_t account, int32_t day, std::optional<std::string> id) {
    values.push_back({account, "parent", day, id ? std::optional(text(*id)) : std::nullopt});
  }
  [[nodiscard]] Hierarchy find(const RunOptions& options = {}, std::vector<uint32_t> of = {}) {
    portfolio = std::make_unique<facts::Portfolio>(build());
    plan = {};
    engine = std::make_unique<Engine>(plan, *portfolio);
    return Hierarchy(*engine, Day{20}, options, 2, of);
  }
  std::unique_ptr<facts::Portfolio> portfolio;
  plan::Plan plan;
  std::unique_ptr<Engine> engine;
};

TEST(Hierarchy, NobodyHasAParent) {
  World w(2);
  const Hierarchy h = w.find();
  EXPECT_TRUE(h.empty());
  EXPECT_EQ(h.parent(0, Day{3}), kNoAccount);
  EXPECT_THAT(h.facts_below(0), IsEmpty());
}

TEST(Hierarchy, ParentsChange) {
  World w(3);
  w.parent(2, 3, w.id(0));
  w.parent(2, 7, w.id(1));
  w.parent(2, 9, {});
  const Hierarchy h = w.find();
  EXPECT_THAT(h.parents(2), ElementsAre(ParentSpan{Day{3}, Day{6}, 0}, ParentSpan{Day{7}, Day{8}, 1}));
  EXPECT_THAT(h.children(0, Day{6}), ElementsAre(2));
  EXPECT_THAT(h.children(0, Day{7}), IsEmpty());
}

TEST(Hierarchy, AParentMustBeAliveAndAnotherAccount) {
  World w(3);
  w.parent(1, 0, w.id(1));
  w.parent(2, 0, w.id(0));
  w.events.push_back({0, 5, "account.churned", {}, {}});
  w.events.push_back({0, 8, "account.reactivated", {}, {}});
  const Hierarchy h = w.find();
  EXPECT_THAT(h.parents(1), IsEmpty());
  EXPECT_THAT(h.parents(2), ElementsAre(ParentSpan{Day{0}, Day{5}, 0}, ParentSpan{Day{8}, Day{20}, 0}));
}

TEST(Hierarchy, AnAccountThatIsNotThereMakesAnOrphan) {
  World w(3);
  w.events[0].day = 4;  // a00 is first heard of on day 4
  w.parent(1, 2, w.id(0));
  w.parent(2, 6, "nobody");
  const Hierarchy h = w.find();
  ASSERT_EQ(h.orphans().size(), 2);
  EXPECT_EQ(h.orphans()[0].account, 1);
  EXPECT_EQ(h.orphans()[0].first, Day{2});
  EXPECT_EQ(h.orphans()[0].last, Day{3});
  EXPECT_EQ(h.orphans()[1].parent, "nobody");
  EXPECT_FALSE(h.orphans()[1].on_cycle);
}

TEST(Hierarchy, OnACycleNobodyHasAParentButWhoHangsOnItDoes) {
  World w(4);
  w.parent(0, 0, w.id(1));
  w.parent(1, 0, w.id(2));
  w.parent(2, 5, w.id(0));
  w.parent(2, 9, {});
  w.parent(3, 0, w.id(0));
  const Hierarchy h = w.find();
  for (const int32_t day : {4, 9}) EXPECT_EQ(h.parent(0, Day{day}), 1) << day;
  for (const int32_t day : {5, 8}) EXPECT_EQ(h.parent(0, Day{day}), kNoAccount) << day;
  EXPECT_EQ(h.parent(3, Day{6}), 0);
  EXPECT_TRUE(h.orphans()[0].on_cycle);
}

TEST(Hierarchy, AboveAndBelowOnDifferentDaysIsOneGroup) {
  World w(4);
  w.parent(0, 0, w.id(1));
  w.parent(0, 5, {});
  w.parent(1, 6, w.id(0));
  w.parent(2, 0, w.id(0));
  w.parent(1, 9, w.id(3));
  const Hierarchy h = w.find();
  EXPECT_EQ(h.parent(0, Day{3}), 1);
  EXPECT_EQ(h.parent(1, Day{7}), 0);
  EXPECT_THAT(h.levels(),
              ElementsAre(ElementsAre(ElementsAre(2)), ElementsAre(ElementsAre(0, 1)), ElementsAre(ElementsAre(3))));
}

TEST(Hierarchy, FactsOfAllBelowWhileTheyAreBelow) {
  World w(3);
  w.parent(2, 1, w.id(1));
  w.parent(1, 1, w.id(0));
  w.parent(1, 6, {});
  for (const int32_t day : {4, 7}) w.events.push_back({2, day, "login", {}, {}});
  w.events.push_back({2, 5, "message.sent", {}, {}});
  const Hierarchy h = w.find();
  const auto below = [&h](uint32_t account, int32_t day) {
    return h.facts_below(account)[static_cast<size_t>(Day{day} - h.facts_base())] != 0;
  };
  EXPECT_TRUE(below(0, 4));
  EXPECT_TRUE(below(1, 4));
  EXPECT_FALSE(below(0, 5)) << "our own act";
  EXPECT_FALSE(below(0, 7)) << "no longer below";
  EXPECT_TRUE(below(1, 7));
}

TEST(Hierarchy, FrozenParentsStay) {
  World w(3);
  w.parent(2, 1, w.id(0));
  w.parent(2, 6, w.id(1));
  RunOptions options;
  options.freeze_after = Day{4};
  EXPECT_THAT(w.find(options).parents(2), ElementsAre(ParentSpan{Day{1}, Day{20}, 0}));
  options.facts_until = Day{0};
  EXPECT_TRUE(w.find(options).empty());
}

TEST(Hierarchy, OfOneAccountWhatIsBelowIt) {
  World w(5);
  w.parent(2, 1, w.id(1));
  w.parent(3, 1, w.id(2));
  w.parent(4, 1, w.id(0));
  const Hierarchy h = w.find({}, {1});
  EXPECT_EQ(h.parent(3, Day{2}), 2);
  EXPECT_THAT(h.parents(4), IsEmpty());
}

}  // namespace
}  // namespace kenko::engine
