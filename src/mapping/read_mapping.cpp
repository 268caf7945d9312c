#include "mapping/read_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/text.h"
#include "mapping/cell_reader.h"
#include "mapping/cells.h"
#include "mapping/json_element.h"
#include "tree/reader.h"

namespace kenko::mapping {
namespace {

using tree::Need;
using tree::Node;
using tree::Reader;
using AttributeType = facts::AttributeType;

class MappingReader {
 public:
  MappingReader(const tree::Tree& tree, Problems& problems)
      : tree_(tree), problems_(problems), cells_(tree, problems) {}

  Mapping read();

 private:
  void top(Reader& root, Mapping& out);
  void known_at(Reader& root, Mapping& out);
  void rule(const Node& name, Reader& entry, Mapping& out);
  void event(Reader& map, EventRule& out);
  void properties(Reader& map, EventRule& out);
  void attributes(Reader& map, AttributeRule& out);
  void attribute_columns(Reader& map, AttributeRule& out);
  void contract(Reader& map, ContractRule& out);
  void identity(Reader& map, IdentityRule& out);
  void membership(Reader& map, MembershipRule& out);
  void rate(Reader& map, RateRule& out);

  Cell cell(Reader& map, std::string_view key, CellType type = CellType::text, Need need = Need::optional) {
    return cells_.cell(map, key, type, need);
  }
  Cell day(Reader& map, std::string_view key, Need need = Need::optional) {
    return cell(map, key, CellType::day, need);
  }

