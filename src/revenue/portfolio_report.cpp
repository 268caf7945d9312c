#include "revenue/portfolio_report.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/contracts.h"
#include "engine/peers.h"

namespace kenko::revenue {
namespace {

constexpr int kYearMonths = 12;
constexpr int32_t kPastStep = 28;  // days between the past days that say how much is lost
constexpr int kPastDays = 13;      // about a year of them
constexpr const char* kLeftEvent = "account.churned";

// The first day on which anybody could have been seen leaving: contracts of older years may be those of survivors.
Day first_event(const facts::Portfolio& portfolio) {
  return engine::first_event_day(portfolio).value_or(engine::first_day(portfolio));
}

// Somebody tells when a customer leaves, even if none has left yet.
bool leaving_is_told(const facts::Settings& settings) {
  return std::any_of(settings.sources.begin(), settings.sources.end(), [&](const facts::SourceSettings& s) {
    return std::find(s.emits.begin(), s.emits.end(), kLeftEvent) != s.emits.end() ||
           s.attributes.contains(settings.status_attribute);
  });
}

// One period with what every account paid on its first and last day.
struct Book {
  Period period;
  std::vector<Member> members;  // of every account
  std::vector<AccountArr> before, after;
};

class Maker {
 public:
  Maker(const engine::Engine& engine, const PortfolioOptions& options)
      : engine_(engine), portfolio_(engine.portfolio()), options_(options), earliest_(first_event(portfolio_)) {
    out_.company = portfolio_.settings.company;
    out_.model = engine.plan().model;
    out_.currency = portfolio_.settings.currency;
    out_.as_of = options.as_of;
    out_.within_days = options.within_days;
    out_.money = !portfolio_.contracts.empty();
    out_.churn_told = out_.money || leaving_is_told(portfolio_.settings);
    out_.period = period();
    calendar_ = periods_until(portfolio_.settings, options.grain, earliest_, out_.period.to, options.periods);
    past_ = past_days();
    standings_.emplace(engine, wanted_days(), options.as_of, options.how.threads);
    out_.bands = standings_->bands();
  }

  PortfolioReport make() {
    const Book book = book_of(out_.period);
    const Resampling& how = options_.how;
    today();
    if (out_.churn_told) {
      out_.all = retention_of("all", book.members, how);
      out_.reasons = reasons_of(portfolio_, book.members, book.period, options_.as_of);
      for (const ReasonLine& r : out_.reasons) {
        if (r.kind != ReasonLine::Kind::unavoidable) continue;
        out_.unavoidable += r.accounts;
        out_.unavoidable_arr += r.arr;
      }
      breakdowns(book);
      for (const Period& p : calendar_) {
        const Book other = book_of(p);
        out_.periods.push_back({p, retention_of(p.name, other.members, how), walk(other)});
      }
      risk();
    }
    out_.walk = walk(book);
    migration();
    if (out_.money) contracts();
    out_.findings = portfolio_findings(out_, earliest_);
    return std::move(out_);
  }

 private:
  [[nodiscard]] Period period() const {
    const Day to = options_.to.value_or(options_.as_of);
    const Day from = options_.from.value_or(std::max(engine::add_months(to + 1, -kYearMonths), earliest_ + 1));
    return {"", std::min(from, to), to, false};
  }

  [[nodiscard]] std::vector<Day> past_days() const {
    std::vector<Day> out;
    for (int k = 0; k < kPastDays; ++k) {
      const Day day = options_.as_of - (options_.within_days + k * kPastStep);
      if (day < earliest_) break;
      out.push_back(day);
    }
    return out;
  }

  [[nodiscard]] std::vector<Day> wanted_days() const {
    std::vector<Day> out{out_.period.opening(), out_.period.closing(), options_.as_of};
    for (const Period& p : calendar_) {
      out.push_back(p.opening());
      out.push_back(p.closing());
    }
    for (const Day day : past_) {
      out.push_back(day);
      out.push_back(day + options_.within_days);
    }
    return out;
  }

  // What an account pays on a day; without contracts 1 for a customer.
  [[nodiscard]] AccountArr paid(uint32_t account, Day day, RateDays rates) const {
    const Standing& s = standings_->at(account, day);
    if (!out_.money) return {s.customer ? 1 : 0, {}};
    return s.pays ? arr_on(portfolio_, account, day, rates) : AccountArr{};
  }

