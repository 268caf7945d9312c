#include "verify/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/portfolio.h"
#include "app/scoring.h"
#include "app/workspace.h"
#include "base/check.h"
#include "identity/resolve.h"
#include "model/load.h"
#include "plan/lower.h"
#include "segments/reader.h"
#include "text/derive.h"

namespace kenko::verify {
namespace {

void finish(Subject& subject) {
  for (const facts::EventFact& e : subject.facts.events) subject.events.add(e);
  subject.portfolio = subject.resolve({});
}

// The earliest day of any event, value or contract version.
Day first_day(const facts::Portfolio& portfolio) {
  Day first = portfolio.newest_day.value_or(Day{0});
  for (const int32_t day : portfolio.events.day) first = std::min(first, Day{day});
  for (const facts::AttributeRow& a : portfolio.attributes) {
    if (a.day != Day::kMin) first = std::min(first, a.day);
  }
  for (const facts::ContractRow& c : portfolio.contracts) first = std::min(first, c.fact.valid_from);
  return first;
}

}  // namespace

facts::Portfolio Subject::resolve(const facts::Cut& cut) const {
  return identity::resolve(events, facts, settings, cut);
}

std::unique_ptr<Subject> random_subject(uint64_t seed, const property::Size& size) {
  property::Generated made = property::generate(seed, size);
  auto out = std::make_unique<Subject>();
  out->name = fmt::format("random {}", seed);
  out->settings = std::move(made.settings);
  out->facts = std::move(made.facts);
  auto loaded = model::load(made.model, "random.yaml", out->settings);
  KENKO_CHECK(loaded.ok(), "seed {}: {}\n{}", seed, to_text(loaded.problems()), made.model);
  out->model = std::move(loaded).value();
  auto plan = plan::lower(out->model, out->settings);
  KENKO_CHECK(plan.ok(), "seed {}: {}", seed, to_text(plan.problems()));
  out->plan = std::move(plan).value();
  out->first = made.first;
  out->last = made.last;
  out->known_day = made.known_day;
  finish(*out);
  return out;
}

Result<std::unique_ptr<Subject>> workspace_subject(const std::string& dir, const std::string& model) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  KENKO_TRY(std::optional<state::Database> database, app::open_state(workspace.dir));
  if (!database) return Problem{"no-facts", {workspace.dir, 0, 0, ""}, "the workspace holds no facts", "", ""};
  auto out = std::make_unique<Subject>();
  out->name = workspace.settings.company.empty() ? workspace.dir : workspace.settings.company;
  out->settings = workspace.settings;
  KENKO_TRY(app::LoadedModel loaded, app::load_model(workspace, model));
  out->model = std::move(loaded.model);
  out->plan = std::move(loaded.plan);
  KENKO_TRY(ports::StoredFacts stored, database->load_facts());
  out->facts = std::move(stored.facts);
  KENKO_TRY_STATUS(segments::for_each_event(workspace.dir, stored.snapshot.segments, [&](facts::EventFact&& e) {
    out->facts.events.push_back(std::move(e));
    return true;
  }));
  KENKO_TRY(const text::RuleFiles files, app::read_text_rules(workspace.dir));
  KENKO_TRY(const text::TextRules rules, text::read_rules(files));
  text::derive_properties(out->facts, rules.lexicons, rules.topics);
  finish(*out);
  if (!out->portfolio.newest_day)
    return Problem{"no-facts", {workspace.dir, 0, 0, ""}, "the workspace holds no facts", "", ""};
  out->first = first_day(out->portfolio);
  out->last = *out->portfolio.newest_day;
  out->known_day = out->first + (out->last - out->first) / 2;
  return out;
}

}  // namespace kenko::verify
