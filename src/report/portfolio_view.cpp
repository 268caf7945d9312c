#include "report/portfolio_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/text.h"
#include "report/band_chip.h"
#include "report/cells.h"

namespace kenko::report {
namespace {

using revenue::kUnknown;
using revenue::PortfolioReport;
using revenue::Retention;
using revenue::Walk;

constexpr double kMicros = 1e6;
constexpr double kMonths = 12;

Cell amount(int64_t micros) { return micros == kUnknown ? Cell{} : money(micros); }
Cell amount(std::optional<double> micros) {
  return micros ? money(static_cast<int64_t>(std::llround(*micros))) : Cell{};
}
Cell share_of(int64_t part, int64_t whole) {
  return whole > 0 ? percent(static_cast<double>(part) / static_cast<double>(whole)) : Cell{};
}
Cell text_or_none(const std::string& text) { return text.empty() ? Cell{} : Cell{text}; }

// A group by its name: a band as its chip, what is no name in Kenko's own words.
Cell group_cell(const std::string& name, const std::vector<std::string>& bands) {
  Cell cell = band_cell(name, bands);
  if (cell.tone != Tone::plain) return cell;
  for (const Sentence& own : {Sentence("no score"), Sentence("new"), Sentence("left"), Sentence("none"),
                              Sentence("notice given"), Sentence("all")}) {
    if (own.pattern == name) return words(own);
  }
  return cell;
}

// The lower end of an interval, in text both.
Cell low_of(Cell low, const Cell& high) {
  if (low.text.empty() || high.text.empty()) return low;
  low.said = say("{} to {}", low.text, high.text);
  low.text = low.said.english();
  return low;
}

// One figure a line, with its interval where it has one.
class Summary {
 public:
  Summary() {
    table_.columns = {left("measure", "measure"), left("label", "")};
    add_interval_columns(table_, "value", "value");
    table_.columns.push_back(left("unit", ""));
    hide_in_text(table_, {"measure", "unit"});
  }

  void number(const char* key, Sentence label, int64_t n, const char* unit) { put(key, label, count(n), {}, {}, unit); }
  void sum(const char* key, Sentence label, std::optional<double> micros, const std::string& currency,
           const stats::Estimate& interval = {}) {
    put(key, label, amount(micros), low_of(amount(interval.low), amount(interval.high)), amount(interval.high),
        currency);
  }
  void share(const char* key, Sentence label, const stats::Estimate& e) {
    std::vector<Cell> cells;
    add_interval(cells, e, true, 1);
    put(key, label, cells[0], cells[1], cells[2], "share");
  }

  [[nodiscard]] Table take() { return std::move(table_); }

