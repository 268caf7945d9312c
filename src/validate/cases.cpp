#include "validate/cases.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "engine/contracts.h"
#include "validate/outcomes.h"

namespace kenko::validate {
namespace {

constexpr const char* kLeft = "account.churned";
constexpr const char* kExpanded = "account.expanded";
constexpr const char* kExpansion = "expansion";

Case case_of(const Panel& panel, size_t row) {
  Case c;
  c.as_of = panel.days[panel.day[row]];
  c.account = panel.account[row];
  c.cluster = panel.cluster[row];
  c.looks = {panel.score[row], panel.change[row], panel.to_renewal[row]};
  return c;
}

std::vector<Day> decisions(const facts::Portfolio& p, const char* event, uint32_t account, Day until) {
  std::vector<Day> out;
  const uint32_t name = p.texts.find(event);
  if (name == 0) return out;
  for (uint64_t row = p.events_of[account].begin; row < p.events_of[account].end; ++row) {
    if (p.events.name[row] == name && p.events.day[row] <= until.number) out.push_back(decision_day(p, row));
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The contracts of one account day by day, from the first as-of day of the panel to the last day of the data.
class Paper {
 public:
  Paper(const facts::Portfolio& portfolio, uint32_t account, Day first, Day seen) : first_(first), seen_(seen) {
    const auto contracts = portfolio.contracts_of(account);
    if (contracts.empty() || first > seen) return;
    engine::contract_days(portfolio, contracts, first, seen - first + 1, seen, days_);
    const auto counting = engine::counting_on(portfolio, contracts, seen);
    leaving_ = std::all_of(counting.begin(), counting.end(), [](const engine::CountingContract& c) {
      return c.noticed || c.fact->state == facts::ContractFact::State::cancelled;
    });
    left_by_event_ = decisions(portfolio, kLeft, account, seen);
  }

  // Fills known, happened and left of a case; false = it had decided before.
  [[nodiscard]] bool follow(Case& c, int32_t grace) const {
    if (!days_.any) return false;
    const Day renewal = c.as_of + c.looks.to_renewal, certain = renewal + grace;
    const bool known = certain <= seen_;
    if (known) c.known = certain;
    const Day last = known ? certain : seen_;
    if (known ? counting(last) == 0 : leaving_) c.left = decided(c.as_of, renewal, last);
    const auto event = std::upper_bound(left_by_event_.begin(), left_by_event_.end(), c.as_of);
    if (event != left_by_event_.end() && *event <= certain) c.left = std::min({c.left, *event, renewal});
    c.happened = c.left != Day::kMax;
    return !c.happened || c.left > c.as_of || c.looks.to_renewal <= 0;
  }

 private:
  [[nodiscard]] size_t at(Day day) const { return static_cast<size_t>(day - first_); }
  [[nodiscard]] int32_t counting(Day day) const { return days_.counting[at(day)]; }

  // The first of the days, without a break, on which notice was in force when the last contract ended; without notice
  // the renewal day itself.
  [[nodiscard]] Day decided(Day as_of, Day renewal, Day last) const {
    Day end = last;
    while (end > as_of && counting(end) == 0) end = end - 1;
    if (days_.notice[at(end)] == 0) return renewal;
    while (end > first_ && days_.notice[at(end - 1)] != 0) end = end - 1;
    return std::min(end, renewal);
  }

  Day first_, seen_;
  engine::ContractDays days_;
  bool leaving_ = false;
  std::vector<Day> left_by_event_;
};

}  // namespace

Cases churn_cases(const Panel& panel) {
  Cases out;
  out.question = Question::churn;
  out.horizon = panel.gap + panel.horizon;
  out.seen = panel.last_day;
  for (size_t r = 0; r < panel.rows(); ++r) {
    Case c = case_of(panel, r);
    c.happened = panel.outcome_in[r] != 0;
    const Day end = c.as_of + out.horizon;
    if (end <= panel.last_day) c.known = end;
    out.cases.push_back(c);
  }
  return out;
}

Cases renewal_cases(const Panel& panel, const engine::Engine& engine) {
  const facts::Portfolio& portfolio = engine.portfolio();
  Cases out;
  out.question = Question::renewal;
  out.grace = portfolio.settings.lapse_days;
  out.seen = portfolio.newest_day.value_or(panel.last_day);
  if (panel.days.empty()) return out;
  KENKO_CHECK(panel.accounts == portfolio.accounts, "a panel of other accounts");
  std::map<uint32_t, Paper> papers;
  for (size_t r = 0; r < panel.rows(); ++r) {
    Case c = case_of(panel, r);
    if (c.looks.to_renewal == kNoDays || c.looks.to_renewal > kFarthestRenewal) continue;
    const auto at = papers.try_emplace(c.account, portfolio, c.account, panel.days.front(), out.seen).first;
    if (at->second.follow(c, out.grace)) out.cases.push_back(c);
  }
  return out;
}

std::optional<size_t> expansion_outcome(const plan::Plan& plan) {
  for (size_t i = 0; i < plan.outcomes.size(); ++i) {
    if (plan.outcomes[i].name == kExpansion && plan.outcomes[i].kind == plan::Outcome::Kind::event) return i;
  }
  return std::nullopt;
}

Cases expansion_cases(const Panel& panel, const engine::Engine& engine) {
  const facts::Portfolio& portfolio = engine.portfolio();
  KENKO_CHECK(panel.accounts == portfolio.accounts, "a panel of other accounts");
  const auto outcome = expansion_outcome(engine.plan());
  Cases out;
  out.question = Question::expansion;
  int32_t gap = 0;
  out.horizon = kExpansionDays;
  if (outcome) {
    gap = engine.plan().outcomes[*outcome].gap_days;
    out.horizon = gap + engine.plan().outcomes[*outcome].horizon_days;
  }
  out.seen = portfolio.newest_day.value_or(panel.last_day);
  std::map<uint32_t, std::vector<Day>> expansions;
  bool any = false;
  for (size_t r = 0; r < panel.rows(); ++r) {
    Case c = case_of(panel, r);
    const auto [at, added] = expansions.try_emplace(c.account);
    if (added && outcome) {
      for (const Happening& h : happenings(engine, *outcome, c.account, out.seen)) {
        if (h.counts) at->second.push_back(h.decision);
      }
    } else if (added) {
      at->second = decisions(portfolio, kExpanded, c.account, out.seen);
    }
    any = any || !at->second.empty();
    const auto next = std::upper_bound(at->second.begin(), at->second.end(), c.as_of + gap);
    c.happened = next != at->second.end() && *next <= c.as_of + out.horizon;
    if (c.as_of + out.horizon <= out.seen) c.known = c.as_of + out.horizon;
    out.cases.push_back(c);
  }
  if (!any) out.cases.clear();
  return out;
}

}  // namespace kenko::validate
