// One account's score of a day, from eight segments and the intake, in a process that keeps the portfolio open: as it
// is, and right after a fact of that account came.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "app/portfolio.h"
#include "app/scoring.h"
#include "app/workspace.h"
#include "base/random.h"
#include "company.h"
#include "options.h"
#include "ports/clock.h"
#include "score/account_scorer.h"

namespace kenko::bench {
namespace {

constexpr int64_t kAsked = 2'000;  ///< accounts

// Events that are in the intake, and that come while the portfolio is open: each for another account, whose events are
// laid behind the others then.  As many as there is room for.
int64_t in_intake(const Shape& shape) { return std::clamp<int64_t>(shape.accounts / 50, 1, 400); }
int64_t arriving_events(const Shape& shape) { return std::clamp<int64_t>(shape.accounts / 50, 2, 400); }

const char* const kGroup = "account";

/// What a server keeps: the facts, and an engine bound to them.
struct Open {
  segments::OpenPortfolio facts;
  plan::Plan plan;
  Day day;
  std::optional<engine::Engine> engine;
  std::optional<score::AccountScorer> scorer;
  int bound_anew = 0;

  Open(segments::OpenPortfolio portfolio, plan::Plan p, Day as_of)
      : facts(std::move(portfolio)), plan(std::move(p)), day(as_of) {
    bind();
  }

  void bind() {
    scorer.reset();
    engine.emplace(plan, facts.portfolio());
    scorer.emplace(*engine, day);
    ++bound_anew;
  }

  /// False: everything must be opened anew.
  Result<bool> take(const facts::EventFact& event) {
    KENKO_TRY(const bool taken, facts.add({event}));
    if (!taken) return false;
    if (engine->follow()) {
      scorer->renew(day);
    } else {
      bind();
    }
    return true;
  }

