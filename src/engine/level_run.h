// engine/level_run.h
//
// Runs the nodes of one account level by level, with what the lower levels of other accounts say.  Internal to the
// engine.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/bound.h"
#include "engine/life_run.h"
#include "engine/peers.h"
#include "engine/population.h"

namespace kenko::engine {

/// What a life has beside its nodes; kept until the next run, because LifeDays views it.
struct Scratch::LifeExtras {
  struct Life {
    std::vector<uint8_t> fact_day, scored;
    std::vector<int16_t> segment, stage;
    std::vector<std::vector<uint8_t>> conditions;  ///< of triggers: when, until, when, until ...
    std::vector<TriggerDays> triggers;
    std::vector<Override> overrides;
    std::vector<int64_t> arr_micros;
    std::vector<std::vector<uint8_t>> at_risk;  ///< by outcome, empty where all are
    std::vector<std::span<const uint8_t>> among;
    std::vector<std::vector<uint8_t>> watched_days;  ///< by watched condition
    std::vector<std::span<const uint8_t>> watched;
  };
  std::vector<Life> lives;
  std::vector<int32_t> other_points;
};

/// One account.  Ownership: refers to everything it is given.
class LevelRun {
 public:
  LevelRun(const Engine::Bound& bound, const Peers& peers, uint32_t account, Scratch::Buffers& buffers,
           Scratch::LifeExtras& extras);

  [[nodiscard]] size_t lives() const { return spans_.size(); }
  [[nodiscard]] const LifeSpan& span(size_t life) const { return spans_[life]; }
  [[nodiscard]] AccountStatus status(size_t life, size_t at) const {
    return buffers_.population.status[offset(life) + at];
  }
  /// Computes the nodes of the levels below `levels`, all or those marked in `wanted`, and the segments where they can
  /// be known.  Lives come in the order of time.
  void compute(size_t life, size_t levels, const std::vector<uint8_t>* wanted);
  /// Everything else of a life whose nodes are all computed.
  [[nodiscard]] LifeDays finish(size_t life);

 private:
  [[nodiscard]] LifeRun life_run(size_t life);
  [[nodiscard]] size_t days(size_t life) const {
    return static_cast<size_t>(spans_[life].last - spans_[life].first + 1);
  }
  [[nodiscard]] size_t offset(size_t life) const {
    return static_cast<size_t>(spans_[life].first - buffers_.population.first);
  }
  void children(size_t life, plan::NodeId id);
  void percentile(size_t life, plan::NodeId id);
  using Chosen = std::vector<int16_t> Scratch::LifeExtras::Life::*;
  void find_segments(size_t life, const std::vector<plan::Segment>& segments, Chosen chosen);
  void flags(size_t life, plan::NodeId id, std::vector<uint8_t>& out) const;
  void points(size_t life);
  void other_curves(LifeRun& run, size_t life, const std::vector<plan::Segment>& segments,
                    const std::vector<std::vector<BoundCurve>>& curves, const std::vector<int16_t>& chosen);
  void fact_days(size_t life);
  void conditions(size_t life);
  void among(size_t life);
  void watched(size_t life);

  const Engine::Bound& bound_;
  const Peers& peers_;
  uint32_t account_;
  Scratch::Buffers& buffers_;
  Scratch::LifeExtras& extras_;
  std::span<const LifeSpan> spans_;
};

}  // namespace kenko::engine
