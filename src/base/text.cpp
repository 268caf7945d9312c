#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>

namespace kenko::text {
namespace {

// Decodes one code point at `i`; returns its length in bytes, 0 when it is malformed.
size_t decode(std::string_view s, size_t i, uint32_t& cp) {
  const auto byte = [&](size_t k) { return static_cast<uint8_t>(s[k]); };
  const uint8_t b0 = byte(i);
  if (b0 < 0x80) {
    cp = b0;
    return 1;
  }
  const size_t n = b0 >= 0xF0 ? 4 : b0 >= 0xE0 ? 3 : 2;
  if (b0 < 0xC2 || b0 > 0xF4 || i + n > s.size()) return 0;
  cp = b0 & (0xFFU >> (n + 1));
  for (size_t k = 1; k < n; ++k) {
    if ((byte(i + k) & 0xC0) != 0x80) return 0;
    cp = (cp << 6) | (byte(i + k) & 0x3FU);
  }
  if ((n == 3 && cp < 0x800) || (n == 4 && (cp < 0x10000 || cp > 0x10FFFF)) || (cp >= 0xD800 && cp <= 0xDFFF)) return 0;
  return n;
}

int width_of(uint32_t cp) {
  if (cp < 0x20 || (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x200B && cp <= 0x200F) || cp == 0xFEFF ||
      (cp >= 0xFE00 && cp <= 0xFE0F)) {
    return 0;
  }
  const bool wide =
      (cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) || (cp >= 0xAC00 && cp <= 0xD7A3) ||
      (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) ||
      (cp >= 0xFFE0 && cp <= 0xFFE6) || (cp >= 0x1F300 && cp <= 0x1F64F) || (cp >= 0x20000 && cp <= 0x3FFFD);
  return wide ? 2 : 1;
}

// Damerau's distance (optimal string alignment): a swap of two neighbouring letters counts as one slip.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

}  // namespace

std::string_view trim(std::string_view s) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  for (;;) {
    if (!s.empty() && blank(s.front())) {
      s.remove_prefix(1);
    } else if (!s.empty() && blank(s.back())) {
      s.remove_suffix(1);
    } else if (s.starts_with(kBom)) {
      s.remove_prefix(kBom.size());
    } else if (s.ends_with(kBom)) {
      s.remove_suffix(kBom.size());
    } else {
      return s;
    }
  }
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::vector<std::string_view> split(std::string_view s, char separator) {
  std::vector<std::string_view> out;
  size_t start = 0;
  for (size_t i = 0; i <= s.size(); ++i) {
    if (i == s.size() || s[i] == separator) {
      out.push_back(s.substr(start, i - start));
      start = i + 1;
    }
  }
  return out;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

bool is_utf8(std::string_view s) {
  uint32_t cp = 0;
  for (size_t i = 0; i < s.size();) {
    // Most text is ASCII: eight bytes at a time.
    uint64_t word = 0;
    if (i + sizeof word <= s.size()) {
      std::memcpy(&word, s.data() + i, sizeof word);
      if ((word & 0x8080'8080'8080'8080) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const size_t n = decode(s, i, cp);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

std::string code_points(std::string_view s, int64_t first, int64_t count) {
  std::string out;
  uint32_t cp = 0;
  int64_t at = 0;
  for (size_t i = 0; i < s.size() && at < first + count; ++at) {
    const size_t n = std::max<size_t>(decode(s, i, cp), 1);
    if (at >= first) out += s.substr(i, n);
    i += n;
  }
  return out;
}

int64_t count_code_points(std::string_view s) {
  uint32_t cp = 0;
  int64_t count = 0;
  for (size_t i = 0; i < s.size(); ++count) i += std::max<size_t>(decode(s, i, cp), 1);
  return count;
}

int64_t display_width(std::string_view s) {
  uint32_t cp = 0;
  int64_t width = 0;
  for (size_t i = 0; i < s.size();) {
    const size_t n = decode(s, i, cp);
    width += n == 0 ? 1 : width_of(cp);
    i += std::max<size_t>(n, 1);
  }
  return width;
}

std::string fit(std::string_view s, int64_t width) {
  if (display_width(s) <= width) return std::string(s);
  std::string out;
  uint32_t cp = 0;
  int64_t used = 0;
  for (size_t i = 0; i < s.size();) {
    const size_t n = decode(s, i, cp);
    const int64_t w = n == 0 ? 1 : width_of(cp);
    if (used + w > width - 1) break;
    used += w;
    out += s.substr(i, std::max<size_t>(n, 1));
    i += std::max<size_t>(n, 1);
  }
  return out + "…";
}

std::string wrap(std::string_view s, int64_t width, int64_t hanging) {
  std::string out;
  for (const std::string_view line : split(s, '\n')) {
    if (!out.empty() || line.data() != s.data()) out += '\n';
    const size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    const std::string indent(blanks + static_cast<size_t>(hanging), ' ');
    out += line.substr(0, blanks);
    int64_t used = static_cast<int64_t>(blanks);
    bool first = true;
    for (const std::string_view word : split(line.substr(blanks), ' ')) {
      const int64_t w = display_width(word);
      if (!first && used + 1 + w > width) {
        out += "\n" + indent;
        used = static_cast<int64_t>(indent.size());
        first = true;
      }
      if (!first) out += ' ';
      out += word;
      used += w + (first ? 0 : 1);
      first = false;
    }
  }
  return out;
}

std::optional<std::string> closest(std::string_view word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  size_t best_distance = std::max<size_t>(word.size() / 3, 1) + 1;
  const std::string wanted = lower(word);
  for (const std::string& c : candidates) {
    const size_t distance = edit_distance(wanted, lower(c));
    if (distance < best_distance) {
      best = c;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (const auto best = closest(word, candidates)) return fmt::format("did you mean `{}`?", *best);
  if (candidates.empty()) return "";
  std::vector<std::string> shown(candidates.begin(),
                                 candidates.begin() + std::min<ptrdiff_t>(12, std::ssize(candidates)));
  return fmt::format("known: {}{}", join(shown, ", "), candidates.size() > shown.size() ? ", ..." : "");
}

std::optional<int64_t> parse_int(std::string_view s) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return value;
}

std::string grouped(int64_t n) {
  std::string digits = fmt::format("{}", n);
  const ptrdiff_t sign = n < 0 ? 1 : 0;
  for (ptrdiff_t i = std::ssize(digits) - 3; i > sign; i -= 3) digits.insert(static_cast<size_t>(i), ",");
  return digits;
}

}  // namespace kenko::text
