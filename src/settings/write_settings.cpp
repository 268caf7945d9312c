// New lines for kenko.yaml, and where they go.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "settings/settings_file.h"
#include "tree/tree.h"

namespace kenko::settings {
namespace {

using facts::AttributeType;
using facts::SourceSettings;
using tree::Node;

// A text as YAML writes it, in quotes where a plain one would be read as something else (also inside brackets).
std::string scalar(std::string_view s) {
  static const std::vector<std::string> kWords = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const bool plain = !s.empty() && letter(s[0]) && std::all_of(s.begin(), s.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
  });
  if (plain && std::find(kWords.begin(), kWords.end(), text::lower(s)) == kWords.end()) return std::string(s);
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string flow_list(const std::vector<std::string>& items) {
  std::vector<std::string> parts;
  for (const std::string& item : items) parts.push_back(scalar(item));
  return "[" + text::join(parts, ", ") + "]";
}

std::string flow_map(const std::map<std::string, AttributeType>& attributes) {
  std::vector<std::string> parts;
  for (const auto& [key, type] : attributes) parts.push_back(scalar(key) + ": " + std::string(type_name(type)));
  return "{" + text::join(parts, ", ") + "}";
}

// The status rule; nothing where it is the default.
std::string status_lines(const facts::Settings& s) {
  const bool plain = s.status_attribute == facts::Settings().status_attribute && s.status_words.empty();
  if (plain) return "";
  std::string out = fmt::format("status:\n  attribute: {}\n", scalar(s.status_attribute));
  std::vector<std::string> words;
  for (const auto& [word, status] : s.status_words) words.push_back(scalar(word) + ": " + scalar(status));
  if (!words.empty()) out += "  words: {" + text::join(words, ", ") + "}\n";
  return out;
}

std::string source_lines(const SourceSettings& s, std::string_view indent, std::string_view step) {
  std::string out = fmt::format("{}{}:\n", indent, scalar(s.name));
  const auto line = [&](std::string_view key, std::string_view value) {
    out += fmt::format("{}{}{}: {}\n", indent, step, key, value);
  };
  if (!s.mapping.empty()) line("mapping", scalar(s.mapping));
  line("accounts", s.accounts == facts::AccountIds::defines ? "defines" : "matched");
  line("covers", s.covers == facts::Coverage::all ? "all" : "touched");
  line("known_at", s.known_at == facts::KnownAt::assumed    ? "assumed"
                   : s.known_at == facts::KnownAt::recorded ? "recorded"
                                                            : "column");
  line("emits", flow_list(s.emits));
  if (!s.attributes.empty()) line("attributes", flow_map(s.attributes));
  if (s.start) line("start", s.start->iso());
  if (s.every_days) line("every", fmt::format("{}d", *s.every_days));
  return out;
}

// Insertions into a text, by byte of Tree::source().
class Edit {
 public:
  void insert(size_t offset, std::string text) { pieces_.push_back({offset, offset, std::move(text)}); }
  void replace(size_t begin, size_t end, std::string text) { pieces_.push_back({begin, end, std::move(text)}); }

  // The tree reads the file without its byte order mark and with '\n' for CR LF; the edit goes into the bytes as they
  // are.
  [[nodiscard]] std::string apply(std::string_view yaml) {
    std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
    const bool crlf = yaml.find("\r\n") != std::string_view::npos;
    std::string out;
    size_t at = yaml.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    out += yaml.substr(0, at);
    size_t offset = 0;
    const auto copy_to = [&](size_t target, bool keep) {
      while (offset < target && at < yaml.size()) {
        if (keep) out += yaml[at];
        const bool hidden = yaml[at] == '\r' && at + 1 < yaml.size() && yaml[at + 1] == '\n';
        if (!hidden) ++offset;
        ++at;
      }
    };
    for (const Piece& piece : pieces_) {
      copy_to(piece.begin, true);
      for (const char c : piece.text) out += c == '\n' && crlf ? std::string("\r\n") : std::string(1, c);
      copy_to(piece.end, false);
    }
    out += yaml.substr(at);
    return out;
  }

 private:
  struct Piece {
    size_t begin = 0, end = 0;
    std::string text;
  };
  std::vector<Piece> pieces_;
};

// Finds places in the source of a tree.
class Layout {
 public:
  explicit Layout(const tree::Tree& tree) : source_(tree.source()) {}

