#include "verify/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "base/random.h"
#include "explain/contributions.h"
#include "identity/resolve.h"
#include "property/generate.h"
#include "sql/history.h"
#include "verify/load_portfolio.h"
#include "verify/reference_history.h"

namespace kenko::verify {
namespace {

using facts::Cut;
using facts::Portfolio;

// Adds the time since it was made to an oracle's tally.
class Clocked {
 public:
  Clocked(Comparison& comparison, std::string_view oracle) : comparison_(comparison), oracle_(oracle) {}
  ~Clocked() {
    comparison_.add_seconds(oracle_, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count());
  }
  Clocked(const Clocked&) = delete;
  Clocked& operator=(const Clocked&) = delete;

 private:
  Comparison& comparison_;
  std::string_view oracle_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// The rows of a table that `keep` wants.
template <typename Keep>
HistoryTable rows_of(const HistoryTable& t, Keep keep) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < t.size(); ++i) {
    if (keep(t.account[i], Day{t.day[i]})) rows.push_back(i);
  }
  return t.rows(rows);
}

class Checks {
 public:
  Checks(const Subject& subject, const Thoroughness& how, Comparison& comparison)
      : subject_(subject),
        how_(how),
        comparison_(comparison),
        random_(Random(how.seed).fork(hash64(subject.name))),
        engine_(subject.plan, subject.portfolio) {
    comparison_.subject(subject.name, subject.plan, subject.portfolio);
  }

  Status run() {
    {
      const Clocked clock(comparison_, "native");
      native_ = native_history(engine_, {.until = subject_.last, .threads = how_.threads}, texts_);
    }
    comparison_.count_nulls(native_);
    KENKO_TRY_STATUS(sql());
    reference();
    one_account_alone();
    thread_counts();
    order_of_arrival();
    law_a();
    law_b();
    explanations();
    silence();
    return Done{};
  }

 private:
  Status sql() {
    const Clocked clock(comparison_, "generated SQL");
    KENKO_TRY(duck::Connection connection, duck::Connection::open({.threads = how_.threads}));
    KENKO_TRY(const LoadedPortfolio loaded,
              load_portfolio(connection, subject_.plan, subject_.portfolio, subject_.last));
    const sql::HistoryOptions options = loaded.options(true);
    const std::string query = sql::history_sql(subject_.plan, sql::duckdb(), options);
    KENKO_TRY(sql_, sql_history(connection, query, subject_.plan, options, texts_));
    comparison_.compare("generated SQL", native_, sql_, &sql_);
    return Done{};
  }

  void reference() {
    const Clocked clock(comparison_, "reference interpreter");
    const std::vector<uint32_t>& some = how_.reference_accounts;
    const HistoryTable other = reference_history(subject_, {}, some, subject_.last, how_.threads, texts_);
    if (how_.whole_past && some.empty()) {  // not for large companies
      const Extent extent{.until = subject_.last, .threads = how_.threads, .explained = true};
      comparison_.compare("reference interpreter", native_history(engine_, extent, texts_), other, &sql_);
      return;
    }
    const auto wanted = [&](uint32_t a, Day) {
      return some.empty() || std::binary_search(some.begin(), some.end(), a);
    };
    if (some.empty()) {
      comparison_.compare("reference interpreter", native_, other, &sql_);
    } else {
      const HistoryTable scales = rows_of(sql_, wanted);
      comparison_.compare("reference interpreter", rows_of(native_, wanted), other, &scales);
    }
  }

  void one_account_alone() {
    const Clocked clock(comparison_, "one account alone");
    size_t begin = 0;
    for (uint32_t a = 0; a < subject_.portfolio.accounts.size(); ++a) {
      const HistoryTable one = native_history(engine_, {.until = subject_.last, .accounts = std::span(&a, 1)}, texts_);
      size_t end = begin;
      while (end < native_.size() && native_.account[end] == a) ++end;
      compare_range("one account alone", begin, end, one);
      begin = end;
    }
  }

  // Rows begin..end-1 of the native history with `other`, exactly.
  void compare_range(std::string_view oracle, size_t begin, size_t end, const HistoryTable& other) {
    std::vector<size_t> rows(end - begin);
    std::iota(rows.begin(), rows.end(), begin);
    const HistoryTable part = native_.rows(rows);
    comparison_.compare_exactly(oracle, part, other);
  }

