// The help desk: tickets, comments, solutions, and the mood of what customers write.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "sim/exports.h"
#include "sim/names.h"

namespace kenko::sim {
namespace {

constexpr std::array<std::string_view, 4> kSeverities = {"low", "normal", "high", "urgent"};
constexpr int64_t kDay = 86400;

/// Writes the tickets of one account.
class Desk {
 public:
  Desk(const Account& account, Day last_day, Random random, TimedRows& rows, std::vector<SolvedTicket>& solved)
      : account_(account), last_day_(last_day), random_(random), rows_(rows), solved_(solved) {}

  void week(const Week& week) {
    const State& s = week.state;
    const double users = s.penetration * account_.seats_on(week.first);
    const double rate = (0.05 + 0.011 * users) * (0.55 + 1.7 * share(-1.3 * s.vigour));
    for (int64_t n = random_.poisson(rate); n > 0; --n) {
      const Day d = week.first + static_cast<int32_t>(random_.between(0, 6));
      if (random_.chance(account_.activity(d)) && d <= last_day_) ticket(d, s);
    }
  }

 private:
  const Contact* requester(Day d) {
    std::vector<const Contact*> here;
    for (const Contact& c : account_.contacts) {
      if (c.here(d) && c.role != "executive_sponsor") here.push_back(&c);
    }
    return here.empty() ? nullptr
                        : here[static_cast<size_t>(random_.between(0, static_cast<int64_t>(here.size()) - 1))];
  }

  double sentiment(const State& s) {
    return std::clamp(0.1 + 0.75 * (share(1.1 * s.vigour) - 0.5) * 2 * 0.7 + 0.32 * random_.normal(), -1.0, 1.0);
  }
  static Mood mood_of(double sentiment) {
    return sentiment < -0.2 ? Mood::bad : sentiment > 0.3 ? Mood::good : Mood::even;
  }

  void add(int64_t at, std::string_view type, const std::string& rated, std::string_view text) {
    const Day d = opened_ + static_cast<int32_t>(at / kDay);
    if (d > last_day_ || account_.activity(d) <= 0) return;
    rows_.add(
        d, at % kDay,
        {"", ticket_, std::string(type), fmt::format("{}T{}Z", d.iso(), clock(at % kDay)), account_.org_id,
         contact_->email, std::string(kSeverities[severity_]), std::string(topic(topic_)), rated, std::string(text)});
  }

  /// What the help desk makes of it: most texts are rated, with an error of its own.
  std::string rating(double feeling) {
    if (random_.chance(0.125)) return "null";
    return fmt::format("{:.2f}", std::clamp(feeling + 0.1 * random_.normal(), -1.0, 1.0) + 0.0);
  }

  void ticket(Day d, const State& s) {
    opened_ = d;
    contact_ = requester(d);
    if (contact_ == nullptr) return;
    ticket_ = fmt::format("T-{}-{}", account_.org_id, ++tickets_);
    const double feeling = sentiment(s);
    topic_ = static_cast<int>(random_.between(0, kTopics - 1));
    severity_ =
        static_cast<size_t>(std::clamp<int64_t>(std::llround(1.1 - 0.9 * feeling + 0.6 * random_.normal()), 0, 3));
    int64_t at = 7 * 3600 + random_.between(0, 11 * 3600);
    add(at, "ticket.opened", rating(feeling), ticket_text(topic_, mood_of(feeling), random_.next()));
    for (int64_t n = random_.poisson(0.8); n > 0; --n) {
      at += random_.between(1800, 2 * kDay);
      const double now = std::clamp(feeling + 0.2 * random_.normal(), -1.0, 1.0);
      add(at, "ticket.commented", rating(now), comment_text(mood_of(now), random_.next()));
    }
    at += static_cast<int64_t>(3600 * std::exp(2.2 + 0.8 * random_.normal()));
    if (random_.chance(0.04)) return;  // forgotten
    add(at, "ticket.solved", "null", "");
    if (random_.chance(feeling < 0 ? 0.14 : 0.04)) {
      at += random_.between(3600, 3 * kDay);
      add(at, "ticket.reopened", "null", "");
      at += random_.between(3600, 4 * kDay);
      add(at, "ticket.solved", "null", "");
    }
    const Day done = opened_ + static_cast<int32_t>(at / kDay);
    if (done < last_day_ && account_.activity(done) > 0) solved_.push_back({done, &account_, contact_, feeling});
  }

  const Account& account_;
  Day last_day_;
  Random random_;
  TimedRows& rows_;
  std::vector<SolvedTicket>& solved_;
  int tickets_ = 0;
  Day opened_;
  const Contact* contact_ = nullptr;
  std::string ticket_;
  int topic_ = 0;
  size_t severity_ = 0;
};

FileShape shape_of_month(const std::string& month) {
  FileShape shape;
  shape.file = fmt::format("help_desk/tickets-{}.ndjson", month);
  shape.columns = {"id", "ticket", "type", "at", "org_id", "requester", "severity", "topic", "sentiment", "text"};
  shape.format = Format::ndjson;
  shape.plain = {false, false, false, false, false, false, false, false, true, false};
  shape.id = 0;
  shape.date = 3;
  shape.account = 4;
  shape.person = 5;
  shape.number = 8;
  shape.text = 9;
  shape.dirt = {Dirt::empty_account,  Dirt::impossible_date, Dirt::garbled_number,  Dirt::broken_json,
                Dirt::wrong_encoding, Dirt::duplicate_row,   Dirt::unknown_account, Dirt::trailing_blanks};
  shape.impossible_date = "2025-02-30T10:00:00Z";
  shape.stranger = "99999999";
  return shape;
}

}  // namespace

std::vector<SolvedTicket> export_help_desk(const World& world, Folder& folder) {
  TimedRows rows;
  std::vector<SolvedTicket> solved;
  for (size_t i = 0; i < world.accounts.size(); ++i) {
    const Account& a = world.accounts[i];
    if (a.kind == Kind::internal) continue;
    Desk desk(a, world.last_day(), random_for(world, 50, i), rows, solved);
    for (const Week& week : a.weeks) desk.week(week);
  }
  std::unique_ptr<ExportFile> file;
  std::string month;
  int64_t number = 0;
  for (TimedRows::Row& row : rows.sorted()) {
    if (std::string now = row.day.iso().substr(0, 7); now != month) {
      month = std::move(now);
      file = std::make_unique<ExportFile>(folder, shape_of_month(month), world.options.dirty_ratio,
                                          random_for(world, 51, static_cast<size_t>(row.day.number)));
    }
    row.cells[0] = fmt::format("he-{:07}", ++number);
    file->row(row.cells);
  }
  return solved;
}

}  // namespace kenko::sim
