#include "tree/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace kenko::tree {
namespace {

// "`12x`", "a list": what stands there instead.
std::string found(const Node& node) {
  return node.is_scalar() ? fmt::format("`{}`", node.text) : std::string(kind_name(node));
}

}  // namespace

void Values::add(const Node& node, std::string code, std::string message, std::string hint, Severity severity) const {
  problems_->push_back(tree_->problem(node, std::move(code), std::move(message), std::move(hint), severity));
}

std::optional<std::string> Values::text(const Node& node, std::string_view what) const {
  if (!node.is_scalar()) {
    add(node, "wrong-type", fmt::format("{} must be a text, not {}", what, kind_name(node)),
        node.is_null() ? "" : "a text with brackets must stand in quotes");
    return std::nullopt;
  }
  if (kenko::text::trim(node.text).empty()) {
    add(node, "wrong-type", fmt::format("{} must not be empty", what));
    return std::nullopt;
  }
  return node.text;
}

std::optional<int64_t> Values::integer(const Node& node, std::string_view what, int64_t least, int64_t most) const {
  const auto n = node.is_scalar() && !node.quoted ? kenko::text::parse_int(node.text) : std::nullopt;
  if (!n) {
    add(node, "wrong-type", fmt::format("{} must be a whole number, not {}", what, found(node)),
        node.is_scalar() && node.quoted ? "leave the quotes out" : "");
    return std::nullopt;
  }
  if (*n < least || *n > most) {
    const std::string range = most == INT64_MAX    ? fmt::format("at least {}", least)
                              : least == INT64_MIN ? fmt::format("at most {}", most)
                                                   : fmt::format("between {} and {}", least, most);
    add(node, "out-of-range", fmt::format("{} must be {}, not {}", what, range, *n));
    return std::nullopt;
  }
  return n;
}

std::optional<Decimal> Values::decimal(const Node& node, std::string_view what) const {
  std::string digits = node.is_scalar() && !node.quoted ? node.text : "";
  const bool percent = digits.ends_with('%');
  if (percent) {
    digits.pop_back();
    digits = std::string(kenko::text::trim(digits));
  }
  const ParsedDecimal parsed = parse_decimal(percent ? digits + "e-2" : digits);
  if (parsed.fault == ParsedDecimal::Fault::too_large) {
    add(node, "out-of-range", fmt::format("{} is too large a number: `{}`", what, node.text));
    return std::nullopt;
  }
  if (parsed.fault != ParsedDecimal::Fault::none) {
    std::string hint;
    if (node.is_scalar() && node.quoted) hint = "leave the quotes out";
    if (node.is_scalar() && node.text.find(',') != std::string::npos) hint = "the decimal sign is a point: 1.5";
    add(node, "wrong-type", fmt::format("{} must be a number, not {}", what, found(node)), hint);
    return std::nullopt;
  }
  if (parsed.rounded) {
    add(node, "out-of-range", fmt::format("{} has more than 6 decimal places: `{}`", what, node.text));
    return std::nullopt;
  }
  return parsed.value;
}

std::optional<int64_t> Values::percent(const Node& node, std::string_view what) const {
  const size_t before = problems_->size();
  const auto value = decimal(node, what);
  if (!value) {
    if (problems_->back().code == "wrong-type" && problems_->size() > before)
      problems_->back().hint = "write it as 60%";
    return std::nullopt;
  }
  if (value->micros < 0 || value->micros > 1'000'000) {
    add(node, "out-of-range", fmt::format("{} must be between 0% and 100%, not `{}`", what, node.text),
        node.text.ends_with('%') ? "" : fmt::format("write it with a per cent sign: {}%", node.text));
    return std::nullopt;
  }
  return value->micros;
}

std::optional<Day> Values::day(const Node& node, std::string_view what) const {
  const auto d = node.is_scalar() ? Day::parse(node.text) : std::nullopt;
  if (!d) add(node, "wrong-type", fmt::format("{} must be a day, not {}", what, found(node)), "write it as 2026-11-20");
  return d;
}

std::optional<bool> Values::flag(const Node& node, std::string_view what) const {
  if (node.is_scalar() && !node.quoted && (node.text == "true" || node.text == "false")) return node.text == "true";
  const std::string word = node.is_scalar() ? kenko::text::lower(node.text) : "";
  const bool yes = word == "yes" || word == "on" || word == "1" || word == "true";
  const bool no = word == "no" || word == "off" || word == "0" || word == "false";
  add(node, "wrong-type", fmt::format("{} must be true or false, not {}", what, found(node)),
      yes  ? "write true, without quotes"
      : no ? "write false, without quotes"
           : "");
  return std::nullopt;
}

std::optional<int32_t> Values::days(const Node& node, std::string_view what) const {
  constexpr int64_t kMost = 36'500;
  std::string_view s = node.is_scalar() ? std::string_view(node.text) : std::string_view();
  const int64_t unit = s.ends_with('d') ? 1 : s.ends_with('w') ? 7 : 0;
  if (unit > 0) s.remove_suffix(1);
  const auto n = unit > 0 && !s.empty() && s[0] >= '0' && s[0] <= '9' ? kenko::text::parse_int(s) : std::nullopt;
  if (!n) {
    const bool bare = node.is_scalar() && kenko::text::parse_int(node.text).has_value();
    add(node, "wrong-type", fmt::format("{} must be a number of days or weeks, not {}", what, found(node)),
        bare ? fmt::format("write it as {}d", node.text) : "write it as 28d or 4w");
    return std::nullopt;
  }
  if (*n < 1 || *n > kMost / unit) {
    add(node, "out-of-range", fmt::format("{} must be between 1d and {}d, not `{}`", what, kMost, node.text));
    return std::nullopt;
  }
  return static_cast<int32_t>(*n * unit);
}

