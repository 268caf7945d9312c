// plan/print.h
//
// A plan as text, for tests and for people who look inside.
#pragma once

#include <string>

#include "plan/plan.h"

namespace kenko::plan {

/// One line per selector, node, metric, dimension and band; equal plans give equal texts.  The fingerprint is left out.
[[nodiscard]] std::string to_text(const Plan& plan);
[[nodiscard]] std::string to_text(const Filter& filter);
[[nodiscard]] std::string_view name_of(Op op);
[[nodiscard]] std::string_view name_of(Function function);

}  // namespace kenko::plan
