#include "plays/follow.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "base/check.h"

namespace kenko::plays {
namespace {

using alerts::AccountDay;
using alerts::ClosedDay;
using alerts::Truth;

constexpr double kPoint = 100, kUnit = 1e6;  // hundredths of a point, millionths of the currency
constexpr std::string_view kChurned = "churned";

std::optional<double> amount(int64_t arr) {
  return arr == alerts::kNoAmount ? std::nullopt : std::optional(static_cast<double>(arr) / kUnit);
}

}  // namespace

Follow::Follow(const Plays& plays, size_t play, int32_t horizon_days)
    : plays_(plays), play_(play), horizon_days_(horizon_days) {
  KENKO_CHECK(play < plays.all.size() && horizon_days >= 1, "play {} over {} days", play, horizon_days);
}

// A day that was not closed leaves a gap of its own.
void Follow::keep_score(Day day, int32_t score, Track& track) {
  while (!track.scores.empty() && track.scores_until + 1 < day) {
    track.scores.push_back(alerts::kNone);
    ++track.scores_until;
    if (track.scores.size() > kChangeDays + 1) track.scores.erase(track.scores.begin());
  }
  track.scores.push_back(score);
  track.scores_until = day;
  if (track.scores.size() > kChangeDays + 1) track.scores.erase(track.scores.begin());
}

// From the first of the days that is known.
std::optional<double> Follow::change_before(const Track& track) {
  if (track.scores.empty() || track.scores.back() == alerts::kNone) return std::nullopt;
  const auto first =
      std::find_if(track.scores.begin(), track.scores.end() - 1, [](int32_t score) { return score != alerts::kNone; });
  if (first == track.scores.end() - 1) return std::nullopt;
  return (track.scores.back() - *first) / kPoint;
}

std::optional<Arm> Follow::arm_of(const ClosedDay& day, const AccountDay& row, const DayView& view, const State* state,
                                  const Track& track) const {
  const std::string& name = plays_.all[play_].name;
  bool had_it = false;
  if (state != nullptr) {
    const auto of = state->accounts.find(day.text(row.account));
    if (of != state->accounts.end()) {
      for (const Enrolment& enrolment : of->second.enrolments) {
        if (enrolment.play != name) continue;
        if (enrolment.from == day.day) return enrolment.arm;
        had_it = true;
      }
    }
  }
  const bool soon = track.last && day.day - *track.last < kApart;
  if (had_it || soon || view.begins(play_, row) != Truth::yes) return std::nullopt;
  return Arm::none;
}

void Follow::begin(const ClosedDay& day, const AccountDay& row, Arm arm, Track& track) {
  EffectRow out;
  out.account = row.account;
  out.top_parent = row.top_parent;
  out.day = day.day;
  out.arm = arm;
  out.segment = row.segment;
  if (row.score != alerts::kNone) out.score = row.score / kPoint;
  out.change_before = change_before(track);
  out.arr_before = amount(row.arr);
  out.arr_after = out.arr_before;
  if (out.score) out.score_change = 0;
  track.open.push_back(rows_.size());
  track.last = day.day;
  rows_.push_back(out);
}

void Follow::go_on(Day day, const AccountDay* row, bool left, Track& track) {
  for (const size_t at : track.open) {
    EffectRow& out = rows_[at];
    if (day - out.day > horizon_days_) continue;
    if (left) {
      out.churned = true;
      if (out.arr_after) out.arr_after = 0;
    } else {
      if (row->score != alerts::kNone && out.score) out.score_change = row->score / kPoint - *out.score;
      if (const auto arr = amount(row->arr)) out.arr_after = arr;
    }
    if (day - out.day == horizon_days_) out.complete = true;
  }
  // A row of who left is settled when its horizon is over all the same: both arms wait equally long.
  std::erase_if(track.open, [&](size_t at) { return rows_[at].complete || day - rows_[at].day > horizon_days_; });
}

void Follow::close(const ClosedDay& day, const OpenAlerts& alerts, const State* state) {
  const DayView view(plays_, day, alerts);
  std::unordered_set<uint32_t> there;
  for (const AccountDay& row : day.accounts) {
    const bool left = day.text(row.status) == kChurned;
    if (!left) there.insert(row.account);
    Track& track = tracks_[row.account];
    if (left) continue;
    keep_score(day.day, row.score, track);
    go_on(day.day, &row, false, track);
    if (const auto arm = arm_of(day, row, view, state, track)) begin(day, row, *arm, track);
  }
  for (auto& [account, track] : tracks_) {
    if (!track.open.empty() && there.count(account) == 0) go_on(day.day, nullptr, true, track);
  }
}

std::vector<EffectRow> Follow::rows() const {
  std::vector<EffectRow> out = rows_;
  std::sort(out.begin(), out.end(), [](const EffectRow& a, const EffectRow& b) {
    return std::tie(a.account, a.day) < std::tie(b.account, b.day);
  });
  return out;
}

}  // namespace kenko::plays
