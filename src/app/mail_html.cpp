// Sections as HTML for mail.
#include <fmt/format.h>

#include "app/announce.h"
#include "html/markup.h"

namespace kenko::app {
namespace {

constexpr const char* kFont = "font-family:Helvetica,Arial,sans-serif;font-size:14px;color:#1d2433";
constexpr const char* kCell = "padding:4px 12px 4px 0;border-bottom:1px solid #e3e6ec;vertical-align:top";

std::string shown(const report::Cell& cell) {
  if (!cell.text.empty()) return cell.text;
  if (!cell.said.empty()) return cell.said.english();
  if (const auto* text = std::get_if<std::string>(&cell.value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&cell.value)) return fmt::format("{}", *number);
  if (const auto* fixed = std::get_if<report::Fixed>(&cell.value)) return report::to_text(*fixed);
  if (const auto* real = std::get_if<double>(&cell.value)) return report::number_text(*real);
  if (const auto* flag = std::get_if<bool>(&cell.value)) return *flag ? "yes" : "no";
  return "–";
}

}  // namespace

std::string mail_html(const std::vector<Sentence>& head, const std::vector<report::Section>& sections) {
  std::string out = fmt::format("<!doctype html><html><body style=\"{}\">\n", kFont);
  for (size_t i = 0; i < head.size(); ++i) {
    const std::string words = html::escaped(head[i].english());
    out += i == 0 ? fmt::format("<h2 style=\"margin:0 0 4px\">{}</h2>\n", words) : fmt::format("<p>{}</p>\n", words);
  }
  for (const report::Section& s : sections) {
    out += fmt::format("<h3 style=\"margin:20px 0 4px\">{}</h3>\n", html::escaped(s.title.english()));
    if (s.table.rows.empty()) {
      out += "<p>Nothing.</p>\n";
      continue;
    }
    out += "<table style=\"border-collapse:collapse\"><tr>";
    for (const report::Column& c : s.table.columns) {
      if (!c.text_hidden)
        out += fmt::format("<th align=\"{}\" style=\"{}\">{}</th>", c.align == report::Align::right ? "right" : "left",
                           kCell, html::escaped(c.title));
    }
    out += "</tr>\n";
    for (const auto& row : s.table.rows) {
      out += "<tr>";
      for (size_t c = 0; c < row.size(); ++c) {
        const report::Column& column = s.table.columns[c];
        if (column.text_hidden) continue;
        out +=
            fmt::format("<td align=\"{}\" style=\"{}\">{}</td>",
                        column.align == report::Align::right ? "right" : "left", kCell, html::escaped(shown(row[c])));
      }
      out += "</tr>\n";
    }
    out += "</table>\n";
  }
  return out + "</body></html>\n";
}

}  // namespace kenko::app
