#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace kenko::report {
namespace {

constexpr std::string_view kNull = "–";

std::string shown(const Cell& cell) {
  if (!cell.text.empty()) return cell.text;
  struct Visitor {
    std::string operator()(std::monostate) const { return std::string(kNull); }
    std::string operator()(const std::string& s) const { return s; }
    std::string operator()(int64_t n) const { return text::grouped(n); }
    std::string operator()(double v) const { return number_text(v); }
    std::string operator()(const Fixed& f) const { return to_text(f); }
    std::string operator()(bool b) const { return b ? "yes" : "no"; }
  };
  return std::visit(Visitor{}, cell.value);
}

// How a table is laid out in text.
struct Layout {
  std::vector<int64_t> width;  // by column
  std::vector<bool> shown;     // stands in the line of its row
  size_t below;                // the column that gets a line of its own below each row; none = the number of columns
};

int64_t total_width(const Layout& layout) {
  int64_t used = 0;
  for (size_t c = 0; c < layout.width.size(); ++c) {
    if (layout.shown[c]) used += layout.width[c] + (used > 0 ? 2 : 0);
  }
  return used;
}

// The columns that may be cut give up one terminal column each, the widest first, until the table fits.  Texts keep 14,
// numbers are never cut, only their titles.
void shrink(const Table& table, const std::vector<std::vector<std::string>>& cells, int64_t too_much, Layout& layout) {
  constexpr int64_t kLeastText = 14, kLeastTitle = 6;
  std::vector<int64_t>& width = layout.width;
  std::vector<int64_t> least(width);
  for (size_t c = 0; c < width.size(); ++c) {
    const Column& column = table.columns[c];
    if (column.max_width == 0 || !layout.shown[c]) continue;
    int64_t w = column.align == Align::left ? kLeastText : kLeastTitle;
    for (const auto& row : cells) {
      if (column.align == Align::right) w = std::max(w, text::display_width(row[c]));
    }
    least[c] = std::min(w, width[c]);
  }
  for (; too_much > 0; --too_much) {
    size_t widest = width.size();
    for (size_t c = 0; c < width.size(); ++c) {
      if (width[c] > least[c] && (widest == width.size() || width[c] > width[widest])) widest = c;
    }
    if (widest == width.size()) return;
    --width[widest];
  }
}

// A sentence (max_width < 0) that does not fit beside the other columns goes below them.
Layout lay_out(const Table& table, const std::vector<std::vector<std::string>>& cells, int total) {
  Layout out{{}, {}, table.columns.size()};
  size_t sentence = table.columns.size();
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const Column& column = table.columns[c];
    const int64_t title = text::display_width(column.title);
    int64_t w = title;
    for (const auto& row : cells) w = std::max(w, text::display_width(row[c]));
    if (column.max_width > 0) w = std::min(w, std::max<int64_t>(column.max_width, title));
    if (column.max_width < 0) sentence = c;
    out.width.push_back(w);
    out.shown.push_back(!column.text_hidden);
  }
  if (sentence < table.columns.size() && total_width(out) > total) {
    out.shown[sentence] = false;
    out.below = sentence;
  }
  if (const int64_t used = total_width(out); used > total) shrink(table, cells, used - total, out);
  return out;
}

std::string padded(const std::string& s, int64_t width, Align align) {
  const std::string cut = text::fit(s, width);
  const std::string blanks(static_cast<size_t>(std::max<int64_t>(0, width - text::display_width(cut))), ' ');
  return align == Align::left ? cut + blanks : blanks + cut;
}

std::string csv_text(const std::string& s) {
  // A spreadsheet runs cells that begin like this.
  const bool formula = !s.empty() && std::string_view("=+-@\t\r").find(s.front()) != std::string_view::npos;
  const std::string safe = formula ? "'" + s : s;
  if (safe.find_first_of(",\"\n\r") == std::string::npos) return safe;
  std::string out = "\"";
  for (const char c : safe) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string csv_value(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(const std::string& s) const { return csv_text(s); }
    std::string operator()(int64_t n) const { return fmt::format("{}", n); }
    std::string operator()(double v) const { return exact_text(v); }
    std::string operator()(const Fixed& f) const { return to_text(Fixed{f.units, f.places, false}); }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
  };
  return std::visit(Visitor{}, value);
}

}  // namespace

