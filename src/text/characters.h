// text/characters.h
//
// What a lexicon needs to know of Unicode: code points, widths, cases, scripts.  Locale-free, without tables of a
// library, so that a text is read the same everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kenko::text {

/// Stands for bytes that are no UTF-8.
inline constexpr char32_t kReplacement = 0xFFFD;

/// Takes the first code point off `rest`; a byte that begins none is kReplacement and taken alone.  Requires that
/// `rest` is not empty.
[[nodiscard]] char32_t take_code_point(std::string_view& rest);
void append_code_point(std::string& out, char32_t c);

/// What a character is to a reader of words.
///
/// word:    a letter or digit of a script that puts blanks between words (Latin, Greek, Cyrillic, Hangul ...).
/// han, kana: a character that is a token of its own.  symbol: the same for signs and emoji (and Thai).
/// stop:    ends a clause (, ; : . ! ? and their East Asian forms, line ends).
/// space:   everything else that stands between words.   ignored: takes no part (accents, joiners, skin tones).
enum class CharacterClass : uint8_t { word, han, kana, symbol, stop, space, ignored };
[[nodiscard]] CharacterClass class_of(char32_t c);

/// Blanks as Python's str.split() knows them.
[[nodiscard]] bool is_blank(char32_t c);

/// Lower case of Latin, Greek and Cyrillic letters; every other character stays.
[[nodiscard]] char32_t lower_case(char32_t c);
/// True for the upper-case letters that lower_case changes.
[[nodiscard]] bool is_upper(char32_t c);
/// True for letters that have two cases.
[[nodiscard]] bool has_case(char32_t c);

/// Full-width letters, digits and signs to their usual form, half-width kana to theirs.
[[nodiscard]] char32_t usual_width(char32_t c);
/// The letter without its accent (é -> e) for Latin letters; every other character stays.
[[nodiscard]] char32_t without_accent(char32_t c);
/// Kana with the voiced (U+3099, U+FF9E) or half-voiced (U+309A, U+FF9F) mark `mark`; 0 when there is no such kana.
[[nodiscard]] char32_t voiced(char32_t kana, char32_t mark);

}  // namespace kenko::text