  void thread_counts() {
    const Clocked clock(comparison_, "other thread counts");
    for (const int threads : {1, 2, 3, 8}) {
      if (threads == how_.threads) continue;
      comparison_.compare_exactly("other thread counts", native_,
                                  native_history(engine_, {.until = subject_.last, .threads = threads}, texts_));
    }
  }

  void order_of_arrival() {
    const Clocked clock(comparison_, "shuffled arrival");
    facts::FactSet shuffled = subject_.facts;
    const auto shuffle = [this](auto& list) {
      for (size_t i = list.size(); i > 1; --i) {
        std::swap(list[i - 1], list[static_cast<size_t>(random_.between(0, static_cast<int64_t>(i) - 1))]);
      }
    };
    shuffle(shuffled.events);
    shuffle(shuffled.attributes);
    shuffle(shuffled.contracts);
    shuffle(shuffled.identities);
    shuffle(shuffled.memberships);
    shuffle(shuffled.rates);
    const Portfolio portfolio = identity::resolve(shuffled, subject_.settings);
    const engine::Engine engine(subject_.plan, portfolio);
    comparison_.compare_exactly("shuffled arrival", native_,
                                native_history(engine, {.until = subject_.last, .threads = how_.threads}, texts_));
  }

  // Numbers of the accounts of `portfolio` in the whole one.
  [[nodiscard]] std::vector<uint32_t> numbers_of(const Portfolio& portfolio) const {
    std::vector<uint32_t> out;
    for (const std::string& id : portfolio.accounts) {
      out.push_back(
          subject_.portfolio.find_account(id).value_or(static_cast<uint32_t>(subject_.portfolio.accounts.size())));
    }
    return out;
  }

  HistoryTable history_of(const Portfolio& portfolio, Day until, Day from) {
    const engine::Engine engine(subject_.plan, portfolio);
    const std::vector<uint32_t> rename = numbers_of(portfolio);
    return native_history(
        engine, {.until = until, .threads = how_.threads, .accounts = {}, .rename = rename, .from = from}, texts_);
  }

  // The day of an event drawn by lot: companies may have old values and contracts long before their first event.
  [[nodiscard]] Day random_busy_day() {
    const auto& days = subject_.portfolio.events.day;
    if (days.empty()) return subject_.last;
    return Day{days[static_cast<size_t>(random_.between(0, static_cast<int64_t>(days.size()) - 1))]};
  }

  void law_a() {
    const Clocked clock(comparison_, "law (a): facts cut");
    std::set<Day> days = {subject_.last};
    for (int i = 0; i < 10 * how_.law_days && std::ssize(days) < how_.law_days; ++i) days.insert(random_busy_day());
    for (const Day t : days) {
      const Day from = how_.whole_past ? Day::kMin : t;
      const HistoryTable cut = history_of(subject_.resolve({t, std::nullopt}), t, from);
      comparison_.compare_exactly("law (a): facts cut",
                                  rows_of(native_, [&](uint32_t, Day d) { return d >= from && d <= t; }), cut);
    }
  }

  // Late, corrected and deleted facts on top of those that are there: known after the close of day k, they change
  // nothing known as of k; the versions that are not known yet might as well never have been written.
  void law_b() {
    const Clocked clock(comparison_, "law (b): facts known");
    const Instant close = property::close_of(subject_.settings, subject_.known_day);
    facts::FactSet known = subject_.facts;
    const auto unknown = [&](const auto& fact) { return fact.recorded.known_at > close; };
    std::erase_if(known.events, unknown);
    std::erase_if(known.attributes, unknown);
    std::erase_if(known.contracts, unknown);
    const HistoryTable expected = history_of(identity::resolve(known, subject_.settings), subject_.last, Day::kMin);
    const Cut cut{std::nullopt, close};
    comparison_.compare_exactly("law (b): facts known", expected,
                                history_of(subject_.resolve(cut), subject_.last, Day::kMin));

    const facts::FactSet later = with_late_events(close);
    const Portfolio with_later = identity::resolve(later, subject_.settings, cut);
    comparison_.compare_exactly("law (b): facts known", expected, history_of(with_later, subject_.last, Day::kMin));
    // Without the cut they must be seen, or the test shows nothing.  (In a small company they may all miss.)
    if (subject_.facts.events.size() >= kSmall) {
      const HistoryTable seen = history_of(identity::resolve(later, subject_.settings), subject_.last, Day::kMin);
      comparison_.claim("law (b): facts known", seen.day != native_.day || different_metrics(seen), 0,
                        subject_.known_day, "late facts change later knowledge", "changed", "the same");
    }
    if (subject_.facts.events.size() < kSmall) {
      comparison_.compare("law (b): reference", expected,
                          reference_history(subject_, cut, {}, subject_.last, how_.threads, texts_), nullptr);
    }
  }
  static constexpr size_t kSmall = 20'000;

