#include "mapping/map_record.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "mapping/cells.h"
#include "mapping/fact_maker.h"
#include "mapping/filter.h"
#include "mapping/ids.h"
#include "mapping/json_element.h"

namespace kenko::mapping {
namespace {

// Empties the facts but keeps their memory for the next record.
void clear(Mapped& out) {
  facts::FactSet& facts = out.facts;
  if (out.spare.empty()) out.spare.swap(facts.events);
  facts.events.clear();
  facts.attributes.clear();
  facts.contracts.clear();
  facts.identities.clear();
  facts.memberships.clear();
  facts.rates.clear();
}

// The columns that a rule with `properties: all` or `attributes: all` takes: those that it does not use otherwise.
std::vector<std::pair<size_t, std::string>> other_columns(const Rule& rule, std::span<const std::string_view> names,
                                                          const FileFormat& format) {
  std::vector<std::pair<size_t, std::string>> out;
  const bool events = rule.kind == RuleKind::event && rule.event.all_properties;
  const bool attributes = rule.kind == RuleKind::attributes && rule.attributes.all_columns;
  if (!events && !attributes) return out;
  std::set<int32_t> used;
  for_each_cell(rule, [&](std::string_view, const Cell& cell) {
    for (const Cell::Piece& piece : cell.pieces) {
      if (piece.is_column) used.insert(find_column(names, piece.text, format));
    }
  });
  std::set<std::string, std::less<>> keys;
  for (const auto& [key, cell] : rule.event.properties) keys.insert(key);
  for (const AttributeRule::Column& column : rule.attributes.columns) keys.insert(column.key);
  for (size_t i = 0; i < names.size(); ++i) {
    if (used.contains(static_cast<int32_t>(i))) continue;
    std::string_view key = names[i];
    if (events && !rule.event.property_prefix.empty() && key.starts_with(rule.event.property_prefix)) {
      key.remove_prefix(rule.event.property_prefix.size());
    }
    if (!key.empty() && keys.emplace(key).second) out.emplace_back(i, key);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return out;
}

}  // namespace

class Mapper::Impl {
 public:
  Impl(const Mapping& mapping, MapContext context) : mapping_(mapping), context_(std::move(context)) {
    KENKO_CHECK(!context_.source.empty(), "an import needs the name of its source");
    for (const Rule& rule : mapping_.rules) {
      if (applies_to_file(rule, context_.file_name)) plans_.push_back({&rule, {}});
    }
  }

  void map_record(const RawRecord& record, const Hash128& raw, int64_t repeat, Mapped& out) {
    bind(record);
    out.outcome = Outcome::mapped;
    clear(out);
    if (!out.reject.code.empty()) out.reject = {};
    out.rounded = 0;
    const Row row = row_of(record);
    if (mapping_.ignore && mapping_.ignore->passes(row)) {
      out.outcome = Outcome::ignored;
      return;
    }
    bool taken = false;
    if (!mapping_.where || mapping_.where->passes(row)) {
      FactMaker maker(mapping_, context_, row, raw, repeat, days_, out);
      for (const RulePlan& plan : plans_) {
        if (plan.rule->where && !plan.rule->where->passes(row)) continue;
        taken = true;
        if (!maker.apply(plan)) return refuse(record.line, std::move(out.reject), out);
      }
    }
    if (plans_.empty()) {  // not "left out on purpose": most likely the file has another name than expected
      return refuse(record.line, {0, "", "no-rule-for-file", "no rule of the mapping is for files of this name"}, out);
    }
    if (!taken && mapping_.ignore_others) {
      out.outcome = Outcome::ignored;
      return;
    }
    if (!taken) refuse(record.line, {0, "", "filtered", "no rule takes this record"}, out);
  }

