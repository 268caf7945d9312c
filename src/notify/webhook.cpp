#include "notify/webhook.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/text.h"
#include "notify/base64.h"
#include "notify/json_text.h"
#include "notify/url.h"

namespace kenko::notify {
namespace {

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), &size);
  KENKO_CHECK(made != nullptr, "no HMAC of {} bytes", bytes.size());
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// Slack reads these three as its own marks.
std::string slack_escaped(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

// Whole lines in parts of at most `most` bytes, after escaping; a longer line is cut.
std::vector<std::string> in_parts(std::string_view s, size_t most) {
  std::vector<std::string> out;
  std::string part;
  for (const std::string_view line : text::split(s, '\n')) {
    // Escaped, a code point has at most five bytes.
    const std::string one = slack_escaped(text::code_points(line, 0, static_cast<int64_t>(most / 5)));
    if (!part.empty() && part.size() + 1 + one.size() > most) out.push_back(std::exchange(part, {}));
    part += (part.empty() ? "" : "\n") + one;
  }
  if (text::trim(part).size() > 0) out.push_back(part);
  return out;
}

Problem bad_url(const Endpoint& endpoint) {
  return {"bad-url",
          {},
          fmt::format("the address of `{}` cannot be posted to", endpoint.name),
          "write http:// or https://, a host, a path; no name, no password, no #",
          "",
          Severity::error};
}

}  // namespace

std::string webhook_signature(const std::vector<std::string>& keys, std::string_view id, int64_t unix_seconds,
                              std::string_view body) {
  const std::string content = fmt::format("{}.{}.{}", id, unix_seconds, body);
  std::string out;
  for (const std::string& key : keys) out += (out.empty() ? "v1," : " v1,") + base64(hmac_sha256(key, content));
  return out;
}

std::string webhook_body(const ports::Message& message) {
  const std::string data = message.json.empty() ? fmt::format("{{\"subject\":{},\"text\":{}}}",
                                                              json_text(message.subject), json_text(message.text))
                                                : message.json;
  return fmt::format("{{\"type\":{},\"timestamp\":{},\"data\":{}}}", json_text(message.kind),
                     json_text(message.created.iso()), data);
}

std::string slack_body(const ports::Message& message) {
  constexpr int64_t kHeaderMost = 150;
  constexpr size_t kSectionMost = 2900, kSectionsMost = 12;
  std::string blocks =
      fmt::format("{{\"type\":\"header\",\"text\":{{\"type\":\"plain_text\",\"text\":{}}}}}",
                  json_text(message.subject.empty() ? "Kenko" : text::code_points(message.subject, 0, kHeaderMost)));
  std::string plain = "*" + slack_escaped(message.subject) + "*";
  size_t sections = 0;
  for (const std::string& part : in_parts(message.text, kSectionMost)) {
    if (++sections > kSectionsMost) break;
    blocks += fmt::format(",{{\"type\":\"section\",\"text\":{{\"type\":\"mrkdwn\",\"text\":{}}}}}", json_text(part));
    plain += "\n" + part;
  }
  return fmt::format("{{\"text\":{},\"blocks\":[{}]}}", json_text(plain), blocks);
}

Result<HttpPost> post_of(const Endpoint& endpoint, const ports::Message& message, Instant now,
                         const SecretSource& secrets) {
  HttpPost out;
  out.url = endpoint.url;
  if (endpoint.url_place) {
    KENKO_TRY(out.url, read_secret(*endpoint.url_place, secrets));
  }
  if (!parse_url(out.url)) return bad_url(endpoint);
  out.allow_private = endpoint.allow_private;
  out.headers = {{"Content-Type", "application/json"}, {"User-Agent", "Kenko"}};
  if (endpoint.kind == Endpoint::Kind::slack) {
    out.body = slack_body(message);
    return out;
  }
  std::vector<std::string> keys;
  for (const SecretPlace& place : endpoint.secrets) {
    KENKO_TRY(std::string key, read_signing_key(place, secrets));
    keys.push_back(std::move(key));
  }
  out.body = webhook_body(message);
  constexpr int64_t kMicros = 1'000'000;
  const int64_t seconds = now.micros / kMicros;
  out.headers.emplace_back("webhook-id", message.id);
  out.headers.emplace_back("webhook-timestamp", fmt::format("{}", seconds));
  out.headers.emplace_back("webhook-signature", webhook_signature(keys, message.id, seconds, out.body));
  return out;
}

}  // namespace kenko::notify
