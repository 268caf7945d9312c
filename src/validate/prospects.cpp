#include "validate/prospects.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/contracts.h"
#include "score/history.h"
#include "validate/cases.h"

namespace kenko::validate {
namespace {

constexpr int32_t kChangeDays = 30;
constexpr int32_t kHorizonDays = 90;  // where no outcome says another

bool ends(const engine::CountingContract& c) {
  return c.noticed || c.fact->state == facts::ContractFact::State::cancelled;
}

// What the contracts of the day say.
struct Paper {
  bool any = false, all_end = false;
  int64_t arr = 0, can_leave = 0, leaves = 0;  // kNoAmount = unknown
  int32_t to_renewal = kNoDays;
};

Paper paper_of(const facts::Portfolio& p, uint32_t account, Day day, int32_t horizon) {
  Paper out;
  const auto counting = engine::counting_on(p, p.contracts_of(account), day);
  out.any = !counting.empty();
  out.all_end = out.any && std::all_of(counting.begin(), counting.end(), ends);
  bool unknown = false, said = false;
  for (const engine::CountingContract& c : counting) {
    if (c.renewal) {
      const int32_t days = *c.renewal - day;
      out.to_renewal = out.to_renewal == kNoDays ? days : std::min(out.to_renewal, days);
    }
    if (!c.fact->arr) continue;
    const auto amount = p.in_own_currency(*c.fact->arr, c.fact->currency, day);
    unknown = unknown || !amount;
    if (!amount) continue;
    said = true;
    out.arr += amount->micros;
    const bool within = c.renewal ? *c.renewal <= day + horizon : c.last <= day + horizon || !c.fact->end;
    if (within) out.can_leave += amount->micros;
    if (ends(c) && c.last <= day + horizon) out.leaves += amount->micros;
  }
  if (unknown || !said) out.arr = out.can_leave = out.leaves = kNoAmount;
  return out;
}

int64_t part_of(int64_t amount, double share) {
  return amount == kNoAmount ? kNoAmount : std::llround(static_cast<double>(amount) * share);
}

class Stating {
 public:
  Stating(const engine::Engine& engine, std::span<const Calibration> calibrations, size_t outcome)
      : engine_(engine),
        churn_(usable(calibrations, Question::churn)),
        renewal_(usable(calibrations, Question::renewal)),
        expansion_(usable(calibrations, Question::expansion)),
        outcome_(outcome) {
    if (churn_ != nullptr) {
      horizon_ = churn_->horizon;
    } else if (outcome < engine.plan().outcomes.size()) {
      horizon_ = engine.plan().outcomes[outcome].gap_days + engine.plan().outcomes[outcome].horizon_days;
    }
  }

  Prospect state(const score::DayRow& row) const {
    Prospect out;
    out.account = row.account;
    const Paper paper = paper_of(engine_.portfolio(), row.account, row.day, horizon_);
    out.arr = paper.arr;
    out.can_leave = paper.can_leave;
    if (paper.to_renewal != kNoDays) out.renewal_day = row.day + paper.to_renewal;
    const score::LifeScores& s = *row.scores;
    if (s.status[row.at] == engine::AccountStatus::notice || paper.all_end) {
      out.outlook = Outlook::decided;
      if (churn_ != nullptr) out.expected_loss = paper.leaves;
    } else if (s.state[row.at] != score::State::scored) {
      return out;
    } else {
      out.outlook = at_risk(row) ? Outlook::stated : Outlook::not_at_risk;
    }
    if (s.state[row.at] != score::State::scored) return out;
    out.looks.score = s.score[row.at];
    if (row.at >= kChangeDays && s.state[row.at - kChangeDays] == score::State::scored) {
      out.looks.change = s.score[row.at] - s.score[row.at - kChangeDays];
    }
    out.looks.to_renewal = paper.to_renewal;
    rank(out);
    if (out.outlook != Outlook::decided) state_chances(out);
    return out;
  }

 private:
  [[nodiscard]] bool at_risk(const score::DayRow& row) const {
    if (outcome_ >= row.days->among.size() || row.days->among[outcome_].empty()) return true;
    return row.days->among[outcome_][row.at] != 0;
  }

  void state_chances(Prospect& out) const {
    if (churn_ != nullptr && out.outlook == Outlook::stated) {
      out.churn = chance_of(*churn_, out.looks);
      if (out.churn) out.expected_loss = part_of(out.can_leave, out.churn->p);
    }
    if (renewal_ != nullptr && out.renewal_day && out.looks.to_renewal <= kFarthestRenewal) {
      out.renewal = chance_of(*renewal_, out.looks);
    }
    if (expansion_ != nullptr) out.expansion = chance_of(*expansion_, out.looks);
  }

  // 85 -> 65 stands above a steady 60.
  static void rank(Prospect& out) {
    const int32_t fallen = out.looks.change == kNoDays ? 0 : std::max(0, -out.looks.change);
    out.priority = part_of(out.arr, (10'000 - (out.looks.score - fallen)) / 10'000.0);
  }

  const engine::Engine& engine_;
  const Calibration *churn_, *renewal_, *expansion_;
  size_t outcome_;
  int32_t horizon_ = kHorizonDays;
};

}  // namespace

const Calibration* usable(std::span<const Calibration> calibrations, Question question) {
  for (const Calibration& c : calibrations) {
    if (c.question == question && c.usable()) return &c;
  }
  return nullptr;
}

std::vector<Prospect> prospects(const engine::Engine& engine, std::span<const Calibration> calibrations, size_t outcome,
                                Day as_of, int threads, std::span<const uint32_t> accounts) {
  std::vector<Prospect> out;
  const Stating stating(engine, calibrations, outcome);
  engine::RunOptions options;
  options.overrides = false;
  options.among = true;
  score::for_each_account(
      engine, as_of, threads, accounts,
      [&](const score::AccountHistory& history) {
        const score::DayRow row = score::find_day(history, as_of);
        if (row.days == nullptr || row.days->status[row.at] == engine::AccountStatus::none) return;
        out.push_back(stating.state(row));
      },
      options);
  std::sort(out.begin(), out.end(), [](const Prospect& a, const Prospect& b) { return a.account < b.account; });
  return out;
}

}  // namespace kenko::validate
