// channels.yaml.
#include "notify/channels.h"

#include <gmock/gmock.h>

namespace kenko::notify {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr const char* kGood = R"(kenko: 1
smtp:
  server: mail.example.com
  user: kenko
  password_env: KENKO_SMTP_PASSWORD
  from: Kenko <kenko@example.com>
slack:
  - name: cs-alerts
    url_env: KENKO_SLACK_URL
    events: [alert.*, portfolio.notice]
webhooks:
  - name: crm
    url: https://crm.example.com/hooks/kenko
    secret_env: [NEW_SECRET, OLD_SECRET]
  - name: lab
    url: http://127.0.0.1:8080/
    secret_file: secrets/lab
    allow_private: true
    events: ["*"]
mail:
  - to: csm
    digest: daily
  - to: boss@example.com
    digest: weekly
    as: leader
    events: [alert.escalated]
)";

std::vector<std::string> codes(const std::string& yaml) {
  const auto channels = read_channels(yaml, "channels.yaml");
  std::vector<std::string> out;
  if (channels) return out;
  for (const Problem& p : channels.problems()) {
    out.push_back(p.code);
    EXPECT_GT(p.place.line, 0) << p.message;
  }
  return out;
}

TEST(Channels, AllOfIt) {
  const auto channels = read_channels(kGood, "channels.yaml");
  ASSERT_TRUE(channels.ok()) << to_text(channels.problems());
  EXPECT_EQ(channels->smtp->port, 587);
  EXPECT_EQ(channels->smtp->tls, SmtpTls::starttls);
  EXPECT_EQ(channels->smtp->from.address, "kenko@example.com");
  EXPECT_EQ(channels->smtp->password, (SecretPlace{SecretPlace::Kind::environment, "KENKO_SMTP_PASSWORD"}));
  EXPECT_THAT(channels->names(), ElementsAre("mail", "cs-alerts", "crm", "lab"));
  const auto wanting = [&](std::string_view kind) {
    std::vector<std::string> out;
    for (const Endpoint* e : channels->endpoints_for(kind)) out.push_back(e->name);
    return out;
  };
  EXPECT_THAT(wanting("alert.opened"), ElementsAre("cs-alerts", "crm", "lab"));
  EXPECT_THAT(wanting("task.created"), ElementsAre("crm", "lab"));
  EXPECT_THAT(wanting("digest.daily"), ElementsAre("lab")) << "digests only where they are asked for";
  EXPECT_THAT(channels->find("crm")->secrets, testing::SizeIs(2));
  EXPECT_FALSE(channels->find("crm")->allow_private);
  EXPECT_EQ(channels->mail[1].view, MailRule::View::leader);
  EXPECT_TRUE(channels->mail[1].wants("alert.escalated"));
  EXPECT_FALSE(channels->mail[1].wants("alert.opened"));
  EXPECT_FALSE(channels->mail[0].to_address());
}

TEST(Channels, PortsOfEachWay) {
  const auto port = [](const std::string& tls) {
    return read_channels("kenko: 1\nsmtp: {server: localhost, from: a@b, tls: " + tls + "}\n", "c")->smtp->port;
  };
  EXPECT_EQ(port("starttls"), 587);
  EXPECT_EQ(port("tls"), 465);
  EXPECT_EQ(port("none"), 25);
}

TEST(Channels, EveryMistakeAtOnce) {
  EXPECT_THAT(codes(R"(kenko: 1
smtp: {server: "mail example", from: nobody, user: kenko, tls: tsl}
slack:
  - {name: mail, url: "https://user:pw@hooks.example.com/x"}
  - {name: b c}
webhooks:
  - {name: crm, url: "http://10.0.0.1/x", secret: whsec_abc, events: [alert.opend]}
  - {name: crm, url: "http://localhost/x", secret_env: A-B}
  - {name: x, url: "ftp://example.com", secret_env: A, hidden: 1}
mail:
  - {to: ann}
  - {to: "ann@", digest: hourly}
)"),
              UnorderedElementsAre("bad-server", "bad-address", "half-a-login", "unknown-word", "bad-channel-name",
                                   "bad-url", "bad-channel-name", "missing-key", "private-address", "secret-in-file",
                                   "unknown-event", "channel-twice", "private-address", "bad-variable", "bad-url",
                                   "unknown-key", "missing-key", "bad-address", "unknown-word", "missing-key"));
}

TEST(Channels, WhatDoesNotGoTogether) {
  EXPECT_THAT(codes("kenko: 1\nmail: [{to: ann, digest: daily}]\n"), ElementsAre("mail-without-server"));
  EXPECT_THAT(codes("kenko: 1\nsmtp: {server: mail.example.com, tls: none, from: a@b, user: u, password_env: P}\n"),
              ElementsAre("password-in-clear"));
  EXPECT_THAT(codes("kenko: 1\nsmtp: {server: 127.0.0.1, tls: none, from: a@b, user: u, password_env: P}\n"),
              ElementsAre());
  EXPECT_THAT(codes("kenko: 1\nslack: [{name: a, url: https://x.example, url_env: B}]\n"), ElementsAre("two-secrets"));
  EXPECT_THAT(codes("kenko: 1\nwebhooks: [{name: a, url: https://x.example}]\n"), ElementsAre("missing-key"));
  EXPECT_THAT(codes("kenko: 2\n"), ElementsAre("out-of-range"));
  EXPECT_THAT(codes("smtp: {server: x, from: a@b}\n"), ElementsAre("missing-key"));
}

TEST(Channels, ASecretIsNotRepeated) {
  const auto channels =
      read_channels("kenko: 1\nwebhooks: [{name: a, url: https://x.example, secret: whsec_hidden}]\n", "c");
  ASSERT_FALSE(channels.ok());
  EXPECT_EQ(channels.problems().front().message.find("whsec_hidden"), std::string::npos);
}

}  // namespace
}  // namespace kenko::notify