  void candidate_ids(const RawRecord& record, const Hash128& raw, int64_t repeat,
                     std::span<const std::string> rule_names, std::vector<std::string>& out) {
    bind(record);
    out.clear();
    const Row row = row_of(record);
    std::string scratch;
    std::vector<std::string> given;
    bool derived = false;
    for (const RulePlan& plan : plans_) {
      if (plan.rule->kind != RuleKind::event) continue;
      std::string id = given_id(plan.rule->event, row, scratch);
      if (!id.empty()) given.push_back(std::move(id));
      if (derived) continue;
      derived = true;
      const std::string source(source_of(*plan.rule, context_, row, scratch));
      for (const std::string& name : rule_names) out.push_back(derived_id(source, raw, repeat, name));
    }
    if (!derived) {
      for (const std::string& name : rule_names) out.push_back(derived_id(context_.source, raw, repeat, name));
    }
    for (const std::string& id : given) {
      out.push_back(id);
      for (const std::string& name : rule_names) out.push_back(id + '/' + name);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  }

 private:
  static void refuse(int64_t line, Reject reject, Mapped& out) {
    out.outcome = Outcome::rejected;
    clear(out);
    out.reject = std::move(reject);
    out.reject.line = line;
  }

  Row row_of(const RawRecord& record) {
    if (!texts_.empty()) texts_.clear();
    return {record.values, column_of_slot_, element_of_slot_, &texts_, &mapping_.format};
  }

  // Looks the columns up again when the record has other ones than the last.
  void bind(const RawRecord& record) {
    if (bound_ && record.shape == shape_ && record.names.size() == size_) return;
    bound_ = true;
    shape_ = record.shape;
    size_ = record.names.size();
    column_of_slot_.assign(mapping_.columns.size(), -1);
    element_of_slot_.assign(mapping_.columns.size(), {});
    for (size_t i = 0; i < record.names.size(); ++i) {
      const auto it = std::lower_bound(mapping_.columns.begin(), mapping_.columns.end(), record.names[i]);
      if (it == mapping_.columns.end() || *it != record.names[i]) continue;
      column_of_slot_[static_cast<size_t>(it - mapping_.columns.begin())] = static_cast<int32_t>(i);
    }
    for (size_t slot = 0; slot < mapping_.columns.size(); ++slot) {
      if (column_of_slot_[slot] >= 0) continue;  // a column of this very name
      const std::string_view name = mapping_.columns[slot];
      if (mapping_.format.ignore_case) column_of_slot_[slot] = find_column(record.names, name, mapping_.format);
      const std::string_view list = list_of_element(name);
      if (column_of_slot_[slot] >= 0 || list.empty()) continue;
      column_of_slot_[slot] = find_column(record.names, list, mapping_.format);
      element_of_slot_[slot] = name.substr(list.size());
    }
    for (RulePlan& plan : plans_) plan.others = other_columns(*plan.rule, record.names, mapping_.format);
  }

  const Mapping& mapping_;
  MapContext context_;
  std::vector<RulePlan> plans_;
  std::vector<int32_t> column_of_slot_;
  std::vector<std::string_view> element_of_slot_;  // views of mapping_.columns
  std::deque<std::string> texts_;                  // of the record at hand
  DayOffsets days_;
  uint64_t shape_ = 0;
  size_t size_ = 0;
  bool bound_ = false;
};

Mapper::Mapper(const Mapping& mapping, MapContext context)
    : impl_(std::make_unique<Impl>(mapping, std::move(context))) {}
Mapper::~Mapper() = default;
Mapper::Mapper(Mapper&&) noexcept = default;
Mapper& Mapper::operator=(Mapper&&) noexcept = default;

void Mapper::map_record(const RawRecord& record, const Hash128& raw, int64_t repeat, Mapped& out) {
  impl_->map_record(record, raw, repeat, out);
}

void Mapper::candidate_ids(const RawRecord& record, const Hash128& raw, int64_t repeat,
                           std::span<const std::string> rule_names, std::vector<std::string>& out) {
  impl_->candidate_ids(record, raw, repeat, rule_names, out);
}

}  // namespace kenko::mapping
