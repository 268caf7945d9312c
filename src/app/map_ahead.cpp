#include "app/map_ahead.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace kenko::app {
namespace {

// The caller maps, too, when it would have to wait.
size_t threads_beside_caller() {
  constexpr unsigned kMost = 8;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMost) - 1;
}

}  // namespace

MapAhead::MapAhead(const BatchMapping& what) : what_(what), own_(what), most_threads_(threads_beside_caller()) {}

MapAhead::~MapAhead() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  to_do_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void MapAhead::submit(std::unique_ptr<MapJob> job) {
  auto entry = std::make_unique<Entry>();
  entry->job = std::move(job);
  {
    const std::lock_guard lock(mutex_);
    open_.push_back(entry.get());
  }
  jobs_.push_back(std::move(entry));
  if (threads_.size() < most_threads_ && jobs_.size() > threads_.size() + 1) {
    threads_.emplace_back([this] { work(); });
  }
  to_do_.notify_one();
}

std::unique_ptr<MapJob> MapAhead::take() {
  KENKO_CHECK(!jobs_.empty(), "{} jobs wait", jobs_.size());
  Entry& first = *jobs_.front();
  bool mine = false;
  {
    std::unique_lock lock(mutex_);
    mine = first.state == State::waits;
    if (mine) {
      std::erase(open_, &first);
    } else {
      done_.wait(lock, [&first] { return first.state == State::done; });
    }
  }
  if (mine) own_.map(first.job->records, first.job->mapped);
  std::unique_ptr<MapJob> job = std::move(first.job);
  jobs_.pop_front();
  return job;
}

void MapAhead::work() {
  BatchMapper mapper(what_);
  while (true) {
    Entry* entry = nullptr;
    {
      std::unique_lock lock(mutex_);
      to_do_.wait(lock, [this] { return stop_ || !open_.empty(); });
      if (stop_) return;
      entry = open_.front();
      open_.pop_front();
      entry->state = State::begun;
    }
    mapper.map(entry->job->records, entry->job->mapped);
    {
      const std::lock_guard lock(mutex_);
      entry->state = State::done;
    }
    done_.notify_one();
  }
}

std::unique_ptr<MapJob> MapAhead::fresh() {
  if (spare_.empty()) return std::make_unique<MapJob>();
  std::unique_ptr<MapJob> job = std::move(spare_.back());
  spare_.pop_back();
  return job;
}

void MapAhead::give_back(std::unique_ptr<MapJob> job) {
  job->mapped.clear();
  job->repeats.clear();
  spare_.push_back(std::move(job));
}

}  // namespace kenko::app
