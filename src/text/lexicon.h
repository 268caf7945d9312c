// text/lexicon.h
//
// The words of one language that say something good or bad, and how a text is scored with them.  docs/SENTIMENT.md
// describes the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "text/phrases.h"
#include "text/tokens.h"

namespace kenko::text {

/// How the words of a text make its sentiment.
///
/// vader:   the rules of VADER 3.3.2 (English).  phrases: longest match, negation and intensity within a clause.
enum class Rules : uint8_t { vader, phrases };

/// What a language is written in.
enum class Script : uint8_t { latin, kana, han };

/// What an entry of a lexicon does.  `ignore` is a phrase that hides the entries inside it.
enum class EntryKind : uint8_t { term, ignore, booster, booster_after, negation, contrast };

/// An entry of a lexicon of Rules::phrases.  strength: of a term -4 to 4, of a booster -1 to 1 (negative: it dampens).
struct LexiconEntry {
  EntryKind kind = EntryKind::term;
  double strength = 0;
};

/// The tables of VADER, all in lower case.
struct VaderTables {
  std::unordered_map<std::string, double> terms, boosters, idioms;
  std::unordered_set<std::string> negations;
  std::unordered_map<char32_t, std::string> emoji;  ///< what it shows, in words
};

/// A language.
///
/// Invariants: every phrase stands in it once; `entries` are numbered by `phrases`.  Immutable after it was read.
struct Lexicon {
  std::string language;  ///< "en"
  Rules rules = Rules::phrases;
  Script script = Script::latin;
  /// A negation turns the next term of its clause behind it (or the one before it) when at most so many tokens stand
  /// between; -1 = never.
  int negates_before = -1, negates_after = -1;
  std::unordered_set<std::string> function_words;  ///< folded as text/tokens.h does
  Phrases phrases;
  std::vector<LexiconEntry> entries;
  VaderTables vader;

  /// Reads a file.  Problems: "bad-lexicon", "duplicate-term"; all of them, each with its line.
  [[nodiscard]] static Result<Lexicon> parse(std::string_view bytes, const std::string& file);

  /// -1 (bad) to 1 (good); nullopt when no term of the lexicon is in the text.
  [[nodiscard]] std::optional<Decimal> sentiment(std::string_view text) const;
};

/// sum / sqrt(sum^2 + 15), rounded to 6 places: how all rules bring a sum of strengths into -1..1.
[[nodiscard]] Decimal normalized(double sum);

// Internal to text: the two sets of rules.
[[nodiscard]] std::optional<Decimal> vader_sentiment(const VaderTables& tables, std::string_view text);
[[nodiscard]] std::optional<Decimal> phrase_sentiment(const Lexicon& lexicon, const Tokens& tokens);

}  // namespace kenko::text