std::optional<std::vector<std::string>> Values::texts(const Node& node, std::string_view what) const {
  std::vector<std::string> out;
  if (!node.is_list()) {
    auto one = text(node, what);
    if (!one) return std::nullopt;
    out.push_back(std::move(*one));
    return out;
  }
  bool good = true;
  for (const Node& item : node.items) {
    auto one = text(item, fmt::format("an item of {}", what));
    good = good && one.has_value();
    if (one) out.push_back(std::move(*one));
  }
  if (!good) return std::nullopt;
  return out;
}

Reader::Reader(const Tree& tree, const Node& node, Problems& problems, std::string what, const Node* owner)
    : node_(&node), owner_(owner), what_(std::move(what)), values_(tree, problems) {
  if (node.is_map()) return;
  const std::string hint = node.is_scalar() ? "keys are written `name: value`, with a blank after the colon" : "";
  values_.add(node, "wrong-type", fmt::format("{} must be a map of keys and values, not {}", what_, kind_name(node)),
              hint);
}

std::string Reader::name_of(std::string_view key) const { return fmt::format("`{}`", key); }

const Node* Reader::find(std::string_view key, Need need) {
  known_.emplace_back(key);
  if (!node_->is_map()) return nullptr;
  const Node* value = node_->find(key);
  if (value != nullptr && !value->is_null()) return value;
  if (need == Need::required) {
    const Node& where = value != nullptr ? *value : owner_ != nullptr ? *owner_ : *node_;
    values_.add(
        where, "missing-key",
        value != nullptr ? fmt::format("`{}` has no value", key) : fmt::format("{} needs the key `{}`", what_, key));
  }
  return nullptr;
}

std::optional<std::string> Reader::text(std::string_view key, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.text(*n, name_of(key));
}
std::optional<int64_t> Reader::integer(std::string_view key, int64_t least, int64_t most, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.integer(*n, name_of(key), least, most);
}
std::optional<Decimal> Reader::decimal(std::string_view key, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.decimal(*n, name_of(key));
}
std::optional<int64_t> Reader::percent(std::string_view key, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.percent(*n, name_of(key));
}
std::optional<Day> Reader::day(std::string_view key, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.day(*n, name_of(key));
}
std::optional<bool> Reader::flag(std::string_view key, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.flag(*n, name_of(key));
}
std::optional<int32_t> Reader::days(std::string_view key, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.days(*n, name_of(key));
}
std::optional<std::vector<std::string>> Reader::texts(std::string_view key, Need need) {
  const Node* n = find(key, need);
  return n == nullptr ? std::nullopt : values_.texts(*n, name_of(key));
}

void Reader::each(std::string_view key, std::string_view what,
                  const std::function<void(const Node& name, Reader& entry)>& read, Need need) {
  const Node* value = find(key, need);
  if (value == nullptr) return;
  if (!value->is_map()) {
    values_.add(*value, "wrong-type",
                fmt::format("`{}` must be a map with one entry per {}, not {}", key, what, found(*value)));
    return;
  }
  for (const Entry& e : value->entries) {
    Reader entry(tree(), e.value, problems(), fmt::format("{} `{}`", what, e.key.text), &e.key);
    read(e.key, entry);
  }
}

void Reader::each_item(std::string_view key, std::string_view what,
                       const std::function<void(size_t index, Reader& entry)>& read, Need need) {
  const Node* value = find(key, need);
  if (value == nullptr) return;
  if (!value->is_list()) {
    values_.add(*value, "wrong-type",
                fmt::format("`{}` must be a list with one item per {}, not {}", key, what, found(*value)));
    return;
  }
  for (size_t i = 0; i < value->items.size(); ++i) {
    Reader entry(tree(), value->items[i], problems(), fmt::format("{} {}", what, i + 1));
    read(i, entry);
  }
}

std::optional<Reader> Reader::map(std::string_view key, Need need) {
  const Node* value = find(key, need);
  if (value == nullptr) return std::nullopt;
  Reader inner(tree(), *value, problems(), fmt::format("`{}`", key), &node_->find_entry(key)->key);
  if (!inner.is_map()) return std::nullopt;
  return inner;
}

void Reader::not_yet(std::string_view key, std::string_view sentence) {
  refused_.emplace_back(key);
  if (const Entry* e = node_->find_entry(key)) {
    values_.add(e->key, "not-yet", std::string(sentence), "leave it out for now");
  }
}

void Reader::finish() {
  for (const Entry& e : node_->entries) {
    if (std::find(known_.begin(), known_.end(), e.key.text) != known_.end()) continue;
    if (std::find(refused_.begin(), refused_.end(), e.key.text) != refused_.end()) continue;
    values_.add(e.key, "unknown-key", fmt::format("{} has no key `{}`", what_, e.key.text),
                kenko::text::did_you_mean(e.key.text, known_));
  }
}

void Reader::add(std::string_view key, std::string code, std::string message, std::string hint, Severity severity) {
  const Entry* e = node_->find_entry(key);
  const Node& where = e == nullptr ? (owner_ != nullptr ? *owner_ : *node_) : e->value.is_null() ? e->key : e->value;
  values_.add(where, std::move(code), std::move(message), std::move(hint), severity);
}

void Reader::refuse_word(std::string_view key, const std::string& word, const std::vector<std::string>& names) {
  std::string hint = kenko::text::did_you_mean(word, names);
  if (hint.starts_with("known: ")) hint = fmt::format("one of {}", kenko::text::join(names, ", "));
  add(key, "unknown-word", fmt::format("`{}` cannot be `{}`", key, word), std::move(hint));
}

}  // namespace kenko::tree
