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

constexpr uint32_t kGaps = 3, kExtra = 4, kBest = 5;  // dimensions besides money, use and voice

class Maker {
 public:
  EveryFunctionPlan make() {
    b_.plan().dimensions = {dimension("money", Decimal::whole(2)), dimension("use", Decimal::whole(3)),
                            dimension("voice", Decimal{100'000}),  dimension("gaps", Decimal{500'000}),
                            dimension("extra", Decimal{300'000}),  dimension("best", Decimal{200'000})};
    nest(kGaps, 1, plan::Rollup::min);
    nest(kExtra, 2, plan::Rollup::points);
    b_.plan().dimensions[kExtra].start_micros = 40'000'000;
    b_.plan().dimensions[kBest].rollup = plan::Rollup::max;
    b_.plan().bands = {band("red", 0), band("yellow", 2'000), band("green", 3'500)};
    b_.plan().min_coverage_micros = 300'000;
    events();
    money();
    decays();
    scalars();
    states();
    filters();
    single_events();
    people_and_gaps();
    pairs();
    accounts();
    curves();
    groups();
    finish();
    return std::move(out_);
  }

 private:
  void nest(uint32_t inner, uint32_t outer, plan::Rollup rollup) {
    b_.plan().dimensions[inner].parent = outer;
    b_.plan().dimensions[inner].rollup = rollup;
  }

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
    for (const auto& [name, op] : {std::pair("seats of product", Op::seats), {"arr of product", Op::arr}}) {
      const NodeId id = b_.node(op);
      b_.plan().nodes[id].text = "base";
      show(name, id, 0, 0, op == Op::seats ? 50 : 20'000);
    }
    plan::Metric& steps = show("steps", count_, 1, 0, 1);
    steps.curve.kind = Curve::Kind::steps;
    steps.curve.points = {{0, 10'000'000}, {3, 50'000'000}, {9, 90'000'000}};
  }

  static plan::Filter test(plan::FilterOp op, std::string field, std::string text) {
    plan::Filter f;
    f.op = op;
    f.field = std::move(field);
    f.text = std::move(text);
    return f;
  }

  void filters() {
    using enum plan::FilterOp;
    const auto counted = [&](const std::string& name, plan::Filter filter) {
      show(name, aggregate(Function::count, b_.selector("feature.used", std::move(filter)), 28), 1, 0, 8);
    };
    counted("starts_with", test(starts_with, "feature", "B"));
    counted("ends_with", test(ends_with, "feature", "2"));
    counted("contains", test(contains, "severity", "i"));
    counted("is_empty", test(is_empty, "kind", ""));
    plan::Filter role = test(equal, "role", "champion");
    role.of_user = true;
    counted("of user", role);
    role.op = is_empty;
    plan::Filter not_empty;
    not_empty.op = not_;
    not_empty.args = {role};
    counted("of user known", not_empty);
    const uint32_t both = b_.selector("login");
    b_.plan().selectors[both].events = {"login", "meeting.held"};
    show("of two names", aggregate(Function::count, both, 28), 1, 0, 30);
  }

