#include "app/mail_receivers.h"

#include <algorithm>

namespace kenko::app {

std::set<std::string> mail_receivers(const notify::Channels& channels, const team::Team& team, std::string_view kind,
                                     const std::set<std::string>& concerned) {
  std::set<std::string> out;
  for (const notify::MailRule& rule : channels.mail) {
    if (!rule.wants(kind)) continue;
    if (rule.to_address()) {
      out.insert(rule.to);
      continue;
    }
    for (const std::string& who : concerned) {
      const auto person = team.find(who);
      if (!person) continue;
      const team::Person& p = team.person(*person);
      const auto with_role = team.with_role(rule.to);
      const bool meant =
          team.find(rule.to) == person || std::find(with_role.begin(), with_role.end(), *person) != with_role.end();
      if (meant && !p.email.empty()) out.insert(p.email);
    }
  }
  return out;
}

}  // namespace kenko::app
