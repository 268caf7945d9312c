// Laws of a model as a whole, held against the engine on random companies with models of the whole language: the order
// in a file means nothing, more points never give a lower score, and whole weeks later everything is the same.  A
// failure names the seed; `generate(seed)` gives the company again.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "identity/resolve.h"
#include "model/load.h"
#include "plan/lower.h"
#include "property/generate.h"
#include "score/day_parts.h"
#include "score/history.h"

namespace kenko::property {
namespace {

constexpr uint64_t kSeeds = 120;

// A metric on one day.
struct Cell {
  double value = 0;
  bool valid = false;
  int32_t points = 0;
  friend bool operator==(const Cell&, const Cell&) = default;
};

// An account on one day, by names.
struct Row {
  std::string account;
  Day day;
  std::vector<int32_t> numbers;  // status, state, scores, lines, coverage, band, segment, stage
  std::vector<int32_t> dimensions;
  std::vector<Cell> metrics;
  friend bool operator==(const Row&, const Row&) = default;
};
constexpr size_t kState = 1, kScore = 2, kComputed = 3;

plan::Plan plan_of(const std::string& text, const facts::Settings& settings) {
  const auto model = model::load(text, "random.yaml", settings);
  EXPECT_TRUE(model.ok()) << to_text(model.problems()) << '\n' << text;
  auto plan = plan::lower(*model, settings);
  EXPECT_TRUE(plan.ok());
  return std::move(*plan);
}

std::vector<Row> history(const plan::Plan& plan, const facts::Portfolio& portfolio, Day until) {
  std::vector<Row> out;
  const engine::Engine engine(plan, portfolio);
  score::for_each_account(engine, until, 1, {}, [&](const score::AccountHistory& h) {
    for (size_t i = 0; i < h.days.size(); ++i) {
      const engine::LifeDays& life = h.days[i];
      const score::LifeScores& s = h.scores[i];
      for (size_t d = 0; d < life.size(); ++d) {
        if (life.status[d] == engine::AccountStatus::none) continue;
        Row row{portfolio.accounts[h.account], life.first + static_cast<int32_t>(d), {}, {}, {}};
        row.numbers = {static_cast<int32_t>(s.status[d]),
                       static_cast<int32_t>(s.state[d]),
                       s.score[d],
                       s.computed[d],
                       s.rolled_up[d],
                       s.hierarchy[d],
                       s.triggers[d],
                       s.cap[d],
                       s.silence[d],
                       s.override_line[d],
                       s.coverage[d],
                       s.band[d],
                       s.segment[d],
                       s.stage[d]};
        for (const auto& points : s.dimension) row.dimensions.push_back(points[d]);
        for (size_t m = 0; m < plan.metrics.size(); ++m) {
          const engine::MetricDays& days = life.metrics[m];
          const bool valid = days.valid[d] != 0;
          const int32_t points =
              plan.metrics[m].dimension ? score::points_on(plan.metrics[m], days, life.first, d).points : 0;
          row.metrics.push_back({valid ? days.value[d] : 0, valid, points});
        }
        out.push_back(std::move(row));
      }
    }
  });
  return out;
}

void expect_same(const std::vector<Row>& a, const std::vector<Row>& b, uint64_t seed) {
  ASSERT_EQ(a.size(), b.size()) << "seed " << seed;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    FAIL() << "seed " << seed << ": " << a[i].account << " " << a[i].day.iso() << " and " << b[i].account << " "
           << b[i].day.iso()
           << " differ: " << fmt::format("{} / {}", fmt::join(a[i].numbers, " "), fmt::join(b[i].numbers, " "));
  }
}

// The entries of one map of the file in another order: what stands at two blanks below `section:`.
std::string turned(const std::string& text, const std::string& section, Random& random) {
  const std::string head = "\n" + section + ":\n";
  const size_t at = text.find(head);
  if (at == std::string::npos) return text;
  const size_t begin = at + head.size();
  std::vector<std::string> entries;
  size_t end = begin;
  while (end < text.size() && text[end] == ' ') {
    const size_t line_end = text.find('\n', end) + 1;
    const std::string line = text.substr(end, line_end - end);
    if (line[2] != ' ') entries.emplace_back();
    entries.back() += line;
    end = line_end;
  }
  for (size_t i = entries.size(); i > 1; --i)
    std::swap(entries[i - 1], entries[static_cast<size_t>(random.between(0, static_cast<int64_t>(i) - 1))]);
  std::string out = text.substr(0, begin);
  for (const std::string& e : entries) out += e;
  return out + text.substr(end);
}

TEST(ModelLaws, TheOrderOfDimensionsMetricsAndTriggersMeansNothing) {
  int64_t moved = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Generated g = generate(seed);
    Random random(seed);
    std::string text = g.model;
    for (const char* section : {"dimensions", "metrics", "triggers"}) text = turned(text, section, random);
    moved += text != g.model ? 1 : 0;
    const facts::Portfolio portfolio = identity::resolve(g.facts, g.settings);
    const auto a = history(plan_of(g.model, g.settings), portfolio, g.last);
    const auto b = history(plan_of(text, g.settings), portfolio, g.last);
    ASSERT_NO_FATAL_FAILURE(expect_same(a, b, seed));
  }
  EXPECT_GT(moved, static_cast<int64_t>(kSeeds * 9 / 10));
}

// Every point of a curve is worth more.
void raise_curve(plan::Curve& curve, int64_t by) {
  constexpr int64_t kMost = 100'000'000;
  for (auto& p : curve.points) p.points_micros = std::min(kMost, p.points_micros + by);
  for (auto& c : curve.categories) c.points_micros = std::min(kMost, c.points_micros + by);
  if (curve.other) curve.other = std::min(kMost, *curve.other + by);
}

