// app/map_ahead.h
//
// Maps batches of records on several threads and hands them over in their order.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "app/mapped_batch.h"

namespace kenko::app {

/// A batch on its way.
struct MapJob {
  RecordBatch records;
  MappedBatch mapped;
  MappedBatch repeats;  ///< rows that were mapped once more, because equal records stand before them
};

/// Maps what is submitted while its caller reads on.
///
/// Order:   take() gives the jobs in the order in which they were submitted, so that no result depends on timing.
/// Threads: submit, take and give_back from one.  Files of a single batch start no thread.
class MapAhead {
 public:
  explicit MapAhead(const BatchMapping& what);
  ~MapAhead();
  MapAhead(const MapAhead&) = delete;
  MapAhead& operator=(const MapAhead&) = delete;

  void submit(std::unique_ptr<MapJob> job);
  /// The oldest job, mapped; by the caller itself when nobody has begun with it.  Requires waiting() > 0.
  [[nodiscard]] std::unique_ptr<MapJob> take();
  [[nodiscard]] size_t waiting() const { return jobs_.size(); }
  /// More than that many jobs should not wait.
  [[nodiscard]] size_t limit() const { return most_threads_ + 2; }
  /// An empty job.
  [[nodiscard]] std::unique_ptr<MapJob> fresh();
  void give_back(std::unique_ptr<MapJob> job);
  /// For rows that are mapped once more.
  [[nodiscard]] BatchMapper& own_mapper() { return own_; }

 private:
  enum class State : uint8_t { waits, begun, done };
  struct Entry {
    std::unique_ptr<MapJob> job;
    State state = State::waits;
  };
  void work();

  const BatchMapping& what_;
  BatchMapper own_;
  size_t most_threads_;
  std::vector<std::unique_ptr<MapJob>> spare_;

  std::deque<std::unique_ptr<Entry>> jobs_;  // by the caller only
  std::mutex mutex_;
  std::condition_variable to_do_, done_;
  std::deque<Entry*> open_;  // under the mutex, as the states
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kenko::app
