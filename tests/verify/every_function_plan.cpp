#include "verify/every_function_plan.h"

#include <utility>

#include "verify/plan_builder.h"

namespace kenko::verify {
namespace {

using plan::Curve;
using plan::Function;
using plan::NodeId;
using plan::Op;
using plan::Type;

plan::Filter compare(plan::FilterOp op, std::string field, Decimal number) {
  plan::Filter f;
  f.op = op;
  f.field = std::move(field);
  f.literal_type = Type::number;
  f.number = number;
  return f;
}

class Maker {
 public:
  EveryFunctionPlan make() {
    b_.plan().dimensions = {
        {"money", "money", Decimal::whole(2)}, {"use", "use", Decimal::whole(3)}, {"voice", "voice", Decimal{100'000}}};
    b_.plan().bands = {{"red", 0}, {"yellow", 2'000}, {"green", 3'500}};
    b_.plan().min_coverage_micros = 300'000;
    events();
    money();
    decays();
    scalars();
    states();
    finish();
    return std::move(out_);
  }

 private:
  // A scored metric of dimension d on a straight line from x0 (0 points) to x1 (100 points).
  plan::Metric& show(const std::string& name, NodeId node, uint32_t d, double x0, double x1) {
    b_.metric(node);
    plan::Metric& m = b_.plan().metrics.back();
    m.name = name;
    m.dimension = d;
    m.weight = Decimal{1'500'000};
    m.curve.points = {{x0, 0}, {(x0 + x1) / 2, 60'000'000}, {x1, 100'000'000}};
    out_.node[name] = node;
    out_.metric[name] = b_.plan().metrics.size() - 1;
    return m;
  }

  NodeId aggregate(Function f, uint32_t selector, int32_t window, plan::Field field = {}) {
    const NodeId id = b_.aggregate(f, selector, window, std::move(field));
    b_.plan().nodes[id].aggregate.min_observed_days = window == 0 ? 28 : window;
    return id;
  }

  void events() {
    const uint32_t login = b_.selector("login");
    const uint32_t used = b_.selector("feature.used");
    const uint32_t scored =
        b_.selector("nps.answered", compare(plan::FilterOp::less_equal, "score", Decimal::whole(7)));
    count_ = aggregate(Function::count, login, 28);
    show("count", count_, 1, 0, 30);
    show("count of filtered", aggregate(Function::count, scored, 91), 1, 0, 3);
    show("distinct users", aggregate(Function::distinct, login, 28, user_field()), 1, 0, 6);
    show("distinct property", aggregate(Function::distinct, used, 7, property_field("feature")), 1, 0, 5);
    show("active_days", aggregate(Function::active_days, login, 28), 1, 0, 20);
    show("days_since", aggregate(Function::days_since, login, 0), 1, 60, 0);
    b_.plan().metrics.back().curve.points = {{0, 100'000'000}, {60, 0}};
    slope_ = aggregate(Function::slope, login, 28);
    show("slope", slope_, 1, -5, 5);
  }

  void money() {
    const uint32_t paid = b_.selector("invoice.paid");
    const uint32_t all = b_.selector("feature.used");
    const uint32_t nps = b_.selector("nps.answered");
    sum_ = aggregate(Function::sum, paid, 91, value_field());
    show("sum", sum_, 0, 0, 5000);
    // Often the only one without evidence: what the best band then lacks.
    show("rare mean", aggregate(Function::mean, nps, 7, value_field()), 2, 0, 1);
    show("mean", aggregate(Function::mean, nps, 91, value_field()), 0, -10, 200);
    b_.plan().metrics.back().missing = {plan::Missing::Kind::score, 40'000'000};
    show("min", aggregate(Function::min, paid, 28, value_field()), 0, 0, 300);
    show("max", aggregate(Function::max, all, 28, property_field("amount")), 0, 0, 10);
    b_.plan().metrics.back().missing = {plan::Missing::Kind::zero, 0};
    show("slope of value", aggregate(Function::slope, paid, 91, value_field()), 0, -100, 100);
  }

  void decays() {
    const uint32_t login = b_.selector("login");
    const uint32_t paid = b_.selector("invoice.paid");
    const auto decay = [&](Function f, uint32_t s, plan::Field field, int64_t half_life,
                           std::vector<plan::Step> steps) {
      const NodeId id = aggregate(f, s, 0, std::move(field));
      b_.plan().nodes[id].aggregate.half_life_days = Decimal::whole(half_life);
      b_.plan().nodes[id].aggregate.steps = std::move(steps);
      return id;
    };
    show("decayed_count", decay(Function::decayed_count, login, {}, 9, {}), 1, 0, 20);
    show("decayed_sum", decay(Function::decayed_sum, paid, value_field(), 21, {}), 0, 0, 3000);
    const std::vector<plan::Step> steps = {{10, Decimal::whole(1)}, {30, Decimal{333'333}}};
    show("decayed_count by steps", decay(Function::decayed_count, login, {}, 0, steps), 1, 0, 20);
    show("decayed_sum by steps", decay(Function::decayed_sum, paid, value_field(), 0, steps), 0, 0, 3000);
  }

  NodeId number(Op op, std::vector<NodeId> args) { return b_.node(op, std::move(args)); }
  NodeId flag(Op op, std::vector<NodeId> args) { return b_.node(op, std::move(args), Type::flag); }

  void scalars() {
    const NodeId c = count_, s = slope_;
    const auto x = [&](double v) { return b_.number(v); };
    show("add", number(Op::add, {c, s}), 1, 0, 40);
    show("subtract", number(Op::subtract, {c, s}), 1, 0, 40);
    show("multiply", number(Op::multiply, {c, s}), 1, -40, 40);
    show("divide", number(Op::divide, {s, c}), 1, -1, 1);
    show("negate", number(Op::negate, {s}), 1, -5, 5);
    show("if", number(Op::if_, {flag(Op::less, {c, x(4)}), s, c}), 1, 0, 40);
    show("coalesce", number(Op::coalesce, {s, x(-3)}), 1, -5, 5);
    show("least", number(Op::min, {c, x(9)}), 1, 0, 9);
    show("greatest", number(Op::max, {c, x(2)}), 1, 2, 30);
    show("clamp", number(Op::clamp, {s, x(-1), x(1)}), 1, -1, 1);
    const NodeId change = number(Op::change, {c});
    b_.plan().nodes[change].lag_days = 14;
    show("change", change, 1, -1, 1);
    as_flag("less", flag(Op::less, {c, x(3)}));
    as_flag("less_equal", flag(Op::less_equal, {c, x(3)}));
    as_flag("greater", flag(Op::greater, {c, x(5)}));
    as_flag("greater_equal", flag(Op::greater_equal, {c, x(5)}));
    as_flag("equal", flag(Op::equal, {c, x(2)}));
    as_flag("not_equal", flag(Op::not_equal, {c, x(2)}));
    const NodeId falls = flag(Op::less, {s, x(0)}), few = flag(Op::less, {c, x(6)});
    as_flag("and", flag(Op::and_, {falls, few}));
    as_flag("or", flag(Op::or_, {falls, few}));
    as_flag("not", flag(Op::not_, {falls}));
  }

  void as_flag(const std::string& name, NodeId node) {
    plan::Metric& m = show(name, node, 1, 0, 1);
    m.curve = {};
    m.curve.kind = Curve::Kind::category;
    m.curve.categories = {{"false", 70'000'000}, {"true", 30'000'000}};
  }

  void states() {
    const auto attribute = [&](const char* key, Type type) {
      const NodeId id = b_.node(Op::attribute, {}, type);
      b_.plan().nodes[id].text = key;
      return id;
    };
    show("attr", attribute("size", Type::number), 0, 0, 100);
    plan::Metric& tier = show("attr of text", attribute("plan", Type::text), 0, 0, 1);
    tier.curve = {};
    tier.curve.kind = Curve::Kind::category;
    tier.curve.categories = {{"a", 20'000'000}, {"b", 80'000'000}};
    tier.curve.other = 50'000'000;
    show("seats", b_.node(Op::seats), 0, 0, 50);
    show("arr", b_.node(Op::arr), 0, 0, 20'000);
    plan::Metric& steps = show("steps", count_, 1, 0, 1);
    steps.curve.kind = Curve::Kind::steps;
    steps.curve.points = {{0, 10'000'000}, {3, 50'000'000}, {9, 90'000'000}};
  }

  void finish() {
    plan::Plan& p = b_.plan();
    p.stages = {{plan::Stage::Kind::local, {}}, {plan::Stage::Kind::account, {}}};
    for (NodeId id = 0; id < p.nodes.size(); ++id) p.stages[0].nodes.push_back(id);
    out_.plan = std::move(p);
  }

  PlanBuilder b_;
  EveryFunctionPlan out_;
  NodeId count_ = 0, slope_ = 0, sum_ = 0;
};

}  // namespace

EveryFunctionPlan every_function_plan() { return Maker().make(); }

}  // namespace kenko::verify
