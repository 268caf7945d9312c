#include "plays/effect.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "plays/clusters.h"
#include "plays/matching.h"
#include "plays/outcomes.h"

namespace kenko::plays {
namespace {

// Why nothing can be told of two groups; empty = enough.
Sentence too_few(const Measured& found) {
  if (found.treated_parents < kFewestParents || found.compared_parents < kFewestParents) {
    return say("too few: {} treated and {} compared top parents, {} of each are needed", found.treated_parents,
               found.compared_parents, kFewestParents);
  }
  if (found.treated < kFewestAccounts || found.compared < kFewestAccounts) {
    return say("too few: {} treated and {} compared accounts, {} of each are needed", found.treated, found.compared,
               kFewestAccounts);
  }
  return {};
}

// Both kinds of an outcome must have been seen.
Sentence too_few_outcomes(double left, int64_t cases) {
  const auto outcomes = static_cast<int64_t>(left + 0.5);
  const int64_t rarer = std::min(outcomes, cases - outcomes);
  if (rarer >= kFewestOutcomes) return {};
  return say("too few: {} of {} accounts left, at least {} must have left and {} stayed", outcomes, cases,
             kFewestOutcomes, kFewestOutcomes);
}

void set_interval(Measured& found, const std::optional<stats::Interval>& interval) {
  if (!interval) {
    found.too_few = "too few: no interval holds its level with so few top parents";
    return;
  }
  found.effect.low = interval->low;
  found.effect.high = interval->high;
}

// By lot.
Measured compare_arms(std::span<const EffectRow> rows, Outcome outcome, uint64_t seed) {
  Clusters treated, held_out;
  for (const EffectRow& row : rows) {
    if (row.arm == Arm::none) continue;
    if (const auto value = value_of(row, outcome)) {
      (row.arm == Arm::treated ? treated : held_out).add(row.top_parent, *value);
    }
  }
  Measured found{
      treated.cases(), held_out.cases(), treated.count(), held_out.count(), treated.mean(), held_out.mean(), {}, {}};
  if (found.treated_mean && found.compared_mean) found.effect.value = *found.treated_mean - *found.compared_mean;
  found.too_few = too_few(found);
  if (found.too_few.empty() && outcome == Outcome::churn) {
    found.too_few = too_few_outcomes(treated.total() + held_out.total(), found.treated + found.compared);
  }
  if (!found.too_few.empty()) return found;
  if (outcome == Outcome::churn) {
    set_interval(found, share_interval(treated.sums(), held_out.sums()));
  } else {
    set_interval(found, lot_interval(treated.sums(), held_out.sums(), seed));
  }
  return found;
}

// The interval of the mean difference of pairs.  Pairs may share a top parent on either side: the variance is that of
// both ways of clustering less that of their overlap (Cameron, Gelbach and Miller 2011), never below either.
stats::Interval pairs_interval(const Clusters& by_treated, const Clusters& by_other, const Clusters& by_both) {
  const ClusterMean a = cluster_mean(by_treated.sums()), b = cluster_mean(by_other.sums());
  ClusterMean both = cluster_mean(by_both.sums());
  both.variance = std::max({a.variance + b.variance - both.variance, a.variance, b.variance});
  both.degrees = std::min(a.degrees, b.degrees);
  return mean_interval(both);
}

// Over pairs: each as one value, that of the treated less that of the other, with the treated's weight.
Measured compare_pairs(std::span<const EffectRow> rows, std::span<const Pair> pairs, Outcome outcome) {
  Clusters treated, compared, by_treated, by_other, by_both;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> overlap;  // numbers pairs of top parents
  double left = 0;
  for (const Pair& pair : pairs) {
    const EffectRow &one = rows[pair.treated], &other = rows[pair.other];
    const auto a = value_of(one, outcome), b = value_of(other, outcome);
    if (!a || !b) continue;
    // ARR of the two differs a little: the other's change is taken as a share of its own.
    const ClusterSum same{a->weight, b->sum / b->weight * a->weight};
    const ClusterSum difference{a->weight, a->sum - same.sum};
    const auto number = static_cast<uint32_t>(overlap.size());
    treated.add(one.top_parent, *a);
    compared.add(other.top_parent, same);
    by_treated.add(one.top_parent, difference);
    by_other.add(other.top_parent, difference);
    by_both.add(overlap.emplace(std::pair(one.top_parent, other.top_parent), number).first->second, difference);
    left += (one.churned ? 1 : 0) + (other.churned ? 1 : 0);
  }
  Measured found{
      treated.cases(), compared.cases(), treated.count(), compared.count(), treated.mean(), compared.mean(), {}, {}};
  found.effect.value = by_both.mean();
  found.too_few = too_few(found);
  if (found.too_few.empty() && outcome == Outcome::churn) found.too_few = too_few_outcomes(left, 2 * found.treated);
  if (found.too_few.empty()) set_interval(found, pairs_interval(by_treated, by_other, by_both));
  return found;
}

// The difference of means over pairs in standard deviations of the treated; 0 where nothing varies or is known.
template <typename Get>
double unlikeness(std::span<const EffectRow> rows, std::span<const Pair> pairs, const Get& get) {
  double n = 0, sum = 0, squares = 0, others = 0;
  for (const Pair& pair : pairs) {
    const std::optional<double> a = get(rows[pair.treated]), b = get(rows[pair.other]);
    if (!a || !b) continue;
    ++n;
    sum += *a;
    squares += *a * *a;
    others += *b;
  }
  if (n < 2) return 0;
  const double variance = (squares - sum * sum / n) / (n - 1);
  return variance > 0 ? (sum - others) / n / std::sqrt(variance) : 0;
}

void judge_matched(std::span<const EffectRow> rows, PlayEffect& out) {
  const std::vector<Pair> pairs = match(rows);
  const auto treated = static_cast<size_t>(
      std::count_if(rows.begin(), rows.end(), [](const EffectRow& row) { return row.arm == Arm::treated; }));
  out.basis = pairs.empty() ? Basis::nothing : Basis::matched;
  out.unlike = static_cast<int64_t>(treated - pairs.size());
  out.score = compare_pairs(rows, pairs, Outcome::score);
  out.churn = compare_pairs(rows, pairs, Outcome::churn);
  out.arr = compare_pairs(rows, pairs, Outcome::arr);
  if (pairs.empty()) return;
  out.balance = Balance{unlikeness(rows, pairs, [](const EffectRow& row) { return row.score; }),
                        unlikeness(rows, pairs, [](const EffectRow& row) { return row.change_before; }),
                        unlikeness(rows, pairs, [](const EffectRow& row) { return row.arr_before; })};
}

// Rows that count: complete, and of a treated or held out account the first.
std::vector<EffectRow> counted_rows(std::span<const EffectRow> rows, PlayEffect& out) {
  std::vector<EffectRow> kept;
  const EffectRow* first = nullptr;  // of the account at hand
  for (size_t i = 0; i < rows.size(); ++i) {
    const EffectRow& row = rows[i];
    KENKO_CHECK(i == 0 || std::tie(rows[i - 1].account, rows[i - 1].day) <= std::tie(row.account, row.day),
                "rows of effects must be sorted, row {} is not", i);
    if (first != nullptr && first->account != row.account) first = nullptr;
    if (row.arm != Arm::none) {
      if (first != nullptr) {
        ++out.again;
        continue;
      }
      first = &row;
    }
    if (row.complete) {
      kept.push_back(row);
    } else if (row.arm != Arm::none) {
      ++out.waiting;
    }
  }
  return kept;
}

}  // namespace

PlayEffect effect_of(std::span<const EffectRow> rows, uint64_t seed) {
  PlayEffect out;
  const std::vector<EffectRow> kept = counted_rows(rows, out);
  const bool by_lot =
      std::any_of(rows.begin(), rows.end(), [](const EffectRow& row) { return row.arm == Arm::held_out; });
  if (by_lot) {
    out.basis = Basis::held_out;
    out.score = compare_arms(kept, Outcome::score, seed);
    out.churn = compare_arms(kept, Outcome::churn, seed);
    out.arr = compare_arms(kept, Outcome::arr, seed);
  } else {
    judge_matched(kept, out);
  }
  if (out.arr.effect.low) {
    double before = 0;
    for (const EffectRow& row : kept) {
      if (row.arm == Arm::treated && value_of(row, Outcome::arr)) before += *row.arr_before;
    }
    out.arr_amount = *out.arr.effect.value * before;
  }
  return out;
}

}  // namespace kenko::plays
