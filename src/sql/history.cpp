#include "sql/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sql/aggregates.h"
#include "sql/rollup.h"
#include "sql/scalars.h"

namespace kenko::sql {
namespace {

using plan::NodeId;
using plan::Op;

// How many relations below the node: arguments stand in an earlier one.
std::vector<size_t> heights(const plan::Plan& plan) {
  std::vector<size_t> out(plan.nodes.size(), 0);
  for (size_t id = 0; id < plan.nodes.size(); ++id) {
    for (const NodeId arg : plan.nodes[id].args) out[id] = std::max(out[id], out[arg] + 1);
  }
  return out;
}

bool numeric(const plan::Node& node) { return node.type == plan::Type::number; }

class Writer {
 public:
  Writer(const plan::Plan& plan, const Dialect& dialect, const HistoryOptions& options)
      : plan_(plan),
        dialect_(dialect),
        options_(options),
        coverage_(covered(plan, options.facts)),
        inputs_(inputs_of(plan)),
        decays_(rests_on_decay(plan)),
        needed_(plan.nodes.size(), false),
        aggregates_(plan, inputs_, dialect, options),
        roll_up_(plan, dialect, coverage_) {
    find_needed();
  }

  std::string write() {
    const std::string nodes = node_relations();  // registers the aggregates
    const std::string points = pointed();
    const std::string roll_up = roll_up_.ctes(last_);
    return fmt::format("WITH\n{},\n{}{}{}\n{}\n", aggregates_.ctes(), nodes, points, roll_up, selection());
  }

 private:
  void need(NodeId id) {
    needed_[id] = true;
    for (const NodeId arg : plan_.nodes[id].args) need(arg);
  }

  // The nodes below what is computed.
  void find_needed() {
    for (size_t i = 0; i < plan_.metrics.size(); ++i) {
      if (!coverage_.metric[i]) continue;
      need(plan_.metrics[i].node);
      need(plan_.metrics[i].points_node);
    }
    if (coverage_.segments) {
      for (const plan::Segment& s : plan_.segments) need(s.when);
    }
    if (coverage_.stages) {
      for (const plan::Segment& s : plan_.life_stages) need(s.when);
    }
    if (coverage_.rolled_up && plan_.accounts.when) need(*plan_.accounts.when);
  }

  std::string columns_of(NodeId id) {
    std::string value, scale = "NULL", edge = "FALSE";
    if (plan_.nodes[id].op == Op::aggregate) {
      const AggregateSql a = aggregates_.add(plan_.nodes[id].aggregate);
      value = a.value;
      scale = a.scale;
    } else {
      value = scalar(plan_, id, inputs_, dialect_);
      if (decays_[id] && numeric(plan_.nodes[id])) scale = scale_of(plan_, id, decays_);
      if (decays_[id]) edge = edge_of(plan_, id, decays_);
    }
    std::string out = fmt::format(",\n    {} AS {}", value, value_column(id));
    if (options_.with_scale && decays_[id]) {
      if (numeric(plan_.nodes[id])) out += fmt::format(",\n    {} AS {}", scale, scale_column(id));
      out += fmt::format(",\n    {} AS {}", edge, edge_column(id));
    }
    return out;
  }

  std::string relation(const std::string& name, const std::string& columns) {
    const std::string from = std::exchange(last_, name);
    return fmt::format("{} AS (\n  SELECT *{}\n  FROM {})", name, columns, from);
  }

  std::string node_relations() {
    const std::vector<size_t> height = heights(plan_);
    const size_t highest = height.empty() ? 0 : *std::max_element(height.begin(), height.end());
    std::string out;
    last_ = "totals";
    for (size_t h = 0; h <= highest; ++h) {
      std::string columns, steps[kBaselineSteps];
      for (NodeId id = 0; id < plan_.nodes.size(); ++id) {
        if (height[id] != h || !needed_[id]) continue;
        columns += columns_of(id);
        for (int step = 0; step < kBaselineSteps && plan_.nodes[id].op == Op::baseline; ++step)
          steps[step] += baseline_columns(plan_, id, step, dialect_);
      }
      for (int step = 0; step < kBaselineSteps; ++step) {
        if (!steps[step].empty()) out += relation(fmt::format("nodes_{}_{}", h, step), steps[step]) + ",\n";
      }
      out += relation(fmt::format("nodes_{}", h), columns) + ",\n";
    }
    return out;
  }