// One metric has at least the points that it had, on every day and for every account; so has every score, that of the
// parents too.  (The same metrics have points, and nothing but points was moved.)
TEST(ModelLaws, MorePointsNeverGiveALowerScore) {
  int64_t more = 0, rolled_up_otherwise = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Generated g = generate(seed);
    const plan::Plan plan = plan_of(g.model, g.settings);
    const facts::Portfolio portfolio = identity::resolve(g.facts, g.settings);
    const auto before = history(plan, portfolio, g.last);
    Random random(seed);
    for (int attempt = 0; attempt < 3; ++attempt) {
      plan::Plan higher = plan;
      const auto m = static_cast<size_t>(random.between(0, std::ssize(plan.metrics) - 1));
      const int64_t by = random.between(1, 40'000'000);
      raise_curve(higher.metrics[m].curve, by);
      if (higher.metrics[m].missing.kind == plan::Missing::Kind::score)
        higher.metrics[m].missing.points_micros =
            std::min<int64_t>(100'000'000, plan.metrics[m].missing.points_micros + by);
      for (auto* list : {&higher.segments, &higher.life_stages}) {
        for (plan::Segment& s : *list) {
          for (auto& [metric, curve] : s.changes.curves) {
            if (metric == m) raise_curve(curve, by);
          }
        }
      }
      const auto after = history(higher, portfolio, g.last);
      ASSERT_EQ(before.size(), after.size());
      for (size_t i = 0; i < before.size(); ++i) {
        ASSERT_GE(after[i].metrics[m].points, before[i].metrics[m].points) << "seed " << seed;
        for (const size_t score : {kScore, kComputed}) {
          ASSERT_GE(after[i].numbers[score], before[i].numbers[score])
              << "seed " << seed << " " << before[i].account << " " << before[i].day.iso() << ": more points for "
              << plan.metrics[m].name;
        }
        if (after[i].numbers[kScore] == before[i].numbers[kScore]) continue;
        ++more;
        const auto& d = plan.metrics[m].dimension;
        rolled_up_otherwise += d && plan.dimensions[*d].rollup != plan::Rollup::mean ? 1 : 0;
      }
    }
  }
  EXPECT_GT(more, 5000) << "nothing was moved";
  EXPECT_GT(rolled_up_otherwise, 100);
}

// A company whose days know no calendar but weeks: in UTC, without rates, terms of months, or dates in the model.
Generated without_calendar(uint64_t seed) {
  Generated g = generate(seed);
  g.settings.time_zone = *TimeZone::find("UTC");
  g.facts.rates.clear();
  for (auto& e : g.facts.events) e.currency.clear();
  for (auto& a : g.facts.attributes) {
    if (a.value && a.value->type == facts::AttributeType::money) a.value->text.clear();
  }
  for (auto& c : g.facts.contracts) {
    c.currency.clear();
    c.auto_renew = false;
  }
  for (const char* key : {"\n    from: 2", "\n    until: 2"}) {
    size_t at = 0;
    while ((at = g.model.find(key)) != std::string::npos) g.model.erase(at, g.model.find('\n', at + 1) - at);
  }
  return g;
}

void shift(std::optional<Day>& day, int32_t by) {
  if (day) day = *day + by;
}

// The same company so many days later.
Generated shifted(Generated g, int32_t by) {
  const auto move_text = [by](std::string& text) {
    if (const auto day = Day::parse(text)) text = (*day + by).iso();
  };
  const auto recorded = [by](facts::Recorded& r) { r.known_at.micros += by * kMicrosPerDay; };
  for (auto& e : g.facts.events) {
    e.occurred_at.micros += by * kMicrosPerDay;
    recorded(e.recorded);
    for (auto& p : e.properties) {
      if (p.key == "effective_at" || p.key == "due_on" || p.key == "expires") move_text(p.value);
    }
  }
  for (auto& a : g.facts.attributes) {
    a.valid_from = a.valid_from + by;
    recorded(a.recorded);
    if (a.value && a.value->type == facts::AttributeType::day) a.value->day = a.value->day + by;
  }
  for (auto& c : g.facts.contracts) {
    c.start = c.start + by;
    c.valid_from = c.valid_from + by;
    for (auto* day : {&c.end, &c.renewal, &c.notice_deadline, &c.notice_at}) shift(*day, by);
    recorded(c.recorded);
  }
  for (auto& i : g.facts.identities) shift(i.valid_from, by);
  for (auto& m : g.facts.memberships) shift(m.valid_from, by);
  for (auto& s : g.settings.sources) shift(s.start, by);
  g.first = g.first + by;
  g.last = g.last + by;
  return g;
}

TEST(ModelLaws, WholeWeeksLaterEverythingIsTheSame) {
  int64_t scored = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Generated g = without_calendar(seed);
    const int32_t by = 7 * static_cast<int32_t>(Random(seed).between(1, 200));
    const Generated later = shifted(g, by);
    const auto a = history(plan_of(g.model, g.settings), identity::resolve(g.facts, g.settings), g.last);
    auto b = history(plan_of(later.model, later.settings), identity::resolve(later.facts, later.settings), later.last);
    for (Row& row : b) row.day = row.day - by;
    ASSERT_NO_FATAL_FAILURE(expect_same(a, b, seed));
    for (const Row& row : a) scored += row.numbers[kState] == static_cast<int32_t>(score::State::scored) ? 1 : 0;
  }
  EXPECT_GT(scored, 5000);
}

}  // namespace
}  // namespace kenko::property
