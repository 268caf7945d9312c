#include "explain/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kenko::explain {
namespace {

constexpr double kMicros = 1e6;
constexpr int32_t kNotableHundredths = 500;  // a fall of 5 points is what the line speaks of

std::string points_text(int64_t micros) { return fmt::format("{:.1f}", static_cast<double>(micros) / kMicros); }

// The scored part that loses most; nullptr when nothing is lost.
const Part* costliest(const Explanation& e) {
  const Part* worst = nullptr;
  for (const Part& p : e.parts) {
    if (p.lost > 0 && (worst == nullptr || p.lost > worst->lost)) worst = &p;
  }
  return worst;
}

// The part whose contribution fell most among those whose own points fell (a share that shrinks because another metric
// got evidence is no reason); nullptr when none fell.
const Part* steepest(const Explanation& before, const Explanation& now) {
  const Part* worst = nullptr;
  int64_t fall = 0;
  for (size_t i = 0; i < now.parts.size(); ++i) {
    const int64_t change = now.parts[i].contribution - before.parts[i].contribution;
    const bool own = now.parts[i].points && before.parts[i].points && *now.parts[i].points < *before.parts[i].points;
    if (own && change < fall) {
      fall = change;
      worst = &now.parts[i];
    }
  }
  return worst;
}

Sentence missing_reason(const plan::Plan& plan, const Explanation& e) {
  std::string names;
  int count = 0;
  for (const Part& p : e.parts) {
    if (p.evidence || p.weight_micros == 0) continue;
    if (++count <= 2) names += (count > 1 ? ", " : "") + plan.metrics[p.metric].label;
  }
  const int32_t percent = e.coverage / 10'000;
  if (count > 2) return say("evidence for {} % of the weight; missing: {} and {} more", percent, names, count - 2);
  return say("evidence for {} % of the weight; missing: {}", percent, names);
}

// The trigger that takes most; nullptr when none takes a notable part.
const TriggerLine* heaviest(const Explanation& e) {
  const TriggerLine* worst = nullptr;
  for (const TriggerLine& t : e.triggers) {
    if (t.line_hundredths <= -kNotableHundredths && (worst == nullptr || t.line_hundredths < worst->line_hundredths))
      worst = &t;
  }
  return worst;
}

// What rules do to the score; empty when they do nothing notable.
Sentence rule_reason(const plan::Plan& plan, const Summary& s) {
  const Explanation& e = s.now;
  const auto points = [](int32_t hundredths) { return fmt::format("{:.1f}", static_cast<double>(hundredths) / 100); };
  const auto label = [&plan](uint32_t t) {
    return plan.triggers[t].label.empty() ? plan.triggers[t].name : plan.triggers[t].label;
  };
  if (e.override_line != 0) return say("Override: shown as {}, computed {}", points(e.score), points(e.computed));
  if (e.cap <= -kNotableHundredths && e.capped_by) {
    int32_t held = std::max(e.rolled_up, 0) + e.hierarchy + e.cap;
    for (const TriggerLine& t : e.triggers) held += t.line_hundredths;
    return say("Capped at {} by {}: −{}", points(held), label(*e.capped_by), points(-e.cap));
  }
  if (const TriggerLine* t = heaviest(e)) {
    const std::string taken = points(-t->line_hundredths);
    if (t->starts > 1) return say("{} ({} times): −{}", label(t->trigger), t->starts, taken);
    return say("{}: −{}", label(t->trigger), taken);
  }
  if (e.silence <= -kNotableHundredths)
    return say("Nothing heard since {}: held {} below its metrics", s.last_fact_day.iso(), points(-e.silence));
  if (e.hierarchy <= -kNotableHundredths && e.rolled_up >= 0 && e.from_children)
    return say("Its children bring it down: −{}, worst {}", points(-e.hierarchy),
               points(e.from_children->parts.worst.value_or(0)));
  return {};
}

// What is kept because its source is overdue; empty when nothing is.
Sentence stale_note(const plan::Plan& plan, const Explanation& e) {
  const Part* first = nullptr;
  int count = 0;
  for (const Part& p : e.parts) {
    if (!p.stale || p.weight_micros == 0) continue;
    if (++count == 1) first = &p;
  }
  if (first == nullptr) return {};
  const std::string& label = plan.metrics[first->metric].label;
  if (!first->from) return say("feed overdue since ever: {}", label);
  if (count > 1) return say("feed overdue since {}: {} and {} more", first->from->iso(), label, count - 1);
  return say("feed overdue since {}: {}", first->from->iso(), label);
}

Sentence metric_reason(const engine::Engine& engine, const Summary& s) {
  const plan::Plan& plan = engine.plan();
  const Explanation& e = s.now;
  const bool comparable = s.before.rolled_up >= 0 && s.before.parts.size() == e.parts.size();
  if (comparable && e.score - s.before.score <= -kNotableHundredths) {
    if (const Part* p = steepest(s.before, e)) {
      const auto before = std::find_if(s.before.parts.begin(), s.before.parts.end(),
                                       [p](const Part& b) { return b.metric == p->metric; });
      return say("{} {} → {}: −{} in {} days", plan.metrics[p->metric].label,
                 value_text(engine, p->metric, before->value), value_text(engine, p->metric, p->value),
                 points_text(before->contribution - p->contribution), kChangeDays);
    }
  }
  if (const Part* p = costliest(e)) {
    const plan::Metric& m = plan.metrics[p->metric];
    const double points = p->points ? *p->points / kMicros : 0;
    const std::string value = value_text(engine, p->metric, p->value), lost = points_text(p->lost);
    if (plan.dimensions[*m.dimension].rollup == plan::Rollup::points)
      return say("{} {}: {} points, −{}", m.label, value, fmt::format("{:+.1f}", points), lost);
    return say("{} {}: {}/100, −{}", m.label, value, static_cast<int>(points), lost);
  }
  return e.rolled_up == 10'000 ? Sentence("every metric at 100") : Sentence();
}

Sentence first_clause(const engine::Engine& engine, const Summary& s) {
  const plan::Plan& plan = engine.plan();
  const Explanation& e = s.now;
  if (e.state == score::State::too_new || e.state == score::State::insufficient) return missing_reason(plan, e);
  const Sentence rule = rule_reason(plan, s);
  return rule.empty() ? metric_reason(engine, s) : rule;
}

std::vector<Sentence> reason_of(const engine::Engine& engine, const Summary& s) {
  const Explanation& e = s.now;
  if (e.state == score::State::unscored) return {say("{}: not scored", word(e.status))};
  if (e.state == score::State::paused) return {Sentence("paused: the last score is kept")};
  std::vector<Sentence> out{first_clause(engine, s), stale_note(engine.plan(), e)};
  std::erase_if(out, [](const Sentence& clause) { return clause.empty(); });
  return out;
}

}  // namespace

