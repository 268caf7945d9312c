#include "text/tokens.h"

#include "text/characters.h"

namespace kenko::text {
namespace {

// A word longer than this is cut: nothing that long is in a lexicon, and sizes stay small.
constexpr size_t kLongestWord = 1024;

}  // namespace

Tokens::Tokens(std::string_view text) {
  uint32_t clause = 0;
  bool in_word = false;
  bool only_digits = true;
  const auto end_word = [&] {
    if (in_word && !only_digits) ++words_;
    in_word = false;
  };
  const auto begin_token = [&] { tokens_.push_back({bytes_.size(), 0, clause}); };
  const auto extend = [&](char32_t c) {
    append_code_point(bytes_, c);
    tokens_.back().size = static_cast<uint32_t>(bytes_.size() - tokens_.back().begin);
  };

  char32_t before = 0;
  while (!text.empty()) {
    const char32_t raw = take_code_point(text);
    if (const char32_t one = before == 0 ? 0 : voiced(before, raw); one != 0) {
      // The mark belongs to the kana before it.
      bytes_.resize(tokens_.back().begin);
      extend(one);
      before = 0;
      continue;
    }
    const char32_t c = usual_width(raw);
    const CharacterClass kind = class_of(c);
    before = 0;
    if (c == U'!') ++exclamations_;
    if (c == U'?') ++questions_;
    switch (kind) {
      case CharacterClass::ignored:
        break;
      case CharacterClass::word: {
        if (!in_word || tokens_.back().size >= kLongestWord) {
          end_word();
          in_word = true;
          only_digits = true;
          begin_token();
        }
        extend(without_accent(lower_case(c)));
        if (c < '0' || c > '9') only_digits = false;
        break;
      }
      case CharacterClass::han:
      case CharacterClass::kana:
      case CharacterClass::symbol:
        end_word();
        begin_token();
        extend(c);
        if (kind == CharacterClass::han) ++han_;
        if (kind == CharacterClass::kana) {
          ++kana_;
          before = c;
        }
        break;
      case CharacterClass::stop:
        end_word();
        ++clause;
        break;
      case CharacterClass::space:
        end_word();
        break;
    }
  }
  end_word();
}

}  // namespace kenko::text
