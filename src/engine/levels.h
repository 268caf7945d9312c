// engine/levels.h
//
// In which order the nodes of a plan can be computed when some read other accounts.  Internal to the engine.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace kenko::engine {

/// The nodes of a plan that are computed, by level: a node of a level reads its own account's nodes of its level and
/// below, and other accounts' of lower levels.  All accounts must be through with a level before children and
/// percentile nodes of the next can be computed.
class Levels {
 public:
  Levels() = default;
  /// `among`: with the nodes that only outcomes' `among` reads.
  explicit Levels(const plan::Plan& plan, bool among = false);

  [[nodiscard]] size_t size() const { return nodes_.size(); }
  [[nodiscard]] const std::vector<plan::NodeId>& nodes(size_t level) const { return nodes_[level]; }
  /// The children (percentile) nodes among them.
  [[nodiscard]] const std::vector<plan::NodeId>& folds(size_t level) const { return folds_[level]; }
  [[nodiscard]] const std::vector<plan::NodeId>& places(size_t level) const { return places_[level]; }
  [[nodiscard]] bool any_place() const { return any_place_; }
  [[nodiscard]] bool any_place_from(size_t level) const;
  /// When all nodes of this level are computed, the segment is known.
  [[nodiscard]] size_t segment_level() const { return segment_level_; }
  /// By node: it is needed below `level` to compute what that level reads of other accounts.
  [[nodiscard]] std::vector<uint8_t> needed_for(const plan::Plan& plan, size_t level) const;

 private:
  std::vector<std::vector<plan::NodeId>> nodes_{1}, folds_{1}, places_{1};
  size_t segment_level_ = 0;
  bool any_place_ = false;
};

}  // namespace kenko::engine
