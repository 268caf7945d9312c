// Bodies and signatures of posts.
#include "notify/webhook.h"

#include <gmock/gmock.h>

#include <map>

#include "notify/base64.h"
#include "notify/url.h"

namespace kenko::notify {
namespace {

using testing::HasSubstr;

SecretSource secrets(std::map<std::string, std::string> values) {
  return {[values = std::move(values)](const std::string& name) -> std::optional<std::string> {
            const auto found = values.find(name);
            return found == values.end() ? std::nullopt : std::optional(found->second);
          },
          "."};
}

ports::Message message() {
  ports::Message out;
  out.id = "0123456789abcdef0123456789abcdef";
  out.kind = "alert.opened";
  out.channel = "crm";
  out.subject = "Acme \"fell\" by 20";
  out.text = "Logins: <half> & falling\nCall them\n";
  out.created = *Instant::parse("2026-11-20T09:00:00Z");
  return out;
}

Endpoint webhook() {
  Endpoint out;
  out.name = "crm";
  out.url = "https://crm.example.com/hook?token=hidden";
  out.secrets = {{SecretPlace::Kind::environment, "NEW"}, {SecretPlace::Kind::environment, "OLD"}};
  return out;
}

// The example that every library of Standard Webhooks is tested with.
TEST(Webhook, SignatureOfTheSpecification) {
  const std::string key = *from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(webhook_signature({key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Webhook, EverySecretSigns) {
  const std::string a(32, 'a'), b(32, 'b');
  const auto post = post_of(webhook(), message(), *Instant::parse("2026-11-21T10:00:00.5Z"),
                            secrets({{"NEW", "whsec_" + base64(a)}, {"OLD", " " + base64(b) + "\n"}}));
  ASSERT_TRUE(post.ok());
  const std::map<std::string, std::string> headers(post->headers.begin(), post->headers.end());
  EXPECT_EQ(headers.at("webhook-id"), message().id);
  EXPECT_EQ(headers.at("webhook-timestamp"), "1795255200") << "of the try, in seconds";
  EXPECT_EQ(headers.at("webhook-signature"), webhook_signature({a, b}, message().id, 1795255200, post->body));
  EXPECT_EQ(headers.at("webhook-signature").find(" v1,"), 47U);
  EXPECT_EQ(post->body, R"({"type":"alert.opened","timestamp":"2026-11-20T09:00:00Z","data":)"
                        R"({"subject":"Acme \"fell\" by 20","text":"Logins: <half> & falling\nCall them\n"}})");
}

TEST(Webhook, ItsOwnData) {
  ports::Message m = message();
  m.json = R"({"account":"a1","score":55})";
  EXPECT_EQ(webhook_body(m),
            R"({"type":"alert.opened","timestamp":"2026-11-20T09:00:00Z","data":{"account":"a1","score":55}})");
}

TEST(Webhook, SecretsThatAreNone) {
  const auto missing = post_of(webhook(), message(), {}, secrets({}));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.problems().front().code, "no-secret");
  EXPECT_THAT(missing.problems().front().message, HasSubstr("`NEW`"));
  for (const char* wrong : {"whsec_c2hvcnQ=", "not base64 at all!", "whsec_!"}) {
    const auto bad = post_of(webhook(), message(), {}, secrets({{"NEW", wrong}, {"OLD", wrong}}));
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.problems().front().code, "bad-secret");
    EXPECT_EQ(to_text(bad.problems()).find(wrong), std::string::npos) << "the secret itself is not shown";
  }
}

TEST(Slack, BodyForSlackAndForOthers) {
  Endpoint slack;
  slack.kind = Endpoint::Kind::slack;
  slack.url_place = SecretPlace{SecretPlace::Kind::environment, "URL"};
  const auto post = post_of(slack, message(), {}, secrets({{"URL", "https://hooks.example.com/T1/B2/secret"}}));
  ASSERT_TRUE(post.ok());
  EXPECT_EQ(post->url, "https://hooks.example.com/T1/B2/secret");
  EXPECT_EQ(
      post->body,
      R"({"text":"*Acme \"fell\" by 20*\nLogins: &lt;half&gt; &amp; falling\nCall them\n","blocks":[)"
      R"({"type":"header","text":{"type":"plain_text","text":"Acme \"fell\" by 20"}},)"
      R"({"type":"section","text":{"type":"mrkdwn","text":"Logins: &lt;half&gt; &amp; falling\nCall them\n"}}]})");
  for (const auto& [name, value] : post->headers) EXPECT_EQ(name.find("webhook"), std::string::npos);
}

TEST(Slack, LongTextsAreCutWhereSlackWouldRefuseThem) {
  ports::Message m = message();
  m.subject = std::string(400, 's');
  m.text.clear();
  for (int i = 0; i < 3000; ++i) m.text += "line " + std::to_string(i) + " <&>\n";
  const std::string body = slack_body(m);
  EXPECT_LT(body.size(), 90'000U);
  size_t sections = 0;
  for (size_t at = body.find("mrkdwn"); at != std::string::npos; at = body.find("mrkdwn", at + 1)) {
    ++sections;
    const size_t begin = body.find(":\"", at) + 2, end = body.find("\"}}", at);
    EXPECT_LE(end - begin, 3300U);  // with the two bytes of each line end
  }
  EXPECT_EQ(sections, 12U);
  EXPECT_THAT(body, HasSubstr("\"plain_text\",\"text\":\"" + std::string(150, 's') + "\""));
}

TEST(Url, WhatCanBePostedTo) {
  const auto url = parse_url("HTTPS://Crm.Example.com:8443/a?b=c");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "crm.example.com");
  EXPECT_EQ(url->shown(), "https://crm.example.com:8443");
  EXPECT_EQ(parse_url("http://[::1]:80/x")->host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:80/x")->shown(), "http://[::1]");
  EXPECT_EQ(parse_url("https://example.com?x")->shown(), "https://example.com");
  for (const char* wrong : {"", "example.com", "ftp://example.com", "file:///etc/passwd", "gopher://x", "http://",
                            "http:///x", "https://user:pw@example.com/", "https://a@b", "http://exa mple.com",
                            "http://example.com:0", "http://x:65536", "http://x:", "http://[::1", "http://[x]/",
                            "http://x/\r\nHost: y", "http://x\\@y", "http://x/#y", "http://ex\xc3\xa4.com"}) {
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  }
}

TEST(Base64, ThereAndBack) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(from_base64("Zm9vYg"), "foob");
  EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
  EXPECT_FALSE(from_base64("Z"));
  EXPECT_FALSE(from_base64("Zm9v Yg=="));
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(from_base64(base64(all)), all);
}

}  // namespace
}  // namespace kenko::notify
