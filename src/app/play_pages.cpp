#include "app/play_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "app/acting.h"
#include "app/acting_cells.h"
#include "app/acting_rules.h"
#include "app/play_effects.h"
#include "app/scoring.h"
#include "app/task_list.h"
#include "base/text.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

using plays::Enrolment;
using plays::Play;
using report::Align;
using report::Cell;

constexpr int kMaxWidth = 28, kMaxTitle = 44;
constexpr int kSentence = -1;

// The plays as their files say them now, and the history as far as there is one.
struct Looked {
  ActingSetup setup;
  std::unique_ptr<Acting> acting;  // nullptr = no day was closed yet

  [[nodiscard]] const plays::Plays& all() const { return setup.plays->plays; }
};

Result<ActingSetup> read_setup(const Workspace& workspace) {
  KENKO_TRY(const state::RuleFiles files, read_rule_files(workspace));
  KENKO_TRY(ActingSetup setup, make_setup(files, workspace.settings));
  if (!setup.plays->plays.all.empty()) return setup;
  return Problem{"no-plays",
                 {},
                 files.empty() ? "there is no alerts.yaml, so nobody acts" : "there are no plays/*.yaml",
                 files.empty() ? "kenko alerts init, then kenko plays init" : "kenko plays init",
                 "",
                 Severity::error};
}

Status look(const Workspace& workspace, Instant now, const DayWatcher& watcher, Looked& out) {
  auto acting = replay(workspace, now, watcher);
  if (acting) {
    out.acting = std::move(*acting);
    return Done{};
  }
  const auto none = [](const Problem& p) { return p.code == "not-published"; };
  if (std::any_of(acting.problems().begin(), acting.problems().end(), none)) return Done{};
  return std::move(acting).problems();
}

Result<size_t> position(const plays::Plays& all, const std::string& name) {
  std::vector<std::string> names;
  for (size_t i = 0; i < all.all.size(); ++i) {
    if (all.all[i].name == name) return i;
    names.push_back(all.all[i].name);
  }
  return Problem{"no-such-play", {}, fmt::format("there is no play `{}`", name), text::did_you_mean(name, names), "",
                 Severity::error};
}

std::string list_of(const char* what, const std::vector<std::string>& names) {
  return names.empty() ? "" : fmt::format("{}{} {}", "; ", what, text::join(names, " or "));
}

// "band red; touch high or low; for 3 days".
std::string when_text(const plays::When& when) {
  std::vector<std::string> touch;
  for (const plays::Touch t : when.touch) touch.emplace_back(touch_name(t));
  std::string out = list_of("band", when.bands) + list_of("segment", when.segments) + list_of("stage", when.stages) +
                    list_of("trigger", when.triggers) + list_of("alert", when.alerts) + list_of("touch", touch);
  if (when.condition) out += "; " + when.condition->text;
  if (when.for_days > 1) out += fmt::format("; for {} days", when.for_days);
  return out.substr(2);
}

std::string share_text(int64_t millionths) {
  return millionths == 0 ? "" : fmt::format("{:g} %", static_cast<double>(millionths) / 1e4);
}

struct Counts {
  int64_t running = 0, waiting = 0, held_out = 0, completed = 0, ended = 0, late = 0;
};

Counts count(const Acting* acting, const std::string& play, Instant now) {
  Counts out;
  if (acting == nullptr) return out;
  for (const auto& [account, of] : acting->plays.state().accounts) {
    for (const plays::Waiting& w : of.waiting) out.waiting += w.play == play ? 1 : 0;
    for (const Enrolment& e : of.enrolments) {
      if (e.play != play) continue;
      const bool held_out = e.ended == plays::Ended::held_out, completed = e.ended == plays::Ended::completed;
      out.running += e.running() ? 1 : 0;
      out.held_out += held_out ? 1 : 0;
      out.completed += completed ? 1 : 0;
      out.ended += !e.running() && !held_out && !completed ? 1 : 0;
      out.late += std::count_if(e.tasks.begin(), e.tasks.end(),
                                [&](const plays::Task& t) { return !t.automatic && t.overdue(now); });
    }
  }
  return out;
}

