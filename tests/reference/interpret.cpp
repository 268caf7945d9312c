#include "reference/interpret.h"

#include <algorithm>

#include "reference/evaluate.h"
#include "reference/population.h"

namespace kenko::reference {
namespace {

// Walks along the days of one account.
class Walk {
 public:
  Walk(const model::Model& model, const Company& company, const Account& account, Day until)
      : model_(model), biography_(company, account, until) {
    for (const model::Metric& m : model.metrics) {
      evaluators_.emplace_back(company, account, biography_, m.min_observed_days);
    }
  }

  [[nodiscard]] const Biography& biography() const { return biography_; }

  // Days must be asked for one after the other, from the first fact day on.
  DayResult next(Day d) {
    const DayOfLife& life = biography_.on(d);
    DayResult out;
    out.day = d;
    out.state = "none";
    if (life.in_life && d == life.life_first) {
      kept_score_.reset();
      kept_band_.clear();
    }
    if (life.in_life && life.fact_day && life.status != "paused") smallest_.reset();
    if (life.status != "paused" || !life.alive) {
      kept_score_.reset();
      kept_band_.clear();
    }
    if (!life.alive) return out;
    out.alive = true;
    out.status = life.status;
    for (size_t i = 0; i < model_.metrics.size(); ++i) {
      const model::Metric& m = model_.metrics[i];
      MetricCell& cell = out.metrics[m.name];
      cell.value = evaluators_[i].value(*m.value, d, life.life_first);
      give_points(m, cell);
    }
    const RolledUp day = roll_up(model_, out.metrics);
    out.dimensions = day.dimensions;
    out.coverage_micros = day.coverage_micros;
    if (life.scored()) {
      score(life, day, out);
    } else if (life.status == "paused") {
      out.state = "paused";
      out.score = kept_score_;
      out.band = kept_band_;
    } else {
      out.state = "not scored";
    }
    return out;
  }

 private:
  void score(const DayOfLife& life, const RolledUp& day, DayResult& out) {
    if (!day.score_hundredths || day.coverage_micros < model_.min_coverage_micros) {
      const int32_t age_days = out.day - biography_.account_start(out.day, life.life_first) + 1;
      out.state = age_days <= model_.too_new_days ? "too new" : "insufficient data";
      return;
    }
    smallest_ = std::min(smallest_.value_or(*day.score_hundredths), *day.score_hundredths);
    out.state = "scored";
    out.rolled_up = day.score_hundredths;
    out.score = smallest_;
    out.silence = *out.score - *out.rolled_up;
    out.band = band(*out.score, day.evidence_everywhere);
    explain(model_, day, out.metrics);
    kept_score_ = out.score;
    kept_band_ = out.band;
  }

  [[nodiscard]] std::string band(int32_t score, bool evidence_everywhere) const {
    size_t found = 0;
    for (size_t i = 0; i < model_.bands.size(); ++i) {
      if (model_.bands[i].from_hundredths <= score) found = i;
    }
    const bool best = found + 1 == model_.bands.size();
    if (best && !evidence_everywhere && found > 0) --found;
    return model_.bands[found].name;
  }

  const model::Model& model_;
  Biography biography_;
  std::vector<Evaluator> evaluators_;  // one for each metric
  std::optional<int32_t> smallest_;    // rolled-up score since the last fact day of any life
  std::optional<int32_t> kept_score_;  // of the last day of the life before a pause
  std::string kept_band_;
};

}  // namespace

std::vector<std::string> accounts(const Company& company) {
  std::vector<std::string> out;
  for (const auto& [id, account] : company.accounts()) out.push_back(id);
  return out;
}

std::vector<DayResult> interpret(const model::Model& model, const Company& company, const std::string& account,
                                 Day from, Day to) {
  static const Account kNobody;
  const Account* found = company.find(account);
  Walk walk(model, company, found == nullptr ? kNobody : *found, to);
  std::vector<DayResult> out;
  const Day first = std::min(walk.biography().first_fact_day().value_or(from), from);
  for (Day d = first; d <= to; ++d) {
    DayResult day = walk.next(d);
    if (d >= from) out.push_back(std::move(day));
  }
  return out;
}

std::vector<DayResult> interpret(const model::Model& model, const facts::FactSet& facts,
                                 const facts::Settings& settings, const facts::Cut& cut, const std::string& account,
                                 Day from, Day to) {
  return interpret(model, Company(facts, settings, cut), account, from, to);
}

}  // namespace kenko::reference
