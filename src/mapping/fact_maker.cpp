#include "mapping/fact_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "facts/manual_source.h"
#include "mapping/ids.h"

namespace kenko::mapping {
namespace {

constexpr size_t kMaxNameBytes = 1000;

std::string shown(std::string_view text) {
  return text.size() <= 60 ? fmt::format("`{}`", text) : fmt::format("`{}...`", text::code_points(text, 0, 50));
}

// a x b, exact, rounded half away from zero; false when it does not fit.
bool multiply(Decimal a, Decimal b, Decimal& to, bool& rounded) {
  const Int128 product = Int128{a.micros} * b.micros;
  const bool negative = product < 0;
  const Int128 size = negative ? -product : product;
  const Int128 quotient = divide_half_up(size, 1'000'000);
  rounded = rounded || size % 1'000'000 != 0;
  if (quotient > INT64_MAX) return false;
  to.micros = static_cast<int64_t>(negative ? -quotient : quotient);
  return true;
}

// What to do about a text that is no number; empty = nothing to say.
std::string number_advice(std::string_view text, const FileFormat& format) {
  const struct {
    char decimal;
    std::string_view thousands, advice;
  } kWays[] = {{',', "", "{decimal: \",\"}"},
               {',', ".", "{decimal: \",\", thousands: \".\"}"},
               {'.', ",", "{thousands: \",\"}"},
               {'.', "", "{decimal: \".\"}"}};
  for (const auto& way : kWays) {
    FileFormat other = format;
    other.decimal = way.decimal;
    other.thousands = way.thousands;
    if (read_number(text, other).fault != ParsedDecimal::Fault::not_a_number) {
      return fmt::format(" as the mapping stands; it would be with `format: {}`", way.advice);
    }
  }
  return "";
}

// A date with the digits of ISO 8601 that does not exist is another mistake than one in another form.
std::string time_fault(std::string_view text, std::string_view what) {
  const auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  if (digit(0) && digit(3) && text.size() >= 10 && text[4] == '-' && text[7] == '-') {
    return fmt::format("there is no such {} as {}", what, shown(text));
  }
  const bool other_form = digit(0) && text.find_first_of("/.-") != std::string_view::npos;
  return fmt::format("{} is not a {}{}", shown(text), what,
                     other_form ? " as the mapping stands; `format: \"%d/%m/%Y\"` says how it is written" : "");
}

// A text whose form shows its type: a day, a number without needless zeros, true or false.
facts::AttributeType type_of_form(std::string_view text) {
  if (Day::parse(text)) return facts::AttributeType::day;
  if (text == "true" || text == "false") return facts::AttributeType::flag;
  const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] != '.';
  if (!leading_zero && !text.starts_with('+') && parse_decimal(text).fault == ParsedDecimal::Fault::none) {
    return facts::AttributeType::number;
  }
  return facts::AttributeType::text;
}

// The last day of a term: the day before the same day of the month that comes `months` later, cut to its length.
std::optional<Day> end_of_term(Day start, int32_t months) {
  int year = 0, month = 0, day = 0;
  start.civil(year, month, day);
  const int64_t count = int64_t{year} * 12 + (month - 1) + months;
  for (; day > 0; --day) {
    if (const auto next = Day::from_civil(count / 12, count % 12 + 1, day)) return *next - 1;
  }
  return std::nullopt;  // beyond the calendar
}

}  // namespace

std::string given_id(const EventRule& rule, const Row& row, std::string& scratch) {
  std::string id;
  for (const Cell& cell : rule.id) {
    const std::string_view part = cell_text(cell, row, scratch);
    if (part.empty()) return "";
    if (rule.id.size() == 1) return std::string(part);
    if (&cell != &rule.id.front()) id += '|';
    for (const char c : part) id.append(c == '|' ? 2 : 1, c);  // so that ("a|b", "c") is not ("a", "b|c")
  }
  return id;
}

std::string_view source_of(const Rule& rule, const MapContext& context, const Row& row, std::string& scratch) {
  const std::string_view own = cell_text(rule.source, row, scratch);
  return own.empty() ? std::string_view(context.source) : own;
}

