#include "app/segment_writing.h"

#include <utility>

#include "base/check.h"

namespace kenko::app {

SegmentWriting::~SegmentWriting() {
  if (thread_.joinable()) thread_.join();
}

void SegmentWriting::begin(PendingEvents& events, size_t count, Instant now) {
  KENKO_CHECK(leaving_ == nullptr, "{} events are being written", leaving_->size());
  if (events.size() == 0) return;
  std::swap(*own_, events);
  leaving_ = own_.get();
  const size_t rest = own_->size() - count;
  parts_ = (count > 0 ? 1U : 0U) + (rest > 0 ? 1U : 0U);
  thread_ = std::thread([this, count, rest, now] {
    status_ = [&]() -> Status {
      for (const auto& [first, size] : {std::pair{size_t{0}, count}, std::pair{count, rest}}) {
        if (size == 0) continue;
        KENKO_TRY(segments::WrittenSegment segment, writer_.write(own_->rows(), first, size, now));
        written_.push_back(std::move(segment));
      }
      return Done{};
    }();
  });
}

Result<std::vector<segments::WrittenSegment>> SegmentWriting::finish() {
  if (leaving_ == nullptr) return std::vector<segments::WrittenSegment>();
  thread_.join();
  own_->clear();
  leaving_ = nullptr;
  parts_ = 0;
  KENKO_TRY_STATUS(std::exchange(status_, Done{}));
  return std::exchange(written_, {});
}

}  // namespace kenko::app
