#include "html/section_charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "html/charts.h"
#include "html/page.h"

namespace kenko::html {
namespace {

using report::Table;

enum class Kind : uint8_t {
  intervals,  ///< a dot with its interval for each row
  bars,       ///< a bar for each row
  course,     ///< points from left to right, one for each row
  curve,      ///< points over the numbers of the label's column
  against,    ///< happened against stated
  paths,      ///< two lines over the days before
  walk,       ///< from an amount by changes to another
};

struct Chart {
  std::string_view section;  ///< its key; *END: every key with that end
  Kind kind;
  std::string_view label, value;  ///< keys of columns; intervals are VALUE_low and VALUE_high
  bool share;
  std::optional<double> reference;
  std::string_view meaning;      ///< what the marks are, in words
  std::string_view second = {};  ///< course: a second line; else a column that stands before the label
};

constexpr std::string_view kDots = mark_text("Dot: what was seen; line: its 95 % interval; dashed: chance.");
constexpr std::string_view kRates = mark_text("Dot: what was seen; line: its 95 % interval.");

constexpr std::string_view kBoth = mark_text("One point for each as-of day; dashed: chance.");

// A section has the first chart whose key and columns it has.  A label without a key: the first column.
constexpr std::array kCharts{
    Chart{"bands", Kind::intervals, "band", "rate", true, {}, kRates},
    Chart{"cutoffs",
          Kind::intervals,
          "cutoff",
          "precision",
          true,
          {},
          mark_text("Of the calls to act on scores below the cut-off, so many were right; line: 95 % interval.")},
    Chart{"days", Kind::course, "as_of", "auc", false, 0.5, kDots},
    Chart{"days", Kind::course, "as_of", "before", false, 0.5, kBoth, "after"},
    Chart{"segments", Kind::intervals, "segment", "auc", false, 0.5, kDots},
    Chart{"paths",
          Kind::paths,
          "days_before",
          "leavers_mean",
          false,
          {},
          mark_text("Mean score before the decision, of those who left and of accounts like them.")},
    Chart{"metrics", Kind::intervals, "metric", "auc", false, 0.5, kDots},
    Chart{"metrics",
          Kind::bars,
          "metric",
          "share_after",
          true,
          {},
          mark_text("Bar: share of the score after the fit; tick: before.")},
    Chart{"live", Kind::intervals, "period", "auc_within", false, 0.5, kDots},
    Chart{"looks", Kind::intervals, "subject", "effect", false, 0.0,
          mark_text("How far each look moved, in standard deviations; line: its interval; dashed: not at all."),
          "kind"},
    Chart{"walk", Kind::walk, "label", "arr", false, {}, ""},
    Chart{"by_band", Kind::intervals, "", "grr", true, {}, mark_text("Gross revenue retention; line: 95 % interval.")},
    Chart{
        "by_segment", Kind::intervals, "", "grr", true, {}, mark_text("Gross revenue retention; line: 95 % interval.")},
    Chart{"*_by_score",
          Kind::curve,
          "score",
          "probability",
          true,
          {},
          mark_text("The probability that a score stands for; line: 95 % interval.")},
    Chart{"reliability",
          Kind::against,
          "stated",
          "rate",
          true,
          {},
          mark_text("Dashed: stated and happened agree; the size of a dot grows with its cases; line: 95 % interval.")},
    Chart{"*_reliability",
          Kind::against,
          "stated",
          "rate",
          true,
          {},
          mark_text("Dashed: stated and happened agree; the size of a dot grows with its cases; line: 95 % interval.")},
};

constexpr std::string_view kShareBefore = "share_before";
constexpr size_t kMostRows = 40;   // more make a chart that nobody reads:
constexpr size_t kFirstRows = 20;  // of these the first ones are drawn

int find(const Table& table, std::string_view key) {
  for (size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].key == key) return static_cast<int>(c);
  }
  return -1;
}

std::optional<double> number_in(const std::vector<report::Cell>& row, int column) {
  if (column < 0) return std::nullopt;
  const report::Value& v = row[static_cast<size_t>(column)].value;
  if (const auto* real = std::get_if<double>(&v)) return *real;
  if (const auto* whole = std::get_if<int64_t>(&v)) return static_cast<double>(*whole);
  if (const auto* fixed = std::get_if<report::Fixed>(&v))
    return static_cast<double>(fixed->units) / std::pow(10.0, fixed->places);
  return std::nullopt;
}

struct Columns {
  int label, value, low, high;
};

class Drawer {
 public:
  Drawer(Markup& out, const Chart& chart, const Table& table, const Columns& columns, const Catalogue& texts)
      : out_(out), chart_(chart), table_(table), at_(columns), texts_(texts) {}

