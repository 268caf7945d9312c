#include "segments/properties_json.h"

#include <fmt/format.h>

#include <algorithm>

namespace kenko::segments {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  const auto needs_escape = [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; };
  if (std::none_of(text.begin(), text.end(), needs_escape)) {
    out += text;
    out += '"';
    return;
  }
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_properties(std::string& out, const std::vector<facts::Property>& properties) {
  if (properties.empty()) return;
  char separator = '{';
  for (const facts::Property& p : properties) {
    out += separator;
    append_json_text(out, p.key);
    out += ':';
    append_json_text(out, p.value);
    separator = ',';
  }
  out += '}';
}

PropertiesReader::PropertiesReader(std::string_view json) : rest_(json) {}

bool PropertiesReader::take(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

bool PropertiesReader::take_text(std::string& unescaped, std::string_view& out) {
  if (!take('"')) return false;
  const size_t end = rest_.find_first_of("\"\\");
  if (end == std::string_view::npos) return false;
  out = rest_.substr(0, end);
  rest_.remove_prefix(end);
  if (take('"')) return true;
  unescaped = out;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') {
      out = unescaped;
      return true;
    }
    if (c != '\\') {
      unescaped += c;
    } else if (take('"')) {
      unescaped += '"';
    } else if (take('\\')) {
      unescaped += '\\';
    } else {
      if (!rest_.starts_with("u00") || rest_.size() < 5) return false;
      const int high = hex_digit(rest_[3]);
      const int low = hex_digit(rest_[4]);
      if (high < 0 || high > 1 || low < 0) return false;
      unescaped += static_cast<char>(high * 16 + low);
      rest_.remove_prefix(5);
    }
  }
  return false;
}

bool PropertiesReader::next(std::string_view& key, std::string_view& value) {
  if (bad_ || (first_ && rest_.empty())) return false;
  if (!first_ && rest_ == "}") return false;
  const bool started = take(first_ ? '{' : ',');
  first_ = false;
  bad_ = !(started && take_text(key_, key) && take(':') && take_text(value_, value) &&
           (rest_.starts_with(',') || rest_ == "}"));
  return !bad_;
}

}  // namespace kenko::segments
