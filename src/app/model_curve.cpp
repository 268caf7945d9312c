#include "app/model_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "explain/inverse.h"
#include "score/history.h"

namespace kenko::app {
namespace {

using Kind = plan::Curve::Kind;

std::optional<int64_t> points_of(const plan::Curve& curve, double x) {
  const int64_t points = explain::curve_points(curve, x);
  return points == engine::kNoPoints ? std::nullopt : std::optional(points);
}

std::string kind_name(model::Curve::Kind kind) {
  constexpr std::string_view kNames[] = {"none", "linear", "steps",      "category",
                                         "hill", "words",  "percentile", "baseline"};
  return std::string(kNames[static_cast<size_t>(kind)]);
}

Problem unknown(std::string code, std::string message, const std::string& word, const std::vector<std::string>& known) {
  return {std::move(code), {}, std::move(message), text::did_you_mean(word, known), "", Severity::error};
}

// Where the segment or stage stands in the plan; both none = the model itself.
struct Chosen {
  std::optional<size_t> segment, stage;
};

Result<Chosen> choose(const plan::Plan& plan, const std::string& name) {
  Chosen out;
  if (name.empty()) return out;
  std::vector<std::string> known;
  for (size_t i = 0; i < plan.segments.size(); ++i) {
    known.push_back(plan.segments[i].name);
    if (plan.segments[i].name == name) out.segment = i;
  }
  for (size_t i = 0; i < plan.life_stages.size(); ++i) {
    known.push_back(plan.life_stages[i].name);
    if (plan.life_stages[i].name == name && !out.segment) out.stage = i;
  }
  if (out.segment || out.stage) return out;
  return unknown("unknown-segment", fmt::format("the model has no segment or stage `{}`", name), name, known);
}

Result<uint32_t> find_metric(const plan::Plan& plan, const std::string& name) {
  std::vector<std::string> known;
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].name == name) return m;
    known.push_back(plan.metrics[m].name);
  }
  return unknown("unknown-metric", fmt::format("the model has no metric `{}`", name), name, known);
}

// The curve that counts there, and how the file writes it.
void take_curve(const LoadedModel& loaded, uint32_t metric, const Chosen& chosen, CurveView& view) {
  const plan::Metric& m = loaded.plan.metrics[metric];
  view.curve = m.curve;
  const model::Curve* written = nullptr;
  for (const model::Metric& x : loaded.model.metrics) {
    if (x.name == m.name) written = &x.curve;
  }
  const auto change = [&](const plan::Segment& now, const std::vector<model::Segment>& all) {
    for (const auto& [position, curve] : now.changes.curves) {
      if (position == metric) view.curve = curve;
    }
    for (const model::Segment& s : all) {
      if (s.name != now.name) continue;
      for (const auto& [name, curve] : s.curves) {
        if (name == m.name) written = &curve;
      }
    }
  };
  if (chosen.segment) change(loaded.plan.segments[*chosen.segment], loaded.model.segments);
  if (chosen.stage) change(loaded.plan.life_stages[*chosen.stage], loaded.model.stages);
  view.kind = view.curve.kind == Kind::each || written == nullptr ? "each" : kind_name(written->kind);
  view.percent = (written != nullptr && written->percent) || view.kind == "percentile";
  view.words = view.curve.kind == Kind::category;
}

// Values of the metric on the day; texts in words.
struct Values {
  int64_t accounts = 0, without = 0;
  std::vector<double> numbers;
  std::map<std::string, int64_t> words;
};

