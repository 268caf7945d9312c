// sim/founding.h
//
// Makes the accounts: who they are and what they bought first, before anything happens.
#pragma once

#include <vector>

#include "sim/names.h"
#include "sim/world.h"

namespace kenko::sim {

/// All accounts, in order of id, without their lives.
[[nodiscard]] std::vector<Account> found_accounts(const CompanyOptions& options, FreshNames& names);

}  // namespace kenko::sim