  [[nodiscard]] bool different_metrics(const HistoryTable& t) const {
    for (size_t m = 0; m < t.metrics.size(); ++m) {
      if (t.metrics[m].value != native_.metrics[m].value || t.metrics[m].valid != native_.metrics[m].valid) return true;
    }
    return t.score != native_.score;
  }

  facts::FactSet with_late_events(Instant close) {
    facts::FactSet out = subject_.facts;
    int64_t seq = 0;
    for (const auto& e : out.events) seq = std::max(seq, e.recorded.seq);
    const size_t count = out.events.size();
    const int64_t changes = std::max<int64_t>(20, static_cast<int64_t>(count) / 50);
    for (int64_t i = 0; i < changes && count > 0; ++i) {
      facts::EventFact e = out.events[static_cast<size_t>(random_.between(0, static_cast<int64_t>(count) - 1))];
      e.recorded = {Instant{close.micros + random_.between(1, 40 * kMicrosPerDay)}, ++seq, false};
      e.deleted = false;
      switch (i % 3) {
        case 0:  // a new event that arrives late
          e.event_id += fmt::format("-late-{}", i);
          break;
        case 1:  // a correction
          ++e.version;
          e.value = Decimal{e.value.value_or(Decimal{}).micros + 1'000'000};
          e.occurred_at.micros -= kMicrosPerDay;
          break;
        default:
          ++e.version;
          e.deleted = true;
      }
      out.events.push_back(std::move(e));
    }
    return out;
  }

  void explanations() {
    const Clocked clock(comparison_, "explanations");
    score::for_each_account(engine_, subject_.last, 1, {}, [this](const score::AccountHistory& history) {
      std::vector<explain::Explanation> explained;
      for (size_t i = 0; i < history.days.size(); ++i) {
        const auto length = static_cast<int64_t>(history.days[i].size());
        for (int n = 0; n < 6; ++n) {
          const Day day = history.days[i].first + static_cast<int32_t>(random_.between(0, length - 1));
          const score::DayRow row = score::find_day(history, day);
          if (row.days == nullptr) continue;
          explained.push_back(explain::explain_day(subject_.plan, row));
          check_parts(history.account, explained.back());
        }
      }
      for (size_t i = 1; i < explained.size(); ++i) check_change(history.account, explained[i - 1], explained[i]);
    });
  }

  void check_parts(uint32_t account, const explain::Explanation& e) {
    if (e.state != score::State::scored) return;
    constexpr int64_t kMicrosPerHundredth = 10'000, kAll = 100'000'000;
    int64_t contributions = 0, lost = 0;
    for (const explain::Part& p : e.parts) {
      contributions += p.contribution;
      lost += p.lost;
    }
    for (const explain::Group& g : e.groups) {
      contributions += g.start.value_or(0);
      lost += g.start_lost;
    }
    const bool own = e.rolled_up != score::kNoScore;
    const int64_t whole = std::max(e.rolled_up, 0) * kMicrosPerHundredth;
    const auto says = [](int64_t n) { return fmt::format("{}", n); };
    comparison_.claim("explanations", contributions == whole, account, e.day, "sum of contributions",
                      says(contributions), says(whole));
    comparison_.claim("explanations", lost == (own ? kAll - whole : 0), account, e.day, "points lost", says(lost),
                      says(own ? kAll - whole : 0));
    int64_t lines = 0;
    for (const explain::Line& line : explain::lines_of(subject_.plan, e)) lines += line.micros;
    comparison_.claim("explanations", lines == e.score * kMicrosPerHundredth, account, e.day, "sum of lines",
                      says(lines), says(e.score * kMicrosPerHundredth));
    comparison_.claim("explanations", e.silence <= 0 && e.computed + e.override_line == e.score, account, e.day,
                      "silence and override", says(e.computed + e.override_line), says(e.score));
    if (own && only_means()) check_proportions(account, e);
  }

