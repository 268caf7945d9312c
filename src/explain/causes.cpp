#include "explain/causes.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "score/history.h"

namespace kenko::explain {
namespace {

using engine::Engine;
using score::kNoScore;

// Scores in hundredths of the accounts that are asked for, by account, then day; kNoScore = none.
using Scores = std::vector<int32_t>;

// Scores with everything, without overrides, and without triggers either.
struct Layers {
  Scores all, no_override, bare;
};

class Splitter {
 public:
  Splitter(const Ends& ends, Day from, std::span<const Day> to, std::span<const uint32_t> accounts, int threads)
      : ends_(ends), from_{from}, to_(to), accounts_(accounts.begin(), accounts.end()), threads_(threads) {
    KENKO_CHECK(&ends.before_now->portfolio() == &ends.after->portfolio(), "two portfolios of what is known now");
    for (const Day day : to) KENKO_CHECK(day >= from, "{} is before {}", day.iso(), from.iso());
    if (!accounts_.empty()) return;
    accounts_.resize(ends.after->portfolio().accounts.size());
    std::iota(accounts_.begin(), accounts_.end(), 0U);
  }

  [[nodiscard]] std::vector<std::optional<Causes>> run() const {
    if (accounts_.empty() || to_.empty()) return std::vector<std::optional<Causes>>(accounts_.size() * to_.size());
    const std::span<const Day> from(from_);
    const auto [then, now] = both_ends();
    const Engine& known = *ends_.before_now;
    const Scores data = &known == ends_.before ? then.bare : scores(known, from, bare());
    engine::RunOptions frozen = bare();
    frozen.freeze_after = from_.front();
    engine::RunOptions cut = frozen;
    cut.facts_until = from_.front();
    const Scores time = scores(known, to_, cut);
    const Scores membership = &known == ends_.after ? now.bare : scores(known, to_, bare());
    const Scores behaviour = can_freeze(known) ? scores(known, to_, frozen) : membership;
    std::vector<std::optional<Causes>> out;
    for (size_t a = 0; a < accounts_.size(); ++a) {
      for (size_t t = 0; t < to_.size(); ++t) {
        const size_t i = a * to_.size() + t;
        auto& causes = out.emplace_back();
        if (then.all[a] == kNoScore || now.all[i] == kNoScore) continue;
        KENKO_CHECK(then.bare[a] != kNoScore && now.bare[i] != kNoScore, "rules made a score of {}", accounts_[a]);
        causes.emplace();
        causes->from = then.all[a];
        causes->to = now.all[i];
        chain(then.bare[a], {data[a], time[i], behaviour[i], membership[i], now.bare[i]}, *causes);
        const auto of_rules = [&](Cause cause, int32_t before, int32_t after) {
          causes->part[static_cast<size_t>(cause)] = after - before;
        };
        of_rules(Cause::trigger, then.no_override[a] - then.bare[a], now.no_override[i] - now.bare[i]);
        of_rules(Cause::override_, then.all[a] - then.no_override[a], now.all[i] - now.no_override[i]);
      }
    }
    return out;
  }

 private:
  [[nodiscard]] static engine::RunOptions bare() {
    engine::RunOptions out;
    out.triggers = false;
    out.overrides = false;
    return out;
  }

  // There is a segment, a stage or a parent, so that freezing them may matter.
  [[nodiscard]] static bool can_freeze(const Engine& engine) {
    const plan::Plan& plan = engine.plan();
    return !plan.segments.empty() || !plan.life_stages.empty() || engine.portfolio().texts.find("parent") != 0;
  }

