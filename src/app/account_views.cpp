#include "app/account_views.h"

#include <array>

namespace kenko::app {

report::ExplainView explain_account(const Scoring& scoring, uint32_t account, std::optional<Day> since,
                                    size_t evidence_limit) {
  const engine::Engine& engine = scoring.engine();
  const std::array<uint32_t, 1> one{account};
  report::ExplainView view;
  view.account = account;
  view.now.day = scoring.as_of();
  const auto summaries = explain::summarise(engine, scoring.as_of(), 1, one);
  if (summaries.empty()) return view;
  view.summary = summaries.front();
  view.now = view.summary.now;
  if (since) {
    score::for_each_account(engine, scoring.as_of(), 1, one, [&](const score::AccountHistory& history) {
      view.since = explain::explain_day(engine.plan(), score::find_day(history, *since));
    });
  }
  if (evidence_limit > 0) view.evidence = explain::evidence_of(engine, account, scoring.as_of(), evidence_limit);
  return view;
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
