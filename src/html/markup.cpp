#include "html/markup.h"

#include "base/check.h"

namespace kenko::html {
namespace {

// XML 1.0 allows no other control characters than tab, line feed and carriage return, and not U+FFFE and U+FFFF.
bool is_forbidden(std::string_view text, size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  return (c < 0x20 && c != '\r') || c == 0x7f;
}

bool is_noncharacter(std::string_view text, size_t at) {
  return text.substr(at, 3) == "\xEF\xBF\xBE" || text.substr(at, 3) == "\xEF\xBF\xBF";
}

void append_escaped(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\t':  // as they stand they would become blanks in an attribute
        out += "&#9;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        if (is_noncharacter(text, i)) {
          out += "\xEF\xBF\xBD";
          i += 2;
        } else if (is_forbidden(text, i)) {
          out += "\xEF\xBF\xBD";
        } else {
          out += text[i];
        }
    }
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

void Markup::begin(std::string_view tag, Attributes attributes) {
  out_ += '<';
  out_ += tag;
  for (const auto& [name, value] : attributes) {
    if (value.empty()) continue;
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    append_escaped(out_, value);
    out_ += '"';
  }
}

Markup& Markup::open(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += '>';
  open_.emplace_back(tag);
  return *this;
}

Markup& Markup::close() {
  KENKO_CHECK(!open_.empty(), "no element is open");
  out_ += "</";
  out_ += open_.back();
  out_ += '>';
  open_.pop_back();
  return *this;
}

Markup& Markup::text(std::string_view text) {
  append_escaped(out_, text);
  return *this;
}

Markup& Markup::leaf(std::string_view tag, Attributes attributes, std::string_view text) {
  return open(tag, attributes).text(text).close();
}

Markup& Markup::empty(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += "/>";
  return *this;
}

Markup& Markup::add(std::string_view finished) {
  out_ += finished;
  return *this;
}

Markup& Markup::program_text(std::string_view text) {
  KENKO_CHECK(text.find_first_of("<&") == std::string_view::npos, "a script or a style sheet is no markup");
  out_ += text;
  return *this;
}

std::string Markup::finish() && {
  KENKO_CHECK(open_.empty(), "an element is open: {}", open_.back());
  return std::move(out_);
}

}  // namespace kenko::html
