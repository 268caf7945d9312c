#include "reference/walk.h"

#include <algorithm>

#include "base/check.h"
#include "reference/contracts.h"

namespace kenko::reference {

using language::Expression;

/// What the expressions of one metric (or the conditions) of one account ask.
class Walk::Asking final : public Surroundings {
 public:
  Asking(Walk& walk, size_t owner) : walk_(walk), owner_(owner) {}

  Value metric(const std::string& name, Day d) override {
    const auto& metrics = walk_.world_.model().metrics;
    for (size_t i = 0; i < metrics.size(); ++i) {
      if (metrics[i].name == name) return walk_.value(i, *metrics[i].value, d);
    }
    KENKO_CHECK(false, "no metric {}", name);
    return {};
  }

  std::vector<Value> of_children(const Expression& x, Day d) override {
    std::vector<Value> out;
    for (Walk* child : walk_.world_.children(walk_, d)) {
      const std::string& status = child->life(d).status;
      if (status != "churned" && status != "internal") out.push_back(child->value(owner_, x, d));
    }
    return out;
  }

  std::vector<Value> of_peers(const Expression& x, Day d) override {
    std::vector<Value> out;
    for (const World::Peer& peer : walk_.world_.peers(owner_, x, d - 1)) {
      if (peer.account != &walk_ && peer.segment == walk_.segment(d)) out.push_back(peer.value);
    }
    return out;
  }

