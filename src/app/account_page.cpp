#include "app/account_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "app/account_search.h"
#include "app/alert_list.h"
#include "base/text.h"
#include "engine/contracts.h"
#include "explain/evidence.h"
#include "explain/summary.h"
#include "report/band_chip.h"
#include "revenue/account_arr.h"

namespace kenko::app {
namespace {

using report::Align;
using report::Cell;

constexpr int kSentence = -1;
constexpr int kMaxWidth = 40;
constexpr int32_t kTimelineDays = 90;
constexpr int64_t kOften = 12;  // what happens more often in the timeline's days is a habit, not news
constexpr double kMicros = 1e6;

class Page {
 public:
  Page(const Scoring& scoring, uint32_t account, const Acting* acting, int64_t limit)
      : scoring_(scoring), portfolio_(scoring.portfolio()), account_(account), acting_(acting), limit_(limit) {}

  AccountPage make() {
    const std::array<uint32_t, 1> one{account_};
    const auto summaries = explain::summarise(scoring_.engine(), day(), scoring_.threads(), one);
    AccountPage out;
    const std::string& id = portfolio_.accounts[account_];
    const std::string name = app::account_name(portfolio_, account_);
    out.head.push_back(name.empty() ? say("{}: {}", id, day().words()) : say("{} ({}): {}", name, id, day().words()));
    if (summaries.empty()) {
      out.head.emplace_back("no row on this day: it had not begun, or it has left");
    } else {
      standing(summaries.front(), out);
      why(summaries.front(), out);
    }
    work(out);
    people(out);
    contracts(out);
    timeline(out);
    std::erase_if(out.sections, [](const report::Section& s) { return s.table.rows.empty(); });
    return out;
  }

 private:
  [[nodiscard]] Day day() const { return scoring_.as_of(); }
  [[nodiscard]] size_t limit(size_t rows) const {
    return limit_ == 0 ? rows : std::min(rows, static_cast<size_t>(limit_));
  }
  static std::string points(int32_t hundredths) { return fmt::format("{:.1f}", hundredths / 100.0); }

