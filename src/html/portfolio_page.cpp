#include "html/portfolio_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/text.h"
#include "html/charts.h"
#include "html/page.h"
#include "html/portfolio_parts.h"
#include "html/sections_page.h"
#include "report/band_chip.h"
#include "score/day_parts.h"

namespace kenko::html {
namespace {

constexpr int32_t kCritical = 4'000, kAtRisk = 6'000;  // hundredths
constexpr int32_t kFall = 2'000;                       // of a month, whatever the level
constexpr double kMicros = 1e6;

int32_t fallen(const explain::Summary& s) {
  if (s.now.score < 0 || s.before.score < 0) return 0;
  return std::max(0, s.before.score - s.now.score);
}

// Of the known ones; 0 when there is none.
int64_t median_arr(const PortfolioReport& report) {
  std::vector<int64_t> known;
  for (const PortfolioAccount& a : report.accounts) {
    if (a.arr) known.push_back(*a.arr);
  }
  if (known.empty()) return 0;
  const auto middle = known.begin() + static_cast<ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

Frame frame_of(const PortfolioReport& report, const Catalogue& texts) {
  const plan::Plan& plan = report.engine->plan();
  const facts::Settings& settings = report.engine->portfolio().settings;
  Frame frame;
  frame.title = settings.company.empty() ? texts.word("Customer health")
                                         : texts.say(say("Customer health: {}", settings.company));
  const std::string closed = fmt::format("{:02}:{:02}", settings.close_minutes / 60, settings.close_minutes % 60);
  frame.lines.push_back(
      texts.say(say("As of {}, closed {} ({}); model {}; {} accounts", texts.day(report.as_of), closed,
                    settings.time_zone.name(), plan.model, text::grouped(std::ssize(report.accounts)))));
  if (!report.purpose.empty()) frame.lines.push_back(texts.say(say("What the score is for: {}", report.purpose)));
  if (!report.healthy_means.empty()) frame.lines.push_back(texts.say(say("Healthy means: {}", report.healthy_means)));
  frame.foot = texts.say(say("Where an account's numbers come from, event by event: {}", "kenko explain ACCOUNT"));
  frame.ranks = std::clamp<size_t>(plan.bands.size(), 4, 26);
  for (const plan::Segment& s : plan.segments) frame.ranks = std::max(frame.ranks, s.changes.bands.size());
  for (const plan::Segment& s : plan.life_stages) frame.ranks = std::max(frame.ranks, s.changes.bands.size());
  frame.script = frame.wide = true;
  int m = 0;
  const bool by_loss = queue_by_loss(report);
  for (const char* title :
       {"30 days", "ARR", "renewal", "owner", "coverage", by_loss ? "expected loss" : "priority", "leaves"})
    frame.style_texts.emplace_back(fmt::format("m{}", ++m), texts.word(title));
  return frame;
}

}  // namespace

Level level_of(const explain::Summary& s) {
  if (s.now.state != score::State::scored || s.now.score < 0) return Level::none;
  if (s.now.score < kCritical) return Level::critical;
  if (s.now.score < kAtRisk) return Level::at_risk;
  return fallen(s) >= kFall ? Level::fell : Level::none;
}

bool states_churn(const PortfolioReport& report) {
  return std::any_of(report.calibrations.begin(), report.calibrations.end(), [](const validate::Calibration& c) {
    return c.question == validate::Question::churn && c.usable();
  });
}

bool queue_by_loss(const PortfolioReport& report) {
  return states_churn(report) &&
         std::any_of(report.accounts.begin(), report.accounts.end(), [](const PortfolioAccount& a) {
           return level_of(a.summary) != Level::none && a.prospect && a.prospect->expected_loss > 0;
         });
}

int64_t urgency_hundredths(const explain::Summary& s) { return 10'000 - (s.now.score - fallen(s)); }

std::vector<size_t> action_queue(const PortfolioReport& report) {
  const int64_t typical = median_arr(report);
  const bool by_loss = queue_by_loss(report);
  std::vector<size_t> out;
  std::vector<double> loss(report.accounts.size(), 0), priority(report.accounts.size(), 0);
  for (size_t i = 0; i < report.accounts.size(); ++i) {
    const PortfolioAccount& a = report.accounts[i];
    if (level_of(a.summary) == Level::none) continue;
    out.push_back(i);
    const int64_t expected = a.prospect ? a.prospect->expected_loss : validate::kNoAmount;
    if (by_loss) loss[i] = expected == validate::kNoAmount ? -1 : static_cast<double>(expected);
    const double money = typical == 0 ? 1 : static_cast<double>(a.arr.value_or(typical)) / kMicros;
    priority[i] = money * static_cast<double>(urgency_hundredths(a.summary));
  }
  const auto& ids = report.engine->portfolio().accounts;
  std::sort(out.begin(), out.end(), [&](size_t a, size_t b) {
    if (loss[a] != loss[b]) return loss[a] > loss[b];
    if (priority[a] != priority[b]) return priority[a] > priority[b];
    return ids[report.accounts[a].summary.account] < ids[report.accounts[b].summary.account];
  });
  return out;
}

Chip chip_of(const plan::Plan& plan, const explain::Explanation& e) {
  const report::BandChip chip = report::chip_of(score::bands_of(plan, e.band_list), e.state, e.band);
  return chip_of(report::Cell{{}, chip.tone, chip.text});
}

std::vector<int32_t> cuts_of(std::span<const plan::Band> bands) {
  std::vector<int32_t> out;
  for (const plan::Band& b : bands) {
    if (b.quantile_micros) return {};
    if (b.from_hundredths > 0) out.push_back(b.from_hundredths);
  }
  return out;
}

std::string money_text(std::optional<int64_t> micros) {
  return micros ? text::grouped(static_cast<int64_t>(std::llround(static_cast<double>(*micros) / kMicros))) : "–";
}

std::string score_text(int32_t hundredths) { return hundredths < 0 ? "–" : fmt::format("{:.1f}", hundredths / 100.0); }

const std::string& shown_name(const PortfolioReport& report, const PortfolioAccount& account) {
  return account.name.empty() ? report.engine->portfolio().accounts[account.summary.account] : account.name;
}

void add_change(Markup& out, const explain::Summary& s) {
  if (s.now.score < 0 || s.before.score < 0) {
    out.leaf("td", {{"class", "n m1"}}, "–");
    return;
  }
  const int32_t change = s.now.score - s.before.score;
  const std::string size = fmt::format("{:.1f}", std::abs(change) / 100.0);
  if (size == "0.0") {
    out.leaf("td", {{"class", "n m1"}}, size);
  } else if (change > 0) {
    out.leaf("td", {{"class", "n m1 up"}}, "▲ +" + size);
  } else {
    out.leaf("td", {{"class", "n m1 down"}}, "▼ −" + size);
  }
}

ShownColumns columns_of(const PortfolioReport& report) {
  ShownColumns shown;
  for (const PortfolioAccount& a : report.accounts) {
    shown.arr = shown.arr || a.arr;
    shown.renewal = shown.renewal || a.renewal;
    shown.owner = shown.owner || !a.owner.empty();
  }
  return shown;
}

std::string portfolio_page(const PortfolioReport& report, const Catalogue& texts) {
  Frame frame = frame_of(report, texts);
  Markup body;
  const auto part = [&](const char* id, const char* title, const std::function<void()>& content) {
    frame.parts.emplace_back(id, texts.word(title));
    open_part(body, id, texts.word(title));
    content();
    body.close();
  };
  part("now", mark_text("How they are now"), [&] {
    add_now(body, report, texts);
    if (!report.findings.empty()) add_findings(body, report.findings, texts);
  });
  const std::vector<size_t> queue = action_queue(report);
  part("queue", mark_text("Who needs you first"), [&] { add_queue(body, report, queue, texts); });
  part("trend", mark_text("How it went"), [&] { add_trend(body, report, texts); });
  part("breakdown", mark_text("Where points are lost"), [&] { add_breakdown(body, report, texts); });
  if (!report.stages.empty())
    part("stages", mark_text("Where they stand on their way"), [&] { add_stages(body, report, texts); });
  part("accounts", mark_text("Every account"), [&] { add_accounts(body, report, texts); });
  add_sections(body, frame, report.further, texts);
  return page(frame, texts, std::move(body).finish());
}

}  // namespace kenko::html
