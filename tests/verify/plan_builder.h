// A plan put together by hand, a node at a time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/plan.h"

namespace kenko::verify {

inline plan::Dimension dimension(const std::string& name, Decimal weight) {
  plan::Dimension out;
  out.name = out.label = name;
  out.weight = weight;
  return out;
}
inline plan::Band band(const std::string& name, int32_t from_hundredths) {
  plan::Band out;
  out.name = name;
  out.from_hundredths = from_hundredths;
  return out;
}

class PlanBuilder {
 public:
  PlanBuilder() {
    plan_.dimensions.push_back(dimension("use", Decimal::whole(1)));
    plan_.bands = {band("red", 0), band("green", 6'000)};
  }

  uint32_t selector(const std::string& event) {
    plan_.selectors.push_back({{event}, std::nullopt});
    return static_cast<uint32_t>(plan_.selectors.size() - 1);
  }
  uint32_t selector(const std::string& event, plan::Filter filter) {
    plan_.selectors.push_back({{event}, std::move(filter)});
    return static_cast<uint32_t>(plan_.selectors.size() - 1);
  }

  plan::NodeId node(plan::Op op, std::vector<plan::NodeId> args = {}, plan::Type type = plan::Type::number) {
    plan::Node n;
    n.op = op;
    n.type = type;
    n.args = std::move(args);
    plan_.nodes.push_back(std::move(n));
    return static_cast<plan::NodeId>(plan_.nodes.size() - 1);
  }
  plan::NodeId number(double x) {
    const plan::NodeId id = node(plan::Op::literal);
    plan_.nodes[id].number = x;
    return id;
  }
  plan::NodeId aggregate(plan::Function function, uint32_t selector, int32_t window_days, plan::Field field = {}) {
    const plan::NodeId id = node(plan::Op::aggregate);
    plan::Aggregate& a = plan_.nodes[id].aggregate;
    a.function = function;
    a.selector = selector;
    a.field = std::move(field);
    a.window_days = window_days;
    return id;
  }

  /// A metric of the only dimension whose curve runs from (0, 0 points) to (100, 100 points).
  void metric(plan::NodeId node) {
    plan::Metric m;
    m.name = "m" + std::to_string(plan_.metrics.size());
    m.node = m.points_node = node;
    m.dimension = 0;
    m.weight = Decimal::whole(1);
    m.curve.kind = plan::Curve::Kind::linear;
    m.curve.points = {{0, 0}, {100, 100'000'000}};
    plan_.metrics.push_back(std::move(m));
  }

  plan::Plan& plan() { return plan_; }

 private:
  plan::Plan plan_;
};

inline plan::Field value_field() { return {plan::Field::Kind::value, ""}; }
inline plan::Field user_field() { return {plan::Field::Kind::user, ""}; }
inline plan::Field property_field(std::string key) { return {plan::Field::Kind::property, std::move(key)}; }

}  // namespace kenko::verify