  void single_events() {
    const uint32_t paid = b_.selector("invoice.paid");
    const uint32_t nps = b_.selector("nps.answered");
    const auto quantile = [&](const std::string& name, int32_t window, int64_t q_micros) {
      const NodeId id = aggregate(Function::quantile, paid, window, value_field());
      b_.plan().nodes[id].aggregate.quantile.micros = q_micros;
      show(name, id, 0, 0, 300);
    };
    quantile("median", 91, 500'000);
    quantile("quantile", 91, 900'000);
    quantile("quantile of life", 0, 250'000);
    show("first", aggregate(Function::first, nps, 28, property_field("score")), 2, 0, 10);
    show("last", aggregate(Function::last, paid, 28, value_field()), 0, 0, 300);
    show("last of life", aggregate(Function::last, nps, 0, property_field("amount")), 0, 0, 10);
    show("current", aggregate(Function::current, nps, 0, value_field()), 2, 0, 10);
  }

  void people_and_gaps() {
    const uint32_t login = b_.selector("login");
    const auto users = [&](const std::string& name, int32_t window, int32_t at_least, bool of_days) {
      const NodeId id = aggregate(Function::users_with, login, window);
      b_.plan().nodes[id].aggregate.at_least = at_least;
      b_.plan().nodes[id].aggregate.of_days = of_days;
      show(name, id, 1, 0, 4);
    };
    users("users_with events", 28, 3, false);
    users("users_with days", 28, 2, true);
    users("users_with of life", 0, 5, false);
    show("distinct of life", aggregate(Function::distinct, login, 0, user_field()), 1, 0, 8);
    show("count of life", aggregate(Function::count, login, 0), 1, 0, 150);
    for (const auto& [name, period] : {std::pair("streak", 1), {"streak of weeks", 7}}) {
      const NodeId id = aggregate(Function::streak, login, 0);
      b_.plan().nodes[id].aggregate.period_days = period;
      show(name, id, kGaps, 0, 5);
    }
    show("longest_gap", aggregate(Function::longest_gap, login, 28), kGaps, 28, 0);
    b_.plan().metrics.back().curve.points = {{0, 100'000'000}, {28, 0}};
    show("longest_gap of life", aggregate(Function::longest_gap, login, 0), 1, 0, 60);
  }

  void pairs() {
    const uint32_t opened = b_.selector("ticket.opened");
    const uint32_t done = b_.selector("message.sent");
    const auto pair = [&](const std::string& name, Function f, int32_t window, double most) {
      const NodeId id = aggregate(f, opened, window);
      plan::Aggregate& a = b_.plan().nodes[id].aggregate;
      a.second = done;
      a.by = "kind";
      show(name, id, kBest, 0, most);
    };
    pair("open", Function::open, 0, 5);
    pair("open_age", Function::open_age, 0, 90);
    pair("missed", Function::missed, 0, 5);
    pair("overdue_days", Function::overdue_days, 0, 90);
    pair("overdue_amount", Function::overdue_amount, 0, 100);
    pair("days_late", Function::days_late, 91, 30);
    pair("completion", Function::completion, 91, 1);
    pair("time_between", Function::time_between, 91, 500);
  }

  void accounts() {
    const auto lagged = [&](Op op, int32_t lag) {
      const NodeId id = b_.node(op, {count_});
      b_.plan().nodes[id].lag_days = lag;
      return id;
    };
    show("earlier", lagged(Op::earlier, 91), 1, 0, 30);
    show("baseline", lagged(Op::baseline, 42), 1, -3, 3);
    show("log1p", number(Op::log1p, {slope_}), 1, 0, 2);
    show("tenure", b_.node(Op::tenure), 0, 0, 200);
    const NodeId until = b_.node(Op::days_until);
    b_.plan().nodes[until].text = "started";
    show("days_until", until, 0, -200, 0);
    show("term_months", b_.node(Op::term_months), 0, 0, 24);
    show("days_into_term", b_.node(Op::days_into_term), 0, 0, 365);
    show("days_to_renewal", b_.node(Op::days_to_renewal), 0, 0, 365);
  }

  void curves() {
    plan::Metric& open = show("open ends", slope_, 1, -1, 1);
    open.curve.open_below = open.curve.open_above = true;
    plan::Metric& hill = show("hill", count_, 1, 0, 1);
    hill.curve = {};
    hill.curve.kind = Curve::Kind::hill;
    hill.curve.half = 6;
    hill.curve.power = 3;
    const auto each = [&](const std::string& name, NodeId node, int64_t points, int64_t most) {
      plan::Metric& m = show(name, node, kExtra, 0, 1);
      m.curve = {};
      m.curve.kind = Curve::Kind::each;
      m.curve.each_micros = points;
      m.curve.at_most_micros = most;
    };
    each("each", count_, 1'333'333, 30'000'000);
    each("each taken off", out_.node.at("days_since"), -750'000, 25'000'000);
    each("each flag", out_.node.at("less"), -12'000'000, 100'000'000);
    plan::Metric& held = show("held", out_.node.at("rare mean"), 2, 0, 1);
    held.missing = {plan::Missing::Kind::hold, 0, 10};
    plan::Metric& other = show("points of another", count_, 1, 0, 1);
    other.points_node = out_.node.at("earlier");
    other.curve.points = {{0, 0}, {15, 60'000'000}, {30, 100'000'000}};
  }

  // Segments and stages with changes of every kind.
  void groups() {
    plan::Plan& p = b_.plan();
    const auto place = [&](const char* name) { return static_cast<uint32_t>(out_.metric.at(name)); };
    plan::Segment big;
    big.name = "big";
    big.when = flag(Op::greater, {out_.node.at("attr"), b_.number(3)});
    big.changes.metric_weights = {{place("count"), Decimal::whole(4)}, {place("sum"), Decimal{}}};
    big.changes.dimension_weights = {{0, Decimal::whole(1)}, {2, Decimal{}}};
    big.changes.bands = {band("low", 0), band("high", 4'000)};
    plan::Segment busy;
    busy.name = "busy";
    busy.when = flag(Op::greater, {count_, b_.number(4)});
    busy.from = Day::of(2024, 1, 1);
    busy.changes.curves = {{place("count"), p.metrics[place("steps")].curve}};
    p.segments = {big, busy};
    plan::Segment fresh;
    fresh.name = "fresh";
    fresh.when = flag(Op::less, {out_.node.at("tenure"), b_.number(60)});
    fresh.changes.metric_weights = {{place("count"), Decimal::whole(2)}};
    fresh.changes.curves = {{place("count"), p.metrics[place("active_days")].curve}};
    p.life_stages = {fresh};
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
