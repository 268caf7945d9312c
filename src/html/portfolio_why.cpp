#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "html/charts.h"
#include "html/portfolio_parts.h"
#include "report/prospect_view.h"

namespace kenko::html {
namespace {

constexpr double kMicros = 1e6;
constexpr size_t kMostChanges = 5, kMostRaises = 3;

std::string points_text(int64_t micros, int places = 1) {
  const std::string out = fmt::format("{:.{}f}", static_cast<double>(micros) / kMicros, places);
  return out == "-0.0" || out == "-0.00" ? out.substr(1) : out;
}
std::string signed_text(int64_t micros) {
  const std::string size = points_text(std::abs(micros));
  return size == "0.0" ? size : (micros > 0 ? "+" : "−") + size;
}
std::string percent_text(int64_t micros) { return fmt::format("{:.0f} %", static_cast<double>(micros) / 10'000); }

class Why {
 public:
  Why(Markup& out, const PortfolioReport& report, const PortfolioAccount& account, const Catalogue& texts)
      : out_(out),
        report_(report),
        engine_(*report.engine),
        plan_(engine_.plan()),
        a_(account),
        now_(account.summary.now),
        texts_(texts) {}

  void write() {
    out_.open("div", {{"class", "why"}});
    facts();
    metrics();
    out_.open("div", {{"class", "two"}});
    changes();
    raises();
    out_.close().close();
  }

 private:
  void facts() {
    std::vector<std::string> said{texts_.word(engine::word(now_.status))};
    if (now_.segment >= 0)
      said.push_back(texts_.say(say("segment {}", plan_.segments[static_cast<size_t>(now_.segment)].label)));
    if (now_.stage >= 0)
      said.push_back(texts_.say(
          say("stage {} for {} days", plan_.life_stages[static_cast<size_t>(now_.stage)].label, now_.days_in_stage)));
    said.push_back(texts_.say(say("here since {}", a_.summary.life_first.iso())));
    said.push_back(texts_.say(say("last heard of {}", a_.summary.last_fact_day.iso())));
    out_.leaf("p", {{"class", "muted"}}, text::join(said, " · "));
    if (!a_.prospect) return;
    for (const Sentence& sentence : report::prospect_sentences(*a_.prospect, report_.calibrations))
      out_.leaf("p", texts_.say(sentence));
  }

  void metrics() {
    out_.open("table").open("thead").open("tr").leaf("th", {{"scope", "col"}}, texts_.word("metric"));
    for (const char* title : {"value", "points", "weight", "gives", "loses"})
      out_.leaf("th", {{"scope", "col"}, {"class", "n"}}, texts_.word(title));
    out_.close().close().open("tbody");
    for (uint32_t d = 0; d < plan_.dimensions.size(); ++d) dimension(d);
    rules();
    out_.close().close();
  }

  void row(const std::string& name, const std::string& value, std::optional<int64_t> points, const std::string& share,
           const std::string& gives, const std::string& loses, const char* row_class) {
    out_.open("tr", {{"class", row_class}}).leaf("th", {{"scope", "row"}}, name).leaf("td", {{"class", "n"}}, value);
    out_.open("td", {{"class", "n"}});
    if (points) {
      add_points_bar(out_, *points);
      out_.leaf("span", {{"class", "pn"}}, fmt::format("{:.0f}", static_cast<double>(*points) / kMicros));
    } else {
      out_.text("–");
    }
    out_.close();
    for (const std::string* text : {&share, &gives, &loses}) out_.leaf("td", {{"class", "n"}}, *text);
    out_.close();
  }

  void dimension(uint32_t d) {
    const explain::Group& g = now_.groups[d];
    const plan::Dimension& dimension = plan_.dimensions[d];
    std::optional<int64_t> points;
    if (now_.dimension[d] >= 0) points = now_.dimension[d];
    row(dimension.label.empty() ? dimension.name : dimension.label, "", points, percent_text(g.share_micros),
        points_text(g.contribution), points_text(g.lost), "dim");
    std::vector<const explain::Part*> members;
    for (const explain::Part& p : now_.parts) {
      if (plan_.metrics[p.metric].dimension == d) members.push_back(&p);
    }
    std::stable_sort(members.begin(), members.end(),
                     [](const explain::Part* a, const explain::Part* b) { return a->lost > b->lost; });
    for (const explain::Part* p : members) metric(*p);
  }

  void metric(const explain::Part& p) {
    if (p.weight_micros == 0 && p.contribution == 0) return;  // left out by its segment or stage
    std::string value = p.value ? explain::value_text(engine_, p.metric, p.value) : texts_.word("no value");
    if (p.from) value = texts_.say(say("{} (kept since {})", value, p.from->iso()));
    std::optional<int64_t> points;
    if (p.points) points = *p.points;
    row(plan_.metrics[p.metric].label, value, points, points ? percent_text(p.share_micros) : texts_.word("left out"),
        points_text(p.contribution), points_text(p.lost), "in");
  }

  void rule(const std::string& name, int32_t hundredths) {
    if (hundredths != 0) row(name, "", {}, "", signed_text(int64_t{hundredths} * 10'000), "", "dim");
  }

  void rules() {
    rule(texts_.word("its children"), now_.hierarchy);
    for (const explain::TriggerLine& t : now_.triggers) {
      const plan::Trigger& trigger = plan_.triggers[t.trigger];
      rule(texts_.say(say("rule: {}", trigger.label.empty() ? trigger.name : trigger.label)), t.line_hundredths);
    }
    rule(texts_.word("held by a cap"), now_.cap);
    rule(texts_.word("silence"), now_.silence);
    rule(texts_.word("override by a person"), now_.override_line);
    if (now_.score >= 0) {
      out_.open("tr", {{"class", "sum"}}).leaf("th", {{"scope", "row"}}, texts_.word("score"));
      for (int i = 0; i < 3; ++i) out_.leaf("td", "");
      out_.leaf("td", {{"class", "n"}}, fmt::format("{:.2f}", now_.score / 100.0)).leaf("td", "").close();
    }
  }

  void changes() {
    const auto change = explain::change_between(a_.summary.before, now_);
    if (!change) return;
    std::vector<std::pair<std::string, int64_t>> lines;
    for (const auto& [m, v] : change->by_metric) lines.emplace_back(plan_.metrics[m].label, v);
    for (const auto& [d, v] : change->by_start)
      lines.emplace_back(texts_.say(say("start of {}", plan_.dimensions[d].label)), v);
    for (const auto& [t, v] : change->by_trigger)
      lines.emplace_back(texts_.say(say("rule: {}", plan_.triggers[t].name)), v);
    lines.emplace_back(texts_.word("its children"), change->hierarchy);
    lines.emplace_back(texts_.word("held by a cap"), change->cap);
    lines.emplace_back(texts_.word("silence"), change->silence);
    lines.emplace_back(texts_.word("override by a person"), change->override_line);
    std::erase_if(lines, [](const auto& line) { return line.second == 0; });
    std::stable_sort(lines.begin(), lines.end(),
                     [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second); });
    out_.open("div").leaf("h3", texts_.say(say("In 30 days: {}", signed_text(change->total))));
    int64_t rest = 0;
    size_t others = 0;
    out_.open("ul");
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string size = signed_text(lines[i].second);
      if (i >= kMostChanges || size == "0.0") {
        rest += lines[i].second;
        ++others;
        continue;
      }
      out_.open("li").text(lines[i].first + " ");
      out_.leaf("span", {{"class", lines[i].second > 0 ? "up" : "down"}}, size).close();
    }
    if (signed_text(rest) != "0.0") out_.leaf("li", texts_.say(say("{} others {}", others, signed_text(rest))));
    out_.close().close();
  }

  void raises() {
    if (!a_.raise || a_.raise->by_metric.empty()) return;
    out_.open("div").leaf("h3", texts_.word("What would raise it")).open("ul");
    size_t shown = 0;
    for (const explain::Potential& p : a_.raise->by_metric) {
      if (!p.target || shown++ >= kMostRaises) continue;
      out_.open("li").text(texts_.say(say("{} {}:", plan_.metrics[p.metric].label, target_text(*p.target))) + " ");
      out_.leaf("span", {{"class", "up"}}, fmt::format("+{:.1f}", p.gain_hundredths / 100.0)).close();
    }
    out_.close();
    if (a_.raise->held)
      out_.leaf("p", {{"class", "muted"}}, texts_.word("A silence or an override stands between these and the score."));
    out_.close();
  }

  [[nodiscard]] std::string target_text(const explain::Target& t) const {
    using Kind = explain::Target::Kind;
    if (t.scale != explain::Target::Scale::value) return explain::text_of(t);
    if (t.kind == Kind::at_least) return texts_.say(say("at least {}", explain::number_text(t.number)));
    if (t.kind == Kind::at_most) return texts_.say(say("at most {}", explain::number_text(t.number)));
    return explain::text_of(t);
  }

  Markup& out_;
  const PortfolioReport& report_;
  const engine::Engine& engine_;
  const plan::Plan& plan_;
  const PortfolioAccount& a_;
  const explain::Explanation& now_;
  const Catalogue& texts_;
};

}  // namespace

void add_why(Markup& out, const PortfolioReport& report, const PortfolioAccount& account, const Catalogue& texts) {
  Why(out, report, account, texts).write();
}

}  // namespace kenko::html
