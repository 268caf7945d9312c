#include "engine/level_run.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace kenko::engine {
namespace {

constexpr size_t kLeastPeers = 10;

// The place of x among others, `self` being one of the values that does not count; false when there are too few.
bool place(std::span<const double> values, double x, const double* self, double& out) {
  const auto low = std::lower_bound(values.begin(), values.end(), x);
  const auto high = std::upper_bound(low, values.end(), x);
  auto less = static_cast<size_t>(low - values.begin());
  auto equal = static_cast<size_t>(high - low);
  size_t n = values.size();
  if (self != nullptr) {
    --n;
    if (*self < x) --less;
    if (*self == x) --equal;
  }
  if (n < kLeastPeers) return false;
  out = static_cast<double>(2 * less + equal) / static_cast<double>(2 * n);
  return true;
}

}  // namespace

LevelRun::LevelRun(const Engine::Bound& bound, const Peers& peers, uint32_t account, Scratch::Buffers& buffers,
                   Scratch::LifeExtras& extras)
    : bound_(bound), peers_(peers), account_(account), buffers_(buffers), extras_(extras) {
  find_population(bound, account, peers.until(), buffers.population, peers.facts_until());
  if (!buffers.population.exists) return;
  spans_ = buffers.population.lives;
  if (buffers.lives.size() < spans_.size()) buffers.lives.resize(spans_.size());
  if (extras.lives.size() < spans_.size()) extras.lives.resize(spans_.size());
}

LifeRun LevelRun::life_run(size_t life) {
  return {bound_, account_, spans_[life], buffers_, buffers_.lives[life], peers_.facts_until()};
}

void LevelRun::compute(size_t life, size_t levels, const std::vector<uint8_t>* wanted) {
  buffers_.lives[life].nodes.resize(bound_.plan.nodes.size());
  LifeRun run = life_run(life);
  run.find_account_start(spans_[life].first == buffers_.population.first);
  run.match_events();
  for (size_t level = 0; level < levels; ++level) {
    for (const plan::NodeId id : peers_.levels().nodes(level)) {
      if (wanted != nullptr && (*wanted)[id] == 0) continue;
      switch (bound_.plan.nodes[id].op) {
        case plan::Op::children:
          children(life, id);
          break;
        case plan::Op::percentile:
          percentile(life, id);
          break;
        default:
          run.compute(id);
      }
    }
    // Percentiles of higher levels look at the segment.
    const bool known = level == peers_.levels().segment_level() &&
                       std::ranges::all_of(bound_.plan.segments, [wanted](const plan::Segment& s) {
                         return wanted == nullptr || (*wanted)[s.when] != 0;
                       });
    if (known) find_segments(life, bound_.plan.segments, &Scratch::LifeExtras::Life::segment);
  }
}

void LevelRun::children(size_t life, plan::NodeId id) {
  const plan::Fold fold = bound_.plan.nodes[id].fold;
  const Output out = buffers_.lives[life].nodes[id].output(days(life));
  const FoldedDays* folded = peers_.folded(id, account_);
  for (size_t d = 0; d < days(life); ++d) {
    const int64_t at = folded == nullptr ? -1 : spans_[life].first - folded->first + static_cast<int64_t>(d);
    const bool there = at >= 0 && at < std::ssize(folded->count);
    const uint32_t count = there ? folded->count[static_cast<size_t>(at)] : 0;
    const double value = count == 0 ? 0 : folded->value[static_cast<size_t>(at)];
    out.valid[d] = count > 0 || fold == plan::Fold::count;
    out.value[d] = fold == plan::Fold::count ? count : fold == plan::Fold::mean && count > 0 ? value / count : value;
    if (!std::isfinite(out.value[d])) out.valid[d] = 0;
  }
}

void LevelRun::percentile(size_t life, plan::NodeId id) {
  const plan::NodeId arg = bound_.plan.nodes[id].args[0];
  const PlacedDays& placed = peers_.placed(id);
  const Output out = buffers_.lives[life].nodes[id].output(days(life));
  const Column x = buffers_.lives[life].nodes[arg].column();
  const auto segment = [this](size_t of, size_t at) {
    return bound_.plan.segments.empty() ? -1 : extras_.lives[of].segment[at];
  };
  std::fill_n(out.valid.begin(), days(life), uint8_t{0});
  peers_.for_each_place(spans_[life].first, days(life), [&](size_t d) {
    if (x.valid[d] == 0) return;
    // The account's own value of the day before, which may be the last one of an earlier life.
    size_t of = life, before = d - 1;
    if (d == 0 && life > 0 && spans_[life - 1].last + 1 == spans_[life].first) {
      of = life - 1;
      before = days(of) - 1;
    }
    const double* self = nullptr;
    if (d > 0 || of != life) {
      const NodeDays& own = buffers_.lives[of].nodes[arg];
      const bool counts = own.valid[before] != 0 && is_scored(bound_.plan.accounts, status(of, before)) &&
                          segment(of, before) == segment(life, d);
      if (counts) self = &own.value[before];
    }
    const Day day = spans_[life].first + static_cast<int32_t>(d);
    out.valid[d] = place(placed.on(day - 1, segment(life, d)), x.value[d], self, out.value[d]);
  });
}

