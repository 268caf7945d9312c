#include <fmt/format.h>

#include <algorithm>

#include "report/band_chip.h"
#include "report/views.h"
#include "score/day_parts.h"

namespace kenko::report {
namespace {

Cell score_cell(int32_t hundredths) {
  if (hundredths < 0) return {};
  return {Fixed{hundredths, 2}};
}

Cell points_cell(int32_t micros) {
  if (micros < 0) return {};
  return {Fixed{micros, 6}};
}

Cell band_cell(std::span<const plan::Band> bands, score::State state, int band) {
  const BandChip chip = chip_of(bands, state, band);
  Cell cell{band < 0 ? Value{} : Value{bands[static_cast<size_t>(band)].name}, chip.tone, chip.text};
  return cell;
}

Cell name_cell(const std::vector<plan::Segment>& segments, int chosen) {
  return chosen < 0 ? Cell{} : Cell{segments[static_cast<size_t>(chosen)].name};
}

Cell value_cell(const engine::Engine& engine, uint32_t metric, std::optional<double> value) {
  if (!value) return {};
  switch (engine.plan().nodes[engine.plan().metrics[metric].node].type) {
    case plan::Type::text:
      return {std::string(engine.text(*value))};
    case plan::Type::flag:
      return {*value != 0};
    case plan::Type::number:
      break;
  }
  return {*value};
}

std::vector<Column> score_columns(const plan::Plan& plan, bool with_day, bool with_metrics) {
  std::vector<Column> out{{"account", "account", Align::left, 28, false}};
  if (with_day) out.push_back({"day", "day", Align::left, 0, false});
  out.push_back({"score", "score", Align::right, 0, false});
  out.push_back({"band", "band", Align::left, 0, false});
  out.push_back({"state", "state", Align::left, 0, true});
  out.push_back({"status", "status", Align::left, 0, false});
  out.push_back({"coverage", "coverage", Align::right, 0, false});
  if (!plan.segments.empty()) out.push_back({"segment", "segment", Align::left, 0, false});
  if (!plan.life_stages.empty()) out.push_back({"stage", "stage", Align::left, 0, false});
  out.push_back({"computed", "computed", Align::right, 0, true});
  out.push_back({"rolled_up", "rolled up", Align::right, 0, true});
  out.push_back({"silence", "silence", Align::right, 0, false});
  for (const plan::Dimension& d : plan.dimensions)
    out.push_back({"dimension." + d.name, d.label.empty() ? d.name : d.label, Align::right, 14, false});
  if (!with_metrics) return out;
  for (const plan::Metric& m : plan.metrics) out.push_back({"metric." + m.name, m.label, Align::right, 0, true});
  for (const plan::Metric& m : plan.metrics) {
    if (m.dimension) out.push_back({"points." + m.name, m.label, Align::right, 0, true});
  }
  return out;
}

std::vector<Cell> score_row(const engine::Engine& engine, const score::DayRow& row, bool with_day, bool with_metrics) {
  const plan::Plan& plan = engine.plan();
  const score::LifeScores& s = *row.scores;
  const size_t at = row.at;
  std::vector<Cell> out{{engine.portfolio().accounts[row.account]}};
  if (with_day) out.push_back({row.day.iso()});
  out.push_back(score_cell(s.score[at]));
  out.push_back(band_cell(score::bands_of(plan, s.band_list[at]), s.state[at], s.band[at]));
  out.push_back({std::string(score::word(s.state[at]))});
  out.push_back({std::string(engine::word(s.status[at]))});
  out.push_back({Fixed{s.coverage[at], 6}, Tone::plain, fmt::format("{} %", s.coverage[at] / 10'000)});
  if (!plan.segments.empty()) out.push_back(name_cell(plan.segments, s.segment[at]));
  if (!plan.life_stages.empty()) out.push_back(name_cell(plan.life_stages, s.stage[at]));
  out.push_back(score_cell(s.computed[at]));
  out.push_back(score_cell(s.rolled_up[at]));
  out.push_back(s.rolled_up[at] < 0 ? Cell{} : Cell{Fixed{s.silence[at], 2}});
  for (const auto& dimension : s.dimension) {
    Cell cell = points_cell(dimension[at]);
    if (dimension[at] >= 0) cell.text = fmt::format("{:.1f}", dimension[at] / 1e6);
    out.push_back(std::move(cell));
  }
  if (!with_metrics) return out;
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    const engine::MetricDays& days = row.days->metrics[m];
    out.push_back(value_cell(engine, m, days.valid[at] != 0 ? std::optional(days.value[at]) : std::nullopt));
  }
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    if (plan.metrics[m].dimension)
      out.push_back(points_cell(score::points_on(plan.metrics[m], row.days->metrics[m], row.days->first, at).points));
  }
  return out;
}

Cell change_cell(const explain::Summary& s) {
  if (s.now.score < 0 || s.before.score < 0) return {};
  const int32_t change = s.now.score - s.before.score;
  return {Fixed{change, 2, true},
          change > 0   ? Tone::up
          : change < 0 ? Tone::down
                       : Tone::plain,
          fmt::format("{:+.1f}", change / 100.0)};
}

}  // namespace

std::string render(const Table& table, Format format, const Terminal& terminal) {
  switch (format) {
    case Format::table:
      return to_text(table, terminal);
    case Format::json:
      return to_json(table);
    case Format::csv:
      return to_csv(table);
  }
  return "";
}

Table accounts_table(const engine::Engine& engine, const std::vector<explain::Summary>& summaries,
                     const std::vector<size_t>& order) {
  Table table;
  table.columns = {{"account", "account", Align::left, 18, false}, {"name", "name", Align::left, 18, true},
                   {"score", "score", Align::right, 0, false},     {"band", "band", Align::left, 0, false},
                   {"state", "state", Align::left, 0, true},       {"change_30d", "30 days", Align::right, 0, false},
                   {"trend", "13 weeks", Align::left, 0, false},   {"coverage", "cover", Align::right, 0, false},
                   {"reason", "why", Align::left, -1, false},      {"status", "status", Align::left, 0, true}};
  for (const size_t i : order) {
    const explain::Summary& s = summaries[i];
    const std::string name = explain::attribute_on(engine.portfolio(), s.account, "name", s.now.day).value;
    const std::string& id = engine.portfolio().accounts[s.account];
    table.rows.push_back({{id, Tone::plain, name.empty() ? "" : name},
                          name.empty() ? Cell{} : Cell{name},
                          score_cell(s.now.score),
                          band_cell(engine.plan().bands, s.now.state, s.now.band),
                          {std::string(score::word(s.now.state))},
                          change_cell(s),
                          {sparkline(s.trend)},
                          {Fixed{s.now.coverage, 6}, Tone::plain, fmt::format("{} %", s.now.coverage / 10'000)},
                          {explain::reason_text(s)},
                          {std::string(engine::word(s.now.status))}});
  }
  return table;
}

Table scores_table(const engine::Engine& engine, const std::vector<explain::Summary>& summaries,
                   const std::vector<size_t>& order) {
  Table table;
  table.columns = score_columns(engine.plan(), false, true);
  std::vector<uint32_t> accounts;
  for (const explain::Summary& s : summaries) accounts.push_back(s.account);
  if (accounts.empty()) return table;
  std::vector<std::vector<Cell>> rows;
  const Day day = summaries.front().now.day;
  score::for_each_account(engine, day, 1, accounts, [&](const score::AccountHistory& history) {
    rows.push_back(score_row(engine, score::find_day(history, day), false, true));
  });
  for (const size_t i : order) table.rows.push_back(rows[i]);
  return table;
}

Table history_table(const engine::Engine& engine, bool with_metrics) {
  return {score_columns(engine.plan(), true, with_metrics), {}};
}

void add_history(const engine::Engine& engine, const score::AccountHistory& history, Day from, Day to,
                 bool with_metrics, Table& table) {
  for (const score::LifeScores& life : history.scores) {
    const Day first = std::max(from, life.first);
    const Day last = std::min(to, life.first + static_cast<int32_t>(life.size()) - 1);
    for (Day d = first; d <= last; ++d) {
      const score::DayRow row = score::find_day(history, d);
      if (row.days != nullptr) table.rows.push_back(score_row(engine, row, true, with_metrics));
    }
  }
}

}  // namespace kenko::report
