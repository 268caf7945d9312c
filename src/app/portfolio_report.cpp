#include "app/portfolio_report.h"

#include <fmt/format.h>

#include "app/calibrate.h"
#include "explain/evidence.h"

namespace kenko::app {
namespace {

Problem bad_day(std::string message, std::string hint) {
  return {"bad-day", {}, std::move(message), std::move(hint), "", Severity::error};
}

// A chance speaks of the account's next renewal alone.
void foretell_renewals(const Prospects& prospects, const revenue::Resampling& how, revenue::PortfolioReport& report) {
  std::vector<revenue::Stake> stakes;
  for (revenue::DueLine& line : report.due) {
    const validate::Prospect* p = prospects.of(line.due.account);
    if (p == nullptr || !p->renewal || p->renewal_day != line.due.renewal) continue;
    line.chance = p->renewal;
    if (line.due.arr == revenue::kUnknown) continue;
    ++report.forecast_accounts;
    report.forecast_arr += line.due.arr;
    stakes.push_back({static_cast<double>(line.due.arr), *p->renewal});
  }
  report.forecast = revenue::forecast(stakes, how);
}

// Of who has given notice all that can be lost is; of the others what their probability says.
void foretell_losses(const CalibrationInForce& calibration, const Prospects& prospects, const revenue::Resampling& how,
                     revenue::PortfolioReport& report) {
  const validate::Calibration* churn = validate::usable(calibration.questions(), validate::Question::churn);
  if (churn == nullptr) return;
  std::vector<revenue::Stake> stakes;
  for (const validate::Prospect& p : prospects.accounts) {
    if (p.outlook == validate::Outlook::decided && p.expected_loss != validate::kNoAmount) {
      stakes.push_back({static_cast<double>(p.expected_loss), {1, 1, 1}});
    } else if (p.churn && p.can_leave != validate::kNoAmount) {
      stakes.push_back({static_cast<double>(p.can_leave), *p.churn});
    }
  }
  report.loss_days = churn->horizon;
  report.expected_loss = revenue::forecast(stakes, how);
}

}  // namespace

Result<revenue::PortfolioReport> report_portfolio(const Scoring& scoring, const PortfolioRequest& request,
                                                  const CalibrationInForce* calibration) {
  const Day to = request.to.value_or(scoring.as_of());
  if (to > scoring.as_of()) {
    return bad_day(fmt::format("--to {} is after {}, the day that is looked at", to.iso(), scoring.as_of().iso()),
                   "--as-of names a later day");
  }
  if (request.from && *request.from > to) {
    return bad_day(fmt::format("--from {} is after --to {}", request.from->iso(), to.iso()), "");
  }
  revenue::PortfolioOptions options;
  options.as_of = scoring.as_of();
  options.from = request.from;
  options.to = request.to;
  options.grain = request.grain;
  options.periods = request.periods;
  options.within_days = request.within_days;
  options.how = {request.resamples, request.seed, scoring.threads()};
  options.attribute = [&scoring](uint32_t account, const std::string& key, Day day) {
    return explain::attribute_on(scoring.portfolio(), account, key, day).value;
  };
  revenue::PortfolioReport report = revenue::portfolio_report(scoring.engine(), options);
  if (calibration != nullptr && calibration->file && report.money) {
    const Prospects prospects = prospects_of(scoring, *calibration);
    foretell_renewals(prospects, options.how, report);
    foretell_losses(*calibration, prospects, options.how, report);
  }
  return report;
}

report::AccountNames account_names(const Scoring& scoring) {
  return {[&scoring](uint32_t account) { return scoring.portfolio().accounts[account]; },
          [&scoring](uint32_t account) {
            return explain::attribute_on(scoring.portfolio(), account, "name", scoring.as_of()).value;
          }};
}

}  // namespace kenko::app
