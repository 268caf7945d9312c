// sim/company.h
//
// An invented software company with a known hidden truth: what the demo shows and what back-tests are tested with.
// README.md in this folder documents every file and column that is written.
#pragma once

#include <cstdint>
#include <string>

#include "base/day.h"
#include "base/result.h"

namespace kenko::sim {

/// What to simulate.
///
/// Meaning:    the same options give the same bytes in every file, on every run.
/// Units:      `events_per_account_day` product events per account and day while it is a customer, on average;
///             `dirty_ratio` share of rows that are dirty.
/// Invariants: accounts 20..20000, days 60..3650, events_per_account_day 0..200, dirty_ratio 0..0.5.
/// Ownership:  plain value.
struct CompanyOptions {
  uint64_t seed = 1;
  int accounts = 300;
  Day first_day = Day::of(2025, 5, 1);
  int days = 550;
  double events_per_account_day = 7.1;
  double dirty_ratio = 0.02;
};

/// Writes raw export files, as the systems of such a company would export them, into `export_dir`, and what really
/// drove each account into `truth_dir`.  Both folders are made when missing; files of the same name are replaced.
/// Errors: bad-simulation-option, cannot-write.
Status write_company(const CompanyOptions& options, const std::string& export_dir, const std::string& truth_dir);

}  // namespace kenko::sim
