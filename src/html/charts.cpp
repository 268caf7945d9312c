#include "html/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "html/bands.h"

namespace kenko::html {
namespace {

constexpr int32_t kMost = 10'000;  // hundredths of a point
constexpr const char* kHidden = "true";

// Two decimals are finer than any screen; without needless zeros.
std::string number(double v) {
  std::string out = fmt::format("{:.2f}", v);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}
std::string percent(double v) { return number(v) + "%"; }

void add_line(Markup& out, std::string_view name, double x1, double y1, double x2, double y2) {
  out.empty("line",
            {{"class", name}, {"x1", percent(x1)}, {"y1", number(y1)}, {"x2", percent(x2)}, {"y2", number(y2)}});
}

void add_ticks(Markup& out, const Axis& axis, double height) {
  for (const double tick : axis.ticks) add_line(out, "grid", axis.at(tick), 0, axis.at(tick), height);
  if (axis.reference) add_line(out, "ref", axis.at(*axis.reference), 0, axis.at(*axis.reference), height);
}

void add_tick_texts(Markup& out, const Axis& axis) {
  out.open("div", {{"class", "iv ax"}}).leaf("span", "").open("svg");
  for (const double tick : axis.ticks) {
    out.leaf("text", {{"x", percent(axis.at(tick))}, {"y", "12"}, {"text-anchor", "middle"}}, axis.text(tick));
  }
  out.close().leaf("span", "").close();
}

template <typename Draw>
void add_rows(Markup& out, const std::vector<IntervalRow>& rows, const Axis& axis, Draw draw) {
  out.open("div", {{"class", "ivs"}, {"aria-hidden", kHidden}});
  for (const IntervalRow& row : rows) {
    out.open("div", {{"class", "iv"}}).leaf("span", {{"class", "l"}}, row.label).open("svg");
    add_ticks(out, axis, 20);
    draw(row);
    out.close().leaf("span", {{"class", "v"}}, row.value ? axis.text(*row.value) : "–").close();
  }
  add_tick_texts(out, axis);
  out.close();
}

void add_key(Markup& out, const std::vector<Series>& series) {
  if (series.empty() || series.front().name.empty()) return;
  out.open("div", {{"class", "key"}});
  for (size_t s = 0; s < series.size(); ++s) {
    out.open("span").open("svg", {{"width", "24"}, {"height", "12"}});
    out.empty("line", {{"class", s == 0 ? "line" : "line alt"}, {"x1", "0"}, {"y1", "6"}, {"x2", "24"}, {"y2", "6"}});
    out.empty("circle", {{"class", s == 0 ? "mark" : "mark alt"}, {"cx", "12"}, {"cy", "6"}, {"r", "4"}});
    out.close().text(series[s].name).close();
  }
  out.close();
}

// Draws within `height` pixels, the y axis from the bottom up.
class Plot {
 public:
  Plot(Markup& out, const Axis& x, const Axis& y, int height_px) : out_(out), x_(x), y_(y), height_(height_px) {}

  void grid(bool diagonal) {
    for (const double tick : y_.ticks) {
      add_line(out_, "grid", 0, down(tick), 100, down(tick));
      out_.leaf("text", {{"x", "-8"}, {"y", number(down(tick) + 4)}, {"text-anchor", "end"}}, y_.text(tick));
    }
    for (const double tick : x_.ticks) {
      out_.leaf("text", {{"x", percent(x_.at(tick))}, {"y", number(height_ + 16.0)}, {"text-anchor", "middle"}},
                x_.text(tick));
    }
    if (y_.reference) add_line(out_, "ref", 0, down(*y_.reference), 100, down(*y_.reference));
    if (diagonal) add_line(out_, "ref", x_.at(x_.from), down(x_.from), x_.at(x_.to), down(x_.to));
  }

  void draw(const Series& series, bool second) {
    const Point* before = nullptr;
    for (const Point& p : series.points) {
      if (p.low && p.high) add_line(out_, "span", x_.at(p.x), down(*p.low), x_.at(p.x), down(*p.high));
      if (series.joined && before != nullptr && before->y && p.y)
        add_line(out_, second ? "line alt" : "line", x_.at(before->x), down(*before->y), x_.at(p.x), down(*p.y));
      before = &p;
    }
    for (const Point& p : series.points) {
      if (p.y) {
        out_.empty("circle", {{"class", second ? "mark alt" : "mark"},
                              {"cx", percent(x_.at(p.x))},
                              {"cy", number(down(*p.y))},
                              {"r", number(p.size)}});
      }
      if (!p.label.empty()) {
        out_.leaf("text", {{"x", percent(x_.at(p.x))}, {"y", number(height_ + 16.0)}, {"text-anchor", "middle"}},
                  p.label);
      }
    }
  }

