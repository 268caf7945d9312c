// shape.h
//
// The made-up company of the benchmark: events of any number, the same for the same seed, in any order of asking.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/random.h"
#include "facts/fact.h"

namespace kenko::bench {

/// How large the company is.  One account has a tenth of all events; the others follow Zipf's law.
struct Shape {
  int64_t events = 20'000'000;
  int64_t accounts = 20'000;
  int32_t days = 365;
  uint64_t seed = 1;

  [[nodiscard]] Day first_day() const { return Day::of(2025, 1, 1); }
  [[nodiscard]] Day last_day() const { return first_day() + (days - 1); }
};

/// One event in numbers.
struct Row {
  static constexpr int32_t kNone = -1;

  uint64_t id = 0;
  uint32_t account = 0;
  int32_t user = kNone;     ///< within the account
  int32_t feature = kNone;  ///< property `feature`
  uint8_t name = 0;         ///< position in event_names()
  bool has_value = false;
  int64_t micros = 0;     ///< the value, in millionths
  int64_t occurred = 0;   ///< microseconds, UTC
  int32_t severity = -1;  ///< property `severity` of tickets, -1 = none
};

/// The dozen event names, and that of leaving.
[[nodiscard]] const std::vector<std::string>& event_names();

/// Rows [begin, end) of the company.  Row i is the same whatever the range is that it is asked in; the rows of a slice
/// of i's lie in the same slice of the year, as a feed would give them.
class Generator {
 public:
  explicit Generator(const Shape& shape);
  [[nodiscard]] Row row(int64_t i) const;

 private:
  Shape shape_;
  std::vector<double> up_to_;  ///< by account, the share of events of the accounts up to it
  std::vector<int32_t> users_;
  std::vector<uint32_t> guide_;  ///< where in up_to_ to begin looking, by 1/65536ths
};

inline constexpr std::string_view kSource = "product";

/// The texts of a row.
[[nodiscard]] std::string account_id(uint32_t account);
[[nodiscard]] std::string user_id(uint32_t account, int32_t user);
[[nodiscard]] std::string event_id(uint64_t id);
[[nodiscard]] std::string feature_name(int32_t feature);
[[nodiscard]] std::string_view severity_name(int32_t severity);
/// The same event as Kenko's own import would make it of own columns.
[[nodiscard]] facts::EventFact fact_of(const Row& row);

}  // namespace kenko::bench
