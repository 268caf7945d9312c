#include "plays/state.h"

#include <algorithm>

#include "base/hash.h"

namespace kenko::plays {
namespace {

constexpr size_t kIdDigits = 12;

}  // namespace

std::string_view word(TaskState state) {
  switch (state) {
    case TaskState::open:
      return "open";
    case TaskState::done:
      return "done";
    case TaskState::skipped:
      return "skipped";
    case TaskState::dropped:
      return "dropped";
  }
  return "open";
}

std::string_view word(Ended ended) {
  switch (ended) {
    case Ended::running:
      return "running";
    case Ended::held_out:
      return "held_out";
    case Ended::completed:
      return "completed";
    case Ended::by_hand:
      return "by_hand";
    case Ended::band:
      return "band";
    case Ended::when_over:
      return "when_over";
    case Ended::condition:
      return "condition";
    case Ended::ran_out:
      return "ran_out";
    case Ended::superseded:
      return "superseded";
    case Ended::left:
      return "left";
    case Ended::taken_out:
      return "taken_out";
  }
  return "running";
}

const Enrolment* State::find_enrolment(std::string_view id) const {
  for (const auto& [account, of] : accounts) {
    for (const Enrolment& enrolment : of.enrolments) {
      if (enrolment.id == id) return &enrolment;
    }
  }
  return nullptr;
}

const Enrolment* State::find_task(std::string_view id) const {
  for (const auto& [account, of] : accounts) {
    for (const Enrolment& enrolment : of.enrolments) {
      const auto is = [id](const Task& task) { return task.id == id; };
      if (std::any_of(enrolment.tasks.begin(), enrolment.tasks.end(), is)) return &enrolment;
    }
  }
  return nullptr;
}

std::string enrolment_id(std::string_view account, std::string_view play, Day day) {
  return PartsHash().add("play").add(account).add(play).add(int64_t{day.number}).hash().hex().substr(0, kIdDigits);
}

std::string task_id(std::string_view account, std::string_view play, Day day, std::string_view step) {
  return PartsHash()
      .add("task")
      .add(account)
      .add(play)
      .add(int64_t{day.number})
      .add(step)
      .hash()
      .hex()
      .substr(0, kIdDigits);
}

}  // namespace kenko::plays
