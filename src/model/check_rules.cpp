#include "model/check_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "model/check_curve.h"
#include "model/check_metrics.h"

namespace kenko::model {
namespace {

using tree::Node;

// What a segment or a stage weighs: the model's weights with its own on top.
class Weights {
 public:
  Weights(const Model& model, std::initializer_list<const Segment*> changes) : model_(&model) {
    for (const Segment* s : changes) {
      for (const auto& [name, weight] : s->weights) changed_[name] = weight;
    }
  }

  // Whether anything is left that can give a score.
  [[nodiscard]] bool any() const {
    return std::any_of(model_->metrics.begin(), model_->metrics.end(), [&](const Metric& m) {
      if (!m.dimension || is_zero(m.name)) return false;
      const Dimension* d = model_->find_dimension(*m.dimension);
      while (d != nullptr && !is_zero(d->name)) {
        if (!d->parent) return true;
        d = model_->find_dimension(*d->parent);
      }
      return false;
    });
  }

 private:
  [[nodiscard]] bool is_zero(const std::string& name) const {
    const auto found = changed_.find(name);
    return found != changed_.end() && found->second.micros == 0;
  }

  const Model* model_;
  std::map<std::string, Decimal> changed_;
};

class RulesCheck {
 public:
  RulesCheck(Model& model, const Context& context, const std::vector<bool>& typed, Problems& problems)
      : model_(&model), context_(&context), typed_(&typed), problems_(&problems) {}

  void run() {
    constants();
    triggers();
    for (Segment& s : model_->segments) segment(s, "segment");
    for (Segment& s : model_->stages) segment(s, "stage");
    weights_together();
    check_reach(model_->segments, "segment", *model_, *problems_);
    check_reach(model_->stages, "stage", *model_, *problems_);
    if (model_->accounts.when) condition(*model_->accounts.when, "which accounts are scored");
    hierarchy();
    quantiles();
    inputs();
  }

 private:
  void add(const Node& node, std::string code, std::string message, std::string hint = "",
           Severity severity = Severity::error) {
    problems_->push_back(
        model_->document.problem(node, std::move(code), std::move(message), std::move(hint), severity));
  }

  // A name in an expression would not say which of the two it means.
  void constants() {
    for (const Constant& c : model_->constants) {
      const bool event = std::binary_search(context_->events.begin(), context_->events.end(), c.name);
      if (!event && !context_->attributes.contains(c.name)) continue;
      add(c.at, "duplicate-key",
          fmt::format("`{}` is both a constant and {}", c.name, event ? "an event" : "an attribute of accounts"),
          "call the constant otherwise");
    }
  }

  // A condition that segments rest on; percentiles are taken within segments, so it must not rest on one.
  void condition(Condition& c, std::string_view what) {
    if (!check_condition(c, *model_, *context_, *problems_) || !c.reads.percentile) return;
    add(c.at, "circular-percentile", fmt::format("{} cannot rest on a percentile", what),
        "percentiles are taken among the scored accounts of a segment; compare the value itself");
  }

  void triggers() {
    for (Trigger& t : model_->triggers) {
      if (t.name == "hierarchy" || t.name == "cap" || t.name == "silence" || t.name == "override") {
        add(t.at, "bad-name", fmt::format("a trigger cannot be called `{}`", t.name),
            "a line of every explanation has this name: choose another one");
      }
      if (t.when.at.line > 0) check_condition(t.when, *model_, *context_, *problems_);
      if (t.until) check_condition(*t.until, *model_, *context_, *problems_);
      if (t.cap && *t.cap == Decimal::whole(100)) {
        add(t.at, "no-effect", fmt::format("the cap of trigger `{}` is 100: it takes nothing away", t.name),
            "choose a lower one, or leave it out", Severity::warning);
      }
    }
  }

