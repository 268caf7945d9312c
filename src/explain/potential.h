// explain/potential.h
//
// What would raise a score: points to gain by metric, and the smallest change that reaches the next band.
// docs/SEMANTICS.md#what-would-raise-it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "explain/contributions.h"

namespace kenko::explain {

/// A value that a metric should have.
struct Target {
  enum class Kind : uint8_t {
    at_least,  ///< number, above today's
    at_most,   ///< number, below today's
    is,        ///< text (flags: yes, no)
    other,     ///< a text that the curve does not name
  };
  enum class Scale : uint8_t {
    value,       ///< of the metric itself
    percentile,  ///< its place in its segment, 0 to 1
    baseline,    ///< standard deviations above its own baseline
  };
  Kind kind = Kind::at_least;
  Scale scale = Scale::value;
  double number = 0;
  std::string text;
};

/// What one metric can do.
struct Potential {
  uint32_t metric = 0;            ///< position in plan.metrics
  std::optional<double> value;    ///< today's, as in Part
  std::optional<int32_t> points;  ///< today's, millionths
  int64_t target_points = 0;      ///< millionths, above today's
  int32_t gain_hundredths = 0;    ///< what the value so far gains with target_points
  std::optional<Target> target;   ///< nullopt when no value gives these points (a whole number that is between)
};

/// What would raise a day's score.
struct Raise {
  int32_t value_so_far = 0;           ///< hundredths: after triggers and caps, before silence and override
  std::vector<Potential> by_metric;   ///< all with something to gain, most first, ties by name
  bool held = false;                  ///< silence or an override stands between the value so far and the score
  const plan::Band* next = nullptr;   ///< the band above the one shown; nullptr in the best one, and without bands
  int32_t needed_hundredths = 0;      ///< the value so far that reaches it, margin included
  bool enough = false;                ///< the value so far is there already
  std::vector<uint32_t> no_evidence;  ///< top dimensions without any, when the next band is the best and needs it
  std::vector<Potential> to_next;     ///< those that reach it alone, the fewest more points first, ties by name
};

/// nullopt on days that are not scored.  `next` is left out for bands by quantile, whose cut-offs move with everybody.
[[nodiscard]] std::optional<Raise> what_would_raise(const engine::Engine& engine, const Explanation& e);

/// "at least 12", "at most 3", "pro", "ahead of at least 80 % of its segment".
[[nodiscard]] std::string text_of(const Target& target);

}  // namespace kenko::explain
