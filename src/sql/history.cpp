#include "sql/history.h"

#include <fmt/format.h>

#include <algorithm>

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
        inputs_(inputs_of(plan)),
        decays_(rests_on_decay(plan)),
        aggregates_(plan, inputs_, dialect, options),
        roll_up_(plan, dialect) {}

  std::string write() {
    const std::string nodes = node_relations();  // registers the aggregates
    return fmt::format("WITH\n{},\n{}{},\n{}\n{}\n", aggregates_.ctes(), nodes, pointed(), roll_up_.ctes("pointed"),
                       selection());
  }

 private:
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

  std::string node_relations() {
    const std::vector<size_t> height = heights(plan_);
    const size_t highest = height.empty() ? 0 : *std::max_element(height.begin(), height.end());
    std::string out;
    for (size_t h = 0; h <= highest; ++h) {
      std::string columns;
      for (NodeId id = 0; id < plan_.nodes.size(); ++id) {
        if (height[id] == h) columns += columns_of(id);
      }
      last_ = fmt::format("nodes_{}", h);
      out += fmt::format("{} AS (\n  SELECT *{}\n  FROM {}),\n", last_, columns,
                         h == 0 ? "totals" : fmt::format("nodes_{}", h - 1));
    }
    return out;
  }

  std::string pointed() {
    std::string columns;
    for (size_t i = 0; i < plan_.metrics.size(); ++i)
      columns += fmt::format(",\n    {} AS points_{}", roll_up_.points(i), i);
    return fmt::format("pointed AS (\n  SELECT *{}\n  FROM {})", columns, last_);
  }

  std::string selection() {
    std::string columns = "account, life, day";
    for (size_t i = 0; i < plan_.metrics.size(); ++i) {
      const NodeId node = plan_.metrics[i].node;
      const bool text = plan_.nodes[node].type == plan::Type::text;
      columns += fmt::format(
          ",\n  {} AS value_{}, points_{}",
          text ? value_column(node) : fmt::format("CAST({} AS {})", value_column(node), dialect_.real), i, i);
      if (!options_.with_scale || !decays_[node]) continue;
      columns += fmt::format(", {} AS scale_{}", numeric(plan_.nodes[node]) ? scale_column(node) : "0e0", i);
      columns += fmt::format(", {} OR {} AS edge_{}", edge_column(node), roll_up_.near_step(i), i);
    }
    for (size_t j = 0; j < plan_.dimensions.size(); ++j) columns += fmt::format(", dimension_{}", j);
    columns += ",\n  coverage, state, CASE WHEN state = 'scored' THEN rolled_up END AS rolled_up, silence";
    for (const char* kept : {"score", "band"}) {
      columns += fmt::format(
          ",\n  CASE WHEN state = 'paused' THEN nullif(last_value(CASE WHEN state <> 'paused' THEN coalesce({0}, -1) "
          "END "
          "IGNORE NULLS) OVER life, -1) ELSE {0} END AS {0}",
          kept);
    }
    // The days without a row are there for `lag` and for what is kept; they are left out at the very end.
    return fmt::format(
        "SELECT * EXCLUDE (status) FROM (\n  SELECT {}, status\n  FROM banded\n  WINDOW life AS (PARTITION BY account, "
        "life "
        "ORDER BY day ROWS UNBOUNDED PRECEDING))\nWHERE status <> 'none'\nORDER BY account, day",
        columns);
  }

  const plan::Plan& plan_;
  const Dialect& dialect_;
  const HistoryOptions& options_;
  Inputs inputs_;
  std::vector<bool> decays_;
  Aggregates aggregates_;
  RollUp roll_up_;
  std::string last_;
};

}  // namespace

std::vector<bool> rests_on_decay(const plan::Plan& plan) {
  std::vector<bool> out(plan.nodes.size(), false);
  for (size_t id = 0; id < plan.nodes.size(); ++id) {
    const plan::Node& node = plan.nodes[id];
    const bool decays = node.aggregate.function == plan::Function::decayed_count ||
                        node.aggregate.function == plan::Function::decayed_sum;
    out[id] = node.op == Op::aggregate && decays && node.aggregate.steps.empty();
    for (const NodeId arg : node.args) out[id] = out[id] || out[arg];
  }
  return out;
}

std::string history_sql(const plan::Plan& plan, const Dialect& dialect, const HistoryOptions& options) {
  return Writer(plan, dialect, options).write();
}

}  // namespace kenko::sql