bool FactMaker::refuse(const Cell& cell, std::string code, std::string message) {
  out_.reject = {0, std::string(column_name(cell)), std::move(code), std::move(message)};
  return false;
}

bool FactMaker::not_manual(const Cell& cell, const std::string& source) {
  if (source != facts::kManualSource) return true;
  return refuse(cell, "reserved-source", "the source `manual` is for what people enter by hand");
}

bool FactMaker::optional_text(const Cell& cell, std::string_view what, std::string& to) {
  to = cell_text(cell, row_, scratch_);
  if (to.size() <= kMaxNameBytes) return true;
  return refuse(cell, "too-long", fmt::format("the {} has {} bytes, the most is {}", what, to.size(), kMaxNameBytes));
}

// A text that may be missing: none when it is empty.
bool FactMaker::reference(const Cell& cell, std::string_view what, std::optional<std::string>& to) {
  if (!cell.mapped()) {
    to.reset();
    return true;
  }
  if (!to) to.emplace();
  if (!optional_text(cell, what, *to)) return false;
  if (to->empty()) to.reset();
  return true;
}

bool FactMaker::required(const Cell& cell, std::string code, std::string_view what, std::string& to) {
  if (!optional_text(cell, what, to)) return false;
  if (!to.empty()) return true;
  return refuse(cell, std::move(code), fmt::format("the {} is empty", what));
}

bool FactMaker::number(const Cell& cell, std::string_view text, Decimal& to) {
  const ParsedDecimal parsed = read_number(text, mapping_.format);
  if (parsed.fault == ParsedDecimal::Fault::too_large) {
    return refuse(cell, "number-too-large", fmt::format("{} is too large a number", shown(text)));
  }
  if (parsed.fault != ParsedDecimal::Fault::none) {
    return refuse(cell, "bad-number",
                  fmt::format("{} is not a number{}", shown(text), number_advice(text, mapping_.format)));
  }
  out_.rounded += parsed.rounded ? 1 : 0;
  to = parsed.value;
  return true;
}

bool FactMaker::amount(const Amount& amount, std::optional<Decimal>& to) {
  to.reset();
  Decimal total = Decimal::whole(1);
  bool rounded = false;
  for (const Cell& factor : amount.factors) {
    const std::string_view text = cell_text(factor, row_, scratch_);
    if (text.empty()) return true;
    Decimal value;
    if (!number(factor, text, value)) return false;
    if (&factor == &amount.factors.front()) {
      total = value;
    } else if (!multiply(total, value, total, rounded)) {
      return refuse(factor, "number-too-large", "the product is too large a number");
    }
  }
  if (amount.factors.empty()) return true;
  if ((amount.absolute && total.micros < 0) != amount.negate) total.micros = -total.micros;
  out_.rounded += rounded ? 1 : 0;
  to = total;
  return true;
}

