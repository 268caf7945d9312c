// tree/tree.h
//
// Reads a YAML document into a tree that knows where everything stands, so that every later complaint can show the line
// and a caret.  Used for models, kenko.yaml and mappings; alone sees yaml-cpp.  tree/reader.h has typed getters on top.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kenko::tree {

struct Entry;

/// A value of the document.
///
/// Positions: `line` and `column` count from 1, columns in code points; `offset` is the byte in Tree::source().  A
/// quoted or
///            block text starts at its quote or `|`.  A missing value (`key:`) is null and stands where its key stands.
struct Node {
  enum class Kind : uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string text;     ///< scalar: its text, escapes resolved; map key: the key
  bool quoted = false;  ///< scalar: written in quotes or as a block: always a text, never a number or flag
  size_t offset = 0;
  int64_t line = 0;
  int64_t column = 0;
  std::vector<Node> items;     ///< list, in file order
  std::vector<Entry> entries;  ///< map, in file order; keys are unique scalars

  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  /// The value of a key of a map; nullptr when there is none (or this is no map).
  [[nodiscard]] const Node* find(std::string_view key) const;
  /// The entry of a key, for the place of the key itself.
  [[nodiscard]] const Entry* find_entry(std::string_view key) const;
};

/// One line of a map.
struct Entry {
  Node key;
  Node value;
};

/// "a text", "a list", "a map", "nothing": for messages.
[[nodiscard]] std::string_view kind_name(const Node& node);

/// A document with its source.
///
/// Ownership: owns source and nodes.  Nodes point nowhere, so a copied or moved tree stays valid; but pointers to nodes
/// do
///            not survive a move.
class Tree {
 public:
  /// Reads the one document in `text`.  `file` is the name used in messages.
  ///
  /// Returns nullopt when the text is no such document (not UTF-8, tabs as indentation, broken YAML, empty); otherwise
  /// a tree, and what is wrong without stopping the reading (duplicate keys: the first one counts; anchors; tags) is in
  /// `problems`, so that the caller can go on and collect its own.
  [[nodiscard]] static std::optional<Tree> parse(std::string_view text, std::string file, Problems& problems);

  [[nodiscard]] const Node& root() const { return root_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::string& source() const { return source_; }  ///< without BOM, line ends are '\n'
  [[nodiscard]] std::string source_line(int64_t number) const;         ///< from 1; empty when there is none

  [[nodiscard]] Place place(const Node& node) const;
  /// The place of byte `text_offset` of a scalar's text: exact through quotes, escapes, folded and block texts.
  [[nodiscard]] Place place(const Node& node, size_t text_offset) const;

  /// A problem with place and source line; the caller adds nothing.
  [[nodiscard]] Problem problem(const Node& node, std::string code, std::string message, std::string hint = "",
                                Severity severity = Severity::error) const;
  /// A problem without code and message at a byte of a scalar's text; what language::parse wants as its `At`.
  [[nodiscard]] Problem at(const Node& node, size_t text_offset) const;
  /// A problem at a byte of the source.
  [[nodiscard]] Problem problem_at_byte(size_t offset, std::string code, std::string message,
                                        std::string hint = "") const;

 private:
  [[nodiscard]] Place place_of_byte(size_t offset) const;

  std::string file_;
  std::string source_;
  std::vector<size_t> line_starts_;
  Node root_;
};

}  // namespace kenko::tree
