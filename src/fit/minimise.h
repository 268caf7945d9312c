// fit/minimise.h
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace kenko::fit {

/// A smooth function: its value at x, its gradient into the second argument (as long as x).
using Smooth = std::function<double(std::span<const double> x, std::span<double> gradient)>;

/// When to stop: after so many steps, or when a step lowers the value by less than this share of it.
/// round: second derivatives are about 1, so that minus the gradient is a good first step.
struct MinimiseOptions {
  int most_steps = 200;
  double least_gain = 1e-9;
  bool round = false;
};

struct Minimum {
  std::vector<double> x;
  double value = 0;
  int steps = 0;
};

/// L-BFGS (Nocedal 1980) with ten pairs and a backtracking line search under Armijo's rule; pairs without positive
/// curvature are left out.  Variables should be of like scale.  Deterministic.
[[nodiscard]] Minimum minimise(std::vector<double> start, const Smooth& f, const MinimiseOptions& options = {});

}  // namespace kenko::fit
