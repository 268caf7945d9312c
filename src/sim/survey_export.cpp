// Surveys (NPS and goal completion every quarter, CSAT and effort after solved tickets), the hand-kept sheet, and rates
// of exchange.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/exports.h"
#include "sim/names.h"

namespace kenko::sim {
namespace {

constexpr std::array<std::string_view, 4> kOffsets = {"-05:00", "+01:00", "+00:00", "+09:00"};
constexpr std::array<int64_t, 4> kOffsetSeconds = {-5 * 3600, 3600, 0, 9 * 3600};
constexpr int kQuarterWeeks = 13;

/// Asks contacts and writes down what they answer.
class Survey {
 public:
  Survey(const World& world, Random random, TimedRows& rows) : world_(world), random_(random), rows_(rows) {}

  void ask_nps(const Account& a, const Contact& c, Day d, const State& s) {
    const int64_t sent = 10 * 3600;
    add(a, c, d, sent, "survey.sent", "nps", "", "");
    if (!random_.chance(0.2 + 0.4 * share(s.vigour))) return;
    const int64_t score = std::clamp<int64_t>(std::llround(7.0 + 1.25 * s.vigour + 1.5 * random_.normal()), 0, 10);
    const Mood mood = score <= 6 ? Mood::bad : score >= 9 ? Mood::good : Mood::even;
    const std::string_view text = random_.chance(0.35) ? survey_text(mood, random_.next()) : "";
    answer(a, c, d, sent, "nps", score, text);
  }

  void ask_csat(const SolvedTicket& t) {
    if (!random_.chance(0.5)) return;
    const Day d = working_day(t.day + 1);
    if (!t.contact->here(d)) return;
    const int64_t sent = 9 * 3600;
    add(*t.account, *t.contact, d, sent, "survey.sent", "csat", "", "");
    if (!random_.chance(0.35)) return;
    const int64_t score = std::clamp<int64_t>(std::llround(3.6 + 1.3 * t.mood + 0.7 * random_.normal()), 1, 5);
    answer(*t.account, *t.contact, d, sent, "csat", score, "");
  }

  /// How hard it was to get help: 1 very hard to 7 very easy.
  void ask_effort(const SolvedTicket& t) {
    if (!random_.chance(0.4)) return;
    const Day d = working_day(t.day + 2);
    if (!t.contact->here(d)) return;
    const int64_t sent = 11 * 3600;
    add(*t.account, *t.contact, d, sent, "survey.sent", "ces", "", "");
    if (!random_.chance(0.4)) return;
    const int64_t score = std::clamp<int64_t>(std::llround(4.6 + 1.7 * t.mood + random_.normal()), 1, 7);
    answer(*t.account, *t.contact, d, sent, "ces", score, "");
  }

  /// Did you get done what you came for?  1 yes, 0 no.
  void ask_goal_completion(const Account& a, const Contact& c, Day d, const State& s) {
    const int64_t sent = 14 * 3600;
    add(a, c, d, sent, "survey.sent", "gcr", "", "");
    if (!random_.chance(0.25 + 0.4 * share(s.vigour))) return;
    answer(a, c, d, sent, "gcr", random_.chance(0.3 + 0.65 * share(1.2 * s.vigour)) ? 1 : 0, "");
  }

 private:
  void answer(const Account& a, const Contact& c, Day d, int64_t sent, std::string_view survey, int64_t score,
              std::string_view text) {
    const int64_t at = sent + static_cast<int64_t>(random_.exponential(40 * 3600)) + 60;
    add(a, c, d + static_cast<int32_t>(at / 86400), at % 86400, fmt::format("{}.answered", survey), survey,
        std::to_string(score), text);
  }

  /// `seconds` are of the sender's clock.
  void add(const Account& a, const Contact& c, Day d, int64_t seconds, std::string_view type, std::string_view survey,
           std::string score, std::string_view text) {
    if (d < world_.options.first_day || d > world_.last_day() || !c.here(d) || a.activity(d) <= 0) return;
    const auto region = static_cast<size_t>(a.region);
    // An evening in the west may be the next day in UTC; the export ends with the last day everywhere.
    if (d == world_.last_day() && seconds - kOffsetSeconds[region] >= 86400) return;
    rows_.add(d, seconds - kOffsetSeconds[region],
              {"", std::string(type), fmt::format("{}T{}{}", d.iso(), clock(seconds), kOffsets[region]), c.email,
               std::string(survey), std::move(score), std::string(text)});
  }