  // Weighted means without nesting, whose parts can be told in a line.
  [[nodiscard]] bool only_means() const {
    const auto& all = subject_.plan.dimensions;
    return subject_.plan.rollup == plan::Rollup::mean && std::all_of(all.begin(), all.end(), [](const auto& d) {
             return d.rollup == plan::Rollup::mean && !d.parent;
           });
  }

  // Each contribution is the exact share but for what rounding moves: less than one unit at either level.
  void check_proportions(uint32_t account, const explain::Explanation& e) {
    const auto& metrics = subject_.plan.metrics;
    std::vector<double> inside(subject_.plan.dimensions.size(), 0);
    double across = 0;
    for (const explain::Part& p : e.parts) {
      inside[*metrics[p.metric].dimension] += static_cast<double>(p.weight_micros) * p.points.value_or(0);
    }
    for (size_t j = 0; j < inside.size(); ++j)
      across += static_cast<double>(e.groups[j].weight_micros) * std::max(e.dimension[j], 0);
    for (const explain::Part& p : e.parts) {
      const uint32_t j = *metrics[p.metric].dimension;
      double share = 0;
      if (inside[j] > 0 && across > 0) {
        share = static_cast<double>(e.groups[j].weight_micros) * e.dimension[j] / across *
                (static_cast<double>(p.weight_micros) * p.points.value_or(0) / inside[j]) * e.rolled_up * 1e4;
      }
      comparison_.claim("explanations", std::abs(share - static_cast<double>(p.contribution)) < 2.01, account, e.day,
                        "contribution of " + metrics[p.metric].name, fmt::format("{}", p.contribution),
                        fmt::format("{:.3f}", share));
    }
  }

  void check_change(uint32_t account, const explain::Explanation& before, const explain::Explanation& after) {
    const auto change = explain::change_between(before, after);
    if (!change) {
      comparison_.claim("explanations",
                        before.score == score::kNoScore || after.score == score::kNoScore ||
                            before.state != score::State::scored || after.state != score::State::scored,
                        account, after.day, "change", "none", "two scored days");
      return;
    }
    int64_t sum = change->hierarchy + change->cap + change->silence + change->override_line;
    for (const auto* lines : {&change->by_metric, &change->by_start, &change->by_trigger}) {
      for (const auto& [position, part] : *lines) sum += part;
    }
    const int64_t whole = int64_t{after.score - before.score} * 10'000;
    comparison_.claim("explanations", sum == whole && change->total == whole, account, after.day, "sum of changes",
                      fmt::format("{}", sum), fmt::format("{}", whole));
  }

  // After day t nothing happens any more: from t on no account's score may rise, not even in a
  // life that a contract signed long before starts.
  void silence() {
    const Clocked clock(comparison_, "silence never rises");
    for (int i = 0; i < how_.silent_days; ++i) {
      const Day t = random_busy_day();
      const Portfolio portfolio = subject_.resolve({t, std::nullopt});
      const engine::Engine engine(subject_.plan, portfolio);
      const std::vector<uint32_t> numbers = numbers_of(portfolio);
      score::for_each_account(
          engine, t + how_.silent_length_days, how_.threads, {}, [&](const score::AccountHistory& h) {
            int32_t before = score::kNoScore;
            for (const score::LifeScores& life : h.scores) {
              for (size_t d = 0; d < life.size(); ++d) {
                const Day day = life.first + static_cast<int32_t>(d);
                if (day < t || life.state[d] != score::State::scored) continue;
                if (before != score::kNoScore) {
                  comparison_.claim("silence never rises", life.computed[d] <= before, numbers[h.account], day,
                                    "computed score after " + t.iso(), fmt::format("{}", life.computed[d]),
                                    fmt::format("at most {}", before));
                }
                before = life.computed[d];
              }
            }
          });
    }
  }

  const Subject& subject_;
  const Thoroughness& how_;
  Comparison& comparison_;
  Random random_;
  engine::Engine engine_;
  facts::Dictionary texts_;
  HistoryTable native_, sql_;
};

}  // namespace

Status check_subject(const Subject& subject, const Thoroughness& how, Comparison& comparison) {
  return Checks(subject, how, comparison).run();
}

}  // namespace kenko::verify
