#include "app/panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/clock.h"
#include "app/known_facts.h"
#include "app/portfolio.h"
#include "app/scoring.h"
#include "app/stopwatch.h"
#include "app/unchanged.h"
#include "base/text.h"
#include "duck/columns.h"
#include "duck/connection.h"
#include "engine/peers.h"

namespace kenko::app {
namespace {

using validate::Panel;
using validate::PanelMaker;

Result<size_t> find_outcome(const plan::Plan& plan, const std::string& wanted) {
  std::vector<std::string> names;
  for (size_t i = 0; i < plan.outcomes.size(); ++i) {
    if (wanted.empty() || plan.outcomes[i].name == wanted) return i;
    names.push_back(plan.outcomes[i].name);
  }
  Problem problem;
  problem.code = "unknown-outcome";
  problem.message = fmt::format("the model `{}` has no outcome `{}`", plan.model, wanted);
  problem.hint = text::did_you_mean(wanted, names);
  if (problem.hint.empty()) problem.hint = fmt::format("it has: {}", text::join(names, ", "));
  return problem;
}

// The last day whose outcome can be known: a contract's end needs the days in which it may still be renewed.
Day last_known_day(const plan::Outcome& outcome, Day newest) {
  return outcome.kind == plan::Outcome::Kind::contract ? newest - outcome.renewed_within_days : newest;
}

// Contracts of older years may be those of survivors: who left before the first event left no trace.
Day first_watched(const plan::Outcome& outcome, const facts::Portfolio& portfolio) {
  const Day first = engine::first_day(portfolio);
  if (outcome.kind == plan::Outcome::Kind::contract) return first;
  return std::max(first, engine::first_event_day(portfolio).value_or(first));
}

Result<std::vector<Day>> days_of(const PanelRequest& request, const plan::Outcome& outcome, Day first, Day last) {
  const Day end = request.open ? last + (outcome.horizon_days + outcome.gap_days) : last;
  std::vector<Day> days = validate::as_of_days(std::max(first, request.from.value_or(first)), end, outcome.horizon_days,
                                               outcome.gap_days, request.step_days);
  if (request.to) std::erase_if(days, [&](Day d) { return d > *request.to; });
  if (!days.empty()) return days;
  Problem problem;
  problem.code = "too-little-history";
  problem.message = fmt::format("the facts go from {} to {}: no day has {} days behind it in which `{}` could follow",
                                first.iso(), last.iso(), outcome.horizon_days + outcome.gap_days, outcome.name);
  problem.hint = "import older facts, or give the outcome a shorter `within`";
  return problem;
}

duck::Column real_column(std::string name, size_t columns, size_t column, const std::vector<double>& matrix) {
  return {std::move(name), duck::Type::real, [=, &matrix](uint64_t begin, size_t count, duck::Cells& cells) {
            auto* to = cells.data<double>();
            for (size_t i = 0; i < count; ++i) {
              to[i] = matrix[(begin + i) * columns + column];
              if (std::isnan(to[i])) cells.set_null(i);
            }
          }};
}

duck::Column text_metric_column(const Panel& p, size_t metric) {
  return duck::text_column("metric." + p.metrics[metric], [&p, metric](uint64_t row) {
    const double code = p.values[row * p.metrics.size() + metric];
    return std::isnan(code) ? std::string_view() : std::string_view(p.texts[static_cast<size_t>(code)]);
  });
}

template <typename Number, typename Out = Number>
duck::Column number_column(std::string name, duck::Type type, const std::vector<Number>& values, Number none) {
  return {std::move(name), type, [&values, none](uint64_t begin, size_t count, duck::Cells& cells) {
            auto* to = cells.data<Out>();
            for (size_t i = 0; i < count; ++i) {
              const Number value = values[begin + i];
              to[i] = static_cast<Out>(value);
              if (value == none) cells.set_null(i);
            }
          }};
}

duck::Table table_of(const Panel& p) {
  using duck::Type;
  constexpr int32_t kNone32 = validate::kNoDays;
  constexpr int64_t kNone64 = validate::kNoAmount;
  constexpr uint8_t kNeither = 2;
  duck::Table table;
  table.rows = p.rows();
  auto& c = table.columns;
  c.push_back({"as_of", Type::day, [&p](uint64_t begin, size_t count, duck::Cells& cells) {
                 auto* to = cells.data<int32_t>();
                 for (size_t i = 0; i < count; ++i) to[i] = p.days[p.day[begin + i]].number;
               }});
  c.push_back(duck::text_column("account", [&p](uint64_t r) { return std::string_view(p.accounts[p.account[r]]); }));
  c.push_back(duck::text_column("top_parent", [&p](uint64_t r) { return std::string_view(p.accounts[p.cluster[r]]); }));
  c.push_back(number_column("score_hundredths", Type::int32, p.score, kNone32));
  c.push_back(number_column("change_hundredths", Type::int32, p.change, kNone32));
  c.push_back(number_column("coverage_millionths", Type::int32, p.coverage, kNone32));
  c.push_back(duck::text_column("band", [&p](uint64_t r) {
    return p.band[r] < 0 ? std::string_view() : std::string_view(p.bands[static_cast<size_t>(p.band[r])]);
  }));
  c.push_back(duck::text_column("segment", [&p](uint64_t r) {
    return p.segment[r] < 0 ? std::string_view() : std::string_view(p.segments[static_cast<size_t>(p.segment[r])]);
  }));
  c.push_back(number_column("arr_millionths", Type::int64, p.arr, kNone64));
  c.push_back(number_column("days_to_renewal", Type::int32, p.to_renewal, kNone32));
  c.push_back(number_column<uint8_t, bool>("outcome", Type::boolean, p.outcome_in, kNeither));
  c.push_back(number_column("days_to_outcome", Type::int32, p.to_outcome, kNone32));
  c.push_back(number_column("days_observed", Type::int32, p.observed, kNone32));
  c.push_back(number_column("amount_millionths", Type::int64, p.amount, kNone64));
  c.push_back(duck::text_column(
      "reason", [&p](uint64_t r) { return p.reason[r].empty() ? std::string_view() : std::string_view(p.reason[r]); }));
  c.push_back(number_column<uint8_t, bool>("treated", Type::boolean, p.treated, kNeither));
  for (size_t m = 0; m < p.metrics.size(); ++m) {
    c.push_back(p.is_text[m] != 0 ? text_metric_column(p, m)
                                  : real_column("metric." + p.metrics[m], p.metrics.size(), m, p.values));
    c.push_back(real_column("points." + p.metrics[m], p.metrics.size(), m, p.points));
  }
  return table;
}

// Builds the rows: accounts that look the same from every day by one history, the others anew for each day.
class Builder {
 public:
  Builder(const Workspace& workspace, const Scoring& scoring) : workspace_(workspace), scoring_(scoring) {}