  const World& world_;
  Random random_;
  TimedRows& rows_;
};

void sheet_account(const Account& a, const World& world, Random random, TimedRows& rows) {
  const auto add = [&](Day d, std::string_view what, std::string value, std::string_view detail) {
    if (d < world.options.first_day || d > world.last_day() || a.activity(d) <= 0) return;
    int y = 0, m = 0, day = 0;
    d.civil(y, m, day);
    int owner = a.owners.front().second;
    for (const auto& [from, number] : a.owners) {
      if (from <= d) owner = number;
    }
    const std::string_view by = manager(owner);
    rows.add(d, 0,
             {fmt::format("{:02}/{:02}/{:04}", m, day, y), a.name, std::string(what), std::move(value),
              std::string(detail), std::string(by.substr(0, by.find('@')))});
  };
  for (const GoalNote& note : a.goal_notes) add(note.at, note.what, "", note.detail);
  const int offset = static_cast<int>(random.between(0, kQuarterWeeks - 1));
  int number = 0;
  for (const Week& week : a.weeks) {
    const double vigour = week.state.vigour;
    const Day d = working_day(week.first + static_cast<int32_t>(random.between(0, 6)));
    if (d >= a.contract_start && (number + offset) % kQuarterWeeks == 0) {
      add(d, "roi.recorded",
          fmt::format("{:.1f}", std::clamp(std::exp(0.6 + 0.45 * vigour + 0.25 * random.normal()), 0.1, 9.0)), "");
    }
    if (a.segment != Segment::smb && (number + offset) % 4 == 1) {
      const int64_t pulse = std::clamp<int64_t>(
          std::llround(3.1 + 0.75 * vigour + (week.state.sponsor ? 0.3 : -0.4) + 0.6 * random.normal()), 1, 5);
      add(d, "pulse.set", std::to_string(pulse), "executive sponsor");
    }
    ++number;
  }
}

}  // namespace

void export_surveys(const World& world, const std::vector<SolvedTicket>& solved, Folder& folder) {
  TimedRows rows;
  for (size_t i = 0; i < world.accounts.size(); ++i) {
    const Account& a = world.accounts[i];
    if (a.kind == Kind::internal || a.kind == Kind::trial_lost) continue;
    Survey survey(world, random_for(world, 60, i), rows);
    int number = static_cast<int>(i);
    for (const Week& week : a.weeks) {
      const Day d = working_day(week.first + 2);
      if (number++ % kQuarterWeeks != 0 || d < a.contract_start || d > world.last_day() || a.activity(d) <= 0) continue;
      for (const Contact& c : a.contacts) {
        if (c.here(d)) survey.ask_nps(a, c, d, week.state);
      }
    }
    // Who works with the product is asked in the middle between two rounds of NPS.
    Survey in_product(world, random_for(world, 63, i), rows);
    number = static_cast<int>(i) + kQuarterWeeks / 2;
    for (const Week& week : a.weeks) {
      const Day d = working_day(week.first + 1);
      if (number++ % kQuarterWeeks != 0 || d < a.contract_start || d > world.last_day() || a.activity(d) <= 0) continue;
      for (const Contact& c : a.contacts) {
        if (c.here(d) && c.role != "executive_sponsor") in_product.ask_goal_completion(a, c, d, week.state);
      }
    }
  }
  Survey after_tickets(world, random_for(world, 61), rows);
  for (const SolvedTicket& t : solved) after_tickets.ask_csat(t);
  Survey effort(world, random_for(world, 64), rows);
  for (const SolvedTicket& t : solved) effort.ask_effort(t);

  FileShape shape;
  shape.file = "surveys/surveys.csv";
  shape.columns = {"id", "type", "at", "email", "survey", "score", "comment"};
  shape.id = 0;
  shape.date = 2;
  shape.person = 3;
  shape.number = 5;
  shape.text = 6;
  shape.dirt = {Dirt::empty_account,  Dirt::impossible_date, Dirt::garbled_number,  Dirt::ragged_row,
                Dirt::wrong_encoding, Dirt::duplicate_row,   Dirt::unknown_account, Dirt::trailing_blanks};
  shape.impossible_date = "2025-02-30T10:00:00+01:00";
  shape.stranger = "nobody@unknown.example";
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 62));
  rows.write(file, "SV-", 6);
}

void export_sheet(const World& world, Folder& folder) {
  TimedRows rows;
  for (size_t i = 0; i < world.accounts.size(); ++i) {
    const Account& a = world.accounts[i];
    if (!a.has_plan || a.kind == Kind::internal || a.kind == Kind::trial_lost) continue;
    sheet_account(a, world, random_for(world, 70, i), rows);
  }
  FileShape shape;
  shape.file = "sheet/success-plan.tsv";
  shape.columns = {"Date", "Customer", "What", "Value", "Detail", "By"};
  shape.separator = '\t';
  shape.date = 0;
  shape.account = 1;
  shape.kind = 2;
  shape.number = 3;
  shape.text = 4;
  shape.dirt = {Dirt::empty_account,  Dirt::impossible_date, Dirt::garbled_number,  Dirt::ragged_row,
                Dirt::wrong_encoding, Dirt::typo_account,    Dirt::trailing_blanks, Dirt::typo_kind};
  shape.impossible_date = "02/30/2026";
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 71));
  for (const TimedRows::Row& row : rows.sorted()) file.row(row.cells);
}

void export_rates(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "rates.csv";
  shape.columns = {"date", "currency", "rate"};
  shape.date = 0;
  shape.number = 2;
  shape.dirt = {Dirt::impossible_date, Dirt::garbled_number, Dirt::ragged_row};
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 81));
  Random random = random_for(world, 80);
  std::array<double, 3> rates = {1.09, 1.27, 0.0067};
  constexpr std::array<std::string_view, 3> kCurrencies = {"EUR", "GBP", "JPY"};
  Day d = world.options.first_day - 7;
  while (d.weekday() != 0) d = d - 1;
  for (; d <= world.last_day(); d = d + 7) {
    for (size_t i = 0; i < rates.size(); ++i) {
      file.row({d.iso(), std::string(kCurrencies[i]), fmt::format("{:.6f}", rates[i])});
      rates[i] *= std::exp(0.007 * random.normal());
    }
    file.row({d.iso(), "USD", "1.000000"});
  }
}

}  // namespace kenko::sim
