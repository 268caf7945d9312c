// report/portfolio_view.h
//
// Tables of `kenko portfolio`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/section.h"
#include "revenue/portfolio_report.h"

namespace kenko::report {

/// How accounts are called: id and name (empty = none), by position.
struct AccountNames {
  std::function<std::string(uint32_t)> id, name;
};

/// Sections summary, walk, periods, by_band ... by_product, reasons, migration, at_risk, renewals, ending; those that
/// hold nothing are left out.
[[nodiscard]] std::vector<Section> portfolio_sections(const revenue::PortfolioReport& report,
                                                      const AccountNames& names);

/// What it is about, in two lines.
[[nodiscard]] std::vector<Sentence> portfolio_head(const revenue::PortfolioReport& report);

}  // namespace kenko::report
