// notify/secrets.h
//
// Reads secrets when they are needed.  They are never part of a message, a problem or a report.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "notify/channels.h"

namespace kenko::notify {

/// Where secrets are looked for; both are arguments so that nothing here reads the environment.
struct SecretSource {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::string folder;  ///< relative files lie here
};

/// The secret without blanks at its ends.  Problem "no-secret": it is not there, or empty; names the place only.
[[nodiscard]] Result<std::string> read_secret(const SecretPlace& place, const SecretSource& source);

/// The bytes of a `whsec_` secret: base64 of 24 to 64 bytes.  Problem "bad-secret" names the place only.
[[nodiscard]] Result<std::string> read_signing_key(const SecretPlace& place, const SecretSource& source);

}  // namespace kenko::notify
