#include "mapping/suggest.h"

#include <gtest/gtest.h>

#include "mapping/ids.h"
#include "mapping/map_record.h"
#include "mapping/read_mapping.h"

namespace kenko::mapping {
namespace {

/// The mapping that is suggested for a sample must read without problems and take every row of it.
struct Tried {
  std::string yaml;
  facts::FactSet facts;
};

Tried try_sample(std::vector<std::string> columns, std::vector<std::vector<std::string>> rows, char delimiter = ',',
                 const std::string& file = "exports/Visits-2025.csv", const std::string& event = "") {
  Sample sample;
  sample.format.type = FileType::csv;
  sample.format.delimiter = delimiter;
  sample.columns = columns;
  sample.rows = rows;
  Tried out;
  out.yaml = suggest_mapping(sample, file, event);
  SCOPED_TRACE(out.yaml);
  const auto mapping = read_mapping(out.yaml, "suggested.yaml");
  EXPECT_TRUE(mapping.ok()) << (mapping.ok() ? "" : to_text(mapping.problems()));
  if (!mapping.ok()) return out;
  const std::vector<std::string_view> names(columns.begin(), columns.end());
  EXPECT_TRUE(check_columns(*mapping, file, names).empty());
  MapContext context;
  context.source = "s";
  context.as_of = Day::of(2026, 1, 1);
  context.file_name = file;
  Mapper mapper(*mapping, context);
  Mapped mapped;
  RawHasher hasher;
  for (const auto& row : rows) {
    const std::vector<std::string_view> values(row.begin(), row.end());
    const RawRecord record{2, 1, names, values};
    mapper.map_record(record, hasher.hash(record), 0, mapped);
    EXPECT_EQ(mapped.outcome, Outcome::mapped) << mapped.reject.code << ' ' << mapped.reject.message;
    for (auto& e : mapped.facts.events) out.facts.events.push_back(std::move(e));
    for (auto& a : mapped.facts.attributes) out.facts.attributes.push_back(std::move(a));
    for (auto& c : mapped.facts.contracts) out.facts.contracts.push_back(std::move(c));
    mapped.facts = {};
  }
  return out;
}

TEST(Suggest, ANewcomersSpreadsheet) {
  const Tried t = try_sample({"Customer", "Date", "What", "Amount"},
                             {{"Baker & Co", "03.02.2025", "Order", "1.250,50 €"},
                              {"Baker & Co", "17.02.2025", "Visit", ""},
                              {"Hill Ltd", "28.02.2025", "Order", "99,00 €"}},
                             ';');
  ASSERT_EQ(t.facts.events.size(), 3U);
  EXPECT_EQ(t.facts.events[0].name, "purchase");
  EXPECT_EQ(t.facts.events[0].value->text(), "1250.5");
  EXPECT_EQ(t.facts.events[0].occurred_at.iso(), "2025-02-03T00:00:00Z");
  EXPECT_EQ(t.facts.events[1].name, "meeting.held");
  EXPECT_NE(t.yaml.find("source: visits"), std::string::npos) << t.yaml;
}

TEST(Suggest, OneRowForEachCustomerIsASnapshot) {
  const Tried t =
      try_sample({"Company", "Plan", "Seats", "Customer since", "Owner"},
                 {{"Baker", "pro", "10", "2024-01-05", "ada"}, {"Hill", "basic", "3", "2023-11-30", "ben"}});
  EXPECT_TRUE(t.facts.events.empty());
  ASSERT_EQ(t.facts.attributes.size(), 8U);
  EXPECT_EQ(t.facts.attributes[0].scope, "state");
  EXPECT_EQ(t.facts.attributes[0].entity_ref, "Baker");
  EXPECT_NE(t.yaml.find("started: {column: \"Customer since\", type: day}"), std::string::npos) << t.yaml;
}

TEST(Suggest, WhoseOwnerItIsIsNoCustomer) {
  const Tried t = try_sample(
      {"Account owner", "Account", "Users", "Date"},
      {{"ada", "Baker", "5", "2025-01-05"}, {"ada", "Hill", "6", "2025-01-05"}, {"ben", "Hill", "7", "2025-01-06"}});
  ASSERT_EQ(t.facts.events.size(), 3U);
  EXPECT_EQ(t.facts.events[0].account_ref, "Baker");
  EXPECT_FALSE(t.facts.events[0].user_ref.has_value());
}

TEST(Suggest, RetailLines) {
  const Tried t = try_sample(
      {"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"},
      {{"536365", "85123A", "HOLDER", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "UK"},
       {"536365", "71053", "LANTERN", "6", "2010-12-01 08:26:00", "3.39", "17850.0", "UK"}});
  ASSERT_EQ(t.facts.events.size(), 2U);
  EXPECT_EQ(t.facts.events[0].account_ref, "17850");
  EXPECT_EQ(t.facts.events[0].value->text(), "15.3");
}

TEST(Suggest, OtherLanguages) {
  const Tried japanese = try_sample({"顧客", "日付", "内容", "金額"}, {{"健康社", "2025年3月5日", "注文", "1200"},
                                                                       {"健康社", "2025年3月9日", "訪問", ""}});
  ASSERT_EQ(japanese.facts.events.size(), 2U);
  EXPECT_EQ(japanese.facts.events[0].name, "purchase");
  const Tried german = try_sample({"Kunde", "Datum", "Betrag", "Bemerkung"},
                                  {{"Müller", "31.12.2024", "12,50", "gut"}, {"Müller", "02.01.2025", "7,25", ""}}, ';',
                                  "Bestellungen.csv");
  ASSERT_EQ(german.facts.events.size(), 2U);
  EXPECT_EQ(german.facts.events[0].name, "purchase");
  EXPECT_EQ(german.facts.events[0].text, "gut");
  const Tried italian = try_sample({"Cliente", "Data", "Tipo", "Importo"},
                                   {{"Rossi", "05/06/2025", "ordine", "10"}, {"Rossi", "25/06/2025", "reso", "5"}});
  ASSERT_EQ(italian.facts.events.size(), 2U);
  EXPECT_EQ(italian.facts.events[1].name, "return");
}

TEST(Suggest, TheOrderOfDayAndMonthIsMarkedWhenItCouldBeEither) {
  const Tried t = try_sample({"client", "when", "event"}, {{"a", "01/02/2025", "login"}, {"a", "01/03/2025", "login"}});
  EXPECT_NE(t.yaml.find("could be the other way round"), std::string::npos) << t.yaml;
  EXPECT_NE(t.yaml.find("%m/%d/%Y"), std::string::npos) << t.yaml;
}

TEST(Suggest, OddColumnsStillGiveAMappingThatReads) {
  try_sample({"a: b", "on", "#", "x\"y", "{z}"},
             {{"q", "2025-01-01", "1", "2", "3"}, {"r", "2025-01-02", "1", "2", "3"}});
  try_sample({"only"}, {{"x"}, {"y"}});
  try_sample({"only"}, {});
  try_sample({"e-mail", "timestamp"}, {{"a@b.example", "1735689600"}, {"a@b.example", "1735689700"}});
  EXPECT_EQ(suggest_mapping({}, "x.csv"), "");
}

TEST(Suggest, AListOfThoseWhoLeft) {
  for (const char* column : {"Left on", "churned_at", "Churn date", "Cancelled on", "End of relationship"}) {
    const Tried t = try_sample({"Customer ID", column, "Reason"},
                               {{"C1", "2025-05-18", "price"}, {"C2", "2025-06-29", ""}, {"C3", "2025-07-01", "price"}},
                               ',', "leavers-2025.csv");
    ASSERT_EQ(t.facts.events.size(), 3U) << column;
    EXPECT_TRUE(t.facts.attributes.empty());
    EXPECT_EQ(t.facts.events[0].name, "account.churned");
    EXPECT_EQ(t.facts.events[0].account_ref, "C1");
    EXPECT_EQ(t.facts.events[0].occurred_at.iso(), "2025-05-18T00:00:00Z");
    ASSERT_EQ(t.facts.events[0].properties.size(), 1U);
    EXPECT_EQ(t.facts.events[0].properties[0].key, "reason");
  }
  // Here the file's name says it.
  const Tried named = try_sample({"Customer", "Date", "Why"},
                                 {{"C1", "2025-05-18", "price"}, {"C2", "2025-06-29", "moved"}}, ',', "churn.csv");
  ASSERT_EQ(named.facts.events.size(), 2U);
  EXPECT_EQ(named.facts.events[0].name, "account.churned");
  EXPECT_EQ(named.facts.events[0].properties.at(0).key, "reason");
}

TEST(Suggest, CustomersOfWhomSomeLeft) {
  const Tried t = try_sample({"Customer", "Segment", "Started", "Churned at", "Churn reason"},
                             {{"C1", "smb", "2024-01-01", "", ""}, {"C2", "mid", "2024-02-01", "2025-06-29", "price"}},
                             ',', "customers.csv");
  ASSERT_EQ(t.facts.events.size(), 1U);
  EXPECT_EQ(t.facts.events[0].name, "account.churned");
  EXPECT_EQ(t.facts.events[0].account_ref, "C2");
  EXPECT_EQ(t.facts.events[0].properties.at(0).value, "price");
  const Tried flag = try_sample({"Customer", "Churned", "Churn date"}, {{"C1", "yes", "2025-06-29"}, {"C2", "no", ""}},
                                ',', "customers.csv");
  ASSERT_EQ(flag.facts.events.size(), 1U) << "one column says whether, another one when";
  EXPECT_EQ(flag.facts.events[0].account_ref, "C1");
  ASSERT_EQ(t.facts.attributes.size(), 4U) << "how things are does not tell when they will leave";
  for (const auto& a : t.facts.attributes) EXPECT_TRUE(a.key == "segment" || a.key == "started") << a.key;
}

TEST(Suggest, CancelledOrdersAreNoCustomersWhoLeft) {
  const auto names = [](const Tried& t) {
    std::string out;
    for (const auto& e : t.facts.events) out += e.name + ' ';
    return out;
  };
  EXPECT_EQ(names(try_sample({"Order", "Customer", "Cancelled at", "Amount"},
                             {{"1", "a", "2025-05-18", "5"}, {"2", "b", "2025-06-29", "6"}}, ',', "orders.csv"))
                .find("account"),
            std::string::npos);
  EXPECT_EQ(names(try_sample({"Customer", "Cancelled at", "Amount"},
                             {{"a", "2025-05-18", "5"}, {"a", "2025-06-29", "6"}}, ',', "subscriptions.csv"))
                .find("account"),
            std::string::npos);
  // Many rows a customer: what left on a day is a parcel.
  EXPECT_EQ(names(try_sample({"Customer", "Left on"}, {{"a", "2025-05-18"}, {"a", "2025-06-29"}}, ',', "parcels.csv")),
            "parcels parcels ");
}

TEST(Suggest, AListOfContracts) {
  const Tried t = try_sample({"Contract", "Customer ID", "Start", "End", "ARR", "Currency"},
                             {{"K1", "C1", "2024-12-20", "2027-12-20", "5000", "USD"},
                              {"K2", "C2", "2024-12-10", "2027-12-10", "30000", "EUR"}},
                             ',', "contracts.csv");
  EXPECT_TRUE(t.facts.attributes.empty());
  ASSERT_EQ(t.facts.contracts.size(), 2U);
  EXPECT_EQ(t.facts.contracts[0].contract_id, "K1");
  EXPECT_EQ(t.facts.contracts[0].account_ref, "C1");
  EXPECT_EQ(t.facts.contracts[0].start.iso(), "2024-12-20");
  EXPECT_EQ(t.facts.contracts[0].end->iso(), "2027-12-20");
  EXPECT_EQ(t.facts.contracts[1].arr->text(), "30000");
  EXPECT_EQ(t.facts.contracts[1].currency, "EUR");
}

TEST(Suggest, AMonthlyPriceIsTwelfthOfTheArr) {
  const Tried t = try_sample({"Customer", "Contract start", "Contract end", "MRR", "Auto-renew", "Status", "Owner"},
                             {{"C1", "20.12.2024", "20.12.2027", "100", "yes", "Active", "ada"},
                              {"C2", "10.12.2024", "10.06.2025", "50", "no", "Canceled", "ben"}},
                             ';', "book.csv");
  ASSERT_EQ(t.facts.contracts.size(), 2U);
  EXPECT_EQ(t.facts.contracts[0].contract_id, "C1/20.12.2024");
  EXPECT_EQ(t.facts.contracts[0].arr->text(), "1200");
  EXPECT_TRUE(t.facts.contracts[0].auto_renew);
  EXPECT_EQ(t.facts.contracts[1].state, facts::ContractFact::State::cancelled);
  ASSERT_EQ(t.facts.attributes.size(), 2U);
  EXPECT_EQ(t.facts.attributes[0].key, "owner");
  // Whether it is of a year or of all of it nobody knows.
  const Tried amount = try_sample({"Customer", "Start", "End", "Amount", "Renewal date"},
                                  {{"C1", "2024-12-20", "2025-12-19", "100", "2025-12-20"}});
  ASSERT_EQ(amount.facts.contracts.size(), 1U);
  EXPECT_FALSE(amount.facts.contracts[0].arr.has_value());
  EXPECT_NE(amount.yaml.find("# arr: Amount"), std::string::npos) << amount.yaml;
}

TEST(Suggest, StaysAndOffersAreNoContracts) {
  EXPECT_TRUE(try_sample({"Customer", "Start", "End", "Amount"}, {{"a", "2025-01-01", "2025-01-04", "300"}})
                  .facts.contracts.empty());
  EXPECT_TRUE(try_sample({"Customer", "Start", "End", "ARR", "Status"},
                         {{"a", "2025-01-01", "2025-12-31", "300", "Offer sent"}})
                  .facts.contracts.empty());
  EXPECT_TRUE(try_sample({"Contract", "Customer", "Start", "End", "ARR"},
                         {{"K1", "a", "2025-01-01", "2025-12-31", "300"}, {"K1", "a", "2026-01-01", "2026-12-31", "3"}})
                  .facts.contracts.empty())
      << "two rows of one contract";
}

TEST(Suggest, EventsThatSomebodyNamed) {
  const auto with_event = [](std::vector<std::string> columns, std::vector<std::vector<std::string>> rows,
                             const std::string& event) {
    return try_sample(std::move(columns), std::move(rows), ',', "churn.csv", event);
  };
  const Tried left =
      with_event({"Customer", "Started", "Gone", "Type"},
                 {{"a", "2024-01-01", "2025-01-05", "x"}, {"b", "2024-01-01", "2025-01-06", "y"}}, "account.churned");
  ASSERT_EQ(left.facts.events.size(), 2U) << "one row for each customer, and yet events";
  EXPECT_EQ(left.facts.events[0].name, "account.churned");
  EXPECT_EQ(left.facts.events[0].occurred_at.iso(), "2025-01-05T00:00:00Z");
  const Tried kinds =
      with_event({"Customer", "Date", "Type"}, {{"a", "2025-01-05", "x"}, {"b", "2025-01-06", "y"}}, "nps.answered");
  ASSERT_EQ(kinds.facts.events.size(), 2U);
  EXPECT_EQ(kinds.facts.events[1].name, "nps.answered");
  const Tried none = with_event({"Customer", "Plan"}, {{"a", "x"}, {"b", "y"}}, "login");
  EXPECT_TRUE(none.facts.events.empty());
  EXPECT_NE(none.yaml.find("# No column holds days or times"), std::string::npos) << none.yaml;
}

}  // namespace
}  // namespace kenko::mapping
