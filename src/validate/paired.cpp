#include "validate/paired.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "stats/ranking.h"

namespace kenko::validate {
namespace {

constexpr std::array<std::string_view, 7> kMeasures{"auc_within", "auc",  "average_precision", "precision",
                                                    "recall",     "lift", "arr_recall"};
constexpr size_t kOfEach = kMeasures.size();

// Key of a row: its day and its account.
struct Key {
  Day day;
  std::string_view account;
  friend auto operator<=>(const Key&, const Key&) = default;
};
Key key(const Panel& p, uint32_t row) { return {p.days[p.day[row]], p.accounts[p.account[row]]}; }

bool common_day(const Panel& other, Day day) { return std::binary_search(other.days.begin(), other.days.end(), day); }

// What of the paired rows both rankings share.
struct Shared {
  std::vector<uint8_t> outcome;
  std::vector<uint32_t> cluster, day, account;
  std::vector<double> amount;
  size_t clusters = 0;
};

Shared shared(const Panel& panel, const std::vector<uint32_t>& rows) {
  Shared out;
  std::vector<uint32_t> known;
  for (const uint32_t r : rows) known.push_back(panel.cluster[r]);
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  out.clusters = known.size();
  for (const uint32_t r : rows) {
    out.outcome.push_back(panel.outcome_in[r]);
    out.cluster.push_back(
        static_cast<uint32_t>(std::lower_bound(known.begin(), known.end(), panel.cluster[r]) - known.begin()));
    out.day.push_back(panel.day[r]);
    out.account.push_back(panel.account[r]);
    out.amount.push_back(panel.arr[r] == kNoAmount ? 0 : static_cast<double>(panel.arr[r]));
  }
  return out;
}

std::vector<double> risks(const Panel& panel, const std::vector<uint32_t>& rows) {
  std::vector<double> out;
  for (const uint32_t r : rows) out.push_back(-static_cast<double>(panel.score[r]));
  return out;
}

void measure(const stats::Ranking& ranking, double capacity, stats::Times times, std::span<std::optional<double>> to) {
  const stats::Ranking::Pooled pooled = ranking.pooled(capacity, times);
  to[0] = ranking.auc_within(times);
  to[1] = pooled.auc;
  to[2] = pooled.average_precision;
  to[3] = pooled.captured.precision();
  to[4] = pooled.captured.recall();
  to[5] = pooled.captured.lift();
  to[6] = pooled.captured.amount_recall();
}

std::vector<PairedMeasure> measures(const stats::Ranking& before, const stats::Ranking& after,
                                    const stats::Resamples& resamples, const BacktestOptions& options) {
  const auto found = stats::bootstrap(
      resamples, 3 * kOfEach,
      [&](stats::Times times, std::span<std::optional<double>> to) {
        measure(before, options.capacity, times, to);
        measure(after, options.capacity, times, to.subspan(kOfEach));
        for (size_t m = 0; m < kOfEach; ++m) {
          if (to[m] && to[kOfEach + m]) to[2 * kOfEach + m] = *to[kOfEach + m] - *to[m];
        }
      },
      options.threads);
  std::vector<PairedMeasure> out;
  for (size_t m = 0; m < kOfEach; ++m) {
    out.push_back({std::string(kMeasures[m]), found[m], found[kOfEach + m], found[2 * kOfEach + m]});
  }
  return out;
}

std::vector<PairedDay> by_day(const Panel& panel, const Shared& s, const std::vector<double>& before,
                              const std::vector<double>& after) {
  std::vector<PairedDay> out;
  for (size_t begin = 0, end = 0; begin < s.day.size(); begin = end) {
    while (end < s.day.size() && s.day[end] == s.day[begin]) ++end;
    const auto part = [&](const auto& column) { return std::span(column).subspan(begin, end - begin); };
    PairedDay day;
    day.day = panel.days[s.day[begin]];
    day.rows = static_cast<int64_t>(end - begin);
    const auto outcome = part(s.outcome);
    day.outcomes = std::count(outcome.begin(), outcome.end(), uint8_t{1});
    day.before = stats::Ranking(part(before), outcome, part(s.cluster)).auc();
    day.after = stats::Ranking(part(after), outcome, part(s.cluster)).auc();
    out.push_back(day);
  }
  return out;
}

std::vector<PairedExclusion> exclusions(const Panel& before, const Panel& after) {
  std::vector<PairedExclusion> out;
  for (size_t e = 0; e < kExclusions; ++e) {
    PairedExclusion line;
    line.reason = static_cast<Exclusion>(e);
    for (size_t d = 0; d < before.days.size(); ++d) {
      if (common_day(after, before.days[d])) line.before += before.excluded[d][e];
    }
    for (size_t d = 0; d < after.days.size(); ++d) {
      if (common_day(before, after.days[d])) line.after += after.excluded[d][e];
    }
    if (line.before != 0 || line.after != 0) out.push_back(line);
  }
  return out;
}

Alone alone(const Panel& panel, const std::vector<uint32_t>& rows) {
  std::set<uint32_t> accounts;
  Alone out;
  out.rows = std::ssize(rows);
  for (const uint32_t r : rows) {
    accounts.insert(panel.account[r]);
    out.outcomes += panel.outcome_in[r];
  }
  out.accounts = std::ssize(accounts);
  return out;
}

}  // namespace

PairedRows pair_rows(const Panel& before, const Panel& after) {
  PairedRows out;
  const auto lone = [](const Panel& mine, const Panel& other, uint32_t row, std::vector<uint32_t>& to) {
    if (common_day(other, mine.days[mine.day[row]])) to.push_back(row);
  };
  uint32_t b = 0, a = 0;
  while (b < before.rows() || a < after.rows()) {
    if (a == after.rows() || (b < before.rows() && key(before, b) < key(after, a))) {
      lone(before, after, b++, out.only_before);
    } else if (b == before.rows() || key(after, a) < key(before, b)) {
      lone(after, before, a++, out.only_after);
    } else {
      if (before.outcome_in[b] == after.outcome_in[a]) {
        out.before.push_back(b);
        out.after.push_back(a);
      } else {
        ++out.other_outcome;
      }
      ++b;
      ++a;
    }
  }
  return out;
}

Paired compare_panels(const Panel& before, const Panel& after, const BacktestOptions& options) {
  const PairedRows rows = pair_rows(before, after);
  Paired out;
  out.options = options;
  out.outcome = after.outcome;
  out.horizon = after.horizon;
  out.gap = after.gap;
  out.other_outcome = rows.other_outcome;
  out.only_before = alone(before, rows.only_before);
  out.only_after = alone(after, rows.only_after);
  out.exclusions = exclusions(before, after);
  const Shared s = shared(after, rows.after);
  std::set<uint32_t> accounts(s.account.begin(), s.account.end()), with;
  for (size_t i = 0; i < s.account.size(); ++i) {
    if (s.outcome[i]) with.insert(s.account[i]);
  }
  out.rows = std::ssize(rows.after);
  out.outcomes = std::count(s.outcome.begin(), s.outcome.end(), uint8_t{1});
  out.accounts = std::ssize(accounts);
  out.accounts_with = std::ssize(with);
  if (out.rows == 0) return out;
  const std::vector<double> risk_before = risks(before, rows.before), risk_after = risks(after, rows.after);
  const stats::Ranking one(risk_before, s.outcome, s.cluster, s.day, s.amount);
  const stats::Ranking two(risk_after, s.outcome, s.cluster, s.day, s.amount);
  out.measures = measures(one, two, stats::Resamples(s.clusters, options.resamples, options.seed), options);
  out.days = by_day(after, s, risk_before, risk_after);
  return out;
}

}  // namespace kenko::validate