  void standing(const explain::Summary& s, AccountPage& out) const {
    const auto chip = report::chip_of(scoring_.plan(), s.now.state, s.now.band);
    if (s.now.score >= 0) {
      const std::string change = s.before.score < 0
                                     ? "no score 30 days ago"
                                     : fmt::format("{:+.1f} in 30 days", (s.now.score - s.before.score) / 100.0);
      out.head.push_back(
          say("Score {}  {}  {}  {}", points(s.now.score), chip.text, change, report::sparkline(s.trend)));
    } else {
      out.head.push_back(say("No score: {}", chip.text));
    }
    if (!s.reason.empty()) out.head.emplace_back(explain::reason_text(s));
    std::vector<std::string> parts{std::string(engine::word(s.now.status))};
    const auto owner = explain::attribute_on(portfolio_, account_, "owner", day());
    parts.push_back(owner.value.empty() ? "no owner" : "owner " + owner.value);
    if (!portfolio_.contracts_of(account_).empty()) {
      const auto arr = revenue::arr_on(portfolio_, account_, day(), {day(), day()});
      if (arr.micros != revenue::kUnknown)
        parts.push_back(
            fmt::format("ARR {} {}", text::grouped((arr.micros + 500'000) / 1'000'000), portfolio_.settings.currency));
    }
    parts.push_back(fmt::format("{} days since it began", day() - s.life_first));
    out.head.emplace_back(text::join(parts, ", "));
  }

  void why(const explain::Summary& s, AccountPage& out) const {
    std::vector<const explain::Part*> parts;
    for (const explain::Part& p : s.now.parts) {
      if (p.lost > 0) parts.push_back(&p);
    }
    std::stable_sort(parts.begin(), parts.end(), [](const auto* a, const auto* b) { return a->lost > b->lost; });
    report::Section section{"why", Sentence("What costs the most points (kenko explain shows all)"), {}};
    section.table.columns = {{"metric", "Metric", Align::left, kMaxWidth, false},
                             {"value", "Value", Align::right, 0, false},
                             {"points", "Points", Align::right, 0, false},
                             {"lost", "Lost", Align::right, 0, false}};
    for (size_t i = 0; i < limit(parts.size()); ++i) {
      const explain::Part& p = *parts[i];
      section.table.rows.push_back({{scoring_.plan().metrics[p.metric].label},
                                    {explain::value_text(scoring_.engine(), p.metric, p.value)},
                                    p.points ? Cell{report::Fixed{*p.points / 1'000'000, 0, false}} : Cell{},
                                    {report::Fixed{-(p.lost + 50'000) / 100'000, 1, true}}});
    }
    out.sections.push_back(std::move(section));
  }

  void work(AccountPage& out) const {
    if (acting_ == nullptr) return;
    AlertFilter filter;
    filter.account = portfolio_.accounts[account_];
    const auto found = find_alerts(*acting_, filter);
    if (!found || found->empty()) return;
    report::Section section = alert_sections(*acting_, *found, portfolio_.settings.time_zone)[0];
    section.key = "work";
    section.title = Sentence("Open work");
    for (report::Column& c : section.table.columns) {
      if (c.key == "account" || c.key == "name") c.text_hidden = true;
    }
    out.sections.push_back(std::move(section));
  }

  // Who was seen, the last one first; contacts that were never seen come last.
  void people(AccountPage& out) const {
    struct Seen {
      Day last = Day::kMin;
      int64_t days = 0;
      int32_t counted = INT32_MIN;
    };
    std::map<uint32_t, Seen> seen;
    for (const facts::ContactRow& c : portfolio_.contacts) {
      if (c.account == account_ && c.from <= day() && c.until >= day()) seen[c.user];
    }
    const facts::RowRange rows = portfolio_.events_of[account_];
    for (uint64_t r = rows.begin; r < rows.end; ++r) {
      const int32_t on = portfolio_.events.day[r];
      if (portfolio_.events.user[r] == 0 || on > day().number) continue;
      Seen& s = seen[portfolio_.events.user[r]];
      s.last = std::max(s.last, Day{on});
      if (on > day().number - kTimelineDays && std::exchange(s.counted, on) != on) ++s.days;
    }
    std::vector<std::pair<uint32_t, Seen>> all(seen.begin(), seen.end());
    std::sort(all.begin(), all.end(), [this](const auto& a, const auto& b) {
      return std::tuple(-a.second.days, -a.second.last.number, portfolio_.users[a.first - 1]) <
             std::tuple(-b.second.days, -b.second.last.number, portfolio_.users[b.first - 1]);
    });
    report::Section section{"people", say("People ({})", all.size()), {}};
    section.table.columns = {{"person", "Person", Align::left, kMaxWidth, false},
                             {"role", "Role", Align::left, kMaxWidth, false},
                             {"last", "Last seen", Align::left, 0, false},
                             {"days", "Days in 90", Align::right, 0, false}};
    for (size_t i = 0; i < limit(all.size()); ++i) {
      const auto& [user, s] = all[i];
      const std::string role = contact_text(user, "role"), name = contact_text(user, "name");
      section.table.rows.push_back({{name.empty() ? portfolio_.users[user - 1] : name},
                                    role.empty() ? Cell{} : Cell{role},
                                    s.last == Day::kMin ? Cell{} : Cell{s.last.iso()},
                                    {s.days}});
    }
    out.sections.push_back(std::move(section));
  }

  [[nodiscard]] std::string contact_text(uint32_t user, const char* key) const {
    const uint32_t code = portfolio_.texts.find(key);
    std::string out;
    for (const facts::ContactAttributeRow& r : portfolio_.contact_attributes) {
      if (r.user > user) break;
      if (r.user != user || r.key != code || r.day > day()) continue;
      out = r.null || r.value.type != facts::AttributeType::text ? "" : r.value.text;
    }
    return out;
  }

  void contracts(AccountPage& out) const {
    report::Section section{"contracts", Sentence("Contracts"), {}};
    section.table.columns = {{"contract", "Contract", Align::left, kMaxWidth, false},
                             {"product", "Product", Align::left, kMaxWidth, false},
                             {"start", "Start", Align::left, 0, false},
                             {"end", "End", Align::left, 0, false},
                             {"arr", "ARR", Align::right, 0, false},
                             {"seats", "Seats", Align::right, 0, false},
                             {"state", "State", Align::left, 0, false}};
    for (const auto& c : engine::counting_on(portfolio_, portfolio_.contracts_of(account_), day())) {
      const facts::ContractFact& f = *c.fact;
      section.table.rows.push_back({{f.contract_id},
                                    f.product.empty() ? Cell{} : Cell{f.product},
                                    {f.start.iso()},
                                    f.end ? Cell{f.end->iso()} : Cell{},
                                    f.arr ? Cell{f.arr->as_double(), report::Tone::plain,
                                                 text::grouped(std::llround(f.arr->as_double())) + " " + f.currency}
                                          : Cell{},
                                    f.seats ? Cell{f.seats->as_double()} : Cell{},
                                    {f.notice_at && *f.notice_at <= day() ? std::string("notice given")
                                     : f.auto_renew                       ? "renews by itself"
                                                                          : "ends"}});
    }
    out.sections.push_back(std::move(section));
  }

  // What does not happen every week, and what happened to its alerts; the newest first.
  void timeline(AccountPage& out) const {
    struct Line {
      int64_t at = 0;
      Day day;
      std::string what, words;
    };
    std::vector<Line> lines;
    const facts::RowRange rows = portfolio_.events_of[account_];
    std::map<uint32_t, std::vector<uint64_t>> by_name;
    for (uint64_t r = rows.begin; r < rows.end; ++r) {
      const int32_t on = portfolio_.events.day[r];
      if (on <= day().number && on > day().number - kTimelineDays) by_name[portfolio_.events.name[r]].push_back(r);
    }
    for (const auto& [name, events] : by_name) {
      if (std::ssize(events) > kOften) continue;
      for (const uint64_t r : events) {
        const double value = static_cast<double>(portfolio_.events.value[r]) / kMicros;
        const bool has = (portfolio_.events.flags[r] & facts::ResolvedEvents::kHasValue) != 0;
        lines.push_back({portfolio_.events.occurred[r], Day{portfolio_.events.day[r]},
                         std::string(portfolio_.texts.text(name)), has ? report::number_text(value) : ""});
      }
    }
    if (acting_ != nullptr) {
      for (const alerts::Event& e : acting_->ledger.events()) {
        const alerts::Alert& a = acting_->ledger.alerts()[e.alert];
        const Day on = portfolio_.settings.time_zone.day_of(e.at);
        if (a.account == 0 || acting_->texts.text(a.account) != portfolio_.accounts[account_] || on > day() + 1 ||
            on <= day() - kTimelineDays)
          continue;
        lines.push_back({e.at.micros, on, fmt::format("alert {}: {}", a.cause, word(e.what)),
                         e.text.empty()  ? e.who
                         : e.who.empty() ? e.text
                                         : e.who + ": " + e.text});
      }
    }
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
      return std::tuple(-a.at, a.what, a.words) < std::tuple(-b.at, b.what, b.words);
    });
    report::Section section{"timeline", say("The last {} days, without what happens every week", kTimelineDays), {}};
    section.table.columns = {{"day", "Day", Align::left, 0, false},
                             {"what", "What", Align::left, kMaxWidth, false},
                             {"words", "", Align::left, kMaxWidth, false}};
    for (size_t i = 0; i < limit(lines.size()); ++i)
      section.table.rows.push_back(
          {{lines[i].day.iso()}, {lines[i].what}, lines[i].words.empty() ? Cell{} : Cell{lines[i].words}});
    out.sections.push_back(std::move(section));
  }

  const Scoring& scoring_;
  const facts::Portfolio& portfolio_;
  uint32_t account_;
  const Acting* acting_;
  int64_t limit_;
};

}  // namespace

AccountPage account_page(const Scoring& scoring, uint32_t account, const Acting* acting, int64_t limit) {
  return Page(scoring, account, acting, limit).make();
}

}  // namespace kenko::app
