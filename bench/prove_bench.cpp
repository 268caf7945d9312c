// Does the score foretell: the panel of three years, its measures with 1,000 resamples, and a fit.
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "app/panel.h"
#include "app/workspace.h"
#include "base/text.h"
#include "company.h"
#include "customers.h"
#include "options.h"
#include "ports/clock.h"
#include "validate/backtest.h"

namespace kenko::bench {
namespace {

constexpr const char* kGroup = "back-test of three years";

Status fill(const Customers& customers, const Options& options, const std::string& dir) {
  return fill_workspace(
      [&] {
        auto rows = std::make_shared<const std::vector<Row>>(rows_of(customers));
        return Filling{std::ssize(*rows), [rows](int64_t i) { return (*rows)[static_cast<size_t>(i)]; },
                       options.segments, "customers"};
      },
      options.models_dir, dir);
}

app::PanelRequest request_of(const Customers& customers, const Options& options) {
  app::PanelRequest request;
  request.from = customers.first_day() + 182;
  request.step_days = 28;
  request.threads = options.threads;
  return request;
}

}  // namespace

Status bench_prove(const Options& options, Figures& figures) {
  Customers customers;
  customers.at_a_time = static_cast<int32_t>(options.customers);
  customers.seed = options.shape.seed;
  const std::string dir =
      fmt::format("{}/customers-{}-{}-{}", options.dir, customers.at_a_time, customers.days, customers.seed);
  KENKO_TRY_STATUS(fill(customers, options, dir));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  const app::PanelRequest request = request_of(customers, options);
  const Instant now = ports::SystemClock().now();
  if (const auto warm = app::build_panel(workspace, request, now); !warm.ok()) return warm.problems();
  std::vector<double> built, judged, few;
  Result<app::WorkspacePanel> panel = app::WorkspacePanel();
  validate::BacktestOptions measures;
  measures.threads = options.threads;
  validate::BacktestOptions main_ones = measures;
  main_ones.in_parts = false;
  validate::Backtest result;
  for (int run = 0; run < options.runs; ++run) {
    built.push_back(seconds_of([&] { panel = app::build_panel(workspace, request, now); }));
    if (!panel.ok()) return panel.problems();
    few.push_back(seconds_of([&] { result = validate::backtest(panel->panel, main_ones); }));
    judged.push_back(seconds_of([&] { result = validate::backtest(panel->panel, measures); }));
  }
  const std::string note = fmt::format("{} rows of {} days, {} accounts left", text::grouped(panel->panel.rows()),
                                       panel->panel.days.size(), text::grouped(result.all.accounts_with));
  figures.add(kGroup, "panel, known as of each day", "s", built, note);
  figures.add(kGroup, "of that: opened, and looked for late facts", "s", panel->times.facts);
  figures.add(kGroup, "of that: scored", "s", panel->times.common);
  figures.add(kGroup, "of that: scored again for late facts", "s", panel->times.late,
              fmt::format("{} accounts", text::grouped(panel->late_accounts)));
  figures.add(kGroup, "AUC, lift, Brier, churn by band, 1,000 resamples", "s", few);
  figures.add(kGroup, "every measure, 1,000 resamples", "s", judged);
  figures.add(kGroup, "area under the curve within a day", "", result.all.auc_within.value.value_or(0));
  return Done{};
}

}  // namespace kenko::bench
