#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>

#include "app/account_views.h"
#include "app/calibrate.h"
#include "app/history_export.h"
#include "app/journey.h"
#include "app/other_models.h"
#include "app/overdue.h"
#include "app/scoring.h"
#include "app/system.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/list_output.h"
#include "cli/model_output.h"
#include "cli/published_output.h"
#include "report/prospect_view.h"

namespace kenko::cli {
namespace {

struct Opened {
  app::Workspace workspace;
  std::unique_ptr<app::Scoring> scoring;
  report::Format format = report::Format::table;
};

// Law (b) is only as good as the clocks: says which sources did not record when they knew.
void note_assumed_clocks(const facts::Settings& settings) {
  std::vector<std::string> assumed;
  for (const facts::SourceSettings& source : settings.sources) {
    if (source.known_at == facts::KnownAt::assumed) assumed.push_back(source.name);
  }
  if (assumed.empty()) return;
  fmt::print(stderr, "note: when these sources knew their facts is assumed, not recorded: {}\n",
             text::join(assumed, ", "));
}

// Everything that the score commands share: options, workspace, model, facts.
Result<Opened> open_scoring(const Common& common) {
  KENKO_TRY(const report::Format format, format_of(common));
  app::ScoringRequest request{common.model, {}, {}, common.threads};
  if (!common.as_of.empty()) {
    KENKO_TRY(request.as_of, day_option("--as-of", common.as_of));
  }
  if (!common.known_as_of.empty()) {
    KENKO_TRY(request.known_as_of, day_option("--known-as-of", common.known_as_of));
  }
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(common.dir));
  if (workspace.settings.sources.empty()) {  // before the model is blamed for names that nothing can know yet
    return Problem{"no-facts",     {}, "this workspace has no facts yet", "import some: kenko import FILE...", "",
                   Severity::error};
  }
  KENKO_TRY(auto scoring, app::Scoring::open(workspace, request, app::now()));
  warn(scoring->model().warnings);
  if (request.known_as_of) note_assumed_clocks(workspace.settings);
  return Opened{workspace, std::move(scoring), format};
}

Result<std::vector<uint32_t>> accounts_of(const app::Scoring& scoring, const std::vector<std::string>& names) {
  std::vector<uint32_t> out;
  Problems problems;
  for (const std::string& name : names) {
    const auto account = scoring.find_account(name);
    if (account) {
      out.push_back(*account);
    } else {
      problems.insert(problems.end(), account.problems().begin(), account.problems().end());
    }
  }
  if (!problems.empty()) return problems;
  return out;
}

std::string day_line(const app::Scoring& scoring, size_t rows) {
  const auto overdue = app::overdue_sources(scoring.portfolio(), &scoring.plan(), scoring.as_of());
  const std::string feeds = app::overdue_sentence(overdue);
  return fmt::format("As of {}, model {}, {} account{}{}{}\n\n", scoring.as_of().words(), scoring.plan().model,
                     text::grouped(static_cast<int64_t>(rows)), rows == 1 ? "" : "s", feeds.empty() ? "" : "; ", feeds);
}

// The scores of the further models of the workspace, unless one model was asked for.
Result<std::vector<app::OtherScores>> others_of(const Common& common, const Opened& opened,
                                                const std::vector<uint32_t>& accounts) {
  if (!common.model.empty()) return std::vector<app::OtherScores>();
  return app::score_others(opened.workspace, *opened.scoring, accounts);
}

// Probabilities beside scores, of the rows in the order shown; nothing where nothing is calibrated, unless a rank of
// its own is wanted.
void add_prospects(const Opened& opened, const std::vector<explain::Summary>& summaries,
                   const std::vector<size_t>& order, bool with_priority, std::string_view after, report::Table& table) {
  const app::CalibrationInForce in_force = app::calibration_in_force(opened.workspace, *opened.scoring);
  warn(in_force.notes);
  if (!in_force.file && !with_priority) return;
  std::vector<uint32_t> accounts;
  for (const size_t i : order) accounts.push_back(summaries[i].account);
  std::sort(accounts.begin(), accounts.end());
  const app::Prospects prospects = app::prospects_of(*opened.scoring, in_force, accounts);
  std::vector<const validate::Prospect*> of_row;
  for (const size_t i : order) of_row.push_back(prospects.of(summaries[i].account));
  report::add_prospects(of_row, in_force.questions(), with_priority, after, table);
}

Exit run_score(const Common& common, const std::vector<std::string>& names) {
  const auto opened = open_scoring(common);
  if (!opened) return fail(opened.problems());
  const app::Scoring& s = *opened->scoring;
  const auto accounts = accounts_of(s, names);
  if (!accounts) return fail(accounts.problems());
  const auto summaries = explain::summarise(s.engine(), s.as_of(), s.threads(), *accounts);
  const auto order = explain::worst_first(s.engine(), summaries);
  report::Table table = report::scores_table(s.engine(), summaries, order);
  add_prospects(*opened, summaries, order, false, "band", table);
  const auto others = others_of(common, *opened, *accounts);
  if (!others) return fail(others.problems());
  app::add_columns(*others, "band", table);
  app::add_names(s, table);
  std::string out = opened->format == report::Format::table ? day_line(s, summaries.size()) : "";
  return deliver(common, out + report::render(table, opened->format, terminal()));
}

std::vector<uint32_t> shown_accounts(const std::vector<explain::Summary>& summaries, const std::vector<size_t>& order) {
  std::vector<uint32_t> out;
  for (const size_t i : order) out.push_back(summaries[i].account);
  std::sort(out.begin(), out.end());
  return out;
}

Exit run_journey(const Common& common, const std::string& account) {
  const auto opened = open_scoring(common);
  if (!opened) return fail(opened.problems());
  const app::Scoring& s = *opened->scoring;
  const bool as_text = opened->format == report::Format::table;
  if (account.empty()) {
    const auto journey = app::view_journey(s);
    if (!journey) return fail(journey.problems());
    return deliver(common, as_text ? journey_text(*journey, terminal())
                                   : report::render(journey_table(*journey), opened->format, terminal()));
  }
  const auto found = s.find_account(account);
  if (!found) return fail(found.problems());
  const auto spans = app::view_journey(s, *found);
  if (!spans) return fail(spans.problems());
  const std::string first = as_text ? fmt::format("{}, as of {}, model {}\n\n", s.portfolio().accounts[*found],
                                                  s.as_of().words(), s.plan().model)
                                    : "";
  if (as_text && spans->empty()) return deliver(common, first + "no day of it has a row\n");
  return deliver(common, first + report::render(spans_table(*spans), opened->format, terminal()));
}

// Of the model, and of segments and stages that have bands of their own.
std::vector<std::string> band_names(const plan::Plan& plan) {
  std::vector<std::string> names;
  const auto add = [&names](const std::vector<plan::Band>& bands) {
    for (const plan::Band& b : bands) {
      if (std::find(names.begin(), names.end(), b.name) == names.end()) names.push_back(b.name);
    }
  };
  add(plan.bands);
  for (const auto& segment : plan.segments) add(segment.changes.bands);
  for (const auto& stage : plan.life_stages) add(stage.changes.bands);
  return names;
}

Exit run_accounts(const Common& common, int64_t limit, const std::string& band, const ListCliOptions& list) {
  const auto opened = open_scoring(common);
  if (!opened) return fail(opened.problems());
  const app::Scoring& s = *opened->scoring;
  if (!list.name.empty()) {
    const auto output = list_output(common, s, list, limit);
    return output ? deliver(common, *output) : fail(output.problems());
  }
  auto summaries = explain::summarise(s.engine(), s.as_of(), s.threads());
  if (!band.empty()) {
    const std::vector<std::string> known = band_names(s.plan());
    if (std::find(known.begin(), known.end(), band) == known.end()) {
      return fail({{"unknown-band",
                    {},
                    fmt::format("the model has no band `{}`", band),
                    text::did_you_mean(band, known),
                    "",
                    Severity::error}});
    }
    std::erase_if(summaries, [&](const auto& x) {
      const plan::Band* shown = explain::band_of(s.plan(), x.now);
      return shown == nullptr || shown->name != band;
    });
  }
  auto order = explain::worst_first(s.engine(), summaries);
  const size_t all = order.size();
  if (limit > 0 && order.size() > static_cast<size_t>(limit)) order.resize(static_cast<size_t>(limit));
  report::Table table = report::accounts_table(s.engine(), summaries, order);
  add_prospects(*opened, summaries, order, true, "change_30d", table);
  const auto others = others_of(common, *opened, shown_accounts(summaries, order));
  if (!others) return fail(others.problems());
  app::add_columns(*others, "band", table);
  std::string out = opened->format == report::Format::table ? day_line(s, all) : "";
  out += report::render(table, opened->format, terminal());
  if (opened->format == report::Format::table && all > order.size()) {
    out +=
        fmt::format("\n{} of {} shown; --limit 0 shows all\n", order.size(), text::grouped(static_cast<int64_t>(all)));
  }
  return deliver(common, out);
}

struct HistoryOptions {
  std::string from, to;
  std::vector<std::string> accounts;
  bool metrics = false;
  bool as_published = false, revisions = false;
};

// What was said when it was published, whatever the facts and the models say today.
Exit run_published(const Common& common, const HistoryOptions& options) {
  app::PublishedRequest request;
  request.accounts = options.accounts;
  request.revisions = options.revisions;
  Problems problems;
  const auto day = [&](const char* option, const std::string& text, std::optional<Day>& out) {
    if (text.empty()) return;
    const auto parsed = day_option(option, text);
    if (parsed) {
      out = *parsed;
    } else {
      problems.push_back(parsed.problems().front());
    }
  };
  day("--from", options.from, request.from);
  day("--to", options.to, request.to);
  return problems.empty() ? write_published_history(common, request) : fail(problems);
}

Exit run_history(const Common& common, const HistoryOptions& options) {
  if (options.as_published || options.revisions) return run_published(common, options);
  const auto opened = open_scoring(common);
  if (!opened) return fail(opened.problems());
  const app::Scoring& s = *opened->scoring;
  Problems problems;
  const auto day = [&](const char* option, const std::string& text, Day fallback) {
    if (text.empty()) return fallback;
    const auto parsed = day_option(option, text);
    if (parsed) return *parsed;
    problems.push_back(parsed.problems().front());
    return fallback;
  };
  const Day to = day("--to", options.to, s.as_of());
  const Day from = day("--from", options.from, s.as_of() - 29);
  const auto accounts = accounts_of(s, options.accounts);
  if (!accounts) problems.insert(problems.end(), accounts.problems().begin(), accounts.problems().end());
  if (problems.empty() && from > to) {
    problems.push_back(
        {"bad-day", {}, fmt::format("--from {} is after --to {}", from.iso(), to.iso()), "", "", Severity::error});
  }
  if (!problems.empty()) return fail(problems);
  if (common.out.ends_with(".parquet")) {
    const auto written =
        app::write_history(s.engine(), {from, to, *accounts, options.metrics, {}}, s.threads(), common.out);
    if (!written) return fail(written.problems());
    fmt::print(stderr, "wrote {} ({} rows)\n", common.out, text::grouped(written->rows));
    return Exit::ok;
  }
  return deliver(common, app::history_text(s, {from, to, *accounts, options.metrics, {}}, opened->format, terminal()));
}

struct ExplainOptions {
  std::string account, since;
  int64_t evidence = 3;
};

// What was known at the close of the earlier of two days, with the model of `common`.
Result<std::unique_ptr<app::Scoring>> open_earlier(const Common& common, const app::Workspace& workspace, Day known) {
  const app::ScoringRequest request{common.model, known, known, common.threads};
  return app::Scoring::open(workspace, request, app::now());
}

Exit run_explain(const Common& common, const ExplainOptions& options) {
  const auto opened = open_scoring(common);
  if (!opened) return fail(opened.problems());
  const app::Scoring& s = *opened->scoring;
  app::ExplainRequest request;
  if (!options.since.empty()) {
    const auto day = day_option("--since", options.since);
    if (!day) return fail(day.problems());
    if (*day >= s.as_of()) {
      return fail({{"bad-day",
                    {},
                    fmt::format("--since {} is not before {}, the day that is explained", day->iso(), s.as_of().iso()),
                    "--as-of names a later day",
                    "",
                    Severity::error}});
    }
    request.since = *day;
  }
  const auto account = s.find_account(options.account);
  if (!account) return fail(account.problems());
  request.account = *account;
  request.evidence_limit = static_cast<size_t>(std::max<int64_t>(options.evidence, 0));
  const auto workspace = app::open_workspace(common.dir);
  if (!workspace) return fail(workspace.problems());
  auto entries = app::manual_entries(*workspace);
  if (!entries) return fail(entries.problems());
  request.entries = std::move(*entries);
  std::unique_ptr<app::Scoring> then;
  if (!common.known_as_of.empty()) {
    request.now_known = day_option("--known-as-of", common.known_as_of).value();
    if (request.since) {
      request.then_known = std::min(*request.since, *request.now_known);
      auto earlier = open_earlier(common, *workspace, *request.then_known);
      if (!earlier) return fail(earlier.problems());
      then = std::move(*earlier);
      request.then = then.get();
    }
  }
  report::ExplainView view = app::explain_account(s, request);
  const app::CalibrationInForce in_force = app::calibration_in_force(*workspace, s);
  warn(in_force.notes);
  if (in_force.file) app::add_prospect(s, in_force, view);
  switch (opened->format) {
    case report::Format::table:
      return deliver(common, report::explain_text(s.engine(), view, terminal()));
    case report::Format::json:
      return deliver(common, report::explain_json(s.engine(), view));
    case report::Format::csv:
      return deliver(common, report::to_csv(report::explain_table(s.engine(), view)));
  }
  return Exit::failed;
}

}  // namespace

