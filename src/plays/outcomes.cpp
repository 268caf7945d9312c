#include "plays/outcomes.h"

namespace kenko::plays {

std::optional<ClusterSum> value_of(const EffectRow& row, Outcome outcome) {
  switch (outcome) {
    case Outcome::score:
      if (!row.score_change) return std::nullopt;
      return ClusterSum{1, *row.score_change};
    case Outcome::churn:
      return ClusterSum{1, row.churned ? 1.0 : 0.0};
    case Outcome::arr:
      if (!row.arr_before || *row.arr_before <= 0 || !row.arr_after) return std::nullopt;
      return ClusterSum{*row.arr_before, *row.arr_after - *row.arr_before};
  }
  return std::nullopt;
}

void Clusters::add(uint32_t cluster, const ClusterSum& value) {
  const auto [at, fresh] = position_.emplace(cluster, sums_.size());
  if (fresh) sums_.emplace_back();
  sums_[at->second].weight += value.weight;
  sums_[at->second].sum += value.sum;
  ++cases_;
}

double Clusters::total() const {
  double sum = 0;
  for (const ClusterSum& cluster : sums_) sum += cluster.sum;
  return sum;
}

std::optional<double> Clusters::mean() const {
  double weight = 0;
  for (const ClusterSum& cluster : sums_) weight += cluster.weight;
  return sums_.empty() ? std::nullopt : std::optional(total() / weight);
}

}  // namespace kenko::plays
