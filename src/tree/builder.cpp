#include "tree/builder.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/text.h"

namespace kenko::tree {
namespace {

constexpr size_t kMaxNesting = 100;

// Ends the reading from inside the library's callbacks; never leaves this file.
struct Stop {};

// Makes nodes out of the parser's events.  Containers that are still open stand on a stack.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Tree& tree, Problems& problems) : tree_(&tree), problems_(&problems) {}

  [[nodiscard]] Node take_root() { return std::move(root_); }
  [[nodiscard]] bool has_root() const { return has_root_; }
  /// The last quoted text that goes over several lines: what is wrong after it is most often its missing end.
  [[nodiscard]] const std::optional<Node>& long_quote() const { return long_quote_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (!has_root_) return;
    add(node_at(mark, Node::Kind::null), "two-documents", "a second document starts here",
        "write it into a file of its own; `---` separates documents");
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = node_at(mark, Node::Kind::null);
    refuse_anchor(node, anchor);
    const std::string_view rest =
        std::string_view(tree_->source()).substr(std::min(node.offset, tree_->source().size()));
    const bool spelled =
        rest.starts_with('~') || rest.starts_with("null") || rest.starts_with("Null") || rest.starts_with("NULL");
    if (!spelled && !open_.empty() && open_.back().key) {  // nothing is written: stand where the key stands
      const Node& key = *open_.back().key;
      node.offset = key.offset;
      node.line = key.line;
      node.column = key.column;
    }
    place(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    const Node node = node_at(mark, Node::Kind::null);
    add(node, "yaml-anchor", "a reference with `*` cannot be used here",
        "write the value out; if it is a text, put it in quotes");
    place(node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = node_at(mark, Node::Kind::scalar);
    node.text = value;
    const char first = node.offset < tree_->source().size() ? tree_->source()[node.offset] : ' ';
    node.quoted = first == '"' || first == '\'' || first == '|' || first == '>';
    refuse_anchor(node, anchor);
    refuse_tag(node, tag);
    if (first == '"' || first == '\'') check_closed(node, first);
    place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    start(mark, Node::Kind::list, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    start(mark, Node::Kind::map, tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;              // map: read, its value is still to come
    std::map<std::string, int64_t> keys;  // map: the lines of its keys
  };

  [[nodiscard]] Node node_at(const YAML::Mark& mark, Node::Kind kind) const {
    Node node;
    node.kind = kind;
    node.offset = mark.pos < 0 ? 0 : static_cast<size_t>(mark.pos);
    node.line = mark.line + 1;
    // The library counts bytes.
    const std::string_view source = tree_->source();
    const auto bytes = static_cast<size_t>(std::max(mark.column, 0));
    const size_t first = node.offset >= bytes ? node.offset - bytes : 0;
    node.column = text::count_code_points(source.substr(std::min(first, source.size()), bytes)) + 1;
    return node;
  }

  void add(const Node& node, std::string code, std::string message, std::string hint) {
    problems_->push_back(tree_->problem(node, std::move(code), std::move(message), std::move(hint)));
  }

  void refuse_anchor(const Node& node, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    add(node, "yaml-anchor", "a name with `&` cannot be given here", "if this is a text, put it in quotes");
  }

  void refuse_tag(const Node& node, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    add(node, "yaml-tag", fmt::format("the tag `{}` means nothing here", tag), "if this is a text, put it in quotes");
  }

  // The library takes the end of the file for a closing quote.
  void check_closed(const Node& node, char quote) {
    const std::string_view source = tree_->source();
    size_t i = node.offset + 1;
    for (; i < source.size(); ++i) {
      if (quote == '"' && source[i] == '\\') {
        ++i;
      } else if (source[i] == quote) {
        if (quote == '"' || i + 1 >= source.size() || source[i + 1] != quote) break;
        ++i;
      }
    }
    if (i >= source.size()) {
      add(node, "bad-yaml", "a quote is opened and never closed", "close it");
      throw Stop{};
    }
    if (source.substr(node.offset, i - node.offset).find('\n') != std::string_view::npos) long_quote_ = node;
  }

  void start(const YAML::Mark& mark, Node::Kind kind, const std::string& tag, YAML::anchor_t anchor) {
    Node node = node_at(mark, kind);
    refuse_anchor(node, anchor);
    refuse_tag(node, tag);
    if (open_.size() >= kMaxNesting) {
      add(node, "too-deep", fmt::format("values are nested more than {} deep", kMaxNesting), "");
      throw Stop{};
    }
    open_.push_back({std::move(node), std::nullopt, {}});
  }

  void end() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  // Puts a finished node where it belongs.
  void place(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      has_root_ = true;
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      if (!node.is_scalar())
        add(node, "bad-key", "a key must be a single word or text", "put it in quotes if it is a text");
      parent.key = std::move(node);
    } else {
      Node key = std::move(*parent.key);
      parent.key.reset();
      if (!key.is_scalar()) return;
      const auto [earlier, added] = parent.keys.emplace(key.text, key.line);
      if (!added) {
        add(key, "duplicate-key", fmt::format("`{}` is here twice: first in line {}", key.text, earlier->second),
            "keep one of the two");
        return;
      }
      parent.node.entries.push_back({std::move(key), std::move(node)});
    }
  }

  const Tree* tree_;
  Problems* problems_;
  std::vector<Open> open_;
  Node root_;
  bool has_root_ = false;
  std::optional<Node> long_quote_;
};

// A hint that stands for the line with its value in quotes.
constexpr std::string_view kQuoteValue = "quote";

struct Translation {
  std::string_view theirs;  // the start of the library's message
  std::string_view message;
  std::string_view hint;
};

// The library's messages in words of our own.  What is not here keeps the library's words.
constexpr Translation kTranslations[] = {
    {"end of map not found",
     "this line does not fit: a key (`name: value`) is expected, as far in as the keys above it",
     "check the indentation and the colon; a value that goes on after a quote must be quoted as a whole"},
    {"end of map flow not found", "the `{` is not closed, or a value inside it has a bracket or a comma of its own",
     "close it with `}`; inside { } an expression must stand in single quotes: {value: 'count(login[28d])'}"},
    {"end of sequence flow not found", "the `[` is not closed, or a value inside it has a bracket of its own",
     "close it with `]`; a value that begins with `[` or has brackets inside [ ] must stand in single quotes"},
    {"end of sequence not found", "this line does not fit: another `- item` is expected, as far in as the one above it",
     "check the indentation"},
    {"illegal map value", "a `: ` stands where none may stand", kQuoteValue},
    {"illegal map key", "a key cannot stand here", "check the indentation"},
    {"illegal flow end", "a closing bracket has no opening one", kQuoteValue},
    {"illegal block entry", "a `- ` cannot stand here",
     "check the indentation; a text that begins with `- ` must be quoted"},
    {"illegal EOF in scalar", "a quote is opened and never closed",
     "close it, or put the whole value in the other kind of quotes"},
    {"illegal document indicator in scalar", "a quote is opened and never closed",
     "close it before the line with `---`"},
    {"unknown token", "a value cannot begin with this sign", kQuoteValue},
    {"illegal tab when looking for indentation", "a tab stands in the indentation", "indent with blanks"},
    {"unknown escape character", "an unknown escape stands in the quotes",
     "in \"...\" a backslash must be written twice; in '...' it stands for itself"},
    {"alias not found after *", "a value cannot begin with `*`", kQuoteValue},
    {"the referenced anchor is not defined", "a value cannot begin with `*`", kQuoteValue},
    {"anchor not found after &", "a value cannot begin with `&`", kQuoteValue},
    {"illegal character found while scanning alias", "a value cannot begin with `*`", kQuoteValue},
    {"illegal character found while scanning anchor", "a value cannot begin with `&`", kQuoteValue},
};

// `key: value` with the value in single quotes.
std::string quoted_line(std::string_view line) {
  constexpr std::string_view kGeneral = "put the whole value in single quotes";
  const size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return std::string(kGeneral);
  const std::string_view value = text::trim(line.substr(colon + 2));
  if (value.empty() || value[0] == '{' || value[0] == '[' || value.find(" #") != std::string_view::npos)
    return std::string(kGeneral);
  std::string quoted;
  for (const char c : value) quoted += c == '\'' ? "''" : std::string(1, c);
  return fmt::format("{}: {}: '{}'", kGeneral, text::trim(line.substr(0, colon)), quoted);
}

Problem translated(const Tree& tree, const YAML::Exception& e) {
  const size_t end = tree.source().size();
  const size_t offset = e.mark.is_null() || e.mark.pos < 0 ? end : std::min(static_cast<size_t>(e.mark.pos), end);
  const bool question = offset < end && tree.source()[offset] == '?';
  if (question && std::string_view(e.msg).starts_with("unknown token")) {
    return tree.problem_at_byte(offset, "bad-yaml", "inside { } or [ ] a `?` can only stand in quotes",
                                "put the text in quotes");
  }
  for (const Translation& t : kTranslations) {
    if (!std::string_view(e.msg).starts_with(t.theirs)) continue;
    Problem p = tree.problem_at_byte(offset, "bad-yaml", std::string(t.message), std::string(t.hint));
    if (t.hint == kQuoteValue) p.hint = quoted_line(p.source_line);
    return p;
  }
  return tree.problem_at_byte(offset, "bad-yaml", fmt::format("this is not YAML: {}", e.msg), "");
}

// The first byte that is no part of well-formed UTF-8.
size_t first_bad_byte(std::string_view s) {
  size_t good = 0;
  while (good < s.size()) {
    size_t n = 1;
    while (n <= 4 && good + n <= s.size() && !text::is_utf8(s.substr(good, n))) ++n;
    if (n > 4 || good + n > s.size()) return good;
    good += n;
  }
  return good;
}

}  // namespace

void check_characters(const Tree& tree, Problems& problems) {
  const std::string_view s = tree.source();
  constexpr std::string_view kNotText = "this is not a text file; was the right file given?";
  for (size_t i = 0; i < s.size(); ++i) {
    const auto b = static_cast<uint8_t>(s[i]);
    if ((b < 0x20 && b != '\n' && b != '\t') || b == 0x7F) {
      Problem p = tree.problem_at_byte(i, "not-text", fmt::format("a control character (code {}) stands here", b),
                                       std::string(kNotText));
      p.source_line.clear();
      problems.push_back(std::move(p));
      return;
    }
  }
  if (!text::is_utf8(s)) {
    Problem p = tree.problem_at_byte(first_bad_byte(s), "not-utf8", "the file is not UTF-8 from here on",
                                     "save it with the encoding UTF-8");
    p.source_line.clear();
    problems.push_back(std::move(p));
    return;
  }
  for (size_t line = 0; line < s.size();) {
    const size_t end = std::min(s.find('\n', line), s.size());
    const size_t tab = s.find('\t', line);
    const size_t first = s.find_first_not_of(" \t", line);
    if (tab < first && first < end && s[first] != '#') {
      problems.push_back(
          tree.problem_at_byte(tab, "tab-indentation", "a tab stands in the indentation", "indent with blanks"));
    }
    line = end + 1;
  }
}

bool build(const Tree& tree, Node& root, Problems& problems) {
  Builder builder(tree, problems);
  try {
    std::istringstream stream(tree.source());
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return false;
  } catch (const YAML::Exception& e) {
    if (builder.long_quote()) {
      problems.push_back(tree.problem(*builder.long_quote(), "bad-yaml",
                                      "the quote opened here is not closed in its line", "close it"));
    } else {
      problems.push_back(translated(tree, e));
    }
    return false;
  }
  if (builder.has_root()) root = builder.take_root();
  return true;
}

}  // namespace kenko::tree
