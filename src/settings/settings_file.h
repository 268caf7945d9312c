// settings/settings_file.h
//
// kenko.yaml: reads and checks it, writes a new one, and adds what an import learns about a source without touching
// anything else in the file.  Text in, text out; app does the files.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "facts/settings.h"

namespace kenko::settings {

/// Reads kenko.yaml.  `file` is the name in messages.  Errors: all problems at once, each with place and hint.
[[nodiscard]] Result<facts::Settings> read_settings(std::string_view yaml, const std::string& file);

/// The text of a new workspace's kenko.yaml with comments that explain each line; `sources:` comes last.
/// Empty texts become the defaults.
[[nodiscard]] std::string new_settings_text(const facts::Settings& settings);

/// `yaml` with one more source.  Requires: `yaml` reads without errors and has no source of that name.
/// Everything else stays byte for byte.  Errors: "settings-layout" when the file is written in a way that has no room
/// for lines (a flow map with contents); the hint shows what to paste.
[[nodiscard]] Result<std::string> add_source(std::string_view yaml, const std::string& file,
                                             const facts::SourceSettings& source);

/// `yaml` with more names in `emits` and more keys in `attributes` of a source; those it has already are left out.
/// Only the lines of these two keys change.  Requires and errors as add_source; the source must be there.
[[nodiscard]] Result<std::string> extend_source(std::string_view yaml, const std::string& file,
                                                const std::string& source, const std::vector<std::string>& emits,
                                                const std::map<std::string, facts::AttributeType>& attributes);

/// `yaml` with another active model; only that line changes.  Requires and errors as add_source.
[[nodiscard]] Result<std::string> set_model(std::string_view yaml, const std::string& file, const std::string& model);

/// "number", "text", "flag", "day", "money".
[[nodiscard]] std::string_view type_name(facts::AttributeType type);

/// True for names that a source may have: 1 to 64 letters, digits, `_`, `-` and `.`, the first one a letter or digit.
[[nodiscard]] bool is_source_name(std::string_view name);

}  // namespace kenko::settings
