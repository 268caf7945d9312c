// html/markup.h
//
// Writes a page that is well formed and in which no text can become markup.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kenko::html {

/// Attribute names and values; a name without a value is left out when the value is empty.
using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// `text` as it stands in an element or in an attribute: what has a meaning in markup is written otherwise, characters
/// that a document may not hold become U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

/// A document, or a part of one, written from its beginning to its end.
///
/// Invariants: every text and every attribute value is escaped; elements close in the order in which they opened; the
///             result is also XML.  Names of elements and attributes are literals of the program.
class Markup {
 public:
  Markup& open(std::string_view tag, Attributes attributes = {});
  Markup& close();
  Markup& text(std::string_view text);
  /// open, text, close.
  Markup& leaf(std::string_view tag, Attributes attributes, std::string_view text);
  Markup& leaf(std::string_view tag, std::string_view text) { return leaf(tag, {}, text); }
  /// An element without content: <tag .../>.
  Markup& empty(std::string_view tag, Attributes attributes = {});
  /// What another Markup has finished.
  Markup& add(std::string_view finished);
  /// A style sheet or a script of the program itself, which holds neither `<` nor `&`.
  Markup& program_text(std::string_view text);

  [[nodiscard]] size_t size() const { return out_.size(); }
  /// Requires every element to be closed.
  [[nodiscard]] std::string finish() &&;

 private:
  void begin(std::string_view tag, Attributes attributes);
  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace kenko::html