  [[nodiscard]] bool is_flow(const Node& node) const {
    return node.offset < source_.size() && (source_[node.offset] == '[' || source_[node.offset] == '{');
  }
  [[nodiscard]] size_t line_start(size_t offset) const {
    const size_t newline = offset == 0 ? std::string_view::npos : source_.rfind('\n', offset - 1);
    return newline == std::string_view::npos ? 0 : newline + 1;
  }
  [[nodiscard]] size_t column(size_t offset) const { return offset - line_start(offset); }
  // The first byte after the line that holds `offset`; the end of the text when that line has no end.
  [[nodiscard]] size_t next_line(size_t offset) const {
    const size_t newline = source_.find('\n', offset);
    return newline == std::string_view::npos ? source_.size() : newline + 1;
  }
  // The first line after the block whose key stands at `key`: lines that are indented deeper belong to it; blank lines
  // and comments before the next key do not.
  [[nodiscard]] size_t block_end(const Node& key) const {
    const size_t indent = column(key.offset);
    size_t end = next_line(key.offset);
    for (size_t at = end; at < source_.size();) {
      const size_t next = next_line(at);
      const size_t first = source_.find_first_not_of(" \t", at);
      const bool blank = first == std::string_view::npos || first >= next || source_[first] == '\n';
      if (!blank) {
        // A list may stand at its key's own column.
        const bool item = source_[first] == '-' && column(first) == indent;
        if (column(first) <= indent && !item) {
          if (source_[first] != '#') break;
        } else if (source_[first] != '#' || column(first) > indent) {
          end = next;
        }
      }
      at = next;
    }
    return end;
  }
  // One past the scalar that begins at `offset` in a flow collection or a line.
  [[nodiscard]] size_t scalar_end(const Node& node) const {
    size_t at = node.offset;
    const char quote = source_[at];
    if (node.quoted && (quote == '"' || quote == '\'')) {
      for (++at; at < source_.size(); ++at) {
        if (quote == '"' && source_[at] == '\\') {
          ++at;
        } else if (source_[at] == quote) {
          if (quote != '\'' || at + 1 >= source_.size() || source_[at + 1] != '\'') return at + 1;
          ++at;
        }
      }
      return at;
    }
    return at + node.text.size();
  }
  [[nodiscard]] std::string newline_before(size_t offset) const {
    return offset > 0 && source_[offset - 1] != '\n' ? "\n" : "";
  }
  [[nodiscard]] std::string_view source() const { return source_; }

