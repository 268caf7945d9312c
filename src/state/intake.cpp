#include "state/intake.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "state/intake_file.h"

namespace kenko::state {
namespace {

/// Numbers are taken in blocks, so that most groups need no transaction of state.db.
constexpr int64_t kBlock = 65'536;

struct Waiting {
  Intake::Ticket ticket = 0;
  std::shared_ptr<IntakeWriter> writer;
  std::vector<facts::EventFact> events;
};

}  // namespace

struct Intake::State {
  std::string dir;
  Database* database = nullptr;

  // Of those who decide.
  int64_t file = 0;  // id of the file at hand; 0 = none
  int64_t last_file = 0;
  std::shared_ptr<IntakeWriter> writer;
  int64_t next = 0, end = 0;  // numbers that are left
  int64_t last_seq = 0;

  std::mutex mutex;  // of everything below
  std::condition_variable changed;
  std::deque<Waiting> queue;
  bool writing = false;
  Ticket submitted = 0, durable = 0;
  int64_t transactions = 0;
  Status failure = Done{};

  /// Writes what waits for one file, in one transaction.  Requires the lock, which is open meanwhile.
  void write(std::unique_lock<std::mutex>& lock) {
    std::vector<Waiting> batches;
    while (!queue.empty() && (batches.empty() || queue.front().writer == batches[0].writer)) {
      batches.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    std::vector<const std::vector<facts::EventFact>*> events;
    for (const Waiting& batch : batches) events.push_back(&batch.events);
    writing = true;
    lock.unlock();
    Status written = batches[0].writer->add(events);
    lock.lock();
    writing = false;
    if (written.ok()) {
      durable = batches.back().ticket;
      ++transactions;
    } else {
      failure = std::move(written);
    }
    changed.notify_all();
  }
};

Intake::Intake(std::unique_ptr<State> state) : state_(std::move(state)) {}
Intake::Intake(Intake&&) noexcept = default;
Intake& Intake::operator=(Intake&&) noexcept = default;
Intake::~Intake() = default;

Result<Intake> Intake::open(const std::string& dir, Database& database) {
  KENKO_TRY_STATUS(database.tidy_intake());
  KENKO_TRY(const std::vector<IntakeFile> files, database.intake_files());
  auto state = std::make_unique<State>();
  state->dir = dir;
  state->database = &database;
  if (!files.empty()) {
    KENKO_TRY(IntakeWriter writer, IntakeWriter::open(dir, files.back().file));
    state->file = state->last_file = files.back().id;
    state->writer = std::make_shared<IntakeWriter>(std::move(writer));
  }
  return Intake(std::move(state));
}

// Numbers that were taken before somebody else took some are given up, so that numbers grow with time.
Result<int64_t> Intake::reserve(int64_t count) {
  State& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    if (!s.failure.ok()) return s.failure.problems();
  }
  KENKO_TRY(const int64_t next_of_all, s.database->next_seq());
  if (s.writer != nullptr && next_of_all == s.end && s.end - s.next >= count) return s.next;
  KENKO_TRY(const IntakeRange range, s.database->reserve_intake(s.file, std::max(count, kBlock)));
  if (s.writer == nullptr) {
    KENKO_TRY(IntakeWriter writer, IntakeWriter::open(s.dir, range.file.file));
    s.writer = std::make_shared<IntakeWriter>(std::move(writer));
    s.file = s.last_file = range.file.id;
  }
  s.next = range.first;
  s.end = range.end;
  return s.next;
}

Intake::Ticket Intake::submit(std::vector<facts::EventFact> events) {
  State& s = *state_;
  for (const facts::EventFact& event : events) {
    KENKO_CHECK(event.recorded.seq >= s.next && event.recorded.seq < s.end, "{} is not in [{}, {})", event.recorded.seq,
                s.next, s.end);
    s.next = event.recorded.seq + 1;
    s.last_seq = event.recorded.seq;
  }
  const std::lock_guard lock(s.mutex);
  if (!events.empty()) s.queue.push_back({++s.submitted, s.writer, std::move(events)});
  return s.submitted;
}

Status Intake::wait(Ticket ticket) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  while (s.durable < ticket && s.failure.ok()) {
    if (s.writing) {
      s.changed.wait(lock);
    } else {
      s.write(lock);
    }
  }
  if (s.durable >= ticket) return Done{};
  return s.failure.problems();
}

Result<int64_t> Intake::rotate() {
  State& s = *state_;
  KENKO_TRY_STATUS(wait(s.submitted));
  s.writer.reset();
  s.file = 0;
  s.next = s.end = 0;
  return s.last_file + 1;
}

int64_t Intake::last_seq() const { return state_->last_seq; }

int64_t Intake::transactions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->transactions;
}

}  // namespace kenko::state