Values read_values(const plan::Plan& plan, const Scoring& scoring, uint32_t metric, const Chosen& chosen, bool words) {
  const engine::Engine engine(plan, scoring.portfolio());
  const plan::Type type = plan.nodes[plan.metrics[metric].node].type;
  Values out;
  score::for_each_account(engine, scoring.as_of(), scoring.threads(), {}, [&](const score::AccountHistory& history) {
    const score::DayRow row = score::find_day(history, scoring.as_of());
    if (row.days == nullptr) return;
    const score::State state = row.scores->state[row.at];
    if (state != score::State::scored && state != score::State::insufficient && state != score::State::too_new) return;
    if (chosen.segment && row.scores->segment[row.at] != static_cast<int16_t>(*chosen.segment)) return;
    if (chosen.stage && row.scores->stage[row.at] != static_cast<int16_t>(*chosen.stage)) return;
    ++out.accounts;
    const engine::MetricDays& days = row.days->metrics[metric];
    if (days.valid[row.at] == 0) {
      ++out.without;
    } else if (words) {
      const double v = days.value[row.at];
      ++out.words[type == plan::Type::text ? std::string(engine.text(v)) : v != 0 ? "true" : "false"];
    } else {
      out.numbers.push_back(days.value[row.at]);
    }
  });
  std::sort(out.numbers.begin(), out.numbers.end());
  return out;
}

double quantile(const std::vector<double>& sorted, double q) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(std::floor(last * q + 0.5))];
}

// The range of x: that of the curve, wider where the customers are (without the outermost hundredth on each side).
void take_range(const std::vector<double>& sorted, CurveView& view) {
  const plan::Curve& c = view.curve;
  double low = 0, high = 1;
  if (!c.points.empty()) {
    low = c.points.front().x;
    high = c.points.back().x;
  } else if (c.kind == Kind::hill) {
    high = 4 * c.half;
  } else if (c.kind == Kind::each && c.each_micros != 0) {
    high = std::fabs(static_cast<double>(c.at_most_micros) / static_cast<double>(c.each_micros));
  }
  constexpr double kMost = 3;  // the curve keeps at least a third of the width
  if (!sorted.empty()) {
    const double width = high > low ? high - low : 1;
    low = std::max(std::min(low, quantile(sorted, 0.01)), low - width * (kMost - 1));
    high = std::min(std::max(high, quantile(sorted, 0.99)), high + width * (kMost - 1));
  }
  if (view.kind == "percentile") low = 0, high = 1;
  if (!(high > low)) high = low + 1;
  view.lowest = low;
  view.highest = high;
}

void take_points_range(CurveView& view) {
  if (view.curve.kind != Kind::each) return;
  const double a = static_cast<double>(points_of(view.curve, view.lowest).value_or(0)) / 1e6;
  const double b = static_cast<double>(points_of(view.curve, view.highest).value_or(0)) / 1e6;
  view.least_points = std::min({a, b, 0.0});
  view.most_points = std::max({a, b, 0.0});
  if (view.most_points == view.least_points) view.most_points = view.least_points + 1;
}

void take_marks(CurveView& view) {
  for (const plan::Curve::Point& p : view.curve.points) view.marks.push_back({p.x, p.points_micros});
  if (view.curve.kind == Kind::hill) view.marks.push_back({view.curve.half, 50'000'000});
}

bool is_whole(double v) { return std::floor(v) == v; }

// One bar a whole number where there are few of them, else 30.
void take_bins(const std::vector<double>& sorted, CurveView& view, CurveCrowd& crowd) {
  constexpr double kBars = 30, kMostWhole = 45;
  const bool whole = std::all_of(sorted.begin(), sorted.end(), is_whole) && view.highest - view.lowest < kMostWhole;
  if (whole) {
    view.lowest = std::floor(view.lowest) - 0.5;
    view.highest = std::ceil(view.highest) + 0.5;
  }
  const double bars = whole ? view.highest - view.lowest : kBars;
  const double width = (view.highest - view.lowest) / bars;
  for (int i = 0; i < static_cast<int>(bars); ++i)
    crowd.bins.push_back({view.lowest + width * i, view.lowest + width * (i + 1), 0});
  for (const double v : sorted) {
    crowd.below += v < view.lowest ? 1 : 0;
    crowd.above += v > view.highest ? 1 : 0;
    const double at = std::clamp(std::floor((v - view.lowest) / width), 0.0, bars - 1);
    ++crowd.bins[static_cast<size_t>(at)].accounts;
  }
}

