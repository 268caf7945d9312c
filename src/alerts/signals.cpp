#include "alerts/signals.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace kenko::alerts {
namespace {

void count(Streak& streak, const Rule& rule, const Signal& signal, bool fresh) {
  if (signal.truth == Truth::unknown) return;
  if (signal.truth == Truth::no) {
    streak.own = false;
    ++streak.no;
    // What fires goes on through a few better days.
    if (streak.no >= rule.clear_after) streak.fires = false;
    if (!streak.fires) streak.yes = 0, streak.fresh = false;
    return;
  }
  ++streak.yes;
  streak.no = 0;
  streak.fresh = streak.fresh || fresh;
  streak.own = signal.own;
  streak.last = signal;
  if (streak.yes >= rule.fire_after) streak.fires = true;
}

Truth truth_of(bool yes) { return yes ? Truth::yes : Truth::no; }

}  // namespace

int32_t longest_look(const Rules& rules) {
  int32_t out = kUrgencyDays;
  for (const Rule& r : rules.rules) {
    if (r.kind == Kind::fall || r.kind == Kind::band) out = std::max(out, r.within_days);
    if (r.kind == Kind::baseline) out = std::max(out, r.within_days + kBaselineRecentDays);
  }
  return out;
}

const Streak& AccountTrack::streak(size_t slot) const {
  static const Streak kNever;
  return slot < streaks_.size() ? streaks_[slot] : kNever;
}

Signal AccountTrack::fallen(int32_t within) const {
  const Row& now = rows_.back();
  Signal out;
  out.value = now.score;
  out.since = now.day;
  // What was summed up to the day before the first row is 0.
  int64_t start = 0;
  std::optional<int64_t> most;
  Day since = now.day - within;
  int32_t score = kNone;
  for (const Row& r : rows_) {
    if (r.day >= now.day) break;
    if (r.day <= now.day - within) {
      start = r.own_sum;
      score = r.score;
      continue;
    }
    if (!most) {
      most = start - now.own_sum;
      out.since = since;
      out.before = score;
    }
    if (r.own_sum - now.own_sum <= *most) continue;
    most = r.own_sum - now.own_sum;
    out.since = r.day;
    out.before = r.score;
  }
  if (!most) {
    most = start - now.own_sum;
    out.since = since;
    out.before = score;
  }
  out.part = static_cast<int32_t>(-*most);
  out.truth = Truth::no;
  return out;
}

Signal AccountTrack::below(int32_t limit, Above& above) const {
  const Row& now = rows_.back();
  Signal out;
  if (now.score == kNone) return out;
  out.value = now.score;
  out.truth = truth_of(now.score < limit);
  if (out.truth == Truth::no) {
    above = {now.day, now.score, now.own_sum};
    return out;
  }
  if (above.score == kNone) {
    return out;  // it was never better: its streak says whether it began on a fresh day
  }
  out.before = above.score;
  out.since = above.day;
  out.part = static_cast<int32_t>(now.own_sum - above.own_sum);
  out.own = above.score + out.part < limit;
  return out;
}

Signal AccountTrack::departed(const Rule& rule) const {
  const Day today = rows_.back().day;
  double recent = 0, sum = 0, squares = 0;
  int days = 0, base = 0;
  std::vector<double> values;
  for (const Row& r : rows_) {
    const auto z = static_cast<double>(r.own_sum);
    if (r.day > today - kBaselineRecentDays) {
      recent += z;
      ++days;
    } else if (r.day > today - kBaselineRecentDays - rule.within_days) {
      values.push_back(z);
      sum += z;
      ++base;
    }
  }
  Signal out;
  if (base < kBaselineFewestRows) return out;
  const double mean = sum / base;
  for (const double z : values) squares += (z - mean) * (z - mean);
  const double deviation = std::sqrt(squares / (base - 1));
  const double now = recent / days;
  out.truth = truth_of(now < mean - std::max(rule.deviations * deviation, static_cast<double>(kLeastDeparture)));
  out.part = static_cast<int32_t>(std::lround(now - mean));
  out.value = rows_.back().score;
  out.since = today - kBaselineRecentDays - rule.within_days + 1;
  return out;
}

Signal AccountTrack::band_lost(int32_t within) const {
  const Row& now = rows_.back();
  Signal out;
  if (now.band_place < 0) return out;
  const Row* best = nullptr;
  for (const Row& r : rows_) {
    if (r.day < now.day - within || r.day >= now.day || r.model != now.model || r.band_place < 0) continue;
    if (best == nullptr || r.band_place >= best->band_place) best = &r;
  }
  out.truth = truth_of(best != nullptr && best->band_place > now.band_place);
  if (out.truth == Truth::no) return out;
  out.value = now.score;
  out.before = best->score;
  out.since = best->day;
  out.part = static_cast<int32_t>(now.own_sum - best->own_sum);
  const int32_t down = best->score == kNone || now.score == kNone ? 0 : best->score - now.score;
  out.own = out.part < 0 && -2 * out.part >= down;
  return out;
}

