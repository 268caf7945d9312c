// A random portfolio and a random plan that together use everything between metric values and the band.
#pragma once

#include <string>

#include "base/random.h"
#include "engine/some_accounts.h"
#include "plan/plan.h"

namespace kenko::score {

inline constexpr uint32_t kAccounts = 18;
inline constexpr int32_t kDays = 45;

/// Positions in the plan of SomeModel.
struct Nodes {
  static constexpr plan::NodeId x = 0, y = 1, z = 2, logins = 3, below = 4, place = 5, is_a = 8, is_s = 11, t1 = 12,
                                t2 = 13, u2 = 14, on = 15, place_below = 16, place_of_below = 17, big = 19;
};

inline plan::Node node(plan::Op op, plan::Type type, std::vector<plan::NodeId> args = {}, std::string text = "") {
  plan::Node n;
  n.op = op;
  n.type = type;
  n.args = std::move(args);
  n.text = std::move(text);
  return n;
}

inline plan::Curve line(double x, bool falling = false) {
  plan::Curve c;
  c.kind = plan::Curve::Kind::linear;
  c.points = {{0, falling ? 100'000'000 : 0}, {x, falling ? 0 : 100'000'000}};
  return c;
}

inline std::vector<plan::Band> bands(int32_t a, int32_t b, bool quantiles) {
  std::vector<plan::Band> out(3);
  out[0].name = "low";
  out[1].name = "middle";
  out[2].name = "high";
  out[1].from_hundredths = a;
  out[2].from_hundredths = b;
  if (!quantiles) return out;
  out[0].quantile_micros = 0;
  out[1].quantile_micros = a * 100;
  out[2].quantile_micros = b * 100;
  return out;
}

class SomeModel {
 public:
  explicit SomeModel(uint64_t seed) : random_(seed) {
    nodes();
    dimensions();
    metrics();
    segments();
    rules();
    bool contract = chance(0.5);
    facts.accounts = kAccounts;
    for (uint32_t a = 0; a < kAccounts; ++a) account(a, contract);
    if (chance(0.5)) facts.settings.sources[0].every_days = 3;
  }

  plan::Plan plan;
  engine::SomeAccounts facts;

