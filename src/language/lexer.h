// language/lexer.h
//
// Cuts an expression into tokens.  Private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kenko::language {

/// What is wrong at a byte of the text; becomes a Problem once its place is known.
struct Fault {
  size_t offset = 0;
  std::string code;
  std::string message;
  std::string hint;
};

struct Token {
  enum class Kind : uint8_t {
    number,
    percent,
    duration,
    text,
    name,
    backticked,
    true_,
    false_,
    and_,
    or_,
    not_,
    open_paren,
    close_paren,
    open_brace,
    close_brace,
    open_bracket,
    close_bracket,
    comma,
    colon,
    plus,
    minus,
    star,
    slash,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    end,
  };
  Kind kind = Kind::end;
  size_t begin = 0;
  size_t end = 0;
  std::string text;  ///< number, percent: digits; text, name: content; others: as written
  int32_t days = 0;  ///< duration
};

/// Always ends with an `end` token.  What cannot be read is reported and replaced by what was meant, or left out.
[[nodiscard]] std::vector<Token> tokenize(std::string_view text, std::vector<Fault>& faults);

[[nodiscard]] bool is_name_start(char c);
[[nodiscard]] bool is_name_part(char c);

}  // namespace kenko::language
