// html/portfolio_parts.h
//
// The parts of the portfolio's page, each one section; portfolio_page.cpp puts them together.
#pragma once

#include <span>

#include "html/bands.h"
#include "html/catalogue.h"
#include "html/markup.h"
#include "html/portfolio_page.h"

namespace kenko::html {

[[nodiscard]] Chip chip_of(const plan::Plan& plan, const explain::Explanation& e);
/// Where bands begin, in hundredths, without the lowest; empty for quantiles.
[[nodiscard]] std::vector<int32_t> cuts_of(std::span<const plan::Band> bands);
/// "1,234,567" of millionths; an en dash without a value.
[[nodiscard]] std::string money_text(std::optional<int64_t> micros);
/// One decimal, an en dash without a score.
[[nodiscard]] std::string score_text(int32_t hundredths);
/// The name, else the id.
[[nodiscard]] const std::string& shown_name(const PortfolioReport& report, const PortfolioAccount& account);
/// <td> with the change in 30 days.
void add_change(Markup& out, const explain::Summary& summary);

/// Accounts and ARR by band, in numbers and as bars.
void add_now(Markup& out, const PortfolioReport& report, const Catalogue& texts);
void add_trend(Markup& out, const PortfolioReport& report, const Catalogue& texts);
void add_queue(Markup& out, const PortfolioReport& report, const std::vector<size_t>& queue, const Catalogue& texts);
/// Dimensions and metrics: what is known, what it is worth, what it costs.
void add_breakdown(Markup& out, const PortfolioReport& report, const Catalogue& texts);
void add_stages(Markup& out, const PortfolioReport& report, const Catalogue& texts);
/// The list of accounts, each with its metrics where it opens.
void add_accounts(Markup& out, const PortfolioReport& report, const Catalogue& texts);
/// What stands behind one account's score.
void add_why(Markup& out, const PortfolioReport& report, const PortfolioAccount& account, const Catalogue& texts);

/// Money columns are shown when any account has them.
struct ShownColumns {
  bool arr = false, renewal = false, owner = false;
};
[[nodiscard]] ShownColumns columns_of(const PortfolioReport& report);

}  // namespace kenko::html
