#include "mapping/mapping.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "mapping/cells.h"
#include "mapping/filter.h"

namespace kenko::mapping {
namespace {

void add(PartsHash& hash, const std::vector<std::string>& texts) {
  hash.add(static_cast<int64_t>(texts.size()));
  for (const std::string& text : texts) hash.add(text);
}

void add(PartsHash& hash, const Cell& cell) {
  hash.add(static_cast<int64_t>(cell.pieces.size()));
  for (const Cell::Piece& piece : cell.pieces) hash.add(int64_t{piece.is_column}).add(piece.text);
  hash.add(int64_t{cell.integer}).add(static_cast<int64_t>(cell.type));
  if (cell.first_filled) hash.add("first");  // only where they are used: other mappings keep their fingerprint
  if (!cell.before.empty()) hash.add("before").add(cell.before);
  for (const auto& [from, to] : cell.map) hash.add(from).add(to);
  if (cell.otherwise) {
    hash.add(*cell.otherwise);
  } else {
    hash.absent();
  }
  if (cell.type != CellType::day && cell.type != CellType::time) return;
  add(hash, cell.time.formats);
  hash.add(cell.time.zone ? cell.time.zone->name() : "");
}

// What a number cell means depends on the file's number format, what a cell means on its words for "no value".
void add(PartsHash& hash, const FileFormat& format) {
  hash.add(std::string_view(&format.decimal, 1)).add(format.thousands);
  add(hash, format.strip);
  add(hash, format.empty);
  if (format.ignore_case) hash.add("ignore_case");
}

Hash128 hash_of(const Rule& rule) {
  PartsHash hash;
  hash.add(rule.name).add(static_cast<int64_t>(rule.kind)).add(rule.where ? rule.where->text() : "");
  add(hash, rule.files);
  for_each_cell(rule, [&](std::string_view key, const Cell& cell) {
    hash.add(key);
    add(hash, cell);
  });
  const EventRule& e = rule.event;
  for (const auto& [key, cell] : e.properties) hash.add(key);
  add(hash, e.deleted_is);
  hash.add(int64_t{e.all_properties})
      .add(e.property_prefix)
      .add(int64_t{e.value.absolute})
      .add(int64_t{e.value.negate});
  const AttributeRule& a = rule.attributes;
  hash.add(static_cast<int64_t>(a.kind)).add(int64_t{a.all_columns}).add(int64_t{a.backfill});
  for (const AttributeRule::Column& column : a.columns) hash.add(column.key).add(static_cast<int64_t>(column.type));
  hash.add(int64_t{rule.contract.arr.absolute}).add(int64_t{rule.contract.arr.negate});
  if (rule.contract.ends_with_term) hash.add("ends_with_term");
  if (rule.contract.end_excluded) hash.add("end_excluded");
  return hash.hash();
}

uint64_t fingerprint_of(const Mapping& mapping) {
  PartsHash hash;
  hash.add(mapping.source).add(static_cast<int64_t>(mapping.known_at));
  add(hash, mapping.known_at_column);
  add(hash, mapping.format);
  hash.add(mapping.where ? mapping.where->text() : "").add(mapping.ignore ? mapping.ignore->text() : "");
  if (mapping.ignore_others) hash.add("others: ignored");
  std::vector<Hash128> rules;
  for (const Rule& rule : mapping.rules) rules.push_back(hash_of(rule));
  std::sort(rules.begin(), rules.end());
  for (const Hash128& rule : rules) hash.add(rule.hex());
  return hash.hash().low;
}

/// `*` and `?`, without regard to the case of ASCII letters.
bool matches(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0, star = std::string_view::npos, mark = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

void set_slots(Filter& filter, const std::vector<std::string>& columns) {
  std::vector<int32_t> slots;
  for (const auto& [column, offset] : filter.columns()) {
    slots.push_back(static_cast<int32_t>(std::lower_bound(columns.begin(), columns.end(), column) - columns.begin()));
  }
  filter.set_slots(slots);
}

}  // namespace

std::optional<std::string> Cell::constant() const {
  if (pieces.size() != 1 || pieces[0].is_column) return std::nullopt;
  return pieces[0].text;
}

int64_t Mapping::event_rules() const {
  return std::count_if(rules.begin(), rules.end(), [](const Rule& r) { return r.kind == RuleKind::event; });
}

void finish_mapping(Mapping& mapping) {
  std::set<std::string> columns;
  const auto name = [&](const Cell& cell) {
    for (const Cell::Piece& piece : cell.pieces) {
      if (piece.is_column) columns.insert(piece.text);
    }
  };
  const auto names = [&](const std::shared_ptr<Filter>& filter) {
    if (filter == nullptr) return;
    for (const auto& [column, offset] : filter->columns()) columns.insert(column);
  };
  names(mapping.where);
  names(mapping.ignore);
  name(mapping.known_at_column);
  for (const Rule& rule : mapping.rules) {
    names(rule.where);
    for_each_cell(rule, [&](std::string_view, const Cell& cell) { name(cell); });
  }
  mapping.columns.assign(columns.begin(), columns.end());

  const auto slot = [&](Cell& cell) {
    for (Cell::Piece& piece : cell.pieces) {
      if (!piece.is_column) continue;
      const auto it = std::lower_bound(mapping.columns.begin(), mapping.columns.end(), piece.text);
      piece.slot = static_cast<int32_t>(it - mapping.columns.begin());
    }
  };
  if (mapping.where) set_slots(*mapping.where, mapping.columns);
  if (mapping.ignore) set_slots(*mapping.ignore, mapping.columns);
  slot(mapping.known_at_column);
  for (Rule& rule : mapping.rules) {
    if (rule.where) set_slots(*rule.where, mapping.columns);
    for_each_cell(rule, [&](std::string_view, Cell& cell) { slot(cell); });
  }
  mapping.fingerprint = fingerprint_of(mapping);
}

EmittedNames emitted_names(const Mapping& mapping) {
  std::set<std::string> names;
  EmittedNames out;
  for (const Rule& rule : mapping.rules) {
    if (rule.kind != RuleKind::event) continue;
    const Cell& cell = rule.event.name;
    if (const auto constant = cell.constant()) {
      names.insert(*constant);
      continue;
    }
    for (const auto& [from, to] : cell.map) names.insert(to);
    if (cell.otherwise) {
      names.insert(*cell.otherwise);
    } else {
      out.complete = false;
    }
  }
  out.names.assign(names.begin(), names.end());
  return out;
}

std::map<std::string, facts::AttributeType> account_attributes(const Mapping& mapping) {
  std::map<std::string, facts::AttributeType> out;
  for (const Rule& rule : mapping.rules) {
    if (rule.kind != RuleKind::attributes || rule.attributes.kind != facts::EntityKind::account) continue;
    for (const AttributeRule::Column& column : rule.attributes.columns) out.emplace(column.key, column.type);
  }
  return out;
}

bool applies_to_file(const Rule& rule, std::string_view file_name) {
  if (rule.files.empty()) return true;
  const std::string name = text::lower(file_name.substr(file_name.find_last_of('/') + 1));
  for (const std::string& pattern : rule.files) {
    const std::string low = text::lower(pattern);
    if (matches(low, name) || matches(low + ".gz", name) || matches(low + ".zst", name)) return true;
  }
  return false;
}

bool needs_as_of(const Mapping& mapping, std::string_view file_name) {
  return std::any_of(mapping.rules.begin(), mapping.rules.end(), [&](const Rule& rule) {
    return rule.kind == RuleKind::attributes && rule.attributes.is_snapshot() && !rule.attributes.snapshot.mapped() &&
           applies_to_file(rule, file_name);
  });
}

}  // namespace kenko::mapping