  /// In hundredths of a point.
  int32_t score(uint32_t account) {
    const score::DayRow row = score::find_day(scorer->history(account), day);
    return row.scores == nullptr ? score::kNoScore : row.scores->score[row.at];
  }
};

Result<std::unique_ptr<Open>> open_company(const app::Workspace& workspace, Day day) {
  KENKO_TRY(app::LoadedModel loaded, app::load_model(workspace, ""));
  KENKO_TRY(auto state, app::open_state(workspace.dir));
  if (!state) return Problem{"no-facts", {}, "the company has no facts", "", "", Severity::error};
  KENKO_TRY(auto facts, app::open_portfolio(workspace.dir, *state, workspace.settings));
  return std::make_unique<Open>(std::move(facts), std::move(loaded.plan), day);
}

/// New events of the last days: numbers after those of the company; `account` says whose the i-th is.
template <typename Account>
std::vector<Row> rows_after(const Shape& shape, int64_t skip, int64_t count, const Account& account) {
  Shape longer = shape;
  longer.events += skip + count;
  const Generator generator(longer);
  std::vector<Row> out;
  for (int64_t i = 0; i < count; ++i) {
    Row& row = out.emplace_back(generator.row(shape.events + skip + i));
    row.account = account(i);
    if (row.user != Row::kNone) row.user %= 3;
  }
  return out;
}

template <typename Work>
void timed(std::vector<double>& microseconds, const Work& work) {
  microseconds.push_back(1e6 * seconds_of(work));
}

void add_quantiles(Figures& figures, const std::string& name, const std::vector<double>& samples) {
  if (samples.empty()) return;
  figures.add(kGroup, name + ", p50", "us", quantile(samples, 0.5));
  figures.add(kGroup, name + ", p99", "us", quantile(samples, 0.99));
}

bool same(const score::AccountHistory& a, const score::AccountHistory& b) {
  const auto life = [](const score::LifeScores& x, const score::LifeScores& y) {
    return x.first == y.first && x.state == y.state && x.score == y.score && x.coverage == y.coverage &&
           x.band == y.band && x.dimension == y.dimension;
  };
  if (!std::ranges::equal(a.scores, b.scores, life)) return false;
  for (size_t i = 0; i < a.days.size(); ++i) {
    const auto metric = [](const engine::MetricDays& x, const engine::MetricDays& y) {
      for (size_t d = 0; d < x.valid.size(); ++d) {
        if (x.valid[d] != y.valid[d] || x.points[d] != y.points[d]) return false;
        if (x.valid[d] != 0 && x.value[d] != y.value[d]) return false;
      }
      return true;
    };
    if (!std::ranges::equal(a.days[i].metrics, b.days[i].metrics, metric)) return false;
  }
  return true;
}

/// How many accounts' histories differ from what the command `history` computes of the same stored facts.
Result<int64_t> count_differing(const app::Workspace& workspace, Open& open) {
  app::ScoringRequest request;
  request.as_of = open.day;
  KENKO_TRY(const auto scoring, app::Scoring::open(workspace, request, ports::SystemClock().now()));
  const facts::Portfolio& ours = open.facts.portfolio();
  const facts::Portfolio& theirs = scoring->portfolio();
  int64_t differing = ours.accounts == theirs.accounts && ours.event_count() == theirs.event_count() ? 0 : 1;
  score::for_each_account(scoring->engine(), open.day, 2, {}, [&](const score::AccountHistory& history) {
    const auto account = ours.find_account(theirs.accounts[history.account]);
    if (!account || !same(open.scorer->history(*account), history)) ++differing;
  });
  return differing;
}

std::vector<Row> arriving_rows(const Shape& shape) {
  return rows_after(shape, in_intake(shape), arriving_events(shape), [&](int64_t i) {
    return i == 0 ? 0 : static_cast<uint32_t>(1 + (i * 7'919) % std::max<int64_t>(1, shape.accounts - 1));
  });
}

Status measure_arriving(const std::vector<Row>& arriving, Open& open, Figures& figures) {
  const facts::Portfolio& portfolio = open.facts.portfolio();
  std::vector<double> taken, after, both;
  Status status = Done{};
  int64_t seq = int64_t{1} << 50;
  for (const Row& row : arriving) {
    facts::EventFact event = fact_of(row);
    event.recorded.seq = ++seq;
    bool fits = true;
    const double taking = 1e6 * seconds_of([&] {
                            const Result<bool> result = open.take(event);
                            if (!result.ok()) status = result.problems();
                            fits = result.ok() && *result;
                          });
    KENKO_TRY_STATUS(status);
    if (!fits)
      return Problem{"bench-account", {}, fmt::format("event {} does not fit", seq - (int64_t{1} << 50)), "", "",
                     Severity::error};
    const auto account = portfolio.find_account(*event.account_ref);
    const double scoring = 1e6 * seconds_of([&] { (void)open.score(*account); });
    if (row.account == 0) {
      figures.add(kGroup, "an event of the largest account: taken in", "us", taking);
      figures.add(kGroup, "an event of the largest account: score after it", "us", scoring);
      continue;
    }
    taken.push_back(taking);
    after.push_back(scoring);
    both.push_back(taking + scoring);
  }
  add_quantiles(figures, "an event comes: taken in", taken);
  add_quantiles(figures, "an event comes: score of its account after it", after);
  add_quantiles(figures, "an event comes: both", both);
  return status;
}

Status measure(const Options& options, const app::Workspace& workspace, Figures& figures) {
  std::unique_ptr<Open> open;
  Status status = Done{};
  const double opening = seconds_of([&] {
    auto opened = open_company(workspace, options.shape.last_day());
    if (opened.ok()) {
      open = std::move(opened).value();
    } else {
      status = opened.problems();
    }
  });
  KENKO_TRY_STATUS(status);
  figures.add(kGroup, "open the portfolio and bind the model", "s", opening);
  const facts::Portfolio& portfolio = open->facts.portfolio();
  const auto accounts = static_cast<int64_t>(portfolio.accounts.size());
  Random random(7);
  std::vector<uint32_t> asked;
  for (int64_t i = 0; i < kAsked; ++i) asked.push_back(static_cast<uint32_t>(random.between(0, accounts - 1)));
  const auto largest = portfolio.find_account(account_id(0));
  if (!largest) return Problem{"bench-account", {}, "the largest account is not there", "", "", Severity::error};

  std::vector<double> first, again, of_largest;
  for (const uint32_t account : asked) timed(first, [&] { (void)open->score(account); });
  add_quantiles(figures, "score of a day, first time after opening", first);
  for (uint32_t a = 0; a < accounts; ++a) (void)open->score(a);
  std::ranges::shuffle(asked, std::mt19937_64(1));
  for (const uint32_t account : asked) timed(again, [&] { (void)open->score(account); });
  add_quantiles(figures, "score of a day", again);
  for (int i = 0; i < 20; ++i) timed(of_largest, [&] { (void)open->score(*largest); });
  figures.add(kGroup, "score of a day, account with a tenth of all events", "us", of_largest);

  const std::vector<Row> arriving = arriving_rows(options.shape);
  KENKO_TRY_STATUS(measure_arriving(arriving, *open, figures));
  figures.add(kGroup, "times that the model was bound", "", open->bound_anew);
  KENKO_TRY_STATUS(append_rows(arriving, workspace.dir));
  KENKO_TRY(const int64_t differing, count_differing(workspace, *open));
  figures.add(kGroup, "accounts whose history differs from `kenko history`", "", static_cast<double>(differing));
  if (differing == 0) return Done{};
  return Problem{"bench-account", {}, "single accounts differ from the history", "", "", Severity::error};
}

}  // namespace

Status bench_account(const Options& options, Figures& figures) {
  const std::string dir = options.company_dir() + "-intake";
  KENKO_TRY_STATUS(copy_workspace(options.company_dir(), dir));
  const auto whose = [&](int64_t i) {
    return static_cast<uint32_t>(1 + (i * 104'729) % std::max<int64_t>(1, options.shape.accounts - 1));
  };
  KENKO_TRY_STATUS(append_rows(rows_after(options.shape, 0, in_intake(options.shape), whose), dir));
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(dir));
  // The cache is there, as after any earlier command.
  KENKO_TRY_STATUS([&]() -> Status {
    const auto opened = open_company(workspace, options.shape.last_day());
    return opened.ok() ? Status(Done{}) : Status(opened.problems());
  }());
  const Status status = measure(options, workspace, figures);
  std::filesystem::remove_all(dir);
  return status;
}

}  // namespace kenko::bench
