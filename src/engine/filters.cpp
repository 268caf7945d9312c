#include "engine/filters.h"

#include <algorithm>

#include "base/check.h"
#include "engine/bound.h"

namespace kenko::engine {
namespace {

using plan::FilterOp;

Truth truth(bool b) { return b ? Truth::yes : Truth::no; }

bool is_of_texts(FilterOp op) {
  return op == FilterOp::starts_with || op == FilterOp::ends_with || op == FilterOp::contains;
}

Truth ask_number(const BoundFilter& f, const facts::ResolvedEvents& events, uint64_t row) {
  const uint8_t flags = events.flags[row];
  const bool known = (flags & facts::ResolvedEvents::kHasValue) != 0 && (flags & facts::ResolvedEvents::kNoRate) == 0;
  if (f.op == FilterOp::is_empty) return truth(!known);
  return known ? truth(compare(f.op, events.value[row], f.number)) : Truth::null;
}

Truth ask_property(const Engine::Bound& bound, const BoundFilter& f, uint64_t row) {
  const BoundProperty& column = bound.properties[f.column];
  const uint32_t code = column.code.empty() ? 0 : column.code[row];
  if (f.op == FilterOp::is_empty) return truth(code == 0);
  if (code == 0) return Truth::null;
  if (!f.answer.empty()) return f.answer[code];
  switch (f.literal_type) {
    case plan::Type::number:
      if (bound.number_valid[code] != 1) return Truth::null;
      return truth(compare(f.op, bound.number_of_code[code], f.number));
    case plan::Type::flag:
      if (code != f.true_code && code != f.false_code) return Truth::null;
      return truth(compare(f.op, code == f.true_code ? 1 : 0, f.number == 0 ? 0 : 1));
    case plan::Type::text:
      // Codes carry no order; the check allows only = and != on texts.
      return truth(compare(f.op, code, f.code));
  }
  return Truth::null;
}

Truth ask_user(const Engine::Bound& bound, const BoundFilter& f, uint64_t row) {
  const facts::ResolvedEvents& events = bound.portfolio.events;
  const uint32_t value = bound.user_attributes[f.column].find(events.user[row], events.day[row]);
  if (value == UserAttribute::kNone) return f.op == FilterOp::is_empty ? Truth::yes : Truth::null;
  return f.answer[value];
}

Truth evaluate(const Engine::Bound& bound, const BoundFilter& f, uint64_t row) {
  switch (f.op) {
    case FilterOp::and_:
    case FilterOp::or_: {
      const Truth decisive = f.op == FilterOp::and_ ? Truth::no : Truth::yes;
      Truth result = decisive == Truth::no ? Truth::yes : Truth::no;
      for (const BoundFilter& arg : f.args) {
        const Truth t = evaluate(bound, arg, row);
        if (t == decisive) return decisive;
        if (t == Truth::null) result = Truth::null;
      }
      return result;
    }
    case FilterOp::not_: {
      const Truth t = evaluate(bound, f.args[0], row);
      return t == Truth::null ? t : truth(t == Truth::no);
    }
    default:
      break;
  }
  switch (f.of) {
    case BoundFilter::Of::value:
      return ask_number(f, bound.portfolio.events, row);
    case BoundFilter::Of::property:
      return ask_property(bound, f, row);
    case BoundFilter::Of::user:
      return ask_user(bound, f, row);
  }
  return Truth::null;
}

}  // namespace

uint32_t UserAttribute::find(uint32_t user, int32_t on) const {
  if (user + size_t{1} >= begin.size()) return kNone;
  const auto from = day.begin() + begin[user];
  const auto after = std::upper_bound(from, day.begin() + begin[user + 1], on);
  return after == from ? kNone : static_cast<uint32_t>(after - day.begin() - 1);
}

std::string property_text(const facts::AttributeValue& value) {
  switch (value.type) {
    case facts::AttributeType::number:
    case facts::AttributeType::money:
      return value.number.text();
    case facts::AttributeType::text:
      return value.text;
    case facts::AttributeType::flag:
      return value.flag ? "true" : "false";
    case facts::AttributeType::day:
      return value.day.iso();
  }
  return {};
}

Truth ask_text(const plan::Filter& leaf, std::string_view text) {
  switch (leaf.op) {
    case FilterOp::starts_with:
      return truth(text.starts_with(leaf.text));
    case FilterOp::ends_with:
      return truth(text.ends_with(leaf.text));
    case FilterOp::contains:
      return truth(text.find(leaf.text) != std::string_view::npos);
    default:
      break;
  }
  switch (leaf.literal_type) {
    case plan::Type::number: {
      const ParsedDecimal parsed = parse_decimal(text);
      if (parsed.fault != ParsedDecimal::Fault::none) return Truth::null;
      return truth(compare(leaf.op, parsed.value.micros, leaf.number.micros));
    }
    case plan::Type::flag:
      if (text != "true" && text != "false") return Truth::null;
      return truth(compare(leaf.op, text == "true" ? 1 : 0, leaf.flag ? 1 : 0));
    case plan::Type::text:
      return truth(compare(leaf.op, text, std::string_view(leaf.text)));
  }
  return Truth::null;
}

Truth ask_attribute(const plan::Filter& leaf, const facts::AttributeValue* value) {
  const std::string text = value == nullptr ? std::string() : property_text(*value);
  if (leaf.op == FilterOp::is_empty) return truth(text.empty());
  return text.empty() ? Truth::null : ask_text(leaf, text);
}

bool Engine::Bound::passes(const BoundFilter& filter, uint64_t row) const {
  return evaluate(*this, filter, row) == Truth::yes;
}

BoundFilter Engine::Bound::bind_filter(const plan::Filter& filter) {
  BoundFilter out;
  out.op = filter.op;
  for (const plan::Filter& arg : filter.args) out.args.push_back(bind_filter(arg));
  if (!filter.args.empty()) return out;
  if (filter.of_user) {
    out.of = BoundFilter::Of::user;
    out.column = user_attribute(filter.field);
    for (const uint32_t row : user_attributes[out.column].row) {
      const facts::ContactAttributeRow& value = portfolio.contact_attributes[row];
      out.answer.push_back(ask_attribute(filter, value.null ? nullptr : &value.value));
    }
    return out;
  }
  out.literal_type = filter.literal_type;
  out.number = filter.literal_type == plan::Type::flag ? (filter.flag ? 1 : 0) : filter.number.micros;
  if (filter.own) return out;
  out.of = BoundFilter::Of::property;
  out.column = static_cast<size_t>(property(filter.field));
  if (is_of_texts(filter.op)) {
    ask_texts(filter, properties[out.column], 0, out.answer);
    return out;
  }
  find_codes(filter, out);
  if (out.literal_type == plan::Type::number && filter.op != FilterOp::is_empty)
    read_numbers(static_cast<int32_t>(out.column));
  return out;
}

void Engine::Bound::find_codes(const plan::Filter& leaf, BoundFilter& bound) const {
  bound.code = portfolio.texts.find(leaf.text);
  bound.true_code = portfolio.texts.find("true");
  bound.false_code = portfolio.texts.find("false");
}

// After events were added; `new_texts` = some have texts that were new.
void Engine::Bound::follow_filter(const plan::Filter& filter, BoundFilter& bound, bool new_texts) const {
  for (size_t i = 0; i < filter.args.size(); ++i) follow_filter(filter.args[i], bound.args[i], new_texts);
  if (!filter.args.empty() || bound.of != BoundFilter::Of::property) return;
  if (is_of_texts(filter.op)) {
    ask_texts(filter, properties[bound.column], bound_rows, bound.answer);
  } else if (new_texts) {
    find_codes(filter, bound);
  }
}

// The answers for the texts of the rows from `from` on.
void Engine::Bound::ask_texts(const plan::Filter& leaf, const BoundProperty& column, uint64_t from,
                              std::vector<Truth>& answer) const {
  answer.resize(portfolio.texts.size() + 1, Truth::null);
  for (const uint32_t code : std::span(column.code).subspan(std::min<size_t>(from, column.code.size()))) {
    if (code != 0 && answer[code] == Truth::null) answer[code] = ask_text(leaf, portfolio.texts.text(code));
  }
}

size_t Engine::Bound::user_attribute(const std::string& key) {
  for (size_t i = 0; i < user_attributes.size(); ++i) {
    if (user_attributes[i].key == key) return i;
  }
  user_attributes.push_back(read_user_attribute(key));
  return user_attributes.size() - 1;
}

UserAttribute Engine::Bound::read_user_attribute(const std::string& key) const {
  UserAttribute out;
  out.key = key;
  out.begin.assign(portfolio.users.size() + 2, 0);
  const uint32_t code = portfolio.texts.find(key);
  const auto& rows = portfolio.contact_attributes;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (code == 0 || rows[i].key != code) continue;
    KENKO_CHECK(rows[i].user <= portfolio.users.size(), "no user {}", rows[i].user);
    ++out.begin[rows[i].user + 1];
    out.day.push_back(rows[i].day.number);
    out.row.push_back(static_cast<uint32_t>(i));
  }
  for (size_t u = 1; u < out.begin.size(); ++u) out.begin[u] += out.begin[u - 1];
  return out;
}

}  // namespace kenko::engine
