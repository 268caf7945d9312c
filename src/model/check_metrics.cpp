#include "model/check_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "model/check_expression.h"

namespace kenko::model {
namespace {

class ValueCheck {
 public:
  ValueCheck(Model& model, const Context& context, Problems& problems)
      : model_(&model), context_(&context), problems_(&problems), states_(model.metrics.size(), State::unseen) {
    for (size_t i = 0; i < model.metrics.size(); ++i) places_.emplace(model.metrics[i].name, i);
  }

  void run() {
    for (size_t i = 0; i < states_.size(); ++i) visit(i);
  }

 private:
  enum class State : uint8_t { unseen, open, done };

  // What a metric names is checked before it.
  void visit(size_t i) {
    if (states_[i] != State::unseen) return;
    states_[i] = State::open;
    path_.push_back(i);
    Metric& m = model_->metrics[i];
    bool circle = false;
    if (m.value) {
      for (const language::Expression* name : names_as_values(*m.value)) {
        const auto other = places_.find(name->text);
        if (other == places_.end()) continue;
        if (states_[other->second] == State::open) {
          if (!circle) report_circle(other->second, m, *name);
          circle = true;
        } else {
          visit(other->second);
        }
      }
    }
    path_.pop_back();
    states_[i] = State::done;
    if (!circle) check(m);
  }

  // The circle runs from `first` along the path back to its name in `last`.
  void report_circle(size_t first, const Metric& last, const language::Expression& name) {
    const auto begin = std::find(path_.begin(), path_.end(), first);
    std::vector<std::string> stations;
    for (auto at = begin; at != path_.end(); ++at) {
      const Metric& m = model_->metrics[*at];
      stations.push_back(fmt::format("`{}` (line {})", m.name, m.value_at.line));
    }
    stations.push_back(fmt::format("`{}`", model_->metrics[first].name));
    Problem p = model_->document.at(last.value_at, name.begin);
    p.code = "metric-cycle";
    p.message = stations.size() == 2
                    ? fmt::format("the metric `{}` names itself", last.name)
                    : fmt::format("metrics name one another in a circle: {}", text::join(stations, " -> "));
    p.hint = "a metric can only use metrics that do not rest on it";
    problems_->push_back(std::move(p));
  }

  void check(Metric& m) {
    if (!m.value) return;
    const tree::Node& node = m.value_at;
    const Checked checked = check_expression(
        *m.value, *context_, *model_, [&](size_t offset) { return model_->document.at(node, offset); }, *problems_);
    m.reads = checked.reads;
    m.passed = checked.type.has_value();
    if (!m.passed) return;
    m.type = *checked.type;
    m.unit = checked.unit;
    const Reads& r = m.reads;
    if (r.events.empty() && r.attributes.empty() && !r.contracts && !r.account && !r.children) {
      problems_->push_back(
          model_->document.problem(m.value_at, "constant-metric",
                                   fmt::format("metric `{}` reads no fact: it is the same for every account", m.name),
                                   "for example count(login[28d])"));
    }
    if (m.ours) return;
    const auto is_ours = [&](const std::string& e) { return e == "pulse.set" || context_->ours.contains(e); };
    m.ours = !r.events.empty() && std::all_of(r.events.begin(), r.events.end(), is_ours);
  }

  Model* model_;
  const Context* context_;
  Problems* problems_;
  std::map<std::string, size_t, std::less<>> places_;
  std::vector<State> states_;
  std::vector<size_t> path_;
};

}  // namespace

std::vector<bool> check_values(Model& model, const Context& context, Problems& problems) {
  ValueCheck(model, context, problems).run();
  std::vector<bool> out;
  for (const Metric& m : model.metrics) out.push_back(m.passed);
  return out;
}

bool check_condition(Condition& condition, const Model& model, const Context& context, Problems& problems) {
  return check_condition(condition, model.document, model, context, problems);
}

bool check_condition(Condition& condition, const tree::Tree& document, const Model& model, const Context& context,
                     Problems& problems) {
  if (!condition.value) return false;
  const tree::Node& node = condition.at;
  const Checked checked = check_expression(
      *condition.value, context, model, [&](size_t offset) { return document.at(node, offset); }, problems);
  condition.reads = checked.reads;
  if (!checked.type) return false;
  if (*checked.type == Type::flag) return true;
  problems.push_back(document.problem(node, "wrong-type", "a condition must be true or false, and this is not",
                                      "compare it: seats() > 100"));
  return false;
}

}  // namespace kenko::model