 private:
  std::string_view source_;
};

Problem no_room(const tree::Tree& tree, const Node& node, std::string_view what, std::string hint) {
  return tree.problem(node, "settings-layout", fmt::format("there is no room for {} here", what), std::move(hint));
}

// Puts `items` (already written) behind the last of a list or map of scalars; `flow` is what stands there when there is
// no value yet.  False when its layout has no room.
bool append_items(const Layout& layout, const tree::Entry& entry, const std::vector<std::string>& items,
                  const std::string& flow, Edit& edit) {
  const Node& value = entry.value;
  if (value.is_null()) {
    const size_t colon = layout.source().find(':', layout.scalar_end(entry.key));
    if (colon == std::string_view::npos) return false;
    edit.insert(colon + 1, " " + flow);
    return true;
  }
  if (value.is_scalar()) {
    std::vector<std::string> all = {scalar(value.text)};
    all.insert(all.end(), items.begin(), items.end());
    edit.replace(value.offset, layout.scalar_end(value), "[" + text::join(all, ", ") + "]");
    return true;
  }
  const bool empty = value.is_list() ? value.items.empty() : value.entries.empty();
  if (empty) {
    edit.insert(value.offset + 1, text::join(items, ", "));
    return true;
  }
  const Node& last = value.is_list() ? value.items.back() : value.entries.back().value;
  if (!last.is_scalar()) return false;
  if (layout.is_flow(value)) {
    edit.insert(layout.scalar_end(last), ", " + text::join(items, ", "));
    return true;
  }
  const size_t at = layout.next_line(last.offset);
  const Node& first = value.is_list() ? value.items.front() : value.entries.front().key;
  const size_t indent = layout.column(first.offset) - (value.is_list() ? 2 : 0);
  std::string lines = layout.newline_before(at);
  for (const std::string& item : items) {
    lines += std::string(indent, ' ') + (value.is_list() ? "- " : "") + item + "\n";
  }
  edit.insert(at, std::move(lines));
  return true;
}

}  // namespace

std::string new_settings_text(const facts::Settings& s) {
  const std::string clock = fmt::format("{:02}:{:02}", s.close_minutes / 60, s.close_minutes % 60);
  std::string out = "# What Kenko has to know about this company.  Lines that begin with # are notes for people.\n\n";
  out += "kenko: 1\n";
  out += s.company.empty() ? "company:                   # the name that reports show\n"
                           : fmt::format("company: {}\n", scalar(s.company));
  out += fmt::format(
      "\n# Days are days of this time zone (an IANA name: Europe/London, Asia/Tokyo).  Set it before the first "
      "import.\n"
      "time_zone: {}\n"
      "# A day closes at this hour of the next one: what arrives later is late.\n"
      "close_at: \"{}\"\n"
      "# Amounts are compared in this currency; other ones need rates.\n"
      "currency: {}\n",
      scalar(s.time_zone.name()), clock, scalar(s.currency));
  out += "\n# The health model that commands use: models/NAME.yaml.\n";
  out += s.model.empty() ? "model:\n" : fmt::format("model: {}\n", scalar(s.model));
  out += s.also.empty()
             ? "# Further models, whose scores stand beside its: also: [expansion]\n"
             : fmt::format("# Further models, whose scores stand beside its.\nalso: {}\n", flow_list(s.also));
  out += fmt::format(
      "\n# A contract without notice still counts for this many days after its end: late paper is not churn.\n"
      "lapse_days: {}\n"
      "# What we do ourselves is never a sign of life of the customer.\n"
      "ours: {}\n",
      s.lapse_days, flow_list(s.ours));
  out += fmt::format(
      "\n# Test accounts, and our own people's users.\n"
      "exclude:\n  accounts: {}\n  users: {}\n",
      flow_list(s.exclude_accounts), flow_list(s.exclude_users));
  out += fmt::format(
      "\n# The day on which the fiscal year begins, month and day: quarters of `kenko portfolio` follow it.\n"
      "fiscal_year: {:02}-{:02}\n"
      "# Reasons to leave that nobody could have done anything about.\n"
      "churn: {{unavoidable: {}}}\n",
      s.fiscal_month, s.fiscal_day, flow_list(s.unavoidable));
  out +=
      "\n# Which attribute of an account says its status (trial, onboarding, active, paused, notice, churned, "
      "internal);\n"
      "# where it has words of its own, `words` says what they mean, and every other word means nothing:\n"
      "#   status: {attribute: lifecycle, words: {Customer: active, Prospect: trial, Lost: churned}}\n" +
      status_lines(s);
  out +=
      "\n# Where facts come from.  `kenko import` adds a source with its first file; from then on what stands here "
      "counts:\n"
      "#   accounts: defines   its account ids are the accounts; matched = they are looked up among the identities\n"
      "#   covers: all         it would have told of every account; touched = it only speaks of accounts it has met\n"
      "#   emits: [...]        the events it sends: where one of them is missing, that is silence, not ignorance\n"
      "#   start: 2026-01-31   since when it is fed; without it, the day of its first event\n"
      "#   every: 7d           it brings something at least this often; when it does not, the feed is overdue\n"
      "sources:\n";
  for (const SourceSettings& source : s.sources) out += source_lines(source, "  ", "  ");
  return out;
}

Result<std::string> add_source(std::string_view yaml, const std::string& file, const SourceSettings& source) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  const Layout layout(*tree);
  Edit edit;
  const tree::Entry* sources = tree->root().find_entry("sources");
  if (sources == nullptr) {
    const size_t end = layout.source().size();
    edit.insert(end, layout.newline_before(end) + "\nsources:\n" + source_lines(source, "  ", "  "));
  } else if (sources->value.is_null()) {
    const size_t at = layout.next_line(sources->key.offset);
    edit.insert(at, layout.newline_before(at) + source_lines(source, "  ", "  "));
  } else if (sources->value.is_map() && sources->value.entries.empty()) {
    const size_t begin = sources->value.offset;
    const size_t end = layout.source().find('}', begin);
    if (end == std::string_view::npos) return no_room(*tree, sources->value, "a source", "leave the brackets out");
    edit.replace(begin, end + 1, "");
    const size_t at = layout.next_line(end);
    edit.insert(at, layout.newline_before(at) + source_lines(source, "  ", "  "));
  } else if (!sources->value.is_map() || layout.is_flow(sources->value)) {
    return no_room(*tree, sources->value, fmt::format("the source `{}`", source.name),
                   "write `sources:` without brackets, a line for each source");
  } else {
    const tree::Entry& last = sources->value.entries.back();
    const size_t at = layout.block_end(last.key);
    const std::string indent(layout.column(last.key.offset), ' ');
    edit.insert(at, layout.newline_before(at) + source_lines(source, indent, "  "));
  }
  return edit.apply(yaml);
}

