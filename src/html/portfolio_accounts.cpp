#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "html/charts.h"
#include "html/portfolio_parts.h"
#include "score/day_parts.h"

namespace kenko::html {
namespace {

// A title of the list, which the script makes a button where it sorts.
struct Title {
  const char* words;
  const char* sorts = "text";  ///< how the script compares; empty = it does not
  bool right = false;
  bool high_first = false;
  bool shown = true;
};

std::vector<Title> titles(const ShownColumns& shown) {
  const char* const number = "number";
  return {{mark_text("account")},
          {mark_text("score"), number, true},
          {mark_text("band"), number},
          {mark_text("30 days"), number, true},
          {mark_text("13 weeks"), ""},
          {mark_text("ARR"), number, true, true, shown.arr},
          {mark_text("renewal"), "text", false, false, shown.renewal},
          {mark_text("owner"), "text", false, false, shown.owner},
          {mark_text("coverage"), number, true}};
}

std::string number_key(std::optional<double> v) { return v ? fmt::format("{:g}", *v) : ""; }

// What the list is sorted and searched by, in the order of its shown columns; at the end what a search reads, too.
std::string keys_of(const PortfolioReport& report, const PortfolioAccount& a, const ShownColumns& shown) {
  const explain::Summary& s = a.summary;
  std::optional<double> change, score, arr;
  if (s.now.score >= 0) score = s.now.score / 100.0;
  if (s.now.score >= 0 && s.before.score >= 0) change = (s.now.score - s.before.score) / 100.0;
  if (a.arr) arr = static_cast<double>(*a.arr) / 1e6;
  const std::string id = report.engine->portfolio().accounts[s.account];
  std::vector<std::string> keys{shown_name(report, a), number_key(score),
                                s.now.band < 0 ? "" : fmt::format("{}", s.now.band), number_key(change), ""};
  if (shown.arr) keys.push_back(arr ? fmt::format("{:.0f}", *arr) : "");
  if (shown.renewal) keys.push_back(a.renewal ? a.renewal->iso() : "");
  if (shown.owner) keys.push_back(a.owner);
  keys.push_back(fmt::format("{}", s.now.coverage / 10'000));
  keys.push_back(id + " " + a.owner);
  for (std::string& key : keys) std::replace(key.begin(), key.end(), '\t', ' ');
  return text::join(keys, "\t");
}

void add_main_row(Markup& out, const PortfolioReport& report, const PortfolioAccount& a, const ShownColumns& shown,
                  const Catalogue& texts) {
  const plan::Plan& plan = report.engine->plan();
  const explain::Summary& s = a.summary;
  const std::vector<int32_t> cuts = cuts_of(score::bands_of(plan, s.now.band_list));
  const Chip chip = chip_of(plan, s.now);
  out.open("tr").open("th", {{"scope", "row"}}).text(shown_name(report, a));
  if (!a.name.empty()) out.leaf("small", report.engine->portfolio().accounts[s.account]);
  out.close();
  out.open("td", {{"class", "n"}}).leaf("span", {{"class", "sc"}}, score_text(s.now.score));
  if (s.now.score >= 0) add_bullet(out, s.now.score, s.before.score, cuts, chip.tone);
  out.close().open("td");
  add_chip(out, chip, texts);
  out.close();
  add_change(out, s);
  out.open("td");
  add_sparkline(out, s.trend, cuts);
  out.close();
  if (shown.arr) out.leaf("td", {{"class", a.arr ? "n m2" : "n void"}}, money_text(a.arr));
  if (shown.renewal) out.leaf("td", {{"class", a.renewal ? "w m3" : "void"}}, a.renewal ? a.renewal->iso() : "–");
  if (shown.owner) out.leaf("td", {{"class", a.owner.empty() ? "void" : "m4"}}, a.owner.empty() ? "–" : a.owner);
  out.leaf("td", {{"class", "n m5"}}, fmt::format("{} %", s.now.coverage / 10'000)).close();
}

void add_tools(Markup& out, const PortfolioReport& report, size_t listed, const Catalogue& texts) {
  out.open("div", {{"class", "tools"}, {"id", "tools"}, {"hidden", "hidden"}});
  out.open("label").text(texts.word("Search") + " ").empty("input", {{"id", "search"}, {"type", "search"}}).close();
  out.open("label").text(texts.word("Band") + " ").open("select", {{"id", "band"}});
  out.leaf("option", texts.word("all"));
  const std::vector<plan::Band>& bands = report.engine->plan().bands;
  for (size_t b = bands.size(); b-- > 0;) out.leaf("option", {{"value", fmt::format("{}", b)}}, bands[b].name);
  out.close().close();
  out.leaf("span",
           {{"id", "shown"},
            {"role", "status"},
            {"class", "muted"},
            {"data-text", texts.say(say("{} of {} accounts", "%1", "%2"))}},
           texts.say(say("{} of {} accounts", listed, listed)));
  out.close();
}

void add_limits(Markup& out, const PortfolioReport& report, size_t listed, const Catalogue& texts) {
  size_t opens = 0;
  for (size_t i = 0; i < listed; ++i) opens += report.accounts[i].opens ? 1 : 0;
  out.leaf("p", {{"class", "muted"}},
           texts.word("Worst first. The line below each account is its reason; it opens to every metric."));
  if (opens < listed) {
    out.leaf(
        "p", {{"class", "muted"}},
        texts.say(say("To keep this page light, {} accounts open: those with the lowest scores and those who need you "
                      "first. --open says how many; kenko explain ACCOUNT shows any other.",
                      text::grouped(static_cast<int64_t>(opens)))));
  }
  if (listed < report.accounts.size()) {
    out.leaf("p", {{"class", "muted"}},
             texts.say(say("{} of {} accounts stand here, those with the lowest scores; --limit says how many.",
                           text::grouped(static_cast<int64_t>(listed)), text::grouped(std::ssize(report.accounts)))));
  }
  if (listed > 100)
    out.leaf("p", {{"class", "print muted"}}, texts.word("The first 100 are printed; the page on a screen has all."));
}

}  // namespace

void add_accounts(Markup& out, const PortfolioReport& report, const Catalogue& texts) {
  const ShownColumns shown = columns_of(report);
  const size_t listed = std::min(report.listed, report.accounts.size());
  add_limits(out, report, listed, texts);
  add_tools(out, report, listed, texts);
  out.open("table", {{"class", "list"}}).open("thead").open("tr");
  size_t columns = 0;
  for (const Title& title : titles(shown)) {
    if (!title.shown) continue;
    ++columns;
    out.leaf("th",
             {{"scope", "col"},
              {"class", title.right ? "n" : ""},
              {"data-sort", title.sorts},
              {"data-first", title.high_first ? "descending" : ""}},
             texts.word(title.words));
  }
  out.close().close();
  const std::string span = fmt::format("{}", columns);
  for (size_t i = 0; i < listed; ++i) {
    const PortfolioAccount& a = report.accounts[i];
    out.open("tbody", {{"id", fmt::format("a{}", a.summary.account)}, {"data-k", keys_of(report, a, shown)}});
    add_main_row(out, report, a, shown, texts);
    out.open("tr", {{"class", "y"}}).open("td", {{"colspan", span}});
    const std::string reason = texts.say(a.summary.reason);
    if (a.opens) {
      out.open("details").leaf("summary", reason.empty() ? texts.word("nothing to say") : reason);
      add_why(out, report, a, texts);
      out.close();
    } else {
      out.leaf("span", {{"class", "muted"}}, reason);
    }
    out.close().close().close();
    out.add("\n");
  }
  out.close();
}

}  // namespace kenko::html
