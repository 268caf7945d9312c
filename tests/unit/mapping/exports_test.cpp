// What the exports of other products need: elements of lists, columns that may be missing, tables of words, terms.
#include <gtest/gtest.h>

#include "mapping/ids.h"
#include "mapping/map_record.h"
#include "mapping/read_mapping.h"

namespace kenko::mapping {
namespace {

using Cells = std::vector<std::pair<std::string, std::string>>;

Mapping mapping_of(const std::string& yaml) {
  auto mapping = read_mapping(yaml, "m.yaml");
  EXPECT_TRUE(mapping.ok()) << (mapping.ok() ? "" : to_text(mapping.problems()));
  return std::move(mapping).value();
}

Mapped map(const Mapping& mapping, const Cells& cells) {
  std::vector<std::string_view> names, values;
  for (const auto& [name, value] : cells) {
    names.emplace_back(name);
    values.emplace_back(value);
  }
  const RawRecord record{3, 1, names, values};
  MapContext context;
  context.source = "billing";
  context.zone = *TimeZone::find("UTC");
  context.file_name = "subscriptions.json";
  Mapper mapper(mapping, context);
  Mapped out;
  mapper.map_record(record, RawHasher().hash(record), 0, out);
  return out;
}

std::string codes(const Result<Mapping>& mapping) {
  std::string all;
  if (mapping.ok()) return all;
  for (const Problem& p : mapping.problems()) all += p.code + ": " + p.message + " (" + p.hint + ")\n";
  return all;
}

const std::string kContract = R"(kenko: 1
tables:
  unit: {jpy: 1, kwd: 0.001}
rules:
  c:
    where: not is_empty(`items[0].id`)
    contracts:
      id: items[0].id
      account: customer
      start: start
      end: {first: [ended_at, period_end]}
      end_excluded: true
      ends_with_term: true
      term_months: {column: interval, map: {year: 12}, otherwise: 1}
      arr: {product: ["items[0].amount", "items[0].n", {column: cur, map: unit, otherwise: 0.01}]}
      currency: cur
      state: {column: status, map: {canceled: cancelled}, otherwise: active}
)";

Cells contract(const std::string& items, const std::string& currency, const std::string& interval = "year") {
  return {{"items", items},   {"customer", "c1"}, {"start", "2026-01-31"}, {"ended_at", ""},
          {"period_end", ""}, {"cur", currency},  {"status", "open"},      {"interval", interval}};
}

TEST(Exports, AmountsInTheSmallestUnit) {
  const Mapping m = mapping_of(kContract);
  const auto arr = [&](const std::string& currency) {
    const Mapped out = map(m, contract(R"([{"id":"i1","amount":160000,"n":15}])", currency));
    return out.facts.contracts.empty() ? out.reject.message : out.facts.contracts[0].arr->text();
  };
  EXPECT_EQ(arr("jpy"), "2400000");
  EXPECT_EQ(arr("eur"), "24000");
  EXPECT_EQ(arr("kwd"), "2400");
  const Mapped metered = map(m, contract(R"([{"id":"i1","amount":160000,"n":null}])", "eur"));
  ASSERT_EQ(metered.facts.contracts.size(), 1U);
  EXPECT_FALSE(metered.facts.contracts[0].arr) << "without a quantity there is no amount";
  EXPECT_EQ(map(m, contract("[]", "eur")).reject.code, "filtered") << "a filter reads elements, too";
}

TEST(Exports, TheEndOfATerm) {
  const Mapping m = mapping_of(kContract);
  const auto end = [&](const std::string& interval, const std::string& ended, const std::string& period) {
    Cells cells = contract(R"([{"id":"i1"}])", "eur", interval);
    cells[3].second = ended;
    cells[4].second = period;
    return map(m, cells).facts.contracts.at(0).end->iso();
  };
  EXPECT_EQ(end("year", "", ""), "2027-01-30");
  EXPECT_EQ(end("month", "", ""), "2026-02-27") << "the day is cut to the month's length";
  EXPECT_EQ(end("year", "", "2026-05-01"), "2026-04-30") << "the first day that no longer counts";
  EXPECT_EQ(end("year", "2026-03-01", "2026-05-01"), "2026-02-28") << "the first that is filled";
  EXPECT_EQ(end("year", "2026-01-31", ""), "2026-01-31") << "never before the start";
}

TEST(Exports, AColumnOfThatVeryNameComesFirst) {
  const Mapping m = mapping_of("kenko: 1\nrules:\n  e: {event: x, account: \"a[0]\", time: t}\n");
  EXPECT_EQ(map(m, {{"a[0]", "whole"}, {"a", "[\"part\"]"}, {"t", "2026-01-01"}}).facts.events.at(0).account_ref,
            "whole");
  EXPECT_EQ(map(m, {{"a", "[\"part\"]"}, {"t", "2026-01-01"}}).facts.events.at(0).account_ref, "part");
  EXPECT_EQ(map(m, {{"b", "1"}, {"t", "2026-01-01"}}).reject.code, "no-account");
}

TEST(Exports, TheFirstFilledColumnAndWhatStandsBefore) {
  const Mapping m = mapping_of(R"(kenko: 1
rules:
  e:
    event: x
    account: {first: [Company ID, Company IDs], before: ";", map: {"9": nine}}
    time: t
)");
  const auto account = [&](const std::string& one, const std::string& several) {
    const Mapped out = map(m, {{"Company ID", one}, {"Company IDs", several}, {"t", "2026-01-01"}});
    return out.facts.events.empty() ? out.reject.code : *out.facts.events[0].account_ref;
  };
  EXPECT_EQ(account("7", "8;9"), "7");
  EXPECT_EQ(account(" ", "8 ; 9"), "8");
  EXPECT_EQ(account("", "9;8"), "nine") << "the words of `map` come last";
  EXPECT_EQ(account("", ";8"), "no-account");
  EXPECT_EQ(account("", ""), "no-account");
}

TEST(Exports, ColumnsThatMayBeMissing) {
  const Mapping m = mapping_of(R"(kenko: 1
rules:
  e:
    event: x
    account: {first: [A, B]}
    time: "t[0]"
    value: {column: V, optional: true}
    properties: {p: {template: "{P}-{Q}", optional: true}}
)");
  using Names = std::vector<std::string_view>;
  EXPECT_TRUE(check_columns(m, "f.csv", Names{"B", "t"}).empty());
  const Problems problems = check_columns(m, "f.csv", Names{"C"});
  ASSERT_EQ(problems.size(), 3U) << to_text(problems);
  EXPECT_EQ(problems[0].message, "the file f.csv has no column `A`");
  EXPECT_EQ(problems[2].message, "the file f.csv has no column `t[0]`");
  EXPECT_EQ(map(m, {{"B", "b"}, {"t", "[\"2026-01-01\"]"}}).facts.events.size(), 1U);
}

TEST(Exports, NamesOfColumnsInAnotherCase) {
  const std::string rule = "rules:\n  e: {event: x, account: Id, time: \"T[0]\", properties: all}\n";
  const Cells capitals{{"ID", "1"}, {"t", "[\"2026-01-01\"]"}, {"MORE", "m"}};
  EXPECT_EQ(map(mapping_of("kenko: 1\n" + rule), capitals).reject.code, "no-account");
  const Mapping any = mapping_of("kenko: 1\nformat: {ignore_case: true}\n" + rule);
  const Mapped out = map(any, capitals);
  ASSERT_EQ(out.facts.events.size(), 1U) << out.reject.message;
  EXPECT_EQ(out.facts.events[0].account_ref, "1");
  EXPECT_EQ(out.facts.events[0].occurred_at.iso(), "2026-01-01T00:00:00Z");
  const std::vector<facts::Property> others{{"MORE", "m"}, {"t", "[\"2026-01-01\"]"}};
  EXPECT_EQ(out.facts.events[0].properties, others) << "the id is used, the list is more than its first element";
  const Cells both{{"ID", "1"}, {"Id", "2"}, {"t", "[\"2026-01-01\"]"}};
  EXPECT_EQ(map(any, both).facts.events.at(0).account_ref, "2") << "the very name comes first";
  using Names = std::vector<std::string_view>;
  EXPECT_TRUE(check_columns(any, "f.csv", Names{"ID", "t"}).empty());
  EXPECT_EQ(check_columns(mapping_of("kenko: 1\n" + rule), "f.csv", Names{"ID", "t"}).size(), 2U);
}

TEST(Exports, RowsThatNoRuleTakes) {
  const std::string yaml = "kenko: 1\nrules:\n  e: {where: k = \"a\", event: x, account: c, time: t}\n";
  const Cells row{{"k", "b"}, {"c", "1"}, {"t", "2026-01-01"}};
  EXPECT_EQ(map(mapping_of(yaml), row).reject.code, "filtered");
  EXPECT_EQ(map(mapping_of(yaml + "others: ignored\n"), row).outcome, Outcome::ignored);
  const Mapping other =
      mapping_of("kenko: 1\nothers: ignored\nrules:\n  e: {files: x.csv, event: x, account: c, time: t}\n");
  EXPECT_EQ(map(other, row).reject.code, "no-rule-for-file") << "a file of another name is not left out on purpose";
  const Cells wrong{{"k", "a"}, {"c", "1"}, {"t", "never"}};
  EXPECT_EQ(map(mapping_of(yaml + "others: ignored\n"), wrong).reject.code, "bad-time") << "a fault is a fault";
}

TEST(Exports, FingerprintsSeeTheNewKeys) {
  const auto print = [](const std::string& yaml) { return mapping_of(yaml).fingerprint; };
  const std::string event = "kenko: 1\nrules:\n  e: {event: x, time: t, account: ";
  EXPECT_NE(print(event + "{template: \"{A}{B}\"}}\n"), print(event + "{first: [A, B]}}\n"));
  EXPECT_NE(print(event + "A}\n"), print(event + "{column: A, before: \";\"}}\n"));
  EXPECT_EQ(print(event + "A}\n"), print(event + "{column: A, optional: true}}\n"));
  EXPECT_NE(print(event + "A}\n"), print(event + "A}\nothers: ignored\n"));
  EXPECT_EQ(print(event + "{column: A, map: {a: b}}}\n"),
            print("tables: {w: {a: b}}\n" + event + "{column: A, map: w}}\n"));
  std::string without = kContract;
  without.replace(without.find("      end_excluded: true\n"), 25, "");
  EXPECT_NE(print(kContract), print(without));
}

TEST(Exports, MistakesAreNamed) {
  const std::string event = "kenko: 1\ntables: {words: {a: b}}\nrules:\n  e: {event: x, time: t, account: ";
  EXPECT_EQ(codes(read_mapping(event + "{column: A, map: wrods}}\n", "m")),
            "unknown-table: there is no table `wrods` (did you mean `words`?)\n");
  EXPECT_EQ(codes(read_mapping(event + "{first: [A]}}\n", "m")),
            "bad-cell: `first` is a list of at least two columns (first: [Owner, Manager])\n");
  EXPECT_EQ(
      codes(read_mapping(event + "{first: [A, B], column: C}}\n", "m")),
      "bad-cell: `account` needs one of `column`, `first`, `constant` and `template` (a column's name alone will do: "
      "`account: CustomerID`)\n");
  EXPECT_NE(codes(read_mapping(
                      "kenko: 1\nrules:\n  c: {contracts: {id: i, account: a, start: s, ends_with_term: true}}\n", "m"))
                .find("`ends_with_term` needs `term_months`"),
            std::string::npos);
}

}  // namespace
}  // namespace kenko::mapping