  [[nodiscard]] Book book_of(const Period& period) const {
    Book book{period, {}, {}, {}};
    const RateDays rates{period.closing(), period.opening()};
    for (uint32_t a = 0; a < portfolio_.accounts.size(); ++a) {
      book.before.push_back(paid(a, period.opening(), rates));
      book.after.push_back(paid(a, period.closing(), rates));
      book.members.push_back(
          {a, standings_->top_of(a, period.opening()), book.before.back().micros, book.after.back().micros});
    }
    return book;
  }

  [[nodiscard]] Walk walk(const Book& book) const {
    std::vector<bool> had_before(book.members.size(), false);
    int64_t came_and_went = 0;
    for (size_t i = 0; i < book.members.size(); ++i) {
      const Member& m = book.members[i];
      if (!m.known() || m.start != 0 || !out_.money) continue;
      if (m.end != 0) {
        had_before[i] = any_contract(portfolio_, m.account, Day::kMin, book.period.opening());
      } else if (any_contract(portfolio_, m.account, book.period.from, book.period.closing())) {
        ++came_and_went;
      }
    }
    Walk out = walk_of(book.members, had_before);
    out.came_and_went = came_and_went;
    return out;
  }

  void today() {
    for (uint32_t a = 0; a < portfolio_.accounts.size(); ++a) {
      const AccountArr arr = paid(a, options_.as_of, {options_.as_of, options_.as_of});
      out_.customers += standings_->at(a, options_.as_of).customer ? 1 : 0;
      if (arr.micros == kUnknown) {
        ++out_.unknown_arr;
      } else if (arr.micros > 0 && out_.money) {
        ++out_.paying;
        out_.arr += arr.micros;
      }
    }
  }

  [[nodiscard]] std::string band_name(const Standing& s) const {
    return s.band < 0 ? kNoScoreName : standings_->bands()[static_cast<size_t>(s.band)];
  }

  // Members by the name of their group; `order` stands first, other names follow by their bytes.
  void add_breakdown(const char* by, const Book& book, const std::vector<std::string>& order,
                     const std::function<std::string(uint32_t)>& name_of) {
    std::map<std::string, std::vector<Member>> groups;
    for (const Member& m : book.members) {
      if (m.in_cohort()) groups[name_of(m.account)].push_back(m);
    }
    Breakdown out{by, {}};
    const auto add = [&](const std::string& name) {
      const auto group = groups.find(name);
      if (group == groups.end()) return;
      out.lines.push_back(retention_of(name, group->second, options_.how));
      groups.erase(group);
    };
    for (const std::string& name : order) add(name);
    while (!groups.empty()) add(std::string(groups.begin()->first));
    if (!out.lines.empty()) out_.breakdowns.push_back(std::move(out));
  }

  void breakdowns(const Book& book) {
    const Day opening = book.period.opening();
    const auto& segments = engine_.plan().segments;
    add_breakdown("band", book, standings_->bands(), [&](uint32_t a) { return band_name(standings_->at(a, opening)); });
    std::vector<std::string> order;
    for (const auto& s : segments) order.push_back(s.name);
    add_breakdown("segment", book, order, [&](uint32_t a) {
      const int16_t segment = standings_->at(a, opening).segment;
      return segments.empty() ? attribute(a, "segment", opening)
             : segment < 0    ? std::string(kNone)
                              : order[static_cast<size_t>(segment)];
    });
    add_breakdown("owner", book, {}, [&](uint32_t a) { return attribute(a, "owner", opening); });
    // A breakdown that holds nothing but accounts without a name says nothing.
    std::erase_if(out_.breakdowns, [](const Breakdown& b) { return b.lines.size() == 1 && b.lines[0].name == kNone; });
    products(book);
  }

  [[nodiscard]] std::string attribute(uint32_t account, const std::string& key, Day day) const {
    std::string text = options_.attribute(account, key, day);
    return text.empty() ? kNone : text;
  }

  void products(const Book& book) {
    std::set<std::string> names;
    for (size_t i = 0; i < book.members.size(); ++i) {
      if (!book.members[i].in_cohort()) continue;
      for (const auto& p : book.before[i].products) names.insert(p.name);
    }
    if (names.empty() || (names.size() == 1 && names.begin()->empty())) return;
    Breakdown out{"product", {}};
    for (const std::string& name : names) {
      std::vector<Member> members;
      for (size_t i = 0; i < book.members.size(); ++i) {
        Member m = book.members[i];
        if (!m.known()) continue;
        m.start = book.before[i].of(name);
        m.end = book.after[i].of(name);
        members.push_back(m);
      }
      out.lines.push_back(retention_of(name.empty() ? "no product" : name, members, options_.how));
    }
    out_.breakdowns.push_back(std::move(out));
  }

