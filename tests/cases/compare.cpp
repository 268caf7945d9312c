#include "cases/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/decimal.h"
#include "base/text.h"

namespace kenko::cases {
namespace {

constexpr int64_t kMicrosPerHundredth = 10'000;
constexpr size_t kPlacesOfAnEndlessNumber = 9;

using reference::DayResult;
using reference::MetricCell;

// What stands before and after the dot of `points.logins`.
std::pair<std::string, std::string> parts_of(const std::string& column) {
  const size_t dot = column.find('.');
  if (dot == std::string::npos) return {"", column};
  return {column.substr(0, dot), column.substr(dot + 1)};
}

std::string micros_text(const std::optional<int64_t>& micros) { return micros ? Decimal{*micros}.text() : "-"; }

std::string hundredths_text(const std::optional<int32_t>& hundredths) {
  return hundredths ? Decimal{*hundredths * kMicrosPerHundredth}.text() : "-";
}

std::string value_text(const reference::Value& v) {
  if (const double* number = std::get_if<double>(&v)) return fmt::format("{}", *number);
  if (const bool* flag = std::get_if<bool>(&v)) return *flag ? "true" : "false";
  if (const std::string* text = std::get_if<std::string>(&v)) return *text;
  return "-";
}

// A number is what it is; one that is written with nine or more decimals, and a decay, is what it is to that place.
bool same_number(const std::string& expected, double got, bool decays) {
  const ParsedDecimal six = parse_decimal(expected);
  if (six.fault == ParsedDecimal::Fault::not_a_number) return false;
  const double wanted = std::strtod(expected.c_str(), nullptr);
  const size_t dot = expected.find('.');
  const size_t places = dot == std::string::npos ? 0 : expected.size() - dot - 1;
  if (places >= kPlacesOfAnEndlessNumber)
    return std::abs(got - wanted) <= 0.5 * std::pow(10, -static_cast<double>(places));
  return got == wanted || (decays && std::abs(got - wanted) <= 1e-9);
}

bool same_value(const Case& c, const std::string& metric, const std::string& expected, const reference::Value& got) {
  const double* number = std::get_if<double>(&got);
  if (number == nullptr) return value_text(got) == expected;
  bool decays = false;
  for (const model::Metric& m : c.model.metrics) {
    if (m.name == metric) decays = m.expression.find("half_life") != std::string::npos;
  }
  return same_number(expected, *number, decays);
}

bool is_metric(const Case& c, const std::string& name) {
  for (const model::Metric& m : c.model.metrics) {
    if (m.name == name) return true;
  }
  return false;
}

// What generated SQL never has: explanations, rules, and what it is given.
bool is_left_to_others(const std::string& column) {
  const std::string kind = parts_of(column).first;
  for (const char* known : {"contribution", "lost", "trigger", "start", "stale", "among"}) {
    if (kind == known) return true;
  }
  for (const char* known : {"status", "computed", "days_in_stage", "hierarchy", "cap", "capped_by", "override"}) {
    if (column == known) return true;
  }
  return false;
}

bool is_asked(const Executor& executor, const std::string& column) {
  return column != "account" && column != "day" && (executor.explains() || !is_left_to_others(column));
}

// The text of a column that is no metric.
std::string fixed_text(const DayResult& day, const std::string& column) {
  const auto [kind, name] = parts_of(column);
  const bool scored = day.state == "scored";
  if (column == "status") return day.alive ? day.status : "none";
  if (column == "state") return day.state;
  if (column == "score") return hundredths_text(day.score);
  if (column == "rolled_up") return hundredths_text(day.rolled_up);
  if (column == "computed") return hundredths_text(day.computed);
  if (column == "segment") return day.segment.empty() ? "-" : day.segment;
  if (column == "stage") return day.stage.empty() ? "-" : day.stage;
  if (column == "days_in_stage") return day.stage.empty() ? "-" : fmt::format("{}", day.days_in_stage);
  if (column == "silence") return scored ? hundredths_text(day.silence) : "-";
  if (column == "hierarchy") return scored ? hundredths_text(day.hierarchy) : "-";
  if (column == "cap") return scored ? hundredths_text(day.cap) : "-";
  if (column == "capped_by") return day.capped_by.empty() ? "-" : day.capped_by;
  if (column == "override") return scored ? hundredths_text(day.override_) : "-";
  if (column == "band") return day.band.empty() ? "-" : day.band;
  if (column == "coverage") return day.alive ? Decimal{day.coverage_micros * 100}.text() + "%" : "-";
  if (!day.alive) return "-";
  if (kind == "dimension") return micros_text(day.dimensions.at(name));
  if (kind == "trigger") {  // its line; - = not active, or without points
    const auto line = day.triggers.find(name);
    return line == day.triggers.end() ? "-" : hundredths_text(static_cast<int32_t>(line->second));
  }
  if (kind == "among") {
    const auto at_risk = day.among.find(name);
    return at_risk == day.among.end() ? "-" : at_risk->second ? "true" : "false";
  }
  if (kind == "start") {
    const auto line = day.starts.find(name);
    return line == day.starts.end() ? "-" : micros_text(line->second);
  }
  const MetricCell& cell = day.metrics.at(name);
  if (kind == "points") return micros_text(cell.points);
  if (kind == "evidence") return cell.evidence ? "true" : "false";
  if (kind == "stale") return cell.stale ? "true" : "false";
  if (!scored) return "-";
  return micros_text(kind == "lost" ? cell.lost : cell.contribution);
}

bool is_fixed(const Case& c, const std::string& column) {
  for (const char* known :
       {"account", "day", "status", "state", "score", "rolled_up", "silence", "band", "coverage", "computed", "segment",
        "stage", "days_in_stage", "hierarchy", "cap", "capped_by", "override"}) {
    if (column == known) return true;
  }
  const auto [kind, name] = parts_of(column);
  if (kind == "dimension" || kind == "start") return c.model.find_dimension(name) != nullptr;
  if (kind == "trigger") {
    return std::any_of(c.model.triggers.begin(), c.model.triggers.end(), [&](const auto& t) { return t.name == name; });
  }
  if (kind == "among") {
    return std::any_of(c.model.outcomes.begin(), c.model.outcomes.end(), [&](const auto& o) { return o.name == name; });
  }
  return (kind == "points" || kind == "evidence" || kind == "stale" || kind == "contribution" || kind == "lost") &&
         is_metric(c, name);
}

// "60.00%" and "60%" are the same.
std::string canonical(const std::string& text) {
  const bool percent = text.ends_with('%');
  const ParsedDecimal d = parse_decimal(percent ? text.substr(0, text.size() - 1) : text);
  if (d.fault != ParsedDecimal::Fault::none) return text;
  return d.value.text() + (percent ? "%" : "");
}

}  // namespace

Result<std::vector<Wanted>> wanted_rows(const Case& c) {
  for (const std::string& column : c.expect.columns) {
    if (!is_fixed(c, column) && !is_metric(c, column)) return wrong(fmt::format("`expect` has a column `{}`", column));
  }
  std::vector<Wanted> out;
  for (const TableRow& row : c.expect.rows) {
    Wanted w{c.expect.cell(row, "account").value_or("a1"), c.days.front()};
    if (c.expect.column("day")) {
      const auto day = Day::parse(c.expect.cell(row, "day").value_or(""));
      if (!day || std::find(c.days.begin(), c.days.end(), *day) == c.days.end()) {
        return wrong(
            fmt::format("`expect` has the day `{}`, which is not in `as_of`", c.expect.cell(row, "day").value_or("-")));
      }
      w.day = *day;
    }
    out.push_back(w);
  }
  return out;
}

std::vector<std::string> not_computed(const Case& c, const Executor& executor) {
  std::vector<std::string> out;
  for (const std::string& column : c.expect.columns) {
    if (is_asked(executor, column) && !executor.computes(column)) out.push_back(column);
  }
  return out;
}

std::vector<std::string> differences(const Case& c, const Executor& executor, const Results& results) {
  std::vector<std::string> out;
  const auto wanted = wanted_rows(c).value();
  for (size_t r = 0; r < wanted.size(); ++r) {
    const DayResult& day = results.at(wanted[r]);
    for (size_t i = 0; i < c.expect.columns.size(); ++i) {
      const std::string& column = c.expect.columns[i];
      if (!is_asked(executor, column) || !executor.computes(column)) continue;
      const std::string expected = c.expect.rows[r].cells[i].value_or("-");
      std::string got;
      bool same = false;
      if (is_fixed(c, column)) {
        got = fixed_text(day, column);
        same = got == canonical(expected);
      } else {
        const reference::Value value = day.alive ? day.metrics.at(column).value : reference::Value();
        got = value_text(value);
        same = same_value(c, column, expected, value);
      }
      if (same) continue;
      out.push_back(
          fmt::format("{} {} {}: expected {}, got {}", wanted[r].account, wanted[r].day.iso(), column, expected, got));
    }
  }
  return out;
}

}  // namespace kenko::cases
