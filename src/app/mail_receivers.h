// app/mail_receivers.h
//
// Which addresses a single mail goes to.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "notify/channels.h"
#include "team/team.h"

namespace kenko::app {

/// Who has a rule for this kind of message: addresses hear of everything, people of what concerns them.
[[nodiscard]] std::set<std::string> mail_receivers(const notify::Channels& channels, const team::Team& team,
                                                   std::string_view kind, const std::set<std::string>& concerned);

}  // namespace kenko::app