  void migration() {
    const size_t bands = standings_->bands().size();
    Migration& m = out_.migration;
    m.from = m.to = standings_->bands();
    for (auto* names : {&m.from, &m.to}) names->emplace_back(kNoScoreName);
    m.from.emplace_back(kNewName);
    m.to.emplace_back(kLeftName);
    m.accounts.assign(m.from.size(), std::vector<int64_t>(m.to.size(), 0));
    const auto place = [&](const Standing& s) {
      return !s.customer ? bands + 1 : s.band < 0 ? bands : static_cast<size_t>(s.band);
    };
    for (uint32_t a = 0; a < portfolio_.accounts.size(); ++a) {
      const Standing& was = standings_->at(a, out_.period.opening());
      const Standing& is = standings_->at(a, out_.period.closing());
      if (was.customer || is.customer) ++m.accounts[place(was)][place(is)];
    }
  }

  void risk() {
    std::vector<Exposure> past;
    std::vector<Holding> now;
    Decided decided;
    for (uint32_t a = 0; a < portfolio_.accounts.size(); ++a) {
      for (const Day day : past_) {
        const RateDays rates{day + options_.within_days, day};
        const int64_t then = paid(a, day, rates).micros;
        const Standing& s = standings_->at(a, day);
        if (then <= 0 || s.decided) continue;  // unknown is below 0, too
        past.push_back({a, standings_->top_of(a, day), s.band, then, paid(a, rates.first, rates).micros == 0});
      }
      const Standing& s = standings_->at(a, options_.as_of);
      const int64_t amount = paid(a, options_.as_of, {options_.as_of, options_.as_of}).micros;
      if (amount <= 0) continue;
      if (s.decided) {
        ++decided.accounts;
        decided.arr += amount;
        decided.lost += ends_within(a, amount);
      } else {
        now.push_back({a, s.band, amount});
      }
    }
    out_.risk = at_risk(past, now, decided, standings_->bands(), options_.how);
    out_.risk.days = options_.within_days;
    out_.risk.past_days = std::ssize(past_);
  }

  // Of what an account pays that has given notice.  Where no contract says when it ends, all of it.
  [[nodiscard]] int64_t ends_within(uint32_t account, int64_t amount) const {
    if (!out_.money) return amount;
    const auto endings = ending_contracts(portfolio_, account, options_.as_of);
    if (endings.empty()) return amount;
    int64_t lost = 0;
    for (const Ending& e : endings) {
      if (e.arr != kUnknown && e.last < options_.as_of + options_.within_days) lost += e.arr;
    }
    return lost;
  }

  void contracts() {
    const Day day = options_.as_of;
    for (uint32_t a = 0; a < portfolio_.accounts.size(); ++a) {
      const Standing& s = standings_->at(a, day);
      if (!s.pays) continue;
      const std::string owner = options_.attribute(a, "owner", day);
      for (Due& due : due_renewals(portfolio_, a, day, options_.within_days)) {
        out_.due.push_back({std::move(due), s, owner, {}});
      }
      for (Ending& ending : ending_contracts(portfolio_, a, day)) out_.ending.push_back({std::move(ending), s, owner});
    }
    std::stable_sort(out_.due.begin(), out_.due.end(),
                     [](const DueLine& x, const DueLine& y) { return x.due.renewal < y.due.renewal; });
    std::stable_sort(out_.ending.begin(), out_.ending.end(),
                     [](const EndingLine& x, const EndingLine& y) { return x.ending.last < y.ending.last; });
  }

  const engine::Engine& engine_;
  const facts::Portfolio& portfolio_;
  const PortfolioOptions& options_;
  Day earliest_;
  std::vector<Period> calendar_;
  std::vector<Day> past_;
  std::optional<Standings> standings_;
  PortfolioReport out_;
};

}  // namespace

PortfolioReport portfolio_report(const engine::Engine& engine, const PortfolioOptions& options) {
  return Maker(engine, options).make();
}

}  // namespace kenko::revenue
