// tests/property/generate_parts.h
//
// Random curves, bands and small things of a model file, as its text.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"

namespace kenko::property {

/// What a curve must be like, so that a segment may change it.
struct CurveLike {
  enum class Kind : uint8_t { number, words, percentile, baseline, flag, text };
  Kind kind = Kind::number;
  int over_weeks = 0;  ///< baseline
};

[[nodiscard]] std::string random_points(Random& random);
[[nodiscard]] std::string random_weight(Random& random);
/// A curve over values as they are: linear with open or closed ends, steps or a hill; or as `like` says.
[[nodiscard]] std::string random_curve(Random& random, const CurveLike& like);
/// `{band0: {from: 0}, ...}` by cut-offs or by quantiles.
[[nodiscard]] std::string random_bands(Random& random, bool quantiles);
/// In single quotes for YAML.
[[nodiscard]] std::string quoted(const std::string& s);
[[nodiscard]] const std::string& pick_of(Random& random, const std::vector<std::string>& all);

}  // namespace kenko::property