void Signals::find_slots(const Rules& rules) {
  slots_of_rules_.assign(rules.rules.size() * kLevels, 0);
  for (size_t r = 0; r < rules.rules.size(); ++r) {
    const Rule& rule = rules.rules[r];
    for (const Level level : kAllLevels) {
      PartsHash hash;
      hash.add(rule.meaning().hex());
      if (rule.kind == Kind::level) hash.add(static_cast<int64_t>(level)).add(rules.at(level).below_hundredths);
      const Hash128 meaning = hash.hash();
      auto at = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.meaning == meaning; });
      if (at == slots_.end()) at = slots_.insert(slots_.end(), {meaning, day_});
      slots_of_rules_[r * kLevels + static_cast<size_t>(level)] = static_cast<size_t>(at - slots_.begin());
    }
  }
}

void Signals::advance(const Rules& rules, const ClosedDay& day, std::span<const uint8_t> quiet) {
  day_ = day.day;
  other_model_ = !model_ || *model_ != day.model;
  model_ = day.model;
  find_slots(rules);
  longest_ = std::max(longest_, longest_look(rules));
  for (size_t i = 0; i < day.accounts.size(); ++i) row(rules, day, day.accounts[i], quiet[i] != 0);
  look_at_sources(rules, day);
}

void Signals::row(const Rules& rules, const ClosedDay& day, const AccountDay& row, bool quiet) {
  AccountTrack& track = accounts_[row.account];
  const int64_t before = track.rows_.empty() ? 0 : track.rows_.back().own_sum;
  const int64_t own = row.explained && !quiet ? row.own_change : 0;
  track.rows_.push_back({day.day, before + own, row.score, row.band_place, day.model});
  // One row at or before the window stays: what was summed up to its beginning.
  const Day oldest = day.day - longest_;
  size_t drop = 0;
  while (drop + 1 < track.rows_.size() && track.rows_[drop + 1].day <= oldest) ++drop;
  if (drop > 16) track.rows_.erase(track.rows_.begin(), track.rows_.begin() + static_cast<ptrdiff_t>(drop));
  track.last = row;
  track.last_day = day.day;
  track.fall = std::max(0, -track.fallen(kUrgencyDays).part);
  track.streaks_.resize(slots_.size());
  track.above_.resize(slots_.size());
  for (size_t r = 0; r < rules.rules.size(); ++r) {
    const Rule& rule = rules.rules[r];
    if (rule.kind == Kind::silent) continue;
    for (const Level level : kAllLevels) {
      if (rule.kind != Kind::level && level != Level::warning) break;
      const size_t at = slot(r, level);
      count(track.streaks_[at], rule, look(rule, at, level, rules, day, quiet, track), fresh(at));
    }
  }
}

Signal Signals::look(const Rule& rule, size_t slot, Level level, const Rules& rules, const ClosedDay& day, bool quiet,
                     AccountTrack& track) const {
  const AccountDay& row = track.last;
  Signal out;
  switch (rule.kind) {
    case Kind::level:
      return track.below(rules.at(level).below_hundredths, track.above_[slot]);
    case Kind::fall:
      out = track.fallen(rule.within_days);
      out.truth = quiet ? Truth::unknown : truth_of(-out.part >= rule.points);
      return out;
    case Kind::baseline:
      return quiet ? out : track.departed(rule);
    case Kind::trigger:
      // A name that no model of the workspace knows never holds.
      out.truth = truth_of(std::any_of(row.triggers.begin(), row.triggers.end(),
                                       [&](uint32_t t) { return rule.trigger == day.text(t); }));
      return out;
    case Kind::band:
      return track.band_lost(rule.within_days);
    case Kind::condition: {
      const auto found = std::find(day.conditions.begin(), day.conditions.end(), rule.name);
      const auto at = static_cast<size_t>(found - day.conditions.begin());
      if (!quiet && at < row.conditions.size()) out.truth = row.conditions[at];
      return out;
    }
    case Kind::renewal: {
      out = track.below(rule.below, track.above_[slot]);
      const bool near =
          row.renewal != kNone && row.renewal >= day.day.number && row.renewal <= day.day.number + rule.within_days;
      if (out.truth == Truth::yes && !near) out.truth = Truth::no;
      return out;
    }
    case Kind::insufficient:
      if (row.stale_sources.empty()) out.truth = truth_of(day.text(row.state) == "insufficient");
      return out;
    case Kind::silent:
    case Kind::storm:
      break;
  }
  return out;
}

void Signals::look_at_sources(const Rules& rules, const ClosedDay& day) {
  std::vector<uint32_t> stale;
  for (const AccountDay& row : day.accounts)
    stale.insert(stale.end(), row.stale_sources.begin(), row.stale_sources.end());
  std::sort(stale.begin(), stale.end());
  stale.erase(std::unique(stale.begin(), stale.end()), stale.end());
  for (size_t r = 0; r < rules.rules.size(); ++r) {
    if (rules.rules[r].kind != Kind::silent) continue;
    const size_t at = slot(r);
    std::map<uint32_t, Streak>& streaks = sources_[at];
    for (const uint32_t source : stale) streaks.try_emplace(source);
    for (auto& [source, streak] : streaks) {
      Signal signal;
      signal.truth = truth_of(std::binary_search(stale.begin(), stale.end(), source));
      count(streak, rules.rules[r], signal, fresh(at));
    }
  }
}

const std::map<uint32_t, Streak>& Signals::sources(size_t rule) const {
  static const std::map<uint32_t, Streak> kNever;
  const auto found = sources_.find(slot(rule));
  return found == sources_.end() ? kNever : found->second;
}

}  // namespace kenko::alerts