  // The first and the other days; of one engine they come from the same histories.
  [[nodiscard]] std::pair<Layers, Layers> both_ends() const {
    if (ends_.before != ends_.after) return {layers(*ends_.before, from_), layers(*ends_.after, to_)};
    std::vector<Day> days(from_.begin(), from_.end());
    days.insert(days.end(), to_.begin(), to_.end());
    const Layers all = layers(*ends_.after, days);
    std::pair<Layers, Layers> out;
    const auto divide = [&](const Scores& both, Scores& then, Scores& now) {
      for (size_t i = 0; i < both.size(); ++i) (i % days.size() == 0 ? then : now).push_back(both[i]);
    };
    divide(all.all, out.first.all, out.second.all);
    divide(all.no_override, out.first.no_override, out.second.no_override);
    divide(all.bare, out.first.bare, out.second.bare);
    return out;
  }

  // A step without a score changes nothing: the next one that has a score starts from the last one that had.
  static void chain(int32_t score, const std::array<int32_t, 5>& steps, Causes& out) {
    for (size_t i = 0; i < steps.size(); ++i) {
      if (steps[i] == kNoScore) continue;
      out.part[i] = steps[i] - score;
      score = steps[i];
    }
  }

  [[nodiscard]] Layers layers(const Engine& engine, std::span<const Day> days) const {
    Layers out;
    out.all = scores(engine, days, {});
    engine::RunOptions no_override;
    no_override.overrides = false;
    const bool overrides = engine.portfolio().texts.find("override.set") != 0;
    out.no_override = overrides ? scores(engine, days, no_override) : out.all;
    out.bare = engine.plan().triggers.empty() ? out.no_override : scores(engine, days, bare());
    return out;
  }

  [[nodiscard]] Scores scores(const Engine& engine, std::span<const Day> days,
                              const engine::RunOptions& options) const {
    Scores out(accounts_.size() * days.size(), kNoScore);
    const std::vector<size_t> place = places(engine);
    std::vector<uint32_t> asked;
    for (uint32_t a = 0; a < place.size(); ++a) {
      if (place[a] != accounts_.size()) asked.push_back(a);
    }
    if (asked.empty()) return out;
    const Day last = *std::max_element(days.begin(), days.end());
    score::for_each_account(
        engine, last, threads_, asked,
        [&](const score::AccountHistory& history) {
          for (size_t t = 0; t < days.size(); ++t) {
            const score::DayRow row = score::find_day(history, days[t]);
            if (row.days != nullptr) out[place[history.account] * days.size() + t] = row.scores->score[row.at];
          }
        },
        options);
    return out;
  }

  // By account of the engine's portfolio: its position in accounts_, their number when it is not asked for.
  [[nodiscard]] std::vector<size_t> places(const Engine& engine) const {
    const facts::Portfolio& portfolio = engine.portfolio();
    const facts::Portfolio& ours = ends_.after->portfolio();
    std::vector<size_t> out(portfolio.accounts.size(), accounts_.size());
    for (size_t i = 0; i < accounts_.size(); ++i) {
      if (&portfolio == &ours) {
        out[accounts_[i]] = i;
      } else if (const auto same = portfolio.find_account(ours.accounts[accounts_[i]])) {
        out[*same] = i;
      }
    }
    return out;
  }

  const Ends& ends_;
  std::array<Day, 1> from_;
  std::span<const Day> to_;
  std::vector<uint32_t> accounts_;
  int threads_;
};

}  // namespace

std::string_view word(Cause cause) {
  switch (cause) {
    case Cause::data:
      return "late or corrected data";
    case Cause::time:
      return "time passing";
    case Cause::behaviour:
    case Cause::membership:
    case Cause::model:
    case Cause::trigger:
    case Cause::override_:
      break;
  }
  return key(cause);
}

std::string_view key(Cause cause) {
  constexpr std::array<std::string_view, kCauses> kKeys{"data",  "time",    "behaviour", "membership",
                                                        "model", "trigger", "override"};
  return kKeys[static_cast<size_t>(cause)];
}

std::vector<std::optional<Causes>> split_by_cause(const Ends& ends, Day from, std::span<const Day> to,
                                                  std::span<const uint32_t> accounts, int threads) {
  return Splitter(ends, from, to, accounts, threads).run();
}

}  // namespace kenko::explain
