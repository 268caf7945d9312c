#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "html/charts.h"
#include "html/page.h"
#include "html/portfolio_parts.h"
#include "report/band_chip.h"
#include "report/cells.h"
#include "report/prospect_view.h"
#include "score/day_parts.h"

namespace kenko::html {
namespace {

using report::Cell;
using report::Tone;

// A row of the first picture.
struct Standing {
  Chip chip;
  std::string scores;
  int64_t accounts = 0;
  int64_t arr = 0;
};

Cell band_cell(const plan::Plan& plan, size_t band) {
  const report::BandChip chip = report::chip_of(plan.bands, score::State::scored, static_cast<int>(band));
  return {{}, chip.tone, chip.text};
}
Tone tone_of(const plan::Plan& plan, size_t band) { return band_cell(plan, band).tone; }

std::string scores_of(const plan::Plan& plan, size_t band, const Catalogue& texts) {
  if (plan.bands[band].quantile_micros) return "";
  const double from = plan.bands[band].from_hundredths / 100.0;
  if (band + 1 == plan.bands.size()) return texts.say(say("{} to 100", fmt::format("{:g}", from)));
  return texts.say(say("{} to under {}", fmt::format("{:g}", from),
                       fmt::format("{:g}", plan.bands[band + 1].from_hundredths / 100.0)));
}

// Best first; then those without a score, by state.
std::vector<Standing> standings(const PortfolioReport& report, const Catalogue& texts) {
  const plan::Plan& plan = report.engine->plan();
  std::vector<Standing> out;
  for (size_t b = plan.bands.size(); b-- > 0;) {
    out.push_back({chip_of(band_cell(plan, b)), scores_of(plan, b, texts), 0, 0});
  }
  for (const PortfolioAccount& a : report.accounts) {
    Chip chip = chip_of(plan, a.summary.now);
    if (a.summary.now.band >= 0) {  // paused ones stand with the others
      chip.words = score::bands_of(plan, a.summary.now.band_list)[static_cast<size_t>(a.summary.now.band)].name;
    }
    auto found = std::find_if(out.begin(), out.end(), [&](const Standing& s) {
      return s.chip.words == chip.words && s.chip.tone == chip.tone;
    });
    if (found == out.end()) found = out.insert(out.end(), {chip, "", 0, 0});
    ++found->accounts;
    found->arr += a.arr.value_or(0);
  }
  return out;
}

std::string share_text(int64_t part, int64_t whole) {
  return fmt::format("{:.1f} %", whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

int32_t median_score(const PortfolioReport& report, bool before) {
  std::vector<int32_t> scores;
  for (const PortfolioAccount& a : report.accounts) {
    const int32_t s = before ? a.summary.before.score : a.summary.now.score;
    if (s >= 0) scores.push_back(s);
  }
  if (scores.empty()) return score::kNoScore;
  const auto middle = scores.begin() + static_cast<ptrdiff_t>((scores.size() - 1) / 2);
  std::nth_element(scores.begin(), middle, scores.end());
  return *middle;
}

Parts parts_of(const plan::Plan& plan, const PortfolioWeek& week) {
  Parts parts;
  for (size_t b = plan.bands.size(); b-- > 0;) parts.emplace_back(tone_of(plan, b), week.by_band[b]);
  parts.emplace_back(Tone::band_none, week.insufficient);
  parts.emplace_back(Tone::band_new, week.too_new);
  std::reverse(parts.begin(), parts.end());  // the best stand on top
  return parts;
}

// What is expected of an account, or its priority where nothing may be stated.
void add_expected(Markup& out, const PortfolioReport& report, const PortfolioAccount& a, bool by_loss,
                  const ShownColumns& shown, const Catalogue& texts) {
  if (states_churn(report)) {
    const bool stated = a.prospect && a.prospect->churn;
    const bool decided = a.prospect && a.prospect->outlook == validate::Outlook::decided;
    out.leaf("td", {{"class", stated || decided ? "n m7" : "n void"}},
             stated    ? texts.say(report::chance_words(*a.prospect->churn))
             : decided ? texts.word("gave notice")
                       : "–");
  }
  if (by_loss) {
    const int64_t loss = a.prospect ? a.prospect->expected_loss : validate::kNoAmount;
    const bool known = loss != validate::kNoAmount;
    out.leaf("td", {{"class", known ? "n m6" : "n void"}}, known ? money_text(loss) : "–");
  } else if (shown.arr) {
    std::optional<int64_t> priority;
    if (a.arr) priority = *a.arr / 10'000 * urgency_hundredths(a.summary);
    out.leaf("td", {{"class", priority ? "n m6" : "n void"}}, money_text(priority));
  }
}

}  // namespace

void add_now(Markup& out, const PortfolioReport& report, const Catalogue& texts) {
  const ShownColumns shown = columns_of(report);
  const std::vector<Standing> all = standings(report, texts);
  const int64_t count = std::ssize(report.accounts);
  int64_t arr = 0, critical = 0, fell = 0;
  for (const PortfolioAccount& a : report.accounts) {
    arr += a.arr.value_or(0);
    critical += level_of(a.summary) == Level::critical ? 1 : 0;
    fell += a.summary.before.score - a.summary.now.score >= 2'000 && a.summary.now.score >= 0 ? 1 : 0;
  }
  const std::string& currency = report.engine->portfolio().settings.currency;
  out.open("div", {{"class", "tiles"}});
  add_tile(out, text::grouped(count), texts.word("accounts"));
  if (shown.arr) add_tile(out, money_text(arr), texts.say(say("ARR, {}", currency)));
  add_tile(out, score_text(median_score(report, false)),
           texts.say(say("median score; 30 days ago {}", score_text(median_score(report, true)))));
  add_tile(out, text::grouped(critical), texts.word("below 40: critical"));
  add_tile(out, text::grouped(fell), texts.word("fell by 20 or more in 30 days"));
  out.close();
  out.open("div", {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", texts.word("By band")}});
  out.open("table").open("thead").open("tr");
  out.leaf("th", {{"scope", "col"}}, texts.word("band")).leaf("th", {{"scope", "col"}}, texts.word("scores"));
  out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("accounts"));
  out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("share")).leaf("td", "");
  if (shown.arr) {
    out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("ARR"));
    out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("share of ARR"));
  }
  out.close().close().open("tbody");
  for (const Standing& s : all) {
    out.open("tr").open("th", {{"scope", "row"}});
    add_chip(out, s.chip, texts);
    out.close().leaf("td", {{"class", "w"}}, s.scores.empty() ? "–" : s.scores);
    out.leaf("td", {{"class", "n"}}, text::grouped(s.accounts))
        .leaf("td", {{"class", "n"}}, share_text(s.accounts, count));
    out.open("td", {{"style", "width:40%;min-width:96px"}})
        .open("svg", {{"width", "100%"}, {"height", "14"}, {"aria-hidden", "true"}, {"class", "stack"}});
    const std::string_view name = class_of(s.chip.tone);
    if (s.accounts > 0) {
      out.empty("rect", {{"class", name.empty() ? std::string("bar none") : fmt::format("f-{} e-{}", name, name)},
                         {"width",
                          fmt::format("{:.2f}%", 100.0 * static_cast<double>(s.accounts) / static_cast<double>(count))},
                         {"height", "14"}});
    }
    out.close().close();
    if (shown.arr)
      out.leaf("td", {{"class", "n"}}, money_text(s.arr)).leaf("td", {{"class", "n"}}, share_text(s.arr, arr));
    out.close();
  }
  out.close().close().close();
}

void add_trend(Markup& out, const PortfolioReport& report, const Catalogue& texts) {
  const plan::Plan& plan = report.engine->plan();
  if (report.weeks.size() < 2) {
    out.leaf("p", texts.word("There are not two weeks yet."));
    return;
  }
  report::Table table;
  table.columns = {report::left("week", "end of day")};
  for (size_t b = plan.bands.size(); b-- > 0;) {
    table.columns.push_back(report::right("band", ""));
    table.columns.back().title = plan.bands[b].name;
  }
  table.columns.push_back(report::right("insufficient", "insufficient data"));
  table.columns.push_back(report::right("too_new", "too new"));
  std::vector<Parts> columns;
  std::vector<std::string> labels;
  for (size_t w = 0; w < report.weeks.size(); ++w) {
    const PortfolioWeek& week = report.weeks[w];
    columns.push_back(parts_of(plan, week));
    labels.push_back(w % 5 == 0 ? week.day.iso().substr(5) : "");
    std::vector<Cell> row{{texts.day(week.day)}};
    for (size_t b = plan.bands.size(); b-- > 0;) row.push_back(report::count(week.by_band[b]));
    row.push_back(report::count(week.insufficient));
    row.push_back(report::count(week.too_new));
    table.rows.push_back(std::move(row));
  }
  const auto healthy = [&](const PortfolioWeek& w) {
    int64_t sum = w.insufficient + w.too_new;
    for (const int64_t n : w.by_band) sum += n;
    return share_text(w.by_band.empty() ? 0 : w.by_band.back(), sum);
  };
  out.open("figure").leaf(
      "figcaption",
      texts.say(say("Accounts by band at the end of each week, the best on top: in the best band {} then, {} now.",
                    healthy(report.weeks.front()), healthy(report.weeks.back()))));
  add_stack_columns(out, columns, labels, 160);
  out.open("div", {{"class", "key"}});
  for (size_t b = plan.bands.size(); b-- > 0;) add_chip(out, chip_of(band_cell(plan, b)), texts);
  add_chip(out, {Tone::band_none, '?', "insufficient data"}, texts);
  add_chip(out, {Tone::band_new, 'T', "too new"}, texts);
  out.close().close();
  out.open("details").leaf("summary", texts.word("The numbers"));
  add_table(out, table, texts.word("How it went"), texts);
  out.close();
}

void add_queue(Markup& out, const PortfolioReport& report, const std::vector<size_t>& queue, const Catalogue& texts) {
  constexpr std::array<const char*, 4> kActs{"", mark_text("within a week: fell by 20 or more"),
                                             mark_text("within 48 hours: at risk"), mark_text("at once: critical")};
  const ShownColumns shown = columns_of(report);
  if (queue.empty()) {
    out.leaf("p", texts.word("Nobody: no score is below 60, and none fell by 20 points in 30 days."));
    return;
  }
  const bool by_loss = queue_by_loss(report);
  out.leaf(
      "p", {{"class", "muted"}},
      texts.say(say(by_loss ? "{} accounts score below 60 or fell by 20 points in 30 days. By expected loss: the "
                              "probability to leave times the ARR that can leave."
                    : shown.arr
                        ? "{} accounts score below 60 or fell by 20 points in 30 days. By priority: ARR times urgency, "
                          "which is 100 less the score and once more the points fallen in 30 days."
                        : "{} accounts score below 60 or fell by 20 points in 30 days. By urgency: 100 less the score "
                          "and once more the points fallen in 30 days.",
                    text::grouped(std::ssize(queue)))));
  out.open(
      "div",
      {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", texts.word("Who needs you first")}});
  out.open("table", {{"class", "queue"}}).open("thead").open("tr");
  for (const char* title : {"account", "act"}) out.leaf("th", {{"scope", "col"}}, texts.word(title));
  out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("score"))
      .leaf("th", {{"scope", "col"}}, texts.word("band"));
  out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("30 days"));
  if (shown.arr) out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("ARR"));
  if (states_churn(report)) out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("leaves"));
  if (by_loss) out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("expected loss"));
  if (!by_loss && shown.arr) out.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts.word("priority"));
  if (shown.owner) out.leaf("th", {{"scope", "col"}}, texts.word("owner"));
  out.leaf("th", {{"scope", "col"}, {"class", "s"}}, texts.word("why")).close().close().open("tbody");
  for (size_t q = 0; q < std::min(queue.size(), kQueueRows); ++q) {
    const PortfolioAccount& a = report.accounts[queue[q]];
    out.open("tr").open("th", {{"scope", "row"}});
    if (queue[q] < report.listed) {
      out.leaf("a", {{"href", fmt::format("#a{}", a.summary.account)}}, shown_name(report, a));
    } else {
      out.text(shown_name(report, a));
    }
    out.close().leaf("td", {{"class", "level"}}, texts.word(kActs[static_cast<size_t>(level_of(a.summary))]));
    out.leaf("td", {{"class", "n"}}, score_text(a.summary.now.score)).open("td");
    add_chip(out, chip_of(report.engine->plan(), a.summary.now), texts);
    out.close();
    add_change(out, a.summary);
    if (shown.arr) out.leaf("td", {{"class", a.arr ? "n m2" : "n void"}}, money_text(a.arr));
    add_expected(out, report, a, by_loss, shown, texts);
    if (shown.owner) out.leaf("td", {{"class", a.owner.empty() ? "void" : "m4"}}, a.owner.empty() ? "–" : a.owner);
    out.leaf("td", {{"class", "s"}}, texts.say(a.summary.reason)).close();
  }
  out.close().close().close();
  if (queue.size() > kQueueRows) {
    out.leaf("p", {{"class", "muted"}},
             texts.say(say("{} more stand in the list of accounts below.",
                           text::grouped(std::ssize(queue) - static_cast<int64_t>(kQueueRows)))));
  }
}

