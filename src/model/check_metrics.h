// model/check_metrics.h
//
// The expressions of a model: values of metrics, which may name one another, and conditions.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/check.h"
#include "model/model.h"

namespace kenko::model {

/// Checks the values of all metrics, in whatever order they name one another; fills in Metric::type, reads and ours.
/// Gives for each metric whether its value passed.
[[nodiscard]] std::vector<bool> check_values(Model& model, const Context& context, Problems& problems);

/// Checks a condition (call it after check_values): it must be true or false; fills in Condition::reads.  False when it
/// was wrong, which is reported.
bool check_condition(Condition& condition, const Model& model, const Context& context, Problems& problems);
/// The same of a condition that stands in another file.
bool check_condition(Condition& condition, const tree::Tree& document, const Model& model, const Context& context,
                     Problems& problems);

}  // namespace kenko::model
