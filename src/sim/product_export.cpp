// Product analytics: sessions of users, day by day.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include "sim/exports.h"
#include "sim/names.h"

namespace kenko::sim {
namespace {

constexpr int kFeatures = 20;
constexpr int kBasicFeatures = 12;
constexpr std::array<std::string_view, kFeatures> kFeatureNames = {
    "dashboards",    "reports",     "search",   "comments",      "tasks",        "templates",        "sharing",
    "import",        "export",      "calendar", "notifications", "mobile_app",   "automation",       "api_access",
    "custom_fields", "forecasting", "webhooks", "audit_log",     "ai_assistant", "scenario_planning"};
constexpr int kAssistant = 18;
constexpr int kScenarios = 19;
constexpr int kAssistantDay = 180;
constexpr int kScenariosDay = 330;
constexpr std::array<std::string_view, 4> kWorkflows = {"close_month", "onboard_client", "approve_budget",
                                                        "publish_report"};
constexpr std::array<std::string_view, 6> kIntegrations = {"slack", "excel", "salesforce", "jira", "sap", "snowflake"};
constexpr std::array<std::string_view, 4> kDevices = {"web", "web", "mobile", "desktop"};

/// With these events per account and day the rates below hold as they stand.
constexpr double kUsualEvents = 8.1;

constexpr std::array<std::string_view, 4> kBoards = {"questions", "tips", "ideas", "stories"};
constexpr int kAnnouncementDays = 14;
constexpr std::array<int, 4> kOffsetHours = {-5, 1, 0, 9};  ///< of the clocks of a region

enum class What : uint8_t {
  login,
  feature,
  workflow_started,
  workflow_completed,
  integration,
  trial,
  announcement,
  community
};
constexpr std::array<std::string_view, 8> kEventNames = {
    "login",         "feature.used",        "workflow.started", "workflow.completed", "integration.used",
    "trial.started", "announcement.opened", "community.posted"};

struct Seat {
  std::string key;
  double zeal = 1;
  const Contact* contact = nullptr;  ///< when the user is a CRM contact
};

struct Event {
  int64_t millis_of_day = 0;
  What what = What::login;
  int detail = 0;   ///< device, feature, workflow, integration, days of the trial, announcement or board
  int64_t run = 0;  ///< of a workflow; of a login: tenths of a minute that the session lasted
  const Account* account = nullptr;
  std::string user;
};

/// The users of one account and how they behave.
class Users {
 public:
  Users(const Account& account, const CompanyOptions& options, Random random)
      : account_(account), options_(options), random_(random), aside_(random.fork(1)) {
    scale_ = options.events_per_account_day / kUsualEvents;
    for (const Contact& c : account.contacts) {
      if (c.role != "executive_sponsor") seats_.push_back({c.user_key, zeal() * 1.3, &c});
    }
    int most = account.first_seats;
    for (const auto& step : account.seat_steps) most = std::max(most, step.second);
    while (static_cast<int>(seats_.size()) < most) seats_.push_back({new_key(), zeal(), nullptr});
    std::iota(taste_.begin(), taste_.end(), 0);
    std::array<double, kFeatures> place{};
    for (int f = 0; f < kFeatures; ++f)
      place[static_cast<size_t>(f)] = random_.uniform() + (f < kBasicFeatures ? 0 : 0.5);
    std::sort(taste_.begin(), taste_.end(),
              [&](int x, int y) { return place[static_cast<size_t>(x)] < place[static_cast<size_t>(y)]; });
  }

  void day(Day d, std::vector<Event>& events) {
    const Week* week = account_.week_of(d);
    if (week == nullptr) return;
    if (week != week_) begin_week(*week);
    if (account_.trial_end && d == account_.started) {
      add(events, 9 * 3600, What::trial, *account_.trial_end - account_.started + 1, 0, seats_.front().key);
    }
    const double today = account_.activity(d) * weekday_factor(d) * week_noise_ * std::min(1.0, scale_);
    if (today <= 0) return;
    const State& s = week->state;
    const int active = std::max(1, static_cast<int>(std::lround(s.penetration * account_.seats_on(d))));
    const double usual = 0.03 + 0.20 * share(1.1 * s.vigour);
    int present = 0;
    for (const Seat& seat : seats_) {
      if (present >= active) break;
      if (seat.contact != nullptr && !seat.contact->here(d)) continue;
      const bool power = present++ < s.power_users;
      const double chance = today * (power ? 0.9 : usual * seat.zeal);
      if (random_.chance(std::min(0.97, chance))) session(d, s, seat.key, power, events);
    }
    const Contact* sponsor = s.sponsor ? account_.contact(d, "executive_sponsor") : nullptr;
    if (sponsor != nullptr && random_.chance(0.06 * today)) session(d, s, sponsor->user_key, false, events);
  }

