// text/rules.h
//
// The plain files that texts are judged by: shipped ones, and those that a workspace puts in their place.
#pragma once

#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "text/lexicons.h"
#include "text/topics.h"

namespace kenko::text {

/// A file as it was read.  `name` is what messages call it.
struct RuleFile {
  std::string name;
  std::string bytes;
};

/// The files of a workspace, not read yet: that is only needed where there is a new text.
struct RuleFiles {
  std::vector<RuleFile> lexicons;
  RuleFile topics;

  /// Without files no text is read.
  [[nodiscard]] bool empty() const { return lexicons.empty() && topics.bytes.empty(); }
  /// Names what these files make of a text, together with the version of the rules in the program.
  [[nodiscard]] Hash128 fingerprint() const;
};

/// The files, read.
struct TextRules {
  Lexicons lexicons;
  Topics topics;
};

/// The files that are part of the program (share/lexicons, share/topics.yaml).
[[nodiscard]] RuleFiles shipped_rule_files();

/// Problems of all files at once.
[[nodiscard]] Result<TextRules> read_rules(const RuleFiles& files);

}  // namespace kenko::text