 private:
  void put(const char* key, const Sentence& label, Cell value, Cell low, Cell high, const std::string& unit) {
    table_.rows.push_back(
        {{std::string(key)}, words(label), std::move(value), std::move(low), std::move(high), {unit}});
  }
  Table table_;
};

std::optional<double> as_real(int64_t micros) { return static_cast<double>(micros); }

// A rate over the period as one a month.
stats::Estimate monthly(const stats::Estimate& e, const revenue::Period& p) {
  const auto month = [&](const std::optional<double>& rate) {
    return rate ? std::optional(revenue::monthly_rate(*rate, p.to - p.from + 1)) : std::nullopt;
  };
  return {month(e.value), month(e.low), month(e.high)};
}

Table summary_table(const PortfolioReport& r) {
  Summary s;
  s.number("customers", "Customers", r.customers, "accounts");
  if (r.money) {
    s.number("paying", "Accounts with ARR", r.paying, "accounts");
    s.sum("arr", say("ARR ({})", r.currency), as_real(r.arr), r.currency);
    s.sum("mrr", say("MRR ({})", r.currency), static_cast<double>(r.arr) / kMonths, r.currency);
  }
  if (r.churn_told && r.all.accounts > 0) {
    s.number("cohort", say("Customers on {}", r.period.opening().iso()), r.all.accounts, "accounts");
    s.number("left", say("of them left by {}", r.period.to.iso()), r.all.left, "accounts");
    s.number("left_unavoidable", "of these nobody could have kept", r.unavoidable, "accounts");
    s.share("logo_churn", "Churn of customers", r.all.logo_churn);
    if (r.money) {
      s.share("arr_churn", "Churn of ARR and MRR", r.all.arr_churn);
      s.share("mrr_churn_monthly", "Churn of MRR, as a rate a month", monthly(r.all.arr_churn, r.period));
      s.share("grr", "Gross revenue retention", r.all.grr);
      s.share("nrr", "Net revenue retention", r.all.nrr);
    }
  }
  if (r.money && r.risk.total.value) {
    s.sum("at_risk", say("ARR at risk in {} days", r.within_days), r.risk.total.value, r.currency, r.risk.total);
  }
  if (!r.money) return s.take();
  int64_t due = 0, ending = 0;
  for (const auto& d : r.due) due += d.due.arr == kUnknown ? 0 : d.due.arr;
  for (const auto& e : r.ending) ending += e.ending.arr == kUnknown ? 0 : e.ending.arr;
  s.sum("due", say("ARR to renew in {} days", r.within_days), as_real(due), r.currency);
  if (r.forecast.value) {
    s.sum("forecast_arr", say("of it, ARR of the {} accounts with a probability", r.forecast_accounts),
          as_real(r.forecast_arr), r.currency);
    s.sum("forecast", "of that, expected to be renewed", r.forecast.value, r.currency, r.forecast);
  }
  if (r.expected_loss.value) {
    s.sum("expected_loss", say("ARR expected to be lost in {} days, by probabilities", *r.loss_days),
          r.expected_loss.value, r.currency, r.expected_loss);
  }
  s.sum("ending", "ARR that will end, notice given or cancelled", as_real(ending), r.currency);
  return s.take();
}

Table walk_table(const Walk& w) {
  Table t;
  t.columns = {left("step", "step"), left("label", ""), right("accounts", "accounts"), right("arr", "ARR"),
               right("mrr", "MRR")};
  hide_in_text(t, {"step"});
  const auto add = [&t](const char* key, Sentence label, int64_t accounts, int64_t micros) {
    t.rows.push_back({{std::string(key)}, words(label), count(accounts), money(micros), money(micros / 12)});
  };
  add("opening", "When it began", w.accounts_opening, w.opening);
  add("new", "New", w.accounts_fresh, w.fresh);
  add("returned", "Came back", w.accounts_returned, w.returned);
  add("expanded", "Expansion", w.accounts_expanded, w.expanded);
  add("contracted", "Contraction", w.accounts_contracted, -w.contracted);
  add("churned", "Churn", w.accounts_churned, -w.churned);
  add("closing", "When it ended", w.accounts_closing, w.closing);
  return t;
}

void add_rates(std::vector<Cell>& row, const Retention& r, bool money_too) {
  add_interval(row, r.logo_churn, true, 1);
  if (!money_too) return;
  add_interval(row, r.arr_churn, true, 1);
  add_interval(row, r.grr, true, 1);
  add_interval(row, r.nrr, true, 1);
}

void add_rate_columns(Table& t, bool money_too) {
  add_interval_columns(t, "logo_churn", "churn");
  if (!money_too) return;
  add_interval_columns(t, "arr_churn", "ARR churn");
  add_interval_columns(t, "grr", "GRR");
  add_interval_columns(t, "nrr", "NRR");
}

Table periods_table(const PortfolioReport& r) {
  Table t;
  t.columns = {left("period", "period"), left("from", "from"), left("to", "to"), left("cut", "")};
  t.columns.push_back(right("accounts", "customers"));
  t.columns.push_back(right("left", "left"));
  if (r.money) {
    for (const auto& [key, title] :
         {std::pair("arr_start", "ARR"), std::pair("arr_new", "new"), std::pair("arr_expanded", "up"),
          std::pair("arr_contracted", "down"), std::pair("arr_churned", "churned")}) {
      t.columns.push_back(right(key, title));
    }
  }
  add_rate_columns(t, r.money);
  hide_in_text(t, {"to", "cut", "logo_churn_low", "arr_churn", "arr_churn_low", "grr_low", "nrr_low"});
  if (r.money) hide_in_text(t, {"logo_churn"});  // customers and left say it
  for (const revenue::PeriodLine& line : r.periods) {
    std::vector<Cell> row{{line.period.name}, {line.period.from.iso()},       {line.period.to.iso()},
                          {line.period.cut},  count(line.retention.accounts), count(line.retention.left)};
    const Walk& w = line.walk;
    if (r.money) {
      for (const int64_t micros : {w.opening, w.fresh + w.returned, w.expanded, -w.contracted, -w.churned}) {
        row.push_back(money(micros));
      }
    }
    add_rates(row, line.retention, r.money);
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table retention_table(const PortfolioReport& r, const revenue::Breakdown& b) {
  Table t;
  t.columns = {left(b.by, b.by), right("accounts", "customers"), right("left", "left")};
  t.columns[0].max_width = 28;
  if (r.money) {
    for (const auto& [key, title] :
         {std::pair("arr_start", "ARR"), std::pair("arr_end", "ARR after"), std::pair("arr_churned", "churned")}) {
      t.columns.push_back(right(key, title));
    }
    t.columns.push_back(right("mrr_start", "MRR"));
  }
  add_rate_columns(t, r.money);
  hide_in_text(t, {"mrr_start", "arr_end", "arr_churn", "arr_churn_low", "grr_low", "nrr_low"});
  for (const Retention& line : b.lines) {
    std::vector<Cell> row{group_cell(line.name, b.by == "band" ? r.bands : std::vector<std::string>{}),
                          count(line.accounts), count(line.left)};
    if (r.money) {
      for (const int64_t micros : {line.start, line.end, line.churned, line.start / 12}) row.push_back(money(micros));
    }
    add_rates(row, line, r.money);
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table reasons_table(const PortfolioReport& r) {
  constexpr const char* kKinds[] = {"avoidable", "unavoidable", "unknown"};  // by ReasonLine::Kind
  Table t;
  t.columns = {left("reason", "reason"), left("kind", "kind"), right("accounts", "accounts"), right("share", "share"),
               right("involuntary", "involuntary")};
  if (r.money) {
    t.columns.push_back(right("arr", "ARR lost"));
    t.columns.push_back(right("arr_share", "share of it"));
  }
  for (const revenue::ReasonLine& line : r.reasons) {
    std::vector<Cell> row{text_or_none(line.reason), words(kKinds[static_cast<size_t>(line.kind)]),
                          count(line.accounts), share_of(line.accounts, r.all.left), count(line.involuntary)};
    if (line.reason.empty()) row[0].said = words("not said").said, row[0].text = "not said";
    if (r.money) {
      row.push_back(money(line.arr));
      row.push_back(share_of(line.arr, r.all.churned));
    }
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table migration_table(const PortfolioReport& r) {
  Table t;
  t.columns = {left("from", "from \\ to")};
  for (const std::string& name : r.migration.to) t.columns.push_back(right("to." + name, name));
  t.columns.push_back(right("all", "all"));
  for (size_t i = 0; i < r.migration.from.size(); ++i) {
    std::vector<Cell> row{group_cell(r.migration.from[i], r.bands)};
    int64_t all = 0;
    for (const int64_t n : r.migration.accounts[i]) {
      row.push_back(count(n));
      all += n;
    }
    row.push_back(count(all));
    if (all > 0) t.rows.push_back(std::move(row));
  }
  return t;
}

Table risk_table(const PortfolioReport& r) {
  Table t;
  t.columns = {left("band", "band"), right("accounts", "accounts")};
  if (r.money) t.columns.push_back(right("arr", "ARR"));
  t.columns.push_back(right("past", "looked at"));
  t.columns.push_back(right("leavers", "left"));
  hide_in_text(t, {"past"});
  add_interval_columns(t, "rate", "rate");
  add_interval_columns(t, "at_risk", r.money ? "ARR at risk" : "at risk");
  const auto shown = [&](const std::optional<double>& x) { return r.money ? amount(x) : real(x, 1); };
  const auto add = [&](const std::string& name, const revenue::RiskLine& line) {
    if (line.accounts == 0 && line.exposures == 0) return;
    std::vector<Cell> row{group_cell(name, r.bands), count(line.accounts)};
    if (r.money) row.push_back(money(line.arr));
    row.push_back(count(line.exposures));
    row.push_back(count(line.leavers));
    add_interval(row, line.rate, true, 1);
    row.push_back(shown(line.at_risk.value));
    row.push_back(low_of(shown(line.at_risk.low), shown(line.at_risk.high)));
    row.push_back(shown(line.at_risk.high));
    t.rows.push_back(std::move(row));
  };
  revenue::RiskLine all;
  for (const revenue::RiskLine& line : r.risk.lines) {
    add(line.name.empty() ? revenue::kNoScoreName : line.name, line);
    all.accounts += line.accounts;
    all.arr += line.arr;
    all.exposures += line.exposures;
  }
  if (r.risk.decided.accounts > 0) {
    revenue::RiskLine decided;
    decided.accounts = r.risk.decided.accounts;
    decided.arr = r.risk.decided.arr;
    decided.at_risk.value = static_cast<double>(r.risk.decided.lost);
    add("notice given", decided);
    all.accounts += decided.accounts;
    all.arr += decided.arr;
  }
  all.leavers = r.risk.leavers;
  all.at_risk = r.risk.total;
  if (r.risk.total.value) add("all", all);
  return t;
}

Cell days_cell(int32_t days) {
  if (days >= 0) return count(days);
  Cell cell = words(say("{} late", -days));
  cell.text = cell.said.english();
  cell.value = static_cast<int64_t>(days);
  return cell;
}

// Columns that accounts share: who, what band, whose.
void add_account(std::vector<Cell>& row, uint32_t account, const AccountNames& names) {
  const std::string id = names.id(account), name = names.name(account);
  row.push_back({id, Tone::plain, name});
  row.push_back(text_or_none(name));
}
void add_standing(std::vector<Cell>& row, const PortfolioReport& r, const revenue::Standing& s,
                  const std::string& owner) {
  row.push_back(s.score < 0 ? Cell{} : points(s.score));
  row.push_back(s.band < 0 ? Cell{} : band_cell(r.bands[static_cast<size_t>(s.band)], r.bands));
  row.push_back(text_or_none(owner));
}

Table renewals_table(const PortfolioReport& r, const AccountNames& names) {
  Table t;
  t.columns = {left("account", "account"), left("name", "name"),
               left("renewal", "renewal"), right("days", "days"),
               right("arr", "ARR"),        left("products", "products"),
               left("auto_renew", "auto"), left("notice_deadline", "notice by"),
               right("score", "score"),    left("band", "band"),
               left("owner", "owner")};
  t.columns[0].max_width = t.columns[10].max_width = 24;
  t.columns[5].max_width = -1;
  hide_in_text(t, {"name"});
  const bool foretold = std::any_of(r.due.begin(), r.due.end(), [](const auto& line) { return line.chance; });
  if (foretold) {
    add_interval_columns(t, "renews", "renews");
    hide_in_text(t, {"notice_deadline", "owner"});
  }
  for (const revenue::DueLine& line : r.due) {
    const revenue::Due& d = line.due;
    std::vector<Cell> row;
    add_account(row, d.account, names);
    const int32_t days = d.renewal - r.as_of;
    row.push_back({d.renewal.iso()});
    row.push_back(days_cell(days));
    row.push_back(amount(d.arr));
    row.push_back(text_or_none(text::join(d.products, ", ")));
    row.push_back({d.auto_renew});
    row.push_back(d.notice_deadline ? Cell{d.notice_deadline->iso()} : Cell{});
    add_standing(row, r, line.standing, line.owner);
    if (foretold) {
      const auto& c = line.chance;
      add_interval(row, c ? stats::Estimate{c->p, c->low, c->high} : stats::Estimate{}, true, 0);
    }
    t.rows.push_back(std::move(row));
  }
  return t;
}

Table ending_table(const PortfolioReport& r, const AccountNames& names) {
  Table t;
  t.columns = {left("account", "account"), left("name", "name"),
               left("last", "last day"),   right("days", "days"),
               right("arr", "ARR"),        left("products", "products"),
               left("by", "by"),           left("goes_on", "other contracts"),
               right("score", "score"),    left("band", "band"),
               left("owner", "owner")};
  t.columns[0].max_width = t.columns[10].max_width = 24;
  t.columns[5].max_width = -1;
  hide_in_text(t, {"name"});
  for (const revenue::EndingLine& line : r.ending) {
    const revenue::Ending& e = line.ending;
    std::vector<Cell> row;
    add_account(row, e.account, names);
    row.push_back({e.last.iso()});
    row.push_back({static_cast<int64_t>(e.last - r.as_of)});
    row.push_back(amount(e.arr));
    row.push_back(text_or_none(text::join(e.products, ", ")));
    row.push_back(words(e.noticed ? "notice" : "cancelled"));
    row.push_back({e.goes_on});
    add_standing(row, r, line.standing, line.owner);
    t.rows.push_back(std::move(row));
  }
  return t;
}

}  // namespace

std::vector<Section> portfolio_sections(const PortfolioReport& r, const AccountNames& names) {
  std::vector<Section> out;
  const auto add = [&](std::string key, Sentence title, Table table) {
    if (!table.rows.empty()) out.push_back({std::move(key), std::move(title), std::move(table)});
  };
  add("summary", "In short", summary_table(r));
  const std::string from = r.period.from.iso(), to = r.period.to.iso();
  if (r.money) add("walk", say("From ARR to ARR, {} to {}", from, to), walk_table(r.walk));
  add("periods", "By period of the fiscal calendar", periods_table(r));
  for (const revenue::Breakdown& b : r.breakdowns) {
    Sentence title = b.by == "band"      ? say("By band on {}", r.period.opening().iso())
                     : b.by == "segment" ? say("By segment on {}", r.period.opening().iso())
                     : b.by == "owner"   ? say("By owner on {}", r.period.opening().iso())
                                         : say("By product on {}", r.period.opening().iso());
    add("by_" + b.by, std::move(title), retention_table(r, b));
  }
  add("reasons", "Why they left", reasons_table(r));
  add("migration", say("Customers by band, {} to {}", from, to), migration_table(r));
  if (r.churn_told)
    add("at_risk", say("At risk in {} days, by the losses of the year before", r.within_days), risk_table(r));
  add("renewals", say("Renewals due in {} days", r.within_days), renewals_table(r, names));
  add("ending", "Contracts that will end", ending_table(r, names));
  return out;
}

std::vector<Sentence> portfolio_head(const PortfolioReport& r) {
  const std::string day = r.as_of.words();
  return {r.company.empty() ? say("Portfolio, as of {}, model {}", day, r.model)
                            : say("Portfolio of {}, as of {}, model {}", r.company, day, r.model),
          say("Period {} to {}: customers and ARR of {} against those of {}", r.period.from.iso(), r.period.to.iso(),
              r.period.opening().iso(), r.period.closing().iso())};
}

}  // namespace kenko::report
