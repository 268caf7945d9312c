#include "app/alert_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "app/acting_cells.h"
#include "base/text.h"

namespace kenko::app {
namespace {

using alerts::Alert;
using report::Align;
using report::Cell;

constexpr int kMaxWidth = 28, kMaxName = 22;
constexpr int kSentence = -1;

// The people whom a name means.
Result<std::set<std::string>> people_named(const Acting& acting, const std::string& name) {
  std::set<std::string> out;
  if (const auto person = acting.setup->team.find(name)) out.insert(acting.setup->team.person(*person).id);
  std::vector<std::string> known;
  for (const team::Person& p : acting.setup->team.people()) known.push_back(p.id);
  for (const Alert& a : acting.ledger.alerts()) {
    for (const std::string& who : {a.owner, a.assignee}) {
      if (who == name) out.insert(who);
      if (!who.empty()) known.push_back(who);
    }
  }
  if (!out.empty()) return out;
  return Problem{"unknown-person", {}, fmt::format("nobody is `{}`", name), text::did_you_mean(name, known), "",
                 Severity::error};
}

bool fits(const Acting& acting, const AlertFilter& filter, const std::set<std::string>& people, const Alert& a) {
  if (!filter.all && (a.state == alerts::State::ended || a.state == alerts::State::resolved)) return false;
  if (filter.backlog && a.state != alerts::State::backlog) return false;
  if (filter.nobody && !a.owner.empty()) return false;
  if (!filter.owner.empty() && !people.contains(a.owner) && !people.contains(a.assignee)) return false;
  return filter.account.empty() || (a.account != 0 && acting.texts.text(a.account) == filter.account);
}

}  // namespace

std::string name_of(const Alert& alert) {
  return alert.state == alerts::State::ended ? alert.id : fmt::format("{}/{}", alert.subject, alert.cause);
}

std::string account_name(const Acting& acting, uint32_t account) {
  if (account == 0) return "";
  const auto track = acting.ledger.signals().accounts().find(account);
  if (track == acting.ledger.signals().accounts().end()) return "";
  const uint32_t name = track->second.last.name;
  return name == 0 ? "" : std::string(acting.texts.text(name));
}

std::string why_text(const Alert& alert) { return alert.why.english(); }

alerts::Ranking ranking_of(const Acting& acting) {
  std::set<uint32_t> contacted;
  const int32_t cool_down = acting.setup->rules.cool_down_days;
  const Instant after{acting.last.at.micros - cool_down * kMicrosPerDay};
  for (const alerts::Event& e : acting.ledger.events()) {
    const Alert& a = acting.ledger.alerts()[e.alert];
    if (e.what == alerts::What::resolved && e.at > after && a.resolution == "worked") contacted.insert(a.account);
  }
  return alerts::rank(acting.ledger.signals(), acting.last, contacted);
}

Result<std::vector<size_t>> find_alerts(const Acting& acting, const AlertFilter& filter) {
  std::set<std::string> people;
  if (!filter.owner.empty()) {
    KENKO_TRY(people, people_named(acting, filter.owner));
  }
  std::map<uint32_t, size_t> place;
  const alerts::Ranking ranking = ranking_of(acting);
  for (size_t i = 0; i < ranking.accounts.size(); ++i) place[ranking.accounts[i].account] = i + 1;
  const auto& all = acting.ledger.alerts();
  std::vector<size_t> out;
  for (size_t i = 0; i < all.size(); ++i) {
    if (fits(acting, filter, people, all[i])) out.push_back(i);
  }
  const auto order = [&](size_t at) {
    const Alert& a = all[at];
    const auto found = place.find(a.account);
    const size_t rank = a.account == 0 ? 0 : found == place.end() ? place.size() + 1 : found->second;
    const bool waits = a.state == alerts::State::backlog || a.state == alerts::State::ended;
    return std::tuple(waits, rank, -static_cast<int>(a.level), a.subject, a.cause, a.day);
  };
  std::sort(out.begin(), out.end(), [&](size_t a, size_t b) { return order(a) < order(b); });
  return out;
}

std::vector<report::Section> alert_sections(const Acting& acting, const std::vector<size_t>& shown,
                                            const TimeZone& zone) {
  const alerts::Ranking ranking = ranking_of(acting);
  std::map<uint32_t, const alerts::Rank*> ranks;
  for (const alerts::Rank& r : ranking.accounts) ranks[r.account] = &r;
  report::Section section{"alerts", say("Alerts on {}", acting.last.day.iso()), {}};
  report::Table& t = section.table;
  t.columns = {{"level", "Level", Align::left, 0, false},
               {"account", "Account", Align::left, kMaxWidth, false},
               {"name", "Name", Align::left, kMaxName, false},
               {"cause", "Cause", Align::left, kMaxWidth, false},
               {"since", "Since", Align::left, 0, false},
               {"assignee", "Who", Align::left, kMaxWidth, false},
               {"state", "State", Align::left, 0, false},
               {"due", "Due", Align::left, 0, false},
               {std::string(alerts::word(ranking.by)), "Rank", Align::right, 0, true},
               {"why", "Why", Align::left, kSentence, false},
               {"helps", "What helps", Align::left, 0, true},
               {"owner", "Owner", Align::left, 0, true},
               {"contacted", "Contacted", Align::left, 0, true},
               {"id", "Id", Align::left, 0, true}};
  for (const size_t at : shown) {
    const Alert& a = acting.ledger.alerts()[at];
    const auto rank = ranks.find(a.account);
    const bool ranked = a.account != 0 && rank != ranks.end();
    const bool in_money = ranking.by != alerts::RankedBy::urgency;
    t.rows.push_back(
        {{level_text(a.level)},
         maybe(a.subject),
         maybe(account_name(acting, a.account)),
         {a.cause},
         {a.day.iso()},
         maybe(a.assignee),
         {std::string(word(a.state))},
         a.due ? Cell{local_text(*a.due, zone), report::Tone::plain, zone.day_of(*a.due).iso()} : Cell{},
         !ranked ? Cell{}
                 : Cell{report::Fixed{in_money ? rank->second->value / 10'000 : rank->second->value, 2, false}},
         {why_text(a)},
         maybe(a.helps),
         maybe(a.owner),
         {ranked && rank->second->contacted},
         {a.id}});
  }
  return {std::move(section)};
}

std::vector<report::Section> alert_page(const Acting& acting, size_t alert, const TimeZone& zone) {
  const Alert& a = acting.ledger.alerts()[alert];
  std::vector<report::Section> out = alert_sections(acting, {alert}, zone);
  out[0].key = "alert";
  out[0].title = say("{}: {}", name_of(a), level_text(a.level));
  report::Section history{"history", Sentence("What happened"), {}};
  history.table.columns = {
      {"at", "When", Align::left, 0, false},           {"what", "What", Align::left, 0, false},
      {"level", "Level", Align::left, 0, true},        {"who", "Who", Align::left, kMaxWidth, false},
      {"from", "From", Align::left, kMaxWidth, false}, {"text", "Words", Align::left, kSentence, false}};
  for (const alerts::Event& e : acting.ledger.events()) {
    if (e.alert != alert) continue;
    history.table.rows.push_back({{local_text(e.at, zone)},
                                  {std::string(word(e.what))},
                                  {level_text(e.level)},
                                  maybe(e.who),
                                  maybe(e.from),
                                  maybe(e.text)});
  }
  history.table = report::without_empty_columns(std::move(history.table));
  out.push_back(std::move(history));
  return out;
}

}  // namespace kenko::app
