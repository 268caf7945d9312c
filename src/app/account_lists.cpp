#include "app/account_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/calibrate.h"
#include "app/list_rules.h"
#include "base/text.h"
#include "explain/evidence.h"
#include "report/band_chip.h"
#include "report/cells.h"
#include "score/day_parts.h"

namespace kenko::app {
namespace {

using report::Cell;
using report::left;
using report::right;
using report::Table;
using report::Tone;

constexpr std::array<std::string_view, kListNames> kWords{"advocates", "case_studies", "renewals",
                                                          "upsell",    "collections",  "pain_points"};

class Writer {
 public:
  Writer(const Scoring& scoring, ListName list, const std::vector<ListRow>& rows)
      : scoring_(scoring),
        list_(list),
        rows_(rows),
        money_(!scoring.portfolio().contracts.empty()),
        foretold_(std::any_of(rows.begin(), rows.end(), [](const ListRow& row) { return row.renews; })) {}

  [[nodiscard]] Table accounts(size_t limit) const {
    Table t;
    t.columns = {left("account", "account"), left("name", "name"), right("score", "score"), left("band", "band"),
                 right("change_30d", "30 days")};
    t.columns[0].max_width = 22;
    if (money_) t.columns.push_back(right("arr", "ARR"));
    if (list_ == ListName::renewals) {
      t.columns.push_back(left("renewal", "renewal"));
      t.columns.push_back(right("days", "days"));
      if (foretold_) report::add_interval_columns(t, "renews", "renews");
    }
    if (list_ == ListName::collections) t.columns.push_back(right("owed", "overdue"));
    if (list_ == ListName::pain_points) t.columns.push_back(right("priority", "priority"));
    t.columns.push_back(left("owner", "owner"));
    t.columns.back().max_width = 20;
    t.columns.push_back(left("reason", "why"));
    t.columns.back().max_width = -1;
    report::hide_in_text(t, {"name"});
    for (size_t i = 0; i < rows_.size() && i < limit; ++i) t.rows.push_back(cells(rows_[i]));
    return t;
  }

  [[nodiscard]] Table pains(const std::vector<Pain>& pains) const {
    Table t;
    t.columns = {left("metric", "metric"), left("label", "what"), right("accounts", "accounts")};
    if (money_) t.columns.push_back(right("arr", "ARR"));
    t.columns.push_back(right("points_lost", "points lost, each"));
    report::hide_in_text(t, {"metric"});
    for (const Pain& p : pains) {
      const plan::Metric& m = scoring_.plan().metrics[p.metric];
      std::vector<Cell> row{{m.name}, {m.label}, report::count(p.accounts)};
      if (money_) row.push_back(report::money(p.arr));
      row.push_back(report::real(static_cast<double>(p.lost) / 1e6 / static_cast<double>(p.accounts), 1));
      t.rows.push_back(std::move(row));
    }
    return t;
  }

 private:
  [[nodiscard]] std::vector<Cell> cells(const ListRow& row) const {
    const explain::Summary& s = *row.summary;
    const std::string& id = scoring_.portfolio().accounts[s.account];
    const std::string name = attribute(s.account, "name");
    const plan::Band* band = explain::band_of(scoring_.plan(), s.now);
    const auto chip = report::chip_of(score::bands_of(scoring_.plan(), s.now.band_list), s.now.state, s.now.band);
    std::vector<Cell> out{{id, Tone::plain, name},
                          name.empty() ? Cell{} : Cell{name},
                          s.now.score < 0 ? Cell{} : report::points(s.now.score),
                          {band == nullptr ? report::Value{} : report::Value{band->name}, chip.tone, chip.text},
                          change(s)};
    if (money_) out.push_back(row.arr == revenue::kUnknown ? Cell{} : report::money(row.arr));
    if (list_ == ListName::renewals) {
      out.push_back({row.due->renewal.iso()});
      out.push_back({static_cast<int64_t>(row.due->renewal - scoring_.as_of())});
      const auto& c = row.renews;
      if (foretold_) {
        report::add_interval(out, c ? stats::Estimate{c->p, c->low, c->high} : stats::Estimate{}, true, 0);
      }
    }
    if (list_ == ListName::collections) {
      out.push_back(row.owed ? report::money(std::llround(*row.owed * 1e6)) : Cell{});
    }
    if (list_ == ListName::pain_points) {
      out.push_back(row.priority ? Cell{*row.priority, Tone::plain, text::grouped(std::llround(*row.priority))}
                                 : Cell{});
    }
    const std::string owner = attribute(s.account, "owner");
    out.push_back(owner.empty() ? Cell{} : Cell{owner});
    out.push_back({why(row)});
    return out;
  }

  static Cell change(const explain::Summary& s) {
    if (s.now.score < 0 || s.before.score < 0) return {};
    const int32_t change = s.now.score - s.before.score;
    const Tone tone = change > 0 ? Tone::up : change < 0 ? Tone::down : Tone::plain;
    const bool none = change > -5 && change < 5;  // less than a tenth has no sign
    return {report::Fixed{change, 2, true}, tone, none ? "0.0" : fmt::format("{:+.1f}", change / 100.0)};
  }

