#include "mapping/json_element.h"

#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace kenko::mapping {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Walks over a JSON text that may be anything: what does not fit ends the walk.
class Walker {
 public:
  explicit Walker(std::string_view json) : s_(json) {}

  // The next value without the blanks around it; moves behind it.  Empty = there is none.
  std::string_view value() {
    blanks();
    const size_t begin = i_;
    if (i_ >= s_.size()) return {};
    if (s_[i_] == '"') return text() ? s_.substr(begin, i_ - begin) : std::string_view();
    size_t depth = 0;
    for (; i_ < s_.size(); ++i_) {
      const char c = s_[i_];
      if (c == '"') {
        if (!text()) return {};
        --i_;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (c == ']' || c == '}') {
        if (depth == 0) break;
        if (--depth == 0) {
          ++i_;
          break;
        }
      } else if (depth == 0 && (c == ',' || is_blank(c))) {
        break;
      }
    }
    return depth == 0 ? s_.substr(begin, i_ - begin) : std::string_view();
  }
  // Takes one character, if it is the next one.
  bool take(char c) {
    blanks();
    if (i_ >= s_.size() || s_[i_] != c) return false;
    ++i_;
    return true;
  }

 private:
  void blanks() {
    while (i_ < s_.size() && is_blank(s_[i_])) ++i_;
  }
  bool text() {
    for (++i_; i_ < s_.size(); ++i_) {
      if (s_[i_] == '\\') {
        ++i_;
      } else if (s_[i_] == '"') {
        ++i_;
        return true;
      }
    }
    return false;
  }

  std::string_view s_;
  size_t i_ = 0;
};

std::string_view item(std::string_view list, size_t number) {
  Walker walk(list);
  if (!walk.take('[')) return {};
  for (size_t i = 0;; ++i) {
    const std::string_view value = walk.value();
    if (value.empty() || i == number) return value;
    if (!walk.take(',')) return {};
  }
}

std::string_view member(std::string_view object, std::string_view key) {
  Walker walk(object);
  if (!walk.take('{')) return {};
  while (true) {
    const std::string_view name = walk.value();
    if (name.size() < 2 || !walk.take(':')) return {};
    const std::string_view value = walk.value();
    if (name.substr(1, name.size() - 2) == key) return value;
    if (!walk.take(',')) return {};
  }
}

void append_utf8(std::string& out, uint32_t c) {
  const auto byte = [&](uint32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6U));
    byte(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12U));
    byte(0x80 | ((c >> 6U) & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  } else {
    byte(0xF0 | (c >> 18U));
    byte(0x80 | ((c >> 12U) & 0x3FU));
    byte(0x80 | ((c >> 6U) & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  }
}

// The four digits behind \u; moves behind them.  Half a pair, or no digits: the replacement character.
uint32_t code_unit(std::string_view s, size_t& i) {
  uint32_t unit = 0xFFFD;
  if (i + 4 <= s.size()) {
    const auto [end, error] = std::from_chars(s.data() + i, s.data() + i + 4, unit, 16);
    if (error != std::errc() || end != s.data() + i + 4) unit = 0xFFFD;
  }
  i = std::min(i + 4, s.size());
  return unit;
}

std::string unescaped(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size();) {
    const char c = s[i++];
    if (c != '\\' || i == s.size()) {
      out += c;
      continue;
    }
    const char escape = s[i++];
    constexpr std::string_view kEscapes = "bfnrt", kMeans = "\b\f\n\r\t";
    if (const size_t at = kEscapes.find(escape); at != std::string_view::npos) {
      out += kMeans[at];
    } else if (escape == 'u') {
      uint32_t unit = code_unit(s, i);
      if (unit >= 0xD800 && unit < 0xDC00 && s.substr(i, 2) == "\\u") {
        i += 2;
        const uint32_t low = code_unit(s, i);
        unit = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00) : 0xFFFD;
      }
      append_utf8(out, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    } else {
      out += escape;
    }
  }
  return out;
}

}  // namespace

std::string_view list_of_element(std::string_view name) {
  const size_t open = name.find('[');
  if (open == 0 || open == std::string_view::npos) return {};
  size_t i = open + 1;
  while (i < name.size() && is_digit(name[i])) ++i;
  if (i == open + 1 || i >= name.size() || name[i] != ']') return {};
  if (i + 1 < name.size() && name[i + 1] != '.' && name[i + 1] != '[') return {};
  return name.substr(0, open);
}

std::string_view json_element(std::string_view list, std::string_view path, std::deque<std::string>& texts) {
  std::string_view value = list;
  while (!path.empty() && !value.empty()) {
    if (path.front() == '[') {
      size_t number = 0;
      const size_t close = std::min(path.find(']'), path.size());
      const auto [end, error] = std::from_chars(path.data() + 1, path.data() + close, number);
      if (error != std::errc() || end != path.data() + close || close == path.size()) return {};
      value = item(value, number);
      path.remove_prefix(close + 1);
    } else {
      path.remove_prefix(path.front() == '.' ? 1 : 0);
      const size_t end = std::min(path.find_first_of(".["), path.size());
      value = member(value, path.substr(0, end));
      path.remove_prefix(end);
    }
  }
  if (value.empty() || value == "null") return {};
  if (value.front() != '"') return value;
  value = value.substr(1, value.size() - 2);
  return value.find('\\') == std::string_view::npos ? value : std::string_view(texts.emplace_back(unescaped(value)));
}

}  // namespace kenko::mapping
