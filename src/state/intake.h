// state/intake.h
//
// Appends events to the intake: group commit.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "facts/fact.h"
#include "state/database.h"

namespace kenko::state {

/// The writing end of the intake.
///
/// Order:   whoever decides what an event does to what is stored calls reserve(), numbers the new versions from its
///          result on, and submit()s them, one caller after the other (under a lock of its own).  Waiting for the disk
///          is no part of that: many callers may wait() at once, and what several of them handed over goes to disk in
///          one transaction.
/// Failure: when a transaction fails, all that was handed over and is not durable yet is lost, and every later call
///          gives the same problems: open another one, which knows what is stored.
/// Threads: reserve, submit and rotate one at a time; wait from any number.
class Intake {
 public:
  using Ticket = int64_t;

  /// Requires the write lock, and that `database` outlives it.
  [[nodiscard]] static Result<Intake> open(const std::string& dir, Database& database);
  Intake(Intake&&) noexcept;
  Intake& operator=(Intake&&) noexcept;
  ~Intake();

  /// The first of at least `count` numbers, greater than every number that the workspace has given out.
  [[nodiscard]] Result<int64_t> reserve(int64_t count);
  /// Hands over events, numbered upwards with what reserve() gave.
  [[nodiscard]] Ticket submit(std::vector<facts::EventFact> events);
  /// Returns when everything handed over up to `ticket` is durable.
  [[nodiscard]] Status wait(Ticket ticket);

  /// Later events go into another file, which is made when there are any.  Waits for those handed over.  Gives the id
  /// that this file will at least have: all files below it are final.
  [[nodiscard]] Result<int64_t> rotate();
  /// The number of the last event handed over; 0 = none yet.
  [[nodiscard]] int64_t last_seq() const;
  /// How many transactions were written.
  [[nodiscard]] int64_t transactions() const;

 private:
  struct State;
  explicit Intake(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kenko::state
