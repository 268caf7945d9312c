#include "app/announce.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/acting_cells.h"
#include "app/alert_list.h"
#include "app/mail_receivers.h"
#include "app/today.h"
#include "base/hash.h"
#include "notify/json_text.h"

namespace kenko::app {
namespace {

using alerts::Alert;
using alerts::Event;
using alerts::What;

constexpr int64_t kDigestRows = 20;
constexpr int kMonday = 0;

std::string id_of(std::initializer_list<std::string_view> parts, Instant at) {
  PartsHash hash;
  for (const std::string_view part : parts) hash.add(part);
  return hash.add(at.micros).hash().hex();
}

std::string json_object(const std::vector<std::pair<const char*, std::string>>& members) {
  std::string out = "{";
  for (const auto& [key, value] : members) {
    out += fmt::format("{}\"{}\":{}", out.size() == 1 ? "" : ",", key,
                       value.empty() ? std::string("null") : notify::json_text(value));
  }
  return out + "}";
}

// What an event is called outside; empty = it is told to nobody.
std::string_view kind_of(const Event& event, const Alert& alert) {
  switch (event.what) {
    case What::told:
      return alert.kind == alerts::Kind::storm ? "portfolio.notice" : "alert.opened";
    case What::escalated:
      return "alert.escalated";
    case What::assigned:
    case What::moved:
    case What::delegated:
      return "alert.moved";
    case What::resolved:
    case What::ended:
      return "alert.resolved";
    default:
      return "";
  }
}

std::string verb_of(const Event& event) {
  switch (event.what) {
    case What::escalated:
      return "nobody has acted yet";
    case What::assigned:
    case What::moved:
    case What::delegated:
      return event.who.empty()    ? fmt::format("nobody has it now, {} had it", event.from)
             : event.from.empty() ? fmt::format("{} has it now", event.who)
                                  : fmt::format("{} has it now, {} had it", event.who, event.from);
    case What::resolved:
      return fmt::format("resolved: {}", event.text);
    case What::ended:
      return event.text;
    default:
      return "";
  }
}

class Announcing {
 public:
  Announcing(const Acting& acting, const notify::Channels& channels, const TimeZone& zone)
      : acting_(acting), channels_(channels), zone_(zone) {}

  std::vector<ports::Message> run(Instant after, Instant until) {
    for (const Event& event : acting_.ledger.events()) {
      if (event.at <= after || event.at > until) continue;
      const Alert& alert = acting_.ledger.alerts()[event.alert];
      const std::string_view kind = kind_of(event, alert);
      // What was never told has nothing to take back.
      if (kind.empty() || (event.what == What::ended && !told_.contains(event.alert))) continue;
      tell(kind, event, alert);
    }
    return std::move(out_);
  }
  // Alerts that were told to anybody up to a moment.
  void remember(Instant until) {
    for (const Event& event : acting_.ledger.events()) {
      if (event.at <= until && (event.what == What::told || event.what == What::escalated)) told_.insert(event.alert);
    }
  }

 private:
  void tell(std::string_view kind, const Event& event, const Alert& alert) {
    ports::Message m;
    m.kind = kind;
    m.created = event.at;
    const std::string level = level_text(event.level);
    m.subject = fmt::format("[{}] {}: {}", level, alert.subject, event.what == What::ended ? "over" : alert.cause);
    const std::string verb = verb_of(event);
    m.text = fmt::format("{}: {}\n{}\n", alert.subject, alert.cause, alert.why.english());
    if (!verb.empty()) m.text += fmt::format("Now: {}\n", verb);
    if (!alert.helps.empty()) m.text += fmt::format("What usually helps: {}\n", alert.helps);
    m.text += fmt::format("\nkenko alerts ack {0}\nkenko alerts show {0}\n", name_of(alert));
    m.json = json_object({{"alert", alert.id},
                          {"subject", alert.subject},
                          {"account", alert.account == 0 ? "" : alert.subject},
                          {"cause", alert.cause},
                          {"level", std::string(word(event.level))},
                          {"event", std::string(word(event.what))},
                          {"who", event.who},
                          {"from", event.from},
                          {"day", alert.day.iso()},
                          {"at", event.at.iso()},
                          {"why", alert.why.english()},
                          {"helps", alert.helps},
                          {"text", event.text}});
    for (const notify::Endpoint* endpoint : channels_.endpoints_for(kind)) {
      m.channel = endpoint->name;
      m.recipient.clear();
      put(m, event, alert);
    }
    m.channel = ports::kMailChannel;
    for (const std::string& address : addresses(kind, event, alert)) {
      m.recipient = address;
      put(m, event, alert);
    }
    if (event.what == What::told || event.what == What::escalated) told_.insert(event.alert);
  }

