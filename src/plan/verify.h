// plan/verify.h
//
// The invariants of plan/plan.h as a program.
#pragma once

#include "plan/plan.h"

namespace kenko::plan {

/// Ends the process (KENKO_CHECK) when the plan breaks an invariant: a plan comes from us, so that is our bug.
void verify(const Plan& plan);

}  // namespace kenko::plan