report::Section step_section(const Play& play) {
  report::Section out{"steps", say("{}: {}", play.title, when_text(play.when)), {}};
  out.table.columns = {
      {"step", "Step", Align::left, kMaxWidth, false},       {"title", "What", Align::left, kMaxTitle, false},
      {"role", "Who", Align::left, kMaxWidth, false},        {"due", "Due", Align::left, 0, false},
      {"message", "Message", Align::left, kMaxTitle, false}, {"checklist", "Checklist", Align::left, kSentence, false}};
  for (const plays::Step& s : play.steps) {
    const bool days = s.due.unit == calendar::WorkSpan::Unit::days;
    const int64_t minutes = s.due.count;
    const std::string due = days                ? fmt::format("{} working days", s.due.count)
                            : minutes % 60 == 0 ? fmt::format("{} working hours", minutes / 60)
                                                : fmt::format("{} working minutes", minutes);
    out.table.rows.push_back({{s.name},
                              {s.title},
                              {s.role.name},
                              {due},
                              s.message ? Cell{s.message->subject} : Cell{},
                              maybe(text::join(s.checklist, "; "))});
  }
  return out;
}

// Who runs (held_out: who goes without), and who waits.
report::Section enrolment_section(const Acting& acting, const Play& play, bool held_out, Instant now) {
  report::Section out{held_out ? "held_out" : "running", Sentence(held_out ? "Held out by lot" : "Running"), {}};
  out.table.columns = {{"account", "Account", Align::left, kMaxWidth, false},
                       {"since", "Since", Align::left, 0, false},
                       {"owner", "Owner", Align::left, kMaxWidth, false},
                       {"touch", "Touch", Align::left, 0, false},
                       {"open", "Open", Align::right, 0, held_out},
                       {"late", "Late", Align::right, 0, held_out},
                       {"id", "Id", Align::left, 0, false}};
  for (const auto& [account, of] : acting.plays.state().accounts) {
    for (const Enrolment& e : of.enrolments) {
      if (e.play != play.name || (held_out ? e.ended != plays::Ended::held_out : !e.running())) continue;
      const auto open = std::count_if(e.tasks.begin(), e.tasks.end(),
                                      [](const plays::Task& t) { return t.state == plays::TaskState::open; });
      const auto late = std::count_if(e.tasks.begin(), e.tasks.end(),
                                      [&](const plays::Task& t) { return !t.automatic && t.overdue(now); });
      out.table.rows.push_back({{account},
                                {e.from.iso()},
                                maybe(e.owner),
                                {std::string(touch_name(e.touch))},
                                {static_cast<int64_t>(open)},
                                {static_cast<int64_t>(late)},
                                {e.id}});
    }
  }
  return out;
}

report::Section waiting_section(const Acting& acting, const Play& play) {
  report::Section out{"waiting", Sentence("Waiting"), {}};
  out.table.columns = {{"account", "Account", Align::left, kMaxWidth, false},
                       {"since", "Since", Align::left, 0, false},
                       {"behind", "Behind", Align::left, kMaxWidth, false}};
  for (const auto& [account, of] : acting.plays.state().accounts) {
    for (const plays::Waiting& w : of.waiting) {
      if (w.play == play.name)
        out.table.rows.push_back(
            {{account}, {w.since.iso()}, {w.behind.empty() ? "so many began this week" : w.behind}});
    }
  }
  return out;
}

// A shipped file for a model with fewer bands: lists go without those that it does not have.
std::string without_bands(std::string text, const std::vector<std::string>& known) {
  for (const char* band : {"red", "orange", "yellow", "green"}) {
    if (std::find(known.begin(), known.end(), band) != known.end()) continue;
    const std::pair<std::string, std::string> edits[] = {{fmt::format("[{}, ", band), "["},
                                                         {fmt::format(", {}]", band), "]"}};
    for (const auto& [what, by] : edits) {
      for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
        text.replace(at, what.size(), by);
    }
  }
  return text;
}

}  // namespace

