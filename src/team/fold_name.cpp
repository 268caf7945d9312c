#include "team/fold_name.h"

#include <array>
#include <cstdint>

namespace kenko::team {
namespace {

// Capitals `first` to `last`, each `step` apart, become small by adding `add`: the simple case folding of Unicode.
struct Capitals {
  uint32_t first, last, step;
  int32_t add;
};
constexpr std::array<Capitals, 25> kCapitals = {{
    {0x41, 0x5A, 1, 32},      // A-Z
    {0xC0, 0xD6, 1, 32},      // Latin-1
    {0xD8, 0xDE, 1, 32},      //
    {0x100, 0x12E, 2, 1},     // Latin Extended-A
    {0x132, 0x136, 2, 1},     //
    {0x139, 0x147, 2, 1},     //
    {0x14A, 0x176, 2, 1},     //
    {0x178, 0x178, 1, -121},  // Y with diaeresis
    {0x179, 0x17D, 2, 1},     //
    {0x18F, 0x18F, 1, 202},   // Azerbaijani
    {0x1A0, 0x1A0, 1, 1},     // Vietnamese
    {0x1AF, 0x1AF, 1, 1},     //
    {0x218, 0x21A, 2, 1},     // Romanian S and T with comma
    {0x386, 0x386, 1, 38},    // Greek
    {0x388, 0x38A, 1, 37},    //
    {0x38C, 0x38C, 1, 64},    //
    {0x38E, 0x38F, 1, 63},    //
    {0x391, 0x3A1, 1, 32},    //
    {0x3A3, 0x3AB, 1, 32},    //
    {0x3C2, 0x3C2, 1, 1},     // the sigma at the end of a word
    {0x400, 0x40F, 1, 80},    // Cyrillic
    {0x410, 0x42F, 1, 32},    //
    {0x48A, 0x4BE, 2, 1},     //
    {0x531, 0x556, 1, 48},    // Armenian
    {0x1EA0, 0x1EFE, 2, 1},   // Vietnamese
}};

uint32_t small(uint32_t c) {
  for (const Capitals& range : kCapitals) {
    if (c >= range.first && c <= range.last && (c - range.first) % range.step == 0) {
      return static_cast<uint32_t>(static_cast<int32_t>(c) + range.add);
    }
  }
  return c;
}

bool blank(uint32_t c) {
  constexpr uint32_t kNoBreak = 0xA0, kIdeographic = 0x3000;
  return c == ' ' || (c >= '\t' && c <= '\r') || c == kNoBreak || c == kIdeographic;
}

// The character at `i` and its bytes; 0 bytes when there is none of up to three bytes.
uint32_t character(std::string_view s, size_t i, size_t& bytes) {
  const auto byte = [&s](size_t k) { return static_cast<uint32_t>(static_cast<unsigned char>(s[k])); };
  const auto follows = [&](size_t k) { return k < s.size() && (byte(k) & 0xC0) == 0x80; };
  const uint32_t c = byte(i);
  bytes = 0;
  if (c < 0x80) {
    bytes = 1;
    return c;
  }
  if ((c & 0xE0) == 0xC0 && follows(i + 1)) {
    bytes = 2;
    return (c & 0x1F) << 6 | (byte(i + 1) & 0x3F);
  }
  if ((c & 0xF0) == 0xE0 && follows(i + 1) && follows(i + 2)) {
    bytes = 3;
    return (c & 0x0F) << 12 | (byte(i + 1) & 0x3F) << 6 | (byte(i + 2) & 0x3F);
  }
  return 0;
}

void append(std::string& out, uint32_t c) {
  const auto add = [&out](uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0 | c >> 6);
    add(0x80 | (c & 0x3F));
  } else {
    add(0xE0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3F));
    add(0x80 | (c & 0x3F));
  }
}

}  // namespace

std::string fold_name(std::string_view text) {
  std::string out;
  bool gap = false;
  for (size_t i = 0; i < text.size();) {
    size_t bytes = 0;
    const uint32_t c = character(text, i, bytes);
    if (bytes > 0 && blank(c)) {
      gap = !out.empty();
      i += bytes;
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    if (bytes == 0) {
      out += text[i];
      i += 1;
    } else {
      append(out, small(c));
      i += bytes;
    }
  }
  return out;
}

}  // namespace kenko::team