std::string to_text(const Fixed& f) {
  int64_t scale = 1;
  for (int i = 0; i < f.places; ++i) scale *= 10;
  const bool negative = f.units < 0;
  const auto magnitude = static_cast<uint64_t>(negative ? -f.units : f.units);
  const auto unsigned_scale = static_cast<uint64_t>(scale);
  const std::string_view sign = negative ? "-" : f.signed_form && f.units > 0 ? "+" : "";
  if (f.places == 0) return fmt::format("{}{}", sign, magnitude);
  return fmt::format("{}{}.{:0{}}", sign, magnitude / unsigned_scale, magnitude % unsigned_scale, f.places);
}

std::string number_text(double value) {
  if (value == 0) return "0";
  const double size = std::fabs(value);
  if (size >= 1e12 || size < 1e-4) return fmt::format("{:.4g}", value);
  const int places = size >= 100 ? 1 : size >= 1 ? 2 : 4;
  std::string out = fmt::format("{:.{}f}", value, places);
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out == "-0" ? "0" : out;
}

std::string exact_text(double value) {
  std::string out = fmt::format("{}", value);
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out;
}

std::string painted(std::string_view text, Tone tone, const Terminal& terminal) {
  if (!terminal.colour || tone == Tone::plain) return std::string(text);
  constexpr std::array<std::string_view, 10> kCodes{"",         "2",        "34",       "33",       "38;5;29",
                                                    "38;5;178", "38;5;208", "38;5;160", "38;5;245", "38;5;98"};
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<size_t>(tone)], text);
}

std::string to_text(const Table& table, const Terminal& terminal) {
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : table.rows) {
    std::vector<std::string> line;
    for (const Cell& cell : row) line.push_back(shown(cell));
    cells.push_back(std::move(line));
  }
  const Layout layout = lay_out(table, cells, terminal.width);
  std::string out;
  // Colour stands around the letters alone, so that a line ends with its last one.
  const auto line = [&](const auto& content, const auto& tone) {
    std::string text, blanks;
    for (size_t c = 0; c < table.columns.size(); ++c) {
      if (!layout.shown[c]) continue;
      const std::string cell = padded(content(c), layout.width[c], table.columns[c].align);
      const size_t begin = std::min(cell.find_first_not_of(' '), cell.size());
      const size_t end = std::min(cell.find_last_not_of(' ') + 1, cell.size());
      if (begin < end) {
        text += blanks + cell.substr(0, begin) + painted(cell.substr(begin, end - begin), tone(c), terminal);
        blanks.clear();
      }
      blanks += cell.substr(begin < end ? end : 0) + "  ";
    }
    out += text + "\n";
  };
  line([&](size_t c) { return table.columns[c].title; }, [](size_t) { return Tone::muted; });
  for (size_t r = 0; r < cells.size(); ++r) {
    line([&](size_t c) { return cells[r][c]; }, [&](size_t c) { return table.rows[r][c].tone; });
    if (layout.below == table.columns.size() || cells[r][layout.below].empty()) continue;
    const std::string sentence = text::wrap("    " + cells[r][layout.below], terminal.width, 0);
    for (const std::string_view part : text::split(sentence, '\n')) {
      const std::string fitting = text::fit(part.substr(std::min<size_t>(part.size(), 4)), terminal.width - 4);
      out += "    " + painted(fitting, Tone::muted, terminal) + "\n";
    }
  }
  return out;
}

std::string csv_header(const Table& table) {
  std::string out;
  for (size_t c = 0; c < table.columns.size(); ++c) out += (c == 0 ? "" : ",") + csv_text(table.columns[c].key);
  return out + "\n";
}

std::string csv_rows(const Table& table) {
  std::string out;
  for (const auto& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) out += (c == 0 ? "" : ",") + csv_value(row[c].value);
    out += '\n';
  }
  return out;
}

std::string to_csv(const Table& table) { return csv_header(table) + csv_rows(table); }

std::string json_value(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(const std::string& s) const {
      return nlohmann::json(s).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    std::string operator()(int64_t n) const { return fmt::format("{}", n); }
    std::string operator()(double v) const { return std::isfinite(v) ? exact_text(v) : "null"; }
    std::string operator()(const Fixed& f) const { return to_text(Fixed{f.units, f.places, false}); }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
  };
  return std::visit(Visitor{}, value);
}

std::string json_rows(const Table& table, bool first) {
  std::string out;
  for (const auto& row : table.rows) {
    out += first ? "\n  {" : ",\n  {";
    first = false;
    for (size_t c = 0; c < table.columns.size(); ++c) {
      out += fmt::format("{}{}: {}", c == 0 ? "" : ", ", json_value(table.columns[c].key), json_value(row[c].value));
    }
    out += "}";
  }
  return out;
}

std::string to_json(const Table& table) {
  return "[" + json_rows(table, true) + (table.rows.empty() ? "]\n" : "\n]\n");
}

}  // namespace kenko::report
