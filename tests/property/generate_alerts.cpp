#include "property/generate_alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "calendar/read_calendar.h"
#include "team/read_team.h"

namespace kenko::property {
namespace {

using alerts::AccountDay;
using alerts::ClosedDay;
using alerts::Truth;

constexpr int64_t kMicrosPerHour = 3'600'000'000;
const std::vector<std::string> kPeople{"anna", "bert", "carla", "dan", "eve"};
const std::vector<std::string> kCauses{"level",    "fall",    "baseline", "complaint", "band",
                                       "champion", "renewal", "silent",   "blind",     "storm"};

// What changes slowly about an account.
struct Account {
  std::string id, segment, owner, status = "active", territory;
  int32_t score = 0;
  int absent = 0;  // days without a row that are left
  bool trigger = false, insufficient = false;
  Truth champion = Truth::no;
  int32_t renewal = alerts::kNone;
};

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  cases::AlertWorld make() {
    const bool long_one = random_.chance(0.4);  // long enough for a baseline
    days_ = static_cast<int32_t>(long_one ? random_.between(60, 130) : random_.between(8, 60));
    make_rules();
    const auto accounts = random_.between(2, long_one ? 8 : 14);
    for (int64_t i = 0; i < accounts; ++i) accounts_.push_back(new_account(i));
    const auto change = static_cast<int32_t>(random_.between(1, 2 * days_));
    for (int32_t d = 0; d < days_; ++d) {
      world_.setups.push_back(d >= change ? second_ : first_);
      make_day(d);
      make_deeds();
    }
    world_.until = {world_.days.back().at.micros + random_.between(0, 20) * kMicrosPerDay};
    std::stable_sort(world_.deeds.begin(), world_.deeds.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    std::erase_if(world_.deeds, [this](const auto& deed) { return deed.at > world_.until; });
    return std::move(world_);
  }

 private:
  template <typename T>
  const T& any(const std::vector<T>& of) {
    return of[static_cast<size_t>(random_.between(0, static_cast<int64_t>(of.size()) - 1))];
  }

  template <typename T>
  static T read(Result<T> result) {
    KENKO_CHECK(result.ok(), "{}", kenko::to_text(result.problems()));
    return std::move(result).value();
  }

  // --- rules, calendar, team

  std::string rules_text() {
    const auto days = [this](int64_t low, int64_t high) { return random_.between(low, high); };
    const auto pace = [&] { return fmt::format("fire_after: {}, clear_after: {}", days(1, 3), days(1, 4)); };
    std::string out = fmt::format(
        "kenko: 1\nlevels:\n  critical: {{below: 40, respond: {}}}\n  at_risk: {{below: {}, respond: {}}}\n"
        "  warning: {{below: 75, respond: {}d}}\nladder: {}\nstorm: {{share: {}%, accounts: {}}}\nalerts:\n",
        any<std::string>({"0h", "2h", "1d"}), days(50, 60), any<std::string>({"2d", "4h", "30m"}), days(0, 5),
        any<std::string>({"[owner]", "[owner, manager]", "[owner, manager, manager]"}), days(5, 60), days(1, 4));
    const auto rule = [&](const char* name, const std::string& what) {
      if (random_.chance(0.85)) out += fmt::format("  {}: {{{}}}\n", name, what);
    };
    out += fmt::format("  level: {{kind: level, {}}}\n", pace());
    rule("fall", fmt::format("kind: fall, points: {}, within: {}d, level: {}, {}", days(10, 25), days(2, 30),
                             any<std::string>({"warning", "at_risk", "critical"}), pace()));
    rule("baseline", fmt::format("kind: baseline, deviations: {}, within: {}d, level: warning, {}", days(1, 3),
                                 days(30, 60), pace()));
    rule("complaint", fmt::format("kind: trigger, trigger: complaints, level: critical, {}", pace()));
    rule("band", fmt::format("kind: band, within: {}d, level: warning, {}", days(2, 30), pace()));
    rule("champion", fmt::format("kind: condition, when: 'count(a[30d]) > 0', {}", pace()));
    rule("renewal", fmt::format("kind: renewal, within: {}d, below: 60, {}", days(5, 90), pace()));
    rule("silent", fmt::format("kind: silent, {}", pace()));
    rule("blind", "kind: insufficient, weeks: 1, level: warning");
    return out;
  }

  std::string calendar_text() {
    const Day d = kFirst + static_cast<int32_t>(random_.between(0, days_));
    return fmt::format(
        "kenko: 1\nregions:\n  default:\n    zone: {}\n    holidays: [{{{}: some day}}]\n  far:\n    zone: "
        "Asia/Tokyo\n    hours: {{mon-sat: \"10:00-13:00, 14:00-18:00\"}}\n"
        "quiet:\n  - {{name: still, from: {}, to: {}}}\n  - {{name: banks, from: {}, to: {}, segments: [smb], "
        "regions: [far]}}\n",
        any<std::string>({"UTC", "Europe/London", "America/New_York"}), (d + 3).iso(), d.iso(),
        (d + static_cast<int32_t>(random_.between(0, 6))).iso(), kFirst.iso(), (kFirst + 12).iso());
  }

  std::string team_text() {
    if (random_.chance(0.15)) return "";
    const auto day = [this] { return kFirst + static_cast<int32_t>(random_.between(0, days_)); };
    const Day away = day(), gone = day();
    std::string out = fmt::format(
        "kenko: 1\npeople:\n"
        "  anna: {{name: Anna Schmidt, roles: [csm], manager: carla, delegate: bert, absences: [{{from: {}, to: "
        "{}}}]}}\n"
        "  bert: {{region: far, roles: [csm], manager: carla, capacity: 2}}\n"
        "  carla: {{roles: [{}], manager: eve, delegate: anna, absences: [{{from: {}, to: {}}}]}}\n"
        "  dan: {{until: {}{}, manager: carla}}\n"
        "  eve: {{absences: [{{from: {}, to: {}}}]}}\n",
        away.iso(), (away + static_cast<int32_t>(random_.between(0, 9))).iso(),
        any<std::string>({"leader", "director", "boss"}), gone.iso(), (gone + 6).iso(), gone.iso(),
        random_.chance(0.5) ? ", successor: bert" : "", away.iso(), (away + 4).iso());
    if (random_.chance(0.7)) out += "assign:\n  - {segment: smb, to: [anna, bert]}\n  - {band: red, to: carla}\n";
    if (random_.chance(0.7)) out += "data: [eve, bert]\n";
    return out;
  }

  void make_rules() {
    const auto calendar = read(calendar::read_calendar(calendar_text(), "calendar.yaml", TimeZone(), {}));
    const std::string text = team_text();
    const auto team = text.empty() ? team::Team() : read(team::read_team(text, "team.yaml", calendar));
    first_ = std::make_shared<alerts::Setup>(
        alerts::Setup{read(alerts::read_rules(rules_text(), "alerts.yaml")), calendar, team});
    second_ = std::make_shared<alerts::Setup>(
        alerts::Setup{read(alerts::read_rules(rules_text(), "alerts.yaml")), calendar, team});
  }

  // --- accounts and days

  std::string any_owner() {
    return any<std::string>({"anna", " ANNA  schmidt", "bert", "carla", "dan", "stranger", ""});
  }

  Account new_account(int64_t number) {
    Account a;
    a.id = fmt::format("a{:02}", number);
    a.segment = any<std::string>({"smb", "smb", "banks", ""});
    a.owner = any_owner();
    a.territory = random_.chance(0.1) ? "far" : "";
    a.score = static_cast<int32_t>(random_.between(2'000, 10'000));
    if (random_.chance(0.5)) a.renewal = (kFirst + static_cast<int32_t>(random_.between(-5, 150))).number;
    return a;
  }

  void step(Account& a) {
    if (a.absent > 0) --a.absent;
    if (random_.chance(0.01)) a.absent = static_cast<int>(random_.between(1, 40));
    if (random_.chance(0.02)) a.owner = any_owner();
    if (random_.chance(0.03)) {
      a.status = any<std::string>({"active", "notice", "onboarding", "paused", "trial", "churned", "internal"});
    } else if (random_.chance(0.3)) {
      a.status = "active";
    }
    if (random_.chance(0.1)) a.trigger = !a.trigger;
    if (random_.chance(0.05)) a.insufficient = !a.insufficient;
    if (random_.chance(0.2)) a.champion = any<Truth>({Truth::no, Truth::yes, Truth::unknown});
  }

  AccountDay row(Account& a, bool all_fall) {
    facts::Dictionary& texts = *world_.texts;
    AccountDay r;
    r.account = r.top_parent = texts.intern(a.id);
    const auto code = [&texts](const std::string& text) { return text.empty() ? 0 : texts.intern(text); };
    r.status = code(a.status);
    r.state = code(a.insufficient ? "insufficient" : "scored");
    r.segment = code(a.segment);
    r.owner = code(a.owner);
    r.territory = code(a.territory);
    int64_t own = random_.chance(0.5) ? random_.between(-3, 3) * 50 : 0;
    if (random_.chance(0.08)) own = random_.between(-30, 20) * 100;
    if (all_fall && random_.chance(0.8)) own = -random_.between(8, 40) * 100;
    int64_t other = random_.chance(0.03) ? random_.between(-30, 30) * 100 : 0;
    const auto before = int64_t{a.score};
    own = std::clamp<int64_t>(own, -before, 10'000 - before);
    other = std::clamp<int64_t>(other, -(before + own), 10'000 - before - own);
    a.score = static_cast<int32_t>(before + own + other);
    r.explained = !random_.chance(0.02);
    r.own_change = static_cast<int32_t>(own);
    r.change = static_cast<int32_t>(own + other);
    if (!random_.chance(0.04) && !a.insufficient) {
      r.score = a.score;
      r.band_place = std::min(3, (a.score + shift_) / 2'500);
      r.band = code(std::vector<std::string>{"red", "orange", "yellow", "green"}[static_cast<size_t>(r.band_place)]);
    }
    r.renewal = a.renewal;
    if (a.trigger) r.triggers.push_back(code("complaints"));
    if (stale_ > 0 && random_.chance(0.8)) r.stale_sources.push_back(code(stale_ == 1 ? "crm" : "billing"));
    if (asks_) r.conditions.push_back(a.champion);
    return r;
  }

  void make_day(int32_t d) {
    ClosedDay day;
    day.day = kFirst + d;
    day.texts = world_.texts.get();
    if (random_.chance(0.03)) model_ = any<std::string>({"one", "two", "three"});
    if (random_.chance(0.05)) shift_ = static_cast<int32_t>(random_.between(0, 3)) * 500;
    if (random_.chance(0.1)) stale_ = static_cast<int>(random_.between(0, 2));
    day.model = hash128(model_);
    asks_ = !random_.chance(0.03);
    if (asks_) day.conditions.emplace_back("champion");
    // Mostly at six in the morning of the day after; now and then days later, with those that had to wait.
    const int64_t late = random_.chance(0.05) ? random_.between(0, 4) : 0;
    const int64_t usual = (int64_t{day.day.number} + 1 + late) * kMicrosPerDay + 6 * kMicrosPerHour;
    day.at = {std::max(usual, world_.days.empty() ? usual : world_.days.back().at.micros)};
    const bool all_fall = random_.chance(0.04);
    for (Account& a : accounts_) {
      step(a);
      if (a.absent == 0) day.accounts.push_back(row(a, all_fall));
    }
    world_.days.push_back(std::move(day));
  }

  void make_deeds() {
    const Instant at = world_.days.back().at;
    for (int64_t n = random_.between(0, 4); n > 0; --n) {
      reference::Deed deed;
      deed.at = {at.micros + (random_.chance(0.1) ? 0 : random_.between(0, 24 * 60) * 60'000'000)};
      deed.by = any(kPeople);
      deed.subject = any(accounts_).id;
      deed.cause = random_.chance(0.5) ? std::string("level") : any(kCauses);
      if (deed.cause == "silent") deed.subject = any<std::string>({"crm", "billing"});
      if (deed.cause == "storm") deed.subject = any<std::string>({"smb", "banks", "none"});
      deed.act = any<std::string>({"acknowledge", "snooze", "resolve", "reopen", "assign", "note"});
      if (deed.act == "snooze") deed.until = world_.days.back().day + static_cast<int32_t>(random_.between(0, 9));
      if (deed.act == "resolve") deed.text = "worked";
      if (deed.act == "assign") deed.text = random_.chance(0.9) ? any(kPeople) : "stranger";
      world_.deeds.push_back(std::move(deed));
    }
  }

  inline static const Day kFirst = Day::of(2026, 2, 23);
  Random random_;
  cases::AlertWorld world_;
  std::shared_ptr<const alerts::Setup> first_, second_;
  std::vector<Account> accounts_;
  int32_t days_ = 0, shift_ = 0;
  int stale_ = 0;
  bool asks_ = true;
  std::string model_ = "one";
};

}  // namespace

cases::AlertWorld generate_alerts(uint64_t seed) { return Maker(seed).make(); }

}  // namespace kenko::property
