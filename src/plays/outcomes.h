// plays/outcomes.h
//
// Outcomes of rows added up by cluster.  Private to this folder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "plays/clusters.h"
#include "plays/effect.h"

namespace kenko::plays {

enum class Outcome : uint8_t { score, churn, arr };

/// What a row says of an outcome; nullopt = nothing.
[[nodiscard]] std::optional<ClusterSum> value_of(const EffectRow& row, Outcome outcome);

/// Sums by cluster, in the order of the clusters' first rows.
class Clusters {
 public:
  void add(uint32_t cluster, const ClusterSum& value);
  [[nodiscard]] const std::vector<ClusterSum>& sums() const { return sums_; }
  [[nodiscard]] int64_t cases() const { return cases_; }
  [[nodiscard]] int64_t count() const { return static_cast<int64_t>(sums_.size()); }
  [[nodiscard]] double total() const;
  [[nodiscard]] std::optional<double> mean() const;  ///< nullopt without cases

 private:
  std::map<uint32_t, size_t> position_;
  std::vector<ClusterSum> sums_;
  int64_t cases_ = 0;
};

}  // namespace kenko::plays
