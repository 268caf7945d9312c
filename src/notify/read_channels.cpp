// channels.yaml -> Channels.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "notify/address_guard.h"
#include "notify/channels.h"
#include "notify/kinds.h"
#include "notify/url.h"
#include "ports/message.h"
#include "tree/reader.h"
#include "tree/tree.h"

namespace kenko::notify {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;

bool is_name(std::string_view s) {
  constexpr size_t kLongest = 64;
  return !s.empty() && s.size() <= kLongest && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_variable(std::string_view s) {
  return is_name(s) && s.find('-') == std::string_view::npos && !(s[0] >= '0' && s[0] <= '9');
}

class ChannelsReader {
 public:
  void read(Reader& file) {
    constexpr int64_t kVersion = 1;
    (void)file.integer("kenko", kVersion, kVersion, Need::required);
    out_.ca_file = file.text("ca_file").value_or("");
    if (auto smtp = file.map("smtp"); smtp && smtp->is_map()) read_smtp(*smtp);
    file.each_item("slack", "slack", [this](size_t, Reader& entry) { read_slack(entry); });
    file.each_item("webhooks", "webhook", [this](size_t, Reader& entry) { read_webhook(entry); });
    file.each_item("mail", "mail", [this](size_t, Reader& entry) { read_mail(entry); });
    if (!out_.mail.empty() && file.find("smtp") == nullptr) {
      file.add("mail", "mail-without-server", "`mail` says who gets what, but `smtp` names no server",
               "smtp: {server: mail.example.com, from: kenko@example.com}");
    }
    file.finish();
  }
  [[nodiscard]] Channels& channels() { return out_; }

 private:
  // KEY_env and KEY_file, each a name or a list of them; a secret itself is refused.
  std::vector<SecretPlace> places(Reader& entry, const std::string& key) {
    std::vector<SecretPlace> out;
    if (entry.find(key) != nullptr) {
      entry.add(
          key, "secret-in-file", fmt::format("`{}` would be a secret in a file that is meant for git", key),
          fmt::format("put it into an environment variable: {}_env: NAME_OF_THE_VARIABLE; or {}_file: PATH", key, key));
    }
    for (const std::string& name : entry.texts(key + "_env").value_or(std::vector<std::string>{})) {
      if (!is_variable(name)) {
        entry.add(key + "_env", "bad-variable", fmt::format("`{}` is no name of an environment variable", name),
                  "letters, digits and `_`: the name, not the secret");
      }
      out.push_back({SecretPlace::Kind::environment, name});
    }
    for (const std::string& name : entry.texts(key + "_file").value_or(std::vector<std::string>{})) {
      out.push_back({SecretPlace::Kind::file, name});
    }
    return out;
  }

  void read_smtp(Reader& entry) {
    SmtpServer server;
    server.tls =
        entry.choice<SmtpTls>("tls", {{"starttls", SmtpTls::starttls}, {"tls", SmtpTls::tls}, {"none", SmtpTls::none}})
            .value_or(SmtpTls::starttls);
    server.host = text::lower(entry.text("server", Need::required).value_or(""));
    const bool ip = parse_ip(server.host).has_value();
    if (!server.host.empty() && !ip && !parse_url("http://" + server.host)) {
      entry.add("server", "bad-server", fmt::format("`{}` is no name of a server", server.host),
                "the name alone; `port` and `tls` have keys of their own");
    }
    constexpr int64_t kStarttls = 587, kTls = 465, kPlain = 25, kLast = 65'535;
    const int64_t usual = server.tls == SmtpTls::starttls ? kStarttls : server.tls == SmtpTls::tls ? kTls : kPlain;
    server.port = static_cast<uint16_t>(entry.integer("port", 1, kLast).value_or(usual));
    server.user = entry.text("user").value_or("");
    const std::vector<SecretPlace> passwords = places(entry, "password");
    if (!passwords.empty()) server.password = passwords.front();
    check_password(entry, server, passwords.size());
    if (const auto from = entry.text("from", Need::required)) {
      if (auto box = parse_mailbox(*from)) {
        server.from = std::move(*box);
      } else {
        bad_address(entry, "from", *from, "write Kenko <kenko@example.com>");
      }
    }
    entry.finish();
    out_.smtp = std::move(server);
  }

  static void check_password(Reader& entry, const SmtpServer& server, size_t passwords) {
    if (passwords > 1) entry.add("password_env", "two-secrets", "there is one password", "keep one of the two keys");
    if (server.user.empty() != (passwords == 0)) {
      entry.add(server.user.empty() ? "password_env" : "user", "half-a-login",
                server.user.empty() ? "there is a password, but no `user`" : "there is a `user`, but no password",
                "write both, or neither for a server that asks for none");
    }
    if (std::any_of(server.user.begin(), server.user.end(), [](char c) { return c >= 0 && c < ' '; })) {
      entry.add("user", "wrong-type", "`user` must not have control characters");
    }
    const bool here = server.host == "localhost" || server.host.starts_with("127.") || server.host == "::1";
    if (server.tls == SmtpTls::none && passwords > 0 && !here) {
      entry.add("tls", "password-in-clear", "with `tls: none` everybody on the way could read the password",
                "use starttls or tls");
    }
  }

  static void bad_address(Reader& entry, const char* key, const std::string& found, const char* hint) {
    entry.add(key, "bad-address", fmt::format("`{}` is no address that mail can be sent to", found), hint);
  }

  void read_name(Reader& entry, Endpoint& endpoint) {
    endpoint.name = entry.text("name", Need::required).value_or("");
    if (endpoint.name.empty()) return;
    if (!is_name(endpoint.name)) {
      entry.add("name", "bad-channel-name", fmt::format("`{}` cannot be the name of a channel", endpoint.name),
                "use letters, digits, `_` and `-`");
    } else if (endpoint.name == ports::kMailChannel) {
      entry.add("name", "bad-channel-name", "`mail` is the channel of e-mail", "choose another name");
    } else if (out_.find(endpoint.name) != nullptr) {
      entry.add("name", "channel-twice", fmt::format("there are two channels `{}`", endpoint.name),
                "messages are kept by the name of their channel: give each its own");
    }
  }

  void read_events(Reader& entry, std::vector<std::string>& events) {
    events = entry.texts("events").value_or(std::vector<std::string>{});
    for (const std::string& event : events) {
      const bool known =
          std::any_of(kKinds.begin(), kKinds.end(), [&](std::string_view kind) { return matches_kind({event}, kind); });
      if (known) continue;
      entry.add("events", "unknown-event", fmt::format("there are no messages of the kind `{}`", event),
                text::did_you_mean(event, {kKinds.begin(), kKinds.end()}));
    }
  }

  // What slack and webhooks have in common.
  void read_endpoint(Reader& entry, Endpoint& endpoint) {
    read_name(entry, endpoint);
    endpoint.url = entry.text("url").value_or("");
    endpoint.allow_private = entry.flag("allow_private").value_or(false);
    read_events(entry, endpoint.events);
    if (endpoint.url.empty()) return;
    const auto url = parse_url(endpoint.url);
    if (!url) {
      entry.add("url", "bad-url", "this address cannot be posted to",
                "write http:// or https://, a host, a path; no name, no password, no #");
      return;
    }
    const auto ip = parse_ip(url->host);
    if (!endpoint.allow_private && ((ip && !is_public(*ip)) || url->host == "localhost")) {
      entry.add("url", "private-address", fmt::format("{} is no address of the public internet", url->host),
                "`allow_private: true` allows it for this channel alone");
    }
  }

  void read_slack(Reader& entry) {
    Endpoint endpoint;
    endpoint.kind = Endpoint::Kind::slack;
    read_endpoint(entry, endpoint);
    std::vector<SecretPlace> urls;
    for (const char* key : {"url_env", "url_file"}) {
      for (const std::string& name : entry.texts(key).value_or(std::vector<std::string>{})) {
        const bool variable = std::string_view(key) == "url_env";
        urls.push_back({variable ? SecretPlace::Kind::environment : SecretPlace::Kind::file, name});
      }
    }
    if (urls.size() + (endpoint.url.empty() ? 0 : 1) != 1) {
      entry.add("url_env", urls.empty() && endpoint.url.empty() ? "missing-key" : "two-secrets",
                "a slack channel has one address", "url_env: NAME_OF_THE_VARIABLE, url_file: PATH, or url");
    }
    if (!urls.empty()) endpoint.url_place = urls.front();
    entry.finish();
    out_.endpoints.push_back(std::move(endpoint));
  }

  void read_webhook(Reader& entry) {
    Endpoint endpoint;
    read_endpoint(entry, endpoint);
    (void)entry.find("url", Need::required);
    endpoint.secrets = places(entry, "secret");
    if (endpoint.secrets.empty() && entry.node().find("secret") == nullptr) {
      entry.add("secret_env", "missing-key", "a webhook is signed: `secret_env` or `secret_file` is missing",
                "secret_env: NAME_OF_THE_VARIABLE that holds whsec_ and base64");
    }
    entry.finish();
    out_.endpoints.push_back(std::move(endpoint));
  }

  void read_mail(Reader& entry) {
    MailRule rule;
    rule.to = entry.text("to", Need::required).value_or("");
    if (rule.to_address() && !is_address(rule.to)) {
      bad_address(entry, "to", rule.to, "write ann@example.com, the id of a person or a role of team.yaml");
    }
    rule.digest = entry
                      .choice<MailRule::Digest>("digest", {{"none", MailRule::Digest::none},
                                                           {"daily", MailRule::Digest::daily},
                                                           {"weekly", MailRule::Digest::weekly}})
                      .value_or(MailRule::Digest::none);
    rule.view = entry.choice<MailRule::View>("as", {{"csm", MailRule::View::csm}, {"leader", MailRule::View::leader}})
                    .value_or(MailRule::View::csm);
    read_events(entry, rule.events);
    if (rule.digest == MailRule::Digest::none && rule.events.empty()) {
      entry.add("digest", "missing-key", fmt::format("`{}` would get nothing", rule.to),
                "digest: daily, or events: [alert.escalated]");
    }
    entry.finish();
    out_.mail.push_back(std::move(rule));
  }

  Channels out_;
};

}  // namespace

Result<Channels> read_channels(std::string_view yaml, const std::string& file) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  Reader reader(*tree, tree->root(), problems, "channels.yaml");
  ChannelsReader channels;
  if (reader.is_map()) channels.read(reader);
  if (has_errors(problems)) return problems;
  return std::move(channels.channels());
}

}  // namespace kenko::notify
