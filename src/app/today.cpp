#include "app/today.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/acting_cells.h"
#include "app/acting_people.h"
#include "app/alert_list.h"
#include "app/task_list.h"
#include "base/text.h"

namespace kenko::app {
namespace {

using alerts::Alert;
using alerts::kNoAmount;
using alerts::kNone;
using report::Align;
using report::Cell;

constexpr int kSentence = -1;
constexpr int32_t kNotable = 500;  // hundredths: a change since yesterday that is shown
constexpr int kMaxWidth = 28;

report::Cell score_cell(int32_t hundredths) {
  if (hundredths == kNone) return {};
  return {report::Fixed{(hundredths + 5) / 10, 1, false}};
}

Cell money_cell(int64_t micros) {
  if (micros == kNoAmount) return {};
  const int64_t whole = (micros + 500'000) / 1'000'000;
  return {whole, report::Tone::plain, text::grouped(whole)};
}

class Making {
 public:
  Making(const Acting& acting, const TodayRequest& request, const TimeZone& zone)
      : acting_(acting), request_(request), zone_(zone) {}

  Result<Today> make() {
    if (!request_.owner.empty()) {
      KENKO_TRY(people_, people_meant(acting_, request_.owner, request_.team));
    }
    Today out;
    std::vector<size_t> open;
    KENKO_TRY(const std::vector<size_t> all, find_alerts(acting_, {}));
    int64_t backlog = 0;
    for (const size_t at : all) {
      const Alert& a = acting_.ledger.alerts()[at];
      if (!mine(a.assignee) && !mine(a.owner)) continue;
      if (a.state == alerts::State::backlog) ++backlog;
      if (a.state == alerts::State::open || a.state == alerts::State::acknowledged) open.push_back(at);
    }
    out.head.push_back(say("{}: {}", request_.owner.empty() ? "Everybody" : shown_name(), acting_.last.day.words()));
    out.head.push_back(say("{} open, {} of them late; {} in the backlog; {} accounts", open.size(), late(open), backlog,
                           std::count_if(acting_.last.accounts.begin(), acting_.last.accounts.end(),
                                         [this](const auto& row) { return of_mine(row); })));
    needs(open, out);
    tasks(out);
    changes(out);
    renewals(out);
    return out;
  }

 private:
  [[nodiscard]] std::string shown_name() const {
    const auto person = acting_.setup->team.find(request_.owner);
    return person ? acting_.setup->team.person(*person).name : request_.owner;
  }
  [[nodiscard]] bool mine(const std::string& person) const {
    return request_.owner.empty() || people_.contains(person);
  }
  [[nodiscard]] bool of_mine(const alerts::AccountDay& row) const {
    const std::string_view status = acting_.last.text(row.status);
    if (status == "churned" || status == "internal") return false;
    const std::string text(acting_.last.text(row.owner));
    const auto person = acting_.setup->team.find(text);
    return mine(person ? acting_.setup->team.person(*person).id : text);
  }

  [[nodiscard]] Cell name_cell(uint32_t account) const {
    const std::string name = account_name(acting_, account);
    return name.empty() ? Cell{} : Cell{name};
  }

  [[nodiscard]] int64_t late(const std::vector<size_t>& open) const {
    return std::count_if(open.begin(), open.end(), [this](size_t at) {
      const Alert& a = acting_.ledger.alerts()[at];
      return a.state == alerts::State::open && a.due && a.told >= 2 && a.level != alerts::Level::critical;
    });
  }

  [[nodiscard]] size_t limit(size_t rows) const {
    return request_.limit == 0 ? rows : std::min(rows, static_cast<size_t>(request_.limit));
  }

  void needs(const std::vector<size_t>& open, Today& out) const {
    std::vector<size_t> shown(open.begin(), open.begin() + static_cast<ptrdiff_t>(limit(open.size())));
    report::Section section{"needs",
                            open.size() > shown.size() ? say("What needs you ({} of {})", shown.size(), open.size())
                                                       : Sentence("What needs you"),
                            {}};
    section.table.columns = {{"level", "Level", Align::left, 0, false},
                             {"account", "Account", Align::left, kMaxWidth, false},
                             {"name", "Name", Align::left, kMaxWidth, false},
                             {"cause", "Cause", Align::left, kMaxWidth, false},
                             {"assignee", "Who", Align::left, kMaxWidth, !request_.owner.empty() && !request_.team},
                             {"due", "Due", Align::left, 0, false},
                             {"why", "Why", Align::left, kSentence, false},
                             {"helps", "What helps", Align::left, 0, true},
                             {"id", "Id", Align::left, 0, true}};
    for (const size_t at : shown) {
      const Alert& a = acting_.ledger.alerts()[at];
      section.table.rows.push_back({{level_text(a.level)},
                                    {a.subject},
                                    name_cell(a.account),
                                    {a.cause},
                                    a.assignee.empty() ? Cell{} : Cell{a.assignee},
                                    a.due ? Cell{zone_.day_of(*a.due).iso()} : Cell{},
                                    {why_text(a)},
                                    {a.helps},
                                    {a.id}});
    }
    out.sections.push_back(std::move(section));
  }

  void tasks(Today& out) const {
    const std::vector<FoundTask> all = open_tasks(acting_, people_);
    const std::vector<FoundTask> shown(all.begin(), all.begin() + static_cast<ptrdiff_t>(limit(all.size())));
    report::Section section{
        "tasks", all.size() > shown.size() ? say("Tasks ({} of {})", shown.size(), all.size()) : Sentence("Tasks"), {}};
    const plays::Plays* plays = acting_.plays.setup() == nullptr ? nullptr : &acting_.plays.setup()->plays;
    section.table.columns = {{"due", "Due", Align::left, 0, false},
                             {"account", "Account", Align::left, kMaxWidth, false},
                             {"name", "Name", Align::left, kMaxWidth, false},
                             {"task", "Task", Align::left, 0, false},
                             {"play", "Play", Align::left, kMaxWidth, false},
                             {"assignee", "Who", Align::left, kMaxWidth, !request_.owner.empty() && !request_.team},
                             {"id", "Id", Align::left, 0, false}};
    for (const FoundTask& f : shown) {
      section.table.rows.push_back({{f.task->due.iso()},
                                    {f.enrolment->account},
                                    name_cell(acting_.texts.find(f.enrolment->account)),
                                    {step_title(plays, f.enrolment->play, f.task->step)},
                                    {f.enrolment->play},
                                    f.task->assignee.empty() ? Cell{} : Cell{f.task->assignee},
                                    {f.task->id}});
    }
    if (!section.table.rows.empty()) out.sections.push_back(std::move(section));
  }

  void changes(Today& out) const {
    std::vector<const alerts::AccountDay*> moved;
    for (const auto& row : acting_.last.accounts) {
      if (row.explained && std::abs(row.change) >= kNotable && of_mine(row)) moved.push_back(&row);
    }
    std::sort(moved.begin(), moved.end(), [this](const auto* a, const auto* b) {
      return std::tuple(a->change, acting_.last.text(a->account)) <
             std::tuple(b->change, acting_.last.text(b->account));
    });
    report::Section section{"changes", Sentence("What changed since the day before, by 5 points or more"), {}};
    section.table.columns = {{"account", "Account", Align::left, kMaxWidth, false},
                             {"name", "Name", Align::left, kMaxWidth, false},
                             {"score", "Score", Align::right, 0, false},
                             {"change", "Change", Align::right, 0, false},
                             {"own_change", "Their own", Align::right, 0, false},
                             {"reason", "Why", Align::left, kSentence, false}};
    for (size_t i = 0; i < limit(moved.size()); ++i) {
      const auto& row = *moved[i];
      section.table.rows.push_back({{std::string(acting_.last.text(row.account))},
                                    name_cell(row.account),
                                    score_cell(row.score),
                                    {report::Fixed{row.change, 2, true}},
                                    {report::Fixed{row.own_change, 2, true}},
                                    row.reason == 0 ? Cell{} : Cell{std::string(acting_.last.text(row.reason))}});
    }
    if (!section.table.rows.empty()) out.sections.push_back(std::move(section));
  }

  void renewals(Today& out) const {
    std::vector<const alerts::AccountDay*> soon;
    for (const auto& row : acting_.last.accounts) {
      const int32_t days = row.renewal == kNone ? kNone : row.renewal - acting_.last.day.number;
      if (row.renewal != kNone && days >= 0 && days <= request_.renewal_days && of_mine(row)) soon.push_back(&row);
    }
    std::sort(soon.begin(), soon.end(), [this](const auto* a, const auto* b) {
      return std::tuple(a->renewal, acting_.last.text(a->account)) <
             std::tuple(b->renewal, acting_.last.text(b->account));
    });
    report::Section section{"renewals", say("Renewals in {} days", request_.renewal_days), {}};
    section.table.columns = {{"account", "Account", Align::left, kMaxWidth, false},
                             {"name", "Name", Align::left, kMaxWidth, false},
                             {"renewal", "Renewal", Align::left, 0, false},
                             {"arr", "ARR", Align::right, 0, false},
                             {"score", "Score", Align::right, 0, false},
                             {"band", "Band", Align::left, 0, false},
                             {"chance", "May leave", Align::right, 0, false}};
    for (size_t i = 0; i < limit(soon.size()); ++i) {
      const auto& row = *soon[i];
      section.table.rows.push_back({{std::string(acting_.last.text(row.account))},
                                    name_cell(row.account),
                                    {Day{row.renewal}.iso()},
                                    money_cell(row.arr),
                                    score_cell(row.score),
                                    row.band == 0 ? Cell{} : Cell{std::string(acting_.last.text(row.band))},
                                    row.chance == kNone ? Cell{}
                                                        : Cell{row.chance / 1e6, report::Tone::plain,
                                                               fmt::format("{:.0f} %", row.chance / 1e4)}});
    }
    if (!section.table.rows.empty()) out.sections.push_back(std::move(section));
  }

  const Acting& acting_;
  const TodayRequest& request_;
  const TimeZone& zone_;
  std::set<std::string> people_;
};

}  // namespace

Result<Today> today(const Acting& acting, const TodayRequest& request, const TimeZone& zone) {
  return Making(acting, request, zone).make();
}

}  // namespace kenko::app
