#include "app/account_views.h"

#include <array>

#include "app/clock.h"
#include "app/manual_facts.h"
#include "app/portfolio.h"

namespace kenko::app {

namespace {

report::Said said(const OverrideInForce& o) {
  return {o.kind + " " + o.value.text(), o.made, o.expires, o.author, o.reason};
}

void add_said(const Scoring& scoring, const ExplainRequest& request, Day life_first, report::ExplainView& view) {
  const Day day = scoring.as_of();
  std::optional<Instant> known_until;
  if (request.now_known) known_until = close_of(*request.now_known, scoring.portfolio().settings);
  const ManualFacts facts = manual_facts(scoring.portfolio(), request.entries, request.account, life_first, day,
                                         scoring.plan().model, known_until);
  if (facts.override_in_force) view.override_said = said(*facts.override_in_force);
  if (facts.pulse && (!facts.pulse->expires || *facts.pulse->expires > day)) {
    view.pulse = {facts.pulse->value.text(), facts.pulse->day, facts.pulse->expires, facts.pulse->author,
                  facts.pulse->reason};
  }
  for (const Note& note : facts.notes) view.notes.push_back({note.text, note.day, note.expires, note.author, ""});
}

void add_since(const Scoring& scoring, const ExplainRequest& request, report::ExplainView& view) {
  report::SinceView& since = view.since.emplace();
  since.then.day = *request.since;
  since.then_known = request.then_known;
  since.now_known = request.now_known;
  const Scoring& known_then = request.then == nullptr ? scoring : *request.then;
  const engine::Engine& then = known_then.engine();
  const auto account = known_then.portfolio().find_account(scoring.portfolio().accounts[request.account]);
  if (!account) return;
  const std::array<uint32_t, 1> same{*account}, one{request.account};
  score::for_each_account(then, *request.since, 1, same, [&](const score::AccountHistory& history) {
    since.then = explain::explain_day(then.plan(), score::find_day(history, *request.since));
  });
  for (const explain::Part& p : since.then.parts) {
    since.values.push_back(explain::value_text(then, p.metric, p.value));
  }
  const std::array<Day, 1> to{scoring.as_of()};
  const explain::Ends ends{&then, &scoring.engine(), &scoring.engine()};
  since.causes = explain::split_by_cause(ends, *request.since, to, one, scoring.threads()).front();
}

}  // namespace

report::ExplainView explain_account(const Scoring& scoring, const ExplainRequest& request) {
  const engine::Engine& engine = scoring.engine();
  const std::array<uint32_t, 1> one{request.account};
  report::ExplainView view;
  view.account = request.account;
  view.now.day = scoring.as_of();
  const auto summaries = explain::summarise(engine, scoring.as_of(), 1, one);
  if (summaries.empty()) return view;
  view.summary = summaries.front();
  view.now = view.summary.now;
  view.raise = explain::what_would_raise(engine, view.now);
  if (request.since) add_since(scoring, request, view);
  add_said(scoring, request, view.summary.life_first, view);
  std::vector<uint32_t> active;
  for (const explain::TriggerLine& t : view.now.triggers) active.push_back(t.trigger);
  if (request.evidence_limit > 0) {
    view.evidence = explain::evidence_of(engine, request.account, scoring.as_of(), request.evidence_limit, active);
  }
  return view;
}

report::ExplainView explain_account(const Scoring& scoring, uint32_t account, std::optional<Day> since,
                                    size_t evidence_limit) {
  ExplainRequest request;
  request.account = account;
  request.since = since;
  request.evidence_limit = evidence_limit;
  return explain_account(scoring, request);
}

Result<std::vector<state::Entry>> manual_entries(const Workspace& workspace) {
  KENKO_TRY(auto state, open_state(workspace.dir));
  if (!state) return std::vector<state::Entry>{};
  return state->entries();
}

std::string history_text(const Scoring& scoring, const HistoryRequest& request, report::Format format,
                         const report::Terminal& terminal) {
  const report::Table header = report::history_table(scoring.engine(), request.with_metrics);
  report::Table rows = header;
  std::string out = format == report::Format::csv    ? report::csv_header(header)
                    : format == report::Format::json ? "["
                                                     : "";
  bool first = true;
  score::for_each_account(
      scoring.engine(), request.to, scoring.threads(), request.accounts, [&](const score::AccountHistory& history) {
        report::add_history(scoring.engine(), history, request.from, request.to, request.with_metrics, rows);
        if (format == report::Format::table || rows.rows.empty()) return;
        out += format == report::Format::csv ? report::csv_rows(rows) : report::json_rows(rows, first);
        first = false;
        rows.rows.clear();
      });
  if (format == report::Format::table) return report::to_text(rows, terminal);
  if (format == report::Format::json) out += first ? "]\n" : "\n]\n";
  return out;
}

}  // namespace kenko::app