  void draw() {
    if (table_.rows.size() < 2 || values().size() < 2) return;
    out_.open("figure", {{"class", chart_.kind == Kind::against ? "square" : ""}}).open("figcaption");
    if (!chart_.meaning.empty()) out_.text(texts_.word(chart_.meaning));
    if (chart_.kind != Kind::paths) out_.text(" " + in_words());
    if (table_.rows.size() > kMostRows)
      out_.text(" " + texts_.say(say("The first {} of {} rows.", kFirstRows, table_.rows.size())));
    out_.close();
    switch (chart_.kind) {
      case Kind::intervals:
        add_intervals(out_, rows(), axis());
        break;
      case Kind::bars:
        add_bars(out_, rows(), axis());
        break;
      case Kind::course:
        course();
        break;
      case Kind::curve:
        curve();
        break;
      case Kind::against:
        against();
        break;
      case Kind::paths:
        paths();
        break;
      case Kind::walk:
        walk();
        break;
    }
    out_.close();
  }

 private:
  [[nodiscard]] std::string label(const std::vector<report::Cell>& row) const {
    const report::Cell& own = row[static_cast<size_t>(at_.label)];
    const int before = chart_.kind == Kind::course || chart_.second.empty() ? -1 : find(table_, chart_.second);
    if (before < 0) return cell_text(own, texts_);
    const std::string first = cell_text(row[static_cast<size_t>(before)], texts_);
    const bool none = std::holds_alternative<std::monostate>(own.value) && own.text.empty();
    return none ? first : texts_.say(say("{}: {}", first, cell_text(own, texts_)));
  }
  [[nodiscard]] std::vector<IntervalRow> rows(bool all = false) const {
    const int before = chart_.kind == Kind::bars ? find(table_, kShareBefore) : at_.low;
    std::vector<IntervalRow> out;
    for (const auto& row : table_.rows) {
      if (!all && table_.rows.size() > kMostRows && out.size() == kFirstRows) break;
      out.push_back({label(row), number_in(row, at_.value), number_in(row, before), number_in(row, at_.high)});
    }
    return out;
  }
  [[nodiscard]] std::vector<double> values() const {
    std::vector<double> out;
    for (const IntervalRow& row : rows()) {
      if (row.value) out.push_back(*row.value);
    }
    return out;
  }
  // also: a further column whose values it holds; -1 = none.
  [[nodiscard]] Axis axis(int also = -1) const {
    std::vector<double> all;
    for (const auto& row : table_.rows) {
      if (const auto v = number_in(row, also)) all.push_back(*v);
    }
    if (chart_.share || chart_.kind == Kind::bars) all.push_back(0);
    for (const IntervalRow& row : rows()) {
      for (const auto& v : {row.value, row.low, row.high}) {
        if (v) all.push_back(*v);
      }
    }
    if (chart_.reference) all.push_back(*chart_.reference);
    Axis axis = axis_over(all, chart_.share);
    if (!chart_.share) axis.places = std::max(axis.places, 2);
    if (chart_.share) axis.places = std::max(axis.places, axis.to < 0.2 ? 1 : 0);
    axis.reference = chart_.reference;
    return axis;
  }

  // The sentence that says the same: the ends.
  [[nodiscard]] std::string in_words() const {
    const std::vector<IntervalRow> all = rows(true);
    const IntervalRow *low = nullptr, *high = nullptr;
    for (const IntervalRow& row : all) {
      if (!row.value) continue;
      if (low == nullptr || *row.value < *low->value) low = &row;
      if (high == nullptr || *row.value > *high->value) high = &row;
    }
    if (chart_.kind == Kind::walk) {
      const auto value = [&](const auto& row) { return cell_text(row[static_cast<size_t>(at_.value)], texts_); };
      return texts_.say(say("From what there was, by what came and what went (hollow), to what there is: {} → {}.",
                            value(table_.rows.front()), value(table_.rows.back())));
    }
    if (chart_.kind == Kind::course && !chart_.second.empty()) return both_in_words();
    const Axis a = axis();
    if (chart_.kind == Kind::against)
      return texts_.say(say("Where {} was stated, {} happened.", high->label, a.text(*high->value)));
    return texts_.say(
        say("Highest: {} ({}); lowest: {} ({}).", high->label, a.text(*high->value), low->label, a.text(*low->value)));
  }

  // Of a chart with two lines: from where to where each goes, and how often one is above.
  [[nodiscard]] std::string both_in_words() const {
    const int second = find(table_, chart_.second);
    std::vector<double> first_values, second_values;
    int64_t above = 0, days = 0;
    for (const auto& row : table_.rows) {
      const auto one = number_in(row, at_.value), two = number_in(row, second);
      if (one) first_values.push_back(*one);
      if (two) second_values.push_back(*two);
      days += one && two ? 1 : 0;
      above += one && two && *two > *one ? 1 : 0;
    }
    const Axis a = axis(second);
    const auto name = [&](int c) { return texts_.word(table_.columns[static_cast<size_t>(c)].title); };
    const auto least = [&](const std::vector<double>& v) {
      return v.empty() ? "–" : a.text(*std::min_element(v.begin(), v.end()));
    };
    const auto most = [&](const std::vector<double>& v) {
      return v.empty() ? "–" : a.text(*std::max_element(v.begin(), v.end()));
    };
    return texts_.say(say("{}: {} to {}; {}: {} to {}, higher on {} of {} days.", name(at_.value), least(first_values),
                          most(first_values), name(second), least(second_values), most(second_values), above, days));
  }

