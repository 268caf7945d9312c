#include "revenue/reasons.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "validate/outcomes.h"

namespace kenko::revenue {
namespace {

constexpr const char* kLeft = "account.churned";

std::string plain(std::string_view reason) {
  std::string out = text::lower(text::trim(reason));
  for (char& c : out) {
    if (c == ' ' || c == '-') c = '_';
  }
  return out;
}

std::optional<bool> flag_of(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

}  // namespace

std::optional<ChurnFact> churn_fact(const facts::Portfolio& p, uint32_t account, const Period& period, Day until) {
  const uint32_t left = p.texts.find(kLeft);
  std::optional<ChurnFact> out;
  if (left == 0) return out;
  for (uint64_t row = p.events_of[account].begin; row < p.events_of[account].end; ++row) {
    if (p.events.name[row] != left || p.events.day[row] > until.number) continue;
    const Day effective = validate::day_property(p, "effective_at", row).value_or(Day{p.events.day[row]});
    if (effective < period.opening() || effective > period.closing()) continue;
    if (out && effective < out->effective) continue;
    out =
        ChurnFact{effective, std::string(text::trim(p.property("reason", row))), flag_of(p.property("voluntary", row))};
  }
  return out;
}

bool is_unavoidable(const facts::Settings& settings, std::string_view reason) {
  const std::string wanted = plain(reason);
  return std::any_of(settings.unavoidable.begin(), settings.unavoidable.end(),
                     [&](const std::string& r) { return plain(r) == wanted; });
}

std::vector<ReasonLine> reasons_of(const facts::Portfolio& portfolio, std::span<const Member> members,
                                   const Period& period, Day until) {
  std::vector<ReasonLine> out;
  for (const Member& m : members) {
    if (!m.left()) continue;
    const ChurnFact fact = churn_fact(portfolio, m.account, period, until).value_or(ChurnFact{});
    auto at = std::find_if(out.begin(), out.end(), [&](const ReasonLine& l) { return l.reason == fact.reason; });
    if (at == out.end()) {
      ReasonLine line;
      line.reason = fact.reason;
      if (!fact.reason.empty()) {
        line.kind = is_unavoidable(portfolio.settings, fact.reason) ? ReasonLine::Kind::unavoidable
                                                                    : ReasonLine::Kind::avoidable;
      }
      at = out.insert(out.end(), std::move(line));
    }
    ++at->accounts;
    at->arr += m.start;
    at->involuntary += fact.voluntary == false ? 1 : 0;
  }
  std::sort(out.begin(), out.end(), [](const ReasonLine& a, const ReasonLine& b) {
    return std::tuple(a.reason.empty(), -a.accounts, a.reason) < std::tuple(b.reason.empty(), -b.accounts, b.reason);
  });
  return out;
}

}  // namespace kenko::revenue
