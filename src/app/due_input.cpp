#include "app/due_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "app/account_arr.h"
#include "app/manual_facts.h"
#include "base/text.h"
#include "score/history.h"

namespace kenko::app {
namespace {

Problem no_inputs(const Scoring& scoring) {
  return {"no-inputs",
          {},
          fmt::format("the model {} asks nobody for anything", scoring.plan().model),
          "say in the model what it needs from people, for instance\n"
          "        inputs:\n"
          "          pulse: {event: pulse.set, every: 30d, from: the CSM}",
          "",
          Severity::error};
}

// Fills in when the input was given last; false when it is not due.
bool is_due(const facts::Portfolio& portfolio, const model::Input& input, Day life_first, Day as_of, DueRow& row) {
  const auto last = last_event(portfolio, row.account, input.event, life_first, as_of);
  if (!last) return true;
  row.last = last->day;
  const bool old = as_of - last->day > input.every_days;
  row.expired = !old && last->expires && *last->expires <= as_of;
  return old || row.expired;
}

bool before(const facts::Portfolio& portfolio, const DueRow& a, const DueRow& b) {
  const auto revenue = [](const DueRow& r) { return r.arr ? r.arr->micros : INT64_MIN; };
  const auto rank = [&](const DueRow& r, int64_t most_first) {
    return std::tuple(r.owner.empty(), std::string_view(r.owner), most_first,
                      std::string_view(portfolio.accounts[r.account]), r.input);
  };
  return rank(a, revenue(b)) < rank(b, revenue(a));
}

Problem unknown_owner(const facts::Portfolio& portfolio, Day as_of, const std::string& owner) {
  std::set<std::string> owners;
  for (uint32_t a = 0; a < portfolio.accounts.size(); ++a) {
    const std::string name = explain::attribute_on(portfolio, a, "owner", as_of).value;
    if (!name.empty()) owners.insert(name);
  }
  const std::string known = text::did_you_mean(owner, {owners.begin(), owners.end()});
  return {"unknown-owner",
          {},
          fmt::format("no account has the owner `{}`", owner),
          known.empty() ? "accounts get one with the attribute `owner`" : known,
          "",
          Severity::error};
}

}  // namespace

Result<DueReport> find_due_input(const Scoring& scoring, const std::string& owner) {
  const facts::Portfolio& portfolio = scoring.portfolio();
  DueReport report;
  report.as_of = scoring.as_of();
  report.model = scoring.plan().model;
  report.portfolio = &portfolio;
  report.inputs = scoring.model().inputs;
  if (report.inputs.empty()) return no_inputs(scoring);
  bool owner_seen = owner.empty();
  score::for_each_account(
      scoring.engine(), report.as_of, scoring.threads(), {}, [&](const score::AccountHistory& history) {
        const score::DayRow day = score::find_day(history, report.as_of);
        if (day.days == nullptr) return;
        DueRow row;
        row.account = history.account;
        row.owner = explain::attribute_on(portfolio, row.account, "owner", report.as_of).value;
        const bool wanted = owner.empty() || text::lower(owner) == text::lower(row.owner);
        owner_seen = owner_seen || wanted;
        const score::State state = day.scores->state[day.at];
        if (!wanted ||
            (state != score::State::scored && state != score::State::insufficient && state != score::State::too_new)) {
          return;
        }
        ++report.accounts;
        row.arr = arr_of(portfolio, row.account, report.as_of);
        for (row.input = 0; row.input < report.inputs.size(); ++row.input) {
          row.last.reset();
          row.expired = false;
          if (is_due(portfolio, report.inputs[row.input], day.days->first, report.as_of, row)) {
            report.rows.push_back(row);
          }
        }
      });
  if (!owner_seen) return unknown_owner(portfolio, report.as_of, owner);
  std::sort(report.rows.begin(), report.rows.end(),
            [&](const DueRow& a, const DueRow& b) { return before(portfolio, a, b); });
  return report;
}

}  // namespace kenko::app
