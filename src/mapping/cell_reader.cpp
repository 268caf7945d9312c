#include "mapping/cell_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "mapping/cells.h"

namespace kenko::mapping {

using tree::Need;
using tree::Node;
using tree::Reader;

void CellReader::use(const std::string& column, Problem at) { uses.push_back({column, {}, rule, std::move(at)}); }

Cell CellReader::cell(Reader& map, std::string_view key, CellType type, Need need,
                      const std::function<void(Reader&)>& more) {
  const Node* node = map.find(key, need);
  return node == nullptr ? Cell{} : cell_of(*node, fmt::format("`{}`", key), type, more);
}

Cell CellReader::cell_of(const Node& node, std::string_view what, CellType type,
                         const std::function<void(Reader&)>& more) {
  Cell out;
  out.type = type;
  out.time = default_time;
  if (node.is_scalar()) {
    if (node.text.empty()) {
      problems_.push_back(tree_.problem(node, "type", fmt::format("{} names no column", what)));
      return out;
    }
    out.pieces = {{true, node.text, -1}};
    use(node.text, tree_.at(node, 0));
    return out;
  }
  Reader map(tree_, node, problems_, std::string(what));
  if (!map.is_map()) return out;
  const Node* column = map.find("column");
  const Node* constant = map.find("constant");
  const Node* pattern = map.find("template");
  const Node* first = map.find("first");
  const bool optional = map.flag("optional").value_or(false);
  const auto given = {column, constant, pattern, first};
  const size_t uses_before = uses.size();
  if (std::count(given.begin(), given.end(), nullptr) != 3) {
    problems_.push_back(tree_.problem(node, "bad-cell",
                                      fmt::format("{} needs one of `column`, `first`, `constant` and `template`", what),
                                      "a column's name alone will do: `account: CustomerID`"));
  } else if (column != nullptr) {
    if (const auto name = map.text("column")) {
      out.pieces = {{true, *name, -1}};
      use(*name, tree_.at(*column, 0));
    }
  } else if (constant != nullptr) {
    if (const auto text = map.text("constant")) out.pieces = {{false, *text, -1}};
  } else if (first != nullptr) {
    first_filled(*first, map, out);
  } else {
    pieces_of_template(*pattern, out);
  }
  if (optional) uses.resize(uses_before);  // nobody misses them
  options(map, out);
  if (more) more(map);
  map.finish();
  return out;
}

void CellReader::pieces_of_template(const Node& node, Cell& cell) {
  const std::string& text = node.text;
  const auto wrong = [&](size_t offset, std::string message) {
    Problem p = tree_.at(node, offset);
    p.code = "bad-template";
    p.message = std::move(message);
    p.hint = "names of columns stand in braces: \"{First}-{Second}\"";
    problems_.push_back(std::move(p));
  };
  size_t i = 0;
  bool has_column = false;
  while (i < text.size()) {
    const size_t open = std::min(text.find('{', i), text.size());
    if (open > i) cell.pieces.push_back({false, text.substr(i, open - i), -1});
    if (open == text.size()) break;
    const size_t close = text.find('}', open);
    if (close == std::string::npos || close == open + 1) return wrong(open, "a brace is opened here and holds no name");
    const std::string name = text.substr(open + 1, close - open - 1);
    cell.pieces.push_back({true, name, -1});
    use(name, tree_.at(node, open + 1));
    has_column = true;
    i = close + 1;
  }
  if (!has_column) wrong(0, "the template names no column");
}

void CellReader::first_filled(const Node& node, Reader& map, Cell& cell) {
  const auto names = map.texts("first");
  if (!names) return;
  if (names->size() < 2) {
    map.add("first", "bad-cell", "`first` is a list of at least two columns", "first: [Owner, Manager]");
    return;
  }
  cell.first_filled = true;
  for (const std::string& name : *names) {
    cell.pieces.push_back({true, name, -1});
    use(name, tree_.at(node, 0));
    uses.back().instead = *names;
  }
}

CellReader::Table CellReader::table(Reader& words) const {
  Table out;
  for (const tree::Entry& entry : words.node().entries) {
    if (const auto to = words.values().text(entry.value, fmt::format("`{}`", entry.key.text))) {
      out.emplace_back(entry.key.text, *to);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void CellReader::tables(Reader& map) {
  for (const tree::Entry& entry : map.node().entries) {
    Reader words(tree_, entry.value, problems_, fmt::format("table `{}`", entry.key.text), &entry.key);
    map.allow(entry.key.text);
    if (words.is_map()) tables_.emplace(entry.key.text, table(words));
  }
}

// `map`: the words themselves, or the name of a table.
void CellReader::translation(Reader& map, Cell& cell) {
  const Node* node = map.find("map");
  if (node == nullptr || !node->is_scalar()) {
    if (auto words = map.map("map")) cell.map = table(*words);
    return;
  }
  if (const auto it = tables_.find(node->text); it != tables_.end()) {
    cell.map = it->second;
    return;
  }
  std::vector<std::string> names;
  for (const auto& [name, words] : tables_) names.push_back(name);
  map.add("map", "unknown-table", fmt::format("there is no table `{}`", node->text),
          names.empty() ? "write the words here, `map: {from: to}`, or under `tables:` at the top"
                        : text::did_you_mean(node->text, names));
}

void CellReader::options(Reader& map, Cell& cell) {
  cell.integer = map.flag("integer").value_or(false);
  cell.before = map.text("before").value_or("");
  translation(map, cell);
  cell.otherwise = map.text("otherwise");
  if (cell.otherwise && cell.map.empty()) map.add("otherwise", "bad-cell", "`otherwise` belongs to a `map`");
  time_format(map, cell.time);
}

Amount CellReader::amount(Reader& map, std::string_view key) {
  Amount out;
  const Node* node = map.find(key);
  if (node == nullptr) return out;
  const std::string what = fmt::format("`{}`", key);
  const auto signs = [&](Reader& inner) {
    out.absolute = inner.flag("absolute").value_or(false);
    out.negate = inner.flag("negate").value_or(false);
  };
  if (!node->is_map() || node->find("product") == nullptr) {
    out.factors.push_back(cell_of(*node, what, CellType::number, signs));
    return out;
  }
  Reader inner(tree_, *node, problems_, what);
  const Node* factors = inner.find("product");
  if (factors == nullptr || !factors->is_list() || factors->items.size() < 2) {
    inner.add("product", "bad-cell", "`product` is a list of at least two columns", "product: [Quantity, UnitPrice]");
  } else {
    for (const Node& item : factors->items) out.factors.push_back(cell_of(item, "a factor", CellType::number));
  }
  signs(inner);
  inner.finish();
  return out;
}

std::shared_ptr<Filter> CellReader::filter(Reader& map, std::string_view key) {
  const Node* node = map.find(key);
  if (node == nullptr) return nullptr;
  const auto text = map.text(key);
  if (!text) return nullptr;
  const language::At at = [&](size_t offset) { return tree_.at(*node, offset); };
  auto made = Filter::make(*text, at);
  if (!made.ok()) {
    for (Problem& p : std::move(made).problems()) problems_.push_back(std::move(p));
    return nullptr;
  }
  for (const auto& [column, offset] : (*made)->columns()) use(column, at(offset));
  return std::move(made).value();
}

void CellReader::time_format(Reader& map, TimeFormat& format) {
  if (const auto formats = map.texts("format")) {
    format.formats = *formats;
    for (const std::string& f : *formats) {
      const std::string wrong = time_format_fault(f);
      if (wrong.empty()) continue;
      map.add("format", "bad-time-format", fmt::format("`{}` is no time format: {}", f, wrong),
              "for instance \"%d.%m.%Y %H:%M\" for 31.12.2025 17:05");
    }
  }
  if (const auto name = map.text("zone")) {
    format.zone = TimeZone::find(*name);
    if (!format.zone) {
      map.add("zone", "unknown-zone", fmt::format("unknown time zone `{}`", *name),
              text::did_you_mean(*name, TimeZone::names()));
    }
  }
}

std::optional<char> CellReader::one_char(Reader& map, std::string_view key) {
  auto text = map.text(key);
  if (!text) return std::nullopt;
  if (*text == "tab" || *text == "\\t") *text = "\t";
  if (text->size() == 1 && (*text)[0] != '"' && (*text)[0] != '\n') return (*text)[0];
  map.add(key, "bad-format", fmt::format("`{}` must be one character", key), "for instance \";\" or tab");
  return std::nullopt;
}

FileFormat CellReader::file_format(Reader& map) {
  FileFormat out;
  const auto type = map.choice<std::string>("type", {{"csv", "csv"},
                                                     {"tsv", "tsv"},
                                                     {"json", "json"},
                                                     {"ndjson", "ndjson"},
                                                     {"parquet", "parquet"},
                                                     {"xlsx", "xlsx"}});
  if (type) {
    out.type = *type == "json"      ? FileType::json
               : *type == "ndjson"  ? FileType::ndjson
               : *type == "parquet" ? FileType::parquet
               : *type == "xlsx"    ? FileType::xlsx
                                    : FileType::csv;
    if (*type == "tsv") out.delimiter = '\t';
  }
  if (const auto delimiter = one_char(map, "delimiter")) out.delimiter = delimiter;
  out.quotes = map.flag("quotes").value_or(true);
  out.encoding = map.text("encoding").value_or("");
  out.sheet = map.text("sheet").value_or("");
  out.skip_lines = map.integer("skip_lines", 0, 1'000'000).value_or(0);
  out.columns = map.texts("columns").value_or(std::vector<std::string>{});
  out.strip = map.texts("strip").value_or(std::vector<std::string>{});
  out.empty = map.texts("empty").value_or(std::vector<std::string>{});
  if (const auto decimal = one_char(map, "decimal")) {
    out.decimal = *decimal;
    if (*decimal != '.' && *decimal != ',') map.add("decimal", "bad-format", "the decimal sign is \".\" or \",\"");
  }
  const Node* groups = map.find("thousands");
  if (groups != nullptr && groups->is_scalar()) out.thousands = groups->text == "blank" ? " " : groups->text;
  out.ignore_case = map.flag("ignore_case").value_or(false);
  if (out.thousands == std::string(1, out.decimal)) {
    map.add("thousands", "bad-format", "the decimal sign and the sign between thousands are the same");
  }
  map.finish();
  return out;
}

}  // namespace kenko::mapping
