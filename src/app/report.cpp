#include "app/report.h"

#include <algorithm>

#include "app/account_arr.h"
#include "app/calibrate.h"
#include "app/journey.h"
#include "app/overdue.h"
#include "engine/contracts.h"
#include "explain/evidence.h"
#include "score/day_parts.h"

namespace kenko::app {
namespace {

// The position in plan.bands of a band that may be from a segment's or a stage's own list: the one of the same name,
// else the one as far up its list.
size_t model_band(const plan::Plan& plan, int16_t list, int band) {
  const auto own = score::bands_of(plan, list);
  const auto at = static_cast<size_t>(band);
  if (list == 0) return at;
  const auto same =
      std::find_if(plan.bands.begin(), plan.bands.end(), [&](const plan::Band& b) { return b.name == own[at].name; });
  if (same != plan.bands.end()) return static_cast<size_t>(same - plan.bands.begin());
  return own.size() < 2 ? 0 : at * (plan.bands.size() - 1) / (own.size() - 1);
}

void count_day(const plan::Plan& plan, const score::DayRow& row, html::PortfolioWeek& week) {
  const score::LifeScores& s = *row.scores;
  if (s.band[row.at] >= 0) ++week.by_band[model_band(plan, s.band_list[row.at], s.band[row.at])];
  week.insufficient += s.state[row.at] == score::State::insufficient ? 1 : 0;
  week.too_new += s.state[row.at] == score::State::too_new ? 1 : 0;
}

std::vector<html::PortfolioWeek> weeks_of(const Scoring& scoring, int count) {
  const plan::Plan& plan = scoring.plan();
  std::vector<html::PortfolioWeek> out;
  for (int w = count - 1; w >= 0; --w) {
    html::PortfolioWeek& week = out.emplace_back();
    week.day = scoring.as_of() - 7 * w;
    week.by_band.assign(plan.bands.size(), 0);
  }
  score::for_each_account(scoring.engine(), scoring.as_of(), scoring.threads(), {},
                          [&](const score::AccountHistory& history) {
                            for (html::PortfolioWeek& week : out) {
                              const score::DayRow row = score::find_day(history, week.day);
                              if (row.days != nullptr) count_day(plan, row, week);
                            }
                          });
  const auto empty = [](const html::PortfolioWeek& w) {
    return w.insufficient + w.too_new == 0 &&
           std::all_of(w.by_band.begin(), w.by_band.end(), [](int64_t n) { return n == 0; });
  };
  out.erase(out.begin(), std::find_if_not(out.begin(), out.end(), empty));
  return out;
}

std::vector<html::PortfolioStage> stages_of(const Scoring& scoring) {
  std::vector<html::PortfolioStage> out;
  const auto journey = view_journey(scoring);
  if (!journey) return out;  // the model has no stages
  const std::vector<plan::Band>& bands = scoring.plan().bands;
  for (const JourneyStage& s : journey->stages) {
    html::PortfolioStage& stage = out.emplace_back();
    stage.label = s.label.empty() ? s.stage : s.label;
    stage.accounts = s.accounts;
    stage.scored = s.scored;
    stage.sum_hundredths = s.sum_hundredths;
    if (s.arr) stage.arr = s.arr->micros;
    stage.by_band.assign(bands.size(), 0);
    for (const auto& [name, count] : s.bands) {
      const auto at = std::find_if(bands.begin(), bands.end(), [&](const plan::Band& b) { return b.name == name; });
      if (at != bands.end()) stage.by_band[static_cast<size_t>(at - bands.begin())] += count;
    }
    stage.median_days = s.median_days;
    stage.entered = s.entered;
    stage.left = s.left;
  }
  return out;
}

std::optional<Day> next_renewal(const facts::Portfolio& portfolio, uint32_t account, Day day) {
  std::optional<Day> next;
  for (const auto& c : engine::counting_on(portfolio, portfolio.contracts_of(account), day)) {
    if (c.renewal) next = std::min(next.value_or(*c.renewal), *c.renewal);
  }
  return next;
}

html::PortfolioAccount account_of(const Scoring& scoring, explain::Summary summary) {
  const facts::Portfolio& portfolio = scoring.portfolio();
  html::PortfolioAccount a;
  const auto attribute = [&](const char* key) {
    return explain::attribute_on(portfolio, summary.account, key, scoring.as_of()).value;
  };
  a.name = attribute("name");
  a.owner = attribute("owner");
  if (const auto arr = arr_of(portfolio, summary.account, scoring.as_of())) a.arr = arr->micros;
  a.renewal = next_renewal(portfolio, summary.account, scoring.as_of());
  a.summary = std::move(summary);
  return a;
}

void add_findings(const Scoring& scoring, html::PortfolioReport& report) {
  for (const OverdueSource& s : overdue_sources(scoring.portfolio(), &scoring.plan(), scoring.as_of())) {
    report.findings.push_back({true,
                               "overdue-source",
                               say("the source {} is overdue since {}: it brings something every {} days, and {} "
                                   "metrics keep the points of {}",
                                   s.source, s.since.iso(), s.every_days, s.metrics.size(), s.last.iso()),
                               {}});
  }
  int64_t unmatched = 0;
  for (const facts::Unmatched& u : scoring.portfolio().unmatched) unmatched += u.events;
  if (unmatched > 0) {
    report.findings.push_back({true, "unmatched-events",
                               say("{} events belong to no account that is known, and count nowhere", unmatched),
                               Sentence("`kenko status` lists them")});
  }
}

void add_prospects(const Scoring& scoring, const CalibrationInForce& calibration, html::PortfolioReport& report) {
  if (!calibration.file) return;
  const auto questions = calibration.questions();
  report.calibrations.assign(questions.begin(), questions.end());
  const Prospects prospects = prospects_of(scoring, calibration);
  for (html::PortfolioAccount& a : report.accounts) {
    if (const validate::Prospect* p = prospects.of(a.summary.account)) a.prospect = *p;
  }
}

}  // namespace

html::PortfolioReport portfolio_report(const Scoring& scoring, const CalibrationInForce& calibration,
                                       const ReportRequest& request) {
  html::PortfolioReport out;
  out.engine = &scoring.engine();
  out.as_of = scoring.as_of();
  out.purpose = scoring.model().purpose;
  out.healthy_means = scoring.model().healthy_means;
  auto summaries = explain::summarise(scoring.engine(), scoring.as_of(), scoring.threads());
  for (const size_t i : explain::worst_first(scoring.engine(), summaries)) {
    out.accounts.push_back(account_of(scoring, std::move(summaries[i])));
  }
  add_prospects(scoring, calibration, out);
  out.listed = request.listed == 0 ? out.accounts.size() : std::min(request.listed, out.accounts.size());
  const size_t opened = request.opened == 0 ? out.accounts.size() : request.opened;
  for (size_t i = 0; i < std::min(opened, out.accounts.size()); ++i) out.accounts[i].opens = true;
  const std::vector<size_t> queue = html::action_queue(out);
  for (size_t q = 0; q < std::min(html::kQueueRows, queue.size()); ++q) out.accounts[queue[q]].opens = true;
  for (size_t i = 0; i < out.listed; ++i) {
    html::PortfolioAccount& a = out.accounts[i];
    if (a.opens) a.raise = explain::what_would_raise(scoring.engine(), a.summary.now);
  }
  out.weeks = weeks_of(scoring, request.weeks);
  out.stages = stages_of(scoring);
  out.stage_days = kJourneyDays;
  add_findings(scoring, out);
  return out;
}

}  // namespace kenko::app
