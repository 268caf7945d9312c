// text/lexicons.h
//
// All languages: which one a text is in, and what its lexicon says of it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "text/lexicon.h"

namespace kenko::text {

/// The lexicons of a workspace.
///
/// Language: docs/SENTIMENT.md#which-language says how it is chosen: by the script, then by function words; no clock,
/// no
///           order of files decides.  Threads: immutable, safe to use from many.
class Lexicons {
 public:
  Lexicons() = default;
  /// English comes first where nothing else decides, then by the name of the language.
  explicit Lexicons(std::vector<Lexicon> lexicons);

  /// -1 to 1 with 6 places; nullopt where no language is recognised or nothing of its lexicon is in the text.
  [[nodiscard]] std::optional<Decimal> sentiment(std::string_view text) const { return sentiment(text, Tokens(text)); }
  /// The same; `tokens` are those of `text`.
  [[nodiscard]] std::optional<Decimal> sentiment(std::string_view text, const Tokens& tokens) const;

  /// The lexicons that are asked about a text, in this order: the first with an opinion counts.
  [[nodiscard]] std::vector<const Lexicon*> candidates(const Tokens& tokens) const;

 private:
  [[nodiscard]] std::vector<const Lexicon*> of_script(Script script) const;
  [[nodiscard]] std::vector<const Lexicon*> latin_candidates(const Tokens& tokens) const;

  std::vector<Lexicon> lexicons_;
};

}  // namespace kenko::text
