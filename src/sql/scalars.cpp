#include "sql/scalars.h"

#include <fmt/format.h>

#include "base/check.h"

namespace kenko::sql {
namespace {

using plan::Node;
using plan::NodeId;
using plan::Op;

std::string lagged(const std::string& column, int32_t days) {
  return fmt::format("lag({}, {}) OVER (PARTITION BY account, life ORDER BY day)", column, days);
}

// "f(a, b, c)" that is null when any argument is: least and greatest alone skip nulls.
std::string strict(std::string_view function, const std::vector<std::string>& args) {
  std::string list, null;
  for (const std::string& arg : args) {
    list += (list.empty() ? "" : ", ") + arg;
    null += fmt::format("{}{} IS NULL", null.empty() ? "" : " OR ", arg);
  }
  return fmt::format("CASE WHEN {} THEN NULL ELSE {}({}) END", null, function, list);
}

std::string chained(const std::vector<std::string>& args, std::string_view word) {
  std::string out;
  for (const std::string& arg : args) out += out.empty() ? arg : fmt::format(" {} {}", word, arg);
  return "(" + out + ")";
}

std::string literal(const Node& node, const Dialect& dialect) {
  switch (node.type) {
    case plan::Type::number:
      return dialect.number(node.number);
    case plan::Type::flag:
      return node.flag ? "TRUE" : "FALSE";
    case plan::Type::text:
      return dialect.text(node.text);
  }
  return "NULL";
}

std::vector<std::string> columns_of(const Node& node, std::string (*column)(NodeId)) {
  std::vector<std::string> out;
  for (const NodeId arg : node.args) out.push_back(column(arg));
  return out;
}

// docs/SEMANTICS.md#functions, vs_own_baseline.
std::string baseline(NodeId id, const std::string& x, const Dialect& dialect) {
  return fmt::format(
      "CASE WHEN {0} IS NULL OR weeks_of_n{1} < 4 THEN NULL WHEN spread_of_n{1} > 0 THEN ({0} - mean_of_n{1}) / "
      "spread_of_n{1} WHEN {0} = mean_of_n{1} THEN {2} END",
      x, id, dialect.number(0));
}

bool compares(Op op) { return op >= Op::equal && op <= Op::greater_equal; }

}  // namespace

std::string value_column(NodeId id) { return fmt::format("n{}", id); }
std::string scale_column(NodeId id) { return fmt::format("scale_of_n{}", id); }
std::string edge_column(NodeId id) { return fmt::format("edge_of_n{}", id); }

std::string scalar(const plan::Plan& plan, NodeId id, const Inputs& inputs, const Dialect& dialect) {
  const Node& node = plan.nodes[id];
  const std::vector<std::string> x = columns_of(node, value_column);
  const auto infix = [&](std::string_view op) { return fmt::format("{} {} {}", x.at(0), op, x.at(1)); };
  switch (node.op) {
    case Op::literal:
      return literal(node, dialect);
    case Op::aggregate:
      break;
    case Op::attribute:
    case Op::seats:
    case Op::arr:
    case Op::term_months:
    case Op::days_into_term:
    case Op::days_to_renewal:
    case Op::days_until:
      return inputs.given_column(node);
    case Op::tenure:
      return fmt::format("CAST(day - account_start AS {})", dialect.real);
    case Op::log1p:
      return fmt::format("CASE WHEN {0} + {1} > 0 THEN ln({0} + {1}) END", dialect.number(1), x.at(0));
    case Op::earlier:
      return lagged(x.at(0), node.lag_days);
    case Op::baseline:
      return baseline(id, x.at(0), dialect);
    case Op::negate:
      return "-" + x.at(0);
    case Op::not_:
      return "NOT " + x.at(0);
    case Op::add:
      return infix("+");
    case Op::subtract:
      return infix("-");
    case Op::multiply:
      return infix("*");
    case Op::divide:
      return fmt::format("CASE WHEN {1} = 0 THEN NULL ELSE {0} / {1} END", x.at(0), x.at(1));
    case Op::equal:
      return infix("=");
    case Op::not_equal:
      return infix("<>");
    case Op::less:
      return infix("<");
    case Op::less_equal:
      return infix("<=");
    case Op::greater:
      return infix(">");
    case Op::greater_equal:
      return infix(">=");
    case Op::and_:
      return chained(x, "AND");
    case Op::or_:
      return chained(x, "OR");
    case Op::if_:
      return fmt::format("CASE WHEN {0} IS NULL THEN NULL WHEN {0} THEN {1} ELSE {2} END", x.at(0), x.at(1), x.at(2));
    case Op::coalesce:
      return "coalesce" + chained(x, ",");
    case Op::min:
      return strict("least", x);
    case Op::max:
      return strict("greatest", x);
    case Op::clamp:
      return fmt::format(
          "CASE WHEN {0} IS NULL OR {1} IS NULL OR {2} IS NULL THEN NULL ELSE least(greatest({0}, {1}), {2}) END",
          x.at(0), x.at(1), x.at(2));
    case Op::change: {
      const std::string before = lagged(x.at(0), node.lag_days);
      return fmt::format("CASE WHEN {1} = 0 THEN NULL ELSE ({0} - {1}) / abs({1}) END", x.at(0), before);
    }
    default:
      break;
  }
  KENKO_CHECK(false, "node {} is no scalar that SQL computes", id);
  return "";
}

std::string baseline_columns(const plan::Plan& plan, NodeId id, int step, const Dialect& dialect) {
  const Node& node = plan.nodes[id];
  const int32_t weeks = node.lag_days / 7;
  const auto week = [&](int32_t j) { return fmt::format("week_{}_of_n{}", j, id); };
  std::string out, sum = dialect.number(0), number;
  for (int32_t j = weeks; j >= 1; --j) {  // the oldest first
    const std::string y = week(j);
    switch (step) {
      case 0:
        out += fmt::format(",\n    {} AS {}", lagged(value_column(node.args[0]), 7 * j), y);
        break;
      case 1:
        sum += fmt::format(" + coalesce({}, {})", y, dialect.number(0));
        number += fmt::format("{}CASE WHEN {} IS NULL THEN 0 ELSE 1 END", number.empty() ? "" : " + ", y);
        break;
      default:
        sum += fmt::format(" + coalesce(({0} - mean_of_n{1}) * ({0} - mean_of_n{1}), {2})", y, id, dialect.number(0));
    }
  }
  if (step == 0) return out;
  if (step == 1) {
    return fmt::format(",\n    {0} AS weeks_of_n{2},\n    ({1}) / nullif({0}, 0) AS mean_of_n{2}", number, sum, id);
  }
  return fmt::format(
      ",\n    CASE WHEN weeks_of_n{0} >= 4 THEN greatest(sqrt(({1}) / CAST(weeks_of_n{0} - 1 AS {2})), "
      "abs(mean_of_n{0}) / "
      "{3}) END AS spread_of_n{0}",
      id, sum, dialect.real, dialect.number(20));
}

std::string scale_of(const plan::Plan& plan, NodeId id, const std::vector<bool>& decays) {
  const Node& node = plan.nodes[id];
  std::vector<std::string> s;
  for (const NodeId arg : node.args) {
    if (plan.nodes[arg].type != plan::Type::number) continue;  // the condition of an `if`
    s.push_back(decays[arg] ? scale_column(arg) : fmt::format("abs({})", value_column(arg)));
  }
  const auto divided = [](const std::string& over, const std::string& divisor_scale, const std::string& divisor) {
    return fmt::format("{0} / nullif(abs({2}), 0) * ({1} / nullif(abs({2}), 0))", over, divisor_scale, divisor);
  };
  switch (node.op) {
    case Op::negate:
      return s.at(0);
    case Op::earlier:
      return lagged(s.at(0), node.lag_days);
    case Op::log1p:
      return fmt::format("{} / nullif(abs(1 + {}), 0)", s.at(0), value_column(node.args[0]));
    case Op::add:
    case Op::subtract:
      return fmt::format("{} + {}", s.at(0), s.at(1));
    case Op::multiply:
      return fmt::format("{} * {}", s.at(0), s.at(1));
    case Op::divide:
      return divided(s.at(0), s.at(1), value_column(node.args[1]));
    case Op::change: {
      const std::string before = lagged(s.at(0), node.lag_days);
      return divided(fmt::format("({} + {})", s.at(0), before), before,
                     lagged(value_column(node.args[0]), node.lag_days));
    }
    default:
      return "greatest" + chained(s, ",");
  }
}

std::string edge_of(const plan::Plan& plan, NodeId id, const std::vector<bool>& decays) {
  const Node& node = plan.nodes[id];
  std::string out;
  for (const NodeId arg : node.args) {
    if (!decays[arg]) continue;
    out += (out.empty() ? "" : " OR ") + edge_column(arg);
    if (node.op == Op::change || node.op == Op::earlier)
      out += " OR " + fmt::format("coalesce({}, FALSE)", lagged(edge_column(arg), node.lag_days));
  }
  if (compares(node.op) && plan.nodes[node.args[0]].type == plan::Type::number) {
    const auto scale = [&](NodeId arg) {
      return decays[arg] ? scale_column(arg) : fmt::format("abs({})", value_column(arg));
    };
    out += fmt::format(" OR coalesce(abs({} - {}) <= 1e-9 * ({} + {}), FALSE)", value_column(node.args[0]),
                       value_column(node.args[1]), scale(node.args[0]), scale(node.args[1]));
  }
  return out.empty() ? "FALSE" : out;
}

}  // namespace kenko::sql
