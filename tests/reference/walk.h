// tests/reference/walk.h
//
// One account on its way from day to day, among the others of its company.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "reference/evaluate.h"
#include "reference/interpret.h"
#include "reference/population.h"
#include "reference/rules.h"

namespace kenko::reference {

class Walk;

/// All accounts that are looked at, and what they are to each other.
class World {
 public:
  /// `only`: the accounts to walk; empty = all.
  World(const model::Model& model, const Company& company, const std::vector<std::string>& only, Day until);
  ~World();

  /// Computes all days up to `until`, one after the other.
  /// `keep`: whose days are returned with their metrics and lines; empty = all.
  std::map<std::string, std::vector<DayResult>> run(Day from, const std::set<std::string>& keep = {});

  [[nodiscard]] const model::Model& model() const { return model_; }
  [[nodiscard]] const Company& company() const { return company_; }
  /// #hierarchy 1; nullptr = none.
  [[nodiscard]] Walk* parent(const Walk& account, Day d);
  /// In the order of ids; those with a row on d.
  [[nodiscard]] const std::vector<Walk*>& children(const Walk& account, Day d);
  /// An expression on d of every account whose status the model scores then.  `owner`: see Walk.
  struct Peer {
    const Walk* account;
    int segment;
    Value value;
  };
  [[nodiscard]] const std::vector<Peer>& peers(size_t owner, const language::Expression& e, Day d);
  /// Expression of a curve over percentile() or vs_own_baseline() of a metric.
  [[nodiscard]] const language::Expression* curve_value(const model::Metric& metric, const model::Curve& curve);
  /// The day whose points a metric keeps because a source is overdue on d; nullopt = not stale.
  [[nodiscard]] std::optional<Day> kept_day(const model::Metric& metric, Day d) const;
  /// The computed scores on d: of all, or of those in `segment`.
  [[nodiscard]] std::vector<int64_t> scores_of(Day d, const std::string* segment) const;

 private:
  [[nodiscard]] Walk* named_parent(const Walk& account, Day d);
  void score_children_first(Walk& account, Day d, std::set<const Walk*>& done);

  const model::Model& model_;
  const Company& company_;
  Day until_;
  std::map<std::string, std::unique_ptr<Walk>> walks_;
  std::map<std::tuple<size_t, const language::Expression*, Day>, std::vector<Peer>> peers_;
  std::map<const model::Curve*, language::Expression> curve_values_;
  std::optional<Day> children_day_;
  std::map<const Walk*, std::vector<Walk*>> children_;  // on children_day_
  std::map<std::string, std::set<std::string>> sources_of_metric_;
  std::map<std::string, std::set<Day>> fact_days_;  // by source with `every`
};

/// One account.
class Walk {
 public:
  Walk(World& world, const Account& account, Day until);
  ~Walk();

  [[nodiscard]] const std::string& id() const { return account_.id; }
  [[nodiscard]] const Account& account() const { return account_; }
  [[nodiscard]] const Biography& biography() const { return biography_; }
  [[nodiscard]] const DayOfLife& life(Day d) const { return biography_.on(d); }
  /// `owner`: position of the metric whose expression it is; the number of metrics = a condition of the model.
  [[nodiscard]] Value value(size_t owner, const language::Expression& e, Day d);
  [[nodiscard]] bool holds(const model::Condition& condition, Day d);
  [[nodiscard]] int segment(Day d);
  [[nodiscard]] int stage(Day d);
  /// Population 6: its status is one that the model scores.
  [[nodiscard]] bool scored_status(Day d) const;
  /// And `accounts: when` holds.
  [[nodiscard]] bool scored(Day d);
  [[nodiscard]] const DayResult* result(Day d) const;

  /// The steps of a day, in this order; the second one after the children's.
  void measure(Day d);
  void score(Day d);
  void give_band(Day d);
  /// Of the newest day only what later days ask for is left.
  void forget_metrics();
  [[nodiscard]] std::vector<DayResult> take_days() { return std::move(days_); }

  bool sign_of_life = false;  ///< the day being computed is a fact day, its own or a descendant's

 private:
  class Asking;
  [[nodiscard]] std::optional<int64_t> points_of(size_t metric, const DayModel& day, const DayOfLife& life, Day d);
  void give_points(size_t metric, const DayModel& day, const DayOfLife& life, Day d, MetricCell& cell);
  [[nodiscard]] std::optional<int64_t> with_children(const std::optional<int64_t>& own, Day d);
  [[nodiscard]] DayModel model_of(Day d) { return day_model(world_.model(), segment(d), stage(d)); }
  void finish(const RolledUp& rolled, const DayModel& day, const std::map<std::string, int>& starts, DayResult& out);

  World& world_;
  const Account& account_;
  Biography biography_;
  std::vector<std::unique_ptr<Asking>> asking_;
  std::vector<std::unique_ptr<Evaluator>> evaluators_;
  std::map<Day, int> segments_, stages_;
  struct Measured {
    std::optional<int64_t> by_curve, fresh;
  };
  std::map<Day, std::vector<Measured>> measured_;  // by metric, of the days in a life, with a row or not
  int stage_before_ = -1;                          // of the day before
  int32_t days_in_stage_ = 0;
  std::vector<DayResult> days_;  // from the first fact day on
  std::vector<TriggerState> triggers_;
  BandState band_;
  std::map<Day, bool> evidence_everywhere_;
  std::optional<int64_t> smallest_;  // score before silence since the last fact day of any life
  std::optional<int32_t> kept_score_;
  std::string kept_band_;
};

}  // namespace kenko::reference
