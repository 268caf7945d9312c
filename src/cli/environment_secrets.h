// cli/environment_secrets.h
#pragma once

#include "app/workspace.h"
#include "notify/secrets.h"

namespace kenko::cli {

/// Where secrets of channels come from: variables of the environment, files of the workspace.
[[nodiscard]] notify::SecretSource secrets_of(const app::Workspace& workspace);

}  // namespace kenko::cli