  void segment(Segment& s, std::string_view what) {
    if (s.when.at.line > 0) condition(s.when, what == "segment" ? "a segment" : "a stage");
    for (size_t i = 0; i < s.weights.size(); ++i) weight(s.weights[i].first, s.weights_at[i]);
    for (size_t i = 0; i < s.curves.size(); ++i) curve(s.curves[i].first, s.curves[i].second, s.curves_at[i]);
    check_bands(s.bands, *model_, *problems_);
    for (const TriggerChange& t : s.triggers) trigger_change(t);
    if (!s.weights.empty() && !Weights(*model_, {&s}).any()) {
      add(s.at, "nothing-scored", fmt::format("{} `{}` leaves out everything that is scored", what, s.name),
          fmt::format("give one dimension a weight above 0; who shall have no score is told by `accounts:`"));
    }
  }

  void weights_together() {
    for (const Segment& segment : model_->segments) {
      if (!Weights(*model_, {&segment}).any()) continue;
      for (const Segment& stage : model_->stages) {
        if (!Weights(*model_, {&stage}).any() || Weights(*model_, {&segment, &stage}).any()) continue;
        add(stage.at, "nothing-scored",
            fmt::format("segment `{}` and stage `{}` together leave out everything that is scored", segment.name,
                        stage.name),
            "an account in both has no score: give one dimension a weight above 0 in both", Severity::warning);
      }
    }
  }

  const Metric* find_metric(const std::string& name) const {
    for (const Metric& m : model_->metrics) {
      if (m.name == name) return &m;
    }
    return nullptr;
  }

  void weight(const std::string& name, const Node& at) {
    const Metric* metric = find_metric(name);
    const bool dimension = model_->find_dimension(name) != nullptr;
    if (metric != nullptr && dimension) {
      add(at, "ambiguous-name", fmt::format("`{}` is both a dimension and a metric", name),
          "call one of them otherwise, so that it is clear whose weight this is");
    } else if (metric != nullptr && !metric->dimension) {
      add(at, "not-scored", fmt::format("metric `{}` is only shown: it has no weight to change", name),
          "give the metric a `dimension:`, or leave it out here");
    } else if (metric == nullptr && !dimension) {
      std::vector<std::string> names;
      for (const Dimension& d : model_->dimensions) names.push_back(d.name);
      for (const Metric& m : model_->metrics) {
        if (m.dimension) names.push_back(m.name);
      }
      add(at, "unknown-name", fmt::format("there is no dimension and no metric `{}`", name),
          text::did_you_mean(name, names));
    }
  }

  void curve(const std::string& name, const Curve& c, const Node& at) {
    const Metric* metric = find_metric(name);
    if (metric == nullptr) {
      std::vector<std::string> names;
      for (const Metric& m : model_->metrics) names.push_back(m.name);
      add(at, "unknown-metric", fmt::format("there is no metric `{}`", name), text::did_you_mean(name, names));
      return;
    }
    if (!metric->dimension || metric->each) {
      add(at, "not-scored",
          metric->each ? fmt::format("metric `{}` adds points for each and has no curve to change", name)
                       : fmt::format("metric `{}` is only shown: it has no curve to change", name),
          metric->each ? "other points are another metric, with a condition of its own"
                       : "give the metric a `dimension:` and a `curve:`, or leave it out here");
      return;
    }
    check_curve(c, *metric, (*typed_)[static_cast<size_t>(metric - model_->metrics.data())], *model_, *problems_);
    const auto peers = [](const Curve& k) { return k.kind == Curve::Kind::percentile; };
    const auto own = [](const Curve& k) { return k.kind == Curve::Kind::baseline ? k.over_days : 0; };
    if (!metric->curve_broken && (peers(c) != peers(metric->curve) || own(c) != own(metric->curve))) {
      add(at, "bad-curve",
          fmt::format("the curve of metric `{}` and this one look at different things: {} and {}", name,
                      looks_at(metric->curve), looks_at(c)),
          "a segment may move the points of a curve; another way to measure is another metric, with weight 0 "
          "elsewhere");
    }
  }

