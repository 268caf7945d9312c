// app/task_list.h
//
// Tasks of plays as tables: what people have to do, and one with all that belongs to it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/acting.h"
#include "base/result.h"
#include "report/section.h"

namespace kenko::app {

struct TaskFilter {
  std::string owner;     ///< whose, by any of the person's names; empty = everybody's
  bool team = false;     ///< and those of everybody below
  std::string account;   ///< id; empty = all
  bool overdue = false;  ///< only late ones
  bool all = false;      ///< those that are over, and messages that go out by themselves, too
};

/// A task with the play that it is of; points into Acting.
struct FoundTask {
  const plays::Enrolment* enrolment = nullptr;
  const plays::Task* task = nullptr;
};

/// Tasks that fit, the earliest due first.  "unknown-person".
[[nodiscard]] Result<std::vector<FoundTask>> find_tasks(const Acting& acting, const TaskFilter& filter, Instant now);
/// Open tasks that are one of these people's; empty = everybody's.
[[nodiscard]] std::vector<FoundTask> open_tasks(const Acting& acting, const std::set<std::string>& people);

/// A task by its id, the beginning of that, or ACCOUNT/STEP of an open one.  "no-such-task", "ambiguous-id".
[[nodiscard]] Result<FoundTask> find_task(const Acting& acting, const std::string& name);
/// A play of an account by its id, the beginning of that, or ACCOUNT/PLAY of a running one.  "no-such-play",
/// "ambiguous-id".
[[nodiscard]] Result<const plays::Enrolment*> find_enrolment(const Acting& acting, const std::string& name);

/// The section "tasks".
[[nodiscard]] report::Section task_section(const Acting& acting, const std::vector<FoundTask>& shown, Instant now);

/// One task: what is to be done, its message, its history.
struct TaskPage {
  std::vector<report::Section> sections;  ///< "task", "history"
  std::vector<std::string> checklist;
  std::optional<plays::Letter> letter;  ///< as it reads today
};
[[nodiscard]] TaskPage task_page(const Acting& acting, const FoundTask& found, Instant now, const TimeZone& zone);

}  // namespace kenko::app
