// app/acting_people.h
//
// Whom a name on the command line means.
#pragma once

#include <set>
#include <string>

#include "app/acting.h"
#include "base/result.h"

namespace kenko::app {

/// The ids of the person whom a name means, and with `team` of everybody whose managers lead there.  A name that the
/// team does not know stands for itself when an account, an alert or a task has it.  "unknown-person" otherwise.
[[nodiscard]] Result<std::set<std::string>> people_meant(const Acting& acting, const std::string& name, bool team);

}  // namespace kenko::app
