#include "app/journey.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/account_arr.h"
#include "score/day_parts.h"
#include "score/history.h"

namespace kenko::app {
namespace {

Problem no_stages(const Scoring& scoring) {
  return {"no-stages",
          {},
          fmt::format("the model {} has no stages", scoring.plan().model),
          "say in the model how a customer's way goes; the first stage that holds counts:\n"
          "        stages:\n"
          "          onboarding: {when: 'tenure() < 90'}\n"
          "          renewal:    {when: 'days_to_renewal() <= 90'}\n"
          "          adoption:   {when: 'true'}",
          "",
          Severity::error};
}

bool has_row(engine::AccountStatus status) {
  return status != engine::AccountStatus::none && status != engine::AccountStatus::churned &&
         status != engine::AccountStatus::internal;
}

// The stages of all days of a life, with kNoRow where it has none.
constexpr int kNoRow = -2;
int stage_on(const engine::LifeDays& days, const score::LifeScores& scores, Day day) {
  if (day < days.first || day - days.first >= static_cast<int32_t>(days.size())) return kNoRow;
  const auto at = static_cast<size_t>(day - days.first);
  return has_row(days.status[at]) ? scores.stage[at] : kNoRow;
}

// Position of a stage in the lists of the maker: the model's stages, then those without.
class Maker {
 public:
  explicit Maker(const Scoring& scoring)
      : scoring_(scoring), stages_(scoring.plan().life_stages.size() + 1), days_(stages_.size()) {
    for (size_t i = 0; i < stages_.size(); ++i) {
      if (i < scoring.plan().life_stages.size()) {
        stages_[i].stage = scoring.plan().life_stages[i].name;
        stages_[i].label = scoring.plan().life_stages[i].label;
      }
      const auto& bands = scoring.plan().bands;
      for (auto band = bands.rbegin(); band != bands.rend(); ++band) stages_[i].bands.emplace_back(band->name, 0);
    }
  }

  void add(const score::AccountHistory& history) {
    add_moves(history);
    const score::DayRow row = score::find_day(history, scoring_.as_of());
    if (row.days == nullptr || !has_row(row.scores->status[row.at])) return;
    const size_t i = position(row.scores->stage[row.at]);
    JourneyStage& stage = stages_[i];
    ++stage.accounts;
    if (const auto arr = arr_of(scoring_.portfolio(), row.account, scoring_.as_of())) {
      stage.arr = Decimal{stage.arr.value_or(Decimal{}).micros + arr->micros};
    }
    if (row.scores->stage[row.at] >= 0) days_[i].push_back(score::days_in_stage(*row.days, row.at));
    const int32_t score = row.scores->score[row.at];
    if (score < 0) return;
    ++stage.scored;
    stage.sum_hundredths += score;
    add_band(row, stage);
  }

  [[nodiscard]] std::vector<JourneyStage> finish() && {
    for (size_t i = 0; i < stages_.size(); ++i) {
      std::vector<int32_t>& days = days_[i];
      if (days.empty()) continue;
      const auto middle = days.begin() + static_cast<ptrdiff_t>((days.size() - 1) / 2);
      std::nth_element(days.begin(), middle, days.end());
      stages_[i].median_days = *middle;
    }
    const JourneyStage& none = stages_.back();
    if (none.accounts + none.entered + none.left == 0) stages_.pop_back();
    return std::move(stages_);
  }

 private:
  [[nodiscard]] size_t position(int stage) const { return stage < 0 ? stages_.size() - 1 : static_cast<size_t>(stage); }

  void add_band(const score::DayRow& row, JourneyStage& stage) const {
    const plan::Band* band = score::band_on(scoring_.plan(), *row.scores, row.at);
    if (band == nullptr) return;
    const std::string& name = band->name;
    auto found = std::find_if(stage.bands.begin(), stage.bands.end(), [&](const auto& b) { return b.first == name; });
    if (found == stage.bands.end()) found = stage.bands.insert(stage.bands.end(), {name, 0});
    ++found->second;
  }

  void add_moves(const score::AccountHistory& history) {
    std::vector<uint8_t> came(stages_.size(), 0), went(stages_.size(), 0);
    for (size_t life = 0; life < history.days.size(); ++life) {
      for (Day d = scoring_.as_of() - (kJourneyDays - 1); d <= scoring_.as_of(); ++d) {
        const int then = stage_on(history.days[life], history.scores[life], d - 1);
        const int now = stage_on(history.days[life], history.scores[life], d);
        if (then == now) continue;
        if (now != kNoRow) came[position(now)] = 1;
        if (then != kNoRow) went[position(then)] = 1;
      }
    }
    for (size_t i = 0; i < stages_.size(); ++i) {
      stages_[i].entered += came[i];
      stages_[i].left += went[i];
    }
  }

  const Scoring& scoring_;
  std::vector<JourneyStage> stages_;
  std::vector<std::vector<int32_t>> days_;
};

void add_spans(const plan::Plan& plan, const engine::LifeDays& days, const score::LifeScores& scores, int life,
               Day as_of, std::vector<StageSpan>& out) {
  int before = kNoRow;
  for (size_t at = 0; at < days.size(); ++at) {
    const Day day = days.first + static_cast<int32_t>(at);
    const int stage = stage_on(days, scores, day);
    if (stage != kNoRow && stage != before) {
      StageSpan& span = out.emplace_back();
      span.life = life;
      if (stage >= 0) span.stage = plan.life_stages[static_cast<size_t>(stage)].name;
      span.first = day;
      span.score_first = scores.score[at];
    }
    if (stage != kNoRow) {
      out.back().last = day;
      out.back().open = day == as_of;
      out.back().score_last = scores.score[at];
    }
    before = stage;
  }
}

}  // namespace

Result<Journey> view_journey(const Scoring& scoring) {
  if (scoring.plan().life_stages.empty()) return no_stages(scoring);
  Maker maker(scoring);
  score::for_each_account(scoring.engine(), scoring.as_of(), scoring.threads(), {},
                          [&](const score::AccountHistory& history) { maker.add(history); });
  return Journey{scoring.as_of(), scoring.plan().model, std::move(maker).finish()};
}

Result<std::vector<StageSpan>> view_journey(const Scoring& scoring, uint32_t account) {
  if (scoring.plan().life_stages.empty()) return no_stages(scoring);
  std::vector<StageSpan> out;
  const std::array<uint32_t, 1> one{account};
  score::for_each_account(scoring.engine(), scoring.as_of(), 1, one, [&](const score::AccountHistory& history) {
    for (size_t life = 0; life < history.days.size(); ++life)
      add_spans(scoring.plan(), history.days[life], history.scores[life], static_cast<int>(life) + 1, scoring.as_of(),
                out);
  });
  return out;
}

}  // namespace kenko::app
