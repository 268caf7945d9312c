// The real data set: 541,909 invoice lines of a wholesaler, as one shipped file and as one file a day.
#include <algorithm>
#include <cstdlib>

#include "workspace_fixture.h"

namespace kenko::app {
namespace {

constexpr const char* kMapping = R"(kenko: 1
source: shop
rules:
  purchase:
    event: invoice.paid
    account: {column: CustomerID, integer: true}
    time: InvoiceDate
    value: {product: [Quantity, UnitPrice]}
    currency: {constant: GBP}
    properties: {invoice: InvoiceNo, product: StockCode, country: Country}
    where: not starts_with(InvoiceNo, "C")
  return:
    event: goods.returned
    account: {column: CustomerID, integer: true}
    time: InvoiceDate
    value: {product: [Quantity, UnitPrice]}
    currency: {constant: GBP}
    properties: {invoice: InvoiceNo, product: StockCode, country: Country}
    where: starts_with(InvoiceNo, "C")
)";

constexpr int64_t kRows = 541'909;
constexpr int64_t kWithoutCustomer = 135'080;

class RetailImport : public WorkspaceTest {};

// The shipped file.  Its cells are the texts of the original, so its facts are those of the daily files.
TEST_F(RetailImport, EveryRowOnceAndASecondImportAddsNothing) {
  const std::string shipped = "share/data/online_retail.parquet";
  if (!std::filesystem::exists(shipped)) GTEST_SKIP() << shipped << " is not there: run the test in the source folder";
  const std::string map = file("shop.yaml", kMapping);
  const ImportReport first = import({shipped}, map);
  EXPECT_EQ(first.total.read, kRows);
  EXPECT_EQ(first.total.rejected, kWithoutCustomer);
  EXPECT_EQ(first.total.added, kRows - kWithoutCustomer);
  EXPECT_EQ(status().segments.size(), 1U);
  const std::string once = digest();
  const ImportReport second = import({shipped}, map);
  EXPECT_EQ(second.total.already, kRows - kWithoutCustomer);
  EXPECT_FALSE(second.facts_changed);
  EXPECT_EQ(digest(), once);

  // The daily files, last day first, say the same.
  const char* named = std::getenv("KENKO_RETAIL_DIR");
  if (named == nullptr)
    GTEST_SKIP() << "KENKO_RETAIL_DIR does not name the folder of the daily files: order not tested";
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(named)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
  }
  std::sort(files.rbegin(), files.rend());
  dir_ = make("daily");
  const ImportReport daily = import(files, map);
  EXPECT_EQ(daily.total.added, kRows - kWithoutCustomer);
  EXPECT_EQ(status().segments.size(), 1U);  // not one for each file
  EXPECT_EQ(digest(), once);
}

}  // namespace
}  // namespace kenko::app
