// text/topics.h
//
// What a text is about: a small list of terms per topic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/phrases.h"

namespace kenko::text {

/// The topics of a workspace (topics.yaml; docs/SENTIMENT.md#topics).
///
/// Meaning: a text is about every topic one of whose terms is in it, whatever the language.  Immutable.
class Topics {
 public:
  Topics() = default;
  /// Problems: "bad-topics", "duplicate-term", and those of a YAML file.
  [[nodiscard]] static Result<Topics> parse(std::string_view yaml, const std::string& file);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }  ///< sorted
  /// Positions in names(), ascending.
  [[nodiscard]] std::vector<uint32_t> of(const Tokens& text) const;

 private:
  std::vector<std::string> names_;
  Phrases phrases_;
  std::vector<std::vector<uint32_t>> topics_of_phrase_;
};

}  // namespace kenko::text
