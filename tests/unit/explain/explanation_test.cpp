// Explanations of random portfolios under random models of the whole language: every sum of the header, exactly.
#include <gtest/gtest.h>

#include <map>

#include "explain/contributions.h"
#include "explain/day_value.h"
#include "score/day_parts.h"
#include "score/some_model.h"

namespace kenko::explain {
namespace {

constexpr uint64_t kSeeds = 60;
constexpr int64_t kMicrosPerHundredth = 10'000;

template <typename F>
void for_each_day(const score::SomeModel& model, const F& f) {
  const facts::Portfolio portfolio = model.facts.build();
  const engine::Engine engine(model.plan, portfolio);
  score::for_each_account(engine, Day{score::kDays - 1}, 1, {}, [&](const score::AccountHistory& history) {
    for (int32_t d = 0; d < score::kDays; ++d) {
      const score::DayRow row = score::find_day(history, Day{d});
      if (row.days != nullptr) f(row, explain_day(model.plan, row));
    }
  });
}

void expect_sums(const plan::Plan& plan, const score::DayRow& row, const Explanation& e) {
  int64_t gained = 0, lost = 0, triggers = 0, lines = 0;
  for (const Part& p : e.parts) {
    gained += p.contribution;
    lost += p.lost;
  }
  for (const Group& g : e.groups) {
    gained += g.start.value_or(0);
    lost += g.start_lost;
  }
  for (const TriggerLine& t : e.triggers) triggers += t.line_hundredths;
  for (const Line& line : lines_of(plan, e)) lines += line.micros;
  const int32_t own = std::max(e.rolled_up, 0);
  ASSERT_EQ(gained, own * kMicrosPerHundredth);
  ASSERT_EQ(lost, e.rolled_up < 0 ? 0 : (10'000 - own) * kMicrosPerHundredth);
  ASSERT_EQ(triggers, row.scores->triggers[row.at]);
  ASSERT_EQ(own + e.hierarchy + triggers + e.cap + e.silence, e.computed);
  ASSERT_EQ(e.computed + e.override_line, e.score);
  ASSERT_EQ(lines, e.score * kMicrosPerHundredth);
  for (uint32_t d = 0; d < e.groups.size(); ++d) {
    int64_t inside = e.groups[d].start.value_or(0), inside_lost = e.groups[d].start_lost;
    for (const Part& p : e.parts) {
      if (plan.metrics[p.metric].dimension != d) continue;
      inside += p.contribution;
      inside_lost += p.lost;
    }
    for (uint32_t inner = 0; inner < e.groups.size(); ++inner) {
      if (plan.dimensions[inner].parent != d) continue;
      inside += e.groups[inner].contribution;
      inside_lost += e.groups[inner].lost;
    }
    ASSERT_EQ(inside, e.groups[d].contribution) << plan.dimensions[d].name;
    ASSERT_EQ(inside_lost, e.groups[d].lost) << plan.dimensions[d].name;
  }
}

TEST(Explanation, EveryLineIsThereAndTheyAddUp) {
  std::map<Line::Kind, int> seen;
  int scored = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const score::SomeModel model(seed);
    for_each_day(model, [&](const score::DayRow& row, const Explanation& e) {
      if (testing::Test::HasFatalFailure()) return;
      if (e.state != score::State::scored) {
        EXPECT_TRUE(lines_of(model.plan, e).empty());
        return;
      }
      ++scored;
      for (const Line& line : lines_of(model.plan, e)) ++seen[line.kind];
      expect_sums(model.plan, row, e);
    });
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(scored, 5000);
  for (const auto kind : {Line::Kind::start, Line::Kind::metric, Line::Kind::hierarchy, Line::Kind::trigger,
                          Line::Kind::cap, Line::Kind::silence, Line::Kind::override_}) {
    EXPECT_GT(seen[kind], 50) << static_cast<int>(kind);
  }
}

TEST(Explanation, TheChangeOfTwoDaysIsTheSumOfItsLines) {
  int changes = 0;
  for (uint64_t seed = 1; seed <= kSeeds / 2; ++seed) {
    const score::SomeModel model(seed);
    std::optional<Explanation> before;
    for_each_day(model, [&](const score::DayRow& row, const Explanation& e) {
      if (row.day.number % 4 != 0) return;
      const bool both = before && before->state == score::State::scored && e.state == score::State::scored;
      const auto change = before ? change_between(*before, e) : std::nullopt;
      EXPECT_EQ(change.has_value(), both);
      if (change) {
        ++changes;
        int64_t sum = change->hierarchy + change->cap + change->silence + change->override_line;
        for (const auto* list : {&change->by_metric, &change->by_start, &change->by_trigger}) {
          for (const auto& [position, micros] : *list) sum += micros;
        }
        EXPECT_EQ(sum, change->total);
        EXPECT_EQ(change->total, (e.score - before->score) * kMicrosPerHundredth);
      }
      before = e;
    });
  }
  EXPECT_GT(changes, 500);
}

// The roll-up of one day, which potentials are reckoned with, is that of the history.
TEST(Explanation, TheDayRolledUpAgainIsTheSame) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const score::SomeModel model(seed);
    for_each_day(model, [&](const score::DayRow& row, const Explanation& e) {
      if (e.state != score::State::scored) return;
      if (e.rolled_up >= 0) {
        EXPECT_EQ(rolled_up_with(model.plan, e, std::nullopt), e.rolled_up) << seed << " " << row.day.number;
      }
      EXPECT_EQ(value_so_far(model.plan, e, std::nullopt), e.computed - e.silence) << seed << " " << row.day.number;
    });
  }
}

}  // namespace
}  // namespace kenko::explain
