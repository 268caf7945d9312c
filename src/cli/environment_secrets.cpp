#include "cli/environment_secrets.h"

#include <cstdlib>
#include <optional>
#include <string>

namespace kenko::cli {

notify::SecretSource secrets_of(const app::Workspace& workspace) {
  return {[](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          workspace.dir};
}

}  // namespace kenko::cli