  const tree::Tree& tree_;
  Problems& problems_;
  CellReader cells_;
};

void MappingReader::known_at(Reader& root, Mapping& out) {
  const Node* node = root.find("known_at");
  if (node == nullptr) return;
  if (node->is_map()) {
    out.known_at = facts::KnownAt::column;
    out.known_at_column = cells_.cell_of(*node, "`known_at`", CellType::time);
    return;
  }
  const auto word = root.choice<facts::KnownAt>(
      "known_at", {{"assumed", facts::KnownAt::assumed}, {"recorded", facts::KnownAt::recorded}});
  if (word) out.known_at = *word;
}

void MappingReader::top(Reader& root, Mapping& out) {
  if (const auto version = root.integer("kenko", INT64_MIN, INT64_MAX, Need::required); version && *version != 1) {
    root.add("kenko", "unknown-version", fmt::format("this program reads mappings of version 1, not {}", *version));
  }
  out.source = root.text("source").value_or("");
  out.accounts = root.choice<facts::AccountIds>(
      "accounts", {{"defines", facts::AccountIds::defines}, {"matched", facts::AccountIds::matched}});
  out.covers =
      root.choice<facts::Coverage>("covers", {{"all", facts::Coverage::all}, {"touched", facts::Coverage::touched}});
  if (auto tables = root.map("tables")) cells_.tables(*tables);
  if (auto format = root.map("format")) out.format = cells_.file_format(*format);
  if (auto time = root.map("time")) {
    cells_.time_format(*time, out.time);
    time->finish();
    cells_.default_time = out.time;
  }
  known_at(root, out);
  out.where = cells_.filter(root, "where");
  out.ignore = cells_.filter(root, "ignore");
  out.ignore_others = root.choice<bool>("others", {{"rejected", false}, {"ignored", true}}).value_or(false);
}

void MappingReader::properties(Reader& map, EventRule& out) {
  const Node* node = map.find("properties");
  if (node == nullptr) return;
  if (node->is_scalar()) {
    out.all_properties = node->text == "all";
    if (!out.all_properties) {
      map.add("properties", "type", fmt::format("`properties` must be a map or `all`, not `{}`", node->text),
              "properties: {quantity: Quantity}");
    }
    return;
  }
  if (!node->is_map()) {
    map.add("properties", "type", "`properties` must be a map of names and columns, or `all`");
    return;
  }
  for (const tree::Entry& entry : node->entries) {
    std::optional<CellType> type;
    Cell cell = cells_.cell_of(entry.value, fmt::format("`{}`", entry.key.text), CellType::text, [&](Reader& inner) {
      type = inner.choice<CellType>("type", {{"text", CellType::text},
                                             {"number", CellType::number},
                                             {"flag", CellType::flag},
                                             {"day", CellType::day},
                                             {"time", CellType::time}});
    });
    if (type) cell.type = *type;
    out.properties.emplace_back(entry.key.text, std::move(cell));
  }
  std::sort(out.properties.begin(), out.properties.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

void MappingReader::event(Reader& map, EventRule& out) {
  const Node* name = map.find("event", Need::required);
  if (name != nullptr && name->is_scalar()) {
    out.name.pieces = {{false, name->text, -1}};  // the one key where a plain text is no column
  } else if (name != nullptr) {
    out.name = cells_.cell_of(*name, "`event`", CellType::text);
  }
  out.account = cell(map, "account");
  out.user = cell(map, "user");
  if (map.find("account") == nullptr && map.find("user") == nullptr) {
    map.add("account", "missing-key", "an event needs `account` or `user`", "name the column that holds the customer");
  }
  out.time = cell(map, "time", CellType::time, Need::required);
  out.value = cells_.amount(map, "value");
  out.currency = cell(map, "currency");
  out.text = cell(map, "text");
  out.version = cell(map, "version", CellType::time);
  properties(map, out);
  if (const Node* id = map.find("id")) {
    if (id->is_list()) {
      for (const Node& item : id->items) out.id.push_back(cells_.cell_of(item, "an item of `id`", CellType::text));
    } else {
      out.id.push_back(cells_.cell_of(*id, "`id`", CellType::text));
    }
  }
  out.deleted = cells_.cell(map, "delete", CellType::text, Need::optional, [&](Reader& inner) {
    out.deleted_is = inner.texts("is", Need::required).value_or(std::vector<std::string>{});
    std::sort(out.deleted_is.begin(), out.deleted_is.end());
  });
  if (out.deleted.mapped() && out.id.empty()) {
    map.add("delete", "delete-needs-id", "a deletion must say which event it deletes", "give the rule an `id`");
  }
  if (out.deleted.mapped() && out.deleted_is.empty()) {
    map.add("delete", "bad-cell", "`delete` needs the column and its word for deleted", "delete: {column: op, is: D}");
  }
}

void MappingReader::attribute_columns(Reader& map, AttributeRule& out) {
  const Node* node = map.find("attributes");
  if (node == nullptr) return;
  if (node->is_scalar() && node->text == "all") {
    out.all_columns = true;
    return;
  }
  if (!node->is_map()) {
    map.add("attributes", "type", "`attributes` must be a map of names and columns, or `all`",
            "attributes: {plan: Plan}");
    return;
  }
  for (const tree::Entry& entry : node->entries) {
    AttributeRule::Column column;
    column.key = entry.key.text;
    std::optional<AttributeType> type;
    column.cell = cells_.cell_of(entry.value, fmt::format("`{}`", entry.key.text), CellType::text, [&](Reader& inner) {
      type = inner.choice<AttributeType>("type", {{"text", AttributeType::text},
                                                  {"number", AttributeType::number},
                                                  {"flag", AttributeType::flag},
                                                  {"day", AttributeType::day},
                                                  {"money", AttributeType::money}});
      column.currency = cell(inner, "currency");
    });
    column.type = type.value_or(AttributeType::text);
    if (column.type == AttributeType::day) column.cell.type = CellType::day;
    out.columns.push_back(std::move(column));
  }
  std::sort(out.columns.begin(), out.columns.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
}

void MappingReader::attributes(Reader& map, AttributeRule& out) {
  attribute_columns(map, out);
  const struct {
    std::string_view key;
    facts::EntityKind kind;
  } kEntities[] = {{"account", facts::EntityKind::account},
                   {"contact", facts::EntityKind::contact},
                   {"contract", facts::EntityKind::contract}};
  int named = 0;
  for (const auto& entity : kEntities) {
    Cell found = cell(map, entity.key);
    if (!found.mapped()) continue;
    ++named;
    out.entity = std::move(found);
    out.kind = entity.kind;
  }
  if (named != 1) {
    map.add("account", "missing-key", "attributes belong to one of `account`, `contact` and `contract`",
            "name the column that holds its id");
  }
  out.key = cell(map, "key");
  out.value = cell(map, "value");
  out.type = cell(map, "type");
  out.currency = cell(map, "currency");
  if (out.key.mapped() != out.value.mapped()) map.add("key", "missing-key", "`key` and `value` belong together");
  if (out.key.mapped() && (out.all_columns || !out.columns.empty())) {
    map.add("key", "bad-rule", "a rule has either `attributes` or `key` and `value`");
  }
  out.valid_from = day(map, "valid_from");
  out.snapshot = day(map, "snapshot");
  if (out.valid_from.mapped() && out.snapshot.mapped()) {
    map.add("snapshot", "bad-rule", "a rule has either `valid_from` or `snapshot`",
            "valid_from: each row is a change of its day; snapshot: the rows of a day are all there is");
  }
  out.backfill = map.flag("backfill").value_or(false);
}

void MappingReader::contract(Reader& map, ContractRule& out) {
  out.id = cell(map, "id", CellType::text, Need::required);
  out.account = cell(map, "account", CellType::text, Need::required);
  out.product = cell(map, "product");
  out.start = day(map, "start", Need::required);
  out.end = day(map, "end");
  out.renewal = day(map, "renewal");
  out.notice_deadline = day(map, "notice_deadline");
  out.notice_at = day(map, "notice_at");
  out.auto_renew = cell(map, "auto_renew", CellType::flag);
  out.term_months = cell(map, "term_months", CellType::number);
  out.arr = cells_.amount(map, "arr");
  out.currency = cell(map, "currency");
  out.seats = cell(map, "seats", CellType::number);
  out.state = cell(map, "state");
  out.replaces = cell(map, "replaces");
  out.valid_from = day(map, "valid_from");
  out.ends_with_term = map.flag("ends_with_term").value_or(false);
  out.end_excluded = map.flag("end_excluded").value_or(false);
  if (out.ends_with_term && !out.term_months.mapped()) {
    map.add("ends_with_term", "missing-key", "`ends_with_term` needs `term_months`",
            "a column, or term_months: {constant: 12}");
  }
  map.finish();
}

void MappingReader::identity(Reader& map, IdentityRule& out) {
  out.kind = cell(map, "kind", CellType::text, Need::required);
  out.source = cell(map, "source", CellType::text, Need::required);
  out.external_id = cell(map, "external_id", CellType::text, Need::required);
  out.id = cell(map, "id", CellType::text, Need::required);
  out.valid_from = day(map, "valid_from");
  map.finish();
}

void MappingReader::membership(Reader& map, MembershipRule& out) {
  out.contact = cell(map, "contact", CellType::text, Need::required);
  out.account = cell(map, "account", CellType::text, Need::required);
  out.valid_from = day(map, "valid_from");
  map.finish();
}

void MappingReader::rate(Reader& map, RateRule& out) {
  out.currency = cell(map, "currency", CellType::text, Need::required);
  out.day = day(map, "day", Need::required);
  out.rate = cell(map, "rate", CellType::number, Need::required);
  map.finish();
}

void MappingReader::rule(const Node& name, Reader& entry, Mapping& out) {
  if (!entry.is_map()) return;
  Rule rule;
  rule.name = name.text;
  rule.place = tree_.place(name);
  cells_.rule = out.rules.size();
  if (rule.name.empty() || rule.name.find_first_of("/ \t") != std::string::npos) {
    problems_.push_back(
        tree_.problem(name, "bad-name", "a rule's name has no blanks and no `/`", "it is part of ids: choose it once"));
  }
  rule.files = entry.texts("files").value_or(std::vector<std::string>{});
  rule.where = cells_.filter(entry, "where");
  rule.source = cell(entry, "source");
  const struct {
    std::string_view key;
    RuleKind kind;
  } kKinds[] = {
      {"event", RuleKind::event},         {"attributes", RuleKind::attributes}, {"key", RuleKind::attributes},
      {"contracts", RuleKind::contracts}, {"identities", RuleKind::identities}, {"memberships", RuleKind::memberships},
      {"rates", RuleKind::rates}};
  std::set<RuleKind> kinds;
  for (const auto& kind : kKinds) {
    if (entry.node().find(kind.key) == nullptr) continue;
    kinds.insert(kind.kind);
    rule.kind = kind.kind;
  }
  if (kinds.size() != 1) {
    problems_.push_back(tree_.problem(
        name, "bad-rule",
        fmt::format("rule `{}` must make one thing: event, attributes, contracts, identities, memberships or rates",
                    rule.name),
        "split it into several rules; each record runs through all of them"));
    return;
  }
  const auto inner = [&](std::string_view key, const auto& read, auto& to) {
    if (auto map = entry.map(key)) (this->*read)(*map, to);
  };
  switch (rule.kind) {
    case RuleKind::event:
      event(entry, rule.event);
      break;
    case RuleKind::attributes:
      attributes(entry, rule.attributes);
      break;
    case RuleKind::contracts:
      inner("contracts", &MappingReader::contract, rule.contract);
      break;
    case RuleKind::identities:
      inner("identities", &MappingReader::identity, rule.identity);
      break;
    case RuleKind::memberships:
      inner("memberships", &MappingReader::membership, rule.membership);
      break;
    case RuleKind::rates:
      inner("rates", &MappingReader::rate, rule.rate);
      break;
  }
  entry.finish();
  out.rules.push_back(std::move(rule));
}

Mapping MappingReader::read() {
  Mapping out;
  out.file = tree_.file();
  Reader root(tree_, tree_.root(), problems_, "the mapping");
  if (!root.is_map()) return out;
  top(root, out);
  root.each("rules", "rule", [&](const Node& name, Reader& entry) { rule(name, entry, out); }, Need::required);
  root.finish();
  if (const Node* rules = root.find("rules"); rules != nullptr && rules->is_map() && rules->entries.empty()) {
    root.add("rules", "missing-key", "the mapping has no rules");
  }
  out.uses = std::move(cells_.uses);
  return out;
}

}  // namespace

Result<Mapping> read_mapping(std::string_view yaml, const std::string& file) {
  Problems problems;
  const auto tree = tree::Tree::parse(yaml, file, problems);
  if (!tree) return problems;
  Mapping mapping = MappingReader(*tree, problems).read();
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  if (has_errors(problems)) return problems;
  finish_mapping(mapping);
  return mapping;
}

Problems check_columns(const Mapping& mapping, const std::string& data_file,
                       std::span<const std::string_view> columns) {
  Problems problems;
  const auto for_file = [&](size_t rule) {
    return rule == ColumnUse::kAllRules || applies_to_file(mapping.rules[rule], data_file);
  };
  const bool some = std::any_of(mapping.rules.begin(), mapping.rules.end(),
                                [&](const Rule& rule) { return applies_to_file(rule, data_file); });
  if (!some) {
    Problem p;
    p.code = "no-rule-for-file";
    p.place.file = mapping.file;
    p.message = fmt::format("no rule of the mapping is for the file {}", data_file);
    std::vector<std::string> patterns;
    for (const Rule& rule : mapping.rules) {
      for (const std::string& pattern : rule.files) {
        if (std::find(patterns.begin(), patterns.end(), pattern) == patterns.end()) patterns.push_back(pattern);
      }
    }
    p.hint = fmt::format("its `files:` are {}; name the file so, or write another pattern", text::join(patterns, ", "));
    problems.push_back(std::move(p));
    return problems;
  }
  const std::vector<std::string> known(columns.begin(), columns.end());
  const auto there = [&](const std::string& column) {
    const std::string_view list = list_of_element(column);
    return find_column(columns, column, mapping.format) >= 0 ||
           (!list.empty() && find_column(columns, list, mapping.format) >= 0);
  };
  std::set<std::string> reported;
  for (const ColumnUse& use : mapping.uses) {
    if (!for_file(use.rule) || there(use.column) || std::any_of(use.instead.begin(), use.instead.end(), there))
      continue;
    if (!reported.insert(use.column).second) continue;
    Problem p = use.at;
    p.code = "unknown-column";
    p.message = fmt::format("the file {} has no column `{}`", data_file, use.column);
    p.hint = text::did_you_mean(use.column, known);
    if (p.hint.starts_with("known: ")) p.hint = "its columns: " + p.hint.substr(7);
    problems.push_back(std::move(p));
  }
  return problems;
}

}  // namespace kenko::mapping
