#include <algorithm>
#include <optional>

#include "base/random.h"
#include "cases/executor.h"
#include "engine/engine.h"
#include "explain/contributions.h"
#include "identity/resolve.h"
#include "plan/lower.h"
#include "score/history.h"

namespace kenko::cases {
namespace {

// Everything that a run needs; views into each other, so it stays where it is.
struct Run {
  Run(plan::Plan p, facts::Portfolio f) : plan(std::move(p)), portfolio(std::move(f)), engine(plan, portfolio) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  plan::Plan plan;
  facts::Portfolio portfolio;
  engine::Engine engine;
};

reference::Value value_of(const Run& run, const plan::Metric& metric, double value) {
  switch (run.plan.nodes[metric.node].type) {
    case plan::Type::number:
      return value;
    case plan::Type::flag:
      return value != 0;
    case plan::Type::text:
      break;
  }
  return std::string(run.engine.text(value));
}

std::optional<int32_t> unless(int32_t value, int32_t none) {
  return value == none ? std::nullopt : std::optional(value);
}

reference::DayResult translate(const Run& run, const score::DayRow& row) {
  reference::DayResult out;
  out.day = row.day;
  out.state = "none";
  if (row.days == nullptr) return out;
  const explain::Explanation e = explain::explain_day(run.plan, row);
  out.alive = true;
  out.status = engine::word(e.status);
  out.state = score::word(e.state);
  out.score = unless(e.score, score::kNoScore);
  out.rolled_up = unless(e.rolled_up, score::kNoScore);
  out.computed = unless(e.computed, score::kNoScore);
  if (e.segment >= 0) out.segment = run.plan.segments[static_cast<size_t>(e.segment)].name;
  if (e.stage >= 0) out.stage = run.plan.life_stages[static_cast<size_t>(e.stage)].name;
  out.days_in_stage = e.days_in_stage;
  out.hierarchy = e.hierarchy;
  out.cap = e.cap;
  if (e.capped_by) out.capped_by = run.plan.triggers[*e.capped_by].name;
  out.silence = e.silence;
  out.override_ = e.override_line;
  out.coverage_micros = e.coverage;
  if (const plan::Band* band = explain::band_of(run.plan, e)) out.band = band->name;
  for (const explain::TriggerLine& t : e.triggers) {
    if (t.points_hundredths != 0) out.triggers[run.plan.triggers[t.trigger].name] = t.line_hundredths;
  }
  for (size_t j = 0; j < e.groups.size(); ++j) {
    if (e.groups[j].start) out.starts[run.plan.dimensions[j].name] = *e.groups[j].start;
  }
  for (size_t j = 0; j < e.dimension.size(); ++j) {
    const auto points = unless(e.dimension[j], -1);
    out.dimensions[run.plan.dimensions[j].name] = points ? std::optional<int64_t>(*points) : std::nullopt;
  }
  for (size_t i = 0; i < run.plan.metrics.size(); ++i) {
    const engine::MetricDays& m = row.days->metrics[i];
    reference::MetricCell& cell = out.metrics[run.plan.metrics[i].name];
    if (m.valid[row.at] != 0) cell.value = value_of(run, run.plan.metrics[i], m.value[row.at]);
  }
  for (size_t i = 0; i < run.plan.outcomes.size(); ++i) {
    const std::span<const uint8_t> days = row.days->among[i];
    if (run.plan.outcomes[i].among) out.among[run.plan.outcomes[i].name] = days[row.at] != 0;
  }
  for (const explain::Part& part : e.parts) {
    reference::MetricCell& cell = out.metrics[run.plan.metrics[part.metric].name];
    if (part.points) cell.points = *part.points;
    cell.evidence = part.evidence;
    cell.stale = part.stale;
    cell.contribution = part.contribution;
    cell.lost = part.lost;
  }
  return out;
}

// Computes the wanted rows; `only` = one account alone.
void collect(const Run& run, const std::vector<Wanted>& wanted, std::span<const uint32_t> only, int threads,
             Results& out) {
  for (const Wanted& w : wanted) out[w] = translate(run, score::DayRow{0, w.day, nullptr, nullptr, 0, nullptr});
  if (run.portfolio.accounts.empty()) return;
  Day last = wanted.front().day;
  for (const Wanted& w : wanted) last = std::max(last, w.day);
  engine::RunOptions options;
  options.among = true;
  const auto take = [&](const score::AccountHistory& history) {
    for (const Wanted& w : wanted) {
      if (run.portfolio.accounts[history.account] != w.account) continue;
      out[w] = translate(run, score::find_day(history, w.day));
    }
  };
  score::for_each_account(run.engine, last, threads, only, take, options);
}

class History : public Executor {
 public:
  [[nodiscard]] std::string name() const override { return "native history"; }
  [[nodiscard]] Result<Results> run(const Case& c, const std::vector<Wanted>& wanted) override {
    KENKO_TRY(plan::Plan plan, plan::lower(c.model, c.settings));
    const Run run(std::move(plan), identity::resolve(c.facts, c.settings, c.cut()));
    Results out;
    collect(run, wanted, {}, 2, out);
    return out;
  }
};

class OneAccount : public Executor {
 public:
  [[nodiscard]] std::string name() const override { return "native, one account, facts cut at the day"; }
  [[nodiscard]] Result<Results> run(const Case& c, const std::vector<Wanted>& wanted) override {
    KENKO_TRY(const plan::Plan plan, plan::lower(c.model, c.settings));
    Results out;
    for (const Wanted& w : wanted) {
      facts::Cut cut = c.cut();
      cut.occurred_until = w.day;
      const Run run(plan, identity::resolve(c.facts, c.settings, cut));
      const auto account = run.portfolio.find_account(w.account);
      if (!account) {
        out[w] = translate(run, score::DayRow{0, w.day, nullptr, nullptr, 0, nullptr});
        continue;
      }
      const uint32_t only[] = {*account};
      collect(run, {w}, only, 1, out);
    }
    return out;
  }
};

class AnyOrder : public Executor {
 public:
  explicit AnyOrder(uint64_t seed) : seed_(seed) {}
  [[nodiscard]] std::string name() const override { return "native, facts in random order"; }
  [[nodiscard]] Result<Results> run(const Case& c, const std::vector<Wanted>& wanted) override {
    KENKO_TRY(plan::Plan plan, plan::lower(c.model, c.settings));
    Random random(seed_);
    facts::FactSet facts = c.facts;
    const auto shuffle = [&random](auto& all) {
      for (size_t i = all.size(); i > 1; --i) {
        std::swap(all[i - 1], all[static_cast<size_t>(random.between(0, static_cast<int64_t>(i) - 1))]);
      }
    };
    shuffle(facts.events);
    shuffle(facts.attributes);
    shuffle(facts.contracts);
    shuffle(facts.identities);
    shuffle(facts.memberships);
    shuffle(facts.rates);
    const Run run(std::move(plan), identity::resolve(facts, c.settings, c.cut()));
    Results out;
    collect(run, wanted, {}, 1, out);
    return out;
  }

 private:
  uint64_t seed_;
};

}  // namespace

std::vector<std::unique_ptr<Executor>> native_executors(uint64_t seed) {
  std::vector<std::unique_ptr<Executor>> out;
  out.push_back(std::make_unique<History>());
  out.push_back(std::make_unique<OneAccount>());
  out.push_back(std::make_unique<AnyOrder>(seed));
  return out;
}

}  // namespace kenko::cases
