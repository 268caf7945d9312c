#include "app/starter_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/engine.h"
#include "language/expression.h"
#include "model/load.h"
#include "plan/lower.h"
#include "report/table.h"
#include "score/history.h"

namespace kenko::app {
namespace {

// What the events of one name look like.
struct Name {
  std::string event;
  int64_t count = 0;
  bool values = false;
  bool users = false;
};

// More of these is no good sign: outcomes, complaints, and what went wrong.  A first model leaves them to their owner.
bool is_no_activity(std::string_view name) {
  if (name.starts_with("account.") || name.starts_with("ticket.") || name == "notice.given") return true;
  for (const std::string_view word :
       {"complain", "return", "refund", "fail", "cancel", "missed", "churn", "reminder"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// The usable names, most events first, at most three.
std::vector<Name> usable_names(const facts::Portfolio& p) {
  std::vector<int64_t> count(p.texts.size() + 1, 0);
  std::vector<uint8_t> values(count.size(), 0), users(count.size(), 0);
  for (const facts::RowRange& rows : p.events_of) {
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      const uint32_t name = p.events.name[row];
      ++count[name];
      if ((p.events.flags[row] & facts::ResolvedEvents::kHasValue) != 0) values[name] = 1;
      if (p.events.user[row] != 0) users[name] = 1;
    }
  }
  std::vector<Name> out;
  for (uint32_t code = 1; code < count.size(); ++code) {
    const std::string name(count[code] > 0 ? p.texts.text(code) : std::string_view{});
    const auto& ours = p.settings.ours;
    if (name.empty() || is_no_activity(name) || std::find(ours.begin(), ours.end(), name) != ours.end()) continue;
    out.push_back({name, count[code], values[code] != 0, users[code] != 0});
  }
  std::sort(out.begin(), out.end(),
            [](const Name& a, const Name& b) { return a.count != b.count ? a.count > b.count : a.event < b.event; });
  constexpr size_t kMost = 3;
  if (out.size() > kMost) out.resize(kMost);
  return out;
}

// A metric of the starter model; its curve is filled in once the customers' values are known.
struct Draft {
  std::string name, label, why, value;
  int weight = 1;
  std::string curve = "{0: 0, 1: 100}";
  bool from_data = true;
};

std::vector<Draft> drafts_of(const std::vector<Name>& names) {
  std::vector<Draft> out;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string e = language::quoted_name(names[i].event);
    const std::string& shown = names[i].event;
    // Short labels: the list of accounts has room for a few words of reason, the window is in the expression below.
    const std::string n = i == 0 ? "" : fmt::format("_{}", i + 1);
    out.push_back({"recency" + n, "Days since " + shown, "who has stopped is leaving", fmt::format("days_since({})", e),
                   3, "{0: 100, 7: 90, 30: 60, 91: 20, 182: 0}", false});
    out.push_back({"frequency" + n, fmt::format("Days with {}", shown), "a habit is hard to leave",
                   fmt::format("active_days({}[91d])", e), 2});
    if (names[i].users)
      out.push_back({"people" + n, fmt::format("People with {}", shown), "more people, harder to leave",
                     fmt::format("distinct({}[91d], user)", e), 2});
    if (names[i].values)
      out.push_back({"amount" + n, fmt::format("Sum of {}", shown), "what it is worth",
                     fmt::format("sum({}[91d], value)", e), 1});
  }
  return out;
}

// A double-quoted YAML scalar.
std::string quoted(const std::string& s) {
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string model_text(const std::string& name, const std::vector<Draft>& metrics) {
  std::string out = fmt::format(
      "# A first health model, made from your own facts: how long ago, how often, how many, how much.\n"
      "# Curves give points from 0 to 100 and are cut at your customers' quantiles, so half of them score above and "
      "half\n"
      "# below the middle. Change the numbers to what you know to be healthy, then run `kenko score` again.\n"
      "kenko: 1\nmodel: {}\npurpose: a first look at who is drifting away\nmin_coverage: 50%\n\ndimensions:\n"
      "  activity: {{weight: 100, label: Activity}}\n\nmetrics:\n",
      name);
  for (const Draft& d : metrics) {
    out += fmt::format(
        "  {}:\n    label: {}\n    why: {}\n    dimension: activity\n    weight: {}\n    value: {}\n    "
        "min_observed: 14d\n    curve: {}\n\n",
        d.name, quoted(d.label), d.why, d.weight, quoted(d.value), d.curve);
  }
  return out + "bands:\n  red:    {from: 0}\n  orange: {from: 40}\n  yellow: {from: 60}\n  green:  {from: 80}\n";
}

// Points at the quantiles of the values: 10 % -> 20, 25 % -> 40, 50 % -> 60, 75 % -> 80, 90 % -> 95.  Equal quantiles
// give the points of the greatest.
std::string curve_of(std::vector<double> values) {
  std::erase_if(values, [](double v) { return v <= 0; });
  std::sort(values.begin(), values.end());
  if (values.empty()) return "{0: 0, 1: 100}";
  constexpr std::array<std::pair<size_t, int>, 5> kCuts{{{10, 20}, {25, 40}, {50, 60}, {75, 80}, {90, 95}}};
  std::vector<std::pair<int64_t, int>> points{{0, 0}};  // in millionths
  for (const auto& [percent, worth] : kCuts) {
    const double v = values[((values.size() - 1) * percent + 50) / 100];
    const auto micros = static_cast<int64_t>(v >= 100 ? std::floor(v) * 1e6 : v * 1e6);
    if (micros == points.back().first) points.back().second = worth;
    if (micros > points.back().first) points.emplace_back(micros, worth);
  }
  std::string out;
  for (const auto& [x, worth] : points)
    out += fmt::format("{}{}: {}", out.empty() ? "{" : ", ", Decimal{x}.text(), worth);
  return out + "}";
}

}  // namespace

Result<std::optional<std::string>> starter_model(const facts::Portfolio& portfolio, const std::string& name,
                                                 Day as_of) {
  std::vector<Draft> drafts = drafts_of(usable_names(portfolio));
  if (drafts.empty()) return std::optional<std::string>();
  KENKO_TRY(const model::Model draft, model::load(model_text(name, drafts), name + ".yaml", portfolio.settings));
  KENKO_TRY(const plan::Plan plan, plan::lower(draft, portfolio.settings));
  const engine::Engine engine(plan, portfolio);
  std::vector<std::vector<double>> values(plan.metrics.size());
  score::for_each_account(engine, as_of, 1, {}, [&](const score::AccountHistory& history) {
    const score::DayRow row = score::find_day(history, as_of);
    for (size_t m = 0; row.days != nullptr && m < values.size(); ++m) {
      if (row.days->metrics[m].valid[row.at] != 0) values[m].push_back(row.days->metrics[m].value[row.at]);
    }
  });
  for (Draft& d : drafts) {
    for (size_t m = 0; m < plan.metrics.size(); ++m) {
      if (plan.metrics[m].name == d.name && d.from_data) d.curve = curve_of(values[m]);
    }
  }
  return std::optional(model_text(name, drafts));
}

}  // namespace kenko::app
