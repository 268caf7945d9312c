#include "reference/evaluate.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "base/decimal.h"
#include "reference/contracts.h"

namespace kenko::reference {
namespace {

using language::Expression;
using language::Operator;
using Kind = Expression::Kind;

// A number that is not finite is null.
Value finite(double x) { return std::isfinite(x) ? Value(x) : Value(); }

Value number_or_null(std::optional<Int128> micros) { return micros ? Value(to_double(*micros) / 1e6) : Value(); }

std::optional<bool> flag_of(const Value& v) { return is_null(v) ? std::nullopt : std::optional(std::get<bool>(v)); }

// Functions whose first argument are events.
bool is_aggregate(const Expression& e) {
  static const std::set<std::string> kNames = {
      "count",          "sum",       "mean",        "distinct",     "active_days",   "days_since", "decayed_count",
      "decayed_sum",    "slope",     "median",      "quantile",     "first",         "last",       "current",
      "users_with",     "streak",    "longest_gap", "open",         "open_age",      "missed",     "overdue_days",
      "overdue_amount", "days_late", "completion",  "time_between", "contact_health"};
  if (kNames.contains(e.text)) return true;
  return (e.text == "min" || e.text == "max") && e.items[0].kind == Kind::selector;
}

// The product in `arr("crm")`.
std::optional<std::string> product_of(const Expression& call) {
  return call.items.empty() ? std::nullopt : std::optional(call.items[0].text);
}

}  // namespace

Value Evaluator::value(const Expression& e, Day d, Day life_first) {
  switch (e.kind) {
    case Kind::number:
      return language::number_of(e);
    case Kind::text:
      return e.text;
    case Kind::flag:
      return e.flag;
    case Kind::duration:
      return static_cast<double>(e.days);
    case Kind::unary:
      return unary(e, d, life_first);
    case Kind::binary:
      return binary(e, d, life_first);
    case Kind::call:
      return call(e, d, life_first);
    case Kind::name:
      return surroundings_.metric(e.text, d);
    default:
      break;
  }
  KENKO_CHECK(false, "`{}` is no value", language::to_text(e));
  return {};
}

Value Evaluator::unary(const Expression& e, Day d, Day life_first) {
  const Value x = value(e.items[0], d, life_first);
  if (is_null(x)) return {};
  if (e.op == Operator::not_) return !std::get<bool>(x);
  return -std::get<double>(x);
}

Value Evaluator::logic(const Expression& e, Day d, Day life_first) {
  const auto a = flag_of(value(e.items[0], d, life_first));
  const auto b = flag_of(value(e.items[1], d, life_first));
  if (e.op == Operator::and_) {
    if (a == false || b == false) return false;
  } else {
    if (a == true || b == true) return true;
  }
  if (!a || !b) return {};
  return e.op == Operator::and_;
}

Value Evaluator::binary(const Expression& e, Day d, Day life_first) {
  if (e.op == Operator::and_ || e.op == Operator::or_) return logic(e, d, life_first);
  const Value a = value(e.items[0], d, life_first);
  const Value b = value(e.items[1], d, life_first);
  if (is_null(a) || is_null(b)) return {};
  KENKO_CHECK(a.index() == b.index(), "`{}` mixes types", language::to_text(e));
  switch (e.op) {
    case Operator::add:
      return finite(std::get<double>(a) + std::get<double>(b));
    case Operator::subtract:
      return finite(std::get<double>(a) - std::get<double>(b));
    case Operator::multiply:
      return finite(std::get<double>(a) * std::get<double>(b));
    case Operator::divide:
      return finite(std::get<double>(a) / std::get<double>(b));
    case Operator::equal:
      return a == b;
    case Operator::not_equal:
      return a != b;
    case Operator::less:
      return a < b;
    case Operator::less_equal:
      return a <= b;
    case Operator::greater:
      return a > b;
    case Operator::greater_equal:
      return a >= b;
    default:
      break;
  }
  KENKO_CHECK(false, "operator {}", language::spelling(e.op));
  return {};
}

Value Evaluator::call(const Expression& e, Day d, Day life_first) {
  if (e.text == "attr") return attribute(e.items[0].text, d);
  if (e.text == "seats") return number_or_null(seats(company_, account_, d, product_of(e)));
  if (e.text == "arr") return number_or_null(arr(company_, account_, d, product_of(e)));
  if (e.text == "tenure") return static_cast<double>(d - biography_.account_start(d, life_first));
  if (e.text == "term_months" || e.text == "days_into_term" || e.text == "days_to_renewal")
    return contract_clock(e.text, d);
  if (e.text == "days_until") return days_until(e.items[0].text, d);
  if (e.text == "log1p") {
    const Value x = value(e.items[0], d, life_first);
    if (is_null(x) || !(1 + std::get<double>(x) > 0)) return {};
    return finite(std::log(1 + std::get<double>(x)));
  }
  if (e.text == "same_period_last_year") {
    const Day then = d - 364;
    return then < life_first ? Value() : value(e.items[0], then, life_first);
  }
  if (e.text == "vs_own_baseline") return baseline(e, d, life_first);
  if (e.text == "children") return children(e, d);
  if (e.text == "percentile") return percentile(e, d, life_first);
  if (e.text == "change") return change(e, d, life_first);
  if (e.text == "clamp") return clamp(e, d, life_first);
  if (e.text == "if") {
    const auto condition = flag_of(value(e.items[0], d, life_first));
    return condition ? value(e.items[*condition ? 1 : 2], d, life_first) : Value();
  }
  if (e.text == "coalesce") {
    for (const Expression& item : e.items) {
      if (Value x = value(item, d, life_first); !is_null(x)) return x;
    }
    return {};
  }
  if (is_aggregate(e)) return aggregate(e, d, life_first);
  return smallest_or_greatest(e, d, life_first);
}

Value Evaluator::attribute(const std::string& key, Day d) const {
  const facts::AttributeValue* v = account_.attribute(key, d);
  if (v == nullptr) return {};
  switch (v->type) {
    case facts::AttributeType::number:
      return v->number.as_double();
    case facts::AttributeType::text:
      return v->text;
    case facts::AttributeType::flag:
      return v->flag;
    case facts::AttributeType::day:
      return v->day.iso();
    case facts::AttributeType::money:
      break;
  }
  const auto own = company_.own_currency(v->number, v->text, d);
  return own ? Value(own->as_double()) : Value();
}

Value Evaluator::smallest_or_greatest(const Expression& e, Day d, Day life_first) {
  KENKO_CHECK(e.text == "min" || e.text == "max", "unknown function `{}`", e.text);
  std::optional<double> best;
  for (const Expression& item : e.items) {
    const Value x = value(item, d, life_first);
    if (is_null(x)) return {};
    const double number = std::get<double>(x);
    if (!best || (e.text == "min" ? number < *best : number > *best)) best = number;
  }
  return *best;
}

Value Evaluator::clamp(const Expression& e, Day d, Day life_first) {
  const Value x = value(e.items[0], d, life_first);
  const Value low = value(e.items[1], d, life_first);
  const Value high = value(e.items[2], d, life_first);
  if (is_null(x) || is_null(low) || is_null(high)) return {};
  return std::min(std::max(std::get<double>(x), std::get<double>(low)), std::get<double>(high));
}

Value Evaluator::change(const Expression& e, Day d, Day life_first) {
  const Day before = d - e.items[1].days;
  if (before < life_first) return {};
  const Value now = value(e.items[0], d, life_first);
  const Value then = value(e.items[0], before, life_first);
  if (is_null(now) || is_null(then)) return {};
  const double a = std::get<double>(now);
  const double b = std::get<double>(then);
  return finite((a - b) / std::abs(b));
}

Value Evaluator::baseline(const Expression& e, Day d, Day life_first) {
  const Value now = value(e.items[0], d, life_first);
  if (is_null(now)) return {};
  const double x = std::get<double>(now);
  std::vector<double> past;  // oldest first
  for (int32_t lag = e.items[1].days / 7 * 7; lag >= 7; lag -= 7) {
    if (d - lag < life_first) continue;
    if (const Value then = value(e.items[0], d - lag, life_first); !is_null(then)) {
      past.push_back(std::get<double>(then));
    }
  }
  if (past.size() < 4) return {};
  double sum = 0;
  for (const double y : past) sum += y;
  const double mean = sum / static_cast<double>(past.size());
  double squares = 0;
  for (const double y : past) squares += (y - mean) * (y - mean);
  const double sd = std::sqrt(squares / static_cast<double>(past.size() - 1));
  const double spread = std::max(sd, std::abs(mean) / 20);
  if (spread == 0) return x == mean ? Value(0.0) : Value();
  return finite((x - mean) / spread);
}

Value Evaluator::contract_clock(const std::string& function, Day d) const {
  const ContractClock clock = contract_clock_of(company_, account_, d);
  const auto& found = function == "term_months"      ? clock.term_months
                      : function == "days_into_term" ? clock.days_into_term
                                                     : clock.days_to_renewal;
  return found ? Value(static_cast<double>(*found)) : Value();
}

Value Evaluator::days_until(const std::string& key, Day d) const {
  const facts::AttributeValue* v = account_.attribute(key, d);
  if (v == nullptr || v->type != facts::AttributeType::day) return {};
  return static_cast<double>(v->day - d);
}

Value Evaluator::children(const Expression& e, Day d) {
  std::vector<double> found;
  for (const Value& v : surroundings_.of_children(e.items[0], d)) {
    if (!is_null(v)) found.push_back(std::get<double>(v));
  }
  const std::string& how = e.items[1].text;
  if (how == "count") return static_cast<double>(found.size());
  if (found.empty()) return {};
  if (how == "min") return *std::min_element(found.begin(), found.end());
  if (how == "max") return *std::max_element(found.begin(), found.end());
  double sum = 0;
  for (const double x : found) sum += x;
  KENKO_CHECK(how == "sum" || how == "mean", "children(..., {})", how);
  return finite(how == "sum" ? sum : sum / static_cast<double>(found.size()));
}

Value Evaluator::percentile(const Expression& e, Day d, Day life_first) {
  const Value own = value(e.items[0], d, life_first);
  if (is_null(own)) return {};
  int64_t others = 0;
  int64_t place = 0;
  for (const Value& v : surroundings_.of_peers(e.items[0], d)) {
    if (is_null(v)) continue;
    ++others;
    if (std::get<double>(v) < std::get<double>(own)) place += 2;
    if (std::get<double>(v) == std::get<double>(own)) place += 1;
  }
  if (others < 10) return {};
  return static_cast<double>(place) / static_cast<double>(2 * others);
}

}  // namespace kenko::reference