void LevelRun::find_segments(size_t life, const std::vector<plan::Segment>& segments, Chosen chosen) {
  std::vector<int16_t>& out = extras_.lives[life].*chosen;
  out.clear();
  if (segments.empty()) return;
  out.assign(days(life), -1);
  const Day first = spans_[life].first;
  for (size_t i = segments.size(); i-- > 0;) {
    const plan::Segment& s = segments[i];
    const Column when = buffers_.lives[life].nodes[s.when].column();
    for (size_t d = 0; d < out.size(); ++d) {
      const Day day = first + static_cast<int32_t>(d);
      if ((s.from && day < *s.from) || (s.until && day > *s.until)) continue;
      if (when.valid[d] != 0 && when.value[d] != 0) out[d] = static_cast<int16_t>(i);
    }
  }
  const auto freeze = peers_.options().freeze_after;
  for (size_t then = 0; freeze && then <= life; ++then) {
    if (*freeze < spans_[then].first || *freeze > spans_[then].last) continue;
    const auto at = static_cast<size_t>(*freeze - spans_[then].first);
    const int16_t kept = (extras_.lives[then].*chosen)[at];
    std::fill(out.begin() + static_cast<ptrdiff_t>(then == life ? at : 0), out.end(), kept);
  }
}

void LevelRun::flags(size_t life, plan::NodeId id, std::vector<uint8_t>& out) const {
  const NodeDays& node = buffers_.lives[life].nodes[id];
  out.resize(days(life));
  for (size_t d = 0; d < out.size(); ++d) out[d] = node.valid[d] != 0 && node.value[d] != 0;
}

void LevelRun::fact_days(size_t life) {
  const Population& p = buffers_.population;
  std::vector<uint8_t>& out = extras_.lives[life].fact_day;
  const auto begin = p.fact_day.begin() + static_cast<ptrdiff_t>(offset(life));
  out.assign(begin, begin + static_cast<ptrdiff_t>(days(life)));
  for (size_t d = 0; d < out.size(); ++d) {
    if (status(life, d) == AccountStatus::paused) out[d] = 0;
  }
  const std::span<const uint8_t> below = peers_.hierarchy().facts_below(account_);
  if (below.empty()) return;
  const auto from = static_cast<size_t>(spans_[life].first - peers_.hierarchy().facts_base());
  for (size_t d = 0; d < out.size(); ++d) out[d] |= below[from + d];
}

void LevelRun::conditions(size_t life) {
  const plan::Plan& plan = bound_.plan;
  Scratch::LifeExtras::Life& extra = extras_.lives[life];
  extra.scored.clear();
  if (plan.accounts.when) flags(life, *plan.accounts.when, extra.scored);
  extra.conditions.resize(2 * plan.triggers.size());
  extra.triggers.clear();
  for (size_t t = 0; t < plan.triggers.size(); ++t) {
    std::vector<uint8_t>& when = extra.conditions[2 * t];
    std::vector<uint8_t>& until = extra.conditions[2 * t + 1];
    flags(life, plan.triggers[t].when, when);
    until.clear();
    if (plan.triggers[t].until) flags(life, *plan.triggers[t].until, until);
    extra.triggers.push_back({when, until});
  }
  extra.overrides.clear();
  if (peers_.options().overrides)
    peers_.overrides().find(account_, spans_[life], peers_.facts_until(), extra.overrides);
  extra.arr_micros.clear();
  if (plan.hierarchy.value_weighted.micros == 0 && plan.hierarchy.poor_by_value.micros == 0) return;
  extra.arr_micros.assign(days(life), -1);
  const ContractDays& c = buffers_.population.contracts;
  for (size_t d = 0; c.any && d < days(life); ++d) {
    const size_t at = offset(life) + d;
    if (c.arr_valid[at] != 0) extra.arr_micros[d] = std::llround(c.arr[at] * 1e6);
  }
}

