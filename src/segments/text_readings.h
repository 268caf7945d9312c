// segments/text_readings.h
//
// Internal to segments: what the texts of stored events say, worked out once per segment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "duck/connection.h"
#include "ports/fact_store.h"
#include "text/derive.h"
#include "text/rules.h"

namespace kenko::segments {

/// The sentiment and topics of one stored event.
struct TextReading {
  uint64_t row = 0;      ///< its position among all rows of the catalog, in the order of the segments
  uint64_t key_low = 0;  ///< of its key, so that a wrong position is noticed
  text::Reading reading;
};

/// Readings by row; events without a text, and those whose text says nothing, are not there.
struct TextReadings {
  std::vector<std::string> topics;
  std::vector<TextReading> rows;  ///< ascending
};

/// The readings of all segments of the catalog.  Segments that were read before with the same files come from
/// DIR/cache/texts-FINGERPRINT.bin, which may be deleted at any time; without files there are none.  Problems: those of
/// the files, "segment-damaged".
[[nodiscard]] Result<TextReadings> read_texts(duck::Connection& duck, const std::string& dir,
                                              const std::vector<ports::SegmentInfo>& catalog,
                                              const text::RuleFiles& files);

}  // namespace kenko::segments
