// The drawing of `kenko model curve`: the curve in braille dots over bars of the customers.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/text.h"
#include "cli/model_output.h"

namespace kenko::cli {
namespace {

constexpr int kRows = 16;
constexpr int kLeft = 7;  // "  100 ┤"

std::string utf8(char32_t c) {
  std::string out;
  out += static_cast<char>(0xE0 | (c >> 12));
  out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  out += static_cast<char>(0x80 | (c & 0x3F));
  return out;
}

// A value as the model may write it.
std::string value_words(const app::CurveView& v, double x) {
  return v.percent ? report::number_text(x * 100) + " %" : report::number_text(x);
}

std::string points_words(std::optional<int64_t> points) {
  if (!points) return "no points";
  const std::string n = report::number_text(static_cast<double>(*points) / 1e6);
  return n + (*points == 1'000'000 ? " point" : " points");
}

std::string share_words(int64_t part, int64_t whole) {
  return fmt::format("{:.0f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

// Braille dots, 2 x 4 to a character, over bars of whole characters.
class Canvas {
 public:
  explicit Canvas(int columns)
      : columns_(columns), dots_(static_cast<size_t>(columns) * kRows, 0), bars_(static_cast<size_t>(columns), 0) {}

  void bar(int column, int eighths) { bars_[static_cast<size_t>(column)] = eighths; }

  // x: 0 .. 2 x columns - 1 from the left; y: 0 .. 4 x rows - 1 from below.
  void dot(int x, int y) {
    constexpr std::array<std::array<uint8_t, 4>, 2> kBits{{{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}};
    const int row = kRows - 1 - y / 4;
    dots_[static_cast<size_t>(row * columns_ + x / 2)] |= kBits[static_cast<size_t>(x % 2)][static_cast<size_t>(y % 4)];
  }

  [[nodiscard]] std::string row(int row, const report::Terminal& terminal) const {
    std::string out;
    for (int c = 0; c < columns_; ++c) {
      const uint8_t dots = dots_[static_cast<size_t>(row * columns_ + c)];
      const int height = std::clamp(bars_[static_cast<size_t>(c)] - 8 * (kRows - 1 - row), 0, 8);
      if (dots != 0) {
        out += report::painted(utf8(0x2800U + dots), report::Tone::up, terminal);
      } else if (height == 0) {
        out += ' ';
      } else {
        // The full block is shown as a shade, so that the curve stays the strongest thing in the picture.
        out += report::painted(height == 8 ? "░" : utf8(0x2580U + static_cast<char32_t>(height)), report::Tone::muted,
                               terminal);
      }
    }
    return out;
  }

 private:
  int columns_;
  std::vector<uint8_t> dots_;
  std::vector<int> bars_;
};

void draw_bars(const app::CurveView& v, int columns, Canvas& canvas) {
  if (!v.crowd || v.crowd->bins.empty()) return;
  int64_t most = 1;
  for (const app::CurveBin& b : v.crowd->bins) most = std::max(most, b.accounts);
  for (int c = 0; c < columns; ++c) {
    const auto bin = static_cast<size_t>(c) * v.crowd->bins.size() / static_cast<size_t>(columns);
    const int64_t accounts = v.crowd->bins[bin].accounts;
    const double share = static_cast<double>(accounts) / static_cast<double>(most);
    canvas.bar(c, accounts == 0 ? 0 : std::max(1, static_cast<int>(std::lround(share * 8 * kRows))));
  }
}

void draw_line(const app::CurveView& v, int columns, Canvas& canvas) {
  const int wide = 2 * columns, high = 4 * kRows;
  int before = -1;  // -1: none
  for (int x = 0; x < wide; ++x) {
    const double at = v.lowest + (v.highest - v.lowest) * (x + 0.5) / wide;
    const auto points = app::points_at(v, at);
    if (!points) {
      before = -1;
      continue;
    }
    const double share = (static_cast<double>(*points) / 1e6 - v.least_points) / (v.most_points - v.least_points);
    const int y = std::clamp(static_cast<int>(std::lround(share * (high - 1))), 0, high - 1);
    const int from = before < 0 ? y : std::min(before, y), to = std::max(before, y);
    for (int dot = from; dot <= to; ++dot) canvas.dot(x, dot);  // a step is a wall
    before = y;
  }
}

// Values below the axis, as many as fit: both ends, then the points of the curve.
std::string axis(const app::CurveView& v, int columns) {
  std::string ticks(static_cast<size_t>(columns), ' ');
  std::vector<std::string> line(static_cast<size_t>(columns), "─");
  std::vector<double> wanted{v.lowest, v.highest};
  for (const app::CurvePoint& m : v.marks) wanted.push_back(m.x);
  wanted.push_back((v.lowest + v.highest) / 2);
  for (const double x : wanted) {
    if (x < v.lowest || x > v.highest) continue;
    const double share = (x - v.lowest) / (v.highest - v.lowest);
    const int at = std::min(static_cast<int>(share * columns), columns - 1);
    const std::string label = value_words(v, x);
    const int length = static_cast<int>(label.size());
    const int begin = std::clamp(at - length / 2, 0, std::max(0, columns - length));
    const int first = std::max(0, begin - 1), last = std::min(columns, begin + length + 1);
    const std::string under = ticks.substr(static_cast<size_t>(first), static_cast<size_t>(last - first));
    if (begin + length > columns || under.find_first_not_of(' ') != std::string::npos) continue;
    ticks.replace(static_cast<size_t>(begin), static_cast<size_t>(length), label);
    line[static_cast<size_t>(at)] = "┬";
  }
  ticks.erase(ticks.find_last_not_of(' ') + 1);
  return std::string(kLeft - 1, ' ') + "└" + text::join(line, "") + "\n" + std::string(kLeft, ' ') + ticks + "\n";
}

std::string drawing(const app::CurveView& v, const report::Terminal& terminal) {
  const int columns = std::clamp(terminal.width, 40, 100) - kLeft;
  Canvas canvas(columns);
  draw_bars(v, columns, canvas);
  draw_line(v, columns, canvas);
  std::string out;
  for (int row = 0; row < kRows; ++row) {
    constexpr int kEvery = 3;  // six labels: 0, 20, 40 ...
    std::string label;
    if (row % kEvery == 0) {
      const double share = 1 - static_cast<double>(row) / (kRows - 1);
      label = report::number_text(std::round(v.least_points + share * (v.most_points - v.least_points)));
    }
    std::string line = fmt::format("{:>5} {}{}", label, row % kEvery == 0 ? "┤" : "│", canvas.row(row, terminal));
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out + axis(v, columns);
}

std::string marks_sentence(const app::CurveView& v) {
  std::vector<std::string> parts;
  for (const app::CurvePoint& m : v.marks)
    parts.push_back(fmt::format("{} -> {}", value_words(v, m.x),
                                report::number_text(static_cast<double>(m.points.value_or(0)) / 1e6)));
  if (v.kind == "hill") return "Half way: " + text::join(parts, ", ") + "\n";
  if (v.kind == "each") {
    return fmt::format("One is worth {}, all together at most {}\n", points_words(v.curve.each_micros),
                       points_words(v.curve.at_most_micros));
  }
  return parts.empty() ? "" : "Points: " + text::join(parts, ", ") + "\n";
}

std::string x_words(const app::CurveView& v) {
  if (v.kind == "percentile") return "its place among the accounts";
  if (v.kind == "baseline") return "its distance from the account's own mean, in standard deviations";
  return "the value";
}

std::string crowd_text(const app::CurveView& v) {
  if (!v.crowd) return "There are no facts yet: the curve alone is shown.\n";
  const app::CurveCrowd& c = *v.crowd;
  const int64_t valued = c.accounts - c.without_value;
  std::string out = fmt::format("As of {}: {} customers, {} have a value, {} have none\n", c.as_of.words(),
                                text::grouped(c.accounts), text::grouped(valued), text::grouped(c.without_value));
  if (valued == 0) return out;
  constexpr std::array<const char*, 5> kNames{"least", "25 %", "median", "75 %", "greatest"};
  for (size_t i = 0; i < c.quartiles.size(); ++i) {
    out += fmt::format("  {:<9} {:>12} -> {}\n", kNames[i], value_words(v, c.quartiles[i].x),
                       points_words(c.quartiles[i].points));
  }
  if (!v.words) {
    out += fmt::format("{} get the fewest points there are, {} the most\n", share_words(c.at_least_points, valued),
                       share_words(c.at_most_points, valued));
  }
  if (c.below > 0) out += fmt::format("{} below the picture, in its first bar\n", text::grouped(c.below));
  if (c.above > 0) out += fmt::format("{} above the picture, in its last bar\n", text::grouped(c.above));
  return out;
}

std::string words_drawing(const app::CurveView& v, const report::Terminal& terminal) {
  int64_t most = 1, widest = 5;
  for (const app::CurveWord& w : v.values) {
    most = std::max(most, w.accounts);
    widest = std::max(widest, text::display_width(w.value));
  }
  widest = std::min<int64_t>(widest, 28);
  constexpr int64_t kNumbers = 26;  // points and the count
  const int64_t room = std::max<int64_t>(10, std::min(terminal.width, 100) - widest - kNumbers - 4);
  std::string out;
  for (const app::CurveWord& w : v.values) {
    const std::string points = w.points ? points_words(w.points) : "left out";
    const std::string value = text::fit(w.value, widest);
    const auto blanks = static_cast<size_t>(widest - text::display_width(value));
    out += fmt::format("  {}{} {:>12}", value, std::string(blanks, ' '), points + (w.by_other ? "*" : ""));
    if (v.crowd) {
      const auto length = static_cast<int64_t>(
          std::llround(static_cast<double>(room) * static_cast<double>(w.accounts) / static_cast<double>(most)));
      std::string bar;
      for (int64_t i = 0; i < (w.accounts > 0 ? std::max<int64_t>(length, 1) : 0); ++i) bar += "█";
      out += fmt::format("  {} {}", report::painted(bar, report::Tone::up, terminal), text::grouped(w.accounts));
    }
    out += "\n";
  }
  const bool others = std::any_of(v.values.begin(), v.values.end(), [](const auto& w) { return w.by_other; });
  if (others) out += "  * the curve does not name it: `other` says its points, or it is left out\n";
  return out;
}

}  // namespace

std::string curve_text(const app::CurveView& v, const report::Terminal& terminal) {
  std::string out = fmt::format("{} ({}), model {}{}: {} curve\n", v.label, v.metric, v.model,
                                v.segment.empty() ? "" : ", " + v.segment, v.kind);
  out += text::wrap("  " + v.expression, std::min(terminal.width, 100), 4) + "\n\n";
  if (v.words) return out + words_drawing(v, terminal) + "\n" + crowd_text(v);
  out += fmt::format("points, by {}{}\n", x_words(v), v.crowd ? "; behind it the customers" : "");
  return out + drawing(v, terminal) + "\n" + text::wrap(marks_sentence(v), std::min(terminal.width, 100), 4) +
         crowd_text(v);
}

}  // namespace kenko::cli