void LevelRun::among(size_t life) {
  Scratch::LifeExtras::Life& extra = extras_.lives[life];
  extra.among.clear();
  if (!peers_.options().among) return;
  const std::vector<plan::Outcome>& outcomes = bound_.plan.outcomes;
  extra.at_risk.resize(outcomes.size());
  for (size_t o = 0; o < outcomes.size(); ++o) {
    extra.at_risk[o].clear();
    if (outcomes[o].among) flags(life, *outcomes[o].among, extra.at_risk[o]);
    extra.among.emplace_back(extra.at_risk[o]);
  }
}

void LevelRun::watched(size_t life) {
  Scratch::LifeExtras::Life& extra = extras_.lives[life];
  extra.watched.clear();
  if (!peers_.options().among) return;
  const std::vector<plan::Watched>& all = bound_.plan.watched;
  extra.watched_days.resize(all.size());
  for (size_t w = 0; w < all.size(); ++w) {
    const NodeDays& node = buffers_.lives[life].nodes[all[w].when];
    std::vector<uint8_t>& out = extra.watched_days[w];
    out.resize(days(life));
    for (size_t d = 0; d < out.size(); ++d) out[d] = node.valid[d] == 0 ? kUnknown : node.value[d] != 0 ? 1 : 0;
    extra.watched.emplace_back(out);
  }
}

// Points of the days whose segment (stage) has a curve of its own.
void LevelRun::other_curves(LifeRun& run, size_t life, const std::vector<plan::Segment>& segments,
                            const std::vector<std::vector<BoundCurve>>& curves, const std::vector<int16_t>& chosen) {
  for (size_t s = 0; s < segments.size(); ++s) {
    for (size_t c = 0; c < segments[s].changes.curves.size(); ++c) {
      if (std::ranges::find(chosen, static_cast<int16_t>(s)) == chosen.end()) break;
      const uint32_t metric = segments[s].changes.curves[c].first;
      extras_.other_points.resize(days(life));
      run.points(metric, curves[s][c], extras_.other_points);
      std::vector<int32_t>& out = buffers_.lives[life].points[metric];
      for (size_t d = 0; d < out.size(); ++d) {
        if (chosen[d] == static_cast<int16_t>(s)) out[d] = extras_.other_points[d];
      }
    }
  }
}

void LevelRun::points(size_t life) {
  Scratch::Buffers::Life& l = buffers_.lives[life];
  const size_t metrics = bound_.plan.metrics.size();
  l.points.resize(metrics);
  l.metrics.resize(metrics);
  LifeRun run = life_run(life);
  for (size_t m = 0; m < metrics; ++m) {
    l.points[m].resize(days(life));
    run.points(m, bound_.curves[m], l.points[m]);
  }
  const Scratch::LifeExtras::Life& extra = extras_.lives[life];
  other_curves(run, life, bound_.plan.segments, bound_.segment_curves, extra.segment);
  other_curves(run, life, bound_.plan.life_stages, bound_.stage_curves, extra.stage);
  for (size_t m = 0; m < metrics; ++m) {
    const NodeDays& node = l.nodes[bound_.plan.metrics[m].node];
    const NodeDays& input = l.nodes[bound_.plan.metrics[m].points_node];
    l.metrics[m] = {node.value, node.valid, l.points[m], {}, input.value, input.valid};
    const std::span<const int32_t> stale = peers_.stale(m);
    if (stale.empty()) continue;
    const auto here = stale.subspan(static_cast<size_t>(spans_[life].first - peers_.stale_first()), days(life));
    if (std::ranges::any_of(here, [](int32_t day) { return day != kNotStale; })) l.metrics[m].stale = here;
  }
}

LifeDays LevelRun::finish(size_t life) {
  Scratch::LifeExtras::Life& extra = extras_.lives[life];
  find_segments(life, bound_.plan.life_stages, &Scratch::LifeExtras::Life::stage);
  points(life);
  fact_days(life);
  conditions(life);
  among(life);
  watched(life);
  LifeDays out;
  out.first = spans_[life].first;
  out.status = std::span(buffers_.population.status).subspan(offset(life), days(life));
  out.fact_day = extra.fact_day;
  out.account_start = buffers_.lives[life].account_start;
  out.metrics = buffers_.lives[life].metrics;
  out.scored = extra.scored;
  out.segment = extra.segment;
  out.stage = extra.stage;
  out.triggers = extra.triggers;
  out.overrides = extra.overrides;
  out.arr_micros = extra.arr_micros;
  out.among = extra.among;
  out.watched = extra.watched;
  return out;
}

}  // namespace kenko::engine