bool FactMaker::currency(const Cell& cell, std::string& to) {
  to = cell_text(cell, row_, scratch_);
  if (to.empty()) return true;
  for (char& c : to) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const bool letters = std::all_of(to.begin(), to.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (to.size() == 3 && letters) return true;
  return refuse(cell, "bad-currency", fmt::format("{} is no currency of three letters", shown(to)));
}

bool FactMaker::instant(const Cell& cell, std::string_view text, Instant& to) {
  const auto time = read_time(text, cell.time);
  if (!time) return refuse(cell, "bad-time", time_fault(text, "time"));
  to = mapping::instant_of(*time, cell.time, context_.zone, days_);
  return true;
}

bool FactMaker::day_of_text(const Cell& cell, std::string_view text, Day& to) {
  const auto time = read_time(text, cell.time);
  if (!time) return refuse(cell, "bad-day", time_fault(text, "day"));
  to = mapping::day_of(*time, cell.time, context_.zone, days_);
  return true;
}

bool FactMaker::day(const Cell& cell, std::optional<Day>& to) {
  to.reset();
  const std::string_view text = cell_text(cell, row_, scratch_);
  if (text.empty()) return true;
  Day day;
  if (!day_of_text(cell, text, day)) return false;
  to = day;
  return true;
}

bool FactMaker::recorded(std::optional<Instant> own, facts::Recorded& to) {
  to = {context_.now, 0, false};
  if (mapping_.known_at == facts::KnownAt::column) {
    const std::string_view text = cell_text(mapping_.known_at_column, row_, scratch_);
    if (text.empty()) return refuse(mapping_.known_at_column, "no-known-at", "it does not say when it was known");
    return instant(mapping_.known_at_column, text, to.known_at);
  }
  if (mapping_.known_at == facts::KnownAt::assumed && own) to = {*own, 0, true};
  return true;
}

// The text of a property by the type that its cell declares.
bool FactMaker::typed_text(const Cell& cell, std::string_view text, std::string& to) {
  switch (cell.type) {
    case CellType::text:
      to = text;
      return true;
    case CellType::number: {
      Decimal value;
      if (!number(cell, text, value)) return false;
      to = value.text();
      return true;
    }
    case CellType::flag: {
      const auto flag = read_flag(text);
      if (!flag) return refuse(cell, "bad-flag", fmt::format("{} is neither yes nor no", shown(text)));
      to = *flag ? "true" : "false";
      return true;
    }
    case CellType::day: {
      Day day;
      if (!day_of_text(cell, text, day)) return false;
      to = day.iso();
      return true;
    }
    case CellType::time: {
      Instant time;
      if (!instant(cell, text, time)) return false;
      to = time.iso();
      return true;
    }
  }
  return true;
}

bool FactMaker::event_id(const Rule& rule, facts::EventFact& e) {
  if (rule.event.id.empty()) {
    e.event_id = derived_id(e.source, raw_, repeat_, rule.name);
    return true;
  }
  e.event_id = given_id(rule.event, row_, scratch_);
  if (e.event_id.empty()) return refuse(rule.event.id.front(), "no-id", "the id is empty");
  if (e.event_id.size() > kMaxNameBytes) return refuse(rule.event.id.front(), "too-long", "the id is too long");
  if (mapping_.event_rules() > 1) e.event_id += '/' + rule.name;
  return true;
}

bool FactMaker::properties(const RulePlan& plan, facts::EventFact& e) {
  size_t count = 0;
  const auto next = [&](const std::string& key) -> std::string& {
    if (count == e.properties.size()) e.properties.emplace_back();
    facts::Property& property = e.properties[count++];
    property.key = key;
    return property.value;
  };
  for (const auto& [key, cell] : plan.rule->event.properties) {
    const std::string_view text = cell_text(cell, row_, scratch_);
    if (!text.empty() && !typed_text(cell, text, next(key))) return false;
  }
  for (const auto& [column, key] : plan.others) {
    const std::string_view text = row_.text_of_column(column);
    if (!text.empty()) next(key) = text;
  }
  e.properties.resize(count);
  if (!plan.others.empty() && !std::is_sorted(e.properties.begin(), e.properties.end())) {
    std::sort(e.properties.begin(), e.properties.end());
  }
  return true;
}

// An event in the memory of an earlier one where there is any.  Its fields hold anything: event() sets all of them.
facts::EventFact& FactMaker::next_event() {
  std::vector<facts::EventFact>& events = out_.facts.events;
  if (!events.empty() || out_.spare.empty()) return events.emplace_back();
  events.swap(out_.spare);
  events.resize(1);
  return events.back();
}

bool FactMaker::event_version(const Rule& rule, facts::EventFact& e) {
  e.version = 0;
  const std::string_view v = cell_text(rule.event.version, row_, scratch_);
  if (v.empty()) return true;
  Instant when;
  if (const auto n = text::parse_int(v)) {
    e.version = *n;
  } else if (instant(rule.event.version, v, when)) {
    e.version = when.micros;
  } else {
    return refuse(rule.event.version, "bad-version", fmt::format("{} is neither a whole number nor a time", shown(v)));
  }
  return true;
}

bool FactMaker::event(const RulePlan& plan) {
  const Rule& rule = *plan.rule;
  facts::EventFact& e = next_event();
  if (!reference(rule.event.account, "account", e.account_ref)) return false;
  if (!reference(rule.event.user, "user", e.user_ref)) return false;
  const std::string_view op = cell_text(rule.event.deleted, row_, scratch_);
  e.deleted = !op.empty() && std::binary_search(rule.event.deleted_is.begin(), rule.event.deleted_is.end(), op);
  if (!e.account_ref && !e.user_ref && !e.deleted) {
    const Cell& cell = rule.event.account.mapped() ? rule.event.account : rule.event.user;
    return refuse(cell, "no-account", "neither an account nor a user is named");
  }
  e.source = source_of(rule, context_, row_, scratch_);
  if (!not_manual(rule.source, e.source)) return false;
  e.raw = raw_;
  e.rule = rule.name;
  e.mapping = mapping_.fingerprint;
  if (!event_id(rule, e)) return false;
  if (!required(rule.event.name, "no-name", "name", e.name)) return false;
  const std::string_view time = cell_text(rule.event.time, row_, scratch_);
  if (time.empty() && !e.deleted) return refuse(rule.event.time, "no-time", "the time is empty");
  e.occurred_at = {};
  if (!time.empty() && !instant(rule.event.time, time, e.occurred_at)) return false;
  if (!recorded(time.empty() ? std::nullopt : std::optional(e.occurred_at), e.recorded)) return false;
  if (!event_version(rule, e)) return false;
  if (e.deleted) {
    e.value.reset();
    e.currency.clear();
    e.text.reset();
    e.properties.clear();
    return true;
  }
  if (!amount(rule.event.value, e.value)) return false;
  if (!currency(rule.event.currency, e.currency)) return false;
  if (!e.value) e.currency.clear();
  const std::string_view text = cell_text(rule.event.text, row_, scratch_);
  if (text.empty()) {
    e.text.reset();
  } else {
    if (!e.text) e.text.emplace();
    e.text->assign(text);
  }
  return properties(plan, e);
}

bool FactMaker::attribute(const AttributeRule::Column& column, std::string_view text,
                          const facts::AttributeFact& head) {
  using Type = facts::AttributeType;
  facts::AttributeFact fact = head;
  fact.key = column.key;
  if (!text.empty()) {
    facts::AttributeValue value;
    value.type = column.type;
    switch (column.type) {
      case Type::text:
        value.text = text;
        break;
      case Type::number:
      case Type::money:
        if (!number(column.cell, text, value.number)) return false;
        if (column.type == Type::money && !currency(column.currency, value.text)) return false;
        break;
      case Type::day:
        if (!day_of_text(column.cell, text, value.day)) return false;
        break;
      case Type::flag: {
        const auto flag = read_flag(text);
        if (!flag) return refuse(column.cell, "bad-flag", fmt::format("{} is neither yes nor no", shown(text)));
        value.flag = *flag;
        break;
      }
    }
    fact.value = std::move(value);
  }
  out_.facts.attributes.push_back(std::move(fact));
  return true;
}

bool FactMaker::attributes(const RulePlan& plan) {
  const Rule& rule = *plan.rule;
  const AttributeRule& a = rule.attributes;
  facts::AttributeFact head;
  head.kind = a.kind;
  const bool has_entity =
      a.kind == facts::EntityKind::account   ? required(a.entity, "no-account", "account", head.entity_ref)
      : a.kind == facts::EntityKind::contact ? required(a.entity, "no-contact", "contact", head.entity_ref)
                                             : required(a.entity, "no-contract", "contract", head.entity_ref);
  if (!has_entity) return false;
  head.source = source_of(rule, context_, row_, scratch_);
  if (!not_manual(rule.source, head.source)) return false;
  std::optional<Day> from;
  if (!day(a.is_snapshot() ? a.snapshot : a.valid_from, from)) return false;
  if (!from && a.is_snapshot() && !a.snapshot.mapped()) from = context_.as_of;
  if (!from) {
    return refuse(a.is_snapshot() ? a.snapshot : a.valid_from, "no-day", "it does not say since which day this holds");
  }
  head.valid_from = *from;
  head.backfill = a.backfill;
  if (a.is_snapshot()) head.scope = context_.scope.empty() ? rule.name : rule.name + '/' + context_.scope;
  if (!recorded(context_.zone.start_of(*from), head.recorded)) return false;
  if (a.key.mapped()) {
    AttributeRule::Column column;
    if (!required(a.key, "no-key", "key", column.key)) return false;
    column.cell = a.value;
    column.currency = a.currency;
    std::string scratch;
    const std::string_view text = cell_text(a.value, row_, scratch);
    column.type = type_of_form(text);
    if (const std::string_view type = cell_text(a.type, row_, scratch_); !type.empty()) {
      static const std::vector<std::string_view> kTypes{"number", "text", "flag", "day", "money"};
      const auto it = std::find(kTypes.begin(), kTypes.end(), text::lower(type));
      if (it == kTypes.end()) return refuse(a.type, "bad-type", fmt::format("{} is no type of attribute", shown(type)));
      column.type = static_cast<facts::AttributeType>(it - kTypes.begin());
    }
    return attribute(column, text, head);
  }
  for (const AttributeRule::Column& column : a.columns) {
    std::string scratch;
    if (!attribute(column, cell_text(column.cell, row_, scratch), head)) return false;
  }
  for (const auto& [index, key] : plan.others) {
    const std::string_view text = text::trim(row_.values[index]);
    AttributeRule::Column column;
    column.key = key;
    column.type = type_of_form(text);
    column.cell.pieces = {{true, key, -1}};
    if (!attribute(column, text, head)) return false;
  }
  return true;
}

bool FactMaker::contract_days(const ContractRule& rule, facts::ContractFact& c) {
  std::optional<Day> start, from;
  if (!day(rule.start, start)) return false;
  if (!start) return refuse(rule.start, "no-start", "the start is empty");
  c.start = *start;
  if (!day(rule.end, c.end) || !day(rule.renewal, c.renewal) || !day(rule.notice_deadline, c.notice_deadline) ||
      !day(rule.notice_at, c.notice_at) || !day(rule.valid_from, from)) {
    return false;
  }
  if (c.end && *c.end < c.start) {
    return refuse(rule.end, "end-before-start",
                  fmt::format("the end {} is before the start {}", c.end->iso(), c.start.iso()));
  }
  if (rule.end_excluded && c.end && *c.end > c.start) c.end = *c.end - 1;
  c.valid_from = from.value_or(c.start);
  return true;
}

bool FactMaker::contract(const Rule& rule) {
  const ContractRule& r = rule.contract;
  facts::ContractFact c;
  if (!required(r.id, "no-contract", "contract", c.contract_id) ||
      !required(r.account, "no-account", "account", c.account_ref))
    return false;
  c.source = source_of(rule, context_, row_, scratch_);
  if (!not_manual(rule.source, c.source)) return false;
  if (!optional_text(r.product, "product", c.product) || !optional_text(r.replaces, "older contract", c.replaces)) {
    return false;
  }
  if (!contract_days(r, c)) return false;
  if (const std::string_view text = cell_text(r.auto_renew, row_, scratch_); !text.empty()) {
    const auto flag = read_flag(text);
    if (!flag) return refuse(r.auto_renew, "bad-flag", fmt::format("{} is neither yes nor no", shown(text)));
    c.auto_renew = *flag;
  }
  if (const std::string_view text = cell_text(r.term_months, row_, scratch_); !text.empty()) {
    const auto months = text::parse_int(without_zero_fraction(text));
    if (!months || *months < 1 || *months > 1200) {
      return refuse(r.term_months, "bad-number", fmt::format("{} is no number of months", shown(text)));
    }
    c.term_months = static_cast<int32_t>(*months);
    if (r.ends_with_term && !c.end) c.end = end_of_term(c.start, *c.term_months);
  }
  if (!amount(r.arr, c.arr) || !currency(r.currency, c.currency)) return false;
  if (const std::string_view text = cell_text(r.seats, row_, scratch_); !text.empty()) {
    Decimal seats;
    if (!number(r.seats, text, seats)) return false;
    c.seats = seats;
  }
  if (const std::string state = text::lower(cell_text(r.state, row_, scratch_)); !state.empty()) {
    static const std::vector<std::string_view> kCancelled{"cancelled", "canceled", "ended", "terminated"};
    const bool cancelled = std::find(kCancelled.begin(), kCancelled.end(), state) != kCancelled.end();
    if (!cancelled && state != "active") {
      return refuse(r.state, "bad-state", fmt::format("{} is neither active nor cancelled", shown(state)));
    }
    c.state = cancelled ? facts::ContractFact::State::cancelled : facts::ContractFact::State::active;
  }
  if (!recorded(context_.zone.start_of(c.valid_from), c.recorded)) return false;
  out_.facts.contracts.push_back(std::move(c));
  return true;
}

// A fact that holds from a day on, or for ever.
bool FactMaker::since(const Cell& cell, std::optional<Day>& from, facts::Recorded& to) {
  if (!day(cell, from)) return false;
  return recorded(from ? std::optional(context_.zone.start_of(*from)) : std::nullopt, to);
}

bool FactMaker::identity(const Rule& rule) {
  const IdentityRule& r = rule.identity;
  facts::IdentityFact fact;
  std::string kind;
  if (!required(r.kind, "no-kind", "kind", kind) || !required(r.source, "no-source", "source", fact.source) ||
      !required(r.external_id, "no-external-id", "external id", fact.external_id) ||
      !required(r.id, "no-id", "id", fact.id)) {
    return false;
  }
  if (!not_manual(r.source, fact.source)) return false;
  kind = text::lower(kind);
  if (kind != "account" && kind != "contact") {
    return refuse(r.kind, "bad-kind", fmt::format("{} is neither account nor contact", shown(kind)));
  }
  fact.kind = kind == "account" ? facts::EntityKind::account : facts::EntityKind::contact;
  if (!since(r.valid_from, fact.valid_from, fact.recorded)) return false;
  out_.facts.identities.push_back(std::move(fact));
  return true;
}

bool FactMaker::membership(const Rule& rule) {
  facts::MembershipFact fact;
  const MembershipRule& r = rule.membership;
  if (!required(r.contact, "no-contact", "contact", fact.contact) ||
      !required(r.account, "no-account", "account", fact.account)) {
    return false;
  }
  if (!since(r.valid_from, fact.valid_from, fact.recorded)) return false;
  out_.facts.memberships.push_back(std::move(fact));
  return true;
}

bool FactMaker::rate(const Rule& rule) {
  const RateRule& r = rule.rate;
  facts::RateFact fact;
  std::string text;
  std::optional<Day> on;
  if (!required(r.currency, "no-currency", "currency", text) || !currency(r.currency, fact.currency) || !day(r.day, on))
    return false;
  if (!on) return refuse(r.day, "no-day", "the day is empty");
  fact.day = *on;
  if (!required(r.rate, "no-rate", "rate", text)) return false;
  if (mapping_.format.decimal != '.') std::replace(text.begin(), text.end(), mapping_.format.decimal, '.');
  const auto parsed = parse_rate(text);
  if (!parsed)
    return refuse(r.rate, "bad-rate", fmt::format("{} is no positive rate with at most 9 places", shown(text)));
  fact.rate = *parsed;
  if (!recorded(context_.zone.start_of(*on), fact.recorded)) return false;
  out_.facts.rates.push_back(std::move(fact));
  return true;
}

bool FactMaker::apply(const RulePlan& plan) {
  switch (plan.rule->kind) {
    case RuleKind::event:
      return event(plan);
    case RuleKind::attributes:
      return attributes(plan);
    case RuleKind::contracts:
      return contract(*plan.rule);
    case RuleKind::identities:
      return identity(*plan.rule);
    case RuleKind::memberships:
      return membership(*plan.rule);
    case RuleKind::rates:
      return rate(*plan.rule);
  }
  return false;
}

}  // namespace kenko::mapping
