// app/init.h
//
// kenko init: makes a workspace.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace kenko::app {

/// What to make.  Empty texts = defaults.
struct InitRequest {
  std::string dir;
  std::string company;
  std::string time_zone;      ///< IANA name; empty = UTC
  std::string currency;       ///< empty = USD
  std::string template_name;  ///< share_dir/templates/NAME.yaml becomes models/NAME.yaml; empty = no model
  std::string model;          ///< name of the active model; empty = the template's
  std::string share_dir;      ///< the folder of shipped files (find_share_dir); only read with a template
};

struct InitReport {
  std::string dir;                 ///< absolute
  std::vector<std::string> files;  ///< made, relative to dir
};

/// Makes the folder (which may exist) with kenko.yaml, models/, mappings/, .gitignore and an empty state.db.
/// Errors: "workspace-exists", "unknown-template" (lists them), a bad time zone or currency, file problems.  Nothing is
/// written when an argument is wrong.
[[nodiscard]] Result<InitReport> init_workspace(const InitRequest& request);

/// The folder of shipped files: `env_value` (KENKO_SHARE) when it is not empty; else share/kenko beside the folder of
/// `binary_path`; else `share` of the source tree that the binary was built in; else empty.
[[nodiscard]] std::string find_share_dir(const std::string& env_value, const std::string& binary_path);

/// Names of the shipped templates, sorted.
[[nodiscard]] std::vector<std::string> template_names(const std::string& share_dir);

}  // namespace kenko::app