  void put(ports::Message m, const Event& event, const Alert& alert) {
    m.id = id_of({"alert", alert.id, word(event.what), event.who, m.channel, m.recipient}, event.at);
    out_.push_back(std::move(m));
  }

  [[nodiscard]] std::set<std::string> addresses(std::string_view kind, const Event& event, const Alert& alert) const {
    std::set<std::string> concerned{event.who, event.from};
    if (event.what == What::resolved || event.what == What::ended) concerned = {alert.assignee};
    return mail_receivers(channels_, acting_.setup->team, kind, concerned);
  }

  const Acting& acting_;
  const notify::Channels& channels_;
  const TimeZone& zone_;
  std::set<size_t> told_;
  std::vector<ports::Message> out_;
};

// The people a rule means, by id.
std::vector<team::PersonId> people_of(const team::Team& team, const std::string& to) {
  if (const auto person = team.find(to)) return {*person};
  return team.with_role(to);
}

}  // namespace

std::vector<ports::Message> announcements(const Acting& acting, const notify::Channels& channels, Instant after,
                                          Instant until, const TimeZone& zone) {
  Announcing announcing(acting, channels, zone);
  announcing.remember(after);
  return announcing.run(after, until);
}

Result<std::vector<ports::Message>> digests(const Acting& acting, const notify::Channels& channels,
                                            std::optional<Day> before, Instant now, const TimeZone& zone) {
  std::vector<ports::Message> out;
  const Day day = acting.last.day, today_is = zone.day_of(now);
  if (before && *before >= day) return out;
  const auto week = [](Day d) { return d - d.weekday() + kMonday; };
  const bool new_week = !before || week(*before + 1) != week(day + 1);
  std::set<std::string> done;
  for (const notify::MailRule& rule : channels.mail) {
    const bool weekly = rule.digest == notify::MailRule::Digest::weekly;
    if (rule.digest == notify::MailRule::Digest::none || (weekly && !new_week)) continue;
    const char* kind = weekly ? "digest.weekly" : "digest.daily";
    const auto send = [&](const std::string& owner, const std::string& address) -> Status {
      TodayRequest request;
      request.owner = owner;
      request.team = rule.view == notify::MailRule::View::leader;
      request.limit = kDigestRows;
      KENKO_TRY(Today page, app::today(acting, request, zone));
      for (report::Section& s : page.sections) s.table = report::without_empty_columns(std::move(s.table));
      ports::Message m;
      m.id = id_of({kind, address, owner, day.iso()}, Instant{});
      if (address.empty() || !done.insert(m.id).second) return Done{};
      m.kind = kind;
      m.channel = ports::kMailChannel;
      m.recipient = address;
      m.subject = fmt::format("{}: {}", weekly ? "Your week" : "Your day", page.head.back().english());
      for (const Sentence& s : page.head) m.text += s.english() + "\n";
      m.text += "\n" + report::sections_text(page.sections, {100, false});
      m.html = mail_html(page.head, page.sections);
      m.created = acting.last.at;
      out.push_back(std::move(m));
      return Done{};
    };
    if (rule.to_address()) {
      KENKO_TRY_STATUS(send("", rule.to));
      continue;
    }
    for (const team::PersonId id : people_of(acting.setup->team, rule.to)) {
      const team::Person& p = acting.setup->team.person(id);
      const bool works =
          weekly || (acting.setup->team.present_on(id, today_is) && acting.setup->calendar.works(p.region, today_is));
      if (works && !acting.setup->team.gone_on(id, today_is)) KENKO_TRY_STATUS(send(p.id, p.email));
    }
  }
  return out;
}

}  // namespace kenko::app