  void course() {
    const std::vector<IntervalRow> all = rows();
    const int second = chart_.second.empty() ? -1 : find(table_, chart_.second);
    std::vector<Series> series(second < 0 ? 1 : 2);
    if (second >= 0) {
      series[0].name = texts_.word(table_.columns[static_cast<size_t>(second)].title);
      series[1].name = texts_.word(table_.columns[static_cast<size_t>(at_.value)].title);
    }
    const size_t every = (all.size() + 4) / 5;
    for (size_t i = 0; i < all.size(); ++i) {
      const auto x = static_cast<double>(i);
      const std::string label = i % every == 0 ? all[i].label : std::string();
      if (second >= 0) series[0].points.push_back({x, number_in(table_.rows[i], second), {}, {}, 4, label});
      series.back().points.push_back({x, all[i].value, all[i].low, all[i].high, 4, second < 0 ? label : ""});
    }
    Axis x;
    x.from = -0.5;
    x.to = static_cast<double>(all.size()) - 0.5;
    add_points(out_, series, x, axis(second), 160);
  }

  void curve() {
    Series series;
    std::vector<double> places;
    for (const auto& row : table_.rows) {
      const auto x = number_in(row, at_.label);
      if (!x) continue;
      places.push_back(*x);
      series.points.push_back(
          {*x, number_in(row, at_.value), number_in(row, at_.low), number_in(row, at_.high), 4, ""});
    }
    if (places.empty()) return;
    add_points(out_, {series}, axis_over(places, false), axis(), 180);
  }

  void against() {
    const int cases = find(table_, "cases");
    double most = 1;
    std::vector<double> all{0};
    for (const auto& row : table_.rows) {
      most = std::max(most, number_in(row, cases).value_or(1));
      for (const int c : {at_.label, at_.value, at_.high}) {
        if (const auto v = number_in(row, c)) all.push_back(*v);
      }
    }
    Series series;
    series.joined = false;
    for (const auto& row : table_.rows) {
      const auto stated = number_in(row, at_.label);
      if (!stated) continue;
      series.points.push_back({*stated, number_in(row, at_.value), number_in(row, at_.low), number_in(row, at_.high),
                               2 + 4 * std::sqrt(number_in(row, cases).value_or(1) / most), ""});
    }
    const Axis both = axis_over(all, true);
    add_points(out_, {series}, both, both, 320, true);
  }

  void walk() {
    std::vector<WalkRow> out;
    for (const auto& row : table_.rows) {
      const double value = number_in(row, at_.value).value_or(0);
      const bool whole = out.empty() || out.size() + 1 == table_.rows.size();
      const std::string shown = cell_text(row[static_cast<size_t>(at_.value)], texts_);
      out.push_back({label(row), value, !whole && value > 0 ? "+" + shown : shown});
    }
    add_walk(out_, out);
  }

  void paths() {
    const int other = find(table_, "stayers_mean");
    Series left{texts_.word("left"), {}, true}, stayed{texts_.word("like them"), {}, true};
    std::vector<double> days, scores;
    for (const auto& row : table_.rows) {
      const auto before = number_in(row, at_.label);
      if (!before) continue;
      days.push_back(-*before);
      left.points.push_back({-*before, number_in(row, at_.value), {}, {}, 4, label(row)});
      stayed.points.push_back({-*before, number_in(row, other), {}, {}, 4, ""});
      for (const int c : {at_.value, other}) {
        if (const auto v = number_in(row, c)) scores.push_back(*v);
      }
    }
    Axis x;
    x.from = *std::min_element(days.begin(), days.end()) - 10;
    x.to = *std::max_element(days.begin(), days.end()) + 10;
    scores.push_back(0);
    scores.push_back(100);
    add_points(out_, {left, stayed}, x, axis_over(scores, false), 180);
  }

  Markup& out_;
  const Chart& chart_;
  const Table& table_;
  const Columns at_;
  const Catalogue& texts_;
};

}  // namespace

void add_chart_of(Markup& out, const report::Section& section, const Catalogue& texts) {
  for (const Chart& chart : kCharts) {
    const bool end = chart.section.starts_with('*');
    if (end ? !section.key.ends_with(chart.section.substr(1)) : chart.section != section.key) continue;
    const std::string value(chart.value);
    const Columns at{chart.label.empty() ? 0 : find(section.table, chart.label), find(section.table, value),
                     find(section.table, value + "_low"), find(section.table, value + "_high")};
    if (at.label < 0 || at.value < 0) continue;
    if (!chart.second.empty() && find(section.table, chart.second) < 0) continue;
    Drawer(out, chart, section.table, at, texts).draw();
    return;
  }
}

}  // namespace kenko::html
