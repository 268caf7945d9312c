#include "text/characters.h"

#include <array>

namespace kenko::text {
namespace {

struct Range {
  char32_t first = 0;
  char32_t last = 0;
};

template <size_t kSize>
bool in_any(const std::array<Range, kSize>& ranges, char32_t c) {
  for (const Range& range : ranges) {
    if (range.first <= c && c <= range.last) return true;
  }
  return false;
}

constexpr std::array<Range, 6> kHan{
    {{0x3005, 0x3007}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFD}, {0x2E80, 0x2FDF}}};
constexpr std::array<Range, 3> kKana{{{0x3041, 0x3096}, {0x309D, 0x30FF}, {0x31F0, 0x31FF}}};
constexpr std::array<Range, 4> kIgnored{{{0x0300, 0x036F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}, {0x1F3FB, 0x1F3FF}}};
constexpr std::array<Range, 3> kSymbol{{{0x0E00, 0x0EFF}, {0x2190, 0x2BFF}, {0x1F000, 0x1FAFF}}};
constexpr std::array<Range, 6> kWord{
    {{0x00C0, 0x02AF}, {0x0370, 0x06FF}, {0x0900, 0x0DFF}, {0x10A0, 0x1FFF}, {0xA640, 0xA69F}, {0xAC00, 0xD7A3}}};

constexpr std::u32string_view kStops =
    U",;:.!?\n\r\u2026\u3001\u3002\uFF0C\uFF0E\uFF01\uFF1F\uFF1B\uFF1A\uFF61\uFF64\u2028\u2029";

// The base letters of U+00C0 to U+024F; '.' = the character stays.
constexpr std::string_view kBaseLetters =
    "AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKkkLlLlLl."
    ".LlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
    "................................Oo.............Uu..............."
    ".............AaIiOoUuUuUuUuUu.AaAa....GgKkOoOo..j...Gg..NnAa...."
    "AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoOoOoYy............"
    "................";
constexpr std::u32string_view kHalfWidth =
    U"。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリ"
    U"ルレロワン";
constexpr std::u32string_view kCanBeVoiced =
    U"かきくけこさしすせそたちつてとはひふへほゝカキクケコサシスセソタチツテトハヒフヘホヽ";
constexpr std::u32string_view kCanBeHalfVoiced = U"はひふへほハヒフヘホ";

// Latin Extended-A: pairs of upper and lower case, the upper one even or odd.
bool is_upper_extended(char32_t c) {
  if ((c >= 0x0100 && c <= 0x0137 && c != 0x0130 && c != 0x0131) || (c >= 0x014A && c <= 0x0177)) return c % 2 == 0;
  if ((c >= 0x0139 && c <= 0x0148) || (c >= 0x0179 && c <= 0x017E)) return c % 2 == 1;
  return c == 0x0178;
}

}  // namespace

char32_t take_code_point(std::string_view& rest) {
  const auto byte = [&rest](size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char lead = byte(0);
  const size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  char32_t c = kReplacement;
  size_t taken = 1;
  if (size == 1) {
    c = lead;
  } else if (size != 0 && size <= rest.size()) {
    char32_t built = lead & (0x7FU >> size);
    bool good = true;
    for (size_t i = 1; i < size; ++i) {
      good = good && (byte(i) & 0xC0U) == 0x80U;
      built = (built << 6) | (byte(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    good = good && built >= kLeast[size] && built <= 0x10FFFF && (built < 0xD800 || built > 0xDFFF);
    if (good) {
      c = built;
      taken = size;
    }
  }
  rest.remove_prefix(taken);
  return c;
}

void append_code_point(std::string& out, char32_t c) {
  const auto add = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0 | (c >> 6));
    add(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  } else {
    add(0xF0 | (c >> 18));
    add(0x80 | ((c >> 12) & 0x3F));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  }
}

CharacterClass class_of(char32_t c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return CharacterClass::word;
  if (kStops.find(c) != std::u32string_view::npos) return CharacterClass::stop;
  if (c < 0x80) return CharacterClass::space;
  if (in_any(kHan, c)) return CharacterClass::han;
  if (in_any(kKana, c)) return CharacterClass::kana;
  if (in_any(kIgnored, c)) return CharacterClass::ignored;
  if (in_any(kSymbol, c)) return CharacterClass::symbol;
  if (in_any(kWord, c) && c != 0xD7 && c != 0xF7) return CharacterClass::word;
  return CharacterClass::space;
}

bool is_blank(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

char32_t lower_case(char32_t c) {
  if (!is_upper(c)) return c;
  if (c < 0x100) return c + 32;
  if (c == 0x0178) return 0xFF;
  if (c < 0x0180) return c + 1;
  return c >= 0x0400 && c <= 0x040F ? c + 80 : c + 32;
}

bool is_upper(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  if (c < 0x100) return c >= 0xC0 && c <= 0xDE && c != 0xD7;
  if (c < 0x0180) return is_upper_extended(c);
  return (c >= 0x0391 && c <= 0x03A9 && c != 0x03A2) || (c >= 0x0400 && c <= 0x042F);
}

bool has_case(char32_t c) {
  if (is_upper(c)) return true;
  if (c < 0x80) return c >= 'a' && c <= 'z';
  if (c < 0x0180) return c >= 0xDF && c != 0xF7;
  return (c >= 0x03AC && c <= 0x03CE) || (c >= 0x0430 && c <= 0x045F);
}

char32_t usual_width(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  if (c == 0x3000) return ' ';
  if (c >= 0xFF61 && c <= 0xFF9D) return kHalfWidth[c - 0xFF61];
  return c;
}

char32_t without_accent(char32_t c) {
  if (c < 0xC0 || c > 0x24F) return c;
  const char base = kBaseLetters[c - 0xC0];
  return base == '.' ? c : static_cast<char32_t>(base);
}

char32_t voiced(char32_t kana, char32_t mark) {
  if (mark == 0x3099 || mark == 0xFF9E) {
    if (kCanBeVoiced.find(kana) != std::u32string_view::npos) return kana + 1;
    if (kana == U'う') return U'ゔ';
    if (kana == U'ウ') return U'ヴ';
  }
  if ((mark == 0x309A || mark == 0xFF9F) && kCanBeHalfVoiced.find(kana) != std::u32string_view::npos) return kana + 2;
  return 0;
}

}  // namespace kenko::text
