// The real data set, when it is there: 305 files of a wholesaler, 541,909 rows.
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

std::string retail_dir() {
  const char* named = std::getenv("KENKO_RETAIL_DIR");
  return named != nullptr ? named : "../shared/data/online_retail";
}

class RetailImport : public WorkspaceTest {};

TEST_F(RetailImport, EveryRowOnceInAnyOrder) {
  const std::string data = retail_dir();
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(data, error)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
  }
  if (files.empty()) GTEST_SKIP() << "the Online Retail files are not in " << data << " (KENKO_RETAIL_DIR names them)";
  std::sort(files.begin(), files.end());
  const std::string map = file("shop.yaml", kMapping);
  const ImportReport first = import(files, map);
  EXPECT_EQ(first.total.read, 541'909);
  EXPECT_EQ(first.total.rejected, 135'080);
  EXPECT_EQ(first.total.added, 541'909 - 135'080);
  EXPECT_EQ(status().segments.size(), 1U);
  const std::string in_order = digest();

  const ImportReport second = import(files, map);
  EXPECT_EQ(second.total.already, 541'909 - 135'080);
  EXPECT_FALSE(second.facts_changed);
  EXPECT_EQ(digest(), in_order);

  dir_ = make("backwards");
  std::reverse(files.begin(), files.end());
  import(files, map);
  EXPECT_EQ(digest(), in_order);
}

}  // namespace
}  // namespace kenko::app
