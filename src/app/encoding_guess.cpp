#include "app/encoding_guess.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "readers/read_records.h"

namespace kenko::app {
namespace {

// What kinds of letters a text has.
struct Letters {
  int64_t wide = 0;    // Chinese characters, kana, full-width forms
  int64_t lonely = 0;  // those of them with an ASCII letter on one side and no other wide one on the other
  int64_t half = 0;    // half-width katakana
  int64_t odd = 0;     // private use and control: no spreadsheet has them

  void add(std::string_view text);
};

// The next code point of well-formed UTF-8.
char32_t next(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t c = lead & (0x3F >> more);
  for (int i = 0; i < more && at < text.size(); ++i) c = (c << 6) | (static_cast<unsigned char>(text[at++]) & 0x3F);
  return c;
}

bool is_wide(char32_t c) {
  return (c >= 0x2E80 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7B0) || (c >= 0xFF00 && c < 0xFF61);
}
bool is_latin(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void Letters::add(std::string_view text) {
  char32_t before = ' ';
  for (size_t at = 0; at < text.size();) {
    const char32_t c = next(text, at);
    size_t peek = at;
    const char32_t after = peek < text.size() ? next(text, peek) : U' ';
    wide += is_wide(c) ? 1 : 0;
    half += c >= 0xFF61 && c < 0xFFA0 ? 1 : 0;
    odd += (c >= 0xE000 && c < 0xF900) || (c >= 0x80 && c < 0xA0) || c == 0xFFFD ? 1 : 0;
    lonely += is_wide(c) && !is_wide(before) && !is_wide(after) && (is_latin(before) || is_latin(after)) ? 1 : 0;
    before = c;
  }
}

Letters letters_of(const mapping::Sample& sample) {
  Letters out;
  for (const std::string& name : sample.columns) out.add(name);
  for (const auto& row : sample.rows) {
    for (const std::string& cell : row) out.add(cell);
  }
  return out;
}

// Western text read as an Asian encoding gives single Chinese characters between Latin letters (an accented letter and
// the one behind it), Chinese text read as Shift_JIS gives half-width katakana.
bool looks_asian(const Letters& l) { return l.wide > 0 && l.odd == 0 && l.lonely * 5 < l.wide && l.half * 4 < l.wide; }

}  // namespace

Result<mapping::Sample> read_sample_of_any_encoding(const std::string& path, int64_t max_rows) {
  auto plain = readers::read_sample(path, {}, max_rows);
  if (plain.ok() || plain.problems().front().code != "wrong-encoding") return plain;
  // CP932 is the Shift_JIS that spreadsheets write.
  constexpr std::array<std::string_view, 2> kAsian{"cp932", "gb18030"};
  for (const std::string_view encoding : kAsian) {
    readers::ReadOptions options;
    options.format.encoding = encoding;
    auto sample = readers::read_sample(path, options, max_rows);
    if (sample.ok() && looks_asian(letters_of(*sample))) return sample;
  }
  readers::ReadOptions options;
  options.format.encoding = "windows-1252";
  auto western = readers::read_sample(path, options, max_rows);
  if (western.ok() && letters_of(*western).odd == 0) return western;
  return plain;
}

}  // namespace kenko::app