 private:
  double zeal() { return std::exp(0.5 * random_.normal() - 0.125); }

  std::string new_key() {
    std::string key = "u_";
    for (int i = 0; i < 8; ++i) key += kLowerAlphabet[static_cast<size_t>(random_.between(0, 31))];
    return key;
  }

  static double weekday_factor(Day d) {
    int y = 0, m = 0, day = 0;
    d.civil(y, m, day);
    const double holiday = (m == 12 && day >= 24) || (m == 1 && day == 1) ? 0.35 : 1.0;
    return holiday * (d.weekday() < 5 ? 1.0 : 0.12);
  }

  void begin_week(const Week& week) {
    week_ = &week;
    week_noise_ = std::exp(0.12 * random_.normal());
    for (Seat& seat : seats_) {
      if (seat.contact == nullptr && random_.chance(0.008)) seat = {new_key(), zeal(), nullptr};
    }
  }

  int64_t seconds_of_day() {
    const double local = std::clamp(12.0 + 2.8 * random_.normal(), 0.0, 23.9);
    const auto seconds = static_cast<int64_t>(local * 3600);
    return ((seconds - kOffsetHours[static_cast<size_t>(account_.region)] * 3600) % 86400 + 86400) % 86400;
  }

  void add(std::vector<Event>& events, int64_t seconds, What what, int detail, int64_t run, const std::string& user) {
    const int64_t millis = std::min<int64_t>(seconds, 86399) * 1000 + random_.between(0, 999);
    events.push_back({millis, what, detail, run, &account_, user});
  }

  bool released(int feature, Day d) const {
    if (feature == kAssistant) return d - options_.first_day >= kAssistantDay;
    if (feature == kScenarios) return d - options_.first_day >= kScenariosDay;
    return true;
  }

  int choose_feature(Day d, const State& s, bool power) {
    const double breadth = std::clamp(3 + 16 * share(1.2 * s.vigour) * (0.85 + 0.3 * week_noise_ / 2), 3.0, 20.0);
    for (int tries = 0; tries < 6; ++tries) {
      const int f = taste_[static_cast<size_t>(breadth * std::pow(random_.uniform(), 1.6))];
      if (!released(f, d)) continue;
      if (power && f < kBasicFeatures && random_.chance(0.5)) continue;
      return f;
    }
    return power ? kBasicFeatures : 0;
  }

  /// What a session holds besides work.  Draws of its own, so that it moves nothing else.
  void look_around(Day d, double health, bool power, int64_t begin, const std::string& user,
                   std::vector<Event>& events) {
    const auto add_aside = [&](What what, int detail) {
      const int64_t seconds = std::min<int64_t>(begin + aside_.between(15, 900), 86399);
      events.push_back({seconds * 1000 + aside_.between(0, 999), what, detail, 0, &account_, user});
    };
    if (aside_.chance(0.02 + 0.06 * health))
      add_aside(What::announcement, (d - options_.first_day) / kAnnouncementDays + 1);
    if (aside_.chance((power ? 0.02 : 0.005) * (0.3 + 1.4 * health)))
      add_aside(What::community, static_cast<int>(aside_.between(0, 3)));
  }

  /// Tenths of a minute: until the last thing that was done, and some reading more.
  int64_t session_length(double health, int64_t begin, size_t login, const std::vector<Event>& events) {
    int64_t last = begin;
    for (size_t i = login + 1; i < events.size(); ++i) {
      if (events[i].what != What::workflow_completed) last = std::max(last, events[i].millis_of_day / 1000);
    }
    const double seconds = static_cast<double>(last - begin) + 30 + aside_.exponential(120 + 480 * health);
    return std::llround(seconds / 6);
  }

  void session(Day d, const State& s, const std::string& user, bool power, std::vector<Event>& events) {
    const double health = share(s.vigour);
    const double more = std::max(1.0, 1 + (scale_ - 1) * 1.5);
    const int64_t begin = seconds_of_day();
    const size_t login = events.size();
    add(events, begin, What::login, static_cast<int>(random_.between(0, 3)), 0, user);
    const int64_t features = random_.poisson((0.55 + 0.75 * health + (power ? 0.5 : 0)) * more);
    for (int64_t i = 0; i < features; ++i) {
      add(events, begin + random_.between(20, 2400), What::feature, choose_feature(d, s, power), 0, user);
    }
    const int64_t flows = random_.poisson((power ? 0.4 : 0.22) * more);
    for (int64_t i = 0; i < flows; ++i) {
      const int64_t at = begin + random_.between(60, 1800);
      const int flow = static_cast<int>(random_.between(0, 3));
      const int64_t run = ++runs_;
      add(events, at, What::workflow_started, flow, run, user);
      if (random_.chance(0.45 + 0.5 * health))
        add(events, at + random_.between(120, 5400), What::workflow_completed, flow, run, user);
    }
    if (s.integrations > 0 && random_.chance(0.09 * s.integrations)) {
      add(events, begin + random_.between(10, 3000), What::integration,
          static_cast<int>(random_.between(0, s.integrations - 1)), 0, user);
    }
    look_around(d, health, power, begin, user, events);
    events[login].run = session_length(health, begin, login, events);
  }

