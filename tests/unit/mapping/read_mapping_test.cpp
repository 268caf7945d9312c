#include "mapping/read_mapping.h"

#include <gtest/gtest.h>

#include "mapping/filter.h"
#include "mapping/own_columns.h"

namespace kenko::mapping {
namespace {

constexpr std::string_view kShop = R"(
kenko: 1
source: shop
accounts: defines
covers: all
format: {delimiter: ";", decimal: ","}
time: {zone: Europe/London, format: "%d.%m.%Y %H:%M"}
rules:
  purchase:
    where: not starts_with(InvoiceNo, "C")
    event: purchase
    account: {column: CustomerID, integer: true}
    time: InvoiceDate
    value: {product: [Quantity, UnitPrice]}
    currency: {constant: GBP}
    properties: {stock_code: StockCode, quantity: {column: Quantity, type: number}}
  state:
    attributes: {plan: Plan, seats_used: {column: Seats, type: number}}
    account: CustomerID
)";

TEST(ReadMapping, ReadsRulesAndFormats) {
  const auto mapping = read_mapping(kShop, "shop.yaml");
  ASSERT_TRUE(mapping.ok()) << to_text(mapping.problems());
  EXPECT_EQ(mapping->source, "shop");
  EXPECT_EQ(mapping->format.delimiter, ';');
  EXPECT_EQ(mapping->format.decimal, ',');
  ASSERT_EQ(mapping->rules.size(), 2U);
  EXPECT_EQ(mapping->rules[0].event.value.factors.size(), 2U);
  EXPECT_EQ(mapping->rules[0].where->text(), "not starts_with(InvoiceNo, \"C\")");
  EXPECT_EQ(mapping->rules[0].event.time.time.zone->name(), "Europe/London");
  EXPECT_TRUE(mapping->rules[1].attributes.is_snapshot());
  EXPECT_TRUE(needs_as_of(*mapping, "x.csv"));
  EXPECT_EQ(emitted_names(*mapping).names, std::vector<std::string>{"purchase"});
  EXPECT_EQ(account_attributes(*mapping).at("seats_used"), facts::AttributeType::number);
}

TEST(ReadMapping, FingerprintIsOfMeaning) {
  const auto a = read_mapping(kShop, "a.yaml");
  std::string other(kShop);
  other = "# a comment\n" + other;
  other.replace(other.find("accounts: defines"), 17, "accounts: matched");
  const auto b = read_mapping(other, "b.yaml");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->fingerprint, b->fingerprint);
  other.replace(other.find("GBP"), 3, "USD");
  const auto c = read_mapping(other, "c.yaml");
  ASSERT_TRUE(c.ok());
  EXPECT_NE(a->fingerprint, c->fingerprint);
}

TEST(ReadMapping, AllProblemsAtOnceWithPlaces) {
  const auto mapping = read_mapping(R"(kenko: 1
time: {zone: Europe/Londn}
rules:
  buy:
    where: Quantity >
    event: purchase
    tme: InvoiceDate
  sell:
    event: sale
    attributes: {a: b}
)",
                                    "bad.yaml");
  ASSERT_FALSE(mapping.ok());
  std::string all = to_text(mapping.problems());
  EXPECT_NE(all.find("bad.yaml:2:14: error: unknown time zone `Europe/Londn` [unknown-zone]"), std::string::npos)
      << all;
  EXPECT_NE(all.find("did you mean `Europe/London`?"), std::string::npos) << all;
  EXPECT_NE(all.find("bad.yaml:7:5: error: rule `buy` has no key `tme`"), std::string::npos) << all;
  EXPECT_NE(all.find("bad.yaml:8:3: error: rule `sell` must make one thing"), std::string::npos) << all;
  EXPECT_NE(all.find("an event needs `account` or `user`"), std::string::npos) << all;
}

TEST(ReadMapping, MissingColumnsAreNamedWithAHint) {
  const auto mapping = read_mapping(kShop, "shop.yaml");
  const std::vector<std::string_view> columns{"InvoiceNo", "StockCode",  "Quantiti", "InvoiceDate",
                                              "UnitPrice", "CustomerID", "Plan",     "Seats"};
  const Problems problems = check_columns(*mapping, "orders.csv", columns);
  ASSERT_EQ(problems.size(), 1U) << to_text(problems);
  EXPECT_EQ(problems[0].code, "unknown-column");
  EXPECT_EQ(problems[0].place.line, 14);
  EXPECT_EQ(problems[0].hint, "did you mean `Quantiti`?");
}

TEST(ReadMapping, RulesForOtherFilesDoNotCount) {
  const auto mapping = read_mapping(R"(kenko: 1
rules:
  a: {files: "a-*.csv", event: x, account: A, time: T}
  b: {files: [b.csv], event: y, account: B, time: T}
)",
                                    "m.yaml");
  ASSERT_TRUE(mapping.ok()) << to_text(mapping.problems());
  const std::vector<std::string_view> columns{"A", "T"};
  EXPECT_TRUE(check_columns(*mapping, "dir/A-2025.csv.gz", columns).empty());
  EXPECT_EQ(check_columns(*mapping, "b.csv", columns).size(), 1U);
  EXPECT_EQ(check_columns(*mapping, "c.csv", columns)[0].code, "no-rule-for-file");
}

TEST(OwnMapping, RecognisesEachKind) {
  const auto kind = [](std::vector<std::string_view> columns) {
    const auto mapping = own_mapping(columns);
    return mapping ? mapping->rules[0].name : std::string("none");
  };
  EXPECT_EQ(kind({"name", "occurred_at", "account", "plan"}), "events");
  EXPECT_EQ(kind({"user", "name", "at"}), "events");
  EXPECT_EQ(kind({"account", "key", "value", "valid_from"}), "attributes");
  EXPECT_EQ(kind({"account", "plan", "valid_from"}), "attributes");
  EXPECT_EQ(kind({"contract", "account", "start", "end", "arr"}), "contracts");
  EXPECT_EQ(kind({"kind", "source", "external_id", "id"}), "identities");
  EXPECT_EQ(kind({"contact", "account", "valid_from"}), "memberships");
  EXPECT_EQ(kind({"currency", "day", "rate"}), "rates");
  EXPECT_EQ(kind({"Customer", "Date", "What", "Amount"}), "none");
}

}  // namespace
}  // namespace kenko::mapping
