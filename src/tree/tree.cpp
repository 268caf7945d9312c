#include "tree/tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "tree/builder.h"

namespace kenko::tree {
namespace {

constexpr size_t kMaxBytes = 4U << 20U;

// BOM off; every kind of line end becomes '\n'.
std::string normalized(std::string_view text) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// The byte after the escape that starts at `i` (a backslash) in a double-quoted text.
size_t escape_end(std::string_view s, size_t i) {
  if (i + 1 >= s.size()) return s.size();
  const char c = s[i + 1];
  const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  return std::min(i + 2 + digits, s.size());
}

// Length of the UTF-8 sequence that starts with `c`.
size_t sequence_length(char c) {
  const auto b = static_cast<uint8_t>(c);
  return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
}

// Walks the source from the start of a scalar beside its text, and stops at byte `wanted` of the text.  Blanks may
// differ (folding, indentation); everything else is equal or an escape.
size_t source_offset(std::string_view source, size_t start, std::string_view text, size_t wanted) {
  size_t at = start;
  const char style = start < source.size() ? source[start] : ' ';
  const bool single = style == '\'';
  const bool twice = style == '"';
  if (single || twice) ++at;
  if (style == '|' || style == '>') at = std::min(source.find('\n', start), source.size() - 1) + 1;
  for (size_t i = 0; i < wanted && i < text.size();) {
    if (at >= source.size()) return start;
    if (twice && source[at] == '\\') {
      if (at + 1 < source.size() && source[at + 1] == '\n') {  // a line that goes on
        at += 2;
        continue;
      }
      at = escape_end(source, at);
      i += sequence_length(text[i]);
    } else if (single && source[at] == '\'') {
      at += 2;
      ++i;
    } else if (source[at] == text[i]) {
      ++at;
      ++i;
    } else if (is_blank(text[i])) {
      while (at < source.size() && is_blank(source[at])) ++at;
      ++i;
    } else if (is_blank(source[at])) {
      ++at;
    } else {
      return start;
    }
  }
  // The blanks of indentation and folding belong to no character of the text.
  if (wanted < text.size() && !is_blank(text[wanted])) {
    while (at < source.size() && is_blank(source[at])) ++at;
  }
  return std::min(at, source.size());
}

}  // namespace

const Entry* Node::find_entry(std::string_view key) const {
  for (const Entry& e : entries) {
    if (e.key.text == key) return &e;
  }
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Entry* e = find_entry(key);
  return e == nullptr ? nullptr : &e->value;
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map of keys and values";
  }
  return "";
}

std::optional<Tree> Tree::parse(std::string_view text, std::string file, Problems& problems) {
  Tree tree;
  tree.file_ = std::move(file);
  Problem whole{.code = "",
                .place = Place{.file = tree.file_, .line = 0, .column = 0, .field = ""},
                .message = "",
                .hint = "",
                .source_line = "",
                .severity = Severity::error};
  if (text.size() > kMaxBytes) {
    whole.code = "too-large";
    whole.message = fmt::format("the file has {} bytes, more than the {} that a YAML file may have",
                                text::grouped(static_cast<int64_t>(text.size())), text::grouped(kMaxBytes));
    problems.push_back(std::move(whole));
    return std::nullopt;
  }
  tree.source_ = normalized(text);
  tree.line_starts_.push_back(0);
  for (size_t i = 0; i < tree.source_.size(); ++i) {
    if (tree.source_[i] == '\n') tree.line_starts_.push_back(i + 1);
  }
  const size_t before = problems.size();
  check_characters(tree, problems);
  if (problems.size() > before) return std::nullopt;
  if (!build(tree, tree.root_, problems)) return std::nullopt;
  if (tree.root_.is_null()) {
    whole.code = "empty-file";
    whole.message = "the file is empty";
    whole.place.line = 1;
    problems.push_back(std::move(whole));
    return std::nullopt;
  }
  return tree;
}

std::string Tree::source_line(int64_t number) const {
  if (number < 1 || number > std::ssize(line_starts_)) return "";
  const size_t first = line_starts_[static_cast<size_t>(number - 1)];
  const size_t end = std::min(source_.find('\n', first), source_.size());
  std::string line = source_.substr(first, end - first);
  std::replace(line.begin(), line.end(), '\t', ' ');  // so that the caret stands right
  return line;
}

Place Tree::place_of_byte(size_t offset) const {
  offset = std::min(offset, source_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const size_t first = *(next - 1);
  return Place{.file = file_,
               .line = next - line_starts_.begin(),
               .column = text::count_code_points(std::string_view(source_).substr(first, offset - first)) + 1,
               .field = ""};
}

Place Tree::place(const Node& node) const {
  return Place{.file = file_, .line = node.line, .column = node.column, .field = ""};
}

Place Tree::place(const Node& node, size_t text_offset) const {
  return place_of_byte(source_offset(source_, node.offset, node.text, text_offset));
}

Problem Tree::problem(const Node& node, std::string code, std::string message, std::string hint,
                      Severity severity) const {
  return Problem{.code = std::move(code),
                 .place = place(node),
                 .message = std::move(message),
                 .hint = std::move(hint),
                 .source_line = source_line(node.line),
                 .severity = severity};
}

Problem Tree::problem_at_byte(size_t offset, std::string code, std::string message, std::string hint) const {
  const Place p = place_of_byte(offset);
  return Problem{.code = std::move(code),
                 .place = p,
                 .message = std::move(message),
                 .hint = std::move(hint),
                 .source_line = source_line(p.line),
                 .severity = Severity::error};
}

Problem Tree::at(const Node& node, size_t text_offset) const {
  const Place p = place(node, text_offset);
  return Problem{.code = "",
                 .place = p,
                 .message = "",
                 .hint = "",
                 .source_line = source_line(p.line),
                 .severity = Severity::error};
}

}  // namespace kenko::tree