 private:
  bool chance(double p) { return random_.chance(p); }
  int32_t between(int64_t low, int64_t high) { return static_cast<int32_t>(random_.between(low, high)); }
  Decimal weight() { return {random_.between(1, 40) * 250'000}; }

  void nodes() {
    using plan::Op;
    using plan::Type;
    auto& n = plan.nodes;
    for (const char* key : {"x", "y", "z"}) n.push_back(node(Op::attribute, Type::number, {}, key));
    plan.selectors.push_back({{"login"}, {}});
    n.push_back(node(Op::aggregate, Type::number));
    n.back().aggregate.window_days = 7;
    n.push_back(node(Op::children, Type::number, {Nodes::x}));
    n.back().fold = static_cast<plan::Fold>(between(0, 4));
    n.push_back(node(Op::percentile, Type::number, {Nodes::x}));
    n.push_back(node(Op::attribute, Type::text, {}, "seg"));
    n.push_back(node(Op::literal, Type::text, {}, "A"));
    n.push_back(node(Op::equal, Type::flag, {6, 7}));
    n.push_back(node(Op::attribute, Type::text, {}, "stage"));
    n.push_back(node(Op::literal, Type::text, {}, "S"));
    n.push_back(node(Op::equal, Type::flag, {9, 10}));
    for (const char* key : {"t1", "t2", "u2", "on"}) n.push_back(node(Op::attribute, Type::flag, {}, key));
    n.push_back(node(Op::children, Type::number, {Nodes::place}));
    n.back().fold = plan::Fold::mean;
    n.push_back(node(Op::percentile, Type::number, {Nodes::below}));
    n.push_back(node(Op::literal, Type::number));
    n.back().number = chance(0.5) ? 100 : 1e9;
    n.push_back(node(Op::greater, Type::flag, {Nodes::below, 18}));
  }

  void dimensions() {
    plan.dimensions.resize(4);
    for (size_t i = 0; i < 4; ++i) {
      plan.dimensions[i].name = std::string(1, static_cast<char>('a' + i));
      plan.dimensions[i].weight = weight();
    }
    plan.dimensions[0].rollup = static_cast<plan::Rollup>(between(0, 2));
    plan.dimensions[1].rollup = plan::Rollup::points;
    plan.dimensions[1].start_micros = between(0, 100) * 1'000'000;
    plan.dimensions[2].parent = chance(0.5) ? 0 : 1;
    plan.rollup = static_cast<plan::Rollup>(between(0, 2));
    plan.min_coverage_micros = between(0, 6) * 100'000;
    plan.too_new_days = between(0, 20);
  }

  plan::Metric& metric(const char* name, plan::NodeId id, std::optional<uint32_t> dimension, plan::Curve curve) {
    plan::Metric& m = plan.metrics.emplace_back();
    m.name = name;
    m.node = m.points_node = id;
    m.dimension = dimension;
    m.weight = weight();
    m.curve = std::move(curve);
    return m;
  }

  void metrics() {
    metric("a", Nodes::x, 0, line(100));
    plan::Missing& held = metric("b", Nodes::y, 0, line(100)).missing;
    held.kind = plan::Missing::Kind::hold;
    held.hold_days = between(1, 8);
    plan::Curve each;
    each.kind = plan::Curve::Kind::each;
    each.each_micros = between(-30, 30) * 100'000;
    each.at_most_micros = between(1, 60) * 1'000'000;
    metric("c", Nodes::z, 1, each);
    metric("d", Nodes::below, 2, line(300));
    metric("e", Nodes::place, 3, line(1));
    plan::Missing& fixed = metric("f", Nodes::logins, 3, line(5)).missing;
    fixed.kind = chance(0.5) ? plan::Missing::Kind::zero : plan::Missing::Kind::score;
    fixed.points_micros = fixed.kind == plan::Missing::Kind::zero ? 0 : 40'000'000;
    metric("g", Nodes::place_below, {}, {});
    metric("h", Nodes::place_of_below, {}, {});
  }

  plan::Segment segment(const char* name, plan::NodeId when, bool quantiles) {
    plan::Segment s;
    s.name = name;
    s.when = when;
    if (chance(0.5))
      s.changes.dimension_weights = {{static_cast<uint32_t>(between(0, 3)), chance(0.4) ? Decimal{0} : weight()}};
    if (chance(0.5))
      s.changes.metric_weights = {{static_cast<uint32_t>(between(0, 5)), chance(0.4) ? Decimal{0} : weight()}};
    if (chance(0.5)) s.changes.curves = {{0, line(between(50, 120), chance(0.5))}};
    if (chance(0.5)) s.changes.bands = bands(between(10, 50) * 100, between(51, 90) * 100, quantiles);
    if (chance(0.3)) {
      s.changes.triggers_off = {static_cast<uint32_t>(between(0, 1))};
    } else if (chance(0.5)) {
      s.changes.triggers = {{0, {between(-40, 40) * 100, {}}}};
    }
    return s;
  }

  void segments() {
    plan.triggers.resize(2);
    plan.triggers[0].name = "t1";
    plan.triggers[0].when = Nodes::t1;
    plan.triggers[0].points_hundredths = between(-6000, 3000);
    plan.triggers[0].for_days = between(1, 9);
    plan.triggers[0].stack = between(1, 3);
    plan.triggers[0].once = chance(0.3);
    plan.triggers[1].name = "t2";
    plan.triggers[1].when = Nodes::t2;
    plan.triggers[1].until = Nodes::u2;
    plan.triggers[1].points_hundredths = chance(0.5) ? between(-3000, 3000) : 0;
    plan.triggers[1].cap_hundredths = chance(0.7) ? std::optional(between(0, 9000)) : std::nullopt;
    plan.triggers[1].once = chance(0.3);
    const bool quantiles = chance(0.4);
    plan.bands = bands(between(10, 50) * 100, between(51, 90) * 100, quantiles);
    plan.segments.push_back(segment("A", Nodes::is_a, quantiles));
    if (chance(0.5)) plan.segments[0].from = Day{between(0, 20)};
    if (chance(0.5)) plan.segments[0].until = Day{between(20, kDays)};
    plan.segments.push_back(segment("big", Nodes::big, quantiles));
    plan.life_stages.push_back(segment("S", Nodes::is_s, quantiles));
  }

  void rules() {
    plan.model = "m";
    plan.quantiles_within_segment = chance(0.5);
    if (chance(0.5)) plan.band_margin_hundredths = between(0, 500);
    if (chance(0.5)) plan.band_dwell_days = between(1, 4);
    if (chance(0.3)) plan.accounts.when = Nodes::on;
    plan.accounts.trial = chance(0.5);
    if (chance(0.3)) return;
    plan::Hierarchy& h = plan.hierarchy;
    const auto part = [this] { return chance(0.5) ? weight() : Decimal{0}; };
    h = {part(), part(), part(), part(), part(), part(), between(20, 60) * 100};
  }

  void values(uint32_t account, const char* key, double often, const auto& make) {
    for (int32_t d = between(0, 8); d < kDays; ++d) {
      if (chance(often)) facts.values.push_back({account, key, d, make()});
    }
  }

  void account(uint32_t a, bool contract) {
    using F = engine::SomeAccounts;
    const auto maybe = [this](auto value) { return chance(0.2) ? std::optional<facts::AttributeValue>{} : value; };
    for (const char* key : {"x", "y"})
      values(a, key, 0.15, [&] { return maybe(std::optional(F::number(between(0, 10'000) * 10'000))); });
    values(a, "z", 0.1, [&] { return maybe(std::optional(F::number(between(-20, 20) * 1'000'000))); });
    values(a, "seg", 0.04, [&] { return maybe(std::optional(F::text(chance(0.3) ? "A" : "B"))); });
    values(a, "stage", 0.05, [&] { return maybe(std::optional(F::text(chance(0.5) ? "S" : "T"))); });
    for (const char* key : {"t1", "t2", "u2", "on"})
      values(a, key, 0.2, [&] { return maybe(std::optional(F::flag(chance(key[0] == 'o' ? 0.8 : 0.4)))); });
    values(a, "status", 0.03, [&] {
      const char* kWords[] = {"active", "paused", "paused", "trial", "notice", "internal"};
      return std::optional(F::text(kWords[between(0, 5)]));
    });
    // Few of the accounts are above others, so that cycles and second levels happen.
    values(a, "parent", a < 6 ? 0.15 : 0.04, [&] {
      return maybe(std::optional(F::text(chance(0.1) ? "nobody" : F::id(static_cast<uint32_t>(between(0, 5))))));
    });
    events(a);
    for (int32_t d = between(0, 10); contract && d < kDays; d += between(5, 20)) {
      facts.contracts.push_back({a, d, chance(0.2) ? std::nullopt : std::optional(Decimal{between(0, 900) * 333'333})});
    }
  }

  void events(uint32_t a) {
    for (int32_t d = between(0, 6); d < kDays; ++d) {
      if (d % 9 < 5 && chance(0.1)) facts.events.push_back({a, d, "login", {}, {}});
      if (chance(0.01)) facts.events.push_back({a, d, "account.churned", {}, {}});
      if (chance(0.03)) facts.events.push_back({a, d, "account.reactivated", {}, {}});
      if (chance(0.02)) facts.events.push_back({a, d, "override.cleared", {}, {}});
      if (!chance(0.04)) continue;
      const char* kKinds[] = {"value", "floor", "ceiling", "wish"};
      engine::SomeEvent e{a, d, "override.set", {{"kind", kKinds[between(0, 3)]}}, between(-10, 110) * 1'000'000};
      if (chance(0.9)) e.properties.emplace_back("expires", Day{d + between(0, 15)}.iso());
      if (chance(0.2)) e.properties.emplace_back("model", chance(0.5) ? "m" : "other");
      facts.events.push_back(std::move(e));
    }
  }

  Random random_;
};

}  // namespace kenko::score
