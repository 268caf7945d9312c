// score/rules.h
//
// What of a plan counts on a day, looked up once per combination of segment and stage.  Internal to the module.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "plan/plan.h"
#include "score/day_parts.h"

namespace kenko::score {

/// What an active trigger does.
struct TriggerEffect {
  bool off = false;
  int32_t points_hundredths = 0;
  std::optional<int32_t> cap_hundredths;
};

/// By trigger.
[[nodiscard]] std::vector<TriggerEffect> effects_on(const plan::Plan& plan, int segment, int stage);

/// The rules of the days with one segment and one stage.
struct DayRules {
  Weights weights;
  int16_t band_list = 0;
  std::vector<TriggerEffect> triggers;  ///< by trigger
};

/// A dimension with its place in the tree.
struct DimensionNode {
  std::vector<uint32_t> metrics;
  std::vector<uint32_t> dimensions;  ///< nested in it, sorted by name
};

/// A plan prepared for the roll-up.
///
/// Ownership: refers to the plan.  Threads: immutable.
class Rules {
 public:
  explicit Rules(const plan::Plan& plan, const engine::RunOptions& options = {});

  [[nodiscard]] const plan::Plan& plan() const { return plan_; }
  [[nodiscard]] const DayRules& on(int segment, int stage) const {
    return days_[static_cast<size_t>(segment + 1) * (plan_.life_stages.size() + 1) + static_cast<size_t>(stage + 1)];
  }
  [[nodiscard]] const std::vector<DimensionNode>& dimensions() const { return dimensions_; }
  [[nodiscard]] const std::vector<uint32_t>& order() const { return order_; }  ///< nested dimensions first
  [[nodiscard]] const std::vector<uint32_t>& top() const { return top_; }
  [[nodiscard]] bool triggers() const { return triggers_; }  ///< there are any, and they count
  /// No sum of a roll-up can leave 61 bits.
  [[nodiscard]] bool narrow() const { return narrow_; }

  [[nodiscard]] int16_t band_lists() const { return static_cast<int16_t>(froms_.size()); }
  /// Cut-offs of a list in hundredths (those of quantiles are found elsewhere).
  [[nodiscard]] std::span<const int32_t> froms(int16_t list) const { return froms_[static_cast<size_t>(list)]; }
  [[nodiscard]] bool by_quantile(int16_t list) const { return quantile_[static_cast<size_t>(list)] != 0; }
  [[nodiscard]] bool any_quantile() const;
  /// The first list that holds the same bands.
  [[nodiscard]] int16_t same_bands(int16_t list) const { return same_[static_cast<size_t>(list)]; }

 private:
  void add_day_rules();
  void add_dimensions();
  void add_bands();

  const plan::Plan& plan_;
  std::vector<DayRules> days_;
  std::vector<DimensionNode> dimensions_;
  std::vector<uint32_t> order_, top_;
  std::vector<std::vector<int32_t>> froms_;
  std::vector<uint8_t> quantile_;
  std::vector<int16_t> same_;
  bool triggers_ = false;
  bool narrow_ = true;
};

}  // namespace kenko::score