 private:
  Walk& walk_;
  size_t owner_;
};

Walk::Walk(World& world, const Account& account, Day until)
    : world_(world), account_(account), biography_(world.company(), account, until) {
  const auto& metrics = world.model().metrics;
  for (size_t i = 0; i <= metrics.size(); ++i) {
    Observed observed;
    if (i < metrics.size()) observed = {metrics[i].min_observed_days, metrics[i].young_partial};
    asking_.push_back(std::make_unique<Asking>(*this, i));
    evaluators_.push_back(std::make_unique<Evaluator>(world.company(), account, biography_, observed, *asking_.back()));
  }
}
Walk::~Walk() = default;

Value Walk::value(size_t owner, const Expression& e, Day d) {
  const DayOfLife& life = biography_.on(d);
  if (!life.in_life) return {};
  return evaluators_[owner]->value(e, d, life.life_first);
}

bool Walk::holds(const model::Condition& condition, Day d) {
  const Value v = value(world_.model().metrics.size(), *condition.value, d);
  return !is_null(v) && std::get<bool>(v);
}

int Walk::segment(Day d) {
  const auto [at, fresh] = segments_.try_emplace(d, -1);
  if (!fresh) return at->second;
  const auto& all = world_.model().segments;
  for (size_t i = 0; i < all.size() && at->second < 0; ++i) {
    if ((all[i].from && d < *all[i].from) || (all[i].until && d > *all[i].until)) continue;
    if (holds(all[i].when, d)) at->second = static_cast<int>(i);
  }
  return at->second;
}

int Walk::stage(Day d) {
  const auto [at, fresh] = stages_.try_emplace(d, -1);
  if (!fresh) return at->second;
  const auto& all = world_.model().stages;
  for (size_t i = 0; i < all.size() && at->second < 0; ++i) {
    if (holds(all[i].when, d)) at->second = static_cast<int>(i);
  }
  return at->second;
}

bool Walk::scored_status(Day d) const {
  const model::Accounts& accounts = world_.model().accounts;
  const std::string& status = life(d).status;
  return (status == "trial" && accounts.trial) || (status == "onboarding" && accounts.onboarding) ||
         (status == "active" && accounts.active) || (status == "notice" && accounts.notice);
}

bool Walk::scored(Day d) {
  const auto& when = world_.model().accounts.when;
  return scored_status(d) && (!when || holds(*when, d));
}

const DayResult* Walk::result(Day d) const {
  const auto first = biography_.first_fact_day();
  if (!first || d < *first || d - *first >= std::ssize(days_)) return nullptr;
  return &days_[static_cast<size_t>(d - *first)];
}

std::optional<int64_t> Walk::points_of(size_t metric, const DayModel& day, const DayOfLife&, Day d) {
  const model::Metric& m = world_.model().metrics[metric];
  const Value own = value(metric, *m.value, d);
  if (m.each) return points_by_each(m, own);
  const model::Curve& curve = *day.curves.at(m.name);
  const Expression* over = world_.curve_value(m, curve);
  return points_by_curve(m, curve, over == nullptr ? own : value(metric, *over, d));
}

void Walk::give_points(size_t metric, const DayModel& day, const DayOfLife& life, Day d, MetricCell& cell) {
  const model::Metric& m = world_.model().metrics[metric];
  if (!m.dimension) return;
  cell.by_curve = points_of(metric, day, life, d);
  std::optional<int64_t> fresh = cell.by_curve;
  if (!fresh && m.missing.kind == model::Missing::Kind::hold) {
    for (Day x = d - 1; x >= std::max(life.life_first, d - m.missing.hold_days) && !fresh; x = x - 1) {
      fresh = measured_.at(x)[metric].by_curve;
    }
  }
  cell.evidence = fresh.has_value();
  if (!fresh && m.missing.kind == model::Missing::Kind::zero) fresh = 0;
  if (!fresh && m.missing.kind == model::Missing::Kind::score) fresh = m.missing.points_micros;
  cell.points = cell.fresh = fresh;
  if (const auto kept = world_.kept_day(m, d)) {
    cell.stale = true;
    cell.evidence = false;
    cell.points.reset();
    if (*kept >= life.life_first) cell.points = measured_.at(*kept)[metric].fresh;
  }
}

void Walk::measure(Day d) {
  const DayOfLife& life = biography_.on(d);
  DayResult out;
  out.day = d;
  out.state = "none";
  sign_of_life = life.in_life && life.fact_day && life.status != "paused";
  if (life.alive) {
    out.alive = true;
    out.status = life.status;
    const auto& model = world_.model();
    const int s = segment(d);
    if (s >= 0) out.segment = model.segments[static_cast<size_t>(s)].name;
    const int g = stage(d);
    if (g >= 0) out.stage = model.stages[static_cast<size_t>(g)].name;
    for (const model::Outcome& o : model.outcomes) {
      if (o.among) out.among[o.name] = holds(*o.among, d);
    }
  }
  if (life.in_life) {  // points are kept from days before `started` too, and stages run
    if (d == life.life_first || stage(d) != stage_before_) days_in_stage_ = 0;
    stage_before_ = stage(d);
    ++days_in_stage_;
    if (life.alive && stage_before_ >= 0) out.days_in_stage = days_in_stage_;
    const DayModel day = model_of(d);
    const auto& metrics = world_.model().metrics;
    measured_[d].resize(metrics.size());
    for (size_t i = 0; i < metrics.size(); ++i) {
      MetricCell cell;
      cell.value = value(i, *metrics[i].value, d);
      give_points(i, day, life, d, cell);
      measured_[d][i] = {cell.by_curve, cell.fresh};
      if (life.alive) out.metrics[metrics[i].name] = std::move(cell);
    }
  }
  days_.push_back(std::move(out));
}

// #hierarchy 2.
std::optional<int64_t> Walk::with_children(const std::optional<int64_t>& own, Day d) {
  const model::Hierarchy& h = world_.model().hierarchy;
  struct Child {
    int64_t score;
    Int128 arr;
  };
  std::vector<Child> children;
  for (Walk* child : world_.children(*this, d)) {
    const DayResult* day = child->result(d);
    if (day->state != "scored") continue;
    const auto worth = arr(world_.company(), child->account(), d);
    children.push_back({*day->computed, worth && *worth > 0 ? *worth : 0});
  }
  Int128 sum = 0;
  Int128 weights = 0;
  const auto add = [&](Decimal weight, const std::optional<int64_t>& part) {
    if (!part) return;
    sum += static_cast<Int128>(weight.micros) * *part;
    weights += weight.micros;
  };
  add(h.own, own);
  if (!children.empty()) {
    int64_t worst = 10'000;
    int64_t total = 0;
    int64_t poor = 0;
    Int128 arr_all = 0;
    Int128 arr_scores = 0;
    Int128 arr_poor = 0;
    for (const Child& c : children) {
      worst = std::min(worst, c.score);
      total += c.score;
      arr_all += c.arr;
      arr_scores += c.arr * c.score;
      if (c.score >= h.poor_below_hundredths) continue;
      ++poor;
      arr_poor += c.arr;
    }
    const auto n = static_cast<int64_t>(children.size());
    const auto share = [](Int128 part, Int128 all) { return static_cast<int64_t>(divide_half_up(10'000 * part, all)); };
    add(h.worst, worst);
    add(h.mean, static_cast<int64_t>(divide_half_up(total, n)));
    add(h.poor_by_count, share(n - poor, n));
    if (arr_all > 0) {
      add(h.value_weighted, static_cast<int64_t>(divide_half_up(arr_scores, arr_all)));
      add(h.poor_by_value, share(arr_all - arr_poor, arr_all));
    }
  }
  if (weights == 0) return own;
  return static_cast<int64_t>(divide_half_up(sum, weights));
}

void Walk::score(Day d) {
  const DayOfLife& life = biography_.on(d);
  if (life.in_life && d == life.life_first) {
    kept_score_.reset();
    kept_band_.clear();
    triggers_.clear();
    for (const model::Trigger& t : world_.model().triggers) triggers_.emplace_back(t);
    band_ = BandState();
  }
  if (sign_of_life) smallest_.reset();
  if (life.status != "paused" || !life.alive) {
    kept_score_.reset();
    kept_band_.clear();
  }
  std::map<std::string, int> starts;
  for (size_t i = 0; life.in_life && i < triggers_.size(); ++i) {
    const model::Trigger& t = world_.model().triggers[i];
    starts[t.name] = triggers_[i].next(holds(t.when, d), t.until && holds(*t.until, d));
  }
  if (!life.alive) return;
  DayResult& out = days_.back();
  const DayModel day = model_of(d);
  const RolledUp rolled = roll_up(day, out.metrics);
  out.dimensions = rolled.dimensions;
  out.coverage_micros = rolled.coverage_micros;
  evidence_everywhere_[d] = rolled.evidence_everywhere;
  if (life.status == "paused") {
    out.state = "paused";
    out.score = kept_score_;
    out.band = kept_band_;
  } else if (!scored(d)) {
    out.state = "not scored";
  } else {
    finish(rolled, day, starts, out);
  }
}

void Walk::finish(const RolledUp& rolled, const DayModel& day, const std::map<std::string, int>& starts,
                  DayResult& out) {
  const model::Model& model = world_.model();
  const DayOfLife& life = biography_.on(out.day);
  std::optional<int64_t> own;
  if (rolled.score_hundredths && rolled.coverage_micros >= model.min_coverage_micros) own = rolled.score_hundredths;
  const model::Hierarchy& h = model.hierarchy;
  const bool of_children =
      h.worst.micros + h.mean.micros + h.value_weighted.micros + h.poor_by_count.micros + h.poor_by_value.micros > 0;
  const auto value = of_children ? with_children(own, out.day) : own;
  if (!value) {
    const int32_t age_days = out.day - biography_.account_start(out.day, life.life_first) + 1;
    out.state = age_days <= model.too_new_days ? "too new" : "insufficient data";
    return;
  }
  out.state = "scored";
  if (own) {
    out.rolled_up = static_cast<int32_t>(*own);
    explain(day, rolled, out.metrics, out.starts);
  }
  out.hierarchy = static_cast<int32_t>(*value - own.value_or(0));
  const TriggerLines lines = apply_triggers(day, starts, *value);
  out.triggers = lines.points;
  out.cap = static_cast<int32_t>(lines.cap);
  out.capped_by = lines.capped_by;
  smallest_ = std::min(smallest_.value_or(lines.score), lines.score);
  out.silence = static_cast<int32_t>(*smallest_ - lines.score);
  out.computed = static_cast<int32_t>(*smallest_);
  out.score = static_cast<int32_t>(overridden(model, account_, out.day, life.life_first, *smallest_));
  out.override_ = *out.score - *out.computed;
  kept_score_ = out.score;
}

void Walk::give_band(Day d) {
  if (days_.empty() || days_.back().day != d) return;
  DayResult& out = days_.back();
  if (out.state != "scored") return;
  kept_band_.clear();
  const model::Model& model = world_.model();
  const DayModel day = model_of(d);
  const std::vector<model::Band>& bands = *day.bands;
  std::vector<int64_t> scores;
  if (bands.front().quantile) {
    scores = world_.scores_of(d - 1, model.quantiles_within_segment ? &out.segment : nullptr);
  }
  const auto from = cut_offs(bands, std::move(scores));
  if (!from) return;
  size_t shown = band_.next(model, bands, *from, *out.score);
  if (shown > 0 && shown + 1 == bands.size() && !evidence_everywhere_.at(d)) --shown;
  out.band = kept_band_ = bands[shown].name;
}

void Walk::forget_metrics() {
  if (days_.empty()) return;
  days_.back().metrics.clear();
  days_.back().dimensions.clear();
}

}  // namespace kenko::reference