  Result<WorkspacePanel> build(const PanelRequest& request) {
    const plan::Plan& plan = scoring_.plan();
    KENKO_TRY(const size_t outcome, find_outcome(plan, request.outcome));
    const Day last = last_known_day(plan.outcomes[outcome], *scoring_.portfolio().newest_day);
    KENKO_TRY(const std::vector<Day> days, days_of(request, plan.outcomes[outcome],
                                                   first_watched(plan.outcomes[outcome], scoring_.portfolio()), last));
    PanelMaker maker(scoring_.engine(), outcome, days, last, request.treated_by, request.parts);
    labelled_ = true;
    return fill(days, maker);
  }

  Result<WorkspacePanel> build(const std::vector<Day>& days) {
    PanelMaker maker(scoring_.engine(), std::nullopt, days, *scoring_.portfolio().newest_day, {});
    return fill(days, maker);
  }

 private:
  Result<WorkspacePanel> fill(const std::vector<Day>& days, PanelMaker& maker) {
    for (const facts::SourceSettings& source : workspace_.settings.sources) {
      if (source.known_at == facts::KnownAt::assumed) out_.assumed.push_back(source.name);
    }
    KENKO_TRY(auto database, open_state(workspace_.dir));
    KENKO_TRY(KnownFacts known, KnownFacts::load(workspace_, *database, scoring_.threads()));
    KENKO_TRY(const LateAccounts late,
              known.late_accounts({close_of(days.front(), workspace_.settings), {}}, days.front(), days.back(),
                                  {&scoring_.plan()}, scoring_.portfolio()));
    out_.times.facts += watch_.lap();
    add_common(late, days, maker);
    out_.times.common = watch_.lap();
    KENKO_TRY_STATUS(add_late(late, days, known, maker));
    out_.panel = maker.finish();
    out_.times.late = watch_.lap();
    return std::move(out_);
  }