// How many get the fewest and the most points that the curve has.
void count_ends(const std::vector<double>& sorted, const CurveView& view, CurveCrowd& crowd) {
  int64_t least = INT64_MAX, most = INT64_MIN;
  const auto widen = [&](std::optional<int64_t> points) {
    if (points) least = std::min(least, *points), most = std::max(most, *points);
  };
  widen(points_of(view.curve, view.lowest));
  widen(points_of(view.curve, view.highest));
  for (const plan::Curve::Point& p : view.curve.points) widen(p.points_micros);
  for (const double v : sorted) {
    const auto points = points_of(view.curve, v);
    crowd.at_least_points += points && *points <= least ? 1 : 0;
    crowd.at_most_points += points && *points >= most ? 1 : 0;
  }
}

void take_numbers(const Values& values, CurveView& view) {
  take_range(values.numbers, view);
  if (view.crowd) {
    CurveCrowd& crowd = *view.crowd;
    take_bins(values.numbers, view, crowd);
    for (const double q : {0.0, 0.25, 0.5, 0.75, 1.0}) {
      if (values.numbers.empty()) break;
      const double x = quantile(values.numbers, q);
      crowd.quartiles.push_back({x, points_of(view.curve, x)});
    }
    count_ends(values.numbers, view, crowd);
  }
  take_points_range(view);
  take_marks(view);
}

void take_words(const Values& values, CurveView& view) {
  std::map<std::string, CurveWord> all;
  for (const plan::Curve::Category& c : view.curve.categories) all[c.value] = {c.value, c.points_micros, false, 0};
  for (const auto& [word, accounts] : values.words) {
    const auto [at, is_new] = all.try_emplace(word, CurveWord{word, view.curve.other, true, 0});
    at->second.accounts = accounts;
  }
  for (auto& [word, value] : all) view.values.push_back(std::move(value));
  std::stable_sort(view.values.begin(), view.values.end(), [](const CurveWord& a, const CurveWord& b) {
    return a.points.value_or(INT64_MIN) > b.points.value_or(INT64_MIN);
  });
}

}  // namespace

std::optional<int64_t> points_at(const CurveView& view, double x) { return points_of(view.curve, x); }

Result<CurveView> view_curve(const Workspace& workspace, const CurveRequest& request, Instant now) {
  KENKO_TRY(LoadedModel loaded, load_model(workspace, request.model));
  KENKO_TRY(const uint32_t metric, find_metric(loaded.plan, request.metric));
  KENKO_TRY(const Chosen chosen, choose(loaded.plan, request.segment));
  plan::Metric& m = loaded.plan.metrics[metric];
  CurveView view;
  view.model = loaded.plan.model;
  view.metric = m.name;
  view.label = m.label;
  view.expression = m.expression;
  view.segment = request.segment;
  take_curve(loaded, metric, chosen, view);
  if (view.curve.kind == Kind::none) {
    return Problem{"no-curve",
                   {},
                   fmt::format("the metric `{}` is shown and not scored: it has no curve", m.name),
                   "give it `dimension:`, `weight:` and `curve:`",
                   "",
                   Severity::error};
  }
  m.node = m.points_node;  // what goes into the curve is what is looked at: the place, the distance
  Values values;
  const auto scoring = Scoring::open(workspace, {request.model, request.as_of, {}, request.threads}, now);
  if (scoring) {
    values = read_values(loaded.plan, **scoring, metric, chosen, view.words);
    CurveCrowd& crowd = view.crowd.emplace();
    crowd.as_of = (*scoring)->as_of();
    crowd.accounts = values.accounts;
    crowd.without_value = values.without;
  } else if (scoring.problems().front().code != "no-facts") {
    return scoring.problems();
  }
  if (view.words) {
    take_words(values, view);
  } else {
    take_numbers(values, view);
  }
  return view;
}

}  // namespace kenko::app
