#include "notify/channels.h"

#include <algorithm>

#include "notify/kinds.h"
#include "ports/message.h"

namespace kenko::notify {

bool matches_kind(const std::vector<std::string>& events, std::string_view kind) {
  return std::any_of(events.begin(), events.end(), [&](const std::string& event) {
    if (event == "*") return true;
    if (event.ends_with(".*")) return kind.starts_with(std::string_view(event).substr(0, event.size() - 1));
    return event == kind;
  });
}

bool is_address(std::string_view text) {
  constexpr size_t kLongest = 254, kLongestLocal = 64;
  const size_t at = text.find('@');
  if (text.size() > kLongest || at == std::string_view::npos || at == 0 || at > kLongestLocal) return false;
  const auto word = [](std::string_view part, std::string_view also) {
    if (part.empty() || part.front() == '.' || part.back() == '.' || part.find("..") != std::string_view::npos) {
      return false;
    }
    return std::all_of(part.begin(), part.end(), [also](char c) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      return letter || c == '.' || c == '-' || also.find(c) != std::string_view::npos;
    });
  };
  return word(text.substr(0, at), "!#$%&'*+/=?^_`{|}~") && word(text.substr(at + 1), "") && text[at + 1] != '-';
}

std::optional<Mailbox> parse_mailbox(std::string_view text) {
  const auto trimmed = [](std::string_view s) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
    return s;
  };
  text = trimmed(text);
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return std::nullopt;
  }
  Mailbox out;
  const size_t open = text.find('<');
  if (open == std::string_view::npos) {
    out.address = std::string(text);
  } else {
    if (!text.ends_with('>')) return std::nullopt;
    out.address = std::string(trimmed(text.substr(open + 1, text.size() - open - 2)));
    std::string_view name = trimmed(text.substr(0, open));
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    out.name = std::string(name);
  }
  return is_address(out.address) ? std::optional(std::move(out)) : std::nullopt;
}

bool Endpoint::wants(std::string_view message_kind) const {
  // Every endpoint can be tried out, whatever it asks for.
  return message_kind == "test" || (events.empty() ? !is_digest(message_kind) : matches_kind(events, message_kind));
}

bool MailRule::wants(std::string_view message_kind) const { return matches_kind(events, message_kind); }

const Endpoint* Channels::find(std::string_view name) const {
  const auto found =
      std::find_if(endpoints.begin(), endpoints.end(), [&](const Endpoint& e) { return e.name == name; });
  return found == endpoints.end() ? nullptr : &*found;
}

std::vector<const Endpoint*> Channels::endpoints_for(std::string_view kind) const {
  std::vector<const Endpoint*> out;
  for (const Endpoint& endpoint : endpoints) {
    if (endpoint.wants(kind)) out.push_back(&endpoint);
  }
  return out;
}

std::vector<std::string> Channels::names() const {
  std::vector<std::string> out;
  if (smtp) out.emplace_back(ports::kMailChannel);
  for (const Endpoint& endpoint : endpoints) out.push_back(endpoint.name);
  return out;
}

}  // namespace kenko::notify