  const Account& account_;
  const CompanyOptions& options_;
  Random random_;
  Random aside_;
  double scale_ = 1;
  std::vector<Seat> seats_;
  std::array<int, kFeatures> taste_{};
  const Week* week_ = nullptr;
  double week_noise_ = 1;
  int64_t runs_ = 0;
};

std::string props(const Event& e) {
  const auto detail = static_cast<size_t>(e.detail);
  switch (e.what) {
    case What::login:
      return fmt::format(R"({{"device":"{}","hour":{},"minutes":{}.{}}})", kDevices[detail],
                         (e.millis_of_day / 3'600'000 + kOffsetHours[static_cast<size_t>(e.account->region)] + 24) % 24,
                         e.run / 10, e.run % 10);
    case What::feature:
      return fmt::format(R"({{"feature":"{}","level":"{}"}})", kFeatureNames[detail],
                         e.detail < kBasicFeatures ? "basic" : "advanced");
    case What::workflow_started:
    case What::workflow_completed:
      return fmt::format(R"({{"workflow":"{}","run":"{}-{}"}})", kWorkflows[detail],
                         e.account->account_key.substr(3, 4), e.run);
    case What::integration:
      return fmt::format(R"({{"integration":"{}"}})", kIntegrations[detail]);
    case What::trial:
      return fmt::format(R"({{"days":{}}})", e.detail);
    case What::announcement:
      return fmt::format(R"({{"announcement":"news-{:02}"}})", e.detail);
    case What::community:
      return fmt::format(R"({{"board":"{}"}})", kBoards[detail]);
  }
  return "{}";
}

FileShape shape_of_month(const std::string& month) {
  FileShape shape;
  shape.file = fmt::format("product/{}.ndjson", month);
  shape.columns = {"uuid", "event", "timestamp", "account_key", "user_key", "props"};
  shape.format = Format::ndjson;
  shape.plain = {false, false, false, false, false, true};
  shape.id = 0;
  shape.date = 2;
  shape.account = 3;
  shape.person = 4;
  shape.text = 4;
  shape.dirt = {Dirt::empty_account, Dirt::impossible_date, Dirt::broken_json,    Dirt::wrong_encoding,
                Dirt::duplicate_row, Dirt::unknown_account, Dirt::trailing_blanks};
  shape.impossible_date = "2025-02-30T10:00:00.000Z";
  shape.stranger = "ws_unknown0";
  return shape;
}

void set_uuid(std::string& out, Random& random) {
  const uint64_t a = random.next(), b = random.next();
  out.clear();
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", a >> 32, (a >> 16) & 0xffff,
                 a & 0xfff, 0x8000 | ((b >> 48) & 0x3fff), b & 0xffffffffffff);
}

}  // namespace

void export_product(const World& world, Folder& folder) {
  std::vector<Users> users;
  users.reserve(world.accounts.size());
  for (size_t i = 0; i < world.accounts.size(); ++i)
    users.emplace_back(world.accounts[i], world.options, random_for(world, 10, i));
  Random ids = random_for(world, 11);
  std::unique_ptr<ExportFile> file;
  std::string month;
  std::vector<Event> events;
  std::vector<std::string> cells(6);
  for (Day d = world.options.first_day; d <= world.last_day(); ++d) {
    const std::string date = d.iso();
    if (const std::string now = date.substr(0, 7); now != month) {
      month = now;
      file = std::make_unique<ExportFile>(folder, shape_of_month(month), world.options.dirty_ratio,
                                          ids.fork(static_cast<uint64_t>(d.number)));
    }
    events.clear();
    for (Users& u : users) u.day(d, events);
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& x, const Event& y) { return x.millis_of_day < y.millis_of_day; });
    for (const Event& e : events) {
      set_uuid(cells[0], ids);
      cells[1] = kEventNames[static_cast<size_t>(e.what)];
      cells[2] = fmt::format("{}T{}.{:03}Z", date, clock(e.millis_of_day / 1000), e.millis_of_day % 1000);
      cells[3] = e.account->key_on(d);
      cells[4] = e.user;
      cells[5] = props(e);
      file->row(cells);
    }
  }
}

}  // namespace kenko::sim
