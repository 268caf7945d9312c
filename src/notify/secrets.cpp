#include "notify/secrets.h"

#include <fmt/format.h>

#include "base/text.h"
#include "notify/base64.h"
#include "ports/files.h"

namespace kenko::notify {
namespace {

std::string words(const SecretPlace& place) {
  return place.kind == SecretPlace::Kind::file ? fmt::format("the file `{}`", place.name)
                                               : fmt::format("the environment variable `{}`", place.name);
}

Problem problem(std::string code, std::string message, std::string hint) {
  return {std::move(code), {}, std::move(message), std::move(hint), "", Severity::error};
}

}  // namespace

Result<std::string> read_secret(const SecretPlace& place, const SecretSource& source) {
  std::string secret;
  if (place.kind == SecretPlace::Kind::file) {
    const std::string path = place.name.starts_with('/') ? place.name : source.folder + "/" + place.name;
    KENKO_TRY(secret, ports::read_file(path));
  } else if (source.variable) {
    secret = source.variable(place.name).value_or("");
  }
  secret = std::string(text::trim(secret));
  if (!secret.empty()) return secret;
  return problem("no-secret", fmt::format("{} holds no secret", words(place)),
                 "set it where kenko runs; nothing is sent there until then");
}

Result<std::string> read_signing_key(const SecretPlace& place, const SecretSource& source) {
  constexpr std::string_view kPrefix = "whsec_";
  constexpr size_t kLeast = 24, kMost = 64;
  KENKO_TRY(const std::string secret, read_secret(place, source));
  std::string_view digits = secret;
  if (digits.starts_with(kPrefix)) digits.remove_prefix(kPrefix.size());
  auto key = from_base64(digits);
  if (key && key->size() >= kLeast && key->size() <= kMost) return std::move(*key);
  return problem("bad-secret", fmt::format("what {} holds is no signing secret", words(place)),
                 "write `whsec_` and the base64 of 24 to 64 random bytes: openssl rand -base64 32");
}

}  // namespace kenko::notify
