#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"
#include "cases/case.h"
#include "facts/manual_source.h"
#include "text/derive.h"
#include "text/rules.h"

namespace kenko::cases {
namespace {

using facts::AttributeType;
using facts::AttributeValue;

// Reads the tables of one case; remembers what was wrong.
class Facts {
 public:
  Facts(Case& out, Problems& problems) : case_(out), problems_(problems) {
    for (const facts::SourceSettings& s : out.settings.sources) types_.insert(s.attributes.begin(), s.attributes.end());
  }

  void events(const TextTable& t) {
    static const std::set<std::string> kOwn = {"account", "user", "name",     "at",      "value",   "currency",
                                               "source",  "id",   "known_at", "version", "deleted", "text"};
    table_ = &t;
    for (const TableRow& row : t.rows) {
      row_ = &row;
      facts::EventFact e;
      e.source = source();
      e.event_id = text("id").value_or(fmt::format("e{}", case_.facts.events.size() + 1));
      e.account_ref = t.column("account") ? text("account") : std::optional<std::string>("a1");
      e.user_ref = text("user");
      e.name = text("name").value_or("");
      e.occurred_at = instant("at", {}).value_or(Instant{});
      e.value = decimal("value");
      e.currency = text("currency").value_or("");
      e.text = text("text");
      e.version = integer("version").value_or(0);
      e.deleted = flag("deleted").value_or(false);
      e.recorded = recorded(e.occurred_at);
      for (size_t i = 0; i < t.columns.size(); ++i) {
        if (!kOwn.contains(t.columns[i]) && row.cells[i]) e.properties.push_back({t.columns[i], *row.cells[i]});
      }
      std::sort(e.properties.begin(), e.properties.end());
      case_.facts.events.push_back(std::move(e));
    }
  }

  void attributes(const TextTable& t) {
    table_ = &t;
    for (const TableRow& row : t.rows) {
      row_ = &row;
      facts::AttributeFact f;
      f.kind = entity_kind();
      f.source = source();
      f.entity_ref = entity_ref(f.kind);
      f.key = text("key").value_or("");
      f.value = value_of(f.key, text("value"));
      f.valid_from = day("from").value_or(Day{});
      f.backfill = flag("backfill").value_or(false);
      f.recorded = recorded(start_of(f.valid_from));
      case_.facts.attributes.push_back(std::move(f));
    }
  }

  void snapshots(const TextTable& t) {
    static const std::set<std::string> kOwn = {"account", "contact", "kind",     "day",     "scope",
                                               "source",  "seq",     "known_at", "backfill"};
    table_ = &t;
    const int64_t base = seq_;
    std::map<std::tuple<std::string, std::string, Day>, int64_t> seqs;  // rows of one snapshot share theirs
    for (const TableRow& row : t.rows) {
      row_ = &row;
      facts::AttributeFact f;
      f.kind = entity_kind();
      f.source = source();
      f.scope = text("scope").value_or("list");
      f.entity_ref = entity_ref(f.kind);
      f.valid_from = day("day").value_or(Day{});
      f.backfill = flag("backfill").value_or(false);
      f.recorded = recorded(start_of(f.valid_from));
      f.recorded.seq = seqs.try_emplace({f.source, f.scope, f.valid_from}, f.recorded.seq).first->second;
      if (const auto given = integer("seq")) f.recorded.seq = base + *given;
      for (size_t i = 0; i < t.columns.size(); ++i) {
        if (kOwn.contains(t.columns[i])) continue;
        f.key = t.columns[i];
        f.value = value_of(f.key, row.cells[i]);
        case_.facts.attributes.push_back(f);
      }
    }
  }

  void contracts(const TextTable& t) {
    table_ = &t;
    for (const TableRow& row : t.rows) {
      row_ = &row;
      facts::ContractFact c;
      c.source = source();
      c.contract_id = text("id").value_or("");
      c.account_ref = text("account").value_or("a1");
      c.product = text("product").value_or("base");
      c.start = day("start").value_or(Day{});
      c.end = day("end");
      c.renewal = day("renewal");
      c.notice_at = day("notice_at");
      c.auto_renew = flag("auto_renew").value_or(false);
      if (const auto months = integer("term_months")) c.term_months = static_cast<int32_t>(*months);
      c.arr = decimal("arr");
      c.currency = text("currency").value_or("");
      c.seats = decimal("seats");
      if (text("state") == "cancelled") c.state = facts::ContractFact::State::cancelled;
      c.replaces = text("replaces").value_or("");
      c.valid_from = day("valid_from").value_or(c.start);
      c.recorded = recorded(start_of(c.valid_from));
      case_.facts.contracts.push_back(std::move(c));
    }
  }

  void identities(const TextTable& t) {
    table_ = &t;
    for (const TableRow& row : t.rows) {
      row_ = &row;
      facts::IdentityFact i;
      i.kind = entity_kind();
      // What people say of accounts needs no line among the sources.
      i.source = text("source") == std::string(facts::kManualSource) ? std::string(facts::kManualSource) : source();
      i.external_id = text("external_id").value_or("");
      i.id = text("id").value_or("");
      i.valid_from = day("valid_from");
      i.recorded = recorded(Instant{});
      case_.facts.identities.push_back(std::move(i));
    }
  }

  void memberships(const TextTable& t) {
    table_ = &t;
    for (const TableRow& row : t.rows) {
      row_ = &row;
      case_.facts.memberships.push_back(
          {text("contact").value_or(""), text("account").value_or("a1"), day("valid_from"), recorded(Instant{})});
    }
  }