 private:
  [[nodiscard]] double down(double v) const { return height_ * (100 - y_.at(v)) / 100; }
  Markup& out_;
  const Axis &x_, &y_;
  int height_;
};

int64_t sum_of(const Parts& parts) {
  int64_t sum = 0;
  for (const auto& [tone, n] : parts) sum += n;
  return sum;
}

std::string area_class(report::Tone tone) {
  const std::string_view name = class_of(tone);
  return name.empty() ? "bar none" : fmt::format("f-{} e-{}", name, name);
}

}  // namespace

std::string Axis::text(double value) const {
  const double shown = share ? 100 * value : value;
  std::string number = fmt::format("{:.{}f}", shown, places);
  if (number.find_first_not_of("-0.") == std::string::npos && number.front() == '-') number.erase(0, 1);
  return number + (share ? " %" : "");
}

double Axis::at(double value) const {
  return to > from ? std::clamp(100 * (value - from) / (to - from), 0.0, 100.0) : 50;
}

Axis axis_over(const std::vector<double>& values, bool share, int most) {
  Axis axis;
  axis.share = share;
  if (values.empty()) return axis;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double width = std::max(*high - *low, share ? 0.01 : 1e-6);
  double step = std::pow(10, std::floor(std::log10(width / most)));
  for (const double by : {2.0, 2.5, 2.0}) {  // 1 2 5 10
    if (width / step <= most) break;
    step *= by;
  }
  axis.from = step * std::floor(*low / step + 1e-9);
  axis.to = step * std::ceil(*high / step - 1e-9);
  if (!(axis.to > axis.from)) axis.to = axis.from + step;
  const auto steps = static_cast<int>(std::llround((axis.to - axis.from) / step));
  for (int i = 0; i <= steps; ++i) axis.ticks.push_back(axis.from + i * step);
  const double shown = share ? 100 * step : step;
  axis.places = std::clamp(static_cast<int>(std::ceil(-std::log10(shown) - 1e-9)), 0, 6);
  return axis;
}

void add_intervals(Markup& out, const std::vector<IntervalRow>& rows, const Axis& axis) {
  add_rows(out, rows, axis, [&](const IntervalRow& row) {
    if (row.low && row.high) add_line(out, "span", axis.at(*row.low), 10, axis.at(*row.high), 10);
    if (row.value)
      out.empty("circle", {{"class", "mark"}, {"cx", percent(axis.at(*row.value))}, {"cy", "10"}, {"r", "5"}});
  });
}

void add_bars(Markup& out, const std::vector<IntervalRow>& rows, const Axis& axis) {
  add_rows(out, rows, axis, [&](const IntervalRow& row) {
    if (row.value) {
      const double zero = axis.at(0), end = axis.at(*row.value);
      out.empty("rect", {{"class", "bar"},
                         {"x", percent(std::min(zero, end))},
                         {"y", "4"},
                         {"width", percent(std::fabs(end - zero))},
                         {"height", "12"}});
    }
    if (row.low) add_line(out, "was", axis.at(*row.low), 1, axis.at(*row.low), 19);
  });
}

void add_walk(Markup& out, const std::vector<WalkRow>& rows) {
  std::vector<double> ends{0};
  double so_far = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    so_far = i == 0 || i + 1 == rows.size() ? rows[i].value : so_far + rows[i].value;
    ends.push_back(so_far);
  }
  const Axis axis = axis_over(ends, false);
  out.open("div", {{"class", "ivs"}, {"aria-hidden", kHidden}});
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool whole = i == 0 || i + 1 == rows.size();
    const double from = axis.at(whole ? 0 : ends[i]), to = axis.at(ends[i + 1]);
    out.open("div", {{"class", "iv"}}).leaf("span", {{"class", "l"}}, rows[i].label).open("svg");
    out.empty("rect", {{"class", whole               ? "bar none"
                                 : rows[i].value < 0 ? "bar fall"
                                                     : "bar rise"},
                       {"x", percent(std::min(from, to))},
                       {"y", "4"},
                       {"width", percent(std::fabs(to - from))},
                       {"height", "12"}});
    out.close().leaf("span", {{"class", "v"}}, rows[i].shown).close();
  }
  out.close();
}

void add_points(Markup& out, const std::vector<Series>& series, const Axis& x, const Axis& y, int height_px,
                bool diagonal) {
  out.open("div", {{"aria-hidden", kHidden}});
  add_key(out, series);
  out.open("div", {{"class", "xy"}}).open("svg", {{"height", number(height_px + 24.0)}});
  Plot plot(out, x, y, height_px);
  plot.grid(diagonal);
  for (size_t s = series.size(); s-- > 0;) plot.draw(series[s], s > 0);
  out.close().close().close();
}

void add_stack(Markup& out, const Parts& parts) {
  const auto sum = static_cast<double>(std::max<int64_t>(sum_of(parts), 1));
  out.open("svg", {{"class", "stack"}, {"height", "16"}, {"aria-hidden", kHidden}});
  double x = 0;
  for (const auto& [tone, n] : parts) {
    if (n == 0) continue;
    const double width = 100 * static_cast<double>(n) / sum;
    out.empty("rect", {{"class", area_class(tone)}, {"x", percent(x)}, {"width", percent(width)}, {"height", "16"}});
    x += width;
  }
  out.close();
}

