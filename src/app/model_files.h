// app/model_files.h
//
// kenko model schema, docs and new.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"

namespace kenko::app {

/// A file name that is the same on every machine, and a word that a shell takes as it is.
[[nodiscard]] bool is_model_name(const std::string& name);

/// The JSON Schema of model files, for editors.
[[nodiscard]] std::string model_schema();

/// A Markdown page of the model for its owners.
[[nodiscard]] Result<std::string> model_page(const Workspace& workspace, const std::string& name);

/// Name and purpose of each shipped template, by name.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> list_templates(const std::string& share_dir);

/// Writes models/NAME.yaml from a template, with its `model:` changed to NAME; gives the path.  Errors: "bad-name",
/// "model-exists", "unknown-template" (the hint lists them), file problems.
[[nodiscard]] Result<std::string> new_model(const Workspace& workspace, const std::string& name,
                                            const std::string& template_name, const std::string& share_dir);

}  // namespace kenko::app
