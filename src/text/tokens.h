// text/tokens.h
//
// A text as the words and characters that phrases are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kenko::text {

/// Words and characters of a text, in order.
///
/// Meaning:   a word is a run of letters and digits of a script with blanks between words, in lower case, of the usual
///            width, without accents; an apostrophe ends it.  A Han character, a kana, a sign or an emoji is a token of
///            its own.  Accents, joiners and skin tones take no part.
/// Clauses:   `clause` grows by one at each , ; : . ! ? (any width) and line end.
/// Ownership: owns its bytes.
class Tokens {
 public:
  explicit Tokens(std::string_view text);

  [[nodiscard]] size_t size() const { return tokens_.size(); }
  [[nodiscard]] std::string_view operator[](size_t i) const {
    return std::string_view(bytes_).substr(tokens_[i].begin, tokens_[i].size);
  }
  [[nodiscard]] uint32_t clause(size_t i) const { return tokens_[i].clause; }

  // What the choice of a language looks at.
  [[nodiscard]] size_t words() const { return words_; }  ///< words that are not only digits
  [[nodiscard]] size_t han() const { return han_; }
  [[nodiscard]] size_t kana() const { return kana_; }
  // What emphasis looks at, of any width.
  [[nodiscard]] size_t exclamations() const { return exclamations_; }
  [[nodiscard]] size_t questions() const { return questions_; }

 private:
  struct Token {
    size_t begin = 0;
    uint32_t size = 0;
    uint32_t clause = 0;
  };

  std::string bytes_;
  std::vector<Token> tokens_;
  size_t words_ = 0, han_ = 0, kana_ = 0, exclamations_ = 0, questions_ = 0;
};

}  // namespace kenko::text