void add_score_commands(CLI::App& app, Common& common, Exit& exit) {
  const auto common_options = [&common](CLI::App* command) {
    command->add_option("--model", common.model, "a model of models/ or a path; default: the active one");
    command->add_option("--as-of", common.as_of, "the day, 2026-11-20; default: the last closed day with facts");
    command->add_option("--known-as-of", common.known_as_of,
                        "as if nothing had been known after the close of this day");
    command->add_option("--format", common.format, "table, json or csv");
    command->add_option("--out", common.out, "write to this file");
    command->add_option("--threads", common.threads, "default: all cores");
  };
  auto* score = app.add_subcommand("score", "score every account, or some");
  common_options(score);
  auto accounts = std::make_shared<std::vector<std::string>>();
  score->add_option("--account", *accounts, "only this account (id or name); may be repeated");
  score->callback([&, accounts] { exit = run_score(common, *accounts); });

  auto* list = app.add_subcommand("accounts", "lists of accounts");
  list->require_subcommand(1);
  auto* worst = list->add_subcommand("list", "worst first, with trend and the top reason");
  common_options(worst);
  auto limit = std::make_shared<int64_t>(25);
  auto band = std::make_shared<std::string>();
  worst->add_option("--limit", *limit, "how many; 0 = all")->capture_default_str();
  worst->add_option("--band", *band, "only this band");
  auto use = std::make_shared<ListCliOptions>();
  worst->add_option("--list", use->name,
                    "for one use: advocates, case_studies, renewals, upsell, collections or pain_points");
  worst->add_option("--within", use->within_days, "renewals: days ahead")->capture_default_str();
  worst->add_option("--table", use->table, "with --list: this table alone: accounts, pains, findings");
  worst->callback([&, limit, band, use] { exit = run_accounts(common, *limit, *band, *use); });

  auto* journey = list->add_subcommand("journey", "stages: who is where, for how long; of one account its way");
  common_options(journey);
  auto traveller = std::make_shared<std::string>();
  journey->add_option("account", *traveller, "id or name; default: all, by stage");
  journey->callback([&, traveller] { exit = run_journey(common, *traveller); });

  auto* history = app.add_subcommand("history", "scores day by day");
  common_options(history);
  auto history_options = std::make_shared<HistoryOptions>();
  history->add_option("--from", history_options->from, "first day; default: 30 days");
  history->add_option("--to", history_options->to, "last day; default: as for --as-of");
  history->add_option("--account", history_options->accounts, "only this account; may be repeated");
  history->add_flag("--metrics", history_options->metrics, "with the values and points of every metric");
  history->add_flag("--as-published", history_options->as_published,
                    "what was said of each day when it closed, not computed again (kenko close)");
  history->add_flag("--revisions", history_options->revisions,
                    "the same with what was said later: after late facts, and by models that were published");
  history->callback([&, history_options] { exit = run_history(common, *history_options); });

  auto* explain = app.add_subcommand("explain", "why an account has its score");
  common_options(explain);
  auto explain_options = std::make_shared<ExplainOptions>();
  explain->add_option("account", explain_options->account, "id or name")->required();
  explain->add_option(
      "--since", explain_options->since,
      "explain the change from this day, by cause and by line; with --known-as-of as it was known then");
  explain->add_option("--evidence", explain_options->evidence, "how many events to show for a metric")
      ->capture_default_str();
  explain->callback([&, explain_options] { exit = run_explain(common, *explain_options); });
}

}  // namespace kenko::cli
