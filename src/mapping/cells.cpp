#include "mapping/cells.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mapping/json_element.h"

namespace kenko::mapping {
namespace {

template <typename RuleType, typename Visit>
void walk(RuleType& rule, const Visit& visit) {
  const auto cell = [&](std::string_view key, auto& c) {
    if (c.mapped()) visit(key, c);
  };
  const auto amount = [&](std::string_view key, auto& a) {
    for (auto& factor : a.factors) cell(key, factor);
  };
  cell("source", rule.source);
  auto& e = rule.event;
  cell("event", e.name);
  cell("account", e.account);
  cell("user", e.user);
  cell("time", e.time);
  amount("value", e.value);
  cell("currency", e.currency);
  cell("text", e.text);
  cell("version", e.version);
  cell("delete", e.deleted);
  for (auto& c : e.id) cell("id", c);
  for (auto& [key, c] : e.properties) cell("properties", c);
  auto& a = rule.attributes;
  cell("account", a.entity);
  for (auto& column : a.columns) {
    cell("attributes", column.cell);
    cell("currency", column.currency);
  }
  cell("key", a.key);
  cell("value", a.value);
  cell("type", a.type);
  cell("currency", a.currency);
  cell("valid_from", a.valid_from);
  cell("snapshot", a.snapshot);
  auto& c = rule.contract;
  cell("id", c.id);
  cell("account", c.account);
  cell("product", c.product);
  cell("start", c.start);
  cell("end", c.end);
  cell("renewal", c.renewal);
  cell("notice_deadline", c.notice_deadline);
  cell("notice_at", c.notice_at);
  cell("auto_renew", c.auto_renew);
  cell("term_months", c.term_months);
  amount("arr", c.arr);
  cell("currency", c.currency);
  cell("seats", c.seats);
  cell("state", c.state);
  cell("replaces", c.replaces);
  cell("valid_from", c.valid_from);
  auto& i = rule.identity;
  cell("kind", i.kind);
  cell("source", i.source);
  cell("external_id", i.external_id);
  cell("id", i.id);
  cell("valid_from", i.valid_from);
  cell("contact", rule.membership.contact);
  cell("account", rule.membership.account);
  cell("valid_from", rule.membership.valid_from);
  cell("currency", rule.rate.currency);
  cell("day", rule.rate.day);
  cell("rate", rule.rate.rate);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Blanks of ASCII and the no-break spaces that spreadsheets put between groups of digits.
std::string_view trim_wide(std::string_view s) {
  constexpr std::array<std::string_view, 3> kSpaces{"\xC2\xA0", "\xE2\x80\xAF", "\xE3\x80\x80"};
  for (bool again = true; again;) {
    s = text::trim(s);
    again = false;
    for (const std::string_view space : kSpaces) {
      if (s.starts_with(space)) {
        s.remove_prefix(space.size());
        again = true;
      }
      if (s.ends_with(space)) {
        s.remove_suffix(space.size());
        again = true;
      }
    }
  }
  return s;
}

bool is_plain_number(std::string_view s) {
  size_t i = !s.empty() && (s[0] == '-' || s[0] == '+') ? 1 : 0;
  return i < s.size() && is_digit(s[i]);
}

// Takes the separator out between groups of three digits (the first may be shorter); nullopt when it stands elsewhere.
std::optional<std::string> without_groups(std::string_view s, std::string_view separator, char decimal) {
  const size_t point = std::min(s.find(decimal), s.size());
  std::string out;
  std::string_view whole = s.substr(0, point);
  bool first = true;
  while (true) {
    const size_t cut = whole.find(separator);
    const std::string_view group = whole.substr(0, cut);
    const auto digits = std::count_if(group.begin(), group.end(), is_digit);
    if (!first && (digits != 3 || group.size() != 3)) return std::nullopt;
    if (first && cut != std::string_view::npos && (digits < 1 || digits > 3)) return std::nullopt;
    out += group;
    first = false;
    if (cut == std::string_view::npos) break;
    whole.remove_prefix(cut + separator.size());
  }
  out += s.substr(point);
  return out;
}

}  // namespace

void for_each_cell(const Rule& rule, const std::function<void(std::string_view key, const Cell& cell)>& visit) {
  walk(rule, visit);
}
void for_each_cell(Rule& rule, const std::function<void(std::string_view key, Cell& cell)>& visit) {
  walk(rule, visit);
}

std::string_view Row::text(int32_t slot) const {
  if (slot < 0) return {};
  const int32_t column = column_of_slot[static_cast<size_t>(slot)];
  if (column < 0) return {};
  std::string_view cell = values[static_cast<size_t>(column)];
  if (const std::string_view element = element_of_slot[static_cast<size_t>(slot)]; !element.empty()) {
    cell = json_element(cell, element, *texts);
  }
  return without_blanks(cell);
}

std::string_view Row::without_blanks(std::string_view cell) const {
  // Only what starts or ends like a blank or a byte order mark needs a closer look.
  const auto plain = [](char c) { return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x80; };
  if (!cell.empty() && (!plain(cell.front()) || !plain(cell.back()))) cell = text::trim(cell);
  for (const std::string& word : format->empty) {
    if (cell == word) return {};
  }
  return cell;
}

int32_t find_column(std::span<const std::string_view> names, std::string_view name, const FileFormat& format) {
  auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end() && format.ignore_case) {
    const std::string low = text::lower(name);
    it = std::find_if(names.begin(), names.end(), [&](std::string_view other) { return text::lower(other) == low; });
  }
  return it == names.end() ? -1 : static_cast<int32_t>(it - names.begin());
}

std::string_view without_zero_fraction(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return text;
  for (size_t i = text[0] == '-' ? 1 : 0; i < text.size(); ++i) {
    if (i != dot && (!is_digit(text[i]) || (i > dot && text[i] != '0'))) return text;
  }
  return text.substr(0, dot);
}

std::string_view cell_text(const Cell& cell, const Row& row, std::string& scratch) {
  const auto part_of = [&](const Cell::Piece& piece) {
    const std::string_view part = piece.is_column ? row.text(piece.slot) : std::string_view(piece.text);
    return cell.integer && piece.is_column ? without_zero_fraction(part) : part;
  };
  std::string_view text;
  if (cell.pieces.size() == 1) {
    text = part_of(cell.pieces[0]);
  } else if (cell.first_filled) {
    for (size_t i = 0; i < cell.pieces.size() && text.empty(); ++i) text = part_of(cell.pieces[i]);
  } else {
    scratch.clear();
    bool some = false;
    for (const Cell::Piece& piece : cell.pieces) {
      const std::string_view part = part_of(piece);
      some = some || (piece.is_column && !part.empty());
      scratch += part;
    }
    text = some ? std::string_view(scratch) : std::string_view();
  }
  if (!cell.before.empty()) text = text::trim(text.substr(0, text.find(cell.before)));
  if (cell.map.empty() || text.empty()) return text;
  const auto it = std::lower_bound(cell.map.begin(), cell.map.end(), text,
                                   [](const auto& entry, std::string_view t) { return entry.first < t; });
  if (it != cell.map.end() && it->first == text) return it->second;
  return cell.otherwise ? std::string_view(*cell.otherwise) : text;
}

std::string_view column_name(const Cell& cell) {
  for (const Cell::Piece& piece : cell.pieces) {
    if (piece.is_column) return piece.text;
  }
  return {};
}

ParsedDecimal read_number(std::string_view text, const FileFormat& format) {
  const bool plain = format.decimal == '.' && format.thousands.empty();
  if (plain && format.strip.empty()) return parse_decimal(text);
  text = trim_wide(text);
  std::string rest(text);
  for (const std::string& sign : format.strip) {
    const bool negative = rest.starts_with('-') && std::string_view(rest).substr(1).starts_with(sign);
    if (negative) {
      rest = '-' + std::string(trim_wide(std::string_view(rest).substr(1 + sign.size())));
    } else if (rest.starts_with(sign)) {
      rest.erase(0, sign.size());
    } else if (rest.ends_with(sign)) {
      rest.resize(rest.size() - sign.size());
    } else {
      continue;
    }
    rest = std::string(trim_wide(rest));
  }
  ParsedDecimal bad;
  bad.fault = ParsedDecimal::Fault::not_a_number;
  if (!is_plain_number(rest) && !rest.starts_with(format.decimal)) return bad;
  if (!format.thousands.empty() && rest.find(format.thousands) != std::string::npos) {
    const auto joined = without_groups(rest, format.thousands, format.decimal);
    if (!joined) return bad;
    rest = *joined;
  }
  if (format.decimal != '.') {
    if (rest.find('.') != std::string::npos) return bad;
    std::replace(rest.begin(), rest.end(), format.decimal, '.');
  }
  return parse_decimal(rest);
}

std::optional<bool> read_flag(std::string_view text) {
  constexpr std::array<std::string_view, 15> kYes{
      "true",        "yes",  "y",   "1", "t",  "on",        "ja",
      "wahr",        "vero", "oui", "x", "si", "s\xC3\xAC", "\xE3\x81\xAF\xE3\x81\x84",
      "\xE6\x98\xAF"};
  constexpr std::array<std::string_view, 12> kNo{"false",
                                                 "no",
                                                 "n",
                                                 "0",
                                                 "f",
                                                 "off",
                                                 "nein",
                                                 "non",
                                                 "falsch",
                                                 "falso",
                                                 "\xE3\x81\x84\xE3\x81\x84\xE3\x81\x88",
                                                 "\xE5\x90\xA6"};
  const std::string low = text::lower(text);
  if (std::find(kYes.begin(), kYes.end(), low) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), low) != kNo.end()) return false;
  return std::nullopt;
}

}  // namespace kenko::mapping
