// Random portfolios and models against the definition; and batch against single accounts, threads and law (a).
#include "score/definition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "score/blocks.h"
#include "score/day_parts.h"
#include "score/history.h"

namespace kenko::score {

namespace {

int64_t half_up(Int128 n, Int128 d) { return static_cast<int64_t>((2 * n + d) / (2 * d)); }

template <typename List>
int64_t changed(const List& changes, size_t i, int64_t weight) {
  for (const auto& [at, w] : changes) {
    if (at == i) weight = w.micros;
  }
  return weight;
}

}  // namespace

int64_t Definition::metric_weight(size_t m, uint32_t a, int32_t d) {
  int64_t w = plan_.metrics[m].weight.micros;
  if (segment(a, d) >= 0) w = changed(plan_.segments[static_cast<size_t>(segment(a, d))].changes.metric_weights, m, w);
  return stage(a, d) < 0 ? w : changed(plan_.life_stages[0].changes.metric_weights, m, w);
}

int64_t Definition::dimension_weight(size_t i, uint32_t a, int32_t d) {
  int64_t w = plan_.dimensions[i].weight.micros;
  if (segment(a, d) >= 0)
    w = changed(plan_.segments[static_cast<size_t>(segment(a, d))].changes.dimension_weights, i, w);
  return stage(a, d) < 0 ? w : changed(plan_.life_stages[0].changes.dimension_weights, i, w);
}

std::optional<int64_t> Definition::by_curve(size_t m, uint32_t a, int32_t d) {
  const Value v = node(plan_.metrics[m].node, a, d);
  if (!v) return {};
  const plan::Curve* curve = &plan_.metrics[m].curve;
  const auto look = [&](const plan::Changes& changes) {
    for (const auto& [at, c] : changes.curves) {
      if (at == m) curve = &c;
    }
  };
  if (segment(a, d) >= 0) look(plan_.segments[static_cast<size_t>(segment(a, d))].changes);
  if (stage(a, d) >= 0) look(plan_.life_stages[0].changes);
  if (curve->kind == plan::Curve::Kind::each) {
    const double most = static_cast<double>(curve->at_most_micros) / 1e6;
    const double y = std::clamp(*v * (static_cast<double>(curve->each_micros) / 1e6), -most, most);
    return static_cast<int64_t>(std::floor(y * 1e6 + 0.5));
  }
  const double y0 = static_cast<double>(curve->points[0].points_micros) / 1e6;
  const double y1 = static_cast<double>(curve->points[1].points_micros) / 1e6;
  if (*v < 0) return curve->points[0].points_micros;
  if (*v >= curve->points[1].x) return curve->points[1].points_micros;
  return static_cast<int64_t>(std::floor((y0 + (y1 - y0) * (*v / curve->points[1].x)) * 1e6 + 0.5));
}

Definition::Points Definition::after_missing(size_t m, uint32_t a, int32_t d) {
  if (const auto p = by_curve(m, a, d)) return {p, true};
  const plan::Missing& missing = plan_.metrics[m].missing;
  if (missing.kind == plan::Missing::Kind::exclude) return {};
  if (missing.kind != plan::Missing::Kind::hold) return {missing.points_micros, false};
  for (int32_t x = d - 1; x >= d - missing.hold_days && x >= cell(a, d)->life_first; --x) {
    if (const auto p = by_curve(m, a, x)) return {p, true};
  }
  return {};
}

Definition::Points Definition::points(size_t m, uint32_t a, int32_t d) {
  const auto every = portfolio_.settings.sources[0].every_days;
  std::optional<int32_t> last;
  for (const Day day : portfolio_.source_fact_days[0]) {
    if (day.number <= known(d)) last = day.number;
  }
  const bool reads_logins = plan_.metrics[m].node == Nodes::logins;
  if (!every || !reads_logins || !last || d - *last < *every) return after_missing(m, a, d);
  if (*last < cell(a, d)->life_first) return {};
  return {after_missing(m, a, *last).points, false};
}

Definition::Group Definition::dimension(size_t i, uint32_t a, int32_t d) {
  Int128 weighted = 0, weight = 0, covered = 0, all = 0;
  int64_t least = INT64_MAX, most = INT64_MIN, sum = 0;
  Group out;
  const auto add = [&](int64_t w, std::optional<int64_t> points, int64_t coverage, bool evidence) {
    if (w == 0) return;
    all += w;
    covered += static_cast<Int128>(w) * coverage;
    out.evidence = out.evidence || evidence;
    if (!points) return;
    weight += w;
    weighted += static_cast<Int128>(w) * *points;
    least = std::min(least, *points);
    most = std::max(most, *points);
    sum += *points;
  };
  for (size_t m = 0; m < plan_.metrics.size(); ++m) {
    if (plan_.metrics[m].dimension != i) continue;
    const Points p = points(m, a, d);
    add(metric_weight(m, a, d), p.points, p.evidence ? 1'000'000 : 0, p.evidence);
  }
  for (size_t k = 0; k < plan_.dimensions.size(); ++k) {
    if (plan_.dimensions[k].parent != i) continue;
    const Group g = dimension(k, a, d);
    add(dimension_weight(k, a, d), g.value, g.coverage, g.evidence);
  }
  out.coverage = all == 0 ? 0 : half_up(covered, all);
  if (weight == 0) return out;
  switch (plan_.dimensions[i].rollup) {
    case plan::Rollup::mean:
      out.value = half_up(weighted, weight);
      break;
    case plan::Rollup::min:
      out.value = least;
      break;
    case plan::Rollup::max:
      out.value = most;
      break;
    case plan::Rollup::points:
      out.value = std::clamp<int64_t>(plan_.dimensions[i].start_micros + sum, 0, 100'000'000);
  }
  return out;
}

bool Definition::active(size_t t, uint32_t a, int32_t d) {
  const plan::Trigger& trigger = plan_.triggers[t];
  const int32_t first = cell(a, d)->life_first;
  const auto when = [&](int32_t x) { return flag(a, trigger.name, x); };
  const auto running = [&](int32_t day) {
    for (int32_t x = day; x >= first; --x) {
      if (!trigger.until && x <= day - trigger.for_days) return false;
      if (when(x)) return true;
      if (trigger.until && flag(a, "u2", x)) return false;
    }
    return false;
  };
  if (!running(d)) return false;
  if (!trigger.once) return true;
  int32_t x = first;
  while (!running(x)) ++x;
  for (; x <= d; ++x) {
    if (!running(x)) return false;
  }
  return true;
}

bool Definition::find_fact(uint32_t a, int32_t d) {
  const Cell* c = cell(a, d);
  if (c == nullptr) return false;
  for (uint32_t child = 0; child < kAccounts; ++child) {
    if (parent(child, d) == a && fact(child, d)) return true;
  }
  if (c->status == AccountStatus::paused || d > known(d)) return false;
  const auto ours = [this](const std::string& name) {
    return std::ranges::find(portfolio_.settings.ours, name) != portfolio_.settings.ours.end() ||
           name.starts_with("override.");
  };
  for (const engine::SomeEvent& e : model_.facts.events) {
    if (e.account == a && e.day == d && !ours(e.name)) return true;
  }
  for (const facts::AttributeRow& row : portfolio_.attributes) {
    if (row.account != a || row.day != Day{d}) continue;
    const facts::AttributeValue* before = attribute(a, std::string(portfolio_.texts.text(row.key)), d - 1);
    if (row.null ? before != nullptr : before == nullptr || *before != row.value) return true;
  }
  std::optional<std::optional<Decimal>> before, now;
  for (const facts::ContractRow& row : portfolio_.contracts) {
    if (row.account != a || row.fact.valid_from.number > d) continue;
    if (row.fact.valid_from.number < d) before = row.fact.arr;
    now = row.fact.arr;
  }
  return now != before;
}

std::optional<int32_t> Definition::with_children(std::optional<int32_t> own, uint32_t a, int32_t d) {
  const plan::Hierarchy& h = plan_.hierarchy;
  if (!h.uses_children()) return own;
  Int128 sum = 0, weight = 0;
  const auto part = [&](Decimal w, int64_t value) {
    sum += static_cast<Int128>(w.micros) * value;
    weight += w.micros;
  };
  if (own) part(h.own, *own);
  int64_t worst = 10'000, total = 0, n = 0, poor = 0;
  Int128 arr = 0, weighted = 0, rich = 0;
  for (uint32_t c = 0; c < kAccounts; ++c) {
    if (parent(c, d) != a || day(c, d).state != "scored") continue;
    const int64_t score = *day(c, d).computed;
    const bool is_poor = score < h.poor_below_hundredths;
    worst = std::min(worst, score);
    total += score;
    poor += is_poor ? 1 : 0;
    ++n;
    int64_t micros = 0;
    for (const facts::ContractRow& row : portfolio_.contracts) {
      if (row.account == c && row.fact.valid_from.number <= known(d)) micros = row.fact.arr.value_or(Decimal{0}).micros;
    }
    arr += micros;
    weighted += static_cast<Int128>(micros) * score;
    if (!is_poor) rich += micros;
  }
  if (n > 0) {
    part(h.worst, worst);
    part(h.mean, half_up(total, n));
    part(h.poor_by_count, half_up(10'000 * (n - poor), n));
  }
  if (arr > 0) {
    part(h.value_weighted, half_up(weighted, arr));
    part(h.poor_by_value, half_up(10'000 * rich, arr));
  }
  if (weight == 0) return own;
  return static_cast<int32_t>(half_up(sum, weight));
}

void Definition::set_override(uint32_t a, int32_t d, DefinedDay& out) {
  const engine::SomeEvent* last = nullptr;
  for (const engine::SomeEvent& e : model_.facts.events) {
    if (e.account == a && e.day >= cell(a, d)->life_first && e.day <= known(d) && e.name.starts_with("override."))
      last = &e;
  }
  if (last == nullptr || last->name != "override.set" || !options_.overrides) return;
  std::map<std::string, std::string> p(last->properties.begin(), last->properties.end());
  if (!p.contains("expires") || Day::parse(p["expires"]) <= Day{d}) return;
  if (p.contains("model") && p["model"] != "m") return;
  if (*last->micros < 0 || *last->micros > 100'000'000) return;
  const auto value = static_cast<int32_t>(*last->micros / 10'000);
  if (p["kind"] == "value") out.score = value;
  if (p["kind"] == "floor") out.score = std::max(value, *out.score);
  if (p["kind"] == "ceiling") out.score = std::min(value, *out.score);
  out.override_line = *out.score - *out.computed;
}

const std::vector<plan::Band>& Definition::bands_of_day(uint32_t a, int32_t d) {
  const auto& of_stage = plan_.life_stages[0].changes.bands;
  if (stage(a, d) >= 0 && !of_stage.empty()) return of_stage;
  if (segment(a, d) >= 0) {
    const auto& of_segment = plan_.segments[static_cast<size_t>(segment(a, d))].changes.bands;
    if (!of_segment.empty()) return of_segment;
  }
  return plan_.bands;
}

std::vector<int64_t> Definition::cutoffs(uint32_t a, int32_t d, const std::vector<plan::Band>& list) {
  std::vector<int64_t> out;
  if (!list[0].quantile_micros) {
    for (const plan::Band& b : list) out.push_back(b.from_hundredths);
    return out;
  }
  std::vector<int64_t> s;
  for (uint32_t o = 0; o < kAccounts; ++o) {
    if (plan_.quantiles_within_segment && (cell(o, d - 1) == nullptr || segment(o, d - 1) != segment(a, d))) continue;
    if (day(o, d - 1).state == "scored") s.push_back(*day(o, d - 1).computed);
  }
  if (s.size() < 10) return out;
  std::sort(s.begin(), s.end());
  for (const plan::Band& b : list) {
    const int64_t h = *b.quantile_micros * (std::ssize(s) - 1);
    const auto i = static_cast<size_t>(h / 1'000'000);
    const int64_t step = i + 1 < s.size() ? s[i + 1] - s[i] : 0;
    out.push_back(half_up(static_cast<Int128>(s[i]) * 1'000'000 + (h % 1'000'000) * step, 1'000'000));
  }
  out[0] = 0;
  return out;
}

// Plays the state through the life up to the day.
std::optional<std::string> Definition::band(uint32_t a, int32_t d, bool all_evidence) {
  std::optional<size_t> c;
  const std::vector<plan::Band>* of = nullptr;
  int waiting = 0;
  for (int32_t x = cell(a, d)->life_first; x <= d; ++x) {
    if (x < d && day(a, x).state != "scored") continue;
    const auto& list = bands_of_day(a, x);
    const std::vector<int64_t> from = cutoffs(a, x, list);
    if (from.empty()) {
      if (x == d) return {};
      continue;
    }
    const int32_t score = *days_.at({a, x}).score;
    size_t by_score = 0, candidate = 0;
    for (size_t k = 0; k < from.size(); ++k) {
      if (from[k] <= score) by_score = k;
    }
    if (!c || *of != list) {
      c = by_score;
      waiting = 0;
    } else {
      candidate = *c;
      for (size_t k = *c + 1; k < from.size(); ++k) {
        if (from[k] + plan_.band_margin_hundredths <= score) candidate = k;
      }
      if (candidate == *c && score < from[*c] - plan_.band_margin_hundredths) candidate = by_score;
      waiting = candidate == *c ? 0 : waiting + 1;
      if (waiting >= plan_.band_dwell_days) {
        c = candidate;
        waiting = 0;
      }
    }
    of = &list;
  }
  return (*of)[*c + 1 == of->size() && *c > 0 && !all_evidence ? *c - 1 : *c].name;
}

DefinedDay Definition::define(uint32_t a, int32_t d) {
  DefinedDay out;
  if (!alive(a, d)) return out;
  out.alive = true;
  out.segment = segment(a, d);
  out.stage = stage(a, d);
  Int128 covered = 0, all = 0, weighted = 0, weight = 0;
  int64_t least = INT64_MAX, most = INT64_MIN;
  bool all_evidence = true;
  for (size_t i = 0; i < plan_.dimensions.size(); ++i) {
    const Group g = dimension(i, a, d);
    const int64_t w = dimension_weight(i, a, d);
    out.dimension.push_back(w == 0 ? -1 : static_cast<int32_t>(g.value.value_or(-1)));
    if (plan_.dimensions[i].parent || w == 0) continue;
    all += w;
    covered += static_cast<Int128>(w) * g.coverage;
    all_evidence = all_evidence && g.evidence;
    if (!g.value) continue;
    weight += w;
    weighted += static_cast<Int128>(w) * *g.value;
    least = std::min(least, *g.value);
    most = std::max(most, *g.value);
  }
  out.coverage = all == 0 ? 0 : static_cast<int32_t>(half_up(covered, all));
  const AccountStatus status = cell(a, d)->status;
  if (status == AccountStatus::paused) {
    out.state = "paused";
    int32_t x = d;
    while (x >= cell(a, d)->life_first && cell(a, x)->status == AccountStatus::paused) --x;
    if (x < cell(a, d)->life_first) return out;
    out.score = day(a, x).score;
    out.band = day(a, x).band;
    return out;
  }
  if (!is_scored(plan_.accounts, status) || (plan_.accounts.when && !flag(a, "on", d))) {
    out.state = "not scored";
    return out;
  }
  std::optional<int32_t> own;
  if (weight > 0 && out.coverage >= plan_.min_coverage_micros) {
    const int64_t micros = plan_.rollup == plan::Rollup::mean  ? half_up(weighted, weight)
                           : plan_.rollup == plan::Rollup::min ? least
                                                               : most;
    own = static_cast<int32_t>(half_up(micros, 10'000));
  }
  const auto value = with_children(own, a, d);
  if (!value) {
    out.state = d - cell(a, d)->life_first + 1 <= plan_.too_new_days ? "too new" : "insufficient data";
    return out;
  }
  out.state = "scored";
  out.rolled_up = own;
  out.hierarchy = *value - own.value_or(0);
  int32_t sum = 0, lowest = 10'000;
  for (size_t t = 0; t < 2 && options_.triggers; ++t) {
    if (!active(t, a, d)) continue;
    plan::Trigger trigger = plan_.triggers[t];
    bool off = false;
    const auto change = [&](const plan::Changes& c) {
      for (const auto& [at, other] : c.triggers) {
        if (at != t) continue;
        off = false;
        trigger.points_hundredths = other.points_hundredths.value_or(trigger.points_hundredths);
        if (other.cap_hundredths) trigger.cap_hundredths = other.cap_hundredths;
      }
      off = off || std::ranges::find(c.triggers_off, t) != c.triggers_off.end();
    };
    if (out.segment >= 0) change(plan_.segments[static_cast<size_t>(out.segment)].changes);
    if (out.stage >= 0) change(plan_.life_stages[0].changes);
    if (off) continue;
    int32_t starts = 0;
    for (int32_t x = std::max(d - trigger.for_days + 1, cell(a, d)->life_first); x <= d; ++x) {
      const bool before = x > cell(a, d)->life_first && flag(a, trigger.name, x - 1);
      if (flag(a, trigger.name, x) && !before) ++starts;
    }
    sum += trigger.points_hundredths * std::clamp(starts, 1, trigger.stack);
    if (trigger.cap_hundredths) lowest = std::min(lowest, *trigger.cap_hundredths);
  }
  const int32_t held = std::clamp(*value + sum, 0, 10'000);
  out.triggers = held - *value;
  out.before_silence = std::min(held, lowest);
  out.cap = *out.before_silence - held;
  int32_t smallest = *out.before_silence;
  for (int32_t x = d; x >= 0 && !fact(a, x); --x) {
    if (x > 0 && day(a, x - 1).before_silence) smallest = std::min(smallest, *day(a, x - 1).before_silence);
  }
  out.silence = smallest - *out.before_silence;
  out.computed = out.score = smallest;
  set_override(a, d, out);
  days_[{a, d}] = out;
  out.band = band(a, d, all_evidence);
  return out;
}

namespace {

std::string band_name(const plan::Plan& plan, const LifeScores& s, size_t at) {
  const plan::Band* b = band_on(plan, s, at);
  return b == nullptr ? "-" : b->name;
}

using Rows = std::map<std::pair<uint32_t, int32_t>, std::string>;

std::string show(std::optional<int32_t> score, std::optional<int32_t> computed, std::optional<int32_t> rolled_up,
                 std::vector<int32_t> lines, const std::string& state, const std::string& band, int segment, int stage,
                 const std::vector<int32_t>& dimension) {
  std::string out =
      fmt::format("{} score {} computed {} rolled up {} band {} segment {} stage {} lines", state, score.value_or(-1),
                  computed.value_or(-1), rolled_up.value_or(-1), band, segment, stage);
  for (const int32_t l : lines) out += fmt::format(" {}", l);
  out += " dimensions";
  for (const int32_t v : dimension) out += fmt::format(" {}", v);
  return out;
}

void add_rows(const plan::Plan& plan, const AccountHistory& h, Rows& out) {
  for (const LifeScores& s : h.scores) {
    for (size_t d = 0; d < s.size(); ++d) {
      if (s.state[d] == State::none) continue;
      std::vector<int32_t> dimension;
      for (const auto& v : s.dimension) dimension.push_back(v[d]);
      out[{h.account, s.first.number + static_cast<int32_t>(d)}] =
          show(s.score[d], s.computed[d], s.rolled_up[d],
               {s.hierarchy[d], s.triggers[d], s.cap[d], s.silence[d], s.override_line[d], s.coverage[d]},
               std::string(word(s.state[d])), band_name(plan, s, d), s.segment[d], s.stage[d], dimension);
    }
  }
}

Rows compute(const plan::Plan& plan, const facts::Portfolio& portfolio, int threads,
             std::span<const uint32_t> accounts = {}, const engine::RunOptions& options = {},
             int32_t last = kDays - 1) {
  const engine::Engine engine(plan, portfolio);
  Rows out;
  for_each_account(
      engine, Day{last}, threads, accounts, [&](const AccountHistory& h) { add_rows(plan, h, out); }, options);
  return out;
}

// Keeps the rows of each block under its number, as a writer of a file would.
class Keeper final : public BlockSink {
 public:
  struct Kept {
    std::mutex mutex;
    std::map<size_t, Rows> blocks;
    size_t most = SIZE_MAX;  // no more is wanted after so many
  };
  Keeper(const plan::Plan& plan, Kept& kept) : plan_(plan), kept_(kept) {}

  void add(const AccountHistory& history) override { add_rows(plan_, history, rows_); }
  bool end_block(size_t block) override {
    const std::scoped_lock lock(kept_.mutex);
    kept_.blocks[block] = std::move(rows_);
    rows_.clear();
    return kept_.blocks.size() < kept_.most;
  }

 private:
  const plan::Plan& plan_;
  Kept& kept_;
  Rows rows_;
};

// `lines` counts the days that have each line.
Rows defined(const SomeModel& model, const facts::Portfolio& portfolio, const engine::RunOptions& options = {},
             std::array<int, 5>* lines = nullptr) {
  Definition definition(model, portfolio, options);
  Rows out;
  for (int32_t d = 0; d < kDays; ++d) {
    for (uint32_t a = 0; a < kAccounts; ++a) {
      const DefinedDay& day = definition.day(a, d);
      if (!day.alive) continue;
      const std::array<int32_t, 5> of_day{day.hierarchy, day.triggers, day.cap, day.silence, day.override_line};
      for (size_t i = 0; lines != nullptr && i < 5; ++i) (*lines)[i] += of_day[i] != 0 ? 1 : 0;
      out[{a, d}] = show(day.score, day.computed, day.rolled_up,
                         {day.hierarchy, day.triggers, day.cap, day.silence, day.override_line, day.coverage},
                         day.state, day.band.value_or("-"), day.segment, day.stage, day.dimension);
    }
  }
  return out;
}

void expect_equal(const Rows& a, const Rows& b, uint64_t seed) {
  ASSERT_EQ(a.size(), b.size()) << "seed " << seed;
  for (const auto& [at, text] : a) {
    const auto other = b.find(at);
    ASSERT_TRUE(other != b.end()) << "seed " << seed << " account " << at.first << " day " << at.second;
    ASSERT_EQ(text, other->second) << "seed " << seed << " account " << at.first << " day " << at.second;
  }
}

constexpr uint64_t kSeeds = 40;

TEST(Definition, EveryDayOfEveryAccount) {
  std::map<std::string, int> states;
  std::array<int, 5> lines{};
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SomeModel model(seed);
    const facts::Portfolio portfolio = model.facts.build();
    const Rows rows = compute(model.plan, portfolio, 2);
    expect_equal(defined(model, portfolio, {}, &lines), rows, seed);
    if (HasFatalFailure()) return;
    for (const auto& [at, text] : rows) ++states[text.substr(0, text.find(' '))];
  }
  for (const char* state : {"scored", "paused", "not", "insufficient", "too"}) EXPECT_GT(states[state], 100) << state;
  for (const int days : lines) EXPECT_GT(days, 100) << "days with a hierarchy, trigger, cap, silence, override line";
}

TEST(Definition, BlocksAreTheAccountsInOrder) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const SomeModel model(seed);
    const facts::Portfolio portfolio = model.facts.build();
    const Rows rows = compute(model.plan, portfolio, 1);
    const engine::Engine engine(model.plan, portfolio);
    for (const size_t size : {size_t{1}, size_t{3}, size_t{1000}}) {
      Keeper::Kept kept;
      for_each_block(engine, Day{kDays - 1}, 3, {}, size, [&] { return std::make_unique<Keeper>(model.plan, kept); });
      ASSERT_EQ(kept.blocks.size(), (kAccounts + size - 1) / size);
      Rows all;
      for (const auto& [block, of_block] : kept.blocks) {
        for (const auto& [at, text] : of_block) ASSERT_EQ(at.first / size, block);
        all.insert(of_block.begin(), of_block.end());
      }
      expect_equal(rows, all, seed);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Definition, BlocksEndWhenNoMoreIsWanted) {
  const SomeModel model(1);
  const facts::Portfolio portfolio = model.facts.build();
  const engine::Engine engine(model.plan, portfolio);
  Keeper::Kept kept;
  kept.most = 2;
  for_each_block(engine, Day{kDays - 1}, 1, {}, 1, [&] { return std::make_unique<Keeper>(model.plan, kept); });
  EXPECT_EQ(kept.blocks.size(), 2U);
}

TEST(Definition, ValuesOfOtherAccounts) {
  std::map<plan::NodeId, int> known;
  size_t groups = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SomeModel model(seed);
    const facts::Portfolio portfolio = model.facts.build();
    Definition definition(model, portfolio);
    const engine::Engine engine(model.plan, portfolio);
    const engine::Peers peers(engine, Day{kDays - 1}, 2);
    for (const auto& level : peers.hierarchy().levels())
      groups += std::ranges::count_if(level, [](const auto& group) { return group.size() > 1; });
    engine::Scratch scratch;
    std::vector<engine::LifeDays> lives;
    for (uint32_t a = 0; a < kAccounts; ++a) {
      engine.run(a, peers, scratch, lives);
      for (const engine::LifeDays& life : lives) {
        for (size_t d = 0; d < life.size(); ++d) {
          const int32_t day = life.first.number + static_cast<int32_t>(d);
          for (const size_t m : {3, 4, 6, 7}) {
            const plan::NodeId id = model.plan.metrics[m].node;
            const engine::MetricDays& days = life.metrics[m];
            const Value value = days.valid[d] == 0 ? Value{} : Value{days.value[d]};
            ASSERT_EQ(value, definition.node(id, a, day)) << "seed " << seed << " node " << id << " day " << day;
            if (value) ++known[id];
          }
        }
      }
    }
  }
  for (const plan::NodeId id : {Nodes::below, Nodes::place, Nodes::place_below, Nodes::place_of_below})
    EXPECT_GT(known[id], 100) << id;
  EXPECT_GT(groups, 10) << "accounts above each other on different days";
}

TEST(Definition, WhatIsLeftOut) {
  for (uint64_t seed = 101; seed <= 100 + kSeeds / 2; ++seed) {
    const SomeModel model(seed);
    const facts::Portfolio portfolio = model.facts.build();
    engine::RunOptions options;
    options.triggers = seed % 2 == 0;
    options.overrides = seed % 3 != 0;
    options.freeze_after = Day{static_cast<int32_t>(seed % 30) + 5};
    if (seed % 4 != 0) options.facts_until = Day{static_cast<int32_t>(seed % 25) + 10};
    const facts::Portfolio cut = model.facts.build(options.facts_until.value_or(Day::kMax));
    SomeModel known = model;
    std::erase_if(known.facts.events,
                  [&](const auto& e) { return Day{e.day} > options.facts_until.value_or(Day::kMax); });
    expect_equal(defined(known, cut, options), compute(model.plan, portfolio, 2, {}, options), seed);
    if (HasFatalFailure()) return;
  }
}

TEST(ForEachAccount, FactsUntilADayAreTheFactsResolvedThen) {
  for (uint64_t seed = 201; seed <= 200 + kSeeds; ++seed) {
    const SomeModel model(seed);
    const facts::Portfolio portfolio = model.facts.build();
    const Day day{static_cast<int32_t>(seed % 35) + 5};
    const facts::Portfolio cut = model.facts.build(day);
    engine::RunOptions options;
    options.facts_until = day;
    expect_equal(compute(model.plan, cut, 1), compute(model.plan, portfolio, 1, {}, options), seed);
    if (HasFatalFailure()) return;
    // Law (a): up to the day itself nothing was different.
    expect_equal(compute(model.plan, cut, 1, {}, {}, day.number), compute(model.plan, portfolio, 1, {}, {}, day.number),
                 seed);
    if (HasFatalFailure()) return;
  }
}

TEST(ForEachAccount, OneAccountIsAsGoodAsAllOnAnyNumberOfThreads) {
  for (uint64_t seed = 301; seed <= 300 + kSeeds / 2; ++seed) {
    const SomeModel model(seed);
    const facts::Portfolio portfolio = model.facts.build();
    const Rows all = compute(model.plan, portfolio, 1);
    expect_equal(all, compute(model.plan, portfolio, 4), seed);
    Rows one_by_one;
    for (uint32_t a = kAccounts; a-- > 0;) one_by_one.merge(compute(model.plan, portfolio, 1, std::span(&a, 1)));
    expect_equal(all, one_by_one, seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace kenko::score
