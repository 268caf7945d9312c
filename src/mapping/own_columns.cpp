#include "mapping/own_columns.h"

#include <algorithm>
#include <initializer_list>

#include "base/text.h"

namespace kenko::mapping {
namespace {

/// The header of a file, looked up without regard to case and blanks.
class Header {
 public:
  Header(std::span<const std::string_view> columns, bool more) : columns_(columns), more_(more) {}

  /// A cell for the first of the names that is a column; where more columns may come, for the first one otherwise.
  Cell cell(std::initializer_list<std::string_view> names, CellType type = CellType::text) {
    Cell out;
    out.type = type;
    for (const std::string_view name : names) {
      for (const std::string_view column : columns_) {
        if (text::lower(column) != name) continue;
        out.pieces = {{true, std::string(column), -1}};
        ++used_;
        return out;
      }
    }
    if (more_) out.pieces = {{true, std::string(*names.begin()), -1}};
    return out;
  }
  [[nodiscard]] bool has(std::initializer_list<std::string_view> names) const {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
      return std::any_of(columns_.begin(), columns_.end(),
                         [&](std::string_view column) { return text::lower(column) == name; });
    });
  }
  [[nodiscard]] size_t size() const { return columns_.size(); }
  [[nodiscard]] bool all_used() const { return used_ == columns_.size(); }

 private:
  std::span<const std::string_view> columns_;
  bool more_;
  size_t used_ = 0;
};

Amount amount_of(Cell cell) {
  Amount out;
  if (cell.mapped()) out.factors.push_back(std::move(cell));
  return out;
}

bool contracts(Header& h, Rule& rule) {
  if (!h.has({"contract", "contract_id"}) || !h.has({"account", "account_id"}) || !h.has({"start"})) return false;
  rule.kind = RuleKind::contracts;
  ContractRule& c = rule.contract;
  c.id = h.cell({"contract", "contract_id"});
  c.account = h.cell({"account", "account_id"});
  c.product = h.cell({"product"});
  c.start = h.cell({"start"}, CellType::day);
  c.end = h.cell({"end"}, CellType::day);
  c.renewal = h.cell({"renewal"}, CellType::day);
  c.notice_deadline = h.cell({"notice_deadline"}, CellType::day);
  c.notice_at = h.cell({"notice_at"}, CellType::day);
  c.auto_renew = h.cell({"auto_renew"}, CellType::flag);
  c.term_months = h.cell({"term_months"}, CellType::number);
  c.arr = amount_of(h.cell({"arr"}, CellType::number));
  c.currency = h.cell({"currency"});
  c.seats = h.cell({"seats"}, CellType::number);
  c.state = h.cell({"state", "status"});
  c.replaces = h.cell({"replaces"});
  c.valid_from = h.cell({"valid_from"}, CellType::day);
  rule.source = h.cell({"source"});
  return true;
}

bool identities(Header& h, Rule& rule) {
  if (!h.has({"kind"}) || !h.has({"source"}) || !h.has({"external_id"}) || !h.has({"id"})) return false;
  rule.kind = RuleKind::identities;
  rule.identity = {h.cell({"kind"}), h.cell({"source"}), h.cell({"external_id"}), h.cell({"id"}),
                   h.cell({"valid_from"}, CellType::day)};
  return h.all_used();
}

bool memberships(Header& h, Rule& rule) {
  if (!h.has({"contact"}) || !h.has({"account"})) return false;
  rule.kind = RuleKind::memberships;
  rule.membership = {h.cell({"contact"}), h.cell({"account"}), h.cell({"valid_from"}, CellType::day)};
  return h.all_used();
}

bool rates(Header& h, Rule& rule) {
  if (!h.has({"currency"}) || !h.has({"day", "date"}) || !h.has({"rate"})) return false;
  rule.kind = RuleKind::rates;
  rule.rate = {h.cell({"currency"}), h.cell({"day", "date"}, CellType::day), h.cell({"rate"}, CellType::number)};
  return h.all_used();
}

bool attributes(Header& h, Rule& rule) {
  rule.kind = RuleKind::attributes;
  AttributeRule& a = rule.attributes;
  const bool is_long = h.has({"key"}) && h.has({"value"});
  const bool is_wide = h.has({"valid_from"}) && h.size() > 2;
  if (!is_long && !is_wide) return false;
  if (h.has({"account"})) {
    a.entity = h.cell({"account"});
  } else if (is_long && h.has({"contact"})) {
    a.entity = h.cell({"contact"});
    a.kind = facts::EntityKind::contact;
  } else if (is_long && h.has({"contract"})) {
    a.entity = h.cell({"contract"});
    a.kind = facts::EntityKind::contract;
  } else {
    return false;
  }
  a.valid_from = h.cell({"valid_from"}, CellType::day);
  rule.source = h.cell({"source"});
  a.all_columns = !is_long;
  if (!is_long) return true;
  a.key = h.cell({"key"});
  a.value = h.cell({"value"});
  a.type = h.cell({"type"});
  a.currency = h.cell({"currency"});
  return h.all_used();
}

bool events(Header& h, Rule& rule) {
  if (!h.has({"name"}) || !h.has({"occurred_at", "at", "time"}) || !h.has({"account", "user"})) return false;
  rule.kind = RuleKind::event;
  EventRule& e = rule.event;
  e.name = h.cell({"name"});
  e.time = h.cell({"occurred_at", "at", "time"}, CellType::time);
  e.account = h.cell({"account"});
  e.user = h.cell({"user"});
  e.value = amount_of(h.cell({"value"}, CellType::number));
  e.currency = h.cell({"currency"});
  e.text = h.cell({"text"});
  if (h.has({"event_id"})) e.id = {h.cell({"event_id"})};
  e.version = h.cell({"version"}, CellType::time);
  e.deleted = h.cell({"deleted"});
  e.deleted_is = {"1", "true", "yes"};
  if (e.id.empty()) e.deleted = {};
  rule.source = h.cell({"source"});
  e.all_properties = true;
  e.property_prefix = "properties.";
  return true;
}

}  // namespace

std::optional<Mapping> own_mapping(std::span<const std::string_view> columns, bool more) {
  const struct {
    std::string_view name;
    bool (*read)(Header&, Rule&);
  } kKinds[] = {{"contracts", contracts}, {"identities", identities},   {"events", events},
                {"rates", rates},         {"memberships", memberships}, {"attributes", attributes}};
  for (const auto& kind : kKinds) {
    Header header(columns, more);
    Rule rule;
    rule.name = kind.name;
    if (!kind.read(header, rule)) continue;
    Mapping mapping;
    mapping.rules.push_back(std::move(rule));
    finish_mapping(mapping);
    return mapping;
  }
  return std::nullopt;
}

}  // namespace kenko::mapping
