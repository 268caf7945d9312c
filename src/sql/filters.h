// sql/filters.h
//
// A filter on events -> an SQL condition.  Three-valued like the contract's: WHERE drops what is null.
#pragma once

#include <string>

#include "plan/plan.h"
#include "sql/dialect.h"
#include "sql/inputs.h"

namespace kenko::sql {

[[nodiscard]] std::string condition(const plan::Filter& filter, const Inputs& inputs, const Dialect& dialect);

}  // namespace kenko::sql
