// model/check_curve.h
//
// Does a curve fit the value that it turns into points?
#pragma once

#include "base/result.h"
#include "model/model.h"

namespace kenko::model {

/// Checks the curve of a metric: its own, or the one that a segment or stage gives it.  `typed`: the metric's value
/// passed the check, so that Metric::type counts.  Warnings go to `problems` too.
void check_curve(const Curve& curve, const Metric& metric, bool typed, const Model& model, Problems& problems);

}  // namespace kenko::model
