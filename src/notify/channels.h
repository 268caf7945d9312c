// notify/channels.h
//
// channels.yaml: where messages go.  docs/MESSAGES.md says it for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kenko::notify {

inline constexpr const char* kChannelsFile = "channels.yaml";

/// Where a secret is, never the secret itself.
struct SecretPlace {
  enum class Kind : uint8_t { environment, file };
  Kind kind = Kind::environment;
  std::string name;  ///< of the variable, or of a file; a relative one lies in the workspace
  friend bool operator==(const SecretPlace&, const SecretPlace&) = default;
};

/// "Kenko <kenko@example.com>".
struct Mailbox {
  std::string name;     ///< UTF-8 without control characters; may be empty
  std::string address;  ///< is_address()
};

/// starttls: in clear until the server agrees, then encrypted or not at all.  tls: from the first byte.
enum class SmtpTls : uint8_t { starttls, tls, none };

/// The one server that takes our mail.
struct SmtpServer {
  std::string host;
  uint16_t port = 587;
  SmtpTls tls = SmtpTls::starttls;
  std::string user;                     ///< empty = none is asked for
  std::optional<SecretPlace> password;  ///< there exactly when `user` is
  Mailbox from;
};

/// Something that takes HTTP posts.
///
/// slack:   the body that Slack, Mattermost and others take; its address is a secret by itself.
/// webhook: Standard Webhooks: signed with every one of `secrets`, so that one can be replaced without a gap.
struct Endpoint {
  enum class Kind : uint8_t { slack, webhook };
  Kind kind = Kind::webhook;
  std::string name;                      ///< unique; letters, digits, `_`, `-`
  std::string url;                       ///< empty when it stands in `url_place`
  std::optional<SecretPlace> url_place;  ///< where the address is
  std::vector<SecretPlace> secrets;      ///< webhook: at least one; the new one first
  std::vector<std::string> events;       ///< kinds, `alert.*`, `*`; empty = all but digests
  bool allow_private = false;            ///< addresses of private networks and of this machine are fine

  [[nodiscard]] bool wants(std::string_view message_kind) const;
};

/// Who gets what by mail.  Without any rule nobody does.
struct MailRule {
  enum class Digest : uint8_t { none, daily, weekly };
  enum class View : uint8_t { csm, leader };
  std::string to;  ///< an address, else the id of a person or a role of the team
  Digest digest = Digest::none;
  View view = View::csm;            ///< what the digest is about: own accounts, or those of everybody below
  std::vector<std::string> events;  ///< single mails: kinds, `alert.*`, `*`; empty = none

  [[nodiscard]] bool wants(std::string_view message_kind) const;
  [[nodiscard]] bool to_address() const { return to.find('@') != std::string::npos; }
};

/// All of channels.yaml.
struct Channels {
  std::optional<SmtpServer> smtp;
  std::vector<Endpoint> endpoints;  ///< in file order
  std::vector<MailRule> mail;       ///< in file order; not empty only with smtp
  std::string ca_file;              ///< authorities to trust instead of the machine's; relative: in the workspace

  [[nodiscard]] const Endpoint* find(std::string_view name) const;
  /// The endpoints that want this kind, in file order.
  [[nodiscard]] std::vector<const Endpoint*> endpoints_for(std::string_view kind) const;
  /// Names that `channel` of a message may have: `mail` when there is a server, then the endpoints.
  [[nodiscard]] std::vector<std::string> names() const;
};

/// Reads channels.yaml; all problems at once.
[[nodiscard]] Result<Channels> read_channels(std::string_view yaml, const std::string& file);

/// An address that mail can be sent to by everybody: ASCII, one @, no blanks, quotes, brackets or control characters.
[[nodiscard]] bool is_address(std::string_view text);
/// "Name <address>" or an address.
[[nodiscard]] std::optional<Mailbox> parse_mailbox(std::string_view text);

/// `events` holds the kind, a pattern `alert.*` of it, or `*`.
[[nodiscard]] bool matches_kind(const std::vector<std::string>& events, std::string_view kind);

}  // namespace kenko::notify
