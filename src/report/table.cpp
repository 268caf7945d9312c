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

// The columns that may be cut give up one terminal column each, the widest first, until the table fits: titles of
// numbers before texts, which keep 12.  Numbers are never cut.
void shrink(const Table& table, const std::vector<std::vector<std::string>>& cells, int64_t too_much,
            std::vector<int64_t>& width) {
  constexpr int64_t kLeastText = 12, kLeastTitle = 6;
  std::vector<int64_t> least(width);
  for (size_t c = 0; c < width.size(); ++c) {
    const Column& column = table.columns[c];
    if (column.max_width == 0 || column.text_hidden) continue;
    int64_t w = column.align == Align::left ? kLeastText : kLeastTitle;
    if (column.align == Align::right)
      for (const auto& row : cells) w = std::max(w, text::display_width(row[c]));
    least[c] = std::min(w, width[c]);
  }
  for (const Align align : {Align::right, Align::left}) {
    for (; too_much > 0; --too_much) {
      size_t widest = width.size();
      for (size_t c = 0; c < width.size(); ++c) {
        if (table.columns[c].align != align || width[c] <= least[c]) continue;
        if (widest == width.size() || width[c] > width[widest]) widest = c;
      }
      if (widest == width.size()) break;
      --width[widest];
    }
  }
}

std::vector<int64_t> widths(const Table& table, const std::vector<std::vector<std::string>>& cells, int total) {
  std::vector<int64_t> out;
  int64_t used = 0;
  size_t rest = table.columns.size();
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const Column& column = table.columns[c];
    int64_t w = text::display_width(column.title);
    for (const auto& row : cells) w = std::max(w, text::display_width(row[c]));
    if (column.max_width > 0)
      w = std::min<int64_t>(w, std::max<int64_t>(column.max_width, text::display_width(column.title)));
    if (column.max_width < 0) rest = c;
    if (!column.text_hidden) used += w + (used > 0 ? 2 : 0);
    out.push_back(w);
  }
  if (rest < table.columns.size() && used > total) {
    const int64_t cut = std::max<int64_t>(std::min<int64_t>(12, out[rest]), out[rest] - (used - total));
    used -= out[rest] - cut;
    out[rest] = cut;
  }
  if (used > total) shrink(table, cells, used - total, out);
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
  const std::vector<int64_t> width = widths(table, cells, terminal.width);
  std::string out;
  // Colour stands around the letters alone, so that a line ends with its last one.
  const auto line = [&](const auto& content, const auto& tone) {
    std::string text, blanks;
    for (size_t c = 0; c < table.columns.size(); ++c) {
      if (table.columns[c].text_hidden) continue;
      const std::string cell = padded(content(c), width[c], table.columns[c].align);
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
