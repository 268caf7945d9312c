#include "model/check_curve.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/check_expression.h"
#include "model/units.h"

namespace kenko::model {
namespace {

using tree::Node;
using Kind = Curve::Kind;

class CurveCheck {
 public:
  CurveCheck(const Curve& curve, const Metric& metric, const Model& model, Problems& problems)
      : c_(&curve), m_(&metric), model_(&model), problems_(&problems) {}

  // Rules of the curve alone.
  void form() {
    if (c_->kind == Kind::words) return;  // sorted when it is used
    for (size_t i = 1; i < c_->points.size(); ++i) {
      if (c_->points[i].x > c_->points[i - 1].x) continue;
      add(c_->points[i].at, "bad-curve",
          fmt::format("the values of a curve must rise from left to right: {} stands behind {}", c_->points[i].at.text,
                      c_->points[i - 1].at.text),
          "sort the points by their value");
    }
    if (c_->kind != Kind::percentile) return;
    for (const Curve::Point& p : c_->points) {
      if (p.x >= Decimal::whole(0) && p.x <= Decimal::whole(1)) continue;
      add(p.at, "bad-curve", fmt::format("a place among the accounts is from 0% to 100%, not {}", p.at.text),
          "for example {percentile: {0%: 0, 50%: 60, 100%: 100}}");
    }
  }

  // Does it fit the metric's value?
  void value() {
    if (c_->kind == Kind::category) {
      categories();
      return;
    }
    if (m_->type != Type::number) {
      add(c_->at, "wrong-type",
          fmt::format("the value of metric `{}` is {}: it needs a curve with categories", m_->name,
                      m_->type == Type::text ? "a text" : "true or false"),
          m_->type == Type::text ? "curve: {category: {enterprise: 100}, other: 50}"
                                 : "curve: {category: {true: 100, false: 0}}");
      return;
    }
    if (c_->kind == Kind::percentile && m_->reads.percentile) {
      add(c_->at, "wrong-order", fmt::format("metric `{}` is a place among accounts already", m_->name),
          "a percentile is taken once: write the curve without `percentile`");
    }
    if (c_->kind == Kind::words) words();
    if (c_->kind == Kind::linear || c_->kind == Kind::steps) shares();
  }

 private:
  void add(const Node& node, std::string code, std::string message, std::string hint,
           Severity severity = Severity::error) {
    problems_->push_back(
        model_->document.problem(node, std::move(code), std::move(message), std::move(hint), severity));
  }

  void categories() {
    if (m_->type == Type::number) {
      add(c_->at, "wrong-type",
          fmt::format("the value of metric `{}` is a number: it needs a curve with numbers", m_->name),
          "for example {0: 0, 4: 70, 28: 100}");
    }
    if (m_->type != Type::flag) return;
    for (const Curve::Category& k : c_->categories) {
      if (k.value == "true" || k.value == "false") continue;
      add(k.at, "bad-curve", fmt::format("metric `{}` is only ever true or false, never `{}`", m_->name, k.value),
          "curve: {category: {true: 100, false: 0}}");
    }
  }

  // Words say how often in 28 days; they stretch with the window of count and active_days.
  void words() {
    const language::Expression& e = *m_->value;
    const vocabulary::Function* f = e.kind == language::Expression::Kind::call ? resolve_call(e) : nullptr;
    const bool counts =
        f != nullptr && (f->id == vocabulary::FunctionId::count || f->id == vocabulary::FunctionId::active_days);
    const auto events = counts ? language::as_selector(e.items[0]) : std::nullopt;
    if (events && events->whole_life) {
      add(c_->at, "bad-curve", "words for how often need a window of days, not the whole life",
          fmt::format("for example {}(login[28d])", f->name));
    } else if (!counts && is_counted(m_->unit) && !fit_together(m_->unit, "event")) {
      add(c_->at, "unit-mismatch",
          fmt::format("words say how often, and metric `{}` is a number of {}", m_->name, unit_in_words(m_->unit)),
          "words are for count(...) and active_days(...): write the points as numbers", Severity::warning);
    }
  }

  void shares() {
    if (!is_counted(m_->unit)) return;
    const auto below_one = [](const Curve::Point& p) { return p.x.micros > 0 && p.x < Decimal::whole(1); };
    const bool small = std::all_of(c_->points.begin(), c_->points.end(),
                                   [](const Curve::Point& p) { return p.x <= Decimal::whole(1); }) &&
                       std::any_of(c_->points.begin(), c_->points.end(), below_one);
    if (!c_->percent && !small) return;
    add(c_->at, "unit-mismatch",
        fmt::format("the curve of metric `{}` is {}, and its value is {} {}", m_->name,
                    c_->percent ? "in per cent" : "for a share from 0 to 1",
                    m_->unit == kMoney ? "an amount of" : "a number of", unit_in_words(m_->unit)),
        "divide the value: distinct(login[28d], user) / seats(), or write the points as numbers", Severity::warning);
  }

  const Curve* c_;
  const Metric* m_;
  const Model* model_;
  Problems* problems_;
};

}  // namespace

void check_curve(const Curve& curve, const Metric& metric, bool typed, const Model& model, Problems& problems) {
  if (curve.kind == Kind::none) return;
  CurveCheck check(curve, metric, model, problems);
  check.form();
  if (typed) check.value();
}

}  // namespace kenko::model