Result<std::string> set_model(std::string_view yaml, const std::string& file, const std::string& model) {
  KENKO_TRY(const facts::Settings settings, read_settings(yaml, file));
  if (settings.model == model) return std::string(yaml);
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  const Layout layout(*tree);
  Edit edit;
  const tree::Entry* entry = tree->root().find_entry("model");
  if (entry == nullptr && layout.is_flow(tree->root())) {
    return no_room(*tree, tree->root(), "`model:`", "write kenko.yaml without brackets, a line for each setting");
  }
  if (entry == nullptr) {
    const size_t end = layout.source().size();
    edit.insert(end, layout.newline_before(end) + "\nmodel: " + scalar(model) + "\n");
  } else if (entry->value.is_null() && entry->value.text.empty()) {
    const size_t colon = layout.source().find(':', layout.scalar_end(entry->key));
    if (colon == std::string_view::npos) return no_room(*tree, entry->key, "its value", "write `model: NAME`");
    edit.insert(colon + 1, " " + scalar(model));
  } else {
    edit.replace(entry->value.offset, layout.scalar_end(entry->value), scalar(model));
  }
  std::string out = edit.apply(yaml);
  const auto again = read_settings(out, file);
  if (!again || again->model != model) {
    return no_room(*tree, entry == nullptr ? tree->root() : entry->value, fmt::format("the model `{}`", model),
                   fmt::format("write `model: {}` by hand", scalar(model)));
  }
  return out;
}

Result<std::string> extend_source(std::string_view yaml, const std::string& file, const std::string& source,
                                  const std::vector<std::string>& emits,
                                  const std::map<std::string, AttributeType>& attributes) {
  KENKO_TRY(const facts::Settings settings, read_settings(yaml, file));
  const SourceSettings* known = settings.find_source(source);
  KENKO_CHECK(known != nullptr, "no source {} in {}", source, file);
  std::vector<std::string> names;
  for (const std::string& name : emits) {
    const bool there = std::find(known->emits.begin(), known->emits.end(), name) != known->emits.end();
    if (!there && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::map<std::string, AttributeType> keys;
  for (const auto& [key, type] : attributes) {
    if (!known->attributes.contains(key)) keys.emplace(key, type);
  }
  if (names.empty() && keys.empty()) return std::string(yaml);

  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  const Layout layout(*tree);
  const tree::Entry& entry = *tree->root().find("sources")->find_entry(source);
  Edit edit;
  const auto extend = [&](std::string_view key, const std::vector<std::string>& items, const std::string& flow) {
    if (items.empty()) return true;
    if (const tree::Entry* at = entry.value.find_entry(key); at != nullptr) {
      return append_items(layout, *at, items, flow, edit);
    }
    if (layout.is_flow(entry.value)) {
      edit.insert(entry.value.offset + 1, fmt::format("{}: {}{}", key, flow, entry.value.entries.empty() ? "" : ", "));
      return true;
    }
    const size_t end = layout.block_end(entry.key);
    const std::string indent(layout.column(entry.value.entries.front().key.offset), ' ');
    edit.insert(end, layout.newline_before(end) + fmt::format("{}{}: {}\n", indent, key, flow));
    return true;
  };
  std::vector<std::string> name_items;
  for (const std::string& name : names) name_items.push_back(scalar(name));
  std::vector<std::string> key_items;
  for (const auto& [key, type] : keys) key_items.push_back(scalar(key) + ": " + std::string(type_name(type)));
  if (!extend("emits", name_items, flow_list(names)) || !extend("attributes", key_items, flow_map(keys))) {
    return no_room(*tree, entry.key, "more names",
                   fmt::format("add to `emits` {} and to `attributes` {} by hand", flow_list(names), flow_map(keys)));
  }
  return edit.apply(yaml);
}

}  // namespace kenko::settings
