// text/shipped.h
//
// The files of share/lexicons and share/topics.yaml, embedded at build time.
#pragma once

#include <string_view>
#include <vector>

namespace kenko::text {

struct ShippedLexicon {
  std::string_view language;
  std::string_view bytes;
};

/// Sorted by language.  The bytes live as long as the program.
[[nodiscard]] const std::vector<ShippedLexicon>& shipped_lexicons();
[[nodiscard]] std::string_view shipped_topics();

}  // namespace kenko::text