std::string reason_text(const Summary& summary) {
  std::string out;
  for (const Sentence& clause : summary.reason) out += (out.empty() ? "" : "; ") + clause.english();
  return out;
}

std::string value_text(const engine::Engine& engine, uint32_t metric, std::optional<double> value) {
  if (!value) return "no value";
  switch (engine.plan().nodes[engine.plan().metrics[metric].node].type) {
    case plan::Type::text:
      return std::string(engine.text(*value));
    case plan::Type::flag:
      return *value != 0 ? "yes" : "no";
    case plan::Type::number:
      break;
  }
  return number_text(*value);
}

std::string number_text(double value) {
  const double size = std::fabs(value);
  if (size == 0) return "0";
  std::string out = fmt::format("{:.{}f}", value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out == "-0" ? "0" : out;
}

std::vector<Summary> summarise(const engine::Engine& engine, Day as_of, int threads,
                               std::span<const uint32_t> accounts) {
  std::vector<Summary> out;
  score::for_each_account(engine, as_of, threads, accounts, [&](const score::AccountHistory& history) {
    const score::DayRow row = score::find_day(history, as_of);
    if (row.days == nullptr) return;
    Summary s;
    s.account = history.account;
    s.now = explain_day(engine.plan(), row);
    s.before = explain_day(engine.plan(), score::find_day(history, as_of - kChangeDays));
    for (int32_t week = kTrendWeeks - 1; week >= 0; --week) {
      const score::DayRow then = score::find_day(history, as_of - 7 * week);
      s.trend.push_back(then.days == nullptr ? score::kNoScore : then.scores->score[then.at]);
    }
    s.life_first = s.last_fact_day = row.days->first;
    for (size_t d = 0; d <= row.at; ++d) {
      if (row.days->fact_day[d] != 0) s.last_fact_day = row.days->first + static_cast<int32_t>(d);
    }
    s.reason = reason_of(engine, s);
    out.push_back(std::move(s));
  });
  return out;
}

std::vector<size_t> steepest_first(const engine::Engine& engine, const std::vector<Summary>& summaries) {
  std::vector<size_t> order;
  const auto change = [&](size_t i) { return summaries[i].now.score - summaries[i].before.score; };
  for (size_t i = 0; i < summaries.size(); ++i) {
    const bool both = summaries[i].now.score != score::kNoScore && summaries[i].before.score != score::kNoScore;
    if (both && change(i) < 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (change(a) != change(b)) return change(a) < change(b);
    return engine.portfolio().accounts[summaries[a].account] < engine.portfolio().accounts[summaries[b].account];
  });
  return order;
}

std::vector<size_t> worst_first(const engine::Engine& engine, const std::vector<Summary>& summaries) {
  std::vector<size_t> order(summaries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto rank = [&](size_t i) {
    const int32_t score = summaries[i].now.score;
    return score == score::kNoScore ? INT32_MAX : score;
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return engine.portfolio().accounts[summaries[a].account] < engine.portfolio().accounts[summaries[b].account];
  });
  return order;
}

}  // namespace kenko::explain