void add_stack_columns(Markup& out, const std::vector<Parts>& columns, const std::vector<std::string>& labels,
                       int height_px) {
  int64_t most = 1;
  for (const Parts& column : columns) most = std::max(most, sum_of(column));
  const Axis y = axis_over({0, static_cast<double>(most)}, false, 4);
  const double room = 100.0 / static_cast<double>(std::max<size_t>(columns.size(), 1));
  out.open("div", {{"class", "xy"}, {"aria-hidden", kHidden}})
      .open("svg", {{"height", number(height_px + 24.0)}, {"class", "stack"}});
  for (const double tick : y.ticks) {
    const double down = height_px * (100 - y.at(tick)) / 100;
    add_line(out, "grid", 0, down, 100, down);
    out.leaf("text", {{"x", "-8"}, {"y", number(down + 4)}, {"text-anchor", "end"}}, y.text(tick));
  }
  for (size_t c = 0; c < columns.size(); ++c) {
    double down = height_px;
    const double left = room * (static_cast<double>(c) + 0.1);
    for (const auto& [tone, n] : columns[c]) {
      const double high = height_px * y.at(static_cast<double>(n)) / 100;
      if (n == 0) continue;
      down -= high;
      out.empty("rect", {{"class", area_class(tone)},
                         {"x", percent(left)},
                         {"y", number(down)},
                         {"width", percent(room * 0.8)},
                         {"height", number(high)}});
    }
    if (!labels[c].empty()) {
      out.leaf("text",
               {{"x", percent(room * (static_cast<double>(c) + 0.5))},
                {"y", number(height_px + 16.0)},
                {"text-anchor", "middle"}},
               labels[c]);
    }
  }
  out.close().close();
}

void add_sparkline(Markup& out, const std::vector<int32_t>& scores, const std::vector<int32_t>& cuts) {
  const auto down = [](int32_t score) { return 23 - 22.0 * score / kMost; };
  const double step = scores.size() > 1 ? 94.0 / static_cast<double>(scores.size() - 1) : 0;
  std::string cut_path, path;
  for (const int32_t cut : cuts) cut_path += fmt::format("M0 {}H96", number(down(cut)));
  bool down_before = false;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] < 0) {
      down_before = false;
      continue;
    }
    path += fmt::format("{}{} {}", down_before ? "L" : "M", number(1 + step * static_cast<double>(i)),
                        number(down(scores[i])));
    if (!down_before) path += "h0";
    down_before = true;
  }
  out.open("svg", {{"class", "spark"}, {"viewBox", "0 0 96 24"}, {"aria-hidden", kHidden}});
  if (!cut_path.empty()) out.empty("path", {{"class", "grid"}, {"d", cut_path}});
  if (!path.empty()) out.empty("path", {{"class", "line"}, {"stroke-linecap", "round"}, {"d", path}});
  if (!scores.empty() && scores.back() >= 0)
    out.empty("circle", {{"class", "mark"}, {"cx", "95"}, {"cy", number(down(scores.back()))}, {"r", "2.5"}});
  out.close();
}

void add_bullet(Markup& out, int32_t score, int32_t before, const std::vector<int32_t>& cuts, report::Tone tone) {
  const auto x = [](int32_t hundredths) { return number(160.0 * hundredths / kMost); };
  out.open("svg", {{"class", "bullet"}, {"viewBox", "0 0 160 8"}, {"aria-hidden", kHidden}});
  out.empty("path", {{"class", "grid"}, {"d", "M0 4H160"}, {"stroke-width", "2"}});
  out.empty("rect", {{"class", area_class(tone)}, {"width", x(score)}, {"height", "8"}});
  std::string path;
  for (const int32_t cut : cuts) path += fmt::format("M{} 0V8", x(cut));
  if (!path.empty()) out.empty("path", {{"stroke", "var(--edge)"}, {"d", path}});
  if (before >= 0)
    out.empty("path", {{"stroke", "var(--text)"}, {"stroke-width", "2"}, {"d", fmt::format("M{} -2V10", x(before))}});
  out.close();
}

void add_points_bar(Markup& out, int64_t points_micros) {
  const double points = std::clamp(static_cast<double>(points_micros) / 1e6, 0.0, 100.0);
  out.open("svg",
           {{"class", "pb"}, {"viewBox", "0 0 100 8"}, {"preserveAspectRatio", "none"}, {"aria-hidden", kHidden}})
      .empty("path", {{"class", "grid"}, {"d", "M0 4H100"}, {"stroke-width", "2"}})
      .empty("rect", {{"class", "bar"}, {"width", number(points)}, {"height", "8"}})
      .close();
}

}  // namespace kenko::html
