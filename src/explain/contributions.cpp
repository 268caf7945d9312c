#include "explain/contributions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/check.h"
#include "explain/split.h"
#include "score/day_parts.h"

namespace kenko::explain {
namespace {

constexpr int64_t kMicrosPerHundredth = 10'000;
constexpr int32_t kHighest = 10'000;  // hundredths

void add_parts(const plan::Plan& plan, const score::DayRow& row, Explanation& e) {
  const score::Weights weights = score::weights_on(plan, e.segment, e.stage);
  for (const int64_t w : weights.dimension) e.groups.emplace_back().weight_micros = w;
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (!plan.metrics[m].dimension) continue;
    const engine::MetricDays& days = row.days->metrics[m];
    const score::MetricPoints p = score::points_on(plan.metrics[m], days, row.days->first, row.at);
    Part part;
    part.metric = m;
    if (days.valid[row.at] != 0) part.value = days.value[row.at];
    if (p.points != engine::kNoPoints) part.points = p.points;
    part.evidence = p.evidence;
    part.stale = p.stale;
    part.from = p.from;
    part.weight_micros = weights.metric[m];
    e.parts.push_back(part);
  }
  split_score(plan, e);
}

// Triggers with points, whose sum may have to be held within 0 and 100: those of the sum's sign share what is left.
void hold(std::vector<TriggerLine>& lines, int32_t before) {
  int32_t sum = 0;
  for (const TriggerLine& t : lines) sum += t.points_hundredths;
  const int32_t left = std::clamp(before + sum, 0, kHighest) - before;
  if (left == sum) return;
  int32_t others = 0;
  std::vector<size_t> same;
  std::vector<Int128> weights;
  for (size_t i = 0; i < lines.size(); ++i) {
    const int32_t points = lines[i].points_hundredths;
    if (points == 0) continue;
    if ((points > 0) == (sum > 0)) {
      same.push_back(i);
      weights.push_back(std::abs(points));
    } else {
      others += points;
    }
  }
  const std::vector<int64_t> parts = apportion(std::abs(left - others), weights);
  for (size_t k = 0; k < same.size(); ++k) {
    lines[same[k]].line_hundredths = static_cast<int32_t>(sum > 0 ? parts[k] : -parts[k]);
  }
}

void add_triggers(const plan::Plan& plan, const score::DayRow& row, Explanation& e) {
  int32_t lowest = INT32_MAX;
  for (const score::ActiveTrigger& t : score::active_triggers(plan, *row.days, row.at)) {
    if (t.cap_hundredths && *t.cap_hundredths < lowest) {
      lowest = *t.cap_hundredths;
      e.capped_by = t.trigger;
    }
    e.triggers.push_back({t.trigger, t.starts, t.points_hundredths, t.points_hundredths, t.cap_hundredths});
  }
  hold(e.triggers, std::max(e.rolled_up, 0) + e.hierarchy);
}

void add_children(const plan::Plan& plan, const score::DayRow& row, Explanation& e) {
  if (!plan.hierarchy.uses_children()) return;
  HierarchyPart& part = e.from_children.emplace();
  if (row.children != nullptr) row.children->find(row.account, row.day, part.children);
  std::optional<int32_t> own;
  if (e.rolled_up >= 0) own = e.rolled_up;
  part.parts = score::parts_of(plan.hierarchy, own, part.children);
}

}  // namespace

std::vector<int64_t> apportion(int64_t total, const std::vector<Int128>& weights) {
  KENKO_CHECK(total >= 0, "total {}", total);
  std::vector<int64_t> parts(weights.size(), 0);
  const Int128 sum = std::accumulate(weights.begin(), weights.end(), Int128{0});
  if (sum <= 0) return parts;
  std::vector<Int128> remainder(weights.size());
  int64_t left = total;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Int128 exact = static_cast<Int128>(total) * weights[i];
    const Int128 floor = divide_floor(exact, sum);
    parts[i] = static_cast<int64_t>(floor);
    remainder[i] = exact - floor * sum;
    left -= parts[i];
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return remainder[a] > remainder[b]; });
  for (size_t k = 0; k < static_cast<size_t>(left); ++k) ++parts[order[k]];
  return parts;
}

