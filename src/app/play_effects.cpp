#include "app/play_effects.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "plays/power.h"

namespace kenko::app {
namespace {

using report::Align;
using report::Cell;

constexpr int kMaxWidth = 28;
constexpr int kSentence = -1;
constexpr int32_t kQuarterDays = 91;

enum class Unit : uint8_t { points, share };

Cell number(const std::optional<double>& value, Unit unit, bool with_sign) {
  if (!value) return {};
  const std::string text = unit == Unit::points ? fmt::format("{:.1f}", *value) : fmt::format("{:.1f} %", *value * 100);
  return {*value, report::Tone::plain, with_sign && *value > 0 ? "+" + text : text};
}

Sentence says(const plays::PlayEffect& effect, const plays::Measured& measured) {
  if (effect.basis == plays::Basis::nothing) return "too few: nobody to compare with";
  if (!measured.too_few.english().empty()) return measured.too_few;
  if (effect.basis == plays::Basis::held_out)
    return measured.claimed() ? "an effect: the lot alone decided who had the play"
                              : "no effect to be seen: the interval holds 0";
  return measured.claimed() ? "weaker: compared with accounts alike in what is known; they may differ in what is not"
                            : "no effect to be seen, against accounts alike (weaker than a hold-out)";
}

const char* basis_text(plays::Basis basis) {
  switch (basis) {
    case plays::Basis::held_out:
      return "held out";
    case plays::Basis::matched:
      return "matched";
    case plays::Basis::nothing:
      return "nothing";
  }
  return "nothing";
}

}  // namespace

PlayFollows::PlayFollows(const plays::Plays& all, const std::vector<size_t>& which, int32_t horizon_days) {
  for (const size_t at : which) follows_.emplace_back(all, at, horizon_days);
}

DayWatcher PlayFollows::watcher() {
  return [this](const Acting& acting, const alerts::ClosedDay& day) {
    for (plays::Follow& follow : follows_) follow.close(day, acting.plays.open_alerts(), &acting.plays.state());
  };
}

report::Section effect_section(int32_t horizon_days) {
  report::Section out{"effects", say("What plays did in the {} days after they began", horizon_days), {}};
  out.table.columns = {{"play", "Play", Align::left, kMaxWidth, false},
                       {"outcome", "Outcome", Align::left, 0, false},
                       {"basis", "Against", Align::left, 0, false},
                       {"treated", "Treated", Align::right, 0, false},
                       {"compared", "Compared", Align::right, 0, false},
                       {"waiting", "Waiting", Align::right, 0, false},
                       {"treated_mean", "With", Align::right, 0, false},
                       {"compared_mean", "Without", Align::right, 0, false},
                       {"effect", "Effect", Align::right, 0, false},
                       {"low", "From", Align::right, 0, false},
                       {"high", "To", Align::right, 0, false},
                       {"says", "What it says", Align::left, kSentence, false},
                       {"treated_parents", "Treated parents", Align::right, 0, true},
                       {"compared_parents", "Compared parents", Align::right, 0, true},
                       {"claimed", "Claimed", Align::left, 0, true}};
  out.note = "score in points; churn and ARR in percent, of accounts and of the ARR before; intervals of 95 %";
  return out;
}

void add_effect(const std::string& play, const std::vector<plays::EffectRow>& rows, uint64_t seed,
                report::Section& section) {
  const plays::PlayEffect effect = plays::effect_of(rows, seed);
  const auto add = [&](const char* outcome, const plays::Measured& m, Unit unit) {
    const Sentence sentence = says(effect, m);
    const bool told = m.effect.low.has_value();
    section.table.rows.push_back({{std::string(play)},
                                  {std::string(outcome)},
                                  {std::string(basis_text(effect.basis))},
                                  {m.treated},
                                  {m.compared},
                                  {effect.waiting},
                                  number(m.treated_mean, unit, false),
                                  number(m.compared_mean, unit, false),
                                  told ? number(m.effect.value, unit, true) : Cell{},
                                  told ? number(m.effect.low, unit, true) : Cell{},
                                  told ? number(m.effect.high, unit, true) : Cell{},
                                  {sentence.english(), report::Tone::plain, "", sentence},
                                  {m.treated_parents},
                                  {m.compared_parents},
                                  {m.claimed()}});
  };
  add("score", effect.score, Unit::points);
  add("churn", effect.churn, Unit::share);
  add("arr", effect.arr, Unit::share);
}

report::Section power_section(const std::vector<plays::EffectRow>& past, Day last, double share, int32_t horizon_days) {
  std::vector<plays::EffectRow> complete;
  std::set<uint32_t> parents;
  for (const plays::EffectRow& row : past) {
    if (row.complete) complete.push_back(row);
    if (last - row.day < kQuarterDays) parents.insert(row.top_parent);
  }
  const plays::Detectable found = plays::detectable(complete, std::ssize(parents), share);
  report::Section out{
      "hold_out",
      say("The smallest effects that a hold-out of {} would find in a quarter", fmt::format("{:g} %", share * 100)),
      {}};
  out.note = say("{} top parents with the play and {} without, outcomes over {} days, 80 % power, 5 % two-sided",
                 found.treated_parents, found.held_out_parents, horizon_days);
  out.table.columns = {{"outcome", "Outcome", Align::left, 0, false},
                       {"smallest", "Smallest effect", Align::right, 0, false},
                       {"says", "What it says", Align::left, kSentence, false}};
  const auto add = [&](const char* outcome, const std::optional<double>& smallest, Unit unit, Sentence words) {
    const Sentence sentence = smallest ? std::move(words) : "nothing can be promised: too few, or too little is known";
    out.table.rows.push_back({{std::string(outcome)},
                              number(smallest, unit, false),
                              {sentence.english(), report::Tone::plain, "", sentence}});
  };
  add("score", found.score, Unit::points, "points");
  add("churn", found.churn, Unit::share,
      found.churn_now ? say("a fall of the share that leaves, now {}", fmt::format("{:.1f} %", *found.churn_now * 100))
                      : Sentence());
  add("arr", found.arr, Unit::share, "of the ARR before");
  return out;
}

}  // namespace kenko::app