Result<report::Section> play_list(const Workspace& workspace, Instant now) {
  Looked looked;
  KENKO_TRY(looked.setup, read_setup(workspace));
  KENKO_TRY_STATUS(look(workspace, now, {}, looked));
  report::Section out{"plays", Sentence("Plays, the most urgent first"), {}};
  out.table.columns = {{"play", "Play", Align::left, kMaxWidth, false},
                       {"priority", "Priority", Align::right, 0, false},
                       {"running", "Running", Align::right, 0, false},
                       {"waiting", "Waiting", Align::right, 0, false},
                       {"completed", "Completed", Align::right, 0, false},
                       {"ended", "Ended", Align::right, 0, false},
                       {"late", "Late tasks", Align::right, 0, false},
                       {"held_out", "Held out", Align::right, 0, false},
                       {"hold_out", "Hold-out", Align::right, 0, false},
                       {"when", "Begins when", Align::left, kSentence, false},
                       {"title", "Title", Align::left, 0, true}};
  for (const Play& play : looked.all().all) {
    const Counts c = count(looked.acting.get(), play.name, now);
    out.table.rows.push_back({{play.name},
                              {int64_t{play.priority}},
                              {c.running},
                              {c.waiting},
                              {c.completed},
                              {c.ended},
                              {c.late},
                              {c.held_out},
                              maybe(share_text(play.hold_out)),
                              {when_text(play.when)},
                              {play.title}});
  }
  return out;
}

Result<std::vector<report::Section>> play_page(const Workspace& workspace, const PlayPageRequest& request,
                                               Instant now) {
  Looked looked;
  KENKO_TRY(looked.setup, read_setup(workspace));
  KENKO_TRY(const size_t at, position(looked.all(), request.play));
  const Play& play = looked.all().all[at];
  PlayFollows follows(looked.all(), {at}, request.horizon_days);
  KENKO_TRY_STATUS(look(workspace, now, follows.watcher(), looked));
  std::vector<report::Section> out{step_section(play)};
  if (looked.acting == nullptr) return out;
  out.push_back(enrolment_section(*looked.acting, play, false, now));
  out.push_back(waiting_section(*looked.acting, play));
  out.push_back(enrolment_section(*looked.acting, play, true, now));
  constexpr double kUsual = 0.2, kMillion = 1e6;
  const double share =
      request.hold_out.value_or(play.hold_out > 0 ? static_cast<double>(play.hold_out) / kMillion : kUsual);
  out.push_back(power_section(follows.rows(0), looked.acting->last.day, share, request.horizon_days));
  return out;
}

Result<report::Section> play_effects(const Workspace& workspace, const PlayPageRequest& request, Instant now) {
  Looked looked;
  KENKO_TRY(looked.setup, read_setup(workspace));
  std::vector<size_t> which;
  for (size_t i = 0; i < looked.all().all.size(); ++i) which.push_back(i);
  if (!request.play.empty()) {
    KENKO_TRY(const size_t at, position(looked.all(), request.play));
    which = {at};
  }
  PlayFollows follows(looked.all(), which, request.horizon_days);
  KENKO_TRY_STATUS(look(workspace, now, follows.watcher(), looked));
  report::Section out = effect_section(request.horizon_days);
  for (size_t i = 0; i < which.size(); ++i)
    add_effect(looked.all().all[which[i]].name, follows.rows(i), looked.setup.plays->seed, out);
  return out;
}

Result<WrittenPlays> write_shipped_plays(const Workspace& workspace, const std::string& share_dir) {
  KENKO_TRY(const LoadedModel loaded, load_model(workspace, ""));
  KENKO_TRY(const state::RuleFiles files, read_rule_files(workspace));
  KENKO_TRY(const ActingSetup setup, make_setup(files, workspace.settings));
  plays::Known known = known_to_plays(*setup.alerts, loaded.model);
  known.roles.reset();
  WrittenPlays out;
  const std::string from = share_dir + "/plays/";
  KENKO_TRY_STATUS(ports::make_folder(workspace.path("plays")));
  for (const std::string& name : ports::list_files(from)) {
    const std::string file = "plays/" + name;
    if (ports::file_exists(workspace.path(file))) {
      out.there.push_back(file);
      continue;
    }
    KENKO_TRY(const std::string shipped, ports::read_file(from + name));
    const std::string text = without_bands(shipped, known.bands);
    const auto read = plays::read_plays({{file, text}}, known);
    if (!read) {
      Problem first = read.problems().front();
      first.severity = Severity::warning;
      first.hint = "the file was left out: copy and change it by hand where you want it";
      out.left_out.push_back(std::move(first));
      continue;
    }
    KENKO_TRY_STATUS(ports::write_file(workspace.path(file), {text}));
    out.written.push_back(file);
  }
  return out;
}

}  // namespace kenko::app
