// sim/exports.h
//
// One function a source: shows the world as that source's system would export it.  README.md documents the columns.
#pragma once

#include <string>
#include <vector>

#include "sim/export_file.h"
#include "sim/world.h"

namespace kenko::sim {

/// A solved ticket, after which the requester is asked how it went.
struct SolvedTicket {
  Day day;
  const Account* account = nullptr;  ///< in the world
  const Contact* contact = nullptr;  ///< in the account
  double mood = 0;                   ///< -1..1
};

void export_product(const World& world, Folder& folder);
void export_crm_accounts(const World& world, Folder& folder);
void export_crm_tables(const World& world, Folder& folder);  ///< contacts, contracts, outcomes, identities
void export_crm_activities(const World& world, Folder& folder);
void export_billing(const World& world, Folder& folder);
[[nodiscard]] std::vector<SolvedTicket> export_help_desk(const World& world, Folder& folder);
void export_surveys(const World& world, const std::vector<SolvedTicket>& solved, Folder& folder);
void export_sheet(const World& world, Folder& folder);
void export_rates(const World& world, Folder& folder);

/// Writes the hidden truth; `planted` is what the export folder counted.
void write_truth(const World& world, const Tally& planted, Folder& folder);

/// An independent random sequence for one part of one account.
[[nodiscard]] Random random_for(const World& world, uint64_t part, size_t account = 0);

/// "12.50": an amount in cents, with 2 places.
[[nodiscard]] std::string money(int64_t cents, char decimal_sign = '.');
/// 14.05.2025
[[nodiscard]] std::string german_date(Day d);
/// "08:15:12" of seconds since midnight.
[[nodiscard]] std::string clock(int64_t seconds);
/// `d`, or the Friday or Monday beside it when it is a weekend.
[[nodiscard]] Day working_day(Day d);
[[nodiscard]] std::string optional_date(const std::optional<Day>& d);

/// Rows that are written in order of time once all are there.
class TimedRows {
 public:
  void add(Day day, int64_t seconds, std::vector<std::string> cells) {
    rows_.push_back({day, seconds, std::move(cells)});
  }
  /// Numbers the rows: column `id` becomes `prefix` and a running number of `digits` digits.
  void write(ExportFile& file, std::string_view prefix, int digits, size_t id = 0);
  struct Row {
    Day day;
    int64_t seconds = 0;
    std::vector<std::string> cells;
  };
  /// The rows, sorted; equal times keep their order.
  [[nodiscard]] std::vector<Row>& sorted();

 private:
  std::vector<Row> rows_;
};

}  // namespace kenko::sim
