// html/catalogue.h
//
// What Kenko says, in the reader's language.  English is what the program is written in; share/texts/LANGUAGE.txt holds
// the other languages: a line of English, below it, indented, the same in the language.  The parts of a sentence are
// {} in English, and {} or {0}, {1} ... in another order below.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "base/sentence.h"

namespace kenko::html {

/// Marks a text that is looked up elsewhere, so that scripts/check-texts finds it.
[[nodiscard]] constexpr const char* mark_text(const char* english) { return english; }

/// The texts of one language.
///
/// Rule:    data of customers (names, reasons they gave, labels of a model) is never looked up.
/// Unknown: a text that the language lacks is said in English.
class Catalogue {
 public:
  /// "en", "ja".  Errors: "unknown-language".
  [[nodiscard]] static Result<Catalogue> of(std::string_view language);
  /// Reads the content of such a file; `name` is shown in problems.  Errors: "bad-texts" for each line that is wrong:
  /// an English text twice or without one below it, parts that differ.
  [[nodiscard]] static Result<Catalogue> read(std::string_view language, std::string_view content,
                                              const std::string& name);

  [[nodiscard]] const std::string& language() const { return language_; }
  [[nodiscard]] bool knows(std::string_view english) const { return english_ || texts_.contains(english); }
  [[nodiscard]] std::string say(const Sentence& sentence) const;
  [[nodiscard]] std::string word(std::string_view english) const;
  /// Clauses of one sentence.
  [[nodiscard]] std::string say(const std::vector<Sentence>& clauses) const;
  /// Fri 20 Nov 2026
  [[nodiscard]] std::string day(Day day) const;

 private:
  std::string language_ = "en";
  bool english_ = true;
  std::map<std::string, std::string, std::less<>> texts_;
};

/// The languages there are, English first.
[[nodiscard]] std::vector<std::string> languages();

}  // namespace kenko::html
