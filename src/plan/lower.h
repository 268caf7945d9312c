// plan/lower.h
//
// Makes a plan out of a checked model: names are resolved, defaults filled in, equal parts shared.
#pragma once

#include "base/result.h"
#include "facts/settings.h"
#include "model/model.h"
#include "plan/plan.h"

namespace kenko::plan {

/// Raised whenever a rule of docs/SEMANTICS.md changes what a plan gives; part of every fingerprint.
inline constexpr int64_t kSemanticsVersion = 1;
inline constexpr size_t kMaxNodes = 20'000;

/// Lowers a model that model::load gave with the same settings.  The plan is verified.
/// Errors: "too-large" when the metrics together need more than kMaxNodes nodes.
///
/// Equal parts of different metrics become one node.  Nothing but the metrics' names and meaning decides the plan: not
/// the order of the file, labels or layout.
[[nodiscard]] Result<Plan> lower(const model::Model& model, const facts::Settings& settings);

/// The fingerprint of a plan under settings: everything that changes a number, and nothing else.
[[nodiscard]] Hash128 fingerprint_of(const Plan& plan, const facts::Settings& settings);

}  // namespace kenko::plan
