#include "fit/folds.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/hash.h"

namespace kenko::fit {
namespace {

using validate::Panel;

// Less than this share of the as-of days before the first judged one says nothing about learning from all of them.
constexpr double kFewestDaysBefore = 0.25;

// The group of every top parent of the rows: those with the outcome are dealt first, then the others, each in an order
// that only their ids decide.
std::map<uint32_t, int> deal(const Panel& panel, std::span<const uint32_t> rows, int groups) {
  std::map<uint32_t, bool> with;
  for (const uint32_t row : rows) with[panel.cluster[row]] |= panel.outcome_in[row] != 0;
  struct Card {
    bool with;
    Hash128 hash;
    uint32_t cluster;
  };
  std::vector<Card> cards;
  cards.reserve(with.size());
  for (const auto& [cluster, has] : with) cards.push_back({has, hash128(panel.accounts[cluster]), cluster});
  std::sort(cards.begin(), cards.end(), [](const Card& a, const Card& b) {
    return std::tuple(!a.with, a.hash, a.cluster) < std::tuple(!b.with, b.hash, b.cluster);
  });
  std::map<uint32_t, int> out;
  int next = 0;
  for (const Card& card : cards) {
    out[card.cluster] = next;
    next = (next + 1) % groups;
  }
  return out;
}

// Later as-of days, together judged by what had ended before the first of them.
struct Block {
  Day first, last;  // both included
};

std::vector<Block> blocks_of(const Panel& panel, std::span<const uint32_t> rows, int count) {
  std::set<Day> days;
  for (const uint32_t row : rows) days.insert(panel.days[panel.day[row]]);
  std::vector<Day> later;
  for (const Day day : days) {
    const auto before = std::distance(days.begin(), days.upper_bound(day - (panel.horizon + panel.gap)));
    if (before > 0 && static_cast<double>(before) >= kFewestDaysBefore * static_cast<double>(days.size())) {
      later.push_back(day);
    }
  }
  std::vector<Block> out;
  const auto n = std::min<size_t>(static_cast<size_t>(count), later.size());
  for (size_t i = 0; i < n; ++i) {
    out.push_back({later[later.size() * i / n], later[later.size() * (i + 1) / n - 1]});
  }
  return out;
}

bool enough(const Panel& panel, const Rows& rows, int64_t fewest) {
  const auto with = std::count_if(rows.begin(), rows.end(), [&](uint32_t row) { return panel.outcome_in[row] != 0; });
  return with >= fewest && std::ssize(rows) - with >= fewest;
}

// The folds of one block of days (none: all days), one for each group that has enough on either side.
void add_folds(const Panel& panel, std::span<const uint32_t> rows, const std::map<uint32_t, int>& group_of,
               const std::optional<Block>& block, const FoldOptions& options, std::vector<Fold>& out) {
  for (int group = 0; group < options.groups; ++group) {
    Fold fold;
    for (const uint32_t row : rows) {
      const Day day = panel.days[panel.day[row]];
      const bool judged = group_of.at(panel.cluster[row]) == group;
      if (judged && (!block || (day >= block->first && day <= block->last))) fold.test.push_back(row);
      if (!judged && (!block || day + (panel.horizon + panel.gap) <= block->first)) fold.train.push_back(row);
    }
    const int64_t fewest = options.fewest_outcomes;
    if (enough(panel, fold.train, fewest) && enough(panel, fold.test, fewest)) out.push_back(std::move(fold));
  }
}

}  // namespace

HoldOut hold_out(const Panel& panel, double share) {
  KENKO_CHECK(share > 0 && share < 1, "a part that is all or nothing");
  HoldOut out;
  const size_t days = panel.days.size();
  if (days == 0) return out;
  const auto late = std::clamp<size_t>(static_cast<size_t>(share * static_cast<double>(days) + 0.5), 1, days);
  const Day first_test = panel.days[days - late];
  for (uint32_t d = 0; d < days; ++d) {
    if (panel.days[d] >= first_test) {
      out.test_days.push_back(d);
    } else if (panel.days[d] + (panel.horizon + panel.gap) <= first_test) {
      out.train_days.push_back(d);
    }
  }
  for (uint32_t row = 0; row < panel.rows(); ++row) {
    const Day day = panel.days[panel.day[row]];
    if (day >= first_test) {
      out.test.push_back(row);
    } else if (day + (panel.horizon + panel.gap) <= first_test) {
      out.train.push_back(row);
    } else {
      ++out.between;
    }
  }
  return out;
}

Folds make_folds(const Panel& panel, std::span<const uint32_t> rows, const FoldOptions& options) {
  KENKO_CHECK(options.groups >= 2 && options.blocks >= 1, "folds without anybody to judge");
  Folds out;
  const std::map<uint32_t, int> group_of = deal(panel, rows, options.groups);
  for (const Block& block : blocks_of(panel, rows, options.blocks)) {
    add_folds(panel, rows, group_of, block, options, out.folds);
  }
  out.ordered = std::ssize(out.folds) >= options.groups;
  if (out.ordered) return out;
  out.folds.clear();
  add_folds(panel, rows, group_of, std::nullopt, options, out.folds);
  return out;
}

}  // namespace kenko::fit