Explanation explain_day(const plan::Plan& plan, const score::DayRow& row) {
  Explanation e;
  e.day = row.day;
  if (row.days == nullptr) return e;
  const score::LifeScores& s = *row.scores;
  e.state = s.state[row.at];
  e.status = s.status[row.at];
  e.segment = s.segment[row.at];
  e.stage = s.stage[row.at];
  e.days_in_stage = score::days_in_stage(*row.days, row.at);
  e.score = s.score[row.at];
  e.computed = s.computed[row.at];
  e.rolled_up = s.rolled_up[row.at];
  e.hierarchy = s.hierarchy[row.at];
  e.cap = s.cap[row.at];
  e.silence = s.silence[row.at];
  e.override_line = s.override_line[row.at];
  e.coverage = s.coverage[row.at];
  e.band = s.band[row.at];
  e.band_list = s.band_list[row.at];
  for (const auto& d : s.dimension) e.dimension.push_back(d[row.at]);
  add_parts(plan, row, e);
  if (e.state != score::State::scored) return e;
  add_children(plan, row, e);
  add_triggers(plan, row, e);
  if (!row.days->overrides.empty()) e.override_in_force = row.days->overrides[row.at];
  return e;
}

const plan::Band* band_of(const plan::Plan& plan, const Explanation& e) {
  return e.band < 0 ? nullptr : &score::bands_of(plan, e.band_list)[static_cast<size_t>(e.band)];
}

std::vector<Line> lines_of(const plan::Plan& plan, const Explanation& e) {
  std::vector<Line> out;
  if (e.state != score::State::scored) return out;
  std::vector<bool> started(plan.dimensions.size(), false);
  const auto start = [&](uint32_t d) {
    if (started[d]) return;
    started[d] = true;
    if (e.groups[d].start) out.push_back({Line::Kind::start, d, *e.groups[d].start});
  };
  for (const Part& p : e.parts) {
    start(*plan.metrics[p.metric].dimension);
    out.push_back({Line::Kind::metric, p.metric, p.contribution});
  }
  for (uint32_t d = 0; d < plan.dimensions.size(); ++d) start(d);  // those with nested dimensions alone
  const auto rule = [&out](Line::Kind kind, uint32_t position, int32_t hundredths) {
    if (hundredths != 0) out.push_back({kind, position, hundredths * kMicrosPerHundredth});
  };
  rule(Line::Kind::hierarchy, 0, e.hierarchy);
  for (const TriggerLine& t : e.triggers) rule(Line::Kind::trigger, t.trigger, t.line_hundredths);
  rule(Line::Kind::cap, 0, e.cap);
  rule(Line::Kind::silence, 0, e.silence);
  rule(Line::Kind::override_, 0, e.override_line);
  return out;
}

std::string name_of(const plan::Plan& plan, const Line& line) {
  switch (line.kind) {
    case Line::Kind::start:
      return "start of " + plan.dimensions[line.position].name;
    case Line::Kind::metric:
      return plan.metrics[line.position].name;
    case Line::Kind::hierarchy:
      return "hierarchy";
    case Line::Kind::trigger:
      return "trigger " + plan.triggers[line.position].name;
    case Line::Kind::cap:
      return "cap";
    case Line::Kind::silence:
      return "silence";
    case Line::Kind::override_:
      break;
  }
  return "override";
}

std::optional<Change> change_between(const Explanation& before, const Explanation& after) {
  if (before.state != score::State::scored || after.state != score::State::scored) return std::nullopt;
  KENKO_CHECK(before.parts.size() == after.parts.size(), "{} and {} parts", before.parts.size(), after.parts.size());
  Change out;
  const auto change = [](int32_t then, int32_t now) { return (now - then) * kMicrosPerHundredth; };
  out.total = change(before.score, after.score);
  out.hierarchy = change(before.hierarchy, after.hierarchy);
  out.cap = change(before.cap, after.cap);
  out.silence = change(before.silence, after.silence);
  out.override_line = change(before.override_line, after.override_line);
  for (size_t i = 0; i < after.parts.size(); ++i) {
    out.by_metric.emplace_back(after.parts[i].metric, after.parts[i].contribution - before.parts[i].contribution);
  }
  for (uint32_t d = 0; d < after.groups.size(); ++d) {
    const auto& then = before.groups[d].start;
    const auto& now = after.groups[d].start;
    if (then || now) out.by_start.emplace_back(d, now.value_or(0) - then.value_or(0));
  }
  std::map<uint32_t, int32_t> triggers;
  for (const TriggerLine& t : before.triggers) triggers[t.trigger] -= t.line_hundredths;
  for (const TriggerLine& t : after.triggers) triggers[t.trigger] += t.line_hundredths;
  for (const auto& [trigger, hundredths] : triggers)
    out.by_trigger.emplace_back(trigger, hundredths * kMicrosPerHundredth);
  return out;
}

}  // namespace kenko::explain
