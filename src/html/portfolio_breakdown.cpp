#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "html/charts.h"
#include "html/page.h"
#include "html/portfolio_parts.h"
#include "report/cells.h"

namespace kenko::html {
namespace {

using report::Cell;

constexpr double kMicros = 1e6;
constexpr size_t kMostBars = 10;

std::optional<double> quantile(std::vector<double>& values, double q) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

// Points of a dimension, or of a metric, over the accounts that are scored.
struct Spread {
  std::vector<double> points;
  double lost = 0;
  int64_t scored = 0, evidence = 0;
};

void add_to(Spread& spread, std::optional<double> points, int64_t lost, bool evidence) {
  ++spread.scored;
  spread.evidence += evidence ? 1 : 0;
  spread.lost += static_cast<double>(lost) / kMicros;
  if (points) spread.points.push_back(*points);
}

struct Spreads {
  std::vector<Spread> dimensions, metrics;  // by position in the plan
};

Spreads spreads_of(const PortfolioReport& report) {
  const plan::Plan& plan = report.engine->plan();
  Spreads out{std::vector<Spread>(plan.dimensions.size()), std::vector<Spread>(plan.metrics.size())};
  for (const PortfolioAccount& a : report.accounts) {
    const explain::Explanation& e = a.summary.now;
    if (e.state != score::State::scored) continue;
    for (size_t d = 0; d < plan.dimensions.size(); ++d) {
      std::optional<double> points;
      if (e.dimension[d] >= 0) points = e.dimension[d] / kMicros;
      add_to(out.dimensions[d], points, e.groups[d].lost, points.has_value());
    }
    for (const explain::Part& p : e.parts) {
      std::optional<double> points;
      if (p.points) points = *p.points / kMicros;
      if (p.weight_micros > 0 || p.contribution != 0) add_to(out.metrics[p.metric], points, p.lost, p.evidence);
    }
  }
  return out;
}

std::optional<double> mean_lost(const Spread& s) {
  if (s.scored == 0) return std::nullopt;
  return s.lost / static_cast<double>(s.scored);
}

std::string dimension_label(const plan::Dimension& d) { return d.label.empty() ? d.name : d.label; }

void add_dimensions(Markup& out, const plan::Plan& plan, Spreads& spreads, const Catalogue& texts) {
  std::vector<IntervalRow> rows;
  report::Table table;
  table.columns = {report::left("dimension", "dimension"), report::right("median", "median"),
                   report::left("middle", "middle half"), report::right("seen", "accounts with evidence"),
                   report::right("lost", "points lost, mean")};
  for (size_t d = 0; d < plan.dimensions.size(); ++d) {
    Spread& s = spreads.dimensions[d];
    if (s.points.empty()) continue;
    const auto low = quantile(s.points, 0.25), middle = quantile(s.points, 0.5), high = quantile(s.points, 0.75);
    const std::string label = dimension_label(plan.dimensions[d]);
    rows.push_back({label, middle, low, high});
    table.rows.push_back({{label},
                          report::real(middle, 1),
                          report::words(say("{} to {}", fmt::format("{:.1f}", *low), fmt::format("{:.1f}", *high))),
                          report::count(s.evidence),
                          report::real(mean_lost(s), 1)});
  }
  if (rows.empty()) return;
  Axis axis;
  axis.to = 100;
  axis.ticks = {0, 25, 50, 75, 100};
  out.leaf("h3", texts.word("By dimension"));
  out.open("figure").leaf(
      "figcaption",
      texts.word("Points of 100. Dot: the account in the middle; line: the middle half of the accounts."));
  add_intervals(out, rows, axis);
  out.close();
  add_table(out, table, texts.word("By dimension"), texts);
}

void add_metrics(Markup& out, const plan::Plan& plan, const Spreads& spreads, const Catalogue& texts) {
  std::vector<uint32_t> order;
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (spreads.metrics[m].scored > 0) order.push_back(m);
  }
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return *mean_lost(spreads.metrics[a]) > *mean_lost(spreads.metrics[b]);
  });
  if (order.empty()) return;
  report::Table table;
  table.columns = {report::left("metric", "metric"),           report::left("dimension", "dimension"),
                   report::right("seen", "evidence"),          report::right("points", "points, mean"),
                   report::right("lost", "points lost, mean"), report::left("why", "why it counts")};
  table.columns.back().max_width = -1;
  double most = 0;
  for (const uint32_t m : order) {
    const Spread& s = spreads.metrics[m];
    const plan::Metric& metric = plan.metrics[m];
    std::optional<double> mean;
    if (!s.points.empty())
      mean = std::accumulate(s.points.begin(), s.points.end(), 0.0) / static_cast<double>(s.points.size());
    most = std::max(most, *mean_lost(s));
    table.rows.push_back({{metric.label},
                          {dimension_label(plan.dimensions[*metric.dimension])},
                          report::percent(static_cast<double>(s.evidence) / static_cast<double>(s.scored), 0),
                          report::real(mean, 1),
                          report::real(mean_lost(s), 1),
                          {metric.why}});
  }
  const uint32_t first = order.front();
  out.leaf("h3", texts.word("By metric, the costliest first"));
  out.leaf("p", {{"class", "muted"}},
           texts.say(say("Of the scored accounts. {} costs most: {} points of the score of the average account.",
                         plan.metrics[first].label, fmt::format("{:.1f}", most))));
  std::vector<IntervalRow> bars;
  for (const uint32_t m : order) {
    if (bars.size() < kMostBars) bars.push_back({plan.metrics[m].label, mean_lost(spreads.metrics[m]), {}, {}});
  }
  out.open("figure");
  add_bars(out, bars, axis_over({0, most}, false));
  out.close();
  add_table(out, table, texts.word("By metric, the costliest first"), texts);
}

}  // namespace

void add_breakdown(Markup& out, const PortfolioReport& report, const Catalogue& texts) {
  Spreads spreads = spreads_of(report);
  add_dimensions(out, report.engine->plan(), spreads, texts);
  add_metrics(out, report.engine->plan(), spreads, texts);
}

}  // namespace kenko::html