  std::string pointed() {
    std::string day, columns;
    if (coverage_.segments) day += fmt::format(",\n    {} AS segment", roll_up_.first_of(plan_.segments));
    if (coverage_.stages) day += fmt::format(",\n    {} AS stage", roll_up_.first_of(plan_.life_stages));
    std::string out = day.empty() ? "" : relation("placed", day) + ",\n";
    for (size_t i = 0; i < plan_.metrics.size(); ++i) {
      if (coverage_.metric[i]) columns += fmt::format(",\n    {} AS points_{}", roll_up_.points(i), i);
    }
    return out + relation("pointed", columns);
  }

  std::string metric_columns(size_t i) {
    const plan::Metric& metric = plan_.metrics[i];
    const plan::Node& node = plan_.nodes[metric.node];
    const std::string value = value_column(metric.node);
    const bool text = node.type == plan::Type::text;
    std::string out = fmt::format(",\n  {} AS value_{}, points_{}",
                                  text ? value : fmt::format("CAST({} AS {})", value, dialect_.real), i, i);
    if (!options_.with_scale || !rests_on_decay(metric, decays_)) return out;
    const bool scaled = decays_[metric.node] && numeric(node);
    out += fmt::format(", {} AS scale_{}", scaled ? scale_column(metric.node) : "0e0", i);
    std::string edge = decays_[metric.node] ? edge_column(metric.node) : "FALSE";
    if (decays_[metric.points_node]) {
      if (metric.points_node != metric.node) edge += " OR " + edge_column(metric.points_node);
      if (numeric(plan_.nodes[metric.points_node])) edge += " OR " + roll_up_.near_step(i);
    }
    return out + fmt::format(", {} AS edge_{}", edge, i);
  }

  std::string selection() {
    std::string columns = "account, life, day";
    for (size_t i = 0; i < plan_.metrics.size(); ++i) {
      if (coverage_.metric[i]) columns += metric_columns(i);
    }
    if (coverage_.segments) columns += ", segment";
    if (coverage_.stages) columns += ", stage";
    if (coverage_.rolled_up) {
      for (size_t j = 0; j < plan_.dimensions.size(); ++j) columns += fmt::format(", dimension_{}", j);
      columns += ",\n  coverage, state, CASE WHEN state = 'scored' THEN rolled_up END AS rolled_up";
    }
    if (coverage_.score) {
      columns += ", silence";
      for (const char* kept : {"score", "band"}) {
        columns += fmt::format(
            ",\n  CASE WHEN state = 'paused' THEN nullif(last_value(CASE WHEN state <> 'paused' THEN coalesce({0}, -1) "
            "END IGNORE NULLS) OVER life, -1) ELSE {0} END AS {0}",
            kept);
      }
    }
    // The days without a row are there for `lag` and for what is kept; they are left out at the very end.
    return fmt::format(
        "SELECT * EXCLUDE (status) FROM (\n  SELECT {}, status\n  FROM {}\n  WINDOW life AS (PARTITION BY account, "
        "life ORDER BY day ROWS UNBOUNDED PRECEDING))\nWHERE status <> 'none'\nORDER BY account, day",
        columns, roll_up_.last());
  }

  const plan::Plan& plan_;
  const Dialect& dialect_;
  const HistoryOptions& options_;
  Coverage coverage_;
  Inputs inputs_;
  std::vector<bool> decays_, needed_;
  Aggregates aggregates_;
  RollUp roll_up_;
  std::string last_;
};

}  // namespace

std::string history_sql(const plan::Plan& plan, const Dialect& dialect, const HistoryOptions& options) {
  return Writer(plan, dialect, options).write();
}

}  // namespace kenko::sql