  static std::string looks_at(const Curve& c) {
    if (c.kind == Curve::Kind::percentile) return "the percentile";
    if (c.kind == Curve::Kind::baseline) return fmt::format("the baseline of {} days", c.over_days);
    return "the value";
  }

  void trigger_change(const TriggerChange& change) {
    std::vector<std::string> names;
    for (const Trigger& t : model_->triggers) {
      if (t.name == change.name) return;
      names.push_back(t.name);
    }
    add(change.at, "unknown-trigger", fmt::format("there is no trigger `{}`", change.name),
        names.empty() ? "the model has no `triggers:`" : text::did_you_mean(change.name, names));
  }

  void hierarchy() {
    const Hierarchy& h = model_->hierarchy;
    if (h.at.line == 0) return;
    const int64_t children =
        h.worst.micros + h.mean.micros + h.value_weighted.micros + h.poor_by_count.micros + h.poor_by_value.micros;
    if (children + h.own.micros == 0) {
      add(h.at, "nothing-scored", "every weight of `hierarchy` is 0, so no account would have a score",
          "for example own: 1, worst: 1");
    } else if (children == 0) {
      add(h.at, "no-effect", "`hierarchy` weighs nothing of the children",
          "give worst, mean, value_weighted, poor_by_count or poor_by_value a weight, or leave it out",
          Severity::warning);
    }
  }

  void quantiles() {
    if (!model_->quantiles_within_segment) return;
    const auto by_quantile = [](const std::vector<Band>& bands) { return !bands.empty() && bands[0].quantile; };
    bool any = by_quantile(model_->bands);
    for (const auto* list : {&model_->segments, &model_->stages}) {
      for (const Segment& s : *list) any = any || by_quantile(s.bands);
    }
    if (any && !model_->segments.empty()) return;
    const tree::Entry* key = model_->document.root().find_entry("quantiles_within");
    if (key == nullptr) return;
    add(key->key, "no-effect",
        any ? "`quantiles_within: segment` has no effect: the model has no segments"
            : "`quantiles_within` has no effect: no band begins at a quantile",
        "leave it out", Severity::warning);
  }

  void inputs() {
    for (const Input& in : model_->inputs) {
      if (in.event_at.line == 0 || reads(in.event)) continue;
      const bool close = text::closest(in.event, context_->events).has_value() &&
                         !std::binary_search(context_->events.begin(), context_->events.end(), in.event);
      add(in.event_at, "no-effect", fmt::format("nothing in the model reads `{}`", in.event),
          close ? text::did_you_mean(in.event, context_->events)
                : fmt::format("a metric reads it: current({}, value); or leave the input out",
                              language::quoted_name(in.event)),
          Severity::warning);
    }
  }

  // Whether a metric, a condition or an outcome reads an event.
  [[nodiscard]] bool reads(const std::string& event) const {
    const auto has = [&](const Reads& r) { return std::binary_search(r.events.begin(), r.events.end(), event); };
    bool found = model_->accounts.when && has(model_->accounts.when->reads);
    for (const Metric& m : model_->metrics) found = found || has(m.reads);
    for (const Outcome& o : model_->outcomes) found = found || has(o.reads) || (o.among && has(o.among->reads));
    for (const Trigger& t : model_->triggers) found = found || has(t.when.reads) || (t.until && has(t.until->reads));
    for (const auto* list : {&model_->segments, &model_->stages}) {
      for (const Segment& s : *list) found = found || has(s.when.reads);
    }
    return found;
  }

  Model* model_;
  const Context* context_;
  const std::vector<bool>* typed_;
  Problems* problems_;
};

}  // namespace

void check_rules(Model& model, const Context& context, const std::vector<bool>& typed, Problems& problems) {
  RulesCheck(model, context, typed, problems).run();
}

}  // namespace kenko::model
