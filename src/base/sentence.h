// base/sentence.h
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace kenko {

/// A sentence for people whose numbers and names are kept apart from its words, so that another language can say the
/// same with its own order of words.
///
/// pattern: English, with {} for each part in turn.  It is what a catalogue of texts is asked for.
/// parts:   as they are shown: numbers already have their places and units.
struct Sentence {
  std::string pattern;
  std::vector<std::string> parts;

  Sentence() = default;
  Sentence(std::string words) : pattern(std::move(words)) {}  // NOLINT: a sentence without parts is its words
  Sentence(const char* words) : pattern(words) {}             // NOLINT
  Sentence(std::string words, std::vector<std::string> shown) : pattern(std::move(words)), parts(std::move(shown)) {}

  [[nodiscard]] bool empty() const { return pattern.empty(); }
  /// In the words of `pattern`, or of another pattern with as many {} (or {0}, {1} ... in another order).
  [[nodiscard]] std::string in(const std::string& words) const;
  [[nodiscard]] std::string english() const { return in(pattern); }
};

/// say("{} of {} left", 3, name)
template <typename... Parts>
[[nodiscard]] Sentence say(std::string pattern, const Parts&... parts) {
  return {std::move(pattern), {fmt::format("{}", parts)...}};
}

}  // namespace kenko
