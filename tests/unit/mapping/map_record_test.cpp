#include "mapping/map_record.h"

#include <gtest/gtest.h>

#include "mapping/ids.h"
#include "mapping/own_columns.h"
#include "mapping/read_mapping.h"

namespace kenko::mapping {
namespace {

/// A record made of (column, cell) pairs.
struct Record {
  explicit Record(std::vector<std::pair<std::string, std::string>> given) : cells(std::move(given)) {
    for (const auto& [name, value] : cells) {
      names.emplace_back(name);
      values.emplace_back(value);
    }
  }
  [[nodiscard]] RawRecord raw() const { return {7, 1, names, values}; }
  std::vector<std::pair<std::string, std::string>> cells;
  std::vector<std::string_view> names, values;
};

MapContext context() {
  MapContext c;
  c.source = "shop";
  c.zone = *TimeZone::find("Asia/Tokyo");
  c.now = *Instant::parse("2026-01-02T03:04:05Z");
  c.file_name = "orders.csv";
  return c;
}

Mapping mapping_of(const std::string& yaml) {
  auto mapping = read_mapping(yaml, "m.yaml");
  EXPECT_TRUE(mapping.ok()) << (mapping.ok() ? "" : to_text(mapping.problems()));
  return std::move(mapping).value();
}

Mapped map(const Mapping& mapping, const Record& record, const MapContext& c = context(), int64_t repeat = 0) {
  Mapper mapper(mapping, c);
  Mapped out;
  mapper.map_record(record.raw(), RawHasher().hash(record.raw()), repeat, out);
  return out;
}

std::string refused(const Mapped& m) { return m.reject.code + "|" + m.reject.field + "|" + m.reject.message; }

const std::string kEvent = R"(kenko: 1
rules:
  buy:
    event: purchase
    account: {column: Customer, integer: true}
    user: User
    time: {column: When, zone: Europe/London, format: ["%d/%m/%Y %H:%M", "%d/%m/%Y"]}
    value: {product: [Quantity, Price]}
    currency: {constant: GBP}
    text: Note
    properties: {code: Code, quantity: {column: Quantity, type: number}}
)";

TEST(MapRecord, MakesAnEvent) {
  const Mapping m = mapping_of(kEvent);
  const Record r({{"Customer", " 17850.0 "},
                  {"When", "01/07/2025 08:26"},
                  {"Quantity", "3.0"},
                  {"Price", "2.55"},
                  {"Code", "85123A"},
                  {"Note", ""},
                  {"User", ""}});
  const Mapped out = map(m, r);
  ASSERT_EQ(out.outcome, Outcome::mapped) << refused(out);
  ASSERT_EQ(out.facts.events.size(), 1U);
  const facts::EventFact& e = out.facts.events[0];
  EXPECT_EQ(e.source, "shop");
  EXPECT_EQ(e.account_ref, "17850");
  EXPECT_FALSE(e.user_ref.has_value());
  EXPECT_EQ(e.name, "purchase");
  EXPECT_EQ(e.occurred_at.iso(), "2025-07-01T07:26:00Z");
  EXPECT_EQ(e.value->text(), "7.65");
  EXPECT_EQ(e.currency, "GBP");
  EXPECT_FALSE(e.text.has_value());
  const std::vector<facts::Property> properties{{"code", "85123A"}, {"quantity", "3"}};
  EXPECT_EQ(e.properties, properties);
  EXPECT_EQ(e.event_id.size(), 32U);
  EXPECT_EQ(e.rule, "buy");
  EXPECT_EQ(e.mapping, m.fingerprint);
  EXPECT_TRUE(e.recorded.assumed);
  EXPECT_EQ(e.recorded.known_at, e.occurred_at);
}

TEST(MapRecord, ADateAloneIsThatDayInTheWorkspacesZone) {
  const Record r({{"Customer", "1"}, {"When", "01/07/2025"}});
  const Mapped out = map(mapping_of(kEvent), r);
  ASSERT_EQ(out.facts.events.size(), 1U) << refused(out);
  EXPECT_EQ(context().zone.day_of(out.facts.events[0].occurred_at).iso(), "2025-07-01");
  EXPECT_EQ(out.facts.events[0].occurred_at.iso(), "2025-06-30T15:00:00Z");
}

TEST(MapRecord, RejectsSayFieldAndReason) {
  const Mapping m = mapping_of(kEvent);
  const auto reject = [&](std::vector<std::pair<std::string, std::string>> cells) {
    return refused(map(m, Record(std::move(cells))));
  };
  EXPECT_EQ(reject({{"Customer", " "}, {"When", "01/07/2025"}}),
            "no-account|Customer|neither an account nor a user is named");
  EXPECT_EQ(reject({{"Customer", "1"}, {"When", ""}}), "no-time|When|the time is empty");
  EXPECT_EQ(
      reject({{"Customer", "1"}, {"When", "31/02/2025"}}),
      "bad-time|When|`31/02/2025` is not a time as the mapping stands; `format: \"%d/%m/%Y\"` says how it is written");
  EXPECT_EQ(reject({{"Customer", "1"}, {"When", "01/07/2025"}, {"Quantity", "12x4,5"}, {"Price", "1"}}),
            "bad-number|Quantity|`12x4,5` is not a number");
  EXPECT_EQ(reject({{"Customer", "1"}, {"When", "01/07/2025"}, {"Quantity", "inf"}, {"Price", "1"}}),
            "bad-number|Quantity|`inf` is not a number");
  EXPECT_EQ(reject({{"Customer", "1"}, {"When", "01/07/2025"}, {"Quantity", "1e30"}, {"Price", "1"}}),
            "number-too-large|Quantity|`1e30` is too large a number");
  EXPECT_EQ(reject({{"Customer", "1"}, {"When", "01/07/2025"}, {"Quantity", "9000000"}, {"Price", "9000000"}}),
            "number-too-large|Price|the product is too large a number");
  const Mapped out = map(m, Record({{"Customer", ""}, {"When", ""}}));
  EXPECT_EQ(out.outcome, Outcome::rejected);
  EXPECT_EQ(out.reject.line, 7);
  EXPECT_TRUE(out.facts.events.empty());
}

TEST(MapRecord, OneBadRuleRejectsTheWholeRecord) {
  const Mapping m = mapping_of(R"(kenko: 1
rules:
  issued: {event: invoice.issued, account: c, time: issued}
  paid: {where: not is_empty(paid), event: invoice.paid, account: c, time: paid}
)");
  EXPECT_EQ(map(m, Record({{"c", "1"}, {"issued", "2025-01-01"}, {"paid", ""}})).facts.events.size(), 1U);
  EXPECT_EQ(map(m, Record({{"c", "1"}, {"issued", "2025-01-01"}, {"paid", "2025-01-09"}})).facts.events.size(), 2U);
  const Mapped bad = map(m, Record({{"c", "1"}, {"issued", "2025-01-01"}, {"paid", "2025-02-30"}}));
  EXPECT_EQ(bad.outcome, Outcome::rejected);
  EXPECT_TRUE(bad.facts.events.empty());
}

TEST(MapRecord, FilteredIgnoredAndMapped) {
  const Mapping m = mapping_of(R"yaml(kenko: 1
ignore: Kind = "test"
where: Quantity > 0
rules:
  buy: {where: "one_of(Kind, \"a\", \"b\") or starts_with(Kind, \"x\")", event: {column: Kind, map: {a: buy}}, account: A, time: T}
)yaml");
  const auto run = [&](std::string kind, std::string quantity) {
    return map(m, Record({{"Kind", std::move(kind)},
                          {"Quantity", std::move(quantity)},
                          {"A", "1"},
                          {"T", "2025-01-01T00:00:00+02:00"}}));
  };
  EXPECT_EQ(run("test", "1").outcome, Outcome::ignored);
  EXPECT_EQ(run("c", "1").reject.code, "filtered");
  EXPECT_EQ(run("a", "0").reject.code, "filtered");
  EXPECT_EQ(run("a", "").reject.code, "filtered");
  EXPECT_EQ(run("a", "none").reject.code, "filtered");
  EXPECT_EQ(run("a", "2").facts.events.at(0).name, "buy");
  EXPECT_EQ(run("xy", "2").facts.events.at(0).name, "xy");
  EXPECT_EQ(run("xy", "2").facts.events.at(0).occurred_at.iso(), "2024-12-31T22:00:00Z");
}

TEST(MapRecord, IdsOfColumnsGetTheRuleWhenThereAreSeveral) {
  const std::string one = "kenko: 1\nrules:\n  a: {event: x, account: A, time: T, id: [N, L]}\n";
  const Record r({{"A", "1"}, {"T", "2025-01-01"}, {"N", "7|8"}, {"L", "9"}});
  EXPECT_EQ(map(mapping_of(one), r).facts.events.at(0).event_id, "7||8|9");
  const Mapping two = mapping_of(one + "  b: {event: y, account: A, time: T, id: N}\n");
  const Mapped out = map(two, r);
  ASSERT_EQ(out.facts.events.size(), 2U);
  EXPECT_EQ(out.facts.events[0].event_id, "7||8|9/a");
  EXPECT_EQ(out.facts.events[1].event_id, "7|8/b");
  Mapper mapper(two, context());
  std::vector<std::string> ids;
  const Hash128 raw = RawHasher().hash(r.raw());
  mapper.candidate_ids(r.raw(), raw, 0, std::vector<std::string>{"a", "old"}, ids);
  for (const std::string& id :
       {std::string("7||8|9"), std::string("7||8|9/a"), std::string("7|8/old"), derived_id("shop", raw, 0, "old")}) {
    EXPECT_TRUE(std::find(ids.begin(), ids.end(), id) != ids.end()) << id;
  }
  EXPECT_EQ(map(two, Record({{"A", "1"}, {"T", "2025-01-01"}, {"N", ""}, {"L", "9"}})).reject.code, "no-id");
}

TEST(MapRecord, VersionsDeletionsAndKnownAt) {
  const Mapping m = mapping_of(R"(kenko: 1
known_at: {column: seen}
rules:
  a: {event: x, account: A, time: T, id: N, version: V, delete: {column: op, is: [D, delete]}}
)");
  const Mapped changed = map(m, Record({{"A", "1"},
                                        {"T", "2025-01-01"},
                                        {"N", "7"},
                                        {"V", "2025-02-01T00:00:00Z"},
                                        {"op", "U"},
                                        {"seen", "2025-03-01T00:00:00Z"}}));
  ASSERT_EQ(changed.facts.events.size(), 1U) << refused(changed);
  EXPECT_EQ(changed.facts.events[0].version, Instant::parse("2025-02-01T00:00:00Z")->micros);
  EXPECT_EQ(changed.facts.events[0].recorded.known_at.iso(), "2025-03-01T00:00:00Z");
  EXPECT_FALSE(changed.facts.events[0].recorded.assumed);
  const Mapped gone = map(m, Record({{"N", "7"}, {"V", "12"}, {"op", "D"}, {"seen", "2025-03-01T00:00:00Z"}}));
  ASSERT_EQ(gone.facts.events.size(), 1U) << refused(gone);
  EXPECT_TRUE(gone.facts.events[0].deleted);
  EXPECT_EQ(gone.facts.events[0].version, 12);
  EXPECT_EQ(map(m, Record({{"A", "1"}, {"T", "2025-01-01"}, {"N", "7"}})).reject.code, "no-known-at");
}

TEST(MapRecord, SnapshotsAndDatedAttributes) {
  const Mapping m = mapping_of(R"(kenko: 1
rules:
  state:
    account: id
    attributes: {plan: plan, seats: {column: seats, type: number}, since: {column: since, type: day}, arr: {column: arr, type: money, currency: cur}}
)");
  MapContext c = context();
  const Record r({{"id", "7"}, {"plan", ""}, {"seats", "5"}, {"since", "2025-01-01"}, {"arr", "12.5"}, {"cur", "eur"}});
  EXPECT_EQ(map(m, r, c).reject.code, "no-day");
  c.as_of = Day::of(2025, 6, 1);
  c.scope = "north";
  const Mapped out = map(m, r, c);
  ASSERT_EQ(out.facts.attributes.size(), 4U) << refused(out);
  const auto& a = out.facts.attributes;
  EXPECT_EQ(a[0].key, "arr");
  EXPECT_EQ(a[0].value->number.text(), "12.5");
  EXPECT_EQ(a[0].value->text, "EUR");
  EXPECT_FALSE(a[1].value.has_value());
  EXPECT_EQ(a[2].value->number.text(), "5");
  EXPECT_EQ(a[3].value->day.iso(), "2025-01-01");
  EXPECT_EQ(a[0].scope, "state/north");
  EXPECT_EQ(a[0].valid_from.iso(), "2025-06-01");
}

TEST(MapRecord, OwnColumns) {
  const auto run = [](std::vector<std::pair<std::string, std::string>> cells) {
    const Record r(std::move(cells));
    const auto m = own_mapping(r.names);
    EXPECT_TRUE(m.has_value());
    return map(*m, r);
  };
  const Mapped event = run({{"name", "login"},
                            {"at", "2025-01-01T10:00:00Z"},
                            {"user", "u1"},
                            {"properties.device", "web"},
                            {"level", "2"},
                            {"source", "app"}});
  ASSERT_EQ(event.facts.events.size(), 1U) << refused(event);
  EXPECT_EQ(event.facts.events[0].source, "app");
  const std::vector<facts::Property> properties{{"device", "web"}, {"level", "2"}};
  EXPECT_EQ(event.facts.events[0].properties, properties);

  const Mapped contract = run({{"contract", "c1"},
                               {"account", "a"},
                               {"start", "2025-01-01"},
                               {"end", "2025-12-31"},
                               {"auto_renew", "yes"},
                               {"arr", "1200"},
                               {"currency", "EUR"},
                               {"seats", "5"},
                               {"status", "ended"}});
  ASSERT_EQ(contract.facts.contracts.size(), 1U) << refused(contract);
  EXPECT_EQ(contract.facts.contracts[0].state, facts::ContractFact::State::cancelled);
  EXPECT_TRUE(contract.facts.contracts[0].auto_renew);
  EXPECT_EQ(contract.facts.contracts[0].valid_from.iso(), "2025-01-01");
  EXPECT_EQ(run({{"contract", "c1"}, {"account", "a"}, {"start", "2025-01-02"}, {"end", "2025-01-01"}}).reject.code,
            "end-before-start");

  const Mapped identity = run({{"kind", "account"}, {"source", "billing"}, {"external_id", "0010"}, {"id", "a"}});
  ASSERT_EQ(identity.facts.identities.size(), 1U);
  EXPECT_EQ(identity.facts.identities[0].external_id, "0010");
  EXPECT_FALSE(identity.facts.identities[0].valid_from.has_value());

  const Mapped rate = run({{"currency", "EUR"}, {"day", "2025-01-06"}, {"rate", "1.082"}});
  ASSERT_EQ(rate.facts.rates.size(), 1U);
  EXPECT_EQ(rate.facts.rates[0].rate.nanos, 1'082'000'000);

  const Mapped value = run({{"account", "a"}, {"key", "plan"}, {"value", "pro"}, {"valid_from", "2025-01-01"}});
  ASSERT_EQ(value.facts.attributes.size(), 1U);
  EXPECT_EQ(value.facts.attributes[0].value->text, "pro");
  EXPECT_EQ(value.facts.attributes[0].scope, "");
}

TEST(Ids, RawHashKnowsNoOrderAndNoEmptyCells) {
  const Record a({{"x", "1"}, {"y", "2"}, {"z", ""}});
  const Record b({{"y", "2"}, {"x", "1"}});
  EXPECT_EQ(RawHasher().hash(a.raw()), RawHasher().hash(b.raw()));
  EXPECT_EQ(RawHasher().hash(a.raw()), PartsHash().add("x").add("1").add("y").add("2").hash());
  EXPECT_NE(RawHasher().hash(a.raw()), RawHasher().hash(Record({{"x", "2"}, {"y", "1"}}).raw()));
  // Stored for ever: these must never change.
  EXPECT_EQ(RawHasher().hash(a.raw()).hex(), "e8eebe0ce3302b8fe892ed70dcaec911");
  EXPECT_EQ(derived_id("shop", Hash128{1, 2}, 0, "buy"), "568882f0777ad60f18ebec513e777768");
  EXPECT_NE(derived_id("shop", Hash128{1, 2}, 1, "buy"), derived_id("shop", Hash128{1, 2}, 0, "buy"));
}

TEST(Numbers, AsSpreadsheetsWriteThem) {
  const Mapping m = mapping_of(R"(kenko: 1
format: {decimal: ",", thousands: ".", strip: ["€", "EUR"], empty: [k.A.]}
rules:
  a: {event: x, account: A, time: T, value: V}
)");
  const auto value = [&](std::string v) {
    const Mapped out = map(m, Record({{"A", "1"}, {"T", "2025-01-01"}, {"V", std::move(v)}}));
    if (out.outcome == Outcome::rejected) return out.reject.code;
    return out.facts.events.at(0).value ? out.facts.events[0].value->text() : std::string("none");
  };
  EXPECT_EQ(value("1.234.567,50 €"), "1234567.5");
  EXPECT_EQ(value("-€ 12,5"), "-12.5");
  EXPECT_EQ(value("1.23"), "bad-number");
  EXPECT_EQ(value("1.2345,0"), "bad-number");
  EXPECT_EQ(value("12,5 $"), "bad-number");
  EXPECT_EQ(value("k.A."), "none");
}

}  // namespace
}  // namespace kenko::mapping
