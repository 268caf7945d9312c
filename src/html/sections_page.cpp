#include "html/sections_page.h"

#include <algorithm>

#include "html/bands.h"
#include "html/section_charts.h"

namespace kenko::html {
namespace {

constexpr const char* kFindings = "findings";

// How many letters the bands of a table need.
size_t ranks_of(const report::Table& table) {
  size_t most = 0;
  for (const auto& row : table.rows) {
    for (const report::Cell& cell : row) {
      if (class_of(cell.tone).empty()) continue;
      const char letter = chip_of(cell).letter;
      if (cell.tone != report::Tone::band_new && letter >= 'A') most = std::max<size_t>(most, letter - 'A' + 1);
    }
  }
  return most;
}

}  // namespace

void add_sections(Markup& out, Frame& frame, const std::vector<report::Section>& sections, const Catalogue& texts) {
  for (const report::Section& section : sections) {
    if (section.key == kFindings || section.table.rows.empty()) continue;
    const std::string title = texts.say(section.title);
    frame.parts.emplace_back(section.key, title);
    frame.ranks = std::max(frame.ranks, ranks_of(section.table));
    open_part(out, section.key, title);
    if (!section.note.empty()) out.leaf("p", {{"class", "muted"}}, texts.say(section.note));
    add_chart_of(out, section, texts);
    add_table(out, report::without_empty_columns(section.table), title, texts, section.key);
    out.close();
  }
}

std::string sections_page(const SectionsReport& report, const Catalogue& texts) {
  Frame frame;
  frame.title = texts.say(report.title);
  for (const Sentence& line : report.head) frame.lines.push_back(texts.say(line));
  Markup body;
  if (!report.findings.empty() || !report.highlights.empty()) {
    const std::string title = texts.word("What it means");
    frame.parts.emplace_back(kFindings, title);
    open_part(body, kFindings, title);
    if (!report.highlights.empty()) {
      body.open("div", {{"class", "tiles"}});
      for (const report::Highlight& h : report.highlights) {
        const std::string meaning = texts.say(h.meaning);
        add_tile(body, texts.say(h.value),
                 h.interval.empty() ? meaning : texts.say(say("{} ({})", meaning, texts.say(h.interval))));
      }
      body.close();
    }
    add_findings(body, report.findings, texts);
    body.close();
  }
  add_sections(body, frame, report.sections, texts);
  frame.foot = texts.word("The same command gives every table as JSON or CSV: --table NAME --format csv");
  return page(frame, texts, std::move(body).finish());
}

}  // namespace kenko::html