  static std::string why(const ListRow& row) {
    std::string out;
    for (const Sentence& clause : row.why) out += (out.empty() ? "" : "; ") + clause.english();
    return out;
  }

  [[nodiscard]] std::string attribute(uint32_t account, const std::string& key) const {
    return explain::attribute_on(scoring_.portfolio(), account, key, scoring_.as_of()).value;
  }

  const Scoring& scoring_;
  ListName list_;
  const std::vector<ListRow>& rows_;
  bool money_;
  bool foretold_;
};

void add_findings(const Scoring& scoring, const ListRequest& request, const ListMeasures& measures, AccountList& out) {
  const auto add = [&](bool warning, const char* code, Sentence text, Sentence hint) {
    out.findings.push_back({warning, code, std::move(text), std::move(hint)});
  };
  if (request.list == ListName::renewals && scoring.portfolio().contracts.empty()) {
    add(true, "no-contracts", "there are no contracts: nothing renews", "import contracts (`contracts:` in a mapping)");
  }
  const auto& missing = measures.missing();
  for (size_t i = 0; i < missing.size(); ++i) {
    const bool last = i + 1 == missing.size();
    add(false, "list-misses-facts",
        say("there are no {}: {} is not known", missing[i].fact, missing[i].tells.english()),
        last ? "`kenko import` brings such facts, `kenko log` writes single ones down" : "");
  }
  const auto none_of = [&](std::initializer_list<ListMeasure> signs) {
    return std::none_of(signs.begin(), signs.end(), [&](ListMeasure m) { return measures.has(m); });
  };
  using M = ListMeasure;
  const bool score_alone =
      (request.list == ListName::advocates && none_of({M::nps, M::csat, M::references, M::pulse})) ||
      (request.list == ListName::case_studies && none_of({M::goals_reached, M::roi}));
  if (score_alone && out.found > 0) {
    add(true, "score-alone", "none of the facts that this list asks for is there: it is the best scores and no more",
        {});
  }
  if (out.found == 0 && !scoring.portfolio().accounts.empty()) {
    add(false, "nobody-on-the-list", "nobody is on this list today", {});
  }
}

// By account: the `among` of the model's first outcome holds; empty without one.
std::vector<uint8_t> at_risk(const Scoring& scoring) {
  const auto& outcomes = scoring.plan().outcomes;
  if (outcomes.empty() || !outcomes.front().among) return {};
  std::vector<uint8_t> out(scoring.portfolio().accounts.size(), 0);
  engine::RunOptions options;
  options.among = true;
  const auto add = [&](const score::AccountHistory& history) {
    const score::DayRow row = score::find_day(history, scoring.as_of());
    if (row.days != nullptr && !row.days->among.empty()) out[history.account] = row.days->among.front()[row.at];
  };
  score::for_each_account(scoring.engine(), scoring.as_of(), scoring.threads(), {}, add, options);
  return out;
}

}  // namespace

std::string_view word(ListName list) { return kWords[static_cast<size_t>(list)]; }

Result<ListName> list_named(const std::string& name) {
  std::string wanted = name;
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  const auto found = std::find(kWords.begin(), kWords.end(), wanted);
  if (found != kWords.end()) return static_cast<ListName>(found - kWords.begin());
  Problem problem;
  problem.code = "unknown-list";
  problem.message = fmt::format("there is no list `{}`", name);
  problem.hint = text::did_you_mean(wanted, {kWords.begin(), kWords.end()});
  return problem;
}

Result<AccountList> make_list(const Scoring& scoring, const CalibrationInForce& calibration,
                              const ListRequest& request) {
  const auto summaries = explain::summarise(scoring.engine(), scoring.as_of(), scoring.threads());
  KENKO_TRY(const ListMeasures measures, ListMeasures::of(scoring, measures_of(request.list)));
  Prospects prospects;
  if (calibration.file && request.list == ListName::renewals) prospects = prospects_of(scoring, calibration);
  ListInput input{scoring, summaries, measures, prospects, request.within_days};
  if (request.list == ListName::pain_points) input.at_risk = at_risk(scoring);
  const std::vector<ListRow> rows = rows_of(request.list, input);
  AccountList out;
  out.title = title_of(request.list);
  out.rule = rule_of(request.list, request.within_days);
  out.found = std::ssize(rows);
  const Writer writer(scoring, request.list, rows);
  const size_t limit = request.limit > 0 ? static_cast<size_t>(request.limit) : rows.size();
  out.sections.push_back({"accounts", out.title, writer.accounts(limit)});
  if (request.list == ListName::pain_points) {
    out.sections.push_back({"pains", "What costs them the most points", writer.pains(pains_of(input, rows))});
  }
  add_findings(scoring, request, measures, out);
  return out;
}

}  // namespace kenko::app
