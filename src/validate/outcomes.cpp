#include "validate/outcomes.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "engine/contracts.h"

namespace kenko::validate {
namespace {

using facts::Portfolio;

constexpr const char* kLeft = "account.churned";  // the event that ends a life

Happening happening(const Portfolio& p, uint64_t row, bool ends_life, bool counts) {
  Happening h;
  h.decision = decision_day(p, row);
  h.effective = day_property(p, "effective_at", row).value_or(Day{p.events.day[row]});
  h.ends_life = ends_life;
  h.counts = counts;
  const uint8_t flags = p.events.flags[row];
  if ((flags & facts::ResolvedEvents::kHasValue) != 0 && (flags & facts::ResolvedEvents::kNoRate) == 0) {
    h.amount = p.events.value[row];
  }
  h.reason = p.property("reason", row);
  return h;
}

// The events that the outcome names, and the other ways to leave.
std::vector<Happening> of_events(const engine::Engine& engine, const plan::Outcome& outcome, uint32_t account,
                                 Day until) {
  const Portfolio& p = engine.portfolio();
  const uint32_t left = p.texts.find(kLeft);
  const std::vector<uint64_t> rows = engine.selected_events(account, *outcome.events, until);
  std::vector<Happening> out;
  bool about_leaving = false;
  for (const uint64_t row : rows) {
    const bool ends = left != 0 && p.events.name[row] == left;
    about_leaving |= ends;
    out.push_back(happening(p, row, ends, true));
  }
  if (left == 0 || outcome.kind == plan::Outcome::Kind::absence) return out;
  // A filter may leave out some ways to leave: those accounts did not stay either.
  for (uint64_t row = p.events_of[account].begin; row < p.events_of[account].end; ++row) {
    if (p.events.name[row] != left || p.events.day[row] > until.number) continue;
    if (std::find(rows.begin(), rows.end(), row) == rows.end()) out.push_back(happening(p, row, true, false));
  }
  return out;
}

// The account's contracts end, and none counts in the days after.
std::vector<Happening> of_contracts(const engine::Engine& engine, const plan::Outcome& outcome, uint32_t account,
                                    Day until) {
  const Portfolio& p = engine.portfolio();
  const std::span<const facts::ContractRow> contracts = p.contracts_of(account);
  std::vector<Happening> out;
  if (contracts.empty()) return out;
  Day first = contracts.front().fact.start;
  for (const facts::ContractRow& c : contracts) first = std::min(first, c.fact.start);
  if (first > until) return out;
  engine::ContractDays days;
  const int32_t count = until - first + 1;
  engine::contract_days(p, contracts, first, count, until, days);
  if (!days.any) return out;
  int32_t noticed = -1;  // the first day of the notice that was in force
  for (int32_t d = 0; d < count; ++d) {
    const auto at = static_cast<size_t>(d);
    if (days.counting[at] == 0) continue;
    noticed = days.notice[at] == 0 ? -1 : noticed < 0 ? d : noticed;
    const int32_t known_by = d + outcome.renewed_within_days;
    if (known_by >= count) break;  // nobody can tell yet
    const bool renewed = std::any_of(days.counting.begin() + d + 1, days.counting.begin() + known_by + 1,
                                     [](int32_t n) { return n > 0; });
    if (renewed) continue;
    Happening h;
    h.effective = first + d;
    h.decision = noticed < 0 ? h.effective : first + noticed;
    h.ends_life = true;
    if (days.arr_valid[at] != 0) h.amount = std::llround(days.arr[at] * 1e6);
    out.push_back(std::move(h));
    noticed = -1;
  }
  return out;
}

}  // namespace

std::optional<Day> day_property(const Portfolio& p, std::string_view key, uint64_t row) {
  const std::string_view text = p.property(key, row);
  const auto local = text.empty() ? std::nullopt : parse_local_iso(text);
  if (!local) return std::nullopt;
  return local->has_offset ? p.settings.time_zone.day_of(p.settings.time_zone.instant_of(*local)) : local->day;
}

Day decision_day(const Portfolio& p, uint64_t row) {
  if (const auto day = day_property(p, "notice_at", row)) return *day;
  if (const auto day = day_property(p, "effective_at", row)) return *day;
  return Day{p.events.day[row]};
}

std::vector<Happening> happenings(const engine::Engine& engine, size_t outcome, uint32_t account, Day until) {
  const plan::Outcome& meaning = engine.plan().outcomes[outcome];
  std::vector<Happening> out = meaning.kind == plan::Outcome::Kind::contract
                                   ? of_contracts(engine, meaning, account, until)
                                   : of_events(engine, meaning, account, until);
  if (meaning.kind == plan::Outcome::Kind::absence) {
    // What counts is when it happened, not when somebody decided it would.
    for (Happening& h : out) h.decision = h.effective;
  }
  std::stable_sort(out.begin(), out.end(), [](const Happening& a, const Happening& b) {
    return std::tie(a.decision, a.effective) < std::tie(b.decision, b.effective);
  });
  return out;
}

}  // namespace kenko::validate