void add_stages(Markup& out, const PortfolioReport& report, const Catalogue& texts) {
  const plan::Plan& plan = report.engine->plan();
  const bool money = columns_of(report).arr;
  out.leaf(
      "p", {{"class", "muted"}},
      texts.say(say("Every account stands in one stage; who came and went in the last {} days.", report.stage_days)));
  out.open("ol", {{"class", "stages"}});
  for (const PortfolioStage& stage : report.stages) {
    out.open("li").leaf("h3", stage.label.empty() ? texts.word("no stage") : stage.label);
    out.leaf("div", texts.say(say("{} accounts", text::grouped(stage.accounts))));
    Parts parts;
    std::string words;
    for (size_t b = plan.bands.size(); b-- > 0;) {
      parts.emplace_back(tone_of(plan, b), stage.by_band[b]);
      if (stage.by_band[b] > 0)
        words += fmt::format("{}{} {}", words.empty() ? "" : ", ", plan.bands[b].name, stage.by_band[b]);
    }
    if (!words.empty()) {
      add_stack(out, parts);
      out.leaf("div", {{"class", "small"}}, words);
    }
    out.open("div", {{"class", "small muted"}});
    if (stage.scored > 0)
      out.leaf("div",
               texts.say(say("mean score {}", score_text(static_cast<int32_t>(stage.sum_hundredths / stage.scored)))));
    if (money && stage.arr) out.leaf("div", texts.say(say("ARR {}", money_text(stage.arr))));
    if (stage.median_days) out.leaf("div", texts.say(say("median stay so far: {} days", *stage.median_days)));
    out.leaf("div", texts.say(say("came {}, went {}", text::grouped(stage.entered), text::grouped(stage.left))));
    out.close().close();
  }
  out.close();
}

}  // namespace kenko::html
