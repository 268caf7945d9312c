#include "app/portfolio_report.h"

#include <fmt/format.h>

#include "explain/evidence.h"

namespace kenko::app {
namespace {

Problem bad_day(std::string message, std::string hint) {
  return {"bad-day", {}, std::move(message), std::move(hint), "", Severity::error};
}

}  // namespace

Result<revenue::PortfolioReport> report_portfolio(const Scoring& scoring, const PortfolioRequest& request) {
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
  return revenue::portfolio_report(scoring.engine(), options);
}

report::AccountNames account_names(const Scoring& scoring) {
  return {[&scoring](uint32_t account) { return scoring.portfolio().accounts[account]; },
          [&scoring](uint32_t account) {
            return explain::attribute_on(scoring.portfolio(), account, "name", scoring.as_of()).value;
          }};
}

}  // namespace kenko::app
