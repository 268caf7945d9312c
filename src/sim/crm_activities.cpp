// The CRM's activities: meetings, trainings, messages, talks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/exports.h"
#include "sim/laws.h"

namespace kenko::sim {
namespace {

constexpr std::array<std::string_view, 4> kTrainings = {"basics", "automation", "reporting", "admin"};
constexpr int kQuarterWeeks = 13;

/// Writes down what happens between one account and its customer success manager.
class Relations {
 public:
  Relations(const Account& account, Day first_day, Day last_day, Random random, TimedRows& rows)
      : account_(account), first_day_(first_day), last_day_(last_day), random_(random), rows_(rows) {
    quarter_offset_ = static_cast<int>(random_.between(0, kQuarterWeeks - 1));
    touch_ = account.segment == Segment::enterprise ? 1.0 : account.segment == Segment::mid ? 0.6 : 0.22;
  }

  void week(const Week& week, int number) {
    const Day d = working_day(week.first + static_cast<int32_t>(random_.between(0, 6)));
    const double activity = account_.activity(d);
    if (activity <= 0 || d > last_day_) return;
    const State& s = week.state;
    const double health = share(s.vigour);
    if (d - account_.started < 56 && random_.chance(0.5 * (touch_ + 0.2)))
      meeting(d, s, "onboarding", 0.75 + 0.2 * health);
    if (account_.kind == Kind::trial_lost || account_.kind == Kind::internal) return;
    const bool reviews = account_.segment != Segment::smb;
    if (reviews && (number + quarter_offset_) % kQuarterWeeks == 0)
      meeting(d, s, "qbr", (0.3 + 0.6 * health + (s.sponsor ? 0.08 : -0.08)) * activity);
    if (random_.chance(0.32 * touch_)) meeting(d, s, "check_in", (0.5 + 0.42 * health) * activity);
    if (random_.chance(0.16 * touch_ * health)) training(d);
    for (int64_t i = random_.poisson(0.75 * (touch_ + 0.15)); i > 0; --i) message(week.first, s, activity);
    if (random_.chance(std::min(0.5, 9 * expansion_chance(s)) * activity))
      plain(d, "expansion.discussed", s.sponsor ? "executive_sponsor" : "champion", "asked about more");
    if (random_.chance(0.02 * health * (s.sponsor ? 1.0 : 0.3) * activity))
      plain(d, "reference.given", "champion", "spoke with a prospect");
  }

 private:
  int64_t office_hour() { return 9 * 3600 + random_.between(0, 16) * 1800; }

  std::string contact_id(Day d, std::string_view role) const {
    const Contact* c = account_.contact(d, role);
    if (c == nullptr) c = account_.contact(d, "champion");
    return c == nullptr ? "" : c->id;
  }

  void add(Day d, int64_t seconds, std::string contact, std::string_view type, std::string_view kind,
           std::string_view executive, std::string reply_hours, std::string thread, std::string_view note) {
    if (d > last_day_ || d < first_day_ || account_.activity(d) <= 0) return;
    rows_.add(
        d, seconds,
        {"", account_.id, std::move(contact), std::string(type), fmt::format("{} {}", d.iso(), clock(seconds)),
         std::string(kind), std::string(executive), std::move(reply_hours), std::move(thread), std::string(note)});
  }

  void meeting(Day d, const State& s, std::string_view kind, double held) {
    const double u = random_.uniform();
    const std::string_view type = u < held                       ? "meeting.held"
                                  : u < held + 0.65 * (1 - held) ? "meeting.cancelled"
                                                                 : "meeting.missed";
    const bool executive = u < held && s.sponsor && random_.chance(kind == "qbr" ? 0.8 : 0.15);
    add(d, office_hour(), contact_id(d, executive ? "executive_sponsor" : "champion"), type, kind,
        executive ? "true" : "false", "", "",
        type == "meeting.held" ? (kind == "qbr" ? "Went through goals" : "") : "");
  }

  void training(Day d) {
    add(d, office_hour(), contact_id(d, random_.chance(0.5) ? "user" : "admin"), "training.attended",
        kTrainings[static_cast<size_t>(random_.between(0, 3))], "", "", "", "");
  }

  void message(Day week, const State& s, double activity) {
    const Day d = working_day(week + static_cast<int32_t>(random_.between(0, 6)));
    const int64_t sent = 9 * 3600 + random_.between(0, 8 * 3600);
    const std::string contact = contact_id(d, "champion");
    std::string thread = fmt::format("M{}-{}", account_.id.substr(10), ++threads_);
    add(d, sent, contact, "message.sent", "", "", "", thread, "");
    if (!random_.chance((0.25 + 0.65 * share(1.2 * s.vigour)) * activity)) return;
    const double hours = std::clamp(14 * std::exp(-0.9 * s.vigour + 0.8 * random_.normal()), 0.2, 400.0);
    // Nobody answers at night: a reply outside of office hours comes the next morning.
    const int64_t at = sent + static_cast<int64_t>(hours * 3600);
    Day reply_day = d + static_cast<int32_t>(at / 86400);
    int64_t reply_at = at % 86400;
    if (reply_at > 20 * 3600) {
      reply_day = reply_day + 1;
      reply_at = 8 * 3600 + at % 3600;
    } else if (reply_at < 7 * 3600) {
      reply_at = 8 * 3600 + at % 3600;
    }
    const double waited = static_cast<double>((reply_day - d) * 86400 + reply_at - sent) / 3600;
    add(reply_day, reply_at, contact, "message.replied", "", "", fmt::format("{:.1f}", waited), std::move(thread), "");
  }

  void plain(Day d, std::string_view type, std::string_view role, std::string_view note) {
    add(d, office_hour(), contact_id(d, role), type, "", "", "", "", note);
  }

  const Account& account_;
  Day first_day_, last_day_;
  Random random_;
  TimedRows& rows_;
  int quarter_offset_ = 0;
  double touch_ = 0;
  int threads_ = 0;
};

}  // namespace

void export_crm_activities(const World& world, Folder& folder) {
  TimedRows rows;
  for (size_t i = 0; i < world.accounts.size(); ++i) {
    const Account& a = world.accounts[i];
    Relations relations(a, world.options.first_day, world.last_day(), random_for(world, 30, i), rows);
    int number = 0;
    for (const Week& week : a.weeks) relations.week(week, number++);
  }
  FileShape shape;
  shape.file = "crm/activities.csv";
  shape.columns = {"activity_id", "account_id", "contact_id",  "type",   "at",
                   "kind",        "executive",  "reply_hours", "thread", "note"};
  shape.id = 0;
  shape.account = 1;
  shape.person = 2;
  shape.date = 4;
  shape.number = 7;
  shape.text = 9;
  shape.dirt = {Dirt::empty_account,  Dirt::impossible_date, Dirt::garbled_number, Dirt::ragged_row,
                Dirt::wrong_encoding, Dirt::duplicate_row,   Dirt::trailing_blanks};
  shape.impossible_date = "2025-02-30 10:00:00";
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 31));
  rows.write(file, "00T", 9);
}

}  // namespace kenko::sim
