// plan/lower_expression.h
//
// Makes nodes out of checked expressions; equal nodes and equal selectors are one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facts/settings.h"
#include "language/expression.h"
#include "model/check.h"
#include "model/model.h"
#include "plan/plan.h"
#include "vocabulary/vocabulary.h"

namespace kenko::plan {

/// For how long what an expression reads must have been observed.
struct Observation {
  std::optional<int32_t> min_observed_days;  ///< of the metric; none: each aggregate's window, else 28 days
  bool partial = false;                      ///< `young: partial`: at most 14 days
};

/// Collects the nodes and selectors of a plan.  The model must have passed the check with the same settings and must
/// outlive this.
class ExpressionLowering {
 public:
  ExpressionLowering(const model::Model& model, const facts::Settings& settings);

  /// The node of an expression.
  NodeId lower(const language::Expression& expression, const Observation& observation = {});
  /// The node of a metric's value, under the metric's own observation.
  NodeId lower(const model::Metric& metric);
  /// The node whose value goes into `curve` of the metric: its value, or that value's percentile or baseline.
  NodeId points_node(const model::Metric& metric, const model::Curve& curve);

  /// A count of all events of a selector over the whole life, whatever has been observed.
  NodeId events(const language::Expression& selector);

  /// Assigns all nodes so far to stages: local, one of peers for each level of children() and percentile, account.
  [[nodiscard]] std::vector<Stage> stages() const;

  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  /// Gives the nodes and selectors away.
  [[nodiscard]] std::vector<Node> take_nodes() { return std::move(nodes_); }
  [[nodiscard]] std::vector<Selector> take_selectors() { return std::move(selectors_); }

 private:
  NodeId share(Node node);
  NodeId number(double value);
  NodeId value(const language::Expression& e);
  NodeId scalar(Op op, Type type, const language::Expression& e);
  NodeId call(const language::Expression& e);
  NodeId choice(Op op, const language::Expression& e);
  NodeId over(Op op, NodeId value, int32_t lag_days);
  NodeId of_text(Op op, const std::string& text);
  NodeId children(const language::Expression& e);
  NodeId attribute(const std::string& key);
  NodeId aggregate(const vocabulary::Function& f, const language::Expression& e);
  void argument(const vocabulary::Parameter& p, const language::Expression& e, Aggregate& a);
  uint32_t selector(const language::Expression& e);
  [[nodiscard]] const model::Metric& named(const std::string& name) const;

  const model::Model* model_;
  model::Context context_;
  std::vector<Node> nodes_;
  std::vector<Selector> selectors_;
  std::map<std::string, NodeId> ids_;
  std::map<std::string, NodeId> metrics_;  // those lowered already, by name
  Observation observation_;                // of what is being lowered
};

/// The filter of a selector.
[[nodiscard]] Filter lower_filter(const language::Expression& filter);

/// The curve of a metric whose value is `value` (words need its window).  A segment's curve of the metric: the same.
[[nodiscard]] Curve lower_curve(const model::Curve& curve, const language::Expression& value);

}  // namespace kenko::plan