  // Law (b) judges what the score computed: triggers in, overrides out.
  [[nodiscard]] static engine::RunOptions run_options() {
    engine::RunOptions options;
    options.overrides = false;
    options.among = true;
    return options;
  }

  void add_common(const LateAccounts& late, const std::vector<Day>& days, PanelMaker& maker) {
    if (late.all) return;
    std::vector<uint32_t> common;
    const std::vector<std::string>& accounts = scoring_.portfolio().accounts;
    for (uint32_t a = 0; a < accounts.size(); ++a) {
      if (!std::binary_search(late.accounts.begin(), late.accounts.end(), accounts[a])) common.push_back(a);
    }
    if (common.empty()) return;
    score::for_each_account(
        scoring_.engine(), days.back(), scoring_.threads(), common,
        [&](const score::AccountHistory& history) { maker.add(scoring_.engine(), history, 0, days.size()); },
        run_options());
  }

  // Who has left by now may have been a customer to all that was known then.
  void tell_of(const LateAccounts& late, Day last, PanelMaker& maker) const {
    std::vector<uint32_t> accounts;  // empty = all
    for (const std::string& id : late.accounts) {
      if (const auto found = scoring_.portfolio().find_account(id)) accounts.push_back(*found);
    }
    if (!late.all && accounts.empty()) return;
    score::for_each_account(
        scoring_.engine(), last, scoring_.threads(), accounts,
        [&](const score::AccountHistory& history) { maker.know(history); }, run_options());
  }

  Status add_late(const LateAccounts& late, const std::vector<Day>& days, KnownFacts& known, PanelMaker& maker) {
    if (late.none()) return Done{};
    out_.late_accounts =
        late.all ? std::ssize(scoring_.portfolio().accounts) : static_cast<int64_t>(late.accounts.size());
    if (labelled_) tell_of(late, days.back(), maker);
    if (!late.all) {
      KENKO_TRY_STATUS(known.keep_only(late.accounts, scoring_.portfolio()));
    }
    for (size_t d = 0; d < days.size(); ++d) {
      KENKO_TRY(const facts::Portfolio then, known.portfolio({close_of(days[d], workspace_.settings), {}}));
      std::vector<uint32_t> accounts;
      for (const std::string& id : late.accounts) {
        if (const auto found = then.find_account(id)) accounts.push_back(*found);
      }
      if (!late.all && accounts.empty()) continue;
      const engine::Engine engine(scoring_.plan(), then);
      score::for_each_account(
          engine, days[d], scoring_.threads(), accounts,
          [&](const score::AccountHistory& history) { maker.add(engine, history, d, d + 1); }, run_options());
    }
    return Done{};
  }

  const Workspace& workspace_;
  const Scoring& scoring_;
  bool labelled_ = false;  // rows say what followed
  Stopwatch watch_;
  WorkspacePanel out_;
};

}  // namespace

Result<WorkspacePanel> build_panel(const Workspace& workspace, const PanelRequest& request, Instant now) {
  Stopwatch watch;
  ScoringRequest scoring_request;
  scoring_request.model = request.model;
  scoring_request.text = request.text;
  scoring_request.threads = request.threads;
  KENKO_TRY(const Unchanged unchanged, Unchanged::since_now(workspace));
  KENKO_TRY(const auto scoring, Scoring::open(workspace, scoring_request, now));
  const double opened = watch.lap();
  KENKO_TRY(WorkspacePanel out, Builder(workspace, *scoring).build(request));
  out.times.facts += opened;
  KENKO_TRY_STATUS(unchanged.still(workspace));
  return out;
}

Result<WorkspacePanel> build_panel(const Workspace& workspace, const Scoring& scoring, const PanelRequest& request) {
  return Builder(workspace, scoring).build(request);
}

Result<WorkspacePanel> build_snapshots(const Workspace& workspace, const Scoring& scoring,
                                       const std::vector<Day>& days) {
  return Builder(workspace, scoring).build(days);
}

Status write_panel(const Panel& panel, const std::string& path) {
  KENKO_TRY(duck::Connection connection, duck::Connection::open({.threads = 1}));
  KENKO_TRY_STATUS(connection.register_table("panel", table_of(panel)));
  const char* all = "SELECT * FROM panel";
  return path.ends_with(".csv") ? connection.copy_to_csv(all, path) : connection.copy_to_parquet(all, path);
}

}  // namespace kenko::app