  void rates(const TextTable& t) {
    table_ = &t;
    for (const TableRow& row : t.rows) {
      row_ = &row;
      const auto rate = parse_rate(text("rate").value_or(""));
      if (!rate) add("rate");
      case_.facts.rates.push_back(
          {text("currency").value_or(""), day("day").value_or(Day{}), rate.value_or(Rate{}), recorded(Instant{})});
    }
  }

 private:
  void add(std::string_view column) {
    problems_.push_back(wrong(fmt::format("column `{}` cannot be `{}`", column, text(column).value_or("-"))));
  }
  [[nodiscard]] std::optional<std::string> text(std::string_view column) const { return table_->cell(*row_, column); }
  [[nodiscard]] facts::EntityKind entity_kind() {
    const auto word = text("kind");
    if (word && word != "account" && word != "contact") add("kind");
    return word == "contact" ? facts::EntityKind::contact : facts::EntityKind::account;
  }
  [[nodiscard]] std::string entity_ref(facts::EntityKind kind) {
    const auto contact = kind == facts::EntityKind::contact ? text("contact") : std::nullopt;
    return contact ? *contact : text("account").value_or("a1");
  }
  [[nodiscard]] std::string source() {
    const std::string name = text("source").value_or(case_.settings.sources.front().name);
    if (case_.settings.find_source(name) == nullptr) add("source");
    return name;
  }
  template <typename T>
  std::optional<T> checked(std::string_view column, const std::optional<T>& value) {
    if (!value && text(column)) add(column);
    return value;
  }
  std::optional<Day> day(std::string_view column) { return checked(column, Day::parse(text(column).value_or(""))); }
  std::optional<int64_t> integer(std::string_view column) {
    return checked(column, text::parse_int(text(column).value_or("")));
  }
  std::optional<Decimal> decimal(std::string_view column) {
    return checked(column, decimal_of(text(column).value_or("")));
  }
  std::optional<bool> flag(std::string_view column) {
    const auto word = text(column);
    const bool known = word == "true" || word == "false";
    return checked(column, known ? std::optional(word == "true") : std::nullopt);
  }
  // An instant, or a day: noon of it.
  std::optional<Instant> instant(std::string_view column, std::optional<Instant> otherwise) {
    const auto word = text(column);
    if (!word) return otherwise;
    if (const auto d = Day::parse(*word)) {
      return case_.settings.time_zone.instant_of(LocalTime{*d, kMicrosPerDay / 2, 0, false});
    }
    return checked(column, Instant::parse(*word));
  }
  static std::optional<Decimal> decimal_of(const std::string& s) {
    const ParsedDecimal d = parse_decimal(s);
    return d.fault == ParsedDecimal::Fault::none ? std::optional(d.value) : std::nullopt;
  }
  [[nodiscard]] Instant start_of(Day d) const { return case_.settings.time_zone.start_of(d); }
  facts::Recorded recorded(Instant otherwise) {
    const auto known = instant("known_at", {});
    return {known.value_or(otherwise), ++seq_, !known};
  }

  std::optional<AttributeValue> value_of(const std::string& key, const std::optional<std::string>& cell) {
    if (!cell) return std::nullopt;
    const auto type = types_.find(key);
    AttributeValue v;
    v.type = type == types_.end() ? AttributeType::text : type->second;
    const auto words = text::split(*cell, ' ');
    bool good = true;
    switch (v.type) {
      case AttributeType::text:
        v.text = *cell;
        break;
      case AttributeType::flag:
        v.flag = *cell == "true";
        break;
      case AttributeType::day:
        good = Day::parse(*cell).has_value();
        break;
      case AttributeType::number:
        good = decimal_of(*cell).has_value();
        break;
      case AttributeType::money:
        good = words.size() == 2 && decimal_of(std::string(words[0]));
        break;
    }
    if (!good || type == types_.end()) {
      problems_.push_back(wrong(fmt::format("attribute `{}` cannot be `{}`", key, *cell)));
      return std::nullopt;
    }
    if (v.type == AttributeType::day) v.day = *Day::parse(*cell);
    if (v.type == AttributeType::number) v.number = *decimal_of(*cell);
    if (v.type == AttributeType::money) {
      v.number = *decimal_of(std::string(words[0]));
      v.text = words[1];
    }
    return v;
  }

  Case& case_;
  Problems& problems_;
  std::map<std::string, AttributeType> types_;
  const TextTable* table_ = nullptr;
  const TableRow* row_ = nullptr;
  int64_t seq_ = 0;
};

// Texts of events are read with the shipped lexicons and topics.
Status derive_from_texts(facts::FactSet& facts) {
  if (std::none_of(facts.events.begin(), facts.events.end(), [](const auto& e) { return e.text; })) return Done{};
  static const Result<text::TextRules> rules = text::read_rules(text::shipped_rule_files());
  if (!rules.ok()) return rules.problems();
  text::derive_properties(facts, rules->lexicons, rules->topics);
  return Done{};
}

}  // namespace

Status read_facts(const std::map<std::string, TextTable>& tables, Case& out) {
  Problems problems;
  Facts facts(out, problems);
  const auto read = [&](const char* name, void (Facts::*reader)(const TextTable&)) {
    const auto it = tables.find(name);
    if (it != tables.end()) (facts.*reader)(it->second);
  };
  read("events", &Facts::events);
  read("attributes", &Facts::attributes);
  read("snapshots", &Facts::snapshots);
  read("contracts", &Facts::contracts);
  read("identities", &Facts::identities);
  read("memberships", &Facts::memberships);
  read("rates", &Facts::rates);
  if (!problems.empty()) return problems;
  return derive_from_texts(out.facts);
}

}  // namespace kenko::cases
