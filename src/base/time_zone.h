// base/time_zone.h
//
// Turns instants into calendar days of a zone and back.  The zone data are part of the binary, so that no result
// depends on the machine; their version is part of a model's fingerprint.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"

namespace kenko {

/// An IANA time zone.
///
/// Ownership: cheap to copy, shares immutable data.  Threads: safe to use from many.
class TimeZone {
 public:
  /// UTC.
  TimeZone();
  /// nullopt when the name is not an IANA zone ("Europe/London", "UTC").
  [[nodiscard]] static std::optional<TimeZone> find(std::string_view name);
  [[nodiscard]] static std::vector<std::string> names();
  /// The version of the zone data, e.g. "2026.6".
  [[nodiscard]] static std::string data_version();

  [[nodiscard]] const std::string& name() const;
  /// The calendar day in this zone that contains `t`.
  [[nodiscard]] Day day_of(Instant t) const;
  /// The first instant of `d` in this zone.
  [[nodiscard]] Instant start_of(Day d) const;
  /// The instant that clocks in this zone show as `local` (its own offset, when it has one, is used instead).  A time
  /// that a clock change skips becomes the instant after the gap; one that comes twice is the first.
  [[nodiscard]] Instant instant_of(const LocalTime& local) const;

 private:
  struct Data;
  explicit TimeZone(std::shared_ptr<const Data> data);
  std::shared_ptr<const Data> data_;
};

}  // namespace kenko
