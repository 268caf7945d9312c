// One account: its history, all days, with every other account's part in it found out anew.
#include "app/scoring.h"
#include "app/workspace.h"
#include "base/random.h"
#include "options.h"
#include "ports/clock.h"
#include "score/history.h"

namespace kenko::bench {

Status bench_account(const Options& options, Figures& figures) {
  KENKO_TRY(const app::Workspace workspace, app::open_workspace(options.company_dir()));
  app::ScoringRequest request;
  request.as_of = options.shape.last_day();
  request.threads = 1;
  KENKO_TRY(const auto scoring, app::Scoring::open(workspace, request, ports::SystemClock().now()));
  const app::Scoring& s = *scoring;
  Random random(7);
  std::vector<double> all;
  const auto accounts = static_cast<int64_t>(s.portfolio().accounts.size());
  constexpr int kAccounts = 2'000;
  for (int i = 0; i < kAccounts; ++i) {
    const auto account = static_cast<uint32_t>(random.between(0, accounts - 1));
    size_t rows = 0;
    all.push_back(1e6 * seconds_of([&] {
                    score::for_each_account(
                        s.engine(), s.as_of(), 1, std::span(&account, 1),
                        [&](const score::AccountHistory& history) { rows += history.scores.size(); });
                  }));
  }
  figures.add("account", "one account's scores of every day, p50", "us", quantile(all, 0.5));
  figures.add("account", "one account's scores of every day, p99", "us", quantile(all, 0.99));
  const uint32_t largest = 0;
  std::vector<double> of_largest = samples_of(5, [&] {
    score::for_each_account(s.engine(), s.as_of(), 1, std::span(&largest, 1), [](const score::AccountHistory&) {});
  });
  for (double& seconds : of_largest) seconds *= 1e6;
  figures.add("account", "the account with a tenth of all events", "us", of_largest);
  return Done{};
}

}  // namespace kenko::bench
