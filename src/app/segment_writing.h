// app/segment_writing.h
//
// Writes segments while an import reads on.
#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/pending_events.h"
#include "base/result.h"
#include "segments/writer.h"

namespace kenko::app {

/// Writes one list of events at a time on a thread of its own.
///
/// Threads: one.  What is written does not depend on timing: a list is handed over as a whole.
class SegmentWriting {
 public:
  explicit SegmentWriting(segments::Writer& writer) : writer_(writer) {}
  ~SegmentWriting();
  SegmentWriting(const SegmentWriting&) = delete;
  SegmentWriting& operator=(const SegmentWriting&) = delete;

  /// Takes all events of `events`, which is empty afterwards, and begins to write the first `count` of them and the
  /// others, each as a segment.  Requires that nothing is being written.
  void begin(PendingEvents& events, size_t count, Instant now);
  /// Waits; the segments that were written, in order.  After a failure those that succeeded are no one's.
  [[nodiscard]] Result<std::vector<segments::WrittenSegment>> finish();
  /// What is being written; null = nothing.
  [[nodiscard]] const PendingEvents* const& events() const { return leaving_; }
  /// How many segments finish() will give.
  [[nodiscard]] size_t segments() const { return parts_; }

 private:
  segments::Writer& writer_;
  std::unique_ptr<PendingEvents> own_ = std::make_unique<PendingEvents>();
  const PendingEvents* leaving_ = nullptr;
  size_t parts_ = 0;
  std::thread thread_;
  Status status_ = Done{};
  std::vector<segments::WrittenSegment> written_;
};

}  // namespace kenko::app
